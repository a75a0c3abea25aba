//! Traces: one from a producer, by whatever way in, to the call of the provider; and collectors that are away, slow or bad.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::world::*;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PRODUCER: &str = "b7ad6b7169203331";
/// Kinds of spans, as OTLP numbers them.
const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const CONSUMER: i32 = 5;

fn traceparent() -> String {
    format!("00-{TRACE}-{PRODUCER}-01")
}

async fn traced(collector: &Collector) -> World {
    World::with()
        .setting("telemetry.traces_url", &collector.url())
        .start()
        .await
}

/// The one span of a name among these.
fn one<'a>(spans: &'a [Told], name: &str) -> &'a Told {
    let found: Vec<&Told> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "one `{name}` among {spans:#?}");
    found[0]
}

/// From the paid call up to the producer: its names.
fn way_up(spans: &[Told], call: &Told) -> Vec<String> {
    let (mut names, mut at) = (Vec::new(), call.clone());
    loop {
        names.push(at.name.clone());
        if at.parent == PRODUCER {
            return names;
        }
        let parent = spans.iter().find(|span| span.id == at.parent);
        at = parent
            .unwrap_or_else(|| panic!("no parent of {at:#?} in {spans:#?}"))
            .clone();
    }
}

#[tokio::test]
async fn one_trace_leads_from_a_producer_over_http_to_the_providers_call() {
    let collector = Collector::new(Mood::Well).await;
    let world = traced(&collector).await;
    let document = renew("renew-1-example.com");
    let request = world.http().request("POST", "/v1/orders").json(&document);
    let request = request
        .header("traceparent", traceparent())
        .header("tracestate", "rojo=00f067aa0ba902b7")
        .header("tracestate", "congo=t61rcWkgMzE");
    let id = text(&world.http().send(request).await.is(202), "id").to_owned();
    world.until(&key_of(&document), "succeeded").await;

    let spans = world.until_traced(&collector, &id).await;
    let traces: BTreeSet<&str> = spans.iter().map(|span| span.trace.as_str()).collect();
    assert_eq!(traces, BTreeSet::from([TRACE]));
    let call = one(&spans, "RenewalOrder");
    assert_eq!(
        way_up(&spans, call),
        ["RenewalOrder", "order.attempt", "order.run", "order.accept"]
    );
    assert_eq!(
        [
            "provider.name",
            "provider.class",
            "provider.operation",
            "domorder.account",
            "domorder.outcome"
        ]
        .map(|name| call.says(name)),
        ["connectreseller", "paid", "RenewalOrder", "cr-main", "ok"]
    );
    let accept = one(&spans, "order.accept");
    assert_eq!((accept.kind, call.kind), (SERVER, CLIENT));
    assert_eq!(
        (
            accept.says("domorder.way"),
            accept.says("domorder.outcome"),
            accept.state.as_str()
        ),
        ("http", "accepted", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
    );
    assert_eq!(one(&spans, "order.attempt").says("order.attempt"), "1");
    assert_eq!(one(&spans, "order.attempt").says("domorder.outcome"), "accepted");
    assert!(call.took > Duration::ZERO && call.took < Duration::from_secs(5));
    assert_eq!(call.service["service.name"], "domorder");
    assert!(call.service["service.instance.id"].contains('-'));
    let line = format!("\"trace.id\":\"{TRACE}\"");
    assert!(world.replicas[0].said(&line), "the log leads there, too");
    // Spans tell of the order, never of what is ordered for whom.
    for said in spans.iter().flat_map(|span| span.said.values()) {
        assert!(!said.contains("example"), "{spans:#?}");
    }
}

#[tokio::test]
async fn one_trace_leads_from_a_producer_over_redis_through_restarts_to_the_providers_call() {
    let collector = Collector::new(Mood::Well).await;
    let mut world = World::with()
        .scale(1.0)
        .setting("telemetry.traces_url", &collector.url())
        .start()
        .await;
    let document = transfer("move-1-example.com", "right-Code-7Fq2");
    let (text_of, parent) = (document.to_string(), traceparent());
    let entry = [
        "XADD",
        "it:intake",
        "*",
        "order",
        &text_of,
        "trace",
        &parent,
        "tracestate",
        "rojo=1",
    ];
    world.redis::<String>(&entry).await;
    let key = key_of(&document);
    world.until(&key, "blocked").await;
    let id = world.id_of(&key).await.unwrap();
    // What it has ended is sent before it ends; another replica goes on.
    world.replicas[0].stop().await;
    let placed = collector.about(&id);
    assert_eq!(
        way_up(&placed, one(&placed, "TransferOrder")),
        ["TransferOrder", "order.attempt", "order.run", "order.accept"]
    );
    let accept = one(&placed, "order.accept");
    assert_eq!((accept.kind, accept.says("domorder.way")), (CONSUMER, "redis"));

    world.another_replica().await;
    world.providers().advance(Duration::from_secs(6 * 86_400));
    world.until(&key, "succeeded").await;
    let spans = world.until_traced(&collector, &id).await;
    assert!(spans.iter().all(|span| span.trace == TRACE), "{spans:#?}");
    let instances: BTreeSet<&String> = spans.iter().map(|span| &span.service["service.instance.id"]).collect();
    assert_eq!(instances.len(), 2, "both replicas tell of it");
}

#[tokio::test]
async fn a_batch_goes_on_with_its_callers_trace_and_an_order_without_one_begins_its_own() {
    let collector = Collector::new(Mood::Well).await;
    let world = traced(&collector).await;
    let documents = renewals(3);
    let request = world
        .http()
        .request("POST", "/v1/orders/batch")
        .header("traceparent", traceparent());
    let request = request
        .header("content-type", "application/x-ndjson")
        .body(ndjson(&documents));
    world.http().send(request).await;
    let alone = world.order(register("new-1-example.com")).await;
    let mut traces = BTreeSet::new();
    for key in documents.iter().map(key_of).chain([alone]) {
        world.until(&key, "succeeded").await;
        let spans = world.until_traced(&collector, &world.id_of(&key).await.unwrap()).await;
        let of_it: BTreeSet<String> = spans.into_iter().map(|span| span.trace).collect();
        assert_eq!(of_it.len(), 1);
        traces.extend(of_it);
    }
    assert_eq!(traces.len(), 2, "{traces:?}");
    assert!(traces.contains(TRACE));
}

#[tokio::test]
async fn what_is_no_trace_is_passed_over_and_one_that_is_not_sampled_is_not_recorded() {
    let collector = Collector::new(Mood::Well).await;
    let world = traced(&collector).await;
    let submit = async |domain: &str, parent: &str| {
        let document = renew(domain);
        let text_of = document.to_string();
        let entry = ["XADD", "it:intake", "*", "order", &text_of, "trace", parent];
        world.redis::<String>(&entry).await;
        world.until(&key_of(&document), "succeeded").await;
        world.id_of(&key_of(&document)).await.unwrap()
    };
    let wrong = submit("renew-1-example.com", "00-not-a-Canary-trace").await;
    let quiet = submit("renew-2-example.com", &format!("00-{TRACE}-{PRODUCER}-00")).await;
    let last = submit("renew-3-example.com", &traceparent()).await;
    world.until_traced(&collector, &wrong).await;
    world.until_traced(&collector, &last).await;
    assert_eq!(collector.about(&quiet).len(), 0, "as its producer wished");
    assert!(world.replicas[0].said("a producer's trace is passed over"));
    world.keep_secret("not-a-Canary-trace");
}

#[tokio::test]
async fn the_standard_variables_turn_it_on_with_headers_that_nobody_sees() {
    let collector = Collector::new(Mood::Well).await;
    let mut world = World::with().prepare().await;
    world.keep_secret("Canary-collector-key");
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.base()),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer%20Canary-collector-key".to_owned(),
        ),
        ("OTEL_SERVICE_NAME", "shop-orders".to_owned()),
    ];
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    let replica = world.spawn_replica_with(&["run"], &environment);
    replica.until_it_listens().await;
    world.given_by_environment(&replica);
    world.replicas.push(replica);
    let key = world.order(renew("renew-1-example.com")).await;
    world.until(&key, "succeeded").await;
    let id = world.id_of(&key).await.unwrap();
    let spans = world.until_traced(&collector, &id).await;
    assert_eq!(spans[0].service["service.name"], "shop-orders");
    assert_eq!(collector.headers()["authorization"], "Bearer Canary-collector-key");
}

#[tokio::test]
async fn without_an_address_nothing_is_traced_and_a_producers_trace_is_kept_for_who_does() {
    let collector = Collector::new(Mood::Well).await;
    let mut world = World::with().scale(1.0).start().await;
    let document = transfer("move-1-example.com", "right-Code-7Fq2");
    let request = world.http().request("POST", "/v1/orders").json(&document);
    let request = request.header("traceparent", traceparent());
    let id = text(&world.http().send(request).await.is(202), "id").to_owned();
    world.until(&key_of(&document), "blocked").await;
    let metrics = world.replicas[0].metrics().await;
    assert!(!metrics.text().contains("trace_spans_total{"), "{}", metrics.text());
    // The same document in another trace is the same order.
    let again = world.http().request("POST", "/v1/orders").json(&document);
    let again = again.header("traceparent", format!("00-{}-{PRODUCER}-01", "1".repeat(32)));
    world.http().send(again).await.is(200);
    world.stop_all().await;

    world.reconfigure(&[("telemetry.traces_url", &collector.url())]);
    world.replicas.clear();
    world.another_replica().await;
    world.providers().advance(Duration::from_secs(6 * 86_400));
    world.until(&key_of(&document), "succeeded").await;
    let spans = world.until_traced(&collector, &id).await;
    assert!(spans.iter().all(|span| span.trace == TRACE), "{spans:#?}");
    assert!(spans.iter().any(|span| span.parent == PRODUCER));
}

/// Orders go on as if there were no collector, what is lost is counted, and stopping waits for it no longer than it may.
async fn a_bad_collector_is_nobodys_trouble(mood: Option<Mood>) {
    let collector = Collector::new(mood.unwrap_or(Mood::Well)).await;
    let url = match mood {
        Some(_) => collector.url(),
        // Nobody listens there.
        None => "'http://127.0.0.1:9/v1/traces'".to_owned(),
    };
    let mut world = World::with()
        .setting("telemetry.traces_url", &url)
        .setting("telemetry.queue", "20")
        .setting("telemetry.timeout", "'500ms'")
        .start()
        .await;
    let keys = world.orders(renewals(60)).await;
    let begun = Instant::now();
    world.until_all(&keys, "succeeded").await;
    eprintln!("60 orders took {:?}", begun.elapsed());
    world
        .wait_until("what is lost is counted", || async {
            let metrics = world.replicas[0].metrics().await;
            let lost = |result| metrics.sum("domorder_trace_spans_total", &[("result", result)]);
            lost("dropped") > 0.0 && lost("failed") > 0.0 && lost("sent") == 0.0
        })
        .await;
    if mood.is_some() {
        assert!(collector.posts() > 0);
    }
    let (status, took) = world.replicas[0].stop().await;
    assert!(status.success() && took < Duration::from_secs(5), "{took:?}");
    assert!(!world.replicas[0].said("query-t0ken"), "its address is not shown whole");
}

#[tokio::test]
async fn a_collector_that_is_away_holds_up_nothing() {
    a_bad_collector_is_nobodys_trouble(None).await;
}

#[tokio::test]
async fn a_collector_that_hangs_holds_up_nothing() {
    a_bad_collector_is_nobodys_trouble(Some(Mood::Hangs)).await;
}

#[tokio::test]
async fn a_collector_that_redirects_is_not_followed() {
    a_bad_collector_is_nobodys_trouble(Some(Mood::Redirects)).await;
}

#[tokio::test]
async fn a_collector_whose_answer_never_ends_is_cut_off() {
    a_bad_collector_is_nobodys_trouble(Some(Mood::Endless)).await;
}

#[tokio::test]
async fn a_collector_that_wants_a_day_off_is_asked_again_sooner() {
    a_bad_collector_is_nobodys_trouble(Some(Mood::Overloaded)).await;
}

#[tokio::test]
async fn doctor_says_what_is_wrong_with_a_collector() {
    let collector = Collector::new(Mood::Well).await;
    let mut world = traced(&collector).await;
    world.run(&["doctor"]).await.ended(0);
    let wrong = collector.url().replace("/v1/traces", "/v1/wrong");
    world.reconfigure(&[("telemetry.traces_url", &wrong)]);
    let told = world.run(&["doctor"]).await.ended(1).out;
    assert!(told.contains("traces cannot be sent") && told.contains("400"), "{told}");
    assert!(!told.contains("query-t0ken"), "{told}");
}

#[tokio::test]
async fn a_collector_that_comes_back_is_told_again() {
    let collector = Collector::new(Mood::Redirects).await;
    let world = traced(&collector).await;
    let key = world.order(renew("renew-1-example.com")).await;
    world.until(&key, "succeeded").await;
    world
        .wait_until("a post was lost", || async { collector.posts() > 0 })
        .await;
    collector.becomes(Mood::Well);
    let key = world.order(renew("renew-2-example.com")).await;
    world.until(&key, "succeeded").await;
    world.until_traced(&collector, &world.id_of(&key).await.unwrap()).await;
}
