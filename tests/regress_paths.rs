//! `gradus regress --cv`: the path of a generalised lasso is that of separate fits, of few columns and of many.

mod support;

use support::Folder;

/// Rows of `columns` numbers and a class that the first four tell of.
fn table(rows: usize, columns: usize) -> String {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
    };
    let header: Vec<String> = (0..columns).map(|k| format!("x{k}")).chain(["y".to_string()]).collect();
    let mut text = header.join(",") + "\n";
    for _ in 0..rows {
        let common = next();
        let x: Vec<f64> = (0..columns).map(|_| next() + 0.5 * common).collect();
        let y = 3.0 * x[0] - 2.0 * x[1] + x[2] + 0.5 * x[3] + 1.5 * next() > 0.1;
        let cells: Vec<String> = x.iter().map(|x| format!("{x:.4}")).collect();
        text += &format!("{},{}\n", cells.join(","), u8::from(y));
    }
    text
}

#[test]
fn a_path_is_that_of_separate_fits() {
    // of many columns the information is summed now and then, of few in every pass; a link that is not canonical learns from its steps
    for (columns, link, family) in
        [(10, "logit", "logistic"), (90, "logit", "logistic"), (90, "probit", "logistic"), (90, "log", "poisson")]
    {
        let f = Folder::with("d.csv", table(400, columns));
        let model =
            ["--target", "y", "--family", family, "--link", link, "--penalty", "elastic-net", "--l1-ratio", "0.9"];
        f.regress(&[&["d.csv"], &model[..], &["--cv", "3", "--path", "path.csv"]].concat());
        let path: Vec<Vec<f64>> =
            f.read("path.csv").lines().skip(1).map(|l| l.split(',').map(|c| c.parse().unwrap()).collect()).collect();
        assert!(path.len() > 20, "{}", path.len());
        for row in path.iter().skip(1).step_by(path.len() / 6) {
            let fit = f.regress(&[&["d.csv"], &model[..], &["--lambda", &row[0].to_string()]].concat());
            let want: Vec<f64> =
                fit["coefficients"].as_array().unwrap().iter().map(|c| c["estimate"].as_f64().unwrap()).collect();
            for (got, want) in row[5..].iter().zip(&want) {
                assert!((got - want).abs() < 1e-7, "{columns} {link}, lambda {}: {got}, not {want}", row[0]);
            }
            assert_eq!(row[3] as usize, want[1..].iter().filter(|b| **b != 0.0).count());
        }
    }
}
