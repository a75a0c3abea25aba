//! Every fixture parses, every row of the catalogue is met, and no message is taken for what it isn't.

use rstest::rstest;

use super::super::answer::{Answer, Cut, classify, trouble};
use super::super::error::{CATALOGUE, Call, Class, listed};
use super::super::message::Message;
use super::super::wire::{
    ActionResponse, ActionRow, Body, DomainDetails, EmailDetails, FromBody as _, OrderRow, Page, ResellerBalance,
    ascii_domain, parse, read,
};
use super::*;
use crate::provider::{RejectionClass as Refusal, TroubleKind};

/// Each row's fixture and the call it is said by, in the catalogue's order.
const ROWS: &[(&str, Call)] = &[
    ("order-locked", Call::EmailRenew),
    ("already-exists", Call::Register),
    ("pending-order", Call::Register),
    ("already-renewed", Call::Renew),
    ("pending-on-order", Call::EmailRenew),
    ("pending-on-domain", Call::ModifyNs),
    ("already-added", Call::EmailAddAccounts),
    ("already-registered", Call::Register),
    ("privacy-not-purchased", Call::Privacy),
    ("privacy-not-available", Call::Register),
    ("insufficient", Call::Transfer),
    ("low-funds", Call::EmailAdd),
    ("debit-account", Call::EmailAdd),
    ("account-balance", Call::EmailRenew),
    ("credit-limit", Call::Register),
    ("website-absent", Call::LookupByName),
    ("entity-absent", Call::LookupById),
    ("entity-absent-on-change", Call::EmailRenew),
    ("customer-absent", Call::Customers),
    ("customer-wrong", Call::EmailAdd),
    ("customer-invalid", Call::EmailAdd),
    ("not-registered", Call::Transfer),
    ("free-as-new", Call::Transfer),
    ("transfer-prohibited", Call::Transfer),
    ("too-young", Call::Transfer),
    ("auth-code", Call::Transfer),
    ("auth-code-dash", Call::Transfer),
    ("domain-secret", Call::Transfer),
    ("domain-secret-dash", Call::Transfer),
    ("not-allowed", Call::Delete),
    ("not-authorized", Call::Search),
    ("invalid-credentials", Call::Search),
    ("access-denied", Call::LookupById),
    ("authentication", Call::EmailAdd),
    ("premium", Call::Register),
    ("beyond", Call::Renew),
    ("last-account", Call::EmailDeleteAccounts),
    ("contact-in-use", Call::Contacts),
    ("contact-suspended", Call::Contacts),
    ("not-cancellable", Call::CancelTransfer),
    ("same-ns", Call::ModifyNs),
    ("same-contacts", Call::ModifyContact),
    ("ip-exists", Call::ChildNs),
    ("child-ns-exists", Call::ChildNs),
    ("resend-not-due", Call::ResendApproval),
    ("child-ns-old", Call::ChildNs),
    ("contact-id", Call::Register),
    ("contact-invalid", Call::Register),
    ("nameserver", Call::Register),
    ("terms", Call::Register),
    ("company-words", Call::Contacts),
    ("taken", Call::Register),
    ("validation-exception", Call::EmailAdd),
    ("validation-map", Call::EmailAdd),
];

/// Rows that more calls than those of [`ROWS`] may say.
#[rstest]
#[case("not-allowed", Call::Contacts, Refusal::NotFound)]
#[case("not-allowed", Call::CancelTransfer, Refusal::NotFound)]
#[case("not-allowed", Call::SubmitAuthCode, Refusal::NotFound)]
#[case("domain-secret", Call::SubmitAuthCode, Refusal::AuthCode)]
#[case("entity-absent", Call::Contacts, Refusal::NotFound)]
#[case("low-funds", Call::Privacy, Refusal::NoFunds)]
#[case("low-funds", Call::Renew, Refusal::NoFunds)]
fn a_row_is_believed_wherever_the_sheet_says_it(#[case] name: &str, #[case] call: Call, #[case] class: Refusal) {
    assert_eq!(
        said(call, &format!("error.{name}.json")).class(),
        Some(Class::Refused(class))
    );
}

fn said(call: Call, name: &str) -> super::super::answer::Said {
    match classify(call, status(name), fixture(name).as_bytes()) {
        Answer::Said(said) => *said,
        other => panic!("{name} is no error but {other:?}"),
    }
}

#[test]
fn every_row_is_met_by_its_fixture_and_by_no_row_before_it() {
    assert_eq!(ROWS.len(), CATALOGUE.len());
    for ((name, call), row) in ROWS.iter().zip(CATALOGUE) {
        let said = said(*call, &format!("error.{name}.json"));
        assert_eq!(said.row, Some(row), "{name}");
    }
}

#[test]
fn every_fixture_parses_as_what_its_name_says() {
    let folder = format!("{}/src/logicboxes/fixtures", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // The operations have a test of their own.
        if name == "README.md" || name == "operations" {
            continue;
        }
        count += 1;
        let text = fixture(&name);
        let object = || match parse(text.as_bytes()) {
            Some(Body::Object(fields)) => fields,
            other => panic!("{name}: {other:?}"),
        };
        match name.split('.').next().unwrap() {
            _ if status(&name) == 500 => drop(said(Call::Search, &name)),
            "cdn" | "gateway" => assert_eq!(parse(text.as_bytes()), None, "{name}"),
            _ if name == "add.truncated.json" => assert_eq!(parse(text.as_bytes()), None),
            "orderid" => assert_eq!(parse(text.as_bytes()), Some(Body::Bare(ORDER.into()))),
            "details" => {
                let details: EmailDetails = read(&object()).unwrap();
                assert_eq!(
                    (details.orderid.id(), details.emailaccounts.count()),
                    (Some(ORDER), Some(15)),
                    "{name}"
                );
            }
            "transfer" => {
                let details = DomainDetails::from_body(&parse(text.as_bytes()).unwrap()).unwrap();
                assert_eq!(details.endtime, None, "{name}");
            }
            "search" => drop(Page::<OrderRow>::from_fields(&object()).unwrap()),
            "actions-current" | "actions-archived" => drop(Page::<ActionRow>::from_fields(&object()).unwrap()),
            "reseller-balance" => drop(read::<ResellerBalance>(&object()).unwrap()),
            _ => assert!(ActionResponse::from_fields(&object()).unwrap().has_order(), "{name}"),
        }
    }
    assert!(count > 80, "only {count} fixtures were found");
}

#[test]
fn money_wording_is_read_before_auth_code_wording() {
    let said = said(Call::Transfer, "error.insufficient.json");
    assert!(said.text().contains("auth code"));
    assert_eq!(said.class(), Some(Class::Refused(Refusal::NoFunds)));
}

#[test]
fn what_may_be_our_own_doing_is_never_a_refusal() {
    for row in CATALOGUE
        .iter()
        .filter(|row| matches!(row.class, Class::Reconcile | Class::Held))
    {
        // Whatever else stands around it.
        let text = format!(
            "{{order-id={} }} insufficient Authentication Access Denied",
            row.fragment
        );
        let call = [Call::EmailAdd, Call::Register]
            .into_iter()
            .find(|call| row.place.covers(*call))
            .unwrap();
        let found = listed(call, &Message::new(&text)).unwrap();
        assert!(matches!(found.class, Class::Reconcile | Class::Held), "{text}");
    }
}

#[test]
fn absent_is_said_only_by_the_words_for_it_and_only_to_a_look_up() {
    let absent = "error.website-absent.json";
    assert_eq!(said(Call::LookupByName, absent).class(), Some(Class::Absent));
    assert_eq!(said(Call::EmailAdd, absent).class(), None);
    assert_eq!(
        said(Call::LookupById, "error.entity-absent.json").class(),
        Some(Class::Absent)
    );
    assert_eq!(said(Call::LookupById, "generic.internal.json").class(), None);
}

#[rstest]
#[case::no_match("actions-current.none.json", true)]
#[case::no_entity("error.entity-absent.json", true)]
#[case::outage("actions-current.failed.json", false)]
#[case::timeout("actions-archived.failed.json", false)]
#[case::fatal("generic.fatal.json", false)]
#[case::denied("error.access-denied.json", false)]
fn no_match_and_a_failed_look_up_are_different_answers(#[case] name: &str, #[case] expected: bool) {
    assert_eq!(said(Call::ActionSearch, name).message.is_no_match(), expected);
}

#[rstest]
#[case::page("cdn.blocked.html", 403, Cut::Blocked(403))]
#[case::plain("cdn.1020.txt", 403, Cut::Blocked(403))]
#[case::plain_elsewhere("cdn.1020.txt", 503, Cut::Blocked(503))]
#[case::gateway("gateway.502.html", 502, Cut::NoAnswer(502))]
#[case::page_as_success("cdn.blocked.html", 200, Cut::NoAnswer(200))]
#[case::truncated("add.truncated.json", 200, Cut::NoAnswer(200))]
#[case::truncated_403("add.truncated.json", 403, Cut::NoAnswer(403))]
#[case::redirect("orderid.found.json", 302, Cut::NoAnswer(302))]
#[case::success_in_a_500("add.pending.json", 500, Cut::NoAnswer(500))]
#[case::throttled("gateway.502.html", 429, Cut::Throttled)]
fn a_status_decides_only_where_the_body_does_not(#[case] name: &str, #[case] status: u16, #[case] expected: Cut) {
    assert_eq!(
        classify(Call::EmailAdd, status, fixture(name).as_bytes()),
        Answer::Cut(expected)
    );
}

#[rstest]
#[case::generic(r#"{"STATUS":"Error","MESSAGE":"Unexpected"}"#, 500, TroubleKind::Unavailable)]
#[case::unlisted(
    r#"{"status":"ERROR","message":"The moon is in the wrong house"}"#,
    200,
    TroubleKind::Garbled
)]
#[case::credentials(r#"{"status":"ERROR","message":"Access Denied"}"#, 500, TroubleKind::Credentials)]
#[case::envelope_401(r#"{"status":"ERROR","message":"who?"}"#, 401, TroubleKind::Credentials)]
#[case::envelope_429(r#"{"status":"ERROR","message":"slow down"}"#, 429, TroubleKind::Throttled)]
#[case::page_401("<html></html>", 401, TroubleKind::Credentials)]
#[case::page_503("<html></html>", 503, TroubleKind::Unavailable)]
#[case::empty("", 200, TroubleKind::Garbled)]
#[case::other_shape("[]", 200, TroubleKind::Garbled)]
fn a_failed_read_tells_the_lane_what_it_is(#[case] body: &str, #[case] status: u16, #[case] kind: TroubleKind) {
    assert_eq!(trouble(&classify(Call::LookupById, status, body.as_bytes())).kind, kind);
}

#[test]
fn no_error_is_no_error() {
    for body in [
        r#"{"status":"AdminApproved","error":"NoError"}"#,
        r#"{"status":"Success","error":""}"#,
    ] {
        assert!(
            matches!(classify(Call::Transfer, 200, body.as_bytes()), Answer::Value(_)),
            "{body}"
        );
    }
}

#[test]
fn a_validation_map_is_taken_apart_at_names_not_at_commas() {
    let message = said(Call::EmailAdd, "error.validation-map.json").message;
    let fields = message.fields();
    assert_eq!(fields[0], ("no-of-accounts".into(), "No of accounts is invalid".into()));
    assert_eq!(fields[1], ("months".into(), "Months, for this plan, is invalid".into()));
    assert_eq!(fields.len(), 2);
    assert!(Message::new("{just braces}").fields().is_empty());
}

#[test]
fn the_four_parts_of_an_old_text_are_told_apart() {
    let message = said(Call::EmailAdd, "error.authentication.json").message;
    assert_eq!(message.exception.as_deref(), Some("AuthenticationException"));
    assert_eq!(message.text, "The user could not be verified");
    assert_eq!(message.level.as_deref(), Some("warn"));
    // The thrower's name is no message.
    let thrower = Message::new("com.x.OddException#~#com.x.Authentication#~#Odd#~#warn#~#");
    assert_eq!(listed(Call::EmailAdd, &thrower), None);
}

#[rstest]
#[case(" 90220007\n", Some("90220007"))]
#[case("True ", Some("True"))]
#[case("\"Success\"", Some("Success"))]
#[case("Success", Some("Success"))]
#[case("<html>", None)]
#[case("{\"a\":", None)]
#[case("", None)]
#[case("null", None)]
fn bare_answers_are_read_leniently_and_pages_are_not(#[case] body: &str, #[case] expected: Option<&str>) {
    let bare = match parse(body.as_bytes()) {
        Some(Body::Bare(text)) => Some(text),
        None => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(bare.as_deref().map(str::to_lowercase), expected.map(str::to_lowercase));
}

#[test]
fn no_implausible_time_is_read() {
    use super::super::wire::Scalar;
    for text in ["0", "-1", "", "soon", "1741080000000"] {
        assert_eq!(Scalar::from(text).instant(), None, "{text}");
    }
    assert_eq!(Scalar::from(" 1741080000 ").instant(), Some(at(1_741_080_000)));
    assert_eq!(
        Scalar::from("2024-05-01 10:22:03.5+00").instant(),
        "2024-05-01T10:22:03.5Z".parse().ok()
    );
}

#[test]
fn an_idn_is_one_name_in_both_spellings() {
    assert_eq!(
        ascii_domain("Bücher.example.").as_deref(),
        Some("xn--bcher-kva.example")
    );
    assert_eq!(
        ascii_domain("xn--bcher-kva.example").as_deref(),
        Some("xn--bcher-kva.example")
    );
    assert_eq!(ascii_domain("192.0.2.1"), None);
}
