//! Every key there is, with what its value must be. Adding a setting starts here and in `default.toml`.

use std::time::Duration;

use crate::accounts::{InvoiceOption, ProviderKind};
use crate::http::Scope;
use crate::kind::Kind;
use crate::redis::{Durability, JournalUse};
use crate::webhooks::Begin;

const MILLI: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const YEARS: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A single value.
    Leaf(Kind),
    /// A table with these keys.
    Table(&'static [Field]),
    /// A table of tables, named by the operator.
    Named(&'static [Field]),
    /// A list of tables.
    List(&'static [Field]),
}

/// A key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// The default of a key in a [`Shape::Named`] table, as TOML; all others have theirs in `default.toml`.
    pub(crate) default: Option<&'static str>,
}

const fn leaf(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        shape: Shape::Leaf(kind),
        default: None,
    }
}

const fn leaf_or(name: &'static str, kind: Kind, default: &'static str) -> Field {
    Field {
        name,
        shape: Shape::Leaf(kind),
        default: Some(default),
    }
}

const fn table(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        default: None,
    }
}

/// The configuration, in the order of the contract's section 4.
pub(crate) const ROOT: &[Field] = &[
    table("redis", Shape::Table(REDIS)),
    table("secrets", Shape::Table(&[leaf("key_file", Kind::Path)])),
    table("http", Shape::Table(HTTP)),
    table("worker", Shape::Table(WORKER)),
    table("accounts", Shape::Named(ACCOUNT)),
    table("polling", Shape::Table(POLLING)),
    table("reconcile", Shape::Table(RECONCILE)),
    table("breaker", Shape::Table(BREAKER)),
    table("retry", Shape::Table(RETRY)),
    table("retention", Shape::Table(RETENTION)),
    table("webhooks", Shape::Named(WEBHOOK)),
    table("telemetry", Shape::Table(TELEMETRY)),
];

pub(crate) const TELEMETRY: &[Field] = &[
    leaf("traces_url", Kind::Url { https: false }),
    leaf("traces_headers", Kind::Headers),
    leaf("sample_percent", Kind::Integer(0, 100)),
    leaf("queue", Kind::Integer(1, 100_000)),
    leaf("timeout", Kind::Duration(MILLI, Duration::from_secs(60))),
];

const REDIS: &[Field] = &[
    leaf("url", Kind::RedisUrl),
    leaf("namespace", Kind::Namespace),
    leaf("shards", Kind::Integer(1, 1024)),
    leaf("durability", Kind::Word(Durability::WORDS)),
    leaf("journal", Kind::Word(JournalUse::WORDS)),
    leaf("journal_folder", Kind::Path),
    leaf("journal_keep", Kind::Duration(MILLI, YEARS)),
];

const HTTP: &[Field] = &[
    leaf("listen", Kind::Address),
    table("tokens", Shape::List(TOKEN)),
    leaf("rate", Kind::Rate),
    leaf("connections", Kind::Integer(1, 100_000)),
    leaf("streams", Kind::Integer(1, 100_000)),
];

const TOKEN: &[Field] = &[
    leaf("name", Kind::Id),
    leaf("token", Kind::Token),
    leaf("scopes", Kind::Words(Scope::WORDS)),
];

const WORKER: &[Field] = &[
    leaf("shutdown_grace", Kind::Duration(Duration::ZERO, HOUR)),
    leaf("lease", Kind::Duration(MILLI, HOUR)),
];

const ACCOUNT: &[Field] = &[
    leaf("provider", Kind::Word(ProviderKind::WORDS)),
    leaf("base_url", Kind::Url { https: true }),
    leaf("api_key", Kind::Credential),
    leaf("auth_userid", Kind::Id),
    leaf("username", Kind::Id),
    leaf("api_token", Kind::Credential),
    leaf_or("timeout", Kind::Duration(MILLI, Duration::from_secs(600)), "\"30s\""),
    leaf_or("concurrency", Kind::Integer(1, 1000), "16"),
    leaf_or("rate", Kind::Rate, "\"10/s\""),
    leaf("default_customer", Kind::Id),
    leaf_or("default_nameservers", Kind::Hosts, "[]"),
    table("defaults", Shape::Table(DEFAULTS)),
];

const DEFAULTS: &[Field] = &[
    leaf("registrant", Kind::Id),
    leaf("admin", Kind::Id),
    leaf("tech", Kind::Id),
    leaf("billing", Kind::Id),
    leaf("invoice", Kind::Word(InvoiceOption::WORDS)),
    leaf("privacy", Kind::Flag),
    leaf("auto_renew", Kind::Flag),
];

const POLLING: &[Field] = &[
    leaf("register", Kind::Durations(MILLI, DAY)),
    leaf("transfer", Kind::Durations(MILLI, DAY)),
    leaf("email", Kind::Durations(MILLI, DAY)),
    leaf("funds", Kind::Durations(MILLI, DAY)),
    leaf("transfer_deadline", Kind::Duration(MILLI, YEARS)),
];

const RECONCILE: &[Field] = &[
    leaf("settle", Kind::Duration(MILLI, DAY)),
    leaf("gate", Kind::Duration(MILLI, HOUR)),
    leaf("looks", Kind::Durations(MILLI, DAY)),
    leaf("give_up", Kind::Duration(MILLI, YEARS)),
];

const BREAKER: &[Field] = &[
    leaf("unknowns", Kind::Integer(1, 1_000_000)),
    leaf("pause", Kind::Duration(MILLI, DAY)),
    leaf("pause_max", Kind::Duration(MILLI, DAY)),
    leaf("failed_looks", Kind::Integer(1, 1_000_000)),
    leaf("look_pause", Kind::Duration(MILLI, HOUR)),
    leaf("look_pause_max", Kind::Duration(MILLI, HOUR)),
];

const RETRY: &[Field] = &[
    leaf("initial", Kind::Duration(MILLI, HOUR)),
    leaf("max", Kind::Duration(MILLI, DAY)),
    leaf("max_elapsed", Kind::Duration(MILLI, YEARS)),
];

const RETENTION: &[Field] = &[
    leaf("finished", Kind::Duration(MILLI, YEARS)),
    leaf("events", Kind::Duration(MILLI, YEARS)),
];

const WEBHOOK: &[Field] = &[
    leaf("url", Kind::Url { https: false }),
    leaf("secret", Kind::WebhookSecret),
    leaf("previous_secret", Kind::WebhookSecret),
    leaf_or("events", Kind::Words(crate::webhooks::EVENTS), "[\"order.*\"]"),
    leaf_or("begin", Kind::Word(Begin::WORDS), "\"new\""),
    leaf("ca_file", Kind::Path),
    leaf_or("allow_private", Kind::Flag, "false"),
    leaf_or("timeout", Kind::Duration(MILLI, Duration::from_secs(60)), "\"15s\""),
    leaf_or("in_flight", Kind::Integer(1, 256), "16"),
    leaf_or("retry_initial", Kind::Duration(MILLI, HOUR), "\"5s\""),
    leaf_or("retry_max", Kind::Duration(MILLI, DAY), "\"1h\""),
    leaf_or("give_up", Kind::Duration(MILLI, YEARS), "\"3d\""),
];

/// A key as it may be written: itself, or a secret's `<key>_file`.
pub(crate) enum Found {
    Key(&'static Field),
    FileOf(&'static Field, Kind),
}

/// Looks a key up.
pub(crate) fn find(fields: &'static [Field], name: &str) -> Option<Found> {
    if let Some(field) = fields.iter().find(|field| field.name == name) {
        return Some(Found::Key(field));
    }
    let name = name.strip_suffix("_file")?;
    let field = fields.iter().find(|field| field.name == name)?;
    match field.shape {
        Shape::Leaf(kind) if kind.is_secret() => Some(Found::FileOf(field, kind)),
        Shape::Leaf(_) | Shape::Table(_) | Shape::Named(_) | Shape::List(_) => None,
    }
}

/// Every spelling that a table takes.
pub(crate) fn names(fields: &[Field]) -> Vec<String> {
    let mut names = Vec::new();
    for field in fields {
        names.push(field.name.to_owned());
        if matches!(field.shape, Shape::Leaf(kind) if kind.is_secret()) {
            names.push(format!("{}_file", field.name));
        }
    }
    names
}

/// The known key that a mistyped one most likely meant: at most a third of its letters differ.
pub(crate) fn nearest(fields: &[Field], name: &str) -> Option<String> {
    let close = |known: &String| distance(known, name) <= (name.len() / 3).max(1);
    names(fields)
        .into_iter()
        .filter(close)
        .min_by_key(|known| distance(known, name))
}

/// The edit distance, with a swap of neighbours as one edit.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let same = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (rows[i - 1][j] + 1)
                        .min(rows[i][j - 1] + 1)
                        .min(rows[i - 1][j - 1] + same);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(rows[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    rows[a.len()][b.len()]
}
