//! Python 3.11: a function that returns f and a tuple of its partial derivatives, with `math` alone.

use super::statements::{Dialect, statements};
use super::{EmitError, Language, Unit, identifiers, one_line};

/// The language's line.
pub static ENTRY: Language = Language {
    name: "python",
    doc: "A Python 3.11 function: f(x, ...) gives the value and a tuple, with `math` alone.",
    calls: CALLS,
    emit,
};

/// Functions by their name in the table.
const CALLS: &[(&str, Option<&str>)] = &[
    ("abs", Some("abs(#1)")),
    ("acos", Some("math.acos(#1)")),
    ("acosh", Some("math.acosh(#1)")),
    ("asin", Some("math.asin(#1)")),
    ("asinh", Some("math.asinh(#1)")),
    ("atan", Some("math.atan(#1)")),
    ("atan2", Some("math.atan2(#1, #2)")),
    ("atanh", Some("math.atanh(#1)")),
    ("cbrt", Some("math.cbrt(#1)")),
    ("ceil", Some("float(math.ceil(#1))")),
    ("clamp", Some("min(max(#1, #2), #3)")),
    ("cos", Some("math.cos(#1)")),
    ("cosh", Some("math.cosh(#1)")),
    ("digamma", None),
    ("erf", Some("math.erf(#1)")),
    ("erfc", Some("math.erfc(#1)")),
    ("exp", Some("math.exp(#1)")),
    ("exp2", Some("math.exp2(#1)")),
    ("expm1", Some("math.expm1(#1)")),
    ("floor", Some("float(math.floor(#1))")),
    ("hypot", Some("math.hypot(#1, #2)")),
    ("lgamma", Some("math.lgamma(#1)")),
    ("ln", Some("math.log(#1)")),
    ("log", Some("math.log(#1, #2)")),
    ("log10", Some("math.log10(#1)")),
    ("log1p", Some("math.log1p(#1)")),
    ("log2", Some("math.log2(#1)")),
    ("max", Some("max(#1, #2)")),
    ("min", Some("min(#1, #2)")),
    ("mod", Some("(#1 - #2*math.floor(#1/#2))")),
    ("polygamma", None),
    ("relu", Some("max(#1, 0.0)")),
    ("round", Some("float(round(#1))")),
    ("sigmoid", Some("(0.5*(1.0 + math.tanh(0.5*#1)))")),
    ("sign", Some("float((#1 > 0.0) - (#1 < 0.0))")),
    ("sin", Some("math.sin(#1)")),
    ("sinh", Some("math.sinh(#1)")),
    ("softplus", Some("(max(#1, 0.0) + math.log1p(math.exp(-abs(#1))))")),
    ("sqrt", Some("math.sqrt(#1)")),
    ("tan", Some("math.tan(#1)")),
    ("tanh", Some("math.tanh(#1)")),
    ("trigamma", None),
];

/// Words that are no names, or are used here.
const RESERVED: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "math", "abs", "min", "max", "float",
    "round", "f",
];

const DIALECT: Dialect = Dialect {
    number,
    words: [" and ", " or ", "not ", " == ", " != "],
    power: "math.pow(#1, #2)",
    select: "(#2 if #1 else #3)",
    truth: ["float(#1)", "#1 != 0.0"],
    names: true,
    strict: true,
};

fn number(x: f64) -> String {
    match () {
        () if x.is_nan() => "math.nan".into(),
        () if x.is_infinite() => "math.inf".into(),
        () => super::statements::with_point(x),
    }
}

fn emit(unit: &Unit<'_>) -> Result<String, EmitError> {
    let names = identifiers(&unit.arguments, RESERVED);
    let found = statements(unit, &ENTRY, &DIALECT, &names)?;
    let by: Vec<&str> = unit.partials.iter().map(|p| p.0.as_str()).collect();
    let comment = one_line(unit.text).replace('\\', "\\\\").replace('"', "'");
    let mut out = String::from("import math\n\n\n");
    out.push_str(&format!("def f({}):\n", names.join(", ")));
    out.push_str(&format!("    \"\"\"f = {comment}; the value, and its partials by {}\"\"\"\n", by.join(", ")));
    for s in &found.statements {
        out.push_str(&format!("    {} = {}\n", s.name, s.text));
    }
    let partials: String = found.results[1..].iter().map(|p| format!("{p}, ")).collect();
    let partials = if found.results.len() == 2 { partials.trim_end() } else { partials.trim_end_matches(", ") };
    out.push_str(&format!("    return {}, ({partials})\n", found.results[0]));
    Ok(out)
}
