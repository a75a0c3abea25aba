//! The simulator's control interface (`tests/sim/README.md`), as far as the demo needs it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::loopback::Loopback;

/// The simulated providers.
pub(super) struct Simulator(pub(super) Loopback);

/// The charges of one operation on one domain.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Charges {
    /// The provider.
    pub(super) provider: String,
    /// The operation, in the simulator's words.
    pub(super) operation: String,
    /// The domain.
    pub(super) domain: String,
    /// How often money was taken.
    pub(super) charges: u64,
    /// How often it was given back.
    pub(super) refunds: u64,
}

impl Simulator {
    /// Adds what the providers hold, and what goes wrong with which call.
    pub(super) async fn seed(&self, world: &Value) -> anyhow::Result<()> {
        self.0.post("/control/seed", world).await
    }

    /// Sets the balance of both accounts.
    pub(super) async fn set_balance(&self, cents: i64) -> anyhow::Result<()> {
        self.seed(&json!({"connectreseller": {"balance_cents": cents}, "logicboxes": {"balance_cents": cents}}))
            .await
    }

    /// How many paid calls were carried out whose answers are held back.
    pub(super) async fn answered_late(&self) -> anyhow::Result<usize> {
        let rules = self.0.json("/control/faults").await?;
        let fired = rules.as_array().into_iter().flatten().filter_map(|rule| {
            rule.pointer("/rule/behaviour/late")?;
            rule["fired"].as_u64()
        });
        Ok(usize::try_from(fired.sum::<u64>())?)
    }

    /// What was charged, by provider, operation and domain, whether or not an answer arrived.
    pub(super) async fn charges(&self) -> anyhow::Result<Vec<Charges>> {
        let report = self.0.json("/control/charges").await?;
        Ok(serde_json::from_value(report["by_domain"].clone())?)
    }

    /// Requests that no careful client sends.
    pub(super) async fn unexpected(&self) -> anyhow::Result<Vec<String>> {
        let unexpected = self.0.json("/control/unexpected").await?;
        Ok(unexpected
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect())
    }
}
