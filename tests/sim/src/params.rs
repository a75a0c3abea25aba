//! Parameters: each call states which it knows; anything else is a mistake of the client and is refused.

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::form_urlencoded;

/// What a value must look like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Any text but an empty one.
    Text,
    /// Any text, also an empty one.
    Any,
    /// A whole number.
    Int,
    /// `true`, `false`, `1` or `0`.
    Flag,
    /// `true` or `false`.
    Bool,
    /// This very text.
    Exactly(&'static str),
    /// One of these, letter case included.
    OneOf(&'static [&'static str]),
    /// In JSON only: an array of texts.
    Texts,
    /// In JSON only: an object of texts.
    TextMap,
    /// In JSON only: an array, each of whose items is held against what this knows.
    Items(fn(&Map<String, Value>) -> Result<(), Fault>),
}

impl Shape {
    fn fits(self, value: &str) -> bool {
        match self {
            Self::Text => !value.trim().is_empty(),
            Self::Any => true,
            Self::Int => value.parse::<i64>().is_ok(),
            Self::Flag => matches!(value, "true" | "false" | "1" | "0"),
            Self::Bool => matches!(value, "true" | "false"),
            Self::Exactly(wanted) => value == wanted,
            Self::OneOf(wanted) => wanted.contains(&value),
            Self::Texts | Self::TextMap | Self::Items(_) => false,
        }
    }

    /// The value as it is kept; `None` if it does not fit.
    fn of_json(self, name: &'static str, value: &Value) -> Result<String, Fault> {
        let malformed = || Fault::Malformed(name);
        let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        match (self, value) {
            (Self::Texts, Value::Array(items)) if items.iter().all(is_text) => Ok(value.to_string()),
            (Self::TextMap, Value::Object(map)) if map.values().all(is_text) => Ok(value.to_string()),
            (Self::Items(check), Value::Array(items)) if !items.is_empty() => {
                for (at, item) in items.iter().enumerate() {
                    let item = item.as_object().ok_or_else(malformed)?;
                    check(item).map_err(|fault| Fault::Inside(name, at, Box::new(fault)))?;
                }
                Ok(value.to_string())
            }
            (Self::Texts | Self::TextMap | Self::Items(_), _) => Err(malformed()),
            (_, Value::String(text)) if self.fits(text) => Ok(text.clone()),
            (_, Value::Number(number)) if self.fits(&number.to_string()) => Ok(number.to_string()),
            (_, Value::Bool(truth)) if self.fits(&truth.to_string()) => Ok(truth.to_string()),
            _ => Err(malformed()),
        }
    }
}

/// A parameter a call knows.
#[derive(Debug)]
pub(crate) struct Param {
    /// Its spellings; the first is the one the simulator uses.
    names: &'static [&'static str],
    shape: Shape,
    required: bool,
    many: bool,
}

/// A parameter that must be there.
pub(crate) const fn required(names: &'static [&'static str], shape: Shape) -> Param {
    Param {
        names,
        shape,
        required: true,
        many: false,
    }
}

/// A parameter that may be there.
pub(crate) const fn optional(names: &'static [&'static str], shape: Shape) -> Param {
    Param {
        names,
        shape,
        required: false,
        many: false,
    }
}

/// A parameter that may come several times.
pub(crate) const fn repeated(names: &'static [&'static str], shape: Shape) -> Param {
    Param {
        names,
        shape,
        required: false,
        many: true,
    }
}

/// What is wrong with the parameters of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Unknown(String),
    Missing(&'static str),
    Repeated(&'static str),
    /// The value is left out on purpose: it may be a secret.
    Malformed(&'static str),
    /// In an item of a list.
    Inside(&'static str, usize, Box<Fault>),
}

impl Fault {
    /// The parameter's name.
    pub(crate) fn parameter(&self) -> Cow<'_, str> {
        match self {
            Self::Unknown(name) => Cow::Borrowed(name),
            Self::Missing(name) | Self::Repeated(name) | Self::Malformed(name) => Cow::Borrowed(name),
            Self::Inside(name, at, fault) => Cow::Owned(format!("{name}/{at}/{}", fault.parameter())),
        }
    }

    /// What is wrong with it.
    pub(crate) fn complaint(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "Unknown parameter",
            Self::Missing(_) => "Required parameter missing",
            Self::Repeated(_) => "Parameter given more than once",
            Self::Malformed(_) => "Parameter has an invalid value",
            Self::Inside(_, _, fault) => fault.complaint(),
        }
    }
}

/// Values by their parameters' first spelling.
pub(crate) type Values = Vec<(&'static str, String)>;

/// Reads query and form, and holds them against what the call knows. `found` were read from path and headers.
pub(crate) fn read(known: &[&'static [Param]], found: Values, query: &[u8], form: &[u8]) -> Result<Values, Fault> {
    let mut values = found;
    values.reserve(12);
    let mut spelt = Vec::<(&'static str, Cow<'_, str>)>::with_capacity(12);
    for (name, value) in form_urlencoded::parse(query).chain(form_urlencoded::parse(form)) {
        let (param, spelling) = known_as(known, &name)?;
        let canonical = param.names[0];
        if !param.shape.fits(&value) {
            return Err(Fault::Malformed(canonical));
        }
        if !param.many && spelt.iter().any(|(seen, _)| *seen == spelling) {
            return Err(Fault::Repeated(canonical));
        }
        // Two spellings of one parameter are harmless as long as they agree.
        match values.iter().find(|(seen, _)| *seen == canonical) {
            Some((_, earlier)) if !param.many && *earlier != value => return Err(Fault::Repeated(canonical)),
            Some(_) if !param.many => {}
            _ => values.push((canonical, value.clone().into_owned())),
        }
        spelt.push((spelling, value));
    }
    complete(known, &values)?;
    Ok(values)
}

/// Reads a JSON body, and holds it against what the call knows. `found` were read from path and headers.
pub(crate) fn read_json(known: &[&'static [Param]], found: Values, body: &Map<String, Value>) -> Result<Values, Fault> {
    let mut values = found;
    for (name, value) in body {
        let (param, _) = known_as(known, name)?;
        let canonical = param.names[0];
        if values.iter().any(|(seen, _)| *seen == canonical) {
            return Err(Fault::Repeated(canonical));
        }
        values.push((canonical, param.shape.of_json(canonical, value)?));
    }
    complete(known, &values)?;
    Ok(values)
}

fn known_as(known: &[&'static [Param]], name: &str) -> Result<(&'static Param, &'static str), Fault> {
    known
        .iter()
        .flat_map(|params| params.iter())
        .find_map(|param| {
            let spelling = param.names.iter().find(|spelling| **spelling == name)?;
            Some((param, *spelling))
        })
        .ok_or_else(|| Fault::Unknown(name.to_owned()))
}

fn complete(known: &[&'static [Param]], values: &Values) -> Result<(), Fault> {
    let mut params = known.iter().flat_map(|params| params.iter());
    match params.find(|param| param.required && !values.iter().any(|(name, _)| *name == param.names[0])) {
        Some(param) => Err(Fault::Missing(param.names[0])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: &[Param] = &[
        required(&["AuthCode", "Authcode"], Shape::Text),
        optional(&["Duration"], Shape::Int),
        repeated(&["order-id"], Shape::Int),
    ];

    fn check(query: &str) -> Result<usize, Fault> {
        read(&[PARAMS], Values::new(), query.as_bytes(), b"").map(|values| values.len())
    }

    #[test]
    fn parameters_are_held_against_what_is_known() {
        assert_eq!(check("AuthCode=a"), Ok(1));
        assert_eq!(check("AuthCode=a&Authcode=a"), Ok(1));
        assert_eq!(check("AuthCode=a&order-id=1&order-id=2"), Ok(3));
        assert_eq!(check("AuthCode=a&Authcode=b"), Err(Fault::Repeated("AuthCode")));
        assert_eq!(check("AuthCode=a&AuthCode=a"), Err(Fault::Repeated("AuthCode")));
        assert_eq!(check("authcode=a"), Err(Fault::Unknown("authcode".to_owned())));
        assert_eq!(check("Duration=1"), Err(Fault::Missing("AuthCode")));
        assert_eq!(check("AuthCode=a&Duration=one"), Err(Fault::Malformed("Duration")));
        assert_eq!(check("AuthCode="), Err(Fault::Malformed("AuthCode")));
    }

    fn item(item: &Map<String, Value>) -> Result<(), Fault> {
        read_json(&[PARAMS], Values::new(), item).map(drop)
    }

    #[test]
    fn json_is_held_against_what_is_known_as_well() {
        const BODY: &[Param] = &[
            required(&["items"], Shape::Items(item)),
            optional(&["hosts"], Shape::Texts),
            optional(&["more"], Shape::TextMap),
            optional(&["years"], Shape::Int),
        ];
        let check = |body: Value| read_json(&[BODY], vec![("domain", "a".to_owned())], body.as_object().unwrap());
        let good = serde_json::json!({"items": [{"AuthCode": "a", "Duration": 1}], "hosts": ["b"], "more": {"c": "d"}, "years": "2"});
        assert_eq!(check(good).map(|values| values.len()), Ok(5));
        for (body, parameter) in [
            (serde_json::json!({}), "items"),
            (serde_json::json!({"items": []}), "items"),
            (serde_json::json!({"items": ["a"]}), "items"),
            (
                serde_json::json!({"items": [{"AuthCode": "a"}, {}]}),
                "items/1/AuthCode",
            ),
            (
                serde_json::json!({"items": [{"AuthCode": "a", "years": 1}]}),
                "items/0/years",
            ),
            (serde_json::json!({"items": [{"AuthCode": "a"}], "hosts": "b"}), "hosts"),
            (
                serde_json::json!({"items": [{"AuthCode": "a"}], "more": {"c": 1}}),
                "more",
            ),
            (serde_json::json!({"items": [{"AuthCode": "a"}], "years": 1.5}), "years"),
        ] {
            assert_eq!(check(body.clone()).unwrap_err().parameter(), parameter, "{body}");
        }
    }
}
