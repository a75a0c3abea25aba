//! Actions, money and prices (fact sheet §3.7).

use super::*;

const ACTION_PARAMS: &[Param] = &[
    ask_whole("no-of-records"),
    ask_whole("page-no"),
    ask_many("eaq-id").optional(),
    ask_many("order-id").optional(),
    ask_many("entity-type-id").optional(),
    ask_many("action-status").optional(),
    ask_many("action-type").optional(),
];

/// `actions/search-current`
pub const ACTIONS_CURRENT: Endpoint = Endpoint {
    params: ACTION_PARAMS,
    ..row!(Read Get "actions/search-current", repeat true, [], "Unfinished actions; none found is an error.", "3.7 [K][P]")
};

/// `actions/search-archived`
pub const ACTIONS_ARCHIVED: Endpoint = Endpoint {
    params: ACTION_PARAMS,
    ..row!(Read Get "actions/search-archived", repeat true, [], "Finished actions; none found is an error.", "3.7 [K][P]")
};

/// `billing/reseller-balance`
pub const RESELLER_BALANCE: Endpoint = row!(Read Get "billing/reseller-balance", repeat true, [
    ask_whole("reseller-id"),
], "The reseller's money.", "3.7 [K][P]");

/// `products/reseller-price`
pub const RESELLER_PRICE: Endpoint = row!(Read Get "products/reseller-price", repeat true, [
    ask_whole("reseller-id").optional(),
], "What a sub-reseller pays, by product; cache it.", "3.7 [K][P]");

/// `products/customer-price`
pub const CUSTOMER_PRICE: Endpoint = row!(Read Get "products/customer-price", repeat true, [
    ask_whole("customer-id").optional(),
], "What customers pay, by product; cache it.", "3.7 [K][P]");

/// `products/reseller-cost-price`
pub const RESELLER_COST_PRICE: Endpoint = row!(Read Get "products/reseller-cost-price", repeat true, [
    ask_whole("reseller-id").optional(),
], "What the reseller pays, by product; cache it.", "3.7 [K][P]");

/// `products/category-keys-mapping`
pub const CATEGORY_KEYS: Endpoint = row!(Read Get "products/category-keys-mapping", repeat true, [
], "Product keys by category.", "3.7 [K][P]");
