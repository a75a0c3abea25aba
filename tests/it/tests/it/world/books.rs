//! What holds of every order in every world, checked when the world is dropped.
//!
//! Money: what the provider's books say is what the orders say, and no request was sent without an attempt of its own
//! (`exactly-once.md` §6, P1 to P3 and P6). Events: one for each change, in order, by the contract's table of steps, from
//! `order.queued` to the final one. Secrets: none in all that was let out ([`super::secrets`]). And nobody asked the
//! providers anything they do not expect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use domorder_tests_support::report::Row;
use serde_json::Value;

use super::ledger::{state_of, view_of};
use super::words::{is_final, may_follow};
use super::{NAMESPACE, World, held, text};

/// What a world comes to.
pub(crate) struct Books {
    /// What must always hold and does not.
    pub(crate) faults: Vec<String>,
    /// The numbers.
    pub(crate) row: Row,
}

impl Drop for World {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if std::thread::panicking() {
            self.explain();
            let broken = Row {
                violations: 1,
                ..Row::of(self.suite())
            };
            if self.tells {
                broken.tell();
            }
            return;
        }
        let Books { faults, row } = self.settle();
        if self.tells {
            row.tell();
        }
        if !faults.is_empty() {
            self.explain();
            panic!("what must always hold does not:\n- {}", faults.join("\n- "));
        }
    }
}

impl World {
    /// Checks all that must hold at the end, which is now.
    pub(crate) fn settle(&mut self) -> Books {
        self.is_settled = true;
        let mut redis = redis::Client::open(self.redis.url())
            .and_then(|client| client.get_connection_with_timeout(Duration::from_secs(5)))
            .expect("Redis is there at the end of a test");
        let orders = orders(&mut redis);
        let events = events(&mut redis);
        let mut faults = Vec::new();
        let mut row = Row::of(self.suite());
        self.check_ends(&orders, &mut faults);
        self.check_money(&orders, &mut row, &mut faults);
        for order in &orders {
            check_events(order, events.get(&order.id).map_or(&[], Vec::as_slice), &mut faults);
        }
        self.check_decisions(&orders, &events, &mut redis, &mut faults);
        let ids: Vec<String> = orders.iter().map(|order| order.id.clone()).collect();
        self.check_secrets(&mut redis, &ids, &mut faults);
        for unexpected in self.providers().unexpected() {
            faults.push(format!("the provider did not expect {unexpected:?}"));
        }
        for replica in &self.replicas {
            if replica.said("panicked") && !replica.said("a planned panic") {
                faults.push("a replica panicked".to_owned());
            }
        }
        row.faults = self.disturbances();
        row.orders = orders.len() as u64;
        row.violations = faults.len() as u64;
        Books { faults, row }
    }

    /// A line of the report for each module of tests.
    fn suite(&self) -> String {
        if let Some(suite) = self.suite.lock().unwrap().clone() {
            return suite;
        }
        let thread = std::thread::current();
        let module = thread
            .name()
            .and_then(|name| name.split_once("::"))
            .map_or("world", |at| at.0);
        format!("whole system: {module}")
    }

    /// Faults so far: calls spoilt, replicas and servers killed or held still.
    fn disturbances(&self) -> u64 {
        let calls = self.providers().request_summary().operations;
        let spoilt: u64 = calls.iter().map(|row| row.faulted).sum();
        let replicas: u64 = self.replicas.iter().map(super::Replica::disturbed).sum();
        spoilt + replicas + self.redis.disturbed()
    }
}

/// An order as stored.
pub(super) struct Order {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) operation: &'static str,
    pub(super) view: Value,
}

impl Order {
    pub(super) fn is(&self, charged: &[&str]) -> bool {
        charged.contains(&text(&self.view, "charged"))
    }
}

/// The simulator's name of what an order buys.
pub(crate) fn operation(document: &Value) -> &'static str {
    match (text(document, "kind"), text(document, "action")) {
        ("register", _) if text(document, "account") == "lb-main" => "domains/register",
        ("transfer", _) if text(document, "account") == "lb-main" => "domains/transfer",
        ("renew", _) if text(document, "account") == "lb-main" => "domains/renew",
        ("register", _) if text(document, "account") == "nc-main" => "domain/create",
        ("renew", _) if text(document, "account") == "nc-main" => "domain/renew",
        ("register", _) => "Order",
        ("transfer", _) => "TransferOrder",
        ("renew", _) => "RenewalOrder",
        (_, "create") => "eelite/add",
        (_, "renew") => "eelite/renew",
        (_, "add-accounts") => "eelite/add-email-account",
        (_, "remove-accounts") => "eelite/delete-email-account",
        _ => "eelite/delete",
    }
}

/// The request that buys it, where the provider names them otherwise: Name.com has one for all its products.
pub(crate) fn request_of(operation: &str) -> &str {
    match operation {
        "domain/create" | "domain/renew" => "order",
        other => other,
    }
}

/// Every order whose record can be read; the others are those a test has damaged.
fn orders(redis: &mut redis::Connection) -> Vec<Order> {
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg(format!("{{{NAMESPACE}:*}}:order:*"))
        .query(redis)
        .unwrap();
    let mut orders = Vec::new();
    for key in keys.iter().filter(|key| !key.ends_with(":timeline")) {
        let (document, record): (String, String) = redis::cmd("HMGET").arg(key).arg(&["d", "r"]).query(redis).unwrap();
        let (Some(view), Ok(document)) = (view_of(&document, &record), serde_json::from_str::<Value>(&document)) else {
            continue;
        };
        orders.push(Order {
            id: text(&view, "id").to_owned(),
            key: text(&view, "idempotency_key").to_owned(),
            operation: operation(&document),
            view,
        });
    }
    orders
}

/// All events by order.
fn events(redis: &mut redis::Connection) -> BTreeMap<String, Vec<Value>> {
    let streams: Vec<String> = redis::cmd("KEYS")
        .arg(format!("{{{NAMESPACE}:*}}:events"))
        .query(redis)
        .unwrap();
    let mut events = BTreeMap::<String, Vec<Value>>::new();
    for stream in streams {
        let entries: redis::streams::StreamRangeReply =
            redis::cmd("XRANGE").arg(stream).arg(&["-", "+"]).query(redis).unwrap();
        for entry in entries.ids {
            let event: Value = serde_json::from_str(&entry.get::<String>("event").unwrap()).unwrap();
            events
                .entry(text(&event, "subject").to_owned())
                .or_default()
                .push(event);
        }
    }
    events
}

fn check_events(order: &Order, events: &[Value], faults: &mut Vec<String>) {
    let steps: Vec<String> = events.iter().map(|event| state_of(&event["data"])).collect();
    let mut wrong = |what: &str| faults.push(format!("events of `{}`: {what}: {steps:?}", order.key));
    let state = |event: &Value| text(&event["data"], "state").to_owned();
    if events.first().map(state).as_deref() != Some("queued") {
        wrong("the first is not `order.queued`");
    }
    let face = |view: &Value| ["state", "reason", "needs", "charged"].map(|field| view[field].clone());
    if events.last().map(|event| face(&event["data"])) != Some(face(&order.view)) {
        wrong("the last does not say how the order stands");
    }
    for event in events {
        let envelope = event["specversion"] == "1.0"
            && event["source"] == format!("/domorder/{NAMESPACE}")
            && event["subject"] == event["data"]["id"]
            && event["type"] == format!("order.{}", state(event))
            && event["data"]["metadata"] == order.view["metadata"];
        if !envelope {
            wrong("one is no CloudEvent of this order");
        }
    }
    for pair in events.windows(2) {
        let (from, to) = (state(&pair[0]), state(&pair[1]));
        if from != to && !may_follow(&from, &to) {
            wrong(&format!("`{to}` cannot follow `{from}`"));
        }
        if face(&pair[0]["data"]) == face(&pair[1]["data"]) && to != "dispatching" {
            wrong(&format!("one tells of no change: `{to}`"));
        }
        if pair[0]["time"].as_str() > pair[1]["time"].as_str() {
            wrong("they go back in time");
        }
    }
    let ids: BTreeSet<&str> = events.iter().map(|event| text(event, "id")).collect();
    if ids.len() != events.len() {
        wrong("two have one id");
    }
    let attempts = events.iter().filter(|event| state(event) == "dispatching").count();
    if Some(attempts as u64) != order.view["attempts"].as_u64() {
        wrong("not every paid attempt has its own `order.dispatching`");
    }
}

impl World {
    fn check_ends(&self, orders: &[Order], faults: &mut Vec<String>) {
        let left = self.left.lock().unwrap();
        for order in orders {
            let is_over = is_final(text(&order.view, "state"));
            if !is_over && !left.contains(&order.key) {
                faults.push(format!("`{}` is unfinished: {:#}", order.key, order.view));
            }
            if is_over && left.contains(&order.key) {
                faults.push(format!("`{}` was to be left unfinished and is over", order.key));
            }
            if text(&order.view, "state") == "failed" && order.is(&["unknown"]) {
                faults.push(format!("`{}` failed with `charged: unknown`", order.key));
            }
        }
    }

    /// P17. What a ledger has lost it cannot tell any more.
    fn check_decisions(
        &self,
        orders: &[Order],
        events: &BTreeMap<String, Vec<Value>>,
        redis: &mut redis::Connection,
        faults: &mut Vec<String>,
    ) {
        if self.lost.load(Ordering::Relaxed) {
            return;
        }
        for order in orders {
            let shard = order.id.split('-').next().unwrap_or("0");
            let key = format!("{{{NAMESPACE}:{shard}}}:order:{}:timeline", order.id);
            // A test may have put a key of another type in its place.
            let entries: Vec<String> = redis::cmd("LRANGE")
                .arg(key)
                .arg(&[0, -1])
                .query(redis)
                .unwrap_or_default();
            let timeline: Vec<Value> = entries.iter().filter_map(|e| serde_json::from_str(e).ok()).collect();
            let events = events.get(&order.id).map_or(&[][..], Vec::as_slice);
            for fault in held::faults(events, &timeline) {
                faults.push(format!("`{}`: {fault}: {timeline:#?}", order.key));
            }
        }
    }

    /// What helps to understand a failure.
    fn explain(&self) {
        for (at, replica) in self.replicas.iter().enumerate() {
            let log = replica.log();
            let from = log.lines().count().saturating_sub(60);
            let lines: Vec<&str> = log.lines().skip(from).collect();
            eprintln!("--- end of the log of replica {at}\n{}", lines.join("\n"));
        }
        for request in self.providers().requests().requests {
            eprintln!(
                "--- request {} {} {:?} {:?} {:?}",
                request.at, request.operation, request.domain, request.fault, request.outcome
            );
        }
    }
}
