//! What one row adds to a fit, from its linear predictor. Where mean and variance would round to the ends of their range, they
//! are not formed: probabilities go by their logarithms, and the logarithm of a mean exp(eta) is eta.

use super::{Family, Link};
use crate::numeric::elementary::{exp, ln};

/// What a row of weight 1 adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The deviance.
    pub deviance: f64,
    /// (y - mean)^2 / variance.
    pub pearson: f64,
    /// d log-likelihood / d eta, without dispersion.
    pub pull: f64,
    /// Its expected square, the information.
    pub weight: f64,
}

fn x_ln(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * ln(x) }
}

/// A row with target `y` at `eta`; none where the mean leaves the family's range.
#[inline]
pub fn row(family: &Family, link: &Link, y: f64, eta: f64) -> Option<Row> {
    if let Some(sides) = link.sides {
        let s = sides(eta);
        let deviance = 2.0 * (x_ln(y) + x_ln(1.0 - y) - s.log_likelihood(y));
        let pearson = match y {
            1.0 => exp(s.ln_zero - s.ln_one),
            0.0 => exp(s.ln_one - s.ln_zero),
            // (y - p)^2 / (p (1 - p)), from p/(1 - p) = e^l: one square over the other's root
            _ => {
                let l = s.ln_one - s.ln_zero;
                let root = y * exp(-0.5 * l) - (1.0 - y) * exp(0.5 * l);
                root * root
            }
        };
        return Some(Row { deviance, pearson, pull: y * s.up - (1.0 - y) * s.down, weight: s.up * s.down });
    }
    let (mu, rest) = (link.mean)(eta);
    match (family.name, link.name) {
        ("poisson", "log") => {
            let deviance = 2.0 * (x_ln(y) - if y == 0.0 { 0.0 } else { y * eta } - (y - mu));
            let pearson = if y == 0.0 { mu } else { (y - mu) * (y - mu) / mu };
            Some(Row { deviance, pearson, pull: y - mu, weight: mu })
        }
        _ if !(family.mean_inside)(mu, rest) => None,
        _ => {
            let (slope, variance) = ((link.slope)(eta, mu, rest), (family.variance)(mu, rest));
            Some(Row {
                deviance: (family.deviance)(y, mu, rest),
                pearson: (y - mu) * (y - mu) / variance,
                pull: (y - mu) * slope / variance,
                weight: slope * slope / variance,
            })
        }
    }
}

/// The log-likelihood of a row with target `y`, weight `w` and dispersion `phi` at `eta`.
pub fn log_likelihood(family: &Family, link: &Link, y: f64, eta: f64, w: f64, phi: f64) -> f64 {
    match link.sides {
        Some(sides) => w * sides(eta).log_likelihood(y),
        None => {
            let (mu, rest) = (link.mean)(eta);
            (family.log_likelihood)(y, mu, rest, w, phi)
        }
    }
}

/// In which direction of eta the likelihood of a row grows without end, where there is one: a target at the end of its range.
pub fn side(family: &Family, link: &Link, y: f64) -> Option<f64> {
    match (family.name, link.name) {
        ("logistic", _) if y == 1.0 => Some(1.0),
        ("logistic", _) if y == 0.0 => Some(-1.0),
        ("poisson", "log") if y == 0.0 => Some(-1.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LINKS, by_name};
    use super::*;

    #[test]
    fn both_sides_of_a_probability_keep_their_digits() {
        // mpmath, 40 digits: eta, ln p, ln (1 - p), their slopes
        let table = include_str!("sides.csv");
        let mut rows = 0;
        for line in table.lines().filter(|l| !l.starts_with('#')).skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let want: Vec<f64> = cells[1..].iter().map(|c| c.parse().unwrap()).collect();
            let link = LINKS.iter().find(|l| l.name == cells[0]).unwrap();
            let s = (link.sides.unwrap())(want[0]);
            for (got, want) in [s.ln_one, s.ln_zero, s.up, s.down].into_iter().zip(&want[1..]) {
                // an exponential of an argument of size a has a relative error of a units
                let tolerance = 4e-16
                    * (8.0 + ln(want.abs()).abs() + crate::numeric::elementary::min(s.ln_one.abs(), s.ln_zero.abs()));
                let tiny = want.abs() < 1e-300 && got.abs() < 1e-290;
                assert!(tiny || (got / want - 1.0).abs() < tolerance, "{} {}: {got}, not {want}", link.name, cells[1]);
            }
            rows += 1;
        }
        assert!(rows > 30);
    }

    #[test]
    fn a_row_is_what_mean_and_variance_say() {
        for (name, ys) in [("logistic", [0.0, 0.3, 1.0]), ("poisson", [0.0, 2.0, 5.0]), ("gamma", [0.2, 2.0, 5.0])] {
            let family = by_name(name).unwrap();
            for link in family.links {
                for (y, eta) in ys.into_iter().flat_map(|y| [(y, 0.4), (y, 1.3)]) {
                    let (mu, rest) = (link.mean)(eta);
                    let (slope, variance) = ((link.slope)(eta, mu, rest), (family.variance)(mu, rest));
                    let found = row(family, link, y, eta).unwrap();
                    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-13 * (1.0 + b.abs()), "{name} {y}: {a} {b}");
                    near(found.deviance, (family.deviance)(y, mu, rest));
                    near(found.pearson, (y - mu) * (y - mu) / variance);
                    near(found.pull, (y - mu) * slope / variance);
                    near(found.weight, slope * slope / variance);
                    let l = (family.log_likelihood)(y, mu, rest, 1.5, 2.0);
                    near(log_likelihood(family, link, y, eta, 1.5, 2.0), l);
                }
            }
        }
    }
}
