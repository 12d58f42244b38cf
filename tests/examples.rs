//! Every shipped config runs, and the example's Makefile makes what it says, once.

mod common;

use std::path::Path;
use std::process::Command;

use common::gradus;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_config_runs() {
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("configs")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue; // the summary's specs say what they expect: tests/summary.rs
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let verb = ["regress", "descend"].into_iter().find(|v| text.contains(&format!("\n[{v}]\n"))).unwrap_or("grad");
        let done = gradus().arg(verb).arg(&path).arg("-q").output().unwrap();
        assert!(done.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
        assert!(text.starts_with("# "), "{}: a config says what it is for", path.display());
        seen += 1;
    }
    assert!(seen >= 3);
}

/// A copy of configs and examples, and `make ARGS` in the latter; none where there is no make.
fn make_in_a_copy(args: &[&str]) -> Option<(tempfile::TempDir, impl Fn() -> String + use<>)> {
    if Command::new("make").arg("--version").output().is_err() {
        eprintln!("skipped: there is no make");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    for part in ["configs", "examples"] {
        let to = folder.path().join(part);
        std::fs::create_dir(&to).unwrap();
        for entry in std::fs::read_dir(root().join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    }
    let examples = folder.path().join("examples");
    let args: Vec<String> = args.iter().map(|a| a.to_string()).collect();
    let make = move || {
        let binary = format!("GRADUS={}", env!("CARGO_BIN_EXE_gradus"));
        let done = Command::new("make").arg("-C").arg(&examples).args(&args).arg(binary).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    Some((folder, make))
}

#[test]
fn the_makefile_makes_the_slopes_once() {
    let Some((folder, make)) = make_in_a_copy(&[]) else { return };
    let examples = folder.path().join("examples");
    make();
    let slopes = std::fs::read_to_string(examples.join("slopes.csv")).unwrap();
    assert!(slopes.starts_with("station,x,y,f,df_dx,df_dy\n\"A, north\",1,2,2.909297426825682,"), "{slopes}");
    assert!(make().contains("up to date"), "the second time there is nothing to do");
    assert!(std::fs::read_to_string(examples.join("slopes.d")).unwrap().contains("points.csv"));
}

#[test]
fn a_regression_is_fitted_applied_and_checked() {
    let Some((folder, make)) = make_in_a_copy(&["-f", "diabetes.mk"]) else { return };
    // the check inside compares every number of the fit and of its measure with the kept ones
    assert!(make().contains("R squared on new rows: 0.5277"));
    let table = std::fs::read_to_string(folder.path().join("examples/diabetes_predicted.csv")).unwrap();
    assert!(table.starts_with("age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,target,target_predicted\n"), "{table}");
    assert_eq!(table.lines().count(), 111);
}

/// Programs in Python, C and awk, each right and with a bug: the Makefile holds the verdicts, and says what it skipped.
#[test]
fn the_programs_of_gradcheck_get_the_verdicts_they_deserve() {
    if Command::new("make").arg("--version").output().is_err() {
        eprintln!("skipped: there is no make");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root().join("examples/gradcheck")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let binary = format!("GRADUS={}", env!("CARGO_BIN_EXE_gradus"));
    let done = Command::new("make").arg("-C").arg(folder.path()).arg(binary).output().unwrap();
    let out = String::from_utf8_lossy(&done.stdout);
    eprint!("{out}");
    assert!(done.status.success(), "{out}{}", String::from_utf8_lossy(&done.stderr));
    for spec in ["network", "rosenbrock", "likelihood"] {
        let lines = out.lines().filter(|l| l.starts_with(spec));
        let skipped = out.contains(&format!("{spec}.toml: skipped"));
        assert!(lines.count() == if skipped { 1 } else { 2 }, "{out}");
    }
}
