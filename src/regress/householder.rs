//! Least squares by Householder's reflections in double-double: for few rows, or where every digit counts.
//!
//! Sums of products lose the square of the columns' condition number, reflections the number itself (Golub and Van Loan 2013,
//! 5.3): of 32 digits Filip's ten powers of x leave 20, so that what is written is right to the last digit of an f64.

use super::gram::Gram;
use super::rows::{Source, in_order};
use super::triangle::Triangle;
use super::{Block, RegressError};
use crate::numeric::sum::{Dd, quick_two_sum, two_product, two_sum};

/// Multiplications (rows times the square of the coefficients) up to which a fit is computed in this way unless told
/// otherwise: some milliseconds.
pub const FEW: u64 = 400_000;

/// Lanes of an inner product.
const WIDE: usize = 4;

/// The factor of the rows, as [`Triangle::factor`] has it of their sums: the columns that are kept are those that `sums` (with
/// the same penalty) keeps. `penalty[k]` is added to the square of column k. Parts are reduced on their own and stacked
/// in order (TSQR; Demmel, Grigori, Hoemmen and Langou 2012).
///
/// Fails with `Storage`, `Stopped`.
pub fn factor(source: &dyn Source, gram: &Gram, penalty: &[f64]) -> Result<Triangle, RegressError> {
    let sums = Triangle::factor(gram, penalty);
    let n = gram.order() - 1;
    let kept: Vec<usize> = (0..n).filter(|&k| sums.kept[k]).collect();
    // pivots first: the columns that are kept and the target
    let order: Vec<usize> = kept.iter().copied().chain([n]).chain((0..n).filter(|&k| !sums.kept[k])).collect();
    let pivots = kept.len() + 1;
    let mut stacked: Vec<Line> = Vec::new();
    for (place, &k) in order.iter().enumerate() {
        let mut column = Line::default();
        for &row in &kept {
            let square = penalty.get(row).copied().unwrap_or(0.0);
            if square > 0.0 {
                column.push(if place < kept.len() && row == k { Dd::from(square).sqrt() } else { Dd::ZERO });
            }
        }
        stacked.push(column);
    }
    let part = |block: &Block<'_>| {
        let mut columns = columns(block, gram, &order);
        reduce(&mut columns, pivots);
        Ok(columns)
    };
    in_order(source, (n + 1) * (n + 1) * size_of::<Dd>(), part, |part: Vec<Line>| {
        stacked.iter_mut().zip(&part).for_each(|(above, below)| above.extend(below));
        reduce(&mut stacked, pivots);
        Ok(())
    })?;
    let mut lower = vec![Dd::ZERO; (n + 1) * (n + 1)];
    for (column, &j) in stacked.iter().zip(&order) {
        for (row, &k) in kept.iter().enumerate().filter(|(_, k)| **k <= j) {
            lower[j * (n + 1) + k] = column.at(row);
        }
    }
    let last = stacked.get(kept.len()).map_or(Dd::ZERO, |y| y.at(kept.len()));
    Ok(Triangle::of(lower, sums.kept, last * last, gram))
}

/// Columns of a block as `gram` has them, times the roots of the weights; `order`: which, the ones of the intercept
/// being 0 where there is one, the target last.
fn columns(block: &Block<'_>, gram: &Gram, order: &[usize]) -> Vec<Line> {
    let first = usize::from(gram.intercept);
    let roots: Option<Vec<Dd>> = block.weights.as_ref().map(|w| (0..block.rows).map(|i| w.at(i).sqrt()).collect());
    let value = |k: usize, i: usize| {
        if k < first {
            return Dd::from(1.0);
        }
        let k = k - first;
        let x = match (block.x.get(k), &block.offset) {
            (Some(x), _) => x.at(i),
            (None, Some(offset)) => block.y.at(i) - offset.at(i),
            (None, None) => block.y.at(i),
        };
        (x + -gram.shift[k]) * gram.scale[k]
    };
    let weighted = |k: usize, i: usize| match &roots {
        Some(roots) => value(k, i) * roots[i],
        None => value(k, i),
    };
    order
        .iter()
        .map(|&k| {
            let mut line = Line::default();
            (0..block.rows).for_each(|i| line.push(weighted(k, i)));
            line
        })
        .collect()
}

/// A column, heads and rests apart.
#[derive(Clone, Debug, Default)]
struct Line {
    hi: Vec<f64>,
    lo: Vec<f64>,
}

impl Line {
    fn push(&mut self, x: Dd) {
        self.hi.push(x.hi);
        self.lo.push(x.lo);
    }

    fn extend(&mut self, other: &Line) {
        self.hi.extend_from_slice(&other.hi);
        self.lo.extend_from_slice(&other.lo);
    }

    /// The number of a row; 0 below the last.
    fn at(&self, i: usize) -> Dd {
        match (self.hi.get(i), self.lo.get(i)) {
            (Some(&hi), Some(&lo)) => Dd { hi, lo },
            _ => Dd::ZERO,
        }
    }

    fn set(&mut self, i: usize, x: Dd) {
        (self.hi[i], self.lo[i]) = (x.hi, x.lo);
    }

    /// The inner product from row `from` on, in lanes: sums of the exact products, and of what their rounding lost (Ogita, Rump
    /// and Oishi 2005, Dot2).
    fn dot(&self, other: &Line, from: usize) -> Dd {
        let (mut sum, mut low) = ([0.0; WIDE], [0.0; WIDE]);
        let chunk = |v: &'_ [f64], at: usize| -> [f64; WIDE] {
            let mut lanes = [0.0; WIDE];
            let end = v.len().min(at + WIDE);
            lanes[..end - at].copy_from_slice(&v[at..end]);
            lanes
        };
        for at in (from..self.hi.len()).step_by(WIDE) {
            let (ah, al) = (chunk(&self.hi, at), chunk(&self.lo, at));
            let (bh, bl) = (chunk(&other.hi, at), chunk(&other.lo, at));
            for k in 0..WIDE {
                let (product, error) = two_product(ah[k], bh[k]);
                let (s, lost) = two_sum(sum[k], product);
                low[k] += lost + (error + (ah[k] * bl[k] + al[k] * bh[k]));
                sum[k] = s;
            }
        }
        (0..WIDE).fold(Dd::ZERO, |total, k| total + Dd::sum_of(sum[k], low[k]))
    }

    /// self - c v from row `from` on. Errors are 2^-104 of what is added, not of the difference, as reflections allow;
    /// no branch, so that a compiler makes vectors of it.
    fn subtract(&mut self, c: Dd, v: &Line, from: usize) {
        let rows = self.hi.len();
        let (hi, lo) = (&mut self.hi[from..rows], &mut self.lo[from..rows]);
        for (((hi, lo), vh), vl) in hi.iter_mut().zip(lo).zip(&v.hi[from..rows]).zip(&v.lo[from..rows]) {
            let (product, error) = two_product(c.hi, *vh);
            let (sum, lost) = two_sum(*hi, -product);
            let rest = lost + (*lo - (error + (c.hi * vl + c.lo * vh)));
            (*hi, *lo) = quick_two_sum(sum, rest);
        }
    }
}

/// Reflects the first `pivots` columns to a triangle and takes the others along; as many rows are left.
fn reduce(columns: &mut [Line], pivots: usize) {
    let rows = columns.first().map_or(0, |c| c.hi.len());
    for k in 0..pivots.min(rows) {
        let (head, tail) = columns.split_at_mut(k + 1);
        let v = &mut head[k];
        let norm = v.dot(v, k).sqrt();
        if norm.hi == 0.0 {
            continue;
        }
        let alpha = if v.at(k).hi > 0.0 { -norm } else { norm };
        let below = v.at(k) - alpha;
        let half = -(alpha * below); // |v|^2/2
        v.set(k, below);
        for column in tail {
            let c = v.dot(column, k) / half;
            column.subtract(c, v, k);
        }
        v.hi[k..].fill(0.0);
        v.lo[k..].fill(0.0);
        v.set(k, alpha);
    }
    for column in columns {
        column.hi.truncate(pivots);
        column.lo.truncate(pivots);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;
    use crate::regress::Column;

    /// Rows in parts of so many.
    struct Parts(Vec<Vec<Dd>>, Vec<Dd>, Option<Vec<f64>>, usize);

    impl Source for Parts {
        fn parts(&self) -> usize {
            self.1.len().div_ceil(self.3)
        }

        fn with(
            &self,
            k: usize,
            see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>,
        ) -> Result<(), RegressError> {
            let range = k * self.3..self.1.len().min((k + 1) * self.3);
            let column = |v: &[Dd]| Column {
                hi: v[range.clone()].iter().map(|x| x.hi).collect(),
                lo: v[range.clone()].iter().map(|x| x.lo).collect(),
            };
            see(&Block {
                rows: range.len(),
                x: self.0.iter().map(|x| column(x)).collect(),
                y: column(&self.1),
                weights: self.2.as_ref().map(|w| Column::of(&w[range.clone()])),
                offset: None,
                extra: Vec::new(),
                rounded: vec![false; self.0.len()],
                lines: &[],
            })
        }
    }

    fn sums(rows: &Parts, intercept: bool) -> Gram {
        let mut gram: Option<Gram> = None;
        for k in 0..rows.parts() {
            rows.with(k, &mut |b| {
                gram.get_or_insert_with(|| Gram::new(b, intercept)).add(b);
                Ok(())
            })
            .unwrap();
        }
        gram.unwrap()
    }

    fn solve(rows: &Parts, intercept: bool, penalty: &[f64]) -> (Vec<Dd>, Dd) {
        let gram = sums(rows, intercept);
        let t = factor(rows, &gram, penalty).unwrap();
        let back = 1.0 / gram.scale[gram.terms()];
        (super::super::linear::in_table_units(&gram, &t.solve()), t.rest * (back * back))
    }

    fn close(a: Dd, b: Dd, tolerance: f64) -> bool {
        (a - b).abs().hi <= tolerance * b.abs().hi
    }

    /// A whole number that two f64 hold.
    fn whole(x: i128) -> Dd {
        let hi = x as f64;
        Dd::sum_of(hi, (x - hi as i128) as f64)
    }

    fn determinant(m: &[[i128; 3]; 3]) -> i128 {
        let minor = |a: usize, b: usize| m[1][a] * m[2][b] - m[1][b] * m[2][a];
        m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
    }

    #[test]
    fn exact_rational_solutions() {
        // a parabola through whole numbers far from 0, condition number about 1e11: Cramer's rule in 128 bits
        let mut random = Random::new(2);
        let t: Vec<i128> = (0..30).map(|i| 100_000 + i).collect();
        let y: Vec<i128> = t.iter().map(|_| random.below(1 << 20) as i128).collect();
        // about the middle, so that determinants fit; the coefficients are moved back exactly
        let m = 100_015;
        let power = |i: usize, k: u32| (t[i] - m).pow(k);
        let entry = |a: u32| (0..30).map(|i| power(i, a)).sum::<i128>();
        let right = |a: u32| (0..30).map(|i| power(i, a) * y[i]).sum::<i128>();
        let matrix: [[i128; 3]; 3] = std::array::from_fn(|a| std::array::from_fn(|b| entry((a + b) as u32)));
        let below = determinant(&matrix);
        let above: Vec<i128> = (0..3)
            .map(|k| {
                let mut with = matrix;
                (0..3).for_each(|a| with[a][k] = right(a as u32));
                determinant(&with)
            })
            .collect();
        let moved = [above[0] - above[1] * m + above[2] * m * m, above[1] - 2 * above[2] * m, above[2]];
        let want = moved.map(|x| whole(x) / whole(below));
        let columns =
            |from: u32| -> Vec<Vec<Dd>> { (from..3).map(|k| t.iter().map(|t| whole(t.pow(k))).collect()).collect() };
        let target: Vec<Dd> = y.iter().map(|y| whole(*y)).collect();
        for (intercept, part) in [(true, 30), (true, 7), (false, 30), (false, 4)] {
            let rows = Parts(columns(u32::from(intercept)), target.clone(), None, part);
            let (found, _) = solve(&rows, intercept, &[]);
            // 32 digits less the condition number's 11; sums of products without shifts would leave 10
            assert!(found.iter().zip(want).all(|(f, w)| close(*f, w, 1e-19)), "{found:?} {want:?}");
        }
    }

    #[test]
    fn weights_are_repetitions_and_penalties_are_rows() {
        let mut random = Random::new(5);
        let mut column = || (0..40).map(|_| Dd::sum_of(random.normal(), random.normal() * 1e-17)).collect::<Vec<Dd>>();
        let (x, y) = (vec![column(), column()], column());
        let weights: Vec<f64> = (0..40).map(|i| f64::from(i % 4)).collect();
        let again = |v: &Vec<Dd>| (0..40).flat_map(|i| vec![v[i]; i % 4]).collect::<Vec<Dd>>();
        let (a, rest_a) = solve(&Parts(x.clone(), y.clone(), Some(weights), 16), true, &[]);
        let (b, rest_b) = solve(&Parts(x.iter().map(again).collect(), again(&y), None, 16), true, &[]);
        assert!(a.iter().zip(&b).all(|(a, b)| close(*a, *b, 1e-28)), "{a:?} {b:?}");
        assert!(close(rest_a, rest_b, 1e-28));
        // ridge: the same as from the sums
        let rows = Parts(x, y, None, 9);
        let penalty = [0.0, 3.0, 0.5];
        let (c, _) = solve(&rows, true, &penalty);
        let gram = sums(&rows, true);
        let d = super::super::linear::in_table_units(&gram, &Triangle::factor(&gram, &penalty).solve());
        assert!(c.iter().zip(&d).all(|(c, d)| close(*c, *d, 1e-28)), "{c:?} {d:?}");
    }

    #[test]
    fn a_dependent_column_is_left_out_and_explained() {
        let mut random = Random::new(8);
        let a: Vec<Dd> = (0..20).map(|_| Dd::from(random.normal())).collect();
        let b: Vec<Dd> = (0..20).map(|_| Dd::from(random.normal())).collect();
        let c: Vec<Dd> = a.iter().zip(&b).map(|(a, b)| *a * 2.0 - *b).collect();
        let y: Vec<Dd> = (0..20).map(|_| Dd::from(random.normal())).collect();
        let d = y.iter().zip(&a).map(|(y, a)| *y * *a).collect();
        let rows = Parts(vec![a, b, c, d], y, None, 6);
        let gram = sums(&rows, true);
        let (by_rows, by_sums) = (factor(&rows, &gram, &[]).unwrap(), Triangle::factor(&gram, &[]));
        assert_eq!(by_rows.kept, [true, true, true, false, true, true]);
        assert!(by_rows.solve().iter().zip(by_sums.solve()).all(|(a, b)| (*a - b).abs().hi < 1e-27));
        assert!(by_rows.dependence(3).iter().zip(by_sums.dependence(3)).all(|(a, b)| (*a - b).abs().hi < 1e-27));
    }
}
