//! Renewals: the one purchase that nothing but its date tells from a second one.

use domorder_tests_sim::{Behaviour, Rule};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::world::*;

/// When the simulator's own names end: a year from now.
fn in_a_year() -> Timestamp {
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    today.checked_add(1.year()).unwrap().timestamp()
}

fn expecting(domain: &str, at: Timestamp) -> Value {
    with(renew(domain), json!({"expected_expiry": at.to_string()}))
}

#[tokio::test]
async fn a_renewal_with_the_right_expectation_is_bought() {
    let world = World::new().await;
    let date = in_a_year().to_string();
    let key = world
        .orders([
            expecting("renew-one-example.com", in_a_year()),
            with(renew("renew-two-example.com"), json!({"expected_expiry": &date[..10]})),
            with(email_renew("mail-example-shop.com"), json!({"expected_expiry": date})),
        ])
        .await;
    world.until_all(&key, "succeeded").await;
}

#[tokio::test]
async fn a_renewal_with_a_wrong_expectation_is_not_sent() {
    let world = World::new().await;
    let wrong = in_a_year() - SignedDuration::from_hours(24 * 40);
    let keys = world
        .orders([
            expecting("renew-example-shop.com", wrong),
            with(
                email_renew("mail-example-shop.com"),
                json!({"expected_expiry": wrong.to_string()}),
            ),
        ])
        .await;
    for view in world.until_all(&keys, "action_required/expectation_differs").await {
        assert_eq!((&view["needs"], &view["charged"]), (&json!("decision"), &json!("no")));
        assert_eq!(
            (&view["attempts"], &view["waiting_on"]),
            (&json!(0), &json!("operator"))
        );
        assert!(view["expiry"].is_string(), "it says what stands: {view:#}");
    }
    assert_eq!(world.providers().requests().requests.len(), 0);
    for key in &keys {
        world.tell(key, "cancel", json!({})).await;
    }
    world.until_all(&keys, "cancelled/cancelled_by_signal").await;
}

#[tokio::test]
async fn a_renewal_that_stands_already_is_not_bought_again() {
    let world = World::new().await;
    // The date that the producer believes in is last year's: somebody has renewed since.
    let before = in_a_year()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .checked_sub(1.year())
        .unwrap()
        .timestamp();
    let key = world.order(expecting("renew-example-shop.com", before)).await;
    let view = world.until(&key, "succeeded/already_done").await;
    assert_eq!((&view["charged"], &view["attempts"]), (&json!("no"), &json!(0)));
    assert_eq!(world.providers().requests().requests.len(), 0);
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(
        metrics.sum("domorder_duplicates_prevented_total", &[("guard", "read_first")]),
        1.0
    );
}

#[tokio::test]
async fn the_baseline_is_read_once_and_sent_with_every_attempt() {
    let world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Throttle429).operation("RenewalOrder").count(2));
    let key = world.order(renew("renew-example-shop.com")).await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 3);
    let sent = world.providers().requests().requests;
    let year = format!("Expiryyear={}", in_a_year().to_zoned(jiff::tz::TimeZone::UTC).year());
    for request in &sent {
        assert!(request.parameters.contains(&year), "{request:?}");
    }
}

#[tokio::test]
async fn where_the_provider_checks_the_date_a_lost_renewal_is_still_not_repeated_blindly() {
    let world = World::new().await;
    // Not done, and no answer: nobody but a person may decide on a second one.
    world
        .providers()
        .add_fault(Rule::new(Behaviour::ResetBefore).operation("RenewalOrder").once());
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "action_required/absence_inconclusive").await;
    let timeline = world.timeline(&key).await;
    let known = &timeline.last().unwrap()["known"];
    let told = |field: &str| known[field].clone();
    assert_eq!((told("attempts"), told("absences")), (json!(1), json!(3)), "{known:#}");
    assert!(
        text(known, "first_absent_at") < text(known, "last_absent_at"),
        "{known:#}"
    );
    assert_eq!(told("witnesses"), json!(["the domain's details"]));
    assert!(
        !text(known, "answer").is_empty() && !text(known, "intent_at").is_empty(),
        "{known:#}"
    );
    assert_eq!(
        text(known, "expiry_before")[..10],
        in_a_year().to_string()[..10],
        "{known:#}"
    );
    assert!(
        text(known, "expiry_expected") > text(known, "expiry_before"),
        "{known:#}"
    );
    let card = world.run(&["orders", "show", &key]).await.ended(0).out;
    assert!(
        card.contains("What is known") && card.contains("the domain's details"),
        "{card}"
    );

    // Said to be done, and not so: the read does not bear it out.
    world
        .tell(&key, "resolve", json!({"outcome": "done", "note": "I believe so"}))
        .await;
    world
        .wait_until("the claim was checked", || async {
            let view = world.view(&key).await.unwrap();
            text(&view, "provider_message").contains("not confirmed by reading")
        })
        .await;
    assert_eq!(world.view(&key).await.unwrap()["state"], "action_required");

    world
        .tell(
            &key,
            "resolve",
            json!({"outcome": "not-done", "note": "no such renewal in the panel"}),
        )
        .await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(2), &json!("yes")));
    let timeline = world.timeline(&key).await;
    let told: Vec<&str> = timeline
        .iter()
        .map(|entry| text(entry, "signal"))
        .filter(|s| !s.is_empty())
        .collect();
    assert_eq!(
        told,
        [
            "resolve done by redis: I believe so",
            "resolve not-done by redis: no such renewal in the panel"
        ],
        "a held order leaves by a person's word only, with who and why"
    );
}

#[tokio::test]
async fn an_operators_done_that_a_read_bears_out_ends_the_order() {
    let world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::ResetBefore).operation("RenewalOrder").once());
    let domain = "renew-example-shop.com";
    let key = world.order(renew(domain)).await;
    world.until(&key, "action_required/absence_inconclusive").await;
    // A person has renewed it in the provider's panel.
    let url = format!(
        "{}/RenewalOrder?OrderType=2&Websitename={domain}&Duration=1&Id=5512&APIKey={}",
        world.sim.base_url_connectreseller(),
        domorder_tests_sim::CONNECTRESELLER_KEY
    );
    reqwest::get(url).await.unwrap();
    world
        .tell(&key, "resolve", json!({"outcome": "done", "note": "renewed by hand"}))
        .await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["charged"], "yes");
    // The second request was the person's.
    assert_eq!(world.providers().requests().calls("RenewalOrder"), 2);
    world.by_hand("RenewalOrder", domain);
}

/// A read may come from a copy that is behind: the second order of a name is not measured against what stood before the
/// first, or it would take the first one's effect for its own and buy nothing.
#[tokio::test]
async fn a_second_order_of_a_name_is_not_measured_against_what_stood_before_the_first() {
    let world = World::new().await;
    let domain = "renew-example-shop.com";
    let first = world.order(renew(domain)).await;
    let before: Value = {
        let url = format!(
            "{}/ViewDomain?websiteName={domain}&APIKey={}",
            world.sim.base_url_connectreseller(),
            domorder_tests_sim::CONNECTRESELLER_KEY
        );
        let mut old: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let ends = &mut old["responseData"]["expirationDate"];
        *ends = json!(in_a_year().as_millisecond());
        old
    };
    let view = world.until(&first, "succeeded").await;
    let old = Behaviour::Answer {
        status: 200,
        body: before,
    };
    world
        .providers()
        .add_fault(Rule::new(old).operation("ViewDomain").domain(domain).once());
    let second = with(renew(domain), json!({"idempotency_key": "second"}));
    let second = world.order(second).await;
    let after = world.until(&second, "succeeded").await;
    let steps = world.steps(&second).await;
    assert!(steps.contains(&"queued/old_reading".to_owned()), "{steps:?}");
    let metrics = world.replicas[0].metrics().await;
    let old = [("kind", "renew"), ("what", "old")];
    assert_eq!(metrics.sum("domorder_disbelieved_answers_total", &old), 1.0);
    let year = |view: &Value| {
        let expiry: Timestamp = text(view, "expiry").parse().unwrap();
        expiry.to_zoned(jiff::tz::TimeZone::UTC).year()
    };
    assert_eq!(year(&after) - year(&view), 1, "each bought its year");
    assert_eq!(world.providers().requests().calls("RenewalOrder"), 2);
}
