//! Actions: what is asked of an order now is done to it some minutes later, and then filed away.

use std::sync::Arc;

use super::state::{Action, ActionKind, Entry, Wait};
use crate::charges::Charges;
use crate::clock::{Now, plus_months};
use crate::operation::Call;
use crate::world::World;

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
        cause: (call.operation, call.seq),
    };
    if call.get("invoice-option") == Some("OnlyAdd") {
        action.wait = Wait::Payment;
        action.status = "PendingExecution";
        action.status_text = "Invoice not yet paid.";
    } else {
        let delay = world.lb.settings.email_delay_secs;
        pay(
            &mut action,
            &mut world.lb.balance_cents,
            delay,
            call.now,
            &mut world.charges,
        );
    }
    world.lb.truth_mut(domain).actions.push(action.clone());
    action
}

/// Pays for an action if the money is there, else leaves it locked.
fn pay(action: &mut Action, balance_cents: &mut i64, delay_secs: u64, now: Now, charges: &mut Charges) {
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
    action.wait = Wait::Until(now.virtual_after(delay_secs));
    (action.status, action.status_text) = match action.kind {
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
pub(crate) fn pass_time(entry: &mut Entry, balance_cents: &mut i64, delay_secs: u64, now: Now, charges: &mut Charges) {
    for index in 0..entry.actions.len() {
        let action = &mut entry.actions[index];
        match action.wait {
            Wait::Funds => pay(action, balance_cents, delay_secs, now, charges),
            Wait::Until(due) if due <= now.virtual_ms => {
                action.wait = Wait::Over;
                action.completed_secs = Some(now.real_secs());
                if action.domain.starts_with("fail-") {
                    action.status = "Failed";
                    action.status_text = "Mail server refused the request";
                    *balance_cents += action.charge.map_or(0, |charge| charges.refund(charge, now));
                    if action.kind == ActionKind::Add {
                        bury(entry);
                    }
                } else {
                    action.status = "Success";
                    action.status_text = "Action completed successfully";
                    carry_out(entry, index, now);
                }
            }
            Wait::Until(_) | Wait::Payment | Wait::Over => {}
        }
    }
}

fn carry_out(entry: &mut Entry, index: usize, now: Now) {
    let action = &entry.actions[index];
    let (kind, months, accounts) = (action.kind, action.months, action.accounts);
    let Some(order) = &mut entry.order else { return };
    if order.id != action.order_id {
        return;
    }
    match kind {
        ActionKind::Add => {
            order.status = "Active".to_owned();
            order.ends_secs = Some(plus_months(now.real_ms, months) / 1000);
        }
        ActionKind::Renew => {
            let from = order.ends_secs.unwrap_or(now.real_secs());
            order.ends_secs = Some(plus_months(from.saturating_mul(1000), months) / 1000);
            order.accounts += accounts;
            order.status = "Active".to_owned();
        }
        ActionKind::AddAccounts => order.accounts += accounts,
        ActionKind::DeleteAccounts => order.accounts = order.accounts.saturating_sub(accounts).max(1),
        ActionKind::Del => bury(entry),
    }
}

/// Puts an order where only the search finds it.
fn bury(entry: &mut Entry) {
    if let Some(mut order) = entry.order.take() {
        order.status = "Deleted".to_owned();
        entry.gone.push(order);
    }
}
