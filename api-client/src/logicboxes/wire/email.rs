//! Business Email orders.

use serde::Deserialize;

use super::{Body, FromBody, Scalar, object, read};

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

impl FromBody for EmailDetails {
    fn from_body(body: &Body) -> Result<Self, String> {
        read(object(body)?)
    }
}
