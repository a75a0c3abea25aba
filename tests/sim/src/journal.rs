//! What was asked: counts by operation, the calls that change something one by one, and what nobody should have sent.
//!
//! Keys, auth codes and passwords are never kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::operation::{Call, Effect, Outcome, Provider};

/// Requests kept one by one, at most; the oldest go first.
pub(crate) const REQUESTS_MAX: usize = 200_000;
/// Unexpected requests kept, at most.
const UNEXPECTED_MAX: usize = 1_000;

/// How often an operation was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationCount {
    /// The provider.
    pub provider: Provider,
    /// The operation.
    pub operation: String,
    /// What it changes.
    pub effect: Effect,
    /// Calls that arrived, and were understood.
    pub calls: u64,
    /// Of those, carried out.
    pub done: u64,
    /// Of those, refused by the provider.
    pub refused: u64,
    /// Of those, kept from happening by a fault.
    pub not_done: u64,
    /// Of those, spoilt by a fault, whether carried out or not.
    pub faulted: u64,
}

/// A request that changes something, or would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its number among all requests, from 1.
    pub seq: u64,
    /// When it arrived, in real time.
    pub at: Timestamp,
    /// The provider.
    pub provider: Provider,
    /// The operation.
    pub operation: Cow<'static, str>,
    /// What it changes.
    pub effect: Effect,
    /// The domain it was about.
    pub domain: Option<String>,
    /// Its parameters as a query, secrets left out.
    pub parameters: String,
    /// The fault it met.
    pub fault: Option<Cow<'static, str>>,
    /// What became of it.
    pub outcome: Outcome,
    /// The charge it caused.
    pub charge: Option<u64>,
}

/// The journal as told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestReport {
    /// All requests, unexpected ones included.
    pub total: u64,
    /// Requests by operation.
    pub operations: Vec<OperationCount>,
    /// The latest requests that change something, oldest first.
    pub requests: Vec<Request>,
    /// How many older ones were dropped, or not kept at all.
    pub dropped: u64,
}

impl RequestReport {
    /// How often this operation was called.
    pub fn calls(&self, operation: &str) -> u64 {
        self.operations
            .iter()
            .filter(|row| row.operation.eq_ignore_ascii_case(operation))
            .map(|row| row.calls)
            .sum()
    }
}

/// A request nobody should have sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unexpected {
    /// Its number among all requests.
    pub seq: u64,
    /// When it arrived.
    pub at: Timestamp,
    /// Its method.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The journal itself.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) total: u64,
    keep: bool,
    counts: BTreeMap<(Provider, &'static str), OperationCount>,
    requests: VecDeque<Request>,
    dropped: u64,
    unexpected: Vec<Unexpected>,
}

impl Journal {
    /// An empty journal; without `keep` it only counts.
    pub(crate) fn new(keep: bool) -> Self {
        Self {
            total: 0,
            keep,
            counts: BTreeMap::new(),
            requests: VecDeque::new(),
            dropped: 0,
            unexpected: Vec::new(),
        }
    }

    /// Forgets everything, and goes on numbering.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            total: self.total,
            ..Self::new(self.keep)
        };
    }

    /// Writes a call down.
    pub(crate) fn record(&mut self, call: &Call, fault: Option<&'static str>, outcome: Outcome, charge: Option<u64>) {
        let operation = call.operation;
        let count = self
            .counts
            .entry((operation.provider, operation.name))
            .or_insert_with(|| OperationCount {
                provider: operation.provider,
                operation: operation.name.to_owned(),
                effect: operation.effect,
                calls: 0,
                done: 0,
                refused: 0,
                not_done: 0,
                faulted: 0,
            });
        count.calls += 1;
        count.faulted += u64::from(fault.is_some());
        match outcome {
            Outcome::Done => count.done += 1,
            Outcome::Refused => count.refused += 1,
            Outcome::NotDone => count.not_done += 1,
        }
        if operation.effect == Effect::Read {
            return;
        }
        if !self.keep {
            self.dropped += 1;
            return;
        }
        if self.requests.len() == REQUESTS_MAX {
            self.requests.pop_front();
            self.dropped += 1;
        }
        self.requests.push_back(Request {
            seq: call.seq,
            at: call.now.at(),
            provider: operation.provider,
            operation: Cow::Borrowed(operation.name),
            effect: operation.effect,
            domain: call.domain.as_deref().map(str::to_owned),
            parameters: parameters(call),
            fault: fault.map(Cow::Borrowed),
            outcome,
            charge,
        });
    }

    /// Writes an unexpected request down.
    pub(crate) fn unexpected(&mut self, seq: u64, at: Timestamp, method: &str, path: &str, reason: String) {
        if self.unexpected.len() < UNEXPECTED_MAX {
            let (method, path) = (method.to_owned(), path.to_owned());
            self.unexpected.push(Unexpected {
                seq,
                at,
                method,
                path,
                reason,
            });
        }
    }

    /// The unexpected requests.
    pub(crate) fn all_unexpected(&self) -> Vec<Unexpected> {
        self.unexpected.clone()
    }

    /// Counts, and the requests if `raw`.
    pub(crate) fn report(&self, raw: bool) -> RequestReport {
        RequestReport {
            total: self.total,
            operations: self.counts.values().cloned().collect(),
            requests: if raw {
                self.requests.iter().cloned().collect()
            } else {
                Vec::new()
            },
            dropped: self.dropped,
        }
    }
}

/// The parameters without those that are secret.
fn parameters(call: &Call) -> String {
    const SECRET: [&str; 8] = [
        "APIKey",
        "api-key",
        "auth-userid",
        "AuthCode",
        "api_token",
        "Api-Username",
        "Api-Token",
        "Api-Session-Token",
    ];
    let mut text = String::with_capacity(64);
    let is_secret = |name: &str| SECRET.contains(&name) || is_password(name);
    for (name, value) in call.values.iter().filter(|(name, _)| !is_secret(name)) {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// A password or an auth code, in any of the providers' spellings (`OldPassword`, `authCode`).
fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("password") || name.contains("authcode")
}
