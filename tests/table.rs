//! Tables from end to end: what is written reads back, files are whole or absent when the disk says no, and the binary
//! writes through what the shell has opened.

use gradus::table::formats::{self, Cell};
use gradus::table::output::Output;
use gradus::table::read::{Batch, Input, Missing, Options, Reader};
use proptest::prelude::*;
use std::io::Write;

/// A table as a format writes it: texts and numbers alternate.
fn written(format: &str, texts: &[Vec<Vec<u8>>], numbers: &[Vec<f64>], width: usize) -> Vec<u8> {
    let rows = formats::by_name(format).unwrap().rows.expect("a format of rows");
    let columns: Vec<String> = (0..width).flat_map(|i| [format!("t{i}"), format!("n {i}")]).collect();
    let mut out = Vec::new();
    (rows.header)(&mut out, &columns);
    for (texts, numbers) in texts.iter().zip(numbers) {
        let cells: Vec<Cell> = texts.iter().zip(numbers).flat_map(|(t, &n)| [Cell::Text(t), Cell::Number(n)]).collect();
        (rows.row)(&mut out, &columns, &cells);
    }
    out
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    // What divides, what is trimmed, what is no UTF-8, and anything.
    prop_oneof![
        prop::collection::vec(prop::sample::select(b"a,;\t\"\n\r \xef\xbb\xbf\xff0".to_vec()), 0..6),
        prop::collection::vec(any::<u8>(), 0..20),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<u64>().prop_map(f64::from_bits), (-1000i32..1000).prop_map(f64::from), -1e3..1e3f64]
}

fn bits(x: f64) -> u64 {
    if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_tables_read_back_bit_for_bit(
        rows in (1usize..5).prop_flat_map(|width| prop::collection::vec(
            prop::collection::vec((text(), number()), width..=width), 0..30))
    ) {
        let width = rows.first().map_or(1, Vec::len);
        let texts: Vec<Vec<Vec<u8>>> = rows.iter().map(|r| r.iter().map(|c| c.0.clone()).collect()).collect();
        let numbers: Vec<Vec<f64>> = rows.iter().map(|r| r.iter().map(|c| c.1).collect()).collect();
        for format in ["csv", "tsv"] {
            let bytes = written(format, &texts, &numbers, width);
            let input = Input::Stream { name: format!("t.{format}"), bytes: Box::new(std::io::Cursor::new(bytes)) };
            let options = Options { missing: Missing::Nan, ..Options::default() };
            let mut reader = Reader::open(input, &options).unwrap();
            let names: Vec<String> = (0..width).map(|i| format!("n {i}")).collect();
            let mut batch = Batch::new(reader.select(&names).unwrap());
            let more = reader.next_batch(&mut batch).unwrap();
            prop_assert_eq!(more, !rows.is_empty());
            prop_assert_eq!(batch.rows, rows.len());
            for (i, row) in rows.iter().enumerate() {
                for (k, (text, x)) in row.iter().enumerate() {
                    prop_assert_eq!(batch.cell(i, 2 * k), &text[..]);
                    prop_assert_eq!(bits(batch.columns[k][i]), bits(*x));
                }
            }
            prop_assert!(!reader.next_batch(&mut batch).unwrap());
        }
    }

    #[test]
    fn json_lines_read_back_bit_for_bit(numbers in prop::collection::vec(number(), 0..50)) {
        let texts: Vec<Vec<Vec<u8>>> = numbers.iter().map(|_| vec!["\u{1}\u{2028}\"\\\n".as_bytes().to_vec()]).collect();
        let rows: Vec<Vec<f64>> = numbers.iter().map(|&x| vec![x]).collect();
        let bytes = written("jsonl", &texts, &rows, 1);
        let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
        prop_assert_eq!(lines.len(), numbers.len());
        for (line, &x) in lines.iter().zip(&numbers) {
            let object: serde_json::Value = serde_json::from_slice(line).unwrap();
            prop_assert_eq!(object["t0"].as_str(), Some("\u{1}\u{2028}\"\\\n"));
            match object["n 0"].as_f64() {
                Some(y) => prop_assert_eq!(y.to_bits(), x.to_bits()),
                None => prop_assert!(object["n 0"].is_null() && !x.is_finite()),
            }
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(
        prop_oneof![prop::sample::select(b"x,\"\n\r1.5;\t\xef\xbb\xbf\0".to_vec()), any::<u8>()], 0..200))
    {
        let input = Input::Stream { name: "t.csv".into(), bytes: Box::new(std::io::Cursor::new(bytes)) };
        if let Ok(mut reader) = Reader::open(input, &Options::default()) {
            let width = reader.header().len();
            let names: Vec<String> = reader.header().names().iter().filter(|n| !n.is_empty()).cloned().collect();
            let mut batch = Batch::new(reader.select(&names).unwrap());
            while let Ok(true) = reader.next_batch(&mut batch) {
                for row in 0..batch.rows {
                    prop_assert_eq!(batch.cells(row).count(), width);
                }
                prop_assert!(batch.lines.is_sorted());
            }
        }
    }
}

/// The disk is full where a process may not write beyond a size: this test runs itself again under such a limit.
#[cfg(target_os = "linux")]
#[test]
fn no_file_is_left_where_the_disk_says_no() {
    const BYTES: &str = "GRADUS_TEST_BYTES";
    const FILE: &str = "GRADUS_TEST_FILE";
    if let (Ok(bytes), Ok(file)) = (std::env::var(BYTES), std::env::var(FILE)) {
        // The child: says what went wrong, as the binary would.
        let mut out = Output::create(file.as_ref(), false).unwrap();
        let text = vec![b'x'; bytes.parse().unwrap()];
        let done =
            out.write_all(&text).map_err(|e| e.to_string()).and_then(|()| out.commit().map_err(|e| e.to_string()));
        println!("child said: {done:?}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    std::fs::write(&path, "old").unwrap();
    let own = std::env::current_exe().unwrap();
    // Few bytes fail when flushed, at the commit; many when written. And few enough are well.
    for (bytes, fails) in [("100000", true), ("5000000", true), ("4000", false)] {
        let run = std::process::Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact no_file_is_left_where_the_disk_says_no --nocapture",
            ])
            .arg(&own)
            .envs([(BYTES, bytes), (FILE, path.to_str().unwrap())])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert_eq!(said.contains("child said: Err("), fails, "{said}");
        assert_eq!(said.to_lowercase().contains("file too large"), fails, "{said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file is left");
        assert_eq!(std::fs::read(&path).unwrap().len(), if fails { 3 } else { 4000 }, "the old file is not whole");
    }
}

/// `{ echo before; gradus ... -o /dev/stdout; } > file`: a regular file that must not be renamed over.
#[cfg(target_os = "linux")]
#[test]
fn standard_output_by_name_continues_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "x\n1\n2\n").unwrap();
    let script =
        "{ echo before; \"$0\" grad -q -f x^2 --points in.csv -o /dev/stdout --format csv; echo after; } > out.txt";
    let status = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_gradus")])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(status.success());
    let text = std::fs::read_to_string(folder.path().join("out.txt")).unwrap();
    assert_eq!(text, "before\nx,f,df_dx\n1,1,2\n2,4,4\nafter\n");
}

/// One of two outputs fails at the very end: neither appears.
#[cfg(target_os = "linux")]
#[test]
fn all_outputs_appear_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["grad", "-f", "x^2", "--at", "x=1", "-o", "good.csv", "-o", "/dev/full", "--format", "csv"])
        .args(["--depfile", "good.d"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(3), "{run:?}");
    assert!(String::from_utf8_lossy(&run.stderr).contains("cannot write `/dev/full`: no space left on device"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn tables_are_packed_by_their_ending() {
    use gradus::table::gzip::{Packer, unpack};
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from("x,y\n");
    for i in 0..9000_u32 {
        rows.push_str(&format!("{},{}\n", f64::from(i) / 7.0, f64::from(i * i % 1013)));
    }
    let mut packer = Packer::new();
    let mut packed = packer.put(rows.as_bytes(), 1).unwrap();
    packed.extend(packer.finish().unwrap());
    std::fs::write(folder.path().join("points.csv"), &rows).unwrap();
    std::fs::write(folder.path().join("points.csv.gz"), &packed).unwrap();
    std::fs::write(folder.path().join("cut.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    std::fs::write(folder.path().join("not.csv.gz"), &rows).unwrap();
    let grad = |args: &[&str]| {
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_gradus"));
        let out = run.current_dir(folder.path()).args(["grad", "-q", "-f", "x^2*y"]).args(args).output().unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();

    assert_eq!(grad(&["--points", "points.csv", "-o", "plain.csv"]), (Some(0), String::new()));
    assert_eq!(grad(&["points.csv.gz", "-o", "unpacked.csv"]), (Some(0), String::new()));
    assert_eq!(read("plain.csv"), read("unpacked.csv"));
    assert_eq!(grad(&["--points", "points.csv.gz", "-o", "packed.csv.gz"]), (Some(0), String::new()));
    let mut text = Vec::new();
    let inside = std::fs::File::open(folder.path().join("packed.csv.gz")).unwrap();
    std::io::Read::read_to_end(&mut unpack(Box::new(inside)), &mut text).unwrap();
    assert_eq!(text, read("plain.csv"));
    assert_eq!(grad(&["--at", "x=1,y=2", "-o", "point.json.gz"]), (Some(0), String::new()));
    assert_eq!(read("point.json.gz")[..2], [0x1f, 0x8b]);

    // a file that was cut off, or is none, is told, and nothing is written
    for damaged in ["cut.csv.gz", "not.csv.gz"] {
        let (exit, message) = grad(&["--points", damaged, "-o", "none.csv"]);
        assert_eq!(exit, Some(3), "{message}");
        assert!(message.starts_with(&format!("error: cannot read `{damaged}`")), "{message}");
        assert!(!folder.path().join("none.csv").exists());
    }
}
