//! Comparisons and three-valued logic on 1 (true), 0 (false) and NaN (undefined): Kleene 1952, section 64.

use crate::numeric::block::kernel;

macro_rules! comparison {
    ($name:ident, $kernel:ident, $op:tt, $doc:literal) => {
        #[doc = $doc]
        #[inline(always)]
        pub fn $name(x: f64, y: f64) -> f64 {
            let truth = if x $op y { 1.0 } else { 0.0 };
            // x - x is NaN for NaN, 0 for finite numbers; infinite ones compare as they are
            if x.is_nan() | y.is_nan() { f64::NAN } else { truth }
        }
        kernel!($kernel, $name, 2);
    };
}

comparison!(lt, LT, <, "x < y");
comparison!(le, LE, <=, "x <= y");
comparison!(gt, GT, >, "x > y");
comparison!(ge, GE, >=, "x >= y");
comparison!(eq, EQ, ==, "x == y");
comparison!(ne, NE, !=, "x != y");

/// Both: 0 where either is 0, whatever the other is.
#[inline(always)]
pub fn and(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 { 0.0 } else { x * y }
}
/// Either: 1 where either is 1, whatever the other is.
#[inline(always)]
pub fn or(x: f64, y: f64) -> f64 {
    if x == 1.0 || y == 1.0 { 1.0 } else { x + y }
}
/// The opposite.
#[inline(always)]
pub fn not(x: f64) -> f64 {
    1.0 - x
}
/// a where c is 1, b where c is 0, NaN where c is undefined; the other one does not matter.
#[inline(always)]
pub fn select(c: f64, a: f64, b: f64) -> f64 {
    let taken = if c == 1.0 { a } else { b };
    if c.is_nan() { f64::NAN } else { taken }
}

kernel!(AND, and, 2);
kernel!(OR, or, 2);
kernel!(NOT, not, 1);
kernel!(SELECT, select, 3);
