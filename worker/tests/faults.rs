//! The program that is released cannot be told to fail.

/// The environment variable by which the tests' own program takes a plan.
const PLAN: &str = "DOMORDER_FAULTS_FOR_TESTS_ONLY";

#[test]
fn the_released_program_knows_no_plan_of_faults() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_domorder")).expect("the program can be read");
    let names = |what: &str| program.windows(what.len()).any(|window| window == what.as_bytes());
    assert!(names("DOMORDER_CONFIG"), "its variables are found in it");
    assert!(!names(PLAN));
    assert!(!names("a planned fault"));
}
