//! Answers as Name.com writes them.
//!
//! Every answer is an object with `result` and, beside it and not inside, the call's own keys (fact sheet 2). Unknown
//! keys are ignored. A required one that is missing, or of another shape, is an error that names its place and keeps the
//! envelope's words; it never quotes a value.
//!
//! Tags as in the fact sheet: \[S\] the vendor's document, \[D\] a copy of it with the pictures, \[P\] seen in public
//! clients, \[I\] inferred.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use super::contact::Contact;
pub use super::scalar::Stamp;
use super::scalar::{
    boolean, boolean_if, decimal, list, map, stamp_if, text, text_or_empty, whole, whole_if, whole_of,
};

/// The code of "Command Successful" \[S\].
pub const SUCCESS: u64 = 100;

/// `result`: the verdict, whatever the HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// 100, or a code of `error`'s table; a number, perhaps in a string \[I:md\].
    pub code: u64,
    /// In the provider's words; not scrubbed yet.
    pub message: String,
}

impl Verdict {
    /// Reads it; `None` where the answer has no envelope.
    #[must_use]
    pub fn of(json: &Value) -> Option<Self> {
        let result = json.get("result")?;
        Some(Self {
            code: whole_of(result.get("code")?)?,
            message: result
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        })
    }
}

/// Reads the keys beside `result`.
///
/// # Errors
/// Which key is missing or of another shape; no value is quoted.
pub fn read<T: DeserializeOwned>(json: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let (place, inner) = (error.path().to_string(), error.inner().to_string());
        // serde names a missing key, and quotes the value of any other fault.
        match inner.strip_prefix("missing field ") {
            Some(rest) => {
                let key = rest.split_whitespace().next().unwrap_or_default();
                format!("the answer lacks {key} at {place}")
            }
            None => format!("the answer is of another shape at {place}"),
        }
    })
}

/// Whose something is. Half of the credentials, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Username(pub String);

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Username(***)")
    }
}

/// No keys of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Nothing {}

/// `login` \[S\].
#[derive(Debug, Deserialize)]
pub struct Session {
    /// 40 hex digits; good for the header `Api-Session-Token`. How long it lives is not documented.
    pub session_token: SecretString,
}

/// `hello` \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Hello {
    /// "Name.com API Server", or "Name.com API Test Server" \[P\].
    pub service: String,
    /// The server's time, in its unknown zone.
    pub server_date: Stamp,
    /// "2.0".
    #[serde(deserialize_with = "text")]
    pub version: String,
    /// "en".
    pub language: String,
    /// The address as the provider sees it: what has to stand on its allow-list.
    pub client_ip: String,
}

/// `account/get` \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// The user name.
    pub username: Username,
    /// When the account was opened.
    pub create_date: Stamp,
    /// How many domains; a string on the wire.
    #[serde(deserialize_with = "whole")]
    pub domain_count: u64,
    /// Money at hand, a decimal; a string on the wire. The currency is not told.
    #[serde(deserialize_with = "decimal")]
    pub account_credit: String,
    /// The account's own contacts.
    #[serde(default, deserialize_with = "list")]
    pub contacts: Vec<Contact>,
}

/// `whois_privacy` of a domain \[D\]\[P\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Privacy {
    /// A boolean, or "1" and "0" \[P\].
    #[serde(deserialize_with = "boolean")]
    pub enabled: bool,
    /// When it ends; it has a term of its own.
    #[serde(default, deserialize_with = "stamp_if")]
    pub expire_date: Option<Stamp>,
}

/// `domain/get` \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Domain {
    /// The name.
    pub domain_name: String,
    /// When it was registered.
    pub create_date: Stamp,
    /// When it ends.
    pub expire_date: Stamp,
    /// Whether it is locked against transfers.
    #[serde(deserialize_with = "boolean")]
    pub locked: bool,
    /// Its name servers.
    #[serde(default, deserialize_with = "list")]
    pub nameservers: Vec<String>,
    /// Whose it is: the account's, or a sub-account's.
    pub username: Username,
    /// Its contacts.
    #[serde(default, deserialize_with = "list")]
    pub contacts: Vec<Contact>,
    /// Newer answers only \[P\].
    #[serde(default)]
    pub whois_privacy: Option<Privacy>,
    /// Newer answers only \[P\].
    #[serde(default, deserialize_with = "boolean_if")]
    pub auto_renew: Option<bool>,
}

/// What a further product for a domain costs \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// A decimal for a year; the currency is not told.
    #[serde(deserialize_with = "decimal")]
    pub price: String,
}

/// A domain in `domain/list` \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Its top-level domain.
    pub tld: String,
    /// When it was registered.
    pub create_date: Stamp,
    /// When it ends.
    pub expire_date: Stamp,
    /// Where it has or had privacy.
    #[serde(default)]
    pub whois_privacy: Option<Privacy>,
    /// By product: `domain/renew`, `whois_privacy/renew`, `whois_privacy`.
    #[serde(default, deserialize_with = "map")]
    pub addons: BTreeMap<String, Price>,
}

/// `domain/list` \[D\]: by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Domains {
    /// The account's domains; `[]` on the wire where there is none \[P\].
    #[serde(deserialize_with = "map")]
    pub domains: BTreeMap<String, Listed>,
}

/// Whether and for how much a name can be had \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Availability {
    /// Whether it is free.
    #[serde(deserialize_with = "boolean")]
    pub avail: bool,
    /// Its top-level domain.
    pub tld: String,
    /// A decimal for a year; of a backorder where `avail` is false and `backorder` true.
    #[serde(deserialize_with = "decimal")]
    pub price: String,
    /// A registry's premium name.
    #[serde(deserialize_with = "boolean")]
    pub premium: bool,
    /// Whether it can be backordered.
    #[serde(deserialize_with = "boolean")]
    pub backorder: bool,
}

/// `domain/check` \[D\]: by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Checked {
    /// What was asked for.
    #[serde(default, deserialize_with = "map")]
    pub domains: BTreeMap<String, Availability>,
    /// Others, if asked for.
    #[serde(default, deserialize_with = "map")]
    pub suggested: BTreeMap<String, Availability>,
}

/// A DNS record: strings in the list, numbers in the answer to its making \[P\]\[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// Its number.
    #[serde(deserialize_with = "text")]
    pub record_id: String,
    /// The full name.
    pub name: String,
    /// `A`, `MX`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    #[serde(deserialize_with = "text")]
    pub content: String,
    /// Seconds.
    #[serde(deserialize_with = "whole")]
    pub ttl: u64,
    /// When it was made.
    pub create_date: Stamp,
    /// Of an MX or SRV record.
    #[serde(default, deserialize_with = "whole_if")]
    pub priority: Option<u64>,
}

/// `dns/list` \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Records {
    /// The zone.
    #[serde(deserialize_with = "list")]
    pub records: Vec<Record>,
}

/// `host/list` \[D\]: addresses by full name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Hosts {
    /// `[]` on the wire where there is none \[I:md\].
    #[serde(deserialize_with = "map")]
    pub hosts: BTreeMap<String, Vec<String>>,
}

/// What became of one product of an order \[D\].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// The only thing that says yes.
    #[serde(deserialize_with = "boolean")]
    pub success: bool,
    /// As echoed: `domain/renewal` for `domain/renew`.
    pub order_type: String,
    /// The name.
    pub domain_name: String,
    /// A decimal, whether it succeeded or not.
    #[serde(default, deserialize_with = "text_or_empty")]
    pub price: String,
    /// Years; `period` for a backorder.
    #[serde(default, alias = "period", deserialize_with = "whole_if")]
    pub duration: Option<u64>,
    /// Why not; only on failure.
    #[serde(default, deserialize_with = "list")]
    pub information: Vec<String>,
}

/// `order` \[D\]. Not one to one with what was ordered: privacy adds rows of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Results {
    /// The rows.
    pub results: Vec<Row>,
}
