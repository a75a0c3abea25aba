//! Looking economically: one list for many that wait, and nothing that comes out of a list but "unchanged".

use std::time::Duration;

use domorder_tests_sim::{Behaviour, LOGICBOXES_ID, LOGICBOXES_KEY, Rule};
use serde_json::{Value, json};

use crate::world::*;

const DAY: Duration = Duration::from_secs(86_400);
/// So many wait that a list pays.
const MANY: usize = 60;

/// Which account, and the calls that it is watched by.
#[derive(Clone, Copy)]
struct At {
    account: &'static str,
    list: &'static str,
    single: &'static str,
}

const CONNECTRESELLER: At = At {
    account: "cr-main",
    list: "SearchDomainList",
    single: "syncTransfer",
};
const LOGICBOXES: At = At {
    account: "lb-main",
    list: "actions/search-current",
    single: "domains/details",
};

/// Time passes at the test's word only, and orders that wait are due often.
async fn world() -> World {
    World::with()
        .scale(1.0)
        .setting("polling.transfer", "['40ms', '1s']")
        .start()
        .await
}

impl At {
    fn transfer(self, domain: &str) -> Value {
        let document = with(
            transfer(domain, "right-Code-7Fq2"),
            json!({"account": self.account, "idempotency_key": format!("{}:{domain}", self.account)}),
        );
        if self.account == "lb-main" {
            with(document, json!({"contacts": {"registrant": {"id": "991"}}}))
        } else {
            document
        }
    }

    /// Places so many good transfers, and waits until the losing registrars have them.
    async fn many(self, world: &World) -> Vec<String> {
        let documents = (0..MANY).map(|at| self.transfer(&format!("move-{at}-example.com")));
        let keys = world.orders(documents).await;
        world.until_all(&keys, "blocked/awaiting_losing_registrar").await;
        keys
    }

    async fn listed(self, world: &World) -> f64 {
        let labels = [("account", self.account), ("result", "listed")];
        world.replicas[0].metrics().await.sum("domorder_polls_total", &labels)
    }

    async fn until_listed(self, world: &World, more: f64) {
        let before = self.listed(world).await;
        world
            .wait_until("lists answer looks", || async {
                self.listed(world).await >= before + more
            })
            .await;
    }

    fn calls(self, world: &World, operation: &str) -> u64 {
        world.providers().request_summary().calls(operation)
    }
}

/// Every form in which a test is put to both providers.
async fn each<F: Future<Output = ()>>(test: impl Fn(At) -> F) {
    for at in [CONNECTRESELLER, LOGICBOXES] {
        test(at).await;
    }
}

/// A call in the provider's panel.
async fn in_the_panel(world: &World, path: &str, form: &str) {
    let url = format!("{}/{path}.json", world.sim.base_url_logicboxes());
    let body = format!("auth-userid={LOGICBOXES_ID}&api-key={LOGICBOXES_KEY}&{form}");
    let client = reqwest::Client::new();
    let request = client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    assert!(request.send().await.unwrap().status().is_success(), "{path}");
}

#[tokio::test]
async fn many_waiting_transfers_are_answered_by_a_list_and_all_come_to_their_end() {
    each(|at| async move {
        let world = world().await;
        let keys = at.many(&world).await;
        at.until_listed(&world, 100.0).await;
        let (looks, singles) = (at.listed(&world).await, at.calls(&world, at.single));
        at.until_listed(&world, 300.0).await;
        let (looks, singles) = (at.listed(&world).await - looks, at.calls(&world, at.single) - singles);
        #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
        let share = singles as f64 / (looks + singles as f64);
        assert!(
            share < 0.6,
            "{share} of {looks} looks were single ones at {}",
            at.account
        );
        let timeline = world.timeline(&keys[0]).await;
        assert!(
            timeline.len() < 8,
            "being listed is no line of a timeline: {timeline:#?}"
        );

        world.providers().advance(6 * DAY);
        for view in world.until_all(&keys, "succeeded").await {
            assert!(view["expiry"].is_string(), "{view:#}");
        }
        assert_eq!(world.providers().charges().count, MANY as u64);
    })
    .await;
}

#[tokio::test]
async fn three_waiting_transfers_are_looked_at_singly() {
    each(|at| async move {
        let world = world().await;
        let documents = (0..3).map(|n| at.transfer(&format!("move-{n}-example.com")));
        let keys = world.orders(documents).await;
        world.until_all(&keys, "blocked").await;
        let (before, lists) = (at.calls(&world, at.single), at.calls(&world, at.list));
        world
            .wait_until("they are looked at", || async {
                at.calls(&world, at.single) >= before + 30
            })
            .await;
        assert_eq!(at.calls(&world, at.list), lists, "no list was read at {}", at.account);
        assert!(at.listed(&world).await < 0.5);
        world.providers().advance(6 * DAY);
        world.until_all(&keys, "succeeded").await;
    })
    .await;
}

#[tokio::test]
async fn refusals_stalls_and_cancellations_among_many_are_noticed() {
    each(|at| async move {
        let world = world().await;
        let keys = at.many(&world).await;
        let odd = world
            .orders(
                [
                    "rejected-example-shop.com",
                    "locked-example-shop.com",
                    "badauth-example-shop.com",
                ]
                .map(|d| at.transfer(d)),
            )
            .await;
        world.until(&odd[0], "blocked/awaiting_losing_registrar").await;
        world.until(&odd[1], "action_required/domain_locked").await;
        world.until(&odd[2], "action_required/auth_code_invalid").await;
        at.until_listed(&world, 100.0).await;

        world.tell(&odd[2], "cancel", json!({})).await;
        world.until(&odd[2], "cancelled/cancelled_by_signal").await;
        world.tell(&odd[1], "check-now", json!({})).await;
        world.providers().advance(6 * DAY);
        world.until(&odd[0], "failed/transfer_refused").await;
        world.until_all(&keys, "succeeded").await;
        world.tell(&odd[1], "cancel", json!({})).await;
        world.until(&odd[1], "cancelled/cancelled_by_signal").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_done_in_the_panel_to_one_of_many_is_noticed_by_its_row() {
    let world = world().await;
    let at = LOGICBOXES;
    let keys = at.many(&world).await;
    let stalled = world.orders(["badauth-example-shop.com"].map(|d| at.transfer(d))).await;
    let view = world.until(&stalled[0], "action_required/auth_code_invalid").await;
    at.until_listed(&world, 100.0).await;
    let id = text(&view, "provider_order_id");
    in_the_panel(
        &world,
        "domains/transfer/submit-auth-code",
        &format!("order-id={id}&auth-code=good-Code-77"),
    )
    .await;
    world.by_hand("domains/transfer/submit-auth-code", "badauth-example-shop.com");
    world.until(&stalled[0], "blocked/awaiting_losing_registrar").await;

    let gone = world.view(&keys[0]).await.unwrap();
    let id = text(&gone, "provider_order_id").to_owned();
    in_the_panel(&world, "domains/cancel-transfer", &format!("order-id={id}")).await;
    world.by_hand("domains/cancel-transfer", text(&gone, "domain"));
    let view = world.until(&keys[0], "cancelled/cancelled_at_provider").await;
    assert_eq!(view["charged"], "refund_due");
    world.providers().advance(6 * DAY);
    world.until_all(&keys[1..], "succeeded").await;
    world.until(&stalled[0], "succeeded").await;
}

#[tokio::test]
async fn a_list_that_lies_or_is_cut_changes_no_state() {
    let done = json!({"recsonpage": "1", "recsindb": "1", "1": {"eaqid": "551900950", "entityid": "90110040",
        "actiontype": "AddTransferDomain", "actionstatus": "Success", "actionstatusdesc": "Domain Transfer Success"}});
    let none = json!({"status": "ERROR", "message": "No record found"});
    let empty = json!({"totalCount": 0, "records": []});
    let arrived = json!({"totalCount": 1, "records": [{"entryId": 1, "domainName": "move-1-example.com",
        "actionStatus": "Deleted", "customerId": 5512, "resellerId": 88}]});
    for (at, lie) in [
        (
            LOGICBOXES,
            Behaviour::Answer {
                status: 200,
                body: done,
            },
        ),
        (
            LOGICBOXES,
            Behaviour::Answer {
                status: 500,
                body: none,
            },
        ),
        (
            CONNECTRESELLER,
            Behaviour::Answer {
                status: 200,
                body: empty,
            },
        ),
        (
            CONNECTRESELLER,
            Behaviour::Answer {
                status: 200,
                body: arrived,
            },
        ),
        (LOGICBOXES, Behaviour::Garbage),
        (CONNECTRESELLER, Behaviour::Html200),
    ] {
        let world = world().await;
        world.providers().add_fault(Rule::new(lie).operation(at.list));
        let keys = at.many(&world).await;
        let before = at.calls(&world, at.single);
        world
            .wait_until("they are looked at", || async {
                at.calls(&world, at.single) >= before + 150
            })
            .await;
        for key in &keys {
            let view = world.view(key).await.unwrap();
            assert_eq!(state_of(&view), "blocked/awaiting_losing_registrar", "{view:#}");
            let events = world.events(key).await;
            assert!(events.len() <= 5, "nothing was invented: {events:#?}");
        }
        world.providers().advance(6 * DAY);
        world.until_all(&keys, "succeeded").await;
    }
}

#[tokio::test]
async fn a_list_that_stays_as_it_was_holds_nobody_back_for_good() {
    let world = world().await;
    let at = LOGICBOXES;
    let keys = at.many(&world).await;
    at.until_listed(&world, 50.0).await;
    let url = format!(
        "{}/actions/search-current.json?no-of-records=500&page-no=1&action-type=AddTransferDomain&auth-userid={LOGICBOXES_ID}&api-key={LOGICBOXES_KEY}",
        world.sim.base_url_logicboxes()
    );
    let body: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(body["recsindb"], json!(MANY.to_string()));
    let old = Behaviour::Answer { status: 200, body };
    world.providers().add_fault(Rule::new(old).operation(at.list));
    world.providers().advance(6 * DAY);
    world.until_all(&keys, "succeeded").await;
}

#[tokio::test]
async fn a_list_that_fails_is_left_alone_and_every_order_is_looked_at_singly() {
    each(|at| async move {
        let world = world().await;
        world
            .providers()
            .add_fault(Rule::new(Behaviour::Fail502Before).operation(at.list));
        let keys = at.many(&world).await;
        let before = at.calls(&world, at.single);
        world
            .wait_until("they are looked at", || async {
                at.calls(&world, at.single) >= before + 300
            })
            .await;
        // One reading, repeated as every read is, and then a rest.
        let lists = at.calls(&world, at.list);
        assert!((1..=8).contains(&lists), "{lists} calls of {}", at.list);
        let metrics = world.replicas[0].metrics().await;
        let failed = [("account", at.account), ("result", "failed")];
        assert!(metrics.sum("domorder_surveys_total", &failed) > 0.5);
        world.providers().advance(6 * DAY);
        world.until_all(&keys, "succeeded").await;
    })
    .await;
}
