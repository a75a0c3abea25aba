//! What ConnectReseller knows: domains and transfers by name, clients and contacts, money, accounts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::dns::Zone;
use super::forwarding::Forwarding;
use super::people::{Client, Contact, Person};
use crate::charges::Charges;
use crate::clock::{Now, plus_months, plus_years};
use crate::seed::{AutoSeed, ConnectResellerSeed, ConnectResellerSettings, DomainSeed, Reseller, TransferSeed};
use crate::shadow::Shadows;

/// A domain in the account, or on its way there.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) id: u64,
    pub(crate) website_id: u64,
    pub(crate) name: Arc<str>,
    pub(crate) customer_id: u64,
    /// Registrant, admin, technical, billing.
    pub(crate) contacts: [u64; 4],
    pub(crate) status: String,
    pub(crate) ordered_ms: i64,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    pub(crate) expires_ms: Option<i64>,
    pub(crate) nameservers: Vec<String>,
    pub(crate) auth_code: String,
    pub(crate) privacy: bool,
    pub(crate) locked: bool,
    pub(crate) theft_protected: bool,
    pub(crate) zone: Option<Zone>,
    /// Name servers below the domain, and their addresses.
    pub(crate) children: BTreeMap<String, String>,
    pub(crate) forwarding: Option<Forwarding>,
    /// The virtual moment the registry makes it active, and its expiry then.
    pub(crate) pending: Option<(i64, i64)>,
}

/// Where a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The losing registrar has the word until this virtual moment.
    Running {
        until: i64,
        then: Then,
    },
    /// It never started; the reason is shown by `syncTransfer`.
    Stalled(&'static str),
    Completed,
    Failed,
    /// As `syncTransfer` spells it.
    Cancelled(&'static str),
}

/// How a running transfer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    LetGo,
    Refused,
    Cancelled(&'static str),
}

/// A transfer that was placed.
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    pub(crate) progress: Progress,
    pub(crate) charge: u64,
    /// When the name ends once it is here.
    pub(crate) expires_ms: i64,
}

/// All that is known of a name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) domain: Option<Domain>,
    pub(crate) transfer: Option<Transfer>,
}

/// The provider.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) settings: ConnectResellerSettings,
    pub(crate) resellers: Vec<Reseller>,
    pub(crate) balance_cents: i64,
    pub(crate) clients: BTreeMap<u64, Client>,
    pub(crate) contacts: BTreeMap<u64, Contact>,
    pub(crate) plans: HashMap<String, TransferSeed>,
    pub(crate) taken: HashSet<String>,
    auto: Vec<AutoSeed>,
    entries: HashMap<Arc<str>, Entry>,
    names: HashMap<u64, Arc<str>>,
    websites: HashMap<u64, Arc<str>>,
    zones: HashMap<u64, Arc<str>>,
    pub(crate) shadows: Shadows<Entry>,
    last_id: u64,
}

impl State {
    /// Adds a seed.
    pub(crate) fn apply(&mut self, seed: &ConnectResellerSeed, now: Now) {
        if let Some(settings) = &seed.settings {
            self.settings = settings.clone();
        }
        for reseller in &seed.resellers {
            self.resellers.retain(|known| known.key != reseller.key);
            self.resellers.push(reseller.clone());
        }
        self.balance_cents = seed.balance_cents.unwrap_or(self.balance_cents);
        for id in &seed.customers {
            self.seed_client(*id);
        }
        self.taken
            .extend(seed.taken.iter().map(|name| name.to_ascii_lowercase()));
        if let Some(auto) = &seed.auto_seed {
            self.auto.clone_from(auto);
        }
        for plan in &seed.transfers {
            self.plans.insert(plan.name.to_ascii_lowercase(), plan.clone());
        }
        for domain in &seed.domains {
            self.seed_client(domain.customer_id);
            self.seed_domain(domain, now);
        }
    }

    /// A client of this number, who is nobody, if there is none.
    fn seed_client(&mut self, id: u64) {
        if !self.clients.contains_key(&id) {
            let contact = 30_000 + id % 10_000;
            self.put_client(id, contact, Person::nobody(id), format!("demo-Pass-{id}"));
        }
    }

    fn put_client(&mut self, id: u64, contact_id: u64, person: Person, password: String) {
        self.contacts.insert(contact_id, Contact::new(id, person.clone()));
        let client = Client {
            person,
            password,
            contact_id,
        };
        self.clients.insert(id, client);
    }

    /// Adds a client with a default contact of the same data; its number.
    pub(crate) fn new_client(&mut self, person: Person, password: String) -> u64 {
        let id = self.clients.last_key_value().map_or(5_512, |(last, _)| *last) + 1;
        let contact_id = self.next_contact_id();
        self.put_client(id, contact_id, person, password);
        id
    }

    /// Adds a contact; its number.
    pub(crate) fn new_contact(&mut self, client_id: u64, person: Person) -> u64 {
        let id = self.next_contact_id();
        self.contacts.insert(id, Contact::new(client_id, person));
        id
    }

    /// Above the numbers that seeded clients' contacts have.
    fn next_contact_id(&self) -> u64 {
        self.contacts.last_key_value().map_or(0, |(last, _)| *last).max(40_000) + 1
    }

    /// A number for a zone or a record, which is then known to belong to this name.
    pub(crate) fn new_zone_id(&mut self, name: &Arc<str>) -> u64 {
        self.last_id += 1;
        let id = 2_172 + self.last_id;
        self.zones.insert(id, Arc::clone(name));
        id
    }

    fn seed_domain(&mut self, seed: &DomainSeed, now: Now) {
        let created = seed
            .created_at
            .map_or_else(|| plus_years(now.real_ms, 0) - 31_536_000_000, |at| at.as_millisecond());
        let expires = seed
            .expires_at
            .map_or_else(|| plus_years(now.real_ms, 1), |at| at.as_millisecond());
        let name = Arc::<str>::from(seed.name.to_ascii_lowercase());
        let mut domain = self.new_domain(&name, seed.customer_id, created);
        domain.expires_ms = Some(expires);
        domain.status = seed.status.clone().unwrap_or_else(|| "Active".to_owned());
        domain.nameservers.clone_from(&seed.nameservers);
        self.entries.insert(
            name,
            Entry {
                domain: Some(domain),
                transfer: None,
            },
        );
    }

    /// A domain with fresh ids, active, without an expiry.
    pub(crate) fn new_domain(&mut self, name: &Arc<str>, customer_id: u64, created_ms: i64) -> Domain {
        self.last_id += 1;
        let id = 900_416 + self.last_id;
        self.names.insert(id, Arc::clone(name));
        let website_id = 771_203 + self.last_id;
        self.websites.insert(website_id, Arc::clone(name));
        let contact_id = self.clients.get(&customer_id).map_or(0, |client| client.contact_id);
        Domain {
            id,
            website_id,
            name: Arc::clone(name),
            customer_id,
            contacts: [contact_id; 4],
            status: "Active".to_owned(),
            ordered_ms: created_ms,
            created_ms,
            updated_ms: created_ms,
            expires_ms: None,
            nameservers: Vec::new(),
            auth_code: format!("demo-Auth-{id}"),
            privacy: false,
            locked: true,
            theft_protected: true,
            zone: None,
            children: BTreeMap::new(),
            forwarding: None,
            pending: None,
        }
    }

    /// The name an id belongs to.
    pub(crate) fn name_of(&self, id: u64) -> Option<Arc<str>> {
        self.names.get(&id).cloned()
    }

    /// The name a website's id belongs to.
    pub(crate) fn name_of_website(&self, id: u64) -> Option<Arc<str>> {
        self.websites.get(&id).cloned()
    }

    /// The name a zone's id belongs to.
    pub(crate) fn name_of_zone(&self, id: u64) -> Option<Arc<str>> {
        self.zones.get(&id).cloned()
    }

    /// Takes this much from the balance, if it is there.
    pub(crate) fn pay(&mut self, cents: i64) -> bool {
        let enough = self.balance_cents >= cents;
        if enough {
            self.balance_cents -= cents;
        }
        enough
    }

    /// Makes a name exist that begins as one that shall, and lets time pass for it.
    pub(crate) fn settle(&mut self, name: &str, now: Now, charges: &mut Charges) {
        if !self.entries.contains_key(name) {
            let Some(auto) = self.auto.iter().find(|auto| name.starts_with(&auto.prefix)) else {
                return;
            };
            let (customer_id, expires_ms) = (auto.customer_id, plus_months(now.real_ms, auto.months));
            let name = Arc::<str>::from(name);
            let mut domain = self.new_domain(&name, customer_id, now.real_ms - 31_536_000_000);
            domain.expires_ms = Some(expires_ms);
            domain.nameservers = vec!["ns1.parked.example".to_owned(), "ns2.parked.example".to_owned()];
            self.entries.insert(
                name,
                Entry {
                    domain: Some(domain),
                    transfer: None,
                },
            );
            return;
        }
        if let Some(entry) = self.entries.get_mut(name) {
            self.balance_cents += pass_time(entry, now, charges);
        }
    }

    /// Lets time pass for every name.
    pub(crate) fn settle_all(&mut self, now: Now, charges: &mut Charges) {
        for entry in self.entries.values_mut() {
            self.balance_cents += pass_time(entry, now, charges);
        }
    }

    /// What is true of a name; settle it first.
    pub(crate) fn truth(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// As `truth`, to be changed.
    pub(crate) fn truth_mut(&mut self, name: &Arc<str>) -> &mut Entry {
        self.entries.entry(Arc::clone(name)).or_default()
    }

    /// What a read shows of a name, which may lag behind the truth.
    pub(crate) fn seen(&self, name: &str, now: Now) -> Option<&Entry> {
        self.shadows.see(name, now, self.entries.get(name))
    }

    /// What reads show of all names.
    pub(crate) fn all_seen(&self, now: Now) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter_map(move |(name, entry)| self.shadows.see(name, now, Some(entry)))
    }

    /// All names and what is true of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        self.entries.iter()
    }

    /// The number of the account a key belongs to.
    pub(crate) fn reseller_id(&self, key: &str) -> u64 {
        self.resellers
            .iter()
            .find(|reseller| reseller.key == key)
            .map_or(0, |reseller| reseller.id)
    }
}

/// Lets due things happen; the money given back.
fn pass_time(entry: &mut Entry, now: Now, charges: &mut Charges) -> i64 {
    if let Some(domain) = &mut entry.domain
        && let Some((at, expires)) = domain.pending
        && at <= now.virtual_ms
    {
        domain.pending = None;
        domain.status = "Active".to_owned();
        domain.expires_ms = Some(expires);
    }
    let Some(transfer) = &mut entry.transfer else { return 0 };
    match transfer.progress {
        Progress::Running {
            until,
            then: Then::LetGo,
        } if until <= now.virtual_ms => {
            transfer.progress = Progress::Completed;
            if let Some(domain) = &mut entry.domain {
                domain.status = "Active".to_owned();
                domain.updated_ms = now.real_ms;
                domain.expires_ms = Some(transfer.expires_ms);
            }
            0
        }
        Progress::Running { until, then } if until <= now.virtual_ms => {
            transfer.progress = match then {
                Then::Cancelled(word) => Progress::Cancelled(word),
                Then::LetGo | Then::Refused => Progress::Failed,
            };
            entry.domain = None;
            charges.refund(transfer.charge, now)
        }
        Progress::Running { .. }
        | Progress::Stalled(_)
        | Progress::Completed
        | Progress::Failed
        | Progress::Cancelled(_) => 0,
    }
}

impl Progress {
    /// The word for it in the control interface.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running { .. } => "running",
            Self::Stalled(_) => "stalled",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled(_) => "cancelled",
        }
    }
}
