//! Spoils an input a little: as JSON where it is some, and as bytes.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};

/// No input grows beyond this; the largest document that is taken has 64 KiB.
const BYTES_MAX: usize = 70 * 1024;

/// What parsers trip over.
const WORDS: &[&str] = &[
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\udc00\\ud800",
    "1e999",
    "-1",
    "-0",
    "0",
    "00",
    "1.5",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999",
    "null",
    "true",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "&",
    ";",
    "%",
    "%00",
    "%ff",
    "%2",
    "\r\n",
    "\n",
    "\0",
    "\t",
    "\u{feff}",
    "\u{202e}",
    "ß",
    "İ",
    "。",
    "xn--",
    "..",
    ".",
    "-",
    "_",
    "/",
    "../",
    "~",
    "#~#",
    "***",
    "{a=b}",
    "<html>",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "-9999-01-01T00:00:00Z",
    "0000-00-00",
    "2026-02-30",
    "error",
    "success",
    "already",
    "invalid",
    "insufficient",
    "200",
    "1000",
    "100",
];

/// Spoils inputs by a seed: the same seed, the same inputs.
#[derive(Debug)]
pub struct Mutator {
    rng: StdRng,
    words: Vec<String>,
}

impl Mutator {
    /// With words of the target's own beside the usual ones.
    #[must_use]
    pub fn new(seed: u64, words: &[&str]) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            words: WORDS.iter().chain(words).map(|word| (*word).to_owned()).collect(),
        }
    }

    /// A number below this, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.rng.random_range(0..end.max(1))
    }

    /// The input, spoilt in one to four places; `other` lends parts.
    pub fn spoil(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        let mut spoilt = input.to_vec();
        for _ in 0..=self.below(4) {
            let as_json = self.below(2) == 0;
            let done = as_json && self.spoil_json(&mut spoilt, other);
            if !done {
                self.spoil_bytes(&mut spoilt, other);
            }
        }
        spoilt.truncate(BYTES_MAX);
        spoilt
    }

    fn word(&mut self) -> Vec<u8> {
        let at = self.below(self.words.len());
        self.words[at].clone().into_bytes()
    }

    fn spoil_bytes(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len() + 1);
        let end = (at + 1 + self.below(16)).min(bytes.len());
        match self.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.rng.random(),
            2 if at < bytes.len() => drop(bytes.drain(at..end)),
            3 if at < bytes.len() => {
                let part = bytes[at..end].to_vec();
                for _ in 0..=self.below(3) {
                    bytes.splice(at..at, part.iter().copied());
                }
            }
            4 if at < end => drop(bytes.splice(at..end, self.word())),
            5 if !other.is_empty() => {
                let from = self.below(other.len());
                let to = (from + 1 + self.below(64)).min(other.len());
                bytes.splice(at..end.max(at), other[from..to].iter().copied());
            }
            6 => bytes.truncate(at),
            7 => {
                let deep = ["[", "{\"a\":", "\"", "%5B", "("];
                let word = deep[self.below(deep.len())].repeat(self.below(600));
                bytes.splice(at..at, word.into_bytes());
            }
            _ => drop(bytes.splice(at..at, self.word())),
        }
    }

    /// `false` where there is no JSON in it.
    fn spoil_json(&mut self, bytes: &mut Vec<u8>, other: &[u8]) -> bool {
        let Some((start, mut value)) = json_in(bytes) else {
            return false;
        };
        let lent = json_in(other).map(|(_, value)| value);
        let picked = self.below(count(&value));
        let Some(node) = nth(&mut value, &mut picked.clone()) else {
            return false;
        };
        let mut doubled = None;
        match (self.below(8), &mut *node) {
            (0, Value::Object(map)) if !map.is_empty() => {
                let key = self.key_of(map);
                map.remove(&key);
            }
            (1, Value::Object(map)) if !map.is_empty() => {
                let (key, value) = (self.key_of(map), self.hostile());
                doubled = Some(format!("{}:{value},", Value::from(key)));
            }
            (2, Value::Object(map)) if !map.is_empty() => {
                let key = self.key_of(map);
                let moved = map.remove(&key).unwrap_or_default();
                let name = match self.below(3) {
                    0 => key.to_uppercase(),
                    1 => format!("{key}s"),
                    _ => String::from_utf8_lossy(&self.word()).into_owned(),
                };
                map.insert(name, moved);
            }
            (3, Value::Array(items)) if !items.is_empty() => {
                let copy = items[self.below(items.len())].clone();
                items.extend(std::iter::repeat_n(copy, self.below(40)));
            }
            (4, _) => *node = json!([node.clone()]),
            (5, _) => {
                *node = match &*node {
                    Value::String(text) => text.parse::<f64>().map_or(Value::Null, Value::from),
                    other => Value::from(other.to_string()),
                }
            }
            (6, _) if lent.is_some() => {
                let mut lent = lent.unwrap_or_default();
                let mut at = self.below(count(&lent));
                if let Some(part) = nth(&mut lent, &mut at) {
                    *node = part.take();
                }
            }
            _ => *node = self.hostile(),
        }
        let mut text = value.to_string();
        if let (Some(doubled), Some(open)) = (doubled, text.find('{')) {
            text.insert_str(open + 1, &doubled);
        }
        bytes.truncate(start);
        bytes.extend(text.into_bytes());
        true
    }

    fn key_of(&mut self, map: &Map<String, Value>) -> String {
        let at = self.below(map.len());
        map.keys().nth(at).cloned().unwrap_or_default()
    }

    fn hostile(&mut self) -> Value {
        match self.below(10) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!([0, 1, -1, 200, 1000, 1001, 401, 429][self.below(8)]),
            3 => json!([u64::MAX, 4_102_444_800_000, 253_402_300_800, 2_304][self.below(4)]),
            4 => json!([i64::MIN, -1_000, i64::from(i32::MIN), -62_135_596_801][self.below(4)]),
            5 => json!([0.1, -0.0, 1e300, 1.5][self.below(4)]),
            6 => json!("x".repeat(self.below(6_000))),
            7 => [json!([]), json!({}), json!([[]]), json!([{}])][self.below(4)].clone(),
            _ => json!(String::from_utf8_lossy(&self.word())),
        }
    }
}

/// The JSON that an input ends with, and where it begins.
fn json_in(bytes: &[u8]) -> Option<(usize, Value)> {
    let start = bytes.iter().position(|byte| matches!(byte, b'{' | b'['))?;
    Some((start, serde_json::from_slice(&bytes[start..]).ok()?))
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn nth<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(map) => map.values_mut().find_map(|item| nth(item, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
