//! LogicBoxes: a running transfer is mended in place, cancelled while it waits, and given up by the provider itself after
//! seven days of a lock or five without an approval.

use domorder_api_client::logicboxes::error::{CATALOGUE, Call, Class};
use domorder_api_client::logicboxes::stages::{STAGES, StageRow, row_of};
use domorder_api_client::provider::RejectionClass;

use super::*;

const YES: &str = "succeeded";
const BLOCKED: &str = "blocked/awaiting_losing_registrar";
const OFF: &str = "cancelled/cancelled_by_signal";

/// It goes on where it stands, and costs nothing more.
fn goes_on(name: &'static str) -> Course {
    course(name, BLOCKED, YES, "yes", (1, 0))
}

fn called_off() -> Course {
    course("cancel", OFF, OFF, "refund_due", (1, 1)).told("cancel", json!({}))
}

fn given_up(name: &'static str, stall: &'static str) -> Course {
    course(name, stall, "failed/provider_failed", "refund_due", (1, 1))
}

/// What it says by the simulator's script (fact sheet §10).
fn phrase(begins: &str) -> Option<&'static str> {
    Some(match begins {
        "badauth-" => "Waiting for Domain-Secret",
        "locked-" => "Action waiting for domain to be unlocked",
        "whois-" => "Could not fetch Current Administrative Contact Email Address",
        "approval-" => "Transfer waiting for Admin Contact Approval",
        "starting-" => "Trying to fetch Admin Contact Email Address",
        "good-" | "rejected-" | "cancelled-" => "Transfer waiting for Losing Registrar Approval",
        "refused-" => "transfer is prohibited",
        "sixty-" => "60 days",
        _ => return None,
    })
}

fn customers() -> Vec<Case> {
    let stalled = |begins, state, needs, ends_after, card, courses| Case {
        begins,
        cause: Cause::Script,
        phrase: phrase(begins),
        state,
        needs: Some(needs),
        waiting_on: "customer",
        charged: "yes",
        ends_after,
        next_look: NextLook::Soon,
        card,
        courses,
    };
    let (locked, approval) = ("action_required/domain_locked", "action_required/approval_pending");
    vec![
        stalled(
            "badauth-",
            "action_required/auth_code_invalid",
            "auth_code",
            14,
            "the running transfer takes it",
            vec![
                goes_on("code").told("auth-code", json!({"auth_code": GOOD_CODE})),
                goes_on("retry").mended().told("retry", json!({})),
                called_off(),
            ],
        ),
        stalled(
            "locked-",
            locked,
            "unlock",
            7,
            "The provider gives it up on",
            vec![
                goes_on("unlocked").mended(),
                goes_on("retry").mended().told("retry", json!({})),
                goes_on("check").mended().told("check-now", json!({})),
                called_off(),
                given_up("waited", locked),
            ],
        ),
        stalled(
            "whois-",
            "action_required/contact_invalid",
            "contact",
            14,
            "The provider does not accept the contact data.",
            vec![goes_on("retry").mended().told("retry", json!({})), called_off()],
        ),
        stalled(
            "approval-",
            approval,
            "approval",
            5,
            "A mail to the domain's contact waits to be confirmed.",
            vec![
                given_up("resend", approval).told("resend-approval", json!({})),
                goes_on("check").mended().told("check-now", json!({})),
                called_off(),
                given_up("waited", approval),
            ],
        ),
    ]
}

fn others() -> Vec<Case> {
    let moving = |begins, state, waiting_on, card, courses| Case {
        begins,
        cause: Cause::Script,
        phrase: phrase(begins),
        state,
        needs: None,
        waiting_on,
        charged: "yes",
        ends_after: 14,
        next_look: NextLook::Soon,
        card,
        courses,
    };
    let unplaced = |begins, state, needs, waiting_on, card, courses| Case {
        needs: Some(needs),
        charged: "no",
        next_look: NextLook::AtTheEnd,
        ..moving(begins, state, waiting_on, card, courses)
    };
    let first = || goes_on("retry").mended().told("retry", json!({}));
    let nothing_bought = || course("cancel", OFF, OFF, "no", (0, 0)).told("cancel", json!({}));
    let refused = "failed/transfer_refused";
    let cancelled = "cancelled/cancelled_at_provider";
    let check = || goes_on("check").told("check-now", json!({}));
    // Held by the provider itself: never sent again, and looked at until there is money.
    let held = |begins, words| Case {
        cause: Cause::Said(words),
        ..moving(
            begins,
            "parked/funds",
            "operator",
            "add money to the provider's account",
            vec![check(), called_off()],
        )
    };
    let code_refused = |begins, words| Case {
        cause: Cause::Refused(words),
        ..unplaced(
            begins,
            "action_required/auth_code_invalid",
            "auth_code",
            "customer",
            "The auth code is wrong, missing or expired.",
            vec![
                goes_on("code").told("auth-code", json!({"auth_code": GOOD_CODE})),
                first(),
                nothing_bought(),
            ],
        )
    };
    vec![
        held("said-in-", "Order Locked In Processing."),
        held("said-for-", "Order Locked for Processing, Please contact Support"),
        code_refused("denied-code-", "The auth code is wrong"),
        code_refused("denied-dash-", "Please submit the right auth-code"),
        code_refused("denied-secret-", "The domain secret is wrong"),
        code_refused("denied-hyphen-", "Please submit the right domain-secret"),
        moving(
            "cancelled-",
            BLOCKED,
            "losing_registrar",
            "The losing registrar has some days to let the name go.",
            vec![course("check", BLOCKED, cancelled, "refund_due", (1, 1)).told("check-now", json!({}))],
        ),
        moving(
            "starting-",
            "in_progress",
            "provider",
            "It was taken, and is looked after until it is done.",
            vec![
                course("check", "in_progress", YES, "yes", (1, 0)).told("check-now", json!({})),
                called_off(),
            ],
        ),
        moving(
            "good-",
            BLOCKED,
            "losing_registrar",
            "The losing registrar has some days to let the name go.",
            vec![goes_on("waited"), called_off()],
        ),
        moving(
            "rejected-",
            BLOCKED,
            "losing_registrar",
            "The losing registrar has some days to let the name go.",
            vec![course("check", BLOCKED, refused, "refund_due", (1, 1)).told("check-now", json!({}))],
        ),
        // Told at the call: nothing was placed.
        unplaced(
            "refused-",
            "action_required/domain_locked",
            "unlock",
            "customer",
            "The domain is locked at the losing registrar.",
            vec![first(), nothing_bought()],
        ),
        unplaced(
            "sixty-",
            "action_required/too_young",
            "decision",
            "operator",
            "usually 60 days have to pass",
            vec![first(), nothing_bought()],
        ),
    ]
}

#[tokio::test]
async fn every_stall_at_logicboxes_is_shown_remedied_by_each_way_in_and_ends() {
    let world = World::clinic().await;
    let cases: Vec<Case> = customers().into_iter().chain(others()).collect();
    walk(&world, "lb-main", &cases).await;
}

#[test]
fn every_phrase_of_a_transfer_has_its_case() {
    let cases: Vec<Case> = customers().into_iter().chain(others()).collect();
    let words: Vec<&str> = cases.iter().filter_map(Case::words).collect();
    let said = |row: &&StageRow| words.iter().any(|words| row_of(words) == Some(*row));
    let missing: Vec<_> = STAGES.iter().filter(|row| !said(row)).collect();
    assert!(missing.is_empty(), "no case says {missing:#?}");

    use RejectionClass as R;
    let asks = |class| {
        [R::AuthCode, R::Locked, R::TooYoung]
            .into_iter()
            .any(|asked| class == Class::Refused(asked))
    };
    let rows = CATALOGUE
        .iter()
        .filter(|row| row.place.covers(Call::Transfer) && asks(row.class));
    let refused = |fragment: &str| {
        let contains = |words: &&str| words.to_ascii_lowercase().contains(fragment);
        words.iter().any(contains)
    };
    let missing: Vec<_> = rows.filter(|row| !refused(row.fragment)).collect();
    assert!(missing.is_empty(), "no case is refused by {missing:#?}");
}

#[tokio::test]
async fn a_transfer_that_the_provider_holds_for_lack_of_funds_goes_on_with_money_and_is_never_sent_again() {
    let world = World::clinic().await;
    let balance = |cents: i64| serde_json::from_value(json!({"logicboxes": {"balance_cents": cents}})).unwrap();
    world.providers().seed(&balance(0));
    let document = |name: String| transfer_at("lb-main", &name);
    let names = |what: &str| Way::ALL.map(|way| format!("held-{what}-{}-example.com", way.word()));
    let goes_on = world.orders(names("check").map(document)).await;
    let ends = world.orders(names("cancel").map(document)).await;
    for view in world
        .until_all(&[goes_on.clone(), ends.clone()].concat(), "parked/funds")
        .await
    {
        assert_eq!(
            (&view["waiting_on"], &view["needs"]),
            (&json!("operator"), &Value::Null)
        );
        assert!(
            view["provider_order_id"].is_string() && view["next_check_at"].is_string(),
            "{view:#}"
        );
    }
    for (way, key) in Way::ALL.into_iter().zip(&ends) {
        let told = world
            .refused_by(way, key, "auth-code", &json!({"auth_code": GOOD_CODE}))
            .await;
        assert!(told.contains("holds the transfer for lack of funds"), "{told}");
        world.tell_by(way, key, "cancel", &json!({})).await;
    }
    world.until_all(&ends, "cancelled/cancelled_by_signal").await;
    world.providers().seed(&balance(1_000_000));
    for (way, key) in Way::ALL.into_iter().zip(&goes_on) {
        world.tell_by(way, key, "check-now", &json!({})).await;
    }
    for view in world.until_all(&goes_on, "blocked/awaiting_losing_registrar").await {
        assert_eq!(view["attempts"], 1);
    }
    world.providers().advance(6 * DAY);
    world.until_all(&goes_on, "succeeded").await;
    assert_eq!(
        world.providers().requests().calls("domains/transfer"),
        6,
        "each was sent once"
    );
}
