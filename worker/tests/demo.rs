//! `domorder demo`, whole: the built program, a real Redis, the simulator as a program beside it.

use std::path::Path;
use std::process::{Command, Output};

fn demo(arguments: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_domorder"));
    let simulator = program.with_file_name("domorder-sim");
    assert!(
        simulator.is_file(),
        "{} is missing: run the tests of the whole workspace, which build it",
        simulator.display()
    );
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(program);
    command.current_dir(repository).arg("demo").args(arguments);
    command.output().expect("the built program can be started")
}

#[test]
fn every_order_of_the_demo_ends_as_foreseen_and_nothing_is_bought_twice() {
    let output = demo(&[]);
    let (table, told) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{told}\n{table}");
    let last = table.lines().last().unwrap();
    assert!(last.starts_with("orders: 90  succeeded: 78 "), "{last}");
    assert!(last.ends_with("  double charges: 0"), "{last}");
    assert!(told.contains("killed with SIGKILL"), "{told}");
    assert!(told.contains("was in the killed replica's hands"), "{told}");
    // Without a terminal there are lines and no bar.
    assert!(!told.contains('\r') && !told.contains('\u{1b}'), "{told}");
}

#[test]
fn a_deviation_is_named_and_is_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo-orders");
    for file in std::fs::read_dir(documents).unwrap() {
        let file = file.unwrap();
        let mut text = std::fs::read_to_string(file.path()).unwrap();
        let name = file.file_name();
        match name.to_str().unwrap() {
            // One that cannot be, and no others of the first wave, so that it is over soon.
            "register.ndjson" => {
                let first = text.lines().next().unwrap();
                text = first.replace(r#""demo.charges": "1""#, r#""demo.charges": "2""#);
            }
            "world.json" => {
                let mut world: serde_json::Value = serde_json::from_str(&text).unwrap();
                let faults = world["faults"].as_array_mut().unwrap();
                faults.retain(|rule| rule["match"]["domain"] == "late-*");
                text = world.to_string();
            }
            "transfer.ndjson" | "renew.ndjson" | "email.ndjson" | "refused.ndjson" | "signals.ndjson" => text.clear(),
            _ => {}
        }
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output = demo(&["--documents", folder.path().to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let deviation = "not as foreseen: register quince-bakery-example.com (inv-20601): charged 1 time(s), 2 foreseen";
    assert!(told.contains(deviation), "{told}");
    assert_eq!(told.matches("not as foreseen").count(), 1, "{told}");
    let kept = told
        .lines()
        .find_map(|line| line.strip_prefix("what each process said stays in "))
        .unwrap();
    std::fs::remove_dir_all(kept).unwrap();
}
