//! C99: a function that returns f and fills the gradient.

use super::statements::{Dialect, statements};
use super::{EmitError, Language, Unit, identifiers, one_line};

/// The language's line.
pub static ENTRY: Language =
    Language { name: "c", doc: "A C99 function: double f(double x, ..., double gradient[]).", calls: CALLS, emit };

/// Functions by their name in the table.
const CALLS: &[(&str, Option<&str>)] = &[
    ("abs", Some("fabs(#1)")),
    ("acos", Some("acos(#1)")),
    ("acosh", Some("acosh(#1)")),
    ("asin", Some("asin(#1)")),
    ("asinh", Some("asinh(#1)")),
    ("atan", Some("atan(#1)")),
    ("atan2", Some("atan2(#1, #2)")),
    ("atanh", Some("atanh(#1)")),
    ("cbrt", Some("cbrt(#1)")),
    ("ceil", Some("ceil(#1)")),
    ("clamp", Some("fmin(fmax(#1, #2), #3)")),
    ("cos", Some("cos(#1)")),
    ("cosh", Some("cosh(#1)")),
    ("digamma", None),
    ("erf", Some("erf(#1)")),
    ("erfc", Some("erfc(#1)")),
    ("exp", Some("exp(#1)")),
    ("exp2", Some("exp2(#1)")),
    ("expm1", Some("expm1(#1)")),
    ("floor", Some("floor(#1)")),
    ("hypot", Some("hypot(#1, #2)")),
    ("lgamma", Some("lgamma(#1)")),
    ("ln", Some("log(#1)")),
    ("log", Some("(log(#1)/log(#2))")),
    ("log10", Some("log10(#1)")),
    ("log1p", Some("log1p(#1)")),
    ("log2", Some("log2(#1)")),
    ("max", Some("fmax(#1, #2)")),
    ("min", Some("fmin(#1, #2)")),
    ("mod", Some("(#1 - #2*floor(#1/#2))")),
    ("polygamma", None),
    ("relu", Some("fmax(#1, 0.0)")),
    ("round", Some("nearbyint(#1)")),
    ("sigmoid", Some("(1.0/(1.0 + exp(-#1)))")),
    ("sign", Some("(double)((#1 > 0.0) - (#1 < 0.0))")),
    ("sin", Some("sin(#1)")),
    ("sinh", Some("sinh(#1)")),
    ("softplus", Some("(fmax(#1, 0.0) + log1p(exp(-fabs(#1))))")),
    ("sqrt", Some("sqrt(#1)")),
    ("tan", Some("tan(#1)")),
    ("tanh", Some("tanh(#1)")),
    ("trigamma", None),
];

/// Words that are no names, those of math.h that formulas like to use among them.
const RESERVED: &[&str] = &[
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "gradient", "f", "y0",
    "y1", "j0", "j1", "gamma", "main", "NAN", "INFINITY",
];

const DIALECT: Dialect = Dialect {
    number,
    words: [" && ", " || ", "!", " == ", " != "],
    power: "pow(#1, #2)",
    select: "(#1 ? #2 : #3)",
    truth: ["(double)(#1)", "#1 != 0.0"],
    names: true,
    strict: false,
};

fn number(x: f64) -> String {
    match () {
        () if x.is_nan() => "NAN".into(),
        () if x.is_infinite() => "INFINITY".into(),
        () => super::statements::with_point(x),
    }
}

fn emit(unit: &Unit<'_>) -> Result<String, EmitError> {
    let names = identifiers(&unit.arguments, RESERVED);
    let found = statements(unit, &ENTRY, &DIALECT, &names)?;
    let n = unit.partials.len();
    let arguments: Vec<String> = names.iter().map(|n| format!("double {n}")).collect();
    let by: Vec<&str> = unit.partials.iter().map(|p| p.0.as_str()).collect();
    let comment = one_line(unit.text).replace("*/", "* /");
    let mut out = format!("#include <math.h>\n\n/* f = {comment}; the gradient is by {} */\n", by.join(", "));
    out.push_str(&format!("double f({}, double gradient[{n}])\n{{\n", arguments.join(", ")));
    for s in &found.statements {
        let kind = if s.condition { "int" } else { "double" };
        out.push_str(&format!("    const {kind} {} = {};\n", s.name, s.text));
    }
    for (k, text) in found.results[1..].iter().enumerate() {
        out.push_str(&format!("    gradient[{k}] = {text};\n"));
    }
    out.push_str(&format!("    return {};\n}}\n", found.results[0]));
    Ok(out)
}
