//! Proved bounds for a value and its partials at a point: the same graph on intervals. The input numbers are taken as exact.
//!
//! Uses the engine's [`Boxes`].

use crate::engine::Boxes;
use crate::numeric::interval::Interval;
use crate::objective::Formula;

/// What is proved of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Certified {
    /// A range that holds f; `None` where f was not shown to be defined.
    pub value: Option<Interval>,
    /// Ranges that hold the partials: `[n]`; `None` where the rule was not shown to be the derivative.
    pub gradient: Vec<Option<Interval>>,
}

/// The bounds at the point given by all graph inputs.
///
/// A partial's rule is evidence where it is continuous, and f with it, on a neighbourhood; at a kink it is not, and there is no
/// bound. Two forms of each partial are enclosed, and the narrower bounds are taken.
pub fn certify(f: &Formula, inputs: &[f64]) -> Certified {
    let n = f.dimension();
    let mut roots = vec![f.value];
    roots.extend(&f.gradient);
    roots.extend(&f.raw_gradient);
    let boxes = Boxes::new(&f.graph, &roots);
    let point: Vec<Interval> = inputs.iter().map(|&x| Interval::point(x)).collect();
    let mut around = point.clone();
    for &v in &f.variables {
        let x = inputs[f.input_index(v)];
        around[f.input_index(v)] = Interval::new(x.next_down(), x.next_up());
    }
    let (mut at, mut near) = (Vec::new(), Vec::new());
    boxes.run(&mut Default::default(), &point, &mut at);
    boxes.run(&mut Default::default(), &around, &mut near);
    let sure = |r: Interval| r.is_bounded() && r.is_defined();
    let value = sure(at[0]).then_some(at[0]);
    let smooth = near[0].is_continuous() && !near[0].is_empty();
    let partial = |i: usize| {
        let (tidy, raw) = (at[1 + i], at[1 + n + i]);
        let rule = near[1 + n + i];
        // one form may overflow, or divide by what it cannot tell from 0
        let evident = smooth
            && (rule.is_continuous() && !rule.is_empty() || near[1 + i].is_continuous() && !near[1 + i].is_empty());
        let bounds = match (sure(tidy), sure(raw)) {
            (true, true) => tidy.intersection(raw),
            (true, false) => tidy,
            (false, true) => raw,
            (false, false) => return None,
        };
        (evident && !bounds.is_empty()).then_some(bounds)
    };
    Certified { value, gradient: (0..n).map(partial).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Source;
    use crate::formula::graph::{Graph, InputKind};
    use crate::formula::{lower::Scope, read};

    fn at(text: &str, point: &[f64]) -> Certified {
        let mut g = Graph::new();
        let names = ["x", "y"];
        let variables: Vec<_> = names[..point.len()].iter().map(|n| g.declare(n, InputKind::Variable)).collect();
        let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
        certify(&Formula::new(g, value, variables), point)
    }

    #[test]
    fn bounds_hold_the_truth_and_are_narrow() {
        // 34 digits by mpmath: f = 2 + sin 2, df/dx = 4 + 2 cos 2, df/dy = 1 + cos 2 at (1, 2)
        let found = at("x^2*y + sin(x*y)", &[1.0, 2.0]);
        let want = [2.909_297_426_825_681_7, 3.167_706_326_905_715_2, 0.583_853_163_452_857_6];
        let got = [found.value, found.gradient[0], found.gradient[1]];
        for (range, want) in got.into_iter().zip(want) {
            let range = range.unwrap();
            assert!(range.contains(want) && range.width() < 4e-15, "{range:?} {want}");
        }
        // whole numbers stay exact
        let found = at("x^2 + 4*y^2", &[2.0, 1.0]);
        assert_eq!(
            found.gradient.iter().map(|g| g.map(|g| (g.lo, g.hi))).collect::<Vec<_>>(),
            [Some((4.0, 4.0)), Some((8.0, 8.0))]
        );
    }

    #[test]
    fn a_kink_or_an_edge_has_no_bounds() {
        let found = at("abs(x) + y", &[0.0, 1.0]);
        assert!(found.value.is_some() && found.gradient[0].is_none() && found.gradient[1].is_some());
        assert_eq!(at("ln(x)", &[-1.0]), Certified { value: None, gradient: vec![None] });
        assert!(at("sqrt(x)", &[0.0]).gradient[0].is_none());
        assert!(at("floor(x)", &[2.0]).gradient[0].is_none());
        assert!(at("max(x, 2*y)", &[2.0, 1.0]).gradient[0].is_none());
    }
}
