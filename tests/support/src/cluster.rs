//! Several `redis-server`s that form one cluster.

use std::{process::Command, time::Duration};

use crate::{RedisOptions, RedisServer, StartError};

/// A Redis Cluster on loopback, masters only.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts `masters` nodes (three at least), joins them and waits until every slot is served by each one's account.
    ///
    /// # Errors
    /// [`StartError`] if a node does not start or `redis-cli --cluster create` fails.
    pub async fn start(masters: usize) -> Result<Self, StartError> {
        let mut nodes = Vec::new();
        for _ in 0..masters {
            nodes.push(
                RedisServer::start(RedisOptions {
                    cluster: true,
                    ..RedisOptions::default()
                })
                .await?,
            );
        }
        let addresses: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())).collect();
        let output = tokio::task::spawn_blocking(move || {
            Command::new("redis-cli")
                .args(["--cluster", "create"])
                .args(addresses)
                .args(["--cluster-replicas", "0", "--cluster-yes"])
                .output()
        })
        .await
        .map_err(std::io::Error::other)??;
        if !output.status.success() {
            return Err(StartError::Cluster(
                String::from_utf8_lossy(&output.stdout).into_owned(),
            ));
        }
        let cluster = Self { nodes };
        for _ in 0..400 {
            if cluster.is_whole().await {
                return Ok(cluster);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(StartError::Cluster("its state did not become ok".to_owned()))
    }

    /// The address of the whole, `redis+cluster://127.0.0.1:<port>,…`.
    #[must_use]
    pub fn url(&self) -> String {
        let hosts: Vec<String> = self
            .nodes
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.port()))
            .collect();
        format!("redis+cluster://{}", hosts.join(","))
    }

    /// Its nodes.
    #[must_use]
    pub fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }

    /// Its nodes, to be killed and started again.
    pub fn nodes_mut(&mut self) -> &mut [RedisServer] {
        &mut self.nodes
    }

    /// Whether every node sees all slots served.
    pub async fn is_whole(&self) -> bool {
        for node in &self.nodes {
            let Ok(mut connection) = node.connection().await else {
                return false;
            };
            let info: redis::RedisResult<String> = redis::cmd("CLUSTER").arg("INFO").query_async(&mut connection).await;
            if !info.is_ok_and(|text| text.contains("cluster_state:ok")) {
                return false;
            }
        }
        true
    }
}
