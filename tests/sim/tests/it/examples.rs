//! The examples of the client library, run as its README says, against the simulator.

use std::path::PathBuf;

use domorder_tests_sim::{
    CONNECTRESELLER_KEY, LOGICBOXES_ID, LOGICBOXES_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Sim, SimHandle, SimOptions,
};

/// Built beside the tests by whatever builds the whole workspace.
fn program(name: &str) -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let program = here.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(
        program.exists(),
        "{} is not there: build the whole workspace's tests",
        program.display()
    );
    program
}

async fn example(sim: &SimHandle, name: &str, path: &str, secret: &str, rest: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{secret}\n")).unwrap();
    let ran = tokio::process::Command::new(program(name))
        .arg(format!("http://{}{path}", sim.address()))
        .arg(&file)
        .args(rest)
        .output()
        .await
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(ran.status.success(), "{name}: {out}{err}");
    assert!(!format!("{out}{err}").contains(secret), "{name} shows its secret");
    out.into_owned()
}

#[tokio::test]
async fn a_registration_is_looked_for_sent_once_and_found() {
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let arguments = ["fresh-lark-mill.example", "5512"];
    let out = example(
        &sim,
        "connectreseller",
        "/ConnectReseller/ESHOP",
        CONNECTRESELLER_KEY,
        &arguments,
    )
    .await;
    assert!(out.contains("taken") && out.contains("seen: Present"), "{out}");
    assert_eq!(sim.control().charge_summary().count, 1);
}

#[tokio::test]
async fn a_renewal_is_measured_against_what_was_read_before() {
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let reseller = LOGICBOXES_ID.to_string();
    let arguments = ["renew-lark-mill.example", reseller.as_str()];
    let out = example(&sim, "logicboxes", "/api", LOGICBOXES_KEY, &arguments).await;
    assert!(out.contains("expires Some(") && out.contains("taken as Some("), "{out}");
    assert!(out.contains("seen: Present") || out.contains("seen: Pending"), "{out}");
    assert_eq!(sim.control().charge_summary().count, 1);
}

#[tokio::test]
async fn an_account_is_read_by_the_trait_and_by_an_operations_name() {
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let out = example(
        &sim,
        "namecom",
        "/namecom/api",
        NAMECOM_TOKEN,
        &["lark-mill.com", NAMECOM_USERNAME],
    )
    .await;
    assert!(out.contains("funds: ") && out.contains("lark-mill.com"), "{out}");
    assert_eq!(sim.control().charge_summary().count, 0);
}
