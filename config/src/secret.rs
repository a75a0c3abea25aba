//! Secrets: where they may stand, how they are read from files, and what is shown in their place.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;

/// What is printed in place of a secret.
pub(crate) const MASK: &str = "***";

/// The prefix of a signing secret by the Standard Webhooks specification ("Signature scheme", read 2026-11).
const WEBHOOK_PREFIX: &str = "whsec_";

/// A secret file is a line; anything much larger is the wrong file.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Reads a secret from a file, without the newline at its end. The error says why, never what was read.
pub(crate) fn read_file(path: &Path) -> Result<String, String> {
    let meta = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    if meta.is_dir() {
        return Err("is a directory".to_owned());
    }
    if meta.len() > FILE_BYTES_MAX {
        return Err(format!("is larger than {FILE_BYTES_MAX} bytes"));
    }
    let bytes = fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut text = String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    Ok(text)
}

/// Why a text cannot be a secret that is sent to somebody: it must fit into a header or a form field.
pub(crate) fn opaque_fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("an empty text")
    } else if text
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || c == char::REPLACEMENT_CHARACTER)
    {
        Some("a text with blanks, control characters or bytes that are not UTF-8")
    } else {
        None
    }
}

/// Why a text cannot be a bearer token: only visible ASCII can be sent in an `Authorization` header.
pub(crate) fn token_fault(text: &str) -> Option<&'static str> {
    opaque_fault(text).or_else(|| (!text.is_ascii()).then_some("a text with characters beyond ASCII"))
}

/// Why a text cannot be a webhook secret: Standard Webhooks asks for 24 to 64 bytes in base64, after `whsec_`.
pub(crate) fn webhook_fault(text: &str) -> Option<&'static str> {
    let encoded = text.strip_prefix(WEBHOOK_PREFIX).unwrap_or(text);
    match STANDARD_PAD_INDIFFERENT.decode(encoded) {
        Err(_) => Some("a text that is not base64"),
        Ok(bytes) if !(24..=64).contains(&bytes.len()) => Some("a secret of fewer than 24 or more than 64 bytes"),
        Ok(_) => None,
    }
}

/// Why a text cannot be headers: each a name and a value that a header may have, percent-encoded (W3C Baggage, as
/// OpenTelemetry's `OTEL_EXPORTER_OTLP_HEADERS`).
pub(crate) fn headers_fault(text: &str) -> Option<&'static str> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    let is_value = |value: &str| {
        let mut parts = value.split('%');
        let plain = parts.next().unwrap_or_default();
        let visible = |part: &str| part.bytes().all(|b| b.is_ascii_graphic());
        let encoded = |part: &str| {
            let code = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
            code.is_some_and(|b| (b' '..=b'~').contains(&b)) && visible(&part[2..])
        };
        !value.is_empty() && visible(plain) && parts.all(encoded)
    };
    opaque_fault(text).or_else(|| {
        let fits = |pair: &str| {
            pair.split_once('=')
                .is_some_and(|(name, value)| is_name(name) && is_value(value))
        };
        (!text.split(',').all(fits)).then_some("a text that is not `name=value,name=value` with percent-encoded values")
    })
}

/// The schemes of a Redis address, and whether hosts follow (else: a socket's path).
const REDIS_SCHEMES: [(&str, bool); 10] = [
    ("redis", true),
    ("rediss", true),
    ("valkey", true),
    ("valkeys", true),
    ("redis+sentinel", true),
    ("rediss+sentinel", true),
    ("redis+cluster", true),
    ("rediss+cluster", true),
    ("redis+unix", false),
    ("unix", false),
];

/// Why a text cannot be a Redis address. Sentinel and cluster addresses list hosts (`a:1,b:2`), which no URL parser
/// takes, so this reads them itself; it looks at the shape only, and the client judges the rest.
pub(crate) fn redis_url_fault(text: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Some("a text without `scheme://`");
    };
    let Some((_, hosts)) = REDIS_SCHEMES.iter().find(|(name, _)| *name == scheme) else {
        return Some("a scheme that is not Redis'");
    };
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("an address with blanks or control characters");
    }
    if !hosts {
        return (!rest.starts_with('/')).then_some("a socket address without an absolute path");
    }
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    if !hosts.split(',').all(is_host_and_port) {
        return Some("an address without a host, or with a port that is none");
    }
    if hosts.contains(',') && !scheme.contains('+') {
        return Some("several hosts without `+sentinel` or `+cluster` in the scheme");
    }
    let path = tail
        .trim_start_matches('/')
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    if scheme.ends_with("+sentinel") && path.is_empty() {
        return Some("a sentinel address without the name of its master");
    }
    if !scheme.contains('+') && !path.is_empty() && path.parse::<u32>().is_err() {
        return Some("a path that is not the number of a database");
    }
    None
}

fn is_host_and_port(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':').unwrap_or("none"))),
        None => text
            .split_once(':')
            .map_or((text, None), |(host, port)| (host, Some(port))),
    };
    !host.is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// A URL with its user, password and query values hidden; the rest tells an operator which server is meant.
pub(crate) fn mask_url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return MASK.to_owned();
    };
    let (rest, query) = rest
        .split_once('?')
        .map_or((rest, None), |(rest, query)| (rest, Some(query)));
    // The last `@` of all, not of the authority: a password with a bare `/` in it must be hidden too.
    let shown = rest
        .rsplit_once('@')
        .map_or_else(|| rest.to_owned(), |(_, after)| format!("{MASK}@{after}"));
    let query = query.map_or_else(String::new, |query| {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) => format!("{name}={MASK}"),
            None => MASK.to_owned(),
        });
        format!("?{}", pairs.collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{shown}{query}")
}
