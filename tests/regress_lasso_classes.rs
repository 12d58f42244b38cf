//! `gradus regress --family multinomial` with absolute values in the penalty: glmnet's and scikit-learn's convention, in which each
//! class has coefficients and all are penalised alike.

mod support;

use serde_json::Value;
use support::Folder;

/// 90 rows of `classes` classes.
fn table(classes: usize) -> String {
    let row = |i: usize| {
        let (a, b, c) = ((i * 37 % 90) as f64 / 10.0, (i * i % 13) as f64 / 4.0, (i * 23 % 41) as f64 / 10.0);
        let kind = (i * i % 11 + if a > 5.0 { 2 } else { 0 } + usize::from(c > 2.5)) % 4;
        format!("{a},{b},{c},{}\n", ["p", "q", "r", "s"][kind % classes])
    };
    format!("a,b,c,kind\n{}", (0..90).map(row).collect::<String>())
}

fn fit(folder: &Folder, flags: &[&str]) -> Value {
    let args = ["data.csv", "--target", "kind", "--family", "multinomial"];
    folder.regress(&[&args[..], flags].concat())
}

fn estimates(rows: &Value) -> Vec<f64> {
    rows.as_array().unwrap().iter().map(|c| c["estimate"].as_f64().unwrap()).collect()
}

#[track_caller]
fn near(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    got.iter().zip(want).for_each(|(a, b)| assert!((a - b).abs() < 1e-9, "{got:?} {want:?}"));
}

#[test]
fn figures_of_scikit_learn() {
    // scikit-learn 1.9.1: LogisticRegression(penalty="elasticnet", l1_ratio=R, C=1/(90*LAMBDA), solver="saga", tol=1e-14,
    // max_iter=3000000): intercept_ less its mean beside coef_, class by class
    let folder = Folder::with("data.csv", table(3));
    let found = fit(&folder, &["--penalty", "lasso", "--lambda", "0.02"]);
    let want = [
        [0.15196455931395458, 0.06115761745667744, -0.06301486667220446, 0.0],
        [0.767762951025403, -0.15486615055792857, 0.0, -0.20365385020036403],
        [-0.9197275103393577, 0.0, 0.03391569065459883, 0.186992805432597],
    ];
    near(&estimates(&found["class_coefficients"]), want.as_flattened());
    // what is left out is left out
    let zeros = estimates(&found["class_coefficients"]).iter().filter(|b| **b == 0.0).count();
    assert_eq!(zeros, 3);
    // the table has the differences from the first class
    let against = |k: usize| (0..4).map(move |j| want[k][j] - want[0][j]);
    near(&estimates(&found["coefficients"]), &against(1).chain(against(2)).collect::<Vec<f64>>());
    assert!(found["coefficients"][0]["std_error"].is_null() && found["fit"]["aic"].is_null());

    let folder = Folder::with("data.csv", table(4));
    let found = fit(&folder, &["--penalty", "elastic-net", "--l1-ratio", "0.5", "--lambda", "0.03"]);
    let want = [
        [-0.07477520569487627, -0.023418120577905616, -0.1043938749904402, 0.2405343947022015],
        [1.1479110399431425, -0.14255266006694356, 0.0, -0.18745532902273432],
        [-0.5343184494698141, 0.0, 0.064227249839486, 0.2039829006876483],
        [-0.5388173847784521, 0.20711098532178512, 0.0, -0.2570619663674289],
    ];
    near(&estimates(&found["class_coefficients"]), want.as_flattened());
}

#[test]
fn of_an_even_number_of_classes_the_differences_are_what_is_known() {
    // a lasso of four classes: any median of a term's coefficients does as well; ours leaves one at 0
    let folder = Folder::with("data.csv", table(4));
    let found = fit(&folder, &["--penalty", "lasso", "--lambda", "0.02"]);
    // scikit-learn as above, the differences from the first class
    let want = [
        [1.2218348870806157, -0.12004952468202376, 0.09211816687641053, -0.4160837748261298],
        [-0.38391382588806217, 0.016170755257860953, 0.13986538707899482, -0.036421420098768365],
        [-0.4437687504765247, 0.22600732597622658, 0.09211816687641053, -0.4881532743266942],
    ];
    near(&estimates(&found["coefficients"]), want.as_flattened());
    let own = estimates(&found["class_coefficients"]);
    for j in 1..4 {
        assert!((0..4).any(|c| own[4 * c + j] == 0.0), "{own:?}");
        // the least sum of absolute values that these differences have
        let sizes = |shift: f64| (0..4).map(|c| (own[4 * c + j] - shift).abs()).sum::<f64>();
        assert!((0..4).all(|c| sizes(0.0) <= sizes(own[4 * c + j]) + 1e-12), "{own:?}");
    }
    // predictions know no penalty
    let done = folder.run(&["regress", "--model", "fit.json", "--predict", "data.csv", "-o", "p.csv", "-q"]);
    assert_eq!(done.exit, 0, "{}", done.err);
}

#[test]
fn a_path_begins_where_no_class_has_a_coefficient() {
    let folder = Folder::with("data.csv", table(3));
    for flags in [&["--penalty", "lasso"][..], &["--penalty", "elastic-net", "--l1-ratio", "0.5", "--standardize"]] {
        let found = fit(&folder, &[flags, &["--cv", "4"]].concat());
        let path = found["cross_validation"]["path"].as_array().unwrap();
        assert_eq!(path[0]["nonzero"], 0);
        assert!(path[1]["nonzero"].as_u64() > Some(0) && path.iter().all(|p| p["converged"] == true));
        for k in [1, path.len() / 2, path.len() - 1] {
            let one = fit(&folder, &[flags, &["--lambda", &path[k]["lambda"].to_string()]].concat());
            let want: Vec<f64> =
                path[k]["coefficients"].as_array().unwrap().iter().map(|b| b.as_f64().unwrap()).collect();
            near(&estimates(&one["coefficients"]), &want);
        }
    }
}

#[test]
fn nearly_all_ridge_is_the_ridge() {
    let folder = Folder::with("data.csv", table(4));
    let ridge = fit(&folder, &["--penalty", "ridge", "--lambda", "0.05"]);
    let nearly = fit(&folder, &["--penalty", "elastic-net", "--l1-ratio", "1e-12", "--lambda", "0.05"]);
    near(&estimates(&nearly["coefficients"]), &estimates(&ridge["coefficients"]));
}
