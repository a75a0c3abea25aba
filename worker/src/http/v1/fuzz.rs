//! What stands in an address and in `Last-Event-ID`, spoilt: it is read as it was given out, or named as a fault.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domorder_jobs::domain_name::host;
use domorder_jobs::ledger::EventCursor;
use domorder_jobs::order::OrderId;
use domorder_jobs::state::{Kind, Needs, State};
use domorder_tests_support::fuzz::{Fuzz, Limits, law};

use super::super::params::Params;
use super::events;
use crate::listing::Place;

#[test]
fn whatever_stands_in_an_address_is_read_or_named_as_a_fault() {
    let place = EventCursor::start(3).to_string();
    let cursor = URL_SAFE_NO_PAD.encode(format!("1764000000000.{}", OrderId::new("shop-example.com", 1)));
    let check = |input: &[u8]| {
        let query = String::from_utf8_lossy(input);
        let names: Vec<String> = url::form_urlencoded::parse(input)
            .map(|(name, _)| name.into_owned())
            .collect();
        let mut params = Params::of(&query);
        let limit = params.number("limit", 1, 200, 50);
        law((1..=200).contains(&limit), || format!("a limit of {limit}"))?;
        let states = params.words("state", State::ALL);
        let kind = params.word("kind", Kind::ALL);
        let needs = params.word("needs", Needs::ALL);
        let domain = params.read("domain", "a domain name", |text| host(text).ok());
        let cursor = params.read("cursor", "a cursor", Place::opened);
        if let Some(cursor) = &cursor {
            law(Place::opened(&cursor.sealed()).as_ref() == Some(cursor), || {
                format!("{cursor:?} is another place")
            })?;
            let text = format!("{cursor:?}");
            law(!text.contains(char::is_whitespace), || {
                format!("{text} is more than a place")
            })?;
        }
        let after = params.read("after", "a place", |text| events::From::read(text, 3));
        let known = ["limit", "state", "kind", "needs", "domain", "cursor", "after"];
        let twice = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
        let wrong = names.iter().any(|name| !known.contains(&name.as_str()) || twice(name));
        let way = format!(
            "{limit} {} {} {} {} {} {}",
            states.len(),
            kind.is_some(),
            needs.is_some(),
            domain.is_some(),
            cursor.is_some(),
            after.is_some()
        );
        match params.finish() {
            Ok(()) => law(!wrong, || format!("{names:?} are taken")).map(|()| way),
            Err(problem) => {
                let errors = &problem.details().errors;
                law(!errors.is_empty(), || "refused without a fault".into())?;
                for error in errors {
                    let parameter = error.parameter.as_deref().unwrap_or_default();
                    law(parameter.chars().count() <= 60 && !error.detail.is_empty(), || {
                        format!("{error:?} says little")
                    })?;
                    law(error.detail.len() < 600, || {
                        format!("{} bytes about a fault", error.detail.len())
                    })?;
                }
                Ok(format!("{way}, {} wrong", errors.len().min(5)))
            }
        }
    };
    Fuzz::new("address", Path::new("tests/fuzz"), check)
        .seeds([
            "limit=20&state=queued,parked&kind=renew&domain=shop-example.com".to_owned(),
            format!("cursor={cursor}&needs=auth_code"),
            format!("after={place}&limit=200"),
            "after=latest&state=".to_owned(),
            "after=0&limit=%2B5&wibble=1".to_owned(),
        ])
        .words([
            "limit=", "&state=", "cursor=", "after=", "latest", "%2B", "queued", "domain=", "kind=", "MTc2",
        ])
        .holds(Limits::brief(40_000, Duration::from_secs(3)));
}
