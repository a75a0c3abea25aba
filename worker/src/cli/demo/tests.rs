//! The documents of the repository.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domorder_config::{LoadOptions, load};
use domorder_jobs::signal::SignalDocument;
use domorder_jobs::state::State;
use domorder_jobs::validate::{RefusalKind, parse};
use jiff::Timestamp;

use super::documents::{Document, Documents, Foreseen};
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
