//! Drives one claimed order as far as it can go: see, decide, record, act, see.
//!
//! The loop itself decides nothing: [`domorder_jobs::machine::next`] does. It records a decision whenever the outside
//! has to know of it (state, reason, needs or charged changed), before a paid call (the intent), and at the end (with
//! the lease given back). Reads that follow a record do not wait for it; a paid call always does.

mod act;
mod around;
mod breaker;
mod clocks;
mod funds;
mod journal;
mod listed;
mod record;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domorder_api_client::provider::{Provider, Purchase, Snapshot};
use domorder_jobs::backend::Claim;
use domorder_jobs::fault::{self, Point};
use domorder_jobs::format;
use domorder_jobs::ledger::{Brake, Ledger};
use domorder_jobs::machine::{self, Change, Facts, Observation, Policy, Proved, Step};
use domorder_jobs::order::Order;
use domorder_jobs::purchase::PurchaseError;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::seal::{KeyRing, Sealed};
use domorder_jobs::signal::StoredSignal;
use domorder_jobs::state::Reason;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

pub use self::clocks::Clocks;
pub use breaker::Breakers;

use crate::journal::Journal;
use crate::metrics as m;
use crate::survey::Surveyor;
use crate::traces::Hand;

/// No order takes more steps than this in one claim: a loop of the machine must not become one of ours.
const STEPS_MAX: usize = 16;

/// Everything that the orders of one lane need.
pub struct Handler {
    /// The account.
    pub account: String,
    /// Its provider.
    pub provider: Arc<dyn Provider>,
    /// The ledger.
    pub ledger: Ledger,
    /// Opens auth codes.
    pub ring: Arc<KeyRing>,
    /// Waits and limits.
    pub policy: Policy,
    /// What Redis' clocks were seen to show, all accounts together.
    pub clocks: Arc<Clocks>,
    /// When the account stops buying, and looking as often.
    pub breakers: Breakers,
    /// The journal beside the worker, if it keeps one.
    pub journal: Option<Arc<Journal>>,
    /// The account's lists, for orders that wait.
    pub surveyor: Arc<Surveyor>,
    /// Set once the process is told to stop: no paid call is armed after it.
    pub stopping: CancellationToken,
}

/// One order in hand.
struct Visitor<'a> {
    handler: &'a Handler,
    claim: &'a Claim,
    order: Order,
    purchase: Option<Purchase>,
    /// The record as it was last written.
    written: OrderRecord,
    version: u64,
    signals_taken: usize,
    /// What earlier orders of its name have proved.
    proved: Option<Proved>,
    /// The connection of this attempt.
    visit: Option<domorder_api_client::http::Visit>,
    /// When the intent was decided, for the gate.
    intended: Option<Instant>,
    /// What the account's breakers keep it from.
    brake: Brake,
    /// The breaker wants to hear what becomes of the paid call.
    watched: bool,
    /// Money was set aside for it in this claim.
    set_aside: bool,
    /// What the last look before a purchase saw.
    snapshot: Option<Snapshot>,
    /// What the signals said, for the timeline.
    said: Option<String>,
    /// The provider's words as this claim has put them into the timeline: they are not told twice in a row.
    quoted: Option<String>,
    /// Nothing was done in this claim yet: its look may be answered by a list.
    fresh: bool,
    /// All that this claim saw is a list that shows the order unchanged.
    by_list: bool,
    /// A change that waits to be recorded together with what a read shows right after it.
    held_back: Option<record::Prepared>,
    /// Where fault points are told to be.
    here: fault::Here,
}

impl Handler {
    /// The body of a task. Never fails: what goes wrong is the order's news, or the lease lapses and it is found again.
    pub async fn run(self: Arc<Self>, claim: Claim) {
        let span = tracing::info_span!(
            "order", order.id = %claim.order.id, account = %self.account, attempt = tracing::field::Empty,
            trace.id = tracing::field::Empty,
        );
        // On the heap: all that an order's way may hold on to comes to 16 KiB, and tasks around it copy what they await.
        Box::pin(self.drive(&claim)).instrument(span).await;
    }

    async fn drive(&self, claim: &Claim) {
        let stored = &claim.order;
        if stored.lapsed {
            m::lease_expired();
        }
        let (order, record) = match parse(&stored.doc, &stored.rec) {
            Ok(parsed) => parsed,
            Err(error) => return self.set_aside(claim, &error).await,
        };
        if !stored.paused {
            m::picked_up(&self.account, &order, &record, claim.claimed_at_ms);
        }
        self.clocks
            .saw(shard_of(claim), claim.claimed_at_ms, claim.hold.since, self.settles());
        if let Some(trace) = &order.trace {
            tracing::Span::current().record("trace.id", trace.id());
        }
        let hand = Hand::of(&order, &record, &self.account, self.provider.name());
        let mut visitor = Visitor {
            handler: self,
            claim,
            purchase: None,
            written: record,
            version: stored.version,
            signals_taken: 0,
            proved: stored
                .proved
                .parse()
                .ok()
                .filter(|proved: &Proved| proved.latest().is_some()),
            visit: None,
            intended: None,
            brake: stored.brake,
            watched: false,
            set_aside: false,
            snapshot: None,
            said: None,
            quoted: None,
            fresh: true,
            by_list: false,
            held_back: None,
            here: fault::here(self.ledger.namespace(), Some(order.idempotency_key.as_str())),
            order,
        };
        match hand {
            None => visitor.see_through().await,
            Some(hand) => {
                // Boxed, so that claims which nobody traces are no larger for it.
                let followed = hand.follow(Box::pin(visitor.see_through())).await;
                followed.end(&visitor.written);
            }
        }
    }

    /// How old a call must be before it is believed that it has come to nothing.
    fn settles(&self) -> Duration {
        self.policy.gate + self.provider.call_timeout() + self.policy.settle
    }

    /// A record that cannot be read is set aside with a counter and a log line; the lane goes on.
    async fn set_aside(&self, claim: &Claim, error: &str) {
        tracing::error!(order.id = %claim.order.id, error, "the order's record cannot be read: set aside, see `domorder doctor`");
        m::set_aside();
        if let Err(error) = self.ledger.set_aside(&claim.order.id, claim.order.fence).await {
            tracing::warn!(order.id = %claim.order.id, %error, "it could not be set aside: it comes back when its lease lapses");
        }
    }
}

/// The shard whose clock an order goes by.
fn shard_of(claim: &Claim) -> u16 {
    domorder_jobs::ledger::shard_of_id(&claim.order.id).unwrap_or(0)
}

fn parse(doc: &str, rec: &str) -> Result<(Order, OrderRecord), String> {
    let order = format::read(doc).map_err(|e| format!("document: {e}"))?;
    let record = format::read(rec).map_err(|e| format!("state record: {e}"))?;
    Ok((order, record))
}

impl Visitor<'_> {
    /// What the order meets first: a document that cannot be used, a signal, or just that it was handed out.
    fn first_observation(&mut self) -> Observation {
        if self.claim.order.paused {
            // What it is told waits until its account goes on: nearly all of it needs the provider.
            return Observation::Claimed;
        }
        match self.purchase_of(&self.written) {
            Ok(purchase) => self.purchase = Some(purchase),
            // A person is asked first, and then heard: calling it off needs no request, and a new auth code may mend it.
            Err(_) if self.written.reason == Some(Reason::RecordUnusable) && !self.claim.order.signals.is_empty() => {}
            // Its contacts are made before it is needed.
            Err(PurchaseError::ProfileWithoutId(_)) if self.prepares() => {}
            // With its cause: which sealing key is missing, for whoever has to bring it back.
            Err(error) => return Observation::Unusable(format!("{:#}", anyhow::Error::from(error))),
        }
        // One signal a claim; what is left makes the order due again at once.
        let Some(first) = self.claim.order.signals.first() else {
            return Observation::Claimed;
        };
        self.signals_taken = 1;
        match serde_json::from_str::<StoredSignal>(first) {
            Ok(signal) => {
                self.said = Some(signal.told());
                Observation::Signal(signal.seen())
            }
            Err(error) => {
                tracing::error!(%error, "a stored signal cannot be read: passed over");
                Observation::Claimed
            }
        }
    }

    /// All that is done in this claim.
    async fn see_through(&mut self) {
        self.here.at(Point::Claimed).await;
        let first = self.first_observation();
        if self.said.is_some() {
            self.here.at(Point::SignalTaken).await;
        }
        self.go(first).await;
        self.pass_the_trial_on().await;
        Box::pin(self.give_back_what_was_set_aside()).await;
    }

    async fn go(&mut self, first: Observation) {
        let mut seen = first;
        for _ in 0..STEPS_MAX {
            let facts = self.facts();
            if let Some(odd) = machine::disbelieved(&seen, &self.written, &facts) {
                tracing::warn!(
                    what = odd.what,
                    told = odd.told,
                    "an answer of the provider is not believed"
                );
                m::disbelieved(&self.order, odd.what);
            }
            let decision = match machine::next(&self.written, seen, &facts) {
                Ok(decision) => decision,
                Err(illegal) => {
                    tracing::error!(error = %illegal, "an impossible pair: the order is set aside");
                    self.flush().await;
                    return self.handler.set_aside(self.claim, &illegal.to_string()).await;
                }
            };
            self.heed(&decision.record);
            if let Some(lane) = decision.lane {
                self.handler.lane(lane, &decision).await;
            }
            tracing::debug!(state = %decision.record.state, step = ?decision.step, "{}", decision.why);
            let changed = decision.record.face() != self.written.face();
            // What it stands at is told before a call that may take long.
            let calls = matches!(
                decision.step,
                Step::Finish | Step::Cancel | Step::AmendAuthCode | Step::ResendApproval
            );
            if calls && !changed && !self.flush().await {
                // Another has the order: what it stands at is theirs to tell.
                return;
            }
            seen = match decision.step {
                Step::Wait(_) | Step::Close => return self.last(decision).await,
                Step::Submit => {
                    let Some(answer) = self.submit(decision).await else {
                        return;
                    };
                    answer
                }
                step if changed => {
                    let Some(answer) = self.record_and_do(decision, step).await else {
                        return;
                    };
                    answer
                }
                step => {
                    self.written = decision.record;
                    self.act(step).await
                }
            };
        }
        tracing::error!("the order took too many steps in one claim: it is looked after again later");
        self.give_back().await;
    }

    /// A new auth code came with this claim's signal, or the contacts are there: whatever is sent from now on carries
    /// them, in this claim too. A code that does not open leaves nothing to send; the next claim tells that.
    fn heed(&mut self, next: &OrderRecord) {
        if next.auth_code != self.written.auth_code || next.contacts != self.written.contacts {
            self.purchase = self.purchase_of(next).ok();
        }
    }

    /// The order as a request, with the newest auth code and the contacts that were made for it.
    fn purchase_of(&self, record: &OrderRecord) -> Result<Purchase, PurchaseError> {
        let newer = record.auth_code.as_ref().map(|sealed| Sealed::from(sealed.clone()));
        let ring = &self.handler.ring;
        if self.handler.provider.takes_profiles() {
            self.order.purchase_with_profiles(ring, newer.as_ref())
        } else if let Some(contacts) = &record.contacts {
            self.order.purchase_prepared(ring, newer.as_ref(), contacts)
        } else {
            self.order.purchase(ring, newer.as_ref())
        }
    }

    /// Everything a decision may depend on, at this moment.
    fn facts(&self) -> Facts<'_> {
        let handler = self.handler;
        let operation = self.order.operation();
        Facts {
            now: self.now(),
            kind: self.order.kind,
            operation,
            not_before: self.order.not_before,
            guard: handler.provider.guard(operation),
            call_timeout: handler.provider.call_timeout(),
            sent_for: self.since(self.written.last_sent_at()),
            paused: self.claim.order.paused,
            lane_head: self.claim.order.lane_head,
            quiet_until: self.quiet_until(),
            breaker_until: self.breaker_until(),
            proved: self.proved.as_ref(),
            proved_for: self.since(self.proved.as_ref().and_then(Proved::latest)),
            change: Change::of(&self.order),
            prepares: self.prepares(),
            max_price: self.order.max_price.as_ref(),
            abilities: handler.provider.abilities(),
            jitter: rand::random::<f64>(),
            policy: &handler.policy,
        }
    }

    /// Now by Redis' clock: what the claim told, and the time since by our own.
    fn now(&self) -> Timestamp {
        let since = SignedDuration::try_from(self.claim.hold.since.elapsed()).unwrap_or(SignedDuration::ZERO);
        Timestamp::from_millisecond(i64::try_from(self.claim.claimed_at_ms).unwrap_or(0))
            .unwrap_or(Timestamp::UNIX_EPOCH)
            + since
    }

    /// How long ago that was by Redis' clock, as far as this process' own clock can vouch for it.
    fn since(&self, at: Option<Timestamp>) -> Duration {
        let Some(at) = at else {
            return Duration::MAX;
        };
        let ms = u64::try_from(at.as_millisecond()).unwrap_or(0);
        self.handler.clocks.since(shard_of(self.claim), ms, Instant::now())
    }

    /// After a restart, a failover or a loss of the ledger's server: no paid call until one that it may have forgotten
    /// has come to its end.
    fn quiet_until(&self) -> Option<Timestamp> {
        let since_ms = self.claim.epoch.since_ms;
        (since_ms > 0).then_some(())?;
        let settles = SignedDuration::try_from(self.handler.settles()).ok()?;
        Timestamp::from_millisecond(i64::try_from(since_ms).ok()?)
            .ok()
            .map(|since| since + settles)
    }
}
