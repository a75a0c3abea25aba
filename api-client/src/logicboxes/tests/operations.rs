//! Every documented operation has a success and a failure, as written by the provider, and both are read for what they
//! are: by name, and as the type that its function answers.

use serde_json::Value;

use super::super::client::{Archive, Reply};
use super::super::endpoints::ENDPOINTS;
use super::super::wire::*;
use super::*;
use crate::endpoint::{Arguments, CallError, Endpoint, Shape};
use crate::http::CallClass;

fn operation(row: &Endpoint, kind: &str) -> String {
    fixture(&format!("operations/{}.{kind}.json", row.name.replace('/', ".")))
}

/// What a success is read as.
fn reads_as(name: &str, body: &Body) -> Result<(), String> {
    fn of<T: FromBody>(body: &Body) -> Result<(), String> {
        T::from_body(body).map(drop)
    }
    match name {
        "domains/available" | "domains/idn-available" => of::<Availabilities>(body),
        "domains/premium/available" => of::<PremiumNames>(body),
        "domains/v5/suggest-names" => of::<Suggestions>(body),
        "domains/orderid"
        | "eelite/orderid"
        | "contacts/add"
        | "contacts/coop/add-sponsor"
        | "customers/signup"
        | "customers/v2/signup" => of::<Id>(body),
        "domains/validate-transfer"
        | "domains/transfer/submit-auth-code"
        | "domains/cancel-transfer"
        | "domains/resend-rfa"
        | "domains/raa/resend-verification"
        | "domains/de/recheck-ns"
        | "contacts/set-details"
        | "customers/modify"
        | "customers/delete"
        | "customers/change-password" => of::<Done>(body),
        "domains/details" | "domains/details-by-name" => of::<DomainDetails>(body),
        "domains/search" | "eelite/search" => of::<Page<OrderRow>>(body),
        "domains/customer-default-ns" => of::<Vec<String>>(body),
        "domains/locks" => of::<Locks>(body),
        "domains/tel/cth-details" | "contacts/sponsors" | "contacts/validate-registrant" | "eelite/dns-record" => {
            of::<Fields>(body)
        }
        "contacts/details" => of::<ContactDetails>(body),
        "contacts/search" => of::<Contacts>(body),
        "contacts/default" | "contacts/modDefault" => of::<DefaultContacts>(body),
        "contacts/dotca/registrantagreement" => of::<Agreement>(body),
        "customers/details" | "customers/details-by-id" => of::<Customer>(body),
        "customers/search" => of::<Page<CustomerRow>>(body),
        "eelite/details" => of::<EmailDetails>(body),
        "actions/search-current" | "actions/search-archived" => of::<Page<ActionRow>>(body),
        "billing/reseller-balance" => of::<ResellerBalance>(body),
        name if name.starts_with("products/") => of::<Prices>(body),
        _ => of::<ActionResponse>(body),
    }
}

fn arguments(row: &'static Endpoint) -> Arguments {
    let value = |shape| match shape {
        Shape::Whole => "1",
        Shape::Flag => "true",
        Shape::Map => "tnc:y",
        Shape::Text | Shape::List | Shape::Json => "x",
    };
    let required = row.params.iter().filter(|param| param.required);
    required.map(|param| (param.name, value(param.shape))).collect()
}

async fn call(row: &'static Endpoint, status: u16, body: String) -> (Result<Value, CallError>, Vec<Seen>) {
    let path = row.path.replace("{region}", "us");
    let world = World::raw(vec![(path.trim_end_matches(".json"), status, body)]).await;
    let result = world.provider.call(row, &arguments(row)).await;
    no_secret(&result);
    (result, world.seen())
}

#[test]
fn names_are_unique_and_rows_are_complete() {
    let mut names: Vec<&str> = ENDPOINTS.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ENDPOINTS.len());
    assert_eq!(names.len(), 74);
    for row in ENDPOINTS {
        assert!(!row.summary.is_empty() && row.source.contains('['), "{}", row.name);
        assert_eq!(
            row.class == CallClass::Paid,
            !row.repeatable && row.name != "contacts/add" && row.name != "contacts/coop/add-sponsor",
            "{}",
            row.name
        );
        let get = row.method.as_str() == "GET";
        assert_eq!(
            get || row.name == "contacts/default",
            row.class == CallClass::Read,
            "{}",
            row.name
        );
    }
    let folder = format!("{}/src/logicboxes/fixtures/operations", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2 * ENDPOINTS.len());
}

#[tokio::test]
async fn every_success_is_shown_and_read_as_its_type() {
    for row in ENDPOINTS {
        let body = operation(row, "ok");
        let (result, seen) = call(row, 200, body.clone()).await;
        let shown = result.unwrap_or_else(|e| panic!("{}: {e}", row.name));
        assert_eq!(seen.len(), 1, "{}: sent once", row.name);
        let in_query = seen[0].query.contains("api-key");
        assert_eq!(
            in_query,
            row.method.as_str() == "GET",
            "{}: secrets stay out of a POST's address",
            row.name
        );
        assert!(!shown.to_string().contains("Demo!"), "{}: {shown}", row.name);
        let parsed = parse(body.as_bytes()).unwrap_or_else(|| panic!("{}", row.name));
        reads_as(row.name, &parsed).unwrap_or_else(|e| panic!("{}: {e}", row.name));
        // Unknown fields are ignored, and another shape is not taken for it.
        if let Body::Object(mut fields) = parsed.clone()
            && !matches!(
                row.name,
                "domains/available" | "domains/idn-available" | "domains/v5/suggest-names"
            )
            && row.name != "eelite/add-email-account"
        {
            fields.insert("brand-new".into(), "x".into());
            reads_as(row.name, &Body::Object(fields)).unwrap_or_else(|e| panic!("{}: {e}", row.name));
        }
        assert!(
            reads_as(row.name, &Body::Bare("strange".into())).is_err(),
            "{}",
            row.name
        );
    }
}

#[tokio::test]
async fn every_failure_is_a_no_or_a_doubt_and_never_a_success() {
    /// What may be our own doing, or is in no table: to a write, no refusal.
    const DOUBTS: [&str; 6] = [
        "domains/renew",
        "domains/purchase-privacy",
        "domains/modify-privacy-protection",
        "domains/add-cns",
        "eelite/add",
        "eelite/search",
    ];
    for row in ENDPOINTS {
        for status in [500, 200] {
            let (result, _) = call(row, status, operation(row, "no")).await;
            match result {
                Err(CallError::Refused { message, answer }) => {
                    assert!(!message.is_empty() && answer.is_some(), "{}", row.name);
                    assert!(!DOUBTS.contains(&row.name), "{}: {message}", row.name);
                }
                Err(CallError::Unknown(why)) => assert!(DOUBTS.contains(&row.name), "{}: {why}", row.name),
                other => panic!("{}: {other:?}", row.name),
            }
        }
    }
}

#[tokio::test]
async fn a_page_or_a_cut_answer_is_never_a_no() {
    for row in ENDPOINTS {
        for (status, body) in [
            (502, "<html>".to_owned()),
            (200, String::new()),
            (500, "{\"stat".to_owned()),
        ] {
            let (result, _) = call(row, status, body).await;
            assert!(
                matches!(result, Err(CallError::Unknown(_))),
                "{} {status}: {result:?}",
                row.name
            );
        }
        let (result, _) = call(row, 403, fixture("cdn.1020.txt")).await;
        assert!(
            matches!(result, Err(CallError::Refused { .. })),
            "{}: {result:?}",
            row.name
        );
        let (result, _) = call(row, 429, "slow down".to_owned()).await;
        assert!(
            matches!(result, Err(CallError::Refused { .. })),
            "{}: {result:?}",
            row.name
        );
    }
}

#[tokio::test]
async fn a_success_without_a_required_field_keeps_the_evidence() {
    use super::super::client::WriteError;
    let body = r#"{"status":"Success","domsecret":"Demo!Secret9","odd":"LBcanary+KEY/000"}"#;
    let world = World::raw(vec![("domains/modify-ns", 200, body.to_owned())]).await;
    let client = world.provider.client();
    let reply: Reply<ActionResponse> = client.modify_ns(&mut world.visit(), "90110022", &[]).await.unwrap();
    no_secret(&reply);
    let error = reply.into_result().unwrap_err();
    no_secret(&error);
    let WriteError::Unknown {
        evidence: Some(evidence),
        unlisted: true,
        detail,
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(detail, "neither `entityid` nor `eaqid`");
    assert_eq!(evidence["domsecret"], "***");
    assert_eq!(evidence["odd"], "***");

    for (path, missing) in [
        ("domains/details", "`orderid`"),
        ("contacts/details", "`entityid`"),
        ("customers/details", "`customerid`"),
        ("billing/reseller-balance", "`sellingcurrencybalance`"),
        ("actions/search-current", "`recsonpage`"),
        ("contacts/dotca/registrantagreement", "`version`"),
    ] {
        let world = World::raw(vec![(path, 200, r#"{"name":"Lee Lark"}"#.to_owned())]).await;
        let mut reads = world.provider.client().reads(None);
        let trouble = match path {
            "domains/details" => reads.domain_details("1", &["All"]).await.map(drop),
            "contacts/details" => reads.contact_details("1").await.map(drop),
            "customers/details" => reads.customer("x").await.map(drop),
            "billing/reseller-balance" => reads.reseller_balance().await.map(drop),
            "actions/search-current" => reads.actions(Archive::Current, &Default::default()).await.map(drop),
            _ => reads.ca_agreement().await.map(drop),
        }
        .unwrap_err();
        assert!(trouble.detail.contains(missing), "{path}: {}", trouble.detail);
        assert!(!trouble.detail.contains("Lark"), "{}", trouble.detail);
    }
}

#[test]
fn what_is_read_shows_no_secret_and_no_person_in_debug() {
    for name in [
        "domains.details",
        "contacts.details",
        "contacts.search",
        "customers.details",
        "customers.search",
    ] {
        let body = parse(fixture(&format!("operations/{name}.ok.json")).as_bytes()).unwrap();
        let shown = match name {
            "domains.details" => format!("{:?}", DomainDetails::from_body(&body)),
            "contacts.details" => format!("{:?}", ContactDetails::from_body(&body)),
            "contacts.search" => format!("{:?}", Contacts::from_body(&body)),
            "customers.details" => format!("{:?}", Customer::from_body(&body)),
            _ => format!("{:?}", Page::<CustomerRow>::from_body(&body)),
        };
        for hidden in ["Demo!Secret9", "Lee", "Mill Lane", "4711"] {
            assert!(!shown.contains(hidden), "{name}: {shown}");
            assert!(!format!("{body:?}").contains(hidden), "{name}");
        }
    }
}
