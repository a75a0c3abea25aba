//! What deploy/ tells an operator, held against the program: the example configuration, the commands, the metrics.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domorder_tests_sim::{Behaviour, Rule};

use crate::world::*;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(deploy().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The metrics that a text names, histograms by their own name.
fn metrics_named(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("domorder_") || word.starts_with("process_"))
        .map(|word| word.strip_suffix("_bucket").unwrap_or(word).to_owned())
        .collect()
}

#[tokio::test]
async fn every_metric_that_rules_and_board_name_is_in_a_scrape() {
    let receiver = Receiver::new().await;
    let world = World::with().hook(&receiver.url()).start().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::DoThenDrop).operation("Order").once());
    let key = world.order(register("new-example-shop.com")).await;
    world.until(&key, "succeeded").await;
    world.until_told(&receiver, &[key]).await;
    // What a request is counted by is there after the first one.
    world.replicas[0].get("/openapi.json").await.unwrap();
    let metrics = world.replicas[0].metrics().await;
    let there: BTreeSet<String> = metrics
        .series()
        .map(|(name, _, _)| name)
        .map(|name| name.strip_suffix("_bucket").unwrap_or(name).to_owned())
        .collect();
    let mut faults = Vec::new();
    let mut named_at_all = BTreeSet::new();
    for file in [
        "prometheus/rules.yml",
        "prometheus/rules.test.yml",
        "grafana/dashboard.json",
        "kubernetes/overlays/example/scaled-object.yaml",
    ] {
        let named = metrics_named(&read(file));
        assert!(!named.is_empty(), "{file} names no metric");
        for name in named.difference(&there) {
            faults.push(format!("{file} names {name}, which no scrape has"));
        }
        named_at_all.extend(named);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // And nothing that is measured goes unseen, but for what other tools show of every process.
    let unseen: Vec<&String> = there
        .difference(&named_at_all)
        .filter(|name| name.starts_with("domorder_") && !name.ends_with("_sum") && !name.ends_with("_count"))
        .collect();
    assert!(unseen.is_empty(), "neither rules nor board show {unseen:?}");
}

#[tokio::test]
async fn the_example_configuration_is_accepted_wherever_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let example = deploy().join("kubernetes/overlays/example");
    std::fs::create_dir(folder.path().join("secrets")).unwrap();
    for secret in std::fs::read_dir(example.join("secrets")).unwrap() {
        let secret = secret.unwrap();
        std::fs::copy(secret.path(), folder.path().join("secrets").join(secret.file_name())).unwrap();
    }
    std::fs::copy(deploy().join("domorder.toml"), folder.path().join("domorder.toml")).unwrap();
    for config in [folder.path().join("domorder.toml"), example.join("domorder.toml")] {
        let ran = run(&["config", "check", "--config", config.to_str().unwrap()], "").await;
        let ran = ran.ended(0);
        assert!(!ran.out.contains("not-a-"), "secrets are masked: {}", ran.out);
    }
    // And a secret less is an error that names it.
    std::fs::remove_file(folder.path().join("secrets/cr-main.key")).unwrap();
    let config = folder.path().join("domorder.toml");
    let ran = run(&["config", "check", "--config", config.to_str().unwrap()], "")
        .await
        .ended(2);
    assert!(ran.err.contains("cr-main"), "{ran:?}");
}

/// The commands of a page: what follows `domorder` in code, up to its first argument that is not a command's name.
fn commands(page: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for code in page.split('`').skip(1).step_by(2).chain(page.lines()) {
        for rest in code.split("domorder ").skip(1) {
            let words: Vec<String> = rest
                .split_whitespace()
                .take_while(|word| !word.starts_with('-') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
                .map(str::to_owned)
                .collect();
            if code.trim_start().starts_with("domorder ") && !words.is_empty() {
                found.insert(words);
            }
        }
    }
    found
}

#[tokio::test]
async fn every_command_of_the_operators_pages_exists() {
    let mut tried = 0;
    for page in ["README.md", "runbook.md"] {
        for words in commands(&read(page)) {
            // Options are tried with the rest: `--help` wins over what they lack.
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ran = run(&[&words[..], &["--help"]].concat(), "").await;
            assert_eq!(ran.code, 0, "{page}: `domorder {}`: {}", words.join(" "), ran.err);
            tried += 1;
        }
    }
    assert!(tried >= 15, "the commands were not found");
}

#[test]
fn commands_are_found_in_code_and_end_at_their_arguments() {
    let page = "Say `domorder orders show ORDER` or `domorder accounts check`; the domorder team.\n";
    let found: Vec<String> = commands(page).iter().map(|words| words.join(" ")).collect();
    assert_eq!(found, ["accounts check", "orders show"]);
}
