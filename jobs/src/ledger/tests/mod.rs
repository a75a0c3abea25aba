//! The ledger on real servers. Each test has its own.

mod accept;
mod breaker;
mod claim;
mod cluster;
mod contacts;
mod crash;
mod deadlines;
mod durability;
mod events;
mod loss;
mod proved;
mod purse;
mod record;
mod reseal;
mod scale;
mod upkeep;
mod webhooks;

use std::time::Duration;

use domorder_tests_support::{RedisOptions, RedisServer};

use super::*;
use crate::state::{Kind, Priority, State};

pub(super) const ACCOUNT: &str = "cr-main";
pub(super) const LEASE: Duration = Duration::from_secs(60);

pub(super) struct World {
    pub(super) server: RedisServer,
    pub(super) ledger: Ledger,
}

pub(super) async fn world() -> World {
    world_with(RedisOptions::default(), |settings| settings).await
}

pub(super) async fn world_with(options: RedisOptions, change: impl FnOnce(LedgerSettings) -> LedgerSettings) -> World {
    let server = RedisServer::start(options).await.expect("a server");
    let ledger = Ledger::connect(change(LedgerSettings::new(server.url(), "t")))
        .await
        .expect("a ledger");
    World { server, ledger }
}

/// An order about `<key>.example`.
pub(super) fn order(ledger: &Ledger, key: &str) -> NewOrder {
    about(ledger, key, &format!("{key}.example"))
}

pub(super) fn about(ledger: &Ledger, key: &str, resource: &str) -> NewOrder {
    NewOrder {
        id: ledger.new_order_id(resource),
        idempotency_key: key.to_owned(),
        fingerprint: "f".repeat(22),
        account: ACCOUNT.to_owned(),
        kind: Kind::Renew,
        resource: resource.to_owned(),
        priority: Priority::Normal,
        due_at_ms: None,
        deadline_ms: None,
        doc: format!("{{\"key\":\"{key}\"}}"),
        rec: "{\"v\":1}".to_owned(),
        event: "{\"type\":\"order.queued\"}".to_owned(),
    }
}

/// A record that changes nothing and keeps the lease.
pub(super) fn record(order: &ClaimedOrder) -> Record {
    Record {
        id: order.id.clone(),
        fence: order.fence,
        version: order.version,
        rec: format!("{{\"v\":{}}}", order.version + 1),
        state: order.state,
        due: Due::Now,
        priority: order.priority,
        event: None,
        timeline: None,
        before: Vec::new(),
        signals_consumed: 0,
        release: false,
        release_lane: false,
        intent_epoch: None,
        proved: None,
        parked: None,
        notice: Notice::AsBefore,
        durable: true,
    }
}

/// The record that ends an order.
pub(super) fn success(order: &ClaimedOrder) -> Record {
    Record {
        state: State::Succeeded,
        event: Some("{\"type\":\"order.succeeded\"}".to_owned()),
        timeline: Some("done".to_owned()),
        release: true,
        due: Due::Never,
        ..record(order)
    }
}

pub(super) async fn accept_all(ledger: &Ledger, orders: Vec<NewOrder>) -> Vec<String> {
    let ids = orders.iter().map(|order| order.id.clone()).collect();
    for answer in ledger.accept(orders).await {
        assert_eq!(answer.expect("accepted"), Acceptance::Accepted);
    }
    ids
}

pub(super) async fn claim(ledger: &Ledger, n: usize) -> Claimed {
    claim_for(ledger, n, LEASE).await
}

pub(super) async fn claim_for(ledger: &Ledger, n: usize, lease: Duration) -> Claimed {
    ledger
        .claim(0, ACCOUNT, n, lease, Limits::default())
        .await
        .expect("a claim")
}

pub(super) async fn claim_one(ledger: &Ledger) -> ClaimedOrder {
    let mut claimed = claim(ledger, 1).await;
    assert_eq!(claimed.orders.len(), 1, "one order is due: {claimed:?}");
    claimed.orders.remove(0)
}

/// Claims until something is due: for what becomes due by the passing of time.
pub(super) async fn claim_soon(ledger: &Ledger) -> ClaimedOrder {
    for _ in 0..400 {
        let mut claimed = claim(ledger, 1).await;
        if let Some(order) = claimed.orders.pop() {
            return order;
        }
        tokio::time::sleep(
            claimed
                .next_due
                .unwrap_or(Duration::from_millis(20))
                .min(Duration::from_millis(50)),
        )
        .await;
    }
    panic!("nothing became due");
}

/// A receiver whose subscription surely stands: it heard what was said to nobody's account.
pub(super) async fn listening(ledger: &Ledger) -> broadcast::Receiver<Wake> {
    let mut wakes = ledger.wakes();
    for _ in 0..400 {
        ledger.wake("probe").await.expect("said");
        let heard = tokio::time::timeout(Duration::from_millis(25), wakes.recv()).await;
        if matches!(heard, Ok(Ok(Wake::Account(_)))) {
            return wakes;
        }
    }
    panic!("no wake-up is heard");
}

/// Whether a wake-up for the account comes.
pub(super) async fn heard(wakes: &mut broadcast::Receiver<Wake>) -> bool {
    let heard = async {
        loop {
            if let Ok(Wake::Account(account)) = wakes.recv().await
                && account == ACCOUNT
            {
                return true;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard)
        .await
        .unwrap_or(false)
}
