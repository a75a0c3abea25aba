//! What stands around a registration (fact sheet 6.4): the client and the contacts before it, the domain's contacts
//! after it. Nothing here costs money; everything may be done again after a crash.
//!
//! 1. [`ConnectReseller::ensure_client`], where there is no client yet: looked for, added if absent. `UserName` is unique.
//! 2. [`ConnectReseller::prepare_contacts`]: each profile looked for in the client's list, added once if absent. Nothing
//!    at the provider refuses a second one, so the look comes first, every time, and after every doubt.
//! 3. `Order`, which takes no contacts: the domain gets the client's default ones.
//! 4. [`ConnectReseller::apply_contacts`]: the domain's contacts set to those of step 2, unless they are that already.
//!
//! A caller that stores [`Prepared::by_digest`] and hands it in again is spared the looks.

use std::collections::BTreeMap;

use super::ConnectReseller;
use super::client::{ClientParams, DomainContactIds, DomainRef};
use super::profile::Sent;
use super::wire::Domain;
use crate::failure::{Failure, unread};
use crate::http::Visit;
use crate::provider::{
    ContactIds, Doubt, Prepared, Rejection, RejectionClass, Trouble, TroubleKind, WantedContact, WantedContacts,
};

/// Rows a page of the search for a contact.
const ROWS: u16 = 100;

/// Pages of it, at most. Who has a thousand contacts with one mail address has to give an id.
const PAGES: u32 = 10;

/// How a domain came to its contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It had them.
    Already,
    /// They were set, and a look has seen them.
    Set,
}

impl ConnectReseller {
    /// The id of the client of this mail address, which is added if there is none.
    ///
    /// # Errors
    /// [`Failure::NotSent`] where the look failed; otherwise what became of the addition. May be repeated.
    pub async fn ensure_client(&self, via: &mut Visit, params: &ClientParams<'_>) -> Result<String, Failure> {
        let client = self.client();
        let user_name = params.contact.email;
        if let Some(found) = client.view_client(Some(via), user_name).await.map_err(unread)? {
            return Ok(found.id);
        }
        let doubt = match client.add_client(via, params).await {
            Ok(added) => match added.id {
                Some(id) => return Ok(id),
                None => unclear("a client was added, and is not to be seen yet"),
            },
            Err(Failure::Unknown(doubt)) => doubt,
            Err(failure) => return Err(failure),
        };
        match client.view_client(Some(via), user_name).await {
            Ok(Some(found)) => Ok(found.id),
            Ok(None) | Err(_) => Err(Failure::Unknown(doubt)),
        }
    }

    /// The contacts of a client, each looked for and added only if absent. `known` are the ids of an earlier run
    /// ([`Prepared::by_digest`]); two roles of one profile get one contact.
    ///
    /// # Errors
    /// [`Failure::NotSent`] where a look failed, [`Failure::Unknown`] where an addition is neither refused nor to be
    /// seen: may be repeated, with a pause for the provider's list to catch up. [`Failure::Rejected`]: see its class.
    pub async fn prepare_contacts(
        &self,
        via: &mut Visit,
        customer: &str,
        wanted: &WantedContacts,
        known: &BTreeMap<String, String>,
    ) -> Result<Prepared, Failure> {
        let mut by_digest = known.clone();
        let mut ids = [None, None, None, None];
        let roles = [&wanted.registrant, &wanted.admin, &wanted.tech, &wanted.billing];
        for (id, role) in ids.iter_mut().zip(roles) {
            *id = match role {
                None => None,
                Some(WantedContact::Id(given)) => Some(given.clone()),
                Some(WantedContact::Profile(profile)) => {
                    let sent = Sent::of(profile).map_err(|fault| refused(RejectionClass::Invalid, &fault))?;
                    let digest = sent.digest(customer);
                    let found = match by_digest.get(&digest) {
                        Some(found) => found.clone(),
                        None => self.contact(via, customer, &sent).await?,
                    };
                    by_digest.insert(digest, found.clone());
                    Some(found)
                }
            };
        }
        let [registrant, admin, tech, billing] = ids;
        Ok(Prepared {
            contacts: ContactIds {
                admin: admin.or_else(|| registrant.clone()),
                tech: tech.or_else(|| registrant.clone()),
                billing: billing.or_else(|| registrant.clone()),
                registrant,
            },
            by_digest,
        })
    }

    async fn contact(&self, via: &mut Visit, customer: &str, sent: &Sent) -> Result<String, Failure> {
        if let Some(found) = self.find_contact(via, customer, sent).await.map_err(unread)? {
            return Ok(found);
        }
        let added = self
            .client()
            .add_registrant_contact(via, customer, &sent.params())
            .await;
        let doubt = match added {
            Ok(Some(id)) => return Ok(id),
            Ok(None) => unclear("a contact was added, and is not to be seen yet"),
            Err(Failure::Unknown(doubt)) => doubt,
            Err(failure) => return Err(failure),
        };
        match self.find_contact(via, customer, sent).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) | Err(_) => Err(Failure::Unknown(doubt)),
        }
    }

    /// The lowest id of those in the client's list that are this contact: the same one at every look.
    async fn find_contact(&self, via: &mut Visit, customer: &str, sent: &Sent) -> Result<Option<String>, Trouble> {
        let client = self.client();
        let mut candidates = Vec::new();
        for page in 1..=PAGES {
            let list = client
                .registrant_search_list(Some(via), customer, page, ROWS, Some(sent.email()))
                .await?;
            let is_last = list.rows.len() < usize::from(ROWS);
            candidates.extend(
                list.rows
                    .into_iter()
                    .filter(|row| sent.could_be(row.name.as_deref(), row.email.as_deref()))
                    .map(|row| row.id),
            );
            if is_last {
                break;
            }
            if page == PAGES {
                return Err(Trouble {
                    kind: TroubleKind::Garbled,
                    detail: format!(
                        "more than {} contacts answer to this one's mail address",
                        u32::from(ROWS) * PAGES
                    ),
                    retry_after: None,
                });
            }
        }
        // Ids are digits: the shorter one is the lower one.
        candidates.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        candidates.dedup();
        for id in candidates {
            if let Some(shown) = client.view_registrant(Some(via), &id).await?
                && sent.is(&shown)
            {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Sets the contacts of a registered domain. A role without an id is the registrant's, and a registrant without one
    /// stays who it is.
    ///
    /// # Errors
    /// [`Failure::NotSent`] where the look failed; [`Failure::Rejected`] where the domain is not this customer's;
    /// [`Failure::Unknown`] where they are not to be seen afterwards. May be repeated.
    pub async fn apply_contacts(
        &self,
        via: &mut Visit,
        domain: &str,
        customer: &str,
        contacts: &ContactIds,
    ) -> Result<Applied, Failure> {
        let client = self.client();
        let Some(found) = client.view_domain(Some(via), domain).await.map_err(unread)? else {
            return Err(refused(RejectionClass::NotFound, "the domain is not in this account"));
        };
        if found.customer != customer {
            return Err(refused(RejectionClass::NotAllowed, "another customer has the domain"));
        }
        let Some(target) = target(&found, contacts) else {
            return Err(refused(RejectionClass::Invalid, "no registrant is known"));
        };
        if stands(&found, &target) {
            return Ok(Applied::Already);
        }
        let reference = DomainRef {
            id: &found.id,
            name: domain,
        };
        let doubt = match client.update_contact(via, reference, &target).await {
            Ok(_) => unclear("the contacts were set, and are not to be seen yet"),
            Err(Failure::Unknown(doubt)) => doubt,
            Err(failure) => return Err(failure),
        };
        match client.view_domain(Some(via), domain).await {
            Ok(Some(now)) if stands(&now, &target) => Ok(Applied::Set),
            Ok(_) | Err(_) => Err(Failure::Unknown(doubt)),
        }
    }
}

/// An id without `OR_`, as producers may have copied it from the domain object.
fn bare(id: &str) -> &str {
    id.rsplit('_').next().unwrap_or(id)
}

/// What an order's contacts come to on this domain; `None` where no registrant is known.
fn target<'a>(domain: &'a Domain, contacts: &'a ContactIds) -> Option<DomainContactIds<'a>> {
    let registrant = contacts
        .registrant
        .as_deref()
        .or(domain.contacts.registrant.as_deref())?;
    let or = |id: &'a Option<String>| bare(id.as_deref().unwrap_or(registrant));
    Some(DomainContactIds {
        registrant: bare(registrant),
        admin: or(&contacts.admin),
        tech: or(&contacts.tech),
        billing: or(&contacts.billing),
    })
}

/// Whether a domain has the contacts that an order wants of it. One that wants none of its own takes what there is.
pub(super) fn as_wanted(domain: &Domain, contacts: &ContactIds) -> bool {
    *contacts == ContactIds::default() || target(domain, contacts).is_some_and(|target| stands(domain, &target))
}

/// The digests of the profiles among these contacts; one that cannot be sent has none.
pub(super) fn digests(customer: &str, wanted: &WantedContacts) -> Vec<String> {
    let mut all: Vec<String> = [&wanted.registrant, &wanted.admin, &wanted.tech, &wanted.billing]
        .into_iter()
        .filter_map(|role| match role {
            Some(WantedContact::Profile(profile)) => Some(Sent::of(profile).ok()?.digest(customer)),
            Some(WantedContact::Id(_)) | None => None,
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

fn stands(domain: &Domain, target: &DomainContactIds<'_>) -> bool {
    let shown = &domain.contacts;
    [
        (&shown.registrant, target.registrant),
        (&shown.admin, target.admin),
        (&shown.tech, target.tech),
        (&shown.billing, target.billing),
    ]
    .into_iter()
    .all(|(shown, wanted)| shown.as_deref() == Some(wanted))
}

fn refused(class: RejectionClass, message: &str) -> Failure {
    Failure::Rejected(Rejection {
        class,
        message: message.to_owned(),
        retry_after: None,
    })
}

fn unclear(detail: &str) -> Doubt {
    Doubt {
        detail: detail.to_owned(),
        unlisted: false,
    }
}
