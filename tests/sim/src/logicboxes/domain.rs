//! Domain orders: what one is, and what time does to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::state::{Action, ActionKind, Entry, Wait};
use crate::clock::{Now, plus_years};
use crate::seed::LogicBoxesSettings;

/// A domain order.
#[derive(Debug, Clone)]
pub(crate) struct DomainOrder {
    pub(crate) id: u64,
    pub(crate) domain: Arc<str>,
    pub(crate) customer_id: u64,
    pub(crate) created_secs: i64,
    pub(crate) ends_secs: Option<i64>,
    pub(crate) status: String,
    pub(crate) auto_renew: bool,
    pub(crate) nameservers: Vec<String>,
    /// Registrant, admin, tech, billing; `-1` for none.
    pub(crate) contacts: [String; 4],
    pub(crate) privacy: bool,
    pub(crate) privacy_bought: bool,
    pub(crate) theft_protection: bool,
    pub(crate) children: BTreeMap<String, Vec<String>>,
    pub(crate) secret: String,
    /// When the name ended before its transfer.
    pub(crate) before_secs: Option<i64>,
    /// Privacy is bought along, once the order is done.
    pub(crate) wants_privacy: bool,
}

impl DomainOrder {
    pub(crate) fn new(id: u64, domain: &Arc<str>, customer_id: u64, created_secs: i64) -> Self {
        Self {
            id,
            domain: Arc::clone(domain),
            customer_id,
            created_secs,
            ends_secs: None,
            status: "InActive".to_owned(),
            auto_renew: false,
            nameservers: vec!["ns1.parked.example".to_owned(), "ns2.parked.example".to_owned()],
            contacts: std::array::from_fn(|_| "991".to_owned()),
            privacy: false,
            privacy_bought: false,
            theft_protection: true,
            children: BTreeMap::new(),
            secret: format!("Demo!Secret{}", id % 10),
            before_secs: None,
            wants_privacy: false,
        }
    }
}

/// Phrases of a running transfer.
pub(crate) const LOSING: &str = "Transfer waiting for Losing Registrar Approval";
pub(crate) const SECRET: &str = "Waiting for Domain-Secret";
const UNLOCK: &str = "Action waiting for domain to be unlocked";
const WHOIS: &str = "Could not fetch Current Administrative Contact Email Address";
const APPROVAL: &str = "Transfer waiting for Admin Contact Approval";
const STARTING: &str = "Trying to fetch Admin Contact Email Address";

/// What a paid transfer waits for, by its script.
pub(crate) fn start_transfer(action: &mut Action, settings: &LogicBoxesSettings, now: Now) {
    let after = |secs| Wait::Until(now.virtual_after(secs));
    let losing = action.after_secs.unwrap_or(settings.losing_registrar_secs);
    (action.wait, action.status, action.status_text, action.fails) = match action.script {
        Script::Good => (after(losing), "AdminApproved", LOSING, None),
        Script::Instant => (after(0), "AdminApproved", LOSING, None),
        Script::Starting => (after(losing), "PendingExecution", STARTING, None),
        Script::Rejected => (
            after(losing),
            "AdminApproved",
            LOSING,
            Some("Transfer rejected by the Losing Registrar"),
        ),
        Script::Cancelled => (
            after(losing),
            "AdminApproved",
            LOSING,
            Some("Transfer cancelled by the customer"),
        ),
        Script::WrongSecret => (Wait::Until(i64::MAX), "InvoicePaid", SECRET, None),
        Script::Locked => (
            after(settings.unlock_secs),
            "InvoicePaid",
            UNLOCK,
            Some("Transfer failed: the domain was not unlocked in time"),
        ),
        Script::Whois => (Wait::Until(i64::MAX), "InvoicePaid", WHOIS, None),
        Script::Approval => (
            after(losing),
            "RFASent",
            APPROVAL,
            Some("Transfer was not approved in time"),
        ),
    };
}

/// Somebody has done what a running transfer waits for (unlocked the name, shown the address, confirmed the mail): the
/// provider goes on by itself.
pub(crate) fn mend_transfer(entry: &mut Entry, settings: &LogicBoxesSettings, now: Now) {
    let running = |action: &&mut Action| {
        let waits_for_money = matches!(action.wait, Wait::Funds | Wait::Payment);
        action.kind == ActionKind::AddTransferDomain && action.is_current() && !waits_for_money
    };
    if let Some(action) = entry.actions.iter_mut().find(running) {
        action.script = Script::Good;
        start_transfer(action, settings, now);
    }
}

/// How a transfer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Good,
    Instant,
    Starting,
    Rejected,
    Cancelled,
    WrongSecret,
    Locked,
    Whois,
    Approval,
}

/// Carries a domain's action out.
pub(crate) fn carry_out(entry: &mut Entry, index: usize, now: Now) {
    let action = &entry.actions[index];
    let (kind, years, order_id) = (action.kind, action.months, action.order_id);
    let Some(order) = entry.domain.as_mut().filter(|order| order.id == order_id) else {
        return;
    };
    let later = |from_secs: i64| plus_years(from_secs.saturating_mul(1000), years) / 1000;
    match kind {
        ActionKind::AddNewDomain => {
            order.status = "Active".to_owned();
            order.ends_secs = Some(later(now.real_secs()));
        }
        ActionKind::AddTransferDomain => {
            let half_a_year = 182 * 86_400;
            order.status = "Active".to_owned();
            order.ends_secs = Some(later(order.before_secs.unwrap_or(now.real_secs() + half_a_year)));
        }
        ActionKind::RenewDomain => order.ends_secs = Some(later(order.ends_secs.unwrap_or(now.real_secs()))),
        ActionKind::RestoreDomain => order.status = "Active".to_owned(),
        ActionKind::PurchasePrivacy => (order.privacy, order.privacy_bought) = (true, true),
        _ => return,
    }
    if order.wants_privacy && kind != ActionKind::RestoreDomain {
        (order.privacy, order.privacy_bought, order.wants_privacy) = (true, true, false);
    }
}

/// Puts a domain order where only the search finds it.
pub(crate) fn bury(entry: &mut Entry) {
    if let Some(mut order) = entry.domain.take() {
        order.status = "Deleted".to_owned();
        entry.gone_domains.push(order);
    }
}
