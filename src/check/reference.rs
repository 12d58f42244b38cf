//! Slopes along many lines at many points, in few rounds.
//!
//! The first round asks for everything at once: f at each base point, the claimed gradients, a short line for the noise of f,
//! and for every line a ladder of steps. Lines that this leaves open are asked again, with larger steps where noise was the
//! trouble and smaller ones where it was not, at most [`Plan::rounds`] times.

use super::batch::{Along, Answers, Evaluate, Points, Probe, Round};
use super::difference::{Existence, FACTOR, Rung, Sides, Slope, slope};
use super::noise;
use crate::error::Located;
use crate::numeric::random::Random;

/// Rungs asked for at a time: h falls by 4^7 from the first to the last.
const RUNGS: usize = 8;
/// The first step relative to the coordinate: away from powers of two, whose sums round not at all.
const FIRST: f64 = 0.0773;
/// Noise is a standard deviation; this many of them bound it.
const DEVIATIONS: f64 = 4.0;

/// A line to differentiate along.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its base point.
    pub base: usize,
    /// Its direction.
    pub along: Along,
}

/// The box and the patience of a check.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Lower bounds: `[n]`, or empty.
    pub lower: Vec<f64>,
    /// Upper bounds: `[n]`, or empty.
    pub upper: Vec<f64>,
    /// Rounds of steps at most, the first included.
    pub rounds: usize,
    /// The seed of the directions that noise is looked for in.
    pub seed: u64,
}

/// What a base point has told.
#[derive(Clone, Debug, Default)]
pub struct AtBase {
    /// f: `[m]`
    pub values: Vec<f64>,
    /// A bound for the error of f: `[m]`.
    pub noise: Vec<f64>,
    /// Whether a second evaluation of the same point gave other values.
    pub restless: bool,
}

/// What the rounds have told.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// m
    pub functions: usize,
    /// `[bases]`; those without a line are empty.
    pub bases: Vec<AtBase>,
    /// `[lines][m]`
    pub slopes: Vec<Vec<Slope>>,
    /// The claimed gradients of the first round, as asked for.
    pub gradients: Vec<Vec<f64>>,
    /// Values asked for.
    pub evaluations: u64,
    /// Rounds.
    pub rounds: u64,
}

/// The samples of one line.
struct Climb {
    line: Line,
    sides: Sides,
    /// The length that steps are relative to; in t along a direction.
    scale: f64,
    /// No step goes further.
    room: f64,
    /// The coordinate at the base point, or 0 in t.
    origin: f64,
    rungs: Vec<(f64, Probe, Probe)>,
    /// `[rungs][m]`, below and above.
    samples: Vec<(Vec<f64>, Vec<f64>)>,
    open: bool,
}

/// Whether the slope of a line (by its index) and a function is known well enough, beside the claimed gradients.
pub type Enough<'e> = &'e mut dyn FnMut(usize, usize, &Slope, &[Vec<f64>]) -> bool;

/// Measures all `lines`, and takes the claimed gradients at `gradients` on the way. See [`Enough`].
pub fn measure(
    of: &mut dyn Evaluate,
    points: &Points,
    lines: &[Line],
    gradients: Vec<usize>,
    plan: &Plan,
    enough: Enough<'_>,
) -> Result<Found, Located> {
    let mut found = Found { bases: vec![AtBase::default(); points.at.len()], ..Found::default() };
    let mut used: Vec<usize> = lines.iter().map(|l| l.base).chain(gradients.iter().copied()).collect();
    used.sort_unstable();
    used.dedup();

    let mut points = points.clone();
    let mut probes: Vec<Probe> = Vec::new();
    for &base in &used {
        let direction = points.directions.len();
        points.directions.push(noise_direction(&points.at[base], base, plan));
        probes.extend([Probe { base, along: Along::Here, to: 0.0 }; 2]);
        for spacing in noise::SPACINGS {
            let along = Along::Direction(direction);
            probes.extend((1..noise::VALUES).map(|i| Probe { base, along, to: spacing * i as f64 }));
        }
    }
    let about_bases = probes.len();
    let mut climbs: Vec<Climb> = lines.iter().map(|line| Climb::new(*line, &points, plan)).collect();
    for climb in &mut climbs {
        climb.extend(Reach::First, &mut probes);
    }
    let answers = ask(of, &points, probes, gradients, &mut found)?;
    let m = answers.functions;
    found.functions = m;
    let per_base = 2 + noise::SPACINGS.len() * (noise::VALUES - 1);
    for (k, &base) in used.iter().enumerate() {
        found.bases[base] = at_base(&answers, k * per_base, m);
    }
    found.gradients = answers.gradients.clone();
    take(&mut climbs, &answers.values[about_bases * m..], m);

    for round in 1..=plan.rounds {
        found.slopes = climbs.iter().map(|c| c.slopes(&found.bases[c.line.base])).collect();
        if round == plan.rounds || !of.answers_again() {
            break;
        }
        let mut probes = Vec::new();
        for (k, climb) in climbs.iter_mut().enumerate() {
            let slopes = &found.slopes[k];
            let wanting = (0..m).find(|&f| !enough(k, f, &slopes[f], &found.gradients));
            climb.open = climb.open && wanting.is_some();
            if let Some(f) = wanting.filter(|_| climb.open) {
                climb.open = climb.extend(Reach::after(&slopes[f]), &mut probes);
            }
        }
        if probes.is_empty() {
            break;
        }
        let answers = ask(of, &points, probes, Vec::new(), &mut found)?;
        take(&mut climbs, &answers.values, m);
    }
    Ok(found)
}

fn ask(
    of: &mut dyn Evaluate,
    points: &Points,
    probes: Vec<Probe>,
    gradients: Vec<usize>,
    found: &mut Found,
) -> Result<Answers, Located> {
    found.evaluations += probes.len() as u64;
    found.rounds += 1;
    of.round(&Round { points, probes, gradients })
}

/// Hands each climb its new samples.
fn take(climbs: &mut [Climb], values: &[f64], m: usize) {
    let mut rest = values.chunks_exact(m.max(1));
    for climb in climbs {
        for _ in climb.samples.len()..climb.rungs.len() {
            let mut next = || rest.next().map(<[f64]>::to_vec).unwrap_or_default();
            let pair = (next(), next());
            climb.samples.push(pair);
        }
    }
}

/// A random direction as long as the point is large, into the box where the point lies at its border.
fn noise_direction(at: &[f64], base: usize, plan: &Plan) -> Vec<f64> {
    let mut random = Random::stream(plan.seed ^ 0x6e6f_6973_6521, base as u64);
    let step = |(i, &x): (usize, &f64)| {
        let size = if x == 0.0 { 1.0 } else { x.abs() };
        let d = size * (0.5 + random.uniform()) * if random.word() >> 63 == 0 { 1.0 } else { -1.0 };
        let (low, high) = bounds(plan, i);
        match () {
            () if low == high => 0.0,
            () if x - low < size * 1e-3 => d.abs(),
            () if high - x < size * 1e-3 => -d.abs(),
            () => d,
        }
    };
    at.iter().enumerate().map(step).collect()
}

fn bounds(plan: &Plan, i: usize) -> (f64, f64) {
    let get = |list: &[f64], else_: f64| list.get(i).copied().unwrap_or(else_);
    (get(&plan.lower, f64::NEG_INFINITY), get(&plan.upper, f64::INFINITY))
}

fn at_base(answers: &Answers, first: usize, m: usize) -> AtBase {
    let value = |probe: usize, f: usize| answers.values[(first + probe) * m + f];
    let mut base = AtBase::default();
    for f in 0..m {
        let here = value(0, f);
        let again = value(1, f);
        base.restless |= here.to_bits() != again.to_bits() && !(here.is_nan() && again.is_nan());
        let mut noise = here.abs() * f64::EPSILON;
        for s in 0..noise::SPACINGS.len() {
            let mut line = vec![here];
            line.extend((0..noise::VALUES - 1).map(|i| value(2 + s * (noise::VALUES - 1) + i, f)));
            if let Some(deviation) = noise::estimate(&line) {
                // the first spacing that shows any is the one that smoothness disturbs least
                let bound = DEVIATIONS * deviation;
                noise = if bound > noise { bound } else { noise };
                break;
            }
        }
        let restless = (here - again).abs();
        if restless > noise {
            noise = DEVIATIONS * restless;
        }
        base.values.push(here);
        base.noise.push(noise);
    }
    base
}

/// Where the next rungs go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reach {
    First,
    Larger,
    Smaller,
}

impl Reach {
    /// Noise asks for larger steps, everything else for smaller ones.
    fn after(slope: &Slope) -> Reach {
        let noisy = slope.noise.is_finite() && 4.0 * slope.noise > slope.error;
        match slope.existence {
            Existence::Smooth if noisy => Reach::Larger,
            _ => Reach::Smaller,
        }
    }
}

impl Climb {
    fn new(line: Line, points: &Points, plan: &Plan) -> Climb {
        let at = &points.at[line.base];
        let (mut scale, mut below, mut above) = (1.0, f64::INFINITY, f64::INFINITY);
        match line.along {
            Along::Here => {}
            Along::Axis(i) => {
                let (low, high) = bounds(plan, i);
                scale = if at[i] == 0.0 { 1.0 } else { at[i].abs() };
                (below, above) = (at[i] - low, high - at[i]);
            }
            Along::Direction(k) => (below, above) = rooms(at, &points.directions[k], 0, plan),
            Along::Part { direction, from, to } => {
                (below, above) = rooms(at, &points.directions[direction][..to], from, plan);
            }
        }
        let first = FIRST * scale;
        let (narrow, wide) = if below < above { (below, above) } else { (above, below) };
        let (sides, room) = match () {
            // near a bound it is better to look to both sides from close by than to one from afar
            () if narrow >= first * 1e-3 => (Sides::Both, narrow),
            () if below < above => (Sides::Above, wide),
            () => (Sides::Below, wide),
        };
        if first > room {
            scale = room / FIRST * 0.999;
        }
        let origin = match line.along {
            Along::Axis(i) => at[i],
            _ => 0.0,
        };
        Climb { line, sides, scale, room, origin, rungs: Vec::new(), samples: Vec::new(), open: room > 0.0 }
    }

    /// Asks for more rungs; `false` where there are none to be had.
    fn extend(&mut self, reach: Reach, probes: &mut Vec<Probe>) -> bool {
        if !self.open {
            return false;
        }
        let span = (0..RUNGS).fold(1.0, |s, _| s * FACTOR);
        let largest = self.rungs.iter().map(|r| r.0).fold(0.0, |m: f64, h| if h > m { h } else { m });
        let smallest = self.rungs.iter().map(|r| r.0).fold(f64::INFINITY, |m, h| if h < m { h } else { m });
        let steps: Vec<f64> = match reach {
            Reach::First => ladder(FIRST * self.scale, RUNGS),
            Reach::Larger => ladder(largest * span, RUNGS),
            Reach::Smaller => ladder(smallest / FACTOR, RUNGS),
        };
        let x = self.origin;
        let mut added = Vec::new();
        for h in steps.into_iter().filter(|&h| h <= self.room && h > 0.0) {
            let probe = |to: f64| Probe { base: self.line.base, along: self.line.along, to };
            let (below, above) = (probe(x - h), probe(x + h));
            // a step that does not move x says nothing
            if below.to < x && x < above.to && below.to.is_finite() && above.to.is_finite() {
                added.push((h, below, above));
            }
        }
        if added.is_empty() {
            return false;
        }
        for (_, below, above) in &added {
            // the side that is not looked at is asked at the base point, so that every rung has two samples
            let here = Probe { base: self.line.base, along: Along::Here, to: 0.0 };
            probes.push(if self.sides == Sides::Above { here } else { *below });
            probes.push(if self.sides == Sides::Below { here } else { *above });
        }
        self.rungs.extend(added);
        true
    }

    /// The slopes of all functions that the samples show: `[m]`.
    fn slopes(&self, base: &AtBase) -> Vec<Slope> {
        (0..base.values.len())
            .map(|f| {
                let mut rungs: Vec<Rung> = (self.rungs.iter().zip(&self.samples))
                    .map(|((h, below, above), (low, high))| {
                        // the distances as they are: x + h is rounded
                        let (down, up) = (self.origin - below.to, above.to - self.origin);
                        Rung { h: *h, below: (down, low[f]), above: (up, high[f]) }
                    })
                    .collect();
                rungs.sort_by(|p, q| q.h.total_cmp(&p.h));
                if rungs.is_empty() {
                    return Slope::unknown(Existence::Undefined);
                }
                slope(base.values[f], &rungs, self.sides, base.noise[f])
            })
            .collect()
    }
}

/// Distances to the bounds along x - t d and x + t d.
fn rooms(at: &[f64], direction: &[f64], from: usize, plan: &Plan) -> (f64, f64) {
    let (mut below, mut above) = (f64::INFINITY, f64::INFINITY);
    if plan.lower.is_empty() && plan.upper.is_empty() {
        return (below, above);
    }
    for i in from..direction.len() {
        let d = direction[i];
        let (low, high) = bounds(plan, i);
        let (back, on) = if d > 0.0 { (at[i] - low, high - at[i]) } else { (high - at[i], at[i] - low) };
        if d != 0.0 && back / d.abs() < below {
            below = back / d.abs();
        }
        if d != 0.0 && on / d.abs() < above {
            above = on / d.abs();
        }
    }
    (below, above)
}

fn ladder(first: f64, count: usize) -> Vec<f64> {
    let mut h = first;
    (0..count)
        .map(|_| {
            let this = h;
            h /= FACTOR;
            this
        })
        .collect()
}

/// The article's scheme: (f(x + h e) - f(x - h e))/2h along every line, 2 evaluations each, and no more than a bound for the
/// rounding as an error. The step is `h` max(|x|, 1), less near a bound.
pub fn centered(
    of: &mut dyn Evaluate,
    points: &Points,
    lines: &[Line],
    gradients: Vec<usize>,
    plan: &Plan,
    h: f64,
) -> Result<Found, Located> {
    let mut probes = Vec::with_capacity(2 * lines.len());
    let mut steps = Vec::with_capacity(lines.len());
    for line in lines {
        let climb = Climb::new(*line, points, plan);
        let size = if climb.origin.abs() > 1.0 { climb.origin.abs() } else { 1.0 };
        let step = if h * size > climb.room { climb.room } else { h * size };
        let probe = |to: f64| Probe { base: line.base, along: line.along, to };
        let pair = (probe(climb.origin - step), probe(climb.origin + step));
        steps.push(pair.1.to - pair.0.to);
        probes.extend([pair.0, pair.1]);
    }
    let mut found = Found::default();
    let answers = ask(of, points, probes, gradients, &mut found)?;
    let m = answers.functions;
    found.functions = m;
    found.gradients = answers.gradients.clone();
    let values = |probe: usize, f: usize| answers.values[probe * m + f];
    found.slopes = (0..lines.len())
        .map(|k| {
            let slope = |f: usize| {
                let (low, high) = (values(2 * k, f), values(2 * k + 1, f));
                let noise = f64::EPSILON * (low.abs() + high.abs()) / steps[k];
                let value = (high - low) / steps[k];
                let existence = if value.is_finite() { Existence::Smooth } else { Existence::Undefined };
                Slope { value, error: noise, noise, zero: 4.0 * noise, existence }
            };
            (0..m).map(slope).collect()
        })
        .collect();
    // f at the point itself is not asked for: the mean of its neighbours stands for it in reports
    found.bases = (0..points.at.len())
        .map(|base| {
            let near = lines.iter().position(|l| l.base == base);
            let mean = |f: usize| near.map_or(f64::NAN, |k| 0.5 * (values(2 * k, f) + values(2 * k + 1, f)));
            let values: Vec<f64> = (0..m).map(mean).collect();
            let noise = values.iter().map(|v| v.abs() * f64::EPSILON).collect();
            AtBase { values, noise, restless: false }
        })
        .collect();
    Ok(found)
}
