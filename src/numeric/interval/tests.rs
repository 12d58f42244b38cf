//! Every extension holds the true values at points (mpmath) and its kernel's values inside random boxes, and a smaller
//! box never gives a larger range.

use super::directed::{down, up};
use super::*;
use crate::numeric::elementary as el;
use proptest::prelude::*;

enum Kernel {
    One(fn(f64) -> f64),
    Two(fn(f64, f64) -> f64),
    Three(fn(f64, f64, f64) -> f64),
}
use Kernel::{One, Three, Two};

type Extension = fn(&[Interval]) -> Interval;

fn divide(a: f64, b: f64) -> f64 {
    if b == 0.0 { f64::NAN } else { a / b }
}

fn truth(b: bool) -> f64 {
    f64::from(u8::from(b))
}

const FUNCTIONS: &[(&str, Kernel, Extension)] = &[
    ("add", Two(|a, b| a + b), |x| x[0] + x[1]),
    ("sub", Two(|a, b| a - b), |x| x[0] - x[1]),
    ("mul", Two(|a, b| a * b), |x| x[0] * x[1]),
    ("div", Two(divide), |x| x[0] / x[1]),
    ("neg", One(|a| -a), |x| -x[0]),
    ("sqr", One(|a| a * a), |x| x[0].sqr()),
    ("recip", One(|a| divide(1.0, a)), |x| x[0].recip()),
    ("cube", One(|a| el::pow(a, 3.0)), |x| x[0].powi(3)),
    ("fourth", One(|a| el::pow(a, 4.0)), |x| x[0].powi(4)),
    ("minus third", One(|a| el::pow(a, -3.0)), |x| x[0].powi(-3)),
    ("minus second", One(|a| el::pow(a, -2.0)), |x| x[0].powi(-2)),
    ("seventieth", One(|a| el::pow(a, 70.0)), |x| x[0].powi(70)),
    ("sqrt", One(el::sqrt), |x| x[0].sqrt()),
    ("cbrt", One(el::cbrt), |x| x[0].cbrt()),
    ("exp", One(el::exp), |x| x[0].exp()),
    ("exp2", One(el::exp2), |x| x[0].exp2()),
    ("expm1", One(el::expm1), |x| x[0].expm1()),
    ("ln", One(el::ln), |x| x[0].ln()),
    ("log2", One(el::log2), |x| x[0].log2()),
    ("log10", One(el::log10), |x| x[0].log10()),
    ("log1p", One(el::log1p), |x| x[0].log1p()),
    ("log", Two(el::log), |x| x[0].log(x[1])),
    ("sin", One(el::sin), |x| x[0].sin()),
    ("cos", One(el::cos), |x| x[0].cos()),
    ("tan", One(el::tan), |x| x[0].tan()),
    ("asin", One(el::asin), |x| x[0].asin()),
    ("acos", One(el::acos), |x| x[0].acos()),
    ("atan", One(el::atan), |x| x[0].atan()),
    ("atan2", Two(el::atan2), |x| x[0].atan2(x[1])),
    ("sinh", One(el::sinh), |x| x[0].sinh()),
    ("cosh", One(el::cosh), |x| x[0].cosh()),
    ("tanh", One(el::tanh), |x| x[0].tanh()),
    ("asinh", One(el::asinh), |x| x[0].asinh()),
    ("acosh", One(el::acosh), |x| x[0].acosh()),
    ("atanh", One(el::atanh), |x| x[0].atanh()),
    ("abs", One(|a| a.abs()), |x| x[0].abs()),
    ("sign", One(el::sign), |x| x[0].sign()),
    ("floor", One(|a| a.floor()), |x| x[0].floor()),
    ("ceil", One(|a| a.ceil()), |x| x[0].ceil()),
    ("round", One(|a| a.round_ties_even()), |x| x[0].round()),
    ("min", Two(el::min), |x| x[0].min(x[1])),
    ("max", Two(el::max), |x| x[0].max(x[1])),
    ("clamp", Three(el::clamp), |x| x[0].clamp(x[1], x[2])),
    ("hypot", Two(el::hypot), |x| x[0].hypot(x[1])),
    ("pow", Two(el::pow), |x| x[0].pow(x[1])),
    ("mod", Two(el::modulo), |x| x[0].modulo(x[1])),
    ("erf", One(el::erf), |x| x[0].erf()),
    ("erfc", One(el::erfc), |x| x[0].erfc()),
    ("lgamma", One(el::lgamma), |x| x[0].lgamma()),
    ("digamma", One(el::digamma), |x| x[0].digamma()),
    ("trigamma", One(el::trigamma), |x| x[0].trigamma()),
    ("polygamma 2", One(|a| el::polygamma(2.0, a)), |x| Interval::polygamma(Interval::point(2.0), x[0])),
    ("polygamma 3", One(|a| el::polygamma(3.0, a)), |x| Interval::polygamma(Interval::point(3.0), x[0])),
    ("polygamma", Two(el::polygamma), |x| Interval::polygamma(x[0], x[1])),
    ("sigmoid", One(el::sigmoid), |x| x[0].sigmoid()),
    ("softplus", One(el::softplus), |x| x[0].softplus()),
    ("relu", One(el::relu), |x| x[0].relu()),
    ("lt", Two(|a, b| truth(a < b)), |x| x[0].lt(x[1])),
    ("le", Two(|a, b| truth(a <= b)), |x| x[0].le(x[1])),
    ("gt", Two(|a, b| truth(a > b)), |x| x[0].gt(x[1])),
    ("ge", Two(|a, b| truth(a >= b)), |x| x[0].ge(x[1])),
    ("eq", Two(|a, b| truth(a == b)), |x| x[0].eq(x[1])),
    ("ne", Two(|a, b| truth(a != b)), |x| x[0].ne(x[1])),
    ("and", Two(|a, b| truth(a > 0.0 && b > 1.0)), |x| {
        x[0].gt(Interval::point(0.0)).and(x[1].gt(Interval::point(1.0)))
    }),
    ("or", Two(|a, b| truth(a > 0.0 || b > 1.0)), |x| x[0].gt(Interval::point(0.0)).or(x[1].gt(Interval::point(1.0)))),
    ("not", One(|a| truth(!(a > 0.0))), |x| x[0].gt(Interval::point(0.0)).not()),
    ("select", Three(|c, a, b| if c > 0.0 { a } else { b }), |x| {
        Interval::select(x[0].gt(Interval::point(0.0)), x[1], x[2])
    }),
];

/// Two ulps that the kernel may be off, four where lgamma and kin may be off near their zeros.
fn widened(range: Interval, name: &str) -> Interval {
    let gamma = name.contains("gamma");
    let slack = if gamma { 4e-15 + 1e-13 * range.mignitude() * 1e-3 } else { 0.0 };
    Interval { lo: down(range.lo, 2) - slack, hi: up(range.hi, 2) + slack, ..range }
}

/// Ends of boxes: whole numbers and poles, ordinary numbers, huge and tiny ones.
fn end() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => (-12i32..12).prop_map(|n| f64::from(n) * 0.5),
        6 => -6.0..6.0f64,
        2 => -300.0..300.0f64,
        1 => (-1.0..1.0f64, -300.0..300.0f64).prop_map(|(sign, e)| el::pow(10.0, e).copysign(sign)),
        1 => -1e6..1e6f64,
    ]
}

/// A box of three sides, some of them points or thin, and where in each side to look.
fn sides() -> impl Strategy<Value = (Vec<Interval>, Vec<Vec<f64>>, Vec<Interval>)> {
    let side = (end(), end(), 0..6u8).prop_map(|(a, b, kind)| match kind {
        0 => Interval::point(a),
        1 => Interval::new(a, a + a.abs() * 1e-9),
        2 => Interval::new(a, a + 0.3),
        _ if a <= b => Interval::new(a, b),
        _ => Interval::new(b, a),
    });
    let inside = prop::collection::vec(0.0..1.0f64, 6);
    prop::collection::vec((side, inside), 3).prop_map(|sides| {
        let boxes: Vec<Interval> = sides.iter().map(|s| s.0).collect();
        let at = |b: Interval, t: f64| {
            let x = b.lo * (1.0 - t) + b.hi * t;
            if b.contains(x) { x } else { b.lo }
        };
        let samples = sides
            .iter()
            .map(|(b, ts)| {
                let mut xs: Vec<f64> = ts.iter().map(|&t| at(*b, t)).collect();
                xs.extend([b.lo, b.hi, b.midpoint(), b.lo.ceil(), b.hi.floor(), 0.0]);
                xs.retain(|&x| b.contains(x));
                xs
            })
            .collect();
        let smaller = sides
            .iter()
            .map(|(b, ts)| {
                let (s, t) = (at(*b, ts[0]), at(*b, ts[1]));
                if s <= t { Interval::new(s, t) } else { Interval::new(t, s) }
            })
            .collect();
        (boxes, samples, smaller)
    })
}

fn holds(name: &str, kernel: &Kernel, extension: Extension, boxes: &[Interval], samples: &[Vec<f64>]) {
    let found = extension(boxes);
    let range = widened(found, name);
    for i in 0..samples[0].len().min(samples[1].len()).min(samples[2].len()) {
        // along the diagonal and across it
        for shift in 0..3 {
            let pick = |s: &Vec<f64>, k: usize| s[(i + shift * k) % s.len()];
            let (x, y, z) = (pick(&samples[0], 0), pick(&samples[1], 1), pick(&samples[2], 2));
            let value = match kernel {
                One(f) => f(x),
                Two(f) => f(x, y),
                Three(f) => f(x, y, z),
            };
            if value.is_nan() {
                assert!(!found.is_defined(), "{name} is undefined at {x:?}, {y:?}, {z:?} in {boxes:?}: {found:?}");
            } else {
                // an overflown value lies beyond f64::MAX
                let member = range.lo <= value && value <= range.hi;
                assert!(member, "{name}({x:?}, {y:?}, {z:?}) = {value:e} is not in {found:?}, box {boxes:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_hold_the_values_inside_random_boxes((boxes, samples, _) in sides()) {
        for (name, kernel, extension) in FUNCTIONS {
            holds(name, kernel, *extension, &boxes, &samples);
        }
    }

    #[test]
    fn a_smaller_box_gives_no_larger_range((boxes, _, smaller) in sides()) {
        for (name, _, extension) in FUNCTIONS {
            let (whole, part) = (extension(&boxes), extension(&smaller));
            // kernels need not be monotone in the last two ulps, at either end
            let outer = widened(widened(whole, name), name);
            prop_assert!(part.is_within(outer), "{name}: {part:?} of {smaller:?} is not in {whole:?} of {boxes:?}");
            let known = part.is_empty() || part.decoration >= whole.decoration;
            prop_assert!(known, "{name}: {part:?} of {smaller:?} is less certain than {whole:?} of {boxes:?}");
        }
    }
}

#[test]
fn beyond_the_largest_number_nearer_to_a_pole_is_no_lower() {
    let whole = Interval::new(-7.648227093176212e-107, -7.648227085527985e-107);
    let part = Interval::new(-7.648227091974266e-107, -7.648227091424213e-107);
    let two = Interval::point(2.0);
    let (whole, part) = (Interval::polygamma(two, whole), Interval::polygamma(two, part));
    assert!(part.is_within(whole) && whole.lo > 1.797e308, "{part:?} {whole:?}");
}

#[test]
fn true_values_lie_inside_the_ranges_of_points() {
    let mut seen = Vec::new();
    let mut wide = Vec::new();
    for line in include_str!("points.csv").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse::<f64>().unwrap();
        let mut point = vec![Interval::point(number(1))];
        if !cells[2].is_empty() {
            point.push(Interval::point(number(2)));
        }
        let name = cells[0];
        let (_, _, extension) = FUNCTIONS.iter().find(|f| f.0 == name).unwrap();
        let range = extension(&point);
        let (below, above) = (number(3), number(4));
        assert!(range.lo <= below && above <= range.hi, "{line}: {range:?}");
        assert!(range.is_continuous(), "{line}: {range:?}");
        // sharp: at most 4 ulps on either side
        let sharp = down(below, 8) <= range.lo && range.hi <= up(above, 8);
        if !sharp && !name.contains("gamma") {
            wide.push(line.to_string());
        }
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    assert_eq!(seen.len(), 34);
    assert!(wide.is_empty(), "too wide: {wide:#?}");
}

#[test]
fn exact_values_are_points() {
    let p = Interval::point;
    let cases = [
        (p(1.0) + p(2.0), 3.0),
        (p(0.5) * p(-6.0), -3.0),
        (p(1.0) / p(4.0), 0.25),
        (p(9.0).sqrt(), 3.0),
        (p(-27.0).cbrt(), -3.0),
        (p(0.0).exp(), 1.0),
        (p(10.0).exp2(), 1024.0),
        (p(8.0).log2(), 3.0),
        (p(1000.0).log10(), 3.0),
        (p(8.0).log(p(2.0)), 3.0),
        (p(0.0).sin(), 0.0),
        (p(0.0).cos(), 1.0),
        (p(1.0).acos(), 0.0),
        (p(3.0).pow(p(4.0)), 81.0),
        (p(-2.0).pow(p(-1.0)), -0.5),
        (p(0.0).pow(p(0.0)), 1.0),
        (p(3.0).hypot(p(4.0)), 5.0),
        (p(-7.5).modulo(p(-2.0)), -1.5),
        (p(2.0).lgamma(), 0.0),
    ];
    for (i, (range, value)) in cases.into_iter().enumerate() {
        assert!(range.is_point() && range.lo == value && range.is_continuous(), "case {i}: {range:?}");
    }
}

#[test]
fn domains_and_jumps_are_told() {
    let i = Interval::new;
    let check = |range: Interval, lo: f64, hi: f64, decoration: Decoration| {
        assert_eq!((range.lo, range.hi, range.decoration), (lo, hi, decoration));
    };
    use Decoration::{Continuous, Defined, Partial};
    let inf = f64::INFINITY;
    check(i(-1.0, 4.0).sqrt(), 0.0, 2.0, Partial);
    check(i(0.0, 4.0).sqrt(), 0.0, 2.0, Continuous);
    check(i(0.0, 1.0).ln(), -inf, 0.0, Partial);
    check(i(1.0, 2.0) / i(0.0, 4.0), 0.25, inf, Partial);
    check(i(1.0, 2.0) / i(-4.0, 0.0), -inf, -0.25, Partial);
    check(i(-1.0, 2.0).sign(), -1.0, 1.0, Defined);
    check(i(1.25, 1.5).floor(), 1.0, 1.0, Continuous);
    check(i(0.0, 1.0).lt(i(0.5, 2.0)), 0.0, 1.0, Defined);
    check(i(0.0, 1.0).lt(i(2.0, 3.0)), 1.0, 1.0, Continuous);
    check(i(0.0, 2.0).pow(i(0.0, 2.0)), 0.0, 4.0, Defined);
    // (-2)^3 is the only power there: -|x|^y over all of y
    let odd = i(-2.0, -1.0).pow(i(2.5, 3.5));
    assert!(odd.contains(-8.0) && odd.hi < 0.0 && odd.decoration == Partial);
    for outside in [i(-2.0, -1.0).sqrt(), i(-2.0, 0.0).ln(), i(1.0, 1.0) / i(0.0, 0.0), i(2.0, 3.0).atanh()] {
        assert!(outside.is_empty() && outside.decoration == Partial);
        assert!((outside + i(0.0, 1.0)).is_empty());
    }
    // an undefined operand does not hide a false one; an untaken branch does not count
    let undefined = i(-2.0, -1.0).ln().gt(i(0.0, 0.0));
    check(i(0.0, 0.0).and(undefined), 0.0, 0.0, Continuous);
    check(i(1.0, 1.0).or(undefined), 1.0, 1.0, Continuous);
    assert!(i(1.0, 1.0).and(undefined).is_empty());
    check(Interval::select(i(1.0, 1.0), i(2.0, 3.0), Interval::EMPTY), 2.0, 3.0, Continuous);
    check(Interval::select(i(0.0, 1.0), i(2.0, 3.0), i(5.0, 6.0)), 2.0, 6.0, Defined);
    assert!(Interval::select(Interval::EMPTY, i(2.0, 3.0), i(5.0, 6.0)).is_empty());
    // the cut of atan2
    let pi = std::f64::consts::PI.next_up();
    check(i(-1.0, 1.0).atan2(i(-2.0, -1.0)), -pi, pi, Defined);
    assert!(i(0.0, 1.0).atan2(i(-2.0, -1.0)).lo > 2.0);
    assert!(!i(-1.0, 1.0).atan2(i(-1.0, 1.0)).is_defined());
}

#[test]
fn waves_turn_where_they_should() {
    let i = Interval::new;
    assert_eq!((i(1.0, 2.0).sin().hi, i(4.0, 5.0).sin().lo), (1.0, -1.0));
    assert_eq!((i(-1.0, 1.0).cos().hi, i(3.0, 4.0).cos().lo), (1.0, -1.0));
    assert!(i(0.1, 1.5).sin().hi < 1.0 && i(1.6, 4.7).sin().lo > -1.0);
    assert_eq!(i(0.0, 6.3).sin().lo, -1.0);
    assert_eq!(i(1e300, 1.1e300).sin().hi, 1.0);
    assert!(Interval::point(1e300).sin().width() < 1e-15);
    assert!(i(0.0, f64::INFINITY).sin().is_within(i(-1.0, 1.0)));
    assert!(!i(1.5, 1.6).tan().is_defined() && i(1.6, 4.7).tan().is_continuous());
}

#[test]
fn midpoints_are_inside_and_finite() {
    for (lo, hi) in
        [(1.0, 2.0), (-1e308, 1e308), (5e-324, 5e-324), (f64::NEG_INFINITY, f64::INFINITY), (3.0, f64::INFINITY)]
    {
        let interval = Interval::new(lo, hi);
        assert!(interval.contains(interval.midpoint()), "{interval:?}");
    }
    assert!(Interval::EMPTY.midpoint().is_nan());
    assert!(Interval::point(f64::NAN).is_empty());
    assert_eq!(Interval::point(f64::INFINITY).lo, f64::MAX);
}
