//! Business Email (fact sheet §3.6, §9). Renewals and counts are relative, and nothing refuses a repeat.

use super::*;

/// A row; its path holds the region.
macro_rules! eelite {
    ($class:ident $verb:ident $action:literal, $params:tt, $summary:literal, $source:literal) => {
        Endpoint {
            path: concat!("eelite/{region}/", $action, ".json"),
            repeatable: matches!(CallClass::$class, CallClass::Read),
            name: concat!("eelite/", $action),
            ..row!($class $verb "eelite", repeat false, $params, $summary, $source)
        }
    };
}

/// `eelite/<region>/orderid`
pub const ORDER_ID: Endpoint = eelite!(Read Get "orderid", [
    ask("domain-name"),
], "The order id of a domain's email order.", "3.6 [S]");

/// `eelite/<region>/details`
pub const DETAILS: Endpoint = eelite!(Read Get "details", [
    ask_whole("order-id"),
], "An email order.", "3.6, 9.2 [S]");

/// `eelite/<region>/add`
pub const ADD: Endpoint = eelite!(Paid Post "add", [
    say("domain-name"),
    say_whole("customer-id"),
    say_whole("months"),
    say_whole("no-of-accounts"),
    say_flag("auto-renew"),
    INVOICE,
], "Orders mailboxes for a domain and debits the reseller.", "3.6 [S]");

/// `eelite/<region>/renew`
pub const RENEW: Endpoint = eelite!(Paid Post "renew", [
    super::ORDER_ID,
    say_whole("months"),
    say_flag("auto-renew"),
    INVOICE,
    say_whole("no-of-accounts").optional(),
], "Buys more months, and by `no-of-accounts` more mailboxes; nothing refuses a repeat.", "3.6 [S]");

/// `eelite/<region>/add-email-account`
pub const ADD_ACCOUNTS: Endpoint = eelite!(Paid Post "add-email-account", [
    super::ORDER_ID,
    say_whole("no-of-accounts"),
    INVOICE,
], "Buys so many more mailboxes; nothing refuses a repeat.", "3.6 [S]");

/// `eelite/<region>/delete-email-account`
pub const DELETE_ACCOUNTS: Endpoint = eelite!(Paid Post "delete-email-account", [
    super::ORDER_ID,
    say_whole("no-of-accounts"),
], "Destroys so many mailboxes; nothing refuses a repeat.", "3.6 [S]");

/// `eelite/<region>/delete`
pub const DELETE: Endpoint = eelite!(Paid Post "delete", [
    super::ORDER_ID,
], "Ends an email order and destroys its mail.", "3.6 [S]");

/// `eelite/<region>/search`
pub const SEARCH: Endpoint = Endpoint {
    params: lookups::SEARCH_PARAMS,
    ..eelite!(Read Get "search", [], "Email orders, deleted ones for about 30 days; names match in part.", "3.6, 6 [P]")
};

/// `eelite/<region>/dns-record`
pub const DNS_RECORD: Endpoint = eelite!(Read Get "dns-record", [
    ask_whole("order-id"),
], "The MX records that an email order needs.", "3.6 [P]");
