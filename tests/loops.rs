//! Formulas with reductions, run as loops, against the same formulas written out term by term, and against hand-written code.

use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind};
use gradus::formula::lower::Scope;
use gradus::formula::{read, unroll};
use gradus::numeric::block::Isa;
use gradus::numeric::random::Random;
use gradus::objective::{ArrayFormula, ArrayObjective, Formula, FormulaObjective, Layout, Objective};

/// Numbers and arrays of coordinates, and fixed arrays, for every formula below.
fn names() -> (Graph, Layout) {
    let mut g = Graph::new();
    g.declare("n", InputKind::Constant(7.0));
    g.declare_array("u", &[7], Some(vec![0.3, -1.2, 2.0, 0.7, 1.1, -0.4, 0.9].into()));
    g.declare_array("D", &[3, 4], Some((0..12).map(|k| 0.1 * f64::from(k) - 0.5).collect()));
    let mut layout = Layout::new();
    for (name, shape) in [("a", &[][..]), ("x", &[7]), ("b", &[]), ("W", &[3, 4]), ("y", &[4])] {
        layout.push(name, shape);
        match shape {
            [] => {
                g.declare(name, InputKind::Variable);
            }
            _ => {
                g.declare_array(name, shape, None);
            }
        }
    }
    (g, layout)
}

fn written_out(text: &str) -> FormulaObjective {
    let (mut g, layout) = names();
    let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
    let mut coordinates = Vec::new();
    for v in layout.variables() {
        match g.array_named(&v.name) {
            Some(array) => coordinates.extend(unroll::components(&mut g, array)),
            None => coordinates.push(g.declare(&v.name, InputKind::Variable)),
        }
    }
    let value = unroll::unroll(&mut g, &[value]).unwrap()[0];
    FormulaObjective::new(Formula::new(g, value, coordinates))
}

fn looped(text: &str, isa: Isa) -> ArrayObjective {
    ArrayObjective::on(array_formula(text), isa)
}

fn array_formula(text: &str) -> ArrayFormula {
    let (mut g, layout) = names();
    let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
    ArrayFormula::new(g, value, layout)
}

const FORMULAS: &[&str] = &[
    "sum(i, 1, n, i*x(i)^2)",
    "sum(x) + prod(y) + a*b",
    "sum(i, 1, n - 1, 100*(x(i+1) - x(i)^2)^2 + (1 - x(i))^2)",
    "sqrt(1 + norm2(x)) + norm(y)*a",
    "sum(i, 1, 3, (sum(j, 1, 4, W(i,j)*y(j)) - u(i))^2)",
    "sum(j, 1, 4, (sum(i, 1, 3, W(i,j)*x(i)) - b)^2)",
    "dot(W, D) + dot(x, u)*a",
    "sum(i, 1, n, (x(i) + sum(j, 1, n, x(j)) - (n + 1))^2) + (prod(j, 1, n, x(j)) - 1)^2",
    "sum(i, 1, n, (x(i) + 1/(n + 1)*((1 - i/(n + 1))*sum(j, 1, i, j/(n + 1)*(x(j) + j/(n + 1) + 1)^3)))^2)",
    "sum(i, 1, n, (x(i)*(2 + 5*x(i)^2) + 1 - sum(j, max(1, i - 5), min(n, i + 1), if(j != i, x(j)*(1 + x(j)), 0)))^2)",
    "sum(i, 1, n, if(i > 1, x(i-1), 0)*x(i)*if(i < n, x(i+1), 1))",
    "sum(i, 1, n, x(n + 1 - i)*x(i)*i) + sum(i, 1, 3, x(2*i)*x(2*i - 1))",
    "sum(i, 1, n, x(mod(3*i, 7) + 1)*sin(x(i)))",
    "mean(i, 1, n, exp(-a*i)*x(i)) + mean(y)",
    "max(i, 1, n, x(i)*u(i)) + min(x)*a + max(a, b)",
    "prod(i, 1, n, 1 + x(i)*u(i)) + prod(i, 2, 4, x(i) - 0.25*y(1))",
    "sum(i, 1, 3, prod(j, 1, 4, W(i,j) + a)*x(i))",
    "sum(i, 1, 3, sum(j, i, 4, sum(k, 1, j, W(i,k)*y(j)*x(k)*a)))",
    "ln(sum(i, 1, n, exp(x(i) - a)))*b + x(3)*W(2,3)",
    "sum(i, 1, n, if(x(i) > 0, x(i)^2, -a*x(i)))",
    "sum(i, 1, 3, (W(i,1) - W(i,4))^2) + sum(i, 5, 4, x(i))",
    "sum(i, 1, 4, y(i)*sum(x))*sum(i, 1, 3, D(i, i)*a)",
];

fn close(got: f64, want: f64, scale: f64) -> bool {
    (got - want).abs() <= 1e-12 * (1.0 + scale)
}

#[test]
fn loops_are_what_their_terms_are_written_out() {
    let mut random = Random::new(7);
    let ways: [fn(&str) -> ArrayObjective; 2] =
        [|text| looped(text, Isa::detect()), |text| ArrayObjective::new(array_formula(text))];
    for (text, way) in FORMULAS.iter().flat_map(|t| ways.map(|w| (t, w))) {
        let mut plain = written_out(text);
        let mut loops = way(text);
        let n = plain.dimension();
        assert_eq!(loops.dimension(), n);
        for _ in 0..5 {
            let x: Vec<f64> = (0..n).map(|_| 0.2 + random.uniform()).collect();
            let v: Vec<f64> = (0..n).map(|_| random.uniform() - 0.5).collect();
            let (mut want, mut got) = (vec![0.0; n], vec![f64::NAN; n]);
            let f = plain.value_and_gradient(&x, &mut want).unwrap();
            let scale = want.iter().fold(f.abs(), |m, g| if g.abs() > m { g.abs() } else { m });
            assert!(close(loops.value(&x).unwrap(), f, scale), "{text}: value");
            assert!(close(loops.value_and_gradient(&x, &mut got).unwrap(), f, scale), "{text}: value beside gradient");
            for k in 0..n {
                assert!(close(got[k], want[k], scale), "{text}: partial {k}: {} for {}", got[k], want[k]);
            }
            plain.hessian_vector(&x, &v, &mut want).unwrap();
            loops.hessian_vector(&x, &v, &mut got).unwrap();
            let scale = want.iter().fold(scale, |m, g| if g.abs() > m { g.abs() } else { m });
            for k in 0..n {
                assert!(close(got[k], want[k], scale), "{text}: H v at {k}: {} for {}", got[k], want[k]);
            }
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let mut random = Random::new(8);
    for text in FORMULAS {
        let x: Vec<f64> = (0..names().1.len()).map(|_| 0.2 + random.uniform()).collect();
        let bits = |isa: Isa| {
            let mut g = vec![0.0; x.len()];
            let f = looped(text, isa).value_and_gradient(&x, &mut g).unwrap();
            (f.to_bits(), g.iter().map(|g| g.to_bits()).collect::<Vec<_>>())
        };
        let first = bits(Isa::BASELINE);
        for isa in Isa::available() {
            assert_eq!(bits(isa), first, "{text} on {isa:?}");
        }
    }
}

/// A long formula in `x: [n]`.
fn long(text: &str, n: usize) -> ArrayObjective {
    let mut g = Graph::new();
    g.declare("n", InputKind::Constant(n as f64));
    g.declare_array("x", &[n], None);
    let mut layout = Layout::new();
    layout.push("x", &[n]);
    let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
    ArrayObjective::new(ArrayFormula::new(g, value, layout))
}

const ROSENBROCK: &str = "sum(i, 1, n - 1, 100*(x(i+1) - x(i)^2)^2 + (1 - x(i))^2)";

#[test]
fn a_long_sum_beside_a_loop_by_hand() {
    for n in [2, 255, 256, 257, 258, 16_384, 16_385, 100_003] {
        let x: Vec<f64> =
            (0..n).map(|i| 1.0 + 0.3 * f64::from(i as u32 % 17) - 0.1 * f64::from(i as u32 % 5)).collect();
        let mut want = vec![0.0; n];
        let mut value = 0.0;
        for i in 0..n - 1 {
            let (r, s) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            value += 100.0 * r * r + s * s;
            want[i + 1] += 200.0 * r;
            want[i] += -400.0 * r * x[i] - 2.0 * s;
        }
        let mut got = vec![f64::NAN; n];
        let f = long(ROSENBROCK, n).value_and_gradient(&x, &mut got).unwrap();
        assert!((f - value).abs() <= 1e-12 * value, "n = {n}: {f} for {value}");
        for k in 0..n {
            assert!((got[k] - want[k]).abs() <= 1e-12 * (100.0 + want[k].abs()), "n = {n}, partial {k}");
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let n = 100_004;
    let formulas = [
        ROSENBROCK,
        "sum(i, 1, n - 40, x(i)*x(i + 40)*sin(x(i + 7)))",
        "sum(i, 1, n, x(n + 1 - i)*x(i)^2)/n",
        "sum(i, 1, n/2 - 1, x(2*i)*x(2*i - 1) + x(2*i + 1)^2)",
        "sum(i, 1, n, x(i)*x(1) + x(mod(i, 10) + 1)^2)",
        "sqrt(sum(i, 1, 1000, (sum(j, 1, 50, x(50*(i - 1) + j)*x(j)) - i)^2))",
        "ln(sum(i, 1, n, exp(-x(i))))",
    ];
    let x: Vec<f64> = (0..n).map(|i| 0.5 + 0.37 * f64::from(i as u32 % 19)).collect();
    for text in formulas {
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut g = vec![0.0; n];
                let f = long(text, n).value_and_gradient(&x, &mut g).unwrap();
                (f.to_bits(), g.iter().map(|g| g.to_bits()).collect::<Vec<_>>())
            })
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(5), "{text}");
        assert!(one.1.iter().any(|&g| g != 0), "{text}: no gradient at all");
    }
}

#[test]
fn factors_that_are_zero_have_their_slope() {
    // the product of the others: by hand
    let mut f = looped("prod(i, 1, n, x(i))", Isa::detect());
    let mut x = vec![2.0; f.dimension()];
    let mut g = vec![0.0; f.dimension()];
    x[1 + 2] = 0.0; // x(3)
    assert_eq!(f.value_and_gradient(&x, &mut g).unwrap(), 0.0);
    assert_eq!(g[1..8], [0.0, 0.0, 64.0, 0.0, 0.0, 0.0, 0.0]);
    x[1 + 4] = 0.0; // x(5) too
    f.value_and_gradient(&x, &mut g).unwrap();
    assert_eq!(g[1..8], [0.0; 7]);
}

#[test]
fn an_inner_sum_that_does_not_change_is_computed_once() {
    // n^2 terms would take minutes here
    let n = 200_000;
    let mut f = long("sum(i, 1, n, (x(i) - sum(j, 1, n, x(j))/n)^2)", n);
    let x: Vec<f64> = (0..n).map(|i| f64::from(i as u32 % 2)).collect();
    let mut g = vec![0.0; n];
    let value = f.value_and_gradient(&x, &mut g).unwrap();
    // n times the variance of a fair coin; the slope of a sum of squared deviations is 2 (x - mean)
    assert!((value - n as f64 / 4.0).abs() < 1e-6);
    assert!((g[0] + 1.0).abs() < 1e-12 && (g[1] - 1.0).abs() < 1e-12);
}
