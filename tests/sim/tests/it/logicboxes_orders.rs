//! Domain orders as the adapter performs them: look, submit, amend, cancel, over real HTTP.

use std::time::Duration;

use domorder_api_client::logicboxes::{LogicBoxes, Settings};
use domorder_api_client::provider::{
    Accepted, Amendment, Baseline, ContactIds, Evidence, Impediment, InvoiceOption, Outcome, Provider as _, Purchase,
    Question, Register, RejectionClass, Renew, Sighting, Stage, Transfer,
};
use domorder_tests_sim::{Behaviour, LOGICBOXES_ID, LOGICBOXES_KEY};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use crate::world::World;

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn provider(world: &World) -> LogicBoxes {
    let base = world.url("/api").parse().unwrap();
    let mut settings = Settings::new(base, LOGICBOXES_ID.to_string(), SecretString::from(LOGICBOXES_KEY));
    settings.timeout = Duration::from_secs(5);
    LogicBoxes::new(settings).unwrap()
}

pub(crate) fn contacts() -> ContactIds {
    ContactIds {
        registrant: Some("991".into()),
        ..ContactIds::default()
    }
}

pub(crate) fn register(domain: &str) -> Purchase {
    Purchase::Register(Register {
        domain: domain.into(),
        years: 2,
        nameservers: vec!["ns1.host.example".into(), "ns2.host.example".into()],
        customer: "4400012".into(),
        contacts: contacts(),
        privacy: false,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
        coupon: None,
        attributes: Vec::new(),
        profiles: None,
    })
}

pub(crate) fn transfer(domain: &str, code: &str) -> Purchase {
    Purchase::Transfer(Transfer {
        domain: domain.into(),
        auth_code: Some(SecretString::from(code)),
        nameservers: Vec::new(),
        customer: "4400012".into(),
        contacts: contacts(),
        privacy: false,
        invoice: InvoiceOption::NoInvoice,
    })
}

pub(crate) fn renew(domain: &str) -> Purchase {
    Purchase::Renew(Renew {
        domain: domain.into(),
        years: 1,
        customer: None,
        privacy: None,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
    })
}

/// One order's view of the provider.
pub(crate) struct Order {
    pub(crate) provider: LogicBoxes,
    pub(crate) purchase: Purchase,
    pub(crate) baseline: Option<Baseline>,
    pub(crate) since: Timestamp,
    pub(crate) sent: bool,
    pub(crate) id: Option<String>,
}

impl Order {
    pub(crate) fn new(world: &World, purchase: Purchase) -> Self {
        Self {
            provider: provider(world),
            purchase,
            baseline: None,
            since: Timestamp::now() - SignedDuration::from_mins(5),
            sent: false,
            id: None,
        }
    }

    pub(crate) fn question(&self) -> Question<'_> {
        Question {
            purchase: &self.purchase,
            baseline: self.baseline.as_ref(),
            expected_expiry: None,
            since: self.since,
            attempted_at: self.sent.then(|| Timestamp::now() - SignedDuration::from_secs(30)),
            provider_order_id: self.id.as_deref(),
        }
    }

    pub(crate) async fn look(&self) -> Sighting {
        self.provider.look(None, &self.question()).await
    }

    pub(crate) async fn submit(&mut self) -> Outcome {
        let mut visit = self.provider.visit();
        visit.set_gate(|| Ok(()));
        let outcome = self
            .provider
            .submit(&mut visit, &self.purchase, self.baseline.as_ref())
            .await;
        self.sent = true;
        if let Outcome::Accepted(accepted) = &outcome {
            self.id.clone_from(&accepted.evidence.provider_order_id);
        }
        outcome
    }

    pub(crate) async fn accepted(&mut self) -> Accepted {
        match self.submit().await {
            Outcome::Accepted(accepted) => accepted,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn amend(&self, amendment: Amendment) -> Outcome {
        let mut visit = self.provider.visit();
        visit.set_gate(|| Ok(()));
        self.provider.amend(&mut visit, &self.question(), &amendment).await
    }

    pub(crate) async fn cancel(&self) -> Outcome {
        let mut visit = self.provider.visit();
        visit.set_gate(|| Ok(()));
        self.provider.cancel(&mut visit, &self.question()).await
    }

    pub(crate) async fn stage(&self) -> Stage {
        match self.look().await {
            Sighting::Pending(stage, _) => stage,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn present(&self) -> Evidence {
        match self.look().await {
            Sighting::Present(evidence) => evidence,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn absent(&mut self) {
        match self.look().await {
            Sighting::Absent(snapshot) => self.baseline = Some(snapshot.baseline),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_name_is_registered_once_and_seen_by_its_end() {
    let world = World::new().await;
    let mut order = Order::new(&world, register("lark-mill.example"));
    order.absent().await;
    let accepted = order.accepted().await;
    assert_eq!(accepted.stage, Some(Stage::Working), "only a read proves it");
    let evidence = order.present().await;
    let years = evidence.expiry.unwrap().duration_since(Timestamp::now()).as_hours() / 24;
    assert!((729..=732).contains(&years), "{years} days");
    assert_eq!(world.charges().standing("domains/register", "lark-mill.example"), 1);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_lost_answer_to_a_registration_is_found_by_reading() {
    let world = World::new().await;
    for (name, behaviour) in [
        ("dropped.example", Behaviour::DoThenDrop),
        ("gateway.example", Behaviour::DoThen502Html),
        ("cut.example", Behaviour::DoThenTruncated),
        ("server.example", Behaviour::DoThen500),
    ] {
        world.once("domains/register", behaviour);
        let mut order = Order::new(&world, register(name));
        order.absent().await;
        assert!(matches!(order.submit().await, Outcome::Unknown(_)), "{name}");
        order.present().await;
        // Sent again all the same, the provider refuses, and it counts as nothing but a guard hit.
        assert!(
            matches!(order.submit().await, Outcome::Unknown(doubt) if doubt.detail.contains("already exists")),
            "{name}"
        );
        assert_eq!(world.charges().standing("domains/register", name), 1);
    }
}

#[tokio::test]
async fn a_registration_that_never_arrived_is_absent_by_every_witness() {
    let world = World::new().await;
    world.once("domains/register", Behaviour::Fail502Before);
    let mut order = Order::new(&world, register("lark-mill.example"));
    assert!(matches!(order.submit().await, Outcome::Unknown(_)));
    order.absent().await;
    let asked = |operation| world.requests().calls(operation);
    for witness in [
        "domains/details-by-name",
        "domains/search",
        "actions/search-current",
        "domains/available",
    ] {
        assert_eq!(asked(witness), 1, "{witness}");
    }
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_name_that_somebody_else_holds_is_not_bought() {
    let world = World::of(json!({ "logicboxes": {
        "domain_orders": [{ "domain": "other.example", "customer_id": 77 }],
        "taken": ["held.example"],
    } }))
    .await;
    for name in ["taken-a.example", "held.example", "ours-a.example"] {
        let order = Order::new(&world, register(name));
        assert!(
            matches!(order.look().await, Sighting::Absent(snapshot) if snapshot.taken_elsewhere),
            "{name}"
        );
    }
    let order = Order::new(&world, register("other.example"));
    assert!(matches!(
        order.look().await,
        Sighting::Impossible(Impediment::DomainTaken, _)
    ));
    let mut order = Order::new(&world, register("taken-b.example"));
    assert!(matches!(order.submit().await, Outcome::Rejected(r) if r.class == RejectionClass::Taken));
    let order = Order::new(&world, register("unknown-a.example"));
    assert!(
        matches!(order.look().await, Sighting::Unreadable(_)),
        "the registry did not answer"
    );
    assert_eq!(world.charges().count, 0);
}

#[tokio::test]
async fn a_registration_without_money_is_held_and_goes_on_when_money_comes() {
    let world = World::of(json!({ "logicboxes": { "balance_cents": 10 } })).await;
    let mut order = Order::new(&world, register("lark-mill.example"));
    let accepted = order.accepted().await;
    assert_eq!(
        accepted.stage,
        Some(Stage::HeldForFunds),
        "never refused: the order exists"
    );
    assert_eq!(order.stage().await, Stage::HeldForFunds);
    world.seed(&serde_json::from_value(json!({ "logicboxes": { "balance_cents": 100_000 } })).unwrap());
    order.present().await;
    assert_eq!(world.charges().standing("domains/register", "lark-mill.example"), 1);
}

#[tokio::test]
async fn a_registration_waits_for_the_registry_or_for_the_customers_payment() {
    let world = World::new().await;
    let mut order = Order::new(&world, register("pending-a.example"));
    order.accepted().await;
    assert_eq!(order.stage().await, Stage::Working);
    world.advance(Duration::from_secs(3_600));
    order.present().await;

    let Purchase::Register(plain) = register("payer-a.example") else {
        unreachable!()
    };
    let pay_later = Purchase::Register(Register {
        invoice: InvoiceOption::OnlyAdd,
        ..plain
    });
    let mut order = Order::new(&world, pay_later);
    order.accepted().await;
    order.present().await;
    let Purchase::Register(plain) = register("lark.example") else {
        unreachable!()
    };
    let unpaid = Purchase::Register(Register {
        invoice: InvoiceOption::PayInvoice,
        ..plain
    });
    let mut order = Order::new(&world, unpaid);
    order.accepted().await;
    world.advance(10 * DAY);
    assert_eq!(order.stage().await, Stage::Working, "nobody pays");
    assert_eq!(world.charges().standing("domains/register", "lark.example"), 0);
}

#[tokio::test]
async fn contacts_privacy_and_terms_are_said_as_the_tld_wants_them() {
    let world = World::new().await;
    for name in ["lark.eu", "lark.co.uk", "lark.ca", "lark.nl", "lark.fr"] {
        let mut order = Order::new(&world, register(name));
        order.accepted().await;
        order.present().await;
    }
    let Purchase::Register(plain) = register("lark.software") else {
        unreachable!()
    };
    let mut order = Order::new(&world, Purchase::Register(plain.clone()));
    assert!(
        matches!(order.submit().await, Outcome::Rejected(r) if r.class == RejectionClass::Invalid && r.message.contains("Terms"))
    );
    let mut order = Order::new(
        &world,
        Purchase::Register(Register {
            attributes: vec![("tnc".into(), "y".into())],
            privacy: true,
            ..plain
        }),
    );
    order.accepted().await;
    order.present().await;
    let Purchase::Register(plain) = register("lark.de") else {
        unreachable!()
    };
    let mut order = Order::new(&world, Purchase::Register(Register { privacy: true, ..plain }));
    assert!(matches!(order.submit().await, Outcome::Rejected(r) if r.class == RejectionClass::Unsupported));
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_renewal_moves_the_end_once_whatever_happens_to_the_answer() {
    let world = World::new().await;
    world.once("domains/renew", Behaviour::DoThenDrop);
    let mut order = Order::new(&world, renew("renew-a.example"));
    order.absent().await;
    let before = order.baseline.as_ref().unwrap().expiry.unwrap();
    assert!(matches!(order.submit().await, Outcome::Unknown(_)));
    let moved = order.present().await.expiry.unwrap();
    assert!((364..=367).contains(&(moved.duration_since(before).as_hours() / 24)));
    // The stored end is sent again, and the provider refuses: a second year is not bought.
    let outcome = order.submit().await;
    assert!(
        matches!(&outcome, Outcome::Unknown(doubt) if doubt.detail.contains("already renewed") && !doubt.unlisted),
        "{outcome:?}"
    );
    order.present().await;
    assert_eq!(world.charges().standing("domains/renew", "renew-a.example"), 1);
}

#[tokio::test]
async fn a_renewal_under_way_is_seen_in_the_action_log() {
    let world = World::of(json!({ "logicboxes": { "settings": { "domain_delay_secs": 600 } } })).await;
    let mut order = Order::new(&world, renew("renew-a.example"));
    order.absent().await;
    world.once("domains/renew", Behaviour::DoThenDrop);
    assert!(matches!(order.submit().await, Outcome::Unknown(_)));
    assert_eq!(order.stage().await, Stage::Working, "unmoved, and not absent");
    // Another order does not pay on top of it.
    let other = Order::new(&world, renew("renew-a.example"));
    assert!(matches!(other.look().await, Sighting::Unreadable(_)));
    assert!(matches!(order.submit().await, Outcome::Unknown(doubt) if doubt.detail.contains("pending")));
    world.advance(Duration::from_secs(600));
    order.present().await;
    assert_eq!(world.charges().count, 1);
}

#[tokio::test]
async fn a_renewal_that_never_arrived_is_absent_in_both_lists() {
    let world = World::new().await;
    let mut order = Order::new(&world, renew("renew-a.example"));
    order.absent().await;
    world.once("domains/renew", Behaviour::ResetBefore);
    assert!(matches!(order.submit().await, Outcome::Unknown(_)));
    order.absent().await;
    assert_eq!(world.requests().calls("actions/search-archived"), 1);
    let missing = Order::new(&world, renew("nobody.example"));
    assert!(matches!(
        missing.look().await,
        Sighting::Impossible(Impediment::NotFound, _)
    ));
}

#[tokio::test]
async fn the_tenth_year_is_the_last() {
    let world = World::of(json!({ "logicboxes": { "domain_orders": [
        { "domain": "long.example", "ends_at": "2036-01-01T00:00:00Z" }
    ] } }))
    .await;
    let Purchase::Renew(plain) = renew("long.example") else {
        unreachable!()
    };
    let mut order = Order::new(&world, Purchase::Renew(Renew { years: 9, ..plain }));
    order.absent().await;
    assert!(matches!(order.submit().await, Outcome::Rejected(r) if r.class == RejectionClass::NotAllowed));
}

#[tokio::test]
async fn a_failed_look_up_is_never_an_absence() {
    let world = World::new().await;
    for operation in [
        "domains/details-by-name",
        "domains/search",
        "actions/search-current",
        "domains/available",
    ] {
        let mut order = Order::new(&world, register("lark-mill.example"));
        order.sent = true;
        world.once(
            operation,
            Behaviour::Answer {
                status: 500,
                body: json!({ "status": "ERROR", "message": "Internal error, please try again" }),
            },
        );
        assert!(matches!(order.look().await, Sighting::Unreadable(_)), "{operation}");
    }
}

#[tokio::test]
async fn a_premium_name_tells_its_price() {
    let world = World::new().await;
    let Purchase::Register(plain) = register("premium-a.example") else {
        unreachable!()
    };
    let provider = provider(&world);
    let year = Purchase::Register(Register { years: 1, ..plain });
    let quote = provider.quote(&year).await.unwrap().unwrap();
    assert_eq!(
        (quote.amount.as_str(), quote.currency.as_deref()),
        ("104.90", Some("USD"))
    );
    assert_eq!(
        provider.quote(&register("premium-a.example")).await.unwrap(),
        None,
        "two years"
    );
    assert_eq!(
        provider.quote(&renew("renew-a.example")).await.unwrap(),
        None,
        "no price of its own"
    );
}
