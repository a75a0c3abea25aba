//! Language codes of internationalised names, `idnLanguageCode` (§5).
//!
//! The labels of the script variants of .org, .online and .network were lost in the source document; those here are the
//! root zone's (IANA).

use super::{Fault, Sale, rule, suffix};

/// The attribute.
pub(super) const NAME: &str = "idnLanguageCode";

/// Which codes a TLD takes.
enum Codes {
    /// These.
    Of(&'static [&'static str]),
    /// A long list that the source document lost: lower-case letters, 2 to 3 (Verisign's codes, such as `aze`).
    Lost,
}

const LATIN: &[&str] = &["lat"];
const TEN_SCRIPTS: &[&str] = &["ara", "chi", "cyr", "gre", "heb", "jpn", "kor", "lao", "lat", "tha"];

/// The table; longer suffixes stand for themselves.
const ROWS: &[(&[&str], Codes)] = &[
    (&["xn--h2brj9c"], Codes::Of(&["hin-deva"])),
    (
        &["biz"],
        Codes::Of(&[
            "zh", "da", "fi", "de", "hu", "is", "jp", "ko", "lt", "lv", "no", "pl", "pt", "es", "sv",
        ]),
    ),
    (&["ca"], Codes::Of(&["fr"])),
    (&["cc", "tv", "com", "net", "name"], Codes::Lost),
    (
        &["co"],
        Codes::Of(&["zh", "da", "fi", "is", "jp", "ko", "no", "es", "sv"]),
    ),
    (&["de"], Codes::Of(&["de"])),
    (&["es"], Codes::Of(&["es"])),
    (&["eu"], Codes::Of(&["latin"])),
    (&["in.net", "pw"], Codes::Of(TEN_SCRIPTS)),
    (
        &["info"],
        Codes::Of(&["da", "de", "hu", "is", "ko", "lv", "lt", "pl", "es", "sv"]),
    ),
    (
        &["org"],
        Codes::Of(&["zh-cn", "da", "de", "hu", "is", "ko", "lv", "lt", "pl", "es", "sv"]),
    ),
    // .org in Chinese, Russian and Hindi script.
    (&["xn--nqv7f"], Codes::Of(&["zh-cn"])),
    (&["xn--c1avg"], Codes::Of(&["ru"])),
    (&["xn--i1b6b1a6a2e"], Codes::Of(&["hin-deva"])),
    (
        &["tel"],
        Codes::Of(&[
            "zh", "da", "fr", "fi", "de", "hu", "is", "jp", "ko", "lv", "lt", "no", "pl", "pt", "ru", "es", "sv",
        ]),
    ),
    (&["eu.com"], Codes::Of(&["ara", "cyr", "gre", "heb", "lat"])),
    (
        &[
            "gb.com", "qc.com", "de.com", "gb.net", "no.com", "hu.com", "uy.com", "za.com", "br.com", "se.com",
            "se.net", "uk.com", "uk.net",
        ],
        Codes::Of(LATIN),
    ),
    (&["ae.org", "sa.com"], Codes::Of(&["ara"])),
    (&["kr.com"], Codes::Of(&["kor"])),
    (
        &["us.com"],
        Codes::Of(&["ara", "chi", "cyr", "gre", "heb", "jpn", "lat"]),
    ),
    (&["gr.com"], Codes::Of(&["gre"])),
    (&["jpn.com"], Codes::Of(&["jpn"])),
    (&["cn.com"], Codes::Of(&["chi"])),
    (&["ru.com"], Codes::Of(&["cyr"])),
    // .online and .network in Chinese script.
    (&["xn--3ds443g", "xn--io0a7i"], Codes::Of(&["zh"])),
];

pub(super) fn check(sale: &Sale<'_>, faults: &mut Vec<Fault>) {
    let given = sale.attributes.get(NAME);
    let internationalised = sale
        .domain
        .split('.')
        .next()
        .is_some_and(|label| label.starts_with("xn--"));
    let pointer = format!("/attributes/{NAME}");
    let tld = rule(sale.domain, ROWS.iter().flat_map(|(tlds, _)| tlds.iter().copied()));
    let row = ROWS.iter().find(|(tlds, _)| tld.is_some_and(|tld| tlds.contains(&tld)));
    let mut fault = |detail: String| faults.push(Fault::new(pointer.clone(), detail));
    match (row, given) {
        (_, Some(_)) if !internationalised => fault("belongs to internationalised names only".to_owned()),
        (None, Some(_)) => fault(format!("no language code is documented for .{}", suffix(sale.domain))),
        (Some((_, codes)), None) if internationalised => fault(format!(
            "an internationalised name under .{} needs {}",
            tld.unwrap_or_default(),
            codes.expected()
        )),
        (Some((_, codes)), Some(code)) if !codes.take(code) => fault(format!("expected {}", codes.expected())),
        _ => {}
    }
}

impl Codes {
    fn take(&self, code: &str) -> bool {
        match self {
            Self::Of(codes) => codes.contains(&code),
            Self::Lost => (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()),
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Of([one]) => format!("the language code `{one}`"),
            Self::Of(codes) => format!("a language code out of {}", codes.join(", ")),
            Self::Lost => "a language code of 2 or 3 lower-case letters, such as `aze`".to_owned(),
        }
    }
}
