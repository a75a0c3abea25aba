//! A scrape, read.

/// The text of a scrape.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    text: String,
}

impl Metrics {
    pub(super) fn of(text: String) -> Self {
        Self { text }
    }

    /// The sum of all series of a metric that carry these labels; 0 where there is none.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.series()
            .filter(|(named, _, _)| *named == name)
            .filter(|(_, has, _)| {
                labels
                    .iter()
                    .all(|(label, value)| has.contains(&format!("{label}=\"{value}\"")))
            })
            .map(|(_, _, value)| value)
            .sum()
    }

    /// Every series: its name, its labels as written, its value.
    pub(crate) fn series(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        self.text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .filter_map(|line| {
                let (series, value) = line.rsplit_once(' ')?;
                let (name, labels) = series.split_once('{').unwrap_or((series, ""));
                Some((name, labels, value.parse().ok()?))
            })
    }

    /// The text itself.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
