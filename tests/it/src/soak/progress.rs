//! How far it is: orders at rest, and what is done to the world.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::world::{NAMESPACE, World};

pub(crate) struct Progress {
    bar: ProgressBar,
    kills: u32,
}

impl Progress {
    pub(crate) fn of(orders: u32, kills: u32) -> Self {
        let bar = ProgressBar::new(u64::from(orders));
        let style = "{elapsed_precise} [{bar:40}] {pos}/{len} orders are over, {msg}";
        bar.set_style(ProgressStyle::with_template(style).unwrap().progress_chars("=> "));
        Self { bar, kills }
    }

    /// Asks the ledger, unless it is away, and draws.
    pub(crate) async fn show(&self, world: &World, done: u64) {
        self.bar.set_message(format!("{done}/{} kills", self.kills));
        if let Some(over) = over(world).await {
            self.bar.set_position(over);
        }
    }

    /// Nothing goes wrong from now on.
    pub(crate) fn rests(&self) {
        self.bar.set_message("nothing fails any more");
    }

    /// Draws while something else goes on.
    pub(crate) async fn beside<T>(&self, world: &World, done: u64, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            match tokio::time::timeout(Duration::from_secs(1), &mut work).await {
                Ok(came_to) => return came_to,
                Err(_) => self.show(world, done).await,
            }
        }
    }

    pub(crate) fn ended(&self) {
        self.bar.finish_and_clear();
    }
}

/// How many orders are final.
async fn over(world: &World) -> Option<u64> {
    let asking = async {
        let mut connection = world.redis.connection().await.ok()?;
        let keys: Vec<String> = redis::cmd("KEYS")
            .arg(format!("{{{NAMESPACE}:*}}:state:*"))
            .query_async(&mut connection)
            .await
            .ok()?;
        let mut over = 0;
        for key in keys {
            if ["succeeded", "failed", "cancelled"]
                .iter()
                .any(|state| key.ends_with(state))
            {
                let count: u64 = redis::cmd("ZCARD").arg(&key).query_async(&mut connection).await.ok()?;
                over += count;
            }
        }
        Some(over)
    };
    // A server that is held still is asked again at the next turn.
    tokio::time::timeout(Duration::from_millis(200), asking).await.ok()?
}
