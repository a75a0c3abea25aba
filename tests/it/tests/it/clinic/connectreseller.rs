//! ConnectReseller: a stalled transfer is cancelled and placed anew; one that moves cannot be called off.

use super::*;

const YES: &str = "succeeded";
const BLOCKED: &str = "blocked/awaiting_losing_registrar";
const OFF: &str = "cancelled/cancelled_by_signal";

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
    let blocked = |begins, courses| Case {
        begins,
        cause: Cause::Script,
        state: BLOCKED,
        needs: None,
        waiting_on: "losing_registrar",
        charged: "yes",
        ends_after: 14,
        next_look: NextLook::Soon,
        card: "The losing registrar has some days to let the name go.",
        courses,
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
        blocked(
            "good-",
            vec![
                first("waited"),
                course("check", BLOCKED, YES, "yes", (1, 0)).told("check-now", json!({})),
            ],
        ),
        blocked(
            "rejected-",
            vec![
                course("waited", BLOCKED, "failed/transfer_refused", "refund_due", (1, 1)),
                course("check", BLOCKED, "failed/transfer_refused", "refund_due", (1, 1)).told("check-now", json!({})),
            ],
        ),
        // `pending`, by the words of its reason, in any letter case.
        stalled(
            "said-code-",
            Cause::Said("INVALID AUTH CODE supplied"),
            "action_required/auth_code_invalid",
            "auth_code",
            "The auth code is wrong, missing or expired.",
            vec![course("check", BLOCKED, YES, "yes", (1, 0)).told("check-now", json!({}))],
        ),
        stalled(
            "said-lock-",
            Cause::Said("Registrar-Lock is on"),
            "action_required/domain_locked",
            "unlock",
            "The domain is locked at the losing registrar.",
            vec![course("check", BLOCKED, YES, "yes", (1, 0)).told("check-now", json!({}))],
        ),
        Case {
            needs: None,
            waiting_on: "operator",
            ..stalled(
                "said-funds-",
                Cause::Said("Insufficient funds, transfer on hold"),
                "parked/funds",
                "funds",
                "add money to the provider's account",
                vec![course("check", BLOCKED, YES, "yes", (1, 0)).told("check-now", json!({}))],
            )
        },
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
        unplaced(
            "denied-lock-",
            "Domain status clientTransferProhibited",
            "action_required/domain_locked",
            "unlock",
            "The domain is locked at the losing registrar.",
            vec![first("retry").told("retry", json!({})), nothing_bought()],
        ),
    ]
}

#[tokio::test]
async fn every_stall_at_connectreseller_is_shown_remedied_by_each_way_in_and_ends() {
    let world = World::clinic().await;
    walk(&world, "cr-main", &cases()).await;
}
