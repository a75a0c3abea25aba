//! Domain names, and the TLD rules that they are looked up in.

use std::collections::BTreeMap;

use domorder_api_client::logicboxes::tlds;
use domorder_api_client::namecom;
use domorder_api_client::provider::Operation;
use domorder_jobs::domain_name::{host, registrable};
use domorder_tests_support::fuzz::{Fuzz, law};

use crate::world::{brief, corpus};

const SEEDS: &[&str] = &[
    "shop-example.com",
    "BÜCHER-Example.de",
    "xn--bcher-kva.de",
    "a-example.co.uk",
    "a.b-example.com.au",
    "x-example.uk.com",
    "www.sub-example.org.",
    "com",
    "192.0.2.7",
    "[2001:db8::1]",
    "例え.jp",
    "-a.com",
    "a_b.com",
    "example。com",
    "ns1.host.example",
    "a-example.xxx",
    "a-example.us",
    "a-example.ca",
    "a-example.eu",
    "a-example.com.br",
    "a-example.tel",
    "a-example.coop",
];

#[test]
fn a_name_is_normal_after_it_was_normalised_and_every_rule_can_be_asked_about_it() {
    let check = |input: &[u8]| {
        let text = String::from_utf8_lossy(input);
        let sold = |suffix: &str| tlds::PRIVATE_SUFFIXES.contains(&suffix);
        let normal = host(&text);
        if let Ok(name) = &normal {
            let plain = name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
            law(plain && name.len() <= 253, || format!("{name} is not normal"))?;
            law(host(name).as_ref() == Ok(name), || {
                format!("{name} is normalised to {:?}", host(name))
            })?;
        }
        let bought = registrable(&text, sold);
        if let Ok(name) = &bought {
            law(normal.as_ref() == Ok(name), || {
                format!("{name} is no host name of {text}")
            })?;
            law(registrable(name, sold).as_ref() == Ok(name), || {
                format!("{name} cannot be bought")
            })?;
            rules_about(name)?;
        }
        // Whoever asks with a name of a person's making may ask with any.
        rules_about(&text)?;
        let kind =
            |fault: &domorder_jobs::domain_name::NameFault| format!("{fault:?}").chars().take(9).collect::<String>();
        let suffix = bought
            .as_ref()
            .ok()
            .and_then(|name| name.split_once('.'))
            .map(|(_, suffix)| suffix.len());
        Ok(format!(
            "{:?} {:?} {suffix:?}",
            normal.as_ref().err().map(kind),
            bought.as_ref().err().map(kind)
        ))
    };
    Fuzz::new("names", &corpus(), check)
        .seeds(SEEDS.iter().copied())
        .words([".com", ".co.uk", ".uk.com", "xn--", "--", "\u{200d}", "。", "ß"])
        .holds(brief(40_000));
}

fn rules_about(domain: &str) -> Result<(), String> {
    let none = BTreeMap::new();
    let some = BTreeMap::from([
        ("idnLanguageCode".to_owned(), "de".to_owned()),
        ("tnc".to_owned(), "y".to_owned()),
    ]);
    for attributes in [&none, &some] {
        for operation in [Operation::Register, Operation::Transfer, Operation::Renew] {
            let sale = tlds::Sale {
                operation,
                domain,
                years: Some(1),
                privacy: true,
                attributes,
                contacts: &[],
            };
            for fault in tlds::faults(&sale) {
                law(fault.field.starts_with('/') && !fault.detail.is_empty(), || {
                    format!("{fault:?} names no place")
                })?;
            }
        }
        let _ = namecom::tlds::check(domain, attributes, true);
    }
    for role in tlds::Role::ALL {
        let _ = (tlds::no_contact(domain, role), tlds::contact_type(domain, role));
    }
    let _ = (tlds::privacy(domain), tlds::auth_code(domain));
    Ok(())
}
