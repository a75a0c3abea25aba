//! Facts are guarded: whatever date a provider tells, none that cannot be one is written to an order, and none ends it.

use std::time::Duration;

use domorder_tests_sim::{
    Behaviour, CONNECTRESELLER_KEY, LOGICBOXES_ID, LOGICBOXES_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Rule,
};
use serde_json::{Value, json};

use crate::world::*;

const DAY: Duration = Duration::from_secs(86_400);

/// What is ordered where, and where its expiry is read.
struct Case {
    /// The order of this name.
    document: fn(&str) -> Value,
    /// What its name begins with.
    prefix: &'static str,
    /// The reads that tell the expiry.
    reads: &'static [&'static str],
    /// The state in which it waits until they are spoilt; `None`: they are spoilt before it is ordered.
    waits: Option<&'static str>,
    /// The provider's answer.
    answer: Provider,
    /// Where it tells the expiry, and what else it says to show the effect.
    place: &'static str,
    shows: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy, PartialEq)]
enum Provider {
    ConnectReseller,
    LogicBoxes,
    Email,
    NameCom,
}

impl Provider {
    async fn body(self, world: &World, domain: &str) -> Value {
        let lb = format!("auth-userid={LOGICBOXES_ID}&api-key={LOGICBOXES_KEY}");
        let base = world.sim.base_url_logicboxes();
        let client = reqwest::Client::new();
        let request = match self {
            Self::ConnectReseller => client.get(format!(
                "{}/ViewDomain?websiteName={domain}&APIKey={CONNECTRESELLER_KEY}",
                world.sim.base_url_connectreseller()
            )),
            Self::LogicBoxes => client.get(format!(
                "{base}/domains/details-by-name.json?domain-name={domain}&options=All&{lb}"
            )),
            Self::Email => {
                let url = format!("{base}/eelite/us/orderid.json?domain-name={domain}&{lb}");
                let id = client.get(url).send().await.unwrap().text().await.unwrap();
                client.get(format!("{base}/eelite/us/details.json?order-id={}&{lb}", id.trim()))
            }
            Self::NameCom => client
                .get(format!("{}/domain/get/{domain}", world.sim.base_url_namecom()))
                .header("Api-Username", NAMECOM_USERNAME)
                .header("Api-Token", NAMECOM_TOKEN),
        };
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    /// Expiries that cannot be one: zero, before it, a thousandth or a thousandfold of a date, the last day of the
    /// calendar, the year 3000, thirty years ahead.
    fn nonsense(self) -> Vec<Value> {
        let good = jiff::Timestamp::now().as_second() + 365 * 86_400;
        let seconds = [
            0,
            -1,
            good / 1_000,
            good * 1_000,
            253_402_300_799,
            32_503_680_000,
            good + 30 * 365 * 86_400,
        ];
        match self {
            Self::ConnectReseller => seconds.map(|s| json!(s * 1_000)).into(),
            Self::LogicBoxes | Self::Email => seconds.map(|s| json!(s.to_string())).into(),
            Self::NameCom => [
                "0000-00-00 00:00:00",
                "1970-01-01 00:00:00",
                "1969-12-31 23:59:59",
                "9999-12-31 23:59:59",
                "3000-01-01 00:00:00",
            ]
            .map(|text| json!(text))
            .into(),
        }
    }
}

impl Case {
    /// The answer to its reads with this date.
    async fn spoilt(&self, world: &World, domain: &str, date: &Value) -> Behaviour {
        let mut body = self.answer.body(world, domain).await;
        for (place, word) in self.shows {
            *body.pointer_mut(place).unwrap_or_else(|| panic!("nothing at {place}")) = json!(word);
        }
        match body.pointer_mut(self.place) {
            Some(at) => *at = date.clone(),
            // An order that is not finished has no end yet.
            None => body[self.place.trim_start_matches('/')] = date.clone(),
        }
        Behaviour::Answer { status: 200, body }
    }

    async fn spoil(&self, world: &World, domain: &str, date: &Value) {
        let spoilt = self.spoilt(world, domain, date).await;
        for read in self.reads {
            let rule = Rule::new(spoilt.clone()).operation(read).domain(domain);
            world.providers().add_fault(rule);
        }
    }

    /// While its date makes no sense, an order tells that, is counted, and neither ends nor has an expiry; then it ends
    /// well, and says no more of it.
    async fn check(self) {
        let world = World::with().scale(1.0).start().await;
        let mut orders = Vec::new();
        for (n, date) in self.answer.nonsense().iter().enumerate() {
            let domain = format!("{}-{n}-example.com", self.prefix);
            if self.waits.is_none() {
                self.spoil(&world, &domain, date).await;
            }
            let key = world.order((self.document)(&domain)).await;
            if let Some(state) = self.waits {
                world.until(&key, state).await;
                self.spoil(&world, &domain, date).await;
            }
            orders.push((key, date.clone()));
        }
        if self.prefix == "move" {
            world.providers().advance(6 * DAY);
        }
        for (key, date) in &orders {
            world
                .wait_until(&format!("{key} with {date} is told"), || async {
                    let view = world.view(key).await.unwrap_or_default();
                    is_told(text(&view, "provider_message"))
                })
                .await;
            let view = world.view(key).await.unwrap();
            assert_eq!(view["expiry"], Value::Null, "{date}: {view:#}");
            assert!(
                !matches!(text(&view, "state"), "succeeded" | "failed" | "cancelled"),
                "{date}: {view:#}"
            );
            let timeline = world.timeline(key).await;
            assert!(
                timeline.iter().any(|line| is_told(text(line, "provider"))),
                "{date}: {timeline:#?}"
            );
        }
        let metrics = world.replicas[0].metrics().await;
        let counted = metrics.sum("domorder_disbelieved_answers_total", &[]);
        #[expect(clippy::cast_precision_loss, reason = "a count of orders")]
        let wanted = orders.len() as f64;
        assert!(counted >= wanted, "{counted} were counted");

        world.providers().clear_faults();
        world.providers().set_scale(432_000.0);
        for (key, date) in &orders {
            let view = world.until(key, "succeeded").await;
            let expiry: jiff::Timestamp = text(&view, "expiry").parse().unwrap();
            let days = expiry.duration_since(jiff::Timestamp::now()).as_hours() / 24;
            assert!((100..4_000).contains(&days), "{date}: {view:#}");
            assert!(!is_told(text(&view, "provider_message")), "{date}: {view:#}");
        }
        assert_eq!(world.providers().charges().double_charges, 0);
    }
}

/// In the words of the guard, or in those of an adapter that could not even read it.
fn is_told(message: &str) -> bool {
    ["makes no sense", "of another shape", "no end time"]
        .iter()
        .any(|words| message.contains(words))
}

fn at_logicboxes(document: Value) -> Value {
    with(
        document,
        json!({"account": "lb-main", "contacts": {"registrant": {"id": "991"}}}),
    )
}

const VIEW: &[&str] = &["ViewDomain"];
const DETAILS: &[&str] = &["domains/details", "domains/details-by-name"];
const ACTIVE: &[(&str, &str)] = &[("/currentstatus", "Active")];

#[tokio::test]
async fn connectreseller_registrations_do_not_end_on_a_date_that_cannot_be_one() {
    let case = Case {
        document: register,
        prefix: "pending",
        reads: VIEW,
        waits: Some("blocked/awaiting_registry"),
        answer: Provider::ConnectReseller,
        place: "/responseData/expirationDate",
        shows: &[("/responseData/status", "Active")],
    };
    case.check().await;
}

#[tokio::test]
async fn connectreseller_transfers_do_not_end_on_a_date_that_cannot_be_one() {
    let case = Case {
        document: |domain| transfer(domain, "right-Code-7Fq2"),
        prefix: "move",
        reads: VIEW,
        waits: Some("blocked/awaiting_losing_registrar"),
        answer: Provider::ConnectReseller,
        place: "/responseData/expirationDate",
        shows: &[("/responseData/status", "Active")],
    };
    case.check().await;
}

#[tokio::test]
async fn connectreseller_renewals_are_not_measured_by_a_date_that_cannot_be_one() {
    let case = Case {
        document: renew,
        prefix: "renew",
        reads: VIEW,
        waits: None,
        answer: Provider::ConnectReseller,
        place: "/responseData/expirationDate",
        shows: &[],
    };
    case.check().await;
}

#[tokio::test]
async fn logicboxes_registrations_do_not_end_on_a_date_that_cannot_be_one() {
    let case = Case {
        document: |domain| {
            let nameservers = json!({"nameservers": ["ns1.host.example", "ns2.host.example"]});
            at_logicboxes(with(register(domain), nameservers))
        },
        prefix: "pending",
        reads: DETAILS,
        waits: Some("in_progress"),
        answer: Provider::LogicBoxes,
        place: "/endtime",
        shows: ACTIVE,
    };
    case.check().await;
}

#[tokio::test]
async fn logicboxes_transfers_do_not_end_on_a_date_that_cannot_be_one() {
    let case = Case {
        document: |domain| at_logicboxes(transfer(domain, "right-Code-7Fq2")),
        prefix: "move",
        reads: DETAILS,
        waits: Some("blocked/awaiting_losing_registrar"),
        answer: Provider::LogicBoxes,
        place: "/endtime",
        shows: ACTIVE,
    };
    case.check().await;
}

#[tokio::test]
async fn logicboxes_renewals_are_not_measured_by_a_date_that_cannot_be_one() {
    let case = Case {
        document: |domain| with(renew(domain), json!({"account": "lb-main"})),
        prefix: "renew",
        reads: DETAILS,
        waits: None,
        answer: Provider::LogicBoxes,
        place: "/endtime",
        shows: &[],
    };
    case.check().await;
}

#[tokio::test]
async fn email_renewals_are_not_measured_by_a_date_that_cannot_be_one() {
    let case = Case {
        document: email_renew,
        prefix: "mail",
        reads: &["eelite/details"],
        waits: None,
        answer: Provider::Email,
        place: "/endtime",
        shows: &[],
    };
    case.check().await;
}

#[tokio::test]
async fn namecom_renewals_are_not_measured_by_a_date_that_cannot_be_one() {
    let case = Case {
        document: |domain| with(renew(domain), json!({"account": "nc-main"})),
        prefix: "renew",
        reads: &["domain/get"],
        waits: None,
        answer: Provider::NameCom,
        place: "/expire_date",
        shows: &[],
    };
    case.check().await;
}

/// A renewal that is with the provider, and whose date seems to have gone back: a person is asked, and neither an end nor
/// the earlier date comes of it.
#[tokio::test]
async fn a_date_that_goes_backward_is_not_taken_over() {
    let world = World::with().scale(1.0).start().await;
    let domain = "renew-example-shop.com";
    let case = Case {
        document: renew,
        prefix: "renew",
        reads: VIEW,
        waits: None,
        answer: Provider::ConnectReseller,
        place: "/responseData/expirationDate",
        shows: &[],
    };
    let yesteryear = jiff::Timestamp::now().as_millisecond() - 30 * 86_400_000;
    let spoilt = case.spoilt(&world, domain, &json!(yesteryear)).await;
    let lost = Rule::new(Behaviour::DoThenDrop).operation("RenewalOrder").once();
    world.providers().add_fault(lost);
    // The first look is the one before the purchase.
    let later = Rule::new(spoilt).operation("ViewDomain").nth(2).count(1_000_000);
    world.providers().add_fault(later);
    let key = world.order(renew(domain)).await;
    let view = world.until(&key, "action_required/expectation_differs").await;
    assert_eq!(
        (&view["expiry"], &view["charged"]),
        (&Value::Null, &json!("unknown")),
        "{view:#}"
    );
    assert!(text(&view, "provider_message").contains("earlier than"), "{view:#}");
    world.providers().clear_faults();
    world
        .tell(&key, "resolve", json!({"outcome": "done", "note": "seen in the panel"}))
        .await;
    world.until(&key, "succeeded").await;
}
