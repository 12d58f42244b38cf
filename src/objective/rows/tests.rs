use super::*;
use crate::error::Source;
use crate::formula::lower::Scope;
use crate::formula::read;

fn line(per_row: PerRow, text: &str, rows: usize, mean: bool) -> RowsObjective {
    let mut g = Graph::new();
    let variables = vec![g.declare("a", InputKind::Variable), g.declare("b", InputKind::Variable)];
    g.declare("x", InputKind::Column);
    g.declare("y", InputKind::Column);
    let value = read(&mut g, &Source::new("test", text), &Scope::default()).unwrap();
    let x: Vec<f64> = (0..rows).map(|i| (i % 10) as f64).collect();
    let y: Vec<f64> = x.iter().map(|x| 2.0 + 3.0 * x + if *x > 5.0 { 1.0 } else { -1.0 }).collect();
    let columns = vec![Vec::new(), Vec::new(), x, y];
    RowsObjective::new(g, value, variables, per_row, Columns { columns, rows }, mean, None)
}

#[test]
fn sums_over_rows_are_those_of_the_definition() {
    let rows = 10_000; // several pieces, the last one not full; whole numbers, so that sums are exact
    let mut f = line(PerRow::Residual, "y - a - b*x", rows, false);
    let at = [1.0, 2.0];
    let (mut value, mut by_a, mut by_b) = (0.0, 0.0, 0.0);
    for i in 0..rows {
        let x = (i % 10) as f64;
        let r = 2.0 + 3.0 * x + if x > 5.0 { 1.0 } else { -1.0 } - 1.0 - 2.0 * x;
        value += r * r;
        by_a -= 2.0 * r;
        by_b -= 2.0 * r * x;
    }
    let mut gradient = [0.0; 2];
    assert_eq!(f.value(&at).unwrap(), value);
    assert_eq!(f.value_and_gradient(&at, &mut gradient).unwrap(), value);
    assert_eq!(gradient, [by_a, by_b]);
    let mut found = Linearized::new(2);
    f.linearize(&at, &mut found).unwrap();
    assert_eq!((found.value, &found.gradient[..]), (value, &[by_a, by_b][..]));
    let mut h = Matrix::zeros(2, 2);
    f.hessian(&at, &mut h).unwrap();
    assert_eq!(h.data, [20_000.0, 90_000.0, 90_000.0, 570_000.0]);
    let mut fisher = Matrix::zeros(2, 2);
    f.fisher(&at, &mut fisher).unwrap();
    for (a, b) in fisher.data.iter().zip(&h.data) {
        assert!((a - b).abs() < 1e-9 * b.abs(), "linear residuals: Fisher information and Hessian are one");
    }
}

#[test]
fn batches_add_up_to_the_whole() {
    let mut f = line(PerRow::Loss, "(y - a - b*x)^2 + a^2", 1000, true);
    let at = [1.0, 2.0];
    let (mut whole, mut part, mut sum) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    f.value_and_gradient(&at, &mut whole).unwrap();
    for k in 0..10 {
        let rows: Vec<u32> = (0..1000).filter(|r| r % 10 == k).collect();
        f.batch(&rows, &at, &mut part).unwrap();
        (sum[0], sum[1]) = (sum[0] + part[0] / 10.0, sum[1] + part[1] / 10.0);
    }
    for (a, b) in sum.iter().zip(&whole) {
        assert!((a - b).abs() < 1e-10 * b.abs());
    }
    assert_eq!(f.offers().residuals, Some(2000), "a row has two squares");
}
