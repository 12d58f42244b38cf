//! Partials that are continuous on a neighbourhood make f differentiable (Rudin 1976, theorem 9.21).

use crate::engine::Boxes;
use crate::numeric::interval::Interval;
use crate::objective::Formula;

/// Whether intervals show that f and all its partials are defined and continuous on a box around the point.
///
/// The partials are taken as the rules gave them, before they were rewritten. A `true` is a proof; a `false` says nothing.
pub fn smooth_around(f: &Formula, inputs: &[f64]) -> bool {
    let mut roots = vec![f.value];
    roots.extend(&f.raw_gradient);
    let boxes = Boxes::new(&f.graph, &roots);
    let mut around: Vec<Interval> = inputs.iter().map(|&x| Interval::point(x)).collect();
    for &v in &f.variables {
        let x = inputs[f.input_index(v)];
        let margin = if x == 0.0 { 1e-30 } else { x.abs() * 1e-13 };
        around[f.input_index(v)] = Interval::new(x - margin, x + margin);
    }
    let mut out = Vec::new();
    boxes.run(&mut Default::default(), &around, &mut out);
    out.iter().all(|r| !r.is_empty() && r.is_bounded() && r.is_continuous())
}
