//! Whether a value and its partial derivatives exist at a point, and why not.
//!
//! A finite number from the program at a point where no corner is met needs no second look. Everything else comes here: the
//! partial is then decided by one-sided derivatives through the corners, or, where those do not tell, by the one-sided limits
//! of f itself. What does not exist is NaN in this module's answers, never a number. Uses the objective and the engine.

use super::limits::{self, Side};
use super::one_sided::Sides;
use crate::engine::{Enclosure, Evaluator};
use crate::formula::functions::CornerKind;
use crate::formula::graph::NodeId;
use crate::formula::print;
use crate::numeric::interval::Interval;
use crate::objective::{Formula, cause as cause_of, short};

/// What can be said of a number at a point; a point has the worst of its value's and partials'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It exists.
    Ok,
    /// The slopes from the two sides differ.
    Kink,
    /// f is not continuous here along this coordinate.
    Jump,
    /// It is not defined, or infinite.
    Undefined,
    /// It may exist, but is beyond 1.8e308.
    Overflow,
}

impl Status {
    /// Every status, from best to worst.
    pub const ALL: [Status; 5] = [Status::Ok, Status::Kink, Status::Jump, Status::Undefined, Status::Overflow];

    /// The word for it in results and `--allow`.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Kink => "kink",
            Status::Jump => "jump",
            Status::Undefined => "undefined",
            Status::Overflow => "overflow",
        }
    }
}

/// A number with its status: NaN where it does not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The number, or NaN.
    pub number: f64,
    /// Whether it exists.
    pub status: Status,
    /// Why not, or what the number rests on where it is not the derivative rule.
    pub reason: Option<String>,
}

impl Judged {
    fn ok(number: f64) -> Self {
        Judged { number, status: Status::Ok, reason: None }
    }

    fn not(status: Status, reason: String) -> Self {
        Judged { number: f64::NAN, status, reason: Some(reason) }
    }
}

/// Value and partials at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct PointStatus {
    /// f
    pub value: Judged,
    /// The partials: `[n]`.
    pub partials: Vec<Judged>,
}

impl PointStatus {
    /// The worst status of all, with the reason of the first that has it.
    pub fn worst(&self) -> (Status, Option<&str>) {
        let mut worst = &self.value;
        for p in &self.partials {
            if p.status > worst.status || worst.reason.is_none() && p.status == worst.status {
                worst = p;
            }
        }
        (worst.status, worst.reason.as_deref())
    }
}

/// Judges points of one formula; what it needs for corners is built when the first one is met.
#[derive(Debug)]
pub struct Judge<'f> {
    f: &'f Formula,
    sides: Option<Sides>,
}

impl<'f> Judge<'f> {
    /// A judge for `f`.
    pub fn new(f: &'f Formula) -> Self {
        Judge { f, sides: None }
    }

    /// The status of value and partials at the point given by all graph inputs.
    pub fn judge(&mut self, inputs: &[f64]) -> PointStatus {
        let f = self.f;
        let n = f.dimension();
        let mut at = Evaluator::new(&f.graph, inputs);
        let value = at.value(f.value);
        if !value.is_finite() {
            let (status, reason) = explain(&mut at, f.value);
            let absent = Judged::not(status, reason);
            return PointStatus { partials: vec![absent.clone(); n], value: absent };
        }
        let cornered = f.corners.any.is_some_and(|c| at.value(c) != 0.0);
        let partials = (0..n).map(|i| self.partial(&mut at, inputs, i, cornered)).collect();
        PointStatus { value: Judged::ok(value), partials }
    }

    fn partial(&mut self, at: &mut Evaluator, inputs: &[f64], i: usize, cornered: bool) -> Judged {
        let f = self.f;
        let by_rule = at.value(f.gradient[i]);
        let overflowed = f.divisors.is_some_and(|d| at.value(d) != 0.0);
        if by_rule.is_finite() && !cornered && !overflowed {
            return Judged::ok(by_rule);
        }
        let overflow = if by_rule.is_finite() {
            overflowed.then(|| format!("a divisor of `{}` overflows", short(&f.graph, f.gradient[i])))
        } else {
            let (status, reason) = explain(at, f.gradient[i]);
            (status == Status::Overflow).then_some(reason)
        };
        if let Some(reason) = overflow {
            return match enclosed(f, inputs, [f.gradient[i], f.raw_gradient[i]]) {
                Some(number) if !cornered => Judged::ok(number),
                _ => Judged::not(Status::Overflow, reason),
            };
        }
        let mut direction = vec![0.0; f.dimension()];
        let mut side = |s: f64, direction: &mut Vec<f64>| {
            direction[i] = s;
            self.sides.get_or_insert_with(|| Sides::new(f)).derivative(f, inputs, direction)
        };
        if let (Some(right), Some(left)) = (side(1.0, &mut direction), side(-1.0, &mut direction)) {
            let left = -left;
            if same(right, left) {
                // the rule's own bits where it agrees: a table then does not depend on which way was taken
                let number = if by_rule.is_finite() && same(by_rule, right) { by_rule } else { right };
                return Judged::ok(number + 0.0);
            }
            return Judged::not(Status::Kink, kink(f, at, i, left, right));
        }
        self.by_limits(at, inputs, i)
    }

    fn by_limits(&self, at: &mut Evaluator, inputs: &[f64], i: usize) -> Judged {
        let f = self.f;
        let name = print::infix(&f.graph, f.variables[i]);
        let mut direction = vec![0.0; f.dimension()];
        direction[i] = 1.0;
        let right = limits::one_sided(f, inputs, &direction);
        direction[i] = -1.0;
        let left = limits::one_sided(f, inputs, &direction).negated();
        let cause = cause(f, at).map(|c| format!("{c}; ")).unwrap_or_default();
        match (left, right) {
            (Side::Slope { value: l, error: el }, Side::Slope { value: r, error: er }) => {
                let scale = if l.abs() > r.abs() { l.abs() } else { r.abs() };
                if (l - r).abs() <= 4.0 * (el + er) + 1e-9 * scale {
                    let (number, error) = if el < er { (l, el) } else { (r, er) };
                    // what cannot be told from 0 is 0
                    let number = if number.abs() <= error { 0.0 } else { number };
                    let reason =
                        format!("{cause}the one-sided limits of f in {name} decide: {number:.10} +- {error:.1e}");
                    return Judged { number, status: Status::Ok, reason: Some(reason) };
                }
                Judged::not(Status::Kink, kink(f, at, i, l, r))
            }
            (Side::Jump, _) | (_, Side::Jump) => Judged::not(Status::Jump, format!("{cause}f jumps along {name}")),
            (Side::Vertical, _) | (_, Side::Vertical) => {
                Judged::not(Status::Undefined, format!("{cause}the slope along {name} is infinite"))
            }
            (Side::Outside, Side::Outside) => {
                Judged::not(Status::Undefined, format!("{cause}f is defined on neither side along {name}"))
            }
            (Side::Outside, _) => Judged::not(Status::Undefined, format!("{cause}f is not defined for smaller {name}")),
            (_, Side::Outside) => Judged::not(Status::Undefined, format!("{cause}f is not defined for larger {name}")),
            _ => Judged::not(Status::Undefined, format!("{cause}the difference quotients along {name} do not settle")),
        }
    }
}

/// The value of a derivative of which two graphs are known, where something on the way has overflowed: intervals tell which of
/// them is right to 10 digits (or lies below 1e-290), if one is.
fn enclosed(f: &Formula, inputs: &[f64], nodes: [NodeId; 2]) -> Option<f64> {
    let point: Vec<Interval> = inputs.iter().map(|&x| Interval::point(x)).collect();
    let mut at = Evaluator::new(&f.graph, inputs);
    nodes.into_iter().find_map(|node| {
        let range = Enclosure::new(&f.graph, node).of(&point);
        let value = at.value(node);
        let near = range.width() <= 1e-10 * value.abs() || range.width() <= 1e-290;
        (range.is_defined() && value.is_finite() && near && range.contains(value)).then_some(value)
    })
}

/// Equal up to the rounding of two ways of computing the same slope.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (a.abs() + b.abs())
}

fn kink(f: &Formula, at: &mut Evaluator, i: usize, left: f64, right: f64) -> String {
    let name = print::infix(&f.graph, f.variables[i]);
    let cause = cause(f, at).unwrap_or_else(|| "f has a kink".into());
    format!(
        "{cause}: slope {} from the left and {} from the right along {name}",
        print::number(left + 0.0),
        print::number(right + 0.0)
    )
}

/// The first corner that is met here, in words.
fn cause(f: &Formula, at: &mut Evaluator) -> Option<String> {
    let mut sites: Vec<_> = f.corners.sites.iter().collect();
    sites.sort();
    let (&node, _) = sites.into_iter().find(|&(_, &site)| at.value(site) == 1.0)?;
    let (function, _) = f.graph.as_apply(node)?;
    let what = match function.corner?.kind {
        CornerKind::Kink => "has a kink here",
        CornerKind::Jump if function.operator().is_some() => "compares two equal numbers here",
        CornerKind::Jump => "jumps here",
        CornerKind::Edge => "is at the edge of its domain",
    };
    Some(format!("`{}` {what}", short(&f.graph, node)))
}

/// Why `root` is not finite: the sub-expression that is not finite while all it is made of is.
pub fn explain(at: &mut Evaluator, root: NodeId) -> (Status, String) {
    let g = at.graph();
    let mut id = root;
    'down: loop {
        let needed = at.needed(id);
        for &c in &needed {
            if !at.value(c).is_finite() {
                id = c;
                continue 'down;
            }
        }
        break;
    }
    let Some((_, args)) = g.as_apply(id) else {
        return (Status::Undefined, format!("`{}` is {}", short(g, id), at.value(id)));
    };
    let values: Vec<f64> = args.iter().map(|&a| at.value(a)).collect();
    let (undefined, why) = cause_of(g, id, &values);
    (if undefined { Status::Undefined } else { Status::Overflow }, why)
}
