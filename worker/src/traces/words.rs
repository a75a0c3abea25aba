//! What spans call steps, and what came of them: closed sets, as metrics' labels are.

use domorder_api_client::provider::Outcome;
use domorder_jobs::machine::{Look, Observation, PreparationSeen, Step};

use crate::metrics::sighting;

/// The name of a step's span.
#[must_use]
pub const fn name(step: &Step) -> &'static str {
    match step {
        Step::Prepare => "order.prepare",
        Step::Quote => "order.quote",
        Step::Finish => "order.finish",
        Step::Look(Look::BeforePaying) => "order.look.before_paying",
        Step::Look(Look::Verify) => "order.look.verify",
        Step::Look(Look::Reconcile) => "order.look.reconcile",
        Step::Look(Look::Follow) => "order.look.follow",
        Step::ReadFunds => "order.read_funds",
        Step::Cancel => "order.cancel",
        Step::AmendAuthCode => "order.amend_auth_code",
        Step::ResendApproval => "order.resend_approval",
        Step::Submit => "order.attempt",
        Step::GoOn | Step::Wait(_) | Step::Close => "order.step",
    }
}

/// What a step came to.
#[must_use]
pub const fn seen(seen: &Observation) -> &'static str {
    match seen {
        Observation::Claimed => "not_now",
        Observation::Prepared(PreparationSeen::Ready(_)) => "ready",
        Observation::Prepared(PreparationSeen::Refused(_)) => "refused",
        Observation::Prepared(PreparationSeen::Later(_)) => "later",
        Observation::Saw(saw) => sighting(saw),
        Observation::Listed => "listed",
        Observation::Quoted(_, Ok(_)) => "quoted",
        Observation::Quoted(_, Err(_)) => "unreadable",
        Observation::Answered(outcome)
        | Observation::Finished(outcome)
        | Observation::CancelAnswered(outcome)
        | Observation::AmendAnswered(outcome) => match outcome {
            Outcome::Accepted(_) => "accepted",
            Outcome::Rejected(_) => "rejected",
            Outcome::NotSent(_) => "not_sent",
            Outcome::Unknown(_) => "unknown",
        },
        Observation::Funds(_) => "read",
        Observation::Signal(_) => "signal",
        Observation::Recalled(_) => "recalled",
        Observation::Unusable(_) => "unusable",
    }
}
