//! Whether a point at which partials do not exist is a minimum all the same: abs(x) at 0 is one, -abs(x) is none. One-sided
//! derivatives in many directions decide, and where such a one is 0, f itself along it.
//!
//! Uses `one_sided`, `limits` and the objective. Where all one-sided derivatives are positive the point is a strict local minimum
//! (Clarke 1983, for functions that are Lipschitz); of the directions of more than one variable some hundreds are looked at.

use super::limits::{self, Side};
use super::one_sided::Sides;
use crate::engine::Evaluator;
use crate::numeric::random::Random;
use crate::numeric::trend::{Trend, trend};
use crate::objective::Formula;

/// What f does around a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Around {
    /// It rises in every direction.
    Minimum,
    /// It falls in this one: \[n\].
    Falls(Vec<f64>),
    /// The numbers do not tell.
    Open,
}

/// Directions at random beside those along the axes and between two of them.
const RANDOM: usize = 100;
/// Up to so many variables the directions between two axes are looked along.
const MOST_BETWEEN: usize = 12;

/// What `sign` f does around the point given by all graph inputs, among the directions that `allowed` lets through; a slope of at most
/// `zero` is none.
pub fn around(f: &Formula, inputs: &[f64], sign: f64, zero: f64, allowed: impl Fn(&[f64]) -> bool) -> Around {
    let n = f.dimension();
    let sides = Sides::new(f);
    let places: Vec<usize> = f.variables.iter().map(|&v| f.input_index(v)).collect();
    let here = sign * Evaluator::new(&f.graph, inputs).value(f.value);
    let size = places.iter().map(|&p| inputs[p].abs()).fold(1.0, |m: f64, x| if x > m { x } else { m });
    let mut open = false;
    for d in directions(n).into_iter().filter(|d| allowed(d)) {
        let slope = match sides.derivative(f, inputs, &d) {
            Some(slope) => sign * slope,
            None => match limits::one_sided(f, inputs, &d) {
                Side::Slope { value, .. } => sign * value,
                // nothing is there to go to
                Side::Outside => continue,
                Side::Vertical => {
                    let mut line = limits::Line::new(f, inputs, &d);
                    let change = sign * line.value(1e-9 * size) - here;
                    if change.is_nan() { 0.0 } else { change * f64::INFINITY }
                }
                Side::Jump | Side::Unclear => {
                    open = true;
                    continue;
                }
            },
        };
        if slope < -zero {
            return Around::Falls(d);
        }
        if slope > zero {
            continue;
        }
        let mut line = limits::Line::new(f, inputs, &d);
        match trend(|t| sign * line.value(t), here, slope, size) {
            Trend::Rises => {}
            Trend::Falls => return Around::Falls(d),
            Trend::Unclear => open = true,
        }
    }
    if open { Around::Open } else { Around::Minimum }
}

/// Unit vectors: the axes first, both ways, then those between two of them, then some at random.
fn directions(n: usize) -> Vec<Vec<f64>> {
    let mut all = Vec::new();
    let axis = |i: usize, s: f64| {
        let mut d = vec![0.0; n];
        d[i] = s;
        d
    };
    all.extend((0..n).flat_map(|i| [axis(i, 1.0), axis(i, -1.0)]));
    if n > 1 {
        for i in 0..if n <= MOST_BETWEEN { n } else { 0 } {
            for j in 0..i {
                for (a, b) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                    let mut d = axis(i, a * std::f64::consts::FRAC_1_SQRT_2);
                    d[j] = b * std::f64::consts::FRAC_1_SQRT_2;
                    all.push(d);
                }
            }
        }
        let mut random = Random::stream(0, 11);
        for _ in 0..RANDOM {
            let d: Vec<f64> = (0..n).map(|_| random.uniform_in(-1.0, 1.0)).collect();
            let length = d.iter().map(|x| x * x).sum::<f64>().sqrt();
            all.push(d.iter().map(|x| x / length).collect());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Source;
    use crate::formula::graph::{Graph, InputKind};
    use crate::formula::lower::Scope;
    use crate::formula::read;

    fn at_zero(text: &str) -> Around {
        let mut g = Graph::new();
        let variables = vec![g.declare("x", InputKind::Variable), g.declare("y", InputKind::Variable)];
        let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
        around(&Formula::new(g, value, variables), &[0.0, 0.0], 1.0, 1e-9, |_| true)
    }

    #[test]
    fn minima_at_kinks_and_none() {
        for text in
            ["abs(x) + abs(y)", "abs(x) + y^2", "max(x, -x, y, -y)", "sqrt(abs(x)) + y^4", "norm2(x, y) + abs(x)"]
        {
            let text = text.replace("norm2(x, y)", "x^2 + y^2");
            assert_eq!(at_zero(&text), Around::Minimum, "{text}");
        }
        for text in [
            "-abs(x) + y^2",
            "abs(x) - y^2",
            "abs(x) + y^3",
            "abs(x) + abs(y) - 2*abs(x - y)",
            "abs(x + y)/2 - abs(x - y)",
        ] {
            assert!(matches!(at_zero(text), Around::Falls(_)), "{text}");
        }
        // along y nothing changes
        assert_eq!(at_zero("abs(x) + 0*y"), Around::Open);
    }
}
