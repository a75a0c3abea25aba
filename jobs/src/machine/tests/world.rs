//! What the tests are made of: an instant, facts, records, and one of each thing that can be seen.

use std::sync::LazyLock;
use std::time::Duration;

use domorder_api_client::provider::{
    Abilities, Accepted, ContactIds, Doubt, Ending, Evidence, Guard, Impediment, NotSent, Operation, Outcome, Quote,
    Rejection, RejectionClass, Sighting, Snapshot, Stage, Trouble, TroubleKind,
};
use jiff::{SignedDuration, Timestamp};

use crate::machine::{Facts, FundsSeen, Policy, PreparationSeen, SignalSeen};
use crate::order::MaxPrice;
use crate::record::{Amending, Cancelling, Intent, OrderRecord};
use crate::state::{Charged, Kind, Needs, Reason, State};

pub(super) static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

/// The most that a purchase under a limit may cost.
pub(super) static LIMIT: LazyLock<MaxPrice> = LazyLock::new(|| MaxPrice {
    amount: "12.50".parse().expect("a decimal"),
    currency: iso_currency::Currency::USD,
});

pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The instant at which every test begins.
pub(super) fn t0() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("in range")
}

pub(super) fn secs(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

pub(super) const fn kind_of(operation: Operation) -> Kind {
    match operation {
        Operation::Register => Kind::Register,
        Operation::Transfer => Kind::Transfer,
        Operation::Renew => Kind::Renew,
        _ => Kind::EmailOrder,
    }
}

/// Nothing keeps the order back, and the provider refuses a repeat.
pub(super) fn facts(operation: Operation) -> Facts<'static> {
    Facts {
        now: t0(),
        kind: kind_of(operation),
        operation,
        not_before: None,
        guard: Guard::RefusesRepeat,
        call_timeout: CALL_TIMEOUT,
        sent_for: Duration::MAX,
        paused: false,
        lane_head: true,
        quiet_until: None,
        breaker_until: None,
        proved: None,
        proved_for: Duration::MAX,
        change: crate::machine::Change::default(),
        prepares: false,
        max_price: None,
        abilities: Abilities {
            amends_auth_code: false,
            resends_approval: true,
            cancels_moving: true,
        },
        jitter: 0.5,
        policy: &POLICY,
    }
}

// --- records --------------------------------------------------------------------------------------------------------

pub(super) fn queued() -> OrderRecord {
    OrderRecord::accepted(t0() - secs(60), None)
}

pub(super) fn stands(state: State, reason: Option<Reason>, needs: Option<Needs>) -> OrderRecord {
    OrderRecord {
        state,
        reason,
        needs,
        ..queued()
    }
}

pub(super) fn parked(reason: Reason) -> OrderRecord {
    stands(State::Parked, Some(reason), None)
}

/// One attempt, `ago` seconds old, whose intent is open.
pub(super) fn dispatching(ago: i64) -> OrderRecord {
    OrderRecord {
        charged: Charged::Unknown,
        attempts: 1,
        intent: Some(Intent {
            attempt: 1,
            at: t0() - secs(ago),
            epoch: 1,
            digest: String::new(),
            open: true,
        }),
        ..stands(State::Dispatching, None, None)
    }
}

/// One attempt, `ago` seconds old, of which nothing is known; absence was seen so many times.
pub(super) fn unknown(ago: i64, absences: u32) -> OrderRecord {
    let mut record = OrderRecord {
        state: State::UnknownOutcome,
        reason: Some(Reason::AnswerLost),
        attempted_at: Some(t0() - secs(ago)),
        sent: true,
        absences,
        absent_since: (absences > 0).then(|| t0() - secs(ago)),
        ..dispatching(ago)
    };
    if let Some(intent) = &mut record.intent {
        intent.open = false;
    }
    record
}

/// Taken by the provider after one paid attempt.
pub(super) fn placed(state: State, reason: Option<Reason>, needs: Option<Needs>) -> OrderRecord {
    OrderRecord {
        state,
        reason,
        needs,
        charged: Charged::Yes,
        attempted_at: None,
        placed: true,
        provider_order_id: Some("881".to_owned()),
        ..unknown(3600, 0)
    }
}

pub(super) fn blocked() -> OrderRecord {
    placed(State::Blocked, Some(Reason::AwaitingLosingRegistrar), None)
}

pub(super) fn in_progress() -> OrderRecord {
    placed(State::InProgress, None, None)
}

/// Its contacts are there.
pub(super) fn with_contacts(record: OrderRecord) -> OrderRecord {
    OrderRecord {
        contacts: Some(contact("30298")),
        ..record
    }
}

pub(super) fn contact(id: &str) -> ContactIds {
    ContactIds {
        registrant: Some(id.to_owned()),
        ..ContactIds::default()
    }
}

/// Stalled at the provider until a new auth code comes.
pub(super) fn stalled() -> OrderRecord {
    placed(
        State::ActionRequired,
        Some(Reason::AuthCodeInvalid),
        Some(Needs::AuthCode),
    )
}

/// Its deadline passed while it was with the provider: a person decides.
pub(super) fn overdue() -> OrderRecord {
    let asks = placed(
        State::ActionRequired,
        Some(Reason::DeadlinePassed),
        Some(Needs::Decision),
    );
    due_in(-60, asks)
}

/// A person is asked for something about what the provider has.
pub(super) fn waits_for(reason: Reason, needs: Needs) -> OrderRecord {
    placed(State::ActionRequired, Some(reason), Some(needs))
}

/// A person is asked, and nothing stands at the provider.
pub(super) fn asks(reason: Reason, needs: Needs) -> OrderRecord {
    stands(State::ActionRequired, Some(reason), Some(needs))
}

/// A person decides, because what became of the call could not be found out.
pub(super) fn undecided_unknown(ago: i64) -> OrderRecord {
    OrderRecord {
        state: State::ActionRequired,
        reason: Some(Reason::OutcomeUnknown),
        needs: Some(Needs::Decision),
        ..unknown(ago, 0)
    }
}

/// The same, with a deadline so many seconds from now.
pub(super) fn due_in(n: i64, record: OrderRecord) -> OrderRecord {
    OrderRecord {
        deadline_at: Some(t0() + secs(n)),
        ..record
    }
}

/// The same, to be called off or to be placed anew.
pub(super) fn cancelling(what_for: Cancelling, record: OrderRecord) -> OrderRecord {
    if !record.placed {
        return to_be_cancelled(what_for, record);
    }
    OrderRecord {
        state: State::InProgress,
        reason: Some(what_for.reason()),
        needs: None,
        decided: record.reason.filter(|_| record.needs == Some(Needs::Decision)),
        ..to_be_cancelled(what_for, record)
    }
}

/// The same, as a program before this one has written it: it stands where it stood.
pub(super) fn to_be_cancelled(what_for: Cancelling, record: OrderRecord) -> OrderRecord {
    OrderRecord {
        cancelling: Some(what_for),
        ..record
    }
}

/// The same, so many seconds after the provider said that it was cancelled.
pub(super) fn called_off(ago: i64, record: OrderRecord) -> OrderRecord {
    OrderRecord {
        called_off_at: Some(t0() - secs(ago)),
        ..record
    }
}

/// A new auth code is on its way.
pub(super) fn amending(how_far: Amending) -> OrderRecord {
    OrderRecord {
        amending: Some(how_far),
        ..placed(State::InProgress, Some(Reason::BeingAmended), None)
    }
}

/// The same, tried again and again for a day.
pub(super) fn retried_for_a_day(record: OrderRecord) -> OrderRecord {
    OrderRecord {
        retries: 300,
        retrying_since: Some(t0() - secs(86_400)),
        ..record
    }
}

/// The same, not seen at two looks since an hour ago: a third proves it.
pub(super) fn unseen_for_an_hour(record: OrderRecord) -> OrderRecord {
    OrderRecord {
        absences: 2,
        absent_since: Some(t0() - secs(3600)),
        ..record
    }
}

/// The same, with an earlier placement that was paid for, has ended and is owed back.
pub(super) fn owed_back(record: OrderRecord) -> OrderRecord {
    OrderRecord {
        sent: true,
        refund_due: true,
        charged: match record.charged {
            Charged::No => Charged::RefundDue,
            charged => charged,
        },
        ..record
    }
}

// --- what can be seen -----------------------------------------------------------------------------------------------

pub(super) fn absent() -> Sighting {
    Sighting::Absent(Snapshot::default())
}

pub(super) fn taken_elsewhere() -> Sighting {
    Sighting::Absent(Snapshot {
        taken_elsewhere: true,
        ..Snapshot::default()
    })
}

pub(super) fn present() -> Sighting {
    Sighting::Present(Evidence::default())
}

/// There for a month, says the provider.
pub(super) fn present_since_long() -> Sighting {
    Sighting::Present(Evidence {
        created: Some(t0() - secs(30 * 86_400)),
        ..Evidence::default()
    })
}

pub(super) fn unfinished() -> Sighting {
    Sighting::Unfinished(Evidence::default())
}

pub(super) fn pending(stage: Stage) -> Sighting {
    Sighting::Pending(stage, Evidence::default())
}

pub(super) fn differs() -> Sighting {
    Sighting::Differs(Snapshot::default(), "other".to_owned())
}

pub(super) fn impossible(impediment: Impediment) -> Sighting {
    Sighting::Impossible(impediment, "no".to_owned())
}

pub(super) fn ended(ending: Ending) -> Sighting {
    Sighting::Ended(ending, "over".to_owned())
}

pub(super) fn trouble(kind: TroubleKind) -> Trouble {
    Trouble {
        kind,
        detail: "no answer".to_owned(),
        retry_after: None,
    }
}

/// Too fast, says the provider, and for how many seconds.
pub(super) fn patient(retry_after: u64) -> Trouble {
    Trouble {
        retry_after: Some(Duration::from_secs(retry_after)),
        ..trouble(TroubleKind::Throttled)
    }
}

pub(super) fn unreadable(kind: TroubleKind) -> Sighting {
    Sighting::Unreadable(trouble(kind))
}

pub(super) fn accepted(stage: Option<Stage>) -> Outcome {
    Outcome::Accepted(Accepted {
        stage,
        ..Accepted::default()
    })
}

pub(super) fn rejected(class: RejectionClass) -> Outcome {
    Outcome::Rejected(Rejection {
        class,
        message: "no".to_owned(),
        retry_after: None,
    })
}

/// Too fast, says the answer to a call, and for how many seconds.
pub(super) fn throttled(retry_after: u64) -> Outcome {
    Outcome::Rejected(Rejection {
        class: RejectionClass::Throttled,
        message: "slower".to_owned(),
        retry_after: Some(Duration::from_secs(retry_after)),
    })
}

pub(super) fn not_sent() -> Outcome {
    Outcome::NotSent(NotSent {
        detail: "refused".to_owned(),
    })
}

pub(super) fn lost() -> Outcome {
    Outcome::Unknown(Doubt {
        detail: "reset".to_owned(),
        unlisted: false,
    })
}

pub(super) const STAGES: [Stage; 10] = [
    Stage::Working,
    Stage::LosingRegistrar,
    Stage::Registry,
    Stage::HeldForFunds,
    Stage::AuthCode,
    Stage::Locked,
    Stage::Approval,
    Stage::Contact,
    Stage::TooYoung,
    Stage::Stalled,
];

pub(super) const REFUSALS: [RejectionClass; 11] = [
    RejectionClass::NoFunds,
    RejectionClass::Invalid,
    RejectionClass::Taken,
    RejectionClass::NotFound,
    RejectionClass::Unsupported,
    RejectionClass::AuthCode,
    RejectionClass::Locked,
    RejectionClass::TooYoung,
    RejectionClass::NotAllowed,
    RejectionClass::Credentials,
    RejectionClass::Throttled,
];

/// Every sighting, one of each word.
pub(super) fn sightings() -> Vec<Sighting> {
    let mut all = vec![
        present(),
        present_since_long(),
        unfinished(),
        absent(),
        taken_elsewhere(),
        differs(),
    ];
    all.extend(STAGES.map(pending));
    all.extend([Impediment::DomainTaken, Impediment::NotFound, Impediment::NotRegistered].map(impossible));
    all.extend([Ending::Refused, Ending::Cancelled, Ending::Failed].map(ended));
    all.extend(TROUBLES.map(unreadable));
    all
}

/// Every answer, one of each word.
pub(super) fn outcomes() -> Vec<Outcome> {
    let mut all = vec![accepted(None), not_sent(), lost()];
    all.extend(STAGES.map(|stage| accepted(Some(stage))));
    all.extend(REFUSALS.map(rejected));
    all
}

/// Every signal.
pub(super) fn signals() -> Vec<SignalSeen> {
    vec![
        SignalSeen::AuthCode { sealed: "s".to_owned() },
        SignalSeen::Cancel,
        SignalSeen::Retry,
        SignalSeen::CheckNow,
        SignalSeen::ResendApproval,
        SignalSeen::Resolve { done: true },
        SignalSeen::Resolve { done: false },
    ]
}

/// Every read of the account's money.
pub(super) fn funds() -> Vec<FundsSeen> {
    vec![
        FundsSeen::Some,
        FundsSeen::None,
        FundsSeen::NotShown,
        FundsSeen::Unreadable(trouble(TroubleKind::Credentials)),
        FundsSeen::Unreadable(trouble(TroubleKind::Throttled)),
        FundsSeen::Unreadable(trouble(TroubleKind::Unavailable)),
        FundsSeen::Unreadable(trouble(TroubleKind::Garbled)),
    ]
}

pub(super) const TROUBLES: [TroubleKind; 4] = [
    TroubleKind::Credentials,
    TroubleKind::Throttled,
    TroubleKind::Unavailable,
    TroubleKind::Garbled,
];

/// Everything that can become of a preparation.
pub(super) fn preparations() -> Vec<PreparationSeen> {
    let mut all = vec![
        PreparationSeen::Ready(contact("30298")),
        PreparationSeen::Refused("no such street".to_owned()),
    ];
    all.extend(TROUBLES.map(|kind| PreparationSeen::Later(trouble(kind))));
    all
}

pub(super) fn priced(amount: &str, currency: Option<&str>) -> Result<Option<Quote>, Trouble> {
    Ok(Some(Quote {
        amount: amount.to_owned(),
        currency: currency.map(str::to_owned),
    }))
}

/// Quotes on either side of [`LIMIT`] and on none, each by its name.
pub(super) fn quotes() -> Vec<(&'static str, Result<Option<Quote>, Trouble>)> {
    let mut all = vec![
        ("within the limit", priced("12.50", None)),
        ("within the limit, in its currency", priced("1.2e1", Some("usd"))),
        ("above the limit", priced("12.51", None)),
        ("above the limit, in its currency", priced("12.51", Some("USD"))),
        ("in another currency", priced("1", Some("EUR"))),
        ("no price", priced("many", None)),
        ("less than nothing", priced("-1", None)),
        ("not told", Ok(None)),
    ];
    let troubles = ["credentials", "throttled", "unavailable", "garbled"];
    all.extend(troubles.into_iter().zip(TROUBLES.map(|kind| Err(trouble(kind)))));
    all
}
