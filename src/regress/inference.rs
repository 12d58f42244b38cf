//! What follows from estimates and their covariance: standard errors, statistics, p values, intervals.

use crate::numeric::tails::{normal_two_sided, t_critical, t_two_sided};

/// A row of the table of coefficients. What does not exist is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// The term; `(intercept)` for the intercept.
    pub term: String,
    /// The class it is of, in models of several.
    pub class: Option<String>,
    /// The estimate, in the link's unit / the predictor's unit.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// estimate / std_error.
    pub statistic: f64,
    /// P(|statistic| at least so large, were the coefficient 0).
    pub p_value: f64,
    /// Lower end of the confidence interval.
    pub conf_low: f64,
    /// Upper end.
    pub conf_high: f64,
}

/// The table from estimates and standard errors; `df`: degrees of freedom of Student's t, infinite for the normal
/// distribution; `confidence`: 0.95.
pub fn coefficients(names: &[String], estimates: &[f64], errors: &[f64], df: f64, confidence: f64) -> Vec<Coefficient> {
    let critical = t_critical(1.0 - confidence, df);
    let rows = names.iter().zip(estimates).zip(errors);
    rows.map(|((term, &estimate), &std_error)| {
        // a perfect fit: the estimate may be rounding that should be 0, and no quotient tells
        let statistic = if std_error == 0.0 { f64::NAN } else { estimate / std_error };
        let p_value = if df.is_infinite() { normal_two_sided(statistic) } else { t_two_sided(statistic, df) };
        let half = critical * std_error;
        Coefficient {
            term: term.clone(),
            class: None,
            estimate,
            std_error,
            statistic,
            p_value,
            conf_low: estimate - half,
            conf_high: estimate + half,
        }
    })
    .collect()
}

/// How well a fit fits. What does not exist is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Rows with a weight above 0.
    pub n: u64,
    /// Rows less coefficients.
    pub df_residual: f64,
    /// The residuals' standard deviation; for other families the root of the dispersion.
    pub sigma: f64,
    /// The share of the variance that is explained; without an intercept of the sum of squares.
    pub r_squared: f64,
    /// The same, paying for each coefficient.
    pub adj_r_squared: f64,
    /// F of all terms together.
    pub f_statistic: f64,
    /// Its p value.
    pub f_p_value: f64,
    /// The logarithm of the likelihood at the estimates; none where all residuals are 0 and it has no maximum.
    pub log_likelihood: f64,
    /// -2 l + 2 p, p counting the coefficients.
    pub aic: f64,
    /// -2 l + p ln n.
    pub bic: f64,
    /// Twice the distance to the saturated model's log-likelihood; for linear models the residual sum of squares.
    pub deviance: f64,
    /// The same of the model with nothing but the intercept.
    pub null_deviance: f64,
    /// max/min singular value of the columns scaled to length 1 (Belsley, Kuh and Welsch 1980).
    pub condition_number: f64,
}
