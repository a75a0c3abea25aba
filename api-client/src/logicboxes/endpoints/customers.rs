//! Customers (fact sheet §3.5).

use super::*;

const SIGNUP_PARAMS: &[Param] = &[
    say("username"),
    say("passwd").secret(),
    say("name"),
    say("company"),
    say("address-line-1"),
    say("city"),
    say("state"),
    say("other-state").optional(),
    say("country"),
    say("zipcode"),
    say("phone-cc"),
    say("phone"),
    say("lang-pref"),
    say("address-line-2").optional(),
    say("address-line-3").optional(),
    say("alt-phone-cc").optional(),
    say("alt-phone").optional(),
    say("fax-cc").optional(),
    say("fax").optional(),
    say("mobile-cc").optional(),
    say("mobile").optional(),
    say_flag("sms-consent").optional(),
    say("vat-id").optional(),
    say_flag("accept-policy").optional(),
    say_flag("marketing-email-consent").optional(),
];

/// `customers/signup`. A taken user name is refused, which guards a repeat.
pub const SIGNUP: Endpoint = Endpoint {
    params: SIGNUP_PARAMS,
    ..row!(Write Post "customers/signup", repeat true, [], "Adds a customer and answers its id.", "3.5 [K][P]")
};

/// `customers/v2/signup`
pub const SIGNUP_V2: Endpoint = Endpoint {
    params: SIGNUP_PARAMS,
    ..row!(Write Post "customers/v2/signup", repeat true, [], "Adds a customer and answers its id; the newer form.", "3.5 [K][P]")
};

/// `customers/details`
pub const DETAILS: Endpoint = row!(Read Get "customers/details", repeat true, [
    ask("username"),
], "A customer by user name.", "3.5 [K][P]");

/// `customers/details-by-id`
pub const DETAILS_BY_ID: Endpoint = row!(Read Get "customers/details-by-id", repeat true, [
    ask_whole("customer-id"),
], "A customer by id.", "3.5 [K][P]");

/// `customers/search`. The sheet names no filters but "filters"; these are the vendor's.
pub const SEARCH: Endpoint = row!(Read Get "customers/search", repeat true, [
    ask_whole("no-of-records"),
    ask_whole("page-no"),
    ask_many("customer-id").optional(),
    ask_many("reseller-id").optional(),
    ask("username").optional(),
    ask("name").optional(),
    ask("company").optional(),
    ask("city").optional(),
    ask("state").optional(),
    ask("status").optional(),
    ask_whole("creation-date-start").optional(),
    ask_whole("creation-date-end").optional(),
], "Customers.", "3.5 [K][P]");

/// `customers/modify`. The sheet gives no parameters; these are the vendor's.
pub const MODIFY: Endpoint = row!(Write Post "customers/modify", repeat true, [
    say_whole("customer-id"),
    say("username"),
    say("name"),
    say("company"),
    say("address-line-1"),
    say("city"),
    say("state"),
    say("other-state").optional(),
    say("country"),
    say("zipcode"),
    say("phone-cc"),
    say("phone"),
    say("lang-pref"),
    say("address-line-2").optional(),
    say("address-line-3").optional(),
    say("alt-phone-cc").optional(),
    say("alt-phone").optional(),
    say("fax-cc").optional(),
    say("fax").optional(),
    say("mobile-cc").optional(),
    say("mobile").optional(),
    say("vat-id").optional(),
], "Changes a customer.", "3.5 [K][P]");

/// `customers/delete`
pub const DELETE: Endpoint = row!(Paid Post "customers/delete", repeat false, [
    say_whole("customer-id"),
], "Deletes a customer.", "3.5 [K][P]");

/// `customers/change-password`
pub const CHANGE_PASSWORD: Endpoint = row!(Write Post "customers/change-password", repeat true, [
    say_whole("customer-id"),
    say("new-passwd").secret(),
], "Sets a customer's password.", "3.5 [K][P]");
