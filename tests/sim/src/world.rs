//! Everything there is, behind one lock: the providers, their money, the clock, the faults, the journal.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::charges::Charges;
use crate::clock::{Clock, instant};
use crate::connectreseller::State as ConnectReseller;
use crate::faults::Faults;
use crate::house;
use crate::journal::Journal;
use crate::logicboxes::State as LogicBoxes;
use crate::namecom::State as NameCom;
use crate::operation::{Answer, Call, Outcome, Provider, Subject};
use crate::seed::Seed;

/// The world.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) charges: Charges,
    pub(crate) cr: ConnectReseller,
    pub(crate) lb: LogicBoxes,
    pub(crate) nc: NameCom,
    /// Which world this is: effects that come late belong to the world they were asked of.
    pub(crate) generation: u64,
}

impl World {
    /// A world of this seed.
    pub(crate) fn new(seed: &Seed, scale: f64, keep_requests: bool, generation: u64) -> Self {
        let mut world = Self {
            clock: Clock::new(scale),
            faults: Faults::default(),
            journal: Journal::new(keep_requests),
            charges: Charges::default(),
            cr: ConnectReseller::default(),
            lb: LogicBoxes::default(),
            nc: NameCom::default(),
            generation,
        };
        world.apply(&Seed::standard());
        world.apply(seed);
        world
    }

    /// Adds a seed.
    pub(crate) fn apply(&mut self, seed: &Seed) {
        let now = self.clock.now();
        self.cr.apply(&seed.connectreseller, now);
        self.lb.apply(&seed.logicboxes, now);
        self.nc.apply(&seed.namecom, now);
        for rule in &seed.faults {
            self.faults.add(rule.clone());
        }
    }

    /// The domain a request is about.
    pub(crate) fn subject(
        &self,
        provider: Provider,
        subject: Subject,
        values: &[(&'static str, String)],
        body: &Value,
    ) -> Option<Arc<str>> {
        let value = |name| values.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
        match subject {
            Subject::Nobody => None,
            Subject::Name(name) => value(name).map(|name| Arc::from(name.trim().to_ascii_lowercase())),
            Subject::Id(name) => {
                let id = value(name)?.parse().ok()?;
                match provider {
                    Provider::ConnectReseller => self.cr.name_of(id),
                    Provider::LogicBoxes => self.lb.name_of(id),
                    // Its domains have no ids.
                    Provider::NameCom => None,
                }
            }
            Subject::Inside(find) => find(body).map(|name| Arc::from(name.trim().to_ascii_lowercase())),
        }
    }

    /// Carries a call out, and writes it down.
    pub(crate) fn execute(&mut self, call: &Call, fault: Option<&'static str>, lag_ms: Option<u64>) -> Answer {
        let house = house::of(call.operation.provider);
        if let Some(answer) = (house.refuse_key)(self, call) {
            self.journal.record(call, fault, Outcome::Refused, None);
            return answer;
        }
        let charges = self.charges.last();
        let answer = match (lag_ms, call.domain.clone(), call.operation.provider) {
            (Some(ms), Some(name), Provider::ConnectReseller) => {
                self.cr.settle(&name, call.now, &mut self.charges);
                let before = self.cr.truth(&name).cloned();
                let answer = (call.operation.run)(self, call);
                self.cr.shadows.cast(name, call.now, ms, before);
                answer
            }
            (Some(ms), Some(name), Provider::LogicBoxes) => {
                self.lb.settle(&name, call.now, &mut self.charges);
                let before = self.lb.truth(&name).cloned();
                let answer = (call.operation.run)(self, call);
                self.lb.shadows.cast(name, call.now, ms, before);
                answer
            }
            (Some(ms), Some(name), Provider::NameCom) => {
                self.nc.settle(&name, call.now);
                let before = self.nc.truth(&name).cloned();
                let answer = (call.operation.run)(self, call);
                self.nc.shadows.cast(name, call.now, ms, before);
                answer
            }
            (None, ..) | (_, None, _) => (call.operation.run)(self, call),
        };
        let charge = self.charges.caused_by(call.seq, charges);
        self.journal.record(call, fault, answer.outcome, charge);
        answer
    }

    /// Lets everything that is due happen.
    pub(crate) fn settle_all(&mut self) {
        let now = self.clock.now();
        self.cr.settle_all(now, &mut self.charges);
        self.lb.settle_all(now, &mut self.charges);
    }

    /// What is true at this moment.
    pub(crate) fn report(&mut self) -> StateReport {
        self.settle_all();
        let mut domains: Vec<DomainReport> = self
            .cr
            .all()
            .filter(|(_, entry)| entry.domain.is_some() || entry.transfer.is_some())
            .map(|(name, entry)| DomainReport {
                name: name.to_string(),
                id: entry.domain.as_ref().map(|domain| domain.id),
                customer_id: entry.domain.as_ref().map(|domain| domain.customer_id),
                status: entry.domain.as_ref().map(|domain| domain.status.clone()),
                created_at: entry.domain.as_ref().map(|domain| instant(domain.created_ms)),
                expires_at: entry.domain.as_ref().and_then(|domain| domain.expires_ms).map(instant),
                nameservers: entry
                    .domain
                    .as_ref()
                    .map(|domain| domain.nameservers.clone())
                    .unwrap_or_default(),
                transfer: entry
                    .transfer
                    .as_ref()
                    .map(|transfer| transfer.progress.word().to_owned()),
            })
            .collect();
        domains.sort_by(|a, b| a.name.cmp(&b.name));
        let mut email_orders: Vec<EmailReport> = self
            .lb
            .all()
            .flat_map(|(_, entry)| entry.order.iter().chain(&entry.gone).map(move |order| (entry, order)))
            .map(|(entry, order)| EmailReport {
                domain: order.domain.to_string(),
                id: order.id,
                customer_id: order.customer_id,
                accounts: order.accounts,
                status: order.status.clone(),
                created_at: instant(order.created_secs.saturating_mul(1000)),
                ends_at: order.ends_secs.map(|secs| instant(secs.saturating_mul(1000))),
                actions_pending: entry.actions.iter().filter(|action| action.is_current()).count() as u64,
                actions_over: entry.actions.iter().filter(|action| !action.is_current()).count() as u64,
            })
            .collect();
        email_orders.sort_by_key(|order| order.id);
        StateReport {
            connectreseller_cents: self.cr.balance_cents,
            logicboxes_cents: self.lb.balance_cents,
            domains,
            email_orders,
            namecom: self.nc.report(),
        }
    }
}

/// What is true, whatever reads show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateReport {
    /// The balance at ConnectReseller, in cents.
    pub connectreseller_cents: i64,
    /// The balance at LogicBoxes, in cents.
    pub logicboxes_cents: i64,
    /// ConnectReseller's domains and transfers, by name.
    pub domains: Vec<DomainReport>,
    /// LogicBoxes' email orders, gone ones included, by number.
    pub email_orders: Vec<EmailReport>,
    /// Name.com's domains, by name.
    #[serde(default)]
    pub namecom: Vec<NameComReport>,
}

impl StateReport {
    /// What is true of a name.
    pub fn domain(&self, name: &str) -> Option<&DomainReport> {
        self.domains.iter().find(|domain| domain.name == name)
    }

    /// What is true of a name at Name.com.
    pub fn namecom(&self, name: &str) -> Option<&NameComReport> {
        self.namecom.iter().find(|domain| domain.name == name)
    }

    /// The latest email order of a domain.
    pub fn email(&self, domain: &str) -> Option<&EmailReport> {
        self.email_orders.iter().rfind(|order| order.domain == domain)
    }
}

/// A domain or a transfer of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainReport {
    /// The name.
    pub name: String,
    /// Its id, if it is in the account.
    pub id: Option<u64>,
    /// Whose it is.
    pub customer_id: Option<u64>,
    /// Its status.
    pub status: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Its name servers.
    pub nameservers: Vec<String>,
    /// Where its transfer is: `running`, `stalled`, `completed`, `failed`, `cancelled`.
    pub transfer: Option<String>,
}

/// A domain at Name.com.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameComReport {
    /// The name.
    pub name: String,
    /// Whose it is.
    pub username: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it is locked.
    pub locked: bool,
    /// Its name servers.
    pub nameservers: Vec<String>,
    /// When its privacy ends, if it ever had any.
    pub privacy_until: Option<Timestamp>,
    /// How many DNS records it has.
    pub records: u64,
    /// Its host objects.
    pub hosts: Vec<String>,
}

/// An email order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailReport {
    /// The domain.
    pub domain: String,
    /// The order's number.
    pub id: u64,
    /// Whose it is.
    pub customer_id: u64,
    /// How many mailboxes.
    pub accounts: u64,
    /// Its status.
    pub status: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, once it is active.
    pub ends_at: Option<Timestamp>,
    /// Actions of the domain that wait.
    pub actions_pending: u64,
    /// Actions of the domain that are over.
    pub actions_over: u64,
}
