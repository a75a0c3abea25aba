//! Labels are bounded: every value is of a known set, or of the configuration (`contract.md` §6). Checked of the scrape of
//! every replica that a test leaves behind, so that what the whole suite makes of a worker is looked at.

use std::collections::BTreeSet;

use domorder_api_client::catalogue::CATALOGUE;
use domorder_jobs::state::{Kind, Needs, Reason, SignalName, State};

use super::Metrics;

/// What a label may say; `None`: there is no such label.
fn known(label: &str, accounts: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Some(match label {
        "account" => accounts.clone(),
        "kind" => Kind::ALL.iter().map(|kind| kind.to_string()).collect(),
        "state" => State::ALL.iter().map(|state| state.to_string()).collect(),
        "needs" => Needs::ALL.iter().map(|needs| needs.to_string()).collect(),
        "signal" => SignalName::ALL.iter().map(|signal| signal.to_string()).collect(),
        "outcome" => words(&["succeeded", "failed", "cancelled"]),
        "reason" => Reason::ALL
            .iter()
            .map(|reason| reason.to_string())
            .chain(words(&[
                "not_json",
                "too_large",
                "invalid",
                "conflict",
                "seal",
                "neither",
                "signal_invalid",
                "signal_no_order",
                "signal_unfit",
                "signal_full",
                "signal_unusable",
            ]))
            .collect(),
        "operation" => CATALOGUE
            .iter()
            .flat_map(|(_, rows)| rows.iter().map(|row| row.name.to_owned()))
            .collect(),
        "class" => words(&["paid", "write", "read"]),
        "result" => words(&[
            // of calls
            "ok",
            "rejected",
            "not_sent",
            "unknown",
            // of polls
            "present",
            "unfinished",
            "absent",
            "pending",
            "differs",
            "impossible",
            "ended",
            "unreadable",
            "listed",
            // of lists
            "read",
            "left",
            "failed",
            // of spans
            "sent",
            "dropped",
            // of webhooks
            "refused",
            "gone",
            "throttled",
            "redirect",
            "timeout",
            "connect",
            "tls",
            "unresolved",
            "blocked",
            "broken",
        ]),
        "resolution" => words(&["absent", "asked", "ended", "present"]),
        "guard" => words(&[
            "adopted",
            "expectation",
            "fence",
            "gate",
            "idempotency_key",
            "journal",
            "read_first",
            "reconciled",
        ]),
        "within" => words(&["0d", "1d", "7d", "30d"]),
        "older" => words(&["0d", "2d", "7d", "14d"]),
        "durability" => words(&["fsync", "replicated", "relaxed"]),
        "what" => words(&["expiry", "garbled", "old"]),
        "method" => words(&["GET", "HEAD", "POST", "other"]),
        "version" => words(&[env!("CARGO_PKG_VERSION")]),
        _ => return None,
    })
}

/// A word of the commands and scripts of the ledger: a closed set in the code, told here by its shape and its size.
fn is_command(value: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    !value.is_empty() && value.len() <= 20 && value.bytes().all(word)
}

/// The pattern of a path, which holds names of parameters where a path has what they stand for.
fn is_route(value: &str) -> bool {
    let segment = |text: &str| {
        let name = text.trim_start_matches('{').trim_end_matches('}');
        text == "v1" || name.bytes().all(|b| b.is_ascii_lowercase() || b"-_*.".contains(&b))
    };
    value == "unmatched" || value.strip_prefix('/').is_some_and(|path| path.split('/').all(segment))
}

/// More commands and scripts than this there are not.
const COMMANDS_MAX: usize = 40;

/// What is wrong with a scrape's labels.
pub(super) fn faults(metrics: &Metrics, accounts: &BTreeSet<String>) -> Vec<String> {
    let mut faults = BTreeSet::new();
    let mut commands = BTreeSet::new();
    for (name, labels, _) in metrics.series() {
        for (label, value) in pairs(labels) {
            let fits = match label {
                "le" => value == "+Inf" || value.parse::<f64>().is_ok(),
                "command" => {
                    commands.insert(value.to_owned());
                    is_command(value)
                }
                "list" => is_command(value),
                "route" => is_route(value),
                "status" => value.len() == 3 && value.bytes().all(|b| b.is_ascii_digit()),
                // By the configuration; the tests' endpoints have such names.
                "endpoint" => value.len() <= 12 && value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                label => match known(label, accounts) {
                    Some(words) => words.contains(value),
                    None => {
                        faults.insert(format!(
                            "{name} has a label `{label}` of which nobody knows what it may say"
                        ));
                        continue;
                    }
                },
            };
            if !fits {
                faults.insert(format!(
                    "{name} has `{value}` for its label `{label}`, which is of no known set"
                ));
            }
        }
    }
    if commands.len() > COMMANDS_MAX {
        faults.insert(format!("the label `command` says too many things: {commands:?}"));
    }
    faults.into_iter().collect()
}

/// The labels as written, `a="b",c="d"}`.
fn pairs(labels: &str) -> impl Iterator<Item = (&str, &str)> {
    labels
        .trim_end_matches('}')
        .split("\",")
        .filter_map(|pair| pair.split_once("=\""))
        .map(|(label, value)| (label, value.trim_end_matches('"')))
}

#[test]
fn labels_of_no_known_set_are_noticed() {
    let accounts = BTreeSet::from(["cr-main".to_owned()]);
    let of = |line: &str| faults(&Metrics::of(line.to_owned()), &accounts);
    for good in [
        r#"a{kind="renew",account="cr-main"} 1"#,
        r#"a_bucket{command="claim",le="0.5"} 1"#,
        r#"a{operation="RenewalOrder",class="paid",result="ok"} 1"#,
        "a 1",
    ] {
        assert_eq!(of(good), [""; 0], "{good}");
    }
    for wrong in [
        r#"a{account="renew-example-shop.com"} 1"#,
        r#"a{reason="connection refused (os error 111)"} 1"#,
        r#"a{order="0-01ARZ3NDEKTSV4RRFFQ69G5FAV"} 1"#,
        r#"a{command="GET it:idem:key"} 1"#,
        r#"a{operation="/v4/domains/renew-example-shop.com"} 1"#,
    ] {
        assert_eq!(of(wrong).len(), 1, "{wrong}");
    }
}
