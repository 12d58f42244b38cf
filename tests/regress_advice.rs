//! `gradus regress`: what it says to do is what can be done.

mod support;

use support::Folder;

const HOUSES: &str = "price,area,rooms,city,living area,2nd\n100.5,50,2,A,1,3\n200.25,80,3,B,2,4\n150.1,60,2,A,3,1\n310.7,120,5,B,4,7\n270.3,90,4,A,5,9\n190.9,70,3,B,7,2\n";

fn refused(folder: &Folder, args: &[&str]) -> String {
    let done = folder.run(&[&["regress"], args].concat());
    assert_eq!(done.exit, 2, "{args:?}: {}{}", done.out, done.err);
    done.err
}

#[test]
fn means_are_advised_where_they_are_put() {
    let folder = Folder::with("zq.csv", "y,z,c,w\n1,1,a,1\n2,2,b,1\n,3,a,1\n4.5,4,b,1\n");
    folder.write("zw.csv", "y,z,c,w\n1,1,a,1\n2,2,b,\n3,3,a,1\n4.5,4,b,1\n");
    folder.write("zc.csv", "y,z,c,w\n1,1,a,1\n2,2,,1\n3,3,a,1\n4.5,4,b,1\n");
    folder.write("zz.csv", "y,z,c,w\n1,1,a,1\n2,,b,1\n3,3,a,1\n4.5,4,b,1\n");
    for args in [
        &["zq.csv", "--target", "y"][..],
        &["zq.csv", "--target", "y", "--features", "z"],
        &["zw.csv", "--target", "y", "--features", "z", "--weights", "w"],
        &["zw.csv", "--target", "y", "--features", "z", "--offset", "w"],
        &["zc.csv", "--target", "y"],
    ] {
        let said = refused(&folder, args);
        assert!(said.contains("--missing drop") && !said.contains("--missing mean"), "{args:?}: {said}");
    }
    assert!(refused(&folder, &["zz.csv", "--target", "y"]).contains("--missing mean"));
    // a fit that keeps means, and one that does not
    folder.regress(&["zz.csv", "--target", "y", "--features", "z", "--missing", "drop"]);
    let predict = ["--model", "fit.json", "--predict", "zz.csv", "-o", "p.csv"];
    assert!(!refused(&folder, &predict).contains("--missing mean"));
    folder.regress(&["zz.csv", "--target", "y", "--features", "z", "--missing", "mean"]);
    assert!(refused(&folder, &predict).contains("--missing mean"));
}

#[test]
fn an_allowed_answer_is_told() {
    let folder = Folder::with("s.csv", "x,y\n1,0\n2,0\n3,1\n4,1\n");
    let fit = ["regress", "s.csv", "--target", "y", "--family", "logistic", "--allow", "separated", "-o", "fit.json"];
    let done = folder.run(&fit);
    assert_eq!(done.exit, 0);
    assert!(done.err.contains("allowed (separated): the classes are separated by `x`"), "{}", done.err);
    let found = folder.json("fit.json");
    assert_eq!(found["answers"][0]["word"], "separated");
    assert!(found["answers"][0]["message"].as_str().unwrap().starts_with("the classes are separated"));
    assert_eq!(folder.run(&[&fit[..], &["-q"]].concat()).err, "");
    // and such a fit predicts nothing
    let said = refused(&folder, &["--model", "fit.json", "--predict", "s.csv", "-o", "p.csv"]);
    assert!(said.contains("`fit.json` holds a fit without estimates: its status is `separated`"), "{said}");
    folder.write("s.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n");
    assert!(folder.run(&fit).err.is_empty());
    assert!(folder.json("fit.json").get("answers").is_none());
}

#[test]
fn a_spec_may_leave_the_rows_to_the_command_line() {
    let folder = Folder::with("h.csv", HOUSES);
    folder.write("nod.toml", "[regress]\ntarget = \"price\"\nfeatures = [\"area\"]\n");
    let read = |args: &[&str]| folder.regress(args)["rows"]["read"].as_u64();
    assert_eq!(read(&["nod.toml", "h.csv"]), Some(6));
    assert_eq!(read(&["nod.toml", "h.csv", "h.csv"]), Some(12));
    assert!(refused(&folder, &["nod.toml"]).contains("name a file"));
    let done = folder.run(&["regress", "nod.toml", "none.csv"]);
    assert_eq!((done.exit, done.err.as_str()), (3, "error: cannot read `none.csv`: no such file or directory\n"));
}

#[test]
fn what_was_meant_by_a_formula() {
    let folder = Folder::with("h.csv", HOUSES);
    for (feature, want) in [
        ("2nd^2", "help: the name of a column that is no plain word stands in backquotes: `2nd`"),
        ("living area^2", "backquotes: `living area`"),
        ("area**2", "help: write `^` for a power"),
        ("area:rooms", "help: for a product write `area*rooms`"),
        ("2*city", "error: `city` is a category here; `2` times it is nothing else"),
        ("area, 2*city*3", "2*3"),
    ] {
        let said = refused(&folder, &["h.csv", "--target", "price", "--features", feature]);
        assert!(said.contains(want), "{feature}: {said}");
        assert!(said.contains("^"), "{feature}: no caret: {said}");
    }
    let said = refused(&folder, &["h.csv", "--target", "price~area"]);
    assert!(said.contains("help: write --target 'price' --features 'area'"), "{said}");
}

#[test]
fn faults_say_what_they_are_about() {
    let folder = Folder::with("h.csv", HOUSES);
    folder.write("e.csv", "price,area\n");
    let said = refused(&folder, &["h.csv", "--target", "price", "--features", "area", "--test", "e.csv"]);
    assert_eq!(said, "error: e.csv: there are no rows to measure the fit on\n");
    let keep = ["h.csv", "--target", "price", "--features", "area, city*area", "--save-state", "h.state"];
    let said = refused(&folder, &keep);
    assert!(said.contains("--features:1:1") && said.contains("help: fit all files at once"), "{said}");
    folder.write("c.csv", "c,x\na,1\nb,2\nc,3\nb,1\n");
    let said = refused(&folder, &["c.csv", "--target", "c", "--family", "logistic"]);
    assert!(said.contains("the target has 3 values") && said.contains("--target:1:1"), "{said}");
}

#[test]
fn a_loss_without_a_minimum_diverges() {
    let folder = Folder::with("h.csv", HOUSES);
    let fit = ["regress", "h.csv", "--target", "price", "--features", "area", "--loss", "prediction"];
    let done = folder.run(&fit);
    assert_eq!(done.exit, 1);
    assert!(done.err.starts_with("no (diverged): the loss falls without end"), "{}", done.err);
    // some steps of it tell nothing
    let done = folder.run(&[&fit[..], &["--max-iterations", "5"]].concat());
    assert!(done.err.starts_with("no (max-iterations)"), "{}", done.err);
}
