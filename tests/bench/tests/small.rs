//! Every measurement, small: that it runs to its end and counts right, never how fast it was.

use std::process::Command;

#[test]
fn every_measurement_runs_to_its_end() {
    let domorder = std::path::Path::new(env!("CARGO_BIN_EXE_domorder-bench")).with_file_name("domorder");
    if !domorder.exists() {
        // Built by `--workspace`; a build of this crate alone has no worker to measure.
        panic!("{} is not built: run the tests with --workspace", domorder.display());
    }
    let output = Command::new(env!("CARGO_BIN_EXE_domorder-bench"))
        .args(["--orders", "300", "--rounds", "1", "--backlog", "2000", "--json", "all"])
        .output()
        .expect("it can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let figures: Vec<&str> = rows.iter().filter_map(|row| row["figure"].as_str()).collect();
    for figure in [
        "drain rate, everysec",
        "drain rate, always",
        "socket reads of Redis an order, always",
        "bulk accept, always",
        "bulk accept, or in orders, always",
        "accept one by one, everysec",
        "reading and judging an answer, connectreseller",
        "reading and judging an answer, logicboxes",
        "reading and judging an answer, namecom",
        "an order to the provider, idle, median",
        "Redis, a waiting order without its event",
        "Redis, a finished order with its timeline",
        "Redis, an event",
        "drain rate, 2000 waiting, of that with none",
    ] {
        assert!(figures.contains(&figure), "{figure} is missing of {figures:?}");
    }
    for row in &rows {
        let ours = row["domorder"]
            .as_str()
            .and_then(|v| v.split(' ').next()?.parse::<f64>().ok());
        assert!(ours.is_some_and(|v| v.is_finite() && v > 0.0), "{row}");
    }
}

#[test]
fn looking_is_measured_with_lists_and_without() {
    let output = Command::new(env!("CARGO_BIN_EXE_domorder-bench"))
        .args(["--orders", "200", "--json", "looks", "--hour-ms", "800"])
        .output()
        .expect("it can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(rows.len(), 12);
    for row in &rows {
        let told = row["domorder"]
            .as_str()
            .and_then(|v| v.split(' ').next()?.parse::<f64>().ok());
        assert!(told.is_some_and(|v| v.is_finite() && v > 0.0), "{row}");
    }
}
