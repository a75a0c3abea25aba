//! One `redis-server`.

use std::{
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tempfile::TempDir;

/// How often the server writes its journal through to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppendFsync {
    /// Before every answer: what `durability = "fsync"` asks for.
    #[default]
    Always,
    /// Once a second.
    EverySecond,
}

/// What kind of server to start.
#[derive(Debug, Clone, Default)]
pub struct RedisOptions {
    /// How durable an answer is.
    pub appendfsync: AppendFsync,
    /// A node of a cluster, not joined to others yet.
    pub cluster: bool,
    /// Further arguments, after the others so that they win: `["--maxmemory-policy", "allkeys-lru"]`.
    pub args: Vec<String>,
    /// The program brings its own configuration: it is told a port, a log and, by the environment, where its folder is
    /// (`REDIS_DIR`, `REDIS_ACL`), and none of the settings above.
    pub brings_settings: bool,
    /// What stands in the program's environment.
    pub environment: Vec<(String, String)>,
    /// User and password of [`RedisServer::connection`] and in [`RedisServer::url`].
    pub login: Option<(String, String)>,
    /// Another program than the one named by `DOMORDER_TEST_REDIS_SERVER`, or else the `redis-server` of the `PATH`.
    pub program: Option<PathBuf>,
}

/// The server could not be started.
#[derive(Debug)]
pub enum StartError {
    /// No port, no folder or no program.
    Io(io::Error),
    /// It did not answer in time; what it logged.
    Silent(String),
    /// A cluster was not formed; what `redis-cli` said.
    Cluster(String),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "redis-server could not be started: {error}"),
            Self::Silent(log) => write!(f, "redis-server did not answer; its log: {log}"),
            Self::Cluster(said) => write!(f, "the cluster was not formed: {said}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A running Redis with its own port and folder.
#[derive(Debug)]
pub struct RedisServer {
    child: Option<Child>,
    port: u16,
    folder: TempDir,
    options: RedisOptions,
    disturbed: AtomicU64,
}

impl RedisServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// [`StartError`] if there is no `redis-server`, or it does not answer within some seconds.
    pub async fn start(options: RedisOptions) -> Result<Self, StartError> {
        let mut last = StartError::Silent(String::new());
        // Between choosing a free port and the server's bind another process may take it; then choose anew.
        for _ in 0..5 {
            let mut server = Self {
                child: None,
                port: free_port(options.cluster)?,
                folder: TempDir::new()?,
                options: options.clone(),
                disturbed: AtomicU64::new(0),
            };
            match server.restart().await {
                Ok(()) => return Ok(server),
                Err(error @ StartError::Silent(_)) => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// The address, `redis://127.0.0.1:<port>`, with the login of its options.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.options.login {
            Some((user, password)) => self.url_as(user, password),
            None => format!("redis://127.0.0.1:{}", self.port),
        }
    }

    /// The address with this login.
    #[must_use]
    pub fn url_as(&self, user: &str, password: &str) -> String {
        format!("redis://{user}:{password}@127.0.0.1:{}", self.port)
    }

    /// The port on loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its data is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A plain connection, for looking at keys.
    ///
    /// # Errors
    /// Whatever stands between the test and its server.
    pub async fn connection(&self) -> redis::RedisResult<redis::aio::MultiplexedConnection> {
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(20)));
        redis::Client::open(self.url())?
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// Ends it as a crash would: SIGKILL, no last write.
    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            self.disturbed.fetch_add(1, Ordering::Relaxed);
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// How often it was killed, stopped or held still.
    #[must_use]
    pub fn disturbed(&self) -> u64 {
        self.disturbed.load(Ordering::Relaxed)
    }

    /// Ends it in an orderly way (SIGTERM).
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            self.disturbed.fetch_add(1, Ordering::Relaxed);
            signal(&child, "-TERM");
            let _ = child.wait();
        }
    }

    /// Holds it still (SIGSTOP): connections stay open, nothing is answered.
    pub fn pause(&self) {
        if let Some(child) = &self.child {
            self.disturbed.fetch_add(1, Ordering::Relaxed);
            signal(child, "-STOP");
        }
    }

    /// Lets it go on after [`RedisServer::pause`].
    pub fn resume(&self) {
        if let Some(child) = &self.child {
            signal(child, "-CONT");
        }
    }

    /// Starts it again with the same port and folder; kills it first if it still runs.
    ///
    /// # Errors
    /// As [`RedisServer::start`].
    pub async fn restart(&mut self) -> Result<(), StartError> {
        self.launch(&[])?;
        for _ in 0..400 {
            if self.answers().await {
                return Ok(());
            }
            if let Some(child) = &mut self.child
                && child.try_wait()?.is_some()
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        self.kill9();
        Err(StartError::Silent(
            std::fs::read_to_string(self.log()).unwrap_or_default(),
        ))
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("redis.log")
    }

    /// As [`RedisServer::restart`], with more arguments for this once, and without waiting until it answers.
    ///
    /// # Errors
    /// If there is no program to start.
    pub fn launch(&mut self, more: &[&str]) -> io::Result<()> {
        self.kill9();
        let named =
            || std::env::var_os("DOMORDER_TEST_REDIS_SERVER").map_or_else(|| "redis-server".into(), PathBuf::from);
        let program = self.options.program.clone().unwrap_or_else(named);
        let fsync = match self.options.appendfsync {
            AppendFsync::Always => "always",
            AppendFsync::EverySecond => "everysec",
        };
        let folder = self.folder.path();
        let mut command = Command::new(program);
        command.envs(self.options.environment.iter().cloned());
        command
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--logfile"])
            .arg(self.log());
        if self.options.brings_settings {
            command
                .env("REDIS_DIR", folder)
                .env("REDIS_ACL", folder.join("users.acl"));
        } else {
            command
                .args(["--save", "", "--appendonly", "yes", "--appendfsync", fsync])
                .args(["--maxmemory-policy", "noeviction", "--loglevel", "notice", "--dir"])
                .arg(folder);
        }
        if self.options.cluster {
            command.args(["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]);
        }
        command
            .args(&self.options.args)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.child = Some(command.spawn()?);
        Ok(())
    }

    /// How long its append-only file is at the moment, in bytes.
    ///
    /// # Errors
    /// If it keeps none.
    pub fn journal_len(&self) -> io::Result<u64> {
        Ok(std::fs::metadata(self.journal()?)?.len())
    }

    /// Cuts its append-only file down to so many bytes: what a disk has that was never told to keep the rest. The page
    /// cache outlives a killed process, so that killing the server alone loses nothing. Only while it doesn't run.
    ///
    /// # Errors
    /// If it keeps none, or it cannot be written.
    pub fn cut_journal(&self, len: u64) -> io::Result<()> {
        std::fs::OpenOptions::new()
            .write(true)
            .open(self.journal()?)?
            .set_len(len)
    }

    /// The file that it appends to: the last one of its folder by number.
    fn journal(&self) -> io::Result<PathBuf> {
        let files = std::fs::read_dir(self.folder.path().join("appendonlydir"))?;
        let journals = files.filter_map(|file| Some(file.ok()?.path()));
        let number = |path: &PathBuf| -> Option<u64> {
            let name = path.file_name()?.to_str()?.strip_suffix(".incr.aof")?;
            name.rsplit_once('.')?.1.parse().ok()
        };
        journals
            .filter(|path| number(path).is_some())
            .max_by_key(number)
            .ok_or_else(|| io::Error::other("the server keeps no append-only file"))
    }

    /// Whether it answers a ping (it does not while it loads its journal), and is ours and not another one on the port.
    async fn answers(&self) -> bool {
        let Ok(mut connection) = self.connection().await else {
            return false;
        };
        let pong: redis::RedisResult<String> = redis::cmd("PING").query_async(&mut connection).await;
        let dir: redis::RedisResult<Vec<String>> = redis::cmd("CONFIG")
            .arg("GET")
            .arg("dir")
            .query_async(&mut connection)
            .await;
        let ours = self.folder.path().canonicalize().ok();
        pong.is_ok()
            && dir
                .ok()
                .and_then(|d| d.get(1).map(PathBuf::from))
                .and_then(|d| d.canonicalize().ok())
                == ours
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill9();
    }
}

/// Sends a signal by the `kill` program, as this workspace forbids the unsafe call.
fn signal(child: &Child, which: &str) {
    let _ = Command::new("kill").args([which, &child.id().to_string()]).status();
}

/// A port nobody listens on; for a cluster node the bus port (10,000 above) as well.
pub(crate) fn free_port(cluster: bool) -> io::Result<u16> {
    for _ in 0..200 {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let bus_free = || {
            port.checked_add(10_000)
                .is_some_and(|bus| TcpListener::bind(("127.0.0.1", bus)).is_ok())
        };
        if !cluster || bus_free() {
            return Ok(port);
        }
    }
    Err(io::Error::other("no free port"))
}
