//! Numbers as text: the shortest that reads back, and few digits for people.

pub use crate::numeric::text::shortest;

/// `digits` significant digits, trailing zeros left out; whole numbers below 10^15 in full. `12.3457`, `1.5e-7`.
pub fn human(x: f64, digits: usize) -> String {
    let whole = x.abs() < 1e15 && x.trunc() == x;
    if !x.is_finite() || whole {
        return if x == 0.0 { "0".to_string() } else { shortest(x) };
    }
    let digits = digits.clamp(1, 17);
    // The formatter rounds the exact binary value, so that the exponent is right after rounding too (9.9999996 is 1e1).
    let text = format!("{x:.*e}", digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..digits as i32).contains(&exponent) {
        return format!("{}e{exponent}", trim_zeros(mantissa));
    }
    let decimals = (digits as i32 - 1 - exponent) as usize;
    trim_zeros(&format!("{x:.decimals$}")).to_string()
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_reads_back() {
        for x in [0.1, 6.0, -2.5, 1e-310, 5e-324, 1.7976931348623157e308, 123456789.125, 1e21, 1e22, -1e-7] {
            assert_eq!(shortest(x).parse::<f64>().unwrap().to_bits(), x.to_bits(), "{x:e}");
        }
        assert_eq!(shortest(6.0), "6");
        assert_eq!(shortest(-0.0), "-0");
        assert_eq!(shortest(f64::NAN), "NaN");
        assert_eq!(shortest(f64::NEG_INFINITY), "-inf");
    }

    #[test]
    fn people_get_six_digits() {
        let six = |x| human(x, 6);
        assert_eq!(six(2.0 / 3.0), "0.666667");
        assert_eq!(six(1234567.3), "1.23457e6");
        assert_eq!(six(1234567.0), "1234567");
        assert_eq!(six(0.0001234567), "0.000123457");
        assert_eq!(six(0.000001234567), "1.23457e-6");
        assert_eq!(six(9.9999996), "10");
        assert_eq!(six(999999.96), "1e6");
        assert_eq!(six(-0.5), "-0.5");
        assert_eq!(six(-0.0), "0");
        assert_eq!(six(f64::INFINITY), "inf");
        assert_eq!(human(2.0 / 3.0, 17), "0.66666666666666663");
    }
}
