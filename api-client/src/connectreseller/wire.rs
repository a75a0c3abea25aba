//! Answers as ConnectReseller writes them.
//!
//! The document capitalises keys that the wire writes in camel case, numbers and booleans come as strings, ids with a
//! prefix, and the envelope itself in several forms. So answers are read by [`Node`], which forgives all of that, and
//! not by derived types, which would forgive too little or make everything optional. What is required is required here
//! by name, and missing it is a `None` that the `error` room turns into "garbled" or "unknown".
//!
//! Tags as in the fact sheet: \[S\] the ESHOP document, \[P\] seen in public clients, \[I\] inferred.

use jiff::Timestamp;
use serde_json::Value;

/// A lenient view of a JSON value.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    /// Views a value.
    #[must_use]
    pub fn new(value: &'a Value) -> Self {
        Self(value)
    }

    /// A field by any of its names, in any letter case; the names' order is their precedence. `null` counts as absent.
    #[must_use]
    pub fn get(self, names: &[&str]) -> Option<Node<'a>> {
        let object = self.0.as_object()?;
        names
            .iter()
            .filter_map(|name| {
                object.get(*name).or_else(|| {
                    object
                        .iter()
                        .find(|(key, _)| key.eq_ignore_ascii_case(name))
                        .map(|(_, v)| v)
                })
            })
            .find(|value| !value.is_null())
            .map(Node)
    }

    /// Trimmed text; numbers as they are written. Empty counts as absent.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let text = match self.0 {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// A whole number, or one in a string \[I\].
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        match self.0 {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// An id without its prefix: `OR_30211` is 30211 \[P\].
    #[must_use]
    pub fn id(self) -> Option<String> {
        let text = self.text()?;
        let bare = text.rsplit('_').next().unwrap_or_default();
        (!bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit())).then(|| bare.to_owned())
    }

    /// A boolean, `"true"`, `"False"`, `"1"` or `0` \[P\].
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            Value::Bool(b) => Some(*b),
            _ => match self.text()?.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Some(true),
                "false" | "0" | "no" => Some(false),
                _ => None,
            },
        }
    }

    /// Milliseconds since 1970, as a number or in a string \[P\].
    #[must_use]
    pub fn instant(self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.integer()?).ok()
    }

    /// The value itself.
    #[must_use]
    pub fn value(self) -> &'a Value {
        self.0
    }
}

/// An answer's outer part, in whichever form it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// The standard envelope \[S\].
    Envelope(Envelope),
    /// The key or the calling address was not accepted; nothing was executed \[P\]. Its text.
    Unauthorized(String),
    /// No envelope at all: `SearchDomainList`, or something unknown.
    Bare(Value),
}

/// `responseMsg` and `responseData`.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Of `responseMsg`, else of `responseData`, else of the top \[P\].
    pub code: i64,
    /// In the provider's words; not scrubbed yet.
    pub message: String,
    /// `responseData`, if there is any: `null`, `""`, `{}` and `[]` are none.
    pub data: Option<Value>,
}

impl Body {
    /// Sorts an answer's JSON.
    #[must_use]
    pub fn of(json: Value) -> Self {
        let top = Node::new(&json);
        // `responeMsg` is UpdateNameServer's own spelling [S].
        let outer = top.get(&["responseMsg", "responeMsg"]);
        let data = top.get(&["responseData"]);
        let code = |node: Option<Node<'_>>| node.and_then(|n| n.get(&["statusCode"])).and_then(Node::integer);
        if outer.is_none() && data.is_none() && code(Some(top)) == Some(401) {
            let words = ["statusText", "responseText"].map(|name| top.get(&[name]).and_then(Node::text));
            // The document knows no such answer; the shape is that of public clients, which has these texts.
            if words.iter().any(Option::is_some) {
                return Self::Unauthorized(words.into_iter().flatten().collect::<Vec<_>>().join(": "));
            }
        }
        match code(outer).or_else(|| code(data)).or_else(|| code(Some(top))) {
            Some(code) => {
                let message = [outer, data, Some(top)]
                    .into_iter()
                    .flatten()
                    .find_map(|node| node.get(&["message", "msg"]).and_then(Node::text))
                    .unwrap_or_default();
                let data = data.map(Node::value).filter(|v| !is_nothing(v)).cloned();
                Self::Envelope(Envelope { code, message, data })
            }
            None => Self::Bare(json),
        }
    }
}

impl Envelope {
    /// 200, or EPP's 1000 \[P\].
    #[must_use]
    pub fn succeeded(&self) -> bool {
        matches!(self.code, 200 | 1000)
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The inner verdict of a paid call: an outer 200 only says that the request was taken \[P\].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inner {
    /// `msgCode` (Order) or `statusCode` (the others, there perhaps one level deeper).
    pub code: i64,
    /// In the provider's words; not scrubbed yet.
    pub message: String,
    /// `name` or `domainName`, where the answer says which domain it is about.
    pub name: Option<String>,
}

impl Inner {
    /// Reads it; `None` without a code.
    #[must_use]
    pub fn of(data: &Value) -> Option<Self> {
        let data = Node::new(data);
        // TransferOrder is documented with another `responseMsg` inside, and seen without [S][P].
        let nested = data.get(&["responseMsg"]);
        let verdict = nested.filter(|n| n.get(&["statusCode"]).is_some()).unwrap_or(data);
        Some(Self {
            code: verdict.get(&["msgCode", "statusCode"])?.integer()?,
            message: verdict
                .get(&["message", "msg"])
                .and_then(Node::text)
                .unwrap_or_default(),
            name: data.get(&["name", "domainName", "websiteName"]).and_then(Node::text),
        })
    }
}

/// The domain object of `ViewDomain`, as far as orders need it. Its `authCode` is left where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// `domainNameId`.
    pub id: String,
    /// `websiteName`, lower case.
    pub name: String,
    /// `customerId`.
    pub customer: String,
    /// `status`, as sorted by [`Standing::of`].
    pub standing: Standing,
    /// `creationDate`.
    pub created: Option<Timestamp>,
    /// `expirationDate`, not yet checked for sense.
    pub expiry: Option<Timestamp>,
}

impl Domain {
    /// Reads it; `None` without the fields that tell whose domain it is.
    #[must_use]
    pub fn of(data: &Value) -> Option<Self> {
        let node = Node::new(data);
        Some(Self {
            id: node.get(&["domainNameId"])?.id()?,
            name: node.get(&["websiteName", "domainName"])?.text()?.to_ascii_lowercase(),
            customer: node.get(&["customerId"])?.id()?,
            standing: Standing::of(&node.get(&["status"]).and_then(Node::text).unwrap_or_default()),
            created: node.get(&["creationDate"]).and_then(Node::instant),
            expiry: node.get(&["expirationDate"]).and_then(Node::instant),
        })
    }
}

/// What a domain's `status` comes to for orders (fact sheet 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Registered and held here: `Active` \[S\], `Locked` \[P\], `Suspended` \[S\].
    Held,
    /// Held here, but past its expiry: `Expired`, `Renewal Hold` \[P\], `Pending Delete Restorable` \[S\].
    Lapsed,
    /// No longer here: `Deleted` \[S\], `Domain Transfer-out` \[P\].
    Gone,
    /// Not yet, or not known: `InActive` \[S\], and any word that is not listed.
    Dormant,
}

impl Standing {
    /// Sorts a status word, trimmed and in any letter case.
    #[must_use]
    pub fn of(status: &str) -> Self {
        match status.trim().to_ascii_lowercase().as_str() {
            "active" | "locked" | "suspended" => Self::Held,
            "expired" | "renewal hold" | "pending delete restorable" => Self::Lapsed,
            "deleted" | "domain transfer-out" => Self::Gone,
            _ => Self::Dormant,
        }
    }
}

/// `syncTransfer`'s data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// Lower case.
    pub status: String,
    /// Why it is so; not scrubbed yet.
    pub reason: Option<String>,
}

impl Sync {
    /// Reads it; `None` without a status.
    #[must_use]
    pub fn of(data: &Value) -> Option<Self> {
        let node = Node::new(data);
        Some(Self {
            status: node.get(&["status"])?.text()?.to_ascii_lowercase(),
            reason: node.get(&["reason"]).and_then(Node::text),
        })
    }
}

/// A row of `SearchDomainList`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `entryId`: the domain's id.
    pub entry_id: Option<String>,
    /// `domainName`, lower case.
    pub name: String,
    /// `resellerId`.
    pub reseller: Option<String>,
    /// `customerId`.
    pub customer: Option<String>,
}

/// The rows of `SearchDomainList`, which has no envelope \[S\]; `record` in the document, `records` on the wire \[P\].
#[must_use]
pub fn rows(json: &Value) -> Option<Vec<Row>> {
    let top = Node::new(json);
    top.get(&["totalCount"])?.integer()?;
    let records = top.get(&["records", "record"])?.value().as_array()?;
    records
        .iter()
        .map(|record| {
            let node = Node::new(record);
            Some(Row {
                entry_id: node.get(&["entryId"]).and_then(Node::id),
                name: node.get(&["domainName"])?.text()?.to_ascii_lowercase(),
                reseller: node.get(&["resellerId"]).and_then(Node::id),
                customer: node.get(&["customerId"]).and_then(Node::id),
            })
        })
        .collect()
}

/// The amount in `availablefund`'s data, as written. Its key was seen nowhere \[I\]: a bare number, or the one field
/// whose name speaks of funds or of a balance.
#[must_use]
pub fn amount(data: &Value) -> Option<String> {
    let is_decimal = |text: &String| text.parse::<f64>().is_ok_and(f64::is_finite);
    if let Some(text) = Node::new(data).text() {
        return Some(text).filter(is_decimal);
    }
    let mut found = data.as_object()?.iter().filter(|(key, _)| {
        let key = key.to_ascii_lowercase();
        key.contains("fund") || key.contains("balance")
    });
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Node::new(value).text().filter(is_decimal),
        _ => None,
    }
}
