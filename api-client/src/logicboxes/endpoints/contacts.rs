//! Contacts (fact sheet §3.4).

use super::*;

const NAME: Param = say("name");
const COMPANY: Param = say("company");
const EMAIL: Param = say("email");
const ADDRESS1: Param = say("address-line-1");
const CITY: Param = say("city");
const COUNTRY: Param = say("country");
const ZIP: Param = say("zipcode");
const PHONE_CC: Param = say("phone-cc");
const PHONE: Param = say("phone");
const ADDRESS2: Param = say("address-line-2").optional();
const ADDRESS3: Param = say("address-line-3").optional();
const STATE: Param = say("state").optional();
const FAX_CC: Param = say("fax-cc").optional();
const FAX: Param = say("fax").optional();

/// `contacts/add`. Free, but duplicates are allowed: look for the contact first.
pub const ADD: Endpoint = row!(Write Post "contacts/add", repeat false, [
    NAME, COMPANY, EMAIL, ADDRESS1, CITY, COUNTRY, ZIP, PHONE_CC, PHONE,
    say_whole("customer-id"),
    say("type"),
    ADDRESS2, ADDRESS3, STATE, FAX_CC, FAX,
    ATTRIBUTES,
], "Adds a contact and answers its id.", "3.4 [S]");

/// `contacts/modify`. Announced as withdrawn from December 2016.
pub const MODIFY: Endpoint = row!(Write Post "contacts/modify", repeat true, [
    say_whole("contact-id"),
    NAME, COMPANY, EMAIL, ADDRESS1, CITY, COUNTRY, ZIP, PHONE_CC, PHONE,
    ADDRESS2, ADDRESS3, STATE, FAX_CC, FAX,
], "Changes a contact.", "3.4 [S][P]");

/// `contacts/details`
pub const DETAILS: Endpoint = row!(Read Get "contacts/details", repeat true, [
    ask_whole("contact-id"),
], "A contact.", "3.4 [S][P]");

/// `contacts/search`
pub const SEARCH: Endpoint = row!(Read Get "contacts/search", repeat true, [
    ask_whole("customer-id"),
    ask_whole("no-of-records"),
    ask_whole("page-no"),
    ask_many("contact-id").optional(),
    ask_many("status").optional(),
    ask("name").optional(),
    ask("company").optional(),
    ask("email").optional(),
    ask("type").optional(),
    ask_flag("include-invalid").optional(),
], "A customer's contacts.", "3.4 [S][P]");

/// `contacts/default`: a POST that changes nothing.
pub const DEFAULT: Endpoint = row!(Read Post "contacts/default", repeat true, [
    say_whole("customer-id"),
    say_many("type"),
], "A customer's default contacts by type.", "3.4 [S]");

/// `contacts/set-details`
pub const SET_DETAILS: Endpoint = row!(Write Post "contacts/set-details", repeat true, [
    say_whole("contact-id"),
    say("attr").shaped(Shape::Map),
    say_many("product-key"),
], "Sets a contact's TLD-specific details.", "3.4 [S]");

/// `contacts/delete`
pub const DELETE: Endpoint = row!(Paid Post "contacts/delete", repeat false, [
    say_whole("contact-id"),
], "Deletes a contact that is not in use.", "3.4 [S]");

/// `contacts/coop/add-sponsor`. The field list is that of `contacts/add`, as public clients send it.
pub const COOP_ADD_SPONSOR: Endpoint = row!(Write Post "contacts/coop/add-sponsor", repeat false, [
    say_whole("customer-id"),
    NAME, COMPANY, EMAIL, ADDRESS1, CITY, COUNTRY, ZIP, PHONE_CC, PHONE,
    ADDRESS2, ADDRESS3, STATE, FAX_CC, FAX,
], "Adds a sponsor for .COOP names and answers its id.", "3.4 [S name][P]");

/// `contacts/sponsors`
pub const SPONSORS: Endpoint = row!(Read Get "contacts/sponsors", repeat true, [
    ask_whole("customer-id"),
], "A customer's .COOP sponsors.", "3.4 [S name][P]");

/// `contacts/dotca/registrantagreement`
pub const CA_AGREEMENT: Endpoint = row!(Read Get "contacts/dotca/registrantagreement", repeat true, [
], "The .CA registrant agreement and its version.", "3.4 [P]");

/// `contacts/modDefault`
pub const MOD_DEFAULT: Endpoint = row!(Write Post "contacts/modDefault", repeat true, [
    say_whole("customer-id"),
    say("type"),
    REGISTRANT, ADMIN, TECH, BILLING,
], "Sets a customer's default contacts of a type.", "3.4 [K]");

/// `contacts/validate-registrant`
pub const VALIDATE_REGISTRANT: Endpoint = row!(Read Get "contacts/validate-registrant", repeat true, [
    ask_whole("contact-id"),
    ask_many("eligibility-criteria"),
], "Whether a contact meets a TLD's eligibility criteria.", "3.4 [K]");
