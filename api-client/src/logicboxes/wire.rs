//! What the provider writes, read leniently.
//!
//! Nearly every scalar inside an object is a string, some are JSON numbers, a few are booleans; spaces may trail and
//! letter case varies, in keys and words alike. Whole answers may be a bare number, a bare boolean or a bare word,
//! sometimes not even quoted (fact sheet §2). So keys are lowered before they are matched, every field is a [`Scalar`],
//! and what a field must hold is asked for where it is needed, not here.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use super::scalar::Scalar;

/// An object with its keys in lower case.
pub type Fields = Map<String, Value>;

/// A whole answer, before anybody asked what it should have been.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A JSON object, keys lowered.
    Object(Fields),
    /// A JSON array.
    List(Vec<Value>),
    /// A bare number, boolean, word or JSON string; also the old four-part error text.
    Bare(String),
}

impl Body {
    /// Visits every text in it.
    pub fn each_text(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Object(fields) => fields.values_mut().for_each(|value| each_text(value, visit)),
            Self::List(list) => list.iter_mut().for_each(|value| each_text(value, visit)),
            Self::Bare(text) => visit(text),
        }
    }
}

fn each_text(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(list) => list.iter_mut().for_each(|value| each_text(value, visit)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_text(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reads a body; `None` is a body the API doesn't write (HTML, truncated JSON, nothing at all).
#[must_use]
pub fn parse(body: &[u8]) -> Option<Body> {
    let text = std::str::from_utf8(body).ok()?.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => Some(Body::Object(lower(fields))),
        Ok(Value::Array(list)) => Some(Body::List(list)),
        Ok(Value::Null) => None,
        Ok(Value::String(word)) => Some(Body::Bare(word.trim().to_owned())),
        Ok(Value::Bool(flag)) => Some(Body::Bare(flag.to_string())),
        Ok(Value::Number(number)) => Some(Body::Bare(number.to_string())),
        Err(_) => bare_word(text).then(|| Body::Bare(text.to_owned())),
    }
}

/// One unquoted word, or the old error text. A truncated object or a page is neither.
fn bare_word(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'+');
    let one = !text.is_empty() && text.len() <= 64 && text.bytes().all(word);
    one || (text.contains("#~#") && !text.contains('<'))
}

fn lower(fields: Map<String, Value>) -> Fields {
    fields
        .into_iter()
        .map(|(key, value)| (key.trim().to_ascii_lowercase(), value))
        .collect()
}

/// Reads an object's fields as a type of this room; the error names the field, never its value.
///
/// # Errors
/// The path at which a field isn't what the type says.
pub fn read<T: DeserializeOwned>(fields: &Fields) -> Result<T, String> {
    serde_path_to_error::deserialize(Value::Object(fields.clone())).map_err(|error| format!("at `{}`", error.path()))
}

/// A scalar field of an object, if it is there and is a scalar.
#[must_use]
pub fn scalar(fields: &Fields, key: &str) -> Option<Scalar> {
    fields.get(key).and_then(|value| Scalar::deserialize(value).ok())
}

/// The answer of a write, "action response" (fact sheet §4).
///
/// The invoice fields are absent with `NoInvoice`; with `OnlyAdd` an email call answers *only* `customercost`, `eaqid`,
/// `customerid` and `invoiceid` (§9.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ActionResponse {
    /// The domain.
    pub description: Scalar,
    /// The order id.
    pub entityid: Scalar,
    /// `Add`, `Renew`, `AddEmailAccount`, `DeleteEmailAccount` (§7.1).
    pub actiontype: Scalar,
    /// For people.
    pub actiontypedesc: Scalar,
    /// The action's id: the handle for `actions/search-*`.
    pub eaqid: Scalar,
    /// §7.2; an open list.
    pub actionstatus: Scalar,
    /// The informative part.
    pub actionstatusdesc: Scalar,
    /// Usually repeats `actionstatus`; `ERROR`/`error` for failures.
    pub status: Scalar,
    /// Absent, `NoError`, or a text; may stand beside order data (§8.2).
    pub error: Scalar,
    /// The customer's invoice.
    pub invoiceid: Scalar,
    /// ISO 4217.
    pub sellingcurrencysymbol: Scalar,
    /// A negative decimal.
    pub sellingamount: Scalar,
    /// A negative decimal.
    pub unutilisedsellingamount: Scalar,
    /// The customer.
    pub customerid: Scalar,
    /// With `OnlyAdd`.
    pub customercost: Scalar,
}

impl ActionResponse {
    /// Reads an action response, also one nested under its invoice id (`PayInvoice`, `KeepInvoice`).
    ///
    /// # Errors
    /// The path at which a field isn't a scalar.
    pub fn from_fields(fields: &Fields) -> Result<Self, String> {
        let mut only = fields.iter();
        if let (Some((invoice, Value::Object(inner))), None) = (only.next(), only.next())
            && invoice.bytes().all(|b| b.is_ascii_digit())
        {
            let mut inner: Self = read(&lower(inner.clone()))?;
            if inner.invoiceid.text().is_none() {
                inner.invoiceid = Scalar::from(invoice.as_str());
            }
            return Ok(inner);
        }
        read(fields)
    }

    /// Visits the texts that may leave the crate.
    pub fn each_text(&mut self, visit: &mut dyn FnMut(&mut String)) {
        for field in [
            &mut self.description,
            &mut self.actiontypedesc,
            &mut self.actionstatus,
            &mut self.actionstatusdesc,
            &mut self.status,
            &mut self.error,
        ] {
            visit(field.text_mut());
        }
    }

    /// Whether it tells of an order or an action: the provider has something of ours, whatever else it says.
    #[must_use]
    pub fn has_order(&self) -> bool {
        self.entityid.id().is_some() || self.eaqid.id().is_some()
    }
}

/// `eelite/<region>/details` (§9.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EmailDetails {
    /// The order id.
    pub orderid: Scalar,
    /// The order id again.
    pub entityid: Scalar,
    /// The domain.
    pub domainname: Scalar,
    /// The domain again.
    pub description: Scalar,
    /// `Active`, `InActive`, `Suspended`, `Deleted`, … (§7.3).
    pub currentstatus: Scalar,
    /// `hosting`.
    pub productcategory: Scalar,
    /// `eeliteus`.
    pub productkey: Scalar,
    /// Epoch seconds.
    pub creationtime: Scalar,
    /// Epoch seconds; absent on new or pending orders.
    pub endtime: Scalar,
    /// The customer that holds it.
    pub customerid: Scalar,
    /// Mailboxes; a JSON number.
    pub emailaccounts: Scalar,
    /// The pending action's id; `0` is none.
    pub eaqid: Scalar,
    /// What the pending action is, where shown.
    pub actiontype: Scalar,
    /// Its status, where shown.
    pub actionstatus: Scalar,
    /// Its status in words, where shown.
    pub actionstatusdesc: Scalar,
    /// A deletion was asked for.
    pub isdeletionrequest: Scalar,
    /// Whether it can be deleted.
    pub allowdeletion: Scalar,
}

/// One page of a search: the counters and the rows in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// How many match altogether.
    pub total: u32,
    /// The rows `"1"`, `"2"`, … of this page.
    pub rows: Vec<T>,
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads `recsonpage`, `recsindb` and the numbered rows. A page whose rows don't add up to its own counter is not
    /// believed.
    ///
    /// # Errors
    /// What is missing or doesn't agree.
    pub fn from_fields(fields: &Fields) -> Result<Self, String> {
        let counter = |key| {
            scalar(fields, key)
                .and_then(|s| s.count())
                .ok_or_else(|| format!("no number at `{key}`"))
        };
        let (on_page, total) = (counter("recsonpage")?, counter("recsindb")?);
        let mut rows = Vec::new();
        for (key, value) in fields {
            let Ok(number) = key.parse::<u32>() else { continue };
            let Value::Object(row) = value else {
                return Err(format!("row `{key}` is not an object"));
            };
            rows.push((number, read(&lower(row.clone()))?));
        }
        rows.sort_by_key(|(number, _)| *number);
        if usize::try_from(on_page) != Ok(rows.len()) || total < on_page {
            return Err(format!("{on_page} rows of {total} announced, {} found", rows.len()));
        }
        Ok(Self {
            total,
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        })
    }
}

/// A row of `eelite/<region>/search` (§6: email search is like domain search).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OrderRow {
    /// The order id.
    #[serde(rename = "orders.orderid")]
    pub orderid: Scalar,
    /// Epoch seconds.
    #[serde(rename = "orders.endtime")]
    pub endtime: Scalar,
    /// Epoch seconds.
    #[serde(rename = "orders.creationtime")]
    pub creationtime: Scalar,
    /// The order id again.
    #[serde(rename = "entity.entityid")]
    pub entityid: Scalar,
    /// The customer.
    #[serde(rename = "entity.customerid")]
    pub customerid: Scalar,
    /// The domain.
    #[serde(rename = "entity.description")]
    pub description: Scalar,
    /// §7.3.
    #[serde(rename = "entity.currentstatus")]
    pub currentstatus: Scalar,
}

/// A row of `actions/search-current` and `actions/search-archived` (§3.7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ActionRow {
    /// The action's id.
    pub eaqid: Scalar,
    /// The order it is about.
    pub entityid: Scalar,
    /// The order's product.
    pub entitytypeid: Scalar,
    /// §7.1.
    pub actiontype: Scalar,
    /// For people; names the domain.
    pub actiontypedesc: Scalar,
    /// When it was asked for.
    pub actionadded: Scalar,
    /// When it was begun.
    pub actionstarted: Scalar,
    /// When it ended; `0` before.
    pub actioncompleted: Scalar,
    /// §7.2.
    pub actionstatus: Scalar,
    /// The informative part.
    pub actionstatusdesc: Scalar,
}

/// `billing/reseller-balance` (§3.7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ResellerBalance {
    /// ISO 4217.
    pub sellingcurrencysymbol: Scalar,
    /// Money at hand; a JSON number.
    pub sellingcurrencybalance: Scalar,
    /// Of which reserved.
    pub sellingcurrencylockedbalance: Scalar,
}

/// A domain in the form orders use: ASCII, lower case, no trailing dot. The provider may write an IDN as Unicode.
#[must_use]
pub fn ascii_domain(text: &str) -> Option<String> {
    match url::Host::parse(text.trim().trim_end_matches('.')) {
        Ok(url::Host::Domain(name)) => Some(name),
        _ => None,
    }
}
