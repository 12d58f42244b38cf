//! How good verdicts and diagnoses are: the corpus of tests/gradcheck through the whole program, at default settings.
//!
//!     cargo bench --bench gradcheck [-- --functions 240 --seed 1 --failures]
//!
//! Twice: with the formula known, and through a program of which nothing is known (this one, called with `--evaluate`), so that
//! the reference is differences alone.

#[path = "../tests/gradcheck/corpus.rs"]
mod corpus;
#[path = "../tests/gradcheck/judge.rs"]
mod judge;

use std::collections::BTreeMap;

use corpus::{claims, functions};
use judge::{Judged, by_formula, by_program, evaluate, size};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(k) = args.iter().position(|a| a == "--evaluate") {
        evaluate(&args[k + 1]);
        return;
    }
    let number = |flag: &str, default: u64| {
        let at = args.iter().position(|a| a == flag);
        at.and_then(|k| args.get(k + 1)).and_then(|n| n.parse().ok()).unwrap_or(default)
    };
    let count = number("--functions", 240) as usize;
    let all = functions(number("--seed", 1), count);
    let folder = tempfile::tempdir().unwrap();
    let show = args.iter().any(|a| a == "--failures");
    let programs = number("--programs", count as u64) as usize;
    for (title, limit) in [("the formula is known", count), ("a program of which nothing is known", programs)] {
        let mut kinds: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
        let mut inconclusive = 0;
        for f in &all[..limit.min(count)] {
            let all = claims(f);
            for c in &all {
                // what hardly changes the gradient here is no bug that anybody could find
                if c.bug.is_some() && size(f, &all[0], c) < 0.9999e-4 {
                    continue;
                }
                let known = limit == count && title.starts_with("the formula");
                if !known && f.matrix.is_some() && c.kind.starts_with("missing") {
                    continue;
                }
                let found = if known {
                    by_formula(folder.path(), f, c)
                } else {
                    let me = std::env::current_exe().unwrap();
                    by_program(folder.path(), f, c, &[me.to_str().unwrap(), "--evaluate"])
                };
                inconclusive += usize::from(found.verdict == "inconclusive");
                let (verdict, named) = right(&found, c.bug);
                let entry = kinds.entry(c.kind).or_default();
                entry[0] += 1;
                entry[1] += usize::from(verdict);
                entry[2] += usize::from(named);
                entry[3] += usize::from(c.bug.is_some());
                if show && (!verdict || !named && known) {
                    println!(
                        "{} ({}): {} at {:?}\n  claimed {:?}\n  found {found:?}",
                        c.kind, f.class, f.formula, f.at, c.claims
                    );
                }
            }
        }
        println!("\n{title}: {} functions", limit.min(count));
        println!("  {:26} {:>6} {:>14} {:>12}", "claim", "cases", "right verdict", "named first");
        let (mut bugs, mut caught, mut named, mut good, mut passed) = (0, 0, 0, 0, 0);
        for (kind, [cases, verdicts, names, bug]) in &kinds {
            let text = if *bug > 0 { names.to_string() } else { "-".into() };
            println!("  {kind:26} {cases:>6} {verdicts:>14} {text:>12}");
            if *bug > 0 {
                (bugs, caught, named) = (bugs + cases, caught + verdicts, named + names);
            } else {
                (good, passed) = (good + cases, passed + verdicts);
            }
        }
        println!(
            "  bugs caught {caught} of {bugs}, named first {named} of {bugs} ({:.1} %)",
            100.0 * named as f64 / bugs as f64
        );
        println!("  right claims passed {passed} of {good}; inconclusive {inconclusive} of {}", bugs + good);
    }
}

/// Whether the verdict is right, and whether the bug is named first.
fn right(found: &Judged, bug: Option<&str>) -> (bool, bool) {
    match bug {
        None => (found.verdict == "correct", true),
        Some(bug) => (found.verdict == "wrong", found.bug.as_deref() == Some(bug)),
    }
}
