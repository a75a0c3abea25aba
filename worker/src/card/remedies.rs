//! What can be done for an order now: the signals that the machine would take and the provider can follow.

use domorder_api_client::provider::Abilities;
use domorder_jobs::machine;
use domorder_jobs::order::Order;
use domorder_jobs::record::{Cancelling, OrderRecord};
use domorder_jobs::signal::ResolveOutcome;
use domorder_jobs::state::{Needs, Reason, SignalName, State};

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The signal.
    pub signal: SignalName,
    /// With `resolve`: what is said.
    pub outcome: Option<ResolveOutcome>,
    /// The command after `domorder orders`, ready to be typed but for words in capitals.
    pub arguments: String,
    /// What it does, in a phrase.
    pub what: &'static str,
}

/// In the order in which a person would try them.
pub(super) fn of(order: &Order, record: &OrderRecord, abilities: Abilities) -> Vec<Remedy> {
    let mut remedies = Vec::new();
    let order_first = [
        SignalName::AuthCode,
        SignalName::ResendApproval,
        SignalName::Resolve,
        SignalName::Retry,
        SignalName::CheckNow,
        SignalName::Cancel,
    ];
    for signal in order_first {
        if machine::may(record, order.kind, signal, abilities).is_err() {
            continue;
        }
        let id = order.id;
        let mut offer = |arguments: String, what| {
            remedies.push(Remedy {
                signal,
                outcome: None,
                arguments,
                what,
            });
        };
        match signal {
            SignalName::AuthCode => offer(
                format!("auth-code {id} < FILE"),
                match (record.placed, abilities.amends_auth_code) {
                    (false, _) => "hand in a new auth code",
                    _ if record.cancelling.is_some() => "hand in another auth code; the newest is the one that is sent",
                    (true, true) => "hand in a new auth code; the running transfer takes it",
                    (true, false) => "hand in a new auth code; the transfer is cancelled there and placed anew",
                },
            ),
            SignalName::ResendApproval => offer(format!("resend-approval {id}"), "have the mail sent again"),
            SignalName::Resolve => {
                for (outcome, what) in [
                    (
                        ResolveOutcome::Done,
                        "the effect stands at the provider: a read checks it, and the order succeeds",
                    ),
                    (
                        ResolveOutcome::NotDone,
                        match record.cancelling {
                            Some(Cancelling::ToEnd) => "nothing stands there: the order ends",
                            _ => "nothing stands there: it is bought (again)",
                        },
                    ),
                ] {
                    remedies.push(Remedy {
                        signal,
                        outcome: Some(outcome),
                        arguments: format!("resolve {id} {outcome} --note 'HOW YOU KNOW'"),
                        what,
                    });
                }
            }
            SignalName::Retry => offer(format!("retry {id}"), retried(record)),
            SignalName::CheckNow if !looks_when_asked(record) => {}
            SignalName::CheckNow => offer(format!("check-now {id}"), "look at the provider now"),
            // It is being done.
            SignalName::Cancel if record.cancelling == Some(Cancelling::ToEnd) => {}
            SignalName::Cancel => offer(
                format!("cancel {id}"),
                match record.placed {
                    true => "cancel it at the provider",
                    false => "call it off; nothing is bought",
                },
            ),
        }
    }
    remedies
}

/// Elsewhere there is nothing to look at, or it is looked at anyway.
fn looks_when_asked(record: &OrderRecord) -> bool {
    match record.state {
        State::UnknownOutcome | State::InProgress | State::Blocked => true,
        State::ActionRequired | State::Parked => record.placed || record.reason == Some(Reason::Funds),
        _ => false,
    }
}

const fn retried(record: &OrderRecord) -> &'static str {
    match (record.reason, record.needs) {
        (Some(Reason::Funds), _) => "try now, once there is money",
        (Some(Reason::DomainLocked), _) => "try now, once it is unlocked",
        (_, Some(Needs::Approval)) => "look again, once it is confirmed",
        (_, Some(Needs::Contact)) => "try now, once the contact data are mended",
        _ => "try now",
    }
}
