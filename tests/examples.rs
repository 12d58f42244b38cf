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
        let done = gradus().arg("grad").arg(&path).arg("-q").output().unwrap();
        assert!(done.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# "), "{}: a config says what it is for", path.display());
        seen += 1;
    }
    assert!(seen >= 3);
}

#[test]
fn the_makefile_makes_the_slopes_once() {
    if Command::new("make").arg("--version").output().is_err() {
        eprintln!("skipped: there is no make");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for part in ["configs", "examples"] {
        let to = folder.path().join(part);
        std::fs::create_dir(&to).unwrap();
        for entry in std::fs::read_dir(root().join(part)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    let examples = folder.path().join("examples");
    let make = || {
        let binary = format!("GRADUS={}", env!("CARGO_BIN_EXE_gradus"));
        let done = Command::new("make").arg("-C").arg(&examples).arg(binary).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    make();
    let slopes = std::fs::read_to_string(examples.join("slopes.csv")).unwrap();
    assert!(slopes.starts_with("station,x,y,f,df_dx,df_dy\n\"A, north\",1,2,2.909297426825682,"), "{slopes}");
    assert!(make().contains("up to date"), "the second time there is nothing to do");
    assert!(std::fs::read_to_string(examples.join("slopes.d")).unwrap().contains("points.csv"));
}
