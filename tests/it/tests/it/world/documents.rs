//! Order documents as a billing system writes them.
//!
//! The names are invented ones under `.com`: intake asks the Public Suffix List, which knows none of the reserved top-level
//! domains. They are spoken of to the simulator only. The idempotency key is made of kind and name.

use serde_json::{Value, json};

use super::World;

fn order(kind: &str, account: &str, domain: &str) -> Value {
    json!({"idempotency_key": format!("{kind}:{domain}"), "kind": kind, "account": account, "domain": domain})
}

/// A registration for two years.
pub(crate) fn register(domain: &str) -> Value {
    with(order("register", "cr-main", domain), json!({"years": 2}))
}

/// A renewal for a year.
pub(crate) fn renew(domain: &str) -> Value {
    with(order("renew", "cr-main", domain), json!({"years": 1}))
}

/// So many renewals, each of a domain of its own.
pub(crate) fn renewals(n: usize) -> Vec<Value> {
    (0..n).map(|at| renew(&format!("renew-{at}-example.com"))).collect()
}

/// A transfer with this auth code.
pub(crate) fn transfer(domain: &str, auth_code: &str) -> Value {
    with(order("transfer", "cr-main", domain), json!({"auth_code": auth_code}))
}

fn email(action: &str, domain: &str) -> Value {
    let mut document = order("email-order", "lb-main", domain);
    document["action"] = action.into();
    document["idempotency_key"] = format!("{action}:{domain}").into();
    document
}

/// A new email order, three mailboxes for a year.
pub(crate) fn email_create(domain: &str) -> Value {
    with(email("create", domain), json!({"months": 12, "accounts": 3}))
}

/// Twelve months more.
pub(crate) fn email_renew(domain: &str) -> Value {
    with(email("renew", domain), json!({"months": 12}))
}

/// Two mailboxes more.
pub(crate) fn email_add(domain: &str) -> Value {
    with(email("add-accounts", domain), json!({"accounts": 2}))
}

/// Two mailboxes fewer.
pub(crate) fn email_remove(domain: &str) -> Value {
    with(email("remove-accounts", domain), json!({"accounts": 2}))
}

/// The end of an email order.
pub(crate) fn email_delete(domain: &str) -> Value {
    email("delete", domain)
}

/// The document with these fields changed or, where `null`, left out.
pub(crate) fn with(mut document: Value, change: Value) -> Value {
    let (Value::Object(fields), Value::Object(change)) = (&mut document, change) else {
        panic!("both are objects");
    };
    for (name, value) in change {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    document
}

/// The document's idempotency key.
pub(crate) fn key_of(document: &Value) -> String {
    document["idempotency_key"].as_str().unwrap_or_default().to_owned()
}

impl World {
    /// Hands a document in through the intake stream; its key.
    pub(crate) async fn order(&self, document: Value) -> String {
        self.orders([document]).await.remove(0)
    }

    /// As [`World::order`], several at once.
    pub(crate) async fn orders(&self, documents: impl IntoIterator<Item = Value>) -> Vec<String> {
        let documents: Vec<Value> = documents.into_iter().collect();
        for document in &documents {
            if let Some(code) = document["auth_code"].as_str() {
                self.keep_secret(code);
            }
        }
        let entries: Vec<String> = documents.iter().map(Value::to_string).collect();
        self.write_entries("order", &entries).await;
        documents.iter().map(key_of).collect()
    }

    /// Tells an order something through the intake stream.
    pub(crate) async fn tell(&self, key: &str, signal: &str, more: Value) {
        let document = with(json!({"idempotency_key": key, "signal": signal}), more);
        if let Some(code) = document["auth_code"].as_str() {
            self.keep_secret(code);
        }
        self.write_entries("signal", &[document.to_string()]).await;
    }
}
