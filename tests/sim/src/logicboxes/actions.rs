//! Actions: what is asked of an order now is done to it some minutes later, and then filed away.

use std::sync::Arc;

use super::domain::{self, Script};
use super::state::{Action, ActionKind, DOMAIN_TYPE, Entry, Wait};
use crate::charges::Charges;
use crate::clock::{Now, plus_months};
use crate::operation::Call;
use crate::seed::LogicBoxesSettings;
use crate::world::World;

/// Names beginning so have customers who pay their invoices, some minutes later.
const PAYERS: &str = "payer-";

/// What is wanted of an order.
pub(crate) struct Wanted {
    pub(crate) kind: ActionKind,
    pub(crate) order_id: u64,
    pub(crate) months: u64,
    pub(crate) accounts: u64,
    pub(crate) cents: i64,
    pub(crate) about: String,
}

/// Takes an action on: charges for it, or locks it for want of money, and says when it is due.
pub(crate) fn begin(world: &mut World, call: &Call, domain: &Arc<str>, wanted: Wanted) -> Action {
    begin_scripted(world, call, domain, wanted, Script::Good, None)
}

/// The same for a transfer, which goes as its script says.
pub(crate) fn begin_scripted(
    world: &mut World,
    call: &Call,
    domain: &Arc<str>,
    wanted: Wanted,
    script: Script,
    after_secs: Option<u64>,
) -> Action {
    let eaq = world.lb.next_eaq(domain);
    let mut action = Action {
        eaq,
        order_id: wanted.order_id,
        domain: Arc::clone(domain),
        kind: wanted.kind,
        months: wanted.months,
        accounts: wanted.accounts,
        cents: wanted.cents,
        status: "InvoicePaid",
        status_text: "",
        about: wanted.about,
        added_secs: call.now.real_secs(),
        completed_secs: None,
        wait: Wait::Funds,
        charge: None,
        fails: None,
        script,
        after_secs,
        cause: (call.operation, call.seq),
    };
    let on_payment = match call.get("invoice-option") {
        Some("OnlyAdd") => true,
        // Nobody's debit account covers an invoice here. Email orders go on all the same, as was seen.
        Some("PayInvoice") => action.kind.entity_type() == DOMAIN_TYPE,
        _ => false,
    };
    if on_payment {
        action.wait = Wait::Payment;
        action.status = "PendingExecution";
        action.status_text = "Invoice not yet paid.";
    } else {
        let settings = &world.lb.settings;
        pay(
            &mut action,
            &mut world.lb.balance_cents,
            settings,
            call.now,
            &mut world.charges,
        );
    }
    world.lb.truth_mut(domain).actions.push(action);
    world.lb.settle(domain, call.now, &mut world.charges);
    let actions = &world.lb.truth_mut(domain).actions;
    actions[actions.len() - 1].clone()
}

/// Pays for an action if the money is there, else leaves it locked.
fn pay(action: &mut Action, balance_cents: &mut i64, settings: &LogicBoxesSettings, now: Now, charges: &mut Charges) {
    if *balance_cents < action.cents {
        (action.status, action.status_text) = ("InvoicePaid", "Order Locked In Processing.");
        return;
    }
    *balance_cents -= action.cents;
    if action.cents > 0 {
        let (operation, seq) = action.cause;
        let effect = action.about.clone();
        action.charge = Some(charges.post(operation, seq, now, &action.domain, action.cents, effect));
    }
    let delay_secs = match action.kind {
        ActionKind::Add
        | ActionKind::Renew
        | ActionKind::AddAccounts
        | ActionKind::DeleteAccounts
        | ActionKind::Del => settings.email_delay_secs,
        ActionKind::AddTransferDomain => return domain::start_transfer(action, settings, now),
        ActionKind::AddNewDomain if action.domain.starts_with("pending-") => settings.registry_pending_secs,
        _ => settings.domain_delay_secs,
    };
    action.wait = Wait::Until(now.virtual_after(delay_secs));
    (action.status, action.status_text) = match action.kind {
        ActionKind::AddNewDomain
        | ActionKind::AddTransferDomain
        | ActionKind::RenewDomain
        | ActionKind::RestoreDomain
        | ActionKind::PurchasePrivacy
        | ActionKind::Domain(_) => ("PendingExecution", "The action is pending execution"),
        ActionKind::Add => (
            "PendingExecution",
            "Your order will be processed automatically in 5 to 10 minutes.",
        ),
        ActionKind::Renew => (
            "InvoicePaid",
            "Your order will be processed automatically in 5 to 10 minutes.",
        ),
        ActionKind::AddAccounts => ("InvoicePaid", "Request will be processed in some time."),
        ActionKind::DeleteAccounts | ActionKind::Del => ("ExecutionStarted", "Request will be processed in some time."),
    };
}

/// Carries out what is due, and takes up what money has come for.
pub(crate) fn pass_time(
    entry: &mut Entry,
    balance_cents: &mut i64,
    settings: &LogicBoxesSettings,
    now: Now,
    charges: &mut Charges,
) {
    for index in 0..entry.actions.len() {
        let action = &mut entry.actions[index];
        if action.wait == Wait::Payment && action.domain.starts_with(PAYERS) {
            action.wait = Wait::Funds;
        }
        if action.wait == Wait::Funds {
            pay(action, balance_cents, settings, now, charges);
        }
        let Wait::Until(due) = action.wait else { continue };
        if due > now.virtual_ms {
            continue;
        }
        action.wait = Wait::Over;
        action.completed_secs = Some(now.real_secs());
        let refused = if action.kind.entity_type() == DOMAIN_TYPE {
            "Registry refused the request"
        } else {
            "Mail server refused the request"
        };
        let broken = action.domain.starts_with("fail-").then_some(refused);
        match action.fails.or(broken) {
            Some(reason) => {
                action.status = "Failed";
                action.status_text = reason;
                *balance_cents += action.charge.map_or(0, |charge| charges.refund(charge, now));
                match action.kind {
                    ActionKind::Add => bury(entry),
                    ActionKind::AddNewDomain | ActionKind::AddTransferDomain => domain::bury(entry),
                    _ => {}
                }
            }
            None => {
                action.status = "Success";
                action.status_text = match action.kind {
                    ActionKind::AddNewDomain => "Domain registration Completed Successfully",
                    ActionKind::AddTransferDomain => "Domain Transfer Success",
                    ActionKind::RenewDomain => "Domain renewed successfully.",
                    _ => "Action completed successfully",
                };
                carry_out(entry, index, now);
            }
        }
    }
}

fn carry_out(entry: &mut Entry, index: usize, now: Now) {
    let action = &entry.actions[index];
    let (kind, months, accounts) = (action.kind, action.months, action.accounts);
    if kind.entity_type() == DOMAIN_TYPE {
        return domain::carry_out(entry, index, now);
    }
    let Some(order) = &mut entry.order else { return };
    if order.id != action.order_id {
        return;
    }
    match kind {
        ActionKind::Renew => {
            let from = order.ends_secs.unwrap_or(now.real_secs());
            order.ends_secs = Some(plus_months(from.saturating_mul(1000), months) / 1000);
            order.accounts += accounts;
            order.status = "Active".to_owned();
        }
        ActionKind::AddAccounts => order.accounts += accounts,
        ActionKind::DeleteAccounts => order.accounts = order.accounts.saturating_sub(accounts).max(1),
        ActionKind::Del => bury(entry),
        _ => {
            order.status = "Active".to_owned();
            order.ends_secs = Some(plus_months(now.real_ms, months) / 1000);
        }
    }
}

/// Ends an action before it is done, and gives its money back.
pub(crate) fn end(
    entry: &mut Entry,
    index: usize,
    balance_cents: &mut i64,
    why: &'static str,
    now: Now,
    charges: &mut Charges,
) {
    let action = &mut entry.actions[index];
    action.wait = Wait::Over;
    action.completed_secs = Some(now.real_secs());
    (action.status, action.status_text) = ("Failed", why);
    *balance_cents += action.charge.map_or(0, |charge| charges.refund(charge, now));
}

/// Puts an order where only the search finds it.
fn bury(entry: &mut Entry) {
    if let Some(mut order) = entry.order.take() {
        order.status = "Deleted".to_owned();
        entry.gone.push(order);
    }
}
