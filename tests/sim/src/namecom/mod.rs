//! Name.com's legacy JSON interface, all 22 calls. The real one lives under `/api/`, as LogicBoxes does; here it stands
//! under `/namecom/api/`.

mod domains;
mod general;
mod orders;
pub(crate) mod seed;
mod state;
pub(crate) mod wire;
mod zones;

pub(crate) use state::State;

use serde_json::{Map, Value};

use crate::house::Found;
use crate::operation::{Answer, Call, Effect, Method, Operation, Provider, Subject};
use crate::params::{Fault, Param, Shape, Values, optional, read_json, required};
use crate::world::World;

/// Where the calls live.
pub(crate) const BASE: &str = "/namecom/api/";

/// Headers by which a call proves who asks.
pub(crate) const HEADERS: &[&str] = &["Api-Username", "Api-Token", "Api-Session-Token"];

/// Parameters of every call: none but the headers.
pub(crate) const COMMON: &[Param] = &[];

const TYPES: &[&str] = &["A", "AAAA", "CNAME", "MX", "NS", "SRV", "TXT", "ANAME"];

const CONTACT: &[Param] = &[
    required(&["type"], Shape::Texts),
    required(&["first_name"], Shape::Text),
    required(&["last_name"], Shape::Text),
    optional(&["organization"], Shape::Any),
    required(&["address_1"], Shape::Text),
    optional(&["address_2"], Shape::Any),
    required(&["city"], Shape::Text),
    optional(&["state"], Shape::Any),
    required(&["zip"], Shape::Text),
    required(&["country"], Shape::Text),
    required(&["phone"], Shape::Text),
    optional(&["fax"], Shape::Any),
    required(&["email"], Shape::Text),
];

const CONTACTS: Param = optional(&["contacts"], Shape::Items(contact));
const NAMESERVERS: Param = optional(&["nameservers"], Shape::Texts);
const REQUIREMENTS: Param = optional(&["requirements"], Shape::TextMap);
const NAME: Param = required(&["domain_name"], Shape::Text);
const PERIOD: Param = required(&["period"], Shape::Int);
const PRIVACY: Param = optional(&["whois_privacy"], Shape::Exactly("1"));

const ANY_ITEM: &[Param] = &[required(
    &["order_type"],
    Shape::OneOf(&[
        "domain/create",
        "domain/renew",
        "whois_privacy/create",
        "whois_privacy/renew",
        "backorder/create",
    ]),
)];
const CREATE_ITEM: &[Param] = &[NAME, PERIOD, NAMESERVERS, CONTACTS, PRIVACY, REQUIREMENTS];
const RENEW_ITEM: &[Param] = &[NAME, PERIOD, PRIVACY];
const PRIVACY_ITEM: &[Param] = &[NAME, PERIOD];
const BACKORDER_ITEM: &[Param] = &[NAME];

/// Holds a contact against what is known.
fn contact(contact: &Map<String, Value>) -> Result<(), Fault> {
    read_json(&[CONTACT], Values::new(), contact).map(drop)
}

/// Holds an item of an order against what its product takes.
fn item(item: &Map<String, Value>) -> Result<(), Fault> {
    let fields: &'static [Param] = match item.get("order_type").and_then(Value::as_str) {
        Some("domain/create") => CREATE_ITEM,
        Some("domain/renew") => RENEW_ITEM,
        Some("whois_privacy/create" | "whois_privacy/renew") => PRIVACY_ITEM,
        _ => BACKORDER_ITEM,
    };
    read_json(&[ANY_ITEM, fields], Values::new(), item).map(drop)
}

/// The domain of an order: that of its first item.
fn ordered(body: &Value) -> Option<String> {
    body["items"][0]["domain_name"].as_str().map(str::to_owned)
}

/// The domain of a check, if it asks for one.
fn checked(body: &Value) -> Option<String> {
    match body["tlds"].as_array()?.as_slice() {
        [tld] => Some(format!("{}.{}", body["keyword"].as_str()?, tld.as_str()?)),
        _ => None,
    }
}

const fn row(
    name: &'static str,
    paths: &'static [&'static str],
    method: Method,
    effect: Effect,
    params: &'static [Param],
    run: fn(&mut World, &Call) -> Answer,
) -> Operation {
    Operation {
        provider: Provider::NameCom,
        name,
        paths,
        method,
        effect,
        subject: Subject::Name("domain"),
        params,
        run,
    }
}

const fn about(subject: Subject, row: Operation) -> Operation {
    Operation { subject, ..row }
}

const DOMAIN: Param = required(&["domain"], Shape::Text);
const BY_DOMAIN: &[Param] = &[DOMAIN];
const BY_ADDRESS: &[Param] = &[
    DOMAIN,
    required(&["hostname"], Shape::Text),
    required(&["ip"], Shape::Text),
];

use Effect::{Paid, Read, Write};
use Method::{Either, Get, Post};

/// The calls, by path below the base; `{domain}` is its last part.
pub(crate) static OPERATIONS: &[Operation] = &[
    row(
        "login",
        &["login"],
        Post,
        Write,
        &[
            required(&["username"], Shape::Text),
            required(&["api_token"], Shape::Text),
        ],
        general::login,
    ),
    row("logout", &["logout"], Get, Write, &[], general::logout),
    row("hello", &["hello"], Get, Read, &[], general::hello),
    row("account/get", &["account/get"], Get, Read, &[], general::account),
    about(
        Subject::Inside(ordered),
        row(
            "order",
            &["order"],
            Post,
            Paid,
            &[required(&["items"], Shape::Items(item))],
            orders::order,
        ),
    ),
    about(
        Subject::Name("domain_name"),
        row(
            "domain/create",
            &["domain/create"],
            Post,
            Paid,
            &[
                NAME,
                PERIOD,
                NAMESERVERS,
                CONTACTS,
                REQUIREMENTS,
                optional(&["username"], Shape::Text),
            ],
            domains::create,
        ),
    ),
    row(
        "domain/get",
        &["domain/get/{domain}"],
        Get,
        Read,
        BY_DOMAIN,
        domains::get,
    ),
    row("domain/list", &["domain/list"], Get, Read, &[], domains::list),
    row(
        "domain/lock",
        &["domain/lock/{domain}"],
        Either,
        Write,
        BY_DOMAIN,
        domains::lock,
    ),
    row(
        "domain/unlock",
        &["domain/unlock/{domain}"],
        Either,
        Write,
        BY_DOMAIN,
        domains::unlock,
    ),
    row(
        "domain/update_nameservers",
        &["domain/update_nameservers/{domain}"],
        Post,
        Write,
        &[DOMAIN, required(&["nameservers"], Shape::Texts)],
        domains::update_nameservers,
    ),
    row(
        "domain/update_contacts",
        &["domain/update_contacts/{domain}"],
        Post,
        Write,
        &[DOMAIN, required(&["contacts"], Shape::Items(contact))],
        domains::update_contacts,
    ),
    about(
        Subject::Inside(checked),
        row(
            "domain/check",
            &["domain/check"],
            Post,
            Read,
            &[
                required(&["keyword"], Shape::Text),
                optional(&["tlds"], Shape::Texts),
                optional(&["services"], Shape::Texts),
            ],
            domains::check,
        ),
    ),
    row(
        "dns/list",
        &["dns/list/{domain}"],
        Get,
        Read,
        BY_DOMAIN,
        zones::dns_list,
    ),
    row(
        "dns/create",
        &["dns/create/{domain}"],
        Post,
        Write,
        &[
            DOMAIN,
            required(&["hostname"], Shape::Any),
            required(&["type"], Shape::OneOf(TYPES)),
            required(&["content"], Shape::Text),
            required(&["ttl"], Shape::Int),
            optional(&["priority"], Shape::Int),
        ],
        zones::dns_create,
    ),
    row(
        "dns/delete",
        &["dns/delete/{domain}"],
        Post,
        Write,
        &[DOMAIN, required(&["record_id"], Shape::Int)],
        zones::dns_delete,
    ),
    row(
        "host/list",
        &["host/list/{domain}"],
        Get,
        Read,
        BY_DOMAIN,
        zones::host_list,
    ),
    row(
        "host/sync",
        &["host/sync/{domain}"],
        Get,
        Write,
        BY_DOMAIN,
        zones::host_sync,
    ),
    row(
        "host/create",
        &["host/create/{domain}"],
        Post,
        Write,
        BY_ADDRESS,
        zones::host_create,
    ),
    row(
        "host/delete",
        &["host/delete/{domain}"],
        Post,
        Write,
        &[DOMAIN, required(&["hostname"], Shape::Text)],
        zones::host_delete,
    ),
    row(
        "host/add_ip",
        &["host/add_ip/{domain}"],
        Post,
        Write,
        BY_ADDRESS,
        zones::host_add_ip,
    ),
    row(
        "host/remove_ip",
        &["host/remove_ip/{domain}"],
        Post,
        Write,
        BY_ADDRESS,
        zones::host_remove_ip,
    ),
];

/// The row of a path, with the domain that stands in it.
pub(crate) fn find(path: &str) -> Option<Found> {
    let path = path.strip_prefix(BASE)?;
    OPERATIONS.iter().find_map(|operation| {
        operation.paths.iter().find_map(|pattern| {
            let values = match pattern.strip_suffix("{domain}") {
                None => (path == *pattern).then(Values::new)?,
                Some(before) => {
                    let domain = path.strip_prefix(before)?;
                    (!domain.is_empty() && !domain.contains('/')).then(|| vec![("domain", domain.to_owned())])?
                }
            };
            Some(Found { operation, values })
        })
    })
}

/// The answer to credentials that are wrong, used from a foreign address, or over; nothing if they are right.
pub(crate) fn refuse_key(state: &State, call: &Call) -> Option<Answer> {
    // These two are for anybody.
    if matches!(call.operation.name, "login" | "hello") {
        return None;
    }
    match (
        call.get("Api-Session-Token"),
        call.get("Api-Username"),
        call.get("Api-Token"),
    ) {
        (Some(session), ..) if state.sessions.contains_key(session) => None,
        (None, Some(username), Some(token)) => {
            let known = |account: &seed::NameComAccount| account.username == username && account.token == token;
            let allowed = state
                .accounts
                .iter()
                .find(|account| known(account))
                .is_some_and(|account| account.allowed);
            (!allowed).then(wire::bad_credentials)
        }
        _ => Some(wire::refusal(251, "")),
    }
}
