//! The control interface over HTTP, and the program.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use domorder_tests_sim::{ChargeReport, ClockReport, RequestReport, RuleReport, StateReport, Unexpected};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::World;

async fn get<T: DeserializeOwned>(world: &World, path: &str) -> T {
    let got = World::send(world.client().get(world.url(path))).await.unwrap();
    assert_eq!(got.status, 200, "{path}: {}", got.text);
    serde_json::from_str(&got.text).unwrap()
}

async fn post(world: &World, path: &str, body: &Value) -> u16 {
    World::send(world.client().post(world.url(path)).json(body))
        .await
        .unwrap()
        .status
}

#[tokio::test]
async fn a_world_is_steered_over_http() {
    let world = World::new().await;
    let seed = json!({ "connectreseller": { "domains": [{ "name": "own.example" }], "balance_cents": 5_000 } });
    assert_eq!(post(&world, "/control/seed", &seed).await, 200);
    let rule =
        json!({ "match": { "operation": "renewalorder", "domain": "own*" }, "count": 1, "behaviour": "do_then_500" });
    assert_eq!(
        post(
            &world,
            "/control/faults",
            &json!([rule, { "behaviour": { "late": { "ms": 1 } } }])
        )
        .await,
        200
    );
    assert_eq!(world.renew("own.example").await.status, 500);
    assert_eq!(world.renew("own.example").await.status, 200);

    let rules: Vec<RuleReport> = get(&world, "/control/faults").await;
    assert_eq!((rules[0].seen, rules[0].fired, rules[1].fired), (2, 1, 1));
    let charges: ChargeReport = get(&world, "/control/charges").await;
    assert_eq!(
        (charges.count, charges.double_charges, charges.charges.len()),
        (2, 1, 2)
    );
    let summary: ChargeReport = get(&world, "/control/charges?summary=true").await;
    assert_eq!((summary.count, summary.charges.len()), (2, 0));
    let requests: RequestReport = get(&world, "/control/requests").await;
    assert_eq!((requests.total, requests.requests[1].charge), (2, Some(2)));
    let state: StateReport = get(&world, "/control/state").await;
    assert_eq!(
        (
            state.connectreseller_cents,
            state.domain("own.example").unwrap().customer_id
        ),
        (5_000 - 2_398, Some(5512))
    );
    let unexpected: Vec<Unexpected> = get(&world, "/control/unexpected").await;
    assert_eq!(unexpected, vec![]);
    let before: ClockReport = get(&world, "/control/clock").await;
    assert_eq!(
        post(
            &world,
            "/control/clock",
            &json!({ "advance_secs": 3600, "scale": 10.0 })
        )
        .await,
        200
    );
    let after: ClockReport = get(&world, "/control/clock").await;
    assert!(after.virtual_time.duration_since(before.virtual_time).as_secs() >= 3600);
    assert_eq!(
        post(
            &world,
            "/control/chaos",
            &json!({ "seed": 1, "rate": 1.0, "behaviours": ["fail_500_before"] })
        )
        .await,
        200
    );
    assert_eq!(
        world.renew("renew-1.example").await.status,
        200,
        "a rule comes before chaos"
    );
    assert_eq!(
        World::send(world.client().delete(world.url("/control/faults")))
            .await
            .unwrap()
            .status,
        200
    );

    assert_eq!(post(&world, "/control/reset", &json!(null)).await, 200);
    let state: StateReport = get(&world, "/control/state").await;
    assert_eq!(
        (state.domains.len(), world.charges().count, world.requests().total),
        (0, 0, 0)
    );
    assert_eq!(
        post(&world, "/control/seed", &json!({ "connectreseler": {} })).await,
        422,
        "a typo is told"
    );
}

#[tokio::test]
async fn without_a_journal_requests_are_only_counted() {
    let options = domorder_tests_sim::SimOptions {
        keep_requests: false,
        ..Default::default()
    };
    let world = World::started(options).await;
    world.renew("renew-1.example").await;
    let report = world.requests();
    assert_eq!(
        (report.calls("RenewalOrder"), report.requests.len(), report.dropped),
        (1, 0, 1)
    );
    assert_eq!(world.charges().count, 1);
}

/// Ends the program with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_says_where_it_listens_and_takes_files() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, faults, port) = (
        folder.path().join("seed"),
        folder.path().join("faults"),
        folder.path().join("port"),
    );
    std::fs::write(
        &seed,
        json!({ "connectreseller": { "domains": [{ "name": "own.example" }] } }).to_string(),
    )
    .unwrap();
    std::fs::write(
        &faults,
        json!([{ "match": { "operation": "Order" }, "behaviour": "do_then_500" }]).to_string(),
    )
    .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_domorder-sim"));
    command.args([
        "--listen",
        "127.0.0.1:0",
        "--scale",
        "86400",
        "--chaos",
        "1:0",
        "--no-journal",
    ]);
    command
        .arg("--seed-file")
        .arg(&seed)
        .arg("--faults")
        .arg(&faults)
        .arg("--port-file")
        .arg(&port);
    let mut program = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(program.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let base = line.trim();
    assert_eq!(
        format!("http://{}", std::fs::read_to_string(&port).unwrap().trim()),
        base
    );

    let world = World::new().await;
    let ask = |path: String| World::send(world.client().get(format!("{base}{path}")));
    let view = ask("/ConnectReseller/ESHOP/ViewDomain?websiteName=own.example&APIKey=CR-DEMO-KEY-0001".to_owned());
    assert_eq!(view.await.unwrap().code(), 200);
    let order = crate::world::register_query("new.example");
    let order = ask(format!("/ConnectReseller/ESHOP/{order}&APIKey=CR-DEMO-KEY-0001"))
        .await
        .unwrap();
    assert_eq!(order.status, 500);
    let charges: ChargeReport = serde_json::from_str(&ask("/control/charges".to_owned()).await.unwrap().text).unwrap();
    assert_eq!(charges.standing("Order", "new.example"), 1);
}
