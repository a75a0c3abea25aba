//! Contacts and clients as they are shown. Their `Debug` shows ids, and nobody's data.

use std::fmt;

use serde_json::Value;

use super::Node;

/// `ViewRegistrant`'s data: documented keys, and those that were seen (fact sheet 2.2 B3).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RegistrantContact {
    /// `registrantContactId`, where it is told.
    pub id: Option<String>,
    /// `name`
    pub name: String,
    /// `emailAddress`, documented as `EmailAdress`.
    pub email: String,
    /// `companyName`
    pub company: Option<String>,
    /// `address1` to `address3` \[P\], or `Address` \[S\]: the lines that are not empty.
    pub address: Vec<String>,
    /// `city`
    pub city: Option<String>,
    /// `stateName`
    pub state: Option<String>,
    /// `countryName`: in English and in full.
    pub country: Option<String>,
    /// `postalCode` or `zipCode` \[P\], `Zip` \[S\].
    pub zip: Option<String>,
    /// `phoneCode` \[P\], `PhoneNo_cc` \[S\].
    pub phone_cc: Option<String>,
    /// `phoneNo`
    pub phone: Option<String>,
    /// `Faxno_cc`
    pub fax_cc: Option<String>,
    /// `FaxNo`
    pub fax: Option<String>,
    /// `Alternate_Phone_cc`
    pub other_phone_cc: Option<String>,
    /// `Alternate_Phone`
    pub other_phone: Option<String>,
    /// `clientId`
    pub client: Option<String>,
    /// `kycStatus`
    pub kyc_status: Option<String>,
}

impl RegistrantContact {
    /// Reads it.
    ///
    /// # Errors
    /// The name of what is missing: a contact has a name and a mail address.
    pub fn of(data: &Value) -> Result<Self, &'static str> {
        let node = Node::new(data);
        let lines = ["address1", "address2", "address3"].map(|line| node.text_at(&[line]));
        let mut address: Vec<String> = lines.into_iter().flatten().collect();
        if address.is_empty() {
            address.extend(node.text_at(&["address"]));
        }
        Ok(Self {
            id: node.id_at(&["registrantContactId"]),
            name: node.need_text(&["name"])?,
            email: node.need_text(&["emailAddress", "EmailAdress"])?,
            company: node.text_at(&["companyName"]),
            address,
            city: node.text_at(&["city"]),
            state: node.text_at(&["stateName"]),
            country: node.text_at(&["countryName"]),
            zip: node.text_at(&["postalCode", "zipCode", "zip"]),
            phone_cc: node.text_at(&["phoneCode", "PhoneNo_cc"]),
            phone: node.text_at(&["phoneNo"]),
            fax_cc: node.text_at(&["Faxno_cc"]),
            fax: node.text_at(&["FaxNo"]),
            other_phone_cc: node.text_at(&["Alternate_Phone_cc", "alternatePhone_cc"]),
            other_phone: node.text_at(&["Alternate_Phone", "alternatePhone"]),
            client: node.id_at(&["clientId"]),
            kyc_status: node.text_at(&["kycStatus"]),
        })
    }
}

impl fmt::Debug for RegistrantContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrantContact")
            .field("id", &self.id)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// A row of `registrantsearchlist`.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// `registrantContactId`
    pub id: String,
    /// `name`
    pub name: Option<String>,
    /// `emailaddress`
    pub email: Option<String>,
    /// `city`
    pub city: Option<String>,
    /// `stateName`
    pub state: Option<String>,
    /// `countryName`
    pub country: Option<String>,
    /// `actionStatus`
    pub status: Option<String>,
    /// `domainCount`: how many domains have it.
    pub domains: Option<i64>,
}

impl ContactRow {
    /// Reads one.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(node: Node<'_>) -> Result<Self, &'static str> {
        Ok(Self {
            id: node.need_id(&["registrantContactId"])?,
            name: node.text_at(&["name"]),
            email: node.text_at(&["emailAddress", "EmailAdress"]),
            city: node.text_at(&["city"]),
            state: node.text_at(&["stateName"]),
            country: node.text_at(&["countryName"]),
            status: node.text_at(&["actionStatus"]),
            domains: node.get(&["domainCount"]).and_then(Node::integer),
        })
    }
}

impl fmt::Debug for ContactRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactRow")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("domains", &self.domains)
            .finish_non_exhaustive()
    }
}

/// `ViewClient`'s data. The password that comes with it is dropped unread.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientView {
    /// `clientId`
    pub id: String,
    /// `resellerId`
    pub reseller: Option<String>,
    /// `userName`: the mail address.
    pub user_name: Option<String>,
    /// `firstName`
    pub name: Option<String>,
    /// `companyName`
    pub company: Option<String>,
    /// `address`
    pub address: Option<String>,
    /// `city`
    pub city: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `country`
    pub country: Option<String>,
    /// `zip`
    pub zip: Option<String>,
    /// `phoneNo_cc`
    pub phone_cc: Option<String>,
    /// `phoneNo`
    pub phone: Option<String>,
    /// `faxno_cc`
    pub fax_cc: Option<String>,
    /// `faxNo`
    pub fax: Option<String>,
    /// `alternate_Phone_cc`
    pub other_phone_cc: Option<String>,
    /// `alternate_Phone`
    pub other_phone: Option<String>,
}

impl ClientView {
    /// Reads it.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(data: &Value) -> Result<Self, &'static str> {
        let node = Node::new(data);
        Ok(Self {
            id: node.need_id(&["clientId"])?,
            reseller: node.id_at(&["resellerId"]),
            user_name: node.text_at(&["userName", "emailAddress"]),
            name: node.text_at(&["firstName"]),
            company: node.text_at(&["companyName"]),
            address: node.text_at(&["address", "address1"]),
            city: node.text_at(&["city"]),
            state: node.text_at(&["state", "stateName"]),
            country: node.text_at(&["country", "countryName"]),
            zip: node.text_at(&["zip"]),
            phone_cc: node.text_at(&["phoneNo_cc"]),
            phone: node.text_at(&["phoneNo"]),
            fax_cc: node.text_at(&["faxno_cc"]),
            fax: node.text_at(&["faxNo"]),
            other_phone_cc: node.text_at(&["alternate_Phone_cc", "alternatePhone_cc"]),
            other_phone: node.text_at(&["alternate_Phone", "alternatePhone"]),
        })
    }
}

impl fmt::Debug for ClientView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientView")
            .field("id", &self.id)
            .field("reseller", &self.reseller)
            .finish_non_exhaustive()
    }
}

/// A row of `clientsearchlist`.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// `entryId`: the client's id.
    pub id: String,
    /// `customerName`
    pub name: Option<String>,
    /// `emailId`
    pub email: Option<String>,
    /// `city`
    pub city: Option<String>,
    /// `country`
    pub country: Option<String>,
    /// `status`
    pub status: Option<String>,
}

impl ClientRow {
    /// Reads one.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(node: Node<'_>) -> Result<Self, &'static str> {
        Ok(Self {
            id: node.need_id(&["entryId", "clientId"])?,
            name: node.text_at(&["customerName"]),
            email: node.text_at(&["emailId", "userName"]),
            city: node.text_at(&["city"]),
            country: node.text_at(&["country", "countryName"]),
            status: node.text_at(&["status"]),
        })
    }
}

impl fmt::Debug for ClientRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientRow")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The id in `DefaultRegistrantContact`'s data \[P\].
///
/// # Errors
/// Its name, where it is missing.
pub fn contact_id(data: &Value) -> Result<String, &'static str> {
    Node::new(data).need_id(&["registrantContactId"])
}
