//! Reads an account at Name.com: by the typed client, by the common trait, and by an operation's name.
//!
//!     cargo run -p domorder-api-client --example namecom -- BASE_URL TOKEN_FILE DOMAIN USER
#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;

use domorder_api_client::endpoint::{Arguments, CallError};
use domorder_api_client::http::CallClass;
use domorder_api_client::namecom::{NameCom, Settings};
use domorder_api_client::provider::Provider as _;
use secrecy::SecretString;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, token_file, domain, user] = arguments.as_slice() else {
        return Err("expected BASE_URL TOKEN_FILE DOMAIN USER".into());
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let token = SecretString::from(std::fs::read_to_string(token_file)?.trim());
    let provider = NameCom::new(Settings::new(base_url.parse()?, user, token))?;

    // The common trait: what every provider can be asked.
    provider.control().await.map_err(|trouble| trouble.detail)?;
    match provider.funds().await.map_err(|trouble| trouble.detail)? {
        Some(funds) => println!("funds: {} {}", funds.amount, funds.currency.unwrap_or_default()),
        None => println!("the provider does not tell its balance"),
    }
    // Any documented operation, by its row and named values. A read may be repeated; of anything else `Unknown` means that it
    // may have been done.
    let rows = provider.endpoints();
    let row = rows
        .iter()
        .find(|row| row.name == "domain/check")
        .ok_or("no such operation")?;
    assert_eq!(row.class, CallClass::Read);
    let values: Arguments = [("keyword", domain.split('.').next().unwrap_or(domain)), ("tlds", "com")]
        .into_iter()
        .collect();
    match provider.call(row, &values).await {
        Ok(answer) => println!("{answer:#}"),
        Err(CallError::Arguments(faults)) => return Err(faults.join("; ").into()),
        Err(CallError::Refused { message, .. }) => println!("refused: {message}"),
        Err(CallError::NotSent(why)) => println!("nothing left this machine: {why}"),
        Err(CallError::Unknown(why)) => println!("no answer: {why}"),
    }
    Ok(())
}
