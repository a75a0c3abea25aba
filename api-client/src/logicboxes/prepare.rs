//! Finds or makes the customer and the contacts that an order needs, each once.
//!
//! Adding a contact has no guard and duplicates are allowed, so it is looked for first, by all of its fields; after an
//! answer that was lost, calling again looks again and finds what was added. A customer's user name is unique, which is
//! guard enough. Nothing here costs money. One caller at a time for one contact: two at once would both find nothing.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::client::{Client, ContactFields, ContactQuery, CustomerFields, Reads, SignupVersion, WriteError};
use super::order::later;
use super::tlds::{Role, no_contact};
use super::wire::ContactDetails;
use crate::failure::{Failure, unread};
use crate::http::{SendError, Visit};
use crate::model::digest;
use crate::provider::{
    ContactIds, ContactProfile, Doubt, NotSent, Preparation, Prepared, Rejection, Trouble, WantedContact,
};

/// Rows of one page of the contact search.
const PAGE_ROWS: u32 = 100;
/// Pages read before the search is called too long to tell whether a contact is there.
const PAGES_MAX: u32 = 20;

/// Why a customer or a contact is not ready. Texts hold no secrets.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PrepareError {
    /// The look-up gave no answer; nothing was added. Later again.
    #[error("the look-up failed: {}", .0.detail)]
    Lookup(Trouble),
    /// Surely nothing left. Later again.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The provider refuses the data, or the answer is not known: for the latter, calling again looks first.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// No answer came: calling again looks first.
    #[error("no answer: {0}")]
    Lost(String),
}

impl From<Trouble> for PrepareError {
    fn from(trouble: Trouble) -> Self {
        Self::Lookup(trouble)
    }
}

impl From<SendError> for PrepareError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotSent(why) => Self::NotSent(why),
            SendError::Unknown(why) => Self::Lost(why),
        }
    }
}

impl From<PrepareError> for Failure {
    fn from(error: PrepareError) -> Self {
        let doubt = |detail, unlisted| Self::Unknown(Doubt { detail, unlisted });
        match error {
            PrepareError::Lookup(trouble) => unread(trouble),
            PrepareError::NotSent(detail) => Self::NotSent(NotSent { detail }),
            PrepareError::Lost(detail) => doubt(detail, false),
            PrepareError::Write(WriteError::Refused {
                class,
                message,
                retry_after,
            }) => Self::Rejected(Rejection {
                class,
                message,
                retry_after,
            }),
            PrepareError::Write(WriteError::Unknown { detail, unlisted, .. }) => doubt(detail, unlisted),
            // No word about an id in it.
            PrepareError::Write(WriteError::AlreadySo(message)) => doubt(message, true),
        }
    }
}

/// The contacts of a purchase, each looked for and added only if absent; `known` are the ids of earlier calls.
///
/// # Errors
/// [`Failure`], as [`crate::provider::Provider::prepare`] has it.
pub(super) async fn contacts(
    client: &Client,
    via: &mut Visit,
    wanted: &Preparation,
    known: &BTreeMap<String, String>,
) -> Result<Prepared, Failure> {
    let mut by_digest = known.clone();
    let mut ids = Vec::new();
    for (role, want) in roles(wanted) {
        let id = match want {
            None => None,
            Some(WantedContact::Id(id)) => Some(id.clone()),
            Some(WantedContact::Profile(profile)) => {
                let digest = digest_of(wanted, role, profile);
                match by_digest.get(&digest) {
                    Some(id) => Some(id.clone()),
                    None => {
                        let made = contact(client, via, &wanted.customer, &wanted.domain, role, profile).await?;
                        by_digest.extend(made.clone().map(|id| (digest, id)));
                        made
                    }
                }
            }
        };
        ids.push(id);
    }
    let mut ids = ids.into_iter();
    let mut next = || ids.next().flatten();
    Ok(Prepared {
        contacts: ContactIds {
            registrant: next(),
            admin: next(),
            tech: next(),
            billing: next(),
        },
        by_digest,
    })
}

/// The digests of the contacts that a preparation may have to make.
pub(super) fn digests(wanted: &Preparation) -> Vec<String> {
    let mut all: Vec<String> = roles(wanted)
        .into_iter()
        .filter_map(|(role, want)| match want {
            Some(WantedContact::Profile(profile)) => Some(digest_of(wanted, role, profile)),
            Some(WantedContact::Id(_)) | None => None,
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Who is wanted in each role: the registrant where nobody is said, though perhaps as a contact of another type; nobody
/// where the TLD has no such role.
fn roles(wanted: &Preparation) -> [(Role, Option<&WantedContact>); 4] {
    let contacts = &wanted.contacts;
    [
        (Role::Registrant, &contacts.registrant),
        (Role::Admin, &contacts.admin),
        (Role::Tech, &contacts.tech),
        (Role::Billing, &contacts.billing),
    ]
    .map(|(role, want)| {
        let want = want.as_ref().or(contacts.registrant.as_ref());
        (role, want.filter(|_| !no_contact(&wanted.domain, role)))
    })
}

/// A contact is another one with another customer, type, field or detail.
fn digest_of(wanted: &Preparation, role: Role, profile: &ContactProfile) -> String {
    let kind = profile.type_for(&wanted.domain, role);
    let fields = profile.fields(kind);
    let pairs = profile.pairs();
    let optional = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    let all = [
        wanted.customer.clone(),
        kind.to_owned(),
        fields.name.clone(),
        fields.company.clone(),
        fields.email.clone(),
        fields.address1.clone(),
        optional(&fields.address2),
        optional(&fields.address3),
        fields.city.clone(),
        optional(&fields.state),
        fields.country.clone(),
        fields.zip.clone(),
        fields.phone_cc.clone(),
        fields.phone.clone(),
        optional(&fields.fax_cc),
        optional(&fields.fax),
    ];
    let pairs = pairs.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);
    digest(all.iter().map(String::as_str).chain(pairs))
}

/// The id of the customer with this user name, who signs up if there is none.
///
/// # Errors
/// [`PrepareError`]; every case may be tried again.
pub async fn customer(
    client: &Client,
    via: &mut Visit,
    wanted: &CustomerFields,
    password: &SecretString,
) -> Result<String, PrepareError> {
    if let Some(found) = client.reads(Some(via)).customer(&wanted.username).await? {
        return Ok(found.customerid.as_str().to_owned());
    }
    let reply = client
        .customer_signup(via, SignupVersion::First, wanted, password)
        .await?;
    Ok(reply.into_result()?.0)
}

/// The id of a customer's contact with exactly these fields, which is added if there is none. `None`: the TLD wants no
/// contact in this role.
///
/// The type is that of the domain's TLD and role; TLD-specific details go along when it is added, but can't be compared:
/// a contact's details don't show them. So a contact with details is taken for the same only by its other fields.
///
/// # Errors
/// [`PrepareError`]; every case may be tried again.
pub async fn contact(
    client: &Client,
    via: &mut Visit,
    customer: &str,
    domain: &str,
    role: Role,
    wanted: &ContactProfile,
) -> Result<Option<String>, PrepareError> {
    if no_contact(domain, role) {
        return Ok(None);
    }
    let kind = wanted.type_for(domain, role);
    let fields = wanted.fields(kind);
    if let Some(id) = find(&mut client.reads(Some(via)), customer, kind, &fields).await? {
        return Ok(Some(id));
    }
    let reply = client
        .contact_add(via, customer, kind, &fields, &wanted.pairs())
        .await?;
    Ok(Some(reply.into_result()?.0))
}

/// The oldest usable contact of the customer with exactly these fields.
async fn find(
    reads: &mut Reads<'_>,
    customer: &str,
    kind: &str,
    wanted: &ContactFields,
) -> Result<Option<String>, Trouble> {
    let mut found: Vec<u64> = Vec::new();
    let mut seen = 0;
    for page_no in 1..=PAGES_MAX {
        let query = ContactQuery {
            customer,
            rows: PAGE_ROWS,
            page_no,
            name: Some(&wanted.name),
            email: Some(&wanted.email),
            contact_type: Some(kind),
            ..ContactQuery::default()
        };
        let page = reads.contact_search(&query).await?;
        let came = page.rows.len();
        seen += came;
        for row in &page.rows {
            let contact = row.details();
            let usable = !contact.currentstatus.is("Deleted") && !contact.currentstatus.is("Suspended");
            if usable && is_same(&contact, customer, kind, wanted) {
                found.extend(contact.entityid.id().and_then(|id| id.parse::<u64>().ok()));
            }
        }
        if seen >= page.total as usize {
            return Ok(found.into_iter().min().map(|id| id.to_string()));
        }
        if came == 0 {
            break;
        }
    }
    Err(later("the contact search is not complete"))
}

/// Whether a contact has all of these fields, and no others; a fax is told by neither details nor search. A name in
/// another letter case is another contact: it would stand otherwise in whois.
fn is_same(contact: &ContactDetails, customer: &str, kind: &str, wanted: &ContactFields) -> bool {
    let optional = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let pairs = [
        (&contact.customerid, customer.to_owned()),
        (&contact.contact_type, kind.to_owned()),
        (&contact.name, wanted.name.trim().to_owned()),
        (&contact.company, wanted.company.trim().to_owned()),
        (&contact.emailaddr, wanted.email.trim().to_owned()),
        (&contact.address1, wanted.address1.trim().to_owned()),
        (&contact.address2, optional(&wanted.address2)),
        (&contact.address3, optional(&wanted.address3)),
        (&contact.city, wanted.city.trim().to_owned()),
        (&contact.state, optional(&wanted.state)),
        (&contact.country, wanted.country.trim().to_owned()),
        (&contact.zip, wanted.zip.trim().to_owned()),
        (&contact.telnocc, wanted.phone_cc.clone()),
        (&contact.telno, wanted.phone.clone()),
    ];
    pairs.iter().all(|(there, here)| there.as_str() == here)
}
