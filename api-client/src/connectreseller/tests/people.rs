//! Contacts and clients: every change and every read.

use super::super::client::*;
use super::changes::change;
use super::reads::{read, troubles};
use super::*;

type R = RejectionClass;

pub(super) const PASSWORD: &str = "canary-Pass&1";

pub(super) const PERSON: ContactParams<'static> = ContactParams {
    name: "Mara Quill",
    email: "mara.quill@example.net",
    company: "NA",
    address: "1 Mill Lane, Floor 2",
    city: "Oslo",
    state: "other",
    country: "United Kingdom",
    zip: "0150",
    phone: Phone {
        country_code: "47",
        number: "22334455",
    },
    fax: None,
    other_phone: None,
};

const PERSON_QUERY: &str =
    "City=Oslo&StateName=other&CountryName=United+Kingdom&Zip=0150&PhoneNo_cc=47&PhoneNo=22334455";

#[tokio::test]
async fn contacts_are_added_under_both_spellings_and_their_id_is_the_outer_one() {
    let person = format!(
        "Name=Mara+Quill&EmailAddress=mara.quill%40example.net&EmailAdress=mara.quill%40example.net&CompanyName=NA\
         &Address=1+Mill+Lane%2C+Floor+2&{PERSON_QUERY}"
    );
    for (fixture, id) in [
        ("addregistrantcontact.done", Some("30298")),
        ("addregistrantcontact.done-without-id", None),
    ] {
        let added = change(
            fixture,
            ("addregistrantcontact.refused", Some(R::Invalid)),
            &format!("AddRegistrantContact?{person}&Id=5512"),
            async |client, via| client.add_registrant_contact(via, "5512", &PERSON).await,
        )
        .await;
        assert_eq!(added.as_deref(), id);
    }
    let all = ContactParams {
        fax: Some(Phone {
            country_code: "47",
            number: "1",
        }),
        other_phone: Some(Phone {
            country_code: "44",
            number: "2",
        }),
        ..PERSON
    };
    change(
        "modifyregistrantcontact.done",
        ("modifyregistrantcontact.refused", Some(R::NotFound)),
        &format!(
            "ModifyRegistrantContact?{person}&Faxno_cc=47&FaxNo=1&Alternate_Phone_cc=44&Alternate_Phone=2\
             &RegistrantContactId=30298"
        ),
        async |client, via| client.modify_registrant_contact(via, "30298", &all).await,
    )
    .await;
    change(
        "resendregistrantmail.done",
        ("resendregistrantmail.refused", Some(R::NotFound)),
        "resendRegistrantMail?contactId=30298",
        async |client, via| client.resend_registrant_mail(via, "30298").await,
    )
    .await;
    change(
        "sendkycmail.done",
        ("sendkycmail.refused", Some(R::NotFound)),
        "sendKYCMail?registrantContactId=30298",
        async |client, via| client.send_kyc_mail(via, "30298").await,
    )
    .await;
}

#[tokio::test]
async fn clients_and_their_passwords() {
    let (password, newer) = (SecretString::from(PASSWORD), SecretString::from("canary-Pass-2"));
    let params = ClientParams {
        contact: PERSON,
        password: &password,
        brand: Some("7"),
    };
    for (fixture, id) in [("addclient.done", Some("5513")), ("addclient.documented", None)] {
        let added = change(
            fixture,
            ("addclient.refused", Some(R::Invalid)),
            &format!(
                "AddClient?FirstName=Mara+Quill&UserName=mara.quill%40example.net&Password=canary-Pass%261\
                 &CompanyName=NA&Address1=1+Mill+Lane%2C+Floor+2&{PERSON_QUERY}&Id=7"
            ),
            async |client, via| client.add_client(via, &params).await,
        )
        .await;
        assert_eq!(added.id.as_deref(), id);
    }
    let modified = ClientChange {
        name: Some("Mara Q"),
        password: Some(&newer),
        address: Some("2 Hill Road"),
        phone: Some(PERSON.phone),
        ..ClientChange::default()
    };
    change(
        "modifyclient.done",
        ("modifyclient.refused", Some(R::NotFound)),
        "ModifyClient?Id=5513&FirstName=Mara+Q&Password=canary-Pass-2&Address=2+Hill+Road&PhoneNo_cc=47&PhoneNo=22334455",
        async |client, via| client.modify_client(via, "5513", &modified).await,
    )
    .await;
    let passwords = PasswordChange {
        user_name: "mara.quill@example.net",
        old: &password,
        new: &newer,
    };
    change(
        "changeclientpassword.done",
        ("changeclientpassword.refused", Some(R::Invalid)),
        "ChangeClientPassword?UserName=mara.quill%40example.net&OldPassword=canary-Pass%261&NewPassword=canary-Pass-2",
        async |client, via| client.change_client_password(via, &passwords).await,
    )
    .await;
    for done in ["deletecustomer.done", "deletecustomer.done-outside-only"] {
        for refused in ["deletecustomer.refused", "deletecustomer.refused-inside"] {
            change(
                done,
                (refused, Some(R::NotFound)),
                "DeleteCustomer?customerId=5513",
                async |client, via| client.delete_customer(via, "5513").await,
            )
            .await;
        }
    }
    let text = format!("{params:?} {modified:?} {passwords:?}");
    assert!(!text.contains("canary") && !text.contains("Mill Lane"), "{text}");
}

#[tokio::test]
async fn contacts_in_both_spellings() {
    let asked = "ViewRegistrant?RegistrantContactId=30298";
    let run = async |client: &Client, via: Option<&mut Visit>| client.view_registrant(via, "30298").await;
    let seen = read(reply("viewregistrant.done"), asked, run).await.unwrap().unwrap();
    assert_eq!(seen.id.as_deref(), Some("30298"));
    assert_eq!(seen.address, ["1 Mill Lane", "Floor 2"]);
    assert_eq!(seen.kyc_status.as_deref(), Some("Pending"));
    let documented = read(reply("viewregistrant.documented"), asked, run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (documented.name, documented.email),
        (seen.name.clone(), seen.email.clone())
    );
    assert_eq!(
        (documented.zip, documented.phone_cc),
        (seen.zip.clone(), seen.phone_cc.clone())
    );
    assert_eq!(
        (documented.other_phone.as_deref(), documented.fax.as_deref()),
        (Some("22334457"), Some("22334456"))
    );
    assert_eq!(documented.client.as_deref(), Some("5512"));
    for absent in ["viewregistrant.absent", "viewregistrant.absent-400"] {
        assert_eq!(read(reply(absent), asked, run).await, Ok(None));
    }
    troubles(&["viewregistrant.failure", "viewregistrant.no-mail"], asked, run).await;
    let text = format!("{seen:?}");
    assert!(!text.contains("Mara") && !text.contains("Mill"), "{text}");

    let asked = "DefaultRegistrantContact?Id=5512";
    let run = async |client: &Client, via: Option<&mut Visit>| client.default_registrant_contact(via, "5512").await;
    assert_eq!(
        read(reply("defaultregistrantcontact.done"), asked, run).await,
        Ok(Some("30211".into()))
    );
    assert_eq!(
        read(reply("defaultregistrantcontact.absent"), asked, run).await,
        Ok(None)
    );
    troubles(&["defaultregistrantcontact.no-id"], asked, run).await;

    let asked = "registrantsearchlist?clientId=5512&page=1&maxIndex=50&searchQuery=mara";
    let run = async |client: &Client, via: Option<&mut Visit>| {
        client.registrant_search_list(via, "5512", 1, 50, Some("mara")).await
    };
    for form in ["registrantsearchlist.one", "registrantsearchlist.in-data"] {
        let list = read(reply(form), asked, run).await.unwrap();
        assert_eq!((list.rows[0].id.as_str(), list.rows[0].domains), ("30298", Some(0)));
    }
    for none in ["registrantsearchlist.empty", "registrantsearchlist.none"] {
        assert!(read(reply(none), asked, run).await.unwrap().rows.is_empty());
    }
    troubles(
        &["registrantsearchlist.failure", "registrantsearchlist.no-id"],
        asked,
        run,
    )
    .await;
}

#[tokio::test]
async fn clients_without_their_passwords() {
    let asked = "ViewClient?UserName=mara.quill%40example.net";
    let run = async |client: &Client, via: Option<&mut Visit>| client.view_client(via, "mara.quill@example.net").await;
    let seen = read(reply("viewclient.done"), asked, run).await.unwrap().unwrap();
    assert_eq!((seen.id.as_str(), seen.reseller.as_deref()), ("5513", Some("88")));
    assert_eq!((seen.country.as_deref(), seen.fax), (Some("Norway"), None));
    for absent in ["viewclient.absent", "viewclient.absent-400"] {
        assert_eq!(read(reply(absent), asked, run).await, Ok(None));
    }
    troubles(&["viewclient.failure", "viewclient.no-id"], asked, run).await;

    let asked = "clientsearchlist?page=2&maxIndex=50&searchQuery=mara";
    let run =
        async |client: &Client, via: Option<&mut Visit>| client.client_search_list(via, 2, 50, Some("mara")).await;
    let list = read(reply("clientsearchlist.one"), asked, run).await.unwrap();
    assert_eq!((list.total, list.rows[0].id.as_str()), (Some(1), "5513"));
    troubles(&["clientsearchlist.failure"], asked, run).await;
}
