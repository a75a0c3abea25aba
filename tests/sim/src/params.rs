//! Parameters: each call states which it knows; anything else is a mistake of the client and is refused.

use std::borrow::Cow;

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
}

impl Fault {
    /// The parameter's name.
    pub(crate) fn parameter(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            Self::Missing(name) | Self::Repeated(name) | Self::Malformed(name) => name,
        }
    }

    /// What is wrong with it.
    pub(crate) fn complaint(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "Unknown parameter",
            Self::Missing(_) => "Required parameter missing",
            Self::Repeated(_) => "Parameter given more than once",
            Self::Malformed(_) => "Parameter has an invalid value",
        }
    }
}

/// Reads query and form, and holds them against what the call knows.
pub(crate) fn read(
    known: &[&'static [Param]],
    query: &[u8],
    form: &[u8],
) -> Result<Vec<(&'static str, String)>, Fault> {
    let mut values = Vec::<(&'static str, String)>::with_capacity(12);
    let mut spelt = Vec::<(&'static str, Cow<'_, str>)>::with_capacity(12);
    for (name, value) in form_urlencoded::parse(query).chain(form_urlencoded::parse(form)) {
        let found = known.iter().flat_map(|params| params.iter()).find_map(|param| {
            param
                .names
                .iter()
                .find(|spelling| **spelling == name)
                .map(|spelling| (param, *spelling))
        });
        let Some((param, spelling)) = found else {
            return Err(Fault::Unknown(name.into_owned()));
        };
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
    let mut params = known.iter().flat_map(|params| params.iter());
    match params.find(|param| param.required && !values.iter().any(|(name, _)| *name == param.names[0])) {
        Some(param) => Err(Fault::Missing(param.names[0])),
        None => Ok(values),
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
        read(&[PARAMS], query.as_bytes(), b"").map(|values| values.len())
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
}
