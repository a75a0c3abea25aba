//! The 22 calls as rows, in the order of the fact sheet's section 3.

pub use crate::endpoint::Endpoint;
use crate::endpoint::{Param, Place, Shape, Verb};
use crate::http::CallClass;
use crate::http::CallClass::{Paid, Read, Write};

/// The domain a call is about.
const DOMAIN: Param = Param::new("domain", Place::Path);
const BY_DOMAIN: &[Param] = &[DOMAIN];

const fn json(name: &'static str) -> Param {
    Param::new(name, Place::Json)
}

const fn row(
    name: &'static str,
    method: Verb,
    path: &'static str,
    class: CallClass,
    params: &'static [Param],
    summary: &'static str,
    source: &'static str,
) -> Endpoint {
    Endpoint {
        name,
        method,
        path,
        class,
        // What spends, and what may stand twice, is marked below.
        repeatable: true,
        params,
        fixed: &[],
        summary,
        source,
    }
}

const fn once(row: Endpoint) -> Endpoint {
    Endpoint {
        repeatable: false,
        ..row
    }
}

/// `POST /login`
pub const LOGIN: Endpoint = row(
    "login",
    Verb::Post,
    "login",
    Write,
    &[json("username"), json("api_token").secret()],
    "Opens a session; its token is masked in the answer, so this only shows that the credentials are good.",
    "3.1 S",
);

/// `GET /logout`
pub const LOGOUT: Endpoint = row("logout", Verb::Get, "logout", Write, &[], "Ends a session.", "3.1 S");

/// `GET /hello`
pub const HELLO: Endpoint = row(
    "hello",
    Verb::Get,
    "hello",
    Read,
    &[],
    "Who answers, and as which address we are seen; needs no credentials.",
    "3.1 D",
);

/// `GET /account/get`
pub const ACCOUNT_GET: Endpoint = row(
    "account/get",
    Verb::Get,
    "account/get",
    Read,
    &[],
    "The account: credit, number of domains, contacts.",
    "3.1 D",
);

/// `POST /order`
pub const ORDER: Endpoint = once(row(
    "order",
    Verb::Post,
    "order",
    Paid,
    &[json("items").shaped(Shape::Json)],
    "Buys: an array of items, each with order_type, domain_name and period. Every item has a verdict of its own.",
    "3.1, 4 S D",
));

/// `POST /domain/create`
pub const DOMAIN_CREATE: Endpoint = once(row(
    "domain/create",
    Verb::Post,
    "domain/create",
    Paid,
    &[
        json("domain_name"),
        json("period").shaped(Shape::Whole),
        json("nameservers").shaped(Shape::List).optional(),
        json("contacts").shaped(Shape::Json).optional(),
        json("requirements").shaped(Shape::Map).optional(),
        json("username").optional(),
    ],
    "Registers a name for `period` years.",
    "3.2 S D",
));

/// `GET /domain/get/<domain>`
pub const DOMAIN_GET: Endpoint = row(
    "domain/get",
    Verb::Get,
    "domain/get/{domain}",
    Read,
    BY_DOMAIN,
    "A domain of the account.",
    "3.2 D P",
);

/// `GET /domain/list`
pub const DOMAIN_LIST: Endpoint = row(
    "domain/list",
    Verb::Get,
    "domain/list",
    Read,
    &[],
    "All domains of the account, with the prices of their renewals.",
    "3.2, 3.5 D",
);

/// `POST /domain/lock/<domain>`
pub const DOMAIN_LOCK: Endpoint = row(
    "domain/lock",
    Verb::Post,
    "domain/lock/{domain}",
    Write,
    BY_DOMAIN,
    "Locks a domain against transfers.",
    "3.2 S",
);

/// `POST /domain/unlock/<domain>`
pub const DOMAIN_UNLOCK: Endpoint = row(
    "domain/unlock",
    Verb::Post,
    "domain/unlock/{domain}",
    Write,
    BY_DOMAIN,
    "Unlocks a domain.",
    "3.2 S",
);

/// `POST /domain/update_nameservers/<domain>`
pub const DOMAIN_UPDATE_NAMESERVERS: Endpoint = row(
    "domain/update_nameservers",
    Verb::Post,
    "domain/update_nameservers/{domain}",
    Write,
    &[DOMAIN, json("nameservers").shaped(Shape::List)],
    "Sets a domain's name servers.",
    "3.2 S",
);

/// `POST /domain/update_contacts/<domain>`
pub const DOMAIN_UPDATE_CONTACTS: Endpoint = row(
    "domain/update_contacts",
    Verb::Post,
    "domain/update_contacts/{domain}",
    Write,
    &[DOMAIN, json("contacts").shaped(Shape::Json)],
    "Sets a domain's contacts; roles that are not mentioned keep theirs.",
    "3.2 S I:md",
);

/// `POST /domain/check`
pub const DOMAIN_CHECK: Endpoint = row(
    "domain/check",
    Verb::Post,
    "domain/check",
    Read,
    &[
        json("keyword"),
        json("tlds").shaped(Shape::List).optional(),
        json("services").shaped(Shape::List).optional(),
    ],
    "Whether a label can be had under some top-level domains, and for how much.",
    "3.2, 3.5 D",
);

/// `GET /dns/list/<domain>`
pub const DNS_LIST: Endpoint = row(
    "dns/list",
    Verb::Get,
    "dns/list/{domain}",
    Read,
    BY_DOMAIN,
    "The records of a zone.",
    "3.3 D",
);

/// `POST /dns/create/<domain>`
pub const DNS_CREATE: Endpoint = once(row(
    "dns/create",
    Verb::Post,
    "dns/create/{domain}",
    Write,
    &[
        DOMAIN,
        json("hostname"),
        json("type"),
        json("content"),
        json("ttl").shaped(Shape::Whole),
        json("priority").shaped(Shape::Whole).optional(),
    ],
    "Makes a record; `hostname` is relative to the zone, and empty for the zone itself.",
    "3.3 D P",
));

/// `POST /dns/delete/<domain>`
pub const DNS_DELETE: Endpoint = row(
    "dns/delete",
    Verb::Post,
    "dns/delete/{domain}",
    Paid,
    &[DOMAIN, json("record_id")],
    "Deletes a record.",
    "3.3 D",
);

/// `GET /host/list/<domain>`
pub const HOST_LIST: Endpoint = row(
    "host/list",
    Verb::Get,
    "host/list/{domain}",
    Read,
    BY_DOMAIN,
    "The registry's host objects under a domain.",
    "3.3 D",
);

/// `GET /host/sync/<domain>`
pub const HOST_SYNC: Endpoint = row(
    "host/sync",
    Verb::Get,
    "host/sync/{domain}",
    Write,
    BY_DOMAIN,
    "Has the provider read the registry's host objects anew.",
    "3.3 S",
);

const HOST_WITH_IP: &[Param] = &[DOMAIN, json("hostname"), json("ip")];

/// `POST /host/create/<domain>`
pub const HOST_CREATE: Endpoint = once(row(
    "host/create",
    Verb::Post,
    "host/create/{domain}",
    Write,
    HOST_WITH_IP,
    "Makes a host object; `hostname` in full.",
    "3.3 S",
));

/// `POST /host/delete/<domain>`
pub const HOST_DELETE: Endpoint = row(
    "host/delete",
    Verb::Post,
    "host/delete/{domain}",
    Paid,
    &[DOMAIN, json("hostname")],
    "Deletes a host object; `hostname` in full.",
    "3.3 S",
);

/// `POST /host/add_ip/<domain>`
pub const HOST_ADD_IP: Endpoint = once(row(
    "host/add_ip",
    Verb::Post,
    "host/add_ip/{domain}",
    Write,
    HOST_WITH_IP,
    "Gives a host object one more address.",
    "3.3 S",
));

/// `POST /host/remove_ip/<domain>`
pub const HOST_REMOVE_IP: Endpoint = row(
    "host/remove_ip",
    Verb::Post,
    "host/remove_ip/{domain}",
    Paid,
    HOST_WITH_IP,
    "Takes an address from a host object.",
    "3.3 S",
);

/// Every call.
pub static ENDPOINTS: &[Endpoint] = &[
    LOGIN,
    LOGOUT,
    HELLO,
    ACCOUNT_GET,
    ORDER,
    DOMAIN_CREATE,
    DOMAIN_GET,
    DOMAIN_LIST,
    DOMAIN_LOCK,
    DOMAIN_UNLOCK,
    DOMAIN_UPDATE_NAMESERVERS,
    DOMAIN_UPDATE_CONTACTS,
    DOMAIN_CHECK,
    DNS_LIST,
    DNS_CREATE,
    DNS_DELETE,
    HOST_LIST,
    HOST_SYNC,
    HOST_CREATE,
    HOST_DELETE,
    HOST_ADD_IP,
    HOST_REMOVE_IP,
];
