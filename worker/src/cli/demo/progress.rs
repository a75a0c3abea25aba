//! What is told while it runs: a bar on a terminal, plain lines elsewhere; on standard error, as the table is the result.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::output::tell;
use super::book::Counts;

/// Without a terminal the counts are told this often.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// Tells people. The bar goes with it.
pub(super) struct Teller {
    bar: Option<ProgressBar>,
    started: Instant,
    /// When the counts were last told, and which.
    told: (Instant, String),
}

impl Teller {
    pub(super) fn new() -> Self {
        let started = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {bar:24} {pos}/{len}  {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(0).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            bar,
            started,
            told: (started, String::new()),
        }
    }

    /// How long it has been going on.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Something happened.
    pub(super) fn moment(&self, text: &str) {
        let line = format!("{:6.1}s  {text}", self.elapsed().as_secs_f64());
        match &self.bar {
            Some(bar) => bar.println(line),
            None => tell(&line),
        }
    }

    /// Where the orders stand.
    pub(super) fn counts(&mut self, counts: &Counts) {
        let text = counts.to_string();
        if let Some(bar) = &self.bar {
            bar.set_length(counts.orders);
            bar.set_position(counts.at_their_end);
            bar.set_message(text);
        } else if self.told.0.elapsed() >= PLAIN_EVERY && self.told.1 != text {
            self.moment(&format!(
                "{}/{} at their end: {text}",
                counts.at_their_end, counts.orders
            ));
            self.told = (Instant::now(), text);
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
