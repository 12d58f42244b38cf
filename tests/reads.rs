//! What a run reads is not written over, whatever the verb and the flag, and by whatever name.

mod support;

use support::Folder;

fn folder() -> Folder {
    let f = Folder::with("d.csv", "x,y\n1,2\n2,4.5\n3,6\n4,8\n");
    f.write("e.csv", "x,y\n5,10\n6,12.5\n");
    f.write(
        "p.toml",
        "formula = \"x^2\"\n[descend]\nstart = \"x=3\"\n[grad]\nat = \"x=3\"\n[gradcheck]\nat = \"x=3\"\n",
    );
    f.write("pts.csv", "x\n1\n");
    f
}

#[test]
fn an_output_is_no_input() {
    let f = folder();
    let fit = |more: &[&'static str]| [&["regress", "d.csv", "--target", "y"], more].concat();
    f.run(&fit(&["-o", "fit.json", "--save-state", "a.state"]));
    f.run(&["descend", "p.toml", "--checkpoint", "run.ckpt"]);
    std::os::unix::fs::symlink("d.csv", f.path("link.csv")).unwrap();
    let before = |f: &Folder| f.names().into_iter().map(|name| (f.read(&name), name)).collect::<Vec<_>>();
    let was = before(&f);
    for (args, told) in [
        (fit(&["-o", "d.csv"]), "-o would write over `d.csv`, which is the data"),
        (fit(&["-o", "./link.csv"]), "-o would write over `./link.csv`, which is the data"),
        (fit(&["--predictions", "d.csv"]), "--predictions would write over `d.csv`, which is the data"),
        (fit(&["--save-state", "d.csv"]), "--save-state would write over `d.csv`, which is the data"),
        (fit(&["-o", "f.json", "--depfile", "d.csv"]), "--depfile would write over `d.csv`, which is the data"),
        (fit(&["--test", "e.csv", "--residuals", "e.csv"]), "--residuals would write over `e.csv`, which --test reads"),
        (
            vec!["regress", "?.csv", "e.csv", "--target", "y", "--residuals", "e.csv"],
            "--residuals would write over `e.csv`, which is the data",
        ),
        (
            vec!["regress", "d.csv", "[e].csv", "--target", "y", "--residuals", "e.csv"],
            "--residuals would write over `e.csv`, which is the data",
        ),
        (
            vec!["regress", "--model", "fit.json", "--predict", "e.csv", "-o", "fit.json"],
            "-o would write over `fit.json`, which --model reads",
        ),
        (
            vec!["regress", "--merge", "*.state", "-o", "a.state", "--format", "json"],
            "-o would write over `a.state`, which --merge reads",
        ),
        (vec!["grad", "p.toml", "-o", "p.toml", "--format", "json"], "-o would write over `p.toml`, which is the spec"),
        (
            vec!["grad", "p.toml", "--points", "pts.csv", "-o", "pts.csv"],
            "-o would write over `pts.csv`, which --points reads",
        ),
        (vec!["descend", "p.toml", "--trace", "p.toml"], "--trace would write over `p.toml`, which is the spec"),
        (
            vec!["descend", "p.toml", "--checkpoint", "p.toml"],
            "--checkpoint would write over `p.toml`, which is the spec",
        ),
        (
            vec!["descend", "p.toml", "--checkpoint", "new.csv", "--trace", "new.csv"],
            "--trace would write over `new.csv`, which --checkpoint writes",
        ),
        (
            vec!["gradcheck", "p.toml", "--points", "pts.csv", "--sweep", "pts.csv"],
            "--sweep would write over `pts.csv`, which --points reads",
        ),
    ] {
        let done = f.run(&args);
        let want = format!("error: {told}\nhelp: give what is written a name of its own\n");
        assert_eq!((done.exit, done.out.as_str(), done.err), (2, "", want), "{args:?}");
        assert_eq!(before(&f), was, "{args:?}");
    }
}

#[test]
fn a_checkpoint_is_taken_up_and_kept_in_one_file() {
    let f = folder();
    let run =
        |more: &[&str]| f.run(&[&["descend", "p.toml", "--checkpoint", "c", "--checkpoint-every", "1"], more].concat());
    assert_eq!(run(&[]).exit, 0);
    let done = run(&["--resume", "c", "--compare", "old.json", "-o", "old.json"]);
    assert!(!done.err.contains("write over"), "{}", done.err); // no old.json yet
    let done = run(&["--resume", "c", "-o", "old.json"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    // what is compared with may be what is renewed
    let done = run(&["--resume", "c", "--compare", "old.json", "-o", "old.json"]);
    assert_eq!(done.exit, 0, "{}", done.err);
}

#[test]
fn devices_are_read_and_written() {
    let f = folder();
    let done = f.run_with_input(&["grad", "-f", "x^2", "--points", "/dev/stdin", "-o", "/dev/stdout"], "x\n3\n");
    assert_eq!(done.exit, 0, "{}", done.err);
    let done = f.run(&["regress", "d.csv", "--target", "y", "--residuals", "/dev/null", "--predictions", "/dev/null"]);
    assert_eq!(done.exit, 0, "{}", done.err);
}

#[test]
fn standard_input_is_the_spec_once() {
    let f = folder();
    let spec = "formula = \"x^2\"\n[descend]\nstart = \"x=3\"\n";
    let done = f.run_with_input(&["descend", "-", "--trace", "-"], spec);
    assert_eq!(done.exit, 0, "{}", done.err);
    assert!(done.out.starts_with("iteration,"), "{}", done.out);
    let done = f.run_with_input(
        &["descend", "-"],
        "formula = \"(y - a*x)^2\"\n[data]\nfile = \"-\"\n[descend]\nstart = \"a=1\"\n",
    );
    let want =
        "error: standard input is wanted twice: for the spec and for `data.file`\nhelp: put one of them into a file\n";
    assert_eq!((done.exit, done.err.as_str()), (2, want));
}
