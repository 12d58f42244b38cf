//! Elementary functions: one scalar body each, the same bits on every machine, within 2 units in the last place.
//!
//! Uses `block`, and the pure-Rust crate `libm` (no system library, no fused multiply-add) where its functions reach the
//! accuracy; what is hot or what libm does not have is written here. `tests/elementary.rs` holds every function against
//! tables of high precision.
//!
//! **NaN means undefined**: outside a domain and at poles the result is NaN, and NaN always passes on, through `max`, `pow` and
//! `hypot` too. Infinity comes from overflow alone; infinite arguments follow the limits. Conditions are 1, 0 or NaN.

mod arithmetic;
mod exponential;
mod gamma;
mod hyperbolic;
mod logic;
mod power;
mod rounding;
mod trigonometric;

pub use arithmetic::*;
pub use exponential::*;
pub use gamma::*;
pub use hyperbolic::*;
pub use logic::*;
pub use power::*;
pub use rounding::*;
pub use trigonometric::*;
