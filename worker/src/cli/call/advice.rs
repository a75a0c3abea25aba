//! What to do about a call whose outcome is not known.

use std::fmt::Write as _;

use domorder_api_client::endpoint::{Endpoint, Param};
use domorder_api_client::http::CallClass;

use super::values::Shown;

/// So many reads are named; more would be a catalogue.
const READS_MAX: usize = 3;

/// What happened, and what to do before repeating it.
pub(super) fn unknown(
    account: &str,
    endpoints: &'static [Endpoint],
    endpoint: &Endpoint,
    shown: &Shown,
    why: &str,
) -> String {
    if endpoint.class == CallClass::Read {
        return format!("error: no answer that can be believed: {why}\nit changes nothing, so it may be asked again");
    }
    let mut text = format!("error: the outcome is not known: {why}\n");
    if endpoint.repeatable {
        text.push_str("it may have been done; sent again it does the same, so it may be repeated");
        return text;
    }
    let _ = write!(
        text,
        "{} may have been done. Don't repeat it before a read shows that it was not; the provider may still be working \
         on it, so give it some minutes. To look:",
        endpoint.name
    );
    let reads = reads(endpoints, shown);
    for (read, values) in &reads {
        let _ = write!(text, "\n  domorder call {account} {}{values}", read.name);
    }
    if reads.is_empty() {
        let names: Vec<&str> = endpoints
            .iter()
            .filter(|row| row.class == CallClass::Read)
            .map(|row| row.name)
            .collect();
        let _ = write!(text, "\n  one of {}", names.join(", "));
    }
    text
}

/// The reads that can be asked with what was given, those that share most with it first.
fn reads(endpoints: &'static [Endpoint], shown: &Shown) -> Vec<(&'static Endpoint, String)> {
    let value = |param: &Param| {
        let wanted = subject(param.name);
        let known = shown.iter().find(|(name, _)| subject(name) == wanted)?;
        known.1.as_deref()
    };
    let mut reads = Vec::new();
    for row in endpoints.iter().filter(|row| row.class == CallClass::Read) {
        let mut text = String::new();
        let (mut matched, mut answerable) = (0, true);
        for param in row.params {
            match value(param) {
                Some(value) if param.required => {
                    matched += usize::from(subject(param.name) == DOMAIN) + 1;
                    let _ = write!(text, " {}={value}", param.name);
                }
                _ => answerable &= !param.required,
            }
        }
        if answerable && matched > 0 {
            reads.push((matched, row, text));
        }
    }
    reads.sort_by_key(|(matched, ..)| std::cmp::Reverse(*matched));
    reads.truncate(READS_MAX);
    reads.into_iter().map(|(_, row, text)| (row, text)).collect()
}

const DOMAIN: &str = "domain";

/// What a parameter is about: providers spell a domain's name in many ways, also within one API.
fn subject(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let bare: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
    match bare.to_ascii_lowercase().as_str() {
        "websitename" | "domainname" | "domain" => DOMAIN.to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domorder_api_client::connectreseller::endpoints::{
        ENDPOINTS, MANAGE_DOMAIN_LOCK, ORDER, SEND_KYC_MAIL, VIEW_DOMAIN,
    };

    fn shown(pairs: &[(&str, &str)]) -> Shown {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), Some((*value).to_owned()));
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn after_a_paid_call_the_reads_of_its_domain_are_named_in_full() {
        let given = shown(&[("Websitename", "blue-otter.example"), ("Duration", "1"), ("Id", "5512")]);
        let text = unknown("cr-main", ENDPOINTS, &ORDER, &given, "reset");
        assert!(
            text.contains("Don't repeat it before a read shows that it was not"),
            "{text}"
        );
        assert!(
            text.contains("\n  domorder call cr-main ViewDomain websiteName=blue-otter.example"),
            "{text}"
        );
    }

    #[test]
    fn what_may_be_repeated_is_said_to_be() {
        let again = unknown("cr-main", ENDPOINTS, &MANAGE_DOMAIN_LOCK, &shown(&[]), "reset");
        assert!(again.contains("may be repeated"), "{again}");
        let read = unknown("cr-main", ENDPOINTS, &VIEW_DOMAIN, &shown(&[]), "HTTP 502");
        assert!(read.contains("may be asked again"), "{read}");
    }

    #[test]
    fn where_nothing_given_can_be_read_by_the_reads_are_listed() {
        const { assert!(!SEND_KYC_MAIL.repeatable) };
        let text = unknown("cr-main", ENDPOINTS, &SEND_KYC_MAIL, &shown(&[]), "reset");
        assert!(text.contains("one of checkDomain, "), "{text}");
    }
}
