//! JSON as it was written: `serde_json` silently keeps the last of two equal keys, and the first one may have been the
//! one that its writer meant.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A document, and where keys stand twice.
pub(super) struct Parsed {
    pub(super) value: Value,
    pub(super) duplicates: Vec<String>,
}

/// Where a text stops being JSON. The parser's own message is left out; it might quote the text.
pub(super) struct NotJson {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Reads one document; anything but blanks behind it is a fault.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, NotJson> {
    let duplicates = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Node {
        path: None,
        duplicates: &duplicates,
    }
    .deserialize(&mut reader)
    .and_then(|value| reader.end().map(|()| value))
    .map_err(|error| NotJson {
        line: error.line(),
        column: error.column(),
    })?;
    Ok(Parsed {
        value,
        duplicates: duplicates.into_inner(),
    })
}

/// A step of a JSON pointer, with `~` and `/` escaped and its length bounded.
pub(super) fn step(key: &str) -> String {
    let mut text: String = key.chars().take(100).collect();
    if text.len() < key.len() {
        text.push('…');
    }
    text.replace('~', "~0").replace('/', "~1")
}

/// The way to a value, linked upwards so that it costs nothing until it is told.
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl Path<'_> {
    fn pointer(&self) -> String {
        let mut text = self.parent.map_or_else(String::new, Path::pointer);
        text.push('/');
        match self.step {
            Step::Key(key) => text.push_str(&step(key)),
            Step::Index(index) => text.push_str(&index.to_string()),
        }
        text
    }
}

#[derive(Clone, Copy)]
struct Node<'a> {
    path: Option<&'a Path<'a>>,
    duplicates: &'a RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = Path {
                parent: self.path,
                step: Step::Index(list.len()),
            };
            match items.next_element_seed(Node {
                path: Some(&path),
                ..self
            })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let path = Path {
                parent: self.path,
                step: Step::Key(&key),
            };
            let value = entries.next_value_seed(Node {
                path: Some(&path),
                ..self
            })?;
            if map.contains_key(&key) {
                self.duplicates.borrow_mut().push(path.pointer());
            } else {
                map.insert(key, value);
            }
        }
        Ok(Value::Object(map))
    }
}
