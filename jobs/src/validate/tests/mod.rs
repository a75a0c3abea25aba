//! What intake takes and what it refuses.

mod accepted;
mod laws;
mod logicboxes;
mod namecom;
mod refused;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domorder_api_client::provider::Operation;
use serde_json::{Value, json};

use super::*;
use crate::catalogue::{AccountDefaults, Capabilities, TldQuestion, TldRules, private_suffixes_of, tld_rules_of};
use crate::order::{Order, OrderId};
use crate::seal::KeyRing;

/// The set clock of these tests.
pub(crate) const NOW: &str = "2026-05-01T12:00:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// `.us` has no privacy and wants two attributes; `.uk` moves without an auth code.
#[derive(Debug)]
struct Rules;

impl TldRules for Rules {
    fn privacy(&self, domain: &str) -> bool {
        !domain.ends_with(".us")
    }

    fn auth_code(&self, domain: &str) -> bool {
        !domain.ends_with(".uk")
    }

    fn faults(&self, q: &TldQuestion<'_>) -> Vec<Fault> {
        let wanted = q.operation == Operation::Register && q.domain.ends_with(".us");
        ["purpose", "category"]
            .into_iter()
            .filter(|name| wanted && !q.attributes.contains_key(*name))
            .map(|name| Fault::new("/attributes", format!("`{name}` is needed under .us")))
            .collect()
    }
}

/// Every account sort: `bare`, which takes what every provider takes, `cr` and `lb` without defaults, `lb-full` with all
/// of them, `nc`, `sim`, which takes all, and `lb-rules`, which does too but by LogicBoxes' TLD rules.
pub(crate) fn catalogue() -> Catalogue {
    let domains = [Operation::Register, Operation::Transfer, Operation::Renew];
    let account = |provider: &str, sells: &[Operation]| AccountFacts {
        provider: provider.to_owned(),
        sells: sells.iter().copied().collect(),
        capabilities: Capabilities::of(provider).unwrap_or_default(),
        tld_rules: tld_rules_of(provider),
        ..AccountFacts::default()
    };
    let lb = AccountFacts {
        tld_rules: Some(Arc::new(Rules)),
        ..account("logicboxes", &Operation::ALL)
    };
    let lb_full = AccountFacts {
        default_customer: Some("4400012".into()),
        default_nameservers: vec!["ns1.host.net".into(), "ns2.host.net".into()],
        defaults: AccountDefaults {
            registrant: Some("71".into()),
            admin: None,
            tech: Some("72".into()),
            billing: Some("71".into()),
            invoice: Some(domorder_api_client::provider::InvoiceOption::KeepInvoice),
            privacy: Some(true),
            auto_renew: Some(true),
        },
        ..lb.clone()
    };
    let sim = AccountFacts {
        capabilities: Capabilities {
            contact_profiles: true,
            transfer_years: true,
            coupon: true,
            quotes: true,
            ..lb.capabilities
        },
        private_suffixes: BTreeSet::from(["uk.com".to_owned()]),
        tld_rules: None,
        ..account("logicboxes", &Operation::ALL)
    };
    let lb_rules = AccountFacts {
        tld_rules: tld_rules_of("logicboxes"),
        private_suffixes: private_suffixes_of("logicboxes"),
        ..sim.clone()
    };
    Catalogue::new([
        (
            "bare".to_owned(),
            AccountFacts {
                capabilities: Capabilities::default(),
                ..account("connectreseller", &domains)
            },
        ),
        ("lb-rules".to_owned(), lb_rules),
        ("cr".to_owned(), account("connectreseller", &domains)),
        ("lb".to_owned(), lb),
        ("lb-full".to_owned(), lb_full),
        (
            "nc".to_owned(),
            account("namecom", &[Operation::Register, Operation::Renew]),
        ),
        ("sim".to_owned(), sim),
    ])
}

/// A valid document of an operation, for account `sim`.
pub(crate) fn document(operation: Operation) -> Value {
    let mut doc = json!({"idempotency_key": "k-1", "account": "sim", "domain": "example.com"});
    let (kind, rest) = match operation {
        Operation::Register => (
            "register",
            json!({"years": 1, "customer": "7", "nameservers": ["ns1.host.net", "ns2.host.net"],
                "contacts": {"registrant": {"id": "991"}}}),
        ),
        Operation::Transfer => (
            "transfer",
            json!({"auth_code": "Canary!Secret9", "customer": "7", "contacts": {"registrant": {"id": "991"}}}),
        ),
        Operation::Renew => ("renew", json!({"years": 1})),
        Operation::EmailCreate => (
            "email-order",
            json!({"action": "create", "months": 12, "accounts": 5, "customer": "7"}),
        ),
        Operation::EmailRenew => ("email-order", json!({"action": "renew", "months": 12})),
        Operation::EmailAddAccounts => ("email-order", json!({"action": "add-accounts", "accounts": 2})),
        Operation::EmailRemoveAccounts => ("email-order", json!({"action": "remove-accounts", "accounts": 2})),
        Operation::EmailDelete => ("email-order", json!({"action": "delete"})),
    };
    doc["kind"] = kind.into();
    merge(&mut doc, rest);
    doc
}

/// Sets the fields; `null` takes one away.
pub(crate) fn merge(doc: &mut Value, change: Value) {
    let (Value::Object(doc), Value::Object(change)) = (doc, change) else {
        panic!("objects only")
    };
    for (key, value) in change {
        if value.is_null() {
            doc.remove(&key);
        } else {
            doc.insert(key, value);
        }
    }
}

pub(crate) fn changed(operation: Operation, change: Value) -> Value {
    let mut doc = document(operation);
    merge(&mut doc, change);
    doc
}

pub(crate) fn parse_value(doc: &Value) -> Result<Draft, Refusal> {
    parse(doc.to_string().as_bytes(), &catalogue(), now())
}

pub(crate) fn draft(doc: &Value) -> Draft {
    parse_value(doc).unwrap_or_else(|refusal| panic!("{refusal}\n{doc}"))
}

/// The stored order of a document.
pub(crate) fn order(doc: &Value) -> Order {
    draft(doc).seal(id(), &ring()).unwrap()
}

pub(crate) fn id() -> OrderId {
    "0-01JZ0000000000000000000000".parse().unwrap()
}

/// One ring for all, so that what one call sealed another opens.
pub(crate) fn ring() -> KeyRing {
    KeyRing::parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()
}

/// The pointers of a refusal, with their details.
pub(crate) fn faults(doc: &Value) -> BTreeMap<String, String> {
    match parse_value(doc) {
        Ok(_) => panic!("taken: {doc}"),
        Err(refusal) => refusal.faults.into_iter().map(|f| (f.pointer, f.detail)).collect(),
    }
}
