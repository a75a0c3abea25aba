//! Whether a list of the whole account shows an order unchanged, so that it need not be looked at by itself.

use std::time::Duration;

use domorder_jobs::machine::{Observation, stands_at};

use super::Visitor;
use crate::metrics as m;
use crate::survey::Waiting;

impl Visitor<'_> {
    /// A list's answer instead of a look, where it has one. Only the first step of a claim that came at its time and with
    /// no signal may have it; every other look is a single one, and so are those near the deadline, which may end in a
    /// state.
    pub(super) async fn listed(&mut self, may: bool) -> Option<Observation> {
        let listed = if may { self.unchanged().await } else { None };
        self.by_list = listed.is_some();
        listed
    }

    async fn unchanged(&self) -> Option<Observation> {
        let record = &self.written;
        let now = self.now();
        let (last, due) = (record.updated_at?, record.next_check_at?);
        let since = Duration::try_from(now.duration_since(last)).ok()?;
        let wait = Duration::try_from(due.duration_since(last)).ok()?;
        let margin = jiff::SignedDuration::try_from(wait.saturating_mul(2)).ok()?;
        let near_its_end = record
            .deadline_at
            .is_some_and(|deadline| deadline.duration_since(now) <= margin);
        if !self.claim.order.signals.is_empty() || now < due || near_its_end {
            return None;
        }
        let waiting = Waiting {
            operation: self.order.operation(),
            domain: self.purchase.as_ref()?.domain(),
            provider_order_id: record.provider_order_id.as_deref(),
            stage: stands_at(record)?,
            words: record.provider_message.as_deref(),
            since,
            wait,
            looks: record.looks,
            spread: self
                .claim
                .order
                .id
                .bytes()
                .fold(0, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))),
        };
        if !self.handler.surveyor.shows_unchanged(&waiting).await {
            return None;
        }
        m::polled_by_list(&self.order);
        Some(Observation::Listed)
    }
}
