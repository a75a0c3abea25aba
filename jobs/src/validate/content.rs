//! The fields of a document, one by one, with the account's rules about them.

use std::collections::BTreeMap;

use domorder_api_client::provider::{InvoiceOption, Operation};
use iso_currency::Currency;
use jiff::Timestamp;
use rust_decimal::Decimal;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::Head;
use super::contacts::contacts;
use super::fields::{Fields, found, mismatch};
use super::refusal::Faults;
use super::rules::unknown;
use crate::catalogue::{Capabilities, TldQuestion};
use crate::domain_name::{host, registrable};
use crate::order::{Contacts, MaxPrice};
use crate::state::Priority;

/// `metadata` and `attributes`, as JSON.
const MAP_BYTES_MAX: usize = 4096;

/// What a document holds beside its head; everything normalised, nothing filled in.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) domain: String,
    pub(super) years: Option<u8>,
    pub(super) nameservers: Vec<String>,
    pub(super) customer: Option<String>,
    pub(super) contacts: Contacts,
    pub(super) privacy: Option<bool>,
    pub(super) auto_renew: Option<bool>,
    pub(super) auth_code: Option<SecretString>,
    pub(super) expected_expiry: Option<Timestamp>,
    pub(super) months: Option<u16>,
    pub(super) accounts: Option<u32>,
    pub(super) invoice: Option<InvoiceOption>,
    pub(super) coupon: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) max_price: Option<MaxPrice>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) deadline: Option<Timestamp>,
    pub(super) priority: Option<Priority>,
    pub(super) metadata: BTreeMap<String, String>,
}

/// Reads every field that belongs here; `None` only where there is no domain to go by.
pub(super) fn read(map: &Map<String, Value>, head: &Head<'_>, faults: &mut Faults) -> Option<Content> {
    let mut reader = Reader {
        map,
        head,
        fields: Fields::new(map, "", faults),
    };
    let domain = reader.domain();
    let content = Content {
        domain: domain.clone().unwrap_or_default(),
        years: reader.on("years", |f, name| f.integer(name, 1..=10)),
        nameservers: reader.nameservers(),
        customer: reader.on("customer", |f, name| {
            f.token(name, "the provider's customer id as a string")
        }),
        contacts: reader.contacts(),
        privacy: reader.on("privacy", Fields::boolean),
        auto_renew: reader.on("auto_renew", Fields::boolean),
        auth_code: reader.on("auth_code", |f, name| f.secret(name).map(SecretString::from)),
        expected_expiry: reader.on("expected_expiry", Fields::date_or_time),
        months: reader.on("months", |f, name| f.integer(name, 1..=120)),
        accounts: reader.on("accounts", |f, name| f.integer(name, 1..=i64::from(u32::MAX))),
        invoice: reader.invoice(),
        coupon: reader.on("coupon", |f, name| f.token(name, "a coupon code")),
        attributes: reader
            .on("attributes", |f, n| f.string_map(n, MAP_BYTES_MAX))
            .unwrap_or_default(),
        max_price: reader.on("max_price", max_price),
        not_before: reader.on("not_before", Fields::time),
        deadline: reader.on("deadline", Fields::time),
        priority: reader.on("priority", |f, name| f.word(name, Priority::ALL)),
        metadata: reader
            .on("metadata", |f, n| f.string_map(n, MAP_BYTES_MAX))
            .unwrap_or_default(),
    };
    reader.required(domain.as_deref());
    reader.times(&content);
    reader.account_rules(&content, domain.as_deref());
    domain.map(|_| content)
}

struct Reader<'a, 'f> {
    map: &'a Map<String, Value>,
    head: &'a Head<'a>,
    fields: Fields<'a, 'f>,
}

impl<'a, 'f> Reader<'a, 'f> {
    /// Reads a field where it belongs.
    fn on<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'a, 'f>, &str) -> Option<T>) -> Option<T> {
        if self.head.takes(name) {
            read(&mut self.fields, name)
        } else {
            None
        }
    }

    fn capabilities(&self) -> Option<Capabilities> {
        self.head.account.map(|(_, facts)| facts.capabilities)
    }

    fn domain(&mut self) -> Option<String> {
        self.fields.require("domain", "expected a registrable domain name");
        let given = self.fields.text_if("domain", "a registrable domain name", |_| true)?;
        let sold = |suffix: &str| {
            self.head
                .account
                .is_some_and(|(_, facts)| facts.private_suffixes.contains(suffix))
        };
        match registrable(given, sold) {
            Ok(name) => Some(name),
            Err(fault) => {
                let found = found(&given.into());
                self.fields
                    .fault("domain", format!("expected a registrable domain name; {found} {fault}"));
                None
            }
        }
    }

    fn nameservers(&mut self) -> Vec<String> {
        let Some(list) = self.on("nameservers", Fields::list) else {
            return Vec::new();
        };
        let max = match (self.head.operation(), self.capabilities()) {
            (Some(Operation::Register), Some(takes)) => takes.nameservers_max,
            _ => 13,
        };
        if list.len() == 1 || list.len() > max {
            let detail = format!("expected none, or 2 to {max} host names, found {}", list.len());
            self.fields.fault("nameservers", detail);
        }
        let mut names: Vec<String> = Vec::new();
        for (at, value) in list.iter().enumerate() {
            let pointer = format!("/nameservers/{at}");
            let faults = &mut *self.fields.faults;
            match value.as_str().map(host) {
                None => faults.add(pointer, mismatch("a host name", value)),
                Some(Err(fault)) => faults.add(pointer, format!("expected a host name; {} {fault}", found(value))),
                Some(Ok(name)) => match names.iter().position(|other| *other == name) {
                    Some(first) => faults.add(pointer, format!("is the same as /nameservers/{first}")),
                    None => names.push(name),
                },
            }
        }
        names
    }

    fn contacts(&mut self) -> Contacts {
        let Some(map) = self.on("contacts", Fields::object) else {
            return Contacts::default();
        };
        contacts(map, self.capabilities().as_ref(), self.fields.faults)
    }

    fn invoice(&mut self) -> Option<InvoiceOption> {
        const WORDS: [InvoiceOption; 4] = [
            InvoiceOption::NoInvoice,
            InvoiceOption::PayInvoice,
            InvoiceOption::KeepInvoice,
            InvoiceOption::OnlyAdd,
        ];
        let known = |text: &str| WORDS.into_iter().find(|word| word.as_str() == text);
        let text = self.on("invoice", |f, name| {
            f.text_if(
                name,
                "one of `NoInvoice`, `PayInvoice`, `KeepInvoice`, `OnlyAdd`",
                |t| known(t).is_some(),
            )
        });
        text.and_then(known)
    }

    /// What the operation cannot do without, whoever sells it.
    fn required(&mut self, domain: Option<&str>) {
        let Some(operation) = self.head.operation() else { return };
        let fields = &mut self.fields;
        match operation {
            Operation::Register | Operation::Renew => fields.require("years", "expected a whole number from 1 to 10"),
            Operation::Transfer => {
                let rules = self.head.account.and_then(|(_, facts)| facts.tld_rules.as_deref());
                let needed = match (rules, domain) {
                    (Some(rules), Some(domain)) => rules.auth_code(domain),
                    _ => true,
                };
                if needed {
                    fields.require("auth_code", "a transfer needs the EPP secret");
                }
            }
            Operation::EmailCreate => {
                fields.require("months", "expected a whole number from 1 to 120");
                fields.require("accounts", "expected how many mailboxes");
            }
            Operation::EmailRenew => fields.require("months", "expected a whole number from 1 to 120"),
            Operation::EmailAddAccounts | Operation::EmailRemoveAccounts => {
                fields.require("accounts", "expected how many mailboxes");
            }
            Operation::EmailDelete => {}
        }
    }

    fn times(&mut self, content: &Content) {
        if let (Some(start), Some(end)) = (content.not_before, content.deadline)
            && end <= start
        {
            self.fields
                .fault("deadline", format!("must be after `not_before` ({start})"));
        }
    }

    /// What the account's provider demands, and what it does not take.
    fn account_rules(&mut self, content: &Content, domain: Option<&str>) {
        let (Some((account, facts)), Some(operation)) = (self.head.account, self.head.operation()) else {
            return;
        };
        let takes = facts.capabilities;
        let provider = &facts.provider;
        let faults = &mut *self.fields.faults;
        let mut refuse = |place: &[&str], here: bool, why: &str| {
            if here {
                faults.add(
                    format!("/{}", place.join("/")),
                    format!("account `{account}` ({provider}) {why}"),
                );
            }
        };
        let has = |name: &str| self.map.contains_key(name) && self.head.takes(name);
        let new_name = matches!(operation, Operation::Register | Operation::Transfer);

        refuse(
            &["max_price"],
            has("max_price") && !takes.quotes,
            "cannot be asked for a price before buying",
        );
        refuse(
            &["invoice"],
            has("invoice") && !takes.invoice,
            "takes no invoice option",
        );
        refuse(&["coupon"], has("coupon") && !takes.coupon, "takes no coupon");
        refuse(
            &["attributes"],
            has("attributes") && !takes.attributes,
            "takes no attributes",
        );
        refuse(&["customer"], has("customer") && !takes.customers, "has no customers");
        let years = operation == Operation::Transfer && has("years") && !takes.transfer_years;
        refuse(&["years"], years, "takes no term with a transfer; leave `years` out");
        let servers = operation == Operation::Transfer && !content.nameservers.is_empty();
        refuse(
            &["nameservers"],
            servers && !takes.transfer_nameservers,
            "takes no name servers with a transfer",
        );
        refuse(
            &["auto_renew"],
            content.auto_renew == Some(true) && !takes.auto_renew,
            "does not renew by its own means",
        );
        let contacts = !content.contacts.is_empty() && !takes.contact_ids && !takes.contact_profiles;
        refuse(&["contacts"], contacts, "takes no contacts with an order");

        let customer = new_name || operation == Operation::EmailCreate;
        let customer = customer && takes.customers && !self.map.contains_key("customer");
        refuse(
            &["customer"],
            customer && facts.default_customer.is_none(),
            "needs a customer and has no default one",
        );
        let registrant = self.map.get("contacts").and_then(|c| c.get("registrant")).is_none();
        let registrant = new_name && takes.contacts_required && registrant;
        let registrant = registrant && facts.defaults.registrant.is_none();
        // Named by the whole field where that is missing: then there is nothing inside it to point at.
        let place = if self.map.contains_key("contacts") {
            &["contacts", "registrant"][..]
        } else {
            &["contacts"]
        };
        refuse(place, registrant, "needs a registrant and has no default one");
        // An unreadable list was told already; an empty one is none.
        let none = self
            .map
            .get("nameservers")
            .is_none_or(|list| list.as_array().is_some_and(Vec::is_empty));
        let none = none && operation == Operation::Register && takes.nameservers_required;
        let too_few = facts.default_nameservers.len() < 2;
        refuse(
            &["nameservers"],
            none && too_few,
            "needs at least 2 name servers and has no default ones",
        );

        if let (Some(rules), Some(domain)) = (facts.tld_rules.as_deref(), domain) {
            let privacy = content.privacy == Some(true) && !rules.privacy(domain);
            refuse(&["privacy"], privacy, "sells no whois privacy under this TLD");
            let question = TldQuestion {
                operation,
                domain,
                years: content.years,
                attributes: &content.attributes,
                contacts: &content.contacts,
            };
            for fault in rules.faults(&question) {
                self.fields.faults.add(fault.pointer, fault.detail);
            }
        }
    }
}

fn max_price(fields: &mut Fields<'_, '_>, name: &str) -> Option<MaxPrice> {
    const FIELDS: [&str; 2] = ["amount", "currency"];
    let map = fields.object(name)?;
    let pointer = fields.pointer(name);
    let mut price = Fields::new(map, pointer, fields.faults);
    for field in map.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
        price.fault(field, unknown(field, FIELDS));
    }
    price.require("amount", "expected a decimal in a string, such as `\"12.50\"`");
    price.require("currency", "expected a currency code of ISO 4217");
    let amount = price.text_if("amount", "a decimal above 0 in a string, such as \"12.50\"", |t| {
        amount(t).is_some()
    });
    let code = |text: &str| Currency::from_code(text).filter(|_| text.len() == 3);
    let currency = price.text_if("currency", "a currency code of ISO 4217, such as \"USD\"", |t| {
        code(t).is_some()
    });
    Some(MaxPrice {
        amount: amount.and_then(self::amount)?,
        currency: currency.and_then(code)?,
    })
}

/// Digits with at most one point; the reader of decimals also takes underscores and signs.
fn amount(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit());
    let amount = Decimal::from_str_exact(text)
        .ok()
        .filter(|amount| plain && !amount.is_zero())?;
    Some(amount.normalize())
}
