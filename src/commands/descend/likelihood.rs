//! `[likelihood]`: a family, its response and its parameters as formulas, made into the negative log-likelihood of a row.

use super::problem::PlanError;
use crate::error::{Located, nearest};
use crate::spec::{Node, Text};

/// A distribution, written in the formula language: `y` is the response, the parameters have their names.
pub struct Family {
    /// As typed.
    pub name: &'static str,
    /// Its parameters, in order.
    pub parameters: &'static [&'static str],
    /// -ln of the density or probability, nothing left out.
    pub loss: &'static str,
    /// The Fisher information by the parameters: \[parameters\]\[parameters\].
    pub information: &'static [&'static [&'static str]],
}

/// All families. McCullagh and Nelder 1989; the information matrices are those of the distributions' tables.
pub static FAMILIES: &[Family] = &[
    Family {
        name: "normal",
        parameters: &["mean", "sd"],
        loss: "ln(sd) + ((y - mean)/sd)^2/2 + ln(2*pi)/2",
        information: &[&["1/sd^2", "0"], &["0", "2/sd^2"]],
    },
    Family {
        name: "poisson",
        parameters: &["mean"],
        loss: "mean - if(y == 0, 0, y*ln(mean)) + lgamma(y + 1)",
        information: &[&["1/mean"]],
    },
    Family {
        name: "bernoulli",
        parameters: &["probability"],
        loss: "-if(y == 1, ln(probability), if(y == 0, ln(1 - probability), y*ln(probability) + (1 - y)*ln(1 - probability)))",
        information: &[&["1/(probability*(1 - probability))"]],
    },
    Family { name: "exponential", parameters: &["rate"], loss: "rate*y - ln(rate)", information: &[&["1/rate^2"]] },
    Family {
        name: "gamma",
        parameters: &["shape", "rate"],
        loss: "lgamma(shape) - shape*ln(rate) - (shape - 1)*ln(y) + rate*y",
        information: &[&["trigamma(shape)", "-1/rate"], &["-1/rate", "shape/rate^2"]],
    },
];

/// A likelihood as the spec writes it.
#[derive(Clone)]
pub struct Likelihood {
    /// The family.
    pub family: &'static Family,
    /// The response and the parameters: \[1 + parameters\].
    pub formulas: Vec<Text>,
}

impl Likelihood {
    /// Reads `[likelihood]`. Fails at an unknown family, a missing or an unknown key.
    pub fn read(node: &Node) -> Result<Likelihood, Located> {
        let table = node.table("likelihood")?;
        let get = |key: &str| match table.get(key) {
            Some(node) => node.text(&format!("likelihood.{key}")),
            None => Err(node.place.locate_whole(PlanError::LikelihoodKey { key: key.to_string() })),
        };
        let name = get("family")?;
        let Some(family) = FAMILIES.iter().find(|f| f.name == name.text) else {
            let known: Vec<&'static str> = FAMILIES.iter().map(|f| f.name).collect();
            let near = nearest(&name.text, known.iter().copied()).and_then(|n| known.iter().copied().find(|k| *k == n));
            let problem = PlanError::UnknownFamily { name: name.text.clone(), near, known };
            return Err(name.place.locate_whole(problem));
        };
        for (key, (place, _)) in &table.entries {
            if !["family", "response"].contains(&key.as_str()) && !family.parameters.contains(&key.as_str()) {
                let known = family.parameters.to_vec();
                let problem = PlanError::LikelihoodParameter { family: family.name, name: key.clone(), known };
                return Err(place.locate_whole(problem));
            }
        }
        let mut formulas = vec![get("response")?];
        for parameter in family.parameters {
            formulas.push(get(parameter)?);
        }
        Ok(Likelihood { family, formulas })
    }

    /// A formula of the family with the response and the parameters put in.
    pub fn with_parameters(&self, template: &str) -> String {
        let names: Vec<&str> = std::iter::once("y").chain(self.family.parameters.iter().copied()).collect();
        let mut out = String::new();
        let mut word = String::new();
        for c in template.chars().chain(std::iter::once(' ')) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            match names.iter().position(|n| *n == word) {
                Some(i) => out.push_str(&format!("({})", self.formulas[i].text)),
                None => out.push_str(&word),
            }
            word.clear();
            out.push(c);
        }
        out.trim_end().to_string()
    }
}
