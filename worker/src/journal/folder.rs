//! The folder: all segments, and where in them the latest intent for each thing stands.
//!
//! Only the place is kept in memory (some 60 bytes a call); the line is read when it is asked for, which is rare.

use std::collections::HashMap;
use std::fs::{DirBuilder, File};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domorder_jobs::machine::Recalled;

use super::BYTES_MAX;
use super::entry::{CameTo, Kept, Line, Subject};

/// How a segment's name ends.
pub(super) const ENDING: &str = ".journal";
/// An empty segment that is younger may be about to be locked and written.
const EMPTY_KEPT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    keep: Duration,
    /// How far each segment was read.
    read_to: HashMap<Arc<str>, u64>,
    places: HashMap<u64, Place>,
    hasher: RandomState,
}

/// Where the latest intent for something stands, and its outcome.
#[derive(Debug)]
struct Place {
    at: i64,
    intent: (Arc<str>, u64),
    outcome: Option<(Arc<str>, u64)>,
}

impl Folder {
    /// Makes the folder if it is not there, and reads it.
    pub(super) fn open(path: &Path, keep: Duration) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let mut folder = Self {
            path: path.to_owned(),
            keep,
            read_to: HashMap::new(),
            places: HashMap::new(),
            hasher: RandomState::new(),
        };
        folder.catch_up()?;
        Ok(folder)
    }

    /// A line stands at this place of a segment.
    pub(super) fn note(&mut self, segment: &Arc<str>, offset: u64, end: u64, line: &Line) {
        self.read_to.insert(Arc::clone(segment), end);
        let digest = self.hasher.hash_one(&line.subject);
        let place = (Arc::clone(segment), offset);
        match (&line.kept, &line.came_to) {
            (Some(_), _) if self.places.get(&digest).is_none_or(|known| known.at <= line.at) => {
                let (at, outcome) = (line.at, None);
                let intent = place;
                self.places.insert(digest, Place { at, intent, outcome });
            }
            (None, Some(came_to)) => {
                let known = self.places.get_mut(&digest).filter(|known| known.at == line.at);
                match known {
                    // The intents before it were resolved before it was made.
                    Some(_) if came_to.void => drop(self.places.remove(&digest)),
                    Some(known) => known.outcome = Some(place),
                    None => {}
                }
            }
            _ => {}
        }
    }

    /// The latest intent for this that may have had an effect.
    pub(super) fn recall(&mut self, subject: &Subject) -> io::Result<Option<Recalled>> {
        self.catch_up()?;
        let Some(place) = self.places.get(&self.hasher.hash_one(subject)) else {
            return Ok(None);
        };
        let intent = self.line(&place.intent)?.filter(|line| line.subject == *subject);
        let outcome: Option<CameTo> = match &place.outcome {
            Some(outcome) => self.line(outcome)?.and_then(|line| line.came_to),
            None => None,
        };
        let kept: Option<Kept> = intent.and_then(|line| line.kept);
        Ok(kept.map(|kept| kept.recalled(outcome)))
    }

    /// Reads what was appended since, by whichever process.
    fn catch_up(&mut self) -> io::Result<()> {
        for (name, length) in self.segments()? {
            let from = self.read_to.get(&name).copied().unwrap_or(0);
            if length > from {
                self.read(&name, from)?;
            }
        }
        Ok(())
    }

    /// All segments, a process's own in their order.
    fn segments(&self) -> io::Result<Vec<(Arc<str>, u64)>> {
        let mut segments = Vec::new();
        for file in std::fs::read_dir(&self.path)? {
            let file = file?;
            let name = file.file_name();
            let Some(name) = name.to_str().filter(|name| name.ends_with(ENDING)) else {
                continue;
            };
            match file.metadata() {
                Ok(about) => segments.push((name.into(), about.len())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        segments.sort();
        Ok(segments)
    }

    fn read(&mut self, name: &Arc<str>, from: u64) -> io::Result<()> {
        let mut file = match File::open(self.path.join(&**name)) {
            Ok(file) => file,
            // Another process has found it old enough.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(from))?;
        let (mut lines, mut offset, mut text) = (BufReader::new(file), from, Vec::new());
        while lines.read_until(b'\n', &mut text)? > 0 {
            let Some(whole) = text.strip_suffix(b"\n") else {
                // Torn by a crash, or being written at this moment: read again when it has grown.
                break;
            };
            let end = offset + u64::try_from(text.len()).unwrap_or(0);
            match Line::parse(whole) {
                Some(line) => self.note(name, offset, end, &line),
                None => {
                    tracing::error!(
                        segment = &**name,
                        offset,
                        "a line of the journal is damaged: passed over"
                    );
                    self.read_to.insert(Arc::clone(name), end);
                }
            }
            offset = end;
            text.clear();
        }
        Ok(())
    }

    /// The line at a place; `None` where its segment is gone.
    fn line(&self, (name, offset): &(Arc<str>, u64)) -> io::Result<Option<Line>> {
        let mut file = match File::open(self.path.join(&**name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(*offset))?;
        let mut text = Vec::new();
        BufReader::new(file.take(1024 * 1024)).read_until(b'\n', &mut text)?;
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, format!("{name} is damaged at {offset}"));
        let whole = text.strip_suffix(b"\n").ok_or_else(damaged)?;
        Line::parse(whole).map(Some).ok_or_else(damaged)
    }

    /// Deletes segments that nobody writes and that are too old, or the oldest of too much.
    pub(super) fn tidy(&mut self) {
        let Ok(segments) = self.segments() else { return };
        let mut aged: Vec<(Duration, Arc<str>, u64)> = segments
            .into_iter()
            .filter_map(|(name, length)| Some((self.age(&name)?, name, length)))
            .collect();
        aged.sort_by_key(|(age, _, _)| *age);
        let mut bytes = 0;
        for (age, name, length) in aged {
            bytes += length;
            let (old, too_much) = (age > self.keep, bytes > BYTES_MAX);
            let useless = length == 0 && age > EMPTY_KEPT;
            let deleted = (old || too_much || useless) && self.delete(&name);
            if deleted && too_much && !old {
                tracing::warn!(
                    segment = &*name,
                    "the journal is too long: its oldest part is dropped before its time"
                );
            }
        }
        let read_to = &self.read_to;
        self.places.retain(|_, place| read_to.contains_key(&place.intent.0));
    }

    fn age(&self, name: &str) -> Option<Duration> {
        let changed = std::fs::metadata(self.path.join(name)).ok()?.modified().ok()?;
        // A clock that was set back makes it young.
        Some(changed.elapsed().unwrap_or_default())
    }

    /// Deletes it unless its writer lives, who holds a lock on it.
    fn delete(&mut self, name: &Arc<str>) -> bool {
        let path = self.path.join(&**name);
        let free = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
        let deleted = free && std::fs::remove_file(&path).is_ok();
        if deleted {
            self.read_to.remove(name);
        }
        deleted
    }
}
