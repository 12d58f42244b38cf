//! The same input gives the same bytes: for every number of threads, on every instruction set of this machine, from a file, from
//! a pipe and from a compressed file, in every format of rows.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use gradus::numeric::block::Isa;

const FOUR: &str =
    "sqrt(x^2 + y^2 + 1)*tanh(x*y - z) + ln(1 + x^2*z^2)/(2 + cos(y*z)) + (y^2 + 0.5)^(x/4) - exp(-z^2/2)*sin(x + 2*y)";

/// Rows over several pieces, some of them odd: quotes, text, values at which a derivative does not exist.
fn rows() -> String {
    let mut text = "name,x,y,z\n".to_string();
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    for i in 0..15_000 {
        let name = if (6000..6010).contains(&i) { "\"a, b\"" } else { "row" };
        let (x, y, z) = (4.0 * next(), 4.0 * next(), if i % 1000 == 7 { 0.0 } else { 8.0 * next() });
        writeln!(text, "{name},{x},{y},{z}").unwrap();
    }
    text
}

fn run(folder: &Path, isa: Option<Isa>, args: &[&str], input: Option<&[u8]>) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
    command.current_dir(folder).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(isa) = isa {
        command.env("GRADUS_ISA", isa.name());
    }
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.unwrap_or_default().to_vec();
    let feed = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let out = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert!(matches!(out.status.code(), Some(0 | 1)), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

#[test]
fn rows_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows();
    std::fs::write(folder.path().join("rows.csv"), &text).unwrap();
    let mut packed = gradus::table::gzip::Packer::new();
    let mut bytes = packed.put(text.as_bytes(), 0).unwrap();
    bytes.extend(packed.finish().unwrap());
    std::fs::write(folder.path().join("rows.csv.gz"), bytes).unwrap();
    for formula in
        [FOUR, "x^2*y + sin(x*y) + abs(z)", "log2(1 + x^2)*tan(y) + sinh(z)*cosh(x) + expm1(y) + softplus(z) + y^3.5"]
    {
        for format in ["csv", "tsv", "jsonl"] {
            let base = ["grad", "-f", formula, "--format", format, "-o", "-", "--status-column"];
            let with = |more: &[&'static str]| [&base[..], more].concat();
            let want = run(folder.path(), None, &with(&["--points", "rows.csv", "--threads", "1"]), None);
            assert_eq!(want.iter().filter(|&&b| b == b'\n').count(), 15_000 + usize::from(format != "jsonl"));
            for threads in ["2", "5"] {
                let got = run(folder.path(), None, &with(&["--points", "rows.csv", "--threads", threads]), None);
                assert!(got == want, "{formula} as {format} with {threads} threads");
            }
            let piped = run(folder.path(), None, &with(&["--points", "-"]), Some(text.as_bytes()));
            assert!(piped == want, "{formula} as {format} from a pipe");
            let unpacked = run(folder.path(), None, &with(&["--points", "rows.csv.gz"]), None);
            assert!(unpacked == want, "{formula} as {format} from a compressed file");
            for isa in Isa::available() {
                let got = run(folder.path(), Some(isa), &with(&["--points", "rows.csv"]), None);
                assert!(got == want, "{formula} as {format} on {isa:?}");
            }
        }
    }
}

#[test]
fn a_sum_over_rows() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), rows()).unwrap();
    let spec = "formula = \"(a*x + b*y - z)^2 + tanh(a)*exp(b*x/9)\"\n[variables]\na = 1.5\nb = -0.25\n[data]\nfile = \"rows.csv\"\nreduce = \"sum\"\n";
    std::fs::write(folder.path().join("sum.toml"), spec).unwrap();
    let base = ["grad", "sum.toml", "-o", "-", "--format", "json"];
    let want = run(folder.path(), None, &[&base[..], &["--threads", "1"]].concat(), None);
    for threads in ["2", "3"] {
        assert!(run(folder.path(), None, &[&base[..], &["--threads", threads]].concat(), None) == want);
    }
    for isa in Isa::available() {
        assert!(run(folder.path(), Some(isa), &base, None) == want, "{isa:?}");
    }
}

#[test]
fn an_instruction_set_that_is_not_there_is_told() {
    let out = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["grad", "-f", "x", "--at", "x=1"])
        .env("GRADUS_ISA", "mmx")
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
    let told = String::from_utf8(out.stderr).unwrap();
    assert!(told.contains("GRADUS_ISA is `mmx`, which this machine does not have"), "{told}");
    assert!(told.contains(&format!("it has `{}`", Isa::BASELINE.name())), "{told}");
}

#[test]
fn regressions() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = rows().replace("\"a, b\"", "other");
    // classes that no column tells apart
    text = text.lines().enumerate().fold(String::new(), |mut all, (i, line)| {
        let class = if i == 0 { "class" } else { ["0", "1", "1", "0", "1"][i * i % 5] };
        writeln!(all, "{line},{class}").unwrap();
        all
    });
    std::fs::write(folder.path().join("rows.csv"), &text).unwrap();
    let models: &[&[&str]] = &[
        &["--target", "z", "--features", "x,x*y,poly(y, 3)"],
        &["--target", "z", "--features", "x,y,name", "--robust", "hc3"],
        &["--target", "class", "--features", "x,y,exp(z/4)", "--family", "logistic"],
        &["--target", "z", "--features", "x,y", "--loss", "ln(1 + (target - prediction)^2)"],
        &["--target", "z", "--features", "x,y", "--solver", "lbfgs"],
    ];
    for model in models {
        let run = |isa: Option<Isa>, threads: &'static str| {
            let args = [&["regress", "rows.csv"], *model, &["-o", "-", "-q", "--threads", threads]].concat();
            run(folder.path(), isa, &args, None)
        };
        let want = run(None, "1");
        assert!(want.len() > 1000 && run(None, "3") == want, "{model:?} with 3 threads");
        for isa in Isa::available() {
            assert!(run(Some(isa), "2") == want, "{model:?} on {}", isa.name());
        }
    }
}
