//! `[http]`: where the server listens, and who may ask it for what.

use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};

use crate::duration::Rate;
use crate::error::{Fault, FaultKind};
use crate::settings::Settings;
use crate::words::words;

words! {
    /// What a token allows.
    pub enum Scope {
        /// Read orders, events and accounts.
        OrdersRead = "orders:read",
        /// Hand in orders.
        OrdersWrite = "orders:write",
        /// Send signals.
        OrdersAct = "orders:act",
        /// Everything, `resolve`, pause and resume included.
        Admin = "admin",
    }
}

/// `[http]`.
#[derive(Debug, Clone)]
pub struct Http {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Who may ask; empty only if `listen` is a loopback address.
    pub tokens: Vec<Token>,
    /// Requests of one token.
    pub rate: Rate,
    /// Connections open at once.
    pub connections: u32,
    /// Event streams and long polls open at once.
    pub streams: u32,
}

/// An entry of `http.tokens`.
#[derive(Debug, Clone)]
pub struct Token {
    /// Who this is, for logs.
    pub name: String,
    /// What stands after `Bearer`.
    pub token: SecretString,
    /// What it allows, at least one.
    pub scopes: Vec<Scope>,
}

pub(crate) fn http(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Http> {
    let listen = settings.get::<SocketAddr>("http.listen");
    let count = settings.count("http.tokens");
    if let (Some(listen), Some(0)) = (listen, count)
        && !listen.ip().is_loopback()
    {
        faults.push(Fault {
            key: "http.listen".to_owned(),
            source: settings.source("http.listen"),
            kind: FaultKind::Conflict,
            found: format!("\"{listen}\" is beyond loopback, and http.tokens is empty"),
            expected: "a loopback address, or at least one token".to_owned(),
            remedy: "Add an entry to http.tokens, or listen on 127.0.0.1".to_owned(),
        });
    }
    let all: Vec<Option<Token>> = (0..count?).map(|index| token(settings, index, faults)).collect();
    let tokens = all.into_iter().collect::<Option<Vec<Token>>>()?;
    unique(settings, &tokens, faults);
    Some(Http {
        listen: listen?,
        tokens,
        rate: settings.get("http.rate")?,
        connections: settings.get("http.connections")?,
        streams: settings.get("http.streams")?,
    })
}

fn token(settings: &Settings, index: usize, faults: &mut Vec<Fault>) -> Option<Token> {
    let key = format!("http.tokens[{index}]");
    if settings.is_set(&key) {
        // Not a table, which was said; that its keys are missing would be no news.
        return None;
    }
    let name = settings.need(&format!("{key}.name"), "who the token is for", faults);
    let token = settings.need(&format!("{key}.token"), "the token, or token_file", faults);
    let scopes: Option<Vec<String>> = settings.need(&format!("{key}.scopes"), "what the token allows", faults);
    let scopes = scopes?.iter().filter_map(|word| Scope::from_word(word)).collect();
    Some(Token {
        name: name?,
        token: token?,
        scopes,
    })
}

/// Two entries with one name cannot be told apart in a log; with one token, the scopes would depend on their order.
fn unique(settings: &Settings, tokens: &[Token], faults: &mut Vec<Fault>) {
    for (index, token) in tokens.iter().enumerate() {
        for other in &tokens[..index] {
            let same_token = token.token.expose_secret() == other.token.expose_secret();
            for (same, field) in [(token.name == other.name, "name"), (same_token, "token")] {
                if same {
                    let key = format!("http.tokens[{index}].{field}");
                    faults.push(Fault {
                        source: settings.source(&key),
                        key,
                        kind: FaultKind::Conflict,
                        found: format!("the same {field} as an earlier entry ({:?})", other.name),
                        expected: format!("a {field} of its own"),
                        remedy: "Change it, or join the two entries".to_owned(),
                    });
                }
            }
        }
    }
}
