//! Every other call that changes something: which of its two codes decides (fact sheet 3.2).

use serde_json::Value;

use super::super::client::Done;
use super::super::endpoints::{
    ADD_CHILD_NAME_SERVER, ADD_DNS_RECORD, ADD_SRV_RECORD, DELETE_CHILD_NAME_SERVER, DELETE_DNS_RECORD,
    MANAGE_DNS_RECORDS, MANAGE_DOMAIN_LOCK, MANAGE_DOMAIN_PRIVACY_PROTECTION, MANAGE_DOMAIN_SUSPEND,
    MANAGE_THEFT_PROTECTION, MODIFY_CHILD_NAME_SERVER_HOST, MODIFY_CHILD_NAME_SERVER_IP, MODIFY_DNS_RECORD,
    MOVE_DOMAIN, UPDATE_AUTH_CODE, UPDATE_CONTACT, UPDATE_NAME_SERVER,
};
use super::super::error::Call;
use super::super::wire::Inner;
use super::{Failure, Seen, doubt};
use crate::endpoint::Endpoint;

/// Which part of the answer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Rule {
    /// The outer code; where there is an inner one too, it has to agree.
    Outer,
    /// The inner code, as the outer one only says that the request was taken.
    Inner,
    /// The inner code, and its 1000 counts even where the outer one is an error: `updatecontact` \[P\].
    InnerAlone,
}

impl Rule {
    /// The rule of an action.
    pub(in super::super) fn of(action: &str) -> Self {
        const BY_INNER: [Endpoint; 16] = [
            UPDATE_NAME_SERVER,
            MANAGE_DOMAIN_LOCK,
            MANAGE_DOMAIN_PRIVACY_PROTECTION,
            MANAGE_DOMAIN_SUSPEND,
            MANAGE_THEFT_PROTECTION,
            MANAGE_DNS_RECORDS,
            ADD_DNS_RECORD,
            ADD_SRV_RECORD,
            MODIFY_DNS_RECORD,
            DELETE_DNS_RECORD,
            MOVE_DOMAIN,
            UPDATE_AUTH_CODE,
            ADD_CHILD_NAME_SERVER,
            MODIFY_CHILD_NAME_SERVER_IP,
            MODIFY_CHILD_NAME_SERVER_HOST,
            DELETE_CHILD_NAME_SERVER,
        ];
        if action == UPDATE_CONTACT.name {
            Self::InnerAlone
        } else if BY_INNER.iter().any(|row| row.name == action) {
            Self::Inner
        } else {
            Self::Outer
        }
    }
}

/// A change that was made, and what else the answer tells.
pub(in super::super) struct Made {
    pub(in super::super) done: Done,
    /// The outer id: of a new contact.
    pub(in super::super) id: Option<String>,
    pub(in super::super) data: Option<Value>,
}

/// Judges a change.
pub(in super::super) fn change(seen: &Seen<'_>, rule: Rule) -> Result<Made, Failure> {
    let envelope = seen.verdict()?;
    let inner = envelope.data.as_ref().and_then(Inner::of);
    let taken = envelope.succeeded();
    let made = |code, message: &str| {
        let message = if message.is_empty() { &envelope.message } else { message };
        Ok(Made {
            done: Done {
                code,
                message: (!message.is_empty()).then(|| seen.words(message)),
            },
            id: envelope.id.clone(),
            data: envelope.data.clone(),
        })
    };
    match inner {
        Some(inner) if matches!(inner.code, 200 | 1000 | 1001) => {
            if taken || (rule == Rule::InnerAlone && inner.code == 1000) {
                made(inner.code, &inner.message)
            } else {
                Err(doubt(
                    seen.words(&format!(
                        "refused outside ({} {}) and done inside ({} {})",
                        envelope.code, envelope.message, inner.code, inner.message
                    )),
                    true,
                ))
            }
        }
        Some(mut inner) => {
            if inner.message.is_empty() {
                inner.message.clone_from(&envelope.message);
            }
            Err(seen.refused_by_registry(Call::Change, &inner))
        }
        None if taken && rule == Rule::Outer => made(envelope.code, &envelope.message),
        None if taken => Err(doubt(
            format!(
                "taken ({}), but {}",
                envelope.code,
                seen.lacking("statusCode", envelope.data.as_ref())
            ),
            true,
        )),
        None if envelope.data.is_some() => Err(doubt(
            seen.words(&format!("refused with data: {} {}", envelope.code, envelope.message)),
            true,
        )),
        None => Err(seen.refused(Call::Change, envelope.code, &envelope.message)),
    }
}
