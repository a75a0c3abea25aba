//! What looking at transfers that wait costs the provider: its calls per waiting order and hour, with lists of the whole
//! account and without (the provider then fails them, and every order is looked at singly).
//!
//! The schedule is shortened: what stands for an hour takes some seconds, and the waits before it are as much shorter.
//! Calls are counted over three such hours, once every transfer has come to the last wait of the schedule.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use domorder::wiring;
use domorder_jobs::ledger::Ledger;
use domorder_jobs::state::State;
use domorder_tests_sim::{
    Behaviour, CONNECTRESELLER_KEY, LOGICBOXES_ID, LOGICBOXES_KEY, Rule, Sim, SimHandle, SimOptions,
};
use domorder_tests_support::{RedisOptions, RedisServer};
use tempfile::TempDir;

use crate::process::{Running, resident_bytes};
use crate::report::{Report, Wanted};
use crate::world::{Bench, in_state, submit};

/// An account, and its list.
const PROVIDERS: [(&str, &str, &str); 2] = [
    ("ConnectReseller", "cr-main", "SearchDomainList"),
    ("LogicBoxes", "lb-main", "actions/search-current"),
];
/// The default schedule of transfers, in parts of its last wait.
const SCHEDULE: [f64; 4] = [30.0 / 3_600.0, 300.0 / 3_600.0, 0.5, 1.0];
/// So many hours pass before the calls are counted, and so many are counted.
const HOURS: (u32, u32) = (4, 3);

pub(crate) async fn measure(bench: &Bench, hour_ms: u64, report: &mut Report) -> anyhow::Result<()> {
    let hour = Duration::from_millis(hour_ms);
    for (name, account, list) in PROVIDERS {
        for lists in [false, true] {
            let how = if lists { "lists" } else { "singly" };
            eprintln!("looks, {name}, {how}");
            let measured = run(bench, hour, account, list, lists).await?;
            let figure = |what: &str| format!("{what}, {} waiting transfers, {name}, {how}", bench.orders);
            report.value(
                figure("calls per waiting order and hour"),
                measured.calls,
                "calls",
                Wanted::Nothing,
            );
            report.value(
                figure("looks per waiting order and hour"),
                measured.looks,
                "looks",
                Wanted::Nothing,
            );
            report.value(figure("resident"), measured.mib, "MiB", Wanted::Nothing);
        }
    }
    Ok(())
}

struct Measured {
    /// Per waiting order and hour.
    calls: f64,
    /// Per waiting order and hour.
    looks: f64,
    mib: f64,
}

async fn run(bench: &Bench, hour: Duration, account: &str, list: &str, lists: bool) -> anyhow::Result<Measured> {
    let sim = Sim::start(SimOptions {
        keep_requests: false,
        ..SimOptions::default()
    })
    .await?;
    if !lists {
        sim.control()
            .add_fault(Rule::new(Behaviour::Fail502Before).operation(list));
    }
    let redis = RedisServer::start(RedisOptions::default()).await?;
    let folder = TempDir::new()?;
    let file = folder.path().join("domorder.toml");
    let address = free_address()?;
    std::fs::write(&file, configuration(bench, &sim, &redis, hour, &address))?;
    let (config, _) = domorder_config::load(domorder_config::LoadOptions {
        file: Some(file.clone()),
        env: std::iter::empty(),
    })
    .map_err(|errors| anyhow::anyhow!("{errors}"))?;
    let ring = Arc::new(wiring::key_ring(&config, Some(&file), true)?);
    let ledger = Ledger::connect(wiring::ledger_settings(&config)).await?;
    let catalogue = wiring::catalogue(&config, &wiring::providers(&config)?);
    let producer = wiring::producer(&config, &ledger, catalogue, ring);
    let documents: Vec<Vec<u8>> = (0..bench.orders).map(|n| document(account, n)).collect();
    submit(&producer, &documents).await?;

    let mut command = Command::new(&bench.domorder);
    command.arg("--config").arg(&file).arg("run");
    let worker = Running::start(&mut command, &folder.path().join("domorder.log"))?;
    let (begun, all) = (Instant::now(), u64::try_from(bench.orders)?);
    while in_state(&ledger.counts().await?, State::Blocked) < all {
        anyhow::ensure!(
            begun.elapsed() < Duration::from_secs(300),
            "not all transfers were placed"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(hour * HOURS.0).await;
    let counted = async || -> anyhow::Result<(u64, u64, f64)> {
        let told = sim.control().request_summary();
        let looks = looks(&address, account).await?;
        Ok((told.total, told.calls(list), looks))
    };
    let (before, began) = (counted().await?, Instant::now());
    tokio::time::sleep(hour * HOURS.1).await;
    let (after, hours) = (counted().await?, began.elapsed().as_secs_f64() / hour.as_secs_f64());
    // A list that fails belongs to the measurement and not to looking singly.
    let of_list = if lists { 0 } else { after.1 - before.1 };
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
    let (calls, order_hours) = ((after.0 - before.0 - of_list) as f64, bench.orders as f64 * hours);
    #[expect(clippy::cast_precision_loss, reason = "bytes of a benchmark")]
    let mib = resident_bytes(worker.pid())? as f64 / 1024.0 / 1024.0;
    anyhow::ensure!(
        in_state(&ledger.counts().await?, State::Blocked) == all,
        "a transfer was moved"
    );
    worker.stop()?;
    Ok(Measured {
        calls: calls / order_hours,
        looks: (after.2 - before.2) / order_hours,
        mib,
    })
}

fn configuration(bench: &Bench, sim: &SimHandle, redis: &RedisServer, hour: Duration, listen: &str) -> String {
    let wait = |part: f64| format!("\"{}ms\"", hour.mul_f64(part).as_millis().max(1));
    let common = format!("concurrency = {}\nrate = \"1000000/s\"\n", bench.concurrency);
    format!(
        "[redis]\nurl = \"{}\"\ndurability = \"relaxed\"\n[http]\nlisten = \"{listen}\"\n[polling]\ntransfer = [{}]\n\
         [accounts.cr-main]\nprovider = \"connectreseller\"\nbase_url = \"{}\"\napi_key = \"{CONNECTRESELLER_KEY}\"\n\
         default_customer = \"5512\"\n{common}\
         [accounts.lb-main]\nprovider = \"logicboxes\"\nbase_url = \"{}\"\nauth_userid = \"{LOGICBOXES_ID}\"\n\
         api_key = \"{LOGICBOXES_KEY}\"\ndefault_customer = \"4400012\"\n{common}\
         [accounts.lb-main.defaults]\nregistrant = \"991\"\n",
        redis.url(),
        SCHEDULE.map(wait).join(", "),
        sim.base_url_connectreseller(),
        sim.base_url_logicboxes(),
    )
}

fn document(account: &str, n: usize) -> Vec<u8> {
    format!(
        r#"{{"idempotency_key":"invoice-{n}","kind":"transfer","account":"{account}","domain":"move-{n}.com","auth_code":"good-Code-7Fq2"}}"#
    )
    .into_bytes()
}

/// A port that is free now; the worker's metrics are read from it.
fn free_address() -> anyhow::Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Looks so far, singly or by a list.
async fn looks(address: &str, account: &str) -> anyhow::Result<f64> {
    let text = reqwest::get(format!("http://{address}/metrics")).await?.text().await?;
    let account = format!("account=\"{account}\"");
    let ours = |line: &&str| line.starts_with("domorder_polls_total{") && line.contains(&account);
    text.lines()
        .filter(ours)
        .map(|line| {
            line.rsplit(' ')
                .next()
                .and_then(|n| n.parse::<f64>().ok())
                .context("an odd metric")
        })
        .sum()
}
