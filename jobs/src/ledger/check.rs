//! What the server guarantees, in plain words: orders are entrusted only to one that keeps them.

use redis::{Pipeline, Value};

use super::{
    Durability, Ledger, LedgerError,
    connection::{field, version, waitaof_is_honest},
    topology::Node,
    value,
};

/// Something that is wrong with the server, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckFault {
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

/// What the server is and guarantees. In a cluster the facts are of the first master, the faults of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerReport {
    /// The version it says it is; a Valkey's own.
    pub version: String,
    /// Whether it is a Valkey.
    pub is_valkey: bool,
    /// Whether it keeps an append-only file.
    pub appendonly: bool,
    /// When it writes that file through: `always`, `everysec`, `no`; empty if it does not tell.
    pub appendfsync: String,
    /// What it does when memory is full.
    pub maxmemory_policy: String,
    /// Names this life of the server.
    pub run_id: String,
    /// `master` or `slave`.
    pub role: String,
    /// How many replicas are connected.
    pub replicas: u64,
    /// Whether `WAITAOF` works and can be believed.
    pub waitaof_supported: bool,
    /// What is wrong.
    pub faults: Vec<CheckFault>,
    /// Whether orders may be entrusted to it: no faults, or durability is `relaxed`.
    pub ok: bool,
}

impl Ledger {
    /// Looks whether the server keeps what the configured durability promises.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn check(&self) -> Result<ServerReport, LedgerError> {
        let mut report: Option<ServerReport> = None;
        for node in self.inner.topology.nodes().await? {
            let found = self.check_node(&node).await?;
            match &mut report {
                None => report = Some(found),
                Some(report) => {
                    let new = found.faults.into_iter().filter(|fault| !report.faults.contains(fault));
                    let new: Vec<CheckFault> = new.collect();
                    report.faults.extend(new);
                }
            }
        }
        let mut report = report.unwrap_or_default();
        report.ok = report.faults.is_empty() || self.inner.settings.durability == Durability::Relaxed;
        Ok(report)
    }

    async fn check_node(&self, node: &Node) -> Result<ServerReport, LedgerError> {
        let mut pipeline = Pipeline::new();
        for section in ["server", "persistence", "memory", "replication"] {
            pipeline.cmd("INFO").arg(section);
        }
        for setting in ["appendonly", "appendfsync", "maxmemory-policy"] {
            pipeline.cmd("CONFIG").arg("GET").arg(setting);
        }
        let answers = self.inner.others.ask(node, &pipeline).await?;
        let info = |index: usize| answers.get(index).map(value::text).unwrap_or_default();
        let setting = |index: usize| {
            answers
                .get(index)
                .and_then(|v| value::pairs(v).first().map(|(_, v)| value::text(v)))
        };
        let (server, persistence, memory, replication) = (info(0), info(1), info(2), info(3));
        let own = |name: &str, text: &str| field(text, name).unwrap_or_default().to_owned();
        let valkey = own("valkey_version", &server);
        let is_valkey = !valkey.is_empty() || own("server_name", &server) == "valkey";
        let spoken = own("redis_version", &server);
        let mut report = ServerReport {
            version: if valkey.is_empty() { spoken.clone() } else { valkey },
            is_valkey,
            appendonly: setting(4).map_or(own("aof_enabled", &persistence) == "1", |mode| mode == "yes"),
            appendfsync: setting(5).unwrap_or_default(),
            maxmemory_policy: setting(6).unwrap_or_else(|| own("maxmemory_policy", &memory)),
            run_id: own("run_id", &server),
            role: own("role", &replication),
            replicas: own("connected_slaves", &replication).parse().unwrap_or(0),
            waitaof_supported: false,
            faults: Vec::new(),
            ok: false,
        };
        let early = is_valkey && [(8, 0), (8, 1)].contains(&version(&report.version));
        let modern = version(&spoken) >= (7, 2);
        report.waitaof_supported =
            waitaof_is_honest(&server) && report.appendonly && self.waitaof_answers(node).await?;
        report.faults = self.faults_of(&report, version(&spoken), modern && early);
        report.faults.extend(self.faults_of_rights(node).await?);
        Ok(report)
    }

    /// Whether a write followed by `WAITAOF` on the same connection is confirmed.
    async fn waitaof_answers(&self, node: &Node) -> Result<bool, LedgerError> {
        // PUBLISH would not do: WAITAOF waits for writes only. Where the key's slot is another node's, the write is
        // refused, and the answer tells of the command alone, which is enough there.
        let mut pipeline = Pipeline::new();
        pipeline.cmd("SET").arg(self.inner.keys.in_shard(0, "probe")).arg(1);
        pipeline.cmd("WAITAOF").arg(1).arg(0).arg(2_000);
        pipeline.cmd("DEL").arg(self.inner.keys.in_shard(0, "probe"));
        let answers = self.inner.others.ask(node, &pipeline).await?;
        Ok(answers
            .get(1)
            .and_then(|answer: &Value| value::list(answer).first())
            .map_or(0, value::uint)
            >= 1)
    }

    async fn faults_of_rights(&self, node: &Node) -> Result<Vec<CheckFault>, LedgerError> {
        let missing = self.rights_missing(node).await?;
        let commands = (!missing.commands.is_empty()).then(|| CheckFault {
            what: format!(
                "The login in redis.url may not use these commands: {}.",
                missing.commands.join(", ")
            ),
            mend: "Grant them (`+name`), as deploy/users.acl does.".to_owned(),
        });
        let places = (!missing.places.is_empty()).then(|| CheckFault {
            what: format!(
                "The login in redis.url may not use these places of the namespace `{}`: {}.",
                self.namespace(),
                missing.places.join(", ")
            ),
            mend: "Grant them (`~` and `&`), as deploy/users.acl does, or correct redis.namespace.".to_owned(),
        });
        Ok(commands.into_iter().chain(places).collect())
    }

    fn faults_of(&self, report: &ServerReport, spoken: (u32, u32), early: bool) -> Vec<CheckFault> {
        let mut faults = Vec::new();
        let mut fault = |what: String, mend: &str| {
            faults.push(CheckFault {
                what,
                mend: mend.to_owned(),
            })
        };
        if spoken < (7, 0) {
            fault(
                format!("The server is version {}, and 7.0 is needed.", report.version),
                "Upgrade it.",
            );
        }
        if report.role != "master" {
            fault(
                format!("The server is a {}: it takes no orders.", report.role),
                "Name its master, or its sentinels (redis+sentinel://…), in redis.url.",
            );
        }
        if report.maxmemory_policy != "noeviction" {
            fault(
                format!(
                    "When memory is full the server deletes keys (maxmemory-policy {}), orders too.",
                    report.maxmemory_policy
                ),
                "Set `maxmemory-policy noeviction`.",
            );
        }
        if !report.appendonly {
            fault(
                "The server keeps no append-only file: a restart loses orders, and with them the proof of what was paid."
                    .to_owned(),
                "Set `appendonly yes`.",
            );
        } else if early && report.appendfsync != "always" {
            fault(
                format!(
                    "Valkey {} confirms WAITAOF before the disk has the write.",
                    report.version
                ),
                "Set `appendfsync always`, or upgrade.",
            );
        } else if report.appendfsync != "always" && !(report.appendfsync == "everysec" && report.waitaof_supported) {
            let how = if report.appendfsync.is_empty() {
                "unknown"
            } else {
                &report.appendfsync
            };
            fault(
                format!(
                    "The server answers before the disk has the write (appendfsync {how}), and cannot be waited for."
                ),
                "Set `appendfsync always`; from Redis 7.2 on `everysec` will do as well.",
            );
        }
        if self.inner.settings.durability == Durability::Replicated && report.replicas == 0 {
            fault(
                "No replica is connected, and durability is `replicated`.".to_owned(),
                "Connect a replica, or set durability = \"fsync\".",
            );
        }
        faults
    }
}
