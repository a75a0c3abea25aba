//! The answer of a write.

use serde::Deserialize;
use serde_json::Value;

use super::{Body, Fields, FromBody, Scalar, object, read};

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
    /// The privacy purchase beside it, only with `purchase-privacy=true`; may have failed where the outer call did not.
    #[serde(deserialize_with = "super::part")]
    pub privacydetails: Option<PrivacyPart>,
}

/// The `privacydetails` of an action response: its own status and words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PrivacyPart {
    /// `error` where it failed.
    pub status: Scalar,
    /// `Privacy Protection Service not available.` and kin.
    pub error: Scalar,
    /// The same in the other envelope.
    pub message: Scalar,
    /// The action's id.
    pub eaqid: Scalar,
    /// What it costs the customer; a negative decimal.
    pub sellingamount: Scalar,
}

impl PrivacyPart {
    /// Why privacy was not bought, in the provider's words.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        let said = self.error.text().filter(|text| !text.eq_ignore_ascii_case("NoError"));
        match said {
            Some(text) => Some(text),
            None if self.status.is("error") => Some(self.message.text().unwrap_or("it failed")),
            None => None,
        }
    }
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
            let mut inner: Self = read(inner)?;
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
        if let Some(privacy) = &mut self.privacydetails {
            visit(privacy.error.text_mut());
            visit(privacy.message.text_mut());
        }
    }

    /// Whether it tells of an order or an action: the provider has something of ours, whatever else it says.
    #[must_use]
    pub fn has_order(&self) -> bool {
        self.entityid.id().is_some() || self.eaqid.id().is_some()
    }
}

/// Must tell of an order or an action; what it doesn't hold is empty.
impl FromBody for ActionResponse {
    fn from_body(body: &Body) -> Result<Self, String> {
        let order = Self::from_fields(object(body)?)?;
        if order.has_order() {
            Ok(order)
        } else {
            Err("neither `entityid` nor `eaqid`".to_owned())
        }
    }
}
