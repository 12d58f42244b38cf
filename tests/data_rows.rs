//! A formula summed over the rows of `[data]`: values by hand, order, status, faults.

mod common;

use common::{assert_close, get, gradus, number, run};

const ROWS: &str = "x1,x2,y\n1,0,1\n0,1,2\n1,1,3.5\n2,1,4\n";

fn spec(formula: &str, more: &str) -> String {
    format!("formula = \"{formula}\"\n[variables]\nw1 = 0\nw2 = 0\n[data]\nfile = \"data.csv\"\n{more}")
}

#[test]
fn least_squares_has_the_gradient_of_the_normal_equations() {
    // X'X = [[6, 3], [3, 3]], X'y = [12.5, 9.5], y'y = 33.25; so at w: f = (w'X'Xw - 2 w'X'y + y'y)/2, grad = X'Xw - X'y
    let text = spec("0.5*(w1*x1 + w2*x2 - y)^2", "reduce = \"sum\"\n");
    let args = ["grad", "spec.toml", "--at", "w1=0,w2=0", "--at", "w1=1,w2=2"];
    let (exit, found, _) = run(&args, &[("spec.toml", &text), ("data.csv", ROWS)]);
    let found = found.unwrap();
    assert_eq!(exit, 0);
    for (point, f, g1, g2) in [("points.0", 16.625, -12.5, -9.5), ("points.1", 0.125, -0.5, -0.5)] {
        assert_close(number(&found, &format!("{point}.value")), f, 1e-15);
        assert_close(number(&found, &format!("{point}.gradient.w1")), g1, 1e-15);
        assert_close(number(&found, &format!("{point}.gradient.w2")), g2, 1e-15);
    }
    assert_eq!(get(&found, "reduce"), "sum");
    assert_eq!(number(&found, "rows.used"), 4.0);
}

#[test]
fn the_mean_is_the_default_and_dropped_rows_do_not_count() {
    let with_gap = ROWS.replace("0,1,2\n", "0,1,\n0,1,2\n");
    let text = spec("0.5*(w1*x1 + w2*x2 - y)^2", "");
    let files = [("spec.toml", text.as_str()), ("data.csv", with_gap.as_str())];
    let (exit, found, _) = run(&["grad", "spec.toml", "--missing", "drop"], &files);
    let found = found.unwrap();
    assert_eq!(exit, 0);
    assert_eq!(get(&found, "reduce"), "mean");
    assert_close(number(&found, "points.0.value"), 16.625 / 4.0, 1e-15);
    assert_close(number(&found, "points.0.gradient.w1"), -12.5 / 4.0, 1e-15);
    assert_eq!(get(&found, "warnings.0.code"), "rows_dropped");
    let (exit, found, out) = run(&["grad", "spec.toml"], &files);
    assert_eq!((exit, found), (2, None));
    assert!(String::from_utf8_lossy(&out.stderr).contains("data.csv:3: column `y` is empty"), "{out:?}");
}

#[test]
fn the_hessian_of_a_sum_is_the_gram_matrix() {
    let text = spec("0.5*(w1*x1 + w2*x2 - y)^2", "reduce = \"sum\"\n");
    // X'Xw = X'y at w = (1, 13/6); the Hessian is X'X with eigenvalues (9 -+ sqrt(45))/2
    let args = ["grad", "spec.toml", "--at", "w1=1,w2=13/6", "--hessian"];
    let (exit, found, _) = run(&args, &[("spec.toml", &text), ("data.csv", ROWS)]);
    let found = found.unwrap();
    assert_eq!(exit, 0);
    let hessian = get(&found, "points.0.hessian");
    assert_eq!(hessian.to_string(), "[[6,3],[3,3]]");
    assert_close(number(&found, "points.0.eigenvalues.0"), (9.0 - 45.0_f64.sqrt()) / 2.0, 1e-14);
    assert_eq!(get(&found, "points.0.class"), "minimum");
    // in one variable higher derivatives decide, but not those of a single row
    let quartic = "formula = \"w^4*t\"\n[variables]\nw = 0\n[data]\nfile = \"data.csv\"\n";
    let (_, found, _) =
        run(&["grad", "spec.toml", "--hessian"], &[("spec.toml", quartic), ("data.csv", "t\n-1\n-2\n")]);
    assert_eq!(get(&found.unwrap(), "points.0.class"), "degenerate");
}

/// 20,011 rows (several batches and a last block that is not full); a sum that cancels, so that an order of additions
/// that depended on threads would show.
#[test]
fn the_bytes_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from("t\n");
    for i in 0..20_011_u32 {
        rows.push_str(&format!("{}\n", f64::from(i.wrapping_mul(2_654_435_761) % 1000) / 7.0 - 71.0));
    }
    std::fs::write(folder.path().join("data.csv"), rows).unwrap();
    std::fs::write(folder.path().join("spec.toml"), spec("sin(w1 + t)*t^3 + w2*t", "reduce = \"sum\"\n")).unwrap();
    let bytes = |threads: &str| {
        let args = ["grad", "spec.toml", "--at", "w1=0.3,w2=1", "-o", "-", "-q", "--threads", threads];
        let out = gradus().current_dir(folder.path()).args(args).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    let one = bytes("1");
    assert!(!one.is_empty());
    assert_eq!(one, bytes("2"));
    assert_eq!(one, bytes("7"));
}

#[test]
fn a_row_without_a_slope_is_named() {
    let (exit, found, _) =
        run(&["grad", "spec.toml"], &[("spec.toml", &spec("abs(w1 - x1) + w2", "")), ("data.csv", ROWS)]);
    let found = found.unwrap();
    assert_eq!(exit, 1);
    assert_eq!(get(&found, "points.0.status"), "kink");
    assert!(get(&found, "points.0.gradient.w1").is_null());
    assert_eq!(number(&found, "points.0.gradient.w2"), 1.0);
    let reason = get(&found, "points.0.reason").as_str().unwrap();
    assert!(reason.starts_with("line 3: `abs(w1 - x1)` has a kink here"), "{reason}");
}

#[test]
fn a_grid_over_data_is_a_table_of_the_loss() {
    let text = spec("0.5*(w1*x1 + w2*x2 - y)^2", "reduce = \"sum\"\n");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.csv"), ROWS).unwrap();
    std::fs::write(folder.path().join("spec.toml"), text).unwrap();
    // 300 points: more than one block, so that the file is read twice
    let args = ["grad", "spec.toml", "--grid", "w1=0:2:3,w2=0:99:100", "-o", "grid.csv", "-q"];
    let out = gradus().current_dir(folder.path()).args(args).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let table = std::fs::read_to_string(folder.path().join("grid.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 301);
    assert_eq!(lines[0], "w1,w2,f,df_dw1,df_dw2");
    assert_eq!(lines[1], "0,0,16.625,-12.5,-9.5");
    assert_eq!(lines[103], "1,2,0.125,-0.5,-0.5");
    assert_eq!(lines[300], "2,99,14358.625,296.5,293.5"); // (30615 - 2*965.5 + 33.25)/2
}

#[test]
fn faults_of_the_data_are_told() {
    let cases: &[(&str, &[&str], i32, &str)] = &[
        ("x1,x2,y\n", &[], 2, "error: data.csv has no row to sum over\n"),
        ("x1,y\n1,2\n", &[], 2, "error: `data.csv` has no column `x2`\n"),
        ("w1,x1,x2,y\n1,1,1,1\n", &[], 2, "error: `w1` is a variable and a column of data.csv\n"),
        (ROWS, &["--points", "data.csv"], 2, "error: points from a file and [data] do not go together\n"),
        (ROWS, &["--limits"], 2, "error: tables of limits are not there yet"),
        (ROWS, &["--direction", "1,1"], 2, "error: directions are not there yet"),
        (ROWS, &["--directions", "4"], 2, "error: directions are not there yet"),
        (ROWS, &["--set", "data.file=none.csv"], 3, "error: cannot read `none.csv`"),
    ];
    let text = spec("0.5*(w1*x1 + w2*x2 - y)^2", "");
    for (rows, more, want, message) in cases {
        let args = [&["grad", "spec.toml"], *more].concat();
        let (exit, found, out) = run(&args, &[("spec.toml", &text), ("data.csv", rows)]);
        let err = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(err.starts_with(message), "{more:?}: {err}");
        assert_eq!((exit, found), (*want, None), "{more:?}");
    }
}
