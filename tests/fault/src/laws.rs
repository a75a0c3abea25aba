//! What must hold after every event: the properties P1 to P17 of the protocol, as far as a model can break them.
//!
//! Beside the world runs a book of what really happened: which requests left, which took effect, what was durable.
//! Neither the machine nor the ledger sees it.

use std::collections::{BTreeMap, BTreeSet};

use domorder_api_client::provider::{Outcome, RejectionClass};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Charged, Needs, Reason, State};

use crate::ledger::{Id, Record, Row, Server};
use crate::plan::{Ms, Op, Plan, SECOND, Wanted};
use crate::provider::{Fate, Provider, Request};

/// A byte leaves no later than this after its intent was decided: the gate, the timer, and what clocks drift.
const SENT_WITHIN: Ms = 31 * SECOND;

/// A law that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which property.
    pub law: &'static str,
    /// What happened.
    pub what: String,
}

/// The journals of those who recorded an order, and of those who made an intent of it.
#[derive(Debug, Default)]
struct Hands {
    all: Journals,
    paid: Journals,
}

/// Whose journals: `None` where somebody has none.
#[derive(Debug, Default)]
struct Journals(BTreeSet<Option<usize>>);

impl Journals {
    fn add(&mut self, journal: Option<usize>) {
        self.0.insert(journal);
    }

    /// One, or nobody yet.
    fn is_one(&self) -> bool {
        self.0.len() <= 1 && !self.0.contains(&None)
    }
}

/// What really happened.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// Requests whose first byte left, in order.
    pub(crate) requests: Vec<Request>,
    /// Intents that were on the disk: the order, the fence, the attempt; with when it was decided.
    durable: BTreeMap<(Id, i64, u32), Ms>,
    /// Versions that were acknowledged as durable.
    acked: BTreeMap<Id, u64>,
    /// Intents that a request was sent for.
    used: BTreeSet<(Id, i64, u32)>,
    /// Who had an order in hand.
    hands: BTreeMap<usize, Hands>,
    /// Orders whose acknowledged writes were lost.
    pub(crate) set_back: BTreeSet<usize>,
    /// Those of them that asked a person, who does not hear of the call that was lost.
    pub(crate) unheard: BTreeSet<usize>,
    /// Answers that came and have to be found in the ledger.
    owed: BTreeSet<(Id, i64)>,
    /// The last fence that was given out, and by which server.
    fence: (u32, i64),
    /// Every fence that an order was claimed with.
    fences: BTreeSet<(Id, i64)>,
    /// The server's clock was set: a lease may end by it that has not ended.
    pub(crate) clocks_jumped: bool,
    /// What breakers were told.
    pub(crate) breakers: [crate::brakes::Told; 2],
    /// Since when nothing of the ledger was lost or replaced.
    pub(crate) whole_since: Ms,
    /// Claims of accounts that were paused then.
    pub(crate) paused_claims: BTreeSet<(Id, i64)>,
    /// Since when an account is paused, as far as the ledger remembers.
    pub(crate) paused_since: [Option<Ms>; 2],
    /// The first law that was broken.
    pub(crate) broken: Option<Violation>,
}

impl Books {
    pub(crate) fn breaks(&mut self, law: &'static str, what: String) {
        self.broken.get_or_insert(Violation { law, what });
    }

    /// Whether the order's record is as good as the ledger promised: what a failover without replication, or a flush,
    /// has taken away is replaced only by what the producer states or the provider refuses.
    fn vouched(&self, plan: &Plan, order: usize) -> bool {
        let beside = |n: &usize| {
            plan.orders
                .iter()
                .any(|o| o.n == *n && o.domain == domain_of(plan, order))
        };
        !self.set_back.iter().filter(|n| beside(n)).any(|n| {
            let lost = plan.orders.iter().find(|o| o.n == *n);
            lost.is_some_and(|o| !(o.op.is_unique() || o.expects || self.remembered(plan, o)))
        })
    }

    /// Whether one journal, and no other worker, has made all intents of the order: then it is known of every call of it
    /// that took effect or may yet.
    fn remembered(&self, plan: &Plan, order: &Wanted) -> bool {
        self.hands.get(&order.n).is_some_and(|hands| hands.paid.is_one()) && !undone(plan, order)
    }

    /// Whether something of the order was lost that nobody knows any more: what became of it cannot be told. A journal
    /// knows no more than that a call was made, so that others of its name, which come in another row after a loss, may
    /// stand for it; and who has none may have adopted what it sees.
    fn forgotten(&self, plan: &Plan, order: usize) -> bool {
        let of_its_name = |o: &&Wanted| o.domain == domain_of(plan, order);
        let alone = plan.orders.iter().filter(of_its_name).count() == 1;
        let one = self.hands.get(&order).is_some_and(|hands| hands.all.is_one());
        self.set_back.contains(&order) && (self.unheard.contains(&order) || !(alone && one))
    }

    /// Whether it was called off after a loss, as one that was not sent: no journal is asked for that.
    fn unasked(&self, order: usize, rec: &OrderRecord) -> bool {
        self.set_back.contains(&order) && rec.reason == Some(Reason::CancelledBySignal)
    }

    /// A record was made.
    pub(crate) fn recorded(
        &mut self,
        plan: &Plan,
        before: &Row,
        after: &Row,
        record: &Record,
        journal: Option<usize>,
        server: &Server,
    ) {
        let hands = self.hands.entry(before.order).or_default();
        hands.all.add(journal);
        if record.intent.is_some() {
            hands.paid.add(journal);
        }
        let (old, new, order) = (&before.rec, &after.rec, before.order);
        if before.fence != record.fence || before.version >= after.version {
            self.breaks("P9", format!("order {order}: recorded by a holder that is not one"));
        }
        let vouched = self.vouched(plan, order);
        if vouched && old.baseline.is_some() && new.baseline != old.baseline {
            self.breaks("P11", format!("order {order}: its baseline changed"));
        }
        let held = old.state == State::ActionRequired && old.needs == Some(Needs::Decision);
        let word = record.consumed > 0 || old.cancelling.is_some() || old.resolving;
        if held && new.state != old.state && !word {
            self.breaks("P17", format!("order {order}: left a decision by itself"));
        }
        let counted = |record: &OrderRecord| (record.placed, record.absences, record.cancelling);
        if !record.durable && (new.face() != old.face() || counted(new) != counted(old)) {
            let what = format!("order {order}: moved by a list, from {} to {}", old.state, new.state);
            self.breaks("list", what);
        }
        self.deadline_waits(order, old, new);
        if let Some(epoch) = record.intent {
            if self.paused_claims.contains(&(record.id, record.fence)) {
                let what = format!("order {order}: an intent under a claim of a paused account");
                self.breaks("pause", what);
            }
            if epoch != server.now.epoch.n {
                let now = server.now.epoch.n;
                self.breaks(
                    "P5",
                    format!("order {order}: an intent of epoch {epoch} in epoch {now}"),
                );
            }
            self.intends(plan, before, server, vouched);
        }
        if self.owed.contains(&(record.id, record.fence)) && record.intent.is_none() {
            self.owed.remove(&(record.id, record.fence));
        }
    }

    fn intends(&mut self, plan: &Plan, row: &Row, server: &Server, vouched: bool) {
        let order = row.order;
        let domain = domain_of(plan, order);
        let open = |r: &&std::rc::Rc<Row>| r.rec.state == State::Dispatching && domain_of(plan, r.order) == domain;
        if server.now.orders.values().filter(open).count() > 1 {
            self.breaks("P7", format!("two open intents for name {domain}"));
        }
        let unresolved = |r: &Request| r.order == order && matches!(r.fate, Fate::Open | Fate::Effect);
        if vouched && self.requests.iter().any(unresolved) {
            self.breaks(
                "P8",
                format!("order {order}: a new intent, and an earlier request has had its effect or may have it yet"),
            );
        }
    }

    /// An order became final: is what it says true?
    pub(crate) fn closed(&mut self, plan: &Plan, id: Id, order: usize, rec: &OrderRecord, provider: &Provider) {
        let ours = |r: &&Request| r.order == order;
        match rec.state {
            State::Succeeded => {
                let caused = self.requests.iter().filter(ours).any(|r| r.fate == Fate::Effect);
                let wanted = plan.orders.iter().find(|o| o.n == order);
                let stands = wanted.is_some_and(|o| provider.stands(o));
                // What can be there once only is there, whoever brought it about.
                let unique = wanted.is_some_and(|o| o.op.is_unique());
                // So is what was done by hand, once an operator says so.
                let by_hand = wanted.is_some_and(|o| o.by_hand);
                let already = rec.reason == Some(Reason::AlreadyDone);
                let adopted = unique || already || by_hand || self.forgotten(plan, order);
                if self.vouched(plan, order) && !(caused || adopted && stands) {
                    self.breaks("P2", format!("order {order}: succeeded, and nothing stands"));
                }
            }
            State::Failed | State::Cancelled => {
                let stands = |r: &Request| r.id == id && matches!(r.fate, Fate::Effect | Fate::Open);
                if !self.forgotten(plan, order) && !self.unasked(order, rec) && self.requests.iter().any(stands) {
                    self.breaks("P3", format!("order {order}: {}, and its request stands", rec.state));
                }
                let wanted = plan.orders.iter().find(|o| o.n == order);
                if rec.reason == Some(Reason::NotFound)
                    && wanted.is_some_and(|o| provider.holds(o))
                    && !self.set_back.contains(&order)
                {
                    self.breaks("P3", format!("order {order}: not found, and it is there"));
                }
            }
            _ => {}
        }
    }

    /// The first byte of a paid request leaves.
    pub(crate) fn leaves(
        &mut self,
        plan: &Plan,
        t: Ms,
        request: Request,
        intent: (i64, u32),
        server: &Server,
    ) -> usize {
        let (order, key) = (request.order, (request.id, intent.0, intent.1));
        match self.durable.get(&key) {
            None => self.breaks("P5", format!("order {order}: a byte leaves without a durable intent")),
            Some(at) if t - at > SENT_WITHIN => {
                let late = (t - at) / SECOND;
                self.breaks("P5", format!("order {order}: a byte leaves {late} s after its intent"));
            }
            Some(_) => {}
        }
        if !self.used.insert(key) {
            self.breaks("P6", format!("order {order}: a second request for one intent"));
        }
        if self.vouched(plan, order)
            && !self.clocks_jumped
            && let Some(row) = server.now.orders.get(&request.id)
            && row.fence == intent.0
            && row.rec.state == State::Dispatching
            && row.lease != 0
            && row.lease <= server.clock(t)
        {
            self.breaks(
                "P5",
                format!("order {order}: a byte leaves under a lease that has ended"),
            );
        }
        self.requests.push(request);
        self.requests.len() - 1
    }

    /// A request took effect.
    pub(crate) fn took_effect(&mut self, plan: &Plan, number: usize, server: &Server) {
        let Some(request) = self.requests.get(number) else {
            return;
        };
        let (order, id, disowned) = (request.order, request.id, request.disowned);
        let effects = self
            .requests
            .iter()
            .filter(|r| r.order == order && r.fate == Fate::Effect);
        let effects = effects.count();
        if effects > 1 && self.vouched(plan, order) {
            self.breaks("P1", format!("order {order}: {effects} effects"));
        }
        if plan.orders.iter().any(|o| o.n == order && o.by_hand) && self.vouched(plan, order) {
            self.breaks("P1", format!("order {order}: bought, although it stood already"));
        }
        if disowned {
            self.breaks(
                "P13",
                format!("order {order}: an effect of what was called without effect"),
            );
        }
        if let Some(row) = server.now.orders.get(&id)
            && matches!(row.rec.state, State::Failed | State::Cancelled)
            && !self.forgotten(plan, order)
            && !self.unasked(order, &row.rec)
        {
            self.breaks("P3", format!("order {order}: an effect after it was {}", row.rec.state));
        }
    }

    /// The answer to a paid call came to a worker, as this.
    pub(crate) fn answered(&mut self, id: Id, fence: i64, number: Option<usize>, outcome: &Outcome, server: &Server) {
        // Where the ledger has no such order any more, there is no place for evidence.
        if server.now.orders.contains_key(&id) {
            self.owed.insert((id, fence));
        }
        let without = matches!(outcome, Outcome::Rejected(_) | Outcome::NotSent(_));
        let Some(request) = number.and_then(|n| self.requests.get_mut(n)) else {
            return;
        };
        if without {
            request.disowned = true;
            if matches!(request.fate, Fate::Effect | Fate::Open) {
                let order = request.order;
                let class = match outcome {
                    Outcome::Rejected(r) if r.class == RejectionClass::Taken => "not available",
                    Outcome::Rejected(_) => "rejected",
                    _ => "not sent",
                };
                self.breaks(
                    "P13",
                    format!("order {order}: called {class}, and it has had its effect or may"),
                );
            }
        }
    }

    /// The server's clock is set.
    pub(crate) fn clocks_jump(&mut self) {
        self.clocks_jumped = true;
    }

    /// Evidence was noted.
    pub(crate) fn noted(&mut self, id: Id, fence: i64) {
        self.owed.remove(&(id, fence));
    }

    /// Who held it is gone, and with it what it knew.
    pub(crate) fn forgot(&mut self, id: Id, fence: i64) {
        self.owed.remove(&(id, fence));
    }

    /// A record is on the disk.
    pub(crate) fn is_durable(&mut self, record: &Record, version: u64, decided: Option<Ms>, server: &Server) {
        if server.now.orders.contains_key(&record.id) {
            self.acked.insert(record.id, version);
        }
        if let (Some(_), Some(at), Some(intent)) = (record.intent, decided, &record.rec.intent) {
            self.durable.insert((record.id, record.fence, intent.attempt), at);
        }
    }

    /// An acceptance is on the disk.
    pub(crate) fn accepted(&mut self, id: Id) {
        self.acked.entry(id).or_insert(1);
    }

    /// An order was claimed: fences grow while a server lives, and none is given out twice for an order.
    pub(crate) fn fenced(&mut self, id: Id, fence: i64, run: u32) {
        let (last_run, last) = self.fence;
        if (last_run == run && fence < last) || !self.fences.insert((id, fence)) {
            self.breaks("P9", format!("fence {fence} of id {id} after {last}"));
        }
        self.fence = (run, fence);
    }

    /// The ledger's server is another, or empty: what did it lose that was acknowledged? `true`: something.
    pub(crate) fn replaced(&mut self, server: &Server, order_of: &BTreeMap<Id, usize>, t: Ms) -> bool {
        let mut lost = false;
        for (id, version) in &self.acked {
            let has = server.now.orders.get(id).map(|row| row.version);
            if has.is_none_or(|has| has < *version) {
                lost = true;
                self.set_back.extend(order_of.get(id));
                self.owed.retain(|(owed, _)| owed != id);
            }
        }
        self.paused_since = [None; 2];
        (self.breakers, self.whole_since) = (Default::default(), t);
        self.acked.retain(|id, version| {
            server.now.orders.get(id).is_some_and(|row| {
                *version = row.version.min(*version);
                true
            })
        });
        lost
    }

    /// What a power cut takes must not have been acknowledged.
    pub(crate) fn survived(&mut self, lost: bool) {
        if lost {
            self.breaks("P5", "a power cut took what was acknowledged as durable".to_owned());
        }
    }

    /// All is quiet: every order has ended or asks a person, and no evidence is missing.
    pub(crate) fn at_rest(&mut self, plan: &Plan, server: &Server) {
        for order in &plan.orders {
            let Some((id, row)) = server.by_key(order.n) else {
                self.breaks("P4", format!("order {} is not in the ledger", order.n));
                continue;
            };
            let asks = |r: &Row| r.rec.state == State::ActionRequired;
            // Behind an order that asks a person, the person is asked for both.
            let behind = row.rec.reason == Some(Reason::DomainBusy)
                && server
                    .now
                    .orders
                    .values()
                    .any(|r| asks(r) && domain_of(plan, r.order) == order.domain);
            if !(row.rec.state.is_final() || asks(row) || behind) {
                let (n, state, reason) = (order.n, row.rec.state, row.rec.reason);
                self.breaks("P4", format!("order {n} (id {id}) is still {state}, {reason:?}"));
            }
        }
        if let Some((id, _)) = self.owed.first() {
            self.breaks("P10", format!("what an answer told of order id {id} is nowhere"));
        }
        let (said, found) = self.charges(plan, server);
        if said != found {
            self.breaks("charges", format!("{said} told of, and {found} made"));
        }
    }

    /// What orders say was charged for them, and the charges that stand for them: expected and found. What the ledger
    /// forgot without fault of ours has nobody to tell of it.
    #[must_use]
    pub(crate) fn charges(&self, plan: &Plan, server: &Server) -> (u64, u64) {
        let (mut said, mut found) = (0, 0);
        for row in server.now.orders.values().filter(|r| !self.forgotten(plan, r.order)) {
            let stands =
                |q: &&Request| q.order == row.order && q.fate == Fate::Effect && q.op.operation().costs_money();
            if row.rec.state == State::Succeeded {
                said += u64::from(row.rec.charged == Charged::Yes);
                found += self.requests.iter().filter(stands).count() as u64;
            }
        }
        (said, found)
    }
}

/// Whether another order of the name takes back what this one does: afterwards it stands as before.
fn undone(plan: &Plan, order: &Wanted) -> bool {
    let opposite = match order.op {
        Op::EmailAdd => Op::EmailRemove,
        Op::EmailRemove => Op::EmailAdd,
        _ => return false,
    };
    plan.orders.iter().any(|o| o.domain == order.domain && o.op == opposite)
}

fn domain_of(plan: &Plan, order: usize) -> usize {
    plan.orders
        .iter()
        .find(|o| o.n == order)
        .map_or(usize::MAX, |o| o.domain)
}
