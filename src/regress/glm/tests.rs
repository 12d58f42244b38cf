//! Every family and link at its optimum, from one part or many.

use super::*;
use crate::numeric::elementary::ln;
use crate::numeric::random::Random;
use crate::regress::family::by_name;
use crate::regress::gram::Gram;
use crate::regress::rows::Source;
use crate::regress::{Block, Column};

/// Rows in parts of a given size.
struct Cut<'d>(&'d [Vec<f64>], &'d [f64], usize);

impl Source for Cut<'_> {
    fn parts(&self) -> usize {
        self.1.len().div_ceil(self.2)
    }

    fn with(&self, k: usize, see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>) -> Result<(), RegressError> {
        let (from, to) = (k * self.2, self.1.len().min((k + 1) * self.2));
        see(&Block {
            rows: to - from,
            x: self.0.iter().map(|x| Column::of(&x[from..to])).collect(),
            y: Column::of(&self.1[from..to]),
            weights: None,
            offset: None,
            extra: Vec::new(),
            rounded: vec![true; self.0.len()],
            lines: &[],
        })
    }
}

/// Sums of three columns and an intercept as they stand: no shift, no scale.
fn sums(source: &Cut<'_>) -> Gram {
    let mut gram: Option<Gram> = None;
    let add = |b: &Block<'_>| {
        let gram =
            gram.get_or_insert_with(|| Gram { shift: vec![0.0; 4], scale: vec![1.0; 4], ..Gram::new(b, true).empty() });
        gram.add(b);
        Ok(())
    };
    crate::regress::rows::each(source, add).unwrap();
    gram.unwrap()
}

#[test]
fn many_parts_that_begin_at_the_optimum_of_some_end_at_that_of_all() {
    let mut random = Random::new(11);
    let x: Vec<Vec<f64>> = (0..3).map(|_| (0..2000).map(|_| random.normal()).collect()).collect();
    for name in ["logistic", "poisson", "gamma"] {
        let family = by_name(name).unwrap();
        let y: Vec<f64> = (0..2000)
            .map(|i| match name {
                "logistic" => f64::from(u8::from(random.uniform() < 0.5 + 0.1 * x[0][i].clamp(-3.0, 3.0))),
                "poisson" => (4.0 * random.uniform() + x[1][i].abs()).floor(),
                _ => 0.1 + random.uniform() + x[2][i].abs(),
            })
            .collect();
        let fitted = |size: usize| {
            let source = Cut(&x, &y, size);
            // one scale for both: the coefficients are compared in scaled units
            let gram = sums(&source);
            let rows = Rows::new(&source, &gram);
            let zero = vec![0.0; 4];
            let settings = Settings { max_iterations: 50, l2: zero.clone(), l1: zero, start: None };
            let fit = fit(&rows, family, family.links[0], &settings).unwrap();
            assert_eq!(fit.end, End::Converged, "{name}");
            (fit, rows.parts())
        };
        let ((one, parts_of_one), (many, parts)) = (fitted(2000), fitted(20));
        assert!(parts_of_one == 1 && parts >= MANY_PARTS);
        assert_ne!(one.trace[0].loss, many.trace[0].loss, "{name}: it began elsewhere");
        for (a, b) in one.g.iter().zip(&many.g) {
            // a hundred-millionth of a standard error of about 1/sqrt(2000)
            assert!((a - b).abs() < 2e-10, "{name}: {a} {b}");
        }
    }
}

#[test]
fn every_family_and_link_ends_at_its_optimum() {
    // few rows, so that the expected information is not the observed one: Fisher scoring converges linearly there
    let mut random = Random::new(23);
    let n = 40;
    let x: Vec<Vec<f64>> = (0..3).map(|_| (0..n).map(|_| random.normal()).collect()).collect();
    for family in crate::regress::family::FAMILIES {
        let y: Vec<f64> = (0..n)
            .map(|i| match family.name {
                "logistic" => f64::from(u8::from(random.uniform() < 0.5 + 0.1 * x[0][i].clamp(-3.0, 3.0))),
                "poisson" => (8.0 + 6.0 * random.uniform() * random.uniform() + x[1][i].abs()).floor(),
                _ => 0.01 - ln(random.uniform()) * (1.0 + x[2][i].abs()),
            })
            .collect();
        for link in family.links {
            let source = Cut(&x, &y, n);
            let gram = sums(&source);
            let rows = Rows::new(&source, &gram);
            let zero = vec![0.0; 4];
            let settings = Settings { max_iterations: 200, l2: zero.clone(), l1: zero, start: None };
            let fit = fit(&rows, family, link, &settings).unwrap();
            assert_eq!(fit.end, End::Converged, "{} {}", family.name, link.name);
            // Newton's step with the observed information, by differences of the score, is what is left to the optimum
            let score_at = |k: usize, h: f64| {
                let mut g = fit.g.clone();
                g[k] += h;
                score(&rows, family, link, &g).unwrap().0
            };
            let h = 1e-5;
            let columns: Vec<(Vec<f64>, Vec<f64>)> = (0..4).map(|k| (score_at(k, h), score_at(k, -h))).collect();
            let observed = Matrix::from_fn(4, 4, |i, k| (columns[k].1[i] - columns[k].0[i]) / (2.0 * h));
            let left = crate::numeric::linalg::Lu::factor(&observed).unwrap().solve(&score_at(0, 0.0)).unwrap();
            let phi = if family.dispersion_is_one { 1.0 } else { fit.pearson / (n - 4) as f64 };
            let covariance = fit.covariance.as_ref().unwrap();
            for (k, left) in left.iter().enumerate() {
                let parts = left.abs() / (covariance[(k, k)] * phi).sqrt();
                assert!(parts < 1e-11, "{} {}: {parts:e} standard errors", family.name, link.name);
            }
        }
    }
}

#[test]
fn a_path_has_the_fits_of_its_penalties() {
    let mut random = Random::new(31);
    let n = 300;
    let x: Vec<Vec<f64>> = (0..3).map(|_| (0..n).map(|_| random.normal()).collect()).collect();
    for (name, link) in [("logistic", 0), ("logistic", 1), ("poisson", 0), ("gamma", 0), ("gamma", 1)] {
        let family = by_name(name).unwrap();
        let y: Vec<f64> = (0..n)
            .map(|i| match name {
                "logistic" => f64::from(u8::from(random.uniform() < 0.5 + 0.2 * x[0][i].clamp(-2.0, 2.0))),
                "poisson" => (3.0 + 4.0 * random.uniform() + x[1][i].abs()).floor(),
                _ => 0.5 + random.uniform() + 0.2 * x[2][i].abs(),
            })
            .collect();
        let source = Cut(&x, &y, 100);
        let gram = sums(&source);
        let rows = Rows::new(&source, &gram);
        let (family, link) = (family, family.links[link]);
        let mut lambda = 60.0;
        let penalties: Vec<(Vec<f64>, Vec<f64>)> = (0..20)
            .map(|_| {
                lambda *= 0.7;
                let of = |part: f64| (0..4).map(|j| if j == 0 { 0.0 } else { lambda * part }).collect();
                (of(0.2), of(0.8))
            })
            .collect();
        let free = |k: usize| penalties[k].clone();
        let settings = |k| Settings { max_iterations: 200, l2: free(k).0, l1: free(k).1, start: None };
        let null = Settings { l2: vec![0.0], l1: vec![0.0], ..settings(0) };
        let mut start = vec![0.0; 4];
        start[0] = fit(&rows.null(), family, link, &null).unwrap().g[0];
        let mut points = Vec::new();
        path(&rows, (family, link), &start, penalties.iter().cloned(), &mut |point| {
            points.push(point);
            Ok(points.len() < 15)
        })
        .unwrap();
        assert_eq!(points.len(), 15, "it ends when it is told so");
        // the null deviance comes with the score that says where the path begins
        let beside = score(&rows, family, link, &start).unwrap().1;
        let alone = fit(&rows.null(), family, link, &null).unwrap().deviance;
        assert!((beside / alone - 1.0).abs() < 1e-12, "{name}: {beside} {alone}");
        let last = fit(&rows, family, link, &settings(14)).unwrap();
        assert!(last.g[1..].iter().any(|g| *g != 0.0), "{name}");
        for (k, point) in points.iter().enumerate() {
            let one = fit(&rows, family, link, &settings(k)).unwrap();
            for (a, b) in point.g.iter().zip(&one.g) {
                assert!((a - b).abs() < 1e-7, "{name} {} {k}: {a} {b}", link.name);
                assert_eq!(*a == 0.0, *b == 0.0, "{name} {} {k}", link.name);
            }
            assert!((point.deviance / one.deviance - 1.0).abs() < 1e-7, "{name} {k}");
            assert!(point.converged, "{name} {k}");
        }
    }
}
