//! Transfers: placed at once, then in the hands of the losing registrar, or stalled although they were paid for.

use serde_json::{Value, json};

use super::state::{Progress, Then, Transfer};
use super::{domains, wire};
use crate::clock::plus_years;
use crate::operation::{Answer, Call};
use crate::seed::{Scenario, SyncUnknown, TransferSeed};
use crate::world::World;

/// `TransferOrder`: charges unless it is refused outright.
pub(crate) fn order(world: &mut World, call: &Call) -> Answer {
    let (Some(name), Some(customer_id)) = (call.domain.clone(), call.number("Id")) else {
        return wire::refusal(400, "Invalid parameters");
    };
    world.cr.settle(&name, call.now, &mut world.charges);
    if !world.cr.clients.contains_key(&customer_id) {
        return wire::refusal(400, "Customer not found");
    }
    if !domains::supported(&world.cr.settings, &name) {
        return wire::refusal(400, "TLD is not supported");
    }
    if let Some(entry) = world.cr.truth(&name) {
        let progress = entry.transfer.as_ref().map(|transfer| transfer.progress);
        if matches!(progress, Some(Progress::Running { .. } | Progress::Stalled(_))) {
            return wire::refusal(400, "A transfer of this domain is already in progress");
        }
        if entry.domain.is_some() {
            return wire::refusal(400, "Domain already exists in this account");
        }
    }
    let plan = world.cr.plans.get(&*name);
    let scenario = scenario(plan, &name, call.text("AuthCode"));
    let (after_secs, before_ms) = (
        plan.and_then(|plan| plan.after_secs),
        plan.and_then(|plan| plan.expires_at),
    );
    if scenario == Scenario::Refused {
        return wire::refusal(400, "Domain is not eligible for transfer");
    }
    let cents = domains::price_of(&name, world.cr.settings.transfer_cents, 1);
    if !world.cr.pay(cents) {
        return wire::refusal(400, "Insufficient funds in reseller account");
    }
    let charge = world
        .charges
        .take(call, &name, cents, "transfer with 1 year".to_owned());
    let until = call
        .now
        .virtual_after(after_secs.unwrap_or(world.cr.settings.losing_registrar_secs));
    let running = |then| Progress::Running { until, then };
    let (progress, code, text) = match scenario {
        Scenario::Good | Scenario::Refused => (running(Then::LetGo), 200, SUBMITTED),
        Scenario::Rejected => (running(Then::Refused), 200, SUBMITTED),
        Scenario::Cancelled => (running(Then::Cancelled("cancelled")), 200, SUBMITTED),
        Scenario::Canceled => (running(Then::Cancelled("canceled")), 200, SUBMITTED),
        Scenario::Instant => (
            Progress::Running {
                until: call.now.virtual_ms,
                then: Then::LetGo,
            },
            200,
            SUBMITTED,
        ),
        Scenario::WrongAuthCode => (
            Progress::Stalled("Invalid Auth Code"),
            400,
            "Transfer could not start: invalid AuthCode",
        ),
        Scenario::Locked => (
            Progress::Stalled("Domain is locked at the losing registrar (clientTransferProhibited)"),
            400,
            "Transfer could not start: domain is locked (clientTransferProhibited)",
        ),
        Scenario::SixtyDays => (
            Progress::Stalled("Domain was registered or transferred within the last 60 days"),
            400,
            "Transfer could not start: domain was registered or transferred within the last 60 days",
        ),
    };
    let half_a_year_ms = 182 * 86_400_000;
    let before_ms = before_ms.map_or(call.now.real_ms + half_a_year_ms, |at| at.as_millisecond());
    let mut domain = world.cr.new_domain(&name, customer_id, call.now.real_ms);
    domain.status = "InActive".to_owned();
    domain.privacy = call.flag("IsWhoisProtection");
    let entry = world.cr.truth_mut(&name);
    entry.domain = Some(domain);
    entry.transfer = Some(Transfer {
        progress,
        charge,
        expires_ms: plus_years(before_ms, 1),
    });
    world.cr.settle(&name, call.now, &mut world.charges);
    let mut inner = json!({ "statusCode": code, "message": text });
    if world.cr.settings.nested_transfer_status {
        inner = json!({ "responseMsg": inner });
    }
    Answer::done(wire::envelope(200, "Transfer order placed", inner))
}

const SUBMITTED: &str = "Transfer request submitted, awaiting losing registrar";

/// `CancelTransfer`: only while it is stalled; gives the money back.
pub(crate) fn cancel(world: &mut World, call: &Call) -> Answer {
    let Some(name) = call.domain.clone() else {
        return wire::refusal(404, "Transfer not found");
    };
    world.cr.settle(&name, call.now, &mut world.charges);
    let entry = world.cr.truth_mut(&name);
    let is_this = entry
        .domain
        .as_ref()
        .is_some_and(|domain| call.number("id") == Some(domain.id));
    match &mut entry.transfer {
        Some(transfer) if is_this && matches!(transfer.progress, Progress::Stalled(_)) => {
            transfer.progress = Progress::Cancelled("cancelled");
            entry.domain = None;
            world.cr.balance_cents += {
                let charge = transfer.charge;
                world.charges.refund(charge, call.now)
            };
            Answer::done(wire::envelope(200, "Transfer cancelled", Value::Null))
        }
        Some(_) if is_this => wire::refusal(400, "Transfer cannot be cancelled in its current state"),
        _ => wire::refusal(404, "Transfer not found"),
    }
}

/// `syncTransfer`: where a transfer is; of a name registered here it says `failed`.
pub(crate) fn sync(world: &mut World, call: &Call) -> Answer {
    world.cr.settle(call.name(), call.now, &mut world.charges);
    let entry = world.cr.seen(call.name(), call.now);
    let transfer = entry.and_then(|entry| entry.transfer.as_ref());
    let (status, reason, expiry) = match transfer.map(|transfer| (transfer.progress, transfer.expires_ms)) {
        Some((Progress::Running { .. }, _)) => ("pending", Some("Waiting for losing registrar approval"), None),
        Some((Progress::Stalled(reason), _)) => ("pending", Some(reason), None),
        Some((Progress::Completed, expires)) => ("completed", None, Some(expires)),
        Some((Progress::Failed, _)) => ("failed", Some("Losing registrar rejected the transfer"), None),
        Some((Progress::Cancelled(word), _)) => (word, Some("Transfer cancelled"), None),
        None if entry.is_some_and(|entry| entry.domain.is_some()) => ("failed", None, None),
        None => {
            return match world.cr.settings.sync_unknown {
                SyncUnknown::NotFound => wire::refusal(404, "No transfer found for this domain"),
                SyncUnknown::ServerError => wire::crash(),
            };
        }
    };
    wire::success(json!({ "status": status, "reason": reason, "expiryDate": expiry }))
}

/// What happens: as planned for the name; else as its auth code or its name begins.
fn scenario(plan: Option<&TransferSeed>, name: &str, code: &str) -> Scenario {
    const PREFIXES: [(&str, Scenario); 8] = [
        ("badauth-", Scenario::WrongAuthCode),
        ("locked-", Scenario::Locked),
        ("sixty-", Scenario::SixtyDays),
        ("rejected-", Scenario::Rejected),
        ("cancelled-", Scenario::Cancelled),
        ("canceled-", Scenario::Canceled),
        ("refused-", Scenario::Refused),
        ("instant-", Scenario::Instant),
    ];
    let begins = |text: &str| {
        PREFIXES
            .iter()
            .find(|(prefix, _)| text.starts_with(prefix))
            .map(|(_, scenario)| *scenario)
    };
    let by_text = || match (begins(code), code.starts_with("good")) {
        (Some(scenario), _) => scenario,
        (None, true) => Scenario::Good,
        (None, false) => begins(name).unwrap_or(Scenario::Good),
    };
    let planned = plan.and_then(|plan| plan.scenario).unwrap_or_else(by_text);
    let is_right = match plan.and_then(|plan| plan.auth_code.as_deref()) {
        Some(right) => right == code,
        None => !code.starts_with("bad"),
    };
    if is_right || planned == Scenario::Refused {
        planned
    } else {
        Scenario::WrongAuthCode
    }
}
