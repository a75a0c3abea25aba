//! ConnectReseller: every call is a GET under `/ConnectReseller/ESHOP/`, money or not, and HTTP 200 says nothing.
//!
//! What orders need stands in [`ORDERS`]; the rows of the other calls stand in the files of their functions.

mod clients;
mod contacts;
mod dns;
mod domains;
mod forwarding;
mod hosts;
mod people;
mod prices;
mod renewals;
mod settings;
mod state;
mod transfers;
pub(crate) mod wire;

pub(crate) use state::State;

use crate::operation::{Answer, Call, Effect, Method, Operation, Provider, Subject};
use crate::params::{Param, Shape, optional, required};
use crate::world::World;

/// Where the calls live.
pub(crate) const BASE: &str = "/ConnectReseller/ESHOP/";

/// Parameters of every call.
pub(crate) const COMMON: &[Param] = &[required(&["APIKey"], Shape::Text)];

const fn row(
    paths: &'static [&'static str],
    effect: Effect,
    subject: Subject,
    params: &'static [Param],
    run: fn(&mut World, &Call) -> Answer,
) -> Operation {
    let provider = Provider::ConnectReseller;
    Operation {
        provider,
        name: paths[0],
        paths,
        method: Method::Get,
        effect,
        subject,
        params,
        run,
    }
}

const BY_WEBSITE: &[Param] = &[required(&["websiteName"], Shape::Text)];

/// A domain's id.
const DOMAIN_ID: Param = required(&["domainNameId"], Shape::Int);
/// A domain's name, which the document's tables spell in two more ways.
const WEBSITE_NAME: Param = required(&["websiteName", "Websitename", "websitename"], Shape::Text);

/// Every call.
static TABLES: [&[Operation]; 8] = [
    ORDERS,
    settings::ROWS,
    dns::ROWS,
    hosts::ROWS,
    forwarding::ROWS,
    contacts::ROWS,
    clients::ROWS,
    prices::ROWS,
];

/// What orders need.
static ORDERS: &[Operation] = &[
    row(
        &["checkDomain"],
        Effect::Read,
        Subject::Name("websiteName"),
        BY_WEBSITE,
        domains::check,
    ),
    row(
        &["Order", "domainorder"],
        Effect::Paid,
        Subject::Name("Websitename"),
        &[
            required(&["ProductType"], Shape::Exactly("1")),
            required(&["Websitename"], Shape::Text),
            required(&["Duration"], Shape::Int),
            required(&["IsWhoisProtection"], Shape::Flag),
            required(&["ns1"], Shape::Text),
            required(&["ns2"], Shape::Text),
            optional(&["ns3"], Shape::Any),
            optional(&["ns4"], Shape::Any),
            required(&["Id"], Shape::Int),
            optional(&["couponCode"], Shape::Any),
            optional(&["isEnablePremium"], Shape::Flag),
            optional(&["lang"], Shape::Text),
            optional(&["isUs"], Shape::Flag),
            optional(&["appPurpose"], Shape::Text),
            optional(&["nexusCategory"], Shape::Text),
        ],
        domains::order,
    ),
    row(
        &["TransferOrder"],
        Effect::Paid,
        Subject::Name("Websitename"),
        &[
            required(&["OrderType"], Shape::Exactly("4")),
            required(&["Websitename"], Shape::Text),
            optional(&["IsWhoisProtection"], Shape::Flag),
            required(&["AuthCode", "Authcode"], Shape::Text),
            required(&["Id"], Shape::Int),
            optional(&["couponCode"], Shape::Any),
        ],
        transfers::order,
    ),
    row(
        &["CancelTransfer"],
        Effect::Write,
        Subject::Id("id"),
        &[required(&["id"], Shape::Int)],
        transfers::cancel,
    ),
    row(
        &["syncTransfer"],
        Effect::Read,
        Subject::Name("domainName"),
        &[required(&["domainName"], Shape::Text)],
        transfers::sync,
    ),
    row(
        &["RenewalOrder"],
        Effect::Paid,
        Subject::Name("Websitename"),
        &[
            required(&["OrderType"], Shape::Exactly("2")),
            required(&["Websitename"], Shape::Text),
            required(&["Duration"], Shape::Int),
            required(&["Id"], Shape::Int),
            optional(&["IsWhoisProtection"], Shape::Flag),
            optional(&["isEnablePremium"], Shape::Flag),
            optional(&["couponCode"], Shape::Any),
            optional(&["Expiryyear"], Shape::Int),
        ],
        renewals::order,
    ),
    row(
        &["ViewDomain"],
        Effect::Read,
        Subject::Name("websiteName"),
        BY_WEBSITE,
        domains::view,
    ),
    row(
        &["ViewDomainById"],
        Effect::Read,
        Subject::Id("id"),
        &[required(&["id"], Shape::Int)],
        domains::view,
    ),
    row(
        &["SearchDomainList"],
        Effect::Read,
        Subject::Nobody,
        &[
            required(&["page"], Shape::Int),
            required(&["maxIndex"], Shape::Int),
            optional(&["searchQuery"], Shape::Any),
            optional(&["clientId"], Shape::Int),
            optional(
                &["orderby"],
                Shape::OneOf(&["WebsiteName", "ExpirationDate", "CustomerId", "CreationDate"]),
            ),
            optional(&["orderType"], Shape::OneOf(&["ASC", "DESC"])),
        ],
        domains::search,
    ),
    row(
        &["availablefund"],
        Effect::Read,
        Subject::Nobody,
        &[required(&["resellerId"], Shape::Int)],
        domains::available_fund,
    ),
    row(
        &["checkdomainavailable"],
        Effect::Read,
        Subject::Name("websiteName"),
        BY_WEBSITE,
        domains::check_available,
    ),
    row(
        &["getdomainprice"],
        Effect::Read,
        Subject::Name("websiteName"),
        BY_WEBSITE,
        domains::price,
    ),
];

/// The row of a path, which may end in a slash and be in any letter case.
pub(crate) fn find(path: &str) -> Option<&'static Operation> {
    let action = path.get(BASE.len()..)?;
    let action = action.strip_suffix('/').unwrap_or(action);
    TABLES
        .iter()
        .copied()
        .flatten()
        .find(|row| row.paths.iter().any(|path| path.eq_ignore_ascii_case(action)))
}

/// The answer to a key that is wrong or used from a foreign address; nothing if it is right.
pub(crate) fn refuse_key(state: &State, call: &Call) -> Option<Answer> {
    let key = call.text("APIKey");
    match state.resellers.iter().find(|reseller| reseller.key == key) {
        Some(reseller) if reseller.allowed => None,
        Some(_) => Some(wire::unauthorized(&state.settings, "Request origin is not permitted")),
        None => Some(wire::unauthorized(&state.settings, "Invalid API key")),
    }
}
