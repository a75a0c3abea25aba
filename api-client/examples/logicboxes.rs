//! Renews a name at LogicBoxes, measured against the expiry that was read before.
//!
//!     cargo run -p domorder-api-client --example logicboxes -- BASE_URL KEY_FILE DOMAIN RESELLER
#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;

use domorder_api_client::logicboxes::{LogicBoxes, Settings};
use domorder_api_client::provider::{InvoiceOption, Outcome, Provider as _, Purchase, Question, Renew, Sighting};
use jiff::Timestamp;
use secrecy::SecretString;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, key_file, domain, reseller] = arguments.as_slice() else {
        return Err("expected BASE_URL KEY_FILE DOMAIN RESELLER".into());
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = SecretString::from(std::fs::read_to_string(key_file)?.trim());
    let provider = LogicBoxes::new(Settings::new(base_url.parse()?, reseller, key))?;
    let purchase = Purchase::Renew(Renew {
        domain: domain.clone(),
        years: 1,
        customer: None,
        privacy: None,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
    });
    let question = |baseline, attempted_at| Question {
        purchase: &purchase,
        baseline,
        expected_expiry: None,
        since: Timestamp::UNIX_EPOCH,
        attempted_at,
        provider_order_id: None,
    };

    let mut visit = provider.visit();
    // What a renewal is measured against is read once, kept, and never read anew for a second attempt: a fresh one is how a
    // name is renewed twice.
    let baseline = match provider.look(Some(&mut visit), &question(None, None)).await {
        Sighting::Absent(snapshot) => snapshot.baseline,
        other => return Err(format!("nothing is bought on this: {other:?}").into()),
    };
    println!("expires {:?}", baseline.expiry);
    let attempted_at = Timestamp::now();
    visit.set_gate(|| Ok(()));
    match provider.submit(&mut visit, &purchase, Some(&baseline)).await {
        Outcome::Accepted(accepted) => println!("taken as {:?}", accepted.evidence.provider_order_id),
        Outcome::Rejected(refusal) => println!(
            "refused, and surely not bought: {:?} {}",
            refusal.class, refusal.message
        ),
        Outcome::NotSent(why) => println!("nothing left this machine: {}", why.detail),
        Outcome::Unknown(doubt) => println!("perhaps bought: {}", doubt.detail),
    }
    let seen = provider
        .look(None, &question(Some(&baseline), Some(attempted_at)))
        .await;
    println!("seen: {seen:?}");
    Ok(())
}
