//! Every method of the registry through the same gates: its first steps are those of its paper, it solves the problems within its
//! budget, it respects a box, going up -f is going down f, and a run that is cut and resumed has the same bits.

use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind};
use gradus::formula::lower::Scope;
use gradus::formula::read;
use gradus::objective::{EvaluationError, Formula, FormulaObjective, Objective};
use gradus::optimize::bounds::Bounds;
use gradus::optimize::driver::{Plan, Row, Run, Unwatched, Watch};
use gradus::optimize::method::{Entry, Needs};
use gradus::optimize::methods::TABLE;
use gradus::optimize::negated::Negated;
use gradus::optimize::settings::Settings;
use gradus::optimize::state::State;
use gradus::optimize::stop::{Criterion, Rules, Stop};
use std::time::Instant;

fn objective(text: &str, names: &[&str]) -> FormulaObjective {
    let mut g = Graph::new();
    let variables = names.iter().map(|n| g.declare(n, InputKind::Variable)).collect();
    let value = read(&mut g, &Source::new("test", text), &Scope::default()).unwrap();
    FormulaObjective::new(Formula::new(g, value, variables))
}

fn plan(entry: &'static Entry, change: fn(&mut Settings)) -> Plan {
    let mut settings = Settings::default();
    (entry.defaults)(&mut settings);
    change(&mut settings);
    let rules = Rules { max_iterations: entry.max_iterations, ..Rules::default() };
    Plan {
        entry,
        settings,
        bounds: Bounds::default(),
        rules,
        batches: None,
        look: true,
        seed: 0,
        begun: Instant::now(),
    }
}

/// Remembers iterates, and states where asked.
#[derive(Default)]
struct Notes {
    points: Vec<Vec<f64>>,
    want_state_at: Option<u64>,
    state: Option<State>,
}

impl Watch for Notes {
    fn accepted(&mut self, row: &Row<'_>) -> Result<(), EvaluationError> {
        self.points.push(row.at.x.clone());
        Ok(())
    }
    fn wants_state(&mut self, k: u64) -> bool {
        self.want_state_at == Some(k)
    }
    fn state(&mut self, state: State) -> Result<(), EvaluationError> {
        self.state = Some(state);
        Ok(())
    }
}

#[test]
fn every_file_is_in_the_table_and_names_are_unique() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/optimize/methods");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|f| f.is_file()) // folders are rooms of the file of the same name
        .map(|f| f.file_stem().unwrap().to_string_lossy().replace('_', "-"))
        .filter(|f| f != "mod")
        .collect();
    files.sort();
    let mut names: Vec<String> = TABLE.iter().map(|e| e.name.to_string()).collect();
    names.sort();
    assert_eq!(files, names);
}

#[test]
fn the_first_steps_are_those_of_the_papers() {
    for entry in TABLE {
        let mut f = objective("x^2 + 4*y^2", &["x", "y"]);
        let steps = &entry.first_steps;
        let mut plan = plan(entry, steps.settings);
        plan.rules.max_iterations = 2;
        let mut notes = Notes::default();
        Run::new(&mut f, &[1.0, 0.5], plan).unwrap().go(&mut notes).unwrap();
        for (k, want) in steps.iterates.iter().enumerate() {
            // a method that has arrived takes no further step
            let Some(found) = notes.points.get(k + 1).or(notes.points.last()) else {
                panic!("{}: no step", entry.name)
            };
            for (found, want) in found.iter().zip(want) {
                assert!(
                    (found - want).abs() <= steps.tolerance,
                    "{} step {}: {found} is not {want}",
                    entry.name,
                    k + 1
                );
            }
        }
        assert!(steps.work.len() > 20 && entry.source.len() > 8, "{}", entry.name);
    }
}

/// Formula, start, lowest value.
const PROBLEMS: &[(&str, [f64; 2], f64)] = &[
    ("(x - 3)^2 + 10*(y + 1)^2 + 2", [0.0, 0.0], 2.0),
    ("(x + y)^2 + (x - 2)^2 + exp(0.1*y)^2", [1.0, 1.0], f64::NAN),
];

#[test]
fn every_method_solves_the_problems_within_its_budget() {
    for entry in TABLE {
        for (text, start, lowest) in PROBLEMS {
            let mut f = objective(text, &["x", "y"]);
            let (settings, budget) = entry.proof;
            let mut run = Run::new(&mut f, start, plan(entry, settings)).unwrap();
            let stop = run.go(&mut Unwatched).unwrap();
            assert!(stop.criterion.is_convergence(), "{} on {text}: {}", entry.name, stop.message);
            let used = run.objective.count.value;
            assert!(used <= budget, "{} on {text}: {used} evaluations", entry.name);
            if lowest.is_finite() {
                assert!(run.at.value - lowest < 1e-8, "{} on {text}: {}", entry.name, run.at.value);
            }
            assert!(run.slopes().1 < 1e-3, "{} on {text}: gradient {}", entry.name, run.slopes().1);
            assert_eq!(run.end.as_ref().unwrap().class(), Some("minimum"), "{}", entry.name);
        }
    }
}

#[test]
fn second_order_methods_solve_rosenbrock() {
    for entry in TABLE.iter().filter(|e| !e.first_order) {
        let mut f = objective("(1 - x)^2 + 100*(y - x^2)^2", &["x", "y"]);
        let mut run = Run::new(&mut f, &[-1.2, 1.0], plan(entry, |_| {})).unwrap();
        let stop = run.go(&mut Unwatched).unwrap();
        println!("{} {:?} {:e} {} {:?}", entry.name, run.objective.count, run.at.value, run.at.k, run.slopes());
        assert!(stop.criterion.is_convergence(), "{}: {}", entry.name, stop.message);
        assert!(run.at.value < 1e-10, "{}: {}", entry.name, run.at.value);
        println!("{} {:?} {:e}", entry.name, run.objective.count, run.at.value);
    }
}

#[test]
fn a_box_is_respected_and_active_bounds_are_found() {
    // the free minimum (3, -1) lies outside: in the box the answer is (2, -0.5), by hand
    for entry in TABLE {
        let mut f = objective("(x - 3)^2 + 10*(y + 1)^2 + 2", &["x", "y"]);
        let mut plan = plan(entry, entry.proof.0);
        plan.bounds = Bounds { lower: vec![-5.0, -0.5], upper: vec![2.0, f64::INFINITY] };
        let mut notes = Notes::default();
        let mut run = Run::new(&mut f, &[0.0, 0.7], plan).unwrap();
        let stop = run.go(&mut notes).unwrap();
        assert!(stop.criterion.is_convergence(), "{}: {}", entry.name, stop.message);
        assert_eq!(run.at.x, [2.0, -0.5], "{}", entry.name);
        assert!(notes.points.iter().all(|p| p[0] <= 2.0 && p[0] >= -5.0 && p[1] >= -0.5), "{}", entry.name);
    }
}

#[test]
fn a_bound_that_binds_one_variable_leaves_the_other_free() {
    // coupled: with x held at 0.5 the minimum over y of Rosenbrock's function is at y = x^2
    for entry in TABLE.iter().filter(|e| !e.first_order) {
        let mut f = objective("(1 - x)^2 + 100*(y - x^2)^2", &["x", "y"]);
        let mut plan = plan(entry, |_| {});
        plan.bounds = Bounds { lower: vec![f64::NEG_INFINITY; 2], upper: vec![0.5, f64::INFINITY] };
        let mut run = Run::new(&mut f, &[-1.2, 1.0], plan).unwrap();
        let stop = run.go(&mut Unwatched).unwrap();
        assert!(stop.criterion.is_convergence(), "{}: {}", entry.name, stop.message);
        assert_eq!(run.at.x[0], 0.5, "{}", entry.name);
        assert!((run.at.x[1] - 0.25).abs() < 1e-6, "{}: {:?}", entry.name, run.at.x);
    }
}

#[test]
fn going_up_the_negative_is_going_down() {
    let text = "(x - 3)^2 + 10*(y + 1)^4 + 2*x*y";
    for entry in TABLE.iter().filter(|e| !matches!(e.needs, Needs::Residuals | Needs::Fisher)) {
        let run = |f: &mut dyn Objective| {
            let mut plan = plan(entry, entry.proof.0);
            plan.rules.max_iterations = 7;
            let mut notes = Notes::default();
            Run::new(f, &[0.5, 0.5], plan).unwrap().go(&mut notes).unwrap();
            notes.points
        };
        let down = run(&mut objective(text, &["x", "y"]));
        let up = run(&mut Negated(Box::new(objective(&format!("-({text})"), &["x", "y"]))));
        for (a, b) in down.iter().flatten().zip(up.iter().flatten()) {
            assert!((a - b).abs() <= 1e-9 * (1.0 + a.abs()), "{}: {a} {b}", entry.name);
        }
    }
}

#[test]
fn a_run_that_is_cut_and_resumed_has_the_same_bits() {
    for entry in TABLE {
        for cut in [1, 3] {
            let text = "(1 - x)^2 + 100*(y - x^2)^2 + (x*y - 2)^2";
            let go = |state: Option<State>, want: Option<u64>| {
                let mut f = objective(text, &["x", "y"]);
                let mut plan = plan(entry, entry.proof.0);
                plan.settings.schedule.rate = 1e-4;
                plan.rules.max_iterations = 12;
                let mut run = Run::new(&mut f, &[-1.2, 1.0], plan).unwrap();
                if let Some(state) = state {
                    let entries = state.entries().clone();
                    run.resume(State::of(entries)).unwrap();
                }
                let mut notes = Notes { want_state_at: want, ..Notes::default() };
                let stop: Stop = run.go(&mut notes).unwrap();
                let bits: Vec<u64> = run.at.x.iter().chain(&run.at.gradient).map(|x| x.to_bits()).collect();
                (bits, run.objective.count, run.at.k, stop, notes.state)
            };
            let whole = go(None, Some(cut));
            let Some(state) = whole.4 else { continue };
            let resumed = go(Some(state), None);
            assert_eq!(whole.0, resumed.0, "{} cut at {cut}", entry.name);
            assert_eq!((whole.1, whole.2), (resumed.1, resumed.2), "{}", entry.name);
            assert_eq!(format!("{:?}", whole.3), format!("{:?}", resumed.3), "{}", entry.name);
        }
    }
}

#[test]
fn a_saddle_is_told_and_left_by_those_that_can() {
    for entry in TABLE.iter().filter(|e| !matches!(e.needs, Needs::Residuals | Needs::Fisher)) {
        let mut f = objective("x^2 - y^2 + y^4", &["x", "y"]);
        let mut run = Run::new(&mut f, &[1.0, 0.0], plan(entry, entry.proof.0)).unwrap();
        let stop = run.go(&mut Unwatched).unwrap();
        assert!(stop.criterion.is_convergence(), "{}: {}", entry.name, stop.message);
        let class = run.end.as_ref().unwrap().class();
        if entry.first_order {
            assert_eq!(class, Some("saddle"), "{}", entry.name);
            assert_eq!(run.at.x[1], 0.0, "a variable whose partial is 0 does not move");
        } else {
            assert_eq!(class, Some("minimum"), "{}", entry.name);
            assert!((run.at.value + 0.25).abs() < 1e-9 && run.saddles <= 1, "{}", entry.name);
        }
    }
}

#[test]
fn a_rate_that_is_too_large_diverges_and_the_bound_is_told() {
    let entry = TABLE[0];
    let mut f = objective("x^2 + y^2", &["x", "y"]);
    let mut plan = plan(entry, |s| {
        s.rule = gradus::optimize::settings::Rule::Scheduled;
        s.schedule.rate = 1.1;
    });
    plan.rules.max_iterations = 1000;
    let stop = Run::new(&mut f, &[3.0, 4.0], plan).unwrap().go(&mut Unwatched).unwrap();
    assert_eq!(stop.criterion, Criterion::Diverged);
    assert!(stop.message.contains("2/L = 1"), "{}", stop.message);
}

#[test]
fn f_and_a_million_f_stop_at_the_same_point() {
    for entry in TABLE.iter().filter(|e| !e.first_order) {
        let at = |text: &str| {
            let mut f = objective(text, &["x", "y"]);
            let mut run = Run::new(&mut f, &[-1.2, 1.0], plan(entry, |_| {})).unwrap();
            let stop = run.go(&mut Unwatched).unwrap();
            assert!(stop.criterion.is_convergence(), "{}: {}", entry.name, stop.message);
            (run.at.x.clone(), run.at.k)
        };
        let (one, k) = at("(1 - x)^2 + 100*(y - x^2)^2 + 7");
        // a power of two changes no digit, so that the whole course is the same
        let (many, k_many) = at("1048576*((1 - x)^2 + 100*(y - x^2)^2 + 7)");
        assert_eq!((one, k), (many, k_many), "{}", entry.name);
    }
}
