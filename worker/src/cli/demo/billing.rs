//! The billing system's side: documents and signals in by `XADD`, what became of them out of the streams. No more than
//! a PHP module would do; nothing here uses the worker's own code.

use std::time::Duration;

use anyhow::Context as _;
use domorder_jobs::view::OrderView;
use jiff::Timestamp;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamReadOptions, StreamReadReply};
use serde_json::Value;

use super::documents::Document;

const INTAKE: &str = "domorder:intake";
const EVENTS: &str = "{domorder:0}:events";
const REJECTED: &str = "domorder:rejected";

/// How long Redis is waited for.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// A connection that writes, and one that waits.
pub(super) struct Billing {
    writes: MultiplexedConnection,
    waits: MultiplexedConnection,
    /// The last event and the last refusal that were read.
    after: [String; 2],
}

/// What came out.
pub(super) enum News {
    /// An order changed.
    Order(Box<OrderView>),
    /// A document was not accepted.
    Refused {
        /// Its idempotency key, if it had one.
        key: String,
        /// Why, in words.
        why: String,
    },
}

impl Billing {
    pub(super) async fn connect(url: &str) -> anyhow::Result<Self> {
        let client = redis::Client::open(url)?;
        // The client's own half second would end a blocking read, and a disk that is busy with other things can hold up
        // every answer of an append-only file that is synced always.
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER_MAX));
        Ok(Self {
            writes: client.get_multiplexed_async_connection_with_config(&config).await?,
            waits: client.get_multiplexed_async_connection_with_config(&config).await?,
            after: ["0".to_owned(), "0".to_owned()],
        })
    }

    /// Whether this process is the server: another one may have taken its port.
    pub(super) async fn is_served_by(&mut self, pid: u32) -> bool {
        let info: redis::RedisResult<String> = redis::cmd("INFO").arg("server").query_async(&mut self.writes).await;
        let line = format!("process_id:{pid}");
        info.is_ok_and(|info| info.lines().any(|found| found.trim() == line))
    }

    /// Hands documents in, all at once.
    pub(super) async fn hand_in(&mut self, documents: &[String]) -> anyhow::Result<()> {
        let mut pipeline = redis::pipe();
        for document in documents {
            pipeline.xadd(INTAKE, "*", &[("order", document)]).ignore();
        }
        let written: redis::RedisResult<()> = pipeline.query_async(&mut self.writes).await;
        written.context("the orders could not be handed in")
    }

    /// Tells an order something.
    pub(super) async fn signal(&mut self, signal: &str) -> anyhow::Result<()> {
        let mut command = redis::cmd("XADD");
        command.arg(INTAKE).arg("*").arg("signal").arg(signal);
        let written: redis::RedisResult<String> = command.query_async(&mut self.writes).await;
        written.map(drop).context("a signal could not be handed in")
    }

    /// What came out since the last time; waits so long for the first of it.
    pub(super) async fn news(&mut self, wait: Duration) -> anyhow::Result<Vec<News>> {
        let wait = usize::try_from(wait.as_millis()).unwrap_or(1).max(1);
        let options = StreamReadOptions::default().block(wait).count(500);
        let mut command = redis::cmd("XREAD");
        command.arg(&options).arg("STREAMS").arg(EVENTS).arg(REJECTED);
        let read: redis::RedisResult<Option<StreamReadReply>> =
            command.arg(&self.after).query_async(&mut self.waits).await;
        let mut news = Vec::new();
        for stream in read
            .context("the event stream cannot be read")?
            .into_iter()
            .flat_map(|r| r.keys)
        {
            let is_event = stream.key == EVENTS;
            for entry in stream.ids {
                news.push(if is_event { event(&entry)? } else { refusal(&entry) });
                self.after[usize::from(!is_event)] = entry.id;
            }
        }
        Ok(news)
    }
}

/// Documents as they are handed in now.
pub(super) fn written(documents: &[Document]) -> Vec<String> {
    let now = Timestamp::now();
    documents.iter().map(|document| document.hand_in(now)).collect()
}

fn event(entry: &StreamId) -> anyhow::Result<News> {
    let text: String = entry.get("event").unwrap_or_default();
    let mut event: Value = serde_json::from_str(&text).context("an event is no JSON")?;
    let view = serde_json::from_value(event["data"].take()).context("an event holds no order view")?;
    Ok(News::Order(Box::new(view)))
}

fn refusal(entry: &StreamId) -> News {
    let parsed = |field: &str| -> Value {
        let text: String = entry.get(field).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    let problem = parsed("error");
    let faults: Vec<String> = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|fault| {
            let text = |name: &str| fault[name].as_str().unwrap_or_default();
            format!("{} {}", text("pointer"), text("detail"))
        })
        .collect();
    let why = match faults.is_empty() {
        true => problem["title"].as_str().unwrap_or("without a reason").to_owned(),
        false => faults.join("; "),
    };
    News::Refused {
        key: parsed("entry")["idempotency_key"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        why,
    }
}
