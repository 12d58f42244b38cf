//! Runs a claim of the corpus through the whole program and reads its verdict.

use std::io::Read;
use std::path::Path;

use gradus::cancel::Cancel;
use gradus::engine::Evaluator;
use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind};
use gradus::formula::lower::Scope;
use gradus::formula::read;

use super::corpus::{Claim, Function};

/// The largest relative difference of a claim from the right gradient, by the texts alone.
pub fn size(f: &Function, right: &Claim, c: &Claim) -> f64 {
    if f.matrix.is_some() {
        return 1.0;
    }
    let value = |text: &str| {
        let mut graph = Graph::new();
        f.at.iter().for_each(|(name, x)| {
            graph.declare(name, InputKind::Constant(*x));
        });
        let root = read(&mut graph, &Source::new("claim", text), &Scope::default()).unwrap();
        Evaluator::new(&graph, &vec![0.0; graph.inputs().len()]).value(root)
    };
    let differ = |(r, c): (&(String, String), &(String, String))| {
        let (r, c) = (value(&r.1), value(&c.1));
        if r == c { 0.0 } else { (r - c).abs() / (r.abs() + c.abs()) * 2.0 }
    };
    right.claims.iter().zip(&c.claims).map(differ).fold(0.0, |m: f64, d| if d > m { d } else { m })
}

/// What was found.
#[derive(Debug)]
pub struct Judged {
    pub verdict: String,
    pub bug: Option<String>,
    #[allow(dead_code)] // shown by Debug
    pub message: String,
}

fn variables(f: &Function) -> String {
    match &f.matrix {
        Some(m) => m.variables.clone(),
        None => f.at.iter().map(|(name, x)| format!("{name} = {x:e}\n")).collect(),
    }
}

fn run(folder: &Path, spec: &str, more: &[&str]) -> Judged {
    let (file, out) = (folder.join("spec.toml"), folder.join("out.json"));
    std::fs::write(&file, spec).unwrap();
    let _ = std::fs::remove_file(&out);
    let mut args = vec!["gradus", "gradcheck", file.to_str().unwrap(), "-q", "-o", out.to_str().unwrap()];
    args.extend(more);
    let done = gradus::commands::run(args.iter().map(Into::into).collect(), &Cancel::new());
    if let Err(error) = done {
        return Judged { verdict: "error".into(), bug: None, message: format!("{error:#}\n{spec}") };
    }
    let result: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    let text = |v: &serde_json::Value| v.as_str().map(String::from);
    Judged {
        verdict: text(&result["verdict"]).unwrap_or_default(),
        bug: text(&result["diagnosis"][0]["bug"]),
        message: format!("{}\n  {}", result["diagnosis"], result["coordinates"]),
    }
}

/// The claim held against the formula.
pub fn by_formula(folder: &Path, f: &Function, c: &Claim) -> Judged {
    let claims: String = c.claims.iter().map(|(name, text)| format!("{name} = \"{text}\"\n")).collect();
    let spec = format!("formula = \"{}\"\n[variables]\n{}[gradcheck.claim]\n{claims}", f.formula, variables(f));
    run(folder, &spec, &[])
}

/// The same through `program FILE`, of which nothing is known.
#[allow(dead_code)] // the test has no program of its own
pub fn by_program(folder: &Path, f: &Function, c: &Claim, program: &[&str]) -> Judged {
    let model = folder.join("model.txt");
    let mut text = f.formula.clone();
    for (name, claim) in &c.claims {
        text.push_str(&format!("\n{name}\t{claim}"));
    }
    std::fs::write(&model, text).unwrap();
    let words: Vec<String> =
        program.iter().map(|w| format!("{w:?}")).chain([format!("{:?}", model.to_str().unwrap())]).collect();
    run(folder, &format!("command = [{}]\n[variables]\n{}", words.join(", "), variables(f)), &[])
}

/// The program: reads the model's file, answers the points on standard input.
#[allow(dead_code)]
pub fn evaluate(model: &str) {
    let model = std::fs::read_to_string(model).unwrap();
    let mut lines = model.lines();
    let formula = lines.next().unwrap();
    let claims: Vec<(&str, &str)> = lines.map(|l| l.split_once('\t').unwrap()).collect();
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    let mut rows = csv::Reader::from_reader(input.as_bytes());
    let header: Vec<String> = rows.headers().unwrap().iter().map(String::from).collect();
    let names = &header[..header.len() - 1];
    let matrix = names[0].starts_with("W(");
    let side = if matrix { (names.len() as f64).sqrt() as usize } else { 0 };
    let mut out = String::from("f");
    names.iter().for_each(|n| out.push_str(&format!(",\"df_{n}\"")));
    out.push('\n');
    for row in rows.records() {
        let row = row.unwrap();
        let x: Vec<f64> = (0..names.len()).map(|i| row[i].parse().unwrap()).collect();
        let value = |text: &str, indices: Option<(usize, usize)>| -> f64 {
            let mut graph = Graph::new();
            if matrix {
                graph.declare_array("W", &[side, side], Some(x.clone().into()));
                if let Some((i, j)) = indices {
                    graph.declare("i", InputKind::Constant(i as f64));
                    graph.declare("j", InputKind::Constant(j as f64));
                }
            } else {
                for (name, x) in names.iter().zip(&x) {
                    graph.declare(name, InputKind::Constant(*x));
                }
            }
            let root = read(&mut graph, &Source::new("model", text), &Scope::default()).unwrap();
            let inputs = vec![0.0; graph.inputs().len()];
            if matrix {
                let fixed = gradus::formula::ranges::Fixed::new(&graph);
                return fixed.value(&graph, root, &gradus::formula::ranges::NO_INDICES);
            }
            Evaluator::new(&graph, &inputs).value(root)
        };
        out.push_str(&format!("{:e}", value(formula, None)));
        for k in 0..names.len() {
            if &row[names.len()] != "gradient" {
                out.push(',');
                continue;
            }
            let number = match matrix {
                true => value(claims[0].1, Some((k / side + 1, k % side + 1))),
                false => value(claims.iter().find(|c| c.0 == names[k]).unwrap().1, None),
            };
            out.push_str(&format!(",{number:e}"));
        }
        out.push('\n');
    }
    print!("{out}");
}
