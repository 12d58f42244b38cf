//! Every way of reading a table gives the same: the fast one and the general one, one thread and several, whole and in drops,
//! batches and `each`; and all of them what the `csv` crate makes of the whole text.

use std::io::{self, Read};

use gradus::table::TableError;
use gradus::table::read::{Batch, Input, Missing, Options, Reader, RowCounts};
use proptest::prelude::*;

/// Gives at most so many bytes at a time.
struct Drops(io::Cursor<Vec<u8>>, usize);

impl Read for Drops {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = buffer.len().min(self.1);
        self.0.read(&mut buffer[..n])
    }
}

/// Numbers as bits, the line, cells.
type Row = (Vec<u64>, u64, Vec<Vec<u8>>);

/// A table as read: its rows, counts, and the error that ended it.
#[derive(Debug, PartialEq)]
struct Found {
    rows: Vec<Row>,
    /// Rows of each batch: sums over rows are formed batch by batch.
    batches: Vec<usize>,
    counts: RowCounts,
    error: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Way {
    general: bool,
    threads: usize,
    drops: usize,
    each: bool,
    missing: Missing,
}

fn rows_of(batch: &Batch, rows: &mut Vec<Row>) {
    for row in 0..batch.rows {
        let numbers = batch.columns.iter().map(|c| c[row].to_bits()).collect();
        let cells: Vec<Vec<u8>> = batch.cells(row).map(<[u8]>::to_vec).collect();
        if let Some(line) = batch.line(row, b',') {
            assert_eq!(line, cells.join(&b','), "a line is its cells");
        }
        rows.push((numbers, batch.lines[row], cells));
    }
}

fn read(text: &[u8], wanted: &[&str], way: Way) -> Result<Found, TableError> {
    let bytes = Box::new(Drops(io::Cursor::new(text.to_vec()), way.drops));
    let options =
        Options { general: way.general, threads: Some(way.threads), missing: way.missing, ..Options::default() };
    let mut reader = Reader::open(Input::Stream { name: "d.csv".into(), bytes }, &options)?;
    let selection = reader.select(wanted)?;
    let mut all = Found { rows: Vec::new(), batches: Vec::new(), counts: RowCounts::default(), error: None };
    if way.each {
        let done = reader.each(
            &selection,
            || (),
            |(), batch| {
                let mut rows = Vec::new();
                rows_of(batch, &mut rows);
                rows
            },
            |rows, _| {
                let rows = rows?;
                all.batches.push(rows.len());
                all.rows.extend(rows);
                Ok::<bool, TableError>(true)
            },
        );
        all.error = done.err().map(|e| e.to_string());
    } else {
        let mut batch = Batch::new(selection);
        loop {
            match reader.next_batch(&mut batch) {
                Ok(true) => {
                    rows_of(&batch, &mut all.rows);
                    all.batches.push(batch.rows);
                }
                Ok(false) => break,
                Err(e) => {
                    all.error = Some(e.to_string());
                    break;
                }
            }
        }
    }
    all.counts = reader.rows().clone();
    Ok(all)
}

const PLAIN: Way = Way { general: false, threads: 1, drops: 1 << 20, each: false, missing: Missing::Nan };

/// Holds every way against the first.
fn all_agree(text: &[u8], wanted: &[&str]) -> Option<Found> {
    let mut kept = None;
    for missing in [Missing::Error, Missing::Drop, Missing::Nan] {
        let plain = Way { missing, ..PLAIN };
        let first = read(text, wanted, plain).map_err(|e| e.to_string());
        for way in [
            Way { general: true, ..plain },
            Way { threads: 3, ..plain },
            Way { threads: 2, each: true, drops: 4099, ..plain },
            Way { general: true, threads: 2, each: true, ..plain },
            Way { drops: 7 + text.len() / 50, ..plain },
        ] {
            let other = read(text, wanted, way).map_err(|e| e.to_string());
            assert!(first == other, "{way:?} of {:?}\n{first:?}\n{other:?}", String::from_utf8_lossy(text));
        }
        kept = first.ok();
    }
    kept
}

/// The rows of the whole text as the `csv` crate alone has them.
fn by_crate(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    reader.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
}

/// Cells that hurt, and plain ones.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "-?[0-9]{1,3}(\\.[0-9]{1,18})?",
        2 => "[0-9]{1,25}e-?[0-9]{1,3}",
        1 => Just("NaN".to_string()),
        1 => Just("inf".to_string()),
        1 => Just(String::new()),
        1 => Just(" 2.5 ".to_string()),
        1 => "[a-z5\" ]{0,9}",
        1 => Just("\"1.5\"".to_string()),
        1 => Just("\"two\nlines, \"\"quoted\"\"\"".to_string()),
        1 => Just("caf\u{e9} \u{feff}".to_string()),
    ]
}

/// Lines of three cells, now and then of another number, with every kind of end.
fn page(odd: bool) -> impl Strategy<Value = String> {
    let plain = "-?[0-9]{1,2}\\.[0-9]{1,17},[0-9]{1,19},[+-]?[0-9]{1,4}(e-?[0-9]{1,2})?".boxed();
    let line = match odd {
        true => prop_oneof![
            6 => plain,
            6 => (cell(), cell(), cell()).prop_map(|(a, b, c)| format!("{a},{b},{c}")),
            1 => prop::collection::vec(cell(), 0..5).prop_map(|c| c.join(",")),
        ]
        .boxed(),
        false => plain,
    };
    let end = match odd {
        true => {
            prop_oneof![8 => Just("\n"), 4 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n"), 1 => Just("\r\n\r\n")]
                .boxed()
        }
        false => prop_oneof![Just("\n"), Just("\r\n")].boxed(),
    };
    prop::collection::vec((line, end), 0..40).prop_map(|lines| lines.iter().map(|(l, e)| format!("{l}{e}")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_files(text in page(true), header in prop_oneof![Just("x,y,z\n"), Just("\u{feff}x,\"y\",z\r\n"), Just("\n\nx,y,z")]) {
        let text = format!("{header}{text}");
        let found = all_agree(text.as_bytes(), &["z", "x"]);
        if let Some(found) = found.filter(|f| f.error.is_none()) {
            let cells: Vec<_> = found.rows.into_iter().map(|r| r.2).collect();
            prop_assert_eq!(&cells[..], &by_crate(text.as_bytes())[1..]);
        }
    }

    #[test]
    fn plain_files_cut_anywhere(text in page(false), cut in 0.0..1.0f64) {
        let end = (text.len() as f64 * cut) as usize;
        all_agree(format!("x,y,z\n{}", &text[..end]).as_bytes(), &["x", "y", "x"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_of_many_pieces(text in page(true), plain in page(false), odd_after in 0_usize..400) {
        // an odd page somewhere among plain ones; rows repeat, pieces begin at other places of the page each time
        let pages = 12_000 / (plain.lines().count() + 1);
        let mut whole = "x,y,z\n".to_string();
        for i in 0..pages {
            whole += if i == odd_after { &text } else { &plain };
        }
        let found = all_agree(whole.as_bytes(), &["x", "z"]);
        if let Some(found) = found.filter(|f| f.error.is_none()) {
            let cells: Vec<_> = found.rows.into_iter().map(|r| r.2).collect();
            prop_assert_eq!(&cells[..], &by_crate(whole.as_bytes())[1..]);
        }
    }
}

#[test]
fn edges() {
    for text in [
        "",
        "x",
        "x\n",
        "x\r\n",
        "x\r",
        "x\n1",
        "x\n1\n\n",
        "x\r1\r2\r",
        "x\n\"",
        "x\n\"1\"",
        "x\n1\n\"2\n",
        "x,y\n1,2",
        "x,y\n1,2,",
        "x,y\n1,\n",
        "x,y\n,\n",
        "x\n1\r\r\n2\n",
        "\"x\"\n1\n",
        "x\n\u{feff}1\n",
        "x\n1\0\n",
    ] {
        all_agree(text.as_bytes(), &["x"]);
    }
}

#[test]
fn lines_of_megabytes() {
    // longer than a piece, with and without quotes, and a short one behind them
    let digits = format!("0.{}", "3".repeat(5_000_000));
    let words = "word ".repeat(1_000_000);
    for text in [
        format!("x,t\n1,{words}\n2,b\n"),
        format!("x,t\n1,\"{words}\n{words}\"\n2,b\n"),
        format!("x,t\n{digits},a\n2,b"),
        format!("x,t\n{}3,{words}", "1,a\n".repeat(5000)),
    ] {
        let found = all_agree(text.as_bytes(), &["x"]).unwrap();
        assert_eq!(found.error, None);
        assert!(found.rows.len() >= 2);
    }
    // old Macintosh ends, in many pieces
    let text = format!("x,t\r{}", "1.5,abc\r".repeat(1_300_000));
    let found = read(text.as_bytes(), &["x"], Way { threads: 2, each: true, ..PLAIN }).unwrap();
    assert_eq!((found.rows.len(), found.error), (1_300_000, None));
    assert!(found.batches.len() > 1);
}

#[test]
fn pieces_do_not_depend_on_ends_of_lines() {
    let text = "1.25,2,3\n".repeat(10_000);
    let unix = read(format!("x,y,z\n{text}").as_bytes(), &["x"], PLAIN).unwrap();
    let dos = read(format!("x,y,z\r\n{}", text.replace('\n', "\r\n")).as_bytes(), &["x"], PLAIN).unwrap();
    assert_eq!(unix.batches, [4096, 4096, 1808]);
    assert_eq!(unix, dos);
}

#[test]
fn an_error_comes_after_the_rows_before_it_and_at_once() {
    // the second error of the file is found first by another thread, and is not told
    let text = format!("x\n{}odd\n{}odder\n{}", "1\n".repeat(5000), "1\n".repeat(5000), "1\n".repeat(50_000));
    for each in [false, true] {
        let found = read(text.as_bytes(), &["x"], Way { threads: 3, each, ..PLAIN }).unwrap();
        assert_eq!(found.error.unwrap(), "d.csv:5002: column `x` is not a number: `odd`");
        assert_eq!(found.batches, [4096]);
    }
}

#[test]
fn whoever_wants_no_more_says_so() {
    let text = format!("x\n{}", "1\n".repeat(100_000));
    let input = Input::Stream { name: "d.csv".into(), bytes: Box::new(io::Cursor::new(text)) };
    let mut reader = Reader::open(input, &Options { threads: Some(2), ..Options::default() }).unwrap();
    let wanted = reader.select(&["x"]).unwrap();
    let mut taken = 0;
    let go_on = |rows: Result<usize, TableError>, _: gradus::table::read::Progress<'_>| {
        taken += rows?;
        Ok::<bool, TableError>(taken < 10_000)
    };
    reader.each(&wanted, || (), |(), batch| batch.rows, go_on).unwrap();
    assert_eq!(taken, 3 * 4096);
}
