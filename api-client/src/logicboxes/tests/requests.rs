//! Every request, letter by letter: each typed function is called once, with all that it takes.
//!
//! The snapshot is compared with the fact sheet by hand when it changes: methods, paths, exact spelling, arrays that
//! repeat their key, maps as numbered pairs, secrets in the form and not in the address.

use super::super::client::{
    ActionQuery, Archive, ContactFields, ContactQuery, CustomerFields, CustomerQuery, FourContacts, OrderQuery,
    PremiumQuery, RegisterRequest, RenewRequest, SignupVersion, TransferRequest,
};
use super::super::endpoints::ENDPOINTS;
use super::*;
use crate::provider::{EmailCreate, EmailRenew};

const ID: &str = "90110022";

fn four() -> FourContacts {
    FourContacts {
        registrant: "1".into(),
        admin: "-1".into(),
        tech: "3".into(),
        billing: "4".into(),
    }
}

fn person() -> ContactFields {
    ContactFields {
        name: "Lee Lark".into(),
        company: "Lark & Söhne".into(),
        email: "lee@lark.example".into(),
        address1: "1 Mill Lane".into(),
        address2: Some("b".into()),
        address3: Some("c".into()),
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

fn customer() -> CustomerFields {
    let pair = |number: &str| Some(("44".to_owned(), number.to_owned()));
    CustomerFields {
        username: "lee@lark.example".into(),
        name: "Lee Lark".into(),
        company: "Lark Mill".into(),
        address1: "1 Mill Lane".into(),
        address2: Some("b".into()),
        address3: Some("c".into()),
        city: "Millton".into(),
        state: "Not Applicable".into(),
        other_state: Some("Mid".into()),
        country: "GB".into(),
        zip: "MI1 1LL".into(),
        phone_cc: "44".into(),
        phone: "2012345678".into(),
        language: "en".into(),
        alt_phone: pair("1"),
        fax: pair("2"),
        mobile: pair("3"),
        vat_id: Some("GB1".into()),
        sms_consent: Some(false),
        accept_policy: Some(true),
        marketing_email_consent: Some(false),
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

async fn writes(world: &World) {
    let client = world.provider.client();
    let secret = SecretString::from("Code+9");
    let pairs = [
        ("idnLanguageCode".to_owned(), "de".to_owned()),
        ("tnc".to_owned(), "y".to_owned()),
    ];
    let ns = texts(&["ns1.a.example", "ns2.a.example"]);
    let no = InvoiceOption::NoInvoice;
    // The answers are pages: nothing is read from them here.
    macro_rules! sent {
        ($($call:ident($($argument:expr),* $(,)?);)*) => {
            $( drop(client.$call(&mut world.visit(), $($argument),*).await); )*
        };
    }
    let register = RegisterRequest {
        domain: "bücher.example",
        years: 2,
        nameservers: &ns,
        customer: CUSTOMER,
        contacts: four(),
        invoice: InvoiceOption::KeepInvoice,
        auto_renew: true,
        purchase_privacy: Some(true),
        protect_privacy: Some(true),
        attributes: &pairs,
        discount: Some("0.50"),
        premium_dns: Some(false),
    };
    let transfer = TransferRequest {
        domain: DOMAIN,
        auth_code: Some(&secret),
        nameservers: &ns,
        customer: CUSTOMER,
        contacts: four(),
        invoice: no,
        auto_renew: false,
        purchase_privacy: Some(false),
        protect_privacy: Some(false),
        premium_dns: Some(true),
        attributes: &pairs[1..],
    };
    let renew = RenewRequest {
        order_id: ID,
        years: 1,
        current_end: END,
        auto_renew: false,
        invoice: no,
        purchase_privacy: Some(true),
        attributes: &[("premium".into(), "true".into())],
        discount: Some("1"),
        premium_dns: Some(false),
    };
    let add = EmailCreate {
        domain: DOMAIN.into(),
        customer: CUSTOMER.into(),
        months: 12,
        accounts: 5,
        auto_renew: false,
        invoice: no,
    };
    let more = EmailRenew {
        domain: DOMAIN.into(),
        months: 12,
        additional_accounts: Some(3),
        auto_renew: true,
        invoice: InvoiceOption::PayInvoice,
    };
    sent! {
        register(&register);
        transfer(&transfer);
        renew(&renew);
        restore(ID, no, Some("1"));
        purchase_privacy(ID, InvoiceOption::OnlyAdd, Some("1"));
        modify_privacy(ID, false, "the customer asked");
        modify_ns(ID, &ns);
        modify_contact(ID, &four(), Some(true), Some(false));
        modify_auth_code(ID, &secret);
        enable_theft_protection(ID);
        disable_theft_protection(ID);
        add_cns(ID, "ns1.lark.example", &texts(&["192.0.2.1", "192.0.2.2"]));
        modify_cns_name(ID, "ns1.lark.example", "ns2.lark.example");
        modify_cns_ip(ID, "ns1.lark.example", "192.0.2.1", "192.0.2.2");
        delete_cns_ip(ID, "ns1.lark.example", "192.0.2.1");
        submit_auth_code(ID, &secret);
        cancel_transfer(ID);
        resend_rfa(ID);
        uk_release(ID, "AB");
        suspend(ID, "unpaid");
        unsuspend(ID);
        delete_domain(ID);
        de_recheck_ns(ID);
        xxx_association(ID, "77");
        tel_whois_pref(ID, "Natural", "N");
        raa_resend(ID);
        contact_add(CUSTOMER, "UkContact", &person(), &pairs);
        contact_modify("7712001", &person());
        contact_set_details("7712001", &pairs, &["dotca", "domus"]);
        contact_delete("7712001");
        coop_add_sponsor(CUSTOMER, &person());
        contact_set_default(CUSTOMER, "Contact", &four());
        customer_signup(SignupVersion::First, &customer(), &secret);
        customer_signup(SignupVersion::Second, &customer(), &secret);
        customer_modify(CUSTOMER, &customer());
        customer_delete(CUSTOMER);
        customer_change_password(CUSTOMER, &secret);
        email_add(&add);
        email_renew(ORDER, &more);
        email_add_accounts(ORDER, 5, no);
        email_delete_accounts(ORDER, 1);
        email_delete(ORDER);
    }
}

async fn reads(world: &World) {
    let mut reads = world.provider.client().reads(None);
    let (ids, words) = (texts(&["1", "2"]), texts(&["Active", "Deleted"]));
    let orders = OrderQuery {
        rows: 10,
        page_no: 2,
        order_by: Some("endtime desc"),
        order_ids: &ids,
        reseller_ids: &ids[..1],
        customer_ids: &ids[1..],
        show_child_orders: Some(true),
        product_keys: &texts(&["domcno"]),
        statuses: &words,
        domain: Some("lark"),
        privacy_enabled: Some("na"),
        created_from: Some(at(1)),
        created_until: Some(at(2)),
        ends_from: Some(at(3)),
        ends_until: Some(at(4)),
    };
    let premium = PremiumQuery {
        keyword: "lark",
        tlds: &texts(&["com", "net"]),
        price_high: Some("100"),
        price_low: Some("1"),
        results: Some(5),
    };
    let contacts = ContactQuery {
        customer: CUSTOMER,
        rows: 10,
        page_no: 1,
        contact_ids: &ids,
        statuses: &["InActive", "Active"],
        name: Some("Lee Lark"),
        company: Some("Lark"),
        email: Some("lee@lark.example"),
        contact_type: Some("Contact"),
        include_invalid: Some(true),
    };
    let customers = CustomerQuery {
        rows: 10,
        page_no: 1,
        customer_ids: &ids,
        reseller_ids: &ids[..1],
        username: Some("lee@lark.example"),
        name: Some("Lee"),
        company: Some("Lark"),
        city: Some("Millton"),
        state: Some("Mid"),
        status: Some("Active"),
        created_from: Some(at(1)),
        created_until: Some(at(2)),
    };
    let actions = ActionQuery {
        rows: 10,
        page_no: 1,
        eaq_ids: &["7"],
        order_ids: &["1", "2"],
        entity_type_ids: &["3"],
        statuses: &["Failed"],
        types: &["RenewDomain"],
    };
    macro_rules! asked {
        ($($call:ident($($argument:expr),* $(,)?);)*) => { $( drop(reads.$call($($argument),*).await); )* };
    }
    asked! {
        available(&["lark", "mill"], &["com", "net"], Some(false));
        idn_available(&["xn--bcher-kva"], "com", "ger");
        premium_available(&premium);
        suggest_names("lark", &["com", "net"], Some(true), Some(false));
        validate_transfer(DOMAIN);
        domain_order_id(DOMAIN);
        domain_details(ID, &["OrderDetails", "StatusDetails"]);
        domain_details_by_name("bücher.example", &["All"]);
        domain_search(&orders);
        customer_default_ns(CUSTOMER);
        locks(ID);
        tel_cth_details(ID);
        contact_details("7712001");
        contact_search(&contacts);
        contact_defaults(CUSTOMER, &["Contact", "EuContact"]);
        coop_sponsors(CUSTOMER);
        ca_agreement();
        validate_registrant("7712001", &["CPR", "SPONSORS"]);
        customer("lee+1@lark.example");
        customer_by_id(CUSTOMER);
        customer_search(&customers);
        email_order_id(DOMAIN);
        email_details(ORDER);
        email_search(&orders);
        email_dns_record(ORDER);
        actions(Archive::Current, &actions);
        actions(Archive::Archived, &actions);
        reseller_balance();
        reseller_prices(Some("700002"));
        customer_prices(Some(CUSTOMER));
        reseller_cost_prices(Some("700001"));
        category_keys();
    }
}

#[tokio::test]
async fn every_request_is_as_documented() {
    let world = World::new(&[]).await;
    writes(&world).await;
    reads(&world).await;
    let seen = world.seen();
    // Each row's request was sent once, where the row says.
    for row in ENDPOINTS {
        let path = format!("/api/{}", row.path.replace("{region}", "us"));
        let count = seen
            .iter()
            .filter(|seen| seen.path == path && seen.method.as_str() == row.method.as_str())
            .count();
        assert_eq!(count, 1, "{}", row.name);
        let sent = seen.iter().find(|seen| seen.path == path).unwrap();
        for param in row.params {
            let field = format!("{}-name1", param.name);
            let named = [param.name, &field]
                .iter()
                .any(|name| format!("&{}&{}", sent.query, sent.body).contains(&format!("&{name}=")));
            assert!(named, "{} does not send {}", row.name, param.name);
        }
    }
    assert_eq!(seen.len(), ENDPOINTS.len());
    let lines: Vec<String> = seen
        .iter()
        .map(|seen| {
            let text = format!("{}{}", seen.query, seen.body);
            let text = text.replace("auth-userid=700001&api-key=LBcanary%2BKEY%2F000", "<auth>");
            format!("{} {} {text}", seen.method, &seen.path["/api/".len()..])
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
