//! Alerts, runbook, board, manifests and unit agree with one another and with the example configuration. What schemas and
//! other programs check of them is in tests/manifests; this needs neither network nor tools.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

use std::collections::BTreeSet;

use domorder_tests_tidy::{files, none, read, root};
use yaml_rust2::{Yaml, YamlLoader};

fn yaml(path: &str) -> Yaml {
    let loaded = YamlLoader::load_from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    loaded.into_iter().next().unwrap_or_else(|| panic!("{path} is empty"))
}

fn items(yaml: &Yaml) -> &[Yaml] {
    yaml.as_vec().map_or(&[], Vec::as_slice)
}

fn texts(yaml: &Yaml) -> Vec<String> {
    items(yaml)
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Every alert with its rule.
fn alerts() -> Vec<(String, Yaml)> {
    let rules = yaml("deploy/prometheus/rules.yml");
    let groups = items(&rules["groups"]);
    let alerts: Vec<(String, Yaml)> = groups
        .iter()
        .flat_map(|group| items(&group["rules"]))
        .map(|rule| (rule["alert"].as_str().unwrap().to_owned(), rule.clone()))
        .collect();
    assert!(alerts.len() >= 12, "the alerts were not found");
    alerts
}

#[test]
fn every_alert_leads_to_its_heading_and_every_heading_has_its_alert() {
    let runbook = read("deploy/runbook.md");
    let mut sections: Vec<(&str, &str)> = runbook
        .split("\n## ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'))
        .collect();
    let mut faults = Vec::new();
    for (name, rule) in alerts() {
        for annotation in ["summary", "description", "runbook_url"] {
            if rule["annotations"][annotation].as_str().unwrap_or_default().is_empty() {
                faults.push(format!("{name} has no {annotation}"));
            }
        }
        if !["page", "ticket"].contains(&rule["labels"]["severity"].as_str().unwrap_or_default()) {
            faults.push(format!("{name} has no severity"));
        }
        let leads_to = format!("deploy/runbook.md#{}", name.to_lowercase());
        if rule["annotations"]["runbook_url"].as_str() != Some(&leads_to) {
            faults.push(format!("{name} does not lead to {leads_to}"));
        }
        let Some(at) = sections.iter().position(|(heading, _)| *heading == name) else {
            faults.push(format!("the runbook has no heading {name}"));
            continue;
        };
        let (_, text) = sections.remove(at);
        for part in ["**Meaning.**", "**Where to look.**", "**What to do.**"] {
            if !text.contains(part) {
                faults.push(format!("the runbook's {name} has no {part}"));
            }
        }
    }
    faults.extend(
        sections
            .iter()
            .map(|(heading, _)| format!("no alert leads to the heading {heading}")),
    );
    none("alerts and runbook", &faults);
}

#[test]
fn every_alert_is_tested_where_it_fires_and_where_it_must_not() {
    let tests = yaml("deploy/prometheus/rules.test.yml");
    let mut faults = Vec::new();
    for (name, _) in alerts() {
        let firing = |samples: bool| {
            items(&tests["tests"]).iter().any(|test| {
                let of_it = test["name"]
                    .as_str()
                    .unwrap_or_default()
                    .starts_with(&format!("{name} "));
                let checks = items(&test["promql_expr_test"]);
                of_it
                    && checks
                        .iter()
                        .any(|check| items(&check["exp_samples"]).is_empty() != samples)
            })
        };
        for (samples, what) in [(true, "fires"), (false, "is silent")] {
            if !firing(samples) {
                faults.push(format!("no test shows that {name} {what}"));
            }
        }
    }
    none("tests of alerts", &faults);
}

#[test]
fn what_is_kept_twice_is_the_same_twice() {
    let rules = read("deploy/prometheus/rules.yml");
    let groups = &rules[rules.find("groups:").unwrap()..];
    let indented: String = groups
        .lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("  {line}\n")
            }
        })
        .collect();
    let overlay = "deploy/kubernetes/overlays/example";
    let copies = [
        ("prometheus-rule.yaml", "spec:\n", indented),
        ("domorder.toml", "", read("deploy/domorder.toml")),
    ];
    for (name, after, wanted) in copies {
        let path = format!("{overlay}/{name}");
        let copy = read(&path);
        let head = &copy[..copy.find(after).unwrap() + after.len()];
        let made = format!("{head}{wanted}");
        if std::env::var_os("DOMORDER_UPDATE_DEPLOY").is_some() {
            std::fs::write(root().join(&path), made).unwrap();
        } else {
            assert!(copy == made, "{path}: run this test with DOMORDER_UPDATE_DEPLOY=1");
        }
    }
}

#[test]
fn the_board_has_its_rows_and_every_panel_asks_something() {
    let board: serde_json::Value = serde_json::from_str(&read("deploy/grafana/dashboard.json")).unwrap();
    let panels = board["panels"].as_array().unwrap();
    let rows: Vec<&str> = panels
        .iter()
        .filter(|panel| panel["type"] == "row")
        .filter_map(|panel| panel["title"].as_str())
        .collect();
    assert_eq!(
        rows,
        [
            "Health",
            "Orders by state and age",
            "Flow",
            "Providers",
            "Transfers ageing",
            "Money safety",
            "Queue",
            "Webhooks",
            "HTTP"
        ]
    );
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64()), "an id twice: {}", panel["title"]);
        if panel["type"] != "row" {
            let asked = panel["targets"].as_array().unwrap();
            assert!(
                !asked.is_empty() && !panel["description"].as_str().unwrap().is_empty(),
                "{panel}"
            );
        }
    }
}

/// The secrets that the example configuration names, by file.
fn secrets() -> BTreeSet<String> {
    let config = read("deploy/domorder.toml");
    let found: BTreeSet<String> = config
        .split('"')
        .filter_map(|part| part.strip_prefix("secrets/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(found.len(), 5, "{found:?}");
    found
}

/// Seconds of worker.shutdown_grace in the example.
fn grace() -> i64 {
    let config = read("deploy/domorder.toml");
    let (_, rest) = config.split_once("shutdown_grace = \"").unwrap();
    seconds(rest.split('"').next().unwrap())
}

fn seconds(text: &str) -> i64 {
    text.trim_end_matches('s').parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn every_service_of_the_compose_file_is_shut_in_and_drained() {
    let compose = yaml("deploy/compose.yaml");
    let mut faults = Vec::new();
    for (name, service) in compose["services"].as_hash().unwrap() {
        let name = name.as_str().unwrap();
        let shared = &service["<<"];
        if shared["read_only"].as_bool() != Some(true)
            || texts(&shared["cap_drop"]) != ["ALL"]
            || texts(&shared["security_opt"]) != ["no-new-privileges:true"]
        {
            faults.push(format!("{name} is not shut in"));
        }
        if service["healthcheck"].is_badvalue() {
            faults.push(format!("{name} has no health check"));
        }
        for port in texts(&service["ports"])
            .iter()
            .filter(|port| !port.starts_with("127.0.0.1:"))
        {
            faults.push(format!("{name} publishes {port} to everybody"));
        }
        for mount in texts(&service["volumes"]) {
            let from = mount.split(':').next().unwrap().to_owned();
            if !from.starts_with("./") {
                continue;
            }
            if !mount.ends_with(":ro") {
                faults.push(format!("{name} may write {from}"));
            }
            if !root().join("deploy").join(&from).exists() {
                faults.push(format!("{name} mounts {from}, which is not there"));
            }
        }
    }
    none("deploy/compose.yaml", &faults);
    let worker = &compose["services"]["worker"];
    assert!(seconds(worker["stop_grace_period"].as_str().unwrap()) > grace());
    assert_eq!(worker["deploy"]["replicas"].as_i64(), Some(2));
    let handed: BTreeSet<String> = items(&worker["secrets"])
        .iter()
        .filter_map(|secret| secret["target"].as_str()?.strip_prefix("/etc/domorder/secrets/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(handed, secrets());
    for secret in &handed {
        assert!(
            !compose["secrets"][secret.as_str()].is_badvalue(),
            "{secret} is not declared"
        );
    }
}

#[test]
fn the_kubernetes_manifests_are_complete_restricted_and_drained() {
    for folder in ["base", "overlays/example"] {
        let folder = format!("deploy/kubernetes/{folder}");
        let list = yaml(&format!("{folder}/kustomization.yaml"));
        let mut named: BTreeSet<String> = texts(&list["resources"]).into_iter().collect();
        for generator in items(&list["configMapGenerator"])
            .iter()
            .chain(items(&list["secretGenerator"]))
        {
            named.extend(texts(&generator["files"]));
        }
        for file in named.iter().filter(|file| !file.starts_with("..")) {
            assert!(root().join(&folder).join(file).exists(), "{folder}: no {file}");
        }
        for file in files(&folder) {
            let name = file.path[folder.len() + 1..].to_owned();
            assert!(
                name == "kustomization.yaml" || named.contains(&name),
                "{} is in no list",
                file.path
            );
        }
        if folder.ends_with("example") {
            let secret: BTreeSet<String> = named
                .iter()
                .filter_map(|file| file.strip_prefix("secrets/"))
                .map(str::to_owned)
                .collect();
            assert_eq!(secret, secrets());
        }
    }
    let deployment = yaml("deploy/kubernetes/base/deployment.yaml");
    let pod = &deployment["spec"]["template"]["spec"];
    assert!(pod["terminationGracePeriodSeconds"].as_i64().unwrap() > grace());
    assert_eq!(pod["automountServiceAccountToken"].as_bool(), Some(false));
    assert_eq!(pod["securityContext"]["runAsNonRoot"].as_bool(), Some(true));
    let container = &items(&pod["containers"])[0];
    let context = &container["securityContext"];
    assert_eq!(context["allowPrivilegeEscalation"].as_bool(), Some(false));
    assert_eq!(context["readOnlyRootFilesystem"].as_bool(), Some(true));
    assert_eq!(texts(&context["capabilities"]["drop"]), ["ALL"]);
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        assert!(!container[probe].is_badvalue(), "no {probe}");
    }
}

#[test]
fn the_unit_hands_every_secret_over_and_drains() {
    let unit = read("deploy/systemd/domorder.service");
    let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    assert!(seconds(value("TimeoutStopSec=")) > grace());
    let handed: BTreeSet<String> = unit
        .lines()
        .filter_map(|line| line.strip_prefix("LoadCredential="))
        .filter_map(|line| Some(line.split_once(':')?.0.to_owned()))
        .collect();
    assert_eq!(handed, secrets());
    for secret in &handed {
        assert!(
            unit.contains(&format!("%d/{secret}")),
            "{secret} is handed over and not used"
        );
    }
    for line in [
        "LimitCORE=0",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "MemoryDenyWriteExecute=yes",
    ] {
        assert!(unit.lines().any(|found| found == line), "no {line}");
    }
}

#[test]
fn the_image_is_empty_but_for_the_program_and_belongs_to_nobody() {
    let dockerfile = read("deploy/Dockerfile");
    let last = dockerfile.split("\nFROM ").last().unwrap();
    assert!(last.starts_with("scratch\n"));
    for line in [
        "USER 65532:65532",
        "STOPSIGNAL SIGTERM",
        "ENTRYPOINT [\"/usr/local/bin/domorder\"]",
    ] {
        assert!(last.lines().any(|found| found == line), "no {line}");
    }
    assert!(last.contains("\nHEALTHCHECK "));
    for copied in dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|line| !line.starts_with("--"))
    {
        let mut words: Vec<&str> = copied.split_whitespace().collect();
        words.pop();
        for path in words {
            assert!(root().join(path).exists(), "the Dockerfile copies {path}");
            assert!(
                read("deploy/Dockerfile.dockerignore").contains(&format!("!{path}\n")),
                "{path} is left out"
            );
        }
    }
}

#[test]
fn the_operators_pages_have_no_dead_links() {
    let mut faults = Vec::new();
    for page in ["deploy/README.md", "deploy/runbook.md"] {
        let text = read(page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if !target.starts_with("https://") && !root().join("deploy").join(file).exists() {
                faults.push(format!("{page}: {target}"));
            }
        }
    }
    none("dead links", &faults);
}
