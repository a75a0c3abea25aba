//! The documents of the repository, and the report on them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domorder_config::{LoadOptions, load};
use domorder_jobs::signal::SignalDocument;
use domorder_jobs::state::State;
use domorder_jobs::validate::{RefusalKind, parse};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::json;

use super::billing::News;
use super::book::Book;
use super::documents::{Document, Documents, Foreseen};
use super::report::Report;
use super::simulator::{Charges, Findings};
use super::world::config_text;
use crate::wiring;

fn documents() -> Documents {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo-orders");
    Documents::read(&folder).unwrap()
}

fn all(documents: &Documents) -> Vec<&Document> {
    let waves = [&documents.first, &documents.killed, &documents.no_funds];
    waves.into_iter().flatten().collect()
}

#[test]
fn every_document_of_the_demo_is_accepted_or_refused_as_it_foresees() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("domorder.toml");
    std::fs::write(&file, config_text("redis://127.0.0.1:1", "127.0.0.1:2")).unwrap();
    let env: [(String, String); 0] = [];
    let (config, _) = load(LoadOptions { file: Some(file), env }).unwrap();
    let catalogue = wiring::catalogue(&config, &wiring::providers(&config).unwrap());
    let now: Timestamp = "2026-05-01T12:00:00Z".parse().unwrap();

    let documents = documents();
    let mut keys = BTreeSet::new();
    for document in all(&documents) {
        let verdict = parse(document.hand_in(now).as_bytes(), &catalogue, now);
        match (&document.foreseen, verdict) {
            (Foreseen::Order(_), Ok(_)) => assert!(keys.insert(&document.key), "{} stands twice", document.key),
            (Foreseen::Replayed, Ok(_)) => assert!(keys.contains(&document.key)),
            // Nothing is wrong with it but that its key is taken.
            (Foreseen::Refused, Ok(_)) => assert!(keys.contains(&document.key), "{}", document.name()),
            (Foreseen::Refused, Err(refusal)) => assert_eq!(refusal.kind, RefusalKind::Invalid),
            (foreseen, Err(refusal)) => panic!("{}: {foreseen:?} was foreseen: {refusal}", document.name()),
        }
    }
    for signal in &documents.signals {
        assert!(keys.contains(&signal.key), "{}", signal.key);
        SignalDocument::parse(signal.text.as_bytes()).unwrap();
    }
}

#[test]
fn the_demo_orders_everything_that_is_sold() {
    let documents = documents();
    let orders: Vec<&Document> = all(&documents).into_iter().filter(|d| d.end().is_some()).collect();
    assert!(orders.len() >= 60, "{}", orders.len());
    let kinds: BTreeSet<&str> = orders.iter().map(|order| order.kind.as_str()).collect();
    let sold = [
        "email-order add-accounts",
        "email-order create",
        "email-order delete",
        "email-order remove-accounts",
        "email-order renew",
        "register",
        "renew",
        "transfer",
    ];
    assert_eq!(kinds, BTreeSet::from(sold));
    let ends: BTreeSet<State> = orders.iter().filter_map(|order| Some(order.end()?.state)).collect();
    let seen = [State::Succeeded, State::Failed, State::ActionRequired];
    assert_eq!(ends, BTreeSet::from(seen));
}

#[test]
fn an_order_that_starts_later_is_handed_in_with_its_moment() {
    let documents = documents();
    let now: Timestamp = "2026-05-01T12:00:00Z".parse().unwrap();
    let later = all(&documents).into_iter().find(|d| d.starts_in.is_some()).unwrap();
    assert!(later.hand_in(now).contains(r#""not_before":"2026-05-01T12:00:06Z""#));
}

/// An event that tells an order to be in this state.
fn event(document: &Document, state: &str, reason: Option<&str>, charged: &str) -> News {
    let view = json!({
        "id": "0-01ARZ3NDEKTSV4RRFFQ69G5FAV", "idempotency_key": document.key, "account": "cr-main",
        "kind": document.kind.split(' ').next(), "domain": document.domain, "state": state, "reason": reason,
        "needs": null, "waiting_on": null, "charged": charged, "provider_order_id": null, "provider_message": null,
        "expiry": null, "attempts": 1, "next_check_at": null, "deadline_at": null, "created_at": "2026-05-01T12:00:00Z",
        "updated_at": "2026-05-01T12:00:00Z", "finished_at": null, "metadata": {},
    });
    News::Order(Box::new(serde_json::from_value(view).unwrap()))
}

/// All of the repository's orders at their foreseen ends, and the ledger of charges that belongs to them.
fn as_foreseen() -> (Book, Findings) {
    let documents = documents();
    let mut news = Vec::new();
    let mut ledger: Vec<Charges> = Vec::new();
    for document in all(&documents) {
        let Some(end) = document.end() else {
            if document.foreseen == Foreseen::Refused {
                let (key, why) = (document.key.clone(), "because".to_owned());
                news.push(News::Refused { key, why });
            }
            continue;
        };
        let charged = if end.charges > 0 { "yes" } else { "no" };
        news.push(event(
            document,
            end.state.as_str(),
            end.reason.map(|r| r.as_str()),
            charged,
        ));
        let Some((provider, operation)) = document.charge else {
            continue;
        };
        let taken = end.charges + end.refunds;
        match ledger
            .iter_mut()
            .find(|row| row.operation == operation && row.domain == document.domain)
        {
            Some(row) => row.charges += taken,
            None if taken == 0 => {}
            None => ledger.push(Charges {
                provider: provider.to_owned(),
                operation: operation.to_owned(),
                domain: document.domain.clone(),
                charges: taken,
                refunds: end.refunds,
            }),
        }
    }
    let mut book = Book::new(Vec::new());
    for wave in [documents.first, documents.killed, documents.no_funds] {
        book.enter(wave);
    }
    for one in news {
        book.note(one);
    }
    book.orphaned = 1;
    let findings = Findings {
        charges: ledger,
        ..Findings::default()
    };
    (book, findings)
}

#[test]
fn orders_and_charges_as_foreseen_are_no_deviation() {
    let (book, found) = as_foreseen();
    assert!(book.is_settled());
    let report = Report::of(&book, &found);
    assert_eq!(report.deviations, Vec::<String>::new());
    let last = "orders: 90  succeeded: 78  waiting for a person: 5  failed: 7  double charges: 0";
    assert_eq!(report.last_line, last);
}

#[rstest]
#[case::twice("late-library-example.com", 1, "charged 1 time(s) too often for `RenewalOrder`", 1)]
#[case::thrice_for_two("twice-renewed-example.com", 1, "charged 1 time(s) too often for `RenewalOrder`", 1)]
#[case::never("late-library-example.com", -1, "charged 0 time(s), 1 foreseen", 0)]
#[case::once_for_two("twice-renewed-example.com", -1, "charged 0 time(s), 1 foreseen", 0)]
fn a_charge_too_many_or_too_few_is_named(
    #[case] domain: &str,
    #[case] more: i64,
    #[case] told: &str,
    #[case] double: u64,
) {
    let (book, mut found) = as_foreseen();
    let row = found.charges.iter_mut().find(|row| row.domain == domain).unwrap();
    row.charges = row.charges.checked_add_signed(more).unwrap();
    let report = Report::of(&book, &found);
    let named = |deviation: &String| deviation.contains(domain) && deviation.contains(told);
    assert!(report.deviations.iter().any(named), "{:?}", report.deviations);
    assert!(
        report.last_line.ends_with(&format!("double charges: {double}")),
        "{}",
        report.last_line
    );
}

#[test]
fn money_calls_and_faults_that_no_order_accounts_for_are_named() {
    let (book, mut found) = as_foreseen();
    found.charges.push(Charges {
        provider: "connectreseller".to_owned(),
        operation: "Order".to_owned(),
        domain: "nobody-asked-example.com".to_owned(),
        charges: 1,
        refunds: 0,
    });
    found.unexpected.push("a GET of something".to_owned());
    found.idle_faults.push("once".to_owned());
    let report = Report::of(&book, &found);
    let told = report.deviations.join("\n");
    assert!(
        told.contains("nobody-asked-example.com: 1 charge(s) for `Order` that no order accounts for"),
        "{told}"
    );
    assert!(
        told.contains("a request nobody should send: a GET of something"),
        "{told}"
    );
    assert!(told.contains("a fault that no call met: once"), "{told}");
    assert!(report.last_line.ends_with("double charges: 1"), "{}", report.last_line);
}

#[rstest]
#[case::other_state("failed", Some("domain_taken"), "no")]
#[case::other_reason("succeeded", Some("already_done"), "yes")]
#[case::other_word_on_money("succeeded", None, "no")]
fn an_order_that_strays_is_named(#[case] state: &str, #[case] reason: Option<&str>, #[case] charged: &str) {
    let (mut book, found) = as_foreseen();
    let news = event(&book.orders[0].document, state, reason, charged);
    book.note(news);
    let report = Report::of(&book, &found);
    assert!(!report.deviations.is_empty());
    let key = &book.orders[0].document.key;
    assert!(
        report.deviations.iter().all(|told| told.contains(key)),
        "{:?}",
        report.deviations
    );
}

#[test]
fn an_order_or_a_refusal_that_nobody_handed_in_is_named() {
    let (mut book, found) = as_foreseen();
    let (key, why) = ("inv-1".to_owned(), "because".to_owned());
    book.note(News::Refused { key, why });
    let report = Report::of(&book, &found);
    assert_eq!(report.deviations, ["a document was refused (inv-1): because"]);
}
