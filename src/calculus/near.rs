//! f in the neighbourhood of a point: values with what rounding can have done to them.
//!
//! Uses the engine. What follows from small differences of f (orders, limits along curves) must know where rounding takes over.

use super::limits::MOST_ENCLOSED;
use crate::engine::{Enclosure, Evaluator};
use crate::numeric::interval::Interval;
use crate::numeric::sum::two_sum;
use crate::objective::Formula;

/// f around a point.
pub struct Near<'f> {
    f: &'f Formula,
    at: Evaluator<'f>,
    enclosure: Option<Enclosure<'f>>,
    inputs: Vec<f64>,
    moved: Vec<f64>,
    places: Vec<usize>,
}

/// f at a displaced point.
#[derive(Clone, Debug, PartialEq)]
pub struct Displaced {
    /// f(a + d).
    pub value: f64,
    /// A bound for its rounding error.
    pub noise: f64,
    /// The displacement as it came out when a + d was rounded: `[n]`.
    pub displacement: Vec<f64>,
}

impl<'f> Near<'f> {
    /// Around the point given by all graph inputs.
    pub fn new(f: &'f Formula, inputs: &[f64]) -> Self {
        let enclosure = Enclosure::new(&f.graph, f.value);
        Near {
            f,
            at: Evaluator::new(&f.graph, inputs),
            enclosure: (enclosure.len() <= MOST_ENCLOSED).then_some(enclosure),
            inputs: inputs.to_vec(),
            moved: inputs.to_vec(),
            places: f.variables.iter().map(|&v| f.input_index(v)).collect(),
        }
    }

    /// f(a + d), `d`: `[n]`.
    pub fn at(&mut self, d: &[f64]) -> Displaced {
        let mut displacement = Vec::with_capacity(d.len());
        for (&place, &step) in self.places.iter().zip(d) {
            let (sum, lost) = two_sum(self.inputs[place], step);
            self.moved[place] = sum;
            displacement.push(if sum.is_finite() { step - lost } else { step });
        }
        self.at.move_to(&self.moved);
        let value = self.at.value(self.f.value);
        let plain = 4.0 * f64::EPSILON * value.abs();
        let mut noise = plain;
        if let Some(enclosure) = &mut self.enclosure {
            let point: Vec<Interval> = self.moved.iter().map(|&x| Interval::point(x)).collect();
            let range = enclosure.of(&point);
            // an enclosure across a jump is as wide as the jump, which is no noise
            if range.is_continuous() && range.is_bounded() {
                noise = range.width();
            }
        }
        Displaced { value, noise, displacement }
    }
}
