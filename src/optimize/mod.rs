//! Descent: methods that propose steps, and the driver that takes them, judges them and knows when to stop.
//!
//! Uses `objective`. [`driver::Run`] owns the loop; a [`method::Method`] proposes and learns; [`stop::Rules`] say when it is enough;
//! [`state::State`] is what a checkpoint holds. [`curvature`] says what the end point is.

pub mod batches;
pub mod bounds;
pub mod curvature;
pub mod driver;
pub mod flat;
pub mod least_squares;
pub mod line_search;
pub mod measured;
pub mod method;
pub mod methods;
pub mod moments;
pub mod negated;
pub mod rounding;
pub mod schedule;
pub mod settings;
pub mod state;
pub mod stop;
pub mod trust;
pub mod vector;
