//! A journal of paid calls on this machine's disk: evidence for when the ledger has lost an order.
//!
//! 1. After the intent stands in the ledger, and before the call is armed, it is appended here and written through;
//!    what cannot be written is not sent.
//! 2. What the answer came to is appended as well, at once and without waiting: evidence that outlives a ledger which
//!    refuses the record or is gone.
//! 3. Before an order is looked at to be bought, it is looked up here, by its idempotency key and by what it buys. An
//!    intent that is younger than the order's own was lost by the ledger (a failover, a flush, a restart without a
//!    disk): it is put back, and found out by reading.
//!
//! The files (segments) are only ever appended to, by one process each, which holds a lock on the one it writes; each
//! line has a checksum. All workers of a machine share the folder and read each other's. Bounded: segments that are
//! older than the configured time go, and the oldest first beyond [`BYTES_MAX`]. No secret comes in: no auth code, no
//! contact. What it does not do: put anything into the ledger by itself, or tell other machines.

mod entry;
mod folder;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use domorder_jobs::machine::Recalled;
use tokio::sync::oneshot;

pub use entry::{CameTo, Kept, Subject};

use entry::Line;
use folder::Folder;
use writer::{Job, Writer};

/// All segments together.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The journal could not do its part; nothing may be bought on it.
#[derive(Debug, thiserror::Error)]
#[error("the journal in {folder} cannot be {what}: {why}; mend the disk or its rights, or set redis.journal = \"off\"")]
pub struct JournalError {
    folder: String,
    what: &'static str,
    why: String,
}

/// The journal of this process. Ends, with its thread, when it is dropped.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    folder: Arc<Mutex<Folder>>,
    jobs: mpsc::Sender<Job>,
}

impl Journal {
    /// Opens the folder (made if it is not there), reads what is there, and starts a segment of its own.
    ///
    /// # Errors
    /// Where the folder cannot be read or written.
    pub fn open(path: &Path, keep: Duration, instance: &str) -> Result<Self, JournalError> {
        let failed = |what| move |error: std::io::Error| unusable(path, what, &error.to_string());
        let mut folder = Folder::open(path, keep).map_err(failed("read"))?;
        folder.tidy();
        let folder = Arc::new(Mutex::new(folder));
        let writer = Writer::start(path, Arc::clone(&folder), instance).map_err(failed("written"))?;
        let (jobs, queue) = mpsc::channel();
        std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(&queue))
            .map_err(failed("written"))?;
        Ok(Self {
            path: path.to_owned(),
            folder,
            jobs,
        })
    }

    /// Keeps an intent; returns when it is on the disk.
    ///
    /// # Errors
    /// Where it is not surely there: nothing may be sent.
    pub async fn keep(&self, subject: Subject, kept: Kept) -> Result<(), JournalError> {
        let (answer, answered) = oneshot::channel();
        let job = Job {
            line: Line::intent(subject, kept),
            answer: Some(answer),
        };
        let sent = self.jobs.send(job).map_err(|_| "its thread has ended".to_owned());
        let came_to = match sent {
            Ok(()) => answered
                .await
                .unwrap_or_else(|_| Err("its thread has ended".to_owned())),
            Err(why) => Err(why),
        };
        came_to.map_err(|why| unusable(&self.path, "written", &why))
    }

    /// Keeps what became of an intent, without waiting for the disk.
    pub fn tell(&self, subject: Subject, intent_at: jiff::Timestamp, came_to: CameTo) {
        let line = Line::outcome(subject, intent_at, came_to);
        if self.jobs.send(Job { line, answer: None }).is_err() {
            tracing::error!("the journal's thread has ended: what became of a call is not in it");
        }
    }

    /// The latest paid call for this that may have had an effect.
    ///
    /// # Errors
    /// Where the folder cannot be read: nothing may be bought.
    pub async fn recall(&self, subject: Subject) -> Result<Option<Recalled>, JournalError> {
        let folder = Arc::clone(&self.folder);
        let read = tokio::task::spawn_blocking(move || lock(&folder).recall(&subject)).await;
        match read {
            Ok(Ok(recalled)) => Ok(recalled),
            Ok(Err(error)) => Err(unusable(&self.path, "read", &error.to_string())),
            Err(error) => Err(unusable(&self.path, "read", &error.to_string())),
        }
    }
}

fn unusable(folder: &Path, what: &'static str, why: &str) -> JournalError {
    JournalError {
        folder: folder.display().to_string(),
        what,
        why: why.to_owned(),
    }
}

/// What a thread that panicked left of the index is still right: it is changed in single steps.
fn lock(folder: &Mutex<Folder>) -> MutexGuard<'_, Folder> {
    folder.lock().unwrap_or_else(PoisonError::into_inner)
}
