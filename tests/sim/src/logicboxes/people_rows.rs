//! The calls of contacts, customers and prices, by path.

use super::rows::{ADMIN, BILLING, CUSTOMER, REGISTRANT, TECH};
use super::{BY_ORDER, customers, people, prices, read, with_attributes, write};
use crate::operation::{Answer, Call, Effect, Method, Operation, Subject};
use crate::params::{Param, Shape, optional, repeated, required};
use crate::world::World;

const CONTACT: Param = required(&["contact-id"], Shape::Int);
const ORDER: Subject = Subject::Id("order-id");

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
    run: fn(&mut World, &Call) -> Answer,
) -> Operation {
    Operation {
        subject: Subject::Nobody,
        ..write(name, paths, Effect::Write, params, run)
    }
}

pub(super) static ROWS: &[Operation] = &[
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
    form("customers/signup", &["customers/signup"], SIGNUP, customers::signup),
    form(
        "customers/v2/signup",
        &["customers/v2/signup"],
        SIGNUP,
        customers::signup,
    ),
    read(
        "customers/details",
        &["customers/details"],
        Subject::Nobody,
        &[required(&["username"], Shape::Text)],
        customers::customer,
    ),
    read(
        "customers/details-by-id",
        &["customers/details-by-id"],
        Subject::Nobody,
        &[CUSTOMER],
        customers::customer_by_id,
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
        customers::customer_search,
    ),
    form(
        "customers/modify",
        &["customers/modify"],
        CUSTOMER_MODIFY,
        customers::customer_modify,
    ),
    form(
        "customers/delete",
        &["customers/delete"],
        &[CUSTOMER],
        customers::customer_delete,
    ),
    form(
        "customers/change-password",
        &["customers/change-password"],
        &[CUSTOMER, required(&["new-passwd"], Shape::Text)],
        customers::change_password,
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
