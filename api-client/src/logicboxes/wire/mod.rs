//! What the provider writes, read leniently.
//!
//! Nearly every scalar inside an object is a string, some are JSON numbers, a few are booleans; spaces may trail and
//! letter case varies, in keys and words alike. Whole answers may be a bare number, a bare boolean or a bare word,
//! sometimes not even quoted (fact sheet §2). So keys are lowered before they are matched, every field is a [`Scalar`],
//! and what a field must hold is asked for where it is needed, not here.

pub mod account;
pub mod action;
pub mod contact;
pub mod customer;
pub mod domain;
pub mod email;
pub mod scalar;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use account::{ActionRow, Agreement, Prices, ResellerBalance};
pub use action::{ActionResponse, PrivacyPart};
pub use contact::{ContactDetails, ContactRow, Contacts, DefaultContacts, Defaults};
pub use customer::{Customer, CustomerRow};
pub use domain::{
    Availabilities, Availability, Available, DomainDetails, Locks, OrderRow, PremiumNames, Suggestion, Suggestions,
};
pub use email::EmailDetails;
pub use scalar::Scalar;

/// An object with its keys in lower case.
pub type Fields = Map<String, Value>;

/// A whole answer, before anybody asked what it should have been. Its `Debug` shows keys only: it may hold auth codes and
/// people's data.
#[derive(Clone, PartialEq)]
pub enum Body {
    /// A JSON object, keys lowered.
    Object(Fields),
    /// A JSON array.
    List(Vec<Value>),
    /// A bare number, boolean, word or JSON string; also the old four-part error text.
    Bare(String),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(fields) => f.debug_set().entries(fields.keys()).finish(),
            Self::List(list) => write!(f, "a list of {}", list.len()),
            Self::Bare(_) => f.write_str("a bare word"),
        }
    }
}

impl Body {
    /// Visits every text in it.
    pub fn each_text(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Object(fields) => fields.values_mut().for_each(|value| each_text(value, visit)),
            Self::List(list) => list.iter_mut().for_each(|value| each_text(value, visit)),
            Self::Bare(text) => visit(text),
        }
    }
}

fn each_text(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(list) => list.iter_mut().for_each(|value| each_text(value, visit)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_text(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reads a body; `None` is a body the API doesn't write (HTML, truncated JSON, nothing at all).
#[must_use]
pub fn parse(body: &[u8]) -> Option<Body> {
    let text = std::str::from_utf8(body).ok()?.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => Some(Body::Object(lower(fields))),
        Ok(Value::Array(list)) => Some(Body::List(list)),
        Ok(Value::Null) => None,
        Ok(Value::String(word)) => Some(Body::Bare(word.trim().to_owned())),
        Ok(Value::Bool(flag)) => Some(Body::Bare(flag.to_string())),
        Ok(Value::Number(number)) => Some(Body::Bare(number.to_string())),
        Err(_) => bare_word(text).then(|| Body::Bare(text.to_owned())),
    }
}

/// One unquoted word, or the old error text. A truncated object or a page is neither.
fn bare_word(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'+');
    let one = !text.is_empty() && text.len() <= 64 && text.bytes().all(word);
    one || (text.contains("#~#") && !text.contains('<'))
}

/// Keys in lower case, at every depth.
fn lower(fields: Map<String, Value>) -> Fields {
    fields
        .into_iter()
        .map(|(key, value)| (key.trim().to_ascii_lowercase(), lowered(value)))
        .collect()
}

fn lowered(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(lower(fields)),
        Value::Array(list) => Value::Array(list.into_iter().map(lowered).collect()),
        other => other,
    }
}

/// Reads an object's fields as a type of this room; the error names the field, never its value.
///
/// # Errors
/// The path at which a field isn't what the type says.
pub fn read<T: DeserializeOwned>(fields: &Fields) -> Result<T, String> {
    serde_path_to_error::deserialize(Value::Object(fields.clone())).map_err(|error| format!("at `{}`", error.path()))
}

/// A scalar field of an object, if it is there and is a scalar.
#[must_use]
pub fn scalar(fields: &Fields, key: &str) -> Option<Scalar> {
    fields.get(key).and_then(|value| Scalar::deserialize(value).ok())
}

/// What a call's whole answer is read as.
pub trait FromBody: Sized {
    /// Reads it. Unknown fields are ignored; a missing one that the call is asked for is an error.
    ///
    /// # Errors
    /// What it is instead, or the field that is missing or of another type; never a value.
    fn from_body(body: &Body) -> Result<Self, String>;
}

/// A nested object; `null`, an empty text or another shape is none.
fn part<'de, T: DeserializeOwned, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.is_object().then(|| T::deserialize(value).ok()).flatten())
}

/// An instant in epoch seconds, in a string or a number; an implausible one is none ([`Scalar::instant`]).
fn epoch<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Scalar::deserialize(deserializer).map(|scalar| scalar.instant())
}

/// The end of an order, as it was written ([`Scalar::end`]).
fn end<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Scalar::deserialize(deserializer).map(|scalar| scalar.end())
}

/// A secret in a string or a number.
fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Scalar::deserialize(deserializer).map(|scalar| scalar.text().map(SecretString::from))
}

/// A list of texts; one text counts as a list of one.
fn texts<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Value::deserialize(deserializer).map(texts_of)
}

fn texts_of(value: Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        Value::String(text) if !text.is_empty() => vec![text],
        _ => Vec::new(),
    }
}

/// An object of lists of texts; one text counts as a list of one.
fn lists<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, texts_of(value)))
            .collect(),
        _ => BTreeMap::new(),
    })
}

/// The fields of an answer that must be an object.
///
/// # Errors
/// Says that it is none.
pub fn object(body: &Body) -> Result<&Fields, String> {
    match body {
        Body::Object(fields) => Ok(fields),
        Body::List(_) => Err("a list where an object is documented".to_owned()),
        Body::Bare(_) => Err("a bare word where an object is documented".to_owned()),
    }
}

/// Whatever it is.
impl FromBody for Body {
    fn from_body(body: &Body) -> Result<Self, String> {
        Ok(body.clone())
    }
}

/// An object whose keys the documents leave open.
impl FromBody for Fields {
    fn from_body(body: &Body) -> Result<Self, String> {
        object(body).cloned()
    }
}

/// An array of texts (`domains/customer-default-ns`).
impl FromBody for Vec<String> {
    fn from_body(body: &Body) -> Result<Self, String> {
        let Body::List(list) = body else {
            return Err("no list where one is documented".to_owned());
        };
        let text = |value: &Value| Scalar::deserialize(value).ok().map(|s| s.as_str().to_owned());
        list.iter()
            .map(|value| text(value).ok_or_else(|| "a list with something else than texts in it".to_owned()))
            .collect()
    }
}

/// A bare number: the id of what was made or asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id(pub String);

impl FromBody for Id {
    fn from_body(body: &Body) -> Result<Self, String> {
        match body {
            Body::Bare(text) => Scalar::from(text.as_str())
                .id()
                .map(|id| Self(id.to_owned()))
                .ok_or_else(|| "a bare word where a number is documented".to_owned()),
            Body::Object(_) | Body::List(_) => Err("no bare number where one is documented".to_owned()),
        }
    }
}

/// A bare `true` or `false`; `Success` and `NoError` are yes as well, bare or as the `status` of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done(pub bool);

impl FromBody for Done {
    fn from_body(body: &Body) -> Result<Self, String> {
        let word = match body {
            Body::Bare(text) => Scalar::from(text.as_str()),
            Body::Object(fields) => scalar(fields, "status").unwrap_or_default(),
            Body::List(_) => Scalar::default(),
        };
        match word.flag() {
            Some(flag) => Ok(Self(flag)),
            None if word.is("Success") || word.is("NoError") => Ok(Self(true)),
            None => Err("neither a boolean nor `Success`".to_owned()),
        }
    }
}

/// One page of a search: the counters and the rows in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// How many match altogether.
    pub total: u32,
    /// The rows `"1"`, `"2"`, … of this page.
    pub rows: Vec<T>,
}

impl<T: DeserializeOwned> FromBody for Page<T> {
    fn from_body(body: &Body) -> Result<Self, String> {
        object(body).and_then(Self::from_fields)
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads `recsonpage`, `recsindb` and the numbered rows. A page whose rows don't add up to its own counter is not
    /// believed.
    ///
    /// # Errors
    /// What is missing or doesn't agree.
    pub fn from_fields(fields: &Fields) -> Result<Self, String> {
        let counter = |key| {
            scalar(fields, key)
                .and_then(|s| s.count())
                .ok_or_else(|| format!("no number at `{key}`"))
        };
        let (on_page, total) = (counter("recsonpage")?, counter("recsindb")?);
        let mut rows = Vec::new();
        // `contacts/search` has its rows in an array instead (§3.4).
        if let Some(Value::Array(list)) = fields.get("result") {
            for (number, value) in (1..).zip(list) {
                let Value::Object(row) = value else {
                    return Err(format!("row `{number}` is not an object"));
                };
                rows.push((number, read(row)?));
            }
        }
        for (key, value) in fields {
            let Ok(number) = key.parse::<u32>() else { continue };
            let Value::Object(row) = value else {
                return Err(format!("row `{key}` is not an object"));
            };
            rows.push((number, read(row)?));
        }
        rows.sort_by_key(|(number, _)| *number);
        if usize::try_from(on_page) != Ok(rows.len()) || total < on_page {
            return Err(format!("{on_page} rows of {total} announced, {} found", rows.len()));
        }
        Ok(Self {
            total,
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        })
    }
}

/// A domain in the form orders use: ASCII, lower case, no trailing dot. The provider may write an IDN as Unicode.
#[must_use]
pub fn ascii_domain(text: &str) -> Option<String> {
    match url::Host::parse(text.trim().trim_end_matches('.')) {
        Ok(url::Host::Domain(name)) => Some(name),
        _ => None,
    }
}
