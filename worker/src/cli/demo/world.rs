//! What the demo runs on: a private Redis with persistence, simulated providers, and two replicas of `domorder run`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::billing::Billing;
use super::book::Book;
use super::children::{Child, Folder, Reaper, free_port, program};
use super::loopback::Loopback;
use super::simulator::Simulator;

/// A losing registrar's five days take five seconds, an email order's five minutes some milliseconds.
const SCALE: &str = "86400";
/// Longer than a start takes on a machine that is busy with other things.
const START_MAX: Duration = Duration::from_secs(30);
/// How often another port is tried.
const TRIES: usize = 3;

/// Everything that runs. Dropping it ends all of it.
pub(super) struct World {
    pub(super) replicas: Vec<Replica>,
    pub(super) simulator: Simulator,
    pub(super) redis_url: String,
    pub(super) config: PathBuf,
    sim: Child,
    redis: Child,
    folder: Folder,
    reaper: Reaper,
}

/// A `domorder run`.
pub(super) struct Replica {
    pub(super) process: Child,
    pub(super) http: Loopback,
    /// Killed by the demo.
    killed: bool,
}

impl World {
    /// Starts everything and waits until it answers.
    ///
    /// # Errors
    /// Names the process that did not start, with the end of its log.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let (server, simulator) = (program("redis-server")?, program("domorder-sim")?);
        let folder = Folder::create()?;
        let reaper = Reaper::start(folder.path())?;
        let (redis, redis_url) = redis(&server, folder.path(), &reaper).await?;
        let (sim, address) = sim(&simulator, folder.path(), &reaper).await?;
        let config = folder.path().join("domorder.toml");
        std::fs::write(&config, config_text(&redis_url, &address))?;
        let mut replicas = Vec::new();
        for name in ["a", "b"] {
            replicas.push(replica(name, &config, folder.path(), &reaper).await?);
        }
        Ok(Self {
            replicas,
            simulator: Simulator(Loopback::new(&address)?),
            redis_url,
            config,
            sim,
            redis,
            folder,
            reaper,
        })
    }

    /// Whether all that should run runs.
    ///
    /// # Errors
    /// Names what ended by itself.
    pub(super) fn check(&mut self) -> anyhow::Result<()> {
        let replicas = self.replicas.iter_mut().filter(|replica| !replica.killed);
        for child in replicas
            .map(|replica| &mut replica.process)
            .chain([&mut self.sim, &mut self.redis])
        {
            if let Some(how) = child.ended() {
                return Err(child.gone(how));
            }
        }
        Ok(())
    }

    /// Leaves the logs behind; says where.
    pub(super) fn keep_logs(&mut self) -> &Path {
        self.folder.keep();
        self.folder.path()
    }

    /// Leaves everything running; how to look at it and how to end it, for people.
    pub(super) fn keep(&mut self, book: &Book) -> String {
        let children = self.replicas.iter_mut().filter(|replica| !replica.killed);
        let mut pids = Vec::new();
        let mut listens = Vec::new();
        for replica in children {
            replica.process.keep();
            pids.push(replica.process.pid().to_string());
            listens.push(format!("http://{}", replica.http.address));
        }
        for child in [&mut self.sim, &mut self.redis] {
            child.keep();
            pids.push(child.pid().to_string());
        }
        self.folder.keep();
        self.reaper.dismiss();
        let domorder = program_as_typed();
        let domorder = domorder.display();
        let mut orders = format!("  {domorder} orders list --state action_required\n");
        if let Some(lost) = book.lost.first() {
            orders += &format!("  {domorder} orders show {lost}\n  {domorder} orders timeline {lost}\n");
        }
        if let Some(asks) = book.asks_for_auth_code() {
            orders += &format!("  echo good-New-code | {domorder} orders auth-code {asks}\n");
        }
        format!(
            "It goes on running:\n  \
               Redis       {redis}\n  \
               simulator   http://{sim}/control/state, /control/charges, /control/requests\n  \
               domorder    {listens} (/metrics, /livez, /readyz)\n\n\
             Look at it:\n  \
               export DOMORDER_CONFIG={config}\n\
             {orders}  {domorder} doctor\n\n\
             End it:\n  \
               kill {pids} && rm -r {folder}",
            redis = self.redis_url,
            sim = self.simulator.0.address,
            listens = listens.join(", "),
            config = self.config.display(),
            pids = pids.join(" "),
            folder = self.folder.path().display(),
        )
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for replica in &mut self.replicas {
            replica.process.kill();
        }
        self.sim.kill();
        self.redis.kill();
        self.reaper.dismiss();
    }
}

impl Replica {
    /// Ends it as a crash would.
    pub(super) fn kill(&mut self) {
        self.process.kill();
        self.killed = true;
    }

    /// How many new orders it has taken into its hands, by its own metrics.
    pub(super) async fn picked_up(&self) -> anyhow::Result<u64> {
        let answer = self.http.get("/metrics").await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let counts = text
            .lines()
            .filter(|line| line.starts_with("domorder_queue_pickup_seconds_count"));
        Ok(counts
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum())
    }
}

async fn redis(server: &Path, folder: &Path, reaper: &Reaper) -> anyhow::Result<(Child, String)> {
    for _ in 0..TRIES {
        let port = free_port()?;
        let mut command = Command::new(server);
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.args([
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--maxmemory-policy",
            "noeviction",
        ]);
        command.arg("--dir").arg(folder);
        let child = Child::start("redis", command, folder, reaper)?;
        let url = format!("redis://127.0.0.1:{port}");
        let pid = child.pid();
        let answers = async || match Billing::connect(&url).await {
            Ok(mut billing) => billing.is_served_by(pid).await,
            Err(_) => false,
        };
        if let Some(child) = up(child, answers).await? {
            return Ok((child, url));
        }
    }
    bail!("redis-server found no free port");
}

async fn sim(program: &Path, folder: &Path, reaper: &Reaper) -> anyhow::Result<(Child, String)> {
    let port_file = folder.join("simulator.address");
    let mut command = Command::new(program);
    command.args(["--listen", "127.0.0.1:0", "--scale", SCALE]);
    command.arg("--port-file").arg(&port_file);
    let mut child = Child::start("simulator", command, folder, reaper)?;
    let started = Instant::now();
    loop {
        if let Ok(address) = std::fs::read_to_string(&port_file) {
            return Ok((child, address.trim().to_owned()));
        }
        if let Some(how) = child.ended() {
            return Err(child.gone(how));
        }
        if started.elapsed() > START_MAX {
            bail!("the simulator did not start within {START_MAX:?}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn replica(name: &str, config: &Path, folder: &Path, reaper: &Reaper) -> anyhow::Result<Replica> {
    let program = std::env::current_exe().context("this program cannot find itself")?;
    for _ in 0..TRIES {
        let http = Loopback::new(&format!("127.0.0.1:{}", free_port()?))?;
        let mut command = Command::new(&program);
        // A configuration of whoever runs the demo is not meant for it.
        let foreign = std::env::vars_os().map(|(name, _)| name);
        for name in foreign.filter(|name| name.to_string_lossy().starts_with("DOMORDER")) {
            command.env_remove(name);
        }
        command.env("DOMORDER__HTTP__LISTEN", &http.address);
        command
            .arg("--config")
            .arg(config)
            .args(["run", "--log-format", "text"]);
        let process = Child::start(&format!("replica-{name}"), command, folder, reaper)?;
        if let Some(process) = up(process, async || http.get("/readyz").await.is_ok()).await? {
            return Ok(Replica {
                process,
                http,
                killed: false,
            });
        }
    }
    bail!("replica {name} found no free port");
}

/// This program, from where people are now.
fn program_as_typed() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_else(|_| "domorder".into());
    let here = std::env::current_dir().unwrap_or_default();
    program.strip_prefix(here).map(Path::to_owned).unwrap_or(program)
}

/// Waits until it answers. `None`: it ended because its port was taken in the meantime.
async fn up(mut child: Child, answers: impl AsyncFn() -> bool) -> anyhow::Result<Option<Child>> {
    let started = Instant::now();
    while started.elapsed() < START_MAX {
        if let Some(how) = child.ended() {
            let why = child.gone(how);
            let told = why.to_string().to_lowercase();
            if told.contains("in use") || told.contains("cannot be bound") {
                return Ok(None);
            }
            return Err(why);
        }
        if answers().await {
            return Ok(Some(child));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("{} did not answer within {START_MAX:?}", child.name());
}

/// The replicas' configuration: as usual, but that all waits are short. Its keys are the simulator's, and no secrets.
pub(super) fn config_text(redis: &str, simulator: &str) -> String {
    format!(
        r#"# Written by `domorder demo`. The waits are those of a demo, not of a business.
[redis]
url = "{redis}"

[worker]
lease = "20s"
shutdown_grace = "10s"

[accounts.cr-main]
provider = "connectreseller"
base_url = "http://{simulator}/ConnectReseller/ESHOP"
api_key = "CR-DEMO-KEY-0001"
timeout = "6s"
concurrency = 32
rate = "500/s"
default_customer = "5512"
default_nameservers = ["ns1.hosting-example.net", "ns2.hosting-example.net"]

[accounts.lb-main]
provider = "logicboxes"
base_url = "http://{simulator}/api"
auth_userid = "700001"
api_key = "LBDEMOKEY000"
timeout = "6s"
concurrency = 32
rate = "500/s"
default_customer = "4400012"
defaults.invoice = "KeepInvoice"

[polling]
register = ["300ms", "700ms", "1s"]
transfer = ["500ms", "1s"]
email = ["200ms", "500ms", "1s"]
funds = ["700ms", "1s"]

[reconcile]
settle = "3s"
gate = "3s"
looks = ["700ms", "1s", "2s"]
give_up = "2m"

# Every third answer is lost on purpose here.
[breaker]
unknowns = 200
failed_looks = 200

[retry]
initial = "300ms"
max = "2s"
max_elapsed = "2m"
"#
    )
}
