//! Scripts, metrics, fixtures, files and the lock file say what they should.

use std::collections::BTreeSet;

use domorder_tests_tidy::{files, files_ending, none, read};

#[test]
fn every_script_states_its_keys_arguments_and_answer() {
    let mut faults = Vec::new();
    for script in files_ending("jobs/src/ledger/scripts", ".lua") {
        let head: String = script.text.lines().take_while(|line| line.starts_with("--")).collect();
        let wanted: &[&str] = if script.path.ends_with("common.lua") {
            &["KEYS[1]"]
        } else {
            &["KEYS[1]", "ARGV", "returns"]
        };
        for word in wanted.iter().filter(|w| !head.contains(**w)) {
            faults.push(format!("{}: its head does not state {word}", script.path));
        }
        // A list of an order or of a set may grow without end, and `unpack` ends a script at 8,000 entries: what is
        // unpacked was gathered by the script itself, of its own arguments.
        for (line, text) in script.lines() {
            for list in text.split("unpack(").skip(1).filter_map(|rest| rest.split(')').next()) {
                if !["names", "proofs", "free", "add", "gone", "fields"].contains(&list) {
                    faults.push(format!("{}:{line}: unpack of {list}", script.path));
                }
            }
            let code = text.split("--").next().unwrap_or_default();
            if code.contains("while ") && !text.contains("#ARGV") && !text.contains("#list < 64") {
                faults.push(format!(
                    "{}:{line}: a loop without a bound holds up the server",
                    script.path
                ));
            }
        }
    }
    none("scripts", &faults);
}

#[test]
fn no_key_outside_the_ledgers_own_expires_by_itself() {
    let mut faults = Vec::new();
    for script in files_ending("jobs/src/ledger/scripts", ".lua") {
        for (line, text) in script.lines() {
            let text = text.to_uppercase();
            if ["'EXPIRE'", "'PEXPIRE'", "'EX'", "'PX'", "'SETEX'"]
                .iter()
                .any(|w| text.contains(w))
            {
                faults.push(format!("{}:{line}", script.path));
            }
        }
    }
    none("a key of the ledger expires by itself", &faults);
}

/// An order that a newer program wrote must be told from a damaged one, and never be half read.
#[test]
fn what_is_stored_of_an_order_is_read_by_its_format() {
    let mut faults = Vec::new();
    for folder in ["worker/src", "jobs/src"] {
        for file in files_ending(folder, ".rs").iter().filter(|file| !file.is_test()) {
            let reads = |text: &str| {
                [
                    "from_str::<Order>",
                    "from_str::<OrderRecord>",
                    "from_str(&stored.",
                    "from_str(&rec)",
                    "from_str(rec)",
                ]
                .iter()
                .any(|call| text.contains(call))
            };
            let found = file.code().filter(|(_, text)| reads(text));
            faults.extend(found.map(|(line, _)| format!("{}:{line}: use `format::read`", file.path)));
        }
    }
    none("an order is read past its format", &faults);
}

/// Every metric named in the worker's and the ledger's code.
fn metrics_named() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for folder in ["worker/src", "jobs/src", "api-client/src"] {
        for file in files_ending(folder, ".rs") {
            for (_, text) in file.code() {
                for part in text.split('"').skip(1).step_by(2) {
                    if part.starts_with("domorder_") && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                        // A scrape's own names for the parts of a histogram.
                        let parts = ["_count", "_sum", "_bucket"];
                        let name = parts.iter().find_map(|p| part.strip_suffix(p)).unwrap_or(part);
                        named.insert(name.to_owned());
                    }
                }
            }
        }
    }
    named
}

#[test]
fn every_metric_is_described_and_well_named() {
    let described: BTreeSet<String> = files_ending("worker/src", ".rs")
        .iter()
        .flat_map(|file| {
            let parts: Vec<&str> = file.text.split("describe_").skip(1).collect();
            parts
                .iter()
                .filter_map(|part| part.split('"').nth(1))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|name| name.starts_with("domorder_"))
        .collect();
    let mut faults = Vec::new();
    for name in metrics_named() {
        if !described.contains(&name) && name != "domorder_build_info" {
            faults.push(format!("{name} is not described"));
        }
        if name.ends_with("_ms") || name.ends_with("_count") || name.contains("__") {
            faults.push(format!("{name}: base units, and no suffix that Prometheus adds itself"));
        }
    }
    assert!(described.len() > 15, "the descriptions were not found");
    none("metrics", &faults);
}

#[test]
fn every_fixture_is_read_by_a_test_and_holds_no_real_secret() {
    let mut faults = Vec::new();
    let code: String = files_ending("api-client/src", ".rs")
        .into_iter()
        .map(|f| f.text)
        .collect();
    for file in files("api-client/src").iter().filter(|f| f.path.contains("/fixtures/")) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        // `<call>.<case>.<kind>`: tables name the case alone.
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let case = stem.split_once('.').map_or(stem, |(_, case)| case);
        // An operation's own answers are found by its row.
        let row = stem.strip_suffix(".ok").or(stem.strip_suffix(".no"));
        let of_a_row = row.is_some_and(|row| code.contains(&format!("\"{}\"", row.replace('.', "/"))));
        if name != "README.md" && !code.contains(stem) && !code.contains(case) && !of_a_row {
            faults.push(format!("{}: no test names it", file.path));
        }
    }
    none("fixtures", &faults);
}

#[test]
fn the_lock_file_has_one_of_each_protocol_and_no_openssl() {
    let lock: toml::Table = read("Cargo.lock").parse().expect("a lock file");
    let packages = lock["package"].as_array().expect("packages");
    let versions = |name: &str| packages.iter().filter(|p| p["name"].as_str() == Some(name)).count();
    let mut faults = Vec::new();
    for name in ["redis", "rustls", "reqwest", "metrics", "hyper", "apalis-core"] {
        if versions(name) != 1 {
            faults.push(format!("{} versions of {name}", versions(name)));
        }
    }
    for name in ["openssl-sys", "native-tls", "aws-lc-sys", "aws-lc-rs"] {
        if versions(name) != 0 {
            faults.push(format!("{name} is in the tree"));
        }
    }
    none("the lock file", &faults);
}

#[test]
fn every_direct_dependency_says_why_it_is_there() {
    // Whose reason is their name, each known to every reader.
    let known = [
        "serde",
        "serde_json",
        "thiserror",
        "anyhow",
        "tracing",
        "metrics",
        "base64",
        "zeroize",
        "clap",
        "tracing-subscriber",
        "metrics-exporter-prometheus",
    ];
    let mut faults = Vec::new();
    let manifest = read("Cargo.toml");
    let table = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .and_then(|rest| rest.split("\n[").next())
        .expect("the dependencies");
    for line in table
        .lines()
        .filter(|line| line.contains(" = ") && !line.starts_with('#'))
    {
        let name = line.split(" = ").next().unwrap_or_default();
        if !line.contains(" # ") && !name.starts_with("domorder") && !known.contains(&name) {
            faults.push(name.to_owned());
        }
    }
    none("a dependency without a line of why", &faults);
}

#[test]
fn files_are_no_longer_than_a_reader_can_hold() {
    let mut faults = Vec::new();
    for file in files("")
        .iter()
        .filter(|f| f.path.ends_with(".rs") || f.path.ends_with(".lua"))
    {
        let lines = file.text.lines().count();
        if lines > 500 {
            faults.push(format!("{}: {lines} lines", file.path));
        }
    }
    none("two subjects are two files", &faults);
}

#[test]
fn the_top_level_is_the_users() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "LICENSE",
        "worker",
        "api-client",
        "jobs",
        "config",
        "deploy",
        "tests",
    ];
    let found: BTreeSet<String> = files("")
        .iter()
        .filter_map(|f| f.path.split('/').next().map(str::to_owned))
        .collect();
    let odd: Vec<String> = found
        .into_iter()
        .filter(|name| !name.starts_with('.') && !allowed.contains(&name.as_str()) && !name.starts_with("LICENSE"))
        .collect();
    none("at the top level", &odd);
}

#[test]
fn the_commands_of_the_readme_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut faults = Vec::new();
    for path in ["deploy/demo", "tests/run", ".ci/run"] {
        let mode = std::fs::metadata(domorder_tests_tidy::root().join(path)).map(|m| m.permissions().mode());
        match mode {
            Ok(mode) if mode & 0o111 != 0 => {}
            Ok(_) => faults.push(format!("{path} has no run bit")),
            Err(error) => faults.push(format!("{path}: {error}")),
        }
    }
    let readme = read("README.md");
    for command in ["deploy/demo", "tests/run"] {
        if !readme.contains(command) {
            faults.push(format!("the README does not name {command}"));
        }
    }
    if !read(".ci/run").contains("tests/run") {
        faults.push(".ci/run does not call tests/run".to_owned());
    }
    none("commands", &faults);
}
