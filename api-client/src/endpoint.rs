//! A provider's documented operations as data: one row each, for `domorder call`, for tables, and for the tests that
//! hold every row against the simulator.
//!
//! The typed functions of a provider's `client` room are what programs call. This room is for people and tools that
//! name an operation in words: [`request`] turns a row and named values into the [`Request`] that the row describes,
//! naming every fault of the values at once. Signing, sending and judging stay the provider's
//! ([`crate::provider::Provider::call`]), through the same door as everything else.

use std::collections::BTreeSet;

use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::{CallClass, Request};

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Into the address, after `?`.
    Query,
    /// Into a form body.
    Form,
    /// Into the path, in place of `{name}`; percent-encoded.
    Path,
    /// Into a JSON body, under its name.
    Json,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Any text.
    Text,
    /// Digits, perhaps with a minus sign.
    Whole,
    /// `true` or `false`, or `1` or `0`, sent as given.
    Flag,
    /// May come several times; each is sent under the same name (in JSON: an array of texts).
    List,
    /// May come several times as `name=key:value`; sent as numbered pairs `<name>-name1`, `<name>-value1`, … (in JSON:
    /// an object of texts).
    Map,
    /// JSON text, put into a JSON body as it is.
    Json,
}

/// A parameter, spelled as the provider spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Param {
    /// The name that is sent.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Where it goes.
    pub place: Place,
    /// Without it nothing is sent.
    pub required: bool,
    /// Taken from a file or standard input only, and kept out of every text.
    pub secret: bool,
}

impl Param {
    /// A required text.
    #[must_use]
    pub const fn new(name: &'static str, place: Place) -> Self {
        Self {
            name,
            shape: Shape::Text,
            place,
            required: true,
            secret: false,
        }
    }

    /// The same, of another shape.
    #[must_use]
    pub const fn shaped(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// The same, that may be left out.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// The same, as a secret.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// One documented operation.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// Its name in metrics, logs and on the command line, unique within the provider.
    pub name: &'static str,
    /// The method.
    pub method: Verb,
    /// Appended to the base address; `{name}` is a parameter placed in the path.
    pub path: &'static str,
    /// What it may do: [`CallClass::Paid`] must not be repeated, deletions too.
    pub class: CallClass,
    /// Whether it may be sent again without looking first (fact sheets, "exactly-once").
    pub repeatable: bool,
    /// Its parameters, in the order in which they are sent.
    pub params: &'static [Param],
    /// Values that never change, sent before the parameters (`ProductType=1`).
    pub fixed: &'static [(&'static str, &'static str)],
    /// In a sentence: what it does.
    pub summary: &'static str,
    /// Where the fact is from: a section of the fact sheet with its tag.
    pub source: &'static str,
}

/// The methods that the providers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    /// GET
    Get,
    /// POST
    Post,
}

impl Verb {
    /// The method's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }

    const fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
        }
    }
}

impl Serialize for Endpoint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut row = serializer.serialize_struct("Endpoint", 8)?;
        row.serialize_field("operation", self.name)?;
        row.serialize_field("method", &self.method)?;
        row.serialize_field("path", self.path)?;
        row.serialize_field("class", self.class.as_str())?;
        row.serialize_field("repeatable", &self.repeatable)?;
        row.serialize_field("summary", self.summary)?;
        row.serialize_field("source", self.source)?;
        row.serialize_field("params", self.params)?;
        row.end()
    }
}

/// Named values for a call. `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Arguments(Vec<(String, SecretString)>);

impl Arguments {
    /// Adds a value. A list's or map's name may come several times.
    pub fn push(&mut self, name: impl Into<String>, value: SecretString) {
        self.0.push((name.into(), value));
    }

    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a SecretString> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value)
    }

    /// Every value: an answer may echo any of them, so that an error's text has to be scrubbed of the secret ones.
    pub fn secrets<'a>(&'a self, endpoint: &'a Endpoint) -> impl Iterator<Item = &'a SecretString> {
        endpoint
            .params
            .iter()
            .filter(|p| p.secret)
            .flat_map(|p| self.of(p.name))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Arguments {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Self {
        let mut arguments = Self::default();
        for (name, value) in pairs {
            arguments.push(name, SecretString::from(value.into()));
        }
        arguments
    }
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Why a call by name brought no answer that says yes. Texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The values do not fit the operation; nothing was sent. Every fault.
    #[error("{}", .0.join("; "))]
    Arguments(Vec<String>),
    /// Surely nothing left.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The provider answered no, in its documented form.
    #[error("refused: {message}")]
    Refused {
        /// Its words.
        message: String,
        /// Its answer, scrubbed, where it was JSON.
        answer: Option<Box<Value>>,
    },
    /// No complete or recognised answer: for anything but a read, whether it was done is not known.
    #[error("{0}")]
    Unknown(String),
}

/// The request that a row and named values make, not signed yet.
///
/// # Errors
/// Every fault of the values, in sentences that name the parameter; never a value.
pub fn request(endpoint: &'static Endpoint, arguments: &Arguments) -> Result<Request, Vec<String>> {
    let faults = faults(endpoint, arguments);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut path = endpoint.path.to_owned();
    for param in endpoint.params.iter().filter(|p| p.place == Place::Path) {
        let value = arguments.of(param.name).next().map_or("", |v| v.expose_secret());
        path = path.replace(&format!("{{{}}}", param.name), &encoded(value));
    }
    let mut request = Request::new(endpoint.method.method(), endpoint.name, endpoint.class, path);
    let in_body = endpoint.params.iter().any(|p| p.place == Place::Form);
    for (name, value) in endpoint.fixed {
        request = if in_body {
            request.form(*name, *value)
        } else {
            request.query(*name, *value)
        };
    }
    let mut body = Map::new();
    for param in endpoint.params {
        for value in arguments.of(param.name).filter(|_| param.secret) {
            request = request.hide(value);
        }
        match param.place {
            Place::Path => {}
            Place::Json => {
                if let Some(value) = json_value(param, arguments) {
                    body.insert(param.name.to_owned(), value);
                }
            }
            Place::Query | Place::Form => request = paired(request, param, arguments),
        }
    }
    if endpoint.params.iter().any(|p| p.place == Place::Json) {
        request = request.json(&Value::Object(body));
    }
    Ok(request)
}

fn faults(endpoint: &Endpoint, arguments: &Arguments) -> Vec<String> {
    let known: BTreeSet<&str> = endpoint.params.iter().map(|p| p.name).collect();
    let mut faults = Vec::new();
    let unknown: BTreeSet<&str> = arguments
        .0
        .iter()
        .map(|(n, _)| n.as_str())
        .filter(|n| !known.contains(n))
        .collect();
    for name in unknown {
        let list: Vec<&str> = endpoint.params.iter().map(|p| p.name).collect();
        faults.push(format!(
            "`{name}` is no parameter of {}; it takes {}",
            endpoint.name,
            list.join(", ")
        ));
    }
    for param in endpoint.params {
        let mut count = 0;
        for value in arguments.of(param.name) {
            count += 1;
            if let Some(expected) = misfit(param.shape, value.expose_secret()) {
                faults.push(format!("`{}` must be {expected}", param.name));
            }
            if param.place == Place::Path && value.expose_secret().is_empty() {
                faults.push(format!("`{}` must not be empty", param.name));
            }
        }
        if count == 0 && param.required {
            faults.push(format!("`{}` is missing", param.name));
        }
        if count > 1 && !matches!(param.shape, Shape::List | Shape::Map) {
            faults.push(format!("`{}` may be given once", param.name));
        }
    }
    faults
}

/// What a value should have been, where it is not.
fn misfit(shape: Shape, value: &str) -> Option<&'static str> {
    let fits = match shape {
        Shape::Text | Shape::List => true,
        Shape::Whole => value.parse::<i64>().is_ok(),
        Shape::Flag => matches!(value, "true" | "false" | "1" | "0"),
        Shape::Map => value.split_once(':').is_some_and(|(key, _)| !key.is_empty()),
        Shape::Json => serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok(),
    };
    let expected = match shape {
        Shape::Text | Shape::List => "text",
        Shape::Whole => "a whole number",
        Shape::Flag => "true or false",
        Shape::Map => "key:value",
        Shape::Json => "JSON",
    };
    (!fits).then_some(expected)
}

fn paired(mut request: Request, param: &Param, arguments: &Arguments) -> Request {
    let put = |request: Request, name: String, value: &str| match param.place {
        Place::Form => request.form(name, value),
        Place::Query | Place::Path | Place::Json => request.query(name, value),
    };
    for (number, value) in (1..).zip(arguments.of(param.name)) {
        let value = value.expose_secret();
        request = match (param.shape, value.split_once(':')) {
            (Shape::Map, Some((key, value))) => {
                let named = put(request, format!("{}-name{number}", param.name), key);
                put(named, format!("{}-value{number}", param.name), value)
            }
            _ => put(request, param.name.to_owned(), value),
        };
    }
    request
}

fn json_value(param: &Param, arguments: &Arguments) -> Option<Value> {
    let mut values = arguments.of(param.name).map(|v| v.expose_secret());
    let text = |value: &str| Value::String(value.to_owned());
    match param.shape {
        Shape::List => {
            let list: Vec<Value> = values.map(text).collect();
            (!list.is_empty()).then_some(Value::Array(list))
        }
        Shape::Map => {
            let map: Map<String, Value> = values
                .filter_map(|pair| pair.split_once(':'))
                .map(|(key, value)| (key.to_owned(), text(value)))
                .collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        Shape::Whole => values.next()?.parse::<i64>().ok().map(Value::from),
        Shape::Flag => Some(Value::Bool(matches!(values.next()?, "true" | "1"))),
        Shape::Json => serde_json::from_str(values.next()?).ok(),
        Shape::Text => values.next().map(text),
    }
}

/// A path segment: everything but unreserved characters as `%XX` (RFC 3986 §2.3).
pub(crate) fn encoded(segment: &str) -> String {
    segment
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpSettings;

    static ORDER: Endpoint = Endpoint {
        name: "Order",
        method: Verb::Post,
        path: "order/{domain}.json",
        class: CallClass::Paid,
        repeatable: false,
        params: &[
            Param::new("domain", Place::Path),
            Param::new("years", Place::Form).shaped(Shape::Whole),
            Param::new("ns", Place::Form).shaped(Shape::List).optional(),
            Param::new("attr", Place::Form).shaped(Shape::Map).optional(),
            Param::new("code", Place::Form).optional().secret(),
        ],
        fixed: &[("type", "1")],
        summary: "Orders.",
        source: "here",
    };

    fn wire(pairs: &[(&str, &str)]) -> Result<(String, String), Vec<String>> {
        let arguments = pairs.iter().copied().collect();
        let settings = HttpSettings::new(url::Url::parse("https://api.example/base").expect("an address"));
        let wire = request(&ORDER, &arguments)?.wire(&settings).expect("it can be written");
        Ok((wire.target, String::from_utf8(wire.body.to_vec()).expect("text")))
    }

    #[test]
    fn values_go_where_the_row_says() {
        let (target, body) = wire(&[
            ("domain", "bü/cher.example"),
            ("years", "2"),
            ("ns", "a.example"),
            ("ns", "b.example"),
            ("attr", "tnc:Y"),
        ])
        .expect("well made");
        assert_eq!(target, "/base/order/b%C3%BC%2Fcher.example.json");
        assert_eq!(
            body,
            "type=1&years=2&ns=a.example&ns=b.example&attr-name1=tnc&attr-value1=Y"
        );
    }

    #[test]
    fn every_fault_is_named_and_no_value_shown() {
        let faults =
            wire(&[("years", "secret-value"), ("yeras", "2"), ("code", "a"), ("code", "b")]).expect_err("faulty");
        let text = faults.join("\n");
        for named in [
            "`yeras` is no parameter",
            "`domain` is missing",
            "`years` must be a whole number",
            "`code` may be given once",
        ] {
            assert!(text.contains(named), "{text}");
        }
        assert!(!text.contains("secret-value"), "{text}");
    }
}
