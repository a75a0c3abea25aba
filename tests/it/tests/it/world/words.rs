//! The contract's table of steps (§3): what may follow on what.

/// Whether the contract lets an order go from one state to another; staying is no step.
pub(super) fn may_follow(from: &str, to: &str) -> bool {
    const WAITING: [&str; 3] = ["in_progress", "blocked", "action_required"];
    match from {
        "queued" => matches!(
            to,
            "dispatching" | "parked" | "action_required" | "in_progress" | "succeeded" | "failed" | "cancelled"
        ),
        "parked" => matches!(
            to,
            "queued" | "in_progress" | "action_required" | "succeeded" | "failed" | "cancelled"
        ),
        "dispatching" => {
            WAITING.contains(&to) || matches!(to, "unknown_outcome" | "parked" | "queued" | "succeeded" | "failed")
        }
        "unknown_outcome" => WAITING.contains(&to) || matches!(to, "parked" | "queued" | "succeeded" | "failed"),
        "in_progress" | "blocked" | "action_required" => {
            WAITING.contains(&to) || matches!(to, "parked" | "queued" | "succeeded" | "failed" | "cancelled")
        }
        _ => false,
    }
}

/// Whether a state is final.
pub(super) fn is_final(state: &str) -> bool {
    matches!(state, "succeeded" | "failed" | "cancelled")
}
