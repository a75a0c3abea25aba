//! The order document as a JSON schema (2020-12), made from the table that validation goes by.
//!
//! It says what can be said without asking an account: whether a name is registrable, what a provider takes and whether
//! a deadline has passed is validation's business alone. It never refuses what validation takes.

use domorder_api_client::provider::Operation;
use serde_json::{Map, Value, json};

use super::rules::{self, Place};
use crate::order::operation;
use crate::state::{EmailAction, Kind, Priority};

/// One schema an operation, under `oneOf`. `idempotency_key` is not required, because a header may stand for it.
#[must_use]
pub fn document_schema() -> Value {
    let plain = [Kind::Register, Kind::Transfer, Kind::Renew].map(|kind| (kind, None));
    let email = EmailAction::ALL.iter().map(|action| (Kind::EmailOrder, Some(*action)));
    let variants: Vec<Value> = plain
        .into_iter()
        .chain(email)
        .map(|(kind, action)| one(kind, action))
        .collect();
    json!({
        "description": "What is ordered. Unknown fields, duplicate keys and fields foreign to the kind are refused. \
                        At most 64 KiB.",
        "oneOf": variants,
    })
}

fn one(kind: Kind, action: Option<EmailAction>) -> Value {
    let asked = operation(kind, action);
    let mut properties = Map::new();
    for name in rules::fields().filter(|name| matches!(rules::place(name, &[asked]), Place::Fits)) {
        let schema = match (name, action) {
            ("kind", _) => json!({"type": "string", "enum": [kind.as_str()]}),
            ("action", Some(action)) => json!({"type": "string", "enum": [action.as_str()]}),
            _ => field(name),
        };
        properties.insert(name.to_owned(), schema);
    }
    let mut required = vec!["kind", "account", "domain"];
    required.extend(required_by(asked));
    json!({
        "title": super::words(asked),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Beside what every order needs. A transfer's auth code is not among them: some registries know none.
const fn required_by(asked: Operation) -> &'static [&'static str] {
    match asked {
        Operation::Register | Operation::Renew => &["years"],
        Operation::Transfer => &[],
        Operation::EmailCreate => &["action", "months", "accounts"],
        Operation::EmailRenew => &["action", "months"],
        Operation::EmailAddAccounts | Operation::EmailRemoveAccounts => &["action", "accounts"],
        Operation::EmailDelete => &["action"],
    }
}

fn field(name: &str) -> Value {
    let time = json!({"type": "string", "format": "date-time"});
    let token = json!({"type": "string", "pattern": "^[!-~]{1,100}$"});
    match name {
        "idempotency_key" => json!({
            "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$",
            "description": "The producer's own name for this order: one key is one order. Printable ASCII.",
        }),
        "account" => json!({"type": "string", "minLength": 1, "description": "A configured provider account"}),
        "domain" => json!({
            "type": "string", "minLength": 1, "description": "A registrable name, in Unicode or punycode",
        }),
        "years" => json!({"type": "integer", "minimum": 1, "maximum": 10}),
        "nameservers" => json!({
            "description": "None, or 2 to 13; none: the account's defaults",
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "maxItems": 0},
                {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 13, "uniqueItems": true},
            ],
        }),
        "customer" => token,
        "contacts" => contacts(),
        "privacy" | "auto_renew" => json!({"type": "boolean"}),
        "auth_code" => json!({
            "type": "string", "minLength": 1, "maxLength": 255, "format": "password", "writeOnly": true,
            "description": "The EPP secret. Sealed before it is stored, never shown again.",
        }),
        "expected_expiry" => json!({
            "description": "The expiry that the producer believes in; strongly advised",
            "anyOf": [{"type": "string", "format": "date"}, time],
        }),
        "months" => json!({"type": "integer", "minimum": 1, "maximum": 120}),
        "accounts" => json!({
            "type": "integer", "minimum": 1, "maximum": u32::MAX, "description": "How many mailboxes",
        }),
        "invoice" => json!({"type": "string", "enum": ["NoInvoice", "PayInvoice", "KeepInvoice", "OnlyAdd"]}),
        "coupon" => token,
        "attributes" | "metadata" => json!({
            "type": "object", "additionalProperties": {"type": "string"},
            "description": "Strings by name, at most 4 KiB of JSON",
        }),
        "max_price" => json!({
            "type": "object",
            "properties": {
                "amount": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"},
            },
            "required": ["amount", "currency"],
            "additionalProperties": false,
        }),
        "priority" => json!({"type": "string", "enum": Priority::ALL.iter().map(|p| p.as_str()).collect::<Vec<_>>()}),
        // `not_before` and `deadline`; a test sees that no other comes here.
        _ => time,
    }
}

fn contacts() -> Value {
    let contact = json!({"oneOf": [
        {
            "type": "object",
            "properties": {"id": {"type": "string", "pattern": "^[!-~]{1,100}$"}},
            "required": ["id"],
            "additionalProperties": false,
        },
        profile(),
    ]});
    json!({
        "type": "object",
        "description": "By the provider's id, or a full profile. What is left out falls back to the registrant, and the \
                        registrant to the account's default.",
        "properties": {"registrant": contact, "admin": contact, "tech": contact, "billing": contact},
        "additionalProperties": false,
    })
}

fn profile() -> Value {
    let mut properties = Map::new();
    for name in super::contacts::PROFILE {
        let schema = match name {
            "country" => json!({"type": "string", "pattern": "^[A-Za-z]{2}$", "description": "ISO 3166-1 alpha-2"}),
            "phone_cc" | "fax_cc" => json!({"type": "string", "pattern": "^[0-9]{1,3}$"}),
            "phone" | "fax" => json!({"type": "string", "pattern": "^[0-9]{4,14}$"}),
            "attributes" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            "email" => json!({"type": "string", "minLength": 3, "maxLength": 254}),
            _ => json!({"type": "string", "minLength": 1, "maxLength": 255}),
        };
        properties.insert(name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": super::contacts::REQUIRED,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_contract_has_a_schema_of_its_own() {
        let times: Vec<&str> = rules::fields()
            .filter(|name| field(name) == json!({"type": "string", "format": "date-time"}))
            .filter(|name| !matches!(*name, "kind" | "action"))
            .collect();
        assert_eq!(times, ["not_before", "deadline"]);
    }

    #[test]
    fn every_operation_has_the_fields_that_validation_takes_and_no_other() {
        let schema = document_schema();
        let variants = schema["oneOf"].as_array().unwrap();
        assert_eq!(variants.len(), Operation::ALL.len());
        for (variant, asked) in variants.iter().zip(Operation::ALL) {
            assert_eq!(variant["title"], crate::validate::words(asked));
            for name in rules::fields() {
                let takes = matches!(rules::place(name, &[asked]), Place::Fits);
                assert_eq!(variant["properties"].get(name).is_some(), takes, "{name} of {asked:?}");
            }
            for name in variant["required"].as_array().unwrap() {
                assert!(
                    variant["properties"].get(name.as_str().unwrap()).is_some(),
                    "{name} of {asked:?}"
                );
            }
        }
    }
}
