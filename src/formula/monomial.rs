//! Monomials with rational coefficients, and the arithmetic of those.

use super::graph::NodeId;

/// Beyond 2^53 a coefficient is no longer certainly an exact integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// `numerator/denominator * product of base^exponent`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Monomial {
    pub numerator: f64,
    pub denominator: f64,
    pub factors: Vec<(NodeId, f64)>,
}

/// Whether it is a whole number.
pub(super) fn is_integer(k: f64) -> bool {
    k.trunc() == k
}

/// One over it.
pub(super) fn invert(m: Monomial) -> Monomial {
    let (n, d) = reduce(m.denominator, m.numerator);
    let factors = m.factors.into_iter().map(|(b, k)| (b, -k)).collect();
    Monomial { numerator: n, denominator: d, factors }
}

/// The fraction with a positive denominator, in lowest terms where both are integers.
pub(super) fn reduce(n: f64, d: f64) -> (f64, f64) {
    let (n, d) = if d < 0.0 { (-n, -d) } else { (n, d) };
    let exact = |x: f64| is_integer(x) && x.abs() < EXACT;
    if exact(n) && exact(d) && d != 0.0 && n != 0.0 {
        let k = gcd(n.abs() as u64, d as u64) as f64;
        return (n / k, d / k);
    }
    (n, d)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The sum of two fractions.
pub(super) fn add_fractions(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    if a.1 == b.1 { reduce(a.0 + b.0, a.1) } else { reduce(a.0 * b.1 + b.0 * a.1, a.1 * b.1) }
}
