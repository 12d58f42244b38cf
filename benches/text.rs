//! Nanoseconds a number for reading and printing it, and a row for reading a table, beside what a plain program uses:
//! `cargo bench --bench text`.

use std::hint::black_box;
use std::io::{Cursor, Write};
use std::time::Instant;

use gradus::numeric::random::Random;
use gradus::table::read::{Batch, Input, Options, Reader};
use gradus::table::{decimal, number};

const COUNT: usize = 30_000;

/// The least time of a pass over `count` things, in nanoseconds each.
fn time(count: usize, mut pass: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..40 {
        let begun = Instant::now();
        pass();
        let each = begun.elapsed().as_secs_f64() * 1e9 / count as f64;
        best = if each < best { each } else { best };
    }
    best
}

fn show(rows: &[(&str, f64)]) {
    for (name, each) in rows {
        println!("  {name:44} {each:7.1}   {:.2}", each / rows[0].1);
    }
}

fn main() {
    let mut random = Random::new(1);
    let numbers: Vec<f64> = (0..COUNT).map(|_| random.normal()).collect();
    let texts: Vec<String> = numbers.iter().map(|x| x.to_string()).collect();
    let mut joined = texts.join("\n").into_bytes();
    joined.extend_from_slice(&[b'\n'; decimal::PADDING]);

    println!("ns a number of 16 to 17 digits, and the ratio to std");
    let std = time(COUNT, || texts.iter().for_each(|t| _ = black_box(t.parse::<f64>())));
    let fast = time(COUNT, || texts.iter().for_each(|t| _ = black_box(fast_float2::parse::<f64, _>(t))));
    // what is not plain, one number in a thousand here, is left to the other
    let own = time(COUNT, || {
        let mut at = 0;
        for text in &texts {
            let x = decimal::read::<decimal::Words>(&joined, at)
                .map_or_else(|| fast_float2::parse::<f64, _>(text).ok(), |read| Some(read.0));
            black_box(x);
            at += text.len() + 1;
        }
    });
    show(&[("read: str::parse", std), ("read: fast-float2", fast), ("read: table::decimal", own)]);
    let mut out = Vec::with_capacity(30 * COUNT);
    let std = time(COUNT, || {
        out.clear();
        numbers.iter().for_each(|x| _ = write!(out, "{x}"));
    });
    let own = time(COUNT, || {
        out.clear();
        numbers.iter().for_each(|&x| number::write(&mut out, x));
    });
    show(&[("print: write!(\"{x}\")", std), ("print: table::number", own)]);

    println!("ns a row of three numbers, one thread, and the ratio to the first");
    let rows = COUNT / 3;
    let table: String = texts.chunks(3).map(|row| row.join(",") + "\n").collect();
    let table = format!("x,y,z\n{table}");
    let by_crate = time(rows, || {
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        for record in reader.records() {
            let record = record.expect("rows are whole");
            record.iter().for_each(|cell| _ = black_box(cell.parse::<f64>()));
        }
    });
    let read = |general: bool| {
        time(rows, || {
            let input =
                Input::Stream { name: "t.csv".into(), bytes: Box::new(Cursor::new(table.clone().into_bytes())) };
            let options = Options { general, threads: Some(1), ..Options::default() };
            let mut reader = Reader::open(input, &options).expect("a table");
            let mut batch = Batch::new(reader.select(&["x", "y", "z"]).expect("its columns"));
            while reader.next_batch(&mut batch).expect("rows are whole") {
                black_box(&batch.columns);
            }
        })
    };
    show(&[("csv records with str::parse", by_crate), ("the general way", read(true)), ("the fast way", read(false))]);
}
