//! The ledger as its scripts promise it: what each script does, in one step, to a state that can be lost.
//!
//! Three images: what the server holds in memory, what is on its disk, and what a replica that lags has. The rules are
//! those of `jobs/src/ledger/scripts`; what only serves speed or pages (sets by state, counts, events) is left out.

mod breaker;
mod image;

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use domorder_jobs::machine::{SignalSeen, deadline_to_notice};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Reason, State};

pub(crate) use self::breaker::{Brake, Came};
pub(crate) use self::image::{Accepted, Claimed, Due, Epoch, Id, Image, Lane, Notice, Record, Row, Told};
use crate::guards::{Guard, Guards};
use crate::plan::Ms;
use crate::provider::millis;

/// How many images back a replica may be.
const IMAGES: usize = 96;

/// The server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Answers.
    pub(crate) up: bool,
    /// Which process it is.
    pub(crate) run: u32,
    /// Its clock is so far off.
    pub(crate) skew: Ms,
    /// In memory.
    pub(crate) now: Image,
    /// On the disk.
    disk: Image,
    /// Images by when they came to be, for a replica that lags.
    past: VecDeque<(Ms, Image)>,
    /// The last that was acknowledged as durable.
    acked: (Ms, Image),
    /// Intents whose outcome the breaker wants to hear.
    pub(crate) watched: BTreeSet<(Id, i64)>,
    guards: Guards,
    ids: Id,
}

impl Server {
    /// One that was begun long ago, and holds no orders: its server is not new.
    #[must_use]
    pub(crate) fn new(guards: Guards) -> Self {
        let begun = Image {
            epoch: Epoch { run: 1, n: 1, since: 0 },
            ..Image::default()
        };
        Self {
            up: true,
            run: 1,
            skew: 0,
            now: begun.clone(),
            disk: begun.clone(),
            past: VecDeque::from([(0, begun.clone())]),
            acked: (0, begun),
            watched: BTreeSet::new(),
            guards,
            ids: 0,
        }
    }

    /// Its clock.
    #[must_use]
    pub(crate) const fn clock(&self, t: Ms) -> Ms {
        t + self.skew
    }

    /// What was written is seen by a replica from now on, if it is fast.
    pub(crate) fn wrote(&mut self, t: Ms) {
        if self.past.len() == IMAGES {
            self.past.pop_front();
        }
        self.past.push_back((t, self.now.clone()));
    }

    /// The disk has it all.
    pub(crate) fn fsync(&mut self, t: Ms) {
        self.disk = self.now.clone();
        self.acked = (t, self.now.clone());
    }

    /// The power is cut: back to the disk.
    pub(crate) fn power_cut(&mut self) {
        self.now = self.disk.clone();
        self.begin();
    }

    /// A replica takes over: what it has is so old, but never older than what it confirmed, if it confirms.
    pub(crate) fn fail_over(&mut self, t: Ms, behind: Ms, skew: Ms, confirms: bool) {
        let seen = self.past.iter().rev().find(|(at, _)| *at <= t - behind);
        let (at, image) = seen.cloned().unwrap_or_default();
        let (acked_at, acked) = &self.acked;
        self.now = if confirms && *acked_at >= at {
            acked.clone()
        } else {
            image
        };
        self.skew = skew;
        self.disk = self.now.clone();
        self.begin();
    }

    /// All keys are gone; the process is the same.
    pub(crate) fn flush(&mut self) {
        self.now = Image::default();
        self.disk = Image::default();
        self.past.clear();
        self.acked = (0, Image::default());
    }

    fn begin(&mut self) {
        self.run += 1;
        self.past.clear();
        self.acked = (0, self.now.clone());
    }

    /// The epoch, opened anew where the process is another: see `epoch()` of `common.lua`.
    pub(crate) fn epoch(&mut self, t: Ms) -> Epoch {
        let now = self.clock(t);
        if self.now.epoch.run != self.run {
            let n = self.now.epoch.n + 1;
            let new = n == 1 && !self.guards.has(Guard::LedgerLost);
            let since = if new { 0 } else { now };
            self.now.fence = (self.now.fence + 1).max(now * 100);
            self.now.epoch = Epoch {
                run: self.run,
                n,
                since,
            };
        }
        self.now.epoch
    }

    /// `accept.lua` and the key beside it.
    pub(crate) fn accept(&mut self, order: usize, domain_rec: OrderRecord, content: u8, t: Ms) -> Accepted {
        if let Some((id, fingerprint)) = self.now.keys.get(&order) {
            return if *fingerprint == content {
                Accepted::Replayed(*id)
            } else {
                Accepted::Conflict
            };
        }
        self.ids += 1;
        let row = Row {
            order,
            notice: deadline_to_notice(&domain_rec).map(millis),
            rec: domain_rec,
            version: 1,
            fence: 0,
            lease: 0,
            due: Some(self.clock(t)),
            shelved: false,
            poke: false,
            signals: Vec::new(),
        };
        self.now.keys.insert(order, (self.ids, content));
        self.now.orders.insert(self.ids, Rc::new(row));
        Accepted::New(self.ids)
    }

    /// `claim.lua`: due orders of an account, under a lease. `of` tells an order's account and domain.
    pub(crate) fn claim(
        &mut self,
        account: usize,
        lease: Ms,
        t: Ms,
        of: impl Fn(usize) -> (usize, usize),
    ) -> Vec<Claimed> {
        let now = self.clock(t);
        let epoch = self.epoch(t);
        let void = self.now.claimed_in[account] != epoch.n;
        self.now.claimed_in[account] = epoch.n;
        if void {
            for row in self
                .now
                .orders
                .values_mut()
                .filter(|r| of(r.order).0 == account && r.lease != 0)
            {
                Rc::make_mut(row).due = Some(now);
            }
        }
        if self.now.paused[account] && self.guards.has(Guard::Pause) {
            return self.notices(account, lease, now, epoch, of);
        }
        let (mut brake, may_try) = self.brake(account, now, |n| of(n).0);
        let mut trial = None;
        let due = |row: &Row| of(row.order).0 == account && row.due.is_some_and(|at| at <= now);
        let mut ids: Vec<(Ms, Id)> = Vec::new();
        for (id, row) in &self.now.orders {
            if due(row) {
                ids.push((row.due.unwrap_or(now), *id));
            }
        }
        ids.sort_unstable();
        if ids.is_empty() {
            return Vec::new();
        }
        self.now.fence += 1;
        let fence = self.now.fence;
        let mut out = Vec::new();
        for (_, id) in ids {
            let Some(row) = self.now.orders.get_mut(&id) else {
                continue;
            };
            let place = of(row.order);
            let lane = self.now.lanes.entry(place.1).or_insert_with(|| Lane {
                has: id,
                line: Vec::new(),
            });
            let head = lane.has == id;
            if !head && !lane.line.contains(&id) {
                lane.line.push(id);
            }
            let row = Rc::make_mut(row);
            (row.fence, row.lease, row.poke) = (fence, now + lease, false);
            row.due = Some(row.lease);
            let tries = may_try && trial.is_none() && head && matches!(row.rec.state, State::Queued | State::Parked);
            if tries {
                trial = Some(id);
                brake.until = Some(row.lease);
            }
            let of_this = match tries {
                true => Brake {
                    until: None,
                    tries,
                    ..brake
                },
                false => brake,
            };
            out.push(Claimed {
                brake: of_this,
                id,
                row: Rc::new(row.clone()),
                head,
                paused: false,
                proved: self.now.proved.get(&place).copied(),
                epoch,
                now,
            });
        }
        if let Some(id) = trial {
            self.tries(account, id, now + lease);
        }
        out
    }

    /// The same of a paused account: those whose deadline has passed, for nobody's domain and nobody's turn.
    fn notices(
        &mut self,
        account: usize,
        lease: Ms,
        now: Ms,
        epoch: Epoch,
        of: impl Fn(usize) -> (usize, usize),
    ) -> Vec<Claimed> {
        let mut out = Vec::new();
        if !self.guards.has(Guard::DeadlineNoticed) {
            return out;
        }
        let fence = self.now.fence + 1;
        for (id, row) in &mut self.now.orders {
            if of(row.order).0 != account || row.notice.is_none_or(|at| at > now) {
                continue;
            }
            let row = Rc::make_mut(row);
            if row.rec.state.is_final() {
                row.notice = None;
            } else if row.lease > now {
                row.notice = Some(row.lease);
            } else {
                (row.fence, row.lease, row.poke) = (fence, now + lease, false);
                (row.due, row.notice) = (Some(row.lease), Some(row.lease));
                out.push(Claimed {
                    id: *id,
                    row: Rc::new(row.clone()),
                    head: true,
                    brake: Brake::default(),
                    paused: true,
                    proved: None,
                    epoch,
                    now,
                });
            }
        }
        if !out.is_empty() {
            self.now.fence = fence;
        }
        out
    }

    /// `record.lua`, for one order of an account and a domain.
    pub(crate) fn record(&mut self, record: &Record, t: Ms, place: (usize, usize)) -> Told {
        let now = self.clock(t);
        let epoch = record.intent.map(|_| self.epoch(t));
        let Some(row) = self.now.orders.get(&record.id) else {
            return Told::Missing;
        };
        if row.fence != record.fence && self.guards.has(Guard::Fence) {
            return Told::Lease;
        }
        let version = record.version + 1 + record.before;
        if row.version == version && row.rec == record.rec {
            return Told::Made(version);
        }
        if row.lease == 0 {
            return Told::Lease;
        }
        if row.version != record.version {
            return Told::Version;
        }
        if let (Some(of), Some(epoch)) = (record.intent, epoch) {
            if of != epoch.n && self.guards.has(Guard::Epoch) {
                return Told::Epoch;
            }
            let lease = row.lease;
            if lease <= now {
                return Told::Lease;
            }
            let (until, watched) = self.may_pay(place.0, record.id, lease, now);
            if let Some(until) = until {
                return Told::Breaker(until);
            }
            if watched {
                self.watched.insert((record.id, record.fence));
            }
        }
        self.apply(record, now, version, place);
        Told::Made(version)
    }

    fn apply(&mut self, record: &Record, now: Ms, version: u64, place: (usize, usize)) {
        let Some(row) = self.now.orders.get_mut(&record.id) else {
            return;
        };
        let row = Rc::make_mut(row);
        let poked = row.poke;
        row.version = version;
        row.rec = record.rec.clone();
        if let Some(proved) = record.proved {
            self.now.proved.insert(place, proved);
        }
        match record.notice {
            Notice::AsBefore => {}
            Notice::At(at) => row.notice = Some(at),
            Notice::Never => row.notice = None,
        }
        let parked = (row.rec.state, row.rec.reason) == (State::Parked, Some(Reason::BreakerOpen));
        row.shelved = parked && !row.rec.placed;
        let ends = row.rec.state.is_final();
        if ends {
            row.signals.clear();
        } else {
            row.signals.drain(..record.consumed.min(row.signals.len()));
        }
        if ends || record.release {
            (row.lease, row.poke) = (0, false);
            row.due = match record.due {
                _ if ends => None,
                _ if poked => Some(now),
                Due::Now => Some(now),
                Due::At(at) => Some(at),
                Due::Never => None,
            };
        }
        let rec = &row.rec;
        let waits = rec.reason == Some(Reason::NotBefore) && !rec.placed && !rec.effect_possible();
        if ends || waits {
            self.leave(record.id, place.1, now);
        }
    }

    /// Gives the domain to the next in line.
    fn leave(&mut self, id: Id, domain: usize, now: Ms) {
        let Some(lane) = self.now.lanes.get_mut(&domain) else {
            return;
        };
        if lane.has != id {
            lane.line.retain(|other| *other != id);
            return;
        }
        while !lane.line.is_empty() {
            let next = lane.line.remove(0);
            let Some(row) = self.now.orders.get_mut(&next) else {
                continue;
            };
            if row.rec.state.is_final() {
                continue;
            }
            lane.has = next;
            poke(Rc::make_mut(row), now);
            return;
        }
        self.now.lanes.remove(&domain);
    }

    /// `lease.lua`: longer, or back. Tells whether it was still held.
    pub(crate) fn lease(&mut self, id: Id, fence: i64, lease: Option<Ms>, t: Ms) -> bool {
        let now = self.clock(t);
        let epoch = self.now.epoch.run == self.run;
        let Some(row) = self.now.orders.get_mut(&id) else {
            return false;
        };
        if row.fence != fence || row.lease == 0 || !epoch {
            return false;
        }
        let row = Rc::make_mut(row);
        match lease {
            Some(ms) => {
                row.lease = now + ms;
                row.due = Some(row.lease);
            }
            None => (row.lease, row.poke, row.due) = (0, false, Some(now)),
        }
        true
    }

    /// `signal.lua`: from somebody who saw this version.
    pub(crate) fn signal(&mut self, id: Id, version: u64, signal: SignalSeen, t: Ms) -> bool {
        let now = self.clock(t);
        let Some(row) = self.now.orders.get_mut(&id) else {
            return false;
        };
        if row.version != version || row.signals.len() >= 16 {
            return false;
        }
        let row = Rc::make_mut(row);
        row.signals.push(signal);
        poke(row, now);
        true
    }

    /// When the next order is due, or the deadline of one of a paused account, by the world's time.
    #[must_use]
    pub(crate) fn next_due(&self, account_of: impl Fn(usize) -> usize) -> Option<Ms> {
        let held = |r: &Row| self.now.paused[account_of(r.order)] && self.guards.has(Guard::Pause);
        let notice = |r: &Row| r.notice.filter(|_| self.guards.has(Guard::DeadlineNoticed));
        // Whoever closes a breaker wakes the account.
        let woken = |r: &Row| r.shelved && self.now.breakers[account_of(r.order)].release;
        let due = |r: &Rc<Row>| match (held(r), woken(r)) {
            (true, _) => notice(r),
            (false, true) => Some(0),
            (false, false) => r.due,
        };
        let dues = self.now.orders.values().filter_map(due);
        dues.min().map(|at| at - self.skew)
    }

    /// The order that has this key.
    #[must_use]
    pub(crate) fn by_key(&self, order: usize) -> Option<(Id, &Rc<Row>)> {
        let (id, _) = self.now.keys.get(&order)?;
        self.now.orders.get(id).map(|row| (*id, row))
    }
}

/// Has it looked at: now, or as soon as its holder lets go.
fn poke(row: &mut Row, now: Ms) {
    if row.lease == 0 {
        row.due = Some(now);
    } else {
        row.poke = true;
    }
}
