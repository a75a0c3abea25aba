//! Every documented call of the client, against the simulator: typed.

use std::collections::BTreeMap;

use domorder_api_client::http::Visit;
use domorder_api_client::logicboxes::Client;
use domorder_api_client::logicboxes::client::{
    ActionQuery, Archive, ContactFields, ContactQuery, CustomerFields, CustomerQuery, FourContacts, OrderQuery,
    PremiumQuery, RegisterRequest, RenewRequest, SignupVersion, TransferRequest, WriteError,
};
use domorder_api_client::logicboxes::endpoints::ENDPOINTS;
use domorder_api_client::logicboxes::wire::{Available, Done};
use domorder_api_client::provider::{EmailCreate, EmailRenew, InvoiceOption, RejectionClass};
use secrecy::{ExposeSecret as _, SecretString};

use crate::logicboxes_orders::provider;
use crate::world::World;

/// Must be seen nowhere.
pub(crate) const CANARY: &str = "Canary!Code9";

pub(crate) fn visit(client: &Client) -> Visit {
    let mut visit = client.http().visit();
    visit.set_gate(|| Ok(()));
    visit
}

/// A write on a connection of its own, and its answer, which must be the documented success.
macro_rules! done {
    ($client:ident.$call:ident($($argument:expr),* $(,)?)) => {
        $client
            .$call(&mut visit($client), $($argument),*)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", stringify!($call)))
            .into_result()
            .unwrap_or_else(|e| panic!("{}: {e}", stringify!($call)))
    };
}

fn four(id: &str) -> FourContacts {
    FourContacts {
        registrant: id.into(),
        admin: id.into(),
        tech: id.into(),
        billing: id.into(),
    }
}

fn servers() -> Vec<String> {
    vec!["ns1.host.example".into(), "ns2.host.example".into()]
}

async fn registered(client: &Client, name: &str, contact: &str) -> String {
    let order = RegisterRequest {
        domain: name,
        years: 1,
        nameservers: &servers(),
        customer: "4400012",
        contacts: FourContacts {
            admin: if name.ends_with("uk") {
                "-1".into()
            } else {
                contact.into()
            },
            tech: if name.ends_with("uk") {
                "-1".into()
            } else {
                contact.into()
            },
            billing: if name.ends_with("uk") {
                "-1".into()
            } else {
                contact.into()
            },
            registrant: contact.into(),
        },
        invoice: InvoiceOption::KeepInvoice,
        auto_renew: true,
        purchase_privacy: Some(false),
        protect_privacy: Some(false),
        attributes: &[("premium".into(), "true".into()), ("eap".into(), "true".into())],
        discount: Some("0.5"),
        premium_dns: Some(false),
    };
    let taken = done!(client.register(&order));
    assert!(taken.invoiceid.id().is_some() && taken.sellingamount.as_str().starts_with('-'));
    taken.entityid.id().unwrap().to_owned()
}

pub(crate) fn person() -> ContactFields {
    ContactFields {
        name: "Lee Lark".into(),
        company: "Lark Mill".into(),
        email: "lee@lark.example".into(),
        address1: "1 Mill Lane".into(),
        address2: Some("Upper floor".into()),
        address3: None,
        city: "Millton".into(),
        state: Some("Mid".into()),
        country: "GB".into(),
        zip: "MI1 1LL".into(),
        phone_cc: "44".into(),
        phone: "2012345678".into(),
        fax_cc: Some("44".into()),
        fax: Some("2012345679".into()),
    }
}

pub(crate) fn signing_up(username: &str) -> CustomerFields {
    CustomerFields {
        username: username.into(),
        name: "Lee Lark".into(),
        company: "Lark Mill".into(),
        address1: "1 Mill Lane".into(),
        city: "Millton".into(),
        state: "Not Applicable".into(),
        other_state: Some("Mid".into()),
        country: "GB".into(),
        zip: "MI1 1LL".into(),
        phone_cc: "44".into(),
        phone: "2012345678".into(),
        language: "en".into(),
        alt_phone: Some(("44".into(), "2012345670".into())),
        fax: Some(("44".into(), "2012345671".into())),
        mobile: Some(("44".into(), "2012345672".into())),
        vat_id: Some("GB1".into()),
        sms_consent: Some(false),
        accept_policy: Some(true),
        marketing_email_consent: Some(false),
        ..CustomerFields::default()
    }
}

async fn domains(client: &Client) {
    let id = &registered(client, "lark.example", "991").await;
    let mut reads = client.reads(None);
    assert_eq!(reads.domain_order_id("lark.example").await.unwrap().as_ref(), Some(id));
    let details = reads.domain_details(id, &["All"]).await.unwrap().unwrap();
    assert_eq!(details.nameservers, servers());
    assert_eq!(details.orderstatus, ["transferlock"]);
    let end = details.endtime.unwrap();
    let by_name = reads
        .domain_details_by_name("lark.example", &["OrderDetails"])
        .await
        .unwrap();
    assert_eq!(by_name.unwrap().endtime, Some(end));
    let query = OrderQuery {
        order_by: Some("endtime desc"),
        customer_ids: &["4400012".into()],
        statuses: &["Active".into()],
        show_child_orders: Some(false),
        privacy_enabled: Some("false"),
        ..OrderQuery::page(10, 1).named("lark.example")
    };
    assert_eq!(
        reads.domain_search(&query).await.unwrap().rows[0].endtime.instant(),
        Some(end)
    );

    let renewal = |current_end| RenewRequest {
        order_id: id,
        years: 1,
        current_end,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
        purchase_privacy: Some(false),
        attributes: &[],
        discount: None,
        premium_dns: None,
    };
    assert!(
        done!(client.renew(&renewal(end.as_second())))
            .sellingamount
            .text()
            .is_none()
    );
    let again = client
        .renew(&mut visit(client), &renewal(end.as_second()))
        .await
        .unwrap();
    assert!(matches!(
        again.into_result(),
        Err(WriteError::Unknown { unlisted: false, .. })
    ));

    done!(client.purchase_privacy(id, InvoiceOption::NoInvoice, None));
    assert!(
        done!(client.modify_privacy(id, true, "wanted"))
            .invoiceid
            .id()
            .is_some()
    );
    let restore = client
        .restore(&mut visit(client), id, InvoiceOption::NoInvoice, Some("0.1"))
        .await
        .unwrap();
    assert!(restore.into_result().is_err(), "an active name is not restorable");

    let other = ["ns3.host.example".to_owned(), "ns4.host.example".to_owned()];
    assert_eq!(done!(client.modify_ns(id, &other)).actiontype.as_str(), "ModNS");
    let again = client.modify_ns(&mut visit(client), id, &other).await.unwrap();
    assert!(matches!(again.into_result(), Err(WriteError::AlreadySo(_))));
    done!(client.modify_contact(id, &four("992"), Some(true), Some(false)));
    done!(client.modify_auth_code(id, &SecretString::from(CANARY)));
    let details = reads.domain_details(id, &["OrderDetails"]).await.unwrap().unwrap();
    assert!(!format!("{details:?}").contains(CANARY));
    assert_eq!(details.domsecret.unwrap().expose_secret(), CANARY);
    done!(client.disable_theft_protection(id));
    assert!(!reads.locks(id).await.unwrap().transfer);
    done!(client.enable_theft_protection(id));
    assert!(reads.locks(id).await.unwrap().transfer);
    let ips = ["192.0.2.1".to_owned(), "192.0.2.2".to_owned()];
    done!(client.add_cns(id, "ns1.lark.example", &ips));
    done!(client.modify_cns_name(id, "ns1.lark.example", "ns9.lark.example"));
    done!(client.modify_cns_ip(id, "ns9.lark.example", "192.0.2.1", "192.0.2.3"));
    done!(client.delete_cns_ip(id, "ns9.lark.example", "192.0.2.2"));
    let children = reads.domain_details(id, &["NsDetails"]).await.unwrap().unwrap().cns;
    assert_eq!(
        children,
        BTreeMap::from([("ns9.lark.example".into(), vec!["192.0.2.3".into()])])
    );
    done!(client.suspend(id, "unpaid"));
    done!(client.unsuspend(id));
    assert_eq!(done!(client.raa_resend(id)), Done(true));
    done!(client.de_recheck_ns(id));
    done!(client.xxx_association(id, "77"));
    done!(client.tel_whois_pref(id, "Natural", "N"));
    assert!(reads.tel_cth_details(id).await.unwrap().contains_key("username"));
    done!(client.delete_domain(id));
    assert_eq!(reads.domain_order_id("lark.example").await.unwrap(), None);
    let uk = &registered(client, "lark.co.uk", "991").await;
    done!(client.uk_release(uk, "AB"));
}

async fn transfers(client: &Client) {
    let order = |domain| TransferRequest {
        domain,
        auth_code: None,
        nameservers: &[],
        customer: "4400012",
        contacts: four("991"),
        invoice: InvoiceOption::NoInvoice,
        auto_renew: false,
        purchase_privacy: None,
        protect_privacy: None,
        premium_dns: None,
        attributes: &[],
    };
    let id = done!(client.transfer(&order("moving.example"))).entityid;
    let id = id.id().unwrap();
    assert_eq!(
        done!(client.submit_auth_code(id, &SecretString::from(CANARY))),
        Done(true)
    );
    assert_eq!(done!(client.cancel_transfer(id)), Done(true));
    let id = done!(client.transfer(&TransferRequest {
        auth_code: Some(&SecretString::from("approval-x")),
        ..order("moving.example")
    }));
    assert_eq!(done!(client.resend_rfa(id.entityid.id().unwrap())), Done(true));
}

async fn lookups(client: &Client) {
    let mut reads = client.reads(None);
    let seen = reads
        .available(&["claim-a", "taken-b"], &["example", "com"], None)
        .await
        .unwrap()
        .0;
    assert_eq!(seen.len(), 4);
    assert_eq!(seen["taken-b.com"].status, Available::ThroughOthers);
    assert_eq!(seen["claim-a.com"].tm_claims_key.as_deref(), Some("claim-7"));
    let seen = reads.idn_available(&["xn--bcher-kva"], "com", "ger").await.unwrap().0;
    assert_eq!(seen["xn--bcher-kva.com"].status, Available::Free);
    let query = PremiumQuery {
        keyword: "lark",
        tlds: &["com".into()],
        price_high: Some("1000"),
        price_low: Some("1"),
        results: Some(5),
    };
    assert_eq!(
        reads.premium_available(&query).await.unwrap().0["premium-lark.com"].as_str(),
        "104.90"
    );
    let names = reads
        .suggest_names("lark", &["com"], Some(false), Some(false))
        .await
        .unwrap()
        .0;
    assert_eq!(names["lark.com"].status.as_str(), "available");
    assert_eq!(reads.validate_transfer("lark.com").await.unwrap(), Some(true));
    assert_eq!(reads.validate_transfer("free-a.com").await.unwrap(), None);
    assert_eq!(reads.customer_default_ns("4400012").await.unwrap().len(), 2);
    assert!(reads.customer_default_ns("1").await.is_err());
    assert!(reads.reseller_balance().await.is_ok());
    assert!(!reads.reseller_prices(Some("700001")).await.unwrap().0.is_empty());
    assert!(!reads.customer_prices(Some("4400012")).await.unwrap().0.is_empty());
    assert!(!reads.reseller_cost_prices(None).await.unwrap().0.is_empty());
    assert!(!reads.category_keys().await.unwrap().0.is_empty());
}

async fn contacts(client: &Client) {
    let attributes = [
        ("purpose".to_owned(), "P1".to_owned()),
        ("category".to_owned(), "C11".to_owned()),
    ];
    let id = &done!(client.contact_add("4400012", "Contact", &person(), &attributes)).0;
    assert_ne!(
        *id,
        done!(client.contact_add("4400012", "Contact", &person(), &[])).0,
        "duplicates are allowed"
    );
    let mut reads = client.reads(None);
    let details = reads.contact_details(id).await.unwrap().unwrap();
    assert_eq!((details.name.as_str(), details.zip.as_str()), ("Lee Lark", "MI1 1LL"));
    assert!(!format!("{details:?}").contains("Lee"));
    assert_eq!(reads.contact_details("7799999").await.unwrap(), None);
    let query = ContactQuery {
        customer: "4400012",
        rows: 10,
        page_no: 1,
        contact_ids: std::slice::from_ref(id),
        statuses: &["Active"],
        name: Some("lee"),
        company: Some("Lark"),
        email: Some("lee@lark.example"),
        contact_type: Some("Contact"),
        include_invalid: Some(true),
    };
    assert_eq!(reads.contact_search(&query).await.unwrap().rows[0].details(), {
        let mut row = details.clone();
        row.contactstatus = Default::default();
        row
    });
    let mut moved = person();
    moved.city = "Lark Town".into();
    done!(client.contact_modify(id, &moved));
    assert_eq!(
        reads.contact_details(id).await.unwrap().unwrap().city.as_str(),
        "Lark Town"
    );
    assert_eq!(
        done!(client.contact_set_details(id, &attributes, &["domus"])),
        Done(true)
    );
    done!(client.contact_set_default("4400012", "Contact", &four(id)));
    let defaults = reads
        .contact_defaults("4400012", &["Contact", "EuContact"])
        .await
        .unwrap()
        .0;
    assert_eq!(defaults["contact"].registrant.as_str(), id);
    assert_eq!(
        defaults["contact"].registrant_details.as_ref().unwrap().city.as_str(),
        "Lark Town"
    );
    let sponsor = done!(client.coop_add_sponsor("4400012", &person())).0;
    assert!(reads.coop_sponsors("4400012").await.unwrap().contains_key(&sponsor));
    let agreement = reads.ca_agreement().await.unwrap();
    assert_eq!(agreement.version.as_str(), "2.0");
    assert!(agreement.agreement.as_str().len() > 300, "read whole");
    assert!(
        reads
            .validate_registrant(id, &["CPR"])
            .await
            .unwrap()
            .contains_key("cpr")
    );
    registered(client, "uses-contact.example", id).await;
    let refused = client
        .contact_delete(&mut visit(client), id)
        .await
        .unwrap()
        .into_result();
    assert!(matches!(
        refused,
        Err(WriteError::Refused {
            class: RejectionClass::NotAllowed,
            ..
        })
    ));
    done!(client.contact_delete(&sponsor));
}

async fn customers(client: &Client) {
    let password = SecretString::from(CANARY);
    let id = &done!(client.customer_signup(SignupVersion::First, &signing_up("a@lark.example"), &password)).0;
    done!(client.customer_signup(SignupVersion::Second, &signing_up("b@lark.example"), &password));
    let mut reads = client.reads(None);
    let customer = reads.customer("a@lark.example").await.unwrap().unwrap();
    assert_eq!(customer.customerid.id(), Some(id.as_str()));
    assert!(customer.creationdt.is_some() && customer.pin.is_some());
    assert!(!format!("{customer:?}").contains("Lee"));
    assert!(reads.customer("nobody@lark.example").await.unwrap().is_none());
    assert!(reads.customer_by_id(id).await.unwrap().is_some());
    let query = CustomerQuery {
        rows: 10,
        page_no: 1,
        username: Some("lark.example"),
        ..CustomerQuery::default()
    };
    assert_eq!(reads.customer_search(&query).await.unwrap().total, 2);
    assert_eq!(
        done!(client.customer_modify(id, &signing_up("c@lark.example"))),
        Done(true)
    );
    assert_eq!(done!(client.customer_change_password(id, &password)), Done(true));
    assert_eq!(done!(client.customer_delete(id)), Done(true));
    assert!(reads.customer_by_id(id).await.unwrap().is_none());
}

async fn email(client: &Client, world: &World) {
    let order = EmailCreate {
        domain: "post.example".into(),
        customer: "4400012".into(),
        months: 12,
        accounts: 5,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
    };
    done!(client.email_add(&order));
    let wait = || world.advance(std::time::Duration::from_secs(300));
    wait();
    let mut reads = client.reads(None);
    let id = &reads.email_order_id("post.example").await.unwrap().unwrap();
    assert_eq!(
        reads.email_details(id).await.unwrap().unwrap().emailaccounts.count(),
        Some(5)
    );
    assert_eq!(
        reads
            .email_search(&OrderQuery::page(10, 1).named("post"))
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    assert!(reads.email_dns_record(id).await.unwrap().contains_key("mx"));
    let more = EmailRenew {
        domain: "post.example".into(),
        months: 1,
        additional_accounts: Some(1),
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
    };
    done!(client.email_renew(id, &more));
    done!(client.email_add_accounts(id, 2, InvoiceOption::PayInvoice));
    let query = ActionQuery {
        rows: 10,
        page_no: 1,
        order_ids: &[id],
        types: &["Renew"],
        ..ActionQuery::default()
    };
    assert_eq!(reads.actions(Archive::Current, &query).await.unwrap().rows.len(), 1);
    wait();
    assert_eq!(reads.actions(Archive::Archived, &query).await.unwrap().rows.len(), 1);
    done!(client.email_delete_accounts(id, 1));
    wait();
    assert_eq!(
        reads.email_details(id).await.unwrap().unwrap().emailaccounts.count(),
        Some(7)
    );
    done!(client.email_delete(id));
    wait();
    assert_eq!(reads.email_order_id("post.example").await.unwrap(), None);
}

#[tokio::test]
async fn every_typed_call_makes_its_round_trip() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    domains(client).await;
    transfers(client).await;
    lookups(client).await;
    contacts(client).await;
    customers(client).await;
    email(client, &world).await;
    world.assert_nothing_unexpected();
    let report = world.requests();
    for row in ENDPOINTS {
        assert!(report.calls(row.name) > 0, "{} was not called", row.name);
    }
}
