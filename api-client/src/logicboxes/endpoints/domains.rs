//! Calls on domains that spend money, and the privacy switch (fact sheet §3.1).

use super::*;

/// `domains/register`
pub const REGISTER: Endpoint = row!(Paid Post "domains/register", repeat false, [
    say("domain-name"),
    say_whole("years"),
    say_many("ns"),
    say_whole("customer-id"),
    REGISTRANT,
    ADMIN,
    TECH,
    BILLING,
    INVOICE,
    say_flag("auto-renew"),
    say_flag("purchase-privacy").optional(),
    say_flag("protect-privacy").optional(),
    ATTRIBUTES,
    say("discount-amount").optional(),
    say_flag("purchase-premium-dns").optional(),
], "Registers a name and debits the reseller.", "3.1 [S][K]");

/// `domains/transfer`
pub const TRANSFER: Endpoint = row!(Paid Post "domains/transfer", repeat false, [
    say("domain-name"),
    say("auth-code").optional().secret(),
    say_many("ns").optional(),
    say_whole("customer-id"),
    REGISTRANT,
    ADMIN,
    TECH,
    BILLING,
    INVOICE,
    say_flag("auto-renew"),
    say_flag("purchase-privacy").optional(),
    say_flag("protect-privacy").optional(),
    say_flag("purchase-premium-dns").optional(),
    ATTRIBUTES,
], "Moves a name here, with a year's renewal, and debits the reseller.", "3.1 [S name][K][P]");

/// `domains/renew`
pub const RENEW: Endpoint = row!(Paid Post "domains/renew", repeat false, [
    ORDER_ID,
    say_whole("years"),
    say_whole("exp-date"),
    say_flag("auto-renew"),
    INVOICE,
    say_flag("purchase-privacy").optional(),
    ATTRIBUTES,
    say("discount-amount").optional(),
    say_flag("purchase-premium-dns").optional(),
], "Buys more years; `exp-date` must be the current end (epoch seconds), or it is refused.", "3.1 [S][K]");

/// `domains/restore`
pub const RESTORE: Endpoint = row!(Paid Post "domains/restore", repeat false, [
    ORDER_ID,
    INVOICE,
    say("discount-amount").optional(),
], "Brings a deleted name back within its redemption period.", "3.1 [S name][K]");

/// `domains/purchase-privacy`
pub const PURCHASE_PRIVACY: Endpoint = row!(Paid Post "domains/purchase-privacy", repeat false, [
    ORDER_ID,
    INVOICE,
    say("discount-amount").optional(),
], "Buys whois privacy for a name.", "3.1 [K]");

/// `domains/modify-privacy-protection`
pub const MODIFY_PRIVACY: Endpoint = row!(Write Post "domains/modify-privacy-protection", repeat true, [
    ORDER_ID,
    say_flag("protect-privacy"),
    say("reason"),
], "Switches bought whois privacy on or off.", "3.1 [S]");
