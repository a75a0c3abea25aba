//! Reads. "Not found" is `None`; every answer that is neither that nor a success is a [`Trouble`].

use secrecy::SecretString;
use serde_json::Value;

use super::super::error::{Call, Meaning, meaning_of};
use super::super::wire::{self, Availability, Domain, Envelope, Fees, Listing, Node, Row, Sync};
use super::{R, Seen, Sorted, trouble};
use crate::provider::{Trouble, TroubleKind};

type Read<T> = Result<T, Trouble>;

/// How a value is read: the error is the name of what it lacks.
type Parser<T> = fn(&Value) -> Result<T, &'static str>;

/// `ViewDomain`: 200 with the object, or 404.
pub(in super::super) fn view_domain(seen: &Seen<'_>, domain: &str) -> Read<Option<Domain>> {
    view(seen, |found| found.name.eq_ignore_ascii_case(domain))
}

/// `ViewDomainById`: as by name.
pub(in super::super) fn view_domain_by_id(seen: &Seen<'_>, id: &str) -> Read<Option<Domain>> {
    view(seen, |found| found.id == id)
}

fn view(seen: &Seen<'_>, is_asked: impl Fn(&Domain) -> bool) -> Read<Option<Domain>> {
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (404, None) => Ok(None),
        (200 | 1000, Some(data)) => match Domain::of(data) {
            Ok(found) if is_asked(&found) => Ok(Some(found)),
            Ok(_) => Err(trouble(
                TroubleKind::Garbled,
                "the answer is about another domain".into(),
            )),
            Err(field) => Err(seen.garbled(field, Some(data))),
        },
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// `syncTransfer`: 200 with a status, or 404.
pub(in super::super) fn sync_transfer(seen: &Seen<'_>) -> Read<Option<Sync>> {
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (404, None) => Ok(None),
        (200 | 1000, data) => match data.as_ref().and_then(Sync::of) {
            Some(Sync { status, reason, expiry }) => Ok(Some(Sync {
                status: seen.words(&status),
                reason: reason.map(|text| seen.words(&text)),
                expiry,
            })),
            None => Err(trouble(TroubleKind::Garbled, "the transfer's status is missing".into())),
        },
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// `checkDomain`: 200 is free, 400 is taken, and there is no data.
pub(in super::super) fn check_domain(seen: &Seen<'_>) -> Read<bool> {
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (200, None) => Ok(true),
        (400, None) => Ok(false),
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// `SearchDomainList`: rows without an envelope, and how many there are.
pub(in super::super) fn search_domain_list(seen: &Seen<'_>) -> Read<Listing<Row>> {
    match seen.sort() {
        Sorted::Bare(json) => match Listing::of(&json, Row::of) {
            Ok(list) if list.total.is_some() => Ok(list),
            Ok(_) => Err(seen.garbled("totalCount", Some(&json))),
            Err(field) => Err(seen.garbled(field, Some(&json))),
        },
        _ => Err(seen
            .reading()
            .map_or_else(|why| why, |envelope| seen.unlisted(&envelope))),
    }
}

/// `registrantsearchlist` and `clientsearchlist`: rows with or without an envelope \[P\], 404 for none.
pub(in super::super) fn listing<T>(seen: &Seen<'_>, row: fn(Node<'_>) -> Result<T, &'static str>) -> Read<Listing<T>> {
    let found = match seen.sort() {
        Sorted::Bare(json) => {
            // The newer document draws the list inside `responseMsg`.
            let inside = Node::new(&json).get(&["responseMsg"]).map_or(&json, Node::value);
            inside.clone()
        }
        _ => {
            let envelope = seen.reading()?;
            match (envelope.code, envelope.data) {
                (200 | 1000, Some(data)) => data,
                (404, None) => {
                    return Ok(Listing {
                        total: Some(0),
                        rows: Vec::new(),
                    });
                }
                (_, data) => return Err(seen.unlisted(&Envelope { data, ..envelope })),
            }
        }
    };
    Listing::of(&found, row).map_err(|field| seen.garbled(field, Some(&found)))
}

/// `availablefund`: 0 is its success \[P\].
pub(in super::super) fn available_fund(seen: &Seen<'_>) -> Read<Option<String>> {
    let envelope = seen.reading()?;
    match envelope.code {
        0 | 200 => Ok(envelope.data.as_ref().and_then(wire::amount)),
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// `checkdomainavailable`; `None`: names of this kind are not sold.
pub(in super::super) fn availability(seen: &Seen<'_>) -> Read<Option<Availability>> {
    let envelope = seen.reading()?;
    match not_for_sale(&envelope) {
        Some(R::Unsupported) => return Ok(None),
        // The newer document answers 400 without data for a name that is taken.
        Some(R::Taken) => {
            return Ok(Some(Availability {
                available: false,
                kind: None,
                fees: Fees::default(),
            }));
        }
        _ => {}
    }
    parsed(seen, &envelope, Availability::of).map(Some)
}

/// `getdomainprice`; `None`: names of this kind are not sold.
pub(in super::super) fn fees(seen: &Seen<'_>) -> Read<Option<Fees>> {
    let envelope = seen.reading()?;
    match not_for_sale(&envelope) {
        Some(R::Unsupported | R::Taken) => Ok(None),
        _ => parsed(seen, &envelope, Fees::of).map(Some),
    }
}

/// `checkDomainPrice`; `None`: not free, or names of this kind are not sold.
pub(in super::super) fn price_sentences(seen: &Seen<'_>) -> Read<Option<Vec<String>>> {
    let envelope = seen.reading()?;
    match not_for_sale(&envelope) {
        Some(R::Unsupported | R::Taken) => Ok(None),
        _ => parsed(seen, &envelope, |data| {
            Some(wire::price_sentences(data))
                .filter(|sentences| !sentences.is_empty())
                .ok_or("description")
        })
        .map(Some),
    }
}

/// Why there is no price, where the tables know.
fn not_for_sale(envelope: &Envelope) -> Option<R> {
    if envelope.code != 400 || envelope.data.is_some() {
        return None;
    }
    match meaning_of(Call::Price, &envelope.message) {
        Some(Meaning::Rejected(class)) => Some(class),
        Some(Meaning::Reconcile) | None => None,
    }
}

/// `ViewEPPCode`: the secret in any of its forms; `None`: no such domain.
pub(in super::super) fn epp_code(seen: &Seen<'_>) -> Read<Option<SecretString>> {
    let lacks = || trouble(TroubleKind::Garbled, "the answer lacks `DomainSecretKey`".into());
    if let Sorted::Bare(json) = seen.sort() {
        return wire::epp_code(&json).map(Some).ok_or_else(lacks);
    }
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (404, None) => Ok(None),
        (200 | 1000, data) => data.as_ref().and_then(wire::epp_code).map(Some).ok_or_else(lacks),
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// A thing that is there or not: 404, or 400 with words that say so.
pub(in super::super) fn thing<T>(seen: &Seen<'_>, parse: Parser<T>) -> Read<Option<T>> {
    let envelope = seen.reading()?;
    if is_absence(&envelope) {
        return Ok(None);
    }
    parsed(seen, &envelope, parse).map(Some)
}

/// `ViewClient`: 404 \[S\] or any 400 \[P\] without data is an absence.
pub(in super::super) fn client<T>(seen: &Seen<'_>, parse: Parser<T>) -> Read<Option<T>> {
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (400 | 404, None) => Ok(None),
        _ => parsed(seen, &envelope, parse).map(Some),
    }
}

/// A list that is an array, in an envelope or bare; `None`: whose list it should be is not there.
pub(in super::super) fn list<T>(seen: &Seen<'_>, parse: Parser<Vec<T>>) -> Read<Option<Vec<T>>> {
    if let Sorted::Bare(json) = seen.sort() {
        return parse(&json).map(Some).map_err(|field| seen.garbled(field, Some(&json)));
    }
    let envelope = seen.reading()?;
    if envelope.succeeded() && envelope.empty_list {
        return Ok(Some(Vec::new()));
    }
    if is_absence(&envelope) {
        return Ok(None);
    }
    parsed(seen, &envelope, parse).map(Some)
}

/// `domainSuggestion`: the newer document draws its list inside `responseMsg`, without a code.
pub(in super::super) fn suggestions(seen: &Seen<'_>) -> Read<Vec<wire::Candidate>> {
    match seen.sort() {
        Sorted::Bare(json) => {
            let inside = Node::new(&json).get(&["responseMsg"]).map_or(&json, Node::value);
            wire::Candidate::list(inside).map_err(|field| seen.garbled(field, Some(inside)))
        }
        _ => list(seen, wire::Candidate::list).map(Option::unwrap_or_default),
    }
}

fn is_absence(envelope: &Envelope) -> bool {
    envelope.data.is_none()
        && match envelope.code {
            404 => true,
            400 => meaning_of(Call::Change, &envelope.message) == Some(Meaning::Rejected(R::NotFound)),
            _ => false,
        }
}

fn parsed<T>(seen: &Seen<'_>, envelope: &Envelope, parse: impl Fn(&Value) -> Result<T, &'static str>) -> Read<T> {
    match (envelope.code, &envelope.data) {
        (200 | 1000, Some(data)) => parse(data).map_err(|field| seen.garbled(field, Some(data))),
        (200 | 1000, None) => Err(seen.garbled("responseData", None)),
        _ => Err(seen.unlisted(envelope)),
    }
}
