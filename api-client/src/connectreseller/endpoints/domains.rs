//! Domains: bought, looked at, searched, priced, and their settings (catalogue A).

use super::{DOMAIN_ID, WEBSITE_NAME, add, fixed, flag, paid, read, set, text, whole};
use crate::endpoint::Endpoint;

/// A1
pub const CHECK_DOMAIN: Endpoint = read(
    "checkDomain",
    &[WEBSITE_NAME],
    "Tells whether a name is free: 200 free, 400 taken.",
    "2.1 A1 S",
);
/// A2
pub const ORDER: Endpoint = fixed(
    paid(
        "Order",
        &[
            text("Websitename"),
            whole("Duration"),
            flag("IsWhoisProtection"),
            text("ns1"),
            text("ns2"),
            text("ns3").optional(),
            text("ns4").optional(),
            whole("Id"),
            text("couponCode").optional(),
            flag("isEnablePremium").optional(),
            text("lang").optional(),
            flag("isUs").optional(),
            text("appPurpose").optional(),
            text("nexusCategory").optional(),
        ],
        "Registers a name for years; spends money. lang is an IDN's language; the last three are for .us.",
        "2.1 A2 S; V11 A7 P from isEnablePremium on",
    ),
    &[("ProductType", "1")],
);
/// A3
pub const TRANSFER_ORDER: Endpoint = fixed(
    paid(
        "TransferOrder",
        &[
            text("Websitename"),
            flag("IsWhoisProtection").optional(),
            text("AuthCode").secret(),
            whole("Id"),
            text("couponCode").optional(),
        ],
        "Asks for a transfer, which adds a year; spends money.",
        "2.1 A3 S, couponCode P",
    ),
    &[("OrderType", "4")],
);
/// A4: gives money back. The domain's id, not its name.
pub const CANCEL_TRANSFER: Endpoint = add(
    "CancelTransfer",
    &[whole("id")],
    "Cancels a transfer that is stalled, by the domain's id; the money comes back.",
    "2.1 A4 S",
);
/// A5: the table calls the name an Integer.
pub const SYNC_TRANSFER: Endpoint = read(
    "syncTransfer",
    &[text("domainName")],
    "Tells where a transfer is; HTTP 500 is usual for a name without one.",
    "2.1 A5 S, 3.4 P",
);
/// A6
pub const RENEWAL_ORDER: Endpoint = fixed(
    paid(
        "RenewalOrder",
        &[
            text("Websitename"),
            whole("Duration"),
            whole("Id"),
            flag("IsWhoisProtection").optional(),
            flag("isEnablePremium").optional(),
            text("couponCode").optional(),
            whole("Expiryyear").optional(),
        ],
        "Buys years; nothing refuses a second one unless Expiryyear (the expiry's year before) is checked. \
         IsWhoisProtection=true gives HTTP 500, 1 works.",
        "2.1 A6 S, the last three P",
    ),
    &[("OrderType", "2")],
);
/// A7
pub const VIEW_DOMAIN_BY_ID: Endpoint = read(
    "ViewDomainById",
    &[whole("id")],
    "Shows a domain of this account by its id.",
    "2.1 A7 S",
);
/// A8
pub const VIEW_DOMAIN: Endpoint = read(
    "ViewDomain",
    &[WEBSITE_NAME],
    "Shows a domain of this account by its name.",
    "2.1 A8 S",
);
/// A9
pub const SEARCH_DOMAIN_LIST: Endpoint = read(
    "SearchDomainList",
    &[
        whole("page"),
        whole("maxIndex"),
        text("searchQuery").optional(),
        whole("clientId").optional(),
        text("orderby").optional(),
        text("orderType").optional(),
    ],
    "Lists the account's domains; orderby WebsiteName, ExpirationDate, CustomerId or CreationDate, orderType ASC or DESC.",
    "2.1 A9 S, the last three P",
);
/// A10: the table misspells the eighth as `nameServe8`.
pub const UPDATE_NAME_SERVER: Endpoint = set(
    "UpdateNameServer",
    &[
        DOMAIN_ID,
        WEBSITE_NAME,
        text("nameServer1").optional(),
        text("nameServer2").optional(),
        text("nameServer3").optional(),
        text("nameServer4").optional(),
        text("nameServer5").optional(),
        text("nameServer6").optional(),
        text("nameServer7").optional(),
        text("nameServer8").optional(),
        text("nameServer9").optional(),
        text("nameServer10").optional(),
        text("nameServer11").optional(),
        text("nameServer12").optional(),
        text("nameServer13").optional(),
        whole("Id").optional(),
    ],
    "Sets a domain's name servers.",
    "2.1 A10 S",
);
/// A11
pub const MANAGE_DOMAIN_LOCK: Endpoint = set(
    "ManageDomainLock",
    &[DOMAIN_ID, WEBSITE_NAME, flag("isDomainLocked")],
    "Sets or lifts the transfer lock.",
    "2.1 A11 S",
);
/// A12: whether it is paid for is not documented, so it counts as paid. The flag is all lower case.
pub const MANAGE_DOMAIN_PRIVACY_PROTECTION: Endpoint = paid(
    "ManageDomainPrivacyProtection",
    &[DOMAIN_ID, flag("iswhoisprotected")],
    "Sets or lifts whois privacy; may spend money.",
    "2.1 A12 S, cost I:md",
);
/// A13
pub const MANAGE_DOMAIN_SUSPEND: Endpoint = set(
    "ManageDomainSuspend",
    &[DOMAIN_ID, WEBSITE_NAME, flag("isDomainSuspend")],
    "Suspends a domain or lifts that.",
    "2.1 A13 S",
);
/// A14
pub const MANAGE_THEFT_PROTECTION: Endpoint = set(
    "ManageTheftProtection",
    &[DOMAIN_ID, WEBSITE_NAME, flag("isTheftProtection")],
    "Sets or lifts theft protection.",
    "2.1 A14 S",
);
/// A15: the sample URL's `domaionNameId` is the one typo that nobody sends.
pub const VIEW_EPP_CODE: Endpoint = read(
    "ViewEPPCode",
    &[DOMAIN_ID],
    "Shows a domain's EPP secret, by id; masked where it is printed.",
    "2.1 A15 S, spelling P",
);
/// A21: bare numbers, without `OR_`.
pub const UPDATE_CONTACT: Endpoint = set(
    "updatecontact",
    &[
        DOMAIN_ID,
        WEBSITE_NAME,
        whole("registrantContactId"),
        whole("adminContactId"),
        whole("technicalContactId"),
        whole("billingContactId"),
    ],
    "Sets a domain's four contacts, by their numbers.",
    "2.1 A21 S",
);
/// A22
pub const MOVE_DOMAIN: Endpoint = set(
    "movedomain",
    &[
        DOMAIN_ID,
        whole("customerId"),
        text("userName"),
        flag("isCustomerContact").optional(),
    ],
    "Gives a domain to another client; isCustomerContact 1 takes that client's contact, 0 keeps the present ones.",
    "2.1 A22 S",
);
/// A23
pub const CHECK_DOMAIN_AVAILABLE: Endpoint = read(
    "checkdomainavailable",
    &[WEBSITE_NAME],
    "Tells whether a name is free, of which kind it is, and its fees.",
    "2.1 A23 S",
);
/// A24
pub const GET_DOMAIN_PRICE: Endpoint = read("getdomainprice", &[WEBSITE_NAME], "Tells a name's fees.", "2.1 A24 S");
/// Not in the older document.
pub const AVAILABLE_FUND: Endpoint = read(
    "availablefund",
    &[whole("resellerId")],
    "Tells the money that is left.",
    "2.3 P",
);
/// Not in the older document. Times out above about 40 names \[P\].
pub const BULK_DOMAIN_CHECK: Endpoint = read(
    "bulkDomainCheck",
    &[text("websiteNames")],
    "Tells of up to 200 names, joined by commas, whether they are free; above about 40 it times out.",
    "1, 2.3 P; V11 A2",
);
/// Not in the older document.
pub const CHECK_DOMAIN_PRICE: Endpoint = read(
    "checkDomainPrice",
    &[WEBSITE_NAME],
    "Tells a free name's registration price for one to ten years, in sentences.",
    "2.3 P; V11 A5",
);
/// Not in the older document. At most 50.
pub const DOMAIN_SUGGESTION: Endpoint = read(
    "domainSuggestion",
    &[text("keyword"), whole("maxResult")],
    "Suggests up to 50 names for a keyword, with their prices.",
    "2.3 P; V11 A3",
);
/// Not in the older document.
pub const GET_TLD_SUGGESTION: Endpoint = read(
    "getTldSuggestion",
    &[WEBSITE_NAME],
    "Tells for some 25 top-level domains whether the name is free there.",
    "V11 A4 P",
);
/// Not in the older document. A bare array.
pub const TLD_SYNC: Endpoint = read(
    "tldsync",
    &[],
    "Lists the top-level domains that are sold, their terms in years and their prices.",
    "2.3 P; V11 A6",
);
/// Not in the older document.
pub const UPDATE_AUTH_CODE: Endpoint = set(
    "updateAuthCode",
    &[DOMAIN_ID, WEBSITE_NAME, text("authCode").secret()],
    "Sets a domain's EPP secret.",
    "2.3 P; V11 A16",
);
