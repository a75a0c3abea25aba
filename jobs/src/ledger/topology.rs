//! Where the servers are: one, one behind sentinels, or the masters of a cluster.
//!
//! The client library's cluster connection reconnects on its own and spreads what it is given; a `WAITAOF` must stand
//! on the connection that wrote. So the ledger finds the node of a slot itself and keeps plain connections.

use std::{sync::Arc, time::Duration};

use redis::{Client, IntoConnectionInfo as _, Value};
use tokio::sync::Mutex;
use url::Url;

use super::{error::LedgerError, value};

/// A server, `host:port`; the only one of a single server has no name.
pub(super) type Node = Arc<str>;

pub(super) struct Topology {
    kind: Kind,
    tls: bool,
    user: String,
    password: Option<String>,
    db: i64,
    timeout: Duration,
    found: Mutex<Vec<Range>>,
}

enum Kind {
    Single(Box<Client>),
    Sentinel { sentinels: Vec<String>, service: String },
    Cluster { seeds: Vec<String> },
}

#[derive(Clone)]
struct Range {
    first: u16,
    last: u16,
    node: Node,
}

impl Topology {
    /// Reads `redis://`, `rediss://`, `redis+unix://`, `redis+sentinel://a,b/service`, `redis+cluster://a,b` (and
    /// `rediss+…`).
    pub(super) fn parse(address: &str, timeout: Duration) -> Result<Self, LedgerError> {
        // An address may hold a password: no message repeats it.
        let wrong = |why: &str| LedgerError::Address(why.to_owned());
        let (scheme, rest) = address
            .split_once("://")
            .ok_or_else(|| wrong("expected `redis://host:port`"))?;
        let tls = scheme.starts_with("rediss");
        let many = match scheme {
            "redis+sentinel" | "rediss+sentinel" => true,
            "redis+cluster" | "rediss+cluster" => false,
            _ => {
                let client = Client::open(address).map_err(|error| wrong(error.category()))?;
                let kind = Kind::Single(Box::new(client));
                return Ok(Self {
                    kind,
                    tls,
                    user: String::new(),
                    password: None,
                    db: 0,
                    timeout,
                    found: Mutex::default(),
                });
            }
        };
        let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = hosts
            .rsplit_once('@')
            .map_or(("", hosts), |(login, hosts)| (login, hosts));
        let hosts: Vec<String> = hosts
            .split(',')
            .filter(|host| !host.is_empty())
            .map(str::to_owned)
            .collect();
        if hosts.is_empty() || hosts.iter().any(|host| Url::parse(&format!("redis://{host}")).is_err()) {
            return Err(wrong("expected `host:port,host:port`"));
        }
        // The URL parser undoes percent-encoding rules for us only in part: the login is taken through redis' own parser.
        let template = format!("redis://{login}{}127.0.0.1", if login.is_empty() { "" } else { "@" })
            .as_str()
            .into_connection_info()
            .map_err(|error| wrong(error.category()))?;
        let user = template.redis_settings().username().unwrap_or_default().to_owned();
        let password = template.redis_settings().password().map(str::to_owned);
        let mut parts = path.split('/');
        let kind = if many {
            let service = parts.next().filter(|service| !service.is_empty());
            let service = service
                .ok_or_else(|| wrong("expected the service's name after the sentinels"))?
                .to_owned();
            Kind::Sentinel {
                sentinels: with_port(hosts, 26_379),
                service,
            }
        } else {
            Kind::Cluster {
                seeds: with_port(hosts, 6_379),
            }
        };
        let db = match parts.next().filter(|db| !db.is_empty()) {
            Some(db) => db
                .parse()
                .map_err(|_| wrong("expected a database number after the service's name"))?,
            None => 0,
        };
        Ok(Self {
            kind,
            tls,
            user,
            password,
            db,
            timeout,
            found: Mutex::default(),
        })
    }

    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.kind, Kind::Cluster { .. })
    }

    /// The server of a slot, as last seen or asked for now.
    pub(super) async fn node_of(&self, slot: u16) -> Result<Node, LedgerError> {
        if let Kind::Single(_) = self.kind {
            return Ok("".into());
        }
        let mut found = self.found.lock().await;
        if found.is_empty() {
            *found = self.look().await?;
        }
        let range = found.iter().find(|range| (range.first..=range.last).contains(&slot));
        match range.map(|range| range.node.clone()) {
            Some(node) => Ok(node),
            None => {
                found.clear();
                Err(LedgerError::Unavailable(format!(
                    "no node of the cluster serves slot {slot}"
                )))
            }
        }
    }

    /// All servers that hold part of the ledger.
    pub(super) async fn nodes(&self) -> Result<Vec<Node>, LedgerError> {
        self.node_of(0).await?;
        let mut nodes: Vec<Node> = self.found.lock().await.iter().map(|range| range.node.clone()).collect();
        if let Kind::Single(_) = self.kind {
            nodes.push("".into());
        }
        nodes.sort();
        nodes.dedup();
        Ok(nodes)
    }

    /// Forgets where the servers were: the next command asks anew.
    pub(super) async fn forget(&self) {
        self.found.lock().await.clear();
    }

    /// A client for a node.
    pub(super) fn client(&self, node: &Node) -> Result<Client, LedgerError> {
        match &self.kind {
            Kind::Single(client) => Ok((**client).clone()),
            Kind::Sentinel { .. } | Kind::Cluster { .. } => self.open(node, self.tls, true),
        }
    }

    fn open(&self, address: &str, tls: bool, with_login: bool) -> Result<Client, LedgerError> {
        let wrong = |error: redis::RedisError| LedgerError::Address(error.category().to_owned());
        let url = format!("{}://{address}", if tls { "rediss" } else { "redis" });
        let mut info = url.as_str().into_connection_info().map_err(wrong)?;
        if with_login {
            let mut settings = info.redis_settings().clone().set_db(self.db);
            if !self.user.is_empty() {
                settings = settings.set_username(&self.user);
            }
            if let Some(password) = &self.password {
                settings = settings.set_password(password);
            }
            info = info.set_redis_settings(settings);
        }
        Client::open(info).map_err(wrong)
    }

    async fn look(&self) -> Result<Vec<Range>, LedgerError> {
        let (addresses, command, login) = match &self.kind {
            Kind::Single(_) => return Ok(Vec::new()),
            Kind::Sentinel { sentinels, service } => {
                let mut command = redis::cmd("SENTINEL");
                command.arg("get-master-addr-by-name").arg(service);
                (sentinels, command, false)
            }
            Kind::Cluster { seeds } => {
                let mut command = redis::cmd("CLUSTER");
                command.arg("SLOTS");
                (seeds, command, true)
            }
        };
        let mut last = LedgerError::Unavailable("no server knows where the ledger is".to_owned());
        for address in addresses {
            match self.ask(address, &command, login).await {
                Ok(answer) => {
                    let ranges = if login {
                        slots(&answer, address)
                    } else {
                        master(&answer)
                    };
                    if !ranges.is_empty() {
                        return Ok(ranges);
                    }
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn ask(&self, address: &str, command: &redis::Cmd, login: bool) -> Result<Value, LedgerError> {
        let config = redis::AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        // Sentinels are asked without TLS and login unless the address says `rediss`.
        let client = self.open(address, self.tls, login)?;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(LedgerError::Unreachable)?;
        command
            .query_async(&mut connection)
            .await
            .map_err(LedgerError::Unreachable)
    }
}

fn with_port(hosts: Vec<String>, port: u16) -> Vec<String> {
    hosts
        .into_iter()
        .map(|host| {
            if host.contains(':') {
                host
            } else {
                format!("{host}:{port}")
            }
        })
        .collect()
}

/// `[host, port]` of the master.
fn master(answer: &Value) -> Vec<Range> {
    let parts = value::list(answer);
    match (parts.first(), parts.get(1)) {
        (Some(host), Some(port)) => {
            let node = join(&value::text(host), &value::text(port));
            vec![Range {
                first: 0,
                last: 16_383,
                node,
            }]
        }
        _ => Vec::new(),
    }
}

/// `[[first, last, [host, port, …], replicas…], …]`; an empty host means the one we asked.
fn slots(answer: &Value, asked: &str) -> Vec<Range> {
    let host_asked = asked.rsplit_once(':').map_or(asked, |(host, _)| host);
    let range = |entry: &Value| {
        let parts = value::list(entry);
        let node = value::list(parts.get(2)?);
        let host = Some(value::text(node.first()?)).filter(|host| !host.is_empty() && host != "?");
        Some(Range {
            first: u16::try_from(value::int(parts.first()?)?).ok()?,
            last: u16::try_from(value::int(parts.get(1)?)?).ok()?,
            node: join(
                &host.unwrap_or_else(|| host_asked.to_owned()),
                &value::text(node.get(1)?),
            ),
        })
    };
    value::list(answer).iter().filter_map(range).collect()
}

fn join(host: &str, port: &str) -> Node {
    if host.contains(':') {
        format!("[{host}]:{port}").into()
    } else {
        format!("{host}:{port}").into()
    }
}
