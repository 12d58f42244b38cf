//! What targets there are among the rows that count.

use crate::numeric::elementary::{max, min};
use crate::regress::Block;

/// The targets of rows with a weight above 0.
#[derive(Clone, Debug)]
pub struct Targets {
    least: f64,
    most: f64,
    /// Which classes there are: \[classes\], as far as the last that was found.
    classes: Vec<bool>,
}

impl Targets {
    /// Those of a block.
    pub fn of(block: &Block<'_>, with_classes: bool) -> Targets {
        let mut found = Targets { least: f64::INFINITY, most: f64::NEG_INFINITY, classes: Vec::new() };
        let counts = |i: usize| block.weights.as_ref().is_none_or(|w| w.hi[i] > 0.0);
        for y in (0..block.rows).filter(|i| counts(*i)).map(|i| block.y.hi[i]) {
            (found.least, found.most) = (min(found.least, y), max(found.most, y));
            if with_classes {
                found.note(y as usize);
            }
        }
        found
    }

    fn note(&mut self, class: usize) {
        if self.classes.len() <= class {
            self.classes.resize(class + 1, false);
        }
        self.classes[class] = true;
    }

    /// With those of further rows.
    pub fn and(&mut self, more: &Targets) {
        (self.least, self.most) = (min(self.least, more.least), max(self.most, more.most));
        (0..more.classes.len()).filter(|c| more.classes[*c]).for_each(|c| self.note(c));
    }

    /// The value, where there is one alone.
    pub fn alone(&self) -> Option<f64> {
        (self.least == self.most).then_some(self.least)
    }

    /// The first class that no row has.
    pub fn absent<'n>(&self, names: &'n [String]) -> Option<&'n String> {
        (0..names.len()).find(|c| self.classes.get(*c) != Some(&true)).map(|c| &names[c])
    }
}
