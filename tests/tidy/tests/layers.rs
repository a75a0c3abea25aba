//! Crates point one way, and what must not be named somewhere is not named there.

use domorder_tests_tidy::{files, files_ending, none, read};

/// Crates of this repository that a crate may depend on.
const MAY: &[(&str, &[&str])] = &[
    ("config", &[]),
    ("api-client", &[]),
    ("jobs", &["domorder-api-client"]),
    ("worker", &["domorder-config", "domorder-api-client", "domorder-jobs"]),
];

#[test]
fn crates_point_one_way() {
    let mut faults = Vec::new();
    for (folder, may) in MAY {
        let manifest: toml::Table = read(&format!("{folder}/Cargo.toml")).parse().expect("a manifest");
        let dependencies = manifest["dependencies"].as_table().expect("dependencies");
        for name in dependencies.keys().filter(|n| n.starts_with("domorder")) {
            if !may.contains(&name.as_str()) {
                faults.push(format!("{folder} depends on {name}"));
            }
        }
    }
    none("a crate points back", &faults);
}

/// A word, and the only files that may have it in their code.
const NAMED_ONLY_IN: &[(&str, &[&str])] = &[
    // Another queue would be a change of two files.
    ("apalis_core::", &["jobs/src/backend"]),
    ("apalis::", &["worker/src/workers.rs", "tests/bench/"]),
    // Unmaintained, and the user's choice: a successor is a change of one function.
    ("backoff::ExponentialBackoff", &["api-client/src/http/backoff.rs"]),
    // Every byte to a registrar leaves by one door, every webhook by another, traces by a third.
    (
        "reqwest::",
        &[
            "api-client/src/http/",
            "worker/src/webhooks/post.rs",
            "worker/src/webhooks/guard.rs",
            "worker/src/traces/export.rs",
            "worker/src/cli/demo",
            "tests/",
        ],
    ),
    (
        "hyper::",
        &["api-client/src/http/", "worker/src/http/serve.rs", "tests/"],
    ),
    // A released program arms no faults: only tests may.
    ("fault::arm", &["tests/"]),
    // The ledger is the only one that speaks to Redis.
    ("redis::", &["jobs/src/ledger/", "worker/src/cli/demo", "tests/"]),
];

#[test]
fn what_may_be_replaced_is_named_in_one_place() {
    let mut faults = Vec::new();
    for file in files("")
        .iter()
        .filter(|f| f.path.ends_with(".rs") && !f.path.starts_with("tests/tidy/"))
    {
        for (word, places) in NAMED_ONLY_IN {
            if places.iter().any(|place| file.path.starts_with(place)) {
                continue;
            }
            for (line, text) in file.code() {
                let own = text.find(word).is_some_and(|at| {
                    // `our_redis::` is another word, and `crate::redis::` a room of ours.
                    !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                        && !file.path.starts_with("config/")
                });
                if own {
                    faults.push(format!("{}:{line}: {word}", file.path));
                }
            }
        }
    }
    none("named outside its place", &faults);
}

#[test]
fn the_machine_cannot_wait_look_at_a_clock_or_roll_a_die() {
    let forbidden = [
        "tokio",
        "std::time::Instant",
        "SystemTime",
        "Timestamp::now",
        "rand::",
        "redis",
        "std::fs",
        "std::env",
        "async ",
        "reqwest",
    ];
    let mut faults = Vec::new();
    for file in files_ending("jobs/src/machine", ".rs").iter().filter(|f| !f.is_test()) {
        for (line, text) in file.code() {
            for word in forbidden.iter().filter(|w| text.contains(**w)) {
                faults.push(format!("{}:{line}: {word}", file.path));
            }
        }
    }
    none("the machine is not pure", &faults);
}

#[test]
fn a_provider_uses_the_common_rooms_and_its_own_only() {
    let providers = ["connectreseller", "logicboxes", "namecom"];
    let mut faults = Vec::new();
    for own in providers {
        let folder = format!("api-client/src/{own}");
        if !domorder_tests_tidy::root().join(&folder).exists() {
            continue;
        }
        for file in files_ending(&folder, ".rs") {
            for (line, text) in file.code() {
                for other in providers.iter().filter(|p| **p != own) {
                    if text.contains(&format!("crate::{other}")) || text.contains(&format!("super::{other}")) {
                        faults.push(format!("{}:{line}: {other}", file.path));
                    }
                }
            }
        }
    }
    none("a provider uses another's room", &faults);
}

#[test]
fn provider_code_knows_no_order_state_and_no_redis() {
    let mut faults = Vec::new();
    for file in files_ending("api-client/src", ".rs").iter().filter(|f| !f.is_test()) {
        for (line, text) in file.code() {
            for word in ["unknown_outcome", "action_required", "OrderRecord", "redis"] {
                if text.contains(word) {
                    faults.push(format!("{}:{line}: {word}", file.path));
                }
            }
        }
    }
    none("the library knows too much", &faults);
}

#[test]
fn nothing_is_left_open_and_no_machine_is_named() {
    let open = ["todo!(", concat!("FIX", "ME"), concat!("XX", "X"), "unimplemented!("];
    let mut faults = Vec::new();
    for file in files("")
        .iter()
        .filter(|f| !f.path.starts_with("tests/tidy/") && f.path != "Cargo.lock")
    {
        for (line, text) in file.lines() {
            if file.path.ends_with(".rs") {
                for word in open.iter().filter(|w| text.contains(**w)) {
                    faults.push(format!("{}:{line}: {word}", file.path));
                }
            }
            for place in ["/home/", "/root/", "/Users/"] {
                if text.contains(place) {
                    faults.push(format!("{}:{line}: a path of some machine", file.path));
                }
            }
        }
    }
    none("left open", &faults);
}
