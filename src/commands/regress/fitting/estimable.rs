//! What a fit sees of its data, and that without the columns that depend on others: as R's glm, a fit of the rest, their
//! coefficients unknown (NA there) and 0 in predictions.

use super::super::levels::Levels;
use super::super::store::{Designed, Store};
use super::{Data, Fitted};
use crate::regress::Design;
use crate::regress::gram::Gram;
use crate::regress::inference::coefficients;
use std::borrow::Cow;

/// The columns whose coefficients are fitted, and the rows.
pub struct Estimable<'d> {
    /// The columns.
    pub design: Cow<'d, Design>,
    /// Sums of their products.
    pub gram: Cow<'d, Gram>,
    /// Levels of the categories.
    pub levels: &'d Levels,
    /// The target's value, where it has one alone.
    pub constant_target: Option<f64>,
    store: &'d Store,
}

impl<'d> Estimable<'d> {
    /// All columns.
    pub fn all(data: &'d Data) -> Self {
        Estimable {
            design: Cow::Borrowed(&data.design),
            gram: Cow::Borrowed(&data.gram),
            levels: &data.levels,
            constant_target: data.constant_target,
            store: &data.store,
        }
    }

    /// Those that `dependent` does not name, by their places among the coefficients.
    pub fn without(&self, dependent: &[(usize, Vec<usize>)]) -> Estimable<'d> {
        let first = usize::from(self.gram.intercept);
        let stays = |k: &usize| dependent.iter().all(|d| d.0 != k + first);
        let kept: Vec<usize> = (0..self.design.terms.len()).filter(stays).collect();
        let design = Design {
            names: kept.iter().map(|&k| self.design.names[k].clone()).collect(),
            terms: kept.iter().map(|&k| self.design.terms[k].clone()).collect(),
            ..(*self.design).clone()
        };
        let gram = self.gram.arranged(&kept.iter().map(|k| Some(*k)).collect::<Vec<_>>());
        Estimable { design: Cow::Owned(design), gram: Cow::Owned(gram), ..*self }
    }

    /// The rows as the columns see them.
    pub fn source(&self) -> Designed<'_> {
        Designed { design: &self.design, store: self.store }
    }

    /// The names of the coefficients.
    pub fn names(&self) -> Vec<String> {
        names(&self.design)
    }
}

/// The names of a design's coefficients.
pub fn names(design: &Design) -> Vec<String> {
    let intercept = design.intercept.then(|| "(intercept)".to_string());
    intercept.into_iter().chain(design.names.iter().cloned()).collect()
}

/// A fit of the other columns with those that depend on them: without an estimate in the table, 0 in the model.
pub fn restore(fitted: &mut Fitted, names: &[String], dependent: &[(usize, Vec<usize>)]) {
    let estimated = |k: usize| dependent.iter().all(|d| d.0 != k);
    let unknown = coefficients(names, &vec![f64::NAN; names.len()], &vec![f64::NAN; names.len()], f64::INFINITY, 0.95);
    let (mut table, mut beta) = (Vec::new(), Vec::new());
    let each = names.len() - dependent.len();
    for (class, own) in fitted.beta.iter().enumerate() {
        let rows = fitted.coefficients.iter().skip(class * each).take(each);
        let label = rows.clone().next().and_then(|c| c.class.clone());
        let (mut rows, mut own) = (rows.cloned(), own.iter().copied());
        for (k, unknown) in unknown.iter().enumerate() {
            let known = estimated(k);
            let left_out = || Some(crate::regress::inference::Coefficient { class: label.clone(), ..unknown.clone() });
            table.extend(if known { rows.next() } else { left_out() });
        }
        beta.push((0..names.len()).map(|k| if estimated(k) { own.next().unwrap_or(0.0) } else { 0.0 }).collect());
    }
    (fitted.coefficients, fitted.beta) = (table, beta);
}
