//! What the server guarantees, in plain words: orders are entrusted only to one that keeps them.

use redis::{Pipeline, Value};

use super::{
    Durability, Ledger, LedgerError,
    durability::{Settings, append_settings, field, is_known_to_confirm_early, version, waitaof_is_claimed},
    error::{Refusal, refusal},
    topology::Node,
    value,
};

/// The configuration takes no more shards.
const SHARDS_MAX: u16 = 1024;

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
    /// How many were connected to this life of the server at some time.
    pub replicas_known: u64,
    /// Whether `WAITAOF` works and can be believed.
    pub waitaof_supported: bool,
    /// What is wrong.
    pub faults: Vec<CheckFault>,
    /// Whether nothing is wrong: what was answered stays.
    pub meets: bool,
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
        report.meets = report.faults.is_empty();
        if report.meets {
            self.inner.standard.is_met();
        }
        report.ok = report.meets || self.inner.settings.durability == Durability::Relaxed;
        Ok(report)
    }

    /// A shard beyond the configured ones in which something stands: it was written under a larger number of shards.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn shard_beyond(&self) -> Result<Option<u16>, LedgerError> {
        let beyond: Vec<u16> = (self.shards()..SHARDS_MAX).collect();
        let mut pipeline = Pipeline::new();
        for shard in &beyond {
            pipeline.cmd("EXISTS").arg(self.inner.keys.in_shard(*shard, "events"));
        }
        for node in self.inner.topology.nodes().await? {
            // Another node's slot is an error there, which is no answer.
            let answers = self.inner.others.ask(&node, &pipeline).await?;
            let there = |answer: &Value| matches!(answer, Value::Int(found) if *found > 0);
            if let Some(at) = answers.iter().position(there) {
                return Ok(beyond.get(at).copied());
            }
        }
        Ok(None)
    }

    /// A standard that was found unmet is looked at again before anything is handed out.
    pub(super) async fn see_that_the_standard_is_met(&self) -> Result<(), LedgerError> {
        if self.inner.standard.unmet().is_none() {
            return Ok(());
        }
        self.check().await?;
        match self.inner.standard.unmet() {
            None => Ok(()),
            Some(why) => Err(LedgerError::NotDurable(why)),
        }
    }

    async fn check_node(&self, node: &Node) -> Result<ServerReport, LedgerError> {
        let mut pipeline = Pipeline::new();
        for section in ["server", "persistence", "memory", "replication"] {
            pipeline.cmd("INFO").arg(section);
        }
        append_settings(&mut pipeline);
        let answers = self.inner.others.ask(node, &pipeline).await?;
        // A server that does not serve at the moment says nothing of itself. What a login may not ask is another matter.
        if let Some(Refusal::Elsewhere(message)) = refusal(&answers) {
            return Err(LedgerError::Unavailable(message));
        }
        if let Some(Refusal::Final(message)) = refusal(&answers[..4.min(answers.len())])
            && !message.starts_with("NOPERM")
        {
            return Err(LedgerError::Refused { what: "INFO", message });
        }
        let info = |index: usize| answers.get(index).map(value::text).unwrap_or_default();
        let settings = Settings::read(answers.get(4));
        let or = |told: &str, else_told: String| if told.is_empty() { else_told } else { told.to_owned() };
        let (server, persistence, memory, replication) = (info(0), info(1), info(2), info(3));
        let own = |name: &str, text: &str| field(text, name).unwrap_or_default().to_owned();
        let valkey = own("valkey_version", &server);
        let is_valkey = !valkey.is_empty() || own("server_name", &server) == "valkey";
        let spoken = own("redis_version", &server);
        let mut report = ServerReport {
            version: if valkey.is_empty() { spoken.clone() } else { valkey },
            is_valkey,
            appendonly: match settings.appendonly.as_str() {
                "" => own("aof_enabled", &persistence) == "1",
                mode => mode == "yes",
            },
            appendfsync: settings.appendfsync.clone(),
            maxmemory_policy: or(&settings.maxmemory_policy, own("maxmemory_policy", &memory)),
            run_id: own("run_id", &server),
            role: own("role", &replication),
            replicas: own("connected_slaves", &replication).parse().unwrap_or(0),
            replicas_known: 0,
            waitaof_supported: false,
            faults: Vec::new(),
            meets: false,
            ok: false,
        };
        let standard = &self.inner.standard;
        report.replicas_known = standard.replicas_wanted(node, &report.run_id, report.replicas);
        // Only where it matters: measuring takes seconds.
        report.waitaof_supported = match standard.durability {
            _ if report.appendfsync == "always" || !report.appendonly => false,
            Durability::Relaxed => waitaof_is_claimed(&server),
            Durability::Fsync | Durability::Replicated => self.inner.writes.can_be_waited_for(node).await?,
        };
        let claims = version(&spoken) >= (7, 2);
        let early = claims && (is_known_to_confirm_early(&server) || !report.waitaof_supported);
        report.faults = self.faults_of(&report, version(&spoken), early);
        report.faults.extend(self.faults_of_rights(node).await?);
        Ok(report)
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
        } else if early && report.appendfsync == "everysec" {
            let name = if report.is_valkey { "Valkey" } else { "The server," };
            fault(
                format!(
                    "{name} {} confirms WAITAOF before the disk has the write.",
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
        if self.inner.settings.durability != Durability::Replicated {
            return faults;
        }
        if report.replicas == 0 {
            fault(
                "No replica is connected, and durability is `replicated`.".to_owned(),
                "Connect a replica, or set durability = \"fsync\".",
            );
        } else if report.replicas < report.replicas_known {
            fault(
                format!(
                    "{} of {} replicas are connected: one that is away could be promoted without the latest orders.",
                    report.replicas, report.replicas_known
                ),
                "Connect it again; if it is gone for good, restart the workers.",
            );
        }
        faults
    }
}
