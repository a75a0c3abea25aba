//! How many files this process may have open: each connection is one.

use domorder_config::Config;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What is open beside connections: standard streams, the journal, sockets to Redis, name look-ups, the runtime's own.
const BESIDE: u64 = 64;

/// The most that may be open at once by this configuration.
#[must_use]
pub fn needed(config: &Config) -> u64 {
    // An attempt has a connection of its own, and reads another.
    let accounts: u64 = config
        .accounts
        .values()
        .map(|account| 2 * u64::from(account.concurrency))
        .sum();
    let webhooks: u64 = config
        .webhooks
        .values()
        .map(|webhook| u64::from(webhook.in_flight))
        .sum();
    let clients = u64::from(config.http.connections);
    BESIDE
        .saturating_add(accounts)
        .saturating_add(webhooks)
        .saturating_add(clients)
}

/// The most that this process can have: its hard limit. `None` where the system does not tell.
#[must_use]
pub fn allowed() -> Option<u64> {
    getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(_, hard)| hard)
}

/// Takes what the system allows: the soft limit is mostly 1,024, for the sake of programs that use `select`. Warns where
/// even the hard one is too low.
pub fn raise(config: &Config) {
    let needed = needed(config);
    match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((soft, hard)) => {
            if soft < needed && soft < hard {
                // Where it fails, the limit stays what it was, and connections wait to be taken.
                let _ = setrlimit(Resource::RLIMIT_NOFILE, needed.min(hard), hard);
            }
            if hard < needed {
                tracing::warn!(
                    allowed = hard,
                    needed,
                    "too few files may be open: see `domorder doctor`"
                );
            }
        }
        Err(error) => tracing::debug!(%error, "the limit of open files is not known"),
    }
}
