//! `gradus descend` from outside: answers, exit statuses, traces, checkpoints that are killed at, programs that die.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }
    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_gradus")).arg("descend").args(args).current_dir(&self.0).output().unwrap()
    }
    /// Runs with -o out.json; exit status and result.
    fn result(&self, args: &[&str]) -> (i32, Value) {
        let out = self.run(&[args, &["-o", "out.json"]].concat());
        let code = out.status.code().unwrap();
        let text = std::fs::read_to_string(self.path("out.json"))
            .unwrap_or_else(|_| panic!("no result: {}", String::from_utf8_lossy(&out.stderr)));
        (code, serde_json::from_str(&text).unwrap())
    }
}

fn close(found: &Value, want: f64, tolerance: f64) {
    let x = found.as_f64().unwrap_or(f64::NAN);
    let size = if want.abs() > 1.0 { want.abs() } else { 1.0 };
    assert!((x - want).abs() <= tolerance * size, "{x} is not {want}");
}

fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// y = 3 exp(-0.5 t) + 1, exactly, on a grid of t.
fn decay(rows: usize) -> String {
    let mut text = String::from("t,y\n");
    for i in 0..rows {
        let t = i as f64 * 0.1;
        text.push_str(&format!("{t},{}\n", 3.0 * libm::exp(-0.5 * t) + 1.0 + if i % 2 == 0 { 0.01 } else { -0.01 }));
    }
    text
}

const DECAY: &str =
    "residual = \"y - (a*exp(-b*t) + c)\"\n[variables]\na = 1\nb = 1\nc = 0\n[data]\nfile = \"decay.csv\"\n";

#[test]
fn the_articles_steps_stand_in_the_trace() {
    let f = Folder::new();
    let rate = ["--method", "gradient-descent", "--learning-rate", "0.1", "--max-iterations", "2", "--trace", "t.csv"];
    let out = f.run(&[&["-f", "x^2 + y^2", "--start", "x=3,y=4"][..], &rate].concat());
    assert_eq!(out.status.code(), Some(1), "{}", stderr(&out));
    let trace = std::fs::read_to_string(f.path("t.csv")).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    assert_eq!(lines[0], "iteration,evaluations,f,gradient_norm,step_norm,learning_rate,x,y");
    assert_eq!(lines[1], "0,1,25,10,0,,3,4");
    assert!(lines[2].starts_with("1,2,16") && lines[2].ends_with(",0.1,2.4,3.2"), "{}", lines[2]);
    assert!(!f.path("t.csv.part").exists());
}

#[test]
fn least_squares_tell_standard_errors() {
    let f = Folder::new();
    f.write("decay.csv", &decay(60));
    f.write("spec.toml", DECAY);
    let (code, fit) = f.result(&["spec.toml"]);
    assert_eq!((code, fit["status"].as_str()), (0, Some("converged")));
    assert_eq!(fit["method"], "levenberg-marquardt");
    for (row, (name, truth)) in fit["parameters"].as_array().unwrap().iter().zip([("a", 3.0), ("b", 0.5), ("c", 1.0)]) {
        assert_eq!(row["name"], name);
        close(&row["estimate"], truth, 1e-2);
        let (se, low, high) =
            (row["std_error"].as_f64().unwrap(), row["conf_low"].as_f64().unwrap(), row["conf_high"].as_f64().unwrap());
        assert!(se > 0.0 && low < truth && truth < high);
        // t of 57 degrees of freedom at 97.5 %: 2.0025 by tables
        assert!(((high - low) / (2.0 * se) - 2.0025).abs() < 1e-3);
    }
    close(&fit["residual_sd"], 0.01, 5e-2);
    assert_eq!(fit["rows"]["used"], 60);
}

#[test]
fn a_likelihood_has_the_same_maximum_as_its_own_formula() {
    let f = Folder::new();
    f.write("counts.csv", "x,y\n0,1\n1,3\n2,4\n3,11\n4,20\n");
    f.write("a.toml", "[likelihood]\nfamily = \"poisson\"\nresponse = \"y\"\nmean = \"exp(a + b*x)\"\n[variables]\na = 0\nb = 0\n[data]\nfile = \"counts.csv\"\n");
    f.write("b.toml", "formula = \"exp(a + b*x) - y*(a + b*x) + lgamma(y + 1)\"\n[variables]\na = 0\nb = 0\n[data]\nfile = \"counts.csv\"\nreduce = \"sum\"\n");
    let (code, a) = f.result(&["a.toml"]);
    let (_, b) = f.result(&["b.toml"]);
    assert_eq!(code, 0);
    for name in ["a", "b"] {
        close(&a["point"][name], b["point"][name].as_f64().unwrap(), 1e-7);
    }
    close(&a["value"], b["value"].as_f64().unwrap(), 1e-12);
    let (code, natural) = f.result(&["a.toml", "--method", "natural-gradient"]);
    assert_eq!(code, 0);
    close(&natural["point"]["b"], a["point"]["b"].as_f64().unwrap(), 1e-6);
    // the canonical link: Fisher scoring is Newton's method, so few steps suffice
    assert!(natural["iterations"].as_u64().unwrap() < 20);
    let (code, diagonal) =
        f.result(&["a.toml", "--method", "natural-gradient", "--fisher", "diagonal", "--learning-rate", "0.3"]);
    assert_eq!(code, 0, "{diagonal}");
    close(&diagonal["point"]["b"], a["point"]["b"].as_f64().unwrap(), 1e-4);
    assert!(diagonal["iterations"].as_u64().unwrap() > natural["iterations"].as_u64().unwrap());
}

/// Kills a run at its first checkpoint, resumes, and compares every file with those of a run that nobody disturbed.
fn killed_and_resumed(method: &str, more: &[&str], spec: &str) {
    let f = Folder::new();
    f.write("decay.csv", &decay(200));
    f.write("spec.toml", spec);
    let base = [&["spec.toml", "--method", method, "--trace", "t.csv", "--checkpoint-every", "3"][..], more].concat();
    let whole = f.run(&[&base[..], &["-o", "whole.json", "--checkpoint", "a.ckpt"]].concat());
    assert!(whole.status.code() == Some(0) || whole.status.code() == Some(1), "{method}: {}", stderr(&whole));
    std::fs::rename(f.path("t.csv"), f.path("whole.csv")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .arg("descend")
        .args(&base)
        .args(["-o", "cut.json", "--checkpoint", "b.ckpt"])
        .current_dir(&f.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !f.path("b.ckpt").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
    let _ = child.kill(); // SIGKILL
    let _ = child.wait();
    if !f.path("b.ckpt").exists() {
        return; // done within three iterations: nothing to resume
    }
    if f.path("t.csv").exists() {
        // it was faster than the kill; the checkpoint is good all the same, and its part is the finished trace
        std::fs::rename(f.path("t.csv"), f.path("t.csv.part")).unwrap();
    }
    let resumed = f.run(&[&base[..], &["-o", "resumed.json", "--resume", "b.ckpt", "--checkpoint", "b.ckpt"]].concat());
    assert_eq!(resumed.status.code(), whole.status.code(), "{method}: {}", stderr(&resumed));
    let read = |name: &str| std::fs::read_to_string(f.path(name)).unwrap();
    assert_eq!(read("whole.json"), read("resumed.json"), "{method}");
    assert_eq!(read("whole.csv"), read("t.csv"), "{method}");
}

#[test]
fn a_run_that_is_killed_and_resumed_ends_with_the_same_bytes() {
    let loss =
        "formula = \"(y - (a*exp(-b*t) + c))^2\"\n[variables]\na = 1\nb = 1\nc = 0\n[data]\nfile = \"decay.csv\"\n";
    for entry in gradus::optimize::methods::TABLE {
        let mut more = vec!["--max-iterations", "40"];
        if entry.options.contains(&"learning_rate") {
            more.extend(["--learning-rate", "0.01"]);
        }
        killed_and_resumed(entry.name, &more, loss);
        if entry.stochastic {
            killed_and_resumed(entry.name, &["--batch-size", "16", "--epochs", "8", "--learning-rate", "0.01"], loss);
        }
    }
}

/// Kills a run whenever its checkpoint has changed, so that it dies in several of its parts, until it ends by itself.
fn killed_again_and_again(more: &[&str], spec: &str) {
    let f = Folder::new();
    f.write("spec.toml", spec);
    let base =
        [&["spec.toml", "--trace", "t.csv", "--trace-every", "4", "--checkpoint-every", "300"][..], more].concat();
    let whole = f.run(&[&base[..], &["-o", "whole.json"]].concat());
    assert_eq!(whole.status.code(), Some(0), "{}", stderr(&whole));
    std::fs::rename(f.path("t.csv"), f.path("whole.csv")).unwrap();
    let content = || std::fs::read(f.path("c")).unwrap_or_default();
    let mut killed = 0;
    loop {
        let before = content();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
        command.arg("descend").args(&base).args(["-o", "cut.json", "--checkpoint", "c"]).current_dir(&f.0);
        if !before.is_empty() {
            command.args(["--resume", "c"]);
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while content() == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_micros(500));
        }
        let _ = child.kill();
        let status = child.wait().unwrap();
        if let Some(code) = status.code() {
            assert_eq!(code, 0);
            break;
        }
        killed += 1;
        assert!(killed < 1000, "it does not get on");
    }
    assert!(killed > 2, "it was too fast to be killed");
    let read = |name: &str| std::fs::read_to_string(f.path(name)).unwrap();
    assert_eq!(read("whole.json"), read("cut.json"));
    assert_eq!(read("whole.csv"), read("t.csv"));
}

#[test]
fn several_methods_and_several_starts_are_resumed_where_they_were_killed() {
    let spec = "formula = \"sum(i, 1, 20, (x(i)^2 + x(i+1) - 11)^2 + (x(i) + x(i+1)^2 - 7)^2)\"\n[variables]\nx = { size = 21, value = 1, min = -6, max = 6 }\n";
    let rate = ["--learning-rate", "0.0005"];
    let methods = ["--methods", "gradient-descent,lbfgs,momentum,newton"];
    killed_again_and_again(&[&methods[..], &rate].concat(), spec);
    let starts = ["--multistart", "5", "--method", "gradient-descent"];
    killed_again_and_again(&[&starts[..], &rate].concat(), spec);
}

#[test]
fn the_trace_of_several_starts_has_all_of_them() {
    let f = Folder::new();
    f.write("box.toml", "formula = \"(x^2 - 1)^2 + x/4\"\n[variables]\nx = { value = 2, min = -3, max = 3 }\n");
    let (code, found) = f.result(&["box.toml", "--multistart", "3", "--trace", "t.csv"]);
    let trace = std::fs::read_to_string(f.path("t.csv")).unwrap();
    assert_eq!(code, 0);
    assert!(trace.starts_with("start,iteration,") && trace.contains("\n0,0,1,"), "{trace}");
    // the last row of the best start is the answer
    let best = found["multistart"]["best"].as_u64().unwrap();
    let last = trace.lines().rfind(|l| l.starts_with(&format!("{best},"))).unwrap();
    assert!(last.ends_with(&format!(",{}", found["point"]["x"])), "{last}");
    assert_eq!(trace.lines().filter(|l| l.split(',').nth(1) == Some("0")).count(), 4);
}

#[test]
fn threads_change_no_byte() {
    let f = Folder::new();
    f.write("decay.csv", &decay(30_000));
    f.write("spec.toml", DECAY);
    let read = |threads: &str| {
        f.run(&["spec.toml", "-o", "out.json", "--threads", threads]);
        std::fs::read_to_string(f.path("out.json")).unwrap()
    };
    assert_eq!(read("1"), read("2"));
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let f = Folder::new();
    let args = ["--start", "x=3,y=4", "--method", "momentum", "--learning-rate", "0.01", "--max-iterations", "20"];
    f.run(&[&["-f", "x^2 + y^2", "--checkpoint", "c", "--checkpoint-every", "5"][..], &args].concat());
    let other = f.run(&[&["-f", "x^2 + 2*y^2", "--resume", "c"][..], &args].concat());
    assert_eq!(other.status.code(), Some(2));
    assert!(stderr(&other).contains("another run: its problem differs"), "{}", stderr(&other));
    let none = f.run(&[&["-f", "x^2 + y^2", "--resume", "nowhere"][..], &args].concat());
    assert!(none.status.code() == Some(2) && stderr(&none).contains("no checkpoint"), "{}", stderr(&none));
    std::fs::write(f.path("c"), &std::fs::read(f.path("c")).unwrap()[..200]).unwrap();
    assert_eq!(f.run(&[&["-f", "x^2 + y^2", "--resume", "c"][..], &args].concat()).status.code(), Some(2));
}

const SERVER: &str = "import sys, math
names = sys.stdin.readline().strip().split(',')[:-1]
print('f,df_x,df_y' if GRADIENT else 'f', flush=True)
count = 0
for line in sys.stdin:
    x, y, need = line.strip().split(',')
    x, y = float(x), float(y)
    count += 1
    if count > LIMIT: sys.exit(7)
    f = (x - 2)**2 + 10*(y + 1)**2
    print(f'{f!r},{2*(x-2)!r},{20*(y+1)!r}' if GRADIENT else repr(f), flush=True)
";

#[test]
fn a_program_of_the_users_is_minimised_and_its_death_is_told() {
    let f = Folder::new();
    f.write("spec.toml", "command = [\"python3\", \"model.py\"]\n[variables]\nx = 0\ny = 0\n");
    for gradient in ["True", "False"] {
        f.write("model.py", &SERVER.replace("GRADIENT", gradient).replace("LIMIT", "100000"));
        let (code, found) = f.result(&["spec.toml"]);
        assert_eq!(code, 0, "{found}");
        close(&found["point"]["x"], 2.0, 1e-5);
        close(&found["point"]["y"], -1.0, 1e-5);
    }
    std::fs::remove_file(f.path("out.json")).unwrap();
    f.write("model.py", &SERVER.replace("GRADIENT", "True").replace("LIMIT", "3"));
    let out = f.run(&["spec.toml", "-o", "out.json", "--trace", "t.csv"]);
    assert_eq!(out.status.code(), Some(3), "{}", stderr(&out));
    assert!(stderr(&out).contains('7'), "the status of the program is told: {}", stderr(&out));
    assert!(!f.path("out.json").exists() && !f.path("t.csv").exists() && !f.path("t.csv.part").exists());
}

/// f = x^2 - y^2 + y^4, its minima at y = +-1/sqrt(2); `SHOW` prints a number.
const RIDGE: &str = "import sys
sys.stdin.readline()
print('f,df_x,df_y' if GRADIENT else 'f', flush=True)
for line in sys.stdin:
    x, y, need = line.strip().split(',')
    x, y = float(x), float(y)
    cells = [x*x - y*y + y**4, 2*x, -2*y + 4*y**3]
    print(','.join(SHOW % c for c in (cells if GRADIENT else cells[:1])), flush=True)
";

#[test]
fn the_end_of_a_program_is_classified_by_differences() {
    let f = Folder::new();
    f.write("spec.toml", "command = [\"python3\", \"model.py\"]\n[variables]\nx = 1\ny = 0\n");
    for gradient in ["True", "False"] {
        f.write("model.py", &RIDGE.replace("GRADIENT", gradient).replace("SHOW", "'%.17g'"));
        let plain = ["spec.toml", "--method", "gradient-descent", "--learning-rate", "0.1", "--gtol", "1e-6"];
        let (code, found) = f.result(&plain);
        assert_eq!((code, found["status"].as_str(), found["class"].as_str()), (1, Some("saddle"), Some("saddle")));
        close(&found["eigenvalues"][0], -2.0, 1e-2);
        close(&found["eigenvalues"][1], 2.0, 1e-2);
        let error = found["eigenvalues_error"].as_f64().unwrap();
        assert!(error > 0.0 && error < 0.1, "{error}");
        // bfgs leaves it along the curvature
        let (code, found) = f.result(&["spec.toml", "--gtol", "1e-6"]);
        assert_eq!((code, found["class"].as_str(), found["saddles_left"].as_u64()), (0, Some("minimum"), Some(1)));
        close(&found["value"], -0.25, 1e-9);
        // the Hessian is diag(2, -2 + 12/2) there
        close(&found["condition_number"], 2.0, 1e-2);
    }
    // three digits do not show it, and that is said
    f.write("model.py", &RIDGE.replace("GRADIENT", "False").replace("SHOW", "'%.3g'"));
    let (_, found) = f.result(&["spec.toml", "--start", "x=0.1,y=0.7", "--gtol", "100"]);
    assert_eq!((found["class"].as_str(), found["condition_number"].as_f64()), (None, None), "{found}");
    assert!(found["curvature_reason"].as_str().unwrap().contains("error of the differences"), "{found}");
    // it dies where differences would be taken: the answer stands
    f.write("model.py", "import sys\nsys.stdin.readline()\nprint('f,df_x,df_y', flush=True)\nfor line in sys.stdin:\n    x, y, need = line.split(',')\n    x, y = float(x), float(y)\n    if y > 0: sys.exit(3)\n    print('%r,%r,%r' % (x*x + y*y, 2*x, 2*y), flush=True)\n");
    let (code, found) = f.result(&["spec.toml"]);
    assert_eq!((code, found["status"].as_str()), (0, Some("converged")));
    assert!(found["class"].is_null() && found["curvature_reason"].as_str().unwrap().contains("failed"), "{found}");
}

#[test]
fn an_interrupted_run_keeps_its_best_point_and_can_go_on() {
    let f = Folder::new();
    f.write("model.py", "import sys, time\nsys.stdin.readline()\nprint('f,df_x', flush=True)\nfor line in sys.stdin:\n    x = float(line.split(',')[0])\n    time.sleep(0.05)\n    print(f'{x*x!r},{2*x!r}', flush=True)\n");
    f.write("spec.toml", "command = [\"python3\", \"model.py\"]\n[variables]\nx = 1\n");
    let args =
        ["spec.toml", "--method", "gradient-descent", "--learning-rate", "0.01", "--checkpoint", "c", "-o", "out.json"];
    let child = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .arg("descend")
        .args(args)
        .current_dir(&f.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(900));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130));
    let found: Value = serde_json::from_str(&std::fs::read_to_string(f.path("out.json")).unwrap()).unwrap();
    assert_eq!(found["status"], "interrupted");
    assert!(found["point"]["x"].as_f64().unwrap() < 1.0 && Path::new(&f.path("c")).exists());
}

#[test]
fn bounds_methods_and_starts() {
    let f = Folder::new();
    f.write("box.toml", "formula = \"(x^2 + y - 11)^2 + (x + y^2 - 7)^2\"\n[variables]\nx = { value = 0, min = -6, max = 6 }\ny = { value = 0, min = -6, max = 6 }\n");
    let (code, found) = f.result(&["box.toml", "--multistart", "40", "--seed", "3"]);
    assert_eq!(code, 0);
    assert!(found["value"].as_f64().unwrap() < 1e-20);
    // Himmelblau's four minima, all 0
    assert_eq!(found["multistart"]["minima"].as_array().unwrap().len(), 4, "{}", found["multistart"]);
    f.write("edge.toml", "formula = \"exp(x) + (y - 3)^2\"\n[variables]\nx = { value = 2, min = -1, max = 5 }\ny = { value = 0, max = 2 }\n");
    let (code, found) =
        f.result(&["edge.toml", "--methods", "lbfgs,bfgs,newton,gradient-descent,newton-cg", "--trace", "t.csv"]);
    assert_eq!(code, 0);
    for run in found["runs"].as_array().unwrap() {
        assert_eq!(
            (run["point"]["x"].as_f64(), run["point"]["y"].as_f64()),
            (Some(-1.0), Some(2.0)),
            "{}",
            run["method"]
        );
        assert_eq!(run["active_bounds"].as_array().unwrap().len(), 2);
    }
    let trace = std::fs::read_to_string(f.path("t.csv")).unwrap();
    assert!(trace.starts_with("method,iteration,") && trace.contains("\nnewton-cg,0,"));
    let out = f.run(&["-f", "x^2", "--start", "x=1", "--multistart", "3"]);
    assert!(out.status.code() == Some(2) && stderr(&out).contains("needs a box"), "{}", stderr(&out));
}

#[test]
fn what_is_wrong_is_told() {
    let f = Folder::new();
    f.write("rows.csv", "x,y\n");
    f.write("empty.toml", "residual = \"y - a*x\"\n[variables]\na = 1\n[data]\nfile = \"rows.csv\"\n");
    for (args, code, text) in [
        (&["-f", "x^2", "--start", "x=1", "--method", "bgfs"][..], 2, "did you mean `bfgs`?"),
        (&["-f", "exp(x)", "--start", "x=1", "--method", "levenberg-marquardt"], 2, "needs residuals"),
        (&["-f", "x^2", "--start", "x=1", "--method", "bfgs", "--momentum", "0.5"], 2, "means nothing to bfgs"),
        (&["-f", "x^2", "--start", "x=1", "--batch-size", "4"], 2, "there are none"),
        (&["-f", "x^2"], 2, "has no value"),
        (&["empty.toml"], 2, "has no row"),
        (&["-f", "ln(x)", "--start", "x=-1"], 1, "at the start"),
        (
            &[
                "-f",
                "x^3 - x",
                "--start",
                "x=0",
                "--method",
                "gradient-descent",
                "--learning-rate",
                "0.1",
                "--target",
                "5",
            ],
            0,
            "",
        ),
        (&["-f", "-x", "--start", "x=1", "--method", "lbfgs"], 1, "without end"),
        (&["-f", "x^2 - y^2", "--start", "x=0,y=0", "--method", "momentum", "--learning-rate", "0.1"], 1, "no minimum"),
        (&["-f", "x^2", "--start", "x=1", "--set", "descend.gtol=-1"], 2, "out of range"),
        (&["-f", "x^2", "--start", "x=1", "--trace", "t.json"], 2, "is a table"),
    ] {
        let out = f.run(args);
        let told = stderr(&out) + &String::from_utf8_lossy(&out.stdout);
        assert!(out.status.code() == Some(code) && told.contains(text), "{args:?}: {:?} {told}", out.status.code());
    }
}

#[test]
fn weight_decay_warm_up_and_amsgrad_change_the_course() {
    let f = Folder::new();
    let end = |more: &[&str]| {
        let base = [
            "-f",
            "(x - 1)^2 + 4*(y - 2)^2",
            "--start",
            "x=3,y=-1",
            "--max-iterations",
            "30",
            "--learning-rate",
            "0.1",
        ];
        f.result(&[&base[..], more].concat()).1["value"].as_f64().unwrap()
    };
    let plain = end(&["--method", "adamw", "--weight-decay", "0"]);
    assert_eq!(plain, end(&["--method", "adam"]), "without decay adamw is adam");
    assert_ne!(plain, end(&["--method", "adamw", "--weight-decay", "0.1"]));
    assert_ne!(plain, end(&["--method", "adam", "--warmup", "10"]));
    assert_ne!(end(&["--method", "adam", "--beta2", "0.5"]), end(&["--method", "amsgrad", "--beta2", "0.5"]));
}

#[test]
fn a_trace_goes_to_standard_output_to_devices_and_to_pipes() {
    let f = Folder::new();
    let args = ["-f", "x^2 + y^2", "--start", "x=3,y=4", "--method", "lbfgs"];
    let with = |trace: &str| f.run(&[&args[..], &["--trace", trace]].concat());
    f.run(&[&args[..], &["--trace", "t.csv"]].concat());
    let whole = std::fs::read_to_string(f.path("t.csv")).unwrap();
    for stream in ["-", "/dev/stdout"] {
        let out = with(stream);
        assert_eq!((out.status.code(), String::from_utf8(out.stdout).unwrap()), (Some(0), whole.clone()), "{stream}");
        assert!(String::from_utf8_lossy(&out.stderr).contains("converged"), "the report goes to standard error");
    }
    let taken = f.run(&[&args[..], &["--trace", "-", "-o", "-"]].concat());
    let told = "both -o - and --trace - write to standard output";
    assert!(taken.status.code() == Some(2) && stderr(&taken).contains(told), "{}", stderr(&taken));
    let taken = f.run(&[&args[..], &["--trace", "-", "--print", "value"]].concat());
    assert!(taken.status.code() == Some(2) && stderr(&taken).contains("--print"), "{}", stderr(&taken));
    let full = f.run(&[&args[..], &["--trace", "/dev/full", "-o", "out.json"]].concat());
    assert_eq!(full.status.code(), Some(3), "{}", stderr(&full));
    assert!(stderr(&full).contains("no space left") && !f.path("out.json").exists(), "{}", stderr(&full));
    // compressed by its name
    f.run(&[&args[..], &["--trace", "t.csv.gz"]].concat());
    assert!(std::fs::read(f.path("t.csv.gz")).unwrap().starts_with(&[0x1f, 0x8b]) && !f.path("t.csv.gz.part").exists());
    // a named pipe stays one
    assert!(Command::new("mkfifo").arg(f.path("pipe")).status().unwrap().success());
    let reader = {
        let pipe = f.path("pipe");
        std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap())
    };
    assert_eq!(with("pipe").status.code(), Some(0));
    assert_eq!(reader.join().unwrap(), whole);
    // a reader that has gone is no error
    let script = format!(
        "{} descend -f '(1 - x)^2 + 100*(y - x^2)^2' --start x=-1.2,y=1 --method momentum --learning-rate 1e-4 --max-iterations 20000 --trace - 2>err | head -1; echo ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_gradus")
    );
    let out = Command::new("bash").args(["-c", &script]).current_dir(&f.0).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.starts_with("iteration,") && ["0", "1"].contains(&text.lines().nth(1).unwrap()), "{text}");
    assert!(!std::fs::read_to_string(f.path("err")).unwrap().contains("panic"));
}

#[test]
fn a_result_is_compared_with_a_kept_one() {
    let f = Folder::new();
    let args = ["-f", "exp(x) - 2*x", "--start", "x=0", "--trace", "t.csv"];
    assert_eq!(f.run(&[&args[..], &["-o", "old.json"]].concat()).status.code(), Some(0));
    assert_eq!(f.run(&[&args[..], &["--compare", "old.json"]].concat()).status.code(), Some(0));
    let other = f.run(&["-f", "exp(x) - 3*x", "--start", "x=0", "--compare", "old.json"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(stderr(&other).contains("differ") && stderr(&other).contains("point.x"), "{}", stderr(&other));
}

#[test]
fn rows_that_lack_a_number_are_refused_or_dropped() {
    let f = Folder::new();
    f.write("rows.csv", "x,y,other\n1,2,\n2,,a\n3,6,b\nNaN,1,c\n4,8,d\n");
    f.write("spec.toml", "residual = \"y - a*x\"\n[variables]\na = 1\n[data]\nfile = \"rows.csv\"\n");
    for more in [&[][..], &["--missing", "error"]] {
        let out = f.run(&[&["spec.toml", "-o", "out.json"][..], more].concat());
        assert_eq!(out.status.code(), Some(2), "{}", stderr(&out));
        assert!(stderr(&out).contains("rows.csv:3") && stderr(&out).contains("`y`"), "{}", stderr(&out));
        assert!(!f.path("out.json").exists());
    }
    let (code, found) = f.result(&["spec.toml", "--missing", "drop"]);
    assert_eq!(code, 0);
    close(&found["point"]["a"], 2.0, 1e-12);
    let rows = &found["rows"];
    assert_eq!((rows["read"].as_u64(), rows["used"].as_u64()), (Some(5), Some(3)), "{rows}");
    assert_eq!(rows["dropped"][0], serde_json::json!({ "reason": "empty", "count": 1, "lines": [3] }));
    assert_eq!(rows["dropped"][1], serde_json::json!({ "reason": "nan", "count": 1, "lines": [5] }));
}

#[test]
fn epochs_that_are_over_are_told_in_words_and_gtol_is_asked_of_all_rows() {
    let f = Folder::new();
    f.write("decay.csv", &decay(64));
    f.write(
        "spec.toml",
        "formula = \"(y - (a*exp(-b*t) + c))^2\"\n[variables]\na = 1\nb = 1\nc = 0\n[data]\nfile = \"decay.csv\"\n",
    );
    let args = ["spec.toml", "--batch-size", "16", "--epochs", "3"];
    let (code, found) = f.result(&args);
    assert_eq!((code, found["status"].as_str(), found["iterations"].as_u64()), (1, Some("max_iterations"), Some(12)));
    let told = found["stop"]["message"].as_str().unwrap();
    assert!(told.contains("the 3 epochs are over, 12 steps") && told.contains("no convergence"), "{told}");
    assert_eq!(f.run(&[&args[..], &["--allow", "max-iterations"]].concat()).status.code(), Some(0));
    let (code, found) =
        f.result(&["spec.toml", "--batch-size", "16", "--epochs", "400", "--gtol", "0.01", "--learning-rate", "0.02"]);
    assert_eq!((code, found["stop"]["criterion"].as_str()), (0, Some("gtol")), "{found}");
    assert_eq!(found["iterations"].as_u64().unwrap() % 4, 0, "at the end of an epoch");
    assert!(found["gradient_norm"].as_f64().unwrap() < 0.02);
}

/// Answers `first` lines, then waits for ever; `asked` is there once it waits.
fn waiting_program(first: u32) -> Folder {
    let f = Folder::new();
    let text = "import sys, time\nsys.stdin.readline()\nprint('f', flush=True)\nfor k, line in enumerate(sys.stdin):\n    \
        if k >= FIRST:\n        open('asked', 'w').close()\n        time.sleep(60)\n    \
        x = float(line.split(',')[0])\n    print(repr((x - 1)**2 + 1), flush=True)\n";
    f.write("model.py", &text.replace("FIRST", &first.to_string()));
    f.write("spec.toml", "command = [\"python3\", \"model.py\"]\n[variables]\nx = 3\n");
    f
}

/// Starts it, sends SIGINT once the program waits; the exit status.
fn interrupted(f: &Folder, more: &[&str]) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
    command.args(["descend", "spec.toml", "-o", "out.json"]).args(more).current_dir(&f.0);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !f.path("asked").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap().code()
}

#[test]
fn before_the_first_answer_there_are_no_numbers() {
    let f = waiting_program(0);
    assert_eq!(interrupted(&f, &[]), Some(130));
    let found: Value = serde_json::from_str(&std::fs::read_to_string(f.path("out.json")).unwrap()).unwrap();
    for key in ["value", "start_value", "gradient_norm"] {
        assert!(found[key].is_null(), "{key}: {}", found[key]);
    }
    assert!(found["gradient"]["x"].is_null());
}

#[test]
fn a_signal_while_the_curvature_is_measured_is_an_interruption() {
    // how many answers the descent takes, without the look at its end
    let f = waiting_program(100_000);
    let (_, found) = f.result(&["spec.toml", "--curvature=false"]);
    let iterations = found["iterations"].clone();
    // 3 answers an evaluation: f, and both sides of a difference
    let answers = 3 * found["evaluations"]["value"].as_u64().unwrap() as u32;
    let f = waiting_program(answers + 1);
    assert_eq!(interrupted(&f, &[]), Some(130));
    let found: Value = serde_json::from_str(&std::fs::read_to_string(f.path("out.json")).unwrap()).unwrap();
    assert_eq!((found["status"].as_str(), found["class"].as_str()), (Some("interrupted"), None));
    close(&found["point"]["x"], 1.0, 1e-4);
    assert_eq!(found["iterations"], iterations, "all steps were taken");
}

#[test]
fn two_signals_leave_no_temporary_file() {
    let f = Folder::new();
    f.write(
        "model.py",
        "import sys, time\nsys.stdin.readline()\nprint('f', flush=True)\nfor line in sys.stdin:\n    time.sleep(30)\n",
    );
    f.write("spec.toml", "command = [\"python3\", \"model.py\"]\n[variables]\nx = 1\n");
    let mut child = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["descend", "spec.toml", "-o", "out.json", "--trace", "t.csv"])
        .current_dir(&f.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let hidden = || {
        let temporary = |name: &str| name.starts_with(".gradus-") || name.ends_with(".part");
        std::fs::read_dir(&f.0).unwrap().any(|e| temporary(&e.unwrap().file_name().to_string_lossy()))
    };
    while !hidden() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    for _ in 0..2 {
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    // the first one alone may have ended the run, with its result, before the second came
    assert!(!hidden());
}
