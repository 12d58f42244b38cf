//! `gradus regress`: statistics of fits that explain nothing or everything.

mod support;

use serde_json::{Value, json};
use support::Folder;

fn fit(folder: &Folder, args: &[&str]) -> (Value, String) {
    let done = folder.run(&[&["regress"], args, &["--target", "y", "-o", "fit.json"]].concat());
    assert_eq!(done.exit, 0, "{args:?}: {}", done.err);
    assert!(!done.out.contains("inf  ") || done.err.contains("the likelihood has no end"), "{}", done.out);
    (folder.json("fit.json"), done.err)
}

#[test]
fn the_intercept_alone_explains_exactly_nothing() {
    // R: summary(lm(y ~ 1)) has r.squared and adj.r.squared 0
    let y: String = (0..50).map(|i| format!("{}.{}\n", i * 7 % 13, i * i % 10)).collect();
    let folder = Folder::with("data.csv", format!("y\n{y}"));
    for solver in ["householder", "gram", "qr", "normal", "lbfgs"] {
        let (found, _) = fit(&folder, &["data.csv", "--solver", solver]);
        let key = |key: &str| found["fit"][key].as_f64();
        assert_eq!((key("r_squared"), key("adj_r_squared")), (Some(0.0), Some(0.0)), "{solver}");
        assert!(found["fit"]["f_statistic"].is_null());
    }
    // so do columns that have no estimate
    let rows = y.lines().map(|y| format!("{y},4\n")).collect::<String>();
    let folder = Folder::with("data.csv", format!("y,k\n{rows}"));
    let done = folder.run(&["regress", "data.csv", "--target", "y", "-q", "--print", "fit.r_squared"]);
    assert_eq!((done.exit, done.out.as_str()), (1, "0\n"));
}

#[test]
fn residuals_that_are_all_0_have_no_largest_likelihood() {
    let folder = Folder::with("two.csv", "x,y\n1,3\n2,5\n");
    folder.write("line.csv", "x,y\n1,2\n2,4\n3,6\n");
    folder.write("powers.csv", "x,y\n1,2\n2,4\n3,8\n4,16\n");
    folder.write("flat.csv", "x,y\n1,3\n2,3\n3,3\n4,3\n");
    let nothing_left = "2 rows for 2 coefficients: nothing is left to judge the fit by";
    let perfect = "the fit is perfect: standard errors of 0 say nothing about other rows and leave no statistics, p values or F; the likelihood has no end";
    let flat = "the target is the same in every row: there is nothing to explain, and the likelihood has no end";
    for (args, want) in [
        (&["two.csv"][..], nothing_left),
        (&["two.csv", "--solver", "lbfgs"], nothing_left),
        (&["two.csv", "--family", "gamma"], nothing_left),
        (&["line.csv"], perfect),
        (&["powers.csv", "--family", "gamma"], perfect),
        (&["flat.csv", "--family", "gamma"], perfect),
        (&["flat.csv"], flat),
    ] {
        let (found, said) = fit(&folder, args);
        assert!(said.contains(want), "{args:?}: {said}");
        for key in ["log_likelihood", "aic", "bic"] {
            assert!(found["fit"][key].is_null(), "{args:?} {key}");
        }
        let reason = "all residuals are 0: the likelihood grows without end as the dispersion falls to 0";
        assert_eq!(found["fit"]["log_likelihood_reason"], json!(reason), "{args:?}");
    }
    // a likelihood without a dispersion has its maximum
    let (found, _) = fit(&folder, &["flat.csv", "--family", "poisson"]);
    assert_eq!(found["fit"]["deviance"], json!(0));
    // statsmodels: Poisson(y, [1, x]).fit().llf = 4 (3 ln 3 - 3 - ln 6)
    assert!((found["fit"]["log_likelihood"].as_f64().unwrap() + 5.983_690_412_894_903).abs() < 1e-9);
    assert!(found["fit"].get("log_likelihood_reason").is_none());
}

#[test]
fn a_scale_of_0_leaves_huber_without_standard_errors() {
    let folder = Folder::with("flat.csv", "x,y\n1,3\n2,3\n3,3\n4,3\n");
    folder.write("most.csv", "x,y\n1,2\n2,4\n3,6\n4,8\n5,10\n6,12\n7,99\n");
    for (file, want, slope) in [
        ("flat.csv", "the target is the same in every row: the residuals have no scale", 0.0),
        ("most.csv", "half of the residuals or more are 0: they have no scale", 2.0),
    ] {
        let (found, said) = fit(&folder, &[file, "--family", "huber"]);
        assert!(said.contains(want), "{said}");
        assert_eq!(found["warnings"][0]["code"], "scale_of_0");
        let slope_found = &found["coefficients"][1];
        assert!((slope_found["estimate"].as_f64().unwrap() - slope).abs() < 1e-9, "{slope_found}");
        for key in ["std_error", "statistic", "p_value", "conf_low"] {
            assert!(slope_found[key].is_null(), "{file} {key}");
        }
    }
}

#[test]
fn rounding_is_no_statistic() {
    let folder = Folder::with("p.csv", "x,z,y\n1,3,2\n2,1,4\n3,4,6\n4,1,8\n5,5,10\n");
    for more in [
        &["--solver", "householder"][..],
        &["--solver", "gram"],
        &["--solver", "qr"],
        &["--solver", "normal"],
        &["--robust", "hc0"],
        &["--robust", "hc1"],
        &["--robust", "hc3"],
    ] {
        let (found, said) = fit(&folder, &[&["p.csv"], more].concat());
        assert!(said.contains("leave no statistics, p values or F"), "{more:?}: {said}");
        for term in found["coefficients"].as_array().unwrap() {
            assert!(term["statistic"].is_null() && term["p_value"].is_null(), "{more:?}: {term}");
            assert_eq!(term["std_error"], 0, "{more:?}");
        }
        assert!(found["fit"]["f_statistic"].is_null() && found["fit"]["f_p_value"].is_null(), "{more:?}");
        assert_eq!(found["fit"]["r_squared"], 1, "{more:?}");
    }
}

#[test]
fn a_target_less_itself_is_nothing() {
    let folder = Folder::with("h.csv", "y,x\n100.5,50\n200.25,80\n150.1,60\n310.7,120\n270.3,90\n");
    for solver in ["householder", "gram", "qr", "normal"] {
        let (found, said) = fit(&folder, &["h.csv", "--offset", "y", "--solver", solver]);
        assert!(said.contains("the offset is the target: it leaves 0 in every row"), "{solver}: {said}");
        assert!(!said.contains("the target is the same"), "{said}");
        for key in ["r_squared", "adj_r_squared", "f_statistic", "f_p_value", "log_likelihood"] {
            assert!(found["fit"][key].is_null(), "{solver} {key}");
        }
        assert_eq!((&found["fit"]["deviance"], &found["fit"]["null_deviance"]), (&json!(0), &json!(0)), "{solver}");
        assert_eq!(found["coefficients"][1]["estimate"], json!(0), "{solver}");
    }
    let (_, said) = fit(&folder, &["h.csv", "--offset", "y - 1", "--features", "x"]);
    assert!(!said.contains("the target is the same"), "{said}");
}

#[test]
fn a_constant_column_under_ridge_is_0() {
    let folder = Folder::with("k.csv", "k,x,y\n0.1,1,2.3\n0.1,2,4.1\n0.1,3,5.7\n0.1,4,8.9\n0.1,5,9.2\n");
    for solver in ["gram", "householder"] {
        let (found, _) = fit(&folder, &["k.csv", "--penalty", "ridge", "--lambda", "0.5", "--solver", solver]);
        assert_eq!(found["coefficients"][1]["term"], "k");
        assert_eq!(found["coefficients"][1]["estimate"], json!(0), "{solver}");
    }
}
