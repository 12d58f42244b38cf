//! Numbers as text: the shortest that reads back as the same f64, and counts of things. Uses nothing.

/// The shortest text that reads back as the same f64, without a needless `.0` or `+`: `6`, `0.1`, `1e-7`, `1.5e300`, `-0`.
/// What is not finite is `NaN`, `inf`, `-inf`.
pub fn shortest(x: f64) -> String {
    if x.is_nan() {
        return "NaN".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(x);
    text.strip_suffix(".0").unwrap_or(text).replacen("e+", "e", 1)
}

/// So many things, in words that fit: `1 row`, `2 rows`, `3 boxes`, `0 entries`.
pub fn count(n: impl TryInto<u64>, thing: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {}", plural(n, thing))
}

/// The word for so many things.
pub fn plural(n: impl TryInto<u64>, thing: &str) -> String {
    if n.try_into().is_ok_and(|n| n == 1) {
        return thing.to_string();
    }
    match thing {
        _ if thing.ends_with(['s', 'x']) || thing.ends_with("ch") => format!("{thing}es"),
        _ if thing.ends_with("ry") => format!("{}ies", &thing[..thing.len() - 1]),
        _ => format!("{thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_words() {
        assert_eq!(count(1u64, "row"), "1 row");
        assert_eq!(count(0usize, "row"), "0 rows");
        assert_eq!([count(2, "box"), count(2, "entry"), count(2, "pass")], ["2 boxes", "2 entries", "2 passes"]);
        assert_eq!(plural(2, "random direction"), "random directions");
    }
}
