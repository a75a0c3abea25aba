//! ConnectReseller: a stalled transfer is cancelled and placed anew; one that moves cannot be called off.

use domorder_api_client::connectreseller::error::{Call, MESSAGES, Meaning, STALLS, row_of, stall_row_of};
use domorder_api_client::provider::RejectionClass;

use super::*;

const YES: &str = "succeeded";
const BLOCKED: &str = "blocked/awaiting_losing_registrar";
const OFF: &str = "cancelled/cancelled_by_signal";
/// Refusals for lack of money; nothing was placed.
const NO_FUNDS: [&str; 3] = ["Insufficient credit", "Please add funds", "Your balance is too low"];

/// Placed anew for what was mended: the first charge comes back, the second stands.
fn anew(name: &'static str) -> Course {
    course(name, BLOCKED, YES, "yes", (2, 1))
}

fn called_off() -> Course {
    course("cancel", OFF, OFF, "refund_due", (1, 1)).told("cancel", json!({}))
}

fn cases() -> Vec<Case> {
    let stalled = |begins, cause, state, needs, card, courses| Case {
        begins,
        cause,
        phrase: None,
        state,
        needs: Some(needs),
        waiting_on: if needs == "decision" { "operator" } else { "customer" },
        charged: "yes",
        ends_after: 14,
        next_look: if needs == "decision" {
            NextLook::Never
        } else {
            NextLook::Soon
        },
        card,
        courses,
    };
    // Refused at the call: nothing was placed, and the next attempt is the first that costs something.
    let unplaced = |begins, words, state, needs, card, courses| Case {
        charged: "no",
        next_look: NextLook::AtTheEnd,
        ..stalled(begins, Cause::Refused(words), state, needs, card, courses)
    };
    let first = |name| course(name, BLOCKED, YES, "yes", (1, 0));
    let nothing_bought = || course("cancel", OFF, OFF, "no", (0, 0)).told("cancel", json!({}));
    let new_code = || json!({"auth_code": GOOD_CODE});
    let blocked = |begins, cause, courses| Case {
        begins,
        cause,
        phrase: None,
        state: BLOCKED,
        needs: None,
        waiting_on: "losing_registrar",
        charged: "yes",
        ends_after: 14,
        next_look: NextLook::Soon,
        card: "The losing registrar has some days to let the name go.",
        courses,
    };
    // Said for a while, and over when it is looked at again.
    let check = || course("check", BLOCKED, YES, "yes", (1, 0)).told("check-now", json!({}));
    let said = |begins, words, state, needs, card| {
        let case = stalled(begins, Cause::Said(words), state, needs, card, vec![check()]);
        match needs {
            // By nobody but whoever pays.
            "funds" => Case {
                needs: None,
                waiting_on: "operator",
                ..case
            },
            _ => case,
        }
    };
    let (code, lock, young) = (
        "action_required/auth_code_invalid",
        "action_required/domain_locked",
        "action_required/too_young",
    );
    let (code_says, lock_says, young_says, funds_say) = (
        "The auth code is wrong, missing or expired.",
        "The domain is locked at the losing registrar.",
        "usually 60 days have to pass",
        "add money to the provider's account",
    );
    let ends = |name, end| course(name, BLOCKED, end, "refund_due", (1, 1));
    let over = |begins, end| {
        let courses = vec![ends("waited", end), ends("check", end).told("check-now", json!({}))];
        blocked(begins, Cause::Script, courses)
    };
    // What was said before anything was placed keeps nobody from placing it.
    let before = |begins, sync| blocked(begins, Cause::Before(sync), vec![first("waited"), check()]);
    let refused = |begins, words, state, needs, card| {
        let courses = vec![first("retry").told("retry", json!({})), nothing_bought()];
        unplaced(begins, words, state, needs, card, courses)
    };
    vec![
        stalled(
            "badauth-",
            Cause::Script,
            "action_required/auth_code_invalid",
            "auth_code",
            "The auth code is wrong, missing or expired.",
            vec![
                anew("code").told("auth-code", new_code()),
                // It was the right one: the losing registrar has it now, too.
                anew("retry").mended().told("retry", json!({})),
                called_off(),
            ],
        ),
        stalled(
            "locked-",
            Cause::Script,
            "action_required/domain_locked",
            "unlock",
            "The domain is locked at the losing registrar.",
            vec![anew("retry").mended().told("retry", json!({})), called_off()],
        ),
        stalled(
            "sixty-",
            Cause::Script,
            "action_required/too_young",
            "decision",
            "usually 60 days have to pass",
            vec![anew("retry").mended().told("retry", json!({})), called_off()],
        ),
        blocked("good-", Cause::Script, vec![first("waited"), check()]),
        over("rejected-", "failed/transfer_refused"),
        over("cancelled-", "cancelled/cancelled_at_provider"),
        over("canceled-", "cancelled/cancelled_at_provider"),
        // Asked for the transfer after its placing, it knows of none, or cannot tell. No end comes of either.
        Case {
            state: "in_progress",
            waiting_on: "provider",
            card: "It was taken, and is looked after until it is done.",
            ..blocked("after-404-", Cause::After(Sync::NotFound), vec![check()])
        },
        blocked("after-500-", Cause::After(Sync::ServerError), vec![check()]),
        // Before, of a name that was never transferred; or of a transfer of long ago.
        before("before-404-", Sync::NotFound),
        before("before-500-", Sync::ServerError),
        before("before-failed-", Sync::Status("failed")),
        before("before-cancelled-", Sync::Status("cancelled")),
        before("before-canceled-", Sync::Status("canceled")),
        // `pending`, by the words of its reason, in any letter case.
        said("said-code-", "INVALID AUTH CODE supplied", code, "auth_code", code_says),
        said(
            "said-info-",
            "Invalid authorization information",
            code,
            "auth_code",
            code_says,
        ),
        said("said-lock-", "Registrar-Lock is on", lock, "unlock", lock_says),
        said(
            "said-status-",
            "Status clientTransferProhibited",
            lock,
            "unlock",
            lock_says,
        ),
        said(
            "said-young-",
            "Transferred within 60 days",
            young,
            "decision",
            young_says,
        ),
        said(
            "said-funds-",
            "Insufficient credit, transfer on hold",
            "parked/funds",
            "funds",
            funds_say,
        ),
        said(
            "said-balance-",
            "Your balance is too low",
            "parked/funds",
            "funds",
            funds_say,
        ),
        said("said-fund-", "Waiting for funds", "parked/funds", "funds", funds_say),
        unplaced(
            "denied-code-",
            "Transfer failed: invalid AuthCode",
            "action_required/auth_code_invalid",
            "auth_code",
            "The auth code is wrong, missing or expired.",
            vec![
                first("code").told("auth-code", new_code()),
                first("retry").told("retry", json!({})),
                nothing_bought(),
            ],
        ),
        refused(
            "denied-auth-",
            "Transfer failed: invalid auth code",
            code,
            "auth_code",
            code_says,
        ),
        refused(
            "denied-lock-",
            "Domain status clientTransferProhibited",
            lock,
            "unlock",
            lock_says,
        ),
        refused("denied-locked-", "The domain is locked", lock, "unlock", lock_says),
        refused(
            "denied-60-",
            "Registered less than 60 days ago",
            young,
            "decision",
            young_says,
        ),
        refused("denied-rule-", "The 60-day rule applies", young, "decision", young_says),
    ]
}

#[tokio::test]
async fn every_stall_at_connectreseller_is_shown_remedied_by_each_way_in_and_ends() {
    let world = World::clinic().await;
    walk(&world, "cr-main", &cases()).await;
}

/// In a world of their own: one that is paid for lets the others go, as there is money.
#[tokio::test]
async fn transfers_refused_for_lack_of_money_wait_for_it_unplaced_and_are_paid_for_once() {
    let world = World::clinic().await;
    let mut keys = Vec::new();
    for (at, words) in NO_FUNDS.iter().enumerate() {
        for way in Way::ALL {
            let domain = format!("poor-{at}-{}-example.com", way.word());
            world.spoil("cr-main", &domain, Cause::Refused(words));
            keys.push((way, *words, world.order(transfer_at("cr-main", &domain)).await));
        }
    }
    for (_, words, key) in &keys {
        let view = world.until(key, "parked/funds").await;
        let told = ["waiting_on", "charged", "provider_message", "needs"].map(|field| view[field].clone());
        assert_eq!(
            told,
            [json!("operator"), json!("no"), json!(words), Value::Null],
            "{view:#}"
        );
        let card = world.run(&["orders", "show", key]).await.ended(0).out;
        assert!(card.contains("add money to the provider's account"), "{card}");
    }
    // Nothing was placed, so nothing is owed where it is called off.
    let (off, go): (Vec<_>, Vec<_>) = keys.into_iter().partition(|(_, words, _)| *words == NO_FUNDS[0]);
    for (way, _, key) in &off {
        world.tell_by(*way, key, "cancel", &json!({})).await;
        assert_eq!(world.until(key, OFF).await["charged"], "no");
    }
    // By the end of this, some may have gone by themselves.
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    world.until_it_rests().await;
    for (way, _, key) in &go {
        world.tell_by(*way, key, "retry", &json!({})).await;
    }
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    for (_, _, key) in &go {
        world.until(key, BLOCKED).await;
    }
    world.providers().advance(8 * DAY);
    for (_, _, key) in &go {
        let view = world.until(key, YES).await;
        assert_eq!(view["attempts"], 2, "{view:#}");
    }
    let charges = world.providers().charges();
    assert_eq!((charges.count, charges.refunds), (6, 0));
}

#[test]
fn every_word_for_a_stall_has_its_case() {
    let cases = cases();
    let said = |row: &&_| {
        cases.iter().any(|case| match case.cause {
            Cause::Said(words) => stall_row_of(words).is_some_and(|found| std::ptr::eq(found, *row)),
            _ => false,
        })
    };
    let missing: Vec<_> = STALLS.iter().filter(|row| !said(row)).collect();
    assert!(missing.is_empty(), "no case says {missing:#?}");
    let refusals = cases.iter().filter_map(|case| match case.cause {
        Cause::Refused(words) => Some(words),
        _ => None,
    });
    let refusals: Vec<&str> = refusals.chain(NO_FUNDS).collect();
    let refused = |row: &&_| {
        let is_met = |words: &&str| row_of(Call::Transfer, words).is_some_and(|found| std::ptr::eq(found, *row));
        refusals.iter().any(is_met)
    };
    use RejectionClass as R;
    let asks = |meaning| {
        let asking = [R::NoFunds, R::AuthCode, R::Locked, R::TooYoung];
        asking.into_iter().any(|class| meaning == Meaning::Rejected(class))
    };
    let rows = MESSAGES
        .iter()
        .filter(|row| row.on.contains(&Call::Transfer) && asks(row.meaning));
    let missing: Vec<_> = rows.filter(|row| !refused(row)).collect();
    assert!(missing.is_empty(), "no case is refused by {missing:#?}");
}
