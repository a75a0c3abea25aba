//! What LogicBoxes knows: domain and email orders and their actions by domain, people, money, accounts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::actions::pass_time;
use super::domain::{self, DomainOrder, Script};
use super::people::People;
use crate::charges::Charges;
use crate::clock::{Now, plus_months};
use crate::operation::Operation;
use crate::seed::{AutoSeed, EmailSeed, LogicBoxesSeed, LogicBoxesSettings, Reseller, Scenario, TransferSeed};
use crate::shadow::Shadows;

/// A Business Email order.
#[derive(Debug, Clone)]
pub(crate) struct EmailOrder {
    pub(crate) id: u64,
    pub(crate) domain: Arc<str>,
    pub(crate) customer_id: u64,
    pub(crate) accounts: u64,
    pub(crate) created_secs: i64,
    pub(crate) ends_secs: Option<i64>,
    pub(crate) status: String,
    pub(crate) auto_renew: bool,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionKind {
    /// A domain's registration.
    AddNewDomain,
    /// A domain's transfer.
    AddTransferDomain,
    RenewDomain,
    RestoreDomain,
    /// Whois privacy bought.
    PurchasePrivacy,
    /// Anything that is done to a domain at once and for nothing, by the provider's word.
    Domain(&'static str),
    /// An email order's beginning.
    Add,
    Renew,
    AddAccounts,
    DeleteAccounts,
    Del,
}

impl ActionKind {
    /// The provider's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::AddNewDomain => "AddNewDomain",
            Self::AddTransferDomain => "AddTransferDomain",
            Self::RenewDomain => "RenewDomain",
            Self::RestoreDomain => "RestoreDomain",
            Self::PurchasePrivacy => "PurchasePrivacy",
            Self::Domain(word) => word,
            Self::Add => "Add",
            Self::Renew => "Renew",
            Self::AddAccounts => "AddEmailAccount",
            Self::DeleteAccounts => "DeleteEmailAccount",
            Self::Del => "Del",
        }
    }

    /// The provider's number of the product.
    pub(crate) fn entity_type(self) -> &'static str {
        match self {
            Self::Add | Self::Renew | Self::AddAccounts | Self::DeleteAccounts | Self::Del => EMAIL_TYPE,
            _ => DOMAIN_TYPE,
        }
    }
}

/// Numbers of email orders follow on this one.
const FIRST_ORDER: u64 = 90_220_006;

/// The product number of email orders.
pub(crate) const EMAIL_TYPE: &str = "970";
/// The product number of domain orders.
pub(crate) const DOMAIN_TYPE: &str = "3";

/// What an action waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// This virtual moment.
    Until(i64),
    /// Money of the reseller's.
    Funds,
    /// The customer's payment, which nobody here makes.
    Payment,
    /// Nothing more.
    Over,
}

/// Something done to an order, now or in some minutes.
#[derive(Clone)]
pub(crate) struct Action {
    pub(crate) eaq: u64,
    pub(crate) order_id: u64,
    pub(crate) domain: Arc<str>,
    pub(crate) kind: ActionKind,
    pub(crate) months: u64,
    pub(crate) accounts: u64,
    pub(crate) cents: i64,
    pub(crate) status: &'static str,
    pub(crate) status_text: &'static str,
    pub(crate) about: String,
    pub(crate) added_secs: i64,
    pub(crate) completed_secs: Option<i64>,
    pub(crate) wait: Wait,
    pub(crate) charge: Option<u64>,
    /// Why it fails when it is due; nothing: it succeeds.
    pub(crate) fails: Option<&'static str>,
    /// How a transfer goes.
    pub(crate) script: Script,
    /// How long its losing registrar takes, where a seed says so.
    pub(crate) after_secs: Option<u64>,
    /// The request it came from.
    pub(crate) cause: (&'static Operation, u64),
}

impl Action {
    /// Whether it is in the list of current actions.
    pub(crate) fn is_current(&self) -> bool {
        self.wait != Wait::Over
    }
}

/// All that is known of a domain.
#[derive(Clone, Default)]
pub(crate) struct Entry {
    pub(crate) order: Option<EmailOrder>,
    /// Email orders that are gone: only the search shows them.
    pub(crate) gone: Vec<EmailOrder>,
    pub(crate) domain: Option<DomainOrder>,
    /// Domain orders that are gone.
    pub(crate) gone_domains: Vec<DomainOrder>,
    pub(crate) actions: Vec<Action>,
}

impl Entry {
    /// The first action on an order that is not over.
    pub(crate) fn pending(&self, order_id: u64) -> Option<&Action> {
        self.actions
            .iter()
            .find(|action| action.is_current() && action.order_id == order_id)
    }
}

const YEAR_SECS: i64 = 31_536_000;

/// The provider.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) settings: LogicBoxesSettings,
    pub(crate) resellers: Vec<Reseller>,
    pub(crate) balance_cents: i64,
    pub(crate) customers: HashSet<u64>,
    pub(crate) people: People,
    /// What a transfer of a name will meet.
    pub(crate) plans: HashMap<String, TransferSeed>,
    /// Names registered elsewhere.
    pub(crate) taken: HashSet<String>,
    auto: Vec<AutoSeed>,
    entries: HashMap<Arc<str>, Entry>,
    names: HashMap<u64, Arc<str>>,
    pub(crate) shadows: Shadows<Entry>,
    last_order: u64,
    last_domain: u64,
    last_eaq: u64,
    last_invoice: u64,
}

impl State {
    /// Adds a seed.
    pub(crate) fn apply(&mut self, seed: &LogicBoxesSeed, now: Now) {
        if let Some(settings) = &seed.settings {
            self.settings = settings.clone();
        }
        for reseller in &seed.resellers {
            self.resellers.retain(|known| known.id != reseller.id);
            self.resellers.push(reseller.clone());
        }
        self.balance_cents = seed.balance_cents.unwrap_or(self.balance_cents);
        self.customers.extend(&seed.customers);
        if let Some(auto) = &seed.auto_seed {
            self.auto.clone_from(auto);
        }
        for order in &seed.email_orders {
            self.customers.insert(order.customer_id);
            self.seed_order(order, now);
        }
        for plan in &seed.transfers {
            let name = plan.name.to_ascii_lowercase();
            if let Some(entry) = self.entries.get_mut(&*name)
                && plan.scenario == Some(Scenario::Good)
            {
                domain::mend_transfer(entry, &self.settings, now);
            }
            self.plans.insert(name, plan.clone());
        }
        self.taken
            .extend(seed.taken.iter().map(|name| name.to_ascii_lowercase()));
        for order in &seed.domain_orders {
            self.customers.insert(order.customer_id);
            let name = Arc::<str>::from(order.domain.to_ascii_lowercase());
            let mut domain = self.new_domain(&name, order.customer_id, now.real_secs() - YEAR_SECS);
            if let Some(at) = order.created_at {
                domain.created_secs = at.as_second();
            }
            domain.status = order.status.clone().unwrap_or_else(|| "Active".to_owned());
            domain.ends_secs = Some(
                order
                    .ends_at
                    .map_or_else(|| plus_months(now.real_ms, 12) / 1000, |at| at.as_second()),
            );
            self.truth_mut(&name).domain = Some(domain);
        }
    }

    /// A domain order with a fresh id, not active yet.
    pub(crate) fn new_domain(&mut self, domain: &Arc<str>, customer_id: u64, created_secs: i64) -> DomainOrder {
        self.last_domain += 1;
        let id = 90_110_021 + self.last_domain;
        self.names.insert(id, Arc::clone(domain));
        DomainOrder::new(id, domain, customer_id, created_secs)
    }

    fn seed_order(&mut self, seed: &EmailSeed, now: Now) {
        let domain = Arc::<str>::from(seed.domain.to_ascii_lowercase());
        let mut order = self.new_order(&domain, seed.customer_id, seed.accounts, now.real_secs() - YEAR_SECS);
        if let Some(id) = seed.id {
            self.names.remove(&order.id);
            self.names.insert(id, Arc::clone(&domain));
            // Fresh numbers come after it.
            self.last_order = self.last_order.max(id.saturating_sub(FIRST_ORDER));
            order.id = id;
        }
        if let Some(at) = seed.created_at {
            order.created_secs = at.as_second();
        }
        let ends = seed
            .ends_at
            .map_or_else(|| plus_months(now.real_ms, 12) / 1000, |at| at.as_second());
        order.ends_secs = Some(ends);
        order.status = seed.status.clone().unwrap_or_else(|| "Active".to_owned());
        self.truth_mut(&domain).order = Some(order);
    }

    /// An order with a fresh id, not active yet.
    pub(crate) fn new_order(
        &mut self,
        domain: &Arc<str>,
        customer_id: u64,
        accounts: u64,
        created_secs: i64,
    ) -> EmailOrder {
        self.last_order += 1;
        let id = FIRST_ORDER + self.last_order;
        self.names.insert(id, Arc::clone(domain));
        EmailOrder {
            id,
            domain: Arc::clone(domain),
            customer_id,
            accounts,
            created_secs,
            ends_secs: None,
            status: "InActive".to_owned(),
            auto_renew: false,
        }
    }

    /// The number of the next action.
    pub(crate) fn next_eaq(&mut self, domain: &Arc<str>) -> u64 {
        self.last_eaq += 1;
        let eaq = 551_901_199 + self.last_eaq;
        self.names.insert(eaq, Arc::clone(domain));
        eaq
    }

    /// The number of the next invoice.
    pub(crate) fn next_invoice(&mut self) -> u64 {
        self.last_invoice += 1;
        66_010_054 + self.last_invoice
    }

    /// The domain an order or an action belongs to; their numbers are far apart.
    pub(crate) fn name_of(&self, id: u64) -> Option<Arc<str>> {
        self.names.get(&id).cloned()
    }

    /// Makes an order exist whose domain begins as one that shall, and lets time pass for it.
    pub(crate) fn settle(&mut self, name: &str, now: Now, charges: &mut Charges) {
        if !self.entries.contains_key(name)
            && let Some(auto) = self.auto.iter().find(|auto| name.starts_with(&auto.prefix))
        {
            let (customer_id, ends) = (auto.customer_id, plus_months(now.real_ms, auto.months) / 1000);
            let name = Arc::<str>::from(name);
            let mut order = self.new_order(&name, customer_id, 5, now.real_secs() - YEAR_SECS);
            order.ends_secs = Some(ends);
            order.status = "Active".to_owned();
            let mut domain = self.new_domain(&name, customer_id, now.real_secs() - YEAR_SECS);
            domain.ends_secs = Some(ends);
            domain.status = "Active".to_owned();
            self.entries.insert(
                name,
                Entry {
                    order: Some(order),
                    domain: Some(domain),
                    ..Entry::default()
                },
            );
            return;
        }
        if let Some(entry) = self.entries.get_mut(name) {
            pass_time(entry, &mut self.balance_cents, &self.settings, now, charges);
        }
    }

    /// Lets time pass for every domain.
    pub(crate) fn settle_all(&mut self, now: Now, charges: &mut Charges) {
        for entry in self.entries.values_mut() {
            pass_time(entry, &mut self.balance_cents, &self.settings, now, charges);
        }
    }

    /// What is true of a domain; settle it first.
    pub(crate) fn truth(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// As `truth`, to be changed.
    pub(crate) fn truth_mut(&mut self, name: &Arc<str>) -> &mut Entry {
        self.entries.entry(Arc::clone(name)).or_default()
    }

    /// What a read shows of a domain, which may lag behind the truth.
    pub(crate) fn seen(&self, name: &str, now: Now) -> Option<&Entry> {
        self.shadows.see(name, now, self.entries.get(name))
    }

    /// What reads show of all domains.
    pub(crate) fn all_seen(&self, now: Now) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter_map(move |(name, entry)| self.shadows.see(name, now, Some(entry)))
    }

    /// All domains and what is true of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        self.entries.iter()
    }
}
