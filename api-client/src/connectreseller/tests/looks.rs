//! What each look sees.

use jiff::Timestamp;

use super::super::wire::{Node, Standing};
use super::*;
use crate::provider::{Ending, Evidence, Impediment, Snapshot, Stage, TroubleKind};

pub(super) fn question(purchase: &Purchase) -> Question<'_> {
    Question {
        purchase,
        baseline: None,
        expected_expiry: None,
        since: at("2026-01-01T00:00:00Z"),
        attempted_at: None,
        provider_order_id: None,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn attempted(purchase: &Purchase) -> Question<'_> {
    Question {
        attempted_at: Some(at("2026-01-01T00:01:00Z")),
        ..question(purchase)
    }
}

fn here(message: Option<&str>) -> Evidence {
    Evidence {
        provider_order_id: Some("900417".into()),
        expiry: baseline().expiry,
        accounts: None,
        message: message.map(Into::into),
        gives_up_at: None,
        created: None,
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
async fn a_registered_name_of_this_customer_is_present() {
    let purchase = register();
    for name in ["viewdomain.active", "viewdomain.strings"] {
        let fresh = Question {
            since: at("2025-03-04T09:00:00Z"),
            ..question(&purchase)
        };
        let made = |message| Evidence {
            created: Some(at("2025-03-04T09:15:02Z")),
            ..here(message)
        };
        assert_eq!(seen(&fresh, [reply(name)]).await, Sighting::Present(made(None)));
        let older = question(&purchase);
        assert_eq!(
            seen(&older, [reply(name)]).await,
            Sighting::Present(made(Some("it was here before this order"))),
            "already ours"
        );
    }
    let sighting = seen(&attempted(&purchase), [reply("viewdomain.inactive")]).await;
    assert_eq!(sighting, Sighting::Pending(Stage::Registry, here(None)));
    for name in ["viewdomain.other-customer", "viewdomain.expired"] {
        assert_eq!(
            impossible(&seen(&question(&purchase), [reply(name)]).await),
            Impediment::DomainTaken
        );
    }
}

#[tokio::test]
async fn a_name_that_is_not_here_is_absent_and_after_an_attempt_availability_is_asked_too() {
    let purchase = register();
    let absent = |taken_elsewhere| {
        Sighting::Absent(Snapshot {
            taken_elsewhere,
            ..Snapshot::default()
        })
    };
    for name in ["viewdomain.absent", "viewdomain.deleted"] {
        assert_eq!(seen(&question(&purchase), [reply(name)]).await, absent(false));
        let asked = attempted(&purchase);
        assert_eq!(
            seen(&asked, [reply(name), reply("checkdomain.free")]).await,
            absent(false)
        );
        assert_eq!(
            seen(&asked, [reply(name), reply("checkdomain.taken")]).await,
            absent(true)
        );
        let sighting = seen(&asked, [reply(name), reply("checkdomain.unlisted")]).await;
        assert_eq!(trouble(&sighting), TroubleKind::Garbled);
    }
    let world = World::new([reply("viewdomain.absent"), reply("checkdomain.free")]).await;
    world.look(&attempted(&purchase)).await;
    assert_eq!(
        world.asked(),
        [
            "ViewDomain?websiteName=blue-otter-7.com",
            "checkDomain?websiteName=blue-otter-7.com"
        ]
    );
}

#[tokio::test]
async fn a_failed_read_is_never_an_absence() {
    for purchase in [register(), renew(None, None)] {
        for (answer, kind) in [
            (reply("viewdomain.unlisted"), TroubleKind::Garbled),
            (reply("viewdomain.other-domain"), TroubleKind::Garbled),
            (reply("viewdomain.no-customer"), TroubleKind::Garbled),
            (reply("any.no-envelope"), TroubleKind::Garbled),
            (reply("any.unauthorized"), TroubleKind::Credentials),
            (raw(404, "<html>nginx</html>"), TroubleKind::Unavailable),
            (raw(404, ""), TroubleKind::Unavailable),
            (raw(500, fixture("viewdomain.absent")), TroubleKind::Unavailable),
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
async fn a_running_transfer_says_where_it_stands() {
    let purchase = transfer();
    for (name, stage) in [
        ("synctransfer.pending", Stage::LosingRegistrar),
        ("synctransfer.pending-auth-code", Stage::AuthCode),
        ("synctransfer.pending-locked", Stage::Locked),
        ("synctransfer.pending-unlocked", Stage::LosingRegistrar),
        ("synctransfer.pending-60-days", Stage::TooYoung),
    ] {
        match seen(&attempted(&purchase), [reply(name)]).await {
            Sighting::Pending(seen, evidence) => {
                assert_eq!(seen, stage, "{name}");
                assert!(evidence.message.is_some());
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// The same purchase, for contacts of the order's own.
fn with_contacts(purchase: Purchase, registrant: &str, tech: Option<&str>) -> Purchase {
    let contacts = ContactIds {
        registrant: Some(registrant.into()),
        tech: tech.map(Into::into),
        ..ContactIds::default()
    };
    match purchase {
        Purchase::Register(wanted) => Purchase::Register(Register { contacts, ..wanted }),
        Purchase::Transfer(wanted) => Purchase::Transfer(Transfer { contacts, ..wanted }),
        other => other,
    }
}

#[tokio::test]
async fn a_name_that_is_here_with_other_contacts_than_the_order_wants_is_unfinished() {
    // The domain has 30211 in all four roles; ids may be given as the domain object writes them.
    for (registrant, tech, finished) in [
        ("30211", None, true),
        ("OR_30211", Some("30211"), true),
        ("30298", None, false),
        ("30211", Some("30298"), false),
    ] {
        let purchase = with_contacts(register(), registrant, tech);
        let sighting = seen(&attempted(&purchase), [reply("viewdomain.active")]).await;
        let moved = with_contacts(transfer(), registrant, tech);
        let done = [reply("synctransfer.completed"), reply("viewdomain.active")];
        for sighting in [sighting, seen(&attempted(&moved), done).await] {
            match sighting {
                Sighting::Present(_) => assert!(finished, "{registrant} {tech:?}"),
                Sighting::Unfinished(evidence) => {
                    assert!(!finished, "{registrant} {tech:?}");
                    assert_eq!(evidence.provider_order_id.as_deref(), Some("900417"));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_transfer_is_done_once_the_name_is_here() {
    let purchase = transfer();
    for sync in [
        reply("synctransfer.completed"),
        reply("synctransfer.failed"),
        reply("synctransfer.cancelled"),
        reply("synctransfer.absent"),
        reply("synctransfer.strange"),
        reply("synctransfer.no-status"),
        raw(500, ""),
        raw(500, fixture("any.server-error")),
    ] {
        let asked = attempted(&purchase);
        let sighting = seen(&asked, [sync.clone(), reply("viewdomain.active")]).await;
        assert_eq!(sighting, Sighting::Present(here(None)));
        let sighting = seen(&asked, [sync, reply("viewdomain.other-customer")]).await;
        assert_eq!(impossible(&sighting), Impediment::DomainTaken);
    }
    let world = World::new([reply("synctransfer.completed"), reply("viewdomain.active")]).await;
    world.look(&attempted(&purchase)).await;
    assert_eq!(
        world.asked(),
        [
            "syncTransfer?domainName=blue-otter-7.com",
            "ViewDomain?websiteName=blue-otter-7.com"
        ]
    );
}

#[tokio::test]
async fn a_transfer_that_ended_without_the_name_has_ended() {
    let purchase = transfer();
    for (name, ending) in [
        ("synctransfer.failed", Ending::Refused),
        ("synctransfer.cancelled", Ending::Cancelled),
        ("synctransfer.canceled", Ending::Cancelled),
    ] {
        let both = || [reply(name), reply("viewdomain.absent")];
        match seen(&attempted(&purchase), both()).await {
            Sighting::Ended(seen, _) => assert_eq!(seen, ending),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(
            seen(&question(&purchase), both()).await,
            Sighting::Absent(Snapshot::default()),
            "not ours, as nothing was sent"
        );
    }
    let sighting = seen(
        &attempted(&purchase),
        [reply("synctransfer.strange"), reply("viewdomain.absent")],
    )
    .await;
    assert_eq!(trouble(&sighting), TroubleKind::Garbled);
}

#[tokio::test]
async fn a_transfer_not_to_be_seen_is_absent_or_unreadable() {
    let purchase = transfer();
    let absent = Sighting::Absent(Snapshot::default());
    for asked in [question(&purchase), attempted(&purchase)] {
        assert_eq!(
            seen(&asked, [reply("synctransfer.absent"), reply("viewdomain.absent")]).await,
            absent
        );
        let sighting = seen(&asked, [reply("synctransfer.no-status"), reply("viewdomain.absent")]).await;
        assert_eq!(trouble(&sighting), TroubleKind::Garbled);
        let sighting = seen(&asked, [reply("synctransfer.absent"), raw(500, "")]).await;
        assert_eq!(trouble(&sighting), TroubleKind::Unavailable);
        assert_eq!(trouble(&seen(&asked, [raw(429, "")]).await), TroubleKind::Throttled);
        assert_eq!(
            trouble(&seen(&asked, [reply("any.unauthorized")]).await),
            TroubleKind::Credentials
        );
        assert_eq!(
            trouble(&seen(&asked, [raw(502, ""), reply("viewdomain.absent")]).await),
            TroubleKind::Unavailable
        );
    }
    // The live system answers 500 where there is no transfer: believed before anything was sent, and never after.
    let lost = || [raw(500, ""), reply("viewdomain.absent")];
    assert_eq!(seen(&question(&purchase), lost()).await, absent);
    assert_eq!(
        trouble(&seen(&attempted(&purchase), lost()).await),
        TroubleKind::Unavailable
    );

    let sighting = seen(
        &attempted(&purchase),
        [reply("synctransfer.completed"), reply("viewdomain.absent")],
    )
    .await;
    assert_eq!(sighting, Sighting::Pending(Stage::Working, Evidence::default()));
    let sighting = seen(
        &question(&purchase),
        [reply("synctransfer.completed"), reply("viewdomain.absent")],
    )
    .await;
    assert_eq!(sighting, absent, "the record of an older transfer");
    let sighting = seen(
        &attempted(&purchase),
        [reply("synctransfer.absent"), reply("viewdomain.inactive")],
    )
    .await;
    assert_eq!(sighting, Sighting::Pending(Stage::Working, here(None)));
    let sighting = seen(
        &attempted(&purchase),
        [reply("synctransfer.completed"), reply("viewdomain.inactive")],
    )
    .await;
    assert_eq!(sighting, Sighting::Pending(Stage::Registry, here(None)));
}

#[tokio::test]
async fn a_renewal_is_judged_by_the_stored_expiry() {
    let purchase = renew(None, None);
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
        seen(&with, [reply("viewdomain.active")]).await,
        Sighting::Absent(snapshot.clone())
    );
    let renewed = Evidence {
        expiry: Some(at("2027-03-04T09:15:02Z")),
        ..here(None)
    };
    assert_eq!(
        seen(&with, [reply("viewdomain.renewed")]).await,
        Sighting::Present(renewed.clone())
    );
    assert!(matches!(
        seen(&with, [reply("viewdomain.moved-otherwise")]).await,
        Sighting::Differs(..)
    ));

    // Without either, what was read becomes the baseline; the stated expiry serves until there is one.
    assert_eq!(
        seen(&question(&purchase), [reply("viewdomain.active")]).await,
        Sighting::Absent(snapshot.clone())
    );
    let stated = Question {
        expected_expiry: stored.expiry,
        ..question(&purchase)
    };
    assert_eq!(
        seen(&stated, [reply("viewdomain.renewed")]).await,
        Sighting::Present(renewed)
    );
    let wrong = Question {
        expected_expiry: Some(at("2024-03-04T09:15:02Z")),
        ..question(&purchase)
    };
    assert!(matches!(
        seen(&wrong, [reply("viewdomain.active")]).await,
        Sighting::Differs(..)
    ));

    assert_eq!(
        seen(&with, [reply("viewdomain.expired")]).await,
        Sighting::Absent(snapshot),
        "still renewable"
    );
    for name in ["viewdomain.absent", "viewdomain.deleted"] {
        assert_eq!(impossible(&seen(&with, [reply(name)]).await), Impediment::NotFound);
    }
    for name in ["viewdomain.epoch", "viewdomain.far"] {
        assert_eq!(trouble(&seen(&with, [reply(name)]).await), TroubleKind::Garbled);
    }
}

#[tokio::test]
async fn another_customers_name_is_not_renewed_and_an_effect_on_it_is_not_denied() {
    let purchase = renew(Some("5512"), None);
    let stored = baseline();
    let with = |attempted_at| Question {
        baseline: Some(&stored),
        attempted_at,
        ..question(&purchase)
    };
    let sighting = seen(&with(None), [reply("viewdomain.other-customer")]).await;
    assert_eq!(impossible(&sighting), Impediment::NotFound);
    let sent = Some(at("2026-01-01T00:01:00Z"));
    assert!(matches!(
        seen(&with(sent), [reply("viewdomain.other-customer")]).await,
        Sighting::Differs(..)
    ));
    assert!(matches!(
        seen(&with(sent), [reply("viewdomain.renewed-other-customer")]).await,
        Sighting::Present(_)
    ));
}

#[tokio::test]
async fn a_look_without_a_visit_uses_the_pool() {
    let purchase = register();
    let world = World::new([reply("viewdomain.absent")]).await;
    let sighting = world.provider.look(None, &question(&purchase)).await;
    world.check(&sighting);
    assert_eq!(sighting, Sighting::Absent(Snapshot::default()));
}

#[test]
fn words_are_read_leniently() {
    let json = serde_json::json!({"Id": "OR_30211", "lock": "False", "on": 1, "ms": " 1741079702000 ", "no": null, "odd": "x_y"});
    let node = Node::new(&json);
    assert_eq!(node.get(&["id"]).and_then(Node::id), Some("30211".into()));
    assert_eq!(node.get(&["lock"]).and_then(Node::boolean), Some(false));
    assert_eq!(node.get(&["on"]).and_then(Node::boolean), Some(true));
    assert_eq!(
        node.get(&["ms"]).and_then(Node::instant),
        Some(at("2025-03-04T09:15:02Z"))
    );
    assert!(node.get(&["no"]).is_none());
    assert_eq!(node.get(&["odd"]).and_then(Node::id), None);
    for (word, standing) in [
        (" ACTIVE\n", Standing::Held),
        ("Locked", Standing::Held),
        ("Suspended", Standing::Held),
        ("Pending Delete Restorable", Standing::Lapsed),
        ("Renewal Hold", Standing::Lapsed),
        ("Domain Transfer-out", Standing::Gone),
        ("InActive", Standing::Dormant),
        ("Hibernating", Standing::Dormant),
    ] {
        assert_eq!(Standing::of(word), standing);
    }
}
