//! Fisher matrices against E[s s'] and divergences against their definition, both by sums and quadrature that know nothing
//! of the closed forms.

use super::*;
use crate::numeric::elementary::{exp, lgamma, ln};

/// ln p(x) of each continuous distribution, and of the counts.
fn log_density(name: &str, p: &[f64], x: f64) -> f64 {
    match name {
        "normal" => -0.5 * ((x - p[0]) / p[1]) * ((x - p[0]) / p[1]) - ln(p[1]) - 0.918_938_533_204_672_7,
        "exponential" => ln(p[0]) - p[0] * x,
        "gamma" => p[0] * ln(p[1]) + (p[0] - 1.0) * ln(x) - p[1] * x - lgamma(p[0]),
        "poisson" => x * ln(p[0]) - p[0] - lgamma(x + 1.0),
        "bernoulli" => ln(if x == 1.0 { p[0] } else { 1.0 - p[0] }),
        "categorical" => ln(p[x as usize]),
        _ => unreachable!(),
    }
}

/// The points and weights over which E is taken.
fn quadrature(name: &str, p: &[f64]) -> Vec<(f64, f64)> {
    match name {
        "normal" => grid(p[0] - 12.0 * p[1], p[0] + 12.0 * p[1]),
        "exponential" => grid(1e-12, 45.0 / p[0]),
        "gamma" => grid(1e-9, (p[0] + 60.0) / p[1]),
        "poisson" => (0..400).map(|k| (f64::from(k), 1.0)).collect(),
        "bernoulli" => vec![(0.0, 1.0), (1.0, 1.0)],
        _ => (0..p.len()).map(|k| (k as f64, 1.0)).collect(),
    }
}

/// Simpson's rule.
fn grid(from: f64, to: f64) -> Vec<(f64, f64)> {
    const N: usize = 20_000;
    let h = (to - from) / N as f64;
    let weight = |k: usize| {
        if k == 0 || k == N {
            1.0
        } else if k % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    (0..=N).map(|k| (from + h * k as f64, weight(k) * h / 3.0)).collect()
}

fn cases() -> Vec<(&'static Distribution, Vec<f64>, Vec<f64>)> {
    vec![
        (&normal::ENTRY, vec![1.0, 0.5], vec![1.2, 0.7]),
        (&bernoulli::ENTRY, vec![0.3], vec![0.45]),
        (&categorical::ENTRY, vec![0.2, 0.5, 0.3], vec![0.25, 0.25, 0.5]),
        (&poisson::ENTRY, vec![2.5], vec![3.5]),
        (&exponential::ENTRY, vec![1.7], vec![0.9]),
        (&gamma::ENTRY, vec![3.5, 2.0], vec![4.0, 1.5]),
    ]
}

#[test]
fn fisher_is_the_expected_square_of_the_score() {
    for (d, p, _) in cases() {
        let f = (d.fisher)(&p);
        let score = |i: usize, x: f64| {
            let h = 1e-5 * p[i];
            let (mut up, mut down) = (p.clone(), p.clone());
            up[i] += h;
            down[i] -= h;
            (log_density(d.name, &up, x) - log_density(d.name, &down, x)) / (2.0 * h)
        };
        for i in 0..p.len() {
            for j in 0..p.len() {
                let e: f64 = quadrature(d.name, &p)
                    .iter()
                    .map(|&(x, w)| w * exp(log_density(d.name, &p, x)) * score(i, x) * score(j, x))
                    .sum();
                assert!((f[(i, j)] - e).abs() < 1e-6 * (1.0 + e.abs()), "{} {i}{j}: {} and {e}", d.name, f[(i, j)]);
            }
        }
    }
}

#[test]
fn divergences_are_their_definition() {
    for (d, p, q) in cases() {
        let want: f64 = quadrature(d.name, &p)
            .iter()
            .map(|&(x, w)| {
                let l = log_density(d.name, &p, x);
                w * exp(l) * (l - log_density(d.name, &q, x))
            })
            .sum();
        let got = (d.divergence)(&p, &q);
        assert!((got - want).abs() < 1e-7 * want, "{}: {got} and {want}", d.name);
        assert_eq!((d.divergence)(&p, &p), 0.0, "{}", d.name);
    }
}

#[test]
fn small_steps_have_half_the_square_of_their_length() {
    // KL(p || p + h) = h F h/2 + O(h^3), also where a subtraction would leave nothing
    for (d, p, q) in cases() {
        for scale in [1e-4, 1e-7] {
            let h: Vec<f64> = p.iter().zip(&q).map(|(a, b)| (b - a) * scale).collect();
            let near: Vec<f64> = p.iter().zip(&h).map(|(a, b)| a + b).collect();
            let f = (d.fisher)(&p);
            let square: f64 = (0..p.len()).map(|i| (0..p.len()).map(|j| h[i] * f[(i, j)] * h[j]).sum::<f64>()).sum();
            let got = (d.divergence)(&p, &near);
            assert!((got - square / 2.0).abs() < 1e-3 * square, "{} {scale}: {got} and {}", d.name, square / 2.0);
        }
    }
}

#[test]
fn parameters_outside_the_family_are_told() {
    for (d, _, _) in cases() {
        assert!((d.fault)(&vec![-1.0; d.parameters.len()]).is_some(), "{}", d.name);
    }
    assert_eq!((categorical::ENTRY.fault)(&[0.5, 0.6]), Some("probabilities that sum to 1"));
}
