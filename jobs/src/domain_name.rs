//! Domain and host names as every other part sees them: ASCII, lower case, no trailing dot.
//!
//! The Public Suffix List decides what can be bought: exactly one label below a suffix of its ICANN part. The private
//! part (`github.io`) lists names that are themselves registrations, so a name below one is a subdomain to a registry.

use std::net::IpAddr;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// Why a name is none that can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Neither UTS 46 nor the host name rules take it.
    #[error("is not a valid domain name")]
    Invalid,
    /// An address, not a name.
    #[error("is an IP address, not a domain name")]
    Address,
    /// One label only.
    #[error("has only one label")]
    SingleLabel,
    /// No suffix of the list fits.
    #[error("ends in `.{0}`, which is no known top-level domain")]
    UnknownSuffix(String),
    /// It is itself a suffix.
    #[error("is a public suffix; nobody can register it")]
    Suffix,
    /// It lies below a registrable name.
    #[error("is a subdomain; the registrable name is `{0}`")]
    Subdomain(String),
}

/// Normalises a host name: UTS 46 with the STD 3 rules, lower case, punycode, no trailing dot, at least two labels.
///
/// # Errors
/// What is wrong with it.
pub fn host(name: &str) -> Result<String, NameFault> {
    let bare = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
    if bare.parse::<IpAddr>().is_ok() {
        return Err(NameFault::Address);
    }
    // Hyphens at 3 and 4 are left to the registries: some have sold such names.
    let ascii = Uts46::new()
        .to_ascii(
            name.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::VerifyAllowRootDot,
        )
        .map_err(|_| NameFault::Invalid)?;
    let ascii = ascii.strip_suffix('.').unwrap_or(&ascii);
    // UTS 46 maps full-width digits and dots, so an address may appear only now.
    if ascii.parse::<IpAddr>().is_ok() {
        return Err(NameFault::Address);
    }
    match ascii.rsplit_once('.') {
        None => Err(NameFault::SingleLabel),
        Some((_, last)) if last.bytes().all(|b| b.is_ascii_digit()) => Err(NameFault::Invalid),
        Some(_) => Ok(ascii.to_owned()),
    }
}

/// Normalises a name that can be bought. `sold` tells the suffixes of the list's private part that are sold like TLDs.
///
/// # Errors
/// What is wrong with it.
pub fn registrable(name: &str, sold: impl Fn(&str) -> bool) -> Result<String, NameFault> {
    let ascii = match host(name) {
        // `com` is a public suffix before it is a single label, and that is what helps its writer.
        Err(NameFault::SingleLabel) if is_icann(name.to_ascii_lowercase().trim_end_matches('.')) => {
            return Err(NameFault::Suffix);
        }
        other => other?,
    };
    let suffix = suffix_of(&ascii, &sold)?;
    let Some(rest) = ascii.strip_suffix(suffix).and_then(|r| r.strip_suffix('.')) else {
        return Err(NameFault::Suffix);
    };
    match rest.rsplit_once('.') {
        None => Ok(ascii),
        Some((_, label)) => Err(NameFault::Subdomain(format!("{label}.{suffix}"))),
    }
}

/// The suffix under which a registry sells the name.
fn suffix_of<'a>(name: &'a str, sold: &impl Fn(&str) -> bool) -> Result<&'a str, NameFault> {
    let mut at = name;
    loop {
        let Some(suffix) = psl::suffix(at.as_bytes()) else {
            return Err(NameFault::Invalid);
        };
        let text = &at[at.len() - suffix.as_bytes().len()..];
        match suffix.typ() {
            Some(psl::Type::Icann) => return Ok(text),
            Some(psl::Type::Private) if sold(text) => return Ok(text),
            // Below a private suffix: what the list says of that suffix' own parent is the registry's rule.
            Some(psl::Type::Private) => match text.split_once('.') {
                Some((_, parent)) => at = parent,
                None => return Ok(text),
            },
            None => {
                let last = name.rsplit('.').next().unwrap_or(name);
                return Err(NameFault::UnknownSuffix(last.to_owned()));
            }
        }
    }
}

/// Whether the name is itself a suffix of the ICANN part.
fn is_icann(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|s| s.typ() == Some(psl::Type::Icann) && s.as_bytes() == name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("example.com", "example.com")]
    #[case("EXAMPLE.Com.", "example.com")]
    #[case("bücher.de", "xn--bcher-kva.de")]
    #[case("xn--bcher-kva.de", "xn--bcher-kva.de")]
    #[case("faß.de", "xn--fa-hia.de")]
    #[case("example。com", "example.com")]
    #[case("example.co.uk", "example.co.uk")]
    #[case("пример.рф", "xn--e1afmkfd.xn--p1ai")]
    #[case("github.io", "github.io")]
    #[case("uk.com", "uk.com")]
    #[case("example.org.co", "example.org.co")]
    #[case("city.kawasaki.jp", "city.kawasaki.jp")]
    #[case("a--b.com", "a--b.com")]
    fn registrable_names_are_normalised(#[case] given: &str, #[case] wanted: &str) {
        assert_eq!(registrable(given, |_| false).as_deref(), Ok(wanted));
    }

    #[rstest]
    #[case("com", NameFault::Suffix)]
    #[case("COM.", NameFault::Suffix)]
    #[case("co.uk", NameFault::Suffix)]
    #[case("www.example.com", NameFault::Subdomain("example.com".into()))]
    #[case("a.b.example.co.uk", NameFault::Subdomain("example.co.uk".into()))]
    #[case("me.github.io", NameFault::Subdomain("github.io".into()))]
    #[case("example.uk.com", NameFault::Subdomain("uk.com".into()))]
    #[case("shop.example", NameFault::UnknownSuffix("example".into()))]
    #[case("shop.test", NameFault::UnknownSuffix("test".into()))]
    #[case("localhost", NameFault::SingleLabel)]
    #[case("192.0.2.1", NameFault::Address)]
    #[case("１９２.0.2.1", NameFault::Address)]
    #[case("2001:db8::1", NameFault::Address)]
    #[case("[2001:db8::1]", NameFault::Address)]
    #[case("", NameFault::Invalid)]
    #[case(".com", NameFault::Invalid)]
    #[case("example..com", NameFault::Invalid)]
    #[case("-a.com", NameFault::Invalid)]
    #[case("a-.com", NameFault::Invalid)]
    #[case("a_b.com", NameFault::Invalid)]
    #[case("a b.com", NameFault::Invalid)]
    #[case(" example.com", NameFault::Invalid)]
    #[case("http://example.com", NameFault::Invalid)]
    #[case("xn--a.com", NameFault::Invalid)]
    #[case("example.123", NameFault::Invalid)]
    fn other_names_are_refused(#[case] given: &str, #[case] wanted: NameFault) {
        assert_eq!(registrable(given, |_| false), Err(wanted));
    }

    #[test]
    fn labels_and_names_have_the_lengths_of_the_dns() {
        assert!(host(&format!("{}.com", "a".repeat(63))).is_ok());
        assert_eq!(host(&format!("{}.com", "a".repeat(64))), Err(NameFault::Invalid));
        assert_eq!(host(&format!("{}com", "abcdefg.".repeat(32))), Err(NameFault::Invalid));
    }

    #[test]
    fn a_private_suffix_sold_here_is_like_a_tld() {
        let sold = |s: &str| s == "uk.com";
        assert_eq!(registrable("example.uk.com", sold).as_deref(), Ok("example.uk.com"));
        assert_eq!(
            registrable("me.github.io", sold),
            Err(NameFault::Subdomain("github.io".into()))
        );
    }
}
