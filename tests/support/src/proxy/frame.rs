//! Where one message of the Redis protocol ends: of a request or a reply, in either version (RESP2, RESP3).

/// The length of the first whole message, or nothing where more bytes are needed.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let (line, mut at) = line(bytes)?;
    let count = || std::str::from_utf8(&line[1..]).ok()?.parse::<i64>().ok();
    match line.first() {
        // A text of so many bytes; -1 is none at all.
        Some(b'$' | b'=' | b'!') => match usize::try_from(count().unwrap_or(-1)) {
            Ok(size) => (bytes.len() >= at + size + 2).then_some(at + size + 2),
            Err(_) => Some(at),
        },
        Some(kind @ (b'*' | b'%' | b'~' | b'>')) => {
            let parts = count().unwrap_or(0).max(0) * if *kind == b'%' { 2 } else { 1 };
            for _ in 0..parts {
                at += length(&bytes[at..])?;
            }
            Some(at)
        }
        // Everything else is one line, a command typed by hand too.
        _ => Some(at),
    }
}

/// The first line without its end, and where the next one begins.
fn line(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((&bytes[..end], end + 2))
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_message_ends_where_its_last_part_does() {
        for whole in [
            "+OK\r\n",
            "-LOADING wait\r\n",
            ":12\r\n",
            "$3\r\nabc\r\n",
            "$-1\r\n",
            "*-1\r\n",
            "*0\r\n",
            "*2\r\n$4\r\nPING\r\n$0\r\n\r\n",
            "*2\r\n*1\r\n:1\r\n$2\r\n\r\n\r\n",
            "%1\r\n+a\r\n*2\r\n:1\r\n_\r\n",
        ] {
            assert_eq!(length(whole.as_bytes()), Some(whole.len()), "{whole:?}");
            assert_eq!(
                length(format!("{whole}+next\r\n").as_bytes()),
                Some(whole.len()),
                "{whole:?}"
            );
            for cut in 0..whole.len() {
                assert_eq!(length(&whole.as_bytes()[..cut]), None, "{whole:?} cut at {cut}");
            }
        }
    }
}
