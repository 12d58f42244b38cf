//! A number as the shortest text that reads back as the same f64. Uses nothing.

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
