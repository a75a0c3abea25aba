//! Answers as ConnectReseller writes them.
//!
//! The document capitalises keys that the wire writes in camel case, numbers and booleans come as strings, ids with a
//! prefix, and the envelope itself in several forms. So answers are read by [`Node`], which forgives all of that, and
//! not by derived types, which would forgive too little or make everything optional. What is required is required here
//! by name, and a parser's error is the name of what is missing, which the `verdict` room turns into "garbled" or
//! "unknown". Keys that nobody knows are passed over.
//!
//! Tags as in the fact sheet: \[S\] the ESHOP document, \[P\] seen in public clients, \[I\] inferred.

mod domain;
mod network;
mod people;
mod price;

pub use domain::*;
pub use network::*;
pub use people::*;
pub use price::*;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

/// A lenient view of a JSON value.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    /// Views a value.
    #[must_use]
    pub fn new(value: &'a Value) -> Self {
        Self(value)
    }

    /// A field by any of its names, in any letter case; the names' order is their precedence. `null` counts as absent.
    #[must_use]
    pub fn get(self, names: &[&str]) -> Option<Node<'a>> {
        let object = self.0.as_object()?;
        names
            .iter()
            .filter_map(|name| {
                object.get(*name).or_else(|| {
                    object
                        .iter()
                        .find(|(key, _)| key.eq_ignore_ascii_case(name))
                        .map(|(_, v)| v)
                })
            })
            .find(|value| !value.is_null())
            .map(Node)
    }

    /// Trimmed text; numbers as they are written. Empty counts as absent.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let text = match self.0 {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// A whole number, or one in a string \[I\].
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        match self.0 {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// An id without its prefix: `OR_30211` is 30211 \[P\].
    #[must_use]
    pub fn id(self) -> Option<String> {
        let text = self.text()?;
        let bare = text.rsplit('_').next().unwrap_or_default();
        (!bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit())).then(|| bare.to_owned())
    }

    /// A boolean, `"true"`, `"False"`, `"1"` or `0` \[P\].
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            Value::Bool(b) => Some(*b),
            _ => match self.text()?.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Some(true),
                "false" | "0" | "no" => Some(false),
                _ => None,
            },
        }
    }

    /// Milliseconds since 1970, as a number or in a string \[P\]. What is beyond all calendars is the last instant of
    /// this one, so that it is seen to make no sense.
    #[must_use]
    pub fn instant(self) -> Option<Timestamp> {
        let ms = self.integer()?;
        let beyond = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Some(Timestamp::from_millisecond(ms).unwrap_or(beyond))
    }

    /// A required field.
    ///
    /// # Errors
    /// Its first name, where it is absent.
    pub fn need(self, names: &[&'static str]) -> Result<Node<'a>, &'static str> {
        self.get(names).ok_or(names.first().copied().unwrap_or_default())
    }

    /// A field that is a text.
    fn text_at(self, names: &[&str]) -> Option<String> {
        self.get(names).and_then(Node::text)
    }

    /// A field that is an id, which is never 0.
    fn id_at(self, names: &[&str]) -> Option<String> {
        self.get(names).and_then(Node::id).filter(|id| id != "0")
    }

    /// A required field that is an id.
    fn need_id(self, names: &[&'static str]) -> Result<String, &'static str> {
        self.id_at(names).ok_or(names.first().copied().unwrap_or_default())
    }

    /// A required field that is a text.
    fn need_text(self, names: &[&'static str]) -> Result<String, &'static str> {
        self.text_at(names).ok_or(names.first().copied().unwrap_or_default())
    }

    /// A decimal, as it is written.
    #[must_use]
    pub fn decimal(self) -> Option<String> {
        self.text().filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
    }

    /// Text that must not be shown.
    #[must_use]
    pub fn secret(self) -> Option<SecretString> {
        self.text().map(SecretString::from)
    }

    /// The items of an array.
    fn items(self) -> Option<impl Iterator<Item = Node<'a>>> {
        Some(self.0.as_array()?.iter().map(Node))
    }

    /// The value itself.
    #[must_use]
    pub fn value(self) -> &'a Value {
        self.0
    }
}

/// An answer's outer part, in whichever form it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// The standard envelope \[S\].
    Envelope(Envelope),
    /// The key or the calling address was not accepted; nothing was executed \[P\]. Its text.
    Unauthorized(String),
    /// No envelope at all: `SearchDomainList`, or something unknown.
    Bare(Value),
}

/// `responseMsg` and `responseData`.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Of `responseMsg`, else of `responseData`, else of the top \[P\].
    pub code: i64,
    /// In the provider's words; not scrubbed yet.
    pub message: String,
    /// `responseData`, if there is any: `null`, `""`, `{}` and `[]` are none.
    pub data: Option<Value>,
    /// `responseMsg.id`, where it is not 0: of a new contact \[P\].
    pub id: Option<String>,
    /// `responseData` is `[]`: a list without items, which is not the same as no list.
    pub empty_list: bool,
}

impl Body {
    /// Sorts an answer's JSON.
    #[must_use]
    pub fn of(json: Value) -> Self {
        let top = Node::new(&json);
        // `responeMsg` is UpdateNameServer's own spelling [S].
        let outer = top.get(&["responseMsg", "responeMsg"]);
        let data = top.get(&["responseData"]);
        let code = |node: Option<Node<'_>>| node.and_then(|n| n.get(&["statusCode"])).and_then(Node::integer);
        if outer.is_none() && data.is_none() && code(Some(top)) == Some(401) {
            let words = ["statusText", "responseText"].map(|name| top.get(&[name]).and_then(Node::text));
            // The document knows no such answer; the shape is that of public clients, which has these texts.
            if words.iter().any(Option::is_some) {
                return Self::Unauthorized(words.into_iter().flatten().collect::<Vec<_>>().join(": "));
            }
        }
        match code(outer).or_else(|| code(data)).or_else(|| code(Some(top))) {
            Some(code) => {
                let message = [outer, data, Some(top)]
                    .into_iter()
                    .flatten()
                    .find_map(|node| node.get(&["message", "msg"]).and_then(Node::text))
                    .unwrap_or_default();
                Self::Envelope(Envelope {
                    code,
                    message,
                    id: outer.and_then(|outer| outer.id_at(&["id"])),
                    empty_list: data.is_some_and(|data| data.items().is_some_and(|mut items| items.next().is_none())),
                    data: data.map(Node::value).filter(|v| !is_nothing(v)).cloned(),
                })
            }
            None => Self::Bare(json),
        }
    }
}

impl Envelope {
    /// 200, or EPP's 1000 \[P\].
    #[must_use]
    pub fn succeeded(&self) -> bool {
        matches!(self.code, 200 | 1000)
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The inner verdict of a paid call: an outer 200 only says that the request was taken \[P\].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inner {
    /// `msgCode` (Order) or `statusCode` (the others, there perhaps one level deeper).
    pub code: i64,
    /// In the provider's words; not scrubbed yet.
    pub message: String,
    /// `name` or `domainName`, where the answer says which domain it is about.
    pub name: Option<String>,
}

impl Inner {
    /// Reads it; `None` without a code.
    #[must_use]
    pub fn of(data: &Value) -> Option<Self> {
        let data = Node::new(data);
        // TransferOrder is documented with another `responseMsg` inside, and seen without [S][P].
        let nested = data.get(&["responseMsg"]);
        let verdict = nested.filter(|n| n.get(&["statusCode"]).is_some()).unwrap_or(data);
        Some(Self {
            code: verdict.get(&["msgCode", "statusCode"])?.integer()?,
            message: verdict
                .get(&["message", "msg"])
                .and_then(Node::text)
                .unwrap_or_default(),
            name: data.get(&["name", "domainName", "websiteName"]).and_then(Node::text),
        })
    }
}
