//! The program that prints a run's report.

use std::process::Command;

use domorder_tests_support::report::Row;

#[test]
fn the_report_says_by_its_exit_code_whether_a_law_was_broken() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |row: &Row| {
        let line = serde_json::to_string(row).expect("JSON");
        std::fs::write(folder.path().join("1.jsonl"), line).expect("written");
        let ran = Command::new(env!("CARGO_BIN_EXE_domorder-report"))
            .arg(folder.path())
            .output();
        let ran = ran.expect("it runs");
        (ran.status.code(), String::from_utf8(ran.stdout).expect("text"))
    };
    let mut row = Row::of("a suite");
    let (code, table) = told(&row);
    assert_eq!(code, Some(0));
    assert!(table.contains("a suite"), "{table}");
    row.violations = 1;
    assert_eq!(told(&row).0, Some(1));
}
