//! The rooms of the house, who may enter which, and that nobody else does: every `crate::room` path in `src/` is compared
//! with the table. A new arrow is a decision, and it is made here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms it may name. What a room may use, the rooms above it may use too.
const ROOMS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("cancel", &["error"]),
    ("numeric", &["error"]),
    ("formula", &["numeric"]),
    ("engine", &["formula"]),
    ("objective", &["engine"]),
    ("optimize", &["objective"]),
    ("calculus", &["objective"]),
    ("regress", &["optimize"]),
    ("check", &["calculus"]),
    ("spec", &["error"]),
    ("table", &["numeric"]),
    ("process", &["error", "cancel"]),
    ("report", &["numeric"]),
    ("progress", &[]),
    (
        "commands",
        &["calculus", "check", "optimize", "regress", "cancel", "spec", "table", "process", "report", "progress"],
    ),
    ("lib", &["commands"]),
    ("main", &["lib"]),
];

fn allowed(room: &str) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = vec![room];
    while let Some(r) = open.pop() {
        let entry = ROOMS.iter().find(|e| e.0 == r).unwrap_or_else(|| panic!("room `{r}` is not in the table"));
        for &below in entry.1 {
            if seen.insert(below) {
                open.push(below);
            }
        }
    }
    seen
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The room of a file: the first part of its path under `src`.
fn room(src: &Path, file: &Path) -> String {
    let first = file.strip_prefix(src).unwrap().components().next().unwrap().as_os_str().to_string_lossy().to_string();
    first.trim_end_matches(".rs").to_string()
}

/// The rooms a text names: `crate::room`, and each of `crate::{a, b::c}`. Comments do not count.
fn named(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        if let Some(list) = part.strip_prefix('{') {
            let mut depth = 1;
            let mut item = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || depth == 1 && c == ',' {
                    rooms.insert(word(item.trim()));
                    item.clear();
                } else {
                    item.push(c);
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            rooms.insert(word(part));
        }
    }
    rooms.remove("");
    rooms
}

#[test]
fn dependencies_run_downwards_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    assert!(all.len() > 20, "the sources were not found");
    let mut wrong = Vec::new();
    for file in &all {
        let here = room(&src, file);
        let may = allowed(&here);
        for there in named(&fs::read_to_string(file).unwrap()) {
            let known = ROOMS.iter().any(|e| e.0 == there);
            if known && there != here && !may.contains(there.as_str()) {
                wrong.push(format!("{} names crate::{there}: {here} may use {may:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_house_is_in_the_table_and_no_room_is_empty() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    let found: BTreeSet<String> = all.iter().map(|f| room(&src, f)).collect();
    let table: BTreeSet<String> = ROOMS.iter().map(|e| e.0.to_string()).collect();
    assert_eq!(found, table);
}

#[test]
fn the_reader_of_paths_sees_what_it_must() {
    let text = "use crate::error::X;\nuse crate::{formula::graph, engine::{a, b}};\n// crate::commands\nlet x = crate::table::f();";
    let rooms: Vec<String> = named(text).into_iter().collect();
    assert_eq!(rooms, ["engine", "error", "formula", "table"]);
    assert!(!allowed("numeric").contains("formula"));
    assert!(allowed("commands").contains("error"));
}
