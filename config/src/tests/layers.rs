//! Each layer over the one before, and what the environment can say.

use std::time::Duration;

use rstest::rstest;
use secrecy::ExposeSecret;

use crate::{Credentials, Durability, ProviderKind, Rate, Scope, Source, format_duration, locate, parse_duration};

use super::{ACCOUNT, WEBHOOK_SECRET, world};

/// Section 4 of the contract, with its ellipses filled in.
const CONTRACT: &str = r#"
[redis]
url = "redis://127.0.0.1:6379"
namespace = "domorder"
shards = 1
durability = "fsync"
[secrets]
key_file = "domorder.keys"
[http]
listen = "127.0.0.1:8080"
tokens = [{ name = "whmcs", token_file = "whmcs.token", scopes = ["orders:write", "orders:read", "orders:act"] }]
[worker]
shutdown_grace = "45s"
lease = "90s"
[accounts.cr-main]
provider = "connectreseller"
base_url = "https://api.connectreseller.com/ConnectReseller/ESHOP"
api_key = "key"
timeout = "30s"
concurrency = 16
rate = "10/s"
default_customer = "17"
default_nameservers = ["ns1.hoster.example", "ns2.hoster.example"]
[accounts.cr-main.defaults]
registrant = "1"
admin = "2"
tech = "3"
billing = "4"
privacy = true
auto_renew = false
[polling]
register = ["2s", "10s", "1m", "10m"]
transfer = ["30s", "5m", "30m", "1h"]
email    = ["2s", "10s", "1m", "10m"]
funds    = ["5m", "30m", "1h"]
transfer_deadline = "14d"
[reconcile]
settle = "15m"
gate = "10s"
looks = ["5s", "30s", "2m", "8m"]
give_up = "24h"
[retry]
initial = "500ms"
max = "5m"
max_elapsed = "24h"
[retention]
finished = "30d"
events = "30d"
[webhooks.whmcs]
url = "https://billing.example/hook"
secret_file = "whmcs.secret"
events = ["order.*"]
"#;

#[test]
fn the_contracts_example_is_taken_and_equals_the_defaults() {
    let given = world(CONTRACT)
        .with("whmcs.token", "t0ken\r\n")
        .with("whmcs.secret", WEBHOOK_SECRET);
    let (config, sources) = given.load();
    assert_eq!(config.http.tokens[0].token.expose_secret(), "t0ken");
    assert_eq!(
        config.http.tokens[0].scopes,
        [Scope::OrdersWrite, Scope::OrdersRead, Scope::OrdersAct]
    );
    assert_eq!(config.secrets.key_file, Some(given.path("domorder.keys")));
    assert!(config.webhooks["whmcs"].wants("order.failed"));
    assert_eq!(
        sources.of("http.tokens[0].token"),
        Some(&Source::SecretFile(given.path("whmcs.token")))
    );
    let account = &config.accounts["cr-main"];
    assert!(
        matches!(&account.credentials, Credentials::ConnectReseller { api_key } if api_key.expose_secret() == "key")
    );
    assert_eq!(account.defaults.billing.as_deref(), Some("4"));

    let timing = |text: &str| {
        text[text.find("[polling]").unwrap()..]
            .split("\n[webhooks")
            .next()
            .unwrap()
            .trim()
            .to_owned()
    };
    assert_eq!(timing(&config.masked_toml()), timing(&world("").load().0.masked_toml()));
}

#[test]
fn the_file_overrides_the_defaults_and_the_environment_the_file() {
    let given = world("[redis]\nshards = 4\nnamespace = \"file\"\n").env("DOMORDER__REDIS__SHARDS", "8");
    let (config, sources) = given.load();
    assert_eq!((config.redis.shards, config.redis.namespace.as_str()), (8, "file"));
    assert_eq!(config.redis.durability, Durability::Fsync);
    assert_eq!(
        sources.of("redis.shards"),
        Some(&Source::Env("DOMORDER__REDIS__SHARDS".to_owned()))
    );
    assert_eq!(
        sources.of("redis.namespace"),
        Some(&Source::File(given.path("domorder.toml")))
    );
    assert_eq!(sources.of("redis.durability"), Some(&Source::Default));
}

#[test]
fn every_type_can_come_from_the_environment() {
    let (config, _) = world(ACCOUNT)
        .env("DOMORDER__HTTP__LISTEN", "[::1]:9000")
        .env(
            "DOMORDER__HTTP__TOKENS",
            r#"[{ name = "a", token = "b", scopes = ["admin"] }]"#,
        )
        .env("DOMORDER__RECONCILE__LOOKS", r#"["1s", "2s"]"#)
        .env("DOMORDER__WORKER__LEASE", "2m")
        .env("DOMORDER__REDIS__NAMESPACE", "\"quoted\"")
        .env("DOMORDER__ACCOUNTS__CR-MAIN__CONCURRENCY", "3")
        .env("DOMORDER__ACCOUNTS__CR_MAIN__API_KEY", "123456")
        .env("DOMORDER__ACCOUNTS__CR_MAIN__DEFAULTS__PRIVACY", "true")
        .env("DOMORDER__ACCOUNTS__NEW_ONE__PROVIDER", "logicboxes")
        .env("DOMORDER__ACCOUNTS__NEW_ONE__AUTH_USERID", "42")
        .env("DOMORDER__ACCOUNTS__NEW_ONE__API_KEY", "x")
        .env("DOMORDER_CONFIG", "not a key")
        .env("OTHER__REDIS__ULR", "not ours")
        .load();
    assert_eq!(config.http.listen.port(), 9000);
    assert_eq!(config.http.tokens[0].scopes, [Scope::Admin]);
    assert_eq!(config.reconcile.looks, [Duration::from_secs(1), Duration::from_secs(2)]);
    assert_eq!(config.worker.lease, Duration::from_secs(120));
    assert_eq!(config.redis.namespace, "quoted");
    let account = &config.accounts["cr-main"];
    assert_eq!((account.concurrency, account.defaults.privacy), (3, Some(true)));
    assert!(
        matches!(&account.credentials, Credentials::ConnectReseller { api_key } if api_key.expose_secret() == "123456")
    );
    assert_eq!(config.accounts["new_one"].provider, ProviderKind::LogicBoxes);
    assert_eq!(config.accounts["new_one"].base_url.as_str(), "https://httpapi.com/api");
}

#[test]
fn a_list_replaces_the_one_below_as_a_whole() {
    let tokens =
        r#"[{ name = "a", token = "b", scopes = ["admin"] }, { name = "c", token = "d", scopes = ["admin"] }]"#;
    let given = world(&format!("[http]\ntokens = {tokens}\n"));
    let (config, _) = given
        .env(
            "DOMORDER__HTTP__TOKENS",
            r#"[{ name = "z", token = "y", scopes = ["admin"] }]"#,
        )
        .load();
    assert_eq!(config.http.tokens.len(), 1);
    assert_eq!(config.http.tokens[0].name, "z");
}

#[test]
fn a_higher_layers_secret_file_replaces_a_lower_layers_secret() {
    let given = world("[redis]\nurl_file = \"url\"\n").with("url", "redis://u:p@db.example/3\n");
    assert_eq!(given.load().0.redis.url.expose_secret(), "redis://u:p@db.example/3");
    let given = given.env("DOMORDER__REDIS__URL", "redis://other.example");
    assert_eq!(given.load().0.redis.url.expose_secret(), "redis://other.example");
    let path = given.path("url").display().to_string();
    let other = world("[redis]\nurl = \"redis://a.example\"\n").env("DOMORDER__REDIS__URL_FILE", &path);
    assert_eq!(other.load().0.redis.url.expose_secret(), "redis://u:p@db.example/3");
}

#[test]
fn the_file_is_the_command_lines_else_the_variables() {
    let env = || [("DOMORDER_CONFIG".to_owned(), "/etc/b.toml".to_owned())];
    assert_eq!(locate(Some("a.toml".into()), env()), Some("a.toml".into()));
    assert_eq!(locate(None, env()), Some("/etc/b.toml".into()));
    assert_eq!(locate(None, []), None);
}

#[rstest]
#[case("250ms", 250)]
#[case("30s", 30_000)]
#[case("5m", 300_000)]
#[case("4h", 14_400_000)]
#[case("14d", 1_209_600_000)]
#[case("0s", 0)]
fn a_duration_reads_and_writes_alike(#[case] text: &str, #[case] millis: u64) {
    assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)));
    assert_eq!(format_duration(Duration::from_millis(millis)), text);
}

#[rstest]
fn other_spellings_are_no_durations(
    #[values(
        "",
        "s",
        "5",
        "5 s",
        " 5s",
        "-5s",
        "1.5s",
        "1h30m",
        "5w",
        "5S",
        "99999999999999999999s",
        "213503982335d"
    )]
    text: &str,
) {
    assert_eq!(parse_duration(text), None);
}

#[rstest]
#[case("10/s", 10, 1)]
#[case("600/m", 600, 60)]
#[case("7/h", 7, 3600)]
#[case("9/d", 9, 86400)]
fn a_rate_reads_and_writes_alike(#[case] text: &str, #[case] count: u32, #[case] secs: u64) {
    assert_eq!(
        Rate::parse(text),
        Some(Rate {
            count,
            period: Duration::from_secs(secs)
        })
    );
    assert_eq!(Rate::parse(text).unwrap().to_string(), text);
}

#[rstest]
fn other_spellings_are_no_rates(
    #[values("", "10", "/s", "0/s", "10/ms", "10/", "10/5s", "10 /s", "-1/s", "5000000000/s")] text: &str,
) {
    assert_eq!(Rate::parse(text), None);
}
