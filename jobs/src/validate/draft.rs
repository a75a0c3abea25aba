//! A document without faults, on its way to an order.

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use ulid::Ulid;

use super::Known;
use super::content::Content;
use crate::catalogue::AccountFacts;
use crate::fingerprint::Fingerprint;
use crate::order::{Contact, IdempotencyKey, Order, OrderId};
use crate::seal::{KeyRing, SealError, same_secret};
use crate::state::{Kind, Priority};
use crate::trace::Trace;
use domorder_api_client::provider::Operation;

/// A valid document, normalised and with the account's defaults filled in: an order but for its id and the sealing of
/// its secret.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The order under a placeholder id, which [`Draft::seal`] replaces.
    order: Order,
    auth_code: Option<SecretString>,
    fingerprint: Fingerprint,
}

impl Draft {
    pub(super) fn new(idempotency_key: IdempotencyKey, head: &Known<'_>, content: Content) -> Self {
        let mut order = Order {
            id: OrderId::from_parts(0, Ulid::nil()),
            idempotency_key,
            kind: head.kind,
            action: head.action,
            account: head.account.to_owned(),
            domain: content.domain,
            years: content.years,
            nameservers: content.nameservers,
            customer: content.customer,
            contacts: content.contacts,
            privacy: content.privacy,
            auto_renew: content.auto_renew,
            auth_code: None,
            expected_expiry: content.expected_expiry,
            months: content.months,
            accounts: content.accounts,
            invoice: content.invoice,
            coupon: content.coupon,
            attributes: content.attributes,
            max_price: content.max_price,
            not_before: content.not_before,
            deadline: content.deadline,
            priority: content.priority.unwrap_or(Priority::Normal),
            metadata: content.metadata,
            trace: None,
        };
        // "No" is what leaving it out means, except where the account says otherwise.
        if order.auto_renew == Some(false) && head.facts.defaults.auto_renew != Some(true) {
            order.auto_renew = None;
        }
        let fingerprint = fingerprint(&order, content.auth_code.is_some());
        fill_in(&mut order, head.operation, head.facts);
        Self {
            order,
            auth_code: content.auth_code,
            fingerprint,
        }
    }

    /// The same in a trace, which is no part of its content.
    #[must_use]
    pub fn traced(mut self, trace: Option<Trace>) -> Self {
        self.order.trace = trace;
        self
    }

    /// The producer's name for it.
    #[must_use]
    pub const fn idempotency_key(&self) -> &IdempotencyKey {
        &self.order.idempotency_key
    }

    /// What is ordered.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.order.kind
    }

    /// What it asks of the provider.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.order.operation()
    }

    /// The account that buys.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.order.account
    }

    /// ASCII, lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.order.domain
    }

    /// When waiting ends.
    #[must_use]
    pub const fn deadline(&self) -> Option<Timestamp> {
        self.order.deadline
    }

    /// Digest of the document's own content.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The order under this id, its secret sealed to it.
    ///
    /// # Errors
    /// Where the secret cannot be sealed.
    pub fn seal(self, id: OrderId, ring: &KeyRing) -> Result<Order, SealError> {
        let auth_code = self
            .auth_code
            .as_ref()
            .map(|secret| ring.seal(id, secret))
            .transpose()?;
        Ok(Order {
            id,
            auth_code,
            ..self.order
        })
    }

    /// The order under a new id of its domain's shard.
    ///
    /// # Errors
    /// Where the secret cannot be sealed.
    pub fn seal_new(self, shards: u16, ring: &KeyRing) -> Result<Order, SealError> {
        let id = OrderId::new(self.domain(), shards);
        self.seal(id, ring)
    }

    /// Whether this is the same document again: the content of the stored order, by its fingerprint, and the same
    /// secret. A stored secret that no key opens any more counts as another one.
    #[must_use]
    pub fn is_replay_of(&self, stored: &Order, fingerprint: Fingerprint, ring: &KeyRing) -> bool {
        let secret = match (&self.auth_code, &stored.auth_code) {
            (None, None) => true,
            (Some(secret), Some(sealed)) => same_secret(sealed, stored.id, secret, ring),
            (None, Some(_)) | (Some(_), None) => false,
        };
        secret && fingerprint == self.fingerprint
    }
}

/// Of what the document itself says. The stored form leaves out what is empty or as usual, so that saying it and
/// leaving it out are one.
fn fingerprint(order: &Order, secret: bool) -> Fingerprint {
    let mut content = serde_json::to_value(order).expect("an order is strings, numbers and maps with string keys");
    if let Value::Object(map) = &mut content {
        map.remove("id");
        map.remove("idempotency_key");
        if secret {
            map.insert("auth_code".to_owned(), true.into());
        }
    }
    Fingerprint::of(&content)
}

/// Fills in what the document left to the account, so that a later change of the configuration changes no order.
fn fill_in(order: &mut Order, operation: Operation, facts: &AccountFacts) {
    let takes = facts.capabilities;
    let defaults = &facts.defaults;
    let new_name = matches!(operation, Operation::Register | Operation::Transfer);
    if takes.customers && (new_name || operation == Operation::EmailCreate) {
        order.customer = order.customer.take().or_else(|| facts.default_customer.clone());
    }
    // A transfer keeps the name servers it has, unless the document says otherwise.
    if operation == Operation::Register && order.nameservers.is_empty() {
        order.nameservers.clone_from(&facts.default_nameservers);
    }
    if new_name && takes.contact_ids {
        let id = |id: &Option<String>| id.clone().map(|id| Contact::Id { id });
        let contacts = &mut order.contacts;
        contacts.registrant = contacts.registrant.take().or_else(|| id(&defaults.registrant));
        contacts.admin = contacts.admin.take().or_else(|| id(&defaults.admin));
        contacts.tech = contacts.tech.take().or_else(|| id(&defaults.tech));
        contacts.billing = contacts.billing.take().or_else(|| id(&defaults.billing));
        // A role that is the registrant's anyway need not be said.
        for role in [&mut contacts.admin, &mut contacts.tech, &mut contacts.billing] {
            if *role == contacts.registrant {
                *role = None;
            }
        }
    }
    if new_name {
        let sold = facts
            .tld_rules
            .as_ref()
            .is_none_or(|rules| rules.privacy(&order.domain));
        order.privacy = order
            .privacy
            .or(defaults.privacy.filter(|wanted| !wanted || sold))
            .filter(|wanted| *wanted);
    }
    let renews = matches!(
        operation,
        Operation::Register | Operation::Renew | Operation::EmailCreate | Operation::EmailRenew
    );
    let auto_renew = order.auto_renew.or(defaults.auto_renew);
    order.auto_renew = auto_renew.filter(|wanted| *wanted && renews && takes.auto_renew);
    let invoiced = !matches!(operation, Operation::EmailRemoveAccounts | Operation::EmailDelete);
    if takes.invoice && invoiced {
        order.invoice = order.invoice.or(defaults.invoice);
    }
}
