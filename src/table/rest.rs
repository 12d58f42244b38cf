//! What rounding a decimal to f64 leaves: the text minus the number, so that both together are the decimal to 32 digits.

use std::cmp::Ordering;

/// Significant digits that are looked at; those behind them are 1e-60 of the number.
const DIGITS: usize = 60;

/// The decimal in `cell` minus `x`, the f64 it was read as; right to 3e-16 of itself. 0 where `cell` is no decimal.
///
/// Both are whole numbers over one denominator, so the difference is exact and rounded last.
pub fn rest(cell: &[u8], x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return 0.0;
    }
    let Some((negative, digits, exponent)) = decimal(cell.trim_ascii()) else { return 0.0 };
    // |x| = mantissa 2^power
    let bits = x.abs().to_bits();
    let (biased, fraction) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    let (mantissa, power) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    if negative != x.is_sign_negative() {
        return 0.0; // not the text of this number
    }
    let size = near(&digits, exponent, mantissa, power).unwrap_or_else(|| far(&digits, exponent, mantissa, power));
    if negative { -size } else { size }
}

/// Sign, digits, and the power of ten of the last of them. `None` where it is no decimal number.
fn decimal(cell: &[u8]) -> Option<(bool, Vec<u8>, i32)> {
    let unsigned = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
    let end = unsigned.iter().position(|b| b.eq_ignore_ascii_case(&b'e')).unwrap_or(unsigned.len());
    let mut exponent: i32 = match unsigned.get(end + 1..) {
        Some(text) => std::str::from_utf8(text).ok()?.parse().ok().filter(|e| (-2000..=2000).contains(e))?,
        None => 0,
    };
    let mut digits = Vec::with_capacity(end.min(DIGITS));
    let mut point = false;
    for &b in &unsigned[..end] {
        match b {
            b'.' if !point => point = true,
            b'0' if digits.is_empty() => exponent -= i32::from(point),
            b'0'..=b'9' if digits.len() < DIGITS => {
                digits.push(b - b'0');
                exponent = exponent.checked_sub(i32::from(point))?;
            }
            b'0'..=b'9' => exponent = exponent.checked_add(i32::from(!point))?,
            _ => return None,
        }
    }
    while digits.last() == Some(&0) {
        digits.pop();
        exponent += 1;
    }
    (!digits.is_empty()).then_some((cell.first() == Some(&b'-'), digits, exponent))
}

/// digits 10^exponent - mantissa 2^power in 128 bits; `None` where they do not fit.
fn near(digits: &[u8], exponent: i32, mantissa: u64, power: i32) -> Option<f64> {
    // 10^22 is the largest power of ten that is an f64; mantissa 10^22 has 127 bits
    if digits.len() > 19 || !(-22..=0).contains(&exponent) || !(-120..=0).contains(&power) {
        return None;
    }
    let whole = digits.iter().fold(0u64, |n, d| 10 * n + u64::from(*d));
    let ten = 10u128.pow(exponent.unsigned_abs());
    let scaled = u128::from(whole).checked_shl(power.unsigned_abs())?;
    if scaled >> power.unsigned_abs() != u128::from(whole) || scaled > i128::MAX as u128 {
        return None;
    }
    let difference = scaled as i128 - (u128::from(mantissa) * ten) as i128;
    Some(shifted(difference as f64 / ten as f64, power))
}

/// x 2^power.
fn shifted(x: f64, power: i32) -> f64 {
    let two = |p: i32| f64::from_bits(((p + 1023) as u64) << 52);
    let (mut x, mut left) = (x, power);
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        x *= two(step);
        left -= step;
    }
    x
}

/// The same with numbers of any length.
fn far(digits: &[u8], exponent: i32, mantissa: u64, power: i32) -> f64 {
    let mut text = Whole(vec![0]);
    digits.iter().for_each(|d| text.times(10, u32::from(*d)));
    let mut number = Whole(vec![mantissa as u32, (mantissa >> 32) as u32]);
    let mut ten = Whole(vec![1]);
    (0..exponent).for_each(|_| text.times(10, 0));
    for _ in exponent..0 {
        number.times(10, 0);
        ten.times(10, 0);
    }
    if power < 0 {
        text.double(power.unsigned_abs())
    } else {
        number.double(power.unsigned_abs())
    }
    let (sign, difference) = match text.compare(&number) {
        Ordering::Less => (-1.0, number.minus(&text)),
        _ => (1.0, text.minus(&number)),
    };
    let ((a, up), (b, down)) = (difference.leading(), ten.leading());
    sign * shifted(a / b, up - down + power.min(0))
}

/// A whole number, the lowest 32 bits first.
struct Whole(Vec<u32>);

impl Whole {
    /// self factor + more.
    fn times(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for word in &mut self.0 {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// self 2^count.
    fn double(&mut self, count: u32) {
        self.times(1 << (count % 32), 0);
        self.0.splice(0..0, (0..count / 32).map(|_| 0));
    }

    fn compare(&self, other: &Whole) -> Ordering {
        let longest = self.0.len().max(other.0.len());
        let word = |w: &Whole, i: usize| w.0.get(i).copied().unwrap_or(0);
        (0..longest).rev().map(|i| word(self, i).cmp(&word(other, i))).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// self - other, where that is not negative.
    fn minus(&self, other: &Whole) -> Whole {
        let mut borrow = false;
        let word = |(i, word): (usize, &u32)| {
            let (d, b) = word.overflowing_sub(other.0.get(i).copied().unwrap_or(0));
            let (d, c) = d.overflowing_sub(u32::from(borrow));
            borrow = b || c;
            d
        };
        Whole(self.0.iter().enumerate().map(word).collect())
    }

    /// a 2^p, from the 64 leading bits or more.
    fn leading(&self) -> (f64, i32) {
        let Some(top) = self.0.iter().rposition(|w| *w != 0) else { return (0.0, 0) };
        let low = top.saturating_sub(2);
        let bits = self.0[low..=top].iter().rev().fold(0u128, |n, w| n << 32 | u128::from(*w));
        (bits as f64, 32 * low as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn known_rests() {
        // f64's own expansions: 0.1 = 0.1000000000000000055511151231257827021181583404541015625
        let of = |text: &str| rest(text.as_bytes(), text.trim().parse().unwrap());
        assert_eq!(of("0.1"), -5.551115123125783e-18);
        assert_eq!(of(" -0.1"), 5.551115123125783e-18);
        assert_eq!(of("1e23"), 8388608.0); // the f64 is 99999999999999991611392
        assert_eq!(of("9007199254740993"), 1.0); // 2^53 + 1
        assert_eq!(of("0.5"), 0.0);
        assert_eq!(of("12345678"), 0.0);
        assert_eq!(of("1.5e3"), 0.0);
        // the text of the f64 in full has no rest
        assert_eq!(of("0.1000000000000000055511151231257827021181583404541015625"), 0.0);
        assert_eq!(of("00.10"), of(".1e0"));
        assert_eq!(of("1e-5"), of("0.00001"));
        for (text, x) in
            [("", 1.0), ("NA", f64::NAN), ("inf", f64::INFINITY), ("0", 0.0), ("abc", 2.0), ("1e99999", 1.0)]
        {
            assert_eq!(rest(text.as_bytes(), x), 0.0, "{text}");
        }
        // long texts are no long work
        let long = format!("0.{}", "3".repeat(1_000_000));
        // 1/(3 2^54)
        assert!((rest(long.as_bytes(), 1.0 / 3.0) / 1.850371707708594e-17 - 1.0).abs() < 4e-16);
    }

    #[test]
    fn both_ways_agree() {
        let mut random = Random::new(11);
        for _ in 0..20_000 {
            let count = 1 + random.below(19) as usize;
            let mut digits: Vec<u8> = (0..count).map(|_| random.below(10) as u8).collect();
            digits[0] = 1 + random.below(9) as u8;
            let exponent = -(random.below(23) as i32);
            let text: String = digits.iter().map(|d| char::from(b'0' + d)).collect();
            let x: f64 = format!("{text}e{exponent}").parse().unwrap();
            let bits = x.to_bits();
            let (mantissa, power) = (bits & ((1 << 52) - 1) | 1 << 52, (bits >> 52) as i32 - 1075);
            let slow = far(&digits, exponent, mantissa, power);
            // half a unit of the last place at most
            assert!(slow.abs() <= 0.5 * shifted(1.0, power), "{text}e{exponent}: {slow:e}");
            if let Some(fast) = near(&digits, exponent, mantissa, power) {
                assert!((fast - slow).abs() <= 4e-16 * slow.abs(), "{text}e{exponent}: {fast:e} {slow:e}");
            }
        }
    }

    #[test]
    fn ends_of_the_range() {
        for text in ["1.7976931348623157e308", "5e-324", "3e-324", "2.2250738585072011e-308", "1e-300", "123e290"] {
            let x: f64 = text.parse().unwrap();
            let found = rest(text.as_bytes(), x);
            let gap = f64::from_bits(x.to_bits() + 1) - x;
            assert!(found.is_finite() && (found.abs() <= 0.5 * gap || gap.is_infinite()), "{text}: {found:e}");
        }
    }
}
