//! Error-free transformations: a rounded result together with what the rounding lost.

/// The sum `s` rounded and the error `e` with s + e = a + b exactly. Knuth 1969, *TAOCP* vol. 2, 4.2.2.
///
/// `e` is NaN where `s` overflows.
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let b_seen = s - a;
    let a_seen = s - b_seen;
    (s, (a - a_seen) + (b - b_seen))
}

/// [`two_sum`] where |a| >= |b| or a = 0. Dekker 1971.
#[inline(always)]
pub fn quick_two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    (s, b - (s - a))
}

/// 2^27 + 1: splits 53 bits into 26 and 27 (Veltkamp 1968).
const SPLITTER: f64 = 134_217_729.0;

/// Above this, [`SPLITTER`] times the number would overflow.
const SPLIT_LIMIT: f64 = f64::from_bits(0x7E40_0000_0000_0000); // 2^997

#[inline(always)]
fn split(a: f64) -> (f64, f64) {
    let c = SPLITTER * a;
    let high = c - (c - a);
    (high, a - high)
}

#[inline(always)]
fn product_error(p: f64, a: f64, b: f64) -> f64 {
    let (a_high, a_low) = split(a);
    let (b_high, b_low) = split(b);
    ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low
}

/// The product `p` rounded and the error `e` with p + e = a b exactly, by Dekker's product (1971): no fused
/// multiply-add, so the same bits on every machine.
///
/// Exact unless |p| < 2^-969, where the error has bits below the smallest subnormal. `e` is 0 where `p` is infinite,
/// NaN or 0.
#[inline]
pub fn two_product(a: f64, b: f64) -> (f64, f64) {
    const SCALE: f64 = 18_014_398_509_481_984.0; // 2^54
    let p = a * b;
    if !p.is_finite() || p == 0.0 {
        return (p, 0.0);
    }
    // a factor above the limit is scaled by a power of two, exactly; the other one is then below it, or p had overflown
    let e = if a.abs() >= SPLIT_LIMIT {
        product_error(p / SCALE, a / SCALE, b) * SCALE
    } else if b.abs() >= SPLIT_LIMIT {
        product_error(p / SCALE, a, b / SCALE) * SCALE
    } else if p.abs() >= SPLIT_LIMIT {
        // a_high * b_high may exceed p, and f64::MAX
        product_error(p / SCALE, a / SCALE, b) * SCALE
    } else {
        product_error(p, a, b)
    };
    (p, e)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The product of the mantissas as integers: shares nothing with Dekker's product.
    fn exact_error(a: f64, b: f64) -> (f64, i128, i32) {
        let parts = |x: f64| {
            let bits = x.to_bits();
            let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
            let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
            (if x < 0.0 { -(mantissa as i128) } else { mantissa as i128 }, exponent)
        };
        let ((ma, ea), (mb, eb)) = (parts(a), parts(b));
        let p = a * b;
        let (mp, ep) = parts(p);
        (p, ma * mb - (mp << (ep - ea - eb)), ea + eb)
    }

    #[test]
    fn the_product_error_equals_integer_arithmetic() {
        let samples = [1.0 / 3.0, 0.1, 1e150, -7.7e-100, 1e-8, 123_456_789.123, 2.0f64.sqrt(), 3e299, 1.7e308];
        let mut compared = 0;
        for &a in &samples {
            for &b in &samples {
                if !(a * b).is_finite() || (a * b).abs() < 1e-290 {
                    continue;
                }
                let (p, e) = two_product(a, b);
                let (p2, error, exponent) = exact_error(a, b);
                assert_eq!(p, p2);
                // error * 2^exponent, in two exact steps (the scale alone may be out of range)
                let half = exponent / 2;
                let scale = |n: i32| f64::from_bits(((n + 1023) as u64) << 52);
                assert_eq!(e, error as f64 * scale(half) * scale(exponent - half), "{a} * {b}");
                compared += 1;
            }
        }
        assert!(compared > 60);
    }

    #[test]
    fn sums_are_exact() {
        assert_eq!(two_sum(1.0, 1e-30), (1.0, 1e-30));
        assert_eq!(two_sum(1e-30, -1.0), (-1.0, 1e-30));
        assert_eq!(quick_two_sum(1e16, 1.0), (1e16, 1.0));
    }
}
