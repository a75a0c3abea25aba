//! Host names of name servers, as far as a configuration can judge them.

/// Why these cannot be an account's name servers: none or 2 to 13, as in an order document.
pub(crate) fn fault(names: &[String]) -> Option<String> {
    if names.len() == 1 || names.len() > 13 {
        return Some(format!("{} host name(s)", names.len()));
    }
    if let Some(name) = names.iter().find(|name| !is_host_name(name)) {
        return Some(format!("{name:?}, which is not a host name"));
    }
    let plain = |name: &String| name.trim_end_matches('.').to_ascii_lowercase();
    let mut seen: Vec<String> = names.iter().map(plain).collect();
    seen.sort();
    seen.windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| format!("{:?} twice", pair[0]))
}

/// RFC 1123, section 2.1, with at least two labels; a name beyond ASCII is written in punycode.
fn is_host_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}
