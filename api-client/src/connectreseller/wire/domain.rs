//! Domains as they are shown: the domain object, a transfer's state, the list's rows.

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

use super::Node;

/// The most name servers a domain has (fact sheet 2.4).
pub const NAMESERVERS_MAX: usize = 13;

/// The domain object of `ViewDomain` and `ViewDomainById` (fact sheet 2.4). Its `Debug` does not show the secret.
#[derive(Debug, Clone)]
pub struct Domain {
    /// `domainNameId`
    pub id: String,
    /// `websiteName`, lower case.
    pub name: String,
    /// `customerId`
    pub customer: String,
    /// `status`, as sorted by [`Standing::of`].
    pub standing: Standing,
    /// `status` as written, trimmed.
    pub status: Option<String>,
    /// `orderDate`
    pub ordered: Option<Timestamp>,
    /// `creationDate`
    pub created: Option<Timestamp>,
    /// `lastUpdatedDate`
    pub updated: Option<Timestamp>,
    /// `expirationDate`, not yet checked for sense.
    pub expiry: Option<Timestamp>,
    /// `websiteId`, which the calls for DNS and forwarding want.
    pub website_id: Option<String>,
    /// `nameserver1` to `nameserver13`, without the empty ones; lower case.
    pub nameservers: Vec<String>,
    /// `authCode`: the EPP secret.
    pub auth_code: Option<SecretString>,
    /// `isDomainLocked`
    pub locked: Option<bool>,
    /// `isThiefProtected`
    pub theft_protected: Option<bool>,
    /// `isPrivacyProtection`
    pub privacy: Option<bool>,
    /// `isParked`
    pub parked: Option<bool>,
    /// The four contacts, without `OR_`.
    pub contacts: DomainContacts,
    /// `isRegistrantVerification`: the registrant has answered the verification mail (RAA).
    pub registrant_verified: Option<bool>,
    /// `registrantVerificationDate`
    pub registrant_verified_at: Option<Timestamp>,
    /// `dnszoneStatus`
    pub dns_active: Option<bool>,
    /// `dnszoneId`, which the record calls want; `None` until DNS was activated.
    pub dns_zone_id: Option<String>,
}

/// The contacts of a domain object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainContacts {
    /// `registrantContactId`
    pub registrant: Option<String>,
    /// `adminContactId`
    pub admin: Option<String>,
    /// `technicalContactId`
    pub tech: Option<String>,
    /// `billingContactId`
    pub billing: Option<String>,
}

impl Domain {
    /// Reads it.
    ///
    /// # Errors
    /// The name of the first field that is missing of those that tell whose domain it is.
    pub fn of(data: &Value) -> Result<Self, &'static str> {
        let node = Node::new(data);
        let instant = |names: &[&str]| node.get(names).and_then(Node::instant);
        let boolean = |names: &[&str]| node.get(names).and_then(Node::boolean);
        let status = node.text_at(&["status"]);
        let nameservers = (1..=NAMESERVERS_MAX)
            .filter_map(|number| node.text_at(&[format!("nameserver{number}").as_str()]))
            .map(|host| host.to_ascii_lowercase())
            .collect();
        Ok(Self {
            id: node.need_id(&["domainNameId"])?,
            name: node.need_text(&["websiteName", "domainName"])?.to_ascii_lowercase(),
            customer: node.need_id(&["customerId"])?,
            standing: Standing::of(status.as_deref().unwrap_or_default()),
            status,
            ordered: instant(&["orderDate"]),
            created: instant(&["creationDate"]),
            updated: instant(&["lastUpdatedDate"]),
            expiry: instant(&["expirationDate"]),
            website_id: node.id_at(&["websiteId"]),
            nameservers,
            auth_code: node.get(&["authCode"]).and_then(Node::secret),
            locked: boolean(&["isDomainLocked"]),
            theft_protected: boolean(&["isThiefProtected"]),
            privacy: boolean(&["isPrivacyProtection"]),
            parked: boolean(&["isParked"]),
            contacts: DomainContacts {
                registrant: node.id_at(&["registrantContactId"]),
                admin: node.id_at(&["adminContactId"]),
                tech: node.id_at(&["technicalContactId"]),
                billing: node.id_at(&["billingContactId"]),
            },
            registrant_verified: boolean(&["isRegistrantVerification"]),
            registrant_verified_at: instant(&["registrantVerificationDate"]),
            dns_active: boolean(&["dnszoneStatus"]),
            dns_zone_id: node.id_at(&["dnszoneId"]),
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
    /// `expiryDate`, once it is completed; not checked for sense.
    pub expiry: Option<Timestamp>,
}

impl Sync {
    /// Reads it; `None` without a status.
    #[must_use]
    pub fn of(data: &Value) -> Option<Self> {
        let node = Node::new(data);
        Some(Self {
            status: node.text_at(&["status"])?.to_ascii_lowercase(),
            reason: node.text_at(&["reason"]),
            expiry: node.get(&["expiryDate"]).and_then(Node::instant),
        })
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// `totalCount`: how many there are on all pages, where it is told.
    pub total: Option<i64>,
    /// Those of this page.
    pub rows: Vec<T>,
}

impl<T> Listing<T> {
    /// Reads one; `records` on the wire \[P\], `record` in the document \[S\].
    ///
    /// # Errors
    /// The name of what is missing, in the list or in one of its rows.
    pub fn of(list: &Value, row: impl Fn(Node<'_>) -> Result<T, &'static str>) -> Result<Self, &'static str> {
        let top = Node::new(list);
        let records = top.need(&["records", "record"])?;
        Ok(Self {
            total: top.get(&["totalCount"]).and_then(Node::integer),
            rows: records.items().ok_or("records")?.map(row).collect::<Result<_, _>>()?,
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
    /// `creationDate`
    pub created: Option<Timestamp>,
    /// `expirationDate`, not checked for sense.
    pub expiry: Option<Timestamp>,
    /// `actionStatus`, as written.
    pub status: Option<String>,
    /// `resellerId`
    pub reseller: Option<String>,
    /// `customerId`
    pub customer: Option<String>,
}

impl Row {
    /// Reads one.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(node: Node<'_>) -> Result<Self, &'static str> {
        Ok(Self {
            entry_id: node.id_at(&["entryId"]),
            name: node.need_text(&["domainName"])?.to_ascii_lowercase(),
            created: node.get(&["creationDate"]).and_then(Node::instant),
            expiry: node.get(&["expirationDate"]).and_then(Node::instant),
            status: node.text_at(&["actionStatus"]),
            reseller: node.id_at(&["resellerId"]),
            customer: node.id_at(&["customerId"]),
        })
    }
}

/// The EPP secret in any of its forms: a text by itself, or under a key that is spelled in two ways \[S\]\[P\].
#[must_use]
pub fn epp_code(data: &Value) -> Option<SecretString> {
    let node = Node::new(data);
    node.get(&["DomainSecretKey", "DomainScretkey"])
        .unwrap_or(node)
        .secret()
}
