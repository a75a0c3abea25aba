//! Reads about domains (fact sheet §3.2).

use super::*;

/// `domains/available`
pub const AVAILABLE: Endpoint = row!(Read Get "domains/available", repeat true, [
    ask_many("domain-name"),
    ask_many("tlds"),
    ask_flag("suggest-alternative").optional(),
], "Whether names are free: labels without TLD, times TLDs.", "3.2 [S][P]");

/// `domains/idn-available`
pub const IDN_AVAILABLE: Endpoint = row!(Read Get "domains/idn-available", repeat true, [
    ask_many("domain-name"),
    ask("tld"),
    ask("idnLanguageCode"),
], "Whether internationalised names (punycode labels) are free.", "3.2 [S name][P]");

/// `domains/premium/available`
pub const PREMIUM_AVAILABLE: Endpoint = row!(Read Get "domains/premium/available", repeat true, [
    ask("key-word"),
    ask_many("tlds"),
    ask("price-high").optional(),
    ask("price-low").optional(),
    ask_whole("no-of-results").optional(),
], "Premium names for a keyword, with their prices.", "3.2 [S name][P]");

/// `domains/v5/suggest-names`
pub const SUGGEST_NAMES: Endpoint = row!(Read Get "domains/v5/suggest-names", repeat true, [
    ask("keyword"),
    ask_many("tld-only").optional(),
    ask_flag("exact-match").optional(),
    ask_flag("adult").optional(),
], "Names that resemble a keyword.", "3.2 [S name][P]");

/// `domains/validate-transfer`
pub const VALIDATE_TRANSFER: Endpoint = row!(Read Get "domains/validate-transfer", repeat true, [
    ask("domain-name"),
], "Whether a name can be transferred here; true is no promise.", "3.2 [S name][K]");

/// `domains/orderid`
pub const ORDER_ID: Endpoint = row!(Read Get "domains/orderid", repeat true, [
    ask("domain-name"),
], "The order id of a name in the account.", "3.2 [S name][P]");

/// `domains/details`
pub const DETAILS: Endpoint = row!(Read Get "domains/details", repeat true, [
    ask_whole("order-id"),
    ask_many("options"),
], "A domain order by its id: status, dates, pending action, and by options contacts, name servers, auth code.", "3.2, 5 [S name][K]");

/// `domains/details-by-name`
pub const DETAILS_BY_NAME: Endpoint = row!(Read Get "domains/details-by-name", repeat true, [
    ask("domain-name"),
    ask_many("options"),
], "A domain order by its name.", "3.2, 5 [K][P]");

/// The filters that domain and email searches share (fact sheet §6).
pub(super) const SEARCH_PARAMS: &[Param] = &[
    ask_whole("no-of-records"),
    ask_whole("page-no"),
    ask("order-by").optional(),
    ask_many("order-id").optional(),
    ask_many("reseller-id").optional(),
    ask_many("customer-id").optional(),
    ask_flag("show-child-orders").optional(),
    ask_many("product-key").optional(),
    ask_many("status").optional(),
    ask("domain-name").optional(),
    ask("privacy-enabled").optional(),
    ask_whole("creation-date-start").optional(),
    ask_whole("creation-date-end").optional(),
    ask_whole("expiry-date-start").optional(),
    ask_whole("expiry-date-end").optional(),
];

/// `domains/search`
pub const SEARCH: Endpoint = Endpoint {
    params: SEARCH_PARAMS,
    ..row!(Read Get "domains/search", repeat true, [], "Domain orders, deleted ones for about 30 days; names match in part.", "3.2, 6 [S name][K]")
};

/// `domains/customer-default-ns`
pub const CUSTOMER_DEFAULT_NS: Endpoint = row!(Read Get "domains/customer-default-ns", repeat true, [
    ask_whole("customer-id"),
], "A customer's default name servers.", "3.2 [S]");

/// `domains/locks`
pub const LOCKS: Endpoint = row!(Read Get "domains/locks", repeat true, [
    ask_whole("order-id"),
], "The locks on a domain order.", "3.2 [S name][P]");

/// `domains/tel/cth-details`
pub const TEL_CTH_DETAILS: Endpoint = row!(Read Get "domains/tel/cth-details", repeat true, [
    ask_whole("order-id"),
], "The Telhosting login of a .TEL name.", "3.2 [S name][K]");
