//! The simulator's control interface (`tests/sim/README.md`), as far as the demo needs it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::loopback::Loopback;

/// The simulated providers.
pub(super) struct Simulator(pub(super) Loopback);

/// What the simulator wrote down.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What was charged, whether or not an answer arrived; a row an operation and domain.
    pub(super) charges: Vec<Charges>,
    /// Requests that no careful client sends.
    pub(super) unexpected: Vec<String>,
    /// Faults that no call met: what they should have put to the proof was not.
    pub(super) idle_faults: Vec<String>,
}

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
    pub(super) async fn answered_late(&self) -> anyhow::Result<u64> {
        let rules = self.faults().await?;
        let late = rules
            .iter()
            .filter(|rule| rule.pointer("/rule/behaviour/late").is_some());
        Ok(late.filter_map(|rule| rule["fired"].as_u64()).sum())
    }

    /// What it wrote down.
    pub(super) async fn findings(&self) -> anyhow::Result<Findings> {
        let report = self.0.json("/control/charges").await?;
        let unexpected: Vec<Value> = serde_json::from_value(self.0.json("/control/unexpected").await?)?;
        let rules = self.faults().await?;
        let idle = rules.iter().filter(|rule| rule["fired"] == 0);
        Ok(Findings {
            charges: serde_json::from_value(report["by_domain"].clone())?,
            unexpected: unexpected.iter().map(Value::to_string).collect(),
            idle_faults: idle.map(|rule| rule["rule"].to_string()).collect(),
        })
    }

    async fn faults(&self) -> anyhow::Result<Vec<Value>> {
        let rules = self.0.json("/control/faults").await?;
        Ok(serde_json::from_value(rules)?)
    }
}
