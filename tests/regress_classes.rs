//! `gradus regress --family multinomial`: robust standard errors, a penalty chosen by cross-validation, probabilities of rows.

mod support;

use serde_json::Value;
use support::Folder;

/// 80 rows of three classes that x and z tell little of.
fn table() -> String {
    let row = |i: usize| {
        let (x, z) = ((i * 37 % 80) as f64 / 16.0, (i * 29 % 17) as f64 / 8.0);
        let kind = ["a", "b", "c", "b", "a", "c", "c"][(i * i + i / 7 + (x + z) as usize) % 7];
        format!("{x},{z},{kind}\n")
    };
    format!("x,z,kind\n{}", (0..80).map(row).collect::<String>())
}

#[track_caller]
fn fit(folder: &Folder, args: &[&str]) -> Value {
    let args = [&["data.csv", "--target", "kind", "--family", "multinomial"], args].concat();
    folder.regress(&args)
}

fn column(fit: &Value, key: &str) -> Vec<f64> {
    fit["coefficients"].as_array().unwrap().iter().map(|c| c[key].as_f64().unwrap()).collect()
}

#[test]
fn robust_standard_errors_are_those_of_the_sandwich() {
    let folder = Folder::with("data.csv", table());
    let found = fit(&folder, &["--robust", "hc0"]);
    // statsmodels 0.14: MNLogit(y, X).fit(method="newton", tol=1e-14, cov_type="HC0").bse
    let errors = [
        0.7816160673419977,
        0.21491364425408527,
        0.5124162058074532,
        0.7217042694033503,
        0.17323845773851942,
        0.4563375497282778,
    ];
    for (a, b) in column(&found, "std_error").iter().zip(errors) {
        assert!((a / b - 1.0).abs() < 1e-11, "{a} {b}");
    }
    assert_eq!(found["robust"], "hc0");
    // the same estimates; hc1 is n/(n - p) of the squares
    assert_eq!(column(&found, "estimate"), column(&fit(&folder, &[]), "estimate"));
    let more = fit(&folder, &["--robust", "hc1"]);
    for (a, b) in column(&more, "std_error").iter().zip(errors) {
        assert!((a / b - (80.0f64 / 74.0).sqrt()).abs() < 1e-11, "{a} {b}");
    }
    let args = ["regress", "data.csv", "--target", "kind", "--family", "multinomial", "--robust", "hc3"];
    let done = folder.run(&args);
    assert_eq!(done.exit, 2);
    assert!(done.err.contains("--robust does not go with several classes in this kind"), "{}", done.err);
}

#[test]
fn predictions_have_the_probabilities_of_all_classes() {
    let folder = Folder::with("data.csv", table());
    fit(&folder, &["--predictions", "p.csv"]);
    let table = folder.read("p.csv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("line,target,class,p_a,p_b,p_c"));
    folder.write("new.csv", self::table());
    let done = folder.run(&["regress", "--model", "fit.json", "--predict", "new.csv", "-o", "new_p.csv", "-q"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let kept = folder.read("new_p.csv");
    for (line, kept) in lines.zip(kept.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        let shares: Vec<f64> = cells[3..].iter().map(|c| c.parse().unwrap()).collect();
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        let best = (0..3).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap();
        assert_eq!(cells[2], ["a", "b", "c"][best]);
        // as a kept model has them
        assert!(kept.ends_with(&cells[2..].join(",")), "{line}: {kept}");
    }
    assert_eq!(table.lines().count(), 81);
}

#[test]
fn a_ridge_is_chosen_by_cross_validation() {
    let folder = Folder::with("data.csv", table());
    let ridge = ["--penalty", "ridge", "--cv", "4", "--path", "path.csv"];
    let found = fit(&folder, &ridge);
    let cross = &found["cross_validation"];
    let terms = ["b: (intercept)", "b: x", "b: z", "c: (intercept)", "c: x", "c: z"];
    assert_eq!(cross["terms"], serde_json::json!(terms));
    let path = cross["path"].as_array().unwrap();
    assert!(
        folder.read("path.csv").starts_with("lambda,deviance,std_error,nonzero,deviance_explained,b: (intercept),")
    );
    // each row of the path is the fit of its lambda
    for k in [0, path.len() / 2, path.len() - 1] {
        let lambda = path[k]["lambda"].to_string();
        let one = fit(&folder, &["--penalty", "ridge", "--lambda", &lambda]);
        for (a, b) in column(&one, "estimate").iter().zip(path[k]["coefficients"].as_array().unwrap()) {
            assert!((a - b.as_f64().unwrap()).abs() < 1e-9, "{k}: {a} {b}");
        }
    }
    let least = path.iter().min_by(|a, b| a["deviance"].as_f64().unwrap().total_cmp(&b["deviance"].as_f64().unwrap()));
    assert_eq!(least.unwrap()["lambda"], cross["lambda_min"]);
    // rows that tell nothing are told best by next to no coefficients: per row the entropy of the classes, about 2 ln 3
    assert!((path[0]["deviance"].as_f64().unwrap() - 2.0 * gradus::numeric::elementary::ln(3.0)).abs() < 0.1);
}

#[test]
fn without_an_intercept_the_null_fit_has_no_columns() {
    let folder = Folder::with("data.csv", table());
    let found = fit(&folder, &["--no-intercept"]);
    // statsmodels 0.14: MNLogit(y, X without a constant).fit(method="newton", tol=1e-14)
    let want = [
        (0.16535132755001866, 0.16552987616427775),
        (-0.39346234612675446, 0.3842235895704938),
        (0.2724663237526029, 0.1497930482576394),
        (-0.13515387977074, 0.33793369990417893),
    ];
    for ((got, error), want) in column(&found, "estimate").iter().zip(column(&found, "std_error")).zip(want) {
        assert!((got / want.0 - 1.0).abs() < 1e-11 && (error / want.1 - 1.0).abs() < 1e-11, "{got} {error} {want:?}");
    }
    assert!((found["fit"]["log_likelihood"].as_f64().unwrap() + 83.93120598719952).abs() < 1e-10);
    // three classes alike for all rows: 2 n ln 3
    assert!((found["fit"]["null_deviance"].as_f64().unwrap() - 175.77796618689757).abs() < 1e-10);
}
