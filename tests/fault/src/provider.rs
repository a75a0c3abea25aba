//! The providers: what stands there, who was charged, and what a look shows of it.

use std::collections::BTreeMap;

use domorder_api_client::provider::{
    Baseline, Ending, Evidence, ExpiryMove, Impediment, Sighting, Snapshot, Stage, Trouble, TroubleKind, expiry_move,
};
use domorder_jobs::record::OrderRecord;
use jiff::{Span, Timestamp, tz::TimeZone};

use crate::guards::{Guard, Guards};
use crate::plan::{Account, MAILBOXES, MONTHS, Ms, Op, Wanted, Weather};

/// The instant at which every history begins.
const BEGIN_MS: i64 = 1_800_000_000_000;

/// An instant of a history.
#[must_use]
pub(crate) fn instant(ms: Ms) -> Timestamp {
    Timestamp::from_millisecond(BEGIN_MS + ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The way back.
#[must_use]
pub(crate) fn millis(at: Timestamp) -> Ms {
    at.as_millisecond() - BEGIN_MS
}

/// Where a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// Under way, by that request; perhaps stalled until it is placed anew.
    Running { request: usize, stalled: bool },
    /// Over, without effect.
    Ended(Ending),
}

/// A name, and all that hangs on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asset {
    /// In this account.
    pub(crate) ours: bool,
    /// Somebody else has it.
    pub(crate) elsewhere: bool,
    /// The domain's expiry, in years after the first.
    pub(crate) years: i64,
    /// The transfer, if there was one.
    pub(crate) transfer: Option<Transfer>,
    /// There is an email order.
    pub(crate) email: bool,
    /// Its mailboxes.
    pub(crate) accounts: u32,
    /// Its end, in months after the first.
    pub(crate) months: i64,
    /// Requests in the queue, which the log shows.
    pub(crate) queued: Vec<usize>,
}

impl Asset {
    /// Where what is under way stands, as a list tells it.
    pub(crate) fn stands_at(&self) -> Option<Stage> {
        match self.transfer {
            Some(Transfer::Running { stalled: true, .. }) => Some(Stage::AuthCode),
            Some(Transfer::Running { stalled: false, .. }) => Some(Stage::LosingRegistrar),
            _ => (!self.queued.is_empty()).then_some(Stage::Working),
        }
    }

    /// Whether there is what this would change.
    fn has(&self, op: Op) -> bool {
        match op {
            Op::EmailAdd | Op::EmailRemove | Op::EmailRenew => self.email,
            _ => self.ours,
        }
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// On its way, or in a queue: it may still take effect.
    Open,
    /// It took effect (or its transfer runs).
    Effect,
    /// It will never take effect.
    Nothing,
    /// It was given up again, and paid back.
    Ended,
}

/// One paid request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The order of the plan.
    pub(crate) order: usize,
    /// Its id in the ledger.
    pub(crate) id: u32,
    /// What.
    pub(crate) op: Op,
    /// For which name.
    pub(crate) domain: usize,
    /// The expiry it states, where the provider compares it.
    pub(crate) stated: Option<Timestamp>,
    /// What became of it.
    pub(crate) fate: Fate,
    /// It was classified as being without effect.
    pub(crate) disowned: bool,
}

/// The answer of a provider before it is classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// Done, and the answer shows it.
    Done,
    /// Taken; a look tells more.
    Taken,
    /// Not available.
    NotAvailable,
    /// Already so, or another expiry, or already under way.
    Already,
}

/// One account.
#[derive(Debug)]
pub(crate) struct Provider {
    /// Names.
    pub(crate) assets: BTreeMap<usize, Asset>,
    /// As it stood at the beginning: the old backup.
    pub(crate) backup: BTreeMap<usize, Asset>,
    /// As it stood when reads froze.
    pub(crate) frozen: BTreeMap<usize, Asset>,
    /// What is the matter.
    pub(crate) weather: Vec<Weather>,
    /// An old backup is shown.
    pub(crate) shows_backup: bool,
}

/// What a look is asked to find out: the handler's `Question`.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// What.
    pub(crate) op: Op,
    /// For which name.
    pub(crate) domain: usize,
    /// The stored baseline.
    pub(crate) baseline: Option<Baseline>,
    /// The producer's word, without a baseline.
    pub(crate) expected: Option<Timestamp>,
    /// Something was sent.
    pub(crate) began: bool,
}

impl Question {
    /// As `worker/src/handler/act.rs` asks it.
    #[must_use]
    pub(crate) fn of(order: &Wanted, record: &OrderRecord, guards: Guards) -> Self {
        let baseline = record.baseline.clone().filter(|_| guards.has(Guard::StoredBaseline));
        let intent = record.intent.as_ref();
        Self {
            op: order.op,
            domain: order.domain,
            expected: order
                .expects
                .then(|| first_expiry(order.op))
                .filter(|_| baseline.is_none()),
            baseline,
            began: record.attempted_at.is_some() || intent.is_some_and(|i| i.open || record.placed),
        }
    }
}

/// What stands before anything is bought: the domain's expiry, or the email order's end.
#[must_use]
pub(crate) fn first_expiry(op: Op) -> Timestamp {
    match op {
        Op::EmailRenew => later(0),
        _ => years_on(0),
    }
}

fn later(months: i64) -> Timestamp {
    let first = instant(0)
        .to_zoned(TimeZone::UTC)
        .checked_add(Span::new().months(5 + months));
    first.map_or_else(|_| instant(0), |at| at.timestamp())
}

fn years_on(years: i64) -> Timestamp {
    later(12 * years)
}

fn unreadable(kind: TroubleKind, detail: &str) -> Sighting {
    Sighting::Unreadable(Trouble {
        kind,
        detail: detail.to_owned(),
        retry_after: None,
    })
}

impl Provider {
    /// An account that holds its orders' names, as they stand before.
    #[must_use]
    pub(crate) fn new(account: Account, orders: &[Wanted]) -> Self {
        let orders: Vec<&Wanted> = orders.iter().filter(|o| o.op.account() == account).collect();
        let mut assets: BTreeMap<usize, Asset> = BTreeMap::new();
        for order in &orders {
            let asset = assets.entry(order.domain).or_default();
            // What an order of its own brings here is not there before that.
            let comes = |o: &&Wanted| o.domain == order.domain && o.op.is_unique();
            let there = order.op.changes() && !orders.iter().any(comes);
            asset.ours |= there && matches!(order.op, Op::RenewWeak | Op::RenewExp);
            asset.email |= there && matches!(order.op, Op::EmailAdd | Op::EmailRemove | Op::EmailRenew);
            asset.accounts = 10;
            asset.elsewhere |= order.taken || order.op == Op::Transfer;
            asset.years += i64::from(order.by_hand);
        }
        Self {
            backup: assets.clone(),
            frozen: assets.clone(),
            assets,
            weather: Vec::new(),
            shows_backup: false,
        }
    }

    /// Whether this is the matter.
    #[must_use]
    pub(crate) fn has(&self, weather: Weather) -> bool {
        self.weather.contains(&weather)
    }

    /// Why nothing can be read now.
    fn trouble(&self) -> Option<Sighting> {
        let dark = |w: &Weather| matches!(w, Weather::Outage | Weather::Fog(_));
        if self.weather.iter().any(dark) {
            return Some(unreadable(TroubleKind::Unavailable, "no answer"));
        }
        if self.has(Weather::Credentials) {
            return Some(unreadable(TroubleKind::Credentials, "bad key"));
        }
        if self.has(Weather::Throttled) {
            return Some(unreadable(TroubleKind::Throttled, "slower"));
        }
        None
    }

    /// A read of something that is surely there.
    #[must_use]
    pub(crate) fn control(&self) -> bool {
        self.trouble().is_none() && !self.has(Weather::Amnesia)
    }

    /// Whether the account has money.
    #[must_use]
    pub(crate) fn has_funds(&self) -> bool {
        !self.has(Weather::NoFunds)
    }

    /// What reads show at this moment.
    fn shown(&self) -> &BTreeMap<usize, Asset> {
        if self.shows_backup {
            &self.backup
        } else if self.has(Weather::Frozen) {
            &self.frozen
        } else {
            &self.assets
        }
    }

    /// The list of the account; `None` where it cannot be read.
    #[must_use]
    pub(crate) fn list(&self) -> Option<BTreeMap<usize, Asset>> {
        match (self.trouble(), self.has(Weather::Amnesia)) {
            (Some(_), _) => None,
            (None, true) => Some(BTreeMap::new()),
            (None, false) => Some(self.shown().clone()),
        }
    }

    /// What a look shows. Reads change nothing (P14): nothing here could.
    #[must_use]
    pub(crate) fn look(&self, question: &Question, guards: Guards) -> Sighting {
        if let Some(trouble) = self.trouble() {
            return trouble;
        }
        if self.has(Weather::Amnesia) {
            return match question.op.is_unique() {
                true => Sighting::Absent(Snapshot::default()),
                false => Sighting::Impossible(Impediment::NotFound, "not in this account".to_owned()),
            };
        }
        let Some(asset) = self.shown().get(&question.domain) else {
            return Sighting::Impossible(Impediment::NotFound, "not in this account".to_owned());
        };
        if question.op.changes() && !asset.has(question.op) {
            return Sighting::Impossible(Impediment::NotFound, "not in this account".to_owned());
        }
        match question.op {
            Op::Register => match (asset.ours, question.began) {
                (true, _) => Sighting::Present(Evidence::default()),
                (false, began) => Sighting::Absent(Snapshot {
                    // Only asked for once something was sent: the account's own word is enough before.
                    taken_elsewhere: began && asset.elsewhere,
                    ..Snapshot::default()
                }),
            },
            Op::Transfer => match asset.transfer {
                Some(Transfer::Running { stalled, .. }) => {
                    let stage = if stalled {
                        Stage::AuthCode
                    } else {
                        Stage::LosingRegistrar
                    };
                    Sighting::Pending(stage, Evidence::default())
                }
                _ if asset.ours => Sighting::Present(Evidence::default()),
                Some(Transfer::Ended(ending)) if question.began => Sighting::Ended(ending, "over".to_owned()),
                _ => Sighting::Absent(Snapshot::default()),
            },
            Op::RenewWeak | Op::RenewExp => moved(question, years_on(asset.years), 12, |_| None),
            Op::EmailCreate if asset.email => Sighting::Present(Evidence::default()),
            Op::EmailCreate => Sighting::Absent(Snapshot::default()),
            Op::EmailRenew => moved(question, later(asset.months), MONTHS, |snapshot| {
                logged(asset, question, snapshot, guards)
            }),
            Op::EmailAdd | Op::EmailRemove => counted(asset, question, guards),
        }
    }

    /// A request takes effect now, or is refused. What it costs stands in the answer.
    pub(crate) fn execute(&mut self, number: usize, request: &Request) -> (Fate, Word) {
        let asset = self.assets.entry(request.domain).or_default();
        asset.queued.retain(|queued| *queued != number);
        if request.op.changes() && !asset.has(request.op) {
            return (Fate::Nothing, Word::Already);
        }
        match request.op {
            Op::Register if asset.ours || asset.elsewhere => (Fate::Nothing, Word::NotAvailable),
            Op::Register => {
                asset.ours = true;
                (Fate::Effect, Word::Done)
            }
            Op::Transfer if asset.ours || matches!(asset.transfer, Some(Transfer::Running { .. })) => {
                (Fate::Nothing, Word::Already)
            }
            Op::Transfer => {
                asset.transfer = Some(Transfer::Running {
                    request: number,
                    stalled: false,
                });
                (Fate::Effect, Word::Taken)
            }
            Op::RenewExp if request.stated != Some(years_on(asset.years)) => (Fate::Nothing, Word::Already),
            Op::RenewWeak | Op::RenewExp => {
                asset.years += 1;
                (Fate::Effect, Word::Done)
            }
            Op::EmailCreate if asset.email => (Fate::Nothing, Word::Already),
            Op::EmailCreate => {
                asset.email = true;
                (Fate::Effect, Word::Taken)
            }
            Op::EmailAdd => {
                asset.accounts += MAILBOXES;
                (Fate::Effect, Word::Taken)
            }
            Op::EmailRemove => {
                asset.accounts = asset.accounts.saturating_sub(MAILBOXES);
                (Fate::Effect, Word::Taken)
            }
            Op::EmailRenew => {
                asset.months += i64::from(MONTHS);
                (Fate::Effect, Word::Done)
            }
        }
    }

    /// Whether there is what an order would change.
    #[must_use]
    pub(crate) fn holds(&self, order: &Wanted) -> bool {
        let asset = self.assets.get(&order.domain);
        asset.is_some_and(|asset| asset.has(order.op))
    }

    /// Whether what an order asks for stands, whoever brought it about.
    #[must_use]
    pub(crate) fn stands(&self, order: &Wanted) -> bool {
        let Some(asset) = self.assets.get(&order.domain) else {
            return false;
        };
        match order.op {
            Op::Register | Op::Transfer => asset.ours,
            Op::RenewWeak | Op::RenewExp => asset.years > 0,
            Op::EmailCreate => asset.email,
            Op::EmailAdd | Op::EmailRemove => asset.accounts != 10,
            Op::EmailRenew => asset.months > 0,
        }
    }
}

/// A date that moves by a term.
fn moved(
    question: &Question,
    now: Timestamp,
    months: u32,
    unmoved: impl Fn(&Snapshot) -> Option<Sighting>,
) -> Sighting {
    let snapshot = Snapshot {
        baseline: Baseline {
            expiry: Some(now),
            ..Baseline::default()
        },
        taken_elsewhere: false,
    };
    let stored = question.baseline.as_ref().and_then(|b| b.expiry);
    match stored
        .or(question.expected)
        .map(|before| expiry_move(before, now, months))
    {
        Some(ExpiryMove::ByTerm) => Sighting::Present(Evidence {
            expiry: Some(now),
            ..Evidence::default()
        }),
        Some(ExpiryMove::Other) => Sighting::Differs(snapshot, "neither before nor after".to_owned()),
        Some(ExpiryMove::Same) | None => unmoved(&snapshot).unwrap_or(Sighting::Absent(snapshot)),
    }
}

/// A number of mailboxes.
fn counted(asset: &Asset, question: &Question, guards: Guards) -> Sighting {
    let snapshot = Snapshot {
        baseline: Baseline {
            accounts: Some(asset.accounts),
            ..Baseline::default()
        },
        taken_elsewhere: false,
    };
    let before = question
        .baseline
        .as_ref()
        .and_then(|b| b.accounts)
        .unwrap_or(asset.accounts);
    let after = match question.op {
        Op::EmailAdd => before + MAILBOXES,
        _ => before.saturating_sub(MAILBOXES),
    };
    if asset.accounts == before {
        logged(asset, question, &snapshot, guards).unwrap_or(Sighting::Absent(snapshot))
    } else if asset.accounts == after {
        Sighting::Present(Evidence::default())
    } else {
        Sighting::Differs(snapshot, "neither before nor after".to_owned())
    }
}

/// The second witness: what the log shows to be queued. Before an attempt it is somebody else's, and is waited for.
fn logged(asset: &Asset, question: &Question, _: &Snapshot, guards: Guards) -> Option<Sighting> {
    if asset.queued.is_empty() || !guards.has(Guard::SecondWitness) {
        return None;
    }
    Some(match question.began {
        true => Sighting::Pending(Stage::Working, Evidence::default()),
        false => unreadable(TroubleKind::Unavailable, "an action that is not ours is pending"),
    })
}
