//! Sessions, the greeting, the account.

use serde_json::{Value, json};

use super::state::ROLES;
use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

/// `login`: no credentials but those in the body.
pub(crate) fn login(world: &mut World, call: &Call) -> Answer {
    let (username, token) = (call.text("username"), call.text("api_token"));
    let known = world
        .nc
        .accounts
        .iter()
        .any(|account| account.username == username && account.token == token && account.allowed);
    if !known {
        return wire::bad_credentials();
    }
    let session = world.nc.open_session(username);
    wire::success(json!({ "session_token": session }))
}

/// `logout`: ends the session it came with.
pub(crate) fn logout(world: &mut World, call: &Call) -> Answer {
    if let Some(session) = call.get("Api-Session-Token") {
        world.nc.sessions.remove(session);
    }
    wire::success(json!({}))
}

/// `hello`: for anybody.
pub(crate) fn hello(_: &mut World, call: &Call) -> Answer {
    wire::success(json!({
        "service": "Name.com API Test Server",
        "server_date": wire::date(call.now.real_ms),
        "version": "2.0",
        "language": "en",
        "client_ip": "192.0.2.7",
    }))
}

/// `account/get`: numbers as texts.
pub(crate) fn account(world: &mut World, call: &Call) -> Answer {
    let Some(account) = world.nc.account(call).cloned() else {
        return wire::bad_credentials();
    };
    let mut contact = wire::own_contact();
    contact.insert("type".to_owned(), ROLES.to_vec().into());
    let domains = world.nc.all_seen(&account.username, call.now).count();
    wire::success(json!({
        "username": account.username,
        "create_date": "2019-02-11 10:00:05",
        "domain_count": domains.to_string(),
        "account_credit": wire::price(account.credit_cents),
        "contacts": [Value::Object(contact)],
    }))
}
