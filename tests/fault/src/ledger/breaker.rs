//! An account's breaker for paid calls: `breaker.lua`, and what `claim.lua` and `record.lua` make of it.

use std::rc::Rc;

use domorder_jobs::state::State;

use super::{Id, Row, Server, poke};
use crate::guards::Guard;
use crate::plan::{Limits, Ms};

/// As its fields stand in the account's hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct Breaker {
    /// Unknown outcomes in a row.
    row: u32,
    /// No paid call before this, by the server's clock.
    pub(crate) until: Option<Ms>,
    /// The present pause.
    pause: Option<Ms>,
    /// The order that tries, and until when nobody else does.
    probe: Option<(Id, Ms)>,
    /// What waits for it may go on.
    pub(super) release: bool,
}

/// What it keeps an order of a claim from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Brake {
    /// No paid call before this.
    pub(crate) until: Option<Ms>,
    /// It is the one that tries.
    pub(crate) tries: bool,
    /// The present pause.
    pub(crate) pause: Ms,
}

/// What a paid call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// It is not known.
    Unknown,
    /// To something known.
    Known,
    /// It surely did not leave.
    Unsent,
    /// There was nothing to buy after all.
    Passed,
}

impl Breaker {
    /// Until when an intent of this order has to wait, at a moment; it tries where nobody else does.
    fn holds(&mut self, id: Id, lease: Ms, now: Ms, one_tries: bool) -> Option<Ms> {
        let until = self.until?;
        if until > now {
            return Some(until);
        }
        let other = self.probe.filter(|(other, until)| *other != id && *until > now);
        if let Some((_, until)) = other.filter(|_| one_tries) {
            return Some(until);
        }
        self.probe = Some((id, lease));
        None
    }
}

impl Server {
    /// Counts what a paid call came to. `Some(true)`: that opened it, `Some(false)`: that closed it.
    pub(crate) fn came_to(
        &mut self,
        account: usize,
        id: Id,
        came: Came,
        limits: Limits,
        t: Ms,
        of: impl Fn(usize) -> usize,
    ) -> Option<bool> {
        let now = self.clock(t);
        let breaker = &mut self.now.breakers[account];
        let tries = breaker.probe.is_some_and(|(probe, _)| probe == id);
        match came {
            Came::Unknown => {
                breaker.row += 1;
                let says_nothing = match breaker.until {
                    Some(_) => !tries,
                    None => breaker.row < limits.in_a_row,
                };
                if says_nothing {
                    return None;
                }
                let pause = breaker
                    .pause
                    .map_or(limits.pause, |pause| (pause * 2).min(limits.pause_max));
                (breaker.until, breaker.pause, breaker.probe) = (Some(now + pause), Some(pause), None);
                return Some(true);
            }
            Came::Known => {
                if breaker.until.is_none() {
                    breaker.row = 0;
                } else if tries {
                    self.close_breaker(account);
                    return Some(false);
                }
            }
            Came::Unsent if tries => {
                breaker.probe = None;
                breaker.until = Some(now + breaker.pause.unwrap_or(0));
            }
            Came::Passed if tries => {
                breaker.probe = None;
                self.let_go(account, 1, now, of);
            }
            Came::Unsent | Came::Passed => {}
        }
        None
    }

    /// It is closed, by a trial or by hand: what waits for it goes on with the next claim.
    pub(crate) fn close_breaker(&mut self, account: usize) {
        let release = self.guards.has(Guard::BreakerLetsGo);
        self.now.breakers[account] = Breaker {
            release,
            ..Breaker::default()
        };
    }

    /// Lets so many orders go that wait for it, the nearest deadline first.
    fn let_go(&mut self, account: usize, n: usize, now: Ms, of: impl Fn(usize) -> usize) {
        let waits = |row: &&mut Rc<Row>| row.shelved && of(row.order) == account;
        let mut rows: Vec<&mut Rc<Row>> = self.now.orders.values_mut().filter(waits).collect();
        rows.sort_by_key(|row| (row.rec.deadline_at.is_none(), row.rec.deadline_at));
        for row in rows.into_iter().take(n) {
            let row = Rc::make_mut(row);
            row.shelved = false;
            if row.rec.state == State::Parked {
                poke(row, now);
            }
        }
    }

    /// At a claim: what waited is let go if it was closed, and the brake of every order but the one that may try. With
    /// it, whether one may.
    pub(super) fn brake(&mut self, account: usize, now: Ms, of: impl Fn(usize) -> usize) -> (Brake, bool) {
        if std::mem::take(&mut self.now.breakers[account].release) {
            self.let_go(account, 128, now, of);
        }
        let breaker = &self.now.breakers[account];
        if !self.guards.has(Guard::Breaker) {
            return (Brake::default(), false);
        }
        let mut stop = breaker.until;
        let mut tries = false;
        if stop.is_some_and(|until| until <= now) {
            if !self.guards.has(Guard::BreakerTrial) {
                return (Brake::default(), true);
            }
            let probing = breaker.probe.map_or(now, |(_, until)| until.max(now));
            (stop, tries) = (Some(probing), probing == now);
        }
        let brake = Brake {
            until: stop,
            tries: false,
            pause: breaker.pause.unwrap_or(0),
        };
        (brake, tries)
    }

    /// This order tries, says a claim.
    pub(super) fn tries(&mut self, account: usize, id: Id, until: Ms) {
        self.now.breakers[account].probe = Some((id, until));
    }

    /// At an intent: until when it has to wait, and whether what becomes of it matters.
    pub(super) fn may_pay(&mut self, account: usize, id: Id, lease: Ms, now: Ms) -> (Option<Ms>, bool) {
        let one_tries = self.guards.has(Guard::BreakerTrial);
        let on = self.guards.has(Guard::Breaker);
        let breaker = &mut self.now.breakers[account];
        let watched = breaker.until.is_some() || breaker.row > 0;
        let until = if on {
            breaker.holds(id, lease, now, one_tries)
        } else {
            None
        };
        (until, watched)
    }
}
