//! Writing down what was decided, and what to do when that does not work.

use std::pin::pin;
use std::time::{Duration, Instant};

use domorder_jobs::fault::Point;
use domorder_jobs::known::Known;
use domorder_jobs::ledger::{Change, Due, LedgerError, Notice, Record, RecordError, Recorded, Shelf};
use domorder_jobs::machine::{Decision, Lane, Observation, Step, deadline_to_notice, shows_disbelief};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Charged, Reason, State};
use domorder_jobs::view::{self, OrderView};

use super::{Handler, Visitor};
use crate::metrics as m;

/// How long a change waits for what a read shows right after it, to be recorded together with that: most of the work of
/// recording is saved, and a crash in this time leaves the order as a crash before it would have, to be found by reading.
/// An intent is never held back.
const HELD_BACK_MAX: Duration = Duration::from_millis(25);

/// What a record is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// On the way: the lease is kept.
    OnTheWay,
    /// The permission to send: refused where the ledger's epoch is another.
    Intent,
    /// The last of this claim: the lease is given back.
    Last,
}

/// What became of an intent.
pub(super) enum Intended {
    /// It is durable: the call may be sent.
    Written,
    /// The account's breaker holds it back: the order stands as before, and is still ours.
    NotNow,
    /// Not written for certain, or somebody else's: nothing is sent, and nothing more is done.
    OutOfHand,
}

/// A record that is ready, and the changes it holds, to be counted once it is made.
#[derive(Clone)]
pub(super) struct Prepared {
    record: Record,
    changes: Vec<(OrderRecord, OrderRecord)>,
}

impl Visitor<'_> {
    /// The last record of this claim.
    pub(super) async fn last(&mut self, decision: Decision) {
        let answer_owed = self.intended.take().is_some() || self.held_back.is_some();
        if let Err(error) = self.write(&decision, Purpose::Last).await {
            self.lost(&decision, &error, answer_owed).await;
            return;
        }
        if let Step::Wait(Some(at)) = decision.step {
            let wait = at.duration_since(self.now());
            self.claim.hold.due_in(Duration::try_from(wait).unwrap_or_default());
        }
    }

    /// Records a decision on the way and performs its step. Where the step only reads, the record is held back for a
    /// moment, and made side by side with the read if that takes longer.
    pub(super) async fn record_and_do(&mut self, decision: Decision, step: Step) -> Option<Observation> {
        if !matches!(step, Step::Look(_) | Step::ReadFunds) {
            if let Err(error) = self.write(&decision, Purpose::OnTheWay).await {
                self.lost(&decision, &error, true).await;
                return None;
            }
            return Some(self.act(step).await);
        }
        let mut prepared = self.prepare(&decision, Purpose::OnTheWay);
        let before = std::mem::replace(&mut self.written, decision.record.clone());
        prepared.changes.push((before, decision.record.clone()));
        self.version += 1;
        self.here.at(Point::HeldBack).await;
        let (ledger, claim) = (self.handler.ledger.clone(), self.claim);
        let written;
        let seen;
        {
            let mut reading = pin!(self.act(step));
            match tokio::time::timeout(HELD_BACK_MAX, &mut reading).await {
                Ok(quickly) => (written, seen) = (None, quickly),
                Err(_) => {
                    let write = write_until_known(&ledger, prepared.record.clone(), claim);
                    let both = tokio::join!(write, reading);
                    (written, seen) = (Some(both.0), both.1);
                }
            }
        }
        match written {
            None => self.held_back = Some(prepared),
            Some(Ok(_)) => self.count(&prepared.changes),
            Some(Err(error)) => {
                self.lost(&decision, &error, true).await;
                return None;
            }
        }
        Some(seen)
    }

    /// Records what was held back, where nothing follows that would carry it. `false`: it was refused.
    pub(super) async fn flush(&mut self) -> bool {
        let Some(held_back) = self.held_back.take() else {
            return true;
        };
        match write_until_known(&self.handler.ledger, held_back.record, self.claim).await {
            Ok(_) => {
                self.count(&held_back.changes);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "a change that was held back could not be recorded");
                false
            }
        }
    }

    /// The durable intent.
    pub(super) async fn write_intent(&mut self, decision: &Decision) -> Intended {
        let (held_back, signals_taken, said) = (self.held_back.clone(), self.signals_taken, self.said.clone());
        match self.write(decision, Purpose::Intent).await {
            Ok(recorded) => {
                self.watched = recorded.watched;
                Intended::Written
            }
            Err(RecordError::Breaker { until_ms }) => {
                // Refused whole: what was to be told with it is told with what follows.
                (self.held_back, self.signals_taken, self.said) = (held_back, signals_taken, said);
                self.held_by_breaker(until_ms);
                Intended::NotNow
            }
            Err(error) => {
                tracing::warn!(%error, "the intent could not be made durable: nothing is sent");
                if !matches!(error, RecordError::Ledger(_)) {
                    m::prevented("fence");
                }
                // It may have been written all the same: the lease lapses, and the order is found by its record.
                self.give_back().await;
                Intended::OutOfHand
            }
        }
    }

    async fn write(&mut self, decision: &Decision, purpose: Purpose) -> Result<Recorded, RecordError> {
        let Prepared { record, mut changes } = self.prepare(decision, purpose);
        let ledger = self.handler.ledger.clone();
        let recorded = if purpose == Purpose::Intent {
            // Never tried again here: an intent that took long is too old for the gate anyway.
            self.here.intent(ledger.record(record)).await?
        } else {
            self.here.at(Point::BeforeRecord).await;
            let recorded = write_until_known(&ledger, record, self.claim).await?;
            self.here.at(Point::Recorded).await;
            recorded
        };
        let before = std::mem::replace(&mut self.written, decision.record.clone());
        self.version = recorded.version;
        changes.push((before, decision.record.clone()));
        self.count(&changes);
        Ok(recorded)
    }

    /// Counts what was recorded, and nothing that was not.
    fn count(&self, changes: &[(OrderRecord, OrderRecord)]) {
        for (before, after) in changes {
            m::recorded(&self.order, before, after, self.now());
        }
    }

    /// The ledger's record of a decision: state record, index fields, timeline entry, and the event where the outside
    /// has to know (a change of state, reason, needs or charged; every paid attempt).
    fn prepare(&mut self, decision: &Decision, purpose: Purpose) -> Prepared {
        // An intent's record and event bear the instant that its gate and settle time are counted from.
        let intended = decision.record.intent.as_ref().filter(|_| purpose == Purpose::Intent);
        let now = intended.map_or_else(|| self.now(), |intent| intent.at);
        let mut next = decision.record.clone();
        next.updated_at = Some(now);
        let version = self.version + 1;
        let tells = purpose == Purpose::Intent || next.face() != self.written.face();
        let event = tells.then(|| {
            let view = OrderView::of(&self.order, &next);
            let id = format!("{}-{version}", self.order.id);
            view::event(&view, &id, self.handler.ledger.namespace(), now)
        });
        let known = decision.known.as_deref().map(|known| {
            let witnesses = self.handler.provider.witnesses(self.order.operation());
            known.clone().told_of(&self.order, witnesses)
        });
        // What could not be believed is told once, when it is new.
        let odd = shows_disbelief(&next) && next.provider_message != self.written.provider_message;
        let timeline = tells || odd || self.said.is_some() || known.is_some();
        let timeline = timeline.then(|| {
            let said = self.said.take();
            let quoted = std::mem::replace(&mut self.quoted, next.provider_message.clone());
            let words = next.provider_message.as_deref();
            let entry = TimelineEntry {
                signal: said.as_deref(),
                known: known.as_ref(),
                provider: words.filter(|words| quoted.as_deref() != Some(*words)),
                ..TimelineEntry::of(&next, decision.why, version, now)
            };
            entry.text()
        });
        // What it was told while its account is paused is heard when that goes on.
        let told = self.claim.order.paused && !self.claim.order.signals.is_empty();
        let due = match decision.step {
            _ if told && !next.state.is_final() => Due::Now,
            Step::Wait(Some(at)) => Due::At(u64::try_from(at.as_millisecond()).unwrap_or(0)),
            Step::Wait(None) | Step::Close => Due::Never,
            _ => Due::Now,
        };
        let mut notice = self.notice(&next);
        let (mut before, mut changes) = (Vec::new(), Vec::new());
        let (mut builds_on, mut signals_consumed) = (self.version, std::mem::take(&mut self.signals_taken));
        if let Some(Prepared {
            record,
            changes: held_back,
        }) = self.held_back.take()
        {
            builds_on = record.version;
            if notice == Notice::AsBefore {
                notice = record.notice;
            }
            signals_consumed += record.signals_consumed;
            before = record.before;
            before.push(Change {
                event: record.event,
                timeline: record.timeline,
            });
            changes = held_back;
        }
        let record = Record {
            id: self.claim.order.id.clone(),
            fence: self.claim.order.fence,
            version: builds_on,
            rec: serde_json::to_string(&next).unwrap_or_default(),
            state: next.state,
            due,
            event,
            timeline,
            before,
            signals_consumed,
            release: purpose == Purpose::Last,
            release_lane: waits_for_its_time(&next),
            priority: self.order.priority,
            proved: decision.proves.as_deref().map(ToString::to_string),
            parked: shelf(&next),
            notice,
            // That a list showed it unchanged may be undone by a crash: it is only asked again.
            durable: !self.by_list,
            intent_epoch: (purpose == Purpose::Intent).then_some(self.claim.epoch.number),
        };
        Prepared { record, changes }
    }

    /// When its deadline is to be noticed from now on, should its account be paused then.
    fn notice(&self, next: &OrderRecord) -> Notice {
        let at = |record| {
            let deadline = deadline_to_notice(record)?;
            u64::try_from(deadline.as_millisecond()).ok()
        };
        match at(next) {
            Some(ms) => Notice::At(ms),
            None if at(&self.written).is_some() || self.claim.order.paused => Notice::Never,
            None => Notice::AsBefore,
        }
    }

    /// The record was refused: somebody else has the order. What is known is kept as evidence all the same.
    async fn lost(&self, decision: &Decision, error: &RecordError, evidence: bool) {
        tracing::warn!(%error, state = %decision.record.state, "the record was refused");
        m::record_refused();
        if !evidence {
            return;
        }
        // All that would be looked for: what was decided on it, and what it is called there.
        let found = match &decision.record.provider_order_id {
            Some(id) => format!("{} (at the provider: {id})", decision.why),
            None => decision.why.to_owned(),
        };
        let why = "evidence of a late holder";
        let note = TimelineEntry {
            signal: Some(&found),
            ..TimelineEntry::of(&decision.record, why, self.version, self.now())
        }
        .text();
        if let Err(error) = self.handler.ledger.note(&self.claim.order.id, &note).await {
            // The last place where it can be kept: no secret stands in it.
            tracing::error!(%error, evidence = note, "evidence could not be written to the ledger");
        }
    }

    /// Hands the order back as it is.
    pub(super) async fn give_back(&mut self) {
        self.flush().await;
        self.here.at(Point::GivingBack).await;
        let lease = [(self.claim.order.id.clone(), self.claim.order.fence)];
        if let Err(error) = self.handler.ledger.hand_back(&lease).await {
            tracing::debug!(%error, "not handed back: the lease will lapse");
        }
        self.here.at(Point::GivenBack).await;
    }
}

impl Handler {
    /// What concerns the whole account.
    pub(super) async fn lane(&self, lane: Lane, decision: &Decision) {
        match lane {
            Lane::PauseForCredentials => {
                let told = decision
                    .record
                    .provider_message
                    .as_deref()
                    .unwrap_or("the credentials are refused");
                tracing::error!(
                    account = self.account,
                    told,
                    "the account is paused: mend its credentials or the provider's list of addresses, then \
                     `domorder accounts resume {}`",
                    self.account
                );
                if let Err(error) = self
                    .ledger
                    .set_paused(&self.account, Some(&format!("{}{told}", m::CREDENTIALS)))
                    .await
                {
                    tracing::error!(account = self.account, %error, "the account could not be paused");
                }
            }
        }
    }
}

/// How long a record is offered to a server that refuses it: rights are given back, and what refused may have been a
/// proxy before the server. What is refused for longer is found out by reading, when the lease has lapsed.
const REFUSED_MAX: Duration = Duration::from_secs(10);

/// Redis may be away for a while: what came of a call is worth waiting for, as long as the lease can still be ours.
async fn write_until_known(
    ledger: &domorder_jobs::ledger::Ledger,
    record: Record,
    claim: &domorder_jobs::backend::Claim,
) -> Result<Recorded, RecordError> {
    let (mut wait, mut refused_since) = (Duration::from_millis(100), None::<Instant>);
    loop {
        let error = match ledger.record(record.clone()).await {
            Err(RecordError::Ledger(error)) if !claim.hold.is_lost() => error,
            came_to => return came_to,
        };
        let may_pass = match &error {
            LedgerError::Refused { .. } => refused_since.get_or_insert_with(Instant::now).elapsed() < REFUSED_MAX,
            other => other.is_retryable(),
        };
        if !may_pass {
            return Err(error.into());
        }
        tracing::warn!(%error, "the record could not be written: tried again");
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}

/// An order that starts next month keeps nobody of its domain waiting today: nothing of it can be at the provider.
fn waits_for_its_time(record: &OrderRecord) -> bool {
    let not_before = record.state == State::Parked && record.reason == Some(Reason::NotBefore);
    not_before && !record.placed && !record.effect_possible()
}

/// What waits for the account's sake is let go by the ledger as soon as it can.
fn shelf(record: &OrderRecord) -> Option<Shelf> {
    let reason = record.reason.filter(|reason| *reason == Reason::BreakerOpen)?;
    let deadline_ms = record
        .deadline_at
        .and_then(|at| u64::try_from(at.as_millisecond()).ok());
    (record.state == State::Parked && !record.placed).then_some(Shelf { reason, deadline_ms })
}

/// One line of the timeline, as it is stored and shown; what is nothing is left out.
#[derive(serde::Serialize)]
struct TimelineEntry<'a> {
    at: i64,
    v: u64,
    state: State,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "is_not_charged")]
    charged: Charged,
    #[serde(skip_serializing_if = "is_none_yet")]
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<&'a Known>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_not_charged(charged: &Charged) -> bool {
    *charged == Charged::No
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none_yet(attempt: &u32) -> bool {
    *attempt == 0
}

impl<'a> TimelineEntry<'a> {
    fn of(record: &'a OrderRecord, why: &'a str, version: u64, now: jiff::Timestamp) -> Self {
        Self {
            at: now.as_millisecond(),
            v: version,
            state: record.state,
            why,
            reason: record.reason,
            charged: record.charged,
            attempt: record.attempts,
            provider: record.provider_message.as_deref(),
            signal: None,
            known: None,
        }
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
