//! An order in hand, and its lease.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::lock;
use crate::ledger::{ClaimedOrder, Epoch};

/// This part of a lease is left over for recording what came of a call: 5 s of 90 s.
const MARGIN_PART: u32 = 18;

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
    /// How long it was taken for.
    lease: Duration,
    until: Mutex<Instant>,
    armed: AtomicBool,
    lost: AtomicBool,
    dues: Arc<Dues>,
}

impl Hold {
    /// A lease that was asked for at that instant.
    pub(super) fn new(id: String, fence: u64, asked_at: Instant, lease: Duration, dues: Arc<Dues>) -> Self {
        Self {
            id,
            fence,
            since: Instant::now(),
            lease,
            until: Mutex::new(asked_at + lease),
            armed: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            dues,
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

    /// The order was let go and wants to be looked at after this wait: the lane does not sleep past it.
    pub fn due_in(&self, wait: Duration) {
        self.dues.tell(Instant::now() + wait);
    }

    /// How much of the lease is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        lock(&self.until).saturating_duration_since(Instant::now())
    }

    /// Whether a call of this length fits into what is left, and recording what came of it after it.
    #[must_use]
    pub fn fits(&self, call: Duration) -> bool {
        !self.is_lost() && self.left() >= call + self.lease / MARGIN_PART
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

/// When orders are due that were in hand at the last claim: it saw the ends of their leases only, and one that is let go
/// for a moment would be looked at when the lane happens to come round.
#[derive(Debug, Default)]
pub(super) struct Dues {
    nearest: Mutex<Option<Instant>>,
    told: Notify,
}

impl Dues {
    pub(super) fn tell(&self, at: Instant) {
        let mut nearest = lock(&self.nearest);
        if nearest.is_none_or(|known| at < known) {
            *nearest = Some(at);
            self.told.notify_one();
        }
    }

    /// Before a claim, which sees all that was let go before it.
    pub(super) fn forget(&self) {
        *lock(&self.nearest) = None;
    }

    /// Returns at this instant, or when something is due that was told of meanwhile.
    pub(super) async fn sleep(&self, until: Instant) {
        loop {
            let at = lock(&self.nearest).map_or(until, |nearest| nearest.min(until));
            tokio::select! {
                () = tokio::time::sleep_until(at.into()) => return,
                () = self.told.notified() => {}
            }
        }
    }
}
