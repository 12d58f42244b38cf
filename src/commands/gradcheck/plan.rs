//! What the request means: the function, the claim, the points. Fills defaults, checks names.

use std::path::PathBuf;
use std::sync::Arc;

use super::claims::{Claims, place};
use super::files;
use super::problem::CheckError;
use super::{GradcheckOptions, SchemeName};
use crate::cancel::Cancel;
use crate::check::points::Sampler;
use crate::check::run::Scheme;
use crate::commands::problem::error::ProblemError;
use crate::commands::problem::{Given, Knowledge, given, problem};
use crate::commands::request::Request;
use crate::error::{Located, nearest};
use crate::objective::{ArrayFormula, Formula, Layout};
use crate::process::Program;
use crate::spec::{Objective, Origin, Place, Text};

/// The cube root of the rounding error of f64: where truncation and rounding of a centred difference are equal.
const CENTERED_STEP: f64 = 6.055454452393343e-6;
/// More coordinates are looked at along random directions first,
const MANY: usize = 100;
/// so many a point.
const DIRECTIONS: usize = 3;
/// More are never looked at one by one.
const MOST_ONE_BY_ONE: usize = 20_000;
/// Points that are drawn where none is known.
const DRAWN: usize = 10;

/// Everything that `run` needs.
#[derive(Debug)]
pub struct Plan<'r> {
    /// What reports call the problem.
    pub title: Option<String>,
    /// The formula as written.
    pub text: Option<String>,
    /// The formula with its derivative by all coordinates, where it is small enough to be written out.
    pub formula: Option<Formula>,
    /// The formula over long arrays, where it is not.
    pub arrays: Option<ArrayFormula>,
    /// Random directions a point; 0: coordinates.
    pub directions: usize,
    /// How the coordinates are called.
    pub layout: Layout,
    /// The same, one by one: `[n]`.
    pub names: Arc<Vec<String>>,
    /// Where values come from.
    pub source: Source,
    /// Where the claim comes from.
    pub claim: ClaimSource<'r>,
    /// The values of f that a file of claims has beside them: `[points]`.
    pub claimed_values: Option<Vec<f64>>,
    /// Points that were given: `[points][n]`.
    pub given: Vec<Vec<f64>>,
    /// Points to draw.
    pub random: usize,
    /// From where.
    pub sampler: Sampler,
    /// The coordinates to check.
    pub coordinates: Vec<usize>,
    /// The scheme.
    pub scheme: Scheme,
    /// Files that were read.
    pub inputs: Vec<PathBuf>,
}

/// Where values come from.
#[derive(Debug)]
pub enum Source {
    /// The formula.
    Formula,
    /// A program.
    Program(Program),
    /// A file of values.
    Values(PathBuf),
}

/// Where the claim comes from.
#[derive(Debug)]
pub enum ClaimSource<'r> {
    /// The program, or the file of values.
    Function,
    /// Formulas.
    Formulas(Claims<'r>),
    /// A file, read: `[points][n]`.
    File(Vec<Vec<f64>>),
    /// Nothing: the formula's own derivative.
    Own,
}

impl ClaimSource<'_> {
    /// The word for it in results.
    pub fn word(&self, source: &Source) -> &'static str {
        match (self, source) {
            (ClaimSource::Function, Source::Program(_)) => "program",
            (ClaimSource::Function, _) => "values",
            (ClaimSource::Formulas(_), _) => "formulas",
            (ClaimSource::File(_), _) => "file",
            (ClaimSource::Own, _) => "own",
        }
    }
}

/// Makes the plan. Fails at the first thing that is wrong, with its place.
pub fn plan<'r>(
    request: &'r Request<GradcheckOptions>,
    layout: &'r mut Option<Layout>,
    cancel: &Cancel,
) -> Result<Plan<'r>, Located> {
    let (spec, options) = (&request.spec, &request.options);
    let text = match &spec.objective {
        Some(Objective::Formula(text)) => Some(text.clone()),
        Some(Objective::Residual(_)) => {
            return Err(request.locate("residual", CheckError::NotAFormula { what: "a sum of squares" }));
        }
        Some(Objective::Likelihood(node)) => {
            return Err(node.place.locate_whole(CheckError::NotAFormula { what: "a likelihood" }));
        }
        None => None,
    };
    if let Some(data) = &spec.data {
        let whole = crate::error::Span::new(0, data.file.text.len());
        return Err(data.file.locate_at(CheckError::Data { what: "a formula" }, whole));
    }
    let source = source(request)?;
    if text.is_none() && matches!(source, Source::Formula) {
        return Err(Located::new(CheckError::Nothing));
    }

    let at: Vec<Vec<Given>> = (0..options.at.len())
        .filter_map(|i| request.text(&format!("gradcheck.at.{i}")))
        .map(|text| given(&text, "--at"))
        .collect::<Result<_, _>>()?;
    // a program's variables are those of the spec, or of --at: there is no formula to take names from
    let stand_in =
        || Text { text: "0".into(), place: Place::whole(Origin::command_line("formula", "0")), key: "formula".into() };
    let stated =
        problem(spec, &text.clone().unwrap_or_else(stand_in), &Knowledge { given: &at, ..Knowledge::default() })?;
    if stated.layout.is_empty() {
        return Err(Located::new(ProblemError::NoVariables));
    }
    let layout: &'r Layout = layout.insert(stated.layout.clone());
    let names = layout.names();
    let formula = match &text {
        Some(_) if stated.is_small() => Some(stated.clone().formula(&[])?),
        _ => None,
    };
    let arrays = (text.is_some() && formula.is_none())
        .then(|| ArrayFormula::new(stated.graph.clone(), stated.value, stated.layout.clone()));
    let coordinates = coordinates(request, layout)?;

    let mut inputs = Vec::new();
    let (claim, claimed_points, claimed_values) =
        claim(request, &source, text.is_some(), layout, &stated.start, &coordinates, cancel, &mut inputs)?;
    let given = given_points(request, &at, &stated, claimed_points, layout, cancel, &mut inputs)?;
    let boxed = stated.lower.iter().chain(&stated.upper).any(|b| b.is_finite());
    let random = match (options.random_points, given.is_empty()) {
        (Some(n), _) => n as usize,
        (None, false) => 0,
        (None, true) if boxed || stated.start.iter().any(|x| !x.is_nan()) => DRAWN,
        (None, true) => 0,
    };
    if given.is_empty() && random == 0 {
        return Err(Located::new(CheckError::NoPoint));
    }
    let sampler = Sampler {
        lower: stated.lower.clone(),
        upper: stated.upper.clone(),
        about: stated.start.clone(),
        log_uniform: options.log_uniform == Some(true),
        seed: request.seed,
    };
    let scheme = match options.scheme.unwrap_or_default() {
        SchemeName::Adaptive => Scheme::Adaptive,
        SchemeName::Centered => Scheme::Centered { h: options.h.unwrap_or(CENTERED_STEP) },
    };
    let directions = match options.directions {
        // differences by each of very many coordinates are never meant
        Some(0) if coordinates.len() > MOST_ONE_BY_ONE => {
            let problem = CheckError::TooManyCoordinates { count: coordinates.len(), most: MOST_ONE_BY_ONE };
            return Err(request.locate("gradcheck.directions", problem));
        }
        Some(n) => n as usize,
        None if coordinates.len() > MANY && scheme == Scheme::Adaptive => DIRECTIONS,
        None => 0,
    };
    if directions > 0 && scheme != Scheme::Adaptive {
        return Err(request.locate("gradcheck.directions", CheckError::CenteredDirections));
    }
    Ok(Plan {
        title: spec.name.as_ref().map(|t| t.text.clone()),
        text: text.map(|t| t.text),
        formula,
        arrays,
        directions,
        layout: layout.clone(),
        names: Arc::new(names),
        source,
        claim,
        claimed_values,
        given,
        random,
        sampler,
        coordinates,
        scheme,
        inputs,
    })
}

fn source(request: &Request<GradcheckOptions>) -> Result<Source, Located> {
    let options = &request.options;
    if options.values.is_some() {
        if options.fail_fast == Some(true) {
            return Err(request.locate("gradcheck.values", CheckError::ValuesWith { flag: "fail-fast" }));
        }
        return Ok(Source::Values(request.path("gradcheck.values").unwrap_or_default()));
    }
    Ok(match &request.spec.command {
        Some(command) => {
            let folder = command.place.origin.folder.clone();
            Source::Program(Program { words: command.value.clone(), folder })
        }
        None => Source::Formula,
    })
}

/// The coordinates of --coordinates, in order; all where it names none.
fn coordinates(request: &Request<GradcheckOptions>, layout: &Layout) -> Result<Vec<usize>, Located> {
    let mut chosen = Vec::new();
    for (k, list) in request.options.coordinates.iter().enumerate() {
        let text = request.text(&format!("gradcheck.coordinates.{k}"));
        for name in split(list) {
            let Some((first, shape)) = place(layout, name) else {
                let near = nearest(name, layout.variables().iter().map(|v| v.name.as_str())).map(String::from);
                let problem = CheckError::UnknownCoordinate { name: name.into(), near };
                return Err(match &text {
                    Some(text) => {
                        let at = text.text.find(name).unwrap_or(0);
                        text.locate_at(problem, crate::error::Span::new(at, at + name.len()))
                    }
                    None => Located::new(problem),
                });
            };
            chosen.extend(first..first + shape.iter().product::<usize>());
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(if chosen.is_empty() { (0..layout.len()).collect() } else { chosen })
}

/// At commas outside parentheses: `x,W(1,2)`.
fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(list[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts
}

/// The claim, and where it brings its points those and the values of f there.
type Claimed<'r> = (ClaimSource<'r>, Option<Vec<Vec<f64>>>, Option<Vec<f64>>);

#[allow(clippy::too_many_arguments)] // each is a part of the request that claims are checked against
fn claim<'r>(
    request: &'r Request<GradcheckOptions>,
    source: &Source,
    has_formula: bool,
    layout: &'r Layout,
    start: &[f64],
    coordinates: &[usize],
    cancel: &Cancel,
    inputs: &mut Vec<PathBuf>,
) -> Result<Claimed<'r>, Located> {
    let options = &request.options;
    let (formulas, file) = (!options.claim.is_empty(), options.claims.is_some());
    if formulas && file {
        let problem = CheckError::TwoClaims { one: "formulas", other: "a file" };
        return Err(request.locate("gradcheck.claims", problem));
    }
    if formulas {
        return Ok((ClaimSource::Formulas(Claims::new(request, layout, coordinates)?), None, None));
    }
    if file {
        let path = request.path("gradcheck.claims").unwrap_or_default();
        let rows = files::claims(&path, layout, start, coordinates, cancel)?;
        inputs.push(path);
        return Ok((ClaimSource::File(rows.claims), Some(rows.points), rows.values));
    }
    Ok(match (source, has_formula) {
        (Source::Formula, true) => (ClaimSource::Own, None, None),
        _ => (ClaimSource::Function, None, None),
    })
}

fn given_points(
    request: &Request<GradcheckOptions>,
    at: &[Vec<Given>],
    stated: &crate::commands::problem::Problem,
    claimed: Option<Vec<Vec<f64>>>,
    layout: &Layout,
    cancel: &Cancel,
    inputs: &mut Vec<PathBuf>,
) -> Result<Vec<Vec<f64>>, Located> {
    let file = request.options.points.is_some();
    let two = |one, other| request.locate("gradcheck.points", CheckError::TwoPoints { one, other });
    match (claimed, file, at.is_empty()) {
        (Some(_), true, _) => Err(two("--claims", "--points")),
        (Some(_), _, false) => {
            Err(request.locate("gradcheck.at.0", CheckError::TwoPoints { one: "--claims", other: "--at" }))
        }
        (Some(points), false, true) => Ok(points),
        (None, true, false) => Err(two("--at", "--points")),
        (None, true, true) => {
            let path = request.path("gradcheck.points").unwrap_or_default();
            let points = files::points(&mut files::open(&path, cancel)?, layout, &stated.start)?;
            inputs.push(path);
            Ok(points)
        }
        (None, false, false) => at.iter().map(|given| stated.point(given, "--at")).collect(),
        (None, false, true) if stated.start.iter().all(|x| !x.is_nan()) => Ok(vec![stated.start.clone()]),
        (None, false, true) => Ok(Vec::new()),
    }
}
