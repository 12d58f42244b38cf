//! Rows of a logistic fit with the logit link and targets 0 and 1, a block at a time: what [`row`](super::row) says of each.
//!
//! With e = exp(-|eta|) the likelier side has probability 1/(1 + e), the other one e/(1 + e), and their logarithms are
//! -ln(1 + e) and that less |eta|: one exponential, one logarithm, no choice that a vector cannot make.

use crate::numeric::block::{Isa, LANES, per_isa};
use crate::numeric::elementary::{EXP, LOG1P};

/// See [`Block`](super::link::Block). `None` where a target is neither 0 nor 1, or there are more than [`LANES`] rows.
pub fn block([y, eta, w]: [&[f64]; 3], pull: &mut [f64], information: &mut [f64]) -> Option<(f64, f64)> {
    let n = y.len();
    if n > LANES || !y.iter().all(|&y| y == 0.0 || y == 1.0) {
        return None;
    }
    let isa = Isa::detect();
    let (mut down, mut e, mut l) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    down.iter_mut().zip(eta).for_each(|(d, eta)| *d = -eta.abs());
    EXP.block(isa, &mut e[..n], &[&down[..n]]);
    LOG1P.block(isa, &mut l[..n], &[&e[..n]]);
    let mut deviance = [0.0; LANES];
    let mut pearson = [0.0; LANES];
    let w = if w.is_empty() { &[1.0; LANES] } else { w };
    finish(isa, [y, eta, w, &e, &l], [pull, information, &mut deviance, &mut pearson]);
    Some((deviance[..n].iter().sum(), pearson[..n].iter().sum()))
}

per_isa! {
    /// From targets, eta, weights, e and ln(1 + e): pulls, parts of the information, deviances and Pearson's squares.
    fn finish(rows: [&[f64]; 5], out: [&mut [f64]; 4]) {
        let n = rows[0].len();
        let [y, eta, w, e, l] = rows.map(|x| &x[..n]);
        let [pull, information, deviance, pearson] = out.map(|x| &mut x[..n]);
        for i in 0..n {
            let likely = 1.0 / (1.0 + e[i]);
            let unlikely = e[i] * likely;
            let (negative, one) = (eta[i] < 0.0, y[i] == 1.0);
            let unforeseen = negative == one;
            let missing = if unforeseen { likely } else { unlikely };
            let pearsons = if unforeseen { 1.0 / e[i] } else { e[i] };
            pull[i] = w[i] * if one { missing } else { -missing };
            information[i] = w[i] * (likely * unlikely);
            deviance[i] = w[i] * (2.0 * (l[i] + if unforeseen { eta[i].abs() } else { 0.0 }));
            // a row that does not count may be infinitely unlikely
            pearson[i] = if w[i] == 0.0 { 0.0 } else { w[i] * pearsons };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LINKS, by_name, row};
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn a_block_says_what_each_row_says() {
        let (family, link) = (by_name("logistic").unwrap(), LINKS.iter().find(|l| l.name == "logit").unwrap());
        let mut random = Random::new(3);
        let eta: Vec<f64> = (0..200).map(|i| random.normal() * [1.0, 10.0, 200.0, 0.0][i % 4]).collect();
        let y: Vec<f64> = (0..200).map(|_| random.below(2) as f64).collect();
        let (mut pull, mut weights) = (vec![0.0; 200], vec![0.0; 200]);
        let (deviance, pearson) = block([&y, &eta, &[]], &mut pull, &mut weights).unwrap();
        let rows: Vec<_> = y.iter().zip(&eta).map(|(y, eta)| row(family, link, *y, *eta).unwrap()).collect();
        let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-14 * b.abs(), "{a} {b}");
        near(deviance, rows.iter().map(|r| r.deviance).sum());
        let log = crate::numeric::elementary::ln;
        near(log(pearson), log(rows.iter().map(|r| r.pearson).sum()));
        for i in 0..200 {
            near(pull[i], rows[i].pull);
            near(weights[i], rows[i].weight);
        }
        assert_eq!(block([&[0.5], &[1.0], &[]], &mut [0.0], &mut [0.0]), None);
        // with weights, of which one is 0
        let w: Vec<f64> = (0..200).map(|i| [0.0, 0.5, 3.0][i % 3]).collect();
        let (deviance, _) = block([&y, &eta, &w], &mut pull, &mut weights).unwrap();
        near(deviance, rows.iter().zip(&w).map(|(r, w)| w * r.deviance).sum());
        for i in 0..200 {
            near(pull[i], w[i] * rows[i].pull);
            near(weights[i], w[i] * rows[i].weight);
        }
        // a class that is impossible to rounding
        let far = block([&[0.0], &[1e4], &[0.0]], &mut [0.0], &mut [0.0]).unwrap();
        assert_eq!(far, (0.0, 0.0));
    }
}
