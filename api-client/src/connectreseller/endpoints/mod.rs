//! Every documented action as a row: its class, its parameters in the order in which they are sent, its source.
//!
//! Everything is a GET with a query, also what spends money or deletes \[S\], and every call also takes `APIKey`, which
//! the credential adds. Where the document's table and its sample URL spell a parameter in two ways, the row has the
//! sample's spelling, as real clients send it. Sections are those of the fact sheet; its numbers A1 to F4 are the
//! catalogue's. "V11" is the vendor's document of November 2025 \[P\], for calls which the older one does not have.
//!
//! [`CallClass::Paid`] is what must not be repeated: what spends, and deletions too. Such a row is never repeatable,
//! although a second deletion would only be told "not found".

mod domains;
mod network;
mod people;

pub use domains::*;
pub use network::*;
pub use people::*;

use crate::endpoint::{Endpoint, Param, Place, Shape, Verb};
use crate::http::CallClass;

/// All of them, in the order of the catalogue; then those the older document does not have.
pub static ENDPOINTS: &[Endpoint] = &[
    CHECK_DOMAIN,
    ORDER,
    TRANSFER_ORDER,
    CANCEL_TRANSFER,
    SYNC_TRANSFER,
    RENEWAL_ORDER,
    VIEW_DOMAIN_BY_ID,
    VIEW_DOMAIN,
    SEARCH_DOMAIN_LIST,
    UPDATE_NAME_SERVER,
    MANAGE_DOMAIN_LOCK,
    MANAGE_DOMAIN_PRIVACY_PROTECTION,
    MANAGE_DOMAIN_SUSPEND,
    MANAGE_THEFT_PROTECTION,
    VIEW_EPP_CODE,
    MANAGE_DNS_RECORDS,
    ADD_DNS_RECORD,
    MODIFY_DNS_RECORD,
    DELETE_DNS_RECORD,
    VIEW_DNS_RECORD,
    UPDATE_CONTACT,
    MOVE_DOMAIN,
    CHECK_DOMAIN_AVAILABLE,
    GET_DOMAIN_PRICE,
    ADD_REGISTRANT_CONTACT,
    MODIFY_REGISTRANT_CONTACT,
    VIEW_REGISTRANT,
    ADD_CLIENT,
    MODIFY_CLIENT,
    VIEW_CLIENT,
    CHANGE_CLIENT_PASSWORD,
    DELETE_CUSTOMER,
    ADD_CHILD_NAME_SERVER,
    MODIFY_CHILD_NAME_SERVER_IP,
    MODIFY_CHILD_NAME_SERVER_HOST,
    DELETE_CHILD_NAME_SERVER,
    GET_CHILD_NAME_SERVERS,
    SET_DOMAIN_FORWARDING,
    GET_DOMAIN_FORWARDING,
    UPDATE_DOMAIN_FORWARDING,
    DELETE_DOMAIN_FORWARDING,
    AVAILABLE_FUND,
    DEFAULT_REGISTRANT_CONTACT,
    REGISTRANT_SEARCH_LIST,
    CLIENT_SEARCH_LIST,
    BULK_DOMAIN_CHECK,
    CHECK_DOMAIN_PRICE,
    DOMAIN_SUGGESTION,
    GET_TLD_SUGGESTION,
    TLD_SYNC,
    UPDATE_AUTH_CODE,
    RESEND_REGISTRANT_MAIL,
    SEND_KYC_MAIL,
    ADD_SRV_RECORD,
];

/// A call that changes nothing.
const fn read(name: &'static str, params: &'static [Param], summary: &'static str, source: &'static str) -> Endpoint {
    row(name, CallClass::Read, true, params, summary, source)
}

/// A call that sets something to a value, for free: sent twice, it does the same.
const fn set(name: &'static str, params: &'static [Param], summary: &'static str, source: &'static str) -> Endpoint {
    row(name, CallClass::Write, true, params, summary, source)
}

/// A call that adds or starts something, for free: look first before sending it again.
const fn add(name: &'static str, params: &'static [Param], summary: &'static str, source: &'static str) -> Endpoint {
    row(name, CallClass::Write, false, params, summary, source)
}

/// A call that spends or deletes.
const fn paid(name: &'static str, params: &'static [Param], summary: &'static str, source: &'static str) -> Endpoint {
    row(name, CallClass::Paid, false, params, summary, source)
}

const fn row(
    name: &'static str,
    class: CallClass,
    repeatable: bool,
    params: &'static [Param],
    summary: &'static str,
    source: &'static str,
) -> Endpoint {
    Endpoint {
        name,
        method: Verb::Get,
        path: name,
        class,
        repeatable,
        params,
        fixed: &[],
        summary,
        source,
    }
}

/// The row, with values that never change.
const fn fixed(mut row: Endpoint, values: &'static [(&'static str, &'static str)]) -> Endpoint {
    row.fixed = values;
    row
}

const fn text(name: &'static str) -> Param {
    Param::new(name, Place::Query)
}

const fn whole(name: &'static str) -> Param {
    text(name).shaped(Shape::Whole)
}

const fn flag(name: &'static str) -> Param {
    text(name).shaped(Shape::Flag)
}

const DOMAIN_ID: Param = whole("domainNameId");
const WEBSITE_NAME: Param = text("websiteName");
