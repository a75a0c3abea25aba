//! What a single value may be: its type, its range, its spelling, and how it is read from TOML.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::duration::{Rate, format_duration, parse_duration};
use crate::error::FaultKind;
use crate::{hosts, secret};

/// What a key's value must be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// The prefix of every Redis key.
    Namespace,
    /// A Redis address: secret, for it may carry a password.
    RedisUrl,
    /// A provider's key or token: secret.
    Credential,
    /// A bearer token of ours: secret.
    Token,
    /// A Standard Webhooks signing secret.
    WebhookSecret,
    /// HTTP headers as OpenTelemetry writes them: secret, for they carry credentials.
    Headers,
    Path,
    Address,
    /// A duration of at least and at most so much.
    Duration(Duration, Duration),
    /// At least one duration, each within the range.
    Durations(Duration, Duration),
    Rate,
    Integer(u32, u32),
    Flag,
    /// http or https; plain http only to loopback, if so told.
    Url {
        https: bool,
    },
    Word(&'static [&'static str]),
    /// At least one of these, none twice.
    Words(&'static [&'static str]),
    /// Somebody else's id or a name: printable, also accepted as a bare number.
    Id,
    /// No name server, or 2 to 13.
    Hosts,
}

/// A value that was read and found right; or [`Value::Invalid`], which holds a faulty key's place so that nothing
/// else is said about it.
#[derive(Clone)]
pub(crate) enum Value {
    Text(String),
    Secret(SecretString),
    SecretFile(PathBuf, Kind),
    Path(PathBuf),
    Address(SocketAddr),
    Duration(Duration),
    Durations(Vec<Duration>),
    Rate(Rate),
    Integer(u32),
    Flag(bool),
    Url(Url),
    Texts(Vec<String>),
    Count(usize),
    Invalid,
}

/// Why a value was not taken.
pub(crate) struct Wrong {
    pub(crate) kind: FaultKind,
    pub(crate) found: String,
}

fn wrong<T>(kind: FaultKind, found: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        kind,
        found: found.into(),
    })
}

impl Kind {
    /// Whether the value must not be shown, and may stand in a file of its own.
    pub(crate) fn is_secret(self) -> bool {
        matches!(
            self,
            Self::RedisUrl | Self::Credential | Self::Token | Self::WebhookSecret | Self::Headers
        )
    }

    /// What would be right, in words.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Namespace => "1 to 64 letters, digits, `.`, `_` or `-`, without braces, blanks or colons".to_owned(),
            Self::RedisUrl => "an address such as \"redis://127.0.0.1:6379\", \"rediss://…\", \
                               \"redis+sentinel://a:26379,b:26379/master\", \"redis+cluster://a:6379,b:6379\" or \
                               \"redis+unix:///run/redis.sock\""
                .to_owned(),
            Self::Credential => "a text without blanks".to_owned(),
            Self::Token => "visible ASCII characters without blanks".to_owned(),
            Self::WebhookSecret => "\"whsec_\" and 24 to 64 random bytes in base64 (Standard Webhooks)".to_owned(),
            Self::Headers => {
                "headers such as \"authorization=Bearer%20…,x-team=billing\", values percent-encoded".to_owned()
            }
            Self::Path => "the path of a file".to_owned(),
            Self::Address => "an IP address and a port, such as \"127.0.0.1:8080\" or \"[::1]:8080\"".to_owned(),
            Self::Duration(min, max) => format!("a duration such as \"30s\" or \"5m\", {}", between(min, max)),
            Self::Durations(min, max) => {
                format!(
                    "a list of durations such as [\"2s\", \"1m\"], at least one, each {}",
                    between(min, max)
                )
            }
            Self::Rate => "a rate such as \"10/s\", \"600/m\", \"1000/h\" or \"5000/d\", at least 1".to_owned(),
            Self::Integer(min, max) => format!("a whole number from {min} to {max}"),
            Self::Flag => "true or false".to_owned(),
            Self::Url { https: true } => {
                "an https URL without user, query or fragment (http only to a loopback address)".to_owned()
            }
            Self::Url { https: false } => "an https or http URL without user or fragment".to_owned(),
            Self::Word(words) => format!("one of {}", quoted(words)),
            Self::Words(words) => format!("a list, at least one, none twice, of {}", quoted(words)),
            Self::Id => "1 to 255 printable characters without blanks at the ends".to_owned(),
            Self::Hosts => "no host name, or 2 to 13 different ones such as \"ns1.hoster.example\"".to_owned(),
        }
    }

    /// Reads a value. Faults name what was found, and quote it only where it cannot hold a secret.
    pub(crate) fn read(self, value: &toml::Value) -> Result<Value, Wrong> {
        use toml::Value as T;
        match (self, value) {
            (Self::Id, T::Integer(number)) if *number >= 0 => Ok(Value::Text(number.to_string())),
            (Self::Integer(min, max), T::Integer(number)) => match u32::try_from(*number) {
                Ok(fits) if (min..=max).contains(&fits) => Ok(Value::Integer(fits)),
                _ => wrong(FaultKind::OutOfRange, format!("{number}")),
            },
            (Self::Flag, T::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Self::Durations(..) | Self::Words(_) | Self::Hosts, T::Array(items)) => self.read_list(items),
            (Self::Integer(..) | Self::Flag | Self::Durations(..) | Self::Words(_) | Self::Hosts, _) => {
                wrong(FaultKind::WrongType, type_name(value))
            }
            (_, T::String(text)) => self.read_text(text),
            (_, _) => wrong(FaultKind::WrongType, type_name(value)),
        }
    }

    fn read_text(self, text: &str) -> Result<Value, Wrong> {
        let secret = |fault: Option<&'static str>| match fault {
            Some(fault) => wrong(FaultKind::Invalid, fault),
            None => Ok(Value::Secret(text.into())),
        };
        let parsed = match self {
            Self::RedisUrl => return secret(secret::redis_url_fault(text)),
            Self::Credential => return secret(secret::opaque_fault(text)),
            Self::Token => return secret(secret::token_fault(text)),
            Self::WebhookSecret => return secret(secret::webhook_fault(text)),
            Self::Headers => return secret(secret::headers_fault(text)),
            Self::Url { https } => return read_url(text, https),
            Self::Duration(min, max) => return read_duration(text, min, max).map(Value::Duration),
            Self::Namespace => is_namespace(text).then(|| Value::Text(text.to_owned())),
            Self::Path => (!text.is_empty()).then(|| Value::Path(text.into())),
            Self::Address => text.parse().ok().map(Value::Address),
            Self::Rate => Rate::parse(text).map(Value::Rate),
            Self::Word(words) => words.contains(&text).then(|| Value::Text(text.to_owned())),
            Self::Id => is_id(text).then(|| Value::Text(text.to_owned())),
            Self::Integer(..) | Self::Flag | Self::Durations(..) | Self::Words(_) | Self::Hosts => None,
        };
        parsed.map_or_else(|| wrong(FaultKind::Invalid, shown(text)), Ok)
    }

    fn read_list(self, items: &[toml::Value]) -> Result<Value, Wrong> {
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => return wrong(FaultKind::WrongType, format!("a list with {}", type_name(item))),
            }
        }
        if let Some(twice) = texts.iter().enumerate().find(|(i, text)| texts[..*i].contains(text))
            && !matches!(self, Self::Durations(..))
        {
            return wrong(FaultKind::Invalid, format!("{} twice", shown(twice.1)));
        }
        match self {
            Self::Hosts => match hosts::fault(&texts) {
                Some(fault) => wrong(FaultKind::Invalid, fault),
                None => Ok(Value::Texts(texts)),
            },
            _ if texts.is_empty() => wrong(FaultKind::OutOfRange, "an empty list"),
            Self::Words(words) => match texts.iter().find(|text| !words.contains(&text.as_str())) {
                Some(text) => wrong(FaultKind::Invalid, shown(text)),
                None => Ok(Value::Texts(texts)),
            },
            Self::Durations(min, max) => texts
                .iter()
                .map(|text| read_duration(text, min, max))
                .collect::<Result<_, _>>()
                .map(Value::Durations),
            _ => wrong(FaultKind::WrongType, "a list"),
        }
    }

    /// The TOML value that the text of an environment variable stands for: a scalar or list of the wanted type if it
    /// parses to one, else the text as it is. Secrets and paths are always taken literally.
    pub(crate) fn env_value(self, raw: &str) -> toml::Value {
        let literal = || toml::Value::String(raw.to_owned());
        if self.is_secret() || matches!(self, Self::Path) {
            return literal();
        }
        let wanted = |value: &toml::Value| match self {
            Self::Integer(..) => value.is_integer(),
            Self::Flag => value.is_bool(),
            Self::Durations(..) | Self::Words(_) | Self::Hosts => value.is_array(),
            _ => value.is_str(),
        };
        raw.trim().parse().ok().filter(wanted).unwrap_or_else(literal)
    }
}

fn read_duration(text: &str, min: Duration, max: Duration) -> Result<Duration, Wrong> {
    match parse_duration(text) {
        None => wrong(FaultKind::Invalid, shown(text)),
        Some(duration) if duration < min || duration > max => wrong(FaultKind::OutOfRange, shown(text)),
        Some(duration) => Ok(duration),
    }
}

fn read_url(text: &str, https: bool) -> Result<Value, Wrong> {
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return wrong(FaultKind::Invalid, format!("not a URL ({error})")),
    };
    let plain = url.scheme() == "http";
    if !plain && url.scheme() != "https" {
        return wrong(FaultKind::Invalid, format!("a URL with the scheme `{}`", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return wrong(FaultKind::Invalid, "a URL with a user, a password or a fragment");
    }
    if https && url.query().is_some() {
        return wrong(FaultKind::Invalid, "a URL with a query");
    }
    if https && plain && !is_loopback(&url) {
        return wrong(
            FaultKind::Invalid,
            "an http URL beyond loopback, which would send credentials in the clear",
        );
    }
    Ok(Value::Url(url))
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_namespace(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn is_id(text: &str) -> bool {
    let count = text.chars().count();
    (1..=255).contains(&count) && text.trim() == text && !text.chars().any(char::is_control)
}

fn between(min: Duration, max: Duration) -> String {
    format!("from {} to {}", format_duration(min), format_duration(max))
}

pub(crate) fn quoted(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("\"{word}\""))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A value that is no secret, in quotes and cut to a readable length.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{:?}…", &text[..cut]),
        None => format!("{text:?}"),
    }
}

pub(crate) fn type_name(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a text",
        toml::Value::Integer(_) => "a whole number",
        toml::Value::Float(_) => "a number with a fraction",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a date or time",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a table",
    }
}
