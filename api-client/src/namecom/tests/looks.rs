//! What each look sees, and what the account's other reads tell.

use jiff::Timestamp;

use super::*;
use crate::provider::{Evidence, Impediment, Snapshot, TroubleKind};

pub(super) fn question(purchase: &Purchase) -> Question<'_> {
    Question {
        purchase,
        baseline: None,
        expected_expiry: None,
        since: at("2025-05-01T20:00:00Z"),
        attempted_at: None,
        provider_order_id: None,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn attempted(purchase: &Purchase) -> Question<'_> {
    Question {
        attempted_at: Some(at("2025-05-01T20:01:00Z")),
        ..question(purchase)
    }
}

fn here(message: Option<&str>) -> Evidence {
    Evidence {
        expiry: baseline().expiry,
        message: message.map(Into::into),
        ..Evidence::default()
    }
}

async fn seen(question: &Question<'_>, answers: impl IntoIterator<Item = Reply>) -> Sighting {
    World::new(answers).await.look(question).await
}

fn trouble(sighting: &Sighting) -> TroubleKind {
    match sighting {
        Sighting::Unreadable(trouble) => trouble.kind,
        other => panic!("{other:?}"),
    }
}

fn impossible(sighting: &Sighting) -> Impediment {
    match sighting {
        Sighting::Impossible(impediment, _) => *impediment,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_name_in_the_account_since_the_order_is_present() {
    let purchase = register();
    for name in ["domain.held", "domain.held-in-strings", "domain.held-as-documented"] {
        for asked in [question(&purchase), attempted(&purchase)] {
            assert_eq!(
                seen(&asked, [reply(name)]).await,
                Sighting::Present(here(None)),
                "{name}"
            );
        }
    }
    let private = Purchase::Register(Register {
        privacy: true,
        ..registration()
    });
    for (name, message) in [
        ("domain.held", None),
        ("domain.held-as-documented", None),
        (
            "domain.held-in-strings",
            Some("whois privacy was asked for and is not on"),
        ),
    ] {
        let sighting = seen(&attempted(&private), [reply(name)]).await;
        assert_eq!(sighting, Sighting::Present(here(message)), "{name}");
    }
}

#[tokio::test]
async fn dates_without_a_zone_are_believed_to_the_day_only() {
    let purchase = register();
    for (since, present) in [("2025-05-03T18:00:00Z", true), ("2025-05-03T19:00:00Z", false)] {
        let asked = Question {
            since: at(since),
            ..attempted(&purchase)
        };
        let sighting = seen(&asked, [reply("domain.held")]).await;
        if present {
            assert_eq!(sighting, Sighting::Present(here(None)));
        } else {
            assert_eq!(
                impossible(&sighting),
                Impediment::DomainTaken,
                "it was here before this order"
            );
        }
    }
}

#[tokio::test]
async fn a_name_of_a_sub_account_is_taken() {
    let sighting = seen(&question(&register()), [reply("domain.other-user")]).await;
    assert_eq!(impossible(&sighting), Impediment::DomainTaken);
}

#[tokio::test]
async fn a_refused_name_is_absent_only_if_the_credentials_are_good() {
    let purchase = register();
    let absent = |taken_elsewhere| {
        Sighting::Absent(Snapshot {
            taken_elsewhere,
            ..Snapshot::default()
        })
    };
    for refusal in ["any.code-204", "any.code-221", "any.code-240"] {
        let world = World::new([reply(refusal), reply("account.credit")]).await;
        assert_eq!(world.look(&question(&purchase)).await, absent(false));
        assert_eq!(world.lines(), ["GET domain/get/quiet-harbor.org", "GET account/get"]);

        let asked = attempted(&purchase);
        let both = |last: &str| [reply(refusal), reply("account.empty"), reply(last)];
        let world = World::new(both("check.free")).await;
        assert_eq!(world.look(&asked).await, absent(false));
        assert_eq!(world.lines()[2], "POST domain/check");
        assert_eq!(
            world.sent()[2].body,
            Some(serde_json::json!({"keyword": "quiet-harbor", "tlds": ["org"], "services": ["availability"]}))
        );
        assert_eq!(seen(&asked, both("check.taken")).await, absent(true));
        for name in ["check.nothing", "check.no-verdict"] {
            assert_eq!(trouble(&seen(&asked, both(name)).await), TroubleKind::Garbled);
        }
        for (name, kind) in [
            ("any.code-221", TroubleKind::Credentials),
            ("any.code-251", TroubleKind::Credentials),
            ("any.code-250", TroubleKind::Unavailable),
            ("account.no-credit", TroubleKind::Garbled),
        ] {
            let sighting = seen(&asked, [reply(refusal), reply(name)]).await;
            assert_eq!(trouble(&sighting), kind, "{name}");
        }
    }
}

#[tokio::test]
async fn a_failed_read_is_never_an_absence() {
    for purchase in [register(), renew()] {
        for (answer, kind) in [
            (reply("any.credentials"), TroubleKind::Credentials),
            (reply("any.code-251"), TroubleKind::Credentials),
            (raw(403, fixture("any.credentials")), TroubleKind::Credentials),
            (reply("any.code-203"), TroubleKind::Garbled),
            (reply("any.code-260"), TroubleKind::Garbled),
            (reply("any.code-unlisted"), TroubleKind::Garbled),
            (reply("any.code-211"), TroubleKind::Unavailable),
            (reply("any.code-250"), TroubleKind::Unavailable),
            (reply("any.no-envelope"), TroubleKind::Garbled),
            (reply("any.done"), TroubleKind::Garbled),
            (reply("domain.other-name"), TroubleKind::Garbled),
            (reply("domain.no-expiry"), TroubleKind::Garbled),
            (reply("domain.no-user"), TroubleKind::Garbled),
            (reply("domain.zero-date"), TroubleKind::Garbled),
            (raw(200, "<html>we will be right back</html>"), TroubleKind::Unavailable),
            (raw(404, "<html>nginx</html>"), TroubleKind::Unavailable),
            (raw(500, fixture("domain.held")), TroubleKind::Unavailable),
            (raw(503, ""), TroubleKind::Unavailable),
            (raw(302, ""), TroubleKind::Unavailable),
            (raw(429, ""), TroubleKind::Throttled),
            (raw(200, ""), TroubleKind::Garbled),
        ] {
            let shown = format!("{answer:?}");
            assert_eq!(trouble(&seen(&attempted(&purchase), [answer]).await), kind, "{shown}");
        }
    }
}

#[tokio::test]
async fn trouble_names_what_is_missing_and_quotes_nothing() {
    let sighting = seen(&question(&renew()), [reply("domain.no-expiry")]).await;
    let Sighting::Unreadable(trouble) = sighting else {
        panic!()
    };
    assert!(trouble.detail.contains("`expire_date`"), "{}", trouble.detail);
    let sighting = seen(&question(&renew()), [reply("domain.zero-date")]).await;
    let Sighting::Unreadable(trouble) = sighting else {
        panic!()
    };
    assert_eq!(trouble.detail, "the answer is of another shape at expire_date");
}

#[tokio::test]
async fn a_renewal_is_judged_by_the_stored_expiry() {
    let purchase = renew();
    let stored = baseline();
    let with = Question {
        baseline: Some(&stored),
        ..attempted(&purchase)
    };
    let snapshot = Snapshot {
        baseline: baseline(),
        taken_elsewhere: false,
    };
    assert_eq!(
        seen(&with, [reply("domain.held")]).await,
        Sighting::Absent(snapshot.clone())
    );
    let renewed = Evidence {
        expiry: Some(at("2027-05-01T18:22:10Z")),
        ..here(None)
    };
    assert_eq!(
        seen(&with, [reply("domain.renewed")]).await,
        Sighting::Present(renewed.clone())
    );
    assert!(matches!(
        seen(&with, [reply("domain.moved-otherwise")]).await,
        Sighting::Differs(..)
    ));
    // Without either, what was read becomes the baseline; the stated expiry serves until there is one.
    assert_eq!(
        seen(&question(&purchase), [reply("domain.held")]).await,
        Sighting::Absent(snapshot)
    );
    let stated = Question {
        expected_expiry: Some(at("2026-05-01T00:00:00Z")),
        ..question(&purchase)
    };
    assert_eq!(
        seen(&stated, [reply("domain.renewed")]).await,
        Sighting::Present(renewed)
    );
    let wrong = Question {
        expected_expiry: Some(at("2024-05-01T18:22:10Z")),
        ..question(&purchase)
    };
    assert!(matches!(
        seen(&wrong, [reply("domain.held")]).await,
        Sighting::Differs(..)
    ));
    for name in ["domain.far", "domain.epoch"] {
        assert_eq!(
            trouble(&seen(&with, [reply(name)]).await),
            TroubleKind::Garbled,
            "{name}"
        );
    }
    for name in ["any.code-204", "any.code-221"] {
        let sighting = seen(&with, [reply(name), reply("account.credit")]).await;
        assert_eq!(impossible(&sighting), Impediment::NotFound);
    }
}

#[tokio::test]
async fn what_is_not_sold_is_not_looked_for() {
    for purchase in [
        transfer(),
        Purchase::EmailDelete(crate::provider::EmailDelete { domain: DOMAIN.into() }),
    ] {
        assert_eq!(impossible(&seen(&question(&purchase), []).await), Impediment::NotFound);
    }
}

#[tokio::test]
async fn a_look_without_a_visit_uses_the_pool() {
    let purchase = renew();
    let world = World::new([reply("domain.held")]).await;
    let sighting = world.provider.look(None, &question(&purchase)).await;
    world.check(&sighting);
    assert!(matches!(sighting, Sighting::Absent(_)));
}

#[tokio::test]
async fn the_control_read_and_the_money_are_the_accounts() {
    let world = World::new([reply("account.credit"), reply("account.credit"), reply("account.empty")]).await;
    assert_eq!(world.provider.control().await, Ok(()));
    let funds = world.provider.funds().await.unwrap().unwrap();
    assert_eq!((funds.amount.as_str(), funds.positive), ("84.20", true));
    let funds = world.provider.funds().await.unwrap().unwrap();
    assert_eq!((funds.amount.as_str(), funds.positive), ("0", false));
    assert_eq!(world.lines(), ["GET account/get"; 3]);
    for (answer, kind) in [
        (reply("any.credentials"), TroubleKind::Credentials),
        (reply("any.code-221"), TroubleKind::Credentials),
        (reply("account.no-credit"), TroubleKind::Garbled),
        (raw(500, ""), TroubleKind::Unavailable),
        (raw(429, ""), TroubleKind::Throttled),
    ] {
        let world = World::new([answer.clone(), answer]).await;
        assert_eq!(world.provider.control().await.unwrap_err().kind, kind);
        assert_eq!(world.provider.funds().await.unwrap_err().kind, kind);
        world.check(&());
    }
}

#[tokio::test]
async fn a_quote_is_the_whole_price_or_none() {
    let private = Register {
        privacy: true,
        ..registration()
    };
    let renewal_of = |domain: &str, privacy| {
        Purchase::Renew(Renew {
            domain: domain.into(),
            years: 3,
            privacy,
            ..renewal()
        })
    };
    for (purchase, answer, amount) in [
        (register(), Some("check.free"), Some("20.98")),
        (register(), Some("check.taken"), None),
        (register(), Some("check.nothing"), None),
        (Purchase::Register(private), None, None),
        (renewal_of(DOMAIN, None), Some("domains.two"), Some("34.47")),
        (renewal_of(DOMAIN, Some(true)), Some("domains.two"), Some("43.44")),
        (
            renewal_of("low-harbor.org", Some(true)),
            Some("domains.two"),
            Some("43.80"),
        ),
        (renewal_of("nobody.example", None), Some("domains.two"), None),
        (renew(), Some("domains.no-prices"), None),
        (renew(), Some("domains.none"), None),
        (transfer(), None, None),
    ] {
        let world = World::new(answer.map(reply)).await;
        let quote = world.provider.quote(&purchase).await.unwrap();
        world.check(&quote);
        assert_eq!(
            quote.as_ref().map(|q| q.amount.as_str()),
            amount,
            "{purchase:?} {answer:?}"
        );
        assert_eq!(quote.and_then(|q| q.currency), None, "told nowhere");
    }
    let world = World::new([reply("any.credentials")]).await;
    assert_eq!(
        world.provider.quote(&register()).await.unwrap_err().kind,
        TroubleKind::Credentials
    );
}
