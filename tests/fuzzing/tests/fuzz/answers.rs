//! What providers answer to each documented operation: what a call comes to, and by which row of which table.
//!
//! An input is a line `provider operation status` and the body. The oracle of a refusal is written anew here, from the
//! public tables alone: wherever the adapters look, a refusal is believed only if a documented row says it of a text or a
//! code that stands in the answer.

use domorder_api_client::catalogue::{endpoints_of, judge};
use domorder_api_client::endpoint::{CallError, Endpoint};
use domorder_api_client::http::{Answer, CallClass, Redactor};
use domorder_api_client::{connectreseller, logicboxes, namecom};
use domorder_tests_support::fuzz::{Fuzz, Verdict, law};
use secrecy::SecretString;
use serde_json::Value;

use crate::world::{brief, corpus, files};

/// What was sent, and what an answer may echo.
pub(crate) const SECRET: &str = "key-Canary-0001";

/// A recorded or spoilt answer.
pub(crate) struct Given<'a> {
    pub(crate) provider: &'a str,
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl<'a> Given<'a> {
    pub(crate) fn read(input: &'a [u8]) -> Option<Self> {
        let end = input.iter().position(|byte| *byte == b'\n')?;
        let mut head = std::str::from_utf8(&input[..end]).ok()?.split(' ');
        let (provider, operation, status) = (head.next()?, head.next()?, head.next()?.parse().ok()?);
        Some(Self {
            provider,
            endpoint: endpoints_of(provider)?.iter().find(|row| row.name == operation)?,
            status,
            body: &input[end + 1..],
        })
    }

    pub(crate) fn judged(&self) -> Result<Value, CallError> {
        let answer = Answer::recorded(
            self.status,
            self.body.to_vec(),
            Redactor::new([&SecretString::from(SECRET)]),
        );
        judge(self.provider, self.endpoint, &answer).expect("a provider of the catalogue")
    }
}

/// What an answer is tried as that any operation may give.
const ANY: &[&str] = &[
    "Order",
    "RenewalOrder",
    "domains/register",
    "domains/renew",
    "eelite/add",
    "order",
];

/// Every fixture under the operation it is of; what any may answer, under some that spend.
pub(crate) fn fixtures() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (provider, folder) in [
        ("connectreseller", "connectreseller/fixtures"),
        ("logicboxes", "logicboxes/fixtures"),
        ("logicboxes", "logicboxes/fixtures/operations"),
        ("namecom", "namecom/fixtures"),
    ] {
        for (name, body) in files(&format!("api-client/src/{folder}"), "") {
            if name.ends_with(".md") {
                continue;
            }
            let stem = name.split('.').next().unwrap_or_default();
            // `domains.transfer.submit-auth-code.ok.json`, or `order.done.json`.
            let path = name
                .trim_end_matches(".ok.json")
                .trim_end_matches(".no.json")
                .replace('.', "/");
            let rows = endpoints_of(provider).unwrap();
            let is = |row: &&Endpoint| {
                let last = row.name.rsplit('/').next().unwrap_or_default();
                row.name == path || (!folder.ends_with("operations") && last.eq_ignore_ascii_case(stem))
            };
            let mut fitting: Vec<&Endpoint> = rows.iter().filter(is).collect();
            if fitting.is_empty() {
                fitting = rows.iter().filter(|row| ANY.contains(&row.name)).collect();
            }
            for row in fitting {
                let refused = provider == "logicboxes" && (name.starts_with("error.") || name.starts_with("generic."));
                let status = if refused { 500 } else { 200 };
                let mut input = format!("{provider} {} {status}\n", row.name).into_bytes();
                input.extend_from_slice(&body);
                all.push(input);
            }
        }
    }
    all
}

#[test]
fn whatever_a_provider_answers_a_refusal_has_its_row_and_a_success_its_shape() {
    let words = [
        SECRET,
        "statusCode",
        "msgCode",
        "responseData",
        "responseMsg",
        "ERROR",
        "entityid",
        "eaqid",
        "code",
        "result",
    ];
    Fuzz::new("answers", &corpus(), check)
        .seeds(fixtures())
        .words(words)
        .words([
            "Order 200\n",
            "domains/register 500\n",
            "already registered",
            "Invalid Command URL",
            "Insufficient Funds",
        ])
        .holds(brief(60_000));
}

fn check(input: &[u8]) -> Verdict {
    let Some(given) = Given::read(input) else {
        return Ok("no answer".to_owned());
    };
    let came = given.judged();
    let told = match &came {
        Ok(answer) => format!("{answer} {came:?}"),
        Err(error) => format!("{error} {came:?}"),
    };
    law(!told.contains(SECRET), || format!("a secret is told: {told}"))?;
    money(&given, &came)?;
    let kind = match &came {
        Ok(_) => "ok".to_owned(),
        Err(CallError::Refused { message, .. }) => format!("refused {}", message.chars().take(12).collect::<String>()),
        Err(CallError::Unknown(why)) => format!("unknown {}", why.chars().take(16).collect::<String>()),
        Err(error) => format!("{error:?}").chars().take(9).collect(),
    };
    Ok(format!("{} {} {kind}", given.provider, given.endpoint.name))
}

/// What changes something and is said to be refused was refused by a row; what is said to be done looks like it.
pub(crate) fn money(given: &Given<'_>, came: &Result<Value, CallError>) -> Result<(), String> {
    if given.endpoint.class == CallClass::Read {
        return Ok(());
    }
    let json = json_of(given.body);
    match came {
        Ok(_) => law(looks_done(given, json.as_ref()), || {
            "done, says a call whose answer does not look like it".into()
        }),
        Err(CallError::Refused { message, .. }) => law(is_documented(given, json.as_ref()), || {
            format!(
                "{} {} is refused by no row: {message}",
                given.provider, given.endpoint.name
            )
        }),
        Err(_) => Ok(()),
    }
}

pub(crate) fn json_of(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body.trim_ascii()).ok()
}

fn looks_done(given: &Given<'_>, json: Option<&Value>) -> bool {
    let Some(json) = json else {
        // A bare word is an answer of LogicBoxes to some changes.
        return given.provider == logicboxes::NAME
            && given.status / 100 == 2
            && !given.body.trim_ascii().starts_with(b"<");
    };
    match given.provider {
        "connectreseller" => given.status == 200 && numbers(json).iter().any(|n| matches!(n, 200 | 1000 | 1001)),
        "logicboxes" => given.status / 100 == 2,
        _ => given.status == 200 && numbers(json).contains(&100),
    }
}

/// Whether a documented row says no, of any text or code that stands in the answer.
pub(crate) fn is_documented(given: &Given<'_>, json: Option<&Value>) -> bool {
    if given.status == 429 {
        return true;
    }
    match given.provider {
        "connectreseller" => json.is_some_and(|json| connectreseller_row(given.endpoint, json)),
        "logicboxes" => logicboxes_row(given, json),
        _ => json.is_some_and(namecom_row),
    }
}

fn connectreseller_row(endpoint: &Endpoint, json: &Value) -> bool {
    use connectreseller::error::{CODES, Call, Meaning, meaning_of};
    let call = match endpoint.name {
        "Order" => Call::Order,
        "TransferOrder" => Call::Transfer,
        "RenewalOrder" => Call::Renewal,
        "CancelTransfer" => Call::Cancel,
        _ => Call::Change,
    };
    let numbers = numbers(json);
    let by_text = |text: &String| matches!(meaning_of(call, text), Some(Meaning::Rejected(_)));
    let by_code = |row: &&connectreseller::error::CodeRow| {
        row.on.contains(&call) && numbers.contains(&row.code) && matches!(row.meaning, Meaning::Rejected(_))
    };
    // 401 with one of its texts: the key or the address, nothing was executed.
    let credentials = numbers.contains(&401);
    texts(json).iter().any(by_text) || CODES.iter().any(|row| by_code(&row)) || credentials
}

fn logicboxes_row(given: &Given<'_>, json: Option<&Value>) -> bool {
    use logicboxes::error::{Call, Class, listed};
    use logicboxes::message::Message;
    let raw = String::from_utf8_lossy(given.body);
    // The CDN's own page or text, before the API; and credentials by status.
    if raw.to_ascii_lowercase().contains("error code: 1020") || matches!(given.status, 401 | 403) {
        return true;
    }
    let call = Call::of(given.endpoint);
    let says_no = |text: &str| {
        listed(call, &Message::new(text))
            .is_some_and(|row| matches!(row.class, Class::Refused(_) | Class::Absent | Class::AlreadySo))
    };
    json.map_or_else(
        || says_no(&raw),
        |json| texts(json).iter().any(|text| says_no(text)) || says_no(&raw),
    )
}

fn namecom_row(json: &Value) -> bool {
    use namecom::error::{CODES, Call, DETAILS, Meaning, meaning_of_text};
    let calls = [Call::Register, Call::Renew, Call::Privacy, Call::Backorder, Call::Write];
    let numbers = numbers(json);
    let texts = texts(json);
    let by_text = |text: &String| {
        calls
            .iter()
            .any(|call| matches!(meaning_of_text(*call, text), Some(Meaning::Rejected(_))))
    };
    let by_detail = |text: &String| {
        let text = text.to_lowercase();
        DETAILS
            .iter()
            .any(|row| matches!(row.meaning, Meaning::Rejected(_)) && text.contains(row.fragment))
    };
    CODES.iter().any(|row| {
        i64::try_from(row.code).is_ok_and(|code| numbers.contains(&code))
            && (matches!(row.meaning, Meaning::Rejected(_)) || texts.iter().any(by_detail))
    }) || texts.iter().any(by_text)
}

/// Every text in it, whole numbers in texts as well.
fn texts(json: &Value) -> Vec<String> {
    match json {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn numbers(json: &Value) -> Vec<i64> {
    match json {
        Value::Number(number) => number.as_i64().into_iter().collect(),
        Value::String(text) => text.trim().parse().into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Object(map) => map.values().flat_map(numbers).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}
