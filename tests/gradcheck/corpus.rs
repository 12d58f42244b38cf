//! A corpus of functions with right and wrong gradients, generated from a seed: what is known of each is known from the way it was
//! put together, not from the code that it tests.
//!
//! A function is a weighted sum of one to four terms in one to five variables, some of them scaled by up to 10^±6, some
//! cancelling, some near a kink, or a sum of squares over a matrix. Each term comes with its partial derivatives, written by hand, and
//! with what somebody writes who forgets the inner derivative. A bug is made from these texts.

use gradus::numeric::random::Random;

/// A function with its gradient as text.
#[derive(Clone, Debug)]
pub struct Function {
    /// What kind it is.
    pub class: &'static str,
    /// f
    pub formula: String,
    /// The variables with their values.
    pub at: Vec<(String, f64)>,
    /// By variable, then by term: the partial, and the partial without the inner derivative where there is one.
    pub partials: Vec<Vec<Piece>>,
    /// A number of the size of the gradient.
    pub offset: f64,
    /// Lines for a spec in place of the variables, and the claims that are made of them: functions of a matrix.
    pub matrix: Option<Matrix>,
}

/// One term's part in one partial derivative.
#[derive(Clone, Debug)]
pub struct Piece {
    pub partial: String,
    pub without_inner: Option<String>,
}

/// A function of a matrix, its gradient by (i, j), and two wrong ones.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub variables: String,
    pub right: String,
    pub transposed: String,
    pub wrong_axis: String,
}

/// A claim and what is expected of it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What was done to the gradient.
    pub kind: &'static str,
    /// The bug's name in a diagnosis; `None`: the claim is right.
    pub bug: Option<&'static str>,
    /// Variable and formula.
    pub claims: Vec<(String, String)>,
}

/// A number in the text of a formula.
fn text(x: f64) -> String {
    let s = format!("{x}");
    if x < 0.0 { format!("({s})") } else { s }
}

/// A term: its text, and by its variables the partials.
struct Term {
    text: String,
    partials: Vec<(usize, Piece)>,
}

fn piece(partial: String, without_inner: Option<String>) -> Piece {
    Piece { partial, without_inner }
}

/// Term number `which` of the menu, in the variables `u` and `v` (names with their indices) and a constant.
fn term(which: u64, u: (&str, usize), v: (&str, usize), a: f64) -> Term {
    let (x, y) = (u.0, v.0);
    let a = text(a);
    let one = |text: String, p: String, inner: Option<String>| Term { text, partials: vec![(u.1, piece(p, inner))] };
    let two = |text: String, p: (String, Option<String>), q: (String, Option<String>)| Term {
        text,
        partials: vec![(u.1, piece(p.0, p.1)), (v.1, piece(q.0, q.1))],
    };
    match which {
        0 => two(
            format!("sin({x}*{y})"),
            (format!("{y}*cos({x}*{y})"), Some(format!("cos({x}*{y})"))),
            (format!("{x}*cos({x}*{y})"), Some(format!("cos({x}*{y})"))),
        ),
        1 => one(format!("exp({a}*{x})"), format!("{a}*exp({a}*{x})"), Some(format!("exp({a}*{x})"))),
        2 => one(format!("ln({x}^2 + {a})"), format!("2*{x}/({x}^2 + {a})"), Some(format!("1/({x}^2 + {a})"))),
        3 => two(format!("{x}^2*{y}"), (format!("2*{x}*{y}"), None), (format!("{x}^2"), None)),
        4 => two(
            format!("tanh({x} - {y}^2)"),
            (format!("(1 - tanh({x} - {y}^2)^2)"), None),
            (format!("-2*{y}*(1 - tanh({x} - {y}^2)^2)"), Some(format!("(1 - tanh({x} - {y}^2)^2)"))),
        ),
        5 => two(
            format!("sqrt(1 + {x}^2 + {y}^2)"),
            (format!("{x}/sqrt(1 + {x}^2 + {y}^2)"), Some(format!("1/(2*sqrt(1 + {x}^2 + {y}^2))"))),
            (format!("{y}/sqrt(1 + {x}^2 + {y}^2)"), Some(format!("1/(2*sqrt(1 + {x}^2 + {y}^2))"))),
        ),
        6 => two(
            format!("{x}/(1 + {y}^2)"),
            (format!("1/(1 + {y}^2)"), None),
            (format!("-2*{x}*{y}/(1 + {y}^2)^2"), Some(format!("-{x}/(1 + {y}^2)^2"))),
        ),
        7 => two(
            format!("sigmoid({x}*{y} + {a})"),
            (
                format!("{y}*sigmoid({x}*{y} + {a})*(1 - sigmoid({x}*{y} + {a}))"),
                Some(format!("sigmoid({x}*{y} + {a})*(1 - sigmoid({x}*{y} + {a}))")),
            ),
            (
                format!("{x}*sigmoid({x}*{y} + {a})*(1 - sigmoid({x}*{y} + {a}))"),
                Some(format!("sigmoid({x}*{y} + {a})*(1 - sigmoid({x}*{y} + {a}))")),
            ),
        ),
        8 => two(
            format!("atan({x}/{y})"),
            (format!("{y}/({x}^2 + {y}^2)"), Some(format!("1/(1 + ({x}/{y})^2)"))),
            (format!("-{x}/({x}^2 + {y}^2)"), Some(format!("1/(1 + ({x}/{y})^2)"))),
        ),
        9 => one(format!("{x}^3"), format!("3*{x}^2"), None),
        10 => one(format!("cos({x}^2)"), format!("-2*{x}*sin({x}^2)"), Some(format!("-sin({x}^2)"))),
        11 => two(
            format!("erf({x}*{y})"),
            (format!("{y}*2/sqrt(pi)*exp(-({x}*{y})^2)"), Some(format!("2/sqrt(pi)*exp(-({x}*{y})^2)"))),
            (format!("{x}*2/sqrt(pi)*exp(-({x}*{y})^2)"), Some(format!("2/sqrt(pi)*exp(-({x}*{y})^2)"))),
        ),
        12 => two(
            format!("softplus({a}*{x} + {y})"),
            (format!("{a}*sigmoid({a}*{x} + {y})"), Some(format!("sigmoid({a}*{x} + {y})"))),
            (format!("sigmoid({a}*{x} + {y})"), None),
        ),
        13 => two(
            format!("{x}*ln({y}^2 + 1)"),
            (format!("ln({y}^2 + 1)"), None),
            (format!("2*{y}*{x}/({y}^2 + 1)"), Some(format!("{x}/({y}^2 + 1)"))),
        ),
        14 => {
            one(format!("lgamma({x}^2 + 1)"), format!("2*{x}*digamma({x}^2 + 1)"), Some(format!("digamma({x}^2 + 1)")))
        }
        15 => one(format!("exp(-{x}^2)"), format!("-2*{x}*exp(-{x}^2)"), Some(format!("exp(-{x}^2)"))),
        16 => two(
            format!("({x} - {a}*{y})^2"),
            (format!("2*({x} - {a}*{y})"), None),
            (format!("-2*{a}*({x} - {a}*{y})"), Some(format!("2*({x} - {a}*{y})"))),
        ),
        _ => two(
            format!("{x}*exp({x}*{y})"),
            (format!("(exp({x}*{y}) + {x}*{y}*exp({x}*{y}))"), Some(format!("(exp({x}*{y}) + {x}*exp({x}*{y}))"))),
            (format!("{x}^2*exp({x}*{y})"), Some(format!("{x}*exp({x}*{y})"))),
        ),
    }
}

const MENU: u64 = 18;

/// The corpus of a seed.
pub fn functions(seed: u64, count: usize) -> Vec<Function> {
    let mut random = Random::new(seed);
    (0..count).map(|k| function(&mut random, k)).collect()
}

fn function(random: &mut Random, k: usize) -> Function {
    match k % 10 {
        0..=3 => sum_of_terms("smooth", random, 0.0, 0.0),
        4 => sum_of_terms("badly scaled", random, 6.0, 0.0),
        5 => sum_of_terms("large gradient", random, 0.0, 6.0),
        6 => sum_of_terms("tiny gradient", random, 0.0, -6.0),
        7 => cancelling(random),
        8 => near_a_kink(random),
        _ => of_a_matrix(random),
    }
}

/// `spread`: decades that variables are scaled by, each way; `size`: decades of the whole.
fn sum_of_terms(class: &'static str, random: &mut Random, spread: f64, size: f64) -> Function {
    let n = 1 + random.below(5) as usize;
    let names: Vec<String> = (0..n).map(|i| ["x", "y", "z", "u", "w"][i].to_string()).collect();
    let mut at = Vec::new();
    // the variable as the terms see it: of ordinary size
    let mut seen = Vec::new();
    let mut inner = Vec::new();
    for name in &names {
        let value = round(random.uniform_in(0.4, 2.2) * if random.below(4) == 0 { -1.0 } else { 1.0 });
        let decades = (random.uniform_in(-spread, spread)).round();
        let scale: f64 = format!("1e{decades}").parse().unwrap();
        at.push((name.clone(), value * scale));
        seen.push(if decades == 0.0 { name.clone() } else { format!("({name}*1e{})", -decades) });
        inner.push(if decades == 0.0 { String::new() } else { format!("1e{}*", -decades) });
    }
    let weight: f64 = format!("1e{size}").parse().unwrap();
    let mut texts = Vec::new();
    let mut partials = vec![Vec::new(); n];
    // every variable has its turn, so that none is without a derivative
    let count = n.max(1 + random.below(4) as usize);
    for t in 0..count {
        let (i, j) = (t % n, (t + 1 + random.below(n as u64) as usize) % n);
        let j = if i == j { (i + 1) % n } else { j };
        let mut which = random.below(MENU);
        if n == 1 {
            which = [1, 2, 9, 10, 14, 15][random.below(6) as usize];
        }
        let a = round(random.uniform_in(0.3, 2.5));
        let term = term(which, (&seen[i], i), (&seen[j], j), a);
        let c = round(random.uniform_in(0.5, 3.0)) * weight;
        texts.push(format!("{}*{}", text(c), term.text));
        for (i, p) in term.partials {
            let times = |p: &String| format!("{}*{}({p})", text(c), inner[i]);
            let without_inner = p.without_inner.as_ref().map(times);
            partials[i].push(Piece { partial: times(&p.partial), without_inner });
        }
    }
    Function { class, formula: texts.join(" + "), at, partials, offset: 0.37 * weight, matrix: None }
}

/// f is small where its terms are not.
fn cancelling(random: &mut Random) -> Function {
    let x: f64 = format!("1e-{}", 1 + random.below(4)).parse().unwrap();
    let (x, y) = (round(random.uniform_in(1.0, 9.0)) * x, round(random.uniform_in(0.5, 2.0)));
    let (formula, px, wx) = match random.below(6) {
        0 => ("(1 - cos(x))", "sin(x)", None),
        1 => ("(exp(2*x) - 1 - 2*x)", "(2*exp(2*x) - 2)", Some("(exp(2*x) - 2)")),
        2 => ("((1 + x)^2 - 1)", "2*(1 + x)", None),
        3 => ("(sqrt(1 + x^2) - 1)", "x/sqrt(1 + x^2)", Some("1/(2*sqrt(1 + x^2))")),
        4 => ("(ln(1 + 3*x) - 3*x)", "(3/(1 + 3*x) - 3)", Some("(1/(1 + 3*x) - 3)")),
        _ => ("(100 + sin(x) - 100)", "cos(x)", None),
    };
    let at = vec![("x".to_string(), x), ("y".to_string(), y)];
    let partials = vec![
        vec![piece(format!("y^2*{px}"), wx.map(|w| format!("y^2*{w}")))],
        vec![piece(format!("2*y*{formula}"), None), piece("0.7*exp(0.7*y)".into(), Some("exp(0.7*y)".into()))],
    ];
    Function {
        class: "cancellation",
        formula: format!("y^2*{formula} + exp(0.7*y)"),
        at,
        partials,
        offset: 0.37,
        matrix: None,
    }
}

/// A kink at a distance of 1e-1 to 1e-6 from the point.
fn near_a_kink(random: &mut Random) -> Function {
    let distance: f64 = format!("1e-{}", 1 + random.below(6)).parse().unwrap();
    let (x, y) = (round(random.uniform_in(0.5, 2.0)), round(random.uniform_in(0.5, 2.0)));
    let above = random.below(2) == 0;
    let d = x + if above { -distance } else { distance };
    let d = text(d);
    let slope = if above { 1.0 } else { -1.0 };
    let (formula, px) = match random.below(4) {
        0 => (format!("abs(x - {d})"), text(slope)),
        1 => (format!("max(x, {d})"), if above { "1".into() } else { "0".into() }),
        2 => (format!("relu(x - {d})"), if above { "1".into() } else { "0".into() }),
        _ => (
            format!("if(x > {d}, x^2, 2*{d}*x - {d}^2 + x)"),
            if above { "2*x".into() } else { format!("(2*{d} + 1)") },
        ),
    };
    let at = vec![("x".to_string(), x), ("y".to_string(), y)];
    let partials = vec![
        vec![piece(format!("y*{px}"), None), piece("2*x*cos(x^2)".into(), Some("cos(x^2)".into()))],
        vec![piece(formula.clone(), None), piece("2*y".into(), None)],
    ];
    Function {
        class: "near a kink",
        formula: format!("y*{formula} + sin(x^2) + y^2"),
        at,
        partials,
        offset: 0.37,
        matrix: None,
    }
}

/// A least-squares loss of a matrix.
fn of_a_matrix(random: &mut Random) -> Function {
    let n = 2 + random.below(3);
    let (a, b) = (round(random.uniform_in(0.1, 0.9)), round(random.uniform_in(0.1, 0.9)));
    let inner = |i: &str, k: &str| format!("(sum({k},1,{n}, W({i},{k})*{k}) - {i})");
    let formula = format!("sum(i,1,{n}, {}^2)", inner("i", "k"));
    let matrix = Matrix {
        variables: format!("W = {{ size = [{n}, {n}], value = \"{a}*i + {b}*j + 0.1*i*j\" }}\n"),
        right: format!("2*j*{}", inner("i", "k")),
        transposed: format!("2*i*{}", inner("j", "k")),
        wrong_axis: format!("2*j*sum(l,1,{n}, {})", inner("l", "k")),
    };
    Function { class: "matrix", formula, at: Vec::new(), partials: Vec::new(), offset: 0.25, matrix: Some(matrix) }
}

/// Three digits: what people write.
fn round(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

fn gradient(f: &Function) -> Vec<String> {
    let sum = |pieces: &Vec<Piece>| pieces.iter().map(|p| p.partial.clone()).collect::<Vec<_>>().join(" + ");
    f.partials.iter().map(|p| if p.is_empty() { "0".to_string() } else { sum(p) }).collect()
}

/// Right claims and bugs of a function.
pub fn claims(f: &Function) -> Vec<Claim> {
    if let Some(m) = &f.matrix {
        let one = |kind, bug, text: String| Claim { kind, bug, claims: vec![("W".to_string(), text)] };
        return vec![
            one("right", None, m.right.clone()),
            one("off by 1e-9", None, format!("1.000000001*({})", m.right)),
            one("sign", Some("sign"), format!("-({})", m.right)),
            one("factor 2", Some("factor"), format!("2*({})", m.right)),
            one("factor 1/n", Some("factor"), format!("({})/3", m.right)),
            one("off by 1e-4", Some("factor"), format!("1.0001*({})", m.right)),
            one("transposed", Some("transposed"), m.transposed.clone()),
            one("wrong axis", Some("wrong_axis"), m.wrong_axis.clone()),
            one("offset", Some("offset"), format!("({}) + 0.25", m.right)),
        ];
    }
    let right = gradient(f);
    let n = right.len();
    let names: Vec<String> = f.at.iter().map(|a| a.0.clone()).collect();
    let claim = |kind, bug, texts: Vec<String>| Claim { kind, bug, claims: names.iter().cloned().zip(texts).collect() };
    let map = |g: &dyn Fn(usize, &String) -> String| right.iter().enumerate().map(|(i, p)| g(i, p)).collect::<Vec<_>>();
    // the last variable: the first one is too easy a place
    let last = n - 1;
    let mut all = vec![
        claim("right", None, right.clone()),
        claim("off by 1e-9", None, map(&|_, p| format!("1.000000001*({p})"))),
        claim("sign", Some("sign"), map(&|_, p| format!("-({p})"))),
        claim("factor 2", Some("factor"), map(&|_, p| format!("2*({p})"))),
        claim("off by 1e-4", Some("factor"), map(&|_, p| format!("1.0001*({p})"))),
        claim("offset", Some("offset"), map(&|_, p| format!("({p}) + {}", text(f.offset)))),
    ];
    if n > 1 {
        all.push(claim("one sign", Some("sign"), map(&|i, p| if i == last { format!("-({p})") } else { p.clone() })));
        all.push(claim(
            "one half",
            Some("factor"),
            map(&|i, p| if i == last { format!("({p})/2") } else { p.clone() }),
        ));
        let swapped = map(&|i, p| match i {
            0 => right[last].clone(),
            i if i == last => right[0].clone(),
            _ => p.clone(),
        });
        all.push(claim("swapped", Some("swapped"), swapped));
    }
    if n > 2 {
        all.push(claim("shifted", Some("shifted"), (0..n).map(|i| right[(i + 1) % n].clone()).collect()));
    }
    // one piece of one partial
    if let Some((i, t)) =
        (0..n).rev().find_map(|i| f.partials[i].iter().position(|p| p.without_inner.is_some()).map(|t| (i, t)))
    {
        let with = |use_inner: bool| {
            map(&|j, p| {
                if j != i {
                    return p.clone();
                }
                let pieces = f.partials[i].iter().enumerate().filter_map(|(k, piece)| match (k == t, use_inner) {
                    (true, true) => piece.without_inner.clone(),
                    _ => Some(piece.partial.clone()),
                });
                pieces.collect::<Vec<_>>().join(" + ")
            })
        };
        all.push(claim("missing inner derivative", Some("missing_inner_derivative"), with(true)));
    }
    if let Some(i) = (0..n).rev().find(|&i| f.partials[i].len() > 1) {
        let pieces = |from: usize, sign: &str| {
            map(&|j, p| {
                if j != i {
                    return p.clone();
                }
                let rest = f.partials[i][1..].iter().map(|p| p.partial.clone()).collect::<Vec<_>>().join(" + ");
                if from == 1 { rest } else { format!("{sign}({}) + {rest}", f.partials[i][0].partial) }
            })
        };
        all.push(claim("missing term", Some("missing_term"), pieces(1, "")));
        all.push(claim("sign of a term", Some("sign"), pieces(0, "-")));
    }
    all
}
