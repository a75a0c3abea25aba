//! Connections: commands go to the node of their slot, in one pipeline a node; what broke is opened anew.
//!
//! Every command of the ledger may be sent twice without harm (see the scripts), so a pipeline whose answer was lost is
//! sent again on a new connection. Only a claim is not: its orders would wait under leases nobody knows of.

use std::{collections::HashMap, sync::Arc, time::Duration};

use redis::{Arg, AsyncConnectionConfig, Cmd, Pipeline, Value, aio::MultiplexedConnection};
use tokio::{sync::Mutex, time::Instant};

use super::{
    durability::{Settings, Standard, Told, Waits, append_settings},
    error::{LedgerError, Refusal, refusal},
    script,
    topology::{Node, Topology},
    value,
};

/// A command and the slot it belongs to.
pub(super) struct Routed {
    pub(super) slot: u16,
    pub(super) command: Cmd,
}

/// How hard to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Again while the server surely did nothing (scripts forgotten, moved, read-only), not after a lost answer.
    UnlessSent,
    /// Again after any fault that may pass, for this long.
    For(Duration),
}

#[derive(Clone)]
struct Open {
    connection: MultiplexedConnection,
    waits: Waits,
    number: u64,
}

/// Where a node's connection is, or will be: its own lock, so that a node that does not answer holds up no other.
#[derive(Default)]
struct Place {
    open: Option<Open>,
    number: u64,
}

/// Connections of one purpose, one a node, opened when first needed.
pub(super) struct Link {
    topology: Arc<Topology>,
    timeout: Option<Duration>,
    connect_timeout: Duration,
    standard: Arc<Standard>,
    open: Mutex<HashMap<Node, Arc<Mutex<Place>>>>,
}

enum Fault {
    /// Surely nothing was done by the part that matters.
    Again(LedgerError),
    /// It may have been done.
    Lost(LedgerError),
    /// No use in asking again.
    Final(LedgerError),
}

const PAUSE_FIRST: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

impl Link {
    /// `timeout: None` is for blocking reads only.
    pub(super) fn new(
        topology: Arc<Topology>,
        timeout: Option<Duration>,
        connect_timeout: Duration,
        standard: Arc<Standard>,
    ) -> Self {
        Self {
            topology,
            timeout,
            connect_timeout,
            standard,
            open: Mutex::default(),
        }
    }

    /// Sends commands, one pipeline a node, and returns the answers in order.
    pub(super) async fn send(
        &self,
        commands: Vec<Routed>,
        effort: Effort,
        durable: bool,
    ) -> Result<Vec<Value>, LedgerError> {
        let began = Instant::now();
        let mut pause = PAUSE_FIRST;
        loop {
            let fault = match self.send_once(&commands, durable).await {
                Ok(values) => return Ok(values),
                Err(fault) => fault,
            };
            let limit = match effort {
                Effort::UnlessSent => Duration::from_secs(2),
                Effort::For(limit) => limit,
            };
            let error = match fault {
                Fault::Final(error) => return Err(error),
                Fault::Lost(error) if effort == Effort::UnlessSent => return Err(error),
                Fault::Lost(error) | Fault::Again(error) => error,
            };
            if began.elapsed() + pause > limit {
                return Err(error);
            }
            tracing::debug!(error = %error, "the ledger is asked again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// One command.
    pub(super) async fn one(&self, slot: u16, command: Cmd, effort: Effort) -> Result<Value, LedgerError> {
        let values = self.send(vec![Routed { slot, command }], effort, false).await?;
        Ok(values.into_iter().next().unwrap_or_default())
    }

    /// The answers to one pipeline from a node, without any retry: for looking at the server itself.
    pub(super) async fn ask(&self, node: &Node, pipeline: &Pipeline) -> Result<Vec<Value>, LedgerError> {
        let open = self.open(node).await?;
        let answer = open
            .connection
            .clone()
            .send_packed_commands(pipeline, 0, pipeline.len())
            .await;
        match answer {
            Ok(values) => Ok(values),
            Err(error) => {
                self.forget(node, open.number).await;
                Err(LedgerError::Unreachable(error))
            }
        }
    }

    async fn send_once(&self, commands: &[Routed], durable: bool) -> Result<Vec<Value>, Fault> {
        let mut parts: Vec<(Node, Vec<usize>)> = Vec::new();
        for (index, routed) in commands.iter().enumerate() {
            let node = self.topology.node_of(routed.slot).await.map_err(Fault::from)?;
            match parts.iter_mut().find(|(other, _)| *other == node) {
                Some((_, indexes)) => indexes.push(index),
                None => parts.push((node, vec![index])),
            }
        }
        let sends = parts.iter().map(|(node, indexes)| {
            let mut pipeline = Pipeline::with_capacity(indexes.len() + 2);
            for index in indexes {
                pipeline.add_command(commands[*index].command.clone());
            }
            self.send_to(node, pipeline, durable)
        });
        let answers = futures::future::join_all(sends).await;
        let mut values = vec![Value::Nil; commands.len()];
        for ((_, indexes), answer) in parts.iter().zip(answers) {
            for (index, value) in indexes.iter().zip(answer?) {
                values[*index] = value;
            }
        }
        Ok(values)
    }

    async fn send_to(&self, node: &Node, mut pipeline: Pipeline, durable: bool) -> Result<Vec<Value>, Fault> {
        let open = match self.open(node).await {
            Ok(open) => open,
            Err(error) => {
                // A node that does not answer may have been replaced.
                self.topology.forget().await;
                return Err(error.into());
            }
        };
        let count = pipeline.len();
        let waits = if durable { open.waits } else { Waits::default() };
        if let Some(why) = waits.hindrance() {
            self.forget(node, open.number).await;
            return Err(Fault::Again(self.fell_short(why.to_owned())));
        }
        let limit = self.timeout.unwrap_or(Duration::from_secs(5)).mul_f32(0.8);
        waits.append_to(&mut pipeline, limit);
        let (command, began) = (measured(&pipeline, count), Instant::now());
        let answer = open
            .connection
            .clone()
            .send_packed_commands(&pipeline, 0, pipeline.len())
            .await;
        metrics::histogram!("domorder_redis_command_seconds", "command" => command)
            .record(began.elapsed().as_secs_f64());
        let mut values = match answer {
            Ok(values) => values,
            Err(error) => {
                self.forget(node, open.number).await;
                self.topology.forget().await;
                return Err(Fault::Lost(LedgerError::Unreachable(error)));
            }
        };
        let waited = values.split_off(count.min(values.len()));
        match refusal(&values) {
            None => {}
            Some(Refusal::ScriptsGone) => {
                self.forget(node, open.number).await;
                return Err(Fault::Again(LedgerError::Unavailable(
                    "its scripts were flushed".to_owned(),
                )));
            }
            Some(Refusal::Elsewhere(message)) => {
                self.forget(node, open.number).await;
                self.topology.forget().await;
                return Err(Fault::Again(LedgerError::Unavailable(message)));
            }
            Some(Refusal::Final(message)) => {
                return Err(Fault::Final(LedgerError::Refused {
                    what: "a command of the ledger",
                    message,
                }));
            }
        }
        if let Err((why, anew)) = waits.verdict(&waited) {
            if anew {
                self.forget(node, open.number).await;
            }
            return Err(Fault::Lost(self.fell_short(why)));
        }
        Ok(values)
    }

    /// The connection to a node; a new one knows our scripts and what its server needs for a write to be durable.
    async fn open(&self, node: &Node) -> Result<Open, LedgerError> {
        let place = self.open.lock().await.entry(node.clone()).or_default().clone();
        let mut place = place.lock().await;
        if let Some(open) = &place.open {
            return Ok(open.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(self.timeout);
        let client = self.topology.client(node)?;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(LedgerError::Unreachable)?;
        let mut pipeline = Pipeline::new();
        script::load(&mut pipeline);
        let scripts = pipeline.len();
        pipeline.cmd("INFO").arg("server");
        pipeline.cmd("INFO").arg("replication");
        append_settings(&mut pipeline);
        let values = connection
            .send_packed_commands(&pipeline, 0, pipeline.len())
            .await
            .map_err(LedgerError::Unreachable)?;
        match refusal(&values[..scripts.min(values.len())]) {
            None => {}
            Some(Refusal::ScriptsGone) => return Err(LedgerError::Unavailable("its scripts were flushed".to_owned())),
            Some(Refusal::Elsewhere(message)) => return Err(LedgerError::Unavailable(message)),
            Some(Refusal::Final(message)) => {
                return Err(LedgerError::Refused {
                    what: "the ledger's scripts",
                    message,
                });
            }
        }
        let told = |index: usize| values.get(scripts + index).map(value::text).unwrap_or_default();
        let told = Told {
            server: &told(0),
            replication: &told(1),
            settings: Settings::read(values.get(scripts + 2)),
        };
        let waits = self.standard.waits(node, &connection, &told).await;
        place.number += 1;
        let open = Open {
            connection,
            waits,
            number: place.number,
        };
        place.open = Some(open.clone());
        Ok(open)
    }

    /// Whether writes to a node can count at all; opens the connection if there is none.
    pub(super) async fn can_be_waited_for(&self, node: &Node) -> Result<bool, LedgerError> {
        Ok(self.open(node).await?.waits.hindrance().is_none())
    }

    fn fell_short(&self, why: String) -> LedgerError {
        self.standard.fell_short(&why);
        LedgerError::NotDurable(why)
    }

    /// Drops a connection, unless it was replaced already.
    async fn forget(&self, node: &Node, number: u64) {
        let place = self.open.lock().await.entry(node.clone()).or_default().clone();
        let mut place = place.lock().await;
        if place.number == number {
            place.open = None;
        }
    }
}

/// What a pipeline's round trip is measured as: the script or command that it ends with, of a closed set of words.
fn measured(pipeline: &Pipeline, count: usize) -> &'static str {
    let mut words = pipeline
        .cmd_iter()
        .take(count)
        .last()
        .into_iter()
        .flat_map(Cmd::args_iter)
        .map(|word| match word {
            Arg::Simple(bytes) => bytes,
            _ => &[],
        });
    let name = match words.next() {
        Some(b"EVALSHA") => return words.next().and_then(script::name_of).unwrap_or("script"),
        other => other.unwrap_or_default(),
    };
    const COMMANDS: [&str; 21] = [
        "GET",
        "HDEL",
        "HGET",
        "HGETALL",
        "HMGET",
        "HSET",
        "LRANGE",
        "PUBLISH",
        "TIME",
        "XADD",
        "XAUTOCLAIM",
        "XDEL",
        "XLEN",
        "XRANGE",
        "XREAD",
        "XREADGROUP",
        "XREVRANGE",
        "XTRIM",
        "ZCARD",
        "ZRANGE",
        "ZREVRANGEBYSCORE",
    ];
    COMMANDS
        .into_iter()
        .find(|command| command.as_bytes() == name)
        .unwrap_or("other")
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        if error.is_retryable() {
            Self::Again(error)
        } else {
            Self::Final(error)
        }
    }
}
