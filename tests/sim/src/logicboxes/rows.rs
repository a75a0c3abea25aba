//! The calls of domains, by path.

use super::{BY_ORDER, INVOICE, buying, lookups, manage, read, with_attributes, write};
use crate::operation::{Effect, Operation, Subject};
use crate::params::{Param, Shape, optional, repeated, required};

const NAME: Subject = Subject::Name("domain-name");
const ORDER: Subject = Subject::Id("order-id");
const BY_NAME: &[Param] = &[required(&["domain-name"], Shape::Text)];
const OPTION: Shape = Shape::OneOf(&[
    "All",
    "OrderDetails",
    "StatusDetails",
    "ContactIds",
    "RegistrantContactDetails",
    "AdminContactDetails",
    "TechContactDetails",
    "BillingContactDetails",
    "NsDetails",
    "DomainStatus",
    "DNSSECDetails",
]);
pub(super) const CUSTOMER: Param = required(&["customer-id"], Shape::Int);
pub(super) const REGISTRANT: Param = required(&["reg-contact-id"], Shape::Int);
pub(super) const ADMIN: Param = required(&["admin-contact-id"], Shape::Int);
pub(super) const TECH: Param = required(&["tech-contact-id"], Shape::Int);
pub(super) const BILLING: Param = required(&["billing-contact-id"], Shape::Int);

/// A change of an order, for nothing.
macro_rules! change {
    ($path:literal, $params:expr, $run:path) => {
        write($path, &[$path], Effect::Write, $params, $run)
    };
}

pub(super) static ROWS: &[Operation] = &[
    Operation {
        subject: NAME,
        ..write(
            "domains/register",
            &["domains/register"],
            Effect::Paid,
            with_attributes![
                required(&["domain-name"], Shape::Text),
                required(&["years"], Shape::Int),
                repeated(&["ns"], Shape::Text),
                CUSTOMER,
                REGISTRANT,
                ADMIN,
                TECH,
                BILLING,
                required(&["invoice-option"], INVOICE),
                required(&["auto-renew"], Shape::Bool),
                optional(&["purchase-privacy"], Shape::Bool),
                optional(&["protect-privacy"], Shape::Bool),
                optional(&["discount-amount"], Shape::Text),
                optional(&["purchase-premium-dns"], Shape::Bool),
            ],
            buying::register,
        )
    },
    Operation {
        subject: NAME,
        ..write(
            "domains/transfer",
            &["domains/transfer"],
            Effect::Paid,
            with_attributes![
                required(&["domain-name"], Shape::Text),
                optional(&["auth-code"], Shape::Text),
                repeated(&["ns"], Shape::Text),
                CUSTOMER,
                REGISTRANT,
                ADMIN,
                TECH,
                BILLING,
                required(&["invoice-option"], INVOICE),
                required(&["auto-renew"], Shape::Bool),
                optional(&["purchase-privacy"], Shape::Bool),
                optional(&["protect-privacy"], Shape::Bool),
                optional(&["purchase-premium-dns"], Shape::Bool),
            ],
            buying::transfer,
        )
    },
    write(
        "domains/renew",
        &["domains/renew"],
        Effect::Paid,
        with_attributes![
            required(&["order-id"], Shape::Int),
            required(&["years"], Shape::Int),
            required(&["exp-date"], Shape::Int),
            required(&["auto-renew"], Shape::Bool),
            required(&["invoice-option"], INVOICE),
            optional(&["purchase-privacy"], Shape::Bool),
            optional(&["discount-amount"], Shape::Text),
            optional(&["purchase-premium-dns"], Shape::Bool),
        ],
        buying::renew,
    ),
    write(
        "domains/restore",
        &["domains/restore"],
        Effect::Paid,
        PRICED,
        buying::restore,
    ),
    write(
        "domains/purchase-privacy",
        &["domains/purchase-privacy"],
        Effect::Paid,
        PRICED,
        buying::purchase_privacy,
    ),
    change!(
        "domains/modify-privacy-protection",
        &[
            required(&["order-id"], Shape::Int),
            required(&["protect-privacy"], Shape::Bool),
            required(&["reason"], Shape::Text),
        ],
        buying::modify_privacy
    ),
    read(
        "domains/available",
        &["domains/available"],
        Subject::Nobody,
        &[
            repeated(&["domain-name"], Shape::Text),
            repeated(&["tlds"], Shape::Text),
            optional(&["suggest-alternative"], Shape::Bool),
        ],
        lookups::available,
    ),
    read(
        "domains/idn-available",
        &["domains/idn-available"],
        Subject::Nobody,
        &[
            repeated(&["domain-name"], Shape::Text),
            required(&["tld", "tlds"], Shape::Text),
            required(&["idnLanguageCode", "idn-languagecode"], Shape::Text),
        ],
        lookups::available,
    ),
    read(
        "domains/premium/available",
        &["domains/premium/available"],
        Subject::Nobody,
        &[
            required(&["key-word"], Shape::Text),
            repeated(&["tlds"], Shape::Text),
            optional(&["price-high"], Shape::Text),
            optional(&["price-low"], Shape::Text),
            optional(&["no-of-results"], Shape::Int),
        ],
        lookups::premium,
    ),
    read(
        "domains/v5/suggest-names",
        &["domains/v5/suggest-names"],
        Subject::Nobody,
        &[
            required(&["keyword"], Shape::Text),
            repeated(&["tld-only"], Shape::Text),
            optional(&["exact-match"], Shape::Bool),
            optional(&["adult"], Shape::Bool),
        ],
        lookups::suggest,
    ),
    read(
        "domains/validate-transfer",
        &["domains/validate-transfer"],
        NAME,
        BY_NAME,
        lookups::validate_transfer,
    ),
    read(
        "domains/orderid",
        &["domains/orderid"],
        NAME,
        BY_NAME,
        lookups::order_id,
    ),
    read(
        "domains/details",
        &["domains/details"],
        ORDER,
        &[required(&["order-id"], Shape::Int), repeated(&["options"], OPTION)],
        lookups::details,
    ),
    read(
        "domains/details-by-name",
        &["domains/details-by-name"],
        NAME,
        &[required(&["domain-name"], Shape::Text), repeated(&["options"], OPTION)],
        lookups::details_by_name,
    ),
    read(
        "domains/search",
        &["domains/search"],
        Subject::Nobody,
        super::SEARCH,
        lookups::search,
    ),
    read(
        "domains/customer-default-ns",
        &["domains/customer-default-ns"],
        Subject::Nobody,
        &[CUSTOMER],
        lookups::default_ns,
    ),
    read("domains/locks", &["domains/locks"], ORDER, BY_ORDER, lookups::locks),
    read(
        "domains/tel/cth-details",
        &["domains/tel/cth-details"],
        ORDER,
        BY_ORDER,
        lookups::cth_details,
    ),
    change!(
        "domains/modify-ns",
        &[required(&["order-id"], Shape::Int), repeated(&["ns"], Shape::Text)],
        manage::modify_ns
    ),
    change!(
        "domains/modify-contact",
        &[
            required(&["order-id"], Shape::Int),
            REGISTRANT,
            ADMIN,
            TECH,
            BILLING,
            optional(&["sixty-day-lock-optout"], Shape::Bool),
            optional(&["designated-agent"], Shape::Bool),
        ],
        manage::modify_contact
    ),
    change!("domains/modify-auth-code", WITH_CODE, manage::modify_auth_code),
    change!("domains/enable-theft-protection", BY_ORDER, manage::lock),
    change!("domains/disable-theft-protection", BY_ORDER, manage::unlock),
    change!(
        "domains/add-cns",
        &[
            required(&["order-id"], Shape::Int),
            required(&["cns"], Shape::Text),
            repeated(&["ip"], Shape::Text),
        ],
        manage::add_cns
    ),
    change!(
        "domains/modify-cns-name",
        &[
            required(&["order-id"], Shape::Int),
            required(&["old-cns"], Shape::Text),
            required(&["new-cns"], Shape::Text),
        ],
        manage::modify_cns_name
    ),
    change!(
        "domains/modify-cns-ip",
        &[
            required(&["order-id"], Shape::Int),
            required(&["cns"], Shape::Text),
            required(&["old-ip"], Shape::Text),
            required(&["new-ip"], Shape::Text),
        ],
        manage::modify_cns_ip
    ),
    change!(
        "domains/delete-cns-ip",
        &[
            required(&["order-id"], Shape::Int),
            required(&["cns"], Shape::Text),
            required(&["ip"], Shape::Text),
        ],
        manage::delete_cns_ip
    ),
    change!("domains/transfer/submit-auth-code", WITH_CODE, manage::submit_auth_code),
    change!("domains/cancel-transfer", BY_ORDER, manage::cancel_transfer),
    change!("domains/resend-rfa", BY_ORDER, manage::resend_rfa),
    change!(
        "domains/uk/release",
        &[required(&["order-id"], Shape::Int), required(&["new-tag"], Shape::Text)],
        manage::uk_release
    ),
    change!(
        "orders/suspend",
        &[required(&["order-id"], Shape::Int), required(&["reason"], Shape::Text)],
        manage::suspend
    ),
    change!("orders/unsuspend", BY_ORDER, manage::unsuspend),
    change!("domains/delete", BY_ORDER, manage::delete),
    change!("domains/de/recheck-ns", BY_ORDER, manage::bare_yes),
    write(
        "domains/dotxxx/association-details",
        &[
            "domains/dotxxx/association-details",
            "domains/dotxxx/assoication-details",
        ],
        Effect::Write,
        &[
            required(&["order-id"], Shape::Int),
            required(&["association-id"], Shape::Text),
        ],
        manage::noted,
    ),
    change!(
        "domains/tel/modify-whois-pref",
        &[
            required(&["order-id"], Shape::Int),
            required(&["whois-type"], Shape::OneOf(&["Natural", "Legal"])),
            required(&["publish"], Shape::OneOf(&["Y", "N"])),
        ],
        manage::noted
    ),
    change!("domains/raa/resend-verification", BY_ORDER, manage::bare_yes),
];

const PRICED: &[Param] = &[
    required(&["order-id"], Shape::Int),
    required(&["invoice-option"], INVOICE),
    optional(&["discount-amount"], Shape::Text),
];
const WITH_CODE: &[Param] = &[
    required(&["order-id"], Shape::Int),
    required(&["auth-code"], Shape::Text),
];
