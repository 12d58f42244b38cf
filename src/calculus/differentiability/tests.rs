//! Functions whose verdict is known by hand.

use super::*;
use crate::calculus::status::Judge;
use crate::error::Source;
use crate::formula::graph::{Graph, InputKind};
use crate::formula::{lower::Scope, read};

fn at(text: &str, names: &[&str], point: &[f64]) -> Differentiability {
    let mut g = Graph::new();
    let variables: Vec<_> = names.iter().map(|n| g.declare(n, InputKind::Variable)).collect();
    let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
    let f = Formula::new(g, value, variables);
    let status = Judge::new(&f).judge(point);
    let gradient: Vec<f64> = status.partials.iter().map(|p| p.number).collect();
    let names: Vec<String> = names.iter().map(|n| n.to_string()).collect();
    differentiability(&f, point, &names, status.value.number, &gradient, Some(&status))
}

/// The verdict at the origin of the plane.
fn origin(text: &str) -> Differentiability {
    at(text, &["x", "y"], &[0.0, 0.0])
}

const SAFE: &str = "if(x == 0 && y == 0, 0, ";

#[test]
fn twenty_five_functions() {
    use Verdict::*;
    let whole = |body: &str| format!("{SAFE}{body})");
    let cases: Vec<(String, Verdict)> = vec![
        // smooth
        ("x^2*y + sin(x*y)".into(), Differentiable),
        ("1e8*x^2 + 1e-8*y".into(), Differentiable),
        ("exp(x - y)/(1 + x^2)".into(), Differentiable),
        ("if(x > -1, sqrt(x + 1), 0) + y".into(), Differentiable),
        // differentiable, though no graph shows it
        ("x*abs(x) + y^2".into(), Differentiable),
        ("abs(x)^1.5 + y".into(), Differentiable),
        ("1 + 2*x - 3*y + abs(x*y)".into(), Differentiable),
        (whole("(x^2 + y^2)*sin(1/sqrt(x^2 + y^2))"), Differentiable),
        (whole("x^2*y^2/(x^2 + y^2)"), Differentiable),
        (whole("x^3*y^2/(x^4 + y^2)"), Differentiable),
        ("1e8*x*abs(x) + 1e-8*abs(y)^1.2".into(), Differentiable),
        // the partials are missing
        ("sqrt(x^2 + y^2)".into(), NoPartials),
        ("abs(x) + y".into(), NoPartials),
        ("max(x, y)".into(), NoPartials),
        ("cbrt(x) + y".into(), NoPartials),
        ("if(x < 0, 0, 1) + y".into(), NoPartials),
        // partials, no continuity
        (whole("x*y/(x^2 + y^2)"), NotContinuous),
        (whole("x^2*y/(x^4 + y^2)"), NotContinuous),
        (whole("x*y^3/(x^2 + y^6)"), NotContinuous),
        ("if(x*y == 0, 0, 1)".into(), NotContinuous),
        (whole("x*y/(x^2 + y^2)*sin(1/(x^2 + y^2))"), NotContinuous),
        (whole("1e-7*x*y/(x^2 + y^2)"), NotContinuous),
        // continuity, no derivative
        (whole("x^2*y/(x^2 + y^2)"), ContinuousNotDifferentiable),
        ("sqrt(abs(x*y))".into(), ContinuousNotDifferentiable),
        (whole("x^3*y/(x^4 + y^2)"), ContinuousNotDifferentiable),
        ("cbrt(x^2*y)".into(), ContinuousNotDifferentiable),
        ("1e8*x*abs(x) + 1e-8*sqrt(abs(x*y))".into(), ContinuousNotDifferentiable),
        (
            whole("1 + x^2*y/(x^2 + y^2)").replace("if(x == 0 && y == 0, 0,", "if(x == 0 && y == 0, 1,"),
            ContinuousNotDifferentiable,
        ),
        ("min(abs(x), abs(y))".into(), ContinuousNotDifferentiable),
    ];
    for (text, want) in cases {
        let found = origin(&text);
        assert_eq!(found.verdict, want, "{text}: {found:?}");
        assert_eq!(found.partials_exist, want != NoPartials, "{text}");
        if matches!(want, NotContinuous | ContinuousNotDifferentiable) {
            assert!(found.witness.is_some(), "{text}");
        }
    }
}

#[test]
fn proofs_are_where_the_graph_shows_it() {
    assert!(origin("x^2*y + sin(x*y)").proved);
    assert!(origin("1e8*x^2 + 1e-8*y").proved);
    assert!(!origin("x*abs(x) + y").proved);
    assert!(!origin("if(x == 0, 0, sin(x^2)/x) + y").proved);
    // away from its corner abs is smooth
    assert!(at("abs(x) + y", &["x", "y"], &[1.0, 0.0]).proved);
}

#[test]
fn the_article_s_witness() {
    let found = origin("if(x == 0 && y == 0, 0, x*y/(x^2+y^2))");
    let witness = found.witness.unwrap();
    assert_eq!(witness.curve, "y = x");
    assert!((witness.limit.unwrap() - 0.5).abs() < 1e-12);
    assert_eq!(found.continuous, Some(false));
    assert!((found.spread.0 - 0.5).abs() < 1e-12);
    let found = origin("if(x == 0 && y == 0, 0, x^2*y/(x^4+y^2))");
    let witness = found.witness.unwrap();
    assert_eq!(witness.curve, "y = x^2");
    assert!((witness.limit.unwrap() - 0.5).abs() < 1e-9);
    assert_eq!(found.spread.0, 0.0, "no line sees it");
    let found = origin("if(x == 0 && y == 0, 0, x^3*y/(x^4+y^2))");
    assert_eq!(found.witness.unwrap().curve, "y = x^2");
}

#[test]
fn away_from_the_origin_and_in_space() {
    let text = "if(x == 1 && y == 2, 5, 5 + (x-1)*(y-2)/((x-1)^2+(y-2)^2))";
    let found = at(text, &["x", "y"], &[1.0, 2.0]);
    assert_eq!(found.verdict, Verdict::NotContinuous);
    let witness = found.witness.unwrap();
    assert_eq!((witness.curve.as_str(), witness.limit.map(|l| (l - 5.5).abs() < 1e-6)), ("y - 2 = x - 1", Some(true)));
    let text = "if(x == 0 && y == 0 && z == 0, 0, x*y*z/(x^2 + y^2 + z^2))";
    assert_eq!(at(text, &["x", "y", "z"], &[0.0; 3]).verdict, Verdict::ContinuousNotDifferentiable);
    let text = "if(x == 0 && y == 0 && z == 0, 0, x*y*z/(x^4 + y^4 + z^2))";
    assert_eq!(at(text, &["x", "y", "z"], &[0.0; 3]).verdict, Verdict::NotContinuous);
    assert_eq!(at("x*abs(x)", &["x"], &[0.0]).verdict, Verdict::Differentiable);
    assert_eq!(at("if(x == 0, 0, x^2*sin(1/x))", &["x"], &[0.0]).verdict, Verdict::Differentiable);
}

#[test]
fn the_quotient_is_shown_over_the_distance() {
    let found = origin("if(x == 0 && y == 0, 0, x^2*y/(x^2+y^2))");
    // along y = c x it is c/(1 + c^2)^(3/2), however near: of the lines that are tried c = 1/2 has the largest
    let worst = 0.5 / (1.25 * 1.25_f64.sqrt());
    let rows: Vec<_> = found.quotients.iter().filter(|q| q.radius <= 0.1 && q.radius >= 1e-10).collect();
    assert!(rows.len() >= 10);
    assert!(rows.iter().all(|q| q.line.as_ref().is_some_and(|l| (l.0 - worst).abs() < 1e-12)));
    let found = origin("x^2*y + sin(x*y)");
    let first = found.quotients.iter().find(|q| q.radius == 1e-1).unwrap().line.as_ref().unwrap().0;
    let last = found.quotients.iter().find(|q| q.radius == 1e-6).unwrap().line.as_ref().unwrap().0;
    assert!(last < 1e-4 * first);
}
