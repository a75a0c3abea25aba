//! LogicBoxes: reads are GET, writes POST, most errors come with HTTP 500, nearly every scalar is a string, and email
//! orders are carried out some minutes later.
//!
//! Every call of the fact sheet is a row: those of email, actions and money here, of domains in `rows`, of
//! everybody and of prices in `people_rows`.

mod actions;
mod buying;
mod customers;
mod domain;
mod email;
mod lookups;
mod manage;
mod people;
mod people_rows;
mod prices;
mod rows;
mod search;
mod state;
mod tlds;
pub(crate) mod wire;

pub(crate) use state::State;

use crate::operation::{Answer, Call, Effect, Method, Operation, Provider, Subject};
use crate::params::{Param, Shape, optional, repeated, required};
use crate::world::World;

/// Where the calls live.
pub(crate) const BASE: &str = "/api/";

/// Parameters of every call.
pub(crate) const COMMON: &[Param] = &[
    required(&["auth-userid"], Shape::Int),
    required(&["api-key"], Shape::Text),
];

const INVOICE: Shape = Shape::OneOf(&["NoInvoice", "PayInvoice", "KeepInvoice", "OnlyAdd"]);
const BY_ORDER: &[Param] = &[required(&["order-id"], Shape::Int)];
const PAGED_ACTIONS: &[Param] = &[
    required(&["no-of-records"], Shape::Int),
    required(&["page-no"], Shape::Int),
    repeated(&["eaq-id"], Shape::Int),
    repeated(&["order-id"], Shape::Int),
    repeated(&["entity-type-id"], Shape::Int),
    repeated(&["action-status"], Shape::Text),
    repeated(&["action-type"], Shape::Text),
];

/// A call's parameters, and up to nine numbered pairs after them.
macro_rules! with_attributes {
    ($($param:expr),* $(,)?) => {
        &[
            $($param,)*
            optional(&["attr-name1"], Shape::Text), optional(&["attr-value1"], Shape::Any),
            optional(&["attr-name2"], Shape::Text), optional(&["attr-value2"], Shape::Any),
            optional(&["attr-name3"], Shape::Text), optional(&["attr-value3"], Shape::Any),
            optional(&["attr-name4"], Shape::Text), optional(&["attr-value4"], Shape::Any),
            optional(&["attr-name5"], Shape::Text), optional(&["attr-value5"], Shape::Any),
            optional(&["attr-name6"], Shape::Text), optional(&["attr-value6"], Shape::Any),
            optional(&["attr-name7"], Shape::Text), optional(&["attr-value7"], Shape::Any),
            optional(&["attr-name8"], Shape::Text), optional(&["attr-value8"], Shape::Any),
            optional(&["attr-name9"], Shape::Text), optional(&["attr-value9"], Shape::Any),
        ]
    };
}
use with_attributes;

/// What domain and email searches take alike.
const SEARCH: &[Param] = &[
    required(&["no-of-records"], Shape::Int),
    required(&["page-no"], Shape::Int),
    optional(&["order-by"], Shape::Text),
    repeated(&["order-id"], Shape::Int),
    repeated(&["reseller-id"], Shape::Int),
    repeated(&["customer-id"], Shape::Int),
    optional(&["show-child-orders"], Shape::Bool),
    repeated(&["product-key"], Shape::Text),
    repeated(&["status"], Shape::Text),
    optional(&["domain-name"], Shape::Text),
    optional(&["privacy-enabled"], Shape::OneOf(&["true", "false", "na"])),
    optional(&["creation-date-start"], Shape::Int),
    optional(&["creation-date-end"], Shape::Int),
    optional(&["expiry-date-start"], Shape::Int),
    optional(&["expiry-date-end"], Shape::Int),
];

const fn read(
    name: &'static str,
    paths: &'static [&'static str],
    subject: Subject,
    params: &'static [Param],
    run: fn(&mut World, &Call) -> Answer,
) -> Operation {
    let (provider, method, effect) = (Provider::LogicBoxes, Method::Get, Effect::Read);
    Operation {
        provider,
        name,
        paths,
        method,
        effect,
        subject,
        params,
        run,
    }
}

const fn write(
    name: &'static str,
    paths: &'static [&'static str],
    effect: Effect,
    params: &'static [Param],
    run: fn(&mut World, &Call) -> Answer,
) -> Operation {
    let (provider, method, subject) = (Provider::LogicBoxes, Method::Post, Subject::Id("order-id"));
    Operation {
        provider,
        name,
        paths,
        method,
        effect,
        subject,
        params,
        run,
    }
}

/// The calls, by path between `/api/` and `.json`.
pub(crate) static OPERATIONS: &[Operation] = &[
    read(
        "eelite/orderid",
        &["eelite/us/orderid"],
        Subject::Name("domain-name"),
        &[required(&["domain-name"], Shape::Text)],
        email::order_id,
    ),
    read(
        "eelite/details",
        &["eelite/us/details"],
        Subject::Id("order-id"),
        BY_ORDER,
        email::details,
    ),
    Operation {
        subject: Subject::Name("domain-name"),
        ..write(
            "eelite/add",
            &["eelite/us/add"],
            Effect::Paid,
            &[
                required(&["domain-name"], Shape::Text),
                required(&["customer-id"], Shape::Int),
                required(&["months"], Shape::Int),
                required(&["no-of-accounts"], Shape::Int),
                required(&["auto-renew"], Shape::Bool),
                required(&["invoice-option"], INVOICE),
            ],
            email::add,
        )
    },
    write(
        "eelite/renew",
        &["eelite/us/renew"],
        Effect::Paid,
        &[
            required(&["order-id"], Shape::Int),
            required(&["months"], Shape::Int),
            required(&["auto-renew"], Shape::Bool),
            required(&["invoice-option"], INVOICE),
            optional(&["no-of-accounts"], Shape::Int),
        ],
        email::renew,
    ),
    write(
        "eelite/add-email-account",
        &["eelite/us/add-email-account"],
        Effect::Paid,
        &[
            required(&["order-id"], Shape::Int),
            required(&["no-of-accounts"], Shape::Int),
            required(&["invoice-option"], INVOICE),
        ],
        email::add_accounts,
    ),
    write(
        "eelite/delete-email-account",
        &["eelite/us/delete-email-account"],
        Effect::Write,
        &[
            required(&["order-id"], Shape::Int),
            required(&["no-of-accounts"], Shape::Int),
        ],
        email::delete_accounts,
    ),
    write(
        "eelite/delete",
        &["eelite/us/delete"],
        Effect::Write,
        BY_ORDER,
        email::delete,
    ),
    read(
        "eelite/search",
        &["eelite/us/search"],
        Subject::Nobody,
        SEARCH,
        search::orders,
    ),
    read(
        "actions/search-current",
        &["actions/search-current"],
        Subject::Nobody,
        PAGED_ACTIONS,
        search::current,
    ),
    read(
        "actions/search-archived",
        &["actions/search-archived"],
        Subject::Nobody,
        PAGED_ACTIONS,
        search::archived,
    ),
    read(
        "billing/reseller-balance",
        &["billing/reseller-balance"],
        Subject::Nobody,
        &[required(&["reseller-id"], Shape::Int)],
        search::balance,
    ),
];

/// The row of a path.
pub(crate) fn find(path: &str) -> Option<&'static Operation> {
    let path = path.strip_prefix(BASE)?.strip_suffix(".json")?;
    OPERATIONS
        .iter()
        .chain(rows::ROWS)
        .chain(people_rows::ROWS)
        .find(|row| row.paths.contains(&path))
}

/// The answer to a key that is wrong or used from a foreign address; nothing if it is right.
pub(crate) fn refuse_key(state: &State, call: &Call) -> Option<Answer> {
    let (id, key) = (call.number("auth-userid"), call.text("api-key"));
    match state
        .resellers
        .iter()
        .find(|reseller| Some(reseller.id) == id && reseller.key == key)
    {
        Some(reseller) if reseller.allowed => None,
        Some(_) => Some(wire::foreign_address()),
        None => Some(wire::unauthorized(&state.settings)),
    }
}
