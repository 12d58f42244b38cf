//! A gradient for every row, from text to text on one thread, beside plain Rust for the same formula: nanoseconds a row.
//! `cargo bench --bench batch`.

#![allow(clippy::disallowed_methods)] // std is the baseline here

use std::hint::black_box;
use std::io::Cursor;
use std::time::Instant;

use gradus::calculus::slopes::Slopes;
use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind, NodeId};
use gradus::formula::lower::Scope;
use gradus::formula::read;
use gradus::numeric::block::LANES;
use gradus::numeric::random::Random;
use gradus::objective::Formula;
use gradus::table::number;
use gradus::table::read::{Input, Options, Reader};

const ROWS: usize = 40_960;

/// The least time of a pass, in nanoseconds a row.
fn time(mut pass: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let begun = Instant::now();
        pass();
        let each = begun.elapsed().as_secs_f64() * 1e9 / ROWS as f64;
        best = if each < best { each } else { best };
    }
    best
}

/// Value and partials by hand, in one loop over the rows.
fn by_hand(x: f64, y: f64) -> [f64; 3] {
    let (s, c) = (x * y).sin_cos();
    [x * x * y + s, 2.0 * x * y + y * c, x * x + x * c]
}

/// The whole of it by hand: lines, cells, numbers, slopes, text.
fn plain(table: &str, out: &mut Vec<u8>, parse: impl Fn(&str) -> f64, print: impl Fn(&mut Vec<u8>, f64)) {
    out.clear();
    for line in table.lines().skip(1) {
        let mut cells = line.split(',').map(&parse);
        let (x, y) = (cells.next().unwrap_or(f64::NAN), cells.next().unwrap_or(f64::NAN));
        out.extend_from_slice(line.as_bytes());
        for number in by_hand(x, y) {
            out.push(b',');
            print(out, number);
        }
        out.push(b'\n');
    }
}

/// The same through the engine.
fn own(table: &str, slopes: &Slopes, out: &mut Vec<u8>) {
    out.clear();
    let input = Input::Stream { name: "t.csv".into(), bytes: Box::new(Cursor::new(table.as_bytes().to_vec())) };
    let mut reader = Reader::open(input, &Options { threads: Some(1), ..Options::default() }).expect("a table");
    let wanted = reader.select(&["x", "y"]).expect("its columns");
    let done = reader.each(
        &wanted,
        || slopes.scratch(),
        |scratch, batch| {
            let mut text = Vec::new();
            for start in (0..batch.rows).step_by(LANES) {
                let n = (batch.rows - start).min(LANES);
                let block = slopes.block(scratch, &[0, 1].map(|c| &batch.columns[c][start..start + n]), n);
                for lane in 0..n {
                    text.extend_from_slice(batch.line(start + lane, b',').unwrap_or_default());
                    for column in std::iter::once(&block.value).chain(&block.gradient) {
                        text.push(b',');
                        number::write(&mut text, column[lane]);
                    }
                    text.push(b'\n');
                }
            }
            text
        },
        |text, _| {
            out.extend(text?);
            Ok::<bool, gradus::table::TableError>(true)
        },
    );
    done.expect("rows are whole");
}

fn main() {
    let mut random = Random::new(1);
    let mut table = "x,y,z\n".to_string();
    for _ in 0..ROWS {
        table += &format!("{},{},{}\n", random.normal(), random.normal(), random.normal());
    }
    let mut g = Graph::new();
    let variables: Vec<NodeId> = ["x", "y"].iter().map(|n| g.declare(n, InputKind::Variable)).collect();
    let root = read(&mut g, &Source::new("bench", "x^2*y + sin(x*y)"), &Scope::default()).expect("a formula");
    let slopes = Slopes::new(Formula::new(g, root, variables), false);

    // the mathematics alone: columns that are there already
    let columns: Vec<Vec<f64>> = (0..2).map(|_| (0..ROWS).map(|_| random.normal()).collect()).collect();
    let mut results = vec![[0.0; 3]; ROWS];
    let fused = time(|| {
        for ((o, &x), &y) in results.iter_mut().zip(&columns[0]).zip(&columns[1]) {
            *o = by_hand(x, y);
        }
        black_box(&results);
    });
    let mut scratch = slopes.scratch();
    let engine = time(|| {
        for start in (0..ROWS).step_by(LANES) {
            black_box(slopes.block(&mut scratch, &[0, 1].map(|c| &columns[c][start..start + LANES]), LANES));
        }
    });

    let (mut out, mut first) = (Vec::new(), Vec::new());
    let std = |text: &str| text.parse().unwrap_or(f64::NAN);
    let by_std = time(|| {
        plain(&table, &mut out, std, |out, x| {
            use std::io::Write;
            let _ = write!(out, "{x}");
        });
    });
    let quick = |text: &str| fast_float2::parse(text).unwrap_or(f64::NAN);
    let by_crates = time(|| plain(&table, &mut first, quick, number::write));
    let ours = time(|| own(&table, &slopes, &mut out));
    assert_eq!(first.iter().filter(|b| **b == b'\n').count(), out.iter().filter(|b| **b == b'\n').count());

    println!("ns a row of x^2*y + sin(x*y) and its gradient, one thread, and the ratio to the first of each");
    for rows in [
        &[("a fused loop in plain Rust, std's sin_cos", fused), ("the engine, status and all", engine)][..],
        &[
            ("text to text in plain Rust, std throughout", by_std),
            ("the same with fast-float2 and zmij", by_crates),
            ("the reader, the engine, the printer", ours),
        ],
    ] {
        for (name, each) in rows {
            println!("  {name:44} {each:7.1}   {:.2}", each / rows[0].1);
        }
    }
}
