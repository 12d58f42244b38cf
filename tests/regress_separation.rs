//! `gradus regress`: likelihoods that have a maximum, that have none, and that have it at the edge of a link's range.

mod support;

use serde_json::Value;
use support::Folder;

#[track_caller]
fn fit(folder: &Folder, exit: i32, args: &[&str]) -> (Value, String) {
    let done = folder.run(&[&["regress"], args, &["-o", "fit.json"]].concat());
    assert_eq!(done.exit, exit, "{args:?}: {}", done.err);
    (folder.json("fit.json"), done.err)
}

fn estimates(fit: &Value) -> Vec<f64> {
    fit["coefficients"].as_array().unwrap().iter().map(|c| c["estimate"].as_f64().unwrap()).collect()
}

/// Three classes that overlap along x, with `more` rows after them; z is a 0 or 1 that tells nothing.
fn classes(more: &[String]) -> String {
    let rows = (0..60).map(|i| {
        let x = (i * 37 % 60) as f64 / 10.0;
        let kind = ["a", "b", "c", "b"][(i * i + i / 7) % 4];
        format!("{x},{},{kind}\n", i % 2)
    });
    format!("x,z,kind\n{}", rows.chain(more.iter().cloned()).collect::<String>())
}

const MULTINOMIAL: &[&str] = &["data.csv", "--target", "kind", "--family", "multinomial"];

#[test]
fn a_row_far_away_separates_no_classes() {
    // the likelihood's maximum is hardly moved by a row whose class is certain there, however far it is
    let plain = Folder::with("data.csv", classes(&[]));
    let (plain, _) = fit(&plain, 0, MULTINOMIAL);
    let slopes = estimates(&plain);
    // along x the class with the larger slope wins
    let (b, c) = (slopes[1], slopes[4]);
    let winner = if b > c && b > 0.0 {
        "b"
    } else if c > 0.0 {
        "c"
    } else {
        "a"
    };
    let mut seen: Option<Vec<f64>> = None;
    for far in ["1e4", "1e6", "1e9"] {
        let folder = Folder::with("data.csv", classes(&[format!("{far},0,{winner}\n")]));
        let (found, said) = fit(&folder, 0, MULTINOMIAL);
        assert_eq!(found["status"], "fitted", "{far}: {said}");
        let now = estimates(&found);
        if let Some(before) = &seen {
            let close = now.iter().zip(before).all(|(a, b)| (a - b).abs() < 1e-6 * (1.0 + b.abs()));
            assert!(close, "{far}: {now:?} {before:?}");
        }
        seen = Some(now);
    }
}

#[test]
fn a_cell_without_one_of_the_classes_separates_it_from_the_others() {
    // z = 1 has a and b but no c: along z class c falls behind both for ever, and a and b stay level
    let text = classes(&[]).replace(",1,c\n", ",0,c\n");
    let folder = Folder::with("data.csv", text);
    let (found, said) = fit(&folder, 1, MULTINOMIAL);
    assert_eq!(found["status"], "separated");
    assert!(said.contains("the classes are separated by `z`: "), "{said}");
    assert!(found["coefficients"][1]["estimate"].is_null());
    let ridge = [MULTINOMIAL, &["--penalty", "ridge", "--lambda", "0.01"]].concat();
    assert_eq!(fit(&folder, 0, &ridge).0["status"], "fitted");
    // one row of it is enough for a maximum
    let text = classes(&[]).replace(",1,c\n", ",0,c\n") + "3,1,c\n";
    let folder = Folder::with("data.csv", text);
    assert_eq!(fit(&folder, 0, MULTINOMIAL).0["status"], "fitted");
}

#[test]
fn offsets_neither_hide_nor_make_a_separation() {
    let rows = |y: &dyn Fn(usize) -> usize| {
        let line = |i: usize| format!("{},{},{}\n", i * 7 % 20, i % 3, y(i));
        format!("x,o,y\n{}", (0..20).map(line).collect::<String>())
    };
    let args = ["data.csv", "--target", "y", "--features", "x", "--offset", "5*o", "--family", "logistic"];
    let folder = Folder::with("data.csv", rows(&|i| usize::from(i * 7 % 20 > 9)));
    let (_, said) = fit(&folder, 1, &args);
    assert!(said.contains("the classes are separated by `x`"), "{said}");
    // the offset alone sets the classes apart: its coefficient is 1, and the maximum exists
    let folder = Folder::with("data.csv", rows(&|i| usize::from(i % 3 == 2 || i == 4)));
    assert_eq!(fit(&folder, 0, &args).0["status"], "fitted");
}

#[test]
fn a_poisson_mean_that_is_linear_ends_at_its_optimum_or_says_that_it_is_at_the_edge() {
    // inside: the score is 0, sum (y/mu - 1) = 0 and sum (y/mu - 1) x = 0
    let y = [2.0, 4.0, 3.0, 6.0, 9.0, 7.0, 12.0, 10.0, 0.0, 15.0];
    let table: String = y.iter().enumerate().map(|(i, y)| format!("{},{y}\n", i + 1)).collect();
    let folder = Folder::with("data.csv", format!("x,y\n{table}"));
    let args = ["data.csv", "--target", "y", "--family", "poisson", "--link", "identity"];
    let (found, _) = fit(&folder, 0, &args);
    let b = estimates(&found);
    let pulls = y.iter().enumerate().map(|(i, y)| {
        let x = i as f64 + 1.0;
        (y / (b[0] + b[1] * x) - 1.0, x)
    });
    let (score, along) = pulls.fold((0.0, 0.0), |(s, a), (pull, x)| (s + pull, a + pull * x));
    assert!(score.abs() < 1e-12 && along.abs() < 1e-11, "{score:e} {along:e}");
    // counts of 0 where the line is lowest: the likelihood rises until the mean there is 0
    let folder = Folder::with("data.csv", "x,y\n1,0\n2,0\n3,0\n4,9\n5,12\n6,40\n");
    let (found, said) = fit(&folder, 1, &args);
    assert_eq!(found["status"], "stalled");
    assert!(said.contains("no (stalled): no step makes the likelihood larger"), "{said}");
    assert!(found["coefficients"][1]["std_error"].is_null());
    let b = estimates(&found);
    assert!((b[0] + b[1]).abs() < 1e-6, "the mean at x = 1 is {}", b[0] + b[1]);
}
