//! Calls that change a domain order without a charge (fact sheet §3.3). Those that end or give away something are of
//! class paid: they must not be repeated blindly.

use super::*;

/// `domains/modify-ns`
pub const MODIFY_NS: Endpoint = row!(Write Post "domains/modify-ns", repeat true, [
    ORDER_ID,
    say_many("ns"),
], "Sets the name servers.", "3.3 [K][P]");

/// `domains/modify-contact`
pub const MODIFY_CONTACT: Endpoint = row!(Write Post "domains/modify-contact", repeat true, [
    ORDER_ID,
    REGISTRANT,
    ADMIN,
    TECH,
    BILLING,
    say_flag("sixty-day-lock-optout").optional(),
    say_flag("designated-agent").optional(),
], "Sets the four contacts.", "3.3 [K][P]");

/// `domains/modify-auth-code`
pub const MODIFY_AUTH_CODE: Endpoint = row!(Write Post "domains/modify-auth-code", repeat true, [
    ORDER_ID,
    say("auth-code").secret(),
], "Sets the auth code.", "3.3 [K][P]");

/// `domains/enable-theft-protection`
pub const ENABLE_THEFT_PROTECTION: Endpoint = row!(Write Post "domains/enable-theft-protection", repeat true, [
    ORDER_ID,
], "Locks a name against transfers.", "3.3 [K][P]");

/// `domains/disable-theft-protection`
pub const DISABLE_THEFT_PROTECTION: Endpoint = row!(Write Post "domains/disable-theft-protection", repeat true, [
    ORDER_ID,
], "Unlocks a name for a transfer.", "3.3 [K][P]");

/// `domains/add-cns`
pub const ADD_CNS: Endpoint = row!(Write Post "domains/add-cns", repeat true, [
    ORDER_ID,
    say("cns"),
    say_many("ip"),
], "Adds a child name server with its addresses.", "3.3 [K][P]");

/// `domains/modify-cns-name`
pub const MODIFY_CNS_NAME: Endpoint = row!(Write Post "domains/modify-cns-name", repeat true, [
    ORDER_ID,
    say("old-cns"),
    say("new-cns"),
], "Renames a child name server.", "3.3 [K][P]");

/// `domains/modify-cns-ip`
pub const MODIFY_CNS_IP: Endpoint = row!(Write Post "domains/modify-cns-ip", repeat true, [
    ORDER_ID,
    say("cns"),
    say("old-ip"),
    say("new-ip"),
], "Changes an address of a child name server.", "3.3 [K][P]");

/// `domains/delete-cns-ip`
pub const DELETE_CNS_IP: Endpoint = row!(Paid Post "domains/delete-cns-ip", repeat false, [
    ORDER_ID,
    say("cns"),
    say("ip"),
], "Takes an address of a child name server away.", "3.3 [K][P]");

/// `domains/transfer/submit-auth-code`
pub const SUBMIT_AUTH_CODE: Endpoint = row!(Write Post "domains/transfer/submit-auth-code", repeat true, [
    ORDER_ID,
    say("auth-code").secret(),
], "Hands in the auth code of a running transfer.", "3.3 [K][P]");

/// `domains/cancel-transfer`
pub const CANCEL_TRANSFER: Endpoint = row!(Paid Post "domains/cancel-transfer", repeat false, [
    ORDER_ID,
], "Ends a running transfer; the money returns.", "3.3 [P]");

/// `domains/resend-rfa`
pub const RESEND_RFA: Endpoint = row!(Write Post "domains/resend-rfa", repeat true, [
    ORDER_ID,
], "Sends the approval mail of a transfer again.", "3.3 [P]");

/// `domains/uk/release`
pub const UK_RELEASE: Endpoint = row!(Paid Post "domains/uk/release", repeat false, [
    ORDER_ID,
    say("new-tag"),
], "Gives a .UK name to another registrar's tag; two-letter tags begin with `#`.", "3.3 [S]");

/// `orders/suspend`
pub const SUSPEND: Endpoint = row!(Write Post "orders/suspend", repeat true, [
    ORDER_ID,
    say("reason"),
], "Suspends an order of any product.", "3.3 [K][P]");

/// `orders/unsuspend`
pub const UNSUSPEND: Endpoint = row!(Write Post "orders/unsuspend", repeat true, [
    ORDER_ID,
], "Ends a suspension.", "3.3 [K][P]");

/// `domains/delete`
pub const DELETE: Endpoint = row!(Paid Post "domains/delete", repeat false, [
    ORDER_ID,
], "Destroys a registration.", "3.3 [K][P]");

/// `domains/de/recheck-ns`
pub const DE_RECHECK_NS: Endpoint = row!(Write Post "domains/de/recheck-ns", repeat true, [
    ORDER_ID,
], "Has the name servers of a .DE name checked again.", "3.3 [S name][P]");

/// `domains/dotxxx/association-details`; the vendor's own list and one client spell it `assoication-details`.
pub const ASSOCIATION_DETAILS: Endpoint = row!(Write Post "domains/dotxxx/association-details", repeat true, [
    ORDER_ID,
    say("association-id"),
], "Sets the membership id of a .xxx name.", "3.3 [S name][P]");

/// `domains/tel/modify-whois-pref`
pub const TEL_WHOIS_PREF: Endpoint = row!(Write Post "domains/tel/modify-whois-pref", repeat true, [
    ORDER_ID,
    say("whois-type"),
    say("publish"),
], "Sets what whois shows of a .TEL name's holder.", "3.3 [S name][P]");

/// `domains/raa/resend-verification`
pub const RAA_RESEND: Endpoint = row!(Write Post "domains/raa/resend-verification", repeat true, [
    ORDER_ID,
], "Sends the registrant's verification mail again.", "3.3 [P]");
