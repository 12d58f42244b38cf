//! `grad` over the rows of a file: what comes in wrong is told with its place and leaves no file; what is awkward but right works.

mod common;

use common::{gradus, run_in};

/// Runs over `text` as points; status, standard error, the table if one was left.
fn over(name: &str, text: &[u8], flags: &[&str]) -> (i32, String, Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    let args = ["grad", "-f", "x^2*y", "--points", name, "-o", "out.csv", "-q"];
    let done = gradus().current_dir(folder.path()).args(args).args(flags).output().unwrap();
    let left = std::fs::read_to_string(folder.path().join("out.csv")).ok();
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.len() <= 2, "temporary files are left: {names:?}");
    (done.status.code().unwrap(), String::from_utf8_lossy(&done.stderr).into_owned(), left)
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_leaves_no_file() {
    for (text, want) in [
        (&b""[..], "error: `p.csv` is empty\n"),
        (b"x,y\n1,2\n3,\n", "error: p.csv:3: column `y` is empty\n"),
        (b"x,y\n1,NaN\n", "error: p.csv:2: column `y` is `NaN`"),
        (b"x,y\n1,2\n1,2,3\n", "error: p.csv:3: 3 cells, where the header has 2\n"),
        (b"x,y\n1,2\n1\n", "error: p.csv:3: 1 cell, where the header has 2\n"),
        (b"x,y\n1,two\n", "error: p.csv:2: column `y`"),
        (b"x,y\n1,0x10\n", "error: p.csv:2: column `y`"),
        (b"x,y\n1,1_000\n", "error: p.csv:2: column `y`"),
        (b"x,y,x\n1,2,3\n", "error: p.csv:1: "),
        (b"x,z\n1,2\n", "error: `p.csv` has no column `y`\n"),
        (b"x,y\n1,\xff\n", "error: p.csv:2: "),
        (b"x;y\n1,5;2\n", "error: "),
        (b"x,y\n1,\"2\n3,4\n", "error: p.csv:2: "),
        (b"x,y,df_dx\n1,2,3\n", "error: column `df_dx` would be written twice"),
    ] {
        let (exit, err, left) = over("p.csv", text, &[]);
        let what = format!("{:?}: {err}", String::from_utf8_lossy(text));
        assert_eq!(exit, 2, "{what}");
        assert!(err.starts_with(want), "{what}");
        assert!(err.contains("\nhelp: "), "{what}: what to do next");
        assert_eq!(left, None, "{what}");
    }
    let (exit, err, left) = over("p.csv", b"x,y\n1,2\n", &["--points", "none.csv"]);
    assert_eq!((exit, left), (2, None), "{err}"); // given twice
}

#[test]
fn what_is_awkward_but_right_works() {
    let table = |name: &str, text: &[u8], flags: &[&str]| {
        let (exit, err, left) = over(name, text, flags);
        assert_eq!(exit, 0, "{:?}: {err}", String::from_utf8_lossy(text));
        left.unwrap()
    };
    let plain = "x,y,f,df_dx,df_dy\n3,2,18,12,9\n";
    assert_eq!(table("p.csv", b"x,y\n3,2\n", &[]), plain);
    assert_eq!(table("p.csv", b"\xef\xbb\xbfx,y\r\n3,2\r\n", &[]), plain, "a mark at the beginning, Windows lines");
    assert_eq!(table("p.csv", b"x,y\n3,2", &[]), plain, "no newline at the end");
    assert_eq!(table("p.csv", b" x ,\"y\"\n3,\"2\"\n", &[]), plain, "blanks and quotes");
    assert_eq!(table("p.csv", b"x;y\n3;2\n", &["--delimiter", ";"]), plain);
    assert_eq!(table("p.tsv", b"x\ty\n3\t2\n", &[]), plain);
    assert_eq!(table("p.csv", b"x,y\n", &[]), "x,y,f,df_dx,df_dy\n", "a header alone: no rows");
    let through = table("p.csv", b"name,y,x,note\n\"a, b\",2,3,\"say \"\"hi\"\"\"\nc,+2.0,3e0,\"two\nlines\"\n", &[]);
    let want =
        "name,y,x,note,f,df_dx,df_dy\n\"a, b\",2,3,\"say \"\"hi\"\"\",18,12,9\nc,+2.0,3e0,\"two\nlines\",18,12,9\n";
    assert_eq!(through, want, "other columns pass through, numbers as they were written");
    let gaps = b"x,y\n3,2\n3,\nNaN,1\n";
    assert_eq!(table("p.csv", gaps, &["--missing", "drop"]), plain);
}

#[test]
fn rows_where_a_derivative_does_not_exist_are_counted_and_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.csv"), "x\n1\n0\n-2\n0\n").unwrap();
    let args = ["grad", "-f", "abs(x)", "--points", "p.csv", "-o", "out.csv", "--status-column"];
    let (exit, result, out) = run_in(folder.path(), &args);
    let err = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(exit, 1, "{err}");
    assert!(err.starts_with("no (kink): 2 of 4 points; lines 3, 5; at x = 0: `abs(x)` has a kink here"), "{err}");
    let table = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert_eq!(table, "x,f,df_dx,status\n1,1,1,ok\n0,0,NaN,kink\n-2,2,-1,ok\n0,0,NaN,kink\n");
    let result = result.unwrap();
    assert_eq!(result["summary"]["kink"], 2);
    assert_eq!(result["rows"]["used"], 4);
    assert!(result["points"][1]["gradient"]["x"].is_null());
}

#[test]
fn missing_numbers_may_stay_nan() {
    let (exit, err, left) = over("p.csv", b"x,y\n3,\n3,2\n", &["--missing", "nan", "--allow", "undefined"]);
    assert_eq!(exit, 0, "{err}");
    assert_eq!(left.unwrap(), "x,y,f,df_dx,df_dy\n3,,NaN,NaN,NaN\n3,2,18,12,9\n");
}

#[test]
fn the_same_bytes_for_every_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "x,y\n".to_string();
    for i in 0..20_000 {
        text.push_str(&format!("{},{}\n", f64::from(i) * 0.37 - 3000.0, 1.0 / f64::from(i + 1)));
    }
    std::fs::write(folder.path().join("p.csv"), text).unwrap();
    let table = |threads: &str| {
        let args =
            ["grad", "-f", "sin(x)*y^2 + abs(x)", "--points", "p.csv", "--format", "csv", "-q", "--threads", threads];
        gradus().current_dir(folder.path()).args(args).output().unwrap().stdout
    };
    let one = table("1");
    assert_eq!(one.iter().filter(|&&b| b == b'\n').count(), 20_001);
    assert!(one == table("2") && one == table("7"));
}

#[test]
fn a_grid_too_large_is_refused_or_streams() {
    let folder = tempfile::tempdir().unwrap();
    let grid = ["grad", "-f", "x*y", "--grid", "x=0:1:1000000,y=0:1:1000000"];
    let (exit, result, out) = run_in(folder.path(), &grid);
    let err = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!((exit, result), (2, None));
    assert_eq!(
        err,
        "error: 1000000000000 points are too many for json, which is written at the end\nhelp: write a table, which streams: -o FILE.csv\n"
    );
    let (exit, _, out) = run_in(folder.path(), &["grad", "-f", "x*y", "--grid", "x=0:1:9e12,y=0:1:9e12"]);
    assert_eq!(exit, 2, "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
}
