//! What the suites that spend money tell of themselves: a line a case, and one table of all of them at the end.
//!
//! A test appends [`Row`]s; `tests/run` names a folder for them (`DOMORDER_REPORT`) and prints the sums when the tests are
//! through, also when some failed. Without that folder nothing is written: a single test tells what it has to by itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table};
use serde::{Deserialize, Serialize};

/// Names the folder of a run's rows.
pub const FOLDER: &str = "DOMORDER_REPORT";

/// What one or more cases of a suite came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Whose cases these are: the table has a line a suite.
    pub suite: String,
    /// How many.
    pub cases: u64,
    /// Faults that were injected: calls spoilt, processes killed or held still, connections cut.
    pub faults: u64,
    /// Orders that were given.
    pub orders: u64,
    /// Charges that the orders account for.
    pub charges_expected: u64,
    /// Charges that stand in the providers' books.
    pub charges_found: u64,
    /// Laws that did not hold.
    pub violations: u64,
    /// Cases by what was varied (`behaviour: 22`), where the suite tells.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub axes: BTreeMap<String, u64>,
}

impl Row {
    /// An empty row of a suite; one case.
    #[must_use]
    pub fn of(suite: impl Into<String>) -> Self {
        Self {
            suite: suite.into(),
            cases: 1,
            ..Self::default()
        }
    }

    /// Adds another row's numbers to this one's.
    pub fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        self.faults += other.faults;
        self.orders += other.orders;
        self.charges_expected += other.charges_expected;
        self.charges_found += other.charges_found;
        self.violations += other.violations;
        for (axis, cases) in &other.axes {
            *self.axes.entry(axis.clone()).or_default() += cases;
        }
    }

    /// Hands the row in, where this run has a folder for it.
    ///
    /// # Panics
    /// Where the folder cannot be written to: a report that leaves a case out would be a wrong one.
    pub fn tell(&self) {
        if let Some(folder) = std::env::var_os(FOLDER) {
            append(Path::new(&folder), self).expect("the report's folder can be written to");
        }
    }
}

/// Appends a row to this process's own file, in one write.
fn append(folder: &Path, row: &Row) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut line = serde_json::to_string(row)?;
    line.push('\n');
    let file = folder.join(format!("{}.jsonl", std::process::id()));
    let mut file = fs::OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(line.as_bytes())
}

/// All rows of a folder, summed by suite.
///
/// # Errors
/// If the folder or a file of it cannot be read. No folder is no rows.
pub fn read(folder: &Path) -> io::Result<Vec<Row>> {
    let mut sums = BTreeMap::<String, Row>::new();
    let files: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    for file in files {
        for line in fs::read_to_string(file)?.lines() {
            let row: Row = serde_json::from_str(line)?;
            match sums.get_mut(&row.suite) {
                Some(sum) => sum.add(&row),
                None => drop(sums.insert(row.suite.clone(), row)),
            }
        }
    }
    Ok(sums.into_values().collect())
}

/// The table: a line a suite, and their sum.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    let head = [
        "suite",
        "cases",
        "faults",
        "orders",
        "charges expected",
        "found",
        "violations",
    ];
    table.set_header(head);
    let mut all = Row {
        suite: "all".to_owned(),
        ..Row::default()
    };
    for row in rows {
        table.add_row(cells(row));
        all.add(row);
    }
    table.add_row(cells(&all));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let axes: Vec<String> = rows
        .iter()
        .filter(|row| !row.axes.is_empty())
        .map(|row| {
            let axes: Vec<String> = row.axes.iter().map(|(axis, n)| format!("{axis} {n}")).collect();
            format!("{}: {}\n", row.suite, axes.join(", "))
        })
        .collect();
    format!("{table}\n{}", axes.concat())
}

fn cells(row: &Row) -> [String; 7] {
    let numbers = [
        row.cases,
        row.faults,
        row.orders,
        row.charges_expected,
        row.charges_found,
        row.violations,
    ];
    let [cases, faults, orders, expected, found, violations] = numbers.map(|number| number.to_string());
    [row.suite.clone(), cases, faults, orders, expected, found, violations]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(suite: &str, orders: u64) -> Row {
        Row {
            orders,
            axes: [("crash".to_owned(), 2)].into(),
            ..Row::of(suite)
        }
    }

    #[test]
    fn rows_of_one_suite_are_summed_and_others_stand_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        for row in [row("b", 3), row("a", 1), row("b", 4)] {
            append(folder.path(), &row).unwrap();
        }
        let rows = read(folder.path()).unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.suite.as_str(), row.cases, row.orders))
            .collect();
        assert_eq!(told, [("a", 1, 1), ("b", 2, 7)]);
        let table = table(&rows);
        assert!(table.contains("b: crash 4"), "{table}");
        assert!(
            table.lines().any(|line| line.contains("all") && line.contains(" 8 ")),
            "{table}"
        );
    }

    #[test]
    fn a_run_without_rows_has_an_empty_report() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&folder.path().join("none")).unwrap(), []);
    }
}
