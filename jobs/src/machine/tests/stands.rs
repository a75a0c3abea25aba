//! A representative record for each state and its important variants, for the tables.

use domorder_api_client::provider::{Guard, Operation};

use super::world::*;
use crate::machine::Facts;
use crate::record::{Amending, Cancelling, OrderRecord};
use crate::state::{Charged, Kind, Needs, Reason, State};

/// An order at a moment.
pub(super) struct Stand {
    pub(super) name: &'static str,
    pub(super) record: OrderRecord,
    pub(super) facts: Facts<'static>,
}

/// Every stand that an order of this kind can come to.
pub(super) fn stands(operation: Operation) -> Vec<Stand> {
    let transfer = kind_of(operation) == Kind::Transfer;
    let mut all = before_the_call(operation);
    all.extend(after_the_call(operation));
    all.extend(at_the_provider(operation));
    if transfer {
        all.extend(changing(operation));
    }
    all.extend(with_a_person(operation));
    all.extend([State::Succeeded, State::Failed, State::Cancelled].map(|state| {
        let record = OrderRecord {
            finished_at: Some(t0()),
            ..super::world::stands(state, None, None)
        };
        at(operation, state.as_str(), record)
    }));
    all
}

/// Nothing keeps the order back but itself. What has no price is not charged.
fn at(operation: Operation, name: &'static str, record: OrderRecord) -> Stand {
    let charged = if operation.costs_money() {
        record.charged
    } else {
        Charged::No
    };
    Stand {
        name,
        record: OrderRecord { charged, ..record },
        facts: facts(operation),
    }
}

impl Stand {
    fn given(mut self, facts: fn(&mut Facts<'static>)) -> Self {
        facts(&mut self.facts);
        self
    }
}

fn before_the_call(operation: Operation) -> Vec<Stand> {
    let at = |name, record| at(operation, name, record);
    let tried = |unknowns| OrderRecord {
        attempts: unknowns,
        unknowns,
        sent: true,
        ..queued()
    };
    vec![
        at("queued", queued()),
        at("queued, before its time", queued()).given(|facts| facts.not_before = Some(t0() + secs(3600))),
        at("queued, behind another order of its domain", queued()).given(|facts| facts.lane_head = false),
        at("queued, after a restart of the ledger", queued()).given(|facts| facts.quiet_until = Some(t0() + secs(900))),
        at("queued, the breaker open", queued()).given(|facts| facts.breaker_until = Some(t0() + secs(60))),
        at("queued, its deadline passed", due_in(0, queued())),
        at("queued, tried again for a day", retried_for_a_day(queued())),
        at("queued, its contacts to be made", queued()).given(|facts| facts.prepares = true),
        at("queued, its contacts made", with_contacts(queued())).given(|facts| facts.prepares = true),
        at("queued, under a limit", queued()).given(|facts| facts.max_price = Some(&LIMIT)),
        at("queued, under a limit, behind another order", queued()).given(|facts| {
            facts.max_price = Some(&LIMIT);
            facts.lane_head = false;
        }),
        at("queued, after an attempt that is proven absent", tried(1)),
        at("queued, after as many such attempts as are allowed", tried(3)),
        at("parked/domain_busy", parked(Reason::DomainBusy)),
        at("parked/funds", parked(Reason::Funds)),
        at("parked/funds, its deadline passed", due_in(0, parked(Reason::Funds))),
    ]
}

fn after_the_call(operation: Operation) -> Vec<Stand> {
    let at = |name, record| at(operation, name, record);
    let taken = OrderRecord {
        reason: Some(Reason::TakenCheck),
        refused_as_taken: true,
        ..unknown(5, 0)
    };
    vec![
        at("dispatching", dispatching(5)),
        at("dispatching, tried again for a day", retried_for_a_day(dispatching(5))),
        at("dispatching, an earlier placement owed back", owed_back(dispatching(5))),
        at("unknown_outcome, a moment ago", unknown(5, 0)),
        at("unknown_outcome, refused as taken", taken),
        at("unknown_outcome, not seen for the settle time", unknown(3600, 2)),
        at(
            "unknown_outcome, not seen for the settle time, behind another order",
            unknown(3600, 2),
        )
        .given(|facts| facts.lane_head = false),
        at(
            "unknown_outcome, not seen for the settle time, by one weak witness",
            unknown(3600, 2),
        )
        .given(|facts| facts.guard = Guard::Weak),
        at("unknown_outcome, for a day", unknown(86_400, 0)),
    ]
}

fn at_the_provider(operation: Operation) -> Vec<Stand> {
    let at = |name, record| at(operation, name, record);
    let in_progress = || placed(State::InProgress, None, None);
    let early = OrderRecord {
        next_check_at: Some(t0() + secs(120)),
        ..unseen_for_an_hour(in_progress())
    };
    let adopted = OrderRecord {
        attempts: 0,
        intent: None,
        sent: false,
        charged: Charged::No,
        ..in_progress()
    };
    vec![
        at("in_progress", in_progress()),
        at("in_progress, adopted", adopted),
        at("in_progress, its deadline passed", due_in(0, in_progress())),
        at(
            "in_progress, not seen for the settle time",
            unseen_for_an_hour(in_progress()),
        ),
        at("in_progress, looked at before its time", early),
        at(
            "blocked/awaiting_registry",
            placed(State::Blocked, Some(Reason::AwaitingRegistry), None),
        ),
        at(
            "parked/funds, at the provider",
            placed(State::Parked, Some(Reason::Funds), None),
        ),
        at(
            "action_required/contact, at the provider",
            placed(
                State::ActionRequired,
                Some(Reason::ContactInvalid),
                Some(Needs::Contact),
            ),
        ),
    ]
}

/// A transfer on which the customer has a word.
fn changing(operation: Operation) -> Vec<Stand> {
    let at = |name, record| at(operation, name, record);
    let in_progress = || placed(State::InProgress, None, None);
    let blocked = || placed(State::Blocked, Some(Reason::AwaitingLosingRegistrar), None);
    let held = || placed(State::Parked, Some(Reason::Funds), None);
    let stalled = || {
        placed(
            State::ActionRequired,
            Some(Reason::AuthCodeInvalid),
            Some(Needs::AuthCode),
        )
    };
    let approval = placed(
        State::ActionRequired,
        Some(Reason::ApprovalPending),
        Some(Needs::Approval),
    );
    let anew = OrderRecord {
        anew_since: Some(t0() - secs(3600)),
        ..unknown(5, 0)
    };
    let accepted = OrderRecord {
        provider_order_id: None,
        intent: unknown(5, 0).intent,
        ..in_progress()
    };
    vec![
        at("blocked/awaiting_losing_registrar", blocked()),
        at(
            "in_progress/being_cancelled",
            cancelling(Cancelling::ToEnd, in_progress()),
        ),
        at(
            "in_progress/being_cancelled, it was blocked",
            cancelling(Cancelling::ToEnd, blocked()),
        ),
        at(
            "in_progress/being_cancelled, not seen for the settle time",
            unseen_for_an_hour(cancelling(Cancelling::ToEnd, blocked())),
        ),
        at(
            "in_progress/being_cancelled, it was held for funds",
            cancelling(Cancelling::ToEnd, held()),
        ),
        at(
            "action_required/auth_code, nothing placed",
            asks(Reason::AuthCodeInvalid, Needs::AuthCode),
        ),
        at(
            "action_required/auth_code, nothing placed, its deadline passed",
            due_in(0, asks(Reason::AuthCodeInvalid, Needs::AuthCode)),
        ),
        at("action_required/auth_code, at the provider", stalled()),
        at(
            "action_required/auth_code, at the provider that amends in place",
            stalled(),
        )
        .given(|facts| facts.abilities.amends_auth_code = true),
        at(
            "in_progress/being_replaced",
            cancelling(Cancelling::ToReplace, stalled()),
        ),
        at(
            "in_progress/being_replaced, not seen for the settle time",
            unseen_for_an_hour(cancelling(Cancelling::ToReplace, stalled())),
        ),
        at(
            "in_progress/being_replaced, cancelled a moment ago",
            called_off(5, cancelling(Cancelling::ToReplace, stalled())),
        ),
        at(
            "in_progress/being_replaced, cancelled long ago",
            called_off(3600, cancelling(Cancelling::ToReplace, stalled())),
        ),
        at(
            "action_required/auth_code, to be replaced, by an earlier program",
            to_be_cancelled(Cancelling::ToReplace, stalled()),
        ),
        at("in_progress/being_amended, to be handed in", amending(Amending::Wanted)),
        at("in_progress/being_amended, handed in", amending(Amending::Sent)),
        at(
            "in_progress/being_amended, handed in, looked at for a while",
            OrderRecord {
                looks: 3,
                ..amending(Amending::Sent)
            },
        ),
        at("action_required/approval, at the provider", approval.clone()),
        at(
            "action_required/approval, at the provider that sends no mail again",
            approval,
        )
        .given(|facts| facts.abilities.resends_approval = false),
        at("unknown_outcome, placed anew", anew),
        at(
            "in_progress/being_cancelled, accepted a moment ago, without an id",
            cancelling(Cancelling::ToEnd, accepted.clone()),
        ),
        at("in_progress, accepted a moment ago, without an id", accepted),
    ]
}

fn with_a_person(operation: Operation) -> Vec<Stand> {
    let at = |name, record| at(operation, name, record);
    let decision = |reason| placed(State::ActionRequired, Some(reason), Some(Needs::Decision));
    let lost = || undecided_unknown(90_000);
    vec![
        at(
            "action_required/decision, nothing sent",
            asks(Reason::ProviderUnreachable, Needs::Decision),
        ),
        at("action_required/decision, the effect not known", lost()),
        at(
            "action_required/decision, the effect not known, said to be done",
            OrderRecord {
                resolving: true,
                ..lost()
            },
        ),
        at(
            "action_required/decision, the effect not known, to be called off",
            cancelling(Cancelling::ToEnd, lost()),
        ),
        at(
            "action_required/decision, the effect not known, to be called off, not seen for the settle time",
            unseen_for_an_hour(cancelling(Cancelling::ToEnd, lost())),
        ),
        at(
            "action_required/decision, the effect not known, to be called off, not seen by one weak witness",
            unseen_for_an_hour(cancelling(Cancelling::ToEnd, lost())),
        )
        .given(|facts| facts.guard = Guard::Weak),
        at(
            "action_required/decision, stalled at the provider",
            decision(Reason::Stalled),
        ),
        at(
            "action_required/decision, bought with contacts that are refused",
            decision(Reason::ContactInvalid),
        ),
        at("action_required/decision, vanished", decision(Reason::Vanished)),
        at(
            "action_required/decision, its deadline passed",
            due_in(-60, decision(Reason::DeadlinePassed)),
        ),
        at(
            "in_progress/being_cancelled, decided after its deadline",
            due_in(-60, cancelling(Cancelling::ToEnd, decision(Reason::DeadlinePassed))),
        ),
        at(
            "action_required/decision, its deadline passed, to be called off, by an earlier program",
            due_in(
                -60,
                to_be_cancelled(Cancelling::ToEnd, decision(Reason::DeadlinePassed)),
            ),
        ),
        at(
            "action_required/decision, ended at the provider",
            OrderRecord {
                provider_order_id: Some("881".to_owned()),
                ..asks(Reason::ProviderFailed, Needs::Decision)
            },
        ),
    ]
}
