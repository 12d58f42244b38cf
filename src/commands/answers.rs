//! The words of `--allow`: every answer "no" that a verb can give. One table; parsing, help and the schema use it.

use crate::error::{Diagnose, Exit, Located, Span, nearest};
use crate::spec::{Text, listed};

/// A word and what it answers.
pub struct Word {
    /// With hyphens.
    pub name: &'static str,
    /// When a verb says it.
    pub doc: &'static str,
}

/// All words. The status of a result is such a word with `_` for `-`, or one of the good ones (`ok`, `converged`).
pub const WORDS: &[Word] = &[
    Word { name: "kink", doc: "at a point two sides have different slopes: abs at 0, max of equals" },
    Word { name: "jump", doc: "at a point the function is not continuous: floor, branches that disagree" },
    Word { name: "undefined", doc: "at a point the function or a derivative does not exist: ln(-1), 1/0" },
    Word { name: "overflow", doc: "at a point a number left the range of f64" },
    Word { name: "disagrees", doc: "a directional derivative's limit is not the dot product" },
    Word { name: "not-differentiable", doc: "the function is not differentiable at the point" },
    Word { name: "undecided", doc: "the numbers do not tell, or boxes were left over" },
    Word { name: "budget", doc: "a budget was spent before the work was done" },
    Word { name: "max-iterations", doc: "the iterations ran out" },
    Word { name: "max-evaluations", doc: "the evaluations ran out" },
    Word { name: "max-seconds", doc: "the time ran out" },
    Word { name: "stalled", doc: "no step makes progress" },
    Word { name: "diverged", doc: "the values left every bound" },
    Word { name: "saddle", doc: "the end point has directions that go down on" },
    Word { name: "wrong", doc: "the claimed gradient is wrong" },
    Word { name: "inconclusive", doc: "the reference is too noisy to tell" },
    Word { name: "separated", doc: "the classes, or counts of 0, are separated: no finite estimate exists" },
    Word { name: "collinear", doc: "columns depend on each other: their estimates are null" },
    Word { name: "differs", doc: "the result differs from the one of --compare" },
];

/// An unknown word for `--allow`.
#[derive(Debug, thiserror::Error)]
#[error("unknown answer `{word}`")]
pub struct UnknownAnswer {
    word: String,
    at: Span,
}

impl Diagnose for UnknownAnswer {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn span(&self) -> Option<Span> {
        Some(self.at)
    }
    fn help(&self) -> Option<String> {
        let near = nearest(&self.word, WORDS.iter().map(|w| w.name));
        let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
        Some(format!("{near}the answers are {}", listed(WORDS.iter().map(|w| w.name))))
    }
}

/// The allowed words in `--allow`'s lists: commas between them, `-` or `_`, any case.
pub fn allowed(lists: &[Text]) -> Result<Vec<&'static str>, Located> {
    let mut found = Vec::new();
    for list in lists {
        let mut start = 0;
        for part in list.text.split(',') {
            let written = part.trim();
            let name = written.replace('_', "-").to_lowercase();
            let from = start + (part.len() - part.trim_start().len());
            let at = Span::new(from, from + written.len());
            start += part.len() + 1;
            match WORDS.iter().find(|w| w.name == name) {
                Some(word) => found.push(word.name),
                None => return Err(list.locate(UnknownAnswer { word: written.to_string(), at })),
            }
        }
    }
    Ok(found)
}
