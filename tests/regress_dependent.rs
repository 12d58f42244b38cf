//! `gradus regress`: of columns that depend on others all families fit the rest, as R's lm and glm do (NA there).

mod support;

use serde_json::{Value, json};
use support::Folder;

/// 40 rows: b, a, the sum s of both, a constant k; targets of all families.
fn table() -> String {
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 40) as f64 / 10.0, (i * 23 % 31) as f64 / 9.0);
        let class = i * i % 7 / 3 % 2;
        let (count, kind) = (i * 5 % 4 + i % 3, ["p", "q", "r"][i * i % 11 % 3]);
        let y = 3.0 + a - b / 2.0 + (i * i % 5) as f64 / 4.0;
        format!("{a},{b},{},4,{class},{count},{kind},{y}\n", a + b)
    };
    format!("a,b,s,k,class,count,kind,y\n{}", (0..40).map(row).collect::<String>())
}

fn fit(folder: &Folder, exit: i32, args: &[&str]) -> (Value, String) {
    let done = folder.run(&[&["regress", "data.csv"], args, &["-o", "fit.json"]].concat());
    assert_eq!(done.exit, exit, "{args:?}: {}", done.err);
    (folder.json("fit.json"), done.err)
}

#[test]
fn every_family_fits_the_columns_that_depend_on_no_others() {
    let folder = Folder::with("data.csv", table());
    for flags in [
        &["--target", "class", "--family", "logistic"][..],
        &["--target", "class", "--family", "logistic", "--robust", "hc3"],
        &["--target", "class", "--family", "logistic", "--solver", "lbfgs"],
        &["--target", "count", "--family", "poisson"],
        &["--target", "y", "--family", "gamma"],
        &["--target", "kind", "--family", "multinomial"],
        &["--target", "y", "--family", "huber"],
        &["--target", "y", "--loss", "(target - prediction)^2"],
    ] {
        let rest = fit(&folder, 0, &[flags, &["--features", "a,b"]].concat()).0;
        let (all, said) = fit(&folder, 1, &[flags, &["--features", "a,k,b,s"]].concat());
        let want = "no (collinear): `k` is the same in every row: it has no estimate\n\
                    no (collinear): `s` depends on `a`, `b`: it has no estimate\n";
        assert_eq!(said, want, "{flags:?}");
        assert_eq!((&all["status"], &all["dependent"]), (&json!("collinear"), &json!(["k", "s"])), "{flags:?}");
        // the very fit of the others, their degrees of freedom and information criteria too
        assert_eq!(all["fit"], rest["fit"], "{flags:?}");
        let (table, other) = (all["coefficients"].as_array().unwrap(), rest["coefficients"].as_array().unwrap());
        let known: Vec<&Value> = table.iter().filter(|c| !c["estimate"].is_null()).collect();
        assert_eq!(known, other.iter().collect::<Vec<_>>(), "{flags:?}");
        let classes = if flags.contains(&"kind") { 2 } else { 1 };
        let left_out: Vec<&Value> = table.iter().filter(|c| c["estimate"].is_null()).map(|c| &c["term"]).collect();
        assert_eq!(left_out, [&json!("k"), &json!("s")].repeat(classes), "{flags:?}");
        assert!(table.iter().all(|c| c["class"].is_null() == (classes == 1)));
        // the model has 0 for them, and predicts
        for (model, other) in all["model"]["coefficients"]
            .as_array()
            .unwrap()
            .iter()
            .zip(rest["model"]["coefficients"].as_array().unwrap())
        {
            assert_eq!(*model, json!([other[0], other[1], 0, other[2], 0]), "{flags:?}");
        }
    }
}

#[test]
fn figures_of_a_logistic_fit_with_a_dependent_column() {
    let folder = Folder::with("data.csv", table());
    let (found, _) = fit(&folder, 1, &["--target", "class", "--family", "logistic", "--features", "a,b,s"]);
    // statsmodels: sm.GLM(class, add_constant([a, b]), family=Binomial()).fit(): llf, deviance, aic, df_resid
    for (key, want) in [
        ("log_likelihood", LOG_LIKELIHOOD),
        ("deviance", -2.0 * LOG_LIKELIHOOD),
        ("aic", 6.0 - 2.0 * LOG_LIKELIHOOD),
        ("df_residual", 37.0),
    ] {
        let got = found["fit"][key].as_f64().unwrap();
        assert!((got - want).abs() < 1e-9 * want.abs(), "{key}: {got} {want}");
    }
}

const LOG_LIKELIHOOD: f64 = -23.460389766226506;

#[test]
fn more_coefficients_than_rows_leave_nothing_to_judge_by() {
    let folder = Folder::with("data.csv", "a,b,c,y\n1,2,5,1\n2,5,1,3\n4,1,2,2\n");
    let (found, said) = fit(&folder, 1, &["--target", "y", "--family", "gamma"]);
    assert!(
        said.starts_with("no (collinear): 4 coefficients and 3 rows: more than the rows can tell apart;"),
        "{said}"
    );
    assert_eq!((&found["fit"]["df_residual"], &found["dispersion"]), (&json!(0), &Value::Null));
    assert!(found["coefficients"][0]["estimate"].is_f64() && found["coefficients"][0]["std_error"].is_null());
    let (found, _) = fit(&folder, 0, &["--target", "y", "--family", "gamma", "--exclude", "c"]);
    assert_eq!(found["warnings"][0]["code"], "no_degrees_of_freedom");
}
