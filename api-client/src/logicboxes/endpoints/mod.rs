//! Every documented call as a row: what the typed functions of [`super::client`] send, what `domorder call` offers, and
//! what the tests hold against the simulator.
//!
//! A row's name is its path without `.json`; Business Email leaves its region out (`eelite/add`), which the account's
//! settings put into the path's `{region}`. Sections and tags are those of the fact sheet.

use crate::endpoint::{Endpoint, Param, Place, Shape, Verb};
use crate::http::CallClass;

/// A row; its path is its name and `.json`.
macro_rules! row {
    ($class:ident $verb:ident $name:literal, repeat $repeat:literal, [$($param:expr),* $(,)?], $summary:literal, $source:literal) => {
        Endpoint {
            name: $name,
            method: Verb::$verb,
            path: concat!($name, ".json"),
            class: CallClass::$class,
            repeatable: $repeat,
            params: {
                const PARAMS: &[Param] = &[$($param),*];
                PARAMS
            },
            fixed: &[],
            summary: $summary,
            source: $source,
        }
    };
}

pub mod account;
pub mod contacts;
pub mod customers;
pub mod domains;
pub mod email;
pub mod lookups;
pub mod manage;

/// Every call, in the order of the fact sheet.
pub static ENDPOINTS: &[Endpoint] = &[
    domains::REGISTER,
    domains::TRANSFER,
    domains::RENEW,
    domains::RESTORE,
    domains::PURCHASE_PRIVACY,
    domains::MODIFY_PRIVACY,
    lookups::AVAILABLE,
    lookups::IDN_AVAILABLE,
    lookups::PREMIUM_AVAILABLE,
    lookups::SUGGEST_NAMES,
    lookups::VALIDATE_TRANSFER,
    lookups::ORDER_ID,
    lookups::DETAILS,
    lookups::DETAILS_BY_NAME,
    lookups::SEARCH,
    lookups::CUSTOMER_DEFAULT_NS,
    lookups::LOCKS,
    lookups::TEL_CTH_DETAILS,
    manage::MODIFY_NS,
    manage::MODIFY_CONTACT,
    manage::MODIFY_AUTH_CODE,
    manage::ENABLE_THEFT_PROTECTION,
    manage::DISABLE_THEFT_PROTECTION,
    manage::ADD_CNS,
    manage::MODIFY_CNS_NAME,
    manage::MODIFY_CNS_IP,
    manage::DELETE_CNS_IP,
    manage::SUBMIT_AUTH_CODE,
    manage::CANCEL_TRANSFER,
    manage::RESEND_RFA,
    manage::UK_RELEASE,
    manage::SUSPEND,
    manage::UNSUSPEND,
    manage::DELETE,
    manage::DE_RECHECK_NS,
    manage::ASSOCIATION_DETAILS,
    manage::TEL_WHOIS_PREF,
    manage::RAA_RESEND,
    contacts::ADD,
    contacts::MODIFY,
    contacts::DETAILS,
    contacts::SEARCH,
    contacts::DEFAULT,
    contacts::SET_DETAILS,
    contacts::DELETE,
    contacts::COOP_ADD_SPONSOR,
    contacts::SPONSORS,
    contacts::CA_AGREEMENT,
    contacts::MOD_DEFAULT,
    contacts::VALIDATE_REGISTRANT,
    customers::SIGNUP,
    customers::SIGNUP_V2,
    customers::DETAILS,
    customers::DETAILS_BY_ID,
    customers::SEARCH,
    customers::MODIFY,
    customers::DELETE,
    customers::CHANGE_PASSWORD,
    email::ORDER_ID,
    email::DETAILS,
    email::ADD,
    email::RENEW,
    email::ADD_ACCOUNTS,
    email::DELETE_ACCOUNTS,
    email::DELETE,
    email::SEARCH,
    email::DNS_RECORD,
    account::ACTIONS_CURRENT,
    account::ACTIONS_ARCHIVED,
    account::RESELLER_BALANCE,
    account::RESELLER_PRICE,
    account::CUSTOMER_PRICE,
    account::RESELLER_COST_PRICE,
    account::CATEGORY_KEYS,
];

/// A text in the query.
const fn ask(name: &'static str) -> Param {
    Param::new(name, Place::Query)
}

/// A whole number in the query.
const fn ask_whole(name: &'static str) -> Param {
    ask(name).shaped(Shape::Whole)
}

/// A flag in the query.
const fn ask_flag(name: &'static str) -> Param {
    ask(name).shaped(Shape::Flag)
}

/// Any number of texts in the query, under one name each.
const fn ask_many(name: &'static str) -> Param {
    ask(name).shaped(Shape::List)
}

/// A text in the form.
const fn say(name: &'static str) -> Param {
    Param::new(name, Place::Form)
}

/// A whole number in the form.
const fn say_whole(name: &'static str) -> Param {
    say(name).shaped(Shape::Whole)
}

/// A flag in the form.
const fn say_flag(name: &'static str) -> Param {
    say(name).shaped(Shape::Flag)
}

/// Any number of texts in the form, under one name each.
const fn say_many(name: &'static str) -> Param {
    say(name).shaped(Shape::List)
}

/// Numbered pairs `attr-name1`, `attr-value1`, … in the form.
const ATTRIBUTES: Param = say("attr").shaped(Shape::Map).optional();
const ORDER_ID: Param = say_whole("order-id");
const INVOICE: Param = say("invoice-option");
/// The four contacts; some have to be `-1` under some TLDs.
const REGISTRANT: Param = say_whole("reg-contact-id");
const ADMIN: Param = say_whole("admin-contact-id");
const TECH: Param = say_whole("tech-contact-id");
const BILLING: Param = say_whole("billing-contact-id");
