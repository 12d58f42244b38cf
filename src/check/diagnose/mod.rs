//! The name of the bug, from the pattern of a claim over points and coordinates.
//!
//! Every explanation predicts the claim number by number. One is named only if its prediction agrees with the claim, at every
//! point, to within what the claim and the reference are good for; so none is invented, and of several all are given, best first.
//!
//! | file | explanations |
//! | --- | --- |
//! | `scale` | a sign, a factor, an offset |
//! | `places` | components swapped or shifted, a matrix transposed, an axis summed or averaged away |
//! | `edges` | where the formula is known: each edge of its graph with its derivative dropped, cut, negated or doubled |

mod edges;
mod places;
mod scale;

pub use edges::FormulaEvidence;

/// What a bug is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the words are the documentation
pub enum Bug {
    Sign,
    Transposed,
    Swapped,
    Shifted,
    WrongAxis,
    Factor,
    MissingInnerDerivative,
    MissingTerm,
    Offset,
    Unexplained,
}

impl Bug {
    /// The word for it in results.
    pub fn word(self) -> &'static str {
        match self {
            Bug::Sign => "sign",
            Bug::Transposed => "transposed",
            Bug::Swapped => "swapped",
            Bug::Shifted => "shifted",
            Bug::WrongAxis => "wrong_axis",
            Bug::Factor => "factor",
            Bug::MissingInnerDerivative => "missing_inner_derivative",
            Bug::MissingTerm => "missing_term",
            Bug::Offset => "offset",
            Bug::Unexplained => "unexplained",
        }
    }
}

/// A variable of one or more coordinates.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// Its first coordinate.
    pub first: usize,
    /// `[]`, `[n]` or `[n, m]`.
    pub sizes: Vec<usize>,
}

/// What there is to explain.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// The coordinates' names: `[n]`.
    pub names: &'a [String],
    /// The variables that they belong to.
    pub shapes: &'a [Shape],
    /// `[points][n]`
    pub claimed: Vec<Vec<f64>>,
    /// `[points][n]`; NaN where it is not known.
    pub reference: Vec<Vec<f64>>,
    /// What the reference may be off by: `[points][n]`.
    pub bound: Vec<Vec<f64>>,
    /// The coordinates whose claim is wrong: `[n]`.
    pub wrong: Vec<bool>,
    /// Numbers that a factor may be, with their names: the number of variables, of rows.
    pub sizes: Vec<(f64, String)>,
    /// Numbers agree if they differ by less than this part; [`diagnose`] sets it.
    pub agree: f64,
}

/// An explanation.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The bug.
    pub bug: Bug,
    /// The coordinates or the part of the formula that it is about.
    pub place: String,
    /// The factor, or the offset.
    pub factor: Option<f64>,
    /// The coordinates that it explains.
    pub coordinates: Vec<usize>,
    /// The share of the wrong coordinates that it explains.
    pub explains: f64,
    /// The smaller, the likelier among equals.
    pub rank: u32,
    /// A sentence.
    pub message: String,
}

/// Of more coordinates no pattern of places is looked for: sums over an axis cost n^2.
const MOST_PLACES: usize = 4096;

/// How closely a prediction must agree with the claim: first as two formulas in doubles do, then as single precision does.
const AGREE: [f64; 2] = [1e-10, 1e-6];

impl Evidence<'_> {
    /// Whether `predicted`, which is off by no more than `slack` beside the reference's own bound, is what was claimed of
    /// coordinate `i` at point `p`.
    fn agrees(&self, p: usize, i: usize, predicted: f64, slack: f64) -> bool {
        let claimed = self.claimed[p][i];
        let allowed = self.agree * (claimed.abs() + predicted.abs()) + 4.0 * self.bound[p][i] + slack;
        (claimed - predicted).abs() <= allowed
    }

    /// The points at which coordinate `i` can be compared.
    fn usable(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let fits = move |&p: &usize| {
            self.claimed[p][i].is_finite() && self.reference[p][i].is_finite() && self.bound[p][i].is_finite()
        };
        (0..self.claimed.len()).filter(fits)
    }

    /// Whether `predict(point)`, a number and its slack, explains coordinate `i` at every point.
    fn explained(&self, i: usize, predict: impl Fn(usize) -> (f64, f64)) -> bool {
        let mut points = 0;
        for p in self.usable(i) {
            let (predicted, slack) = predict(p);
            if !self.agrees(p, i, predicted, slack) {
                return false;
            }
            points += 1;
        }
        points > 0
    }

    /// The wrong coordinates.
    fn wrong(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.names.len()).filter(|&i| self.wrong[i])
    }

    fn wrong_count(&self) -> usize {
        self.wrong.iter().filter(|w| **w).count()
    }

    /// `df/dx`, `df/dx and df/dy`, `df/dx, df/dy and 7 more`.
    fn partials(&self, coordinates: &[usize]) -> String {
        let first: Vec<&str> = coordinates.iter().take(4).map(|&i| self.names[i].as_str()).collect();
        partial_names(&first, coordinates.len())
    }

    /// An explanation of `coordinates`.
    fn explanation(&self, bug: Bug, coordinates: Vec<usize>, place: String, message: String) -> Explanation {
        let explained = coordinates.iter().filter(|&&i| self.wrong[i]).count();
        let explains = explained as f64 / self.wrong_count().max(1) as f64;
        let rank = bug as u32 * 10;
        Explanation { bug, place, factor: None, coordinates, explains, rank, message }
    }
}

/// The names of partial derivatives in a sentence; `count`: how many there are, of which `names` are the first.
pub fn partial_names(names: &[&str], count: usize) -> String {
    let d = |name: &&str| format!("df/d{name}");
    match names {
        [] => "nothing".into(),
        [one] if count <= 1 => d(one),
        [a, b] if count <= 2 => format!("{} and {}", d(a), d(b)),
        [a, b, c] if count <= 3 => format!("{}, {} and {}", d(a), d(b), d(c)),
        [a, b, ..] => format!("{}, {} and {} more", d(a), d(b), count.max(names.len()) - 2),
        [a] => format!("{} and {} more", d(a), count - 1),
    }
}

/// Everything that explains the claim, best first; `unexplained` where nothing does.
pub fn diagnose(evidence: &Evidence<'_>, formula: Option<&FormulaEvidence>) -> Vec<Explanation> {
    let mut best: Vec<Explanation> = Vec::new();
    for agree in AGREE {
        let evidence = Evidence { agree, ..evidence.clone() };
        let found = explanations(&evidence, formula);
        let explains = |list: &[Explanation]| {
            let known = list.iter().filter(|e| e.bug != Bug::Unexplained);
            known.map(|e| e.explains).sum::<f64>()
        };
        if best.is_empty() || explains(&found) > explains(&best) {
            best = found;
        }
        if best.first().is_some_and(|e| e.bug != Bug::Unexplained && e.explains >= 1.0) {
            break;
        }
    }
    best
}

fn explanations(evidence: &Evidence<'_>, formula: Option<&FormulaEvidence>) -> Vec<Explanation> {
    let mut found = scale::explanations(evidence);
    if evidence.names.len() <= MOST_PLACES {
        found.extend(places::explanations(evidence));
    }
    if let Some(formula) = formula {
        found.extend(edges::explanations(evidence, formula));
    }
    found.retain(|e| e.explains > 0.0);
    // the share first, then the likelier; the sort is stable
    found.sort_by(|a, b| b.explains.total_cmp(&a.explains).then(a.rank.cmp(&b.rank)));
    let mut seen: Vec<(Bug, Vec<usize>)> = Vec::new();
    found.retain(|e| {
        let key = (e.bug, e.coordinates.clone());
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    // a transpose swaps its entries: that much is said
    if found.iter().any(|e| e.bug == Bug::Transposed) {
        found.retain(|e| e.bug != Bug::Swapped);
    }
    // of what explains a part only, the parts that the first ones left over
    let mut left: Vec<usize> = evidence.wrong().collect();
    let complete = found.first().is_some_and(|e| e.explains >= 1.0);
    if complete {
        found.retain(|e| e.explains >= 1.0);
    } else {
        found.retain(|e| {
            let helps = e.coordinates.iter().any(|c| left.contains(c));
            left.retain(|c| !e.coordinates.contains(c));
            helps
        });
    }
    const MOST: usize = 8;
    found.truncate(MOST);
    if !complete && !left.is_empty() {
        found.push(unexplained(evidence, &left, found.is_empty()));
    }
    found
}

fn unexplained(evidence: &Evidence<'_>, left: &[usize], all: bool) -> Explanation {
    let names = evidence.partials(left);
    let none = left.iter().any(|&i| (0..evidence.claimed.len()).any(|p| !evidence.claimed[p][i].is_finite()));
    let message = match (none, all) {
        (true, _) => format!("the claim of {names} is not a number"),
        (false, true) => format!("no known pattern explains the claim of {names}"),
        (false, false) => format!("none of this explains the claim of {names}"),
    };
    evidence.explanation(Bug::Unexplained, left.to_vec(), names, message)
}
