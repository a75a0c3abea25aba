//! Each fault does to a paid call what it says, and no more.

use std::time::{Duration, Instant};

use domorder_tests_sim::{Behaviour, Chaos, Outcome, Provider, Rule, SimOptions};
use serde_json::json;

use crate::world::{World, renew_query};

/// What a client sees of a spoilt call.
#[derive(Debug, PartialEq)]
enum Seen {
    /// An HTTP status and the beginning of a body.
    Answer(u16, &'static str),
    /// No complete answer.
    Nothing,
}

async fn check(behaviour: Behaviour, seen: Seen, is_done: bool) {
    let name = behaviour.name();
    let world = World::new().await;
    world.once("RenewalOrder", behaviour);

    let got = world.try_cr(&renew_query("renew-1.example")).await;

    match (&seen, &got) {
        (Seen::Answer(status, start), Ok(got)) => {
            assert_eq!(got.status, *status, "{name}");
            assert!(got.text.starts_with(start), "{name}: {}", got.text);
        }
        (Seen::Nothing, Err(error)) => assert!(!error.is_connect(), "{name}: {error:?}"),
        _ => panic!("{name}: wanted {seen:?}, got {got:?}"),
    }
    assert_eq!(world.charges().count, u64::from(is_done), "{name}");
    let requests = world.requests().requests;
    assert_eq!(requests[0].fault.as_deref(), Some(name));
    assert_eq!(
        requests[0].outcome,
        if is_done { Outcome::Done } else { Outcome::NotDone },
        "{name}"
    );
    assert_eq!(
        world.renew("renew-1.example").await.status,
        200,
        "{name}: the next call is well"
    );
    assert_eq!(world.charges().count, u64::from(is_done) + 1, "{name}");
}

#[tokio::test]
async fn answers_are_lost_after_the_deed() {
    check(Behaviour::DoThenDrop, Seen::Nothing, true).await;
    check(Behaviour::DoThenReset, Seen::Nothing, true).await;
    check(Behaviour::DoThen500, Seen::Answer(500, ""), true).await;
    check(Behaviour::DoThen502Html, Seen::Answer(502, "<html>"), true).await;
    check(Behaviour::DoThenTruncated, Seen::Nothing, true).await;
    check(Behaviour::Garbage, Seen::Answer(200, "{\"resp"), true).await;
    check(Behaviour::Html200, Seen::Answer(200, "<html>"), true).await;
    check(Behaviour::Redirect, Seen::Answer(302, ""), true).await;
    let body = json!({ "odd": true });
    check(
        Behaviour::DoThenAnswer { status: 202, body },
        Seen::Answer(202, "{\"odd\""),
        true,
    )
    .await;
    check(Behaviour::Late { ms: 1 }, Seen::Answer(200, "{\"responseData"), true).await;
}

#[tokio::test]
async fn calls_fail_before_the_deed() {
    check(Behaviour::FailBefore, Seen::Nothing, false).await;
    check(Behaviour::ResetBefore, Seen::Nothing, false).await;
    check(Behaviour::Fail500Before, Seen::Answer(500, ""), false).await;
    check(Behaviour::Fail502Before, Seen::Answer(502, "<html>"), false).await;
    check(Behaviour::Throttle429, Seen::Answer(429, "<html>"), false).await;
    check(Behaviour::Unauthorized, Seen::Answer(200, "{"), false).await;
    check(Behaviour::Cdn1020, Seen::Answer(403, "<html>"), false).await;
    let body = json!({ "odd": true });
    check(
        Behaviour::Answer { status: 409, body },
        Seen::Answer(409, "{\"odd\""),
        false,
    )
    .await;
}

#[tokio::test]
async fn a_reset_is_seen_as_one() {
    let world = World::new().await;
    world.once("RenewalOrder", Behaviour::DoThenReset);
    let error = world.try_cr(&renew_query("renew-1.example")).await.unwrap_err();
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
}

#[tokio::test]
async fn a_stalled_call_is_done_and_a_late_one_waits() {
    let world = World::new().await;
    world.once("RenewalOrder", Behaviour::Stall);
    let query = renew_query("renew-1.example");
    let waiting = tokio::time::timeout(Duration::from_millis(50), world.try_cr(&query));
    assert!(waiting.await.is_err(), "no answer");
    assert_eq!(world.charges().count, 1);

    world.once("RenewalOrder", Behaviour::Late { ms: 50 });
    let began = Instant::now();
    assert_eq!(world.renew("renew-1.example").await.code(), 200);
    assert!(began.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_late_deed_is_done_although_the_client_has_gone() {
    let world = World::new().await;
    world.once("RenewalOrder", Behaviour::DoLate { ms: 300 });
    let query = renew_query("renew-1.example");
    let arrived = async {
        while world.request_summary().total == 0 {
            tokio::task::yield_now().await;
        }
    };
    // The client goes as soon as its request is there.
    tokio::select! {
        answer = world.try_cr(&query) => panic!("answered too early: {answer:?}"),
        () = arrived => {}
    }
    assert_eq!(world.charges().count, 0, "not yet");
    let limit = Instant::now() + Duration::from_secs(5);
    while world.charges().count == 0 {
        assert!(Instant::now() < limit, "never done");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn reads_lag_behind_a_deed_and_lag_joins_another_fault() {
    let world = World::new().await;
    let before = world.view("renew-1.example").await.data();
    world.once("RenewalOrder", Behaviour::Lag { ms: 300 });
    world.once("RenewalOrder", Behaviour::DoThenDrop);
    assert!(world.try_cr(&renew_query("renew-1.example")).await.is_err());
    assert_eq!(world.charges().count, 1);
    assert_eq!(world.view("renew-1.example").await.data(), before);
    assert_ne!(
        world.view("renew-2.example").await.data(),
        before,
        "other names do not lag"
    );
    let limit = Instant::now() + Duration::from_secs(5);
    while world.view("renew-1.example").await.data() == before {
        assert!(Instant::now() < limit, "lags for ever");
    }

    world.once("eelite/add", Behaviour::Lag { ms: 60_000 });
    let form = "domain-name=a.example&customer-id=4400012&months=1&no-of-accounts=1&auto-renew=false\
                &invoice-option=NoInvoice";
    let id = world.lb_post("eelite/us/add", form).await.json()["entityid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        world.lb_get("eelite/us/orderid", "domain-name=a.example").await.status,
        500
    );
    let query = format!("no-of-records=10&page-no=1&order-id={id}");
    assert_eq!(world.lb_get("actions/search-current", &query).await.status, 500);
    assert!(
        world
            .lb_post("eelite/us/add", form)
            .await
            .text
            .contains("already exists"),
        "writes meet the truth"
    );
}

#[tokio::test]
async fn a_dead_provider_answers_nobody_while_the_other_lives() {
    let world = World::new().await;
    world.once("RenewalOrder", Behaviour::Dead { ms: 200 });
    assert!(world.try_cr(&renew_query("renew-1.example")).await.is_err());
    assert!(world.try_cr("ViewDomain?websiteName=renew-1.example").await.is_err());
    assert_eq!(
        world
            .lb_get("eelite/us/orderid", "domain-name=mail-a.example")
            .await
            .status,
        200
    );
    let limit = Instant::now() + Duration::from_secs(5);
    while world.try_cr("ViewDomain?websiteName=renew-1.example").await.is_err() {
        assert!(Instant::now() < limit, "dead for ever");
    }
    assert_eq!(world.charges().count, 0);
}

#[tokio::test]
async fn a_simulator_that_refuses_connections_can_take_them_again() {
    let world = World::new().await;
    world.renew("renew-1.example").await;
    world.refuse_connections();
    let limit = Instant::now() + Duration::from_secs(5);
    loop {
        match world.try_cr(&renew_query("renew-1.example")).await {
            Err(error) if error.is_connect() => break,
            _ => assert!(Instant::now() < limit, "still open"),
        }
    }
    let count = world.charges().count;
    world.accept_connections();
    while world.try_cr("ViewDomain?websiteName=renew-1.example").await.is_err() {
        assert!(Instant::now() < limit, "still closed");
    }
    assert_eq!(world.charges().count, count);
    world.stop().await;
}

#[tokio::test]
async fn rules_pick_by_provider_domain_and_number() {
    let world = World::new().await;
    world.add_fault(
        Rule::new(Behaviour::Fail500Before)
            .provider(Provider::ConnectReseller)
            .domain("renew-x*")
            .nth(2),
    );
    world.add_fault(
        Rule::new(Behaviour::Fail502Before)
            .domain("renew-x1.example")
            .nth(2)
            .count(2),
    );
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(world.renew("renew-x1.example").await.status);
    }
    assert_eq!(seen, [200, 500, 502, 502, 200]);
    assert_eq!(world.renew("renew-y.example").await.status, 200);
    assert_eq!(world.faults()[1].fired, 2);
    world.clear_faults();
    assert_eq!(world.faults(), vec![]);
}

#[tokio::test]
async fn a_share_of_calls_is_repeatable_whatever_their_order() {
    async fn run(names: &[String]) -> Vec<(String, u16)> {
        let world = World::new().await;
        world.add_fault(
            Rule::new(Behaviour::Fail500Before)
                .operation("RenewalOrder")
                .probability(0.5, 7),
        );
        let mut seen = Vec::new();
        for name in names {
            seen.push((name.clone(), world.renew(name).await.status));
        }
        seen.sort();
        seen
    }
    let mut names: Vec<String> = (0..40).map(|index| format!("renew-{index}.example")).collect();
    let first = run(&names).await;
    names.reverse();
    assert_eq!(first, run(&names).await);
    let failed = first.iter().filter(|(_, status)| *status == 500).count();
    assert!((8..=32).contains(&failed), "{failed} of 40");
}

#[tokio::test]
async fn chaos_spoils_its_share_and_never_a_read() {
    let chaos: Chaos = "42:0.5".parse().unwrap();
    let world = World::started(SimOptions {
        chaos: Some(chaos),
        ..SimOptions::default()
    })
    .await;
    for index in 0..60 {
        let name = format!("renew-{index}.example");
        let _ = world.try_cr(&renew_query(&name)).await;
        assert_eq!(world.view(&name).await.code(), 200);
    }
    let requests = world.requests();
    let row = requests
        .operations
        .iter()
        .find(|row| row.operation == "RenewalOrder")
        .unwrap();
    assert_eq!(row.calls, 60);
    assert!((15..=45).contains(&row.faulted), "{}", row.faulted);
    assert_eq!(
        row.done,
        world.charges().count,
        "every deed was charged, every charge a deed"
    );
    world.set_chaos(None);
    assert_eq!(world.renew("renew-0.example").await.code(), 200);
}

#[test]
fn chaos_is_read_from_a_line() {
    let chaos: Chaos = "7:0.25:stall,do_then_500".parse().unwrap();
    assert_eq!(
        (chaos.seed, chaos.behaviours),
        (7, vec![Behaviour::Stall, Behaviour::DoThen500])
    );
    for wrong in ["", "7", "7:2", "x:0.1", "7:0.1:nothing", "7:0.1:"] {
        assert!(wrong.parse::<Chaos>().is_err(), "{wrong}");
    }
}
