//! Domain orders and what is asked about names.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::{Body, Fields, FromBody, Scalar, object, read};

/// `domains/details` and `domains/details-by-name` (§5.2). What the options did not ask for is empty.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct DomainDetails {
    /// The order id.
    pub orderid: Scalar,
    /// The order id again.
    pub entityid: Scalar,
    /// The domain.
    pub domainname: Scalar,
    /// The domain again.
    pub description: Scalar,
    /// The product: `domcno` for .com, `dotuk`, …
    pub productkey: Scalar,
    /// The customer that holds it.
    pub customerid: Scalar,
    /// `InActive`, `Active`, `Suspended`, `Pending Delete Restorable`, `Deleted`, `Archived` (§7.3).
    pub currentstatus: Scalar,
    /// `resellersuspend`, `resellerlock`, `transferlock`, `customerlock`.
    #[serde(deserialize_with = "super::texts")]
    pub orderstatus: Vec<String>,
    /// `sixtydaylock`, `renewhold`.
    #[serde(deserialize_with = "super::texts")]
    pub domainstatus: Vec<String>,
    /// When it was made.
    #[serde(deserialize_with = "super::epoch")]
    pub creationtime: Option<Timestamp>,
    /// When it ends, not checked for sense; absent on new and pending orders.
    #[serde(deserialize_with = "super::end")]
    pub endtime: Option<Timestamp>,
    /// The pending action's id; `0` is none.
    pub eaqid: Scalar,
    /// The pending action (§7.1).
    pub actiontype: Scalar,
    /// The same for people.
    pub actiontypedesc: Scalar,
    /// §7.2.
    pub actionstatus: Scalar,
    /// The informative part, especially of transfers (§10).
    pub actionstatusdesc: Scalar,
    /// Whether the provider renews it by itself.
    pub recurring: Scalar,
    /// Whether it can be deleted.
    pub allowdeletion: Scalar,
    /// `ns1` to `ns13`, in order.
    #[serde(skip)]
    pub nameservers: Vec<String>,
    /// Child name servers and their addresses.
    #[serde(deserialize_with = "super::lists")]
    pub cns: BTreeMap<String, Vec<String>>,
    /// The auth code.
    #[serde(deserialize_with = "super::secret")]
    pub domsecret: Option<SecretString>,
    /// Whether whois privacy is on.
    pub isprivacyprotected: Scalar,
    /// Whether it can be bought.
    pub privacyprotectedallowed: Scalar,
    /// Until when it is paid.
    #[serde(deserialize_with = "super::epoch")]
    pub privacyprotectendtime: Option<Timestamp>,
    /// `Verified`, `Pending`, `Suspended`, `NA`.
    pub raaverificationstatus: Scalar,
    /// The four contacts.
    pub registrantcontactid: Scalar,
    /// As above.
    pub admincontactid: Scalar,
    /// As above.
    pub techcontactid: Scalar,
    /// As above.
    pub billingcontactid: Scalar,
    /// What it costs the customer, a decimal.
    pub customercost: Scalar,
    /// What it costs the reseller, a decimal.
    pub resellercost: Scalar,
}

impl FromBody for DomainDetails {
    fn from_body(body: &Body) -> Result<Self, String> {
        let fields = object(body)?;
        let mut details: Self = read(fields)?;
        details.nameservers = (1..=13)
            .filter_map(|n| super::scalar(fields, &format!("ns{n}")))
            .filter_map(|ns| ns.text().map(str::to_owned))
            .collect();
        for (name, missing) in [
            ("orderid", details.orderid.id().or(details.entityid.id()).is_none()),
            (
                "domainname",
                details.domainname.text().or(details.description.text()).is_none(),
            ),
            ("currentstatus", details.currentstatus.text().is_none()),
        ] {
            if missing {
                return Err(format!("no `{name}`"));
            }
        }
        Ok(details)
    }
}

/// No auth code shows, and no contact.
impl fmt::Debug for DomainDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DomainDetails")
            .field("orderid", &self.orderid)
            .field("domainname", &self.domainname)
            .field("currentstatus", &self.currentstatus)
            .field("endtime", &self.endtime)
            .finish_non_exhaustive()
    }
}

/// A row of `domains/search` and `eelite/<region>/search` (§6).
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
    /// Whether the provider renews it by itself.
    #[serde(rename = "orders.autorenew")]
    pub autorenew: Scalar,
    /// The product: `domcno`, `dotuk`, `eeliteus`, …
    #[serde(rename = "entitytype.entitytypekey")]
    pub entitytypekey: Scalar,
}

/// Whether a name is free (§3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Available {
    /// It can be registered.
    Free,
    /// Registered through this registrar's connection, not necessarily in our account.
    ThroughUs,
    /// Registered elsewhere.
    ThroughOthers,
    /// The registry could not be asked.
    Unknown,
}

/// One name of an availability answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    /// What is said of it.
    pub status: Available,
    /// The product.
    pub classkey: Scalar,
    /// A trademark claim has to be shown and accepted.
    pub tm_claims_key: Option<String>,
    /// Prices of a premium or early-access name: `create`, `renew`, `transfer`, `early_access_fee`, currency.
    pub cost: Option<Fields>,
}

/// `domains/available` and `domains/idn-available`: by full name, lower case.
#[derive(Debug, Clone, PartialEq)]
pub struct Availabilities(pub BTreeMap<String, Availability>);

impl FromBody for Availabilities {
    fn from_body(body: &Body) -> Result<Self, String> {
        let one = |value: &Value| {
            let Value::Object(fields) = value else { return None };
            let status = super::scalar(fields, "status")?;
            let words = [
                ("available", Available::Free),
                ("regthroughus", Available::ThroughUs),
                ("regthroughothers", Available::ThroughOthers),
                ("unknown", Available::Unknown),
            ];
            let status = words.into_iter().find(|(word, _)| status.is(word))?.1;
            let cost = fields.get("costhash").and_then(Value::as_object);
            Some(Availability {
                status,
                classkey: super::scalar(fields, "classkey").unwrap_or_default(),
                tm_claims_key: super::scalar(fields, "tm-claims-key").and_then(|s| s.text().map(str::to_owned)),
                cost: cost.cloned(),
            })
        };
        object(body)?
            .iter()
            .map(|(name, value)| {
                one(value)
                    .map(|seen| (name.clone(), seen))
                    .ok_or_else(|| format!("no known `status` of {name}"))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A name of `domains/v5/suggest-names`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Suggestion {
    /// `available` and kin.
    pub status: Scalar,
    /// Whether its TLD is generally available.
    pub in_ga: Scalar,
    /// How well it fits.
    pub score: Scalar,
    /// Where it came from.
    pub spin: Scalar,
}

/// `domains/v5/suggest-names`, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestions(pub BTreeMap<String, Suggestion>);

impl FromBody for Suggestions {
    fn from_body(body: &Body) -> Result<Self, String> {
        let one = |(name, value): (&String, &Value)| match value {
            Value::Object(fields) => read(fields).map(|seen| (name.clone(), seen)),
            _ => Err(format!("no object at `{name}`")),
        };
        object(body)?.iter().map(one).collect::<Result<_, _>>().map(Self)
    }
}

/// `domains/premium/available`: prices by name, decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PremiumNames(pub BTreeMap<String, Scalar>);

impl FromBody for PremiumNames {
    fn from_body(body: &Body) -> Result<Self, String> {
        read::<BTreeMap<String, Scalar>>(object(body)?).map(Self)
    }
}

/// `domains/locks`: newer answers say `true`, older ones tell who added each lock.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Locks {
    /// Against transfers.
    pub transfer: bool,
    /// By the customer.
    pub customer: bool,
    /// By the reseller.
    pub reseller: bool,
    /// All that was said.
    pub all: Fields,
}

impl FromBody for Locks {
    fn from_body(body: &Body) -> Result<Self, String> {
        let all = object(body)?;
        let set = |name: &str| match all.get(name) {
            Some(Value::Object(_)) => true,
            Some(_) => super::scalar(all, name).and_then(|s| s.flag()) == Some(true),
            None => false,
        };
        Ok(Self {
            transfer: set("transferlock"),
            customer: set("customerlock"),
            reseller: set("resellerlock"),
            all: all.clone(),
        })
    }
}
