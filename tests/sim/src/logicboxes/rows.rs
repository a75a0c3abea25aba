//! The calls of domains, contacts, customers and prices, by path.

use super::{BY_ORDER, INVOICE, buying, lookups, manage, people, prices, read, write};
use crate::operation::{Effect, Method, Operation, Subject};
use crate::params::{Param, Shape, optional, repeated, required};

/// A call's parameters, and up to nine numbered pairs after them.
macro_rules! with_attributes {
    ($($param:expr),* $(,)?) => {
        &[
            $($param,)*
            optional(&["attr-name1"], Shape::Text), optional(&["attr-value1"], Shape::Any),
            optional(&["attr-name2"], Shape::Text), optional(&["attr-value2"], Shape::Any),
            optional(&["attr-name3"], Shape::Text), optional(&["attr-value3"], Shape::Any),
            optional(&["attr-name4"], Shape::Text), optional(&["attr-value4"], Shape::Any),
            optional(&["attr-name5"], Shape::Text), optional(&["attr-value5"], Shape::Any),
            optional(&["attr-name6"], Shape::Text), optional(&["attr-value6"], Shape::Any),
            optional(&["attr-name7"], Shape::Text), optional(&["attr-value7"], Shape::Any),
            optional(&["attr-name8"], Shape::Text), optional(&["attr-value8"], Shape::Any),
            optional(&["attr-name9"], Shape::Text), optional(&["attr-value9"], Shape::Any),
        ]
    };
}

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
const CUSTOMER: Param = required(&["customer-id"], Shape::Int);
const CONTACT: Param = required(&["contact-id"], Shape::Int);
const REGISTRANT: Param = required(&["reg-contact-id"], Shape::Int);
const ADMIN: Param = required(&["admin-contact-id"], Shape::Int);
const TECH: Param = required(&["tech-contact-id"], Shape::Int);
const BILLING: Param = required(&["billing-contact-id"], Shape::Int);

const SIGNUP: &[Param] = &[
    required(&["username"], Shape::Text),
    required(&["passwd"], Shape::Text),
    required(&["name"], Shape::Text),
    required(&["company"], Shape::Text),
    required(&["address-line-1"], Shape::Text),
    required(&["city"], Shape::Text),
    required(&["state"], Shape::Text),
    optional(&["other-state"], Shape::Text),
    required(&["country"], Shape::Text),
    required(&["zipcode"], Shape::Text),
    required(&["phone-cc"], Shape::Int),
    required(&["phone"], Shape::Int),
    required(&["lang-pref"], Shape::Text),
    optional(&["address-line-2"], Shape::Text),
    optional(&["address-line-3"], Shape::Text),
    optional(&["alt-phone-cc"], Shape::Int),
    optional(&["alt-phone"], Shape::Int),
    optional(&["fax-cc"], Shape::Int),
    optional(&["fax"], Shape::Int),
    optional(&["mobile-cc"], Shape::Int),
    optional(&["mobile"], Shape::Int),
    optional(&["sms-consent"], Shape::Bool),
    optional(&["vat-id"], Shape::Text),
    optional(&["accept-policy"], Shape::Bool),
    optional(&["marketing-email-consent"], Shape::Bool),
];

/// A write without an order.
const fn form(
    name: &'static str,
    paths: &'static [&'static str],
    params: &'static [Param],
    run: fn(&mut crate::world::World, &crate::operation::Call) -> crate::operation::Answer,
) -> Operation {
    Operation {
        subject: Subject::Nobody,
        ..write(name, paths, Effect::Write, params, run)
    }
}

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
    form("contacts/add", &["contacts/add"], CONTACT_ADD, people::contact_add),
    form(
        "contacts/modify",
        &["contacts/modify"],
        CONTACT_MODIFY,
        people::contact_modify,
    ),
    read(
        "contacts/details",
        &["contacts/details"],
        Subject::Nobody,
        &[CONTACT],
        people::contact_details,
    ),
    read(
        "contacts/search",
        &["contacts/search"],
        Subject::Nobody,
        &[
            CUSTOMER,
            required(&["no-of-records"], Shape::Int),
            required(&["page-no"], Shape::Int),
            repeated(&["contact-id"], Shape::Int),
            repeated(
                &["status"],
                Shape::OneOf(&["InActive", "Active", "Suspended", "Deleted"]),
            ),
            optional(&["name"], Shape::Text),
            optional(&["company"], Shape::Text),
            optional(&["email"], Shape::Text),
            optional(&["type"], Shape::Text),
            optional(&["include-invalid"], Shape::Bool),
        ],
        people::contact_search,
    ),
    Operation {
        method: Method::Post,
        ..read(
            "contacts/default",
            &["contacts/default"],
            Subject::Nobody,
            &[CUSTOMER, repeated(&["type"], Shape::Text)],
            people::contact_default,
        )
    },
    form(
        "contacts/set-details",
        &["contacts/set-details"],
        with_attributes![
            CONTACT,
            repeated(
                &["product-key"],
                Shape::OneOf(&[
                    "dotasia", "dotca", "dotcoop", "dotes", "dotjobs", "dotnl", "dotpro", "dotru", "domus"
                ])
            ),
        ],
        people::contact_set_details,
    ),
    form(
        "contacts/delete",
        &["contacts/delete"],
        &[CONTACT],
        people::contact_delete,
    ),
    form(
        "contacts/coop/add-sponsor",
        &["contacts/coop/add-sponsor"],
        SPONSOR,
        people::contact_add,
    ),
    read(
        "contacts/sponsors",
        &["contacts/sponsors"],
        Subject::Nobody,
        &[CUSTOMER],
        people::sponsors,
    ),
    read(
        "contacts/dotca/registrantagreement",
        &["contacts/dotca/registrantagreement"],
        Subject::Nobody,
        &[],
        people::agreement,
    ),
    form(
        "contacts/modDefault",
        &["contacts/modDefault"],
        &[
            CUSTOMER,
            required(&["type"], Shape::Text),
            REGISTRANT,
            ADMIN,
            TECH,
            BILLING,
        ],
        people::contact_set_default,
    ),
    read(
        "contacts/validate-registrant",
        &["contacts/validate-registrant"],
        Subject::Nobody,
        &[CONTACT, repeated(&["eligibility-criteria"], Shape::Text)],
        people::validate,
    ),
    form("customers/signup", &["customers/signup"], SIGNUP, people::signup),
    form("customers/v2/signup", &["customers/v2/signup"], SIGNUP, people::signup),
    read(
        "customers/details",
        &["customers/details"],
        Subject::Nobody,
        &[required(&["username"], Shape::Text)],
        people::customer,
    ),
    read(
        "customers/details-by-id",
        &["customers/details-by-id"],
        Subject::Nobody,
        &[CUSTOMER],
        people::customer_by_id,
    ),
    read(
        "customers/search",
        &["customers/search"],
        Subject::Nobody,
        &[
            required(&["no-of-records"], Shape::Int),
            required(&["page-no"], Shape::Int),
            repeated(&["customer-id"], Shape::Int),
            repeated(&["reseller-id"], Shape::Int),
            optional(&["username"], Shape::Text),
            optional(&["name"], Shape::Text),
            optional(&["company"], Shape::Text),
            optional(&["city"], Shape::Text),
            optional(&["state"], Shape::Text),
            optional(&["status"], Shape::Text),
            optional(&["creation-date-start"], Shape::Int),
            optional(&["creation-date-end"], Shape::Int),
        ],
        people::customer_search,
    ),
    form(
        "customers/modify",
        &["customers/modify"],
        CUSTOMER_MODIFY,
        people::customer_modify,
    ),
    form(
        "customers/delete",
        &["customers/delete"],
        &[CUSTOMER],
        people::customer_delete,
    ),
    form(
        "customers/change-password",
        &["customers/change-password"],
        &[CUSTOMER, required(&["new-passwd"], Shape::Text)],
        people::change_password,
    ),
    read(
        "eelite/dns-record",
        &["eelite/us/dns-record"],
        ORDER,
        BY_ORDER,
        prices::dns_record,
    ),
    read(
        "products/reseller-price",
        &["products/reseller-price"],
        Subject::Nobody,
        &[optional(&["reseller-id"], Shape::Int)],
        prices::reseller,
    ),
    read(
        "products/customer-price",
        &["products/customer-price"],
        Subject::Nobody,
        &[optional(&["customer-id"], Shape::Int)],
        prices::customer,
    ),
    read(
        "products/reseller-cost-price",
        &["products/reseller-cost-price"],
        Subject::Nobody,
        &[optional(&["reseller-id"], Shape::Int)],
        prices::reseller,
    ),
    read(
        "products/category-keys-mapping",
        &["products/category-keys-mapping"],
        Subject::Nobody,
        &[],
        prices::category_keys,
    ),
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

/// The fields of a contact, between what comes before and after them.
macro_rules! contact_params {
    ([$($before:expr),*], $list:ident) => {
        $list![
            $($before,)*
            required(&["name"], Shape::Text),
            required(&["company"], Shape::Text),
            required(&["email"], Shape::Text),
            required(&["address-line-1"], Shape::Text),
            required(&["city"], Shape::Text),
            required(&["country"], Shape::Text),
            required(&["zipcode"], Shape::Text),
            required(&["phone-cc"], Shape::Text),
            required(&["phone"], Shape::Text),
            optional(&["address-line-2"], Shape::Text),
            optional(&["address-line-3"], Shape::Text),
            optional(&["state"], Shape::Text),
            optional(&["fax-cc"], Shape::Text),
            optional(&["fax"], Shape::Text),
        ]
    };
}
macro_rules! plainly {
    ($($param:expr),* $(,)?) => { &[$($param),*] };
}
const CONTACT_ADD: &[Param] = contact_params!([CUSTOMER, required(&["type"], Shape::Text)], with_attributes);
const CONTACT_MODIFY: &[Param] = contact_params!([CONTACT], plainly);
const SPONSOR: &[Param] = contact_params!([CUSTOMER], plainly);
const CUSTOMER_MODIFY: &[Param] = &[
    CUSTOMER,
    required(&["username"], Shape::Text),
    required(&["name"], Shape::Text),
    required(&["company"], Shape::Text),
    required(&["address-line-1"], Shape::Text),
    required(&["city"], Shape::Text),
    required(&["state"], Shape::Text),
    optional(&["other-state"], Shape::Text),
    required(&["country"], Shape::Text),
    required(&["zipcode"], Shape::Text),
    required(&["phone-cc"], Shape::Int),
    required(&["phone"], Shape::Int),
    required(&["lang-pref"], Shape::Text),
    optional(&["address-line-2"], Shape::Text),
    optional(&["address-line-3"], Shape::Text),
    optional(&["alt-phone-cc"], Shape::Int),
    optional(&["alt-phone"], Shape::Int),
    optional(&["fax-cc"], Shape::Int),
    optional(&["fax"], Shape::Int),
    optional(&["mobile-cc"], Shape::Int),
    optional(&["mobile"], Shape::Int),
    optional(&["vat-id"], Shape::Text),
];
