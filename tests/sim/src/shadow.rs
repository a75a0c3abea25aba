//! Reads that lag: for a while they show the state a name had before.

use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::Now;

/// Earlier states, by name, and until when reads show them.
#[derive(Debug)]
pub(crate) struct Shadows<T> {
    by_name: HashMap<Arc<str>, (i64, Option<T>)>,
}

impl<T> Default for Shadows<T> {
    fn default() -> Self {
        Self {
            by_name: HashMap::new(),
        }
    }
}

impl<T> Shadows<T> {
    /// Shows `before` for that long. A shadow that is still shown stays: it is older.
    pub(crate) fn cast(&mut self, name: Arc<str>, now: Now, lag_ms: u64, before: Option<T>) {
        let until = now.real_ms.saturating_add(i64::try_from(lag_ms).unwrap_or(i64::MAX));
        self.by_name.retain(|_, (until, _)| *until > now.real_ms);
        self.by_name
            .entry(name)
            .and_modify(|(end, _)| *end = until.max(*end))
            .or_insert((until, before));
    }

    /// What is shown of a name whose truth is given.
    pub(crate) fn see<'a>(&'a self, name: &str, now: Now, truth: Option<&'a T>) -> Option<&'a T> {
        match self.by_name.get(name) {
            Some((until, before)) if *until > now.real_ms => before.as_ref(),
            _ => truth,
        }
    }
}
