//! What Name.com knows: accounts, sessions, domains with their zones and hosts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::seed::{NameComAccount, NameComAutoSeed, NameComDomainSeed, NameComSeed, NameComSettings, demo};
use super::wire;
use crate::clock::{Now, instant, plus_months, plus_years};
use crate::operation::Call;
use crate::shadow::Shadows;
use crate::world::NameComReport;

/// The roles of contacts.
pub(crate) const ROLES: [&str; 4] = ["registrant", "administrative", "billing", "technical"];

/// Milliseconds of a year that nobody counts exactly.
const YEAR_MS: i64 = 31_536_000_000;

/// A DNS record.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) content: String,
    pub(crate) ttl: u64,
    pub(crate) priority: Option<u64>,
    pub(crate) created_ms: i64,
}

/// A domain in an account.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) name: Arc<str>,
    pub(crate) username: String,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) locked: bool,
    pub(crate) nameservers: Vec<String>,
    /// By role; a role that is not here has the account's own contact.
    pub(crate) contacts: BTreeMap<String, Map<String, Value>>,
    /// When privacy ends.
    pub(crate) privacy_ms: Option<i64>,
    pub(crate) records: Vec<Record>,
    pub(crate) hosts: BTreeMap<String, Vec<String>>,
}

/// The provider.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) settings: NameComSettings,
    pub(crate) accounts: Vec<NameComAccount>,
    /// User names by session.
    pub(crate) sessions: HashMap<String, String>,
    pub(crate) taken: HashSet<String>,
    pub(crate) backorders: HashSet<String>,
    auto: Vec<NameComAutoSeed>,
    domains: HashMap<Arc<str>, Domain>,
    pub(crate) shadows: Shadows<Domain>,
    last_record: u64,
    last_session: u64,
}

impl State {
    /// Adds a seed.
    pub(crate) fn apply(&mut self, seed: &NameComSeed, now: Now) {
        if let Some(settings) = &seed.settings {
            self.settings = settings.clone();
        }
        for account in &seed.accounts {
            self.accounts.retain(|known| known.username != account.username);
            self.accounts.push(account.clone());
        }
        self.taken
            .extend(seed.taken.iter().map(|name| name.to_ascii_lowercase()));
        if let Some(auto) = &seed.auto_seed {
            self.auto.clone_from(auto);
        }
        for domain in &seed.domains {
            self.seed_domain(domain, now);
        }
    }

    fn seed_domain(&mut self, seed: &NameComDomainSeed, now: Now) {
        let created = seed.created_at.map_or(now.real_ms - YEAR_MS, |at| at.as_millisecond());
        let expires = seed
            .expires_at
            .map_or_else(|| plus_years(now.real_ms, 1), |at| at.as_millisecond());
        let name = Arc::<str>::from(seed.name.to_ascii_lowercase());
        let mut domain = Self::new_domain(&name, &seed.username, created, expires);
        domain.privacy_ms = seed.privacy_until.map(|at| at.as_millisecond());
        if !seed.nameservers.is_empty() {
            domain.nameservers.clone_from(&seed.nameservers);
        }
        self.domains.insert(name, domain);
    }

    pub(crate) fn new_domain(name: &Arc<str>, username: &str, created_ms: i64, expires_ms: i64) -> Domain {
        Domain {
            name: Arc::clone(name),
            username: username.to_owned(),
            created_ms,
            expires_ms,
            locked: true,
            nameservers: vec!["ns1.parked.example".to_owned(), "ns2.parked.example".to_owned()],
            contacts: BTreeMap::new(),
            privacy_ms: None,
            records: Vec::new(),
            hosts: BTreeMap::new(),
        }
    }

    /// Makes a name exist that begins as one that shall.
    pub(crate) fn settle(&mut self, name: &str, now: Now) {
        if self.domains.contains_key(name) {
            return;
        }
        let Some(auto) = self.auto.iter().find(|auto| name.starts_with(&auto.prefix)) else {
            return;
        };
        let expires = plus_months(now.real_ms, auto.months);
        let name = Arc::<str>::from(name);
        let domain = Self::new_domain(&name, &demo(), now.real_ms - YEAR_MS, expires);
        self.domains.insert(name, domain);
    }

    /// What is true of a name; settle it first.
    pub(crate) fn truth(&self, name: &str) -> Option<&Domain> {
        self.domains.get(name)
    }

    /// The domain, if it is this user's.
    pub(crate) fn owned_mut(&mut self, name: &str, username: &str) -> Option<&mut Domain> {
        self.domains.get_mut(name).filter(|domain| domain.username == username)
    }

    /// Adds a domain.
    pub(crate) fn insert(&mut self, domain: Domain) {
        self.domains.insert(Arc::clone(&domain.name), domain);
    }

    /// What a read shows of a name, which may lag behind the truth.
    pub(crate) fn seen(&self, name: &str, now: Now) -> Option<&Domain> {
        self.shadows.see(name, now, self.domains.get(name))
    }

    /// What reads show of a user's names.
    pub(crate) fn all_seen<'a>(&'a self, username: &'a str, now: Now) -> impl Iterator<Item = &'a Domain> {
        self.domains
            .iter()
            .filter_map(move |(name, domain)| self.shadows.see(name, now, Some(domain)))
            .filter(move |domain| domain.username == username)
    }

    /// The account that asks; the check before has excluded that there is none.
    pub(crate) fn account(&self, call: &Call) -> Option<&NameComAccount> {
        let username = match call.get("Api-Session-Token") {
            Some(session) => self.sessions.get(session)?,
            None => call.get("Api-Username")?,
        };
        self.accounts.iter().find(|account| account.username == username)
    }

    /// The user that asks.
    pub(crate) fn username(&self, call: &Call) -> String {
        self.account(call)
            .map(|account| account.username.clone())
            .unwrap_or_default()
    }

    /// Takes this much from a user's credit, if it is there.
    pub(crate) fn pay(&mut self, username: &str, cents: i64) -> bool {
        match self.accounts.iter_mut().find(|account| account.username == username) {
            Some(account) if account.credit_cents >= cents => {
                account.credit_cents -= cents;
                true
            }
            _ => false,
        }
    }

    /// A number for a record.
    pub(crate) fn next_record(&mut self) -> u64 {
        self.last_record += 1;
        550_020 + self.last_record
    }

    /// Opens a session.
    pub(crate) fn open_session(&mut self, username: &str) -> String {
        self.last_session += 1;
        let token = format!("{:040x}", 0x5e55_1011_u64 << 24 | self.last_session);
        self.sessions.insert(token.clone(), username.to_owned());
        token
    }

    /// What is true of all names.
    pub(crate) fn report(&self) -> Vec<NameComReport> {
        let mut domains: Vec<NameComReport> = self
            .domains
            .values()
            .map(|domain| NameComReport {
                name: domain.name.to_string(),
                username: domain.username.clone(),
                created_at: instant(domain.created_ms),
                expires_at: instant(domain.expires_ms),
                locked: domain.locked,
                nameservers: domain.nameservers.clone(),
                privacy_until: domain.privacy_ms.map(instant),
                records: domain.records.len() as u64,
                hosts: domain.hosts.keys().cloned().collect(),
            })
            .collect();
        domains.sort_by(|a, b| a.name.cmp(&b.name));
        domains
    }
}

impl Domain {
    /// Its contacts: each person once, with all the roles it has.
    pub(crate) fn people(&self) -> Vec<Value> {
        let own = wire::own_contact();
        let mut people: Vec<(&Map<String, Value>, Vec<&str>)> = Vec::new();
        for role in ROLES {
            let contact = self.contacts.get(role).unwrap_or(&own);
            match people.iter_mut().find(|(known, _)| *known == contact) {
                Some((_, roles)) => roles.push(role),
                None => people.push((contact, vec![role])),
            }
        }
        people
            .into_iter()
            .map(|(contact, roles)| {
                let mut contact = contact.clone();
                contact.insert("type".to_owned(), roles.into());
                Value::Object(contact)
            })
            .collect()
    }

    /// Sets the contacts that are mentioned; other roles keep theirs.
    pub(crate) fn set_contacts(&mut self, contacts: &Value) {
        for contact in contacts.as_array().into_iter().flatten().filter_map(Value::as_object) {
            let mut plain = contact.clone();
            let roles = plain.remove("type").unwrap_or_default();
            for role in roles.as_array().into_iter().flatten().filter_map(Value::as_str) {
                self.contacts.insert(role.to_owned(), plain.clone());
            }
        }
    }
}
