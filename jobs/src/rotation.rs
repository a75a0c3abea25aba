//! Rotating the sealing keys: every sealed value of the ledger comes under the first key of the ring, beside workers that
//! run.
//!
//! Sealed values stand in orders only: in the document (also of a finished order, which a replay is compared with), in the
//! record (a newer auth code) and in signals that wait. Nothing else in Redis is sealed: an intake entry is the producer's
//! own text until it is taken, and a refusal is kept without secrets.
//!
//! 1. A round goes through all orders, state by state, those first that came into it last. What is not under the first
//!    key is opened, sealed anew, and replaced where it still stands ([`Ledger::reseal`]).
//! 2. An order that changes its state during a round may be missed by it, but then it came into its state after the round
//!    began: the next round goes through those. It comes back to records that a worker held, too.
//! 3. A round that finds nothing to do ends it, or the end of patience.
//!
//! Ended at any moment and begun anew, it goes on with what is left: which key a value is under stands in the value.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::format;
use crate::ledger::{Filter, Ledger, LedgerError, Reseal, Resealed, Stored};
use crate::order::OrderId;
use crate::seal::{KeyRing, SealError, Sealed};
use crate::state::State;

/// Orders read at once.
const PAGE: usize = 256;
/// Masters of a cluster may differ by so much in what time it is, ms.
const SKEW_MS: u64 = 60_000;
/// Between rounds that wait for workers to let go of orders.
const PAUSE: Duration = Duration::from_millis(250);
/// So many orders are named of those that one thing is wrong with.
const NAMED_MAX: usize = 5;

/// Values under one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnderKey {
    /// How many values.
    pub values: u64,
    /// In how many orders.
    pub orders: u64,
}

/// Values that one thing is wrong with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unopened {
    /// In how many orders.
    pub orders: u64,
    /// Some of them.
    pub named: Vec<String>,
}

/// What was found and done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rotation {
    /// Orders looked at.
    pub orders: u64,
    /// What the first round found, by the name of the key.
    pub found: BTreeMap<String, UnderKey>,
    /// Values that came under the first key.
    pub resealed: u64,
    /// Records that workers held to the end: their values are as they were.
    pub held: u64,
    /// Values that were sealed with another key while this ran: somebody still has that one first.
    pub sealed_meanwhile: u64,
    /// The last round still found some, and there was no patience for another.
    pub unsettled: bool,
    /// What does not open although its key is there, and what cannot be read at all, by why.
    pub unopened: BTreeMap<String, Unopened>,
    /// It was told to stop.
    pub interrupted: bool,
}

impl Rotation {
    /// The keys that something needs and that are not in the ring, with what needs them.
    pub fn missing<'a>(&'a self, ring: &'a KeyRing) -> impl Iterator<Item = (&'a str, &'a UnderKey)> {
        let found = self.found.iter().map(|(key, under)| (key.as_str(), under));
        found.filter(|(key, _)| !ring.ids().any(|id| id == *key))
    }
}

/// How it is done.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Look and count only.
    pub dry_run: bool,
    /// After the first round so long for further ones: for workers that hold records, and orders that were missed.
    pub patience: Duration,
}

/// What an order's texts hold, whichever they are.
#[derive(Deserialize)]
struct Holder {
    #[serde(default, alias = "ac")]
    auth_code: Option<Sealed>,
}

/// A value and what comes in its place.
struct Change {
    reseal: Reseal,
    is_new: bool,
}

struct Run<'a> {
    ledger: &'a Ledger,
    ring: &'a KeyRing,
    how: How,
    began_ms: u64,
    found: Rotation,
    held: BTreeSet<String>,
    is_first: bool,
}

/// Brings every value under the first key, or with `dry_run` counts what is under which. `seen` hears of orders as they
/// are gone through; `stop` ends it between two pages.
///
/// # Errors
/// Any of the server's: beginning anew goes on with what is left.
pub async fn rotate(
    ledger: &Ledger,
    ring: &KeyRing,
    how: How,
    stop: &CancellationToken,
    mut seen: impl FnMut(u64),
) -> Result<Rotation, LedgerError> {
    let began_ms = ledger.now_ms().await?;
    let mut run = Run {
        ledger,
        ring,
        how,
        began_ms,
        found: Rotation::default(),
        held: BTreeSet::new(),
        is_first: true,
    };
    let mut until = None;
    let (mut since, mut round_began) = (0, began_ms);
    loop {
        let before = run.found.resealed;
        let waiting: Vec<String> = std::mem::take(&mut run.held).into_iter().collect();
        for ids in waiting.chunks(PAGE) {
            let orders = ledger.read(ids).await?;
            run.take(orders.into_iter().flatten()).await?;
        }
        for state in State::ALL {
            if !run.through(*state, since, stop, &mut seen).await? {
                run.found.interrupted = true;
                return Ok(run.found);
            }
        }
        let found_some = run.found.resealed > before;
        if how.dry_run || (run.held.is_empty() && !found_some && !run.is_first) {
            break;
        }
        run.is_first = false;
        // Where somebody goes on sealing with an old key, each round finds some.
        let now = tokio::time::Instant::now();
        if now > *until.get_or_insert(now + how.patience) {
            run.found.unsettled = found_some;
            break;
        }
        if !run.held.is_empty() {
            tokio::select! { () = tokio::time::sleep(PAUSE) => {} () = stop.cancelled() => {} }
        }
        since = round_began.saturating_sub(SKEW_MS);
        round_began = ledger.now_ms().await?;
    }
    run.found.held = u64::try_from(run.held.len()).unwrap_or(u64::MAX);
    Ok(run.found)
}

impl Run<'_> {
    /// The orders of a state that came into it at `since` or later; false where it was told to stop.
    async fn through(
        &mut self,
        state: State,
        since: u64,
        stop: &CancellationToken,
        seen: &mut impl FnMut(u64),
    ) -> Result<bool, LedgerError> {
        let filter = Filter {
            states: vec![state],
            ..Filter::default()
        };
        let mut cursor: Option<String> = None;
        loop {
            if stop.is_cancelled() {
                return Ok(false);
            }
            let page = self.ledger.list(&filter, cursor.as_deref(), PAGE).await?;
            let read = page.orders.len();
            let fresh: Vec<Stored> = page
                .orders
                .into_iter()
                .take_while(|listed| listed.since_ms >= since)
                .map(|listed| listed.order)
                .collect();
            let is_last = fresh.len() < read;
            if self.is_first {
                let orders = u64::try_from(fresh.len()).unwrap_or(0);
                self.found.orders += orders;
                seen(orders);
            }
            self.take(fresh.into_iter()).await?;
            cursor = page.next_cursor;
            if is_last || cursor.is_none() {
                return Ok(true);
            }
        }
    }

    /// Looks at orders, and replaces what is to be replaced of them.
    async fn take(&mut self, orders: impl Iterator<Item = Stored>) -> Result<(), LedgerError> {
        let mut changes = Vec::new();
        for order in orders {
            self.look(&order, &mut changes);
        }
        if self.how.dry_run || changes.is_empty() {
            return Ok(());
        }
        let values: Vec<Reseal> = changes.iter().map(|change| change.reseal.clone()).collect();
        for (change, came) in changes.iter().zip(self.ledger.reseal(&values).await?) {
            match came {
                Resealed::Done => {
                    self.found.resealed += 1;
                    self.found.sealed_meanwhile += u64::from(change.is_new);
                }
                Resealed::Held => {
                    self.held.insert(change.reseal.id.clone());
                }
                Resealed::Gone => {}
            }
        }
        Ok(())
    }

    fn look(&mut self, order: &Stored, changes: &mut Vec<Change>) {
        let Ok(id) = order.id.parse::<OrderId>() else { return };
        let values = match sealed_in(order) {
            Ok(values) => values,
            Err(why) => return self.unopened(why, &order.id),
        };
        let mut keys = BTreeSet::new();
        for sealed in values {
            if self.is_first {
                // What is no sealed value at all is told by its not opening.
                if let Some(key) = sealed.key_id().map(str::to_owned) {
                    let under = self.found.found.entry(key.clone()).or_default();
                    under.values += 1;
                    under.orders += u64::from(keys.insert(key));
                }
            }
            match self.ring.reseal(id, &sealed) {
                Ok(None) => {}
                Ok(Some(new)) => changes.push(Change {
                    is_new: id.created_ms() >= self.began_ms,
                    reseal: Reseal {
                        id: order.id.clone(),
                        old: sealed.as_str().to_owned(),
                        new: new.as_str().to_owned(),
                    },
                }),
                // Told by the key that it was found under.
                Err(SealError::UnknownKey(_)) => {}
                Err(why) => self.unopened(why.to_string(), &order.id),
            }
        }
    }

    /// Told once, by the first round: a later one meets the same again.
    fn unopened(&mut self, why: String, id: &str) {
        if !self.is_first {
            return;
        }
        let of = self.found.unopened.entry(why).or_default();
        // An order's values follow one another.
        if of.named.last().is_some_and(|last| last == id) {
            return;
        }
        of.orders += 1;
        if of.named.len() < NAMED_MAX {
            of.named.push(id.to_owned());
        }
    }
}

/// Every sealed value of an order; an error says why they cannot be told. A value may stand there twice: a signal's is
/// also the record's once it is taken.
fn sealed_in(order: &Stored) -> Result<BTreeSet<Sealed>, String> {
    let texts = [("document", &order.doc), ("record", &order.rec)];
    let signals = order.signals.iter().map(|text| ("signal", text));
    let mut values = BTreeSet::new();
    for (what, text) in texts.into_iter().chain(signals) {
        match format::read::<Holder>(text) {
            Ok(holder) => values.extend(holder.auth_code),
            Err(fault) if fault.is_newer() => return Err(format!("the {what} cannot be read: {fault}")),
            Err(_) => return Err(format!("the {what} is damaged")),
        }
    }
    Ok(values)
}
