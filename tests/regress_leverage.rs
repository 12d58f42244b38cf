//! `gradus regress --robust`: rows of leverage 1. Their residual is 0, and r^2/(1 - h) is 0/0: R's sandwich gives NaN or the
//! rounding of it, with a warning. Here what such a row decides has no standard error, and the others have theirs.

mod support;

use serde_json::{Value, json};
use support::Folder;

fn fit(folder: &Folder, args: &[&str]) -> (Value, String) {
    let done = folder.run(&[&["regress"], args, &["-o", "fit.json"]].concat());
    assert_eq!(done.exit, 0, "{args:?}: {}", done.err);
    (folder.json("fit.json"), done.err)
}

fn errors(found: &Value) -> Vec<Option<f64>> {
    found["coefficients"].as_array().unwrap().iter().map(|c| c["std_error"].as_f64()).collect()
}

#[test]
fn a_row_that_decides_a_coefficient_alone_leaves_it_without_an_error() {
    // the first three rows as in robust_errors_by_hand: HC2 0.75, HC3 4.5 of x; the fourth decides d and nothing else
    let folder = Folder::with("data.csv", "x,d,y\n0,0,1\n1,0,2\n2,0,6\n5,1,9\n");
    folder.write("three.csv", "x,y\n0,1\n1,2\n2,6\n");
    for (kind, want) in [("hc2", 0.75f64), ("hc3", 4.5)] {
        for flags in [&[][..], &["--solver", "gram"], &["--weights", "2"]] {
            let (found, said) = fit(&folder, &[&["data.csv", "--target", "y", "--robust", kind], flags].concat());
            let got = errors(&found);
            assert!((got[1].unwrap() / want.sqrt() - 1.0).abs() < 1e-13, "{kind} {flags:?}: {got:?}");
            let three = fit(&folder, &["three.csv", "--target", "y", "--robust", kind]).0;
            assert!((got[0].unwrap() - errors(&three)[0].unwrap()).abs() < 1e-13);
            assert_eq!((got[2], &found["fit"]["f_statistic"]), (None, &Value::Null));
            let upper = kind.to_uppercase();
            let start =
                format!("warning: 1 row has leverage 1 (no other row tells what it decides), and {upper} divides");
            assert!(said.starts_with(&start) && said.contains("no standard error for `d`;"), "{said}");
            let warning = &found["warnings"][0];
            assert_eq!(
                (&warning["code"], &warning["rows"], &warning["terms"]),
                (&json!("leverage_of_1"), &json!(1), &json!(["d"]))
            );
        }
    }
    // HC0 and HC1 take the residual of 0 as it is: no part of the variance
    for kind in ["hc0", "hc1"] {
        let (found, said) = fit(&folder, &["data.csv", "--target", "y", "--robust", kind]);
        assert!(errors(&found).iter().all(Option::is_some) && said.is_empty(), "{said}");
    }
}

#[test]
fn the_reference_level_in_one_row_decides_all_others_of_its_category() {
    let folder = Folder::with("data.csv", "k,x,y\na,3,1\nb,1,2\nb,2,5\nb,4,4\nc,1,7\nc,3,7\nc,5,9\n");
    let (found, said) = fit(&folder, &["data.csv", "--target", "y", "--robust", "hc3"]);
    let got: Vec<bool> = errors(&found).iter().map(Option::is_some).collect();
    assert_eq!(got, [false, false, false, true]); // (intercept), k=b, k=c, x
    assert!(said.contains("no standard error for `(intercept)`, `k=b`, `k=c`;"), "{said}");
}

#[test]
fn generalised_models_leave_such_rows_out_too() {
    let row = |i: usize| format!("{},{},{}\n", (i * 7 % 10) as f64 / 3.0, u8::from(i == 12), 1 + i * i % 7);
    let rows: Vec<String> = (0..30).map(row).collect();
    let folder = Folder::with("data.csv", format!("x,d,y\n{}", rows.concat()));
    folder.write("rest.csv", format!("x,d,y\n{}{}", rows[..12].concat(), rows[13..].concat()));
    for family in ["poisson", "gamma"] {
        for kind in ["hc2", "hc3"] {
            let flags = ["--target", "y", "--family", family, "--robust", kind];
            let (found, said) = fit(&folder, &[&["data.csv"], &flags[..]].concat());
            let rest = fit(&folder, &[&["rest.csv"], &flags[..], &["--features", "x"]].concat()).0;
            let (got, want) = (errors(&found), errors(&rest));
            for k in 0..2 {
                assert!((got[k].unwrap() / want[k].unwrap() - 1.0).abs() < 1e-9, "{family} {kind}: {got:?} {want:?}");
            }
            assert!(got[2].is_none() && said.contains("1 row has leverage 1"), "{said}");
        }
    }
}

#[test]
fn as_many_coefficients_as_rows_have_no_robust_errors() {
    let folder = Folder::with("data.csv", "a,b,y\n1,2,1\n2,5,3\n4,1,2\n");
    for flags in [&[][..], &["--family", "gamma"]] {
        for kind in ["hc1", "hc2", "hc3"] {
            let (found, _) = fit(&folder, &[&["data.csv", "--target", "y", "--robust", kind], flags].concat());
            assert_eq!(errors(&found), [None, None, None], "{flags:?} {kind}");
        }
    }
}
