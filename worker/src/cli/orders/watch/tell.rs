//! What is told of the orders that are watched: a line a change on standard output; on standard error, on a terminal, a bar
//! of how many are through, and at the end where they stand.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use domorder_jobs::state::State;
use domorder_jobs::view::OrderView;
use indicatif::{ProgressBar, ProgressStyle};

use super::super::super::output::{Format, tell};
use super::board::{Board, Stands};
use crate::card;

/// Tells people and programs. The bar goes with it.
pub(super) struct Teller {
    format: Format,
    bar: Option<ProgressBar>,
    /// Whoever read the lines went away.
    unread: bool,
}

impl Teller {
    pub(super) fn new(format: Format) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {bar:24} {pos}/{len} over  {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(0).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            format,
            bar,
            unread: false,
        }
    }

    /// Whether nobody reads the lines any more (`| head`).
    pub(super) const fn is_unread(&self) -> bool {
        self.unread
    }

    pub(super) const fn is_for_programs(&self) -> bool {
        matches!(self.format, Format::Json)
    }

    /// An order as it stands now.
    pub(super) fn order(&mut self, view: &OrderView) {
        let line = match self.format {
            Format::Json => serde_json::to_string(view).unwrap_or_default(),
            Format::Table => line(view),
        };
        let write = || {
            let mut out = io::stdout().lock();
            writeln!(out, "{line}").and_then(|()| out.flush())
        };
        let written = match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        self.unread |= written.is_err();
    }

    /// How many there are, and where they stand.
    pub(super) fn board(&self, board: &Board) {
        if let Some(bar) = &self.bar {
            bar.set_length(board.len());
            bar.set_position(board.over());
            bar.set_message(board.to_string());
        }
    }

    /// A word beside the orders.
    pub(super) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| tell(text)),
            None => tell(text),
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// For people: when, what, where it stands, and the provider's words where somebody has to know them.
fn line(view: &OrderView) -> String {
    let mut line = format!(
        "{}  {}  {:<11}  {:<28}  {}",
        view.updated_at.strftime("%m-%d %H:%M:%S"),
        view.id,
        view.kind,
        view.domain,
        card::headline_of(view.state, view.reason, view.needs),
    );
    let is_asked = matches!(Stands::of(view), Stands::Person | Stands::Failed);
    match (&view.provider_message, view.expiry) {
        (Some(words), _) if is_asked => {
            line.push_str(": ");
            // Of others' words no more than a line.
            line.extend(words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160));
        }
        (_, Some(expiry)) if view.state == State::Succeeded => {
            line.push_str(&format!(", expires {}", card::date(expiry)));
        }
        _ => {}
    }
    line
}
