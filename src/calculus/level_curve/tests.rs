//! Curves whose branches, lengths and meetings are known.

use super::*;
use crate::error::Source;
use crate::formula::graph::{Graph, InputKind};
use crate::formula::{lower::Scope, read};
use std::f64::consts::{PI, SQRT_2};

fn formula(text: &str) -> Formula {
    let mut g = Graph::new();
    let variables: Vec<_> = ["x", "y"].map(|n| g.declare(n, InputKind::Variable)).to_vec();
    let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
    Formula::new(g, value, variables)
}

fn all(text: &str, level: f64, lo: f64, hi: f64) -> Curves {
    let f = formula(text);
    let found = curves_in(&f, &[0.0; 2], level, [Interval::new(lo, hi); 2], 100_000, &mut |_| true);
    let size = if level.abs() > 1.0 { level.abs() } else { 1.0 };
    for p in found.branches.iter().flat_map(|b| &b.points) {
        assert!((p.value - level).abs() < 1e-10 * size, "{text}: {p:?}");
    }
    found
}

/// Of the ellipse x^2/a^2 + y^2/b^2 = 1, by the trapezoid rule, which converges faster than any power here.
fn circumference(a: f64, b: f64) -> f64 {
    use crate::numeric::elementary::{cos, hypot, sin};
    let n = 4000;
    (0..n).map(|k| 2.0 * PI * k as f64 / n as f64).map(|t| hypot(a * sin(t), b * cos(t)) * 2.0 * PI / n as f64).sum()
}

#[test]
fn the_ellipse_of_the_article() {
    let found = all("x^2 + 4*y^2", 8.0, -5.0, 5.0);
    assert!(found.complete());
    assert_eq!(found.branches.len(), 1);
    assert!(found.branches[0].is_closed());
    assert!((found.branches[0].length() - circumference(8f64.sqrt(), SQRT_2)).abs() < 1e-4);
    // and by following it from (2, 1) without a box
    let branch = curve_through(&formula("x^2 + 4*y^2"), &[2.0, 1.0], 8.0, [2.0, 1.0], 20.0).unwrap();
    assert!(branch.is_closed() && branch.points.len() > 40);
    assert!((branch.length() - circumference(8f64.sqrt(), SQRT_2)).abs() < 1e-4);
    assert!(branch.points.iter().all(|p| (p.value - 8.0).abs() < 1e-13));
}

#[test]
fn two_far_ovals_are_both_found() {
    // Cassini's ovals around (-4, 0) and (4, 0): b < a
    let found = all("((x-4)^2 + y^2)*((x+4)^2 + y^2)", 1.0, -10.0, 10.0);
    assert!(found.complete());
    assert_eq!(found.branches.len(), 2);
    assert!(found.branches.iter().all(Branch::is_closed));
    // two small circles, nearly: |z^2 - 16| = 1 is z = sqrt(16 + e^(it)), of length 2 pi/8 (1 + O(1/256))
    for b in &found.branches {
        assert!((b.length() - 2.0 * PI / 8.0).abs() < 0.01, "{}", b.length());
    }
}

#[test]
fn a_lemniscate_has_two_loops_that_meet() {
    let found = all("(x^2 + y^2)^2 - 8*(x^2 - y^2)", 0.0, -4.0, 4.1);
    assert!(found.complete(), "{:?}", found.undecided.len());
    assert_eq!(found.singular, [[0.0, 0.0]]);
    assert_eq!(found.branches.len(), 2);
    for b in &found.branches {
        assert_eq!(b.ends, [End::Saddle; 2]);
        // Bernoulli's: half of 2 a 2.622057554292119 (the lemniscate constant) with a^2 = 8
        assert!((b.length() - 8f64.sqrt() * 2.622_057_554_292_119).abs() < 2e-3, "{}", b.length());
    }
}

#[test]
fn curves_that_leave_the_box() {
    let found = all("x^2 - y^2", 1.0, -3.0, 3.0);
    assert!(found.complete());
    assert_eq!(found.branches.len(), 2, "a hyperbola");
    assert!(found.branches.iter().all(|b| b.ends == [End::Edge; 2]));
    let found = all("x^2 - y^2", 0.0, -3.0, 3.0);
    assert!(found.complete());
    assert_eq!((found.branches.len(), found.singular.len()), (4, 1), "four arms of a cross");
    let found = all("sin(x)*sin(y)", 0.5, 0.0, 13.0);
    assert!(found.complete());
    assert_eq!(found.branches.len(), 8, "4 by 4 squares, every other one has an oval");
    assert!(all("x^2 + y^2", -1.0, -3.0, 3.0).branches.is_empty());
}

#[test]
fn touching_the_box_and_isolated_points() {
    // a circle that touches all four sides
    let found = all("x^2 + y^2", 1.0, -1.0, 1.0);
    assert!(found.complete());
    assert_eq!(found.branches.len(), 1);
    let found = all("x^2 + 2*y^2", 0.0, -1.0, 1.1);
    assert!(found.complete());
    assert_eq!((found.branches.len(), found.singular.clone()), (0, vec![[0.0, 0.0]]));
    // corners are no hindrance where one partial keeps its sign
    let found = all("abs(x) + abs(y)", 1.0, -1.5, 1.6);
    assert!(found.complete());
    assert_eq!(found.branches.len(), 1);
    assert!((found.branches[0].length() - 4.0 * SQRT_2).abs() < 1e-3);
}

#[test]
fn what_cannot_be_decided_is_said() {
    // a cusp: (y^2 - x^3) has no regular point at the origin, and no saddle either
    let found = all("y^2 - x^3", 0.0, -1.0, 1.1);
    assert!(!found.complete() && !found.spent);
    assert!(found.undecided.iter().all(|c| c[0].magnitude() < 1e-3 && c[1].magnitude() < 1e-3));
    assert_eq!(found.branches.len(), 2);
    let f = formula("sin(40*x)*sin(40*y)");
    let found = curves_in(&f, &[0.0; 2], 0.5, [Interval::new(0.0, 3.0); 2], 500, &mut |_| true);
    assert!(found.spent && !found.complete());
}

#[test]
fn a_parabola_is_followed_both_ways() {
    let branch = curve_through(&formula("y - x^2"), &[1.0, 1.0], 0.0, [1.0, 1.0], 15.0).unwrap();
    assert_eq!(branch.ends, [End::Far; 2]);
    let (first, last) = (branch.points[0].at, branch.points[branch.points.len() - 1].at);
    assert!(first[0] * last[0] < 0.0 && first[1] > 10.0 && last[1] > 10.0);
    assert!(curve_through(&formula("x^2 + y^2"), &[1.0, 1.0], -3.0, [1.0, 1.0], 15.0).is_none());
}
