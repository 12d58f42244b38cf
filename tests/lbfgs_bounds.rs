//! lbfgs in a box: the problems of Hock and Schittkowski 1981 that have bounds alone, and large ones whose answer is known by hand.

use gradus::objective::{EvaluationError, Objective, Offers};
use gradus::optimize::bounds::{Bounds, Side};
use gradus::optimize::driver::{Plan, Run, Unwatched};
use gradus::optimize::methods::find;
use gradus::optimize::settings::Settings;
use gradus::optimize::stop::{Rules, Stop};

const FREE: f64 = f64::INFINITY;

/// f and its gradient written out.
struct Given<F>(usize, F);

impl<F: FnMut(&[f64], &mut [f64]) -> f64> Objective for Given<F> {
    fn dimension(&self) -> usize {
        self.0
    }
    fn offers(&self) -> Offers {
        Offers { gradient: true, ..Offers::default() }
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        let mut g = vec![0.0; x.len()];
        Ok((self.1)(x, &mut g))
    }
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        Ok((self.1)(x, gradient))
    }
}

struct End {
    x: Vec<f64>,
    value: f64,
    slope: f64,
    evaluations: u64,
    stop: Stop,
    bounds: Bounds,
}

fn descend(
    start: &[f64],
    (lower, upper): (Vec<f64>, Vec<f64>),
    gtol: f64,
    f: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> End {
    let entry = find("lbfgs").unwrap();
    let bounds = Bounds { lower, upper };
    let rules = Rules { gtol: Some(gtol), max_iterations: 5_000, ..Rules::default() };
    let plan = Plan {
        entry,
        settings: Settings::default(),
        bounds: bounds.clone(),
        rules,
        batches: None,
        look: false,
        seed: 0,
        begun: std::time::Instant::now(),
    };
    let mut f = Given(start.len(), f);
    let mut run = Run::new(&mut f, start, plan).unwrap();
    let stop = run.go(&mut Unwatched).unwrap();
    for (k, x) in run.at.x.iter().enumerate() {
        assert!(bounds.lower[k] <= *x && *x <= bounds.upper[k], "x({k}) = {x} has left the box");
    }
    let slope = run.slopes().1;
    End { x: run.at.x.clone(), value: run.at.value, slope, evaluations: run.objective.count.value, stop, bounds }
}

fn rosenbrock(x: &[f64], g: &mut [f64]) -> f64 {
    let a = x[1] - x[0] * x[0];
    (g[0], g[1]) = (-400.0 * x[0] * a - 2.0 * (1.0 - x[0]), 200.0 * a);
    100.0 * a * a + (1.0 - x[0]) * (1.0 - x[0])
}

/// Value and point; the evaluations are at most those of scipy's L-BFGS-B (docs/benchmarks.md) and one half more.
fn check(name: &str, end: &End, value: f64, x: &[f64], most: u64) {
    assert!(end.stop.criterion.is_convergence(), "{name}: {}", end.stop.message);
    assert!((end.value - value).abs() <= 1e-8 * (1.0 + value.abs()), "{name}: {} is not {value}", end.value);
    for (found, want) in end.x.iter().zip(x) {
        assert!((found - want).abs() <= 1e-4 * (1.0 + want.abs()), "{name}: {:?} is not {x:?}", end.x);
    }
    assert!(end.evaluations <= most, "{name}: {} evaluations", end.evaluations);
}

#[test]
fn hock_and_schittkowskis_problems_with_bounds() {
    let end = descend(&[-2.0, 1.0], (vec![-FREE, -1.5], vec![FREE; 2]), 1e-6, rosenbrock);
    check("HS1", &end, 0.0, &[1.0, 1.0], 72);

    // two minima on the bound x2 = 1.5: stationary in x1 where 400 x1 (x1^2 - 1.5) + 2 (x1 - 1) = 0
    let end = descend(&[-2.0, 1.0], (vec![-FREE, 1.5], vec![FREE; 2]), 1e-6, rosenbrock);
    check("HS2", &end, 4.941229317930, &[-1.2210262, 1.5], 24);

    let end = descend(&[10.0, 1.0], (vec![-FREE, 0.0], vec![FREE; 2]), 1e-10, |x, g| {
        let d = x[1] - x[0];
        (g[0], g[1]) = (-2e-5 * d, 1.0 + 2e-5 * d);
        x[1] + 1e-5 * d * d
    });
    check("HS3", &end, 0.0, &[0.0, 0.0], 12);

    let end = descend(&[1.125, 0.125], (vec![1.0, 0.0], vec![FREE; 2]), 1e-6, |x, g| {
        let a = x[0] + 1.0;
        (g[0], g[1]) = (a * a, 1.0);
        a * a * a / 3.0 + x[1]
    });
    check("HS4", &end, 8.0 / 3.0, &[1.0, 0.0], 3);

    let pi = std::f64::consts::PI;
    let end = descend(&[0.0, 0.0], (vec![-1.5, -3.0], vec![4.0, 3.0]), 1e-6, |x, g| {
        let (c, d) = (libm::cos(x[0] + x[1]), x[0] - x[1]);
        (g[0], g[1]) = (c + 2.0 * d - 1.5, c - 2.0 * d + 2.5);
        libm::sin(x[0] + x[1]) + d * d - 1.5 * x[0] + 2.5 * x[1] + 1.0
    });
    check("HS5", &end, -(3.0_f64.sqrt()) / 2.0 - pi / 3.0, &[0.5 - pi / 3.0, -0.5 - pi / 3.0], 12);

    let end = descend(&[-3.0, -1.0, -3.0, -1.0], (vec![-10.0; 4], vec![10.0; 4]), 1e-6, |x, g| {
        let (a, b, p, q) = (x[1] - x[0] * x[0], x[3] - x[2] * x[2], x[1] - 1.0, x[3] - 1.0);
        g[0] = -400.0 * x[0] * a - 2.0 * (1.0 - x[0]);
        g[1] = 200.0 * a + 20.2 * p + 19.8 * q;
        g[2] = -360.0 * x[2] * b - 2.0 * (1.0 - x[2]);
        g[3] = 180.0 * b + 20.2 * q + 19.8 * p;
        let squares = (1.0 - x[0]) * (1.0 - x[0]) + (1.0 - x[2]) * (1.0 - x[2]);
        100.0 * a * a + 90.0 * b * b + squares + 10.1 * (p * p + q * q) + 19.8 * p * q
    });
    check("HS38", &end, 0.0, &[1.0; 4], 66);

    let upper: Vec<f64> = (1..=5).map(f64::from).collect();
    let end = descend(&[2.0; 5], (vec![0.0; 5], upper.clone()), 1e-6, |x, g| {
        for (k, g) in g.iter_mut().enumerate() {
            *g = -x.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, x)| x).product::<f64>() / 120.0;
        }
        2.0 - x.iter().product::<f64>() / 120.0
    });
    check("HS45", &end, 1.0, &upper, 15);

    let end = descend(&[9.0; 10], (vec![2.001; 10], vec![9.999; 10]), 1e-6, |x, g| {
        let root = libm::pow(x.iter().product::<f64>(), 0.2);
        let mut value = -root;
        for (g, &x) in g.iter_mut().zip(x) {
            let (a, b) = (libm::log(x - 2.0), libm::log(10.0 - x));
            *g = 2.0 * a / (x - 2.0) - 2.0 * b / (10.0 - x) - 0.2 * root / x;
            value += a * a + b * b;
        }
        value
    });
    check("HS110", &end, -45.77846971, &[9.350265; 10], 12);
}

#[test]
fn half_of_ten_thousand_variables_end_on_their_bounds() {
    // sum w_i (x_i - c_i)^2 with w from 1 to 10^4: without coupling the answer is c moved into the box
    let n = 10_000;
    let weight = |i: usize| libm::exp10(4.0 * i as f64 / (n - 1) as f64);
    let target = |i: usize| if i.is_multiple_of(2) { 2.0 } else { 0.5 };
    let end = descend(&vec![0.0; n], (vec![-1.0; n], vec![1.0; n]), 1e-5, |x, g| {
        let mut value = 0.0;
        for (i, (g, &x)) in g.iter_mut().zip(x).enumerate() {
            let d = x - target(i);
            *g = 2.0 * weight(i) * d;
            value += weight(i) * d * d;
        }
        value
    });
    assert!(end.stop.criterion.is_convergence() && end.slope <= 1e-5, "{}", end.stop.message);
    for (i, x) in end.x.iter().enumerate() {
        match i % 2 {
            0 => assert_eq!(end.bounds.side(i, *x), Some(Side::Upper), "x({i})"),
            _ => assert!((x - 0.5).abs() <= 1e-5, "x({i}) = {x}"),
        }
    }
    // of the free variables alone the condition number is 10^4, which costs an unbounded run as much; the
    // count hangs on rounding
    assert!(end.evaluations < 1_200, "{}", end.evaluations);
}

#[test]
fn a_tridiagonal_quadratic_fulfils_its_conditions_of_optimality() {
    // x'Tx/2 - b'x, T = tridiag(-1, 2.01, -1), b wavy: some thousand variables on each bound, the rest between them
    let n = 10_000;
    let b = |i: usize| libm::sin(0.01 * i as f64);
    let (lower, upper) = (vec![-5.0; n], vec![20.0; n]);
    let end = descend(&vec![0.0; n], (lower, upper), 1e-8, |x, g| {
        let mut value = 0.0;
        for i in 0..n {
            let beside = if i > 0 { x[i - 1] } else { 0.0 } + if i + 1 < n { x[i + 1] } else { 0.0 };
            let product = 2.01 * x[i] - beside;
            g[i] = product - b(i);
            value += 0.5 * x[i] * product - b(i) * x[i];
        }
        value
    });
    assert!(end.stop.criterion.is_convergence(), "{}", end.stop.message);
    let at = |side: Side| end.x.iter().enumerate().filter(|(i, x)| end.bounds.side(*i, **x) == Some(side)).count();
    assert!(at(Side::Lower) > 1_000 && at(Side::Upper) > 1_000, "{} {}", at(Side::Lower), at(Side::Upper));
    assert!(end.slope <= 1e-8 && end.evaluations < 600, "{} {}", end.slope, end.evaluations);
}

#[test]
fn a_start_on_a_bound_leaves_it_and_a_fixed_variable_stays() {
    let end = descend(&[-2.0, 3.0, 7.0], (vec![-2.0, 0.0, 7.0], vec![2.0, 3.0, 7.0]), 1e-9, |x, g| {
        (g[0], g[1], g[2]) = (2.0 * (x[0] - 1.0) + 0.1 * x[1], 4.0 * (x[1] - 1.0) + 0.1 * x[0], 1.0);
        (x[0] - 1.0) * (x[0] - 1.0) + 2.0 * (x[1] - 1.0) * (x[1] - 1.0) + 0.1 * x[0] * x[1] + x[2]
    });
    assert!(end.stop.criterion.is_convergence(), "{}", end.stop.message);
    // 2 (x - 1) + y/10 = 0 and 4 (y - 1) + x/10 = 0
    let y = 3.9 / 3.995;
    for (found, want) in end.x.iter().zip([1.0 - y / 20.0, y, 7.0]) {
        assert!((found - want).abs() < 1e-9, "{:?}", end.x);
    }
}
