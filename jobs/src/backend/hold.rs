//! An order in hand, and its lease.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::lock;
use crate::ledger::{ClaimedOrder, Epoch};

/// What the handler gets: an order under a lease.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The order as the ledger handed it out.
    pub order: Arc<ClaimedOrder>,
    /// The lease.
    pub hold: Arc<Hold>,
    /// The ledger's epoch and clock at the claim.
    pub epoch: Epoch,
    /// Redis' clock at the claim, milliseconds.
    pub claimed_at_ms: u64,
}

/// A lease in hand. While it is not armed it is extended by the lane.
#[derive(Debug)]
pub struct Hold {
    /// The order.
    pub id: String,
    /// Grows with every claim: records under an older one are refused.
    pub fence: u64,
    /// When the claim came back; the lease is counted from before it was asked for.
    pub since: Instant,
    until: Mutex<Instant>,
    armed: AtomicBool,
    lost: AtomicBool,
}

impl Hold {
    pub(super) fn new(id: String, fence: u64, until: Instant) -> Self {
        Self {
            id,
            fence,
            since: Instant::now(),
            until: Mutex::new(until),
            armed: AtomicBool::new(false),
            lost: AtomicBool::new(false),
        }
    }

    pub(super) fn extended_to(&self, until: Instant) {
        *lock(&self.until) = until;
    }

    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
    }

    pub(super) fn is_armed(&self) -> bool {
        self.armed.load(Ordering::Acquire)
    }

    /// How much of the lease is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        lock(&self.until).saturating_duration_since(Instant::now())
    }

    /// From now on the lease is not extended: a paid call has to fit into what is left.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::Release);
    }

    /// The paid call is over: extend again.
    pub fn disarm(&self) {
        self.armed.store(false, Ordering::Release);
    }

    /// Somebody else has the order now.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}
