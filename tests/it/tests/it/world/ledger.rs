//! What stands in Redis, read as an outsider would, and waiting for it.

use std::time::{Duration, Instant};

use domorder_jobs::format;
use domorder_jobs::order::Order;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::view::OrderView;
use futures::future::join_all;
use redis::aio::MultiplexedConnection;
use serde_json::Value;

use super::words::is_final;
use super::{LIMIT, NAMESPACE, PAUSE, World};

/// `state`, or `state/reason` where there is a reason.
pub(crate) fn state_of(view: &Value) -> String {
    let word = |field: &str| view[field].as_str().unwrap_or_default().to_owned();
    match view["reason"].as_str() {
        Some(reason) => format!("{}/{reason}", word("state")),
        None => word("state"),
    }
}

/// A refused entry.
#[derive(Debug, Clone)]
pub(crate) struct Rejected {
    pub(crate) entry: String,
    pub(crate) error: Value,
    pub(crate) at: String,
}

impl Rejected {
    /// The places of its faults, sorted.
    pub(crate) fn pointers(&self) -> Vec<String> {
        let faults = self.error["errors"].as_array().cloned().unwrap_or_default();
        let mut pointers: Vec<String> = faults.iter().map(|f| super::text(f, "pointer").to_owned()).collect();
        pointers.sort();
        pointers
    }
}

/// Whether a view is in the state wanted: `state`, or `state/reason`.
pub(crate) fn at(view: &Value, wanted: &str) -> bool {
    let now = state_of(view);
    now == wanted || now.split('/').next() == Some(wanted)
}

/// The order view of a stored document and record; nothing where they cannot be read.
pub(crate) fn view_of(document: &str, record: &str) -> Option<Value> {
    let order: Order = format::read(document).ok()?;
    let record: OrderRecord = format::read(record).ok()?;
    serde_json::to_value(OrderView::of(&order, &record)).ok()
}

impl World {
    /// A plain connection to this world's Redis; one that is held still for a moment is waited for.
    pub(crate) async fn connection(&self) -> MultiplexedConnection {
        let begun = Instant::now();
        loop {
            match self.redis.connection().await {
                Ok(connection) => return connection,
                Err(error) => assert!(begun.elapsed() < LIMIT, "Redis does not answer: {error}"),
            }
        }
    }

    /// Runs a Redis command.
    pub(crate) async fn redis<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut self.connection().await).await.unwrap()
    }

    /// Writes entries of one field each into the intake stream.
    pub(crate) async fn write_entries(&self, field: &str, texts: &[String]) {
        let mut pipeline = redis::pipe();
        for text in texts {
            pipeline
                .cmd("XADD")
                .arg(format!("{NAMESPACE}:intake"))
                .arg("*")
                .arg(field)
                .arg(text)
                .ignore();
        }
        let () = pipeline.query_async(&mut self.connection().await).await.unwrap();
    }

    /// The id of an order, once it was accepted.
    pub(crate) async fn id_of(&self, key: &str) -> Option<String> {
        let held: Option<String> = redis::cmd("GET")
            .arg(format!("{NAMESPACE}:idem:{key}"))
            .query_async(&mut self.connection().await)
            .await
            .ok()?;
        Some(held?.split_once(' ')?.0.to_owned())
    }

    /// The view of an order; nothing where it is not accepted yet (or Redis is away).
    pub(crate) async fn view(&self, key: &str) -> Option<Value> {
        let mut connection = self.redis.connection().await.ok()?;
        read(&mut connection, key).await
    }

    /// Waits until an order stands where it is wanted (`state` or `state/reason`); its view then.
    pub(crate) async fn until(&self, key: &str, wanted: &str) -> Value {
        self.until_within(key, wanted, LIMIT).await
    }

    /// As [`World::until`], with a limit of its own.
    pub(crate) async fn until_within(&self, key: &str, wanted: &str, limit: Duration) -> Value {
        let begun = Instant::now();
        let mut connection = None;
        loop {
            if connection.is_none() {
                connection = self.redis.connection().await.ok();
            }
            let view = match &mut connection {
                Some(open) => read(open, key).await,
                None => None,
            };
            let Some(view) = view else {
                connection = None;
                assert!(begun.elapsed() < limit, "{}", self.told(key, wanted).await);
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if at(&view, wanted) {
                return view;
            }
            let is_over = view["state"].as_str().is_some_and(is_final);
            assert!(!is_over && begun.elapsed() < limit, "{}", self.told(key, wanted).await);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until all of these orders stand where they are wanted.
    pub(crate) async fn until_all<K: AsRef<str>>(&self, keys: &[K], wanted: &str) -> Vec<Value> {
        join_all(keys.iter().map(|key| self.until(key.as_ref(), wanted))).await
    }

    /// What is known of an order that is not where it should be.
    async fn told(&self, key: &str, wanted: &str) -> String {
        let Some(view) = self.view(key).await else {
            let rejected = self.rejected().await;
            return format!("`{key}` was not accepted; refused entries: {rejected:#?}");
        };
        let timeline = self.timeline(key).await;
        let timeline: Vec<String> = timeline.iter().map(Value::to_string).collect();
        format!(
            "`{key}` should be `{wanted}` and is `{}`:\n{view:#}\n{}",
            state_of(&view),
            timeline.join("\n")
        )
    }

    /// What happened to an order, oldest first.
    pub(crate) async fn timeline(&self, key: &str) -> Vec<Value> {
        let id = self.id_of(key).await.unwrap_or_default();
        let shard = id.split('-').next().unwrap_or("0").to_owned();
        let entries: Vec<String> = self
            .redis(&[
                "LRANGE",
                &format!("{{{NAMESPACE}:{shard}}}:order:{id}:timeline"),
                "0",
                "-1",
            ])
            .await;
        entries
            .iter()
            .map(|entry| serde_json::from_str(entry).unwrap())
            .collect()
    }

    /// Every event of an order, oldest first, as it stands in the stream.
    pub(crate) async fn events(&self, key: &str) -> Vec<Value> {
        let id = self.id_of(key).await.unwrap_or_default();
        let shard = id.split('-').next().unwrap_or("0").to_owned();
        let all = self.all_events(&shard).await;
        all.into_iter().filter(|event| event["subject"] == *id).collect()
    }

    /// Every event of a shard.
    pub(crate) async fn all_events(&self, shard: &str) -> Vec<Value> {
        let stream = format!("{{{NAMESPACE}:{shard}}}:events");
        let entries: redis::streams::StreamRangeReply = self.redis(&["XRANGE", &stream, "-", "+"]).await;
        let text = |entry: &redis::streams::StreamId| entry.get::<String>("event").unwrap();
        entries
            .ids
            .iter()
            .map(|entry| serde_json::from_str(&text(entry)).unwrap())
            .collect()
    }

    /// The states an order went through, by its events, as `state` or `state/reason`.
    pub(crate) async fn steps(&self, key: &str) -> Vec<String> {
        let events = self.events(key).await;
        events.iter().map(|event| state_of(&event["data"])).collect()
    }

    /// Every refused entry.
    pub(crate) async fn rejected(&self) -> Vec<Rejected> {
        let entries: redis::streams::StreamRangeReply = self
            .redis(&["XRANGE", &format!("{NAMESPACE}:rejected"), "-", "+"])
            .await;
        let field = |entry: &redis::streams::StreamId, name: &str| entry.get::<String>(name).unwrap();
        entries
            .ids
            .iter()
            .map(|entry| Rejected {
                entry: field(entry, "entry"),
                error: serde_json::from_str(&field(entry, "error")).unwrap(),
                at: field(entry, "at"),
            })
            .collect()
    }

    /// Waits until so many entries were refused; all of them.
    pub(crate) async fn until_rejected(&self, count: usize) -> Vec<Rejected> {
        self.wait_until(&format!("{count} refused entries"), || async {
            self.rejected().await.len() >= count
        })
        .await;
        let rejected = self.rejected().await;
        assert_eq!(rejected.len(), count, "{rejected:#?}");
        rejected
    }
}

async fn read(connection: &mut MultiplexedConnection, key: &str) -> Option<Value> {
    let held: Option<String> = redis::cmd("GET")
        .arg(format!("{NAMESPACE}:idem:{key}"))
        .query_async(connection)
        .await
        .ok()?;
    let id = held?.split_once(' ')?.0.to_owned();
    let shard = id.split('-').next()?;
    let (document, record): (Option<String>, Option<String>) = redis::cmd("HMGET")
        .arg(format!("{{{NAMESPACE}:{shard}}}:order:{id}"))
        .arg(&["d", "r"])
        .query_async(connection)
        .await
        .ok()?;
    view_of(&document?, &record?)
}
