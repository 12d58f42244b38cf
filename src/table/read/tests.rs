use super::*;
use crate::error::Diagnose;
use std::io::{self, Read};

/// Gives its bytes a few at a time, so that every boundary falls inside something.
struct Dribble(Vec<u8>, usize, usize);

impl Read for Dribble {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.2.min(buffer.len()).min(self.0.len() - self.1);
        buffer[..n].copy_from_slice(&self.0[self.1..self.1 + n]);
        self.1 += n;
        Ok(n)
    }
}

fn open_with(text: &[u8], options: &Options, step: usize) -> Result<Reader, TableError> {
    let bytes = Box::new(Dribble(text.to_vec(), 0, step));
    Reader::open(Input::Stream { name: "d.csv".into(), bytes }, options)
}

fn open(text: &str) -> Result<Reader, TableError> {
    open_with(text.as_bytes(), &Options::default(), 1 << 16)
}

type Rows = (Vec<Vec<f64>>, Vec<u64>, Vec<Vec<String>>, RowCounts);

/// Everything of a table: numbers of the wanted columns by row, lines, cells, counts.
fn all_with(text: &[u8], wanted: &[&str], options: &Options, step: usize) -> Result<Rows, TableError> {
    let mut reader = open_with(text, options, step)?;
    let mut batch = Batch::new(reader.select(wanted)?);
    let (mut numbers, mut lines, mut cells) = (Vec::new(), Vec::new(), Vec::new());
    while reader.next_batch(&mut batch)? {
        for row in 0..batch.rows {
            numbers.push(batch.columns.iter().map(|c| c[row]).collect());
            cells.push(batch.cells(row).map(|c| String::from_utf8_lossy(c).into_owned()).collect());
        }
        lines.extend_from_slice(&batch.lines);
        assert!(batch.columns.iter().all(|c| c.len() == batch.rows), "a column has another length");
    }
    Ok((numbers, lines, cells, reader.rows().clone()))
}

fn all(text: &str, wanted: &[&str]) -> Result<Rows, TableError> {
    all_with(text.as_bytes(), wanted, &Options::default(), 1 << 16)
}

/// Sentence and help of the error that a table makes.
fn fault(text: &[u8], wanted: &[&str]) -> String {
    let e = all_with(text, wanted, &Options::default(), 1 << 16).unwrap_err();
    format!("{e}; {}", e.help().unwrap_or_default())
}

#[test]
fn wanted_columns_become_numbers_and_all_cells_pass() {
    let (numbers, lines, cells, counts) = all("id,x,y\na,1,2\n\"b,\"\"c\", +1.5 ,1e5\n", &["y", "x"]).unwrap();
    assert_eq!(numbers, [[2.0, 1.0], [1e5, 1.5]]);
    assert_eq!(lines, [2, 3]);
    assert_eq!(cells, [["a", "1", "2"], ["b,\"c", " +1.5 ", "1e5"]]);
    assert_eq!(counts, RowCounts { read: 2, used: 2, dropped: vec![] });
}

#[test]
fn lines_are_those_of_the_file_whatever_the_ends_and_the_pieces() {
    // Blank lines, cells of several lines, no end at the end.
    let text = "\nx,t\n1,a\n\n2,\"two\nlines\n\"\n\n\n3,c\n4,\"\n\"\n5,e";
    let expected = [3, 5, 10, 11, 13];
    for step in [1, 2, 3, 7, 64, 1 << 16] {
        for ends in ["\n", "\r\n"] {
            for last in ["", ends] {
                let text = text.replace('\n', ends) + last;
                let (numbers, lines, cells, _) = all_with(text.as_bytes(), &["x"], &Options::default(), step).unwrap();
                assert_eq!(lines, expected, "{text:?} by {step}");
                assert_eq!(numbers.concat(), [1.0, 2.0, 3.0, 4.0, 5.0]);
                assert_eq!(cells[1][1], format!("two{ends}lines{ends}"));
            }
        }
    }
}

#[test]
fn every_line_of_long_files_is_counted_across_buffers() {
    // Rows of varying length, some with line breaks inside, over many buffers of 64 KiB, against a count by hand.
    for ends in ["\n", "\r\n"] {
        let mut text = format!("x,t{ends}");
        let (mut at, mut expected) = (2, Vec::new());
        for i in 0..30_000u64 {
            expected.push(at);
            let breaks = (i % 7 == 0) as usize * (i % 3) as usize;
            text += &format!("{i},\"{}{}\"{ends}", "z".repeat((i % 13) as usize), ends.repeat(breaks));
            at += 1 + breaks as u64;
        }
        let (numbers, lines, _, counts) = all(&text, &["x"]).unwrap();
        assert_eq!(lines, expected);
        assert_eq!(counts.used, 30_000);
        assert_eq!(numbers[29_999], [29_999.0]);
    }
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_first_name() {
    for step in [1, 2, 100] {
        let (numbers, ..) = all_with("\u{feff}x,y\r\n1,2\r\n".as_bytes(), &["x"], &Options::default(), step).unwrap();
        assert_eq!(numbers, [[1.0]]);
    }
}

#[test]
fn names_are_trimmed_and_a_column_may_have_none() {
    let reader = open(" x ,,\ty,\n1,2,3,4\n").unwrap();
    assert_eq!(reader.header().names(), ["x", "", "y", ""]);
    assert_eq!(reader.header().position("y"), Some(2));
    let (numbers, ..) = all("\"x\", y\n1,2\n", &["y"]).unwrap();
    assert_eq!(numbers, [[2.0]]);
    assert_eq!(fault(b"x,,y\n1,2,3\n", &[""]), "`d.csv` has no column ``; the columns are `x`, `y`");
}

#[test]
fn header_faults() {
    assert_eq!(fault(b"", &[]), "`d.csv` is empty; the first line names the columns");
    assert_eq!(fault(b"\r\n\n", &[]), "`d.csv` is empty; the first line names the columns");
    assert_eq!(fault(b"\xef\xbb\xbf", &[]), "`d.csv` is empty; the first line names the columns");
    assert_eq!(fault(b"a,x,b, x\n", &[]), "d.csv:1: the header has `x` twice: columns 2 and 4; rename one of them");
    assert_eq!(
        fault(b"\nx,gr\xf6\xdfe\n", &[]),
        "d.csv:2: the name of column 2 is not UTF-8: `gr\u{fffd}\u{fffd}e`; convert the file, for instance with `iconv -f latin1 -t utf8`"
    );
    assert_eq!(
        fault(b"x,area\n", &["aera"]),
        "`d.csv` has no column `aera`; did you mean `area`? the columns are `x`, `area`"
    );
    assert_eq!(
        fault(b"x;y\n1,5;2\n", &["x"]),
        "`d.csv` has no column `x`; the header is one column, `x;y`: is the delimiter `;`?"
    );
    assert_eq!(
        fault(b"x;y\n1,5;2\n", &[]),
        "d.csv:2: 2 cells, where the header has 1; is the delimiter `;`? the header is one column"
    );
}

#[test]
fn a_header_alone_is_a_table_without_rows() {
    for text in ["x,y", "x,y\n", "x,y\r\n\r\n"] {
        let (numbers, .., counts) = all(text, &["x"]).unwrap();
        assert!(numbers.is_empty());
        assert_eq!(counts, RowCounts::default());
    }
}

#[test]
fn what_is_no_text_is_named() {
    for (bytes, what) in [
        (&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], "compressed with gzip"),
        (b"PK\x03\x04....", "a zip archive or a spreadsheet"),
        (b"\xff\xfex\0,\0", "UTF-16 text"),
    ] {
        assert!(fault(bytes, &[]).starts_with(&format!("`d.csv` is {what}, not a table of text; ")), "{what}");
    }
}

#[test]
fn rows_must_have_the_headers_width() {
    let help = "cells that contain the delimiter stand in quotes";
    assert_eq!(fault(b"x,y\n1,2\n\n1\n", &["x"]), format!("d.csv:4: 1 cell, where the header has 2; {help}"));
    assert_eq!(
        fault(b"x,y\r\n1,2\r\n\"\r\n\",2,3\r\n", &["y"]),
        format!("d.csv:3: 3 cells, where the header has 2; {help}")
    );
}

#[test]
fn a_quote_that_is_never_closed_is_found() {
    let help = "a quote inside a quoted cell is written twice: \"\"";
    for (text, line) in [
        ("x,y\n1,2\n3,\"4\n5,6\n", 3),
        ("x,y\n1,2\n3,\"4", 3),
        ("x,y\r\n1,2\r\n3,\"4\r\n5,6\r\n", 3),
        ("x,y\n\n1,\"", 3),
        ("\"x,y\n1,2\n", 1),
        ("x,y\n1,\"2\"\"\n\n\n", 2),
    ] {
        for step in [1, 5, 1 << 16] {
            let e = all_with(text.as_bytes(), &["x"], &Options::default(), step).unwrap_err();
            assert_eq!(
                e.to_string(),
                format!("d.csv:{line}: a quote is opened in this row and never closed"),
                "{text:?}"
            );
            assert_eq!(e.help().unwrap(), help);
        }
    }
    // Closed at the very end, line breaks before the quote: no fault.
    let (_, _, cells, _) = all("x,y\n1,\"2\n\n\"", &["x"]).unwrap();
    assert_eq!(cells, [["1", "2\n\n"]]);
}

#[test]
fn a_quote_that_swallows_the_file_does_not_take_all_memory() {
    let text = format!("x,y\n1,2\n3,\"{}\"\n", "4\n".repeat(200_000));
    let options = Options { longest_row: 100_000, ..Options::default() };
    let e = all_with(text.as_bytes(), &["x"], &options, 1 << 16).unwrap_err();
    assert_eq!(e.to_string(), "d.csv:3: this row is longer than 100000 bytes; is there a quote that is never closed?");
    // The limit is a row's, not the file's.
    let text = format!("x,y\n{}", "1,2\n".repeat(100_000));
    assert_eq!(all_with(text.as_bytes(), &["x"], &options, 1 << 16).unwrap().3.used, 100_000);
}

#[test]
fn missing_values_follow_the_policy() {
    let text = "x,y\n1,\n,2\nNaN,3\n4,5\nna,6\n 7,8\n";
    let help = "put a number there";
    assert_eq!(fault(text.as_bytes(), &["x"]), format!("d.csv:3: column `x` is empty; {help}"));
    assert_eq!(fault(b"x\nNaN\n", &["x"]), format!("d.csv:2: column `x` is `NaN`; {help}"));
    // A column that nobody wants may hold anything.
    assert_eq!(all("x,y\n1,\n2,z\n", &["x"]).unwrap().0, [[1.0], [2.0]]);

    let options = |missing| Options { missing, ..Options::default() };
    let (numbers, lines, cells, counts) =
        all_with(text.as_bytes(), &["y", "x"], &options(Missing::Drop), 1 << 16).unwrap();
    assert_eq!(numbers, [[5.0, 4.0], [8.0, 7.0]]);
    assert_eq!(lines, [5, 7]);
    assert_eq!(cells, [["4", "5"], [" 7", "8"]]);
    let dropped = vec![
        Dropped { reason: "empty", count: 2, lines: vec![2, 3] },
        Dropped { reason: "nan", count: 2, lines: vec![4, 6] },
    ];
    assert_eq!(counts, RowCounts { read: 6, used: 2, dropped });

    let (numbers, .., counts) = all_with(text.as_bytes(), &["x"], &options(Missing::Nan), 1 << 16).unwrap();
    assert_eq!((counts.read, counts.used), (6, 6));
    let nan: Vec<bool> = numbers.iter().map(|r| r[0].is_nan()).collect();
    assert_eq!(nan, [false, true, true, false, true, false]);
}

#[test]
fn only_the_first_lines_of_many_dropped_rows_are_kept_and_all_may_be_dropped() {
    let text = format!("x\n{}", "NA\n".repeat(10_000));
    let options = Options { missing: Missing::Drop, ..Options::default() };
    let (numbers, .., counts) = all_with(text.as_bytes(), &["x"], &options, 1 << 16).unwrap();
    assert!(numbers.is_empty());
    let dropped = vec![Dropped { reason: "nan", count: 10_000, lines: vec![2, 3, 4, 5, 6] }];
    assert_eq!(counts, RowCounts { read: 10_000, used: 0, dropped });
}

#[test]
fn cells_that_are_no_numbers_are_shown_with_their_place() {
    assert_eq!(
        fault(b"x,y\n1,2\n1,large\n", &["x", "y"]),
        "d.csv:3: column `y` is not a number: `large`; a value that is missing is written as an empty cell, `NA` or `NaN`"
    );
    assert_eq!(
        fault(b"x\n\"1,5\"\n", &["x"]),
        "d.csv:2: column `x` is not a number: `1,5`; write a decimal point: `1.5`"
    );
    let long = format!("x\n{}\n", "ab".repeat(10_000));
    assert!(fault(long.as_bytes(), &["x"]).contains(&format!("`{}...`", "ab".repeat(20))));
}

#[test]
fn other_encodings_pass_through_and_are_refused_where_a_number_is_wanted() {
    let text = b"x,name\n1,gr\xf6\xdfe\n";
    let mut reader = open_with(text, &Options::default(), 3).unwrap();
    let mut batch = Batch::new(reader.select(&["x"]).unwrap());
    assert!(reader.next_batch(&mut batch).unwrap());
    assert_eq!(batch.cell(0, 1), b"gr\xf6\xdfe");
    assert!(fault(text, &["name"]).starts_with("d.csv:2: column `name` is not UTF-8: `gr\u{fffd}\u{fffd}e`; "));
}

#[test]
fn rows_of_a_hundred_thousand_columns_come_in_small_batches() {
    let width = 100_000;
    let names: Vec<String> = (0..width).map(|i| format!("c{i}")).collect();
    let mut text = names.join(",") + "\n";
    for row in 0..20 {
        let cells: Vec<String> = (0..width).map(|i| (i * 20 + row).to_string()).collect();
        text += &(cells.join(",") + "\n");
    }
    let mut reader = open(&text).unwrap();
    let mut batch = Batch::new(reader.select(&names).unwrap());
    let (mut rows, mut batches) = (0, 0);
    while reader.next_batch(&mut batch).unwrap() {
        for (i, column) in batch.columns.iter().enumerate() {
            for (row, &x) in column.iter().enumerate() {
                assert_eq!(x, (i * 20 + rows + row) as f64);
            }
        }
        assert_eq!(batch.cell(0, width - 1), (20 * (width - 1) + rows).to_string().as_bytes());
        rows += batch.rows;
        batches += 1;
    }
    assert_eq!(rows, 20);
    assert!(batches >= 3, "memory grows with the number of columns");
}

#[test]
fn a_batch_is_bounded_and_may_leave_the_cells_out() {
    let text = format!("x,y\n{}", "1,2\n".repeat(10_000));
    let mut reader = open(&text).unwrap();
    let mut batch = Batch::new(reader.select(&["y"]).unwrap().without_cells());
    let mut sizes = Vec::new();
    while reader.next_batch(&mut batch).unwrap() {
        assert_eq!(batch.cells(0).count(), 0);
        assert_eq!(batch.cell(0, 1), b"");
        sizes.push(batch.rows);
    }
    assert_eq!(sizes, [BATCH_ROWS, BATCH_ROWS, 10_000 - 2 * BATCH_ROWS]);
    assert_eq!(reader.bytes_read(), text.len() as u64);
    assert!(!reader.next_batch(&mut batch).unwrap(), "the end stays the end");
}

#[test]
fn the_ending_or_the_caller_says_the_delimiter() {
    let table = |name: &str, text: &'static str, delimiter| {
        let input = Input::Stream { name: name.into(), bytes: Box::new(text.as_bytes()) };
        Reader::open(input, &Options { delimiter, ..Options::default() }).unwrap().header().names().to_vec()
    };
    assert_eq!(table("a.tsv", "x,1\ty\n", None), ["x,1", "y"]);
    assert_eq!(table("a.TAB", "x\ty\n", None), ["x", "y"]);
    assert_eq!(table("a.csv", "x\ty\n", None), ["x\ty"]);
    assert_eq!(table("a.dat", "x,y\n", None), ["x", "y"]);
    assert_eq!(table("stdin", "x;y\n", Some(b';')), ["x", "y"]);
    assert_eq!(table("a.tsv", "x;y\n", Some(b';')), ["x", "y"]);
}

#[test]
fn a_failing_input_is_an_error_of_the_world() {
    struct Broken(usize);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::from_raw_os_error(5));
            }
            self.0 -= 1;
            let n = buffer.len().min(4);
            buffer[..n].copy_from_slice(&b"1,2\n"[..n]);
            Ok(n)
        }
    }
    for good in [0, 1, 2, 5, 50] {
        let input = Input::Stream { name: "pipe".into(), bytes: Box::new(Broken(good)) };
        let e = Reader::open(input, &Options::default())
            .and_then(|mut r| {
                let mut batch = Batch::new(r.select::<&str>(&[])?);
                while r.next_batch(&mut batch)? {}
                Ok(())
            })
            .unwrap_err();
        assert_eq!(e.to_string(), "cannot read `pipe`: input/output error");
        assert_eq!(e.exit(), crate::error::Exit::World);
    }
    let missing = Reader::open(Input::from_path("no/such.csv".as_ref()), &Options::default()).err().unwrap();
    assert_eq!(missing.to_string(), "cannot read `no/such.csv`: no such file or directory");
    let folder = Reader::open(Input::from_path("src".as_ref()), &Options::default()).err().unwrap();
    assert_eq!(folder.to_string(), "cannot read `src`: is a directory");
    assert!(matches!(Input::from_path("-".as_ref()), Input::Stdin));
}

#[test]
fn each_file_of_an_input_format_is_in_the_registry() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/table/read");
    let mut entries: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| std::fs::read_to_string(p).unwrap().contains("static ENTRY: InputFormat"))
        .filter(|p| !p.ends_with("tests.rs"))
        .map(|p| p.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    entries.sort();
    let mut named: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
    named.sort();
    assert_eq!(entries, named);
    let mut endings: Vec<&str> = FORMATS.iter().flat_map(|f| f.extensions).copied().collect();
    let count = endings.len();
    endings.sort();
    endings.dedup();
    assert_eq!(endings.len(), count, "two formats claim one ending");
}
