//! What the provider's messages mean: the catalogue of the fact sheet (§8.1) as data.
//!
//! One row is a fragment of a message, where it may be said, what it means, and where that was learnt. Rows are tried in
//! order and the first that fits decides, so the order is part of the meaning:
//!
//! 1. what says that an effect of ours may already stand. It is never a refusal, whatever else the message holds;
//! 2. money wording, *before* auth-code wording, because one message can contain both;
//! 3. the rest, closest wording first, the general shapes (`{field=msg}`) last.
//!
//! A message in no row, or said where its row doesn't apply, is *unlisted*: on a paid call its effect is unknown, and it
//! counts in a metric. It never becomes a guess.

use super::message::Message;
use crate::endpoint::Endpoint;
use crate::provider::RejectionClass as Refusal;

/// Which kind of call a message came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// `eelite/…/orderid`, `domains/orderid`, `details-by-name`.
    LookupByName,
    /// `eelite/…/details`, `domains/details`, `contacts/details`.
    LookupById,
    /// Every other read: `…/search`, `domains/available`, `billing/reseller-balance`, prices.
    Search,
    /// `actions/search-current`, `actions/search-archived`.
    ActionSearch,
    /// `eelite/…/add`.
    EmailAdd,
    /// `eelite/…/renew`.
    EmailRenew,
    /// `eelite/…/add-email-account`.
    EmailAddAccounts,
    /// `eelite/…/delete-email-account`.
    EmailDeleteAccounts,
    /// `eelite/…/delete`, `domains/delete`, `domains/uk/release`.
    Delete,
    /// `domains/register`.
    Register,
    /// `domains/transfer`, `validate-transfer`.
    Transfer,
    /// `domains/transfer/submit-auth-code`.
    SubmitAuthCode,
    /// `domains/renew`, `domains/restore`.
    Renew,
    /// `domains/modify-ns`.
    ModifyNs,
    /// `domains/modify-contact`.
    ModifyContact,
    /// Other `domains/modify-*`, theft protection, suspensions, calls of one TLD.
    Modify,
    /// `domains/add-cns` and kin.
    ChildNs,
    /// `domains/purchase-privacy`, `modify-privacy-protection`.
    Privacy,
    /// `domains/cancel-transfer`.
    CancelTransfer,
    /// `domains/resend-rfa`.
    ResendApproval,
    /// `contacts/*`.
    Contacts,
    /// `customers/*`.
    Customers,
}

impl Call {
    /// The kind of a documented call.
    #[must_use]
    pub fn of(endpoint: &Endpoint) -> Self {
        match endpoint.name {
            "domains/orderid" | "domains/details-by-name" | "eelite/orderid" => Self::LookupByName,
            "domains/details" | "domains/locks" | "domains/tel/cth-details" => Self::LookupById,
            "eelite/details" | "eelite/dns-record" | "contacts/details" => Self::LookupById,
            "actions/search-current" | "actions/search-archived" => Self::ActionSearch,
            "eelite/add" => Self::EmailAdd,
            "eelite/renew" => Self::EmailRenew,
            "eelite/add-email-account" => Self::EmailAddAccounts,
            "eelite/delete-email-account" => Self::EmailDeleteAccounts,
            "eelite/delete" | "domains/delete" | "domains/uk/release" => Self::Delete,
            "domains/register" => Self::Register,
            "domains/transfer" | "domains/validate-transfer" => Self::Transfer,
            "domains/transfer/submit-auth-code" => Self::SubmitAuthCode,
            "domains/renew" | "domains/restore" => Self::Renew,
            "domains/modify-ns" => Self::ModifyNs,
            "domains/modify-contact" => Self::ModifyContact,
            "domains/add-cns" | "domains/modify-cns-name" | "domains/modify-cns-ip" | "domains/delete-cns-ip" => {
                Self::ChildNs
            }
            "domains/purchase-privacy" | "domains/modify-privacy-protection" => Self::Privacy,
            "domains/cancel-transfer" => Self::CancelTransfer,
            "domains/resend-rfa" => Self::ResendApproval,
            name if name.starts_with("contacts/") && name != "contacts/search" => Self::Contacts,
            name if name.starts_with("customers/") && name != "customers/search" => Self::Customers,
            _ if endpoint.class == crate::http::CallClass::Read => Self::Search,
            _ => Self::Modify,
        }
    }
}

/// Where a row applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Everywhere.
    Any,
    /// Calls that change an order or a contact named by its id.
    ById,
    /// Calls that spend money.
    Money,
    /// These only.
    Only(&'static [Call]),
}

impl Place {
    /// Whether the row may be believed for this call.
    #[must_use]
    pub fn covers(self, call: Call) -> bool {
        use Call as C;
        match self {
            Self::Any => true,
            Self::ById => matches!(
                call,
                C::EmailRenew
                    | C::EmailAddAccounts
                    | C::EmailDeleteAccounts
                    | C::Delete
                    | C::Renew
                    | C::ModifyNs
                    | C::ModifyContact
                    | C::Modify
                    | C::ChildNs
                    | C::Privacy
                    | C::CancelTransfer
                    | C::ResendApproval
                    | C::SubmitAuthCode
                    | C::Contacts
            ),
            Self::Money => matches!(
                call,
                C::EmailAdd | C::EmailRenew | C::EmailAddAccounts | C::Register | C::Transfer | C::Renew | C::Privacy
            ),
            Self::Only(calls) => calls.contains(&call),
        }
    }
}

/// What a message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// An answer to a look-up: there is none. Kept strictly apart from a look-up that failed.
    Absent,
    /// An effect or an order of ours may stand or be under way: find out by reading, never send again, never refuse.
    Reconcile,
    /// The order exists and is held for money or a person: never send again.
    Held,
    /// Already as wanted, or nothing left to do.
    AlreadySo,
    /// A final refusal; surely no effect.
    Refused(Refusal),
}

/// Where a row was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The provider's documents.
    Documented,
    /// Its knowledge base, as partners mirror it.
    KnowledgeBase,
    /// Public client code, recorded answers, field reports: seen, not documented.
    Seen,
    /// Inferred.
    Inferred,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What the message contains, in any letter case; `*` stands for anything. One that begins with `{` and ends with
    /// `}` is the whole message.
    pub fragment: &'static str,
    /// Where it may be said.
    pub place: Place,
    /// What it means.
    pub class: Class,
    /// Where that was learnt.
    pub source: Source,
}

const fn row(fragment: &'static str, place: Place, class: Class, source: Source) -> Row {
    Row {
        fragment,
        place,
        class,
        source,
    }
}

/// The catalogue, in the order in which it is tried.
pub const CATALOGUE: &[Row] = {
    use Call as C;
    use Class::{Absent, AlreadySo, Held, Reconcile, Refused};
    use Place::{Any, ById, Money, Only};
    use Source::{Documented, Inferred, KnowledgeBase, Seen};
    const REGISTER: Place = Only(&[C::Register]);
    const TRANSFER: Place = Only(&[C::Transfer, C::SubmitAuthCode]);
    const CHILD_NS: Place = Only(&[C::ChildNs]);
    const WITH_CONTACTS: Place = Only(&[C::Register, C::Transfer, C::ModifyContact, C::Contacts]);
    const WITH_CUSTOMER: Place = Only(&[C::EmailAdd, C::Register, C::Transfer, C::Contacts, C::Customers]);
    const WITH_PRIVACY: Place = Only(&[C::Privacy, C::Register, C::Transfer, C::Renew]);
    &[
        // 1. It may be our own doing.
        row("Order Locked for Processing", Any, Held, Seen),
        row("already exists in our database", Any, Reconcile, Seen),
        row("pending order", Any, Reconcile, Seen),
        row("Domain already renewed", Any, Reconcile, Seen),
        row("already an action pending on this Order", Any, Reconcile, Seen),
        row("already a pending action on this domain", Any, Reconcile, Seen),
        row("already added this action on this order", Any, Reconcile, Seen),
        row("already registered", REGISTER, Reconcile, Inferred),
        // The outer call may be good while its privacy part says this (§8.2).
        row("Privacy Protection not Purchased", WITH_PRIVACY, Reconcile, Seen),
        row(
            "Privacy Protection Service not available",
            WITH_PRIVACY,
            Reconcile,
            Seen,
        ),
        // 2. Money. An order that exists all the same shows itself to the look before the next attempt.
        row("insufficient", Money, Refused(Refusal::NoFunds), Seen),
        row("low funds", Money, Refused(Refusal::NoFunds), Seen),
        row("debit account", Money, Refused(Refusal::NoFunds), Seen),
        row("account balance", Money, Refused(Refusal::NoFunds), Seen),
        row("credit limit", Money, Refused(Refusal::NoFunds), Seen),
        // 3. Look-ups. On a change by id the same words refuse it: there is nothing to change.
        row("Website doesn't exist for", Only(&[C::LookupByName]), Absent, Seen),
        row("No Entity found for Entityid", Only(&[C::LookupById]), Absent, Seen),
        row("No Entity found for Entityid", ById, Refused(Refusal::NotFound), Seen),
        row("Customer * not found", Only(&[C::Customers]), Absent, Seen),
        row("Customer * not found", WITH_CUSTOMER, Refused(Refusal::Invalid), Seen),
        row("Invalid customer-id", WITH_CUSTOMER, Refused(Refusal::Invalid), Seen),
        // 4. Transfers: their auth-code wording stands before the operator's "Authentication".
        row(
            "is currently available for Registration",
            TRANSFER,
            Refused(Refusal::NotFound),
            Seen,
        ),
        row(
            "available for registration as new domain",
            TRANSFER,
            Refused(Refusal::NotFound),
            Documented,
        ),
        row("transfer is prohibited", TRANSFER, Refused(Refusal::Locked), Seen),
        row("60 day", TRANSFER, Refused(Refusal::TooYoung), Seen),
        row("auth code", TRANSFER, Refused(Refusal::AuthCode), Seen),
        row("auth-code", TRANSFER, Refused(Refusal::AuthCode), Seen),
        row("domain secret", TRANSFER, Refused(Refusal::AuthCode), Seen),
        row("domain-secret", TRANSFER, Refused(Refusal::AuthCode), Seen),
        // 5. The operator's business. "You are not allowed" is about a wrong id, not about us.
        row(
            "You are not allowed to perform this action",
            ById,
            Refused(Refusal::NotFound),
            Seen,
        ),
        row(
            "not authorized to perform this action",
            Any,
            Refused(Refusal::Credentials),
            Seen,
        ),
        row("Invalid credentials", Any, Refused(Refusal::Credentials), Seen),
        row("Access Denied", Any, Refused(Refusal::Credentials), Seen),
        row("Authentication", Any, Refused(Refusal::Credentials), Documented),
        row(
            "Not Signed up for Premium Domains",
            REGISTER,
            Refused(Refusal::Unsupported),
            KnowledgeBase,
        ),
        // 6. Rules.
        row(
            "cannot be extended beyond",
            Only(&[C::Renew, C::EmailRenew]),
            Refused(Refusal::NotAllowed),
            Seen,
        ),
        row(
            "You must have atleast ONE email account",
            Only(&[C::EmailDeleteAccounts]),
            Refused(Refusal::NotAllowed),
            Seen,
        ),
        row(
            "Cannot Delete Contact",
            Only(&[C::Contacts]),
            Refused(Refusal::NotAllowed),
            Seen,
        ),
        row(
            "Change of this contact is not allowed as it is associated with a suspended domain",
            Only(&[C::Contacts]),
            Refused(Refusal::NotAllowed),
            Documented,
        ),
        row(
            "Invalid action status/action type for this operation",
            Only(&[C::CancelTransfer]),
            Refused(Refusal::NotAllowed),
            Seen,
        ),
        // 7. Already so.
        row(
            "Same value for new and old NameServers",
            Only(&[C::ModifyNs]),
            AlreadySo,
            Seen,
        ),
        row(
            "The Contacts selected are the same as the existing contacts",
            Only(&[C::ModifyContact]),
            AlreadySo,
            Seen,
        ),
        row("This IpAddress already exists", CHILD_NS, AlreadySo, Seen),
        row("Child NameServer already exists", CHILD_NS, AlreadySo, Seen),
        row(
            "The current status of Transfer action for the domain name does not allow this operation",
            Only(&[C::ResendApproval]),
            AlreadySo,
            Seen,
        ),
        // 8. What was asked for is wrong.
        row(
            "Invalid Old Child NameServer",
            CHILD_NS,
            Refused(Refusal::Invalid),
            Seen,
        ),
        row("Invalid contact-id", WITH_CONTACTS, Refused(Refusal::Invalid), Seen),
        row("contactid is invalid", WITH_CONTACTS, Refused(Refusal::Invalid), Seen),
        row(
            "is not a valid Nameserver",
            Only(&[C::Register, C::Transfer, C::ModifyNs]),
            Refused(Refusal::Invalid),
            Documented,
        ),
        row(
            "Please accept the Terms & Conditions",
            REGISTER,
            Refused(Refusal::Invalid),
            Documented,
        ),
        row(
            "Company Name should contain at least two words",
            WITH_CONTACTS,
            Refused(Refusal::Invalid),
            Documented,
        ),
        // Final only where a look shows that the name isn't ours; the machine looks.
        row("not available", REGISTER, Refused(Refusal::Taken), Inferred),
        row("ValidationException", Any, Refused(Refusal::Invalid), Documented),
        row("{*=*}", Any, Refused(Refusal::Invalid), Documented),
    ]
};

/// Finds the row for a message said by a call.
#[must_use]
pub fn listed(call: Call, message: &Message) -> Option<&'static Row> {
    let (text, exception) = (
        message.lowered(),
        message.exception.as_deref().unwrap_or_default().to_ascii_lowercase(),
    );
    let said = |row: &Row| fits(row.fragment, &text) || fits(row.fragment, &exception);
    CATALOGUE.iter().find(|row| row.place.covers(call) && said(row))
}

/// Whether a lowered text holds a fragment.
pub(super) fn fits(fragment: &str, text: &str) -> bool {
    let fragment = fragment.to_ascii_lowercase();
    if fragment.starts_with('{') && !(text.starts_with('{') && text.ends_with('}')) {
        return false;
    }
    let mut rest = text;
    fragment.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}
