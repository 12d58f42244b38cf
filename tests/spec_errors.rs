//! What is wrong with a spec is said with its place: the whole text of every error.

mod support;
use support::{Done, Folder};

/// The error of a spec, without the name of the program's own parts.
fn fault(spec: &str) -> String {
    let folder = Folder::with("spec.toml", spec);
    let Done { exit, out, err } = folder.run(&["grad", "spec.toml", "-o", "out.json"]);
    assert_eq!((exit, out.as_str()), (2, ""), "{err}");
    assert_eq!(folder.names(), ["spec.toml"], "no file is left");
    err
}

/// The error of a `--set` on top of a sound spec.
fn set_fault(setting: &str) -> String {
    let folder = Folder::with("spec.toml", "formula = \"x^2\"\n[variables]\nx = 3\n");
    let Done { exit, err, .. } = folder.run(&["grad", "spec.toml", "--set", setting]);
    assert_eq!(exit, 2, "{err}");
    err
}

#[track_caller]
fn same(got: String, want: &[&str]) {
    assert_eq!(got.lines().collect::<Vec<_>>(), want);
}

#[test]
fn unknown_keys_name_the_nearest() {
    same(
        fault("fromula = \"x^2\"\n"),
        &[
            "error: unknown key `fromula` at the top of the spec",
            " --> spec.toml:1:1",
            "  |",
            "1 | fromula = \"x^2\"",
            "  | ^^^^^^^",
            "help: did you mean `formula`?",
        ],
    );
    same(
        fault("formula = \"x\"\n[grad]\nstatus-column = true\n"),
        &[
            "error: unknown key `status-column` in [grad]",
            " --> spec.toml:3:1",
            "  |",
            "3 | status-column = true",
            "  | ^^^^^^^^^^^^^",
            "help: did you mean `status_column`?",
        ],
    );
    same(
        fault("formula = \"x\"\n[variables]\nx = { valeu = 3 }\n"),
        &[
            "error: unknown key `valeu` in [variables.x]",
            " --> spec.toml:3:7",
            "  |",
            "3 | x = { valeu = 3 }",
            "  |       ^^^^^",
            "help: did you mean `value`?",
        ],
    );
    same(
        fault("[data]\nfile = \"a.csv\"\nzzz = 1\n"),
        &[
            "error: unknown key `zzz` in [data]",
            " --> spec.toml:3:1",
            "  |",
            "3 | zzz = 1",
            "  | ^^^",
            "help: the keys are `file`, `reduce`",
        ],
    );
}

#[test]
fn wrong_types_say_what_is_wanted() {
    same(
        fault("formula = 3\n"),
        &[
            "error: `formula` is to be a string, found an integer",
            " --> spec.toml:1:11",
            "  |",
            "1 | formula = 3",
            "  |           ^",
        ],
    );
    same(
        fault("formula = \"x\"\n[variables]\nx = \"pi/4\"\n"),
        &[
            "error: `variables.x` is to be a number, an array or a table, found a string",
            " --> spec.toml:3:5",
            "  |",
            "3 | x = \"pi/4\"",
            "  |     ^^^^^^",
            "help: a value by a formula is written { value = \"...\" }",
        ],
    );
    same(
        fault("formula = \"x\"\n[grad]\nhessian = 1\n"),
        &[
            "error: `grad.hessian` is to be a boolean, found an integer",
            " --> spec.toml:3:11",
            "  |",
            "3 | hessian = 1",
            "  |           ^",
        ],
    );
    same(
        fault("grad = 3\n"),
        &[
            "error: `grad` is to be a table, found an integer",
            " --> spec.toml:1:8",
            "  |",
            "1 | grad = 3",
            "  |        ^",
        ],
    );
    same(
        fault("descend = 3\n"),
        &[
            "error: `descend` is to be a table, found an integer",
            " --> spec.toml:1:11",
            "  |",
            "1 | descend = 3",
            "  |           ^",
        ],
    );
    same(
        fault("formula = \"x\"\n[grad]\nat = [\"x=1\", true]\n"),
        &[
            "error: `grad.at(2)` is to be a string, found a boolean",
            " --> spec.toml:3:14",
            "  |",
            "3 | at = [\"x=1\", true]",
            "  |              ^^^^",
        ],
    );
    same(
        fault("formula = \"x\"\n[grad]\ndirections = -1\n"),
        &[
            "error: `grad.directions`: an integer, 0 or more is wanted, found integer `-1`",
            " --> spec.toml:3:14",
            "  |",
            "3 | directions = -1",
            "  |              ^^",
        ],
    );
    same(
        fault("formula = \"x\"\n[grad]\nmissing = \"dorp\"\n"),
        &[
            "error: `grad.missing`: `dorp` is none of `error`, `drop`, `nan`; did you mean `drop`?",
            " --> spec.toml:3:11",
            "  |",
            "3 | missing = \"dorp\"",
            "  |           ^^^^^^",
        ],
    );
    same(
        fault("command = [\"\"]\n"),
        &[
            "error: `command` is an empty array",
            " --> spec.toml:1:11",
            "  |",
            "1 | command = [\"\"]",
            "  |           ^^^^",
        ],
    );
    same(
        fault("seed = -1\n"),
        &[
            "error: `seed` is to be an integer, 0 or more, found an integer",
            " --> spec.toml:1:8",
            "  |",
            "1 | seed = -1",
            "  |        ^^",
        ],
    );
    same(
        fault("[data]\nreduce = \"sum\"\n"),
        &["error: `data` has no key `file`", " --> spec.toml:1:1", "  |", "1 | [data]", "  | ^^^^^^"],
    );
    same(
        fault("[data]\nfile = \"a.csv\"\nreduce = \"max\"\n"),
        &[
            "error: `data.reduce`: `max` is none of `mean`, `sum`",
            " --> spec.toml:3:10",
            "  |",
            "3 | reduce = \"max\"",
            "  |          ^^^^^",
        ],
    );
}

#[test]
fn numbers_are_finite_and_exact() {
    same(
        fault("[constants]\na = nan\n"),
        &[
            "error: `constants.a` is nan: values are finite numbers",
            " --> spec.toml:2:5",
            "  |",
            "2 | a = nan",
            "  |     ^^^",
        ],
    );
    same(
        fault("[variables]\nv = [1, -inf]\n"),
        &[
            "error: `variables.v(2)` is -inf: values are finite numbers",
            " --> spec.toml:2:9",
            "  |",
            "2 | v = [1, -inf]",
            "  |         ^^^^",
        ],
    );
    same(
        fault("[constants]\na = 1e400\n"),
        &["error: the number 1e400 is out of range", " --> spec.toml:2:5", "  |", "2 | a = 1e400", "  |     ^^^^^"],
    );
    let beyond = |text: &str, carets: &str| {
        same(
            fault(&format!("[constants]\na = {text}\n")),
            &[
                &format!("error: the integer {text} is beyond 2^53"),
                " --> spec.toml:2:5",
                "  |",
                &format!("2 | a = {text}"),
                &format!("  |     {carets}"),
                "help: write it with a point or an exponent if the nearest number will do",
            ],
        );
    };
    beyond("9007199254740993", "^^^^^^^^^^^^^^^^");
    beyond("99999999999999999999", "^^^^^^^^^^^^^^^^^^^^");
}

#[test]
fn arrays_have_a_shape() {
    same(
        fault("[constants]\na = [[1, 2], [3]]\n"),
        &[
            "error: `constants.a` is ragged: entry 2 has another shape than the first",
            " --> spec.toml:2:14",
            "  |",
            "2 | a = [[1, 2], [3]]",
            "  |              ^^^",
        ],
    );
    same(
        fault("[constants]\na = []\n"),
        &["error: `constants.a` is an empty array", " --> spec.toml:2:5", "  |", "2 | a = []", "  |     ^^"],
    );
    same(
        fault("[constants]\na = [[[1]]]\n"),
        &[
            "error: `constants.a` is nested too deep: vectors and matrices are what there is",
            " --> spec.toml:2:7",
            "  |",
            "2 | a = [[[1]]]",
            "  |       ^^^",
        ],
    );
    same(
        fault("[variables]\nv = { size = 3, value = [1, 2] }\n"),
        &[
            "error: `variables.v`: the size is 3, the value's is 2",
            " --> spec.toml:2:14",
            "  |",
            "2 | v = { size = 3, value = [1, 2] }",
            "  |              ^",
        ],
    );
    same(
        fault("[variables]\nv = { size = [2, 0] }\n"),
        &[
            "error: `variables.v.size`: a length is 1 or more, found 0",
            " --> spec.toml:2:18",
            "  |",
            "2 | v = { size = [2, 0] }",
            "  |                  ^",
        ],
    );
    same(
        fault("[variables]\nx = { value = 1, min = 2, max = 1 }\n"),
        &[
            "error: `variables.x`: min 2 is larger than max 1",
            " --> spec.toml:2:33",
            "  |",
            "2 | x = { value = 1, min = 2, max = 1 }",
            "  |                                 ^",
        ],
    );
}

#[test]
fn names_are_names_and_mean_one_thing() {
    same(
        fault("[variables]\n\"a b\" = 1\n"),
        &[
            "error: `a b` is not a name",
            " --> spec.toml:2:1",
            "  |",
            "2 | \"a b\" = 1",
            "  | ^^^^^",
            "help: names are letters, digits and _, and begin with no digit",
        ],
    );
    same(
        fault("[constants]\nx = 1\n[variables]\nx = 1\n"),
        &[
            "error: `x` stands in [constants] already",
            " --> spec.toml:4:1",
            "  |",
            "4 | x = 1",
            "  | ^",
            "help: formulas could not tell them apart: rename one",
        ],
    );
    same(
        fault("formula = \"x\"\nresidual = \"y\"\n"),
        &[
            "error: both `formula` and `residual` say what the objective is",
            " --> spec.toml:2:1",
            "  |",
            "2 | residual = \"y\"",
            "  | ^^^^^^^^",
            "help: keep one of them",
        ],
    );
}

#[test]
fn toml_itself() {
    same(
        fault("formula = \"x^2\n"),
        &[
            "error: not TOML: invalid basic string, expected `\"`",
            " --> spec.toml:1:15",
            "  |",
            "1 | formula = \"x^2",
            "  |               ^",
        ],
    );
    same(
        fault("formula = \"x\"\nformula = \"y\"\n"),
        &["error: not TOML: duplicate key", " --> spec.toml:2:1", "  |", "2 | formula = \"y\"", "  | ^^^^^^^"],
    );
    // Nesting has a bound, so that no stack overflows.
    let deep = format!("a = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let err = fault(&deep);
    assert!(err.starts_with("error: not TOML: "), "{err}");
    assert!(err.lines().all(|line| line.len() < 130), "a long line is cut");
}

#[test]
fn other_verbs_tables_are_left_alone() {
    let folder = Folder::with("spec.toml", "formula = \"x^2\"\n[variables]\nx = 3\n[descend]\nwhatever = 1\n");
    assert_eq!(folder.run(&["grad", "spec.toml"]).exit, 0);
}

#[test]
fn settings() {
    let usage = "help: write --set key=value or --set table.key=value";
    for text in ["foo", "name=", "=1", "a b=1", "a=1\nb=2"] {
        let err = set_fault(text);
        if text.contains('\n') {
            // A second line is no second setting: the value as a whole is a word.
            assert!(err.starts_with("error: unknown key `a` at the top of the spec\n"), "{err}");
        } else {
            assert!(err.starts_with(&format!("error: `{text}` is no setting\n --> --set:1:1\n")), "{err}");
            assert!(err.ends_with(&format!("{usage}\n")), "{err}");
        }
    }
    same(
        set_fault("variables.x.min=1"),
        &[
            "error: `variables.x` is an integer, not a table: nothing can be set below it",
            " --> --set:1:13",
            "  |",
            "1 | variables.x.min=1",
            "  |             ^^^",
        ],
    );
    same(
        set_fault("grad.hesian=true"),
        &[
            "error: unknown key `hesian` in [grad]",
            " --> --set:1:6",
            "  |",
            "1 | grad.hesian=true",
            "  |      ^^^^^^",
            "help: did you mean `hessian`?",
        ],
    );
    same(
        set_fault("variables.x=[1,"),
        &[
            "error: not TOML: unclosed array, expected `]`",
            " --> --set:1:16",
            "  |",
            "1 | variables.x=[1,",
            "  |                ^",
        ],
    );
    same(
        set_fault("constants.a=1e400"),
        &[
            "error: the number 1e400 is out of range",
            " --> --set:1:13",
            "  |",
            "1 | constants.a=1e400",
            "  |             ^^^^^",
        ],
    );
}

#[test]
fn files_that_are_none() {
    let folder = Folder::with("bad.toml", b"name = \"a\"\nformula = \"\xff\"\n");
    let run = |name: &str| {
        let Done { exit, err, .. } = folder.run(&["grad", name]);
        (exit, err)
    };
    let not_text = "error: `bad.toml` is not UTF-8 text: the first wrong byte is in line 2\nhelp: save it as UTF-8\n";
    assert_eq!(run("bad.toml"), (2, not_text.to_string()));
    assert_eq!(run("none.toml"), (3, "error: cannot read `none.toml`: no such file or directory\n".to_string()));
    assert_eq!(run("."), (3, "error: cannot read `.`: is a directory\n".to_string()));
    let formula = "error: cannot read `x^2`: no such file or directory\nhelp: a formula is given with -f 'x^2'\n";
    assert_eq!(run("x^2"), (3, formula.to_string()));
    folder.write("empty.toml", "");
    let empty = "error: there is no formula\nhelp: give one: -f 'x^2 + y^2', or a spec with the key `formula`\n";
    assert_eq!(run("empty.toml"), (2, empty.to_string()));
}

#[test]
fn byte_order_mark_and_line_ends() {
    let folder = Folder::with("spec.toml", "\u{feff}formula = \"x^2\"\r\n[variables]\r\nx = 3\r\n");
    let Done { exit, out, err } = folder.run(&["grad", "spec.toml", "--print", "formula"]);
    assert_eq!((exit, out.as_str(), err.as_str()), (0, "x^2\n", ""));
    folder.write("spec.toml", "\u{feff}formula = \"x^2\"\r\nvariabels = 3\r\n");
    let err = folder.run(&["grad", "spec.toml"]).err;
    assert!(err.contains("2 | variabels = 3\n  | ^^^^^^^^^\n"), "{err}");
}

#[test]
fn options_that_are_texts_are_drawn_where_they_stand() {
    same(
        fault("formula = \"x\"\n[grad]\nat = [\"x=1\", \"x=1,,y=2\"]\n"),
        &[
            "error: a value is missing here",
            " --> spec.toml:3:19",
            "  |",
            "3 | at = [\"x=1\", \"x=1,,y=2\"]",
            "  |                   ^",
            "help: write values between commas: x=1,y=2",
        ],
    );
    // Without brackets, in three quotes: the text begins on the next line.
    same(
        fault("formula = \"x\"\n[grad]\nat = '''\nx=1,,y=2'''\n"),
        &[
            "error: a value is missing here",
            " --> spec.toml:4:5",
            "  |",
            "4 | x=1,,y=2'''",
            "  |     ^",
            "help: write values between commas: x=1,y=2",
        ],
    );
    // With escapes the file's characters are not the text's: the text is shown by itself.
    same(
        fault("formula = \"x\"\n[grad]\nat = \"x=\\u0031,,y=2\"\n"),
        &[
            "error: a value is missing here",
            " --> spec.toml: grad.at.0:3:5",
            "  |",
            "3 | x=1,,y=2",
            "  |     ^",
            "help: write values between commas: x=1,y=2",
        ],
    );
}

#[test]
fn no_text_makes_the_reader_panic() {
    use gradus::commands::grad::GradOptions;
    use gradus::report::{Paint, draw};
    use gradus::spec;
    let sound = "formula = \"é^2 + u(1)\"\n[constants]\nu = [[1, 2.5e3], [0x10, -4]]\n[variables]\nx = { value = 3, min = -1, \
                 max = \"2*é\", size = [2, 2] }\n[grad]\nat = [\"x=1\"]\nhessian = true\nmissing = \"nan\"\n";
    let alphabet: Vec<char> = "\"'[]{}=,.#\\\n\té漢x0-e_".chars().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let (mut read, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let mut text: Vec<char> = sound.chars().collect();
        for _ in 0..=next(3) {
            let at = next(text.len());
            match next(3) {
                0 => text[at] = alphabet[next(alphabet.len())],
                1 => text.insert(at, alphabet[next(alphabet.len())]),
                _ => drop(text.drain(at..(at + next(9)).min(text.len()))),
            }
        }
        let text: String = text.into_iter().collect();
        let done = spec::parse("spec.toml", text.into_bytes(), "".into()).and_then(|tree| {
            spec::Spec::read(&tree)?;
            if let Some(node) = tree.find("grad") {
                spec::options::<GradOptions>(node, "grad")?;
            }
            // What was read is printed so that it reads back the same.
            let printed = spec::toml(&tree);
            let again = spec::parse("printed", printed.clone().into_bytes(), "".into())?;
            assert_eq!(spec::toml(&again), printed);
            assert_eq!(spec::json(&again), spec::json(&tree));
            Ok(())
        });
        match done {
            Ok(()) => read += 1,
            Err(e) => {
                refused += 1;
                assert!(draw(&e, Paint::plain()).contains('^'), "an error has its place: {e}");
            }
        }
    }
    assert!(read > 1000 && refused > 1000, "{read} read, {refused} refused: the sample is no sample");
}
