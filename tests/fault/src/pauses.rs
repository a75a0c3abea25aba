//! Laws of accounts that are paused, and of deadlines that pass meanwhile.

use domorder_jobs::machine::deadline_to_notice;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::Reason;

use crate::laws::Books;
use crate::ledger::{Claimed, Server};
use crate::plan::{MINUTE, Ms, Plan};
use crate::provider::{Fate, millis};

/// Within this time somebody notices a deadline, whatever befalls workers and their records meanwhile.
const NOTICED_WITHIN: Ms = 8 * MINUTE;

impl Books {
    /// Somebody, or refused credentials, pauses an account.
    pub(crate) fn pauses(&mut self, account: usize, t: Ms) {
        self.paused_since[account].get_or_insert(t);
    }

    /// Orders that were handed out of a paused account.
    pub(crate) fn claimed_paused(&mut self, claimed: &[Claimed]) {
        let fences = claimed.iter().map(|one| (one.id, one.row.fence));
        self.paused_claims.extend(fences);
    }

    /// The account goes on: whose deadline passed long ago was told so, though it was paused.
    pub(crate) fn resumes(&mut self, plan: &Plan, account: usize, t: Ms, server: &Server) {
        let since = self.paused_since[account].take();
        if since.is_none_or(|since| t - since < NOTICED_WITHIN) || self.clocks_jumped || !server.up {
            return;
        }
        for row in server.now.orders.values() {
            let of_account = plan
                .orders
                .iter()
                .any(|o| o.n == row.order && o.op.account() as usize == account);
            let over = deadline_to_notice(&row.rec).map_or(0, |at| server.clock(t) - millis(at));
            if of_account && over > NOTICED_WITHIN {
                let (order, state, over) = (row.order, row.rec.state, over / MINUTE);
                let what = format!("order {order}: {state} of a paused account, its deadline {over} minutes ago");
                return self.breaks("P4", what);
            }
        }
    }

    /// A deadline must not hide that a call may have had its effect.
    pub(crate) fn deadline_waits(&mut self, order: usize, old: &OrderRecord, new: &OrderRecord) {
        let passed = |record: &OrderRecord| record.reason == Some(Reason::DeadlinePassed);
        let hides = passed(new) && !passed(old) && !new.placed && !new.effect_possible();
        let mut ours = self.requests.iter().filter(|r| r.order == order);
        let stands = ours.any(|r| matches!(r.fate, Fate::Open | Fate::Effect));
        if hides && stands && self.set_back.contains(&order) {
            // No journal is asked for that: whoever decides does not hear of the call.
            self.unheard.insert(order);
        } else if hides && stands {
            let what =
                format!("order {order}: over by its deadline, and its call has had its effect or may have it yet");
            self.breaks("deadline", what);
        }
    }
}
