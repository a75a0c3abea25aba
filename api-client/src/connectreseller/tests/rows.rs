//! The rows of `endpoints` agree with the typed functions, with one another and with the fixtures.

use std::collections::BTreeSet;

use super::super::endpoints::ENDPOINTS;
use crate::endpoint::{Endpoint, Place};
use crate::http::CallClass;

/// The row of a request.
pub(super) fn row_of(action: &str) -> &'static Endpoint {
    ENDPOINTS
        .iter()
        .find(|row| row.path == action)
        .unwrap_or_else(|| panic!("no row for {action}"))
}

/// Fixed values first, then the row's parameters in its order, all required ones among them.
pub(super) fn assert_fits_its_row(uri: &str) {
    let (action, query) = uri.split_once('?').unwrap_or((uri, ""));
    let row = row_of(action);
    let sent: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .filter(|(name, _)| name != "APIKey")
        .collect();
    let (fixed, named) = sent.split_at(row.fixed.len());
    for ((name, value), expected) in fixed.iter().zip(row.fixed) {
        assert_eq!((name.as_str(), value.as_str()), *expected, "{uri}");
    }
    let mut params = row.params.iter();
    for (name, _) in named {
        assert!(
            params.any(|param| param.name == name),
            "{action}: {name} is not in the row, or stands elsewhere there"
        );
    }
    for param in row.params.iter().filter(|param| param.required) {
        assert!(
            named.iter().any(|(name, _)| name == param.name),
            "{uri} lacks {}",
            param.name
        );
    }
}

#[test]
fn every_action_of_the_catalogue_has_one_row() {
    const CATALOGUE: [&str; 41] = [
        "checkDomain",
        "Order",
        "TransferOrder",
        "CancelTransfer",
        "syncTransfer",
        "RenewalOrder",
        "ViewDomainById",
        "ViewDomain",
        "SearchDomainList",
        "UpdateNameServer",
        "ManageDomainLock",
        "ManageDomainPrivacyProtection",
        "ManageDomainSuspend",
        "ManageTheftProtection",
        "ViewEPPCode",
        "ManageDNSRecords",
        "AddDNSRecord",
        "ModifyDNSRecord",
        "DeleteDNSRecord",
        "ViewDNSRecord",
        "updatecontact",
        "movedomain",
        "checkdomainavailable",
        "getdomainprice",
        "AddRegistrantContact",
        "ModifyRegistrantContact",
        "ViewRegistrant",
        "AddClient",
        "ModifyClient",
        "ViewClient",
        "ChangeClientPassword",
        "DeleteCustomer",
        "AddChildNameServer",
        "ModifyChildNameServerIP",
        "ModifyChildNameServerHost",
        "DeleteChildNameServer",
        "getchildnameservers",
        "SetDomainForwarding",
        "GetDomainForwarding",
        "updatedomainforwarding",
        "deletedomainforwarding",
    ];
    let names: Vec<&str> = ENDPOINTS.iter().map(|row| row.name).collect();
    assert_eq!(names[..41], CATALOGUE);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn what_spends_or_deletes_is_paid_and_never_repeatable() {
    let paid: Vec<&str> = ENDPOINTS
        .iter()
        .filter(|row| row.class == CallClass::Paid)
        .map(|row| row.name)
        .collect();
    assert_eq!(
        paid,
        [
            "Order",
            "TransferOrder",
            "RenewalOrder",
            "ManageDomainPrivacyProtection",
            "DeleteDNSRecord",
            "DeleteCustomer",
            "DeleteChildNameServer",
            "deletedomainforwarding",
        ]
    );
    for row in ENDPOINTS {
        assert!(row.class != CallClass::Paid || !row.repeatable, "{}", row.name);
        assert!(row.class != CallClass::Read || row.repeatable, "{}", row.name);
        assert!(
            row.params.iter().all(|param| param.place == Place::Query),
            "{}",
            row.name
        );
        assert!(!row.summary.is_empty() && !row.source.is_empty(), "{}", row.name);
    }
}

#[test]
fn every_action_has_a_fixture_of_success_and_one_of_failure() {
    let folder = format!("{}/src/connectreseller/fixtures", env!("CARGO_MANIFEST_DIR"));
    let files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for row in ENDPOINTS {
        let own = |file: &&String| file.starts_with(&format!("{}.", row.name.to_ascii_lowercase()));
        let bad = |file: &&String| {
            ["refused", "absent", "failure", "taken"]
                .iter()
                .any(|word| file.contains(word))
        };
        let (failures, successes): (Vec<_>, Vec<_>) = files.iter().filter(own).partition(bad);
        assert!(!failures.is_empty() && !successes.is_empty(), "{}", row.name);
    }
}
