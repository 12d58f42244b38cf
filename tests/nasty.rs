//! Values and gradients of formulas that cancel, at points that hurt, within 4 kappa eps of the truth: kappa is the condition of
//! the formula as it is written (`scripts/proof/formulas.py`).

use gradus::calculus::status::Judge;
use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind, NodeId};
use gradus::formula::lower::Scope;
use gradus::formula::read;
use gradus::objective::Formula;

#[test]
fn within_four_kappa_eps_of_the_truth() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/formulas/nasty.csv")).unwrap();
    let mut points = 0;
    let mut failures = Vec::new();
    for line in text.lines().skip(2) {
        let cells: Vec<&str> = line.split(';').collect();
        let numbers = |s: &str| s.split(' ').map(|n| n.parse().unwrap()).collect::<Vec<f64>>();
        let at: Vec<(&str, f64)> =
            cells[1].split(' ').map(|b| b.split_once('=').unwrap()).map(|(n, v)| (n, v.parse().unwrap())).collect();
        let mut g = Graph::new();
        let variables: Vec<NodeId> = at.iter().map(|(n, _)| g.declare(n, InputKind::Variable)).collect();
        let root = read(&mut g, &Source::new("test", cells[0]), &Scope::default())
            .unwrap_or_else(|e| panic!("{}: {e}", cells[0]));
        let f = Formula::new(g, root, variables);
        let mut inputs: Vec<f64> = at.iter().map(|a| a.1).collect();
        inputs.resize(f.graph.inputs().len(), 0.0);
        let judged = Judge::new(&f).judge(&inputs);
        let mut check = |what: &str, got: f64, want: f64, kappa: f64| {
            // what underflows on the way may be lost to the smallest normal number
            let bound = 4.0 * kappa * f64::EPSILON * want.abs() + f64::MIN_POSITIVE;
            if !((got - want).abs() <= bound) {
                let times = (got - want).abs() / (kappa * f64::EPSILON * want.abs());
                failures.push(format!(
                    "{what} of {} at {}: {got:e}, truth {want:e}: {times:.1} kappa eps",
                    cells[0], cells[1]
                ));
            }
        };
        check("value", judged.value.number, cells[2].parse().unwrap(), cells[3].parse().unwrap());
        for (i, (want, kappa)) in numbers(cells[4]).into_iter().zip(numbers(cells[5])).enumerate() {
            check(at[i].0, judged.partials[i].number, want, kappa);
        }
        points += 1;
    }
    assert!(points >= 200, "only {points} points");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
