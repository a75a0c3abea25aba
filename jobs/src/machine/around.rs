//! What stands around a purchase and costs nothing: the contacts before it, its price, and what can only be set after it.
//!
//! Contacts are made before the look, so that the look is the last read but for the price; the price is asked after the
//! look, on every attempt, so that nothing is bought on yesterday's. What is set afterwards is found missing by a look,
//! never remembered: a crash between purchase and finishing is mended by the same way.

use std::str::FromStr as _;

use domorder_api_client::provider::{Outcome, Quote, RejectionClass, Snapshot, Stage, Trouble, TroubleKind};
use rust_decimal::Decimal;

use super::{
    CREDENTIALS_REFUSED, Decision, Facts, Look, PreparationSeen, Step, before, credentials_refused, decide, enter,
    fail, go, left_alone, signed, succeed, wait, waiting,
};
use crate::order::MaxPrice;
use crate::record::OrderRecord;
use crate::state::{Needs, Reason, State};

/// The contacts were seen to, or not.
pub(super) fn prepared(mut record: OrderRecord, seen: PreparationSeen, facts: &Facts<'_>) -> Decision {
    match seen {
        PreparationSeen::Ready(contacts) => {
            record.contacts = Some(contacts);
            go(
                record,
                Step::Look(Look::BeforePaying),
                "the contacts are there: read first, every time",
            )
        }
        PreparationSeen::Refused(message) => {
            record.provider_message = Some(message);
            enter(
                &mut record,
                State::ActionRequired,
                Some(Reason::ContactInvalid),
                Some(Needs::Contact),
            );
            let at = record.deadline_at.map(|at| at.max(facts.now));
            wait(record, at, "the provider refuses a contact; nothing was bought")
        }
        PreparationSeen::Later(trouble) => before::unreadable(record, &trouble, facts),
    }
}

/// The price was asked, a moment after absence was seen.
pub(super) fn quoted(
    mut record: OrderRecord,
    snapshot: Snapshot,
    quote: Result<Option<Quote>, Trouble>,
    facts: &Facts<'_>,
) -> Decision {
    let quote = match quote {
        Ok(quote) => quote,
        Err(trouble) => return before::unreadable(record, &trouble, facts),
    };
    // Without a limit nobody asks; if somebody did, there is nothing to hold it against.
    let Some(limit) = facts.max_price else {
        return before::submit(record, snapshot, facts);
    };
    match judge(quote.as_ref(), limit) {
        Price::Within => before::submit(record, snapshot, facts),
        Price::Above(told) => {
            record.provider_message = Some(told);
            fail(
                record,
                State::Failed,
                Reason::PriceExceeded,
                facts.now,
                "the quote is higher than `max_price`: not bought",
            )
        }
        Price::NotComparable(told) => {
            record.provider_message = Some(told);
            decide(
                record,
                Reason::PriceNotComparable,
                "the quote is in another currency than `max_price`: not bought",
            )
        }
        Price::NotTold => {
            record.provider_message = Some("no price is told for this before buying; order it without a limit".into());
            fail(
                record,
                State::Failed,
                Reason::Unsupported,
                facts.now,
                "no price is told, and there is a limit: not bought",
            )
        }
        Price::Garbled => {
            let trouble = Trouble {
                kind: TroubleKind::Garbled,
                detail: "the quote is no price".to_owned(),
                retry_after: None,
            };
            before::unreadable(record, &trouble, facts)
        }
    }
}

/// A quote beside a limit.
enum Price {
    Within,
    Above(String),
    NotComparable(String),
    NotTold,
    Garbled,
}

/// A quote without a currency is in that of the account, which is the one its producer thinks in: the amounts are
/// compared. Two providers tell none at all, and with them no limit could ever be held otherwise.
fn judge(quote: Option<&Quote>, limit: &MaxPrice) -> Price {
    let Some(quote) = quote else { return Price::NotTold };
    let limit_told = format!("{} {}", limit.amount, limit.currency.code());
    let told = |currency: &str| format!("quoted {}{currency}, at most {limit_told}", quote.amount);
    let currency = quote.currency.as_deref();
    if let Some(other) = currency.filter(|code| !code.eq_ignore_ascii_case(limit.currency.code())) {
        return Price::NotComparable(told(&format!(" {other}")));
    }
    let amount = Decimal::from_str(&quote.amount).or_else(|_| Decimal::from_scientific(&quote.amount));
    match amount {
        Ok(amount) if amount.is_sign_negative() => Price::Garbled,
        Ok(amount) if amount > limit.amount => {
            Price::Above(told(&currency.map(|code| format!(" {code}")).unwrap_or_default()))
        }
        Ok(_) => Price::Within,
        Err(_) => Price::Garbled,
    }
}

/// A look at what waits sees it stand, and something still to be set.
pub(super) fn unfinished(record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if record.reason != Some(Reason::ContactInvalid) || record.cancelling.is_some() {
        return finish(record);
    }
    // Refused already: set again on a person's word, or seen to be as wanted once they have mended it.
    if record.resolving {
        return succeed(
            record,
            facts.operation,
            None,
            facts.now,
            "it is bought, and the operator is done with what could not be set",
        );
    }
    let bought = record.intent.as_ref().map_or(record.created_at, |intent| intent.at);
    if facts.now.duration_since(bought) >= signed(facts.policy.give_up) {
        return decide(
            record,
            Reason::ContactInvalid,
            "it is bought, and nobody has mended its contacts in the time given",
        );
    }
    waiting::later(record, facts, "it stands, and its contacts are still not as wanted")
}

/// It stands at the provider, and something is still to be set there.
pub(super) fn finish(mut record: OrderRecord) -> Decision {
    // What has come to be is not called off any more.
    record.leave_as_it_is();
    record.resolving = false;
    enter(&mut record, State::InProgress, None, None);
    go(
        record,
        Step::Finish,
        "it stands, and what can only be set afterwards is set now",
    )
}

/// The answer to the finishing. Whatever it was, nothing is bought again.
pub(super) fn finished(mut record: OrderRecord, outcome: Outcome, facts: &Facts<'_>) -> Decision {
    match outcome {
        Outcome::Accepted(accepted) => {
            record.learn(&accepted.evidence);
            if accepted.stage.is_some() {
                return waiting::later(record, facts, "set, says the provider: a read confirms it");
            }
            let reason = (!record.sent).then_some(Reason::AlreadyDone);
            succeed(
                record,
                facts.operation,
                reason,
                facts.now,
                "the effect stands, with all that was asked for",
            )
        }
        Outcome::NotSent(not_sent) => {
            record.provider_message = Some(not_sent.detail);
            again(record, facts, "what is set afterwards did not leave: later again")
        }
        Outcome::Unknown(doubt) => {
            record.provider_message = Some(doubt.detail);
            again(record, facts, "whether it was set shows the next look")
        }
        Outcome::Rejected(rejection) => {
            record.provider_message = Some(rejection.message);
            match rejection.class {
                RejectionClass::Credentials => credentials_refused(record, facts.now, CREDENTIALS_REFUSED),
                RejectionClass::Throttled => {
                    let decision = again(record, facts, "too fast for the provider: set later");
                    left_alone(decision, rejection.retry_after, facts)
                }
                _ => waiting::stand(
                    record,
                    Stage::Contact,
                    facts,
                    "it is bought, and the provider refuses its contacts",
                ),
            }
        }
    }
}

/// Later, or a person once the deadline is over.
fn again(record: OrderRecord, facts: &Facts<'_>, why: &'static str) -> Decision {
    if waiting::waits_past_deadline(&record, facts.now) {
        return decide(
            record,
            Reason::DeadlinePassed,
            "the order's deadline passed before everything was set",
        );
    }
    waiting::later(record, facts, why)
}
