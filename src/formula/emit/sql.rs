//! SQL: one select list that PostgreSQL and DuckDB both take. A list cannot refer to its own columns, so nothing is named.
//!
//! Variables are columns of type double precision; numbers have an exponent, which makes them doubles in DuckDB.

use super::statements::{Dialect, statements};
use super::{EmitError, Language, Unit};

/// The language's line.
pub static ENTRY: Language = Language {
    name: "sql",
    doc: "One select list for PostgreSQL and DuckDB: the value as f, the partials as df_dx, ...",
    calls: CALLS,
    emit,
};

/// Functions by their name in the table.
const CALLS: &[(&str, Option<&str>)] = &[
    ("abs", Some("abs(#1)")),
    ("acos", Some("acos(#1)")),
    ("acosh", Some("acosh(#1)")),
    ("asin", Some("asin(#1)")),
    ("asinh", Some("asinh(#1)")),
    ("atan", Some("atan(#1)")),
    ("atan2", Some("atan2(#1, #2)")),
    ("atanh", Some("atanh(#1)")),
    ("cbrt", Some("cbrt(#1)")),
    ("ceil", Some("ceil(#1)")),
    ("clamp", Some("least(greatest(#1, #2), #3)")),
    ("cos", Some("cos(#1)")),
    ("cosh", Some("cosh(#1)")),
    ("digamma", None),
    ("erf", None),
    ("erfc", None),
    ("exp", Some("exp(#1)")),
    ("exp2", Some("power(2e0, #1)")),
    // 2 e^(x/2) sinh(x/2), which keeps its digits near 0
    ("expm1", Some("(2e0*exp(0.5e0*#1)*sinh(0.5e0*#1))")),
    ("floor", Some("floor(#1)")),
    ("hypot", Some("sqrt(#1*#1 + #2*#2)")),
    ("lgamma", None),
    ("ln", Some("ln(#1)")),
    ("log", Some("(ln(#1)/ln(#2))")),
    ("log10", Some("(ln(#1)/2.302585092994046e0)")),
    // 2 atanh(x/(2 + x)), which keeps its digits near 0
    ("log1p", Some("(2e0*atanh(#1/(2e0 + #1)))")),
    ("log2", Some("(ln(#1)/0.6931471805599453e0)")),
    ("max", Some("greatest(#1, #2)")),
    ("min", Some("least(#1, #2)")),
    ("mod", Some("(#1 - #2*floor(#1/#2))")),
    ("polygamma", None),
    ("relu", Some("greatest(#1, 0e0)")),
    // halves go to the even one in one of the two, and away from 0 in the other
    ("round", None),
    ("sigmoid", Some("(1e0/(1e0 + exp(-#1)))")),
    ("sign", Some("sign(#1)")),
    ("sin", Some("sin(#1)")),
    ("sinh", Some("sinh(#1)")),
    ("softplus", Some("(greatest(#1, 0e0) + ln(1e0 + exp(-abs(#1))))")),
    ("sqrt", Some("sqrt(#1)")),
    ("tan", Some("tan(#1)")),
    ("tanh", Some("tanh(#1)")),
    ("trigamma", None),
];

const DIALECT: Dialect = Dialect {
    number,
    words: [" AND ", " OR ", "NOT ", " = ", " <> "],
    power: "power(#1, #2)",
    select: "(CASE WHEN (#1) THEN (#2) ELSE (#3) END)",
    truth: ["(CASE WHEN (#1) THEN 1e0 ELSE 0e0 END)", "#1 <> 0e0"],
    names: false,
    strict: false,
};

fn number(x: f64) -> String {
    match () {
        () if x.is_nan() => "CAST('NaN' AS double precision)".into(),
        () if x.is_infinite() => "CAST('Infinity' AS double precision)".into(),
        () => {
            let text = crate::formula::print::number(x);
            if text.contains('e') { text } else { format!("{text}e0") }
        }
    }
}

/// A name in quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn emit(unit: &Unit<'_>) -> Result<String, EmitError> {
    let names: Vec<String> = unit.arguments.iter().map(|a| quoted(&a.0)).collect();
    let found = statements(unit, &ENTRY, &DIALECT, &names)?;
    let mut lines = vec![format!("{} AS f", found.results[0])];
    for ((name, _), text) in unit.partials.iter().zip(&found.results[1..]) {
        lines.push(format!("{text} AS {}", quoted(&format!("df_d{name}"))));
    }
    Ok(lines.join(",\n") + "\n")
}
