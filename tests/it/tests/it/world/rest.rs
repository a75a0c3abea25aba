//! The end of a world in which much went wrong: faults have stopped, and everything has to come to rest.

use std::time::{Duration, Instant};

use domorder_tests_sim::Outcome;
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::books::{operation, request_of};
use super::words::is_final;
use super::{NAMESPACE, World, state_of, text};

/// Orders looked at side by side.
const AT_ONCE: usize = 64;

/// How a world came to rest.
pub(crate) struct Rest {
    /// How many orders asked a person.
    pub(crate) asked: usize,
    /// Those that did not end as they should.
    pub(crate) faults: Vec<String>,
}

impl World {
    /// Takes over entries of the intake stream that a replica had read when it was killed: others do so after a minute,
    /// which has passed then.
    pub(crate) async fn take_over_what_the_dead_had_read(&mut self) {
        self.give_up_what_the_dead_had_read().await;
        self.another_replica().await;
        self.until_all_is_taken_in().await;
    }

    /// Waits until the intake stream is empty.
    pub(crate) async fn until_all_is_taken_in(&self) {
        let intake = format!("{NAMESPACE}:intake");
        self.wait_until("every entry is taken in", || async {
            self.redis::<u64>(&["XLEN", &intake]).await == 0
        })
        .await;
    }

    /// As after a minute: a replica that is started next takes over what replicas had read that were killed.
    pub(crate) async fn give_up_what_the_dead_had_read(&self) {
        let intake = format!("{NAMESPACE}:intake");
        loop {
            let pending: redis::streams::StreamPendingCountReply = self
                .redis(&["XPENDING", &intake, "domorder", "IDLE", "0", "-", "+", "1000"])
                .await;
            let stale = pending.ids.iter().filter(|entry| entry.last_delivered_ms < 61_000);
            let stale: Vec<&str> = stale.map(|entry| entry.id.as_str()).collect();
            if stale.is_empty() {
                break;
            }
            let mut words = vec!["XCLAIM", &intake, "domorder", "dead", "0"];
            words.extend(stale);
            words.extend(["IDLE", "61000", "JUSTID"]);
            let _: redis::Value = self.redis(&words).await;
        }
    }

    /// Waits until every order has come to its end, or asks a person; who then looks at the provider's own books, tells
    /// what stands there, and with that it ends too.
    pub(crate) async fn come_to_rest(&self, documents: &[Value], limit: Duration) -> Rest {
        let until = Instant::now() + limit;
        let all = futures::stream::iter(documents).map(|document| self.rest_of(document, until));
        let ends: Vec<(bool, Option<String>)> = all.buffer_unordered(AT_ONCE).collect().await;
        Rest {
            asked: ends.iter().filter(|(asked, _)| *asked).count(),
            faults: ends.into_iter().filter_map(|(_, fault)| fault).collect(),
        }
    }

    /// As [`World::come_to_rest`], for a world in which every order can succeed; how many asked a person before.
    pub(crate) async fn until_at_rest(&self, documents: &[Value], limit: Duration) -> usize {
        let Rest { faults, asked } = self.come_to_rest(documents, limit).await;
        assert!(faults.is_empty(), "- {}", faults.join("\n- "));
        asked
    }

    /// Whether a person was asked, and what is wrong with its end.
    async fn rest_of(&self, document: &Value, until: Instant) -> (bool, Option<String>) {
        let key = text(document, "idempotency_key");
        let (mut asked, mut told) = (false, false);
        loop {
            let view = self.view(key).await.unwrap_or_default();
            let state = state_of(&view);
            if is_final(text(&view, "state")) {
                let is_right = text(&view, "state") == "succeeded";
                return (asked, (!is_right).then(|| format!("`{key}` came to {state}: {view}")));
            }
            if view["needs"] == "decision" && !told {
                // By one weak witness only.
                if state != "action_required/absence_inconclusive" {
                    return (asked, Some(format!("`{key}` asks for a decision on {state}: {view}")));
                }
                let outcome = if self.is_done(document) { "done" } else { "not-done" };
                let found = json!({"outcome": outcome, "note": "as the provider's panel shows it"});
                self.tell(key, "resolve", found).await;
                (asked, told) = (true, true);
            }
            told &= view["needs"] == "decision";
            if Instant::now() > until {
                let timeline = Value::Array(self.timeline(key).await);
                return (
                    asked,
                    Some(format!("`{key}` does not come to rest: {view}, {timeline}")),
                );
            }
            tokio::time::sleep(super::PAUSE * 4).await;
        }
    }

    /// Whether the provider has done what an order asks for, whatever it said.
    fn is_done(&self, document: &Value) -> bool {
        let (operation, domain) = (request_of(operation(document)), text(document, "domain"));
        self.providers().requests().requests.iter().any(|request| {
            request.outcome == Outcome::Done
                && request.operation == operation
                && request.domain.as_deref() == Some(domain)
        })
    }
}
