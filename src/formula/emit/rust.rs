//! Rust: a function that returns f and an array of its partial derivatives, with `std` alone.

use super::statements::{Dialect, statements};
use super::{EmitError, Language, Unit, identifiers, one_line};

/// The language's line.
pub static ENTRY: Language = Language {
    name: "rust",
    doc: "A Rust function: f(x: f64, ...) -> (f64, [f64; n]), with `std` alone.",
    calls: CALLS,
    emit,
};

/// Functions by their name in the table.
const CALLS: &[(&str, Option<&str>)] = &[
    ("abs", Some("f64::abs(#1)")),
    ("acos", Some("f64::acos(#1)")),
    ("acosh", Some("f64::acosh(#1)")),
    ("asin", Some("f64::asin(#1)")),
    ("asinh", Some("f64::asinh(#1)")),
    ("atan", Some("f64::atan(#1)")),
    ("atan2", Some("f64::atan2(#1, #2)")),
    ("atanh", Some("f64::atanh(#1)")),
    ("cbrt", Some("f64::cbrt(#1)")),
    ("ceil", Some("f64::ceil(#1)")),
    ("clamp", Some("f64::min(f64::max(#1, #2), #3)")),
    ("cos", Some("f64::cos(#1)")),
    ("cosh", Some("f64::cosh(#1)")),
    ("digamma", None),
    ("erf", None),
    ("erfc", None),
    ("exp", Some("f64::exp(#1)")),
    ("exp2", Some("f64::exp2(#1)")),
    ("expm1", Some("f64::exp_m1(#1)")),
    ("floor", Some("f64::floor(#1)")),
    ("hypot", Some("f64::hypot(#1, #2)")),
    ("lgamma", None),
    ("ln", Some("f64::ln(#1)")),
    ("log", Some("f64::log(#1, #2)")),
    ("log10", Some("f64::log10(#1)")),
    ("log1p", Some("f64::ln_1p(#1)")),
    ("log2", Some("f64::log2(#1)")),
    ("max", Some("f64::max(#1, #2)")),
    ("min", Some("f64::min(#1, #2)")),
    ("mod", Some("(#1 - #2*f64::floor(#1/#2))")),
    ("polygamma", None),
    ("relu", Some("f64::max(#1, 0.0)")),
    ("round", Some("f64::round_ties_even(#1)")),
    ("sigmoid", Some("(1.0/(1.0 + f64::exp(-#1)))")),
    ("sign", Some("(f64::from(u8::from(#1 > 0.0)) - f64::from(u8::from(#1 < 0.0)))")),
    ("sin", Some("f64::sin(#1)")),
    ("sinh", Some("f64::sinh(#1)")),
    ("softplus", Some("(f64::max(#1, 0.0) + f64::ln_1p(f64::exp(-f64::abs(#1))))")),
    ("sqrt", Some("f64::sqrt(#1)")),
    ("tan", Some("f64::tan(#1)")),
    ("tanh", Some("f64::tanh(#1)")),
    ("trigamma", None),
];

/// Words that are no names.
const RESERVED: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self",
    "Self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while", "abstract",
    "become", "box", "do", "final", "macro", "override", "priv", "try", "typeof", "unsized", "virtual", "yield", "f64",
];

const DIALECT: Dialect = Dialect {
    number,
    words: [" && ", " || ", "!", " == ", " != "],
    power: "f64::powf(#1, #2)",
    select: "(if #1 { #2 } else { #3 })",
    truth: ["f64::from(u8::from(#1))", "#1 != 0.0"],
    names: true,
    strict: false,
};

fn number(x: f64) -> String {
    match () {
        () if x.is_nan() => "f64::NAN".into(),
        () if x.is_infinite() => "f64::INFINITY".into(),
        () => super::statements::with_point(x),
    }
}

fn emit(unit: &Unit<'_>) -> Result<String, EmitError> {
    let names = identifiers(&unit.arguments, RESERVED);
    let found = statements(unit, &ENTRY, &DIALECT, &names)?;
    let n = unit.partials.len();
    let arguments: Vec<String> = names.iter().map(|n| format!("{n}: f64")).collect();
    let by: Vec<&str> = unit.partials.iter().map(|p| p.0.as_str()).collect();
    let mut out = format!("/// f = {}; the value, and its partials by {}.\n", one_line(unit.text), by.join(", "));
    out.push_str("#[allow(non_snake_case, unused_parens, unused_variables)]\n");
    out.push_str(&format!("pub fn f({}) -> (f64, [f64; {n}]) {{\n", arguments.join(", ")));
    for s in &found.statements {
        let kind = if s.condition { "bool" } else { "f64" };
        out.push_str(&format!("    let {}: {kind} = {};\n", s.name, s.text));
    }
    out.push_str(&format!("    ({}, [{}])\n}}\n", found.results[0], found.results[1..].join(", ")));
    Ok(out)
}
