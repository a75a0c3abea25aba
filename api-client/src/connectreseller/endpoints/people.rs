//! Contacts and clients (catalogue B and C).

use super::{add, paid, read, set, text, whole};
use crate::endpoint::{Endpoint, Param};

const NAME: Param = text("Name");
const EMAIL: Param = text("EmailAddress");
/// As the document's table and sample spell it. Real clients send the other; both do no harm \[P\].
const EMAIL_AS_DOCUMENTED: Param = text("EmailAdress").optional();
const COMPANY: Param = text("CompanyName");
const ADDRESS: Param = text("Address");
const ADDRESS_1: Param = text("Address1");
const CITY: Param = text("City");
const STATE: Param = text("StateName");
const COUNTRY: Param = text("CountryName");
const ZIP: Param = text("Zip");
const PHONE_CC: Param = text("PhoneNo_cc");
const PHONE: Param = text("PhoneNo");
const FAX_CC: Param = text("Faxno_cc").optional();
const FAX: Param = text("FaxNo").optional();
const OTHER_PHONE_CC: Param = text("Alternate_Phone_cc").optional();
const OTHER_PHONE: Param = text("Alternate_Phone").optional();

/// B1
pub const ADD_REGISTRANT_CONTACT: Endpoint = add(
    "AddRegistrantContact",
    &[
        NAME,
        EMAIL,
        EMAIL_AS_DOCUMENTED,
        COMPANY,
        ADDRESS,
        CITY,
        STATE,
        COUNTRY,
        ZIP,
        PHONE_CC,
        PHONE,
        FAX_CC,
        FAX,
        OTHER_PHONE_CC,
        OTHER_PHONE,
        whole("Id"),
    ],
    "Adds a contact to a client; nothing refuses a second one. CountryName is the full English name.",
    "2.2 B1 S, EmailAddress P",
);
/// B2
pub const MODIFY_REGISTRANT_CONTACT: Endpoint = set(
    "ModifyRegistrantContact",
    &[
        NAME,
        EMAIL,
        EMAIL_AS_DOCUMENTED,
        COMPANY,
        ADDRESS,
        CITY,
        STATE,
        COUNTRY,
        ZIP,
        PHONE_CC,
        PHONE,
        FAX_CC,
        FAX,
        OTHER_PHONE_CC,
        OTHER_PHONE,
        whole("RegistrantContactId"),
    ],
    "Changes a contact, on every domain that has it.",
    "2.2 B2 S",
);
/// B3
pub const VIEW_REGISTRANT: Endpoint = read(
    "ViewRegistrant",
    &[whole("RegistrantContactId")],
    "Shows a contact.",
    "2.2 B3 S",
);
/// C1
pub const ADD_CLIENT: Endpoint = set(
    "AddClient",
    &[
        text("FirstName"),
        text("UserName"),
        text("Password").secret(),
        COMPANY,
        ADDRESS_1,
        CITY,
        STATE,
        COUNTRY,
        ZIP,
        PHONE_CC,
        PHONE,
        FAX_CC,
        FAX,
        OTHER_PHONE_CC,
        OTHER_PHONE,
        whole("Id").optional(),
    ],
    "Adds a client, whose mail address is its name; a second of that name is refused. CountryName is the full English name.",
    "2.2 C1 S, Id (the brand) P",
);
/// C2: the sample URL's spelling `Address`.
pub const MODIFY_CLIENT: Endpoint = set(
    "ModifyClient",
    &[
        whole("Id"),
        text("FirstName").optional(),
        text("UserName").optional(),
        text("Password").optional().secret(),
        COMPANY.optional(),
        ADDRESS.optional(),
        CITY.optional(),
        STATE.optional(),
        COUNTRY.optional(),
        ZIP.optional(),
        PHONE_CC.optional(),
        PHONE.optional(),
        FAX_CC,
        FAX,
        OTHER_PHONE_CC,
        OTHER_PHONE,
    ],
    "Changes a client; what is left out stays.",
    "2.2 C2 S",
);
/// C3
pub const VIEW_CLIENT: Endpoint = read(
    "ViewClient",
    &[text("UserName")],
    "Shows a client by its mail address; its password is masked.",
    "2.2 C3 S",
);
/// C4: the sample URL's spelling `NewPassword`.
pub const CHANGE_CLIENT_PASSWORD: Endpoint = add(
    "ChangeClientPassword",
    &[
        text("UserName"),
        text("OldPassword").secret(),
        text("NewPassword").secret(),
    ],
    "Changes a client's password; a second one fails, as the old password is then another.",
    "2.2 C4 S",
);
/// C5
pub const DELETE_CUSTOMER: Endpoint = paid(
    "DeleteCustomer",
    &[whole("customerId")],
    "Deletes a client.",
    "2.2 C5 S",
);
/// Not in the older document.
pub const DEFAULT_REGISTRANT_CONTACT: Endpoint = read(
    "DefaultRegistrantContact",
    &[whole("Id")],
    "Tells a client's default contact.",
    "2.3 P",
);
/// Not in the older document.
pub const REGISTRANT_SEARCH_LIST: Endpoint = read(
    "registrantsearchlist",
    &[
        whole("clientId"),
        whole("page"),
        whole("maxIndex"),
        text("searchQuery").optional(),
    ],
    "Lists a client's contacts.",
    "2.3 P; V11 B4",
);
/// Not in the older document.
pub const CLIENT_SEARCH_LIST: Endpoint = read(
    "clientsearchlist",
    &[whole("page"), whole("maxIndex"), text("searchQuery").optional()],
    "Lists the account's clients.",
    "2.3 P; V11 C6",
);
/// Not in the older document.
pub const RESEND_REGISTRANT_MAIL: Endpoint = add(
    "resendRegistrantMail",
    &[whole("contactId")],
    "Sends a contact the verification mail (RAA) again.",
    "2.3 P; V11 B5",
);
/// Not in the older document.
pub const SEND_KYC_MAIL: Endpoint = add(
    "sendKYCMail",
    &[whole("registrantContactId")],
    "Sends a contact the mail that asks who it is.",
    "2.3 P; V11 B6",
);
