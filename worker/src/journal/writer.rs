//! The thread that appends: lines that are ready together share one write and one wait for the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};

use tokio::sync::oneshot;

use super::entry::Line;
use super::folder::{ENDING, Folder};
use super::lock;

/// A segment is closed at this size.
const SEGMENT_MAX: u64 = 8 * 1024 * 1024;
/// Lines of one write.
const BATCH_MAX: usize = 512;

/// A line to append; who waits for the disk gets an answer.
pub(super) struct Job {
    pub(super) line: Line,
    pub(super) answer: Option<oneshot::Sender<Result<(), String>>>,
}

pub(super) struct Writer {
    path: PathBuf,
    folder: Arc<Mutex<Folder>>,
    instance: String,
    segment: Option<Segment>,
    number: u32,
}

struct Segment {
    /// Locked as long as it is open.
    file: File,
    name: Arc<str>,
    length: u64,
}

impl Writer {
    pub(super) fn start(path: &Path, folder: Arc<Mutex<Folder>>, instance: &str) -> io::Result<Self> {
        let mut writer = Self {
            path: path.to_owned(),
            folder,
            instance: instance.to_owned(),
            segment: None,
            number: 0,
        };
        // At once, so that a start tells what would otherwise stop every purchase.
        writer.segment = Some(writer.next_segment()?);
        Ok(writer)
    }

    /// Until all who could send jobs are gone.
    pub(super) fn run(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut jobs = vec![first];
            jobs.extend(queue.try_iter().take(BATCH_MAX - 1));
            let written = self.write(&jobs).map_err(|error| error.to_string());
            if let Err(why) = &written {
                // What was written in part may be torn: nothing is appended after it.
                self.segment = None;
                metrics::counter!("domorder_journal_errors_total").increment(1);
                tracing::error!(folder = %self.path.display(), why, "the journal cannot be written: nothing is bought");
            }
            for answer in jobs.into_iter().filter_map(|job| job.answer) {
                let _ = answer.send(written.clone());
            }
        }
    }

    fn write(&mut self, jobs: &[Job]) -> io::Result<()> {
        let mut text = String::new();
        let mut ends = Vec::with_capacity(jobs.len());
        for job in jobs {
            text.push_str(&job.line.framed()?);
            ends.push(u64::try_from(text.len()).unwrap_or(u64::MAX));
        }
        let mut segment = match self.segment.take().filter(|segment| segment.length < SEGMENT_MAX) {
            Some(segment) => segment,
            None => {
                let segment = self.next_segment()?;
                lock(&self.folder).tidy();
                segment
            }
        };
        segment.file.write_all(text.as_bytes())?;
        if jobs.iter().any(|job| job.answer.is_some()) {
            segment.file.sync_data()?;
        }
        let mut folder = lock(&self.folder);
        let (start, mut offset) = (segment.length, segment.length);
        for (job, end) in jobs.iter().zip(ends) {
            folder.note(&segment.name, offset, start + end, &job.line);
            offset = start + end;
        }
        segment.length = offset;
        drop(folder);
        self.segment = Some(segment);
        Ok(())
    }

    fn next_segment(&mut self) -> io::Result<Segment> {
        self.number += 1;
        let name = format!("{}-{:06}{ENDING}", self.instance, self.number);
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(self.path.join(&name))?;
        file.try_lock().map_err(io::Error::from)?;
        // The name of a file is written through by itself.
        File::open(&self.path)?.sync_all()?;
        Ok(Segment {
            file,
            name: name.into(),
            length: 0,
        })
    }
}
