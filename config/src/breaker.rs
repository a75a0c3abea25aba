//! `[breaker]`: when an account stops buying, and when it stops looking so often.

use std::time::Duration;

use crate::error::Fault;
use crate::settings::Settings;
use crate::timing::longer;

/// `[breaker]`, for each account by itself, counted over all replicas.
#[derive(Debug, Clone)]
pub struct Breaker {
    /// So many paid calls in a row whose outcome is not known stop the account's paid calls.
    pub unknowns: u32,
    /// The first pause; each failed trial doubles it.
    pub pause: Duration,
    /// The longest pause.
    pub pause_max: Duration,
    /// So many looks in a row without a readable answer space the account's looks.
    pub failed_looks: u32,
    /// At most one look in this time, then; each one that fails doubles it.
    pub look_pause: Duration,
    /// The longest time between two looks.
    pub look_pause_max: Duration,
}

pub(crate) fn breaker(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Breaker> {
    longer(settings, "breaker.pause_max", "breaker.pause", faults);
    longer(settings, "breaker.look_pause_max", "breaker.look_pause", faults);
    Some(Breaker {
        unknowns: settings.get("breaker.unknowns")?,
        pause: settings.get("breaker.pause")?,
        pause_max: settings.get("breaker.pause_max")?,
        failed_looks: settings.get("breaker.failed_looks")?,
        look_pause: settings.get("breaker.look_pause")?,
        look_pause_max: settings.get("breaker.look_pause_max")?,
    })
}
