//! The report for people, as statsmodels and R lay it out.

use super::fitting::Fitted;
use super::means;
use super::options::SolverName;
use super::plan::{Model, Plan};
use super::run::Data;
use crate::commands::session::Job;
use crate::numeric::text::count;
use crate::report::{Align, Table, human};
use serde_json::{Map, Value};

/// The text of a fit.
pub fn report(plan: &Plan, data: &Data, fitted: &Fitted, test: Option<&Map<String, Value>>, job: &Job) -> String {
    let fit = &fitted.fit;
    let mut out = String::new();
    let by = serde_json::to_value(plan.solver).ok().and_then(|v| v.as_str().map(String::from)).unwrap_or_default();
    let how = match plan.lambda {
        0.0 => by,
        lambda => format!("{by}, lambda {}, l1 ratio {}", human(lambda, 6), human(plan.l1_ratio, 6)),
    };
    let terms = count(data.design.names.len(), "term");
    out.push_str(&format!("{} ~ {terms}\n", job.paint.bold(&plan.target_name)));
    out.push_str(&format!("{}, link {}, by {how}; {}", plan.family(), plan.link(), count(fit.n, "row")));
    let (read, held_out, zero_weight) = (data.counts.total.read, data.counts.held_out, data.counts.zero_weight);
    let dropped = read - data.counts.total.used - held_out - zero_weight;
    let left = [(dropped, "dropped"), (held_out, "held out"), (zero_weight, "of weight 0")];
    let left: Vec<String> = left.iter().filter(|l| l.0 > 0).map(|(count, why)| format!("{count} {why}")).collect();
    if !left.is_empty() {
        out.push_str(&format!(" of {read} ({})", left.join(", ")));
    }
    out.push('\n');
    if let Some(filled) = means::words(&data.filled) {
        out.push_str(&format!("missing numbers filled: {filled}\n"));
    }
    if job.verbose > 0 && data.store.is_spilled() {
        out.push_str(&format!("rows beyond {} bytes were kept in a temporary file\n", plan.memory));
    }
    if let Some(kind) = fitted.more.get("robust").and_then(Value::as_str) {
        out.push_str(&format!("standard errors {} (robust)\n", kind.to_uppercase()));
    }
    let references: Vec<String> = (plan.columns.categories.iter().enumerate())
        .filter_map(|(c, column)| Some(format!("{column} = {}", plan.reference(c, &data.levels)?)))
        .collect();
    if !references.is_empty() {
        out.push_str(&format!("reference levels: {}\n", references.join(", ")));
    }
    if let [base, ..] = &fitted.classes[..] {
        let word = if fitted.classes.len() == 2 {
            format!("`{}` against `{base}`", fitted.classes[1])
        } else {
            format!("each class against `{base}`")
        };
        out.push_str(&format!("{word}\n"));
    }
    out.push('\n');
    let number = |x: f64| if x.is_nan() { "-".to_string() } else { job.number(x) };
    let short = |x: f64| if x.is_nan() { "-".to_string() } else { human(x, 4) };
    let t = if fit.df_residual.is_finite() && plan.family() == "linear" { "t" } else { "z" };
    let several = fitted.coefficients.iter().any(|c| c.class.is_some());
    let mut columns = vec![
        ("term", Align::Left),
        ("estimate", Align::Point),
        ("std error", Align::Point),
        (t, Align::Point),
        ("p", Align::Point),
        ("low", Align::Point),
        ("high", Align::Point),
    ];
    if several {
        columns.insert(0, ("class", Align::Left));
    }
    let mut table = Table::new(&columns);
    for c in &fitted.coefficients {
        let class = c.class.clone();
        let cells = [
            c.term.clone(),
            number(c.estimate),
            short(c.std_error),
            short(c.statistic),
            short(c.p_value),
            number(c.conf_low),
            number(c.conf_high),
        ];
        table.row(class.into_iter().chain(cells));
    }
    out.push_str(&table.render(2));
    out.push('\n');
    let mut facts: Vec<(&str, f64)> = vec![("residual degrees of freedom", fit.df_residual)];
    if plan.family() == "huber" {
        facts.push(("scale of the residuals", fit.sigma));
    }
    if plan.family() == "linear" {
        facts.extend([
            ("residual standard deviation", fit.sigma),
            ("R squared", fit.r_squared),
            ("adjusted R squared", fit.adj_r_squared),
            (if fitted.more.contains_key("robust") { "F (Wald, robust)" } else { "F" }, fit.f_statistic),
            ("p of F", fit.f_p_value),
        ]);
    } else {
        facts.extend([("deviance", fit.deviance), ("null deviance", fit.null_deviance)]);
    }
    facts.extend([
        ("log-likelihood", fit.log_likelihood),
        ("AIC", fit.aic),
        ("BIC", fit.bic),
        ("condition number", fit.condition_number),
    ]);
    let mut table = Table::new(&[("", Align::Left), ("", Align::Point)]);
    for (name, value) in facts.into_iter().filter(|f| !f.1.is_nan()) {
        table.row([name.to_string(), job.number(value)]);
    }
    out.push_str(&table.render(2));
    out.push_str(scoring(plan));
    if let Some(test) = test {
        out.push_str("\nrows held out\n");
        let mut table = Table::new(&[("", Align::Left), ("", Align::Point)]);
        let mut reasons = String::new();
        for (key, value) in test {
            match (key.strip_suffix("_reason"), value.as_str()) {
                (Some(what), Some(reason)) => reasons += &format!("  no {}: {reason}\n", what.replace('_', " ")),
                _ => table.row([key.replace('_', " "), value.as_f64().map_or("-".into(), &number)]),
            }
        }
        out.push_str(&table.render(2));
        out.push_str(&reasons);
    }
    out
}

/// What Newton's method is here, where that is a theorem: not under the other solvers, nor where absolute values pull.
fn scoring(plan: &Plan) -> &'static str {
    let pulled = plan.lambda > 0.0 && plan.l1_ratio > 0.0;
    if plan.solver != SolverName::Newton || pulled || !matches!(plan.model, Model::Glm(..) | Model::Multinomial) {
        return "";
    }
    let canonical = [("logistic", "logit"), ("multinomial", "logit"), ("poisson", "log"), ("gamma", "inverse")];
    match canonical.contains(&(plan.family(), plan.link())) {
        true => {
            "  Newton's method here is Fisher scoring, the natural gradient with rate 1: the link is canonical, both Hessians are one\n"
        }
        false => {
            "  fitted by Fisher scoring, the natural gradient with rate 1, corrected by what the score did in the steps before\n"
        }
    }
}
