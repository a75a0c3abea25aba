//! A plan from a seed.

use domorder_api_client::provider::{RejectionClass, Tells};

use crate::chance::Chance;
use crate::plan::{
    ACCOUNTS, CallFault, Deed, Durability, Fault, HOUR, Journals, LAG_MAX, LATE_MAX, Limits, LookFault, MINUTE, Ms, Op,
    Plan, Point, RecordFault, SECOND, Says, Wanted, Weather, World,
};

/// Timed faults begin before this, so that a flush is long over when producers hand everything in again.
const FAULTS_UNTIL: Ms = 40 * MINUTE;

impl Plan {
    /// The plan that belongs to a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::of(seed);
        let world = chance.pick(&[World::Ledger, World::Ledger, World::Late, World::Late, World::Fog]);
        let mut durability = chance.pick(&[Durability::Fsync, Durability::Replicated]);
        let workers = if chance.one_in(2) { 2 } else { 3 };
        let mut orders = orders(&mut chance, world);
        let mut faults = Vec::new();
        for order in &orders {
            of_order(&mut chance, world, order, &mut faults);
        }
        of_processes(&mut chance, workers, &mut faults);
        of_accounts(&mut chance, world, &mut faults);
        if world == World::Late && chance.one_in(3) {
            let first = orders.first().map_or(0, |order| order.at);
            let at = first + chance.between(SECOND, 10 * MINUTE);
            let ms = chance.between(10 * MINUTE, 60 * MINUTE);
            faults.push(Fault::ClockForward { at, ms });
        }
        if world == World::Ledger {
            of_ledger(&mut chance, &orders, &mut faults);
        }
        if chance.one_in(4) {
            let at = chance.between(0, FAULTS_UNTIL);
            faults.push(Fault::ScriptFlush { at });
        }
        let journals = chance.pick(&[Journals::None, Journals::None, Journals::Each, Journals::Shared]);
        if journals != Journals::None {
            if chance.one_in(3) {
                durability = Durability::Relaxed;
            }
            for _ in 0..chance.between(0, 1) {
                let (at, ms) = (chance.between(0, FAULTS_UNTIL), chance.between(SECOND, 20 * MINUTE));
                let worker = usize::from(chance.one_in(2));
                faults.push(Fault::NoJournal { at, worker, ms });
            }
        }
        if chance.one_in(4) {
            of_deadlines(&mut chance, &mut orders, &mut faults);
        }
        let breaker = of_breaker(&mut chance, &mut orders, &mut faults);
        let lists = chance.pick(&[None, Some(Tells::Standing), Some(Tells::Arrivals)]);
        let weak = |order: &&Wanted| world == World::Late && order.op == Op::RenewWeak;
        for order in orders.iter().filter(weak) {
            // What nobody can tell the end of is called off while it may come yet.
            if chance.one_in(2) {
                let at = order.at + chance.between(2 * MINUTE, 40 * MINUTE);
                let (order, says) = (order.n, Says::Cancel);
                faults.push(Fault::Signal { at, order, says });
            }
        }
        Self {
            seed,
            world,
            durability,
            breaker,
            lists,
            journals,
            workers,
            orders,
            faults,
        }
    }
}

fn orders(chance: &mut Chance, world: World) -> Vec<Wanted> {
    let count = chance.between(1, 4);
    let mut orders: Vec<Wanted> = Vec::new();
    for n in 0..usize::try_from(count).unwrap_or(1) {
        // Half of the later ones are for a name that has an order already.
        let beside = orders.last().filter(|_| chance.one_in(2)).cloned();
        let op = match &beside {
            Some(other) if !other.op.is_unique() && chance.one_in(2) => other.op,
            // The provider's word on one that has ended does not say whose it was.
            Some(other) if other.op == Op::Transfer && chance.one_in(2) => Op::Transfer,
            _ => chance.pick(&Op::ALL),
        };
        let at = match &beside {
            Some(other) => other.at + chance.between(0, 5 * SECOND),
            None => chance.between(0, 5 * MINUTE),
        };
        let alone = beside.is_none();
        orders.push(Wanted {
            n,
            op,
            domain: beside.map_or(n, |other| other.domain),
            at,
            deadline: None,
            expects: op.takes_expectation() && !chance.one_in(3),
            by_hand: alone && op == Op::RenewWeak && chance.one_in(6),
            taken: alone && op == Op::Register && world != World::Fog && chance.one_in(8),
            takes: chance.between(20 * MINUTE, 5 * HOUR),
            refused: chance.one_in(5),
            stalls: chance.one_in(5),
        });
    }
    // By hand was done what one order of a name would do; and then it is stated what was believed before.
    for at in 0..orders.len() {
        if orders[at].by_hand {
            orders[at].expects = true;
            let domain = orders[at].domain;
            let shared = orders.iter().filter(|o| o.domain == domain).count() > 1;
            orders[at].by_hand = !shared;
        }
    }
    orders
}

fn of_order(chance: &mut Chance, world: World, order: &Wanted, faults: &mut Vec<Fault>) {
    let n = order.n;
    for nth in 1..=2 {
        if !chance.one_in(3) {
            let how = call_fault(chance, world, order.op);
            faults.push(Fault::Call { order: n, nth, how });
        }
    }
    for _ in 0..chance.between(0, 3) {
        let (nth, how) = (
            small(chance, 6),
            chance.pick(&[LookFault::Down, LookFault::Garbled, LookFault::Slow]),
        );
        faults.push(Fault::Look { order: n, nth, how });
    }
    for _ in 0..chance.between(0, 2) {
        let (nth, slow) = (small(chance, 4), chance.between(2, 60) * SECOND);
        let how = chance.pick(&[
            RecordFault::RequestLost,
            RecordFault::AnswerLost,
            RecordFault::Slow(slow),
        ]);
        faults.push(Fault::Record { order: n, nth, how });
    }
    for _ in 0..chance.between(0, 2) {
        let point = chance.pick(&[
            Point::Claimed,
            Point::Looked,
            Point::Intended,
            Point::Connected,
            Point::Armed,
            Point::Armed,
            Point::Answered,
            Point::Recorded,
        ]);
        let deed = deed(chance);
        let nth = small(chance, 2);
        faults.push(Fault::At {
            order: n,
            point,
            nth,
            deed,
        });
    }
    if chance.one_in(8) {
        let nth = small(chance, 3);
        faults.push(Fault::ClaimLost { order: n, nth });
    }
    for _ in 0..chance.between(0, 3) {
        let at = order.at + chance.between(0, FAULTS_UNTIL);
        let says = chance.pick(&[Says::CheckNow, Says::Retry, Says::Cancel, Says::AuthCode, Says::Resolve]);
        faults.push(Fault::Signal { at, order: n, says });
    }
    if chance.one_in(3) {
        let at = order.at + chance.between(1, 20 * MINUTE);
        faults.push(Fault::Resend { at, order: n });
    }
    if chance.one_in(6) {
        let at = order.at + chance.between(1, 20 * MINUTE);
        faults.push(Fault::Conflict { at, order: n });
    }
}

fn small(chance: &mut Chance, most: i64) -> u32 {
    u32::try_from(chance.between(1, most)).unwrap_or(1)
}

/// Stops of less than the timer's time, and of more than the settle time.
fn deed(chance: &mut Chance) -> Deed {
    match chance.between(0, 3) {
        0 => Deed::Pause(chance.between(SECOND, 30 * SECOND)),
        1 | 2 => Deed::Pause(chance.between(2 * MINUTE, 35 * MINUTE)),
        _ => Deed::Crash,
    }
}

fn call_fault(chance: &mut Chance, world: World, op: Op) -> CallFault {
    // With one weak witness nobody can tell how late a renewal still comes: that is why a person decides.
    let never_ends = world == World::Late && op == Op::RenewWeak && chance.one_in(2);
    let latest = if never_ends { 5 * HOUR } else { LATE_MAX };
    let late = CallFault::Late(chance.between(SECOND, latest), chance.one_in(3));
    let queued = CallFault::Queued(chance.between(MINUTE, 3 * HOUR));
    let slow = CallFault::Slow(chance.between(SECOND, 40 * SECOND));
    let unlisted = CallFault::Unlisted(chance.one_in(2));
    let refused = CallFault::Refused(chance.pick(&[
        RejectionClass::NoFunds,
        RejectionClass::Invalid,
        RejectionClass::AuthCode,
        RejectionClass::Locked,
        RejectionClass::NotAllowed,
        RejectionClass::Throttled,
    ]));
    let mut of = vec![
        CallFault::NoConnection,
        CallFault::RequestLost,
        CallFault::AnswerLost,
        CallFault::AnswerLost,
        unlisted,
        refused,
        slow,
    ];
    of.extend([late, late, late]);
    // The action log shows it, however long it takes.
    if op.repeats() == domorder_api_client::provider::Guard::TwoWitnesses {
        of.extend([queued, queued]);
    }
    chance.pick(&of)
}

fn of_processes(chance: &mut Chance, workers: usize, faults: &mut Vec<Fault>) {
    let last = i64::try_from(workers).unwrap_or(1) - 1;
    for _ in 0..chance.between(0, 2) {
        let at = chance.between(0, FAULTS_UNTIL);
        let worker = usize::try_from(chance.between(0, last)).unwrap_or(0);
        faults.push(match deed(chance) {
            Deed::Crash => Fault::Crash { at, worker },
            Deed::Pause(ms) => Fault::Pause { at, worker, ms },
        });
    }
}

fn of_accounts(chance: &mut Chance, world: World, faults: &mut Vec<Fault>) {
    for account in ACCOUNTS {
        for what in [
            Weather::Outage,
            Weather::Throttled,
            Weather::Credentials,
            Weather::NoFunds,
        ] {
            if chance.one_in(8) {
                let (at, ms) = (chance.between(0, FAULTS_UNTIL), chance.between(SECOND, 20 * MINUTE));
                faults.push(Fault::Weather { at, account, ms, what });
            }
        }
        match world {
            World::Late => {
                for _ in 0..chance.between(0, 3) {
                    let (at, ms) = (chance.between(0, FAULTS_UNTIL), chance.between(SECOND, LAG_MAX));
                    faults.push(Fault::Weather {
                        at,
                        account,
                        ms,
                        what: Weather::Frozen,
                    });
                }
            }
            World::Fog => fog(chance, account, faults),
            World::Ledger => {}
        }
    }
}

/// Once a history, so that three looks apart cannot all fall into it.
fn fog(chance: &mut Chance, account: crate::plan::Account, faults: &mut Vec<Fault>) {
    let at = chance.between(0, 5 * MINUTE);
    if chance.one_in(2) {
        let ms = chance.between(10 * MINUTE, 60 * MINUTE);
        faults.push(Fault::Weather {
            at,
            account,
            ms,
            what: Weather::Amnesia,
        });
        return;
    }
    let (dark, old) = (
        chance.between(17 * MINUTE, 30 * MINUTE),
        chance.between(40 * SECOND, 100 * SECOND),
    );
    faults.push(Fault::Weather {
        at,
        account,
        ms: dark,
        what: Weather::Fog(old),
    });
    // Somebody sees that the provider is back, and asks and asks.
    for order in 0..4 {
        for _ in 0..chance.between(0, 4) {
            let at = at + dark + chance.between(0, old);
            faults.push(Fault::Signal {
                at,
                order,
                says: Says::CheckNow,
            });
        }
    }
}

/// As it is by default, which so few orders seldom reach, or one that opens at once.
fn of_breaker(chance: &mut Chance, orders: &mut [Wanted], faults: &mut Vec<Fault>) -> Limits {
    let mut limits = Limits {
        in_a_row: 5,
        pause: MINUTE,
        pause_max: 30 * MINUTE,
    };
    if chance.one_in(4) {
        (limits.in_a_row, limits.pause) = (small(chance, 2), chance.pick(&[MINUTE, 10 * MINUTE]));
        // One pause for all of them.
        let together = chance.one_in(2);
        for order in orders.iter_mut().filter(|_| together) {
            order.at %= MINUTE;
        }
        for account in ACCOUNTS {
            if chance.one_in(2) {
                let at = chance.between(0, 20 * MINUTE);
                faults.push(Fault::AccountResumed { at, account });
            }
        }
    }
    limits
}

/// Accounts that people pause, and deadlines that pass in that time, or around it.
fn of_deadlines(chance: &mut Chance, orders: &mut [Wanted], faults: &mut Vec<Fault>) {
    for order in orders {
        if chance.one_in(3) {
            continue;
        }
        let deadline = chance.between(MINUTE, 60 * MINUTE);
        order.deadline = Some(deadline);
        if !chance.one_in(3) {
            let account = order.op.account();
            let begins = chance.between(0, deadline.min(20 * MINUTE));
            let ms = chance.between(MINUTE, 60 * MINUTE);
            faults.push(Fault::AccountPaused {
                at: order.at + begins,
                account,
                ms,
            });
        }
    }
}

fn of_ledger(chance: &mut Chance, orders: &[Wanted], faults: &mut Vec<Fault>) {
    let mut at = chance.between(2 * SECOND, 6 * MINUTE);
    let mut behind = chance.between(0, 20) * chance.pick(&[1, 100, SECOND]);
    if let Some(order) = orders.first().filter(|_| !chance.one_in(3)) {
        // Right where it hurts: while the order is in hand, by a replica that has the order and not the intent.
        at = order.at + chance.between(1, 200) * chance.pick(&[1, 10, 100]);
        if chance.one_in(2) {
            behind = (at - order.at - chance.between(2, 60)).max(0);
        }
    }
    for _ in 0..chance.between(1, 2) {
        // Longer than clocks differ: a fence is never given out a second time.
        let down = chance.between(SECOND, 8 * SECOND);
        faults.push(match chance.between(0, 4) {
            0 | 1 => Fault::PowerCut { at, down },
            2 | 3 => Fault::Failover {
                at,
                behind,
                down,
                skew: chance.between(-500, 500),
            },
            _ => Fault::Flush { at },
        });
        at += chance.between(20 * SECOND, 15 * MINUTE);
    }
}
