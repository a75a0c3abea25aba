//! Writes the fixture of this release: orders of every kind, left in every state by replicas that are killed.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule, Seed};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::fixture::{self, Expected, Fixture};
use crate::world::*;

const RELEASE: &str = env!("CARGO_PKG_VERSION");
const CODE: &str = fixture::SECRETS[0];

/// What is recorded: orders as they come, and where each is to stand and to end.
struct Recorder {
    world: World,
    orders: Vec<Expected>,
}

impl Recorder {
    /// Hands an order in that is to stand here when all is written down.
    async fn order(&mut self, document: Value, stood: &str, ends: &str, buys: u64) -> String {
        let document = with(document, json!({"metadata": {"release": RELEASE}}));
        let key = self.world.order(document).await;
        self.orders.push(Expected {
            key: key.clone(),
            stood: stood.to_owned(),
            ends: ends.to_owned(),
            buys,
            then: None,
        });
        key
    }

    /// As [`Recorder::order`], and waits until it stands there.
    async fn stands(&mut self, document: Value, stood: &str, ends: &str, buys: u64) -> String {
        let key = self.order(document, stood, ends, buys).await;
        self.world.until(&key, stood).await;
        key
    }

    /// The last order is told this once it is loaded.
    fn then(&mut self, signal: Value) {
        self.orders.last_mut().unwrap().then = Some(signal);
    }

    fn seed(&self, seed: Value) {
        let seed: Seed = serde_json::from_value(seed).unwrap();
        self.world.providers().seed(&seed);
    }

    fn fault(&self, behaviour: Behaviour, domain: &str, operation: &str) {
        let rule = Rule::new(behaviour).domain(domain).operation(operation);
        self.world.providers().add_fault(rule);
    }

    /// Final ones, with a registrant of their own, and one that goes.
    async fn finished(&mut self) {
        let mara = json!({"contacts": {"registrant": {"name": "Mara Invented", "email": "mara@host.example",
            "address1": "1 Example Road", "city": "Exampleton", "state": "EX", "country": "GB", "zip": "EX1 1EX",
            "phone_cc": "44", "phone": "1632960001"}}});
        for document in [
            with(register("new-done-example.com"), mara),
            renew("renew-done-example.com"),
            transfer("move-instant-example.com", CODE),
            email_create("fresh-done-example.com"),
            email_renew("mail-done-longer-example.com"),
            email_add("mail-done-more-example.com"),
            email_remove("mail-done-fewer-example.com"),
            email_delete("mail-done-gone-example.com"),
            with(register("new-nc-done-example.com"), json!({"account": "nc-main"})),
            with(renew("renew-nc-done-example.com"), json!({"account": "nc-main"})),
        ] {
            self.stands(document, "succeeded", "succeeded", 0).await;
        }
        let taken = register("taken-example-shop.com");
        self.stands(taken, "failed/domain_taken", "failed/domain_taken", 0)
            .await;
        let later = json!({"not_before": (Timestamp::now() + Duration::from_secs(30 * 86_400)).to_string()});
        let key = self
            .stands(
                with(renew("renew-off-example.com"), later.clone()),
                "queued",
                "cancelled",
                0,
            )
            .await;
        self.world.tell(&key, "cancel", json!({})).await;
        self.world.until(&key, "cancelled").await;
        self.orders.last_mut().unwrap().stood = "cancelled".to_owned();
        let later = with(renew("renew-later-example.com"), later);
        self.stands(later, "queued", "queued", 0).await;
        self.world
            .write_entries("order", &["{\"kind\": \"wish\"}".to_owned()])
            .await;
        self.world.until_rejected(1).await;
    }

    /// Those that wait for others; all of them have happened when the fixture is loaded.
    async fn waiting(&mut self) {
        self.seed(json!({"logicboxes": {"settings": {"email_delay_secs": 86_400}}}));
        let waiting = [
            (register("pending-example-shop.com"), "blocked/awaiting_registry", 0),
            (email_create("fresh-waits-example.com"), "in_progress", 0),
            // A renewal stands behind it.
            (
                transfer("move-waits-example.com", CODE),
                "blocked/awaiting_losing_registrar",
                1,
            ),
            (
                transfer("move-stalls-example.com", "bad-Code-5hGw"),
                "action_required/auth_code_invalid",
                0,
            ),
        ];
        for (document, stood, buys) in waiting {
            self.stands(document, stood, "succeeded", buys).await;
        }
        let busy = with(
            renew("move-waits-example.com"),
            json!({"idempotency_key": "behind the transfer"}),
        );
        self.stands(busy, "parked/domain_busy", "succeeded", 1).await;
        self.fault(Behaviour::ResetBefore, "renew-asks-example.com", "RenewalOrder");
        let asks = renew("renew-asks-example.com");
        self.stands(asks, "action_required/absence_inconclusive", "succeeded", 1)
            .await;
        self.then(json!({"signal": "resolve", "outcome": "not-done", "note": "nothing there"}));
    }

    /// Those whose calls were on their way when all replicas died.
    async fn in_doubt(&mut self) {
        let at_name_com = json!({"account": "nc-main"});
        let calls = [
            (register("new-doubt-example.com"), "Order"),
            (renew("renew-doubt-example.com"), "RenewalOrder"),
            (email_create("fresh-doubt-example.com"), "eelite/add"),
            (with(register("new-nc-doubt-example.com"), at_name_com), "order"),
        ];
        for (document, operation) in calls {
            self.fault(Behaviour::DoThenDrop, text(&document, "domain"), operation);
            self.stands(document, "unknown_outcome", "succeeded", 0).await;
        }
        let calls = [
            (register("new-stalled-example.com"), "Order", Behaviour::Stall, 0),
            (renew("renew-stalled-example.com"), "RenewalOrder", Behaviour::Stall, 0),
            (
                transfer("move-stalled-example.com", CODE),
                "TransferOrder",
                Behaviour::Stall,
                0,
            ),
            (
                email_create("fresh-stalled-example.com"),
                "eelite/add",
                Behaviour::Stall,
                0,
            ),
            // The provider never got to it.
            (
                register("new-never-example.com"),
                "Order",
                Behaviour::DoLate { ms: 600_000 },
                1,
            ),
        ];
        let mut keys = Vec::new();
        for (document, operation, behaviour, buys) in calls {
            self.fault(behaviour, text(&document, "domain"), operation);
            keys.push(self.order(document, "dispatching", "succeeded", buys).await);
        }
        self.world
            .wait_until("all calls have arrived", || async {
                let faults = self.world.providers().faults();
                faults.iter().rev().take(keys.len()).all(|fault| fault.fired == 1)
            })
            .await;
        self.world.replicas[0].kill9();
    }

    /// Those that nobody has touched yet; one is called off, and one has not been taken in.
    async fn untouched(&mut self) {
        for account in super::ACCOUNTS {
            self.world.run(&["accounts", "pause", account]).await.ended(0);
        }
        let replica = self.world.another_replica().await;
        for document in [
            register("new-queued-example.com"),
            renew("renew-queued-example.com"),
            transfer("move-instant-queued-example.com", CODE),
            email_create("fresh-queued-example.com"),
            email_renew("mail-queued-longer-example.com"),
            email_add("mail-queued-more-example.com"),
            with(renew("renew-nc-queued-example.com"), json!({"account": "nc-main"})),
        ] {
            self.stands(document, "queued", "succeeded", 1).await;
        }
        // Free, both.
        self.stands(email_remove("mail-queued-fewer-example.com"), "queued", "succeeded", 0)
            .await;
        self.stands(email_delete("mail-queued-gone-example.com"), "queued", "succeeded", 0)
            .await;
        let off = register("new-called-off-example.com");
        let key = self.stands(off, "queued", "cancelled", 0).await;
        self.world.tell(&key, "cancel", json!({})).await;
        self.world.until_all_is_taken_in().await;
        self.world.replicas[replica].kill9();
        self.order(register("new-not-read-example.com"), "", "succeeded", 1)
            .await;
    }

    /// The providers as they are to be when the fixture is loaded: what was on its way has arrived.
    fn providers(&self) -> Value {
        let state = self.world.providers().state();
        let now = Timestamp::now();
        let in_a_year = now + Duration::from_secs(365 * 86_400);
        let mut domains: Vec<Value> = state
            .domains
            .iter()
            .map(|domain| {
                json!({"name": domain.name, "customer_id": domain.customer_id.unwrap_or(5512),
                    "created_at": domain.created_at.unwrap_or(now), "expires_at": domain.expires_at.unwrap_or(in_a_year)})
            })
            .collect();
        domains.push(json!({"name": "own-example-shop.com"}));
        let email_orders: Vec<Value> = state
            .email_orders
            .iter()
            .filter(|order| !order.domain.contains("gone"))
            .map(|order| {
                json!({"domain": order.domain, "id": order.id, "customer_id": order.customer_id, "accounts": order.accounts,
                    "created_at": order.created_at, "ends_at": order.ends_at.unwrap_or(in_a_year)})
            })
            .collect();
        let at_name_com: Vec<Value> = state
            .namecom
            .iter()
            .map(
                |domain| json!({"name": domain.name, "created_at": domain.created_at, "expires_at": domain.expires_at}),
            )
            .collect();
        json!({
            "connectreseller": {"domains": domains,
                "transfers": [{"name": "move-instant-queued-example.com", "scenario": "instant"}]},
            "logicboxes": {"email_orders": email_orders, "settings": {"email_delay_secs": 1}},
            "namecom": {"domains": at_name_com},
        })
    }
}

#[tokio::test]
#[ignore = "writes the fixture of this release: see fixtures/ledger/README.md"]
async fn the_ledger_of_this_release_is_recorded() {
    let seed = json!({
        "connectreseller": {"taken": ["taken-example-shop.com"], "domains": [{"name": "own-example-shop.com"}],
            "transfers": [{"name": "move-instant-example.com", "scenario": "instant"}]},
        "logicboxes": {"settings": {"email_delay_secs": 0}},
    });
    let world = fixture::world().seed(seed).start().await;
    let mut recorder = Recorder {
        world,
        orders: Vec::new(),
    };
    recorder.finished().await;
    recorder.waiting().await;
    // So that doubts last until all are in doubt.
    recorder.world.reconfigure(&[("reconcile.looks", "['5s']")]);
    recorder.world.replicas[0].stop().await;
    recorder.world.replicas.clear();
    recorder.world.another_replica().await;
    recorder.in_doubt().await;
    recorder.untouched().await;

    let fixture = Fixture {
        release: RELEASE.to_owned(),
        recorded_at: Timestamp::now(),
        providers: recorder.providers(),
        commands: fixture::commands(&recorder.world).await,
        orders: recorder.orders.clone(),
    };
    let mut wrong = Vec::new();
    for order in fixture.orders.iter().filter(|order| !order.stood.is_empty()) {
        let view = recorder.world.view(&order.key).await.unwrap();
        let stands = state_of(&view);
        if stands != order.stood && text(&view, "state") != order.stood {
            wrong.push(format!("{}: {stands}, not {}", order.key, order.stood));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for order in &fixture.orders {
        if !["succeeded", "failed", "cancelled"]
            .iter()
            .any(|end| order.stood.starts_with(end))
        {
            recorder.world.leave(&order.key);
        }
    }
    fixture.write();
}
