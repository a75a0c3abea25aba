//! One layer (a TOML text, or the environment) read against the schema: settings by dotted key, and faults.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Fault, FaultKind, Source};
use crate::kind::{Kind, Value, Wrong, shown, type_name};
use crate::schema::{self, Field, Found, ROOT, Shape};

/// What variables that stand for keys begin with. Not `DOMORDER_`: that one belongs to the program's own switches.
pub(crate) const ENV_PREFIX: &str = "DOMORDER__";

/// What other programs' variables mean here, by OpenTelemetry's specification: the variable of its own for traces first,
/// which is taken as it is, then that for every signal, to which a signal's path is added.
const STANDARD: [(&str, &str, &str); 4] = [
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "traces_url", ""),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "traces_url", "/v1/traces"),
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "traces_headers", ""),
    ("OTEL_EXPORTER_OTLP_HEADERS", "traces_headers", ""),
];

/// Whether this is one of those variables.
pub(crate) fn is_standard(name: &str) -> bool {
    STANDARD.iter().any(|(variable, ..)| *variable == name)
}

/// A value and where it came from.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) value: Value,
    pub(crate) source: Source,
}

/// The settings of one layer.
#[derive(Default)]
pub(crate) struct Layer {
    pub(crate) settings: BTreeMap<String, Setting>,
    /// Lists that this layer sets; a list replaces the one of a lower layer as a whole.
    pub(crate) lists: BTreeSet<String>,
    /// Named tables that this layer mentions, e.g. `accounts.cr-main`.
    pub(crate) named: BTreeSet<String>,
}

/// Reads a TOML text. Relative paths in it are meant from `folder`.
pub(crate) fn from_toml(text: &str, source: Source, folder: Option<&Path>, faults: &mut Vec<Fault>) -> Layer {
    let mut walk = Walk {
        source,
        folder,
        layer: Layer::default(),
        faults,
    };
    match toml::from_str::<toml::Table>(text) {
        Ok(table) => walk.table("", ROOT, &table),
        Err(_) => walk.syntax(text),
    }
    walk.layer
}

/// Reads the environment. `named` are the tables that lower layers name: `CR_MAIN` means `cr-main` if that exists.
pub(crate) fn from_env(
    env: impl IntoIterator<Item = (String, String)>,
    named: &BTreeSet<String>,
    faults: &mut Vec<Fault>,
) -> Layer {
    let mut layer = Layer::default();
    // Sorted, so that the same environment gives the same faults.
    let env: BTreeMap<String, String> = env
        .into_iter()
        .filter(|(name, _)| name.starts_with(ENV_PREFIX))
        .collect();
    for (name, raw) in env {
        let mut walk = Walk {
            source: Source::Env(name.clone()),
            folder: None,
            layer,
            faults: &mut *faults,
        };
        walk.variable(&name, &raw, named);
        layer = walk.layer;
    }
    layer
}

/// Reads the variables of [`STANDARD`]; an empty one counts as not set, as the specification wants.
pub(crate) fn from_standard_env(env: &[(String, String)], faults: &mut Vec<Fault>) -> Layer {
    let mut walk = Walk {
        source: Source::Default,
        folder: None,
        layer: Layer::default(),
        faults,
    };
    for (variable, name, path) in STANDARD {
        let key = join("telemetry", name);
        let value = env.iter().find(|(given, value)| given == variable && !value.is_empty());
        let (Some((_, value)), false) = (value, walk.layer.settings.contains_key(&key)) else {
            continue;
        };
        let value = match path {
            "" => value.clone(),
            path => format!("{}{path}", value.trim_end_matches('/')),
        };
        let Some(Found::Key(Field {
            shape: Shape::Leaf(kind),
            ..
        })) = schema::find(schema::TELEMETRY, name)
        else {
            continue;
        };
        walk.source = Source::Env(variable.to_owned());
        walk.leaf(&key, *kind, &toml::Value::String(value));
    }
    walk.layer
}

struct Walk<'a> {
    source: Source,
    folder: Option<&'a Path>,
    layer: Layer,
    faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    fn fault(&mut self, key: &str, kind: FaultKind, found: String, expected: String, remedy: String) {
        self.faults.push(Fault {
            key: key.to_owned(),
            source: Some(self.source.clone()),
            kind,
            found,
            expected,
            remedy,
        });
    }

    /// Every syntax error, by line and column: the parser's own report would quote the line, secrets and all.
    fn syntax(&mut self, text: &str) {
        let (_, errors) = toml::de::DeTable::parse_recoverable(text);
        let mut places: Vec<(usize, usize)> = errors.iter().map(|error| place(text, error.span())).collect();
        if places.is_empty() {
            places.push((1, 1));
        }
        places.sort_unstable();
        places.dedup();
        for (line, column) in places {
            let found = format!("line {line}, column {column} is not TOML");
            let remedy = "Correct that line; nothing else of this file was looked at".to_owned();
            self.fault("", FaultKind::Syntax, found, "TOML, each key once".to_owned(), remedy);
        }
    }

    fn table(&mut self, path: &str, fields: &'static [Field], table: &toml::Table) {
        for (name, value) in table {
            let key = join(path, name);
            match schema::find(fields, name) {
                Some(found) => self.found(path, &key, &found, value),
                None => self.unknown(&key, name, fields),
            }
        }
    }

    fn found(&mut self, path: &str, key: &str, found: &Found, value: &toml::Value) {
        let field = match found {
            Found::Key(field) => field,
            Found::FileOf(field, kind) => return self.secret_file(&join(path, field.name), key, *kind, value),
        };
        match (field.shape, value) {
            (Shape::Leaf(kind), _) => self.leaf(key, kind, value),
            (Shape::Table(fields), toml::Value::Table(table)) => self.table(key, fields, table),
            (Shape::Named(fields), toml::Value::Table(tables)) => {
                for (name, value) in tables {
                    self.named(key, name, fields, value);
                }
            }
            (Shape::List(fields), toml::Value::Array(items)) => self.list(key, fields, items),
            (Shape::Table(fields) | Shape::Named(fields), _) => self.not_a(key, "a table", fields, value),
            (Shape::List(fields), _) => self.not_a(key, "a list of tables", fields, value),
        }
    }

    fn named(&mut self, path: &str, name: &str, fields: &'static [Field], value: &toml::Value) {
        if !is_name(name) {
            let expected = "1 to 40 of a-z, 0-9, `_` and `-`, the first a letter or digit".to_owned();
            let found = format!("the name {}", shown(name));
            return self.fault(
                &join(path, name),
                FaultKind::Invalid,
                found,
                expected,
                "Choose another name".to_owned(),
            );
        }
        let key = join(path, name);
        match value {
            toml::Value::Table(table) => {
                self.layer.named.insert(key.clone());
                self.table(&key, fields, table);
            }
            _ => self.not_a(&key, "a table", fields, value),
        }
    }

    fn list(&mut self, key: &str, fields: &'static [Field], items: &[toml::Value]) {
        self.layer.lists.insert(key.to_owned());
        for (index, item) in items.iter().enumerate() {
            let key = format!("{key}[{index}]");
            match item {
                toml::Value::Table(table) => self.table(&key, fields, table),
                _ => self.not_a(&key, "a table", fields, item),
            }
        }
        self.insert(key, key, Value::Count(items.len()));
    }

    fn leaf(&mut self, key: &str, kind: Kind, value: &toml::Value) {
        let value = match kind.read(value) {
            Ok(Value::Path(path)) => Value::Path(self.absolute(path)),
            Ok(value) => value,
            Err(wrong) => {
                self.wrong(key, kind, wrong);
                Value::Invalid
            }
        };
        self.insert(key, key, value);
    }

    /// `<key>_file` is kept under the secret's own key, so that either form replaces the other of a lower layer.
    fn secret_file(&mut self, key: &str, written: &str, kind: Kind, value: &toml::Value) {
        let value = match Kind::Path.read(value) {
            Ok(Value::Path(path)) => Value::SecretFile(self.absolute(path), kind),
            Ok(_) => Value::Invalid,
            Err(wrong) => {
                self.wrong(written, Kind::Path, wrong);
                Value::Invalid
            }
        };
        self.insert(key, written, value);
    }

    fn insert(&mut self, key: &str, written: &str, value: Value) {
        if let Some(before) = self.layer.settings.get(key) {
            let (found, remedy) = match &before.source {
                Source::Env(name) => (
                    format!("also given by {name}"),
                    "Unset one of the two variables".to_owned(),
                ),
                Source::Default | Source::File(_) | Source::SecretFile(_) => (
                    format!("`{key}` is given twice, itself and as a file"),
                    "Remove one of the two".to_owned(),
                ),
            };
            self.fault(
                written,
                FaultKind::GivenTwice,
                found,
                "one of the two".to_owned(),
                remedy,
            );
        }
        self.layer.settings.insert(
            key.to_owned(),
            Setting {
                value,
                source: self.source.clone(),
            },
        );
    }

    fn wrong(&mut self, key: &str, kind: Kind, wrong: Wrong) {
        let remedy = match wrong.kind {
            FaultKind::WrongType if matches!(kind, Kind::Duration(..)) => "Write it in quotes, with its unit",
            FaultKind::WrongType => "Write it as shown",
            FaultKind::OutOfRange => "Choose a value within the limits",
            _ => "Correct the value",
        };
        self.fault(key, wrong.kind, wrong.found, kind.expected(), remedy.to_owned());
    }

    fn unknown(&mut self, key: &str, name: &str, fields: &[Field]) {
        let remedy = match schema::nearest(fields, name) {
            Some(nearest) => format!("Did you mean `{nearest}`? Otherwise remove it"),
            None => "Remove it, or look for its place in default.toml".to_owned(),
        };
        let expected = format!("one of {}", schema::names(fields).join(", "));
        self.fault(
            key,
            FaultKind::UnknownKey,
            "there is no such key".to_owned(),
            expected,
            remedy,
        );
    }

    fn not_a(&mut self, key: &str, what: &str, fields: &[Field], value: &toml::Value) {
        let expected = format!("{what} with the keys {}", schema::names(fields).join(", "));
        let found = type_name(value).to_owned();
        self.fault(
            key,
            FaultKind::WrongType,
            found,
            expected,
            format!("Write `{key}` as {what}"),
        );
        self.layer.settings.insert(
            key.to_owned(),
            Setting {
                value: Value::Invalid,
                source: self.source.clone(),
            },
        );
    }

    fn variable(&mut self, name: &str, raw: &str, existing: &BTreeSet<String>) {
        let lower = name[ENV_PREFIX.len()..].to_ascii_lowercase();
        let segments: Vec<&str> = lower.split("__").collect();
        let text = toml::Value::String(raw.to_owned());
        let (mut path, mut fields) = (String::new(), ROOT);
        let mut rest = segments.iter();
        while let Some(segment) = rest.next() {
            let key = join(&path, segment);
            let Some(found) = schema::find(fields, segment) else {
                return self.unknown(&key, segment, fields);
            };
            let Found::Key(field) = &found else {
                return self.ending(rest.len(), &key, |walk| walk.found(&path, &key, &found, &text));
            };
            match field.shape {
                Shape::Leaf(kind) => {
                    return self.ending(rest.len(), &key, |walk| walk.leaf(&key, kind, &kind.env_value(raw)));
                }
                Shape::List(_) => {
                    let value = raw.trim().parse().unwrap_or(text);
                    return self.ending(rest.len(), &key, |walk| walk.found(&path, &key, &found, &value));
                }
                Shape::Table(inner) => (path, fields) = (key, inner),
                Shape::Named(inner) => {
                    let Some(name) = rest.next() else {
                        return self.not_a(&key, "a table", inner, &text);
                    };
                    let name = resolve(&key, name, existing);
                    if rest.len() == 0 || !is_name(&name) {
                        return self.named(&key, &name, inner, &text);
                    }
                    (path, fields) = (join(&key, &name), inner);
                    self.layer.named.insert(path.clone());
                }
            }
        }
        self.not_a(&path, "a table", fields, &text);
    }

    /// A value's key must be the end of a variable's name.
    fn ending(&mut self, left: usize, key: &str, take: impl FnOnce(&mut Self)) {
        if left == 0 {
            return take(self);
        }
        let found = "more name segments after a key that is a single value".to_owned();
        let remedy = format!("Drop what follows `{key}` in the variable's name");
        self.fault(
            key,
            FaultKind::UnknownKey,
            found,
            "the name to end there".to_owned(),
            remedy,
        );
    }

    fn absolute(&self, path: PathBuf) -> PathBuf {
        self.folder.map_or_else(|| path.clone(), |folder| folder.join(&path))
    }
}

/// Shells take no `-` in a variable's name, so `CR_MAIN` also means `cr-main`, if only one such table exists.
fn resolve(path: &str, name: &str, existing: &BTreeSet<String>) -> String {
    if existing.contains(&join(path, name)) {
        return name.to_owned();
    }
    let prefix = join(path, "");
    let mut alike = existing
        .iter()
        .filter_map(|known| known.strip_prefix(&prefix))
        .filter(|known| known.replace('-', "_") == name);
    match (alike.next(), alike.next()) {
        (Some(only), None) => only.to_owned(),
        _ => name.to_owned(),
    }
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    starts && name.len() <= 40 && name.bytes().all(fits)
}

pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn place(text: &str, span: Option<std::ops::Range<usize>>) -> (usize, usize) {
    let end = span.map_or(0, |span| span.start.min(text.len()));
    let before = &text.as_bytes()[..end];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
    (line, column)
}
