//! Looking economically: one list of the whole account answers many orders that wait.
//!
//! An order whose due look comes asks here first. Is there a list younger than half of its wait, and from after its last
//! record, that shows it unchanged, its due time is moved and nothing else happens. In every other case it is looked at
//! singly, as if there were no list: where it differs, where it is missing, where the list is old, failed, or would cost
//! more pages than looks. Whether it pays is learnt from those who asked in vain: a list is read once as many of them came
//! in the time it would have served as it has pages, so that at worst twice as much is spent as would have been best, and
//! three waiting orders cost what they always did.
//!
//! One task reads a list at a time; its pages keep to the account's rate, and those who want it wait for a moment only,
//! because they hold places that paid orders may need.

mod desk;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domorder_api_client::provider::{Listing, Operation, Provider, Stage, Tells, Trouble, TroubleKind};
use domorder_jobs::ledger::{Ledger, Rate};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use desk::{Answer, Desk, Looker};

use crate::metrics as m;

/// A list longer than this is never read: two hundred thousand rows are some six megabytes, and as much again while it is
/// read anew.
const PAGES_MAX: usize = 400;
/// How long an order waits, in hand, for a list that is being read.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// The lists of one account, as this process has read them.
pub struct Surveyor {
    account: String,
    provider: Arc<dyn Provider>,
    ledger: Ledger,
    rate: Option<Rate>,
    stopping: CancellationToken,
    desks: Mutex<HashMap<&'static str, Arc<Shared>>>,
}

/// An order that is due for a look.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// What it is.
    pub operation: Operation,
    /// The name.
    pub domain: &'a str,
    /// The provider's id of it.
    pub provider_order_id: Option<&'a str>,
    /// Where it stands.
    pub stage: Stage,
    /// The provider's words that are known of it.
    pub words: Option<&'a str>,
    /// Since its last record.
    pub since: Duration,
    /// How long it was to wait.
    pub wait: Duration,
    /// Looks in this state so far.
    pub looks: u32,
    /// Spreads single looks over orders that began together.
    pub spread: u32,
}

struct Shared {
    desk: Mutex<Desk>,
    /// Counts the readings that have ended.
    ended: watch::Sender<u64>,
}

impl Surveyor {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(
        account: &str,
        provider: Arc<dyn Provider>,
        ledger: Ledger,
        rate: Option<Rate>,
        stopping: CancellationToken,
    ) -> Self {
        Self {
            account: account.to_owned(),
            provider,
            ledger,
            rate,
            stopping,
            desks: Mutex::default(),
        }
    }

    /// Whether a list shows the order unchanged; if not, it is to be looked at singly.
    pub async fn shows_unchanged(self: &Arc<Self>, waiting: &Waiting<'_>) -> bool {
        let Some(listing) = self.provider.listing(waiting.operation) else {
            return false;
        };
        let Some(looker) = looker(waiting, &listing) else {
            return false;
        };
        let shared = self.shared(&listing);
        let mut ended = shared.ended.subscribe();
        let answer = lock(&shared.desk).ask(&looker, &listing, Instant::now());
        match answer {
            Answer::Unchanged => return true,
            Answer::LookYourself => return false,
            Answer::Wait => {}
            Answer::Read { looks } => {
                // A task of its own: the reading goes on for the others though this order's body ends.
                tokio::spawn(Arc::clone(self).read(Arc::clone(&shared), listing, waiting.operation, looks));
            }
        }
        let _ = tokio::time::timeout(WAIT_MAX, ended.changed()).await;
        lock(&shared.desk).says(&looker, &listing, Instant::now()) == Some(true)
    }

    fn shared(&self, listing: &Listing) -> Arc<Shared> {
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            Arc::new(Shared {
                desk: Mutex::new(Desk::new()),
                ended: watch::Sender::new(0),
            })
        };
        Arc::clone(desks.entry(listing.name).or_insert_with(new))
    }

    async fn read(self: Arc<Self>, shared: Arc<Shared>, listing: Listing, operation: Operation, looks: usize) {
        let result = match self.pages(&shared, &listing, operation, looks).await {
            Ok(true) => "read",
            Ok(false) => {
                lock(&shared.desk).leave();
                "left"
            }
            Err(trouble) => {
                tracing::warn!(
                    account = self.account,
                    list = listing.name,
                    why = trouble.detail,
                    "the list of what waits could not be read: each order is looked at singly"
                );
                lock(&shared.desk).fail(trouble.retry_after, Instant::now());
                "failed"
            }
        };
        m::survey_ended(&self.account, listing.name, result);
        shared.ended.send_modify(|readings| *readings += 1);
    }

    /// Reads page after page. `false`: it is left, because it is too long for so few looks or the process stops.
    async fn pages(
        &self,
        shared: &Shared,
        listing: &Listing,
        operation: Operation,
        looks: usize,
    ) -> Result<bool, Trouble> {
        let mut draft = lock(&shared.desk).draft(Instant::now());
        for page_no in 1..=PAGES_MAX {
            if !self.may_call().await? {
                return Ok(false);
            }
            let page = self
                .provider
                .list(operation, u32::try_from(page_no).unwrap_or(u32::MAX))
                .await?;
            let (total, came) = (usize::try_from(page.total).unwrap_or(usize::MAX), page.rows.len());
            if page_no == 1 {
                let pages = total.div_ceil(usize::try_from(listing.page_rows).unwrap_or(1).max(1));
                let worth = lock(&shared.desk).worth(pages, looks, Instant::now());
                if !worth || pages > PAGES_MAX {
                    return Ok(false);
                }
            }
            draft.add(page.rows);
            if draft.seen() >= total || (came == 0 && listing.tells == Tells::Standing) {
                tracing::debug!(
                    account = self.account,
                    list = listing.name,
                    page_no,
                    total,
                    "the list was read"
                );
                lock(&shared.desk).keep(draft, Instant::now());
                return Ok(true);
            }
            if came == 0 {
                break;
            }
        }
        // What is missing of a list of arrivals would look like a name that has not arrived.
        Err(Trouble {
            kind: TroubleKind::Garbled,
            detail: "the list is not complete".to_owned(),
            retry_after: None,
        })
    }

    /// Waits for a call's turn in the account's rate. `false`: the process stops.
    async fn may_call(&self) -> Result<bool, Trouble> {
        if let Some(rate) = self.rate {
            let wait = self
                .ledger
                .take_call(&self.account, rate)
                .await
                .map_err(|error| Trouble {
                    kind: TroubleKind::Unavailable,
                    detail: format!("the account's rate could not be asked for: {error}"),
                    retry_after: None,
                })?;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stopping.cancelled() => return Ok(false),
            }
        }
        Ok(!self.stopping.is_cancelled())
    }
}

/// The order as the list is asked about it; `None`: its turn to be looked at singly, or no list can tell of it.
fn looker<'a>(waiting: &Waiting<'a>, listing: &Listing) -> Option<Looker<'a>> {
    let its_turn = waiting
        .looks
        .wrapping_add(waiting.spread)
        .is_multiple_of(listing.singly_every.max(1));
    if waiting.looks < listing.singly_first || its_turn {
        return None;
    }
    let key = match listing.tells {
        Tells::Standing => waiting.provider_order_id?,
        // Why it stalls, and whether it still does, such a list cannot tell.
        Tells::Arrivals => match waiting.stage {
            Stage::Working | Stage::LosingRegistrar | Stage::Registry => waiting.domain,
            Stage::HeldForFunds
            | Stage::AuthCode
            | Stage::Locked
            | Stage::Approval
            | Stage::Contact
            | Stage::TooYoung
            | Stage::Stalled => return None,
        },
    };
    Some(Looker {
        key,
        stage: waiting.stage,
        words: waiting.words,
        since: waiting.since,
        age_max: waiting.wait / 2,
    })
}

fn lock(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}
