//! When to stop, and why in words. The rules are asked in one order, and the first yes is the reason.

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The gradient is small.
    Gtol,
    /// f hardly falls.
    Ftol,
    /// The steps are short.
    Xtol,
    /// f is as low as was asked for.
    Target,
    /// The iterations ran out.
    MaxIterations,
    /// The evaluations ran out.
    MaxEvaluations,
    /// The time ran out.
    MaxSeconds,
    /// Numbers left every bound.
    Diverged,
    /// No step makes progress.
    Stalled,
    /// A signal came.
    Interrupted,
}

impl Criterion {
    /// The word of results.
    pub fn word(self) -> &'static str {
        match self {
            Criterion::Gtol => "gtol",
            Criterion::Ftol => "ftol",
            Criterion::Xtol => "xtol",
            Criterion::Target => "target",
            Criterion::MaxIterations => "max_iterations",
            Criterion::MaxEvaluations => "max_evaluations",
            Criterion::MaxSeconds => "max_seconds",
            Criterion::Diverged => "diverged",
            Criterion::Stalled => "stalled",
            Criterion::Interrupted => "interrupted",
        }
    }

    /// All of them.
    pub const ALL: [Criterion; 10] = [
        Criterion::Gtol,
        Criterion::Ftol,
        Criterion::Xtol,
        Criterion::Target,
        Criterion::MaxIterations,
        Criterion::MaxEvaluations,
        Criterion::MaxSeconds,
        Criterion::Diverged,
        Criterion::Stalled,
        Criterion::Interrupted,
    ];

    /// The criterion of a word.
    pub fn of(word: &str) -> Option<Criterion> {
        Criterion::ALL.into_iter().find(|c| c.word() == word)
    }

    /// Whether it counts as converged.
    pub fn is_convergence(self) -> bool {
        matches!(self, Criterion::Gtol | Criterion::Ftol | Criterion::Xtol | Criterion::Target)
    }
}

/// The thresholds. Unset ones are not asked, save for the default rule of the gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// max |df/dx_i| <= gtol, over the variables that no bound holds back. Unset: the default rule, [`Rules::DEFAULT_GTOL`].
    pub gtol: Option<f64>,
    /// f_k - f_{k+1} <= ftol max(|f_k|, |f_{k+1}|).
    pub ftol: Option<f64>,
    /// |x_{k+1} - x_k| <= xtol (xtol + |x_{k+1}|).
    pub xtol: Option<f64>,
    /// f <= target (>= when maximising).
    pub target: Option<f64>,
    /// Accepted steps.
    pub max_iterations: u64,
    /// Passes over the rows, where steps see some of them: what `max_iterations` comes from, for its sentence.
    pub epochs: Option<u64>,
    /// Evaluations of f.
    pub max_evaluations: Option<u64>,
    /// Seconds of this process.
    pub max_seconds: Option<f64>,
    /// Whether f is -f of what the user wrote: sentences then speak of theirs.
    pub maximize: bool,
}

impl Rules {
    /// Unless a gtol is given: max |df/dx_i| <= 1e-6 of its value at the start, and the last step lowered f by at most 1e-9 |f|
    /// or 1e-12 |f_0 - f|. Multiplying f by a number changes none of the three.
    pub const DEFAULT_GTOL: f64 = 1e-6;
    /// The second half of the default rule, against |f|.
    pub const DEFAULT_DECREASE: f64 = 1e-9;
    /// The second half of the default rule, against the whole descent.
    pub const DEFAULT_RANGE: f64 = 1e-12;
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            gtol: None,
            ftol: None,
            xtol: None,
            target: None,
            max_iterations: 1000,
            epochs: None,
            max_evaluations: None,
            max_seconds: None,
            maximize: false,
        }
    }
}

impl Rules {
    /// A value of f for a sentence, as the user wrote f.
    pub fn told(&self, f: f64) -> String {
        brief(if self.maximize { -f } else { f })
    }

    /// One of two words: for going down, for going up.
    pub fn word(&self, down: &'static str, up: &'static str) -> &'static str {
        if self.maximize { up } else { down }
    }
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// The rule.
    pub criterion: Criterion,
    /// The number it looked at.
    pub value: f64,
    /// What it was compared with.
    pub threshold: f64,
    /// A sentence.
    pub message: String,
}

/// A number for a sentence: four digits.
pub fn brief(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        let text = format!("{x:.3e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        return format!("{digits}e{exponent}");
    }
    let decimals = match size {
        s if s >= 1000.0 => 0,
        s if s >= 100.0 => 1,
        s if s >= 10.0 => 2,
        s if s >= 1.0 => 3,
        _ => 6,
    };
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn numbers_of_sentences_are_short() {
        let texts: Vec<String> =
            [4.0, 0.1, 7.846377e-6, 25.0, 1e300, 0.0, -1.23456, 123456.7].into_iter().map(brief).collect();
        assert_eq!(texts, ["4", "0.1", "7.846e-6", "25", "1e300", "0", "-1.235", "123457"]);
    }
}
