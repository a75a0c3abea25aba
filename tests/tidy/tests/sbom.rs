//! What is linked into the released program is known: each crate with its licence and where it is from.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

use std::collections::BTreeSet;
use std::process::{Command, Output};

use domorder_tests_tidy::{none, read, root};
use serde_json::Value;

/// What the release is built for.
const TARGET: &str = "x86_64-unknown-linux-musl";

fn cargo(arguments: &[&str]) -> Output {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap()
}

/// Name, version and licence of every crate that the program is linked of; its macros too.
fn linked() -> BTreeSet<(String, String, String)> {
    let tree = [
        "tree",
        "--locked",
        "--package",
        "domorder",
        "--target",
        TARGET,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ];
    let ran = cargo(&tree);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let text = String::from_utf8(ran.stdout).unwrap();
    let row = |line: &str| {
        let (package, licence) = line.split_once('|').unwrap();
        let mut words = package.split(' ');
        let name = words.next().unwrap_or_default();
        let version = words.next().unwrap_or_default().trim_start_matches('v');
        (
            name.to_owned(),
            version.to_owned(),
            licence.trim_end_matches(" (*)").to_owned(),
        )
    };
    text.lines().filter(|line| !line.is_empty()).map(row).collect()
}

#[test]
fn every_crate_that_is_linked_has_a_licence_and_a_checksum() {
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let mut faults = Vec::new();
    let linked = linked();
    for (name, version, licence) in &linked {
        if licence.is_empty() {
            faults.push(format!("{name} {version} has no licence"));
        }
        let is = |package: &&toml::Value| {
            package["name"].as_str() == Some(name) && package["version"].as_str() == Some(version)
        };
        match packages.iter().find(is) {
            None => faults.push(format!("{name} {version} is not in the lock file")),
            Some(package) if name.starts_with("domorder") => {
                assert!(package.get("source").is_none(), "{name} is ours");
            }
            Some(package) if package.get("checksum").is_none() => {
                faults.push(format!("{name} {version} has no checksum"))
            }
            Some(_) => {}
        }
        // Tests and what they need stay out of the program.
        if name.starts_with("domorder-tests") {
            faults.push(format!("{name} is linked into the program"));
        }
    }
    none("what is linked", &faults);
    assert!(linked.len() > 100, "{}", linked.len());
}

/// Made by cargo-cyclonedx, which takes minutes to build: where it is not installed this is not looked at, and says so.
/// `deploy/release` installs it.
#[test]
fn the_bill_of_materials_lists_what_is_linked() {
    if !cargo(&["cyclonedx", "--version"]).status.success() {
        eprintln!("not looked at: cargo-cyclonedx is not installed (cargo install --locked cargo-cyclonedx)");
        return;
    }
    let folder = root().join("target/sbom-of-a-test");
    let file = folder.join("domorder.cdx.json");
    let ran = Command::new(root().join("deploy/sbom"))
        .arg(&file)
        .arg(TARGET)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let bill: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(bill["bomFormat"], "CycloneDX");
    assert_eq!(bill["metadata"]["component"]["name"], "domorder");
    let mut faults = Vec::new();
    let components = bill["components"].as_array().unwrap();
    for (name, version, _) in linked().iter().filter(|(name, _, _)| name != "domorder") {
        let is = |component: &&Value| component["name"] == name.as_str() && component["version"] == version.as_str();
        let Some(component) = components.iter().find(is) else {
            faults.push(format!("{name} {version} is not in it"));
            continue;
        };
        if component["licenses"].as_array().is_none_or(Vec::is_empty) {
            faults.push(format!("{name} {version} stands there without licence"));
        }
        let is_ours = name.starts_with("domorder");
        if !is_ours && component["hashes"].as_array().is_none_or(Vec::is_empty) {
            faults.push(format!("{name} {version} stands there without checksum"));
        }
    }
    none("the bill of materials", &faults);
    std::fs::remove_dir_all(folder).unwrap();
}
