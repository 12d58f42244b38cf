//! Tails of the distributions that tests need: normal, Student's t, F; and the points that cut off a tail.
//!
//! Own code over [`elementary`](super::elementary), so that p values have the same bits on every machine. Relative accuracy,
//! not absolute: a tail of 1e-200 has its digits.

use super::elementary::{erfc, exp, lgamma, ln, log1p};

/// P(|Z| >= |z|) for a standard normal Z.
pub fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// P(|T| >= |t|) for Student's t with `df` > 0 degrees of freedom; NaN outside.
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || !(df > 0.0) {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    if df.is_infinite() {
        return normal_two_sided(t);
    }
    // t^2/df may overflow long before t does: the tail is then 0 to every digit f64 has, unless df is small
    ratio_tail(df / 2.0, 0.5, t * t / df)
}

/// P(F >= f) for F with `df1`, `df2` degrees of freedom; NaN outside.
pub fn f_upper(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_nan() || !(df1 > 0.0) || !(df2 > 0.0) {
        return f64::NAN;
    }
    if f <= 0.0 {
        return 1.0;
    }
    if f.is_infinite() {
        return 0.0;
    }
    ratio_tail(df2 / 2.0, df1 / 2.0, f * (df1 / df2))
}

/// The t with P(|T| >= t) = `p`, 0 < p < 1; NaN outside. `df` infinite: the normal distribution.
pub fn t_critical(p: f64, df: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df > 0.0) {
        return f64::NAN;
    }
    // the tail falls monotonically: bracket by doubling, then bisect to the last bit
    let (mut low, mut high) = (0.0, 1.0);
    while t_two_sided(high, df) > p && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if t_two_sided(middle, df) > p { low = middle } else { high = middle }
    }
    high
}

/// I_x(a, b) at x = 1/(1 + r): both x and 1 - x are known to full relative accuracy from r.
fn ratio_tail(a: f64, b: f64, r: f64) -> f64 {
    if r == 0.0 {
        return 1.0;
    }
    if r.is_infinite() {
        return 0.0;
    }
    let (x, y) = (1.0 / (1.0 + r), r / (1.0 + r));
    let ln_x = -log1p(r);
    let ln_y = ln(r) + ln_x;
    // the continued fraction converges fast below the mean (Press et al. 2007, 6.4)
    let front = |a: f64, b: f64, ln_x: f64, ln_y: f64| exp(a * ln_x + b * ln_y - ln_beta(a, b)) / a;
    if x < (a + 1.0) / (a + b + 2.0) {
        front(a, b, ln_x, ln_y) * fraction(a, b, x)
    } else {
        1.0 - front(b, a, ln_y, ln_x) * fraction(b, a, y)
    }
}

/// The continued fraction of the incomplete beta function by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..200_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        let factor = d * c;
        h *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}

/// ln B(a, b) without the cancellation of three large lgammas. DiDonato and Morris 1992, as in R's `lbeta`.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (p, q) = if a < b { (a, b) } else { (b, a) };
    if p >= 10.0 {
        let rest = stirling_rest(p) + stirling_rest(q) - stirling_rest(p + q);
        const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;
        -0.5 * ln(q) + HALF_LN_2_PI + rest + (p - 0.5) * ln(p / (p + q)) + q * log1p(-p / (p + q))
    } else if q >= 10.0 {
        let rest = stirling_rest(q) - stirling_rest(p + q);
        lgamma(p) + rest + p - p * ln(p + q) + (q - 0.5) * log1p(-p / (p + q))
    } else {
        lgamma(p) + lgamma(q) - lgamma(p + q)
    }
}

/// ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi)/2) for x >= 10, by Stirling's series (Abramowitz and Stegun 6.1.41).
fn stirling_rest(x: f64) -> f64 {
    let s = 1.0 / (x * x);
    let c = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0];
    c.iter().rev().fold(0.0, |sum, c| sum * s + c) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(got: f64, want: f64, tolerance: f64) {
        assert!((got / want - 1.0).abs() <= tolerance, "{got:e}, expected {want:e}");
    }

    #[test]
    fn tails_against_published_fits() {
        // t, df and p of the reference fits of stackloss, engel (34-digit arithmetic, tests/data/regress/reference.json)
        near(t_two_sided(-3.355723351419862, 17.0), 0.003750306832260175, 1e-13);
        near(t_two_sided(-0.9733097691168338, 17.0), 0.34404609669643826, 1e-13);
        near(t_two_sided(33.77178993677345, 233.0), 9.918946625289383e-92, 1e-12);
        near(f_upper(59.90222589965688, 3.0, 17.0), 3.016327243421158e-09, 1e-12);
        near(f_upper(1140.5337955335528, 1.0, 233.0), 9.918946625289383e-92, 1e-12);
        near(normal_two_sided(-1.365859411181363), 0.17198309455042, 1e-13);
    }

    #[test]
    fn cases_with_a_closed_form() {
        // df = 1: P(|T| >= t) = 1 - 2/pi atan(t); at t = 1 exactly 1/2. df = 2: 1 - t/sqrt(2 + t^2)
        near(t_two_sided(1.0, 1.0), 0.5, 1e-14);
        near(t_two_sided(2.0, 2.0), 1.0 - 2.0 / 6f64.sqrt(), 1e-14);
        // F with 2 and 2n degrees of freedom: (1 + f/n)^-n
        near(f_upper(3.0, 2.0, 4.0), 1.0 / 6.25, 1e-14);
        // B(3, 4) = 2! 3!/6!, B(20, 30) = 19! 29!/49!, B(1/2, 40) against its product
        near(exp(ln_beta(3.0, 4.0)), 1.0 / 60.0, 1e-13);
        // B(1, b) = 1/b for every b
        near(exp(ln_beta(1.0, 1e7)), 1e-7, 1e-9);
    }

    #[test]
    fn critical_points_cut_off_what_they_should() {
        near(t_critical(0.05, f64::INFINITY), 1.959963984540054, 1e-14);
        near(t_critical(0.05, 1.0), 12.706204736174698, 1e-13); // tan(0.475 pi)
        for (p, df) in [(0.05, 3.0), (0.01, 250.0), (0.3, 1e6)] {
            near(t_two_sided(t_critical(p, df), df), p, 1e-12);
        }
        assert!(
            t_critical(0.0, 3.0).is_nan() && t_two_sided(1.0, 0.0).is_nan() && f_upper(f64::NAN, 1.0, 1.0).is_nan()
        );
    }
}
