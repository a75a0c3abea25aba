//! Customers (§3.5). Their `Debug` tells no person's data.

use std::fmt;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Body, FromBody, Scalar, object, read};

/// `customers/details` and `customers/details-by-id`.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The customer's id.
    pub customerid: Scalar,
    /// Whose customer it is.
    pub resellerid: Scalar,
    /// The user name, a mail address.
    pub username: Scalar,
    /// Mail address.
    pub useremail: Scalar,
    /// Person.
    pub name: Scalar,
    /// Organisation.
    pub company: Scalar,
    /// Street.
    pub address1: Scalar,
    /// City.
    pub city: Scalar,
    /// State or province.
    pub state: Scalar,
    /// Where `state` does not list it.
    pub other_state: Scalar,
    /// ISO 3166-1 alpha-2.
    pub country: Scalar,
    /// Postal code.
    pub zip: Scalar,
    /// Country code of the phone, digits.
    pub telnocc: Scalar,
    /// Phone, digits.
    pub telno: Scalar,
    /// Language of mails.
    pub langpref: Scalar,
    /// By which the customer says who is calling.
    #[serde(deserialize_with = "super::secret")]
    pub pin: Option<SecretString>,
    /// When it signed up.
    #[serde(deserialize_with = "super::epoch")]
    pub creationdt: Option<Timestamp>,
    /// `Active` and kin.
    pub customerstatus: Scalar,
    /// Money it paid so far, a decimal.
    pub totalreceipts: Scalar,
}

impl FromBody for Customer {
    fn from_body(body: &Body) -> Result<Self, String> {
        let customer: Self = read(object(body)?)?;
        match customer.customerid.id() {
            Some(_) => Ok(customer),
            None => Err("no `customerid`".to_owned()),
        }
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("customerid", &self.customerid)
            .field("customerstatus", &self.customerstatus)
            .finish_non_exhaustive()
    }
}

/// A row of `customers/search`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CustomerRow {
    /// The customer's id.
    #[serde(rename = "customer.customerid")]
    pub customerid: Scalar,
    /// The user name, a mail address.
    #[serde(rename = "customer.username")]
    pub username: Scalar,
    /// Person.
    #[serde(rename = "customer.name")]
    pub name: Scalar,
    /// Organisation.
    #[serde(rename = "customer.company")]
    pub company: Scalar,
    /// `Active` and kin.
    #[serde(rename = "customer.customerstatus")]
    pub customerstatus: Scalar,
}

impl fmt::Debug for CustomerRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerRow")
            .field("customerid", &self.customerid)
            .finish_non_exhaustive()
    }
}
