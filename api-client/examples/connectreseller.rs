//! Registers a name at ConnectReseller, and finds out what became of it.
//!
//!     cargo run -p domorder-api-client --example connectreseller -- BASE_URL KEY_FILE DOMAIN CUSTOMER
//!
//! `BASE_URL` is that of a simulator (`cargo run -p domorder-tests-sim`), or the provider's own: then it costs money.
#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;

use domorder_api_client::connectreseller::{ConnectReseller, Settings};
use domorder_api_client::provider::{
    ContactIds, InvoiceOption, Outcome, Provider as _, Purchase, Question, Register, Sighting,
};
use jiff::Timestamp;
use secrecy::SecretString;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, key_file, domain, customer] = arguments.as_slice() else {
        return Err("expected BASE_URL KEY_FILE DOMAIN CUSTOMER".into());
    };
    // Once a process: which TLS is spoken.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A key comes out of a file, never out of the arguments, which every user of the machine can read.
    let key = SecretString::from(std::fs::read_to_string(key_file)?.trim());
    let provider = ConnectReseller::new(Settings::new(base_url.parse()?, key))?;
    let purchase = Purchase::Register(Register {
        domain: domain.clone(),
        years: 1,
        nameservers: vec!["ns1.host.example".into(), "ns2.host.example".into()],
        customer: customer.clone(),
        contacts: ContactIds::default(),
        profiles: None,
        privacy: false,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
        coupon: None,
        attributes: Vec::new(),
    });
    let begun = Timestamp::now();
    let question = |attempted_at| Question {
        purchase: &purchase,
        baseline: None,
        expected_expiry: None,
        since: begun,
        attempted_at,
        provider_order_id: None,
    };

    // One connection for the attempt: first it reads, and then it buys.
    let mut visit = provider.visit();
    match provider.look(Some(&mut visit), &question(None)).await {
        Sighting::Absent(snapshot) if !snapshot.taken_elsewhere => {}
        other => return Err(format!("nothing is bought on this: {other:?}").into()),
    }
    // Here a program writes down what it is about to do, durably. The gate is asked after the connection is up and before the
    // first byte: it refuses what has become too old.
    let intent = std::time::Instant::now();
    visit.set_gate(move || match intent.elapsed().as_secs() {
        0..10 => Ok(()),
        _ => Err("the intent is too old".to_owned()),
    });
    match provider.submit(&mut visit, &purchase, None).await {
        Outcome::Accepted(accepted) => println!("taken: {:?}", accepted.stage),
        Outcome::Rejected(refusal) => println!(
            "refused, and surely not bought: {:?} {}",
            refusal.class, refusal.message
        ),
        Outcome::NotSent(why) => println!("nothing left this machine: {}", why.detail),
        // Never sent again on this: reads tell.
        Outcome::Unknown(doubt) => println!("perhaps bought: {}", doubt.detail),
    }
    let seen = provider.look(None, &question(Some(begun))).await;
    println!("seen: {seen:?}");
    Ok(())
}
