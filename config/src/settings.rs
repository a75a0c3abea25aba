//! The layers laid over each other, and typed access to the result.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::duration::Rate;
use crate::error::{Fault, FaultKind, Source};
use crate::kind::{Kind, Value};
use crate::layers::{Layer, Setting, join};
use crate::schema::{Field, ROOT, Shape};
use crate::secret;

/// All settings by dotted key.
#[derive(Default)]
pub(crate) struct Settings {
    map: BTreeMap<String, Setting>,
    pub(crate) named: BTreeSet<String>,
}

impl Settings {
    /// Lays a layer on top.
    pub(crate) fn overlay(&mut self, layer: Layer) {
        for list in &layer.lists {
            let inside = format!("{list}[");
            self.map.retain(|key, _| !key.starts_with(&inside));
        }
        self.map.extend(layer.settings);
        self.named.extend(layer.named);
    }

    /// Fills in the defaults of accounts and webhooks, and reads the secret files that are still referred to.
    pub(crate) fn complete(&mut self, faults: &mut Vec<Fault>) {
        for field in ROOT {
            if let Shape::Named(inner) = field.shape {
                for name in self.names(field.name) {
                    self.fill(&join(field.name, &name), inner);
                }
            }
        }
        for (key, setting) in &mut self.map {
            if let Value::SecretFile(path, kind) = &setting.value {
                let (value, fault) = read_secret(key, path, *kind);
                *setting = Setting {
                    value,
                    source: Source::SecretFile(path.clone()),
                };
                faults.extend(fault);
            }
        }
    }

    fn fill(&mut self, path: &str, fields: &[Field]) {
        for field in fields {
            if let (Shape::Leaf(kind), Some(default)) = (field.shape, field.default) {
                let value = default
                    .parse()
                    .ok()
                    .and_then(|value| kind.read(&value).ok())
                    .unwrap_or(Value::Invalid);
                let setting = Setting {
                    value,
                    source: Source::Default,
                };
                self.map.entry(join(path, field.name)).or_insert(setting);
            }
        }
    }

    /// The names under `accounts` or `webhooks`.
    pub(crate) fn names(&self, section: &str) -> Vec<String> {
        let prefix = join(section, "");
        self.named
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect()
    }

    /// How many tables a list has, if it is a list.
    pub(crate) fn count(&self, key: &str) -> Option<usize> {
        match self.map.get(key)?.value {
            Value::Count(count) => Some(count),
            _ => None,
        }
    }

    /// Whether a key is set at all, rightly or not.
    pub(crate) fn is_set(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The value, if it is set and right.
    pub(crate) fn get<T: FromValue>(&self, key: &str) -> Option<T> {
        self.map.get(key).and_then(|setting| T::from_value(&setting.value))
    }

    /// The value, or a fault if nothing is set. A wrong value has its fault already.
    pub(crate) fn need<T: FromValue>(&self, key: &str, what: &str, faults: &mut Vec<Fault>) -> Option<T> {
        if !self.is_set(key) {
            faults.push(Fault {
                key: key.to_owned(),
                source: None,
                kind: FaultKind::Missing,
                found: "not set".to_owned(),
                expected: what.to_owned(),
                remedy: format!("Set it in the file, or by {}", variable(key)),
            });
        }
        self.get(key)
    }

    pub(crate) fn source(&self, key: &str) -> Option<Source> {
        self.map.get(key).map(|setting| setting.source.clone())
    }

    /// The source of each key.
    pub(crate) fn into_sources(self) -> BTreeMap<String, Source> {
        self.map
            .into_iter()
            .map(|(key, setting)| (key, setting.source))
            .collect()
    }
}

/// The variable that sets a key; a list's entries can only be set together.
fn variable(key: &str) -> String {
    let key = key.split('[').next().unwrap_or(key);
    format!(
        "{}{}",
        crate::layers::ENV_PREFIX,
        key.replace('.', "__").to_ascii_uppercase()
    )
}

fn read_secret(key: &str, path: &std::path::Path, kind: Kind) -> (Value, Option<Fault>) {
    let fault = |kind, found, expected, remedy: &str| Fault {
        key: format!("{key}_file"),
        source: Some(Source::SecretFile(path.to_owned())),
        kind,
        found,
        expected,
        remedy: remedy.to_owned(),
    };
    let text = match secret::read_file(path) {
        Ok(text) => text,
        Err(why) => {
            let expected = "a readable file with the secret in one line".to_owned();
            return (
                Value::Invalid,
                Some(fault(
                    FaultKind::Unreadable,
                    why,
                    expected,
                    "Correct the path or its permissions",
                )),
            );
        }
    };
    match kind.read(&toml::Value::String(text)) {
        Ok(value) => (value, None),
        Err(wrong) => (
            Value::Invalid,
            Some(fault(
                wrong.kind,
                wrong.found,
                kind.expected(),
                "Correct the file's content",
            )),
        ),
    }
}

/// The types that values are taken out as.
pub(crate) trait FromValue: Sized {
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($variant:ident => $ty:ty),+ $(,)?) => {$(
        impl FromValue for $ty {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(inner) => Some(inner.clone()),
                    _ => None,
                }
            }
        }
    )+};
}

from_value! {
    Text => String, Secret => SecretString, Path => PathBuf, Address => SocketAddr, Duration => Duration,
    Durations => Vec<Duration>, Rate => Rate, Integer => u32, Flag => bool, Url => Url, Texts => Vec<String>,
}
