//! The peer: a plain apalis-redis 1.0 worker in its safe settings, whose task is one call over a pooled client.
//!
//! Safe settings: batch 1 (a larger batch waits unstarted under a lease), locks and events off, results kept, a time
//! to live for idempotency keys, a unique worker name. It reads nothing before its call and writes no intent.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt as _;
use apalis::prelude::{BoxDynError, Data, TaskSink as _, WorkerBuilder};
use apalis_redis::{Config, ConnectionManager, RedisStorage};
use clap::Args;
use serde::{Deserialize, Serialize};

/// What the worker is told.
#[derive(Debug, Args)]
pub(crate) struct PeerArgs {
    #[arg(long)]
    redis: String,
    #[arg(long)]
    provider: String,
    #[arg(long)]
    concurrency: u32,
}

/// A task: as much as a renewal's order document says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Renewal {
    pub(crate) idempotency_key: String,
    pub(crate) account: String,
    pub(crate) domain: String,
    pub(crate) years: u8,
    pub(crate) customer: String,
    pub(crate) expected_expiry: String,
}

impl Renewal {
    pub(crate) fn new(n: usize) -> Self {
        Self {
            idempotency_key: format!("invoice-{n}"),
            account: "cr-main".to_owned(),
            domain: format!("renew-{n}.com"),
            years: 1,
            customer: "5512".to_owned(),
            expected_expiry: "2026-03-04".to_owned(),
        }
    }
}

/// Its storage.
pub(crate) async fn storage(redis: &str) -> anyhow::Result<RedisStorage<Renewal, ConnectionManager>> {
    let config = Config::default()
        .queue("renewals")
        .batch_size(1)
        .lock_tasks(false)
        .emit_events(false)
        .persist_results(true)
        .idempotency_ttl(Some(Duration::from_secs(86_400)));
    Ok(RedisStorage::new(apalis_redis::connect(redis).await?).with_config(config))
}

/// Pushes tasks in one go.
pub(crate) async fn push_all(
    storage: &mut RedisStorage<Renewal, ConnectionManager>,
    tasks: Vec<Renewal>,
) -> anyhow::Result<()> {
    storage.push_bulk(tasks).await.map_err(|e| anyhow::anyhow!("{e:?}"))
}

/// Waits until the worker has moved all that is due into its queue.
pub(crate) async fn moved(redis: &str) -> anyhow::Result<()> {
    let mut connection = redis::Client::open(redis)?.get_multiplexed_async_connection().await?;
    for _ in 0..3_000 {
        let due: u64 = redis::cmd("ZCARD")
            .arg("renewals:scheduled")
            .query_async(&mut connection)
            .await?;
        if due == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("the peer does not move what is due")
}

/// Pushes one task.
pub(crate) async fn push_one(
    storage: &mut RedisStorage<Renewal, ConnectionManager>,
    task: Renewal,
) -> anyhow::Result<()> {
    storage.push(task).await.map_err(|e| anyhow::anyhow!("{e:?}"))
}

#[derive(Clone)]
struct Caller {
    client: reqwest::Client,
    base: String,
}

async fn renew(task: Renewal, caller: Data<Caller>) -> Result<(), BoxDynError> {
    let url = format!(
        "{}/one?Websitename={}&Duration={}&Id={}",
        caller.base, task.domain, task.years, task.customer
    );
    let answer = caller.client.get(url).send().await?.bytes().await?;
    let _: serde_json::Value = serde_json::from_slice(&answer)?;
    Ok(())
}

/// Works until it is told to stop.
pub(crate) async fn run(args: &PeerArgs) -> anyhow::Result<()> {
    let caller = Caller {
        client: reqwest::Client::builder().no_proxy().build()?,
        base: args.provider.clone(),
    };
    let worker = WorkerBuilder::new(format!("peer-{}", std::process::id()).as_str())
        .backend(storage(&args.redis).await?)
        .concurrency(usize::try_from(args.concurrency)?)
        .data(caller)
        .build(renew);
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let told = async move {
        terminate.recv().await;
        Ok::<(), std::io::Error>(())
    };
    worker.run_until(told).await.map_err(|e| anyhow::anyhow!("{e}"))
}
