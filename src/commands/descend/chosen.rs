//! The methods of a run and their settings.

use super::options::{CourseName, DescendOptions, FisherName, RuleName};
use super::plan::Kind;
use super::problem::PlanError;
use crate::commands::request::Request;
use crate::error::{Located, nearest};
use crate::objective::Offers;
use crate::optimize::method::{Entry, Needs};
use crate::optimize::methods::{TABLE, find};
use crate::optimize::schedule::Course;
use crate::optimize::settings::{Fisher, Rule, Settings};

/// The methods that were asked for, or the one that suits the problem and why.
pub fn methods(
    request: &Request<DescendOptions>,
    offers: &Offers,
    n: usize,
    kind: Kind,
) -> Result<(Vec<&'static Entry>, Option<&'static str>), Located> {
    let options = &request.options;
    let stochastic = options.batch_size.is_some();
    let mut names: Vec<(String, String)> = options
        .methods
        .iter()
        .enumerate()
        .map(|(i, m)| (m.trim().to_string(), format!("descend.methods.{i}")))
        .collect();
    if let Some(method) = &options.method {
        if !names.is_empty() {
            let problem = PlanError::Together { a: "method", b: "methods" };
            return Err(request.locate("descend.method", problem));
        }
        names.push((method.clone(), "descend.method".into()));
    }
    if names.is_empty() {
        let rate = options.learning_rate.is_some();
        let (name, because) = match () {
            () if stochastic => ("adam", "the method for mini-batches"),
            () if rate => ("gradient-descent", "a learning rate is given"),
            () if offers.residuals.is_some() => ("levenberg-marquardt", "the objective is a sum of squares"),
            () if kind == Kind::Program => ("bfgs", "a program gives no second derivatives"),
            () if offers.hessian && n <= 100 => ("newton", "the Hessian is exact and small"),
            () => ("lbfgs", "there are many variables"),
        };
        return Ok((find(name).into_iter().collect(), Some(because)));
    }
    let mut found = Vec::new();
    for (name, key) in names {
        let Some(entry) = find(&name) else {
            let known: Vec<&'static str> = TABLE.iter().map(|e| e.name).collect();
            let near = nearest(&name, known.iter().copied()).and_then(|n| known.iter().copied().find(|k| *k == n));
            return Err(request.locate(&key, PlanError::UnknownMethod { name, near, known }));
        };
        let fits = |e: &&&Entry| e.needs.met_by(offers) && (!stochastic || e.stochastic);
        let others: Vec<&'static str> = TABLE.iter().filter(fits).map(|e| e.name).collect();
        if !entry.needs.met_by(offers) {
            let problem = PlanError::Needs { method: entry.name, needs: entry.needs.word(), others };
            return Err(request.locate(&key, problem));
        }
        if stochastic && !entry.stochastic {
            return Err(request.locate(&key, PlanError::NotStochastic { method: entry.name, others }));
        }
        found.push(entry);
    }
    Ok((found, None))
}

/// An option that no chosen method reads is an error, not an ornament.
pub fn unread(request: &Request<DescendOptions>, entries: &[&'static Entry]) -> Result<(), Located> {
    let o = &request.options;
    let said: [(&'static str, bool); 16] = [
        ("learning_rate", o.learning_rate.is_some()),
        ("schedule", o.schedule.is_some()),
        ("decay", o.decay.is_some()),
        ("decay_every", o.decay_every.is_some()),
        ("last_rate", o.last_rate.is_some()),
        ("warmup", o.warmup.is_some()),
        ("line_search", o.line_search.is_some()),
        ("momentum", o.momentum.is_some()),
        ("beta1", o.beta1.is_some()),
        ("beta2", o.beta2.is_some()),
        ("epsilon", o.epsilon.is_some()),
        ("weight_decay", o.weight_decay.is_some()),
        ("memory", o.memory.is_some()),
        ("radius", o.radius.is_some()),
        ("fisher", o.fisher.is_some()),
        ("damping", o.damping.is_some()),
    ];
    for (option, said) in said {
        if said && !entries.iter().any(|e| e.options.contains(&option)) {
            let readers = TABLE.iter().filter(|e| e.options.contains(&option)).map(|e| e.name).collect();
            let methods = entries.iter().map(|e| e.name).collect::<Vec<_>>().join(", ");
            let problem = PlanError::Unread { option, methods, readers };
            return Err(request.locate(&format!("descend.{option}"), problem));
        }
    }
    Ok(())
}

/// The settings of a method: its defaults, and what was said.
pub fn settings(o: &DescendOptions, entry: &Entry) -> Settings {
    let mut s = Settings::default();
    s.schedule.every = 1000.0;
    (entry.defaults)(&mut s);
    let put = |to: &mut f64, from: Option<f64>| {
        if let Some(x) = from {
            *to = x;
        }
    };
    put(&mut s.schedule.rate, o.learning_rate);
    put(&mut s.schedule.decay, o.decay);
    put(&mut s.schedule.every, o.decay_every);
    put(&mut s.schedule.last, o.last_rate);
    put(&mut s.momentum, o.momentum);
    put(&mut s.beta1, o.beta1);
    put(&mut s.beta2, o.beta2);
    put(&mut s.epsilon, o.epsilon);
    put(&mut s.weight_decay, o.weight_decay);
    put(&mut s.damping, o.damping);
    s.schedule.warmup = o.warmup.unwrap_or(0);
    s.schedule.course = match o.schedule {
        None | Some(CourseName::Constant) => Course::Constant,
        Some(CourseName::Step) => Course::Step,
        Some(CourseName::Exponential) => Course::Exponential,
        Some(CourseName::Cosine) => Course::Cosine,
        Some(CourseName::Inverse) => Course::Inverse,
    };
    let scheduled = o.learning_rate.is_some() || o.schedule.is_some() || o.batch_size.is_some();
    s.rule = match o.line_search {
        Some(RuleName::Scheduled) => Rule::Scheduled,
        Some(RuleName::Armijo) => Rule::Armijo,
        Some(RuleName::BarzilaiBorwein) => Rule::BarzilaiBorwein,
        None if scheduled => Rule::Scheduled,
        None => Rule::Armijo,
    };
    s.memory = o.memory.map_or(s.memory, |m| m as usize);
    s.radius = o.radius;
    s.fisher = match o.fisher {
        Some(FisherName::Diagonal) => Fisher::Diagonal,
        _ => Fisher::Full,
    };
    s
}

/// Whether a method's step is a constant rate times the gradient.
pub fn is_constant_rate(entry: &Entry, settings: &Settings) -> bool {
    entry.name == "gradient-descent"
        && settings.rule == Rule::Scheduled
        && settings.schedule.course == Course::Constant
        && settings.schedule.warmup == 0
        && entry.needs == Needs::Gradient
}
