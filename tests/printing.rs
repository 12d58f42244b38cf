//! Derivatives as text: in the formula language and in LaTeX, against what a person writes.

use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind, NodeId};
use gradus::formula::lower::Scope;
use gradus::formula::{print, read};
use gradus::objective::Formula;

fn derive(text: &str) -> Formula {
    let mut g = Graph::new();
    let scope = Scope { unknown: Some(InputKind::Variable), ..Scope::default() };
    let root = read(&mut g, &Source::new("test", text), &scope).unwrap_or_else(|e| panic!("{text}: {e}"));
    let variables: Vec<NodeId> =
        g.inputs().iter().filter(|i| i.kind == InputKind::Variable).filter_map(|i| g.input_named(&i.name)).collect();
    Formula::new(g, root, variables)
}

#[test]
fn partials_as_a_textbook_has_them() {
    for (formula, want) in [
        ("x^3/3", "x^2"),
        ("1/x", "-1/x^2"),
        ("x/(x^2 + y^2)", "1/(x^2 + y^2) - 2*x^2/(x^2 + y^2)^2"),
        ("sqrt(x^2 + y^2)", "x/sqrt(x^2 + y^2)"),
        ("x*ln(x)", "1 + ln(x)"),
        ("x^y", "y*x^(y - 1)"),
        ("sin(2*pi*x)", "2*pi*cos(2*pi*x)"),
        ("e^x", "e^x"),
        ("exp(-x^2/2)", "-x*exp(-x^2/2)"),
        ("x*(x + y)", "2*x + y"),
        ("100*(y - x^2)^2 + (1 - x)^2", "200*(y - x^2)"),
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", "4*x*(x^2 + y - 11) + 2*(x + y^2 - 7)"),
        ("if(x > 0, sqrt(x), 0)", "if(x > 0, 1/(2*sqrt(x)), 0)"),
        ("(x + 1)^2.5", "2.5*(x + 1)^1.5"),
        ("x/y/z", "1/(y*z)"),
        ("tan(x)", "tan(x)^2 + 1"),
        ("2^-x^2", "-2*x*2^(-x^2)*ln(2)"),
        ("sigmoid(x)", "sigmoid(x)*sigmoid(-x)"),
        ("abs(x)*x", "x*sign(x) + abs(x)"),
        ("atan2(y, x)", "x/(x^2 + y^2)"),
    ] {
        let f = derive(formula);
        assert_eq!(print::infix(&f.graph, f.gradient[0]), want, "of {formula}");
    }
}

#[test]
fn what_is_undefined_does_not_cancel() {
    // x/x and cbrt(x)^2/cbrt(x)^2 are undefined at 0: the text says so, and so does the graph that runs
    let f = derive("cbrt(x)^3");
    assert_eq!(print::infix(&f.graph, f.gradient[0]), "cbrt(x)^2/cbrt(x)^2");
    let f = derive("x/x");
    assert_eq!(print::infix(&f.graph, f.gradient[0]), "1/x - 1/x");
}

#[test]
fn parentheses_where_the_structure_needs_them() {
    for text in [
        "a - (b - c)",
        "a - b - c",
        "a/(b*c)",
        "a/b*c",
        "a*(b*c)",
        "(a^b)^c",
        "a^b^c",
        "(-a)^2",
        "-a^2",
        "-(a*b)",
        "-a*b",
        "a + (-2)*b",
        "2^(-a)",
        "(a + b)*c",
        "a*(-b)",
        "if(a < b && b < c || a != c, a, b)",
        "if(!(a < b && b < c), a, b)",
        "if((a < b || b < c) && a == c, a, b)",
        "max(a - b, -c)",
        "1e-7*a + 1.5e300*b",
    ] {
        let f = derive(text);
        assert_eq!(print::infix(&f.graph, f.value), text);
    }
}

#[test]
fn latex_of_fractions_roots_names_and_cases() {
    for (formula, want) in [
        ("x1/2 + theta*rate_max", r"\frac{x_{1}}{2} + \theta \, \mathrm{rate}_{\mathrm{max}}"),
        ("sqrt(x)^2 + exp(y)^2", r"\left(\sqrt{x}\right)^{2} + \left(e^{y}\right)^{2}"),
        ("2*3.5*x + 1e-7", r"2 \cdot 3.5 \, x + 1 \cdot 10^{-7}"),
        ("if(x >= 0, x, -x)", r"\begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}"),
        ("cbrt(x + 1) - (x - y)", r"\sqrt[3]{x + 1} - \left(x - y\right)"),
        ("x^(y + 1)", r"x^{y + 1}"),
    ] {
        let f = derive(formula);
        assert_eq!(print::latex(&f.graph, f.value), want, "of {formula}");
    }
}

/// Nodes of the whole graph of a formula with its gradient.
fn nodes(text: &str) -> usize {
    derive(text).graph.len()
}

#[test]
fn long_formulas_cost_in_proportion_to_their_length() {
    let sum = |n: usize| (0..n).map(|i| format!("sin({i}*x)*y")).collect::<Vec<_>>().join(" + ");
    let product = |n: usize| (0..n).map(|i| format!("(x*{i}.5 - y)")).collect::<Vec<_>>().join("*");
    let nested = |n: usize| format!("{}x{}", "sin(".repeat(n), ")".repeat(n));
    for make in [&sum as &dyn Fn(usize) -> String, &product, &nested] {
        let (small, large) = (nodes(&make(2_000)), nodes(&make(20_000)));
        assert!(large < 11 * small, "{small} nodes became {large}");
    }
}

#[test]
fn depth_is_no_danger() {
    // on a thread with a small stack: walks over the graph are loops
    let deep = || {
        let n = 100_000;
        let f = derive(&format!("{}x{}", "sin(".repeat(n), ")".repeat(n)));
        assert!(print::length(&f.graph, f.value) > 4.0 * n as f64);
        assert_eq!(print::infix(&f.graph, f.value).len(), 5 * n + 1);
        let f = derive(&format!("{}x{}", "(".repeat(1_000_000), ")".repeat(1_000_000)));
        assert_eq!(print::infix(&f.graph, f.gradient[0]), "1");
        let f = derive(&format!("{}x", "-".repeat(100_001)));
        assert_eq!(print::infix(&f.graph, f.gradient[0]), "-1");
        let f = derive(&format!("x{}", "^-x".repeat(20_000)));
        assert!(print::length(&f.graph, f.value) > 20_000.0);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(deep).unwrap().join().unwrap();
}
