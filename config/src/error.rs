//! What is wrong with a configuration: every fault at once, each with its key, its source and its remedy.
//!
//! A fault never repeats the value of a secret key, of a URL (it may carry a password) or of a key nobody knows.

use std::fmt;
use std::path::PathBuf;

/// The layer that a setting came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The defaults that are compiled in: `config/default.toml`.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable, by its name.
    Env(String),
    /// The file that a `<key>_file` setting points to.
    SecretFile(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default.toml"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::SecretFile(path) => write!(f, "secret file {}", path.display()),
        }
    }
}

/// The kinds of fault, for callers and tests that branch on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// A file could not be read.
    Unreadable,
    /// A file is not TOML.
    Syntax,
    /// No such key.
    UnknownKey,
    /// The value has another type than the key wants.
    WrongType,
    /// The type is right, the amount is not.
    OutOfRange,
    /// The type is right, the spelling is not.
    Invalid,
    /// A key that must be set is not.
    Missing,
    /// One setting was given in two ways by one layer.
    GivenTwice,
    /// A key that belongs to another provider.
    Foreign,
    /// The value is fine by itself and contradicts another one.
    Conflict,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The dotted key, e.g. `redis.shards` or `http.tokens[0].scopes`; empty for a file as a whole.
    pub key: String,
    /// Where the faulty value came from; none where a value is missing.
    pub source: Option<Source>,
    /// What sort of fault.
    pub kind: FaultKind,
    /// What is there instead, without the value of a secret.
    pub found: String,
    /// What would be right.
    pub expected: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.key.as_str(), &self.source) {
            ("", Some(source)) => write!(f, "{source}")?,
            (key, Some(source)) => write!(f, "{key} ({source})")?,
            (key, None) => write!(f, "{key}")?,
        }
        write!(f, ": {}; expected {}. {}.", self.found, self.expected, self.remedy)
    }
}

/// All that is wrong with a configuration, in the order of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    faults: Vec<Fault>,
}

impl ConfigErrors {
    pub(crate) fn new(mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|a, b| (&a.key, &a.source).cmp(&(&b.key, &b.source)));
        Self { faults }
    }

    /// The faults, at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.faults.len() {
            1 => f.write_str("the configuration has a fault:")?,
            n => write!(f, "the configuration has {n} faults:")?,
        }
        for fault in &self.faults {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
