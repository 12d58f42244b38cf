//! Families and links (McCullagh and Nelder 1989): one file a family, one line in [`FAMILIES`].
//!
//! `mu` is the mean and `rest` is 1 - mu, computed by itself: near 1 a probability has no digits left for it.

mod binomial;
mod gamma;
mod link;
mod logit;
mod poisson;
mod row;

pub use link::{LINKS, Link, Sides};
pub use row::{Row, log_likelihood, row, side};

/// A distribution of the target.
pub struct Family {
    /// As `--family` says it.
    pub name: &'static str,
    /// One line.
    pub doc: &'static str,
    /// Its links, the default one first.
    pub links: &'static [&'static Link],
    /// Whether a target can be.
    pub covers: fn(y: f64) -> bool,
    /// The same in words.
    pub wanted: &'static str,
    /// Whether a mean can be.
    pub mean_inside: fn(mu: f64, rest: f64) -> bool,
    /// The variance as a function of the mean, up to the dispersion.
    pub variance: fn(mu: f64, rest: f64) -> f64,
    /// The deviance of one row.
    pub deviance: fn(y: f64, mu: f64, rest: f64) -> f64,
    /// The log-likelihood of one row with weight `w` and dispersion `phi`.
    pub log_likelihood: fn(y: f64, mu: f64, rest: f64, w: f64, phi: f64) -> f64,
    /// A mean to begin with, from the target and its mean.
    pub start: fn(y: f64, mean: f64) -> f64,
    /// Whether the dispersion is 1; else it is estimated.
    pub dispersion_is_one: bool,
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All families that are fitted by Fisher scoring. Linear models have their own road, [`linear`](super::linear), and so
/// have those of several classes, [`multinomial`](super::multinomial).
pub static FAMILIES: &[&Family] = &[&binomial::ENTRY, &poisson::ENTRY, &gamma::ENTRY];

/// The family called `name`.
pub fn by_name(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().copied().find(|f| f.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary::ln;

    #[test]
    fn deviance_is_twice_the_distance_to_the_saturated_model() {
        // gamma with dispersion 1 is the exponential distribution: deviance and likelihood are of one form
        let cases: [(&str, &[(f64, f64)]); 3] = [
            ("logistic", &[(1.0, 0.3), (0.0, 0.3), (0.25, 0.6)]),
            ("poisson", &[(0.0, 1.5), (3.0, 1.5), (7.0, 7.5)]),
            ("gamma", &[(0.5, 1.5), (3.0, 1.5), (7.0, 7.5)]),
        ];
        for (name, points) in cases {
            let family = by_name(name).unwrap();
            for &(y, mu) in points {
                let fitted = (family.log_likelihood)(y, mu, 1.0 - mu, 1.0, 1.0);
                // the saturated likelihood by hand, 0 ln 0 = 0
                let part = |p: f64| if p == 0.0 { 0.0 } else { p * ln(p) };
                let saturated = match name {
                    "logistic" => part(y) + part(1.0 - y),
                    "poisson" => part(y) - y - crate::numeric::elementary::lgamma(y + 1.0),
                    _ => -1.0 - ln(y),
                };
                let deviance = (family.deviance)(y, mu, 1.0 - mu);
                assert!((deviance - 2.0 * (saturated - fitted)).abs() < 1e-13, "{name} {y} {mu}: {deviance}");
            }
        }
    }

    #[test]
    fn links_are_inverse_and_slopes_are_derivatives() {
        for link in LINKS {
            for eta in [0.3, 0.7, 1.1, 2.5] {
                let (mu, rest) = (link.mean)(eta);
                assert!(((link.predictor)(mu, rest) - eta).abs() < 1e-13 * 10.0, "{} {eta}", link.name);
                let h = 1e-5;
                let quotient = ((link.mean)(eta + h).0 - (link.mean)(eta - h).0) / (2.0 * h);
                let slope = (link.slope)(eta, mu, rest);
                // a centred difference has an error of h^2/6 times the third derivative, 740 for 1/eta at 0.3
                assert!((quotient - slope).abs() < 2e-9 * (1.0 + slope.abs()), "{} {eta}", link.name);
                if link.probability {
                    assert!((mu + rest - 1.0).abs() < 1e-15, "{}", link.name);
                }
            }
        }
    }
}
