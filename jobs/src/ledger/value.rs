//! Reading Redis' answers: what is not as expected reads as nothing, never as a panic.

use redis::Value;

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => text.clone(),
        Value::Okay => "OK".to_owned(),
        Value::Int(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The text, or `None` for nil.
pub(super) fn opt_text(value: &Value) -> Option<String> {
    (!matches!(value, Value::Nil)).then(|| text(value))
}

pub(super) fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Boolean(yes) => Some(i64::from(*yes)),
        Value::BulkString(_) | Value::SimpleString(_) => {
            let text = text(value);
            // Scores come as text, and large ones with an exponent.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "scores are whole milliseconds, below 2^53"
            )]
            text.parse()
                .ok()
                .or_else(|| text.parse::<f64>().ok().map(|number| number as i64))
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "scores are whole milliseconds, below 2^53"
        )]
        Value::Double(number) => Some(*number as i64),
        _ => None,
    }
}

/// A number that cannot be negative; 0 if it is none.
pub(super) fn uint(value: &Value) -> u64 {
    int(value).and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
}

pub(super) fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) | Value::Set(items) => items,
        _ => &[],
    }
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(text).collect()
}

/// Pending signals, `<length>:<text>` one after another.
pub(super) fn signals(raw: &str) -> Vec<String> {
    let mut rest = raw;
    let mut found = Vec::new();
    while let Some((size, tail)) = rest.split_once(':') {
        let Some((signal, tail)) = size.parse().ok().and_then(|size: usize| tail.split_at_checked(size)) else {
            break;
        };
        found.push(signal.to_owned());
        rest = tail;
    }
    found
}

/// Members with scores, or fields with values: flat in RESP2, nested or a map in RESP3.
pub(super) fn pairs(value: &Value) -> Vec<(&Value, &Value)> {
    match value {
        Value::Map(entries) => entries.iter().map(|(key, value)| (key, value)).collect(),
        Value::Array(items) if items.iter().any(|item| matches!(item, Value::Array(_))) => items
            .iter()
            .filter_map(|item| Some((list(item).first()?, list(item).get(1)?)))
            .collect(),
        Value::Array(items) => items.chunks_exact(2).map(|pair| (&pair[0], &pair[1])).collect(),
        _ => Vec::new(),
    }
}
