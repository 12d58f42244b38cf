//! Truth values as intervals: 1 is true, 0 is false, [0, 1] is undecided; an undefined operand may leave nothing.

use super::{Decoration, Interval};

/// [1, 1], [0, 0] or, where the box has points of both kinds, [0, 1].
fn truth(certain: bool, impossible: bool, decoration: Decoration) -> Interval {
    let (lo, hi) = match (certain, impossible) {
        (true, _) => (1.0, 1.0),
        (_, true) => (0.0, 0.0),
        _ => return Interval::new(0.0, 1.0).decorated(decoration).decorated(Decoration::Defined),
    };
    Interval::new(lo, hi).decorated(decoration)
}

#[allow(clippy::should_implement_trait)] // the answers are intervals, not `bool`s
impl Interval {
    /// x < y.
    pub fn lt(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        truth(self.hi < other.lo, self.lo >= other.hi, self.joint(other))
    }

    /// x <= y.
    pub fn le(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        truth(self.hi <= other.lo, self.lo > other.hi, self.joint(other))
    }

    /// x > y.
    pub fn gt(self, other: Interval) -> Interval {
        other.lt(self)
    }

    /// x >= y.
    pub fn ge(self, other: Interval) -> Interval {
        other.le(self)
    }

    /// x = y.
    pub fn eq(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        let same = self.is_point() && other.is_point() && self.lo == other.lo;
        truth(same, self.hi < other.lo || other.hi < self.lo, self.joint(other))
    }

    /// x != y.
    pub fn ne(self, other: Interval) -> Interval {
        self.eq(other).not()
    }

    /// Not x.
    pub fn not(self) -> Interval {
        Interval { lo: 1.0 - self.hi, hi: 1.0 - self.lo, decoration: self.decoration }
    }

    /// x and y, Kleene's: false beside an undefined operand is false.
    pub fn and(self, other: Interval) -> Interval {
        let may_fail = |v: Interval| !v.is_empty() && v.lo <= 0.0;
        let may_hold = |v: Interval| !v.is_empty() && v.hi >= 1.0;
        let fails = |v: Interval| may_fail(v) && v.hi <= 0.0;
        let low = if may_fail(self) || may_fail(other) { 0.0 } else { 1.0 };
        let high = if may_hold(self) && may_hold(other) { 1.0 } else { 0.0 };
        // an operand that is false wherever it is defined, and defined everywhere, decides alone
        let decided = [self, other].into_iter().filter(|v| fails(*v)).map(|v| v.decoration).max();
        let joint = if self.is_empty() || other.is_empty() { Decoration::Partial } else { self.joint(other) };
        let decoration = decided.map_or(joint, |d| if d > joint { d } else { joint });
        Interval::new(low, high).decorated(decoration)
    }

    /// x or y, Kleene's: true beside an undefined operand is true.
    pub fn or(self, other: Interval) -> Interval {
        self.not().and(other.not()).not()
    }

    /// `a` where the condition holds, else `b`; both where the box does not decide it.
    ///
    /// The branches are given over all of the box, so an undecided condition makes the result at most `Defined`, and
    /// `Partial` where a branch is undefined in a part it might not be taken in.
    pub fn select(condition: Interval, a: Interval, b: Interval) -> Interval {
        match () {
            () if condition.is_empty() => Interval::EMPTY,
            () if condition.lo >= 1.0 => a.decorated(condition.decoration),
            () if condition.hi <= 0.0 => b.decorated(condition.decoration),
            () => a.hull(b).decorated(condition.decoration).decorated(Decoration::Defined),
        }
    }
}
