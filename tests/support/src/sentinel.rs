//! A sentinel: watches a master and puts a replica in its place.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::{RedisServer, StartError, server::free_port};

/// One sentinel, enough for its own quorum; quick to judge.
#[derive(Debug)]
pub struct RedisSentinel {
    child: Child,
    port: u16,
    // The sentinel keeps its state in its configuration file.
    _folder: TempDir,
}

impl RedisSentinel {
    /// Starts a sentinel that watches a master under a service's name.
    ///
    /// # Errors
    /// [`StartError`] if it cannot be started or does not answer.
    pub async fn start(master: &RedisServer, service: &str) -> Result<Self, StartError> {
        let (folder, port) = (TempDir::new()?, free_port(false)?);
        let file = folder.path().join("sentinel.conf");
        // The time-out of a failover is also the time after which a replica that follows another address than the
        // sentinel's own (a link that a test can cut) is told the right one: longer than any test.
        let text = format!(
            "port {port}\nbind 127.0.0.1\ndir {dir}\nsentinel monitor {service} 127.0.0.1 {master} 1\n\
             sentinel down-after-milliseconds {service} 500\nsentinel failover-timeout {service} 60000\n",
            dir = folder.path().display(),
            master = master.port(),
        );
        std::fs::write(&file, text)?;
        let child = Command::new("redis-server")
            .arg(&file)
            .arg("--sentinel")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let sentinel = Self {
            child,
            port,
            _folder: folder,
        };
        for _ in 0..400 {
            if sentinel.ask(redis::cmd("PING")).await.is_ok() {
                return Ok(sentinel);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(StartError::Silent("the sentinel".to_owned()))
    }

    /// The address of a service, `redis+sentinel://127.0.0.1:<port>/<service>`.
    #[must_use]
    pub fn url(&self, service: &str) -> String {
        format!("redis+sentinel://127.0.0.1:{}/{service}", self.port)
    }

    /// Waits until it has found a replica that could take over.
    ///
    /// # Errors
    /// [`StartError::Silent`] if it finds none.
    pub async fn knows_replica(&self, service: &str) -> Result<(), StartError> {
        for _ in 0..600 {
            let mut command = redis::cmd("SENTINEL");
            command.arg("REPLICAS").arg(service);
            let told = format!("{:?}", self.ask(command).await);
            if told.contains("slave-priority") && told.contains("master-link-status") && !told.contains("err") {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(StartError::Silent("the sentinel found no replica".to_owned()))
    }

    async fn ask(&self, command: redis::Cmd) -> redis::RedisResult<redis::Value> {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port))?;
        command
            .query_async(&mut client.get_multiplexed_async_connection().await?)
            .await
    }
}

impl Drop for RedisSentinel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
