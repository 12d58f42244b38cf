//! A verb's table into its options struct: serde's data model over [`Node`], so that an option is one field and its
//! errors still know line and column. Unknown keys are found by the struct's `deny_unknown_fields`.

use super::error::SpecError;
use super::node::{Node, Table, Value};
use super::place::Place;
use crate::error::{Located, nearest};
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Expected, IntoDeserializer, Unexpected, Visitor};
use std::fmt;

/// The options that `[key]` holds.
pub fn options<T: DeserializeOwned>(node: &Node, key: &str) -> Result<T, Located> {
    node.table(key)?;
    T::deserialize(Reader { node, key: key.to_string() }).map_err(|e| e.locate(key, &node.place))
}

/// What serde says is wrong, and where it was when it said so.
#[derive(Debug)]
pub struct Fault {
    kind: Kind,
    place: Option<(String, Place)>,
}

#[derive(Debug)]
enum Kind {
    Message(String),
    Type { expected: String, found: &'static str },
    Unknown { key: String, known: Vec<String> },
}

impl Fault {
    fn new(kind: Kind) -> Fault {
        Fault { kind, place: None }
    }

    /// The innermost place wins.
    fn or_at(mut self, key: &str, place: &Place) -> Fault {
        self.place.get_or_insert_with(|| (key.to_string(), place.clone()));
        self
    }

    fn locate(self, key: &str, place: &Place) -> Located {
        let (key, place) = self.place.unwrap_or_else(|| (key.to_string(), place.clone()));
        let at = place.span;
        match self.kind {
            Kind::Message(message) => place.locate(SpecError::BadValue { key, message, at }),
            Kind::Type { expected, found } => place.locate(SpecError::WrongType { key, expected, found, at }),
            Kind::Unknown { key: unknown, known } => {
                let table = key.rsplit_once('.').map_or("", |(table, _)| table).to_string();
                place.locate(unknown_key(unknown, table, known, &place))
            }
        }
    }
}

/// The error for a key that `table` does not have.
pub fn unknown_key(key: String, table: String, known: Vec<String>, place: &Place) -> SpecError {
    let near = nearest(&key, known.iter().map(String::as_str)).map(str::to_string);
    SpecError::UnknownKey { key, table, near, known, at: place.span }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Message(m) => f.write_str(m),
            Kind::Type { expected, found } => write!(f, "is to be {expected}, found {found}"),
            Kind::Unknown { key, .. } => write!(f, "unknown key `{key}`"),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::new(Kind::Message(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fault::new(Kind::Type { expected: english(expected), found: found_kind(found) })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fault::new(Kind::Message(format!("{} is wanted, found {found}", english(expected))))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let near = nearest(variant, expected.iter().copied());
        let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
        let list = super::error::listed(expected.iter().copied());
        Fault::new(Kind::Message(format!("`{variant}` is none of {list}{near}")))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let known = expected.iter().map(|k| k.to_string()).collect();
        Fault::new(Kind::Unknown { key: field.to_string(), known })
    }
}

/// serde names Rust's types; a user knows numbers.
fn english(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "f64" | "f32" => "a number".into(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "an integer, 0 or more".into(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "an integer".into(),
        "a sequence" => "an array".into(),
        _ => text,
    }
}

fn found_kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number",
        Unexpected::Seq => "an array",
        Unexpected::Map => "a table",
        _ => "a string",
    }
}

struct Reader<'a> {
    node: &'a Node,
    key: String,
}

impl<'a> Reader<'a> {
    fn place(self, fault: Fault) -> Fault {
        fault.or_at(&self.key, &self.node.place)
    }
}

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let done = match &self.node.value {
            Value::Text(s) | Value::Datetime(s) => visitor.visit_str(s),
            Value::Integer(i) => visitor.visit_i64(*i),
            Value::Float(x) => visitor.visit_f64(*x),
            Value::Boolean(b) => visitor.visit_bool(*b),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter(), at: 0, key: &self.key }),
            Value::Table(table) => visitor.visit_map(Entries { table, at: 0, key: &self.key }),
        };
        done.map_err(|e| self.place(e))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    // A list of one may be written without brackets: `at = "x=1,y=2"`.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Array(_) | Value::Table(_) => self.deserialize_any(visitor),
            _ => {
                let items = std::slice::from_ref(self.node).iter();
                visitor.visit_seq(Items { items, at: 0, key: &self.key }).map_err(|e| self.place(e))
            }
        }
    }

    // On the command line quotes are the shell's: `--set grad.wrt=1` is text where text is wanted.
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.text(&self.key) {
            Ok(text) => visitor.visit_string(text.text).map_err(|e| self.place(e)),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        // `--set grad.missing=nan`: TOML's word for a number, but here it is ours.
        match self.node.text(&self.key) {
            Ok(text) => {
                let variant: StrDeserializer<'_, Fault> = text.text.as_str().into_deserializer();
                visitor.visit_enum(variant).map_err(|e| self.place(e))
            }
            Err(_) => {
                let kind = Kind::Type { expected: "a string".into(), found: self.node.kind() };
                Err(self.place(Fault::new(kind)))
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        map struct identifier ignored_any
    }
}

struct Items<'de, 'k> {
    items: std::slice::Iter<'de, Node>,
    at: usize,
    key: &'k str,
}

impl<'de> de::SeqAccess<'de> for Items<'de, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.items.next() else { return Ok(None) };
        self.at += 1;
        seed.deserialize(Reader { node, key: format!("{}({})", self.key, self.at) }).map(Some)
    }
}

struct Entries<'de, 'k> {
    table: &'de Table,
    at: usize,
    key: &'k str,
}

impl Entries<'_, '_> {
    fn key_path(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_string() } else { format!("{}.{key}", self.key) }
    }
}

impl<'de> de::MapAccess<'de> for Entries<'de, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, (place, _))) = self.table.entries.get_index(self.at) else { return Ok(None) };
        let reader: StrDeserializer<'_, Fault> = key.as_str().into_deserializer();
        seed.deserialize(reader).map(Some).map_err(|e| e.or_at(&self.key_path(key), place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (key, (_, node)) = self.table.entries.get_index(self.at).expect("a key was read before its value");
        self.at += 1;
        seed.deserialize(Reader { node, key: self.key_path(key) })
    }
}
