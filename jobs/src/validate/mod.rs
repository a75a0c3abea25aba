//! From a document to an order that can be stored: one validation for every way in.
//!
//! 1. [`parse`] reads the JSON (every fault at once, each with its place) into a [`Draft`];
//! 2. the draft's fingerprint tells a replay from a conflict;
//! 3. [`Draft::seal`] gives it an id and seals its secret.
//!
//! Nothing here asks the provider or the ledger: what only they know (a price, whether a name is free) is found out
//! when the order runs.

mod contacts;
mod content;
mod draft;
pub(crate) mod fields;
mod json;
mod logicboxes;
mod namecom;
pub(crate) mod redact;
pub(crate) mod refusal;
pub(crate) mod rules;
#[cfg(feature = "openapi")]
mod schema;
#[cfg(test)]
pub(crate) mod tests;

use domorder_api_client::provider::Operation;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::catalogue::{AccountFacts, Catalogue};
use crate::order::IdempotencyKey;
use crate::state::{EmailAction, Kind};

pub use draft::Draft;
use fields::Fields;
pub use logicboxes::LogicBoxesRules;
pub use namecom::NameComRules;
pub use redact::redact_entry;
use refusal::Faults;
pub use refusal::{Fault, Refusal, RefusalKind};
use rules::Place;
#[cfg(feature = "openapi")]
pub use schema::document_schema;

/// A longer document is not read.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

/// Validates and normalises an order document.
///
/// # Errors
/// Every fault of the document.
pub fn parse(document: &[u8], catalogue: &Catalogue, now: Timestamp) -> Result<Draft, Refusal> {
    parse_keyed(document, None, catalogue, now)
}

/// As [`parse`], with an idempotency key from outside (an HTTP header) that stands for the field.
///
/// # Errors
/// Every fault of the document; also where key and field differ.
pub fn parse_keyed(
    document: &[u8],
    key: Option<&str>,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Result<Draft, Refusal> {
    let (mut map, faults) = object("order", document)?;
    let result = draft(&map, faults, key, catalogue, now);
    redact::wipe(&mut map);
    result
}

fn draft(
    map: &Map<String, Value>,
    mut faults: Faults,
    key: Option<&str>,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Result<Draft, Refusal> {
    let key = idempotency_key(map, key, &mut faults);
    let told = key.as_ref().map(|key| key.as_str().to_owned());
    let head = Head::read(map, catalogue, &mut faults);
    let content = content::read(map, &head, &mut faults);
    let draft = match (key, head.known(), content) {
        (Some(key), Some(head), Some(content)) if faults.is_empty() => Draft::new(key, &head, content),
        _ => return Err(Refusal::invalid("order", faults, map, told)),
    };
    if draft.deadline().is_some_and(|deadline| deadline <= now) {
        faults.add(
            "/deadline",
            format!("has passed: it is now {}", now.round(jiff::Unit::Second).unwrap_or(now)),
        );
        return Err(Refusal {
            late: Some(Box::new(draft)),
            ..Refusal::invalid("order", faults, map, told)
        });
    }
    Ok(draft)
}

/// Reads a document that must be one JSON object; keys that stand twice are noted.
pub(crate) fn object(subject: &'static str, document: &[u8]) -> Result<(Map<String, Value>, Faults), Refusal> {
    let refusal = |kind, fault| Refusal {
        kind,
        subject,
        faults: vec![fault],
        idempotency_key: None,
        late: None,
    };
    if document.len() > DOCUMENT_BYTES_MAX {
        let detail = format!("expected at most {DOCUMENT_BYTES_MAX} bytes, found {}", document.len());
        return Err(refusal(RefusalKind::TooLarge, Fault::new("", detail)));
    }
    let parsed = json::parse(document).map_err(|at| {
        let detail = format!(
            "expected one JSON object; reading stopped at line {}, column {}",
            at.line, at.column
        );
        refusal(RefusalKind::NotJson, Fault::new("", detail))
    })?;
    let Value::Object(map) = parsed.value else {
        let detail = format!("expected one JSON object, found {}", fields::kind_of(&parsed.value));
        return Err(refusal(RefusalKind::Invalid, Fault::new("", detail)));
    };
    let mut faults = Faults::default();
    for pointer in parsed.duplicates {
        faults.add(pointer, "stands more than once");
    }
    Ok((map, faults))
}

/// The key of the document, or the one from outside.
fn idempotency_key(map: &Map<String, Value>, outside: Option<&str>, faults: &mut Faults) -> Option<IdempotencyKey> {
    const EXPECTED: &str = "1–200 printable ASCII characters";
    let mut fields = Fields::new(map, "", faults);
    let check = |text: &str| text.parse::<IdempotencyKey>().is_ok();
    let inside = fields.text_if("idempotency_key", EXPECTED, check);
    if let (Some(inside), Some(outside)) = (inside, outside)
        && inside != outside
    {
        fields.fault(
            "idempotency_key",
            "differs from the Idempotency-Key header; give one of them, or the same twice",
        );
        return None;
    }
    match (inside, outside) {
        (Some(text), _) => text.parse().ok(),
        (None, Some(text)) if !fields.has("idempotency_key") => {
            let key = text.parse().ok();
            if key.is_none() {
                fields.fault(
                    "idempotency_key",
                    format!("expected {EXPECTED} in the Idempotency-Key header"),
                );
            }
            key
        }
        (None, _) => {
            fields.require("idempotency_key", "expected the producer's own name for this order");
            None
        }
    }
}

/// What decides about everything else: kind, action and account, as far as they could be read.
struct Head<'a> {
    kind: Option<Kind>,
    action: Option<EmailAction>,
    account: Option<(&'a str, &'a AccountFacts)>,
    /// What may be asked for: one operation, or where kind or action are unreadable, all that they leave open.
    asked: Vec<Operation>,
}

/// A head without a gap.
struct Known<'a> {
    kind: Kind,
    action: Option<EmailAction>,
    account: &'a str,
    facts: &'a AccountFacts,
    operation: Operation,
}

impl<'a> Head<'a> {
    fn read(map: &'a Map<String, Value>, catalogue: &'a Catalogue, faults: &mut Faults) -> Self {
        let mut fields = Fields::new(map, "", faults);
        fields.require("kind", "expected `register`, `transfer`, `renew` or `email-order`");
        let kind = fields.word("kind", Kind::ALL);
        let mut action = None;
        if kind == Some(Kind::EmailOrder) {
            fields.require("action", "an email-order says what to do");
            action = fields.word("action", EmailAction::ALL);
        }
        let asked = match (kind, action) {
            (None, _) => Operation::ALL.to_vec(),
            (Some(Kind::EmailOrder), None) => rules::email().to_vec(),
            (Some(kind), action) => vec![crate::order::operation(kind, action)],
        };
        fields.require("account", "expected the name of a configured account");
        let name = fields.text_if("account", "the name of a configured account", |_| true);
        let account = name.and_then(|name| catalogue.account(name).map(|facts| (name, facts)));
        if let (Some(name), None) = (name, account) {
            let found = fields::found(&name.into());
            fields.fault(
                "account",
                format!("expected the name of a configured account, found {found}"),
            );
        }
        let head = Self {
            kind,
            action,
            account,
            asked,
        };
        for name in map.keys() {
            head.check_place(name, &mut fields);
        }
        if let (Some((name, facts)), Some(operation)) = (account, head.operation())
            && !facts.sells.contains(&operation)
        {
            let provider = &facts.provider;
            fields.fault(
                "kind",
                format!("account `{name}` ({provider}) does not sell {}", words(operation)),
            );
        }
        head
    }

    fn operation(&self) -> Option<Operation> {
        match self.asked.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    fn check_place(&self, name: &str, fields: &mut Fields<'_, '_>) {
        match rules::place(name, &self.asked) {
            Place::Fits => {}
            Place::Unknown => fields.fault(name, rules::unknown(name, rules::fields())),
            Place::Foreign(belongs) => {
                let here = self.operation().map_or("email-order", words);
                fields.fault(name, format!("belongs to {belongs}, not to {here}"));
            }
        }
    }

    /// Whether a field may be read: foreign ones were told already.
    fn takes(&self, name: &str) -> bool {
        matches!(rules::place(name, &self.asked), Place::Fits)
    }

    fn known(&self) -> Option<Known<'a>> {
        let (account, facts) = self.account?;
        Some(Known {
            kind: self.kind?,
            action: self.action,
            account,
            facts,
            operation: self.operation()?,
        })
    }
}

/// An operation as the document says it.
const fn words(operation: Operation) -> &'static str {
    match operation {
        Operation::Register => "register",
        Operation::Transfer => "transfer",
        Operation::Renew => "renew",
        Operation::EmailCreate => "email-order create",
        Operation::EmailRenew => "email-order renew",
        Operation::EmailAddAccounts => "email-order add-accounts",
        Operation::EmailRemoveAccounts => "email-order remove-accounts",
        Operation::EmailDelete => "email-order delete",
    }
}
