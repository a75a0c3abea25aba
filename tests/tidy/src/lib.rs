//! Reads the repository as text, for the tests beside this.

use std::path::{Path, PathBuf};

/// A file of the repository.
#[derive(Debug, Clone)]
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// What stands in it; empty where it is no text.
    pub text: String,
}

impl File {
    /// The lines, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, line))
    }

    /// The lines without comments and doc comments: crude, and enough for text that is formatted.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines()
            .map(|(n, line)| (n, line.split("//").next().unwrap_or_default()))
    }

    /// Whether it is a test, or only a test's.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }
}

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below a folder of the repository, by path; what git ignores is left out.
///
/// # Panics
/// Where the repository cannot be read: there is nothing to test then.
#[must_use]
pub fn files(below: &str) -> Vec<File> {
    let mut found = Vec::new();
    walk(&root().join(below), below, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "nothing stands below {below}");
    found
}

/// Those whose name ends so.
#[must_use]
pub fn files_ending(below: &str, ending: &str) -> Vec<File> {
    files(below).into_iter().filter(|f| f.path.ends_with(ending)).collect()
}

/// One file's text.
///
/// # Panics
/// Where it is not there.
#[must_use]
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn walk(folder: &Path, path: &str, found: &mut Vec<File>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{path}: {e}"));
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if matches!(name.as_str(), "target" | ".git") || name.ends_with(".snap.new") {
            continue;
        }
        let below = if path.is_empty() {
            name
        } else {
            format!("{path}/{name}")
        };
        if entry.path().is_dir() {
            walk(&entry.path(), &below, found);
        } else {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            found.push(File { path: below, text });
        }
    }
}

/// Fails with every fault, one a line.
///
/// # Panics
/// Where there are faults; that is its purpose.
pub fn none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}
