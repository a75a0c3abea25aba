//! `order`: several products, each with a verdict of its own, and privacy that adds rows nobody asked for by name.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::domains::texts;
use super::seed::NameComSettings;
use super::state::State;
use super::wire;
use crate::clock::plus_years;
use crate::operation::{Answer, Call, Outcome};
use crate::world::World;

/// Top-level domains that want more than the fields of the call.
const DEMANDING: [&str; 10] = ["asia", "ca", "de", "eu", "jobs", "nl", "pro", "tel", "travel", "us"];

/// Why an item is not bought: a code and its detail.
type Refusal = (u16, String);

/// One thing to be bought.
struct Product {
    /// Its word in a request, and its name in the ledger.
    word: &'static str,
    /// Its word in an answer.
    echo: &'static str,
    domain: Arc<str>,
    years: u64,
    cents: i64,
}

/// `order`
pub(crate) fn order(world: &mut World, call: &Call) -> Answer {
    let username = world.nc.username(call);
    let items: Vec<Map<String, Value>> = call.body["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_object().cloned())
        .collect();
    for item in &items {
        world.nc.settle(&domain_of(item), call.now);
    }
    if !world.nc.settings.funds_by_item {
        let total: i64 = items
            .iter()
            .flat_map(|item| products(world, item))
            .filter(|product| allowed(world, call, &username, product, &items).is_ok())
            .map(|product| product.cents)
            .sum();
        let credit = world.nc.account(call).map_or(0, |account| account.credit_cents);
        if total > credit {
            return wire::refusal(260, "");
        }
    }
    let (mut ordered, mut beside) = (Vec::new(), Vec::new());
    for item in &items {
        for (index, product) in products(world, item).into_iter().enumerate() {
            let bought = buy(world, call, (&username, &username), &product, item);
            let row = row(&product, &bought);
            // What nobody asked for by name comes after what was.
            if index == 0 {
                ordered.push(row);
            } else {
                beside.push(row);
            }
        }
    }
    ordered.append(&mut beside);
    let any = ordered.iter().any(|row| row["success"] == true);
    let mut answer = wire::success(json!({ "results": ordered }));
    if !any {
        answer.outcome = Outcome::Refused;
    }
    answer
}

/// The one item of `domain/create`.
pub(crate) fn buy_alone(
    world: &mut World,
    call: &Call,
    payer: &str,
    owner: &str,
    item: &Map<String, Value>,
) -> Result<(), Refusal> {
    world.nc.settle(&domain_of(item), call.now);
    let product = products(world, item).swap_remove(0);
    buy(world, call, (payer, owner), &product, item)
}

fn domain_of(item: &Map<String, Value>) -> String {
    item["domain_name"].as_str().unwrap_or_default().to_ascii_lowercase()
}

fn whole(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::Number(number)) => number.as_u64().unwrap_or_default(),
        Some(Value::String(text)) => text.parse().unwrap_or_default(),
        _ => 0,
    }
}

/// What an item comes to: itself, and privacy if it is flagged.
fn products(world: &World, item: &Map<String, Value>) -> Vec<Product> {
    let settings = &world.nc.settings;
    let domain = Arc::<str>::from(domain_of(item));
    let years = whole(item.get("period"));
    let price = |cents| price_of(settings, &domain, cents) * i64::try_from(years).unwrap_or(i64::MAX / 100_000);
    let privacy_cents = settings.privacy_cents * i64::try_from(years).unwrap_or(i64::MAX / 100_000);
    let product = |word, echo, years, cents| Product {
        word,
        echo,
        domain: Arc::clone(&domain),
        years,
        cents,
    };
    let privacy_create = || product("whois_privacy/create", "whois_privacy/create", years, privacy_cents);
    let privacy_renew = || product("whois_privacy/renew", "whois_privacy/renewal", years, privacy_cents);
    let flagged = whole(item.get("whois_privacy")) == 1;
    match item.get("order_type").and_then(Value::as_str) {
        Some("domain/create") => {
            let mut all = vec![product(
                "domain/create",
                "domain/create",
                years,
                price(settings.register_cents),
            )];
            all.extend(flagged.then(privacy_create));
            all
        }
        Some("domain/renew") => {
            let mut all = vec![product(
                "domain/renew",
                "domain/renewal",
                years,
                price(settings.renew_cents),
            )];
            let has = world
                .nc
                .truth(&domain)
                .is_some_and(|domain| domain.privacy_ms.is_some());
            all.extend(flagged.then(|| if has { privacy_renew() } else { privacy_create() }));
            all
        }
        Some("whois_privacy/create") => vec![privacy_create()],
        Some("whois_privacy/renew") => vec![privacy_renew()],
        _ => vec![product(
            "backorder/create",
            "backorder/create",
            1,
            settings.backorder_cents,
        )],
    }
}

/// Whether a product can be had at all, money aside.
fn allowed(
    world: &World,
    call: &Call,
    username: &str,
    product: &Product,
    items: &[Map<String, Value>],
) -> Result<(), Refusal> {
    let State { settings, taken, .. } = &world.nc;
    let truth = world.nc.truth(&product.domain);
    let ours = truth.filter(|domain| domain.username == username);
    let no = |code, detail: &str| Err((code, detail.to_owned()));
    let term = settings.term_code;
    if !(1..=10).contains(&product.years) {
        return no(term, "Period");
    }
    let limit = plus_years(call.now.real_ms, 10);
    // What is bought in the same order counts as had.
    let ordered = |word: &str| {
        items.iter().any(|item| {
            item.get("order_type").and_then(Value::as_str) == Some(word) && domain_of(item) == *product.domain
        })
    };
    match product.word {
        "domain/create" => {
            let item = items.iter().find(|item| domain_of(item) == *product.domain);
            if let Some(refusal) = item.and_then(|item| unmet(settings, &product.domain, item)) {
                return Err(refusal);
            }
            if truth.is_some() || taken.contains(&*product.domain) {
                return no(204, "Domain Name Is Not Available");
            }
            Ok(())
        }
        "domain/renew" => match ours {
            None => no(settings.foreign_code, "Domain Name Is Not In Account"),
            Some(domain) if plus_years(domain.expires_ms, product.years) > limit => {
                no(term, "Period Exceeds Ten Years")
            }
            Some(_) => Ok(()),
        },
        "whois_privacy/create" => match ours {
            Some(domain) if domain.privacy_ms.is_some_and(|until| until > call.now.real_ms) => {
                no(204, "Whois Privacy Already Enabled")
            }
            None if !ordered("domain/create") => no(settings.foreign_code, "Domain Name Is Not In Account"),
            Some(_) | None => Ok(()),
        },
        "whois_privacy/renew" => match ours {
            Some(domain) if domain.privacy_ms.is_some() => Ok(()),
            _ => no(settings.foreign_code, "No Whois Privacy"),
        },
        _ if truth.is_none() && !taken.contains(&*product.domain) => no(204, "Domain Name Is Available"),
        _ if world.nc.backorders.contains(&*product.domain) => no(204, "Duplicate Backorder"),
        _ => Ok(()),
    }
}

/// What a new name wants and was not given.
fn unmet(settings: &NameComSettings, domain: &str, item: &Map<String, Value>) -> Option<Refusal> {
    let Some((label, tld)) = domain.split_once('.').filter(|(label, _)| !label.is_empty()) else {
        return Some((204, "Domain Name".to_owned()));
    };
    let last = tld.rsplit('.').next().unwrap_or_default();
    if settings.unsupported_tlds.iter().any(|unsold| unsold == last) {
        return Some((204, "Tld Is Not Supported".to_owned()));
    }
    let requirements = item.get("requirements").and_then(Value::as_object);
    let has = |name: &str| requirements.is_some_and(|map| map.contains_key(name));
    if label.starts_with("xn--") && !has("language") {
        return Some((203, "Language".to_owned()));
    }
    let admin = item.get("contacts").is_some();
    let given = requirements.is_some_and(|map| map.keys().any(|name| name != "language"));
    if DEMANDING.contains(&last) && !given && !(last == "de" && admin) {
        return Some((203, "Requirements".to_owned()));
    }
    None
}

/// Buys a product for an owner, with a payer's money.
fn buy(
    world: &mut World,
    call: &Call,
    (payer, owner): (&str, &str),
    product: &Product,
    item: &Map<String, Value>,
) -> Result<(), Refusal> {
    allowed(world, call, owner, product, std::slice::from_ref(item))?;
    // Privacy for a name that was ordered beside it, and not had.
    if product.word == "whois_privacy/create" && world.nc.truth(&product.domain).is_none() {
        return Err((240, "Domain Name Is Not In Account".to_owned()));
    }
    if !world.nc.pay(payer, product.cents) {
        return Err((260, String::new()));
    }
    let effect = format!("{} for {} year(s)", product.word, product.years);
    world
        .charges
        .sell(call, product.word, &product.domain, product.cents, effect);
    let now = call.now.real_ms;
    let later = |from: i64| plus_years(from, product.years);
    match product.word {
        "domain/create" => {
            let mut domain = State::new_domain(&product.domain, owner, now, later(now));
            let servers = texts(item.get("nameservers").unwrap_or(&Value::Null));
            if !servers.is_empty() {
                domain.nameservers = servers;
            }
            domain.set_contacts(item.get("contacts").unwrap_or(&Value::Null));
            world.nc.insert(domain);
        }
        "domain/renew" => {
            if let Some(domain) = world.nc.owned_mut(&product.domain, owner) {
                domain.expires_ms = later(domain.expires_ms);
            }
        }
        "whois_privacy/create" | "whois_privacy/renew" => {
            if let Some(domain) = world.nc.owned_mut(&product.domain, owner) {
                domain.privacy_ms = Some(later(domain.privacy_ms.unwrap_or(now).max(now)));
            }
        }
        _ => {
            world.nc.backorders.insert(product.domain.to_string());
        }
    }
    Ok(())
}

/// A row of the answer.
fn row(product: &Product, bought: &Result<(), Refusal>) -> Value {
    let mut row = json!({
        "success": bought.is_ok(),
        "order_type": product.echo,
        "domain_name": &*product.domain,
        "price": wire::price(product.cents),
        "interval": "year",
    });
    let term = if product.word == "backorder/create" {
        "period"
    } else {
        "duration"
    };
    row[term] = product.years.to_string().into();
    if let Err((code, detail)) = bought {
        row["information"] = json!([wire::words(*code, detail)]);
    }
    row
}

/// A year's price: that of the top-level domain if it has one; names beginning with `premium-` cost ten times as much.
pub(crate) fn price_of(settings: &NameComSettings, name: &str, cents: i64) -> i64 {
    let tld = name.rsplit('.').next().unwrap_or_default();
    let cents = settings.tld_cents.get(tld).copied().unwrap_or(cents);
    let factor = if name.starts_with("premium-") { 10 } else { 1 };
    cents.saturating_mul(factor)
}
