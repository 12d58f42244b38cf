//! `gradus schema`: the JSON schema of a spec, for editors. Verbs' tables come from their options; the shared part is
//! written by hand beside the list of keys, because its reader is.

use super::answers::WORDS;
use super::json::pretty;
use super::outcome::print_text;
use super::registry::{SUBCOMMANDS, Subcommand};
use super::session::Session;
use crate::error::Exit;
use crate::spec::{KEYS, VERB_TABLES};
use clap::ArgMatches;
use serde_json::{Map, Value, json};

/// The registry's line.
pub const ENTRY: Subcommand = Subcommand {
    name: "schema",
    about: "Print the JSON schema of a spec",
    examples: "  gradus schema > gradus.schema.json",
    arguments: |command| command,
    run,
    options: None,
};

fn run(_: &ArgMatches, _: &Session) -> anyhow::Result<Exit> {
    print_text(&pretty(&schema()))?;
    Ok(Exit::Done)
}

/// The schema of the whole spec.
pub fn schema() -> Value {
    let mut generator = schemars::SchemaGenerator::default();
    let mut properties = Map::new();
    for (key, doc) in KEYS {
        let mut shape = shared(key);
        shape.insert("description".into(), (*doc).into());
        properties.insert((*key).into(), Value::Object(shape));
    }
    for table in VERB_TABLES {
        let entry = SUBCOMMANDS.iter().find(|s| s.name == *table).and_then(|s| s.options);
        let shape = match entry {
            Some(options) => options(&mut generator).to_value(),
            // A verb that this version does not have: its table is allowed and ignored.
            None => json!({"type": "object"}),
        };
        properties.insert((*table).into(), shape);
    }
    let mut definitions = generator.take_definitions(true);
    definitions.extend(quantities());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gradus spec",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions,
    })
}

/// What the key's value looks like.
fn shared(key: &str) -> Map<String, Value> {
    let words: Vec<&str> = WORDS.iter().map(|w| w.name).collect();
    let shape = match key {
        "name" | "formula" | "residual" => json!({"type": "string"}),
        "likelihood" => json!({
            "type": "object",
            "properties": {"family": {"type": "string"}, "response": {"type": "string"}},
            "additionalProperties": {"type": ["string", "number"]},
        }),
        "command" => json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
        "seed" => json!({"type": "integer", "minimum": 0}),
        "allow" => json!({"type": "array", "items": {"enum": words}}),
        "constants" => json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/numbers"}}),
        "let" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        "variables" => json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/variable"}}),
        "data" => json!({
            "type": "object",
            "properties": {"file": {"type": "string"}, "reduce": {"enum": ["mean", "sum"]}},
            "required": ["file"],
            "additionalProperties": false,
        }),
        _ => json!({}),
    };
    match shape {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn quantities() -> Map<String, Value> {
    let row = json!({"type": "array", "items": {"type": "number"}, "minItems": 1});
    let numbers = json!({"anyOf": [
        {"type": "number"},
        row,
        {"type": "array", "items": row, "minItems": 1},
    ]});
    let quantity = json!({"anyOf": [{"$ref": "#/$defs/numbers"}, {"type": "string"}]});
    let length = json!({"type": "integer", "minimum": 1});
    let size = json!({"anyOf": [length, {"type": "array", "items": length, "minItems": 1, "maxItems": 2}]});
    let table = json!({
        "type": "object",
        "properties": {"value": quantity, "min": quantity, "max": quantity, "size": size},
        "additionalProperties": false,
    });
    let mut found = Map::new();
    found.insert("numbers".into(), numbers);
    found.insert("variable".into(), json!({"anyOf": [{"$ref": "#/$defs/numbers"}, table]}));
    found
}
