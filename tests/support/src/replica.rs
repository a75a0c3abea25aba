//! A replica behind a link that can be cut.

use std::time::Duration;

use crate::{RedisOptions, RedisProxy, RedisServer, StartError};

/// A replica of a server, which it reaches through a link of its own.
///
/// Cut the link, and the primary goes on answering writes that the replica never sees: what is promoted afterwards is
/// behind. A replica that is merely slow would catch up from what its socket still holds.
#[derive(Debug)]
pub struct RedisReplica {
    server: RedisServer,
    link: RedisProxy,
}

impl RedisReplica {
    /// Starts a replica of a server, and waits until it is in step.
    ///
    /// # Errors
    /// [`StartError`] if it does not start, or does not get in step.
    pub async fn of(primary: &RedisServer, mut options: RedisOptions) -> Result<Self, StartError> {
        let link = RedisProxy::tunnel(primary.port()).await?;
        let follow = [
            "--replicaof".to_owned(),
            "127.0.0.1".to_owned(),
            link.port().to_string(),
        ];
        options.args.extend(follow);
        let server = RedisServer::start(options).await?;
        let replica = Self { server, link };
        for _ in 0..400 {
            if replica.is_linked().await {
                return Ok(replica);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(StartError::Silent(
            "the replica is not in step with its primary".to_owned(),
        ))
    }

    /// The replica.
    #[must_use]
    pub fn server(&self) -> &RedisServer {
        &self.server
    }

    /// From now on it learns nothing.
    pub fn cut_link(&self) {
        self.link.refuse();
    }

    /// It may catch up again.
    pub fn mend_link(&self) {
        self.link.accept();
    }

    /// Whether it hears its primary.
    pub async fn is_linked(&self) -> bool {
        self.info("replication")
            .await
            .is_ok_and(|told| told.contains("master_link_status:up"))
    }

    /// Whether it takes writes: it was promoted.
    pub async fn is_primary(&self) -> bool {
        self.info("replication")
            .await
            .is_ok_and(|told| told.contains("role:master"))
    }

    /// The server by itself, after its promotion.
    #[must_use]
    pub fn into_server(self) -> RedisServer {
        self.server
    }

    async fn info(&self, section: &str) -> redis::RedisResult<String> {
        let mut connection = self.server.connection().await?;
        redis::cmd("INFO").arg(section).query_async(&mut connection).await
    }
}
