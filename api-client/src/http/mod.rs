//! The one door out.

/// The connection of one attempt.
#[derive(Debug)]
pub struct Visit {}

/// The delay before a retry.
#[must_use]
pub fn delay(attempt: u32, initial: std::time::Duration, max: std::time::Duration, jitter: f64) -> std::time::Duration {
    let _ = jitter;
    (initial * 2u32.saturating_pow(attempt.min(10))).min(max)
}
