//! A small soak, as the program that people run for hours (`tests/soak`).

use std::process::Stdio;

#[tokio::test]
async fn a_small_soak_finds_nothing() {
    let ran = tokio::process::Command::new(env!("CARGO_BIN_EXE_domorder-soak"))
        .args(["--minutes", "0.4", "--orders", "300", "--kills", "15"])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(ran.status.success(), "{err}\n{out}");
    assert!(out.contains("soak"), "it ends with its table: {out}");
}
