//! Which model the family, the link and the loss say.

use super::super::options::{FamilyName, LinkName, RegressOptions};
use super::super::problem::PlanError;
use crate::commands::request::Request;
use crate::error::Located;
use crate::regress::family::{Family, Link, by_name};

/// What is fitted.
#[derive(Clone, Copy, Debug)]
pub enum Model {
    /// Least squares.
    Linear,
    /// Fisher scoring.
    Glm(&'static Family, &'static Link),
    /// Several classes.
    Multinomial,
    /// Huber's loss.
    Huber,
    /// A loss of the user's own.
    Loss,
}

impl Model {
    /// The name of the family.
    pub fn family(&self) -> &'static str {
        match self {
            Model::Linear => "linear",
            Model::Glm(family, _) => family.name,
            Model::Multinomial => "multinomial",
            Model::Huber => "huber",
            Model::Loss => "loss",
        }
    }

    /// The name of the link.
    pub fn link(&self) -> &'static str {
        match self {
            Model::Linear | Model::Huber | Model::Loss => "identity",
            Model::Glm(_, link) => link.name,
            Model::Multinomial => "logit",
        }
    }
}

/// The model of the request.
pub fn model(request: &Request<RegressOptions>, family: FamilyName) -> Result<Model, Located> {
    if request.options.loss.is_some() {
        if request.options.family.is_some() || request.options.link.is_some() {
            let problem =
                PlanError::Conflict { flag: "--loss", with: "--family and --link: it stands in their place".into() };
            return Err(request.locate("regress.loss", problem));
        }
        return Ok(Model::Loss);
    }
    let link = request.options.link.map(|l| match l {
        LinkName::Identity => "identity",
        LinkName::Log => "log",
        LinkName::Inverse => "inverse",
        LinkName::Logit => "logit",
        LinkName::Probit => "probit",
        LinkName::Cloglog => "cloglog",
    });
    let conflict = |with: &str| {
        let with = format!("the family {with}");
        request.locate("regress.link", PlanError::Conflict { flag: "this link", with })
    };
    let glm = |name: &str| {
        let Some(family) = by_name(name) else { return Ok(Model::Linear) };
        match link {
            None => Ok(Model::Glm(family, family.links[0])),
            Some(wanted) => match family.links.iter().find(|l| l.name == wanted) {
                Some(link) => Ok(Model::Glm(family, link)),
                None => Err(conflict(name)),
            },
        }
    };
    match family {
        FamilyName::Linear if link.is_none_or(|l| l == "identity") => Ok(Model::Linear),
        FamilyName::Linear => Err(conflict("linear")),
        FamilyName::Huber if link.is_none_or(|l| l == "identity") => {
            if request.options.weights.is_some() {
                let problem = PlanError::Conflict { flag: "--weights", with: "the family huber".into() };
                return Err(request.locate("regress.weights", problem));
            }
            Ok(Model::Huber)
        }
        FamilyName::Huber => Err(conflict("huber")),
        FamilyName::Multinomial if link.is_none_or(|l| l == "logit") => {
            if request.options.offset.is_some() {
                let problem = PlanError::Conflict { flag: "--offset", with: "several classes".into() };
                return Err(request.locate("regress.offset", problem));
            }
            Ok(Model::Multinomial)
        }
        FamilyName::Multinomial => Err(conflict("multinomial")),
        FamilyName::Logistic => glm("logistic"),
        FamilyName::Poisson => glm("poisson"),
        FamilyName::Gamma => glm("gamma"),
    }
}
