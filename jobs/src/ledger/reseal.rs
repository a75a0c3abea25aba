//! Putting sealed values in the place of others of the same secret, beside workers that run.

use super::{BATCH_MAX, Ledger, LedgerError, Routed, script, value};

/// A value to be replaced.
#[derive(Clone, PartialEq, Eq)]
pub struct Reseal {
    /// The order that holds it.
    pub id: String,
    /// As it stands there.
    pub old: String,
    /// As it is to stand there.
    pub new: String,
}

/// What became of a [`Reseal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resealed {
    /// The new value stands there, durably.
    Done,
    /// The order holds neither any more.
    Gone,
    /// A worker holds the order, and the record that the value stands in with it.
    Held,
}

impl Ledger {
    /// Replaces values, durably as configured; the answers are in the same order. A value is replaced where it still
    /// stands and nothing else is touched, so that it does not matter what became of the order meanwhile.
    ///
    /// # Errors
    /// Any of the server's; doing the same again is safe.
    pub async fn reseal(&self, values: &[Reseal]) -> Result<Vec<Resealed>, LedgerError> {
        let mut answers = vec![Resealed::Gone; values.len()];
        let mut shards = Vec::with_capacity(values.len());
        for one in values {
            shards.push(self.shard_of(&one.id)?);
        }
        for shard in 0..self.shards() {
            let of_shard: Vec<usize> = (0..values.len()).filter(|at| shards[*at] == shard).collect();
            for part in of_shard.chunks(BATCH_MAX) {
                let mut command = self.call(&script::RESEAL, shard);
                for at in part {
                    let Reseal { id, old, new } = &values[*at];
                    command.arg(id).arg(old).arg(new);
                }
                let command: Vec<Routed> = vec![self.route(shard, command)];
                let answer = self.inner.writes.send(command, self.patience(), true).await?;
                for (at, came) in part.iter().zip(answer.iter().flat_map(value::list)) {
                    answers[*at] = match value::uint(came) {
                        1 => Resealed::Done,
                        2 => Resealed::Held,
                        _ => Resealed::Gone,
                    };
                }
            }
        }
        Ok(answers)
    }
}
