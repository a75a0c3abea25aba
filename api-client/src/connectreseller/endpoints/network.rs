//! DNS zones, child name servers, forwarding (catalogue A16 to A20, E and F).

use super::{DOMAIN_ID, WEBSITE_NAME, add, flag, paid, read, set, text, whole};
use crate::endpoint::{Endpoint, Param};

const ZONE_ID: Param = whole("DNSZoneID");
const RECORD_ID: Param = whole("DNSZoneRecordID");
const RECORD_NAME: Param = text("RecordName");
const RECORD_TYPE: Param = text("RecordType");
/// Optional in the table, and needed in truth.
const RECORD_VALUE: Param = text("RecordValue");
const RECORD_PRIORITY: Param = whole("RecordPriority").optional();
const RECORD_TTL: Param = whole("RecordTTL").optional();
const FORWARDING: &[Param] = &[DOMAIN_ID, whole("websiteId"), flag("isMasking"), text("rewrite")];

/// A16
pub const MANAGE_DNS_RECORDS: Endpoint = set(
    "ManageDNSRecords",
    &[whole("WebsiteId")],
    "Makes a domain's zone, once before the record calls; the id is the domain's websiteId.",
    "2.1 A16 S",
);
/// A17: the table's `DNZZoneID` is the sample's `DNSZoneID`.
pub const ADD_DNS_RECORD: Endpoint = add(
    "AddDNSRecord",
    &[
        ZONE_ID,
        RECORD_NAME,
        RECORD_TYPE,
        RECORD_VALUE,
        RECORD_PRIORITY,
        RECORD_TTL,
    ],
    "Adds a record to a zone; nothing is known to refuse a second one.",
    "2.1 A17 S",
);
/// A18: spelling as for A17.
pub const MODIFY_DNS_RECORD: Endpoint = set(
    "ModifyDNSRecord",
    &[
        ZONE_ID,
        RECORD_ID,
        RECORD_NAME,
        RECORD_TYPE,
        RECORD_VALUE.optional(),
        RECORD_TTL,
        whole("RecordPort").optional(),
        whole("RecordWeight").optional(),
    ],
    "Changes a record of a zone; the last two are for SRV.",
    "2.1 A18 S; V11 A30 P",
);
/// A19
pub const DELETE_DNS_RECORD: Endpoint = paid(
    "DeleteDNSRecord",
    &[ZONE_ID, RECORD_ID],
    "Deletes a record of a zone.",
    "2.1 A19 S",
);
/// A20
pub const VIEW_DNS_RECORD: Endpoint = read(
    "ViewDNSRecord",
    &[whole("WebsiteId")],
    "Lists a domain's records.",
    "2.1 A20 S, shape P",
);
/// Not in the older document; its sample URL sends no type.
pub const ADD_SRV_RECORD: Endpoint = add(
    "addsrvrecord",
    &[
        ZONE_ID,
        RECORD_NAME,
        RECORD_VALUE,
        RECORD_PRIORITY,
        RECORD_TTL,
        whole("RecordPort"),
        whole("RecordWeight"),
    ],
    "Adds an SRV record to a zone.",
    "2.3 P; V11 A29",
);
/// E1
pub const ADD_CHILD_NAME_SERVER: Endpoint = add(
    "AddChildNameServer",
    &[DOMAIN_ID, WEBSITE_NAME, text("hostName"), text("ipAddress")],
    "Adds a name server below a domain; a second of that name is refused (2302).",
    "2.3 E1 S",
);
/// E2
pub const MODIFY_CHILD_NAME_SERVER_IP: Endpoint = set(
    "ModifyChildNameServerIP",
    &[
        DOMAIN_ID,
        WEBSITE_NAME,
        text("hostName"),
        text("oldIpAddress"),
        text("newIpAddress"),
    ],
    "Changes the address of a name server below a domain.",
    "2.3 E2 S",
);
/// E3
pub const MODIFY_CHILD_NAME_SERVER_HOST: Endpoint = set(
    "ModifyChildNameServerHost",
    &[DOMAIN_ID, WEBSITE_NAME, text("oldHostName"), text("newHostName")],
    "Renames a name server below a domain.",
    "2.3 E3 S",
);
/// E4: `ipAddress` stands in the sample URL only.
pub const DELETE_CHILD_NAME_SERVER: Endpoint = paid(
    "DeleteChildNameServer",
    &[DOMAIN_ID, WEBSITE_NAME, text("hostName"), text("ipAddress").optional()],
    "Deletes a name server below a domain.",
    "2.3 E4 S",
);
/// E5
pub const GET_CHILD_NAME_SERVERS: Endpoint = read(
    "getchildnameservers",
    &[whole("id")],
    "Lists the name servers below a domain, by its id.",
    "2.3 E5 S",
);
/// F1
pub const SET_DOMAIN_FORWARDING: Endpoint = set(
    "SetDomainForwarding",
    FORWARDING,
    "Forwards a domain to an address (rewrite); isMasking 1 keeps the domain in the browser's line.",
    "2.3 F1 S",
);
/// F2
pub const GET_DOMAIN_FORWARDING: Endpoint = read(
    "GetDomainForwarding",
    &[whole("websiteId")],
    "Shows where a domain is forwarded to.",
    "2.3 F2 S",
);
/// F3
pub const UPDATE_DOMAIN_FORWARDING: Endpoint = set(
    "updatedomainforwarding",
    FORWARDING,
    "Changes where a domain is forwarded to.",
    "2.3 F3 S",
);
/// F4: the newer document wants the domain's id too.
pub const DELETE_DOMAIN_FORWARDING: Endpoint = paid(
    "deletedomainforwarding",
    &[whole("websiteId"), whole("domainNameId").optional()],
    "Ends a domain's forwarding.",
    "2.3 F4 S, domainNameId P",
);
