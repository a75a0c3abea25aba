//! A row a figure: what was measured, what was to be reached.

use comfy_table::{Cell, Table};
use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    figure: String,
    domorder: String,
    peer: String,
    ratio: Option<f64>,
    wanted: String,
    reached: Option<bool>,
}

/// All figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

/// What is to be reached.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    AtLeast(f64),
    AtMost(f64),
    /// Told, not judged.
    Nothing,
}

impl Wanted {
    fn text(self) -> String {
        match self {
            Self::AtLeast(n) => format!("≥ {}", short(n)),
            Self::AtMost(n) => format!("≤ {}", short(n)),
            Self::Nothing => String::new(),
        }
    }

    fn reached(self, value: f64) -> Option<bool> {
        match self {
            Self::AtLeast(n) => Some(value >= n),
            Self::AtMost(n) => Some(value <= n),
            Self::Nothing => None,
        }
    }
}

impl Report {
    /// A figure of its own.
    pub(crate) fn value(&mut self, figure: impl Into<String>, value: f64, unit: &str, wanted: Wanted) {
        self.rows.push(Row {
            figure: figure.into(),
            domorder: format!("{} {unit}", short(value)),
            peer: String::new(),
            ratio: None,
            wanted: wanted.text(),
            reached: wanted.reached(value),
        });
    }

    /// A figure beside the peer's; what is judged is ours divided by the peer's.
    pub(crate) fn ratio(&mut self, figure: impl Into<String>, ours: f64, peer: f64, unit: &str, wanted: Wanted) {
        let ratio = ours / peer;
        self.rows.push(Row {
            figure: figure.into(),
            domorder: format!("{} {unit}", short(ours)),
            peer: format!("{} {unit}", short(peer)),
            ratio: Some(ratio),
            wanted: format!("{} ×", wanted.text()),
            reached: wanted.reached(ratio),
        });
    }

    pub(crate) fn print(&self, json: bool) {
        use std::io::Write as _;
        let text = if json {
            serde_json::to_string_pretty(&self.rows).unwrap_or_default()
        } else {
            let mut table = Table::new();
            table.set_header(["figure", "domorder", "apalis-redis", "ratio", "wanted", "reached"]);
            for row in &self.rows {
                let reached = row.reached.map_or("", |yes| if yes { "yes" } else { "NO" });
                let ratio = row.ratio.map(|r| format!("{} ×", short(r))).unwrap_or_default();
                let cells = [&row.figure, &row.domorder, &row.peer, &ratio, &row.wanted, reached];
                table.add_row(cells.map(Cell::new));
            }
            table.to_string()
        };
        let _ = writeln!(std::io::stdout(), "{text}");
    }
}

/// Three digits that matter.
fn short(n: f64) -> String {
    match n.abs() {
        n_abs if n_abs >= 100.0 => format!("{n:.0}"),
        n_abs if n_abs >= 10.0 => format!("{n:.1}"),
        n_abs if n_abs >= 0.1 => format!("{n:.2}"),
        _ => format!("{n:.4}"),
    }
}

/// The middle one.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
