//! Counts and classes that are known, and what cannot be decided.

use super::*;
use crate::error::Source;
use crate::formula::graph::{Graph, InputKind};
use crate::formula::{lower::Scope, read};

fn search(text: &str, names: &[&str], lo: f64, hi: f64) -> Found {
    let mut g = Graph::new();
    let variables: Vec<_> = names.iter().map(|n| g.declare(n, InputKind::Variable)).collect();
    let value = read(&mut g, &Source::new("f", text), &Scope::default()).unwrap();
    let f = Formula::new(g, value, variables);
    let domain = vec![Interval::new(lo, hi); names.len()];
    critical(&f, &vec![0.0; names.len()], &domain, 200_000, &mut |_, _, _| true)
}

fn classes(found: &Found) -> [usize; 3] {
    let of = |class| found.points.iter().filter(|p| p.class == class).count();
    [of(Class::Minimum), of(Class::Saddle), of(Class::Maximum)]
}

#[test]
fn himmelblau_has_nine() {
    // Himmelblau 1972: four minima with value 0, one maximum near (-0.27, -0.92)
    for (lo, hi) in [(-6.0, 6.1), (-5.0, 5.0), (-6.0, 6.0)] {
        let found = search("(x^2+y-11)^2 + (x+y^2-7)^2", &["x", "y"], lo, hi);
        assert!(found.complete(), "{found:?}");
        assert_eq!(classes(&found), [4, 4, 1]);
        let minimum = found.points.iter().find(|p| p.at[0] > 2.9 && p.at[1] > 1.9).unwrap();
        assert_eq!(minimum.at, [3.0, 2.0]);
        assert!(minimum.value.contains(0.0));
        let top = found.points.iter().find(|p| p.class == Class::Maximum).unwrap();
        // the published 181.617
        assert!((top.value.midpoint() - 181.616_521_522_2).abs() < 1e-8);
        assert!(found.points.iter().all(|p| p.enclosure.iter().all(|e| e.width() < 1e-13)));
    }
}

#[test]
fn the_six_hump_camel_has_fifteen() {
    // Dixon and Szego 1978: six minima, the global ones with -1.0316284535
    let found = search("(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (-4 + 4*y^2)*y^2", &["x", "y"], -3.0, 3.1);
    assert!(found.complete());
    assert_eq!(classes(&found), [6, 7, 2]);
    let least = found.points.iter().map(|p| p.value.midpoint()).fold(0.0, |m, v| if v < m { v } else { m });
    assert!((least + 1.031_628_453_489_877).abs() < 1e-12);
}

#[test]
fn twenty_seven_points_in_three_dimensions() {
    let found = search("x^4-16*x^2+5*x + y^4-16*y^2+5*y + z^4-16*z^2+5*z", &["x", "y", "z"], -5.0, 5.0);
    assert!(found.complete());
    // minima 2^3, maxima 1, saddles the rest: each coordinate is one of 2 minima and 1 maximum
    assert_eq!(classes(&found), [8, 18, 1]);
}

#[test]
fn four_variables() {
    // sum of (x_i^2 - 1)^2 in pairs with a coupling: 3^4 points, as for coupling 0
    let text = "(a^2-1)^2 + (b^2-1)^2 + (c^2-1)^2 + (d^2-1)^2 + 0.1*(a*b + b*c + c*d)";
    let found = search(text, &["a", "b", "c", "d"], -2.0, 2.0);
    assert!(found.complete());
    assert_eq!(found.points.len(), 81);
    assert_eq!(classes(&found), [16, 64, 1]);
    assert!(found.points.iter().all(|p| p.index == p.eigenvalues.iter().filter(|e| **e < 0.0).count()));
}

#[test]
fn a_saddle_and_nothing_else() {
    for (lo, hi) in [(-5.0, 5.0), (-5.0, 5.1), (-1e6, 1e6), (0.0, 3.0)] {
        let found = search("x^2 - y^2", &["x", "y"], lo, hi);
        assert!(found.complete(), "{lo} {hi} {found:?}");
        assert_eq!(found.points.len(), 1);
        assert_eq!((found.points[0].at.clone(), found.points[0].class), (vec![0.0, 0.0], Class::Saddle));
    }
    assert_eq!(search("x^2 - y^2", &["x", "y"], 1.0, 2.0), Found { boxes: 1, ..Found::default() });
}

#[test]
fn degenerate_points_are_undecided_and_never_dropped() {
    for text in ["x^3 - 3*x*y^2", "x^4 + y^4", "(x^2 + y^2)^2"] {
        let found = search(text, &["x", "y"], -1.0, 1.3);
        assert!(!found.complete() && !found.spent, "{text}");
        assert!(found.points.is_empty(), "{text}");
        let [one] = &found.undecided[..] else { panic!("{text}: {:?}", found.undecided) };
        assert_eq!((one.at.clone(), one.gradient_norm), (vec![0.0, 0.0], 0.0), "{text}");
        assert!(one.cells.iter().all(|c| c.contains(0.0) && c.width() < 1e-5), "{text}");
    }
}

#[test]
fn one_variable_by_higher_derivatives() {
    for (text, class) in [("x^3", Class::Inflection), ("x^4", Class::Minimum), ("-x^6", Class::Maximum)] {
        let found = search(text, &["x"], -1.0, 1.5);
        assert!(found.complete(), "{text}");
        assert_eq!(found.points.len(), 1, "{text}");
        assert_eq!((found.points[0].at[0], found.points[0].class), (0.0, class), "{text}");
    }
    let found = search("sin(x)", &["x"], 0.0, 20.0);
    assert!(found.complete());
    assert_eq!(classes(&found), [3, 0, 3]); // pi/2 + k pi below 20
}

#[test]
fn a_circle_of_minima_spends_the_budget_and_says_so() {
    let mut g = Graph::new();
    let variables: Vec<_> = ["x", "y"].map(|n| g.declare(n, InputKind::Variable)).to_vec();
    let value = read(&mut g, &Source::new("f", "(x^2 + y^2 - 1)^2"), &Scope::default()).unwrap();
    let f = Formula::new(g, value, variables);
    let domain = vec![Interval::new(-2.0, 2.1); 2];
    let found = critical(&f, &[0.0, 0.0], &domain, 2000, &mut |_, _, _| true);
    assert!(found.spent && !found.complete());
    // the maximum in the middle is proved; the circle is one undecided piece
    assert_eq!(found.points.len(), 1);
    assert_eq!(found.points[0].class, Class::Maximum);
    assert_eq!(found.undecided.len(), 1);
    assert!(found.undecided[0].cells.iter().all(|c| c.contains(1.0) && c.contains(-1.0)));
}

#[test]
fn a_kink_is_no_critical_point_and_is_not_dropped() {
    let found = search("abs(x) + (y - 1)^2", &["x", "y"], -2.0, 2.1);
    assert!(found.points.is_empty() && found.undecided.len() == 1);
}
