//! No secret is ever shown: not by `config check`, not by `Debug`, not by a fault.

use rstest::rstest;

use crate::DEFAULT_TOML;
use crate::secret::mask_url;

use super::{ACCOUNT, world};

const CANARY: &str = "c4n4ry";

/// A configuration whose every secret holds the canary.
fn canaries() -> super::World {
    let webhook = "whsec_c4n4ryc4n4ryc4n4ryc4n4ryc4n4ryAA";
    world(&format!(
        r#"
        redis.url = "redis://user:{CANARY}@db.example:6380/2"
        http.tokens = [{{ name = "whmcs", token = "{CANARY}", scopes = ["admin"] }}]
        accounts.cr = {{ provider = "connectreseller", api_key = "{CANARY}" }}
        accounts.lb = {{ provider = "logicboxes", auth_userid = 77, api_key_file = "key" }}
        accounts.nc = {{ provider = "namecom", username = "user", api_token = "{CANARY}" }}
        webhooks.w = {{ url = "https://billing.example/hook?token={CANARY}", secret = "{webhook}", previous_secret = "{webhook}" }}
        "#
    ))
    .with("key", CANARY)
}

#[test]
fn the_masked_configuration_is_toml_and_shows_no_secret() {
    let (config, sources) = canaries().load();
    for shown in [config.masked_toml(), config.masked_toml_with(&sources)] {
        assert!(!shown.contains(CANARY), "{shown}");
        let table: toml::Table = toml::from_str(&shown).unwrap();
        assert_eq!(table["redis"]["url"].as_str(), Some("redis://***@db.example:6380/2"));
        assert_eq!(table["accounts"]["cr"]["api_key"].as_str(), Some("***"));
        assert_eq!(table["accounts"]["lb"]["auth_userid"].as_str(), Some("77"));
        assert_eq!(table["http"]["tokens"][0]["token"].as_str(), Some("***"));
        assert_eq!(
            table["webhooks"]["w"]["url"].as_str(),
            Some("https://billing.example/hook?token=***")
        );
        assert_eq!(
            table["polling"]["transfer"],
            toml::from_str::<toml::Table>(DEFAULT_TOML).unwrap()["polling"]["transfer"]
        );
    }
    assert!(
        config
            .masked_toml_with(&sources)
            .contains("lease = \"90s\"  # default.toml\n")
    );
}

#[test]
fn debug_shows_no_secret() {
    let (config, _) = canaries().load();
    let shown = format!("{:?}", config);
    assert!(!shown.contains(CANARY), "{shown}");
}

#[rstest]
#[case::redis("redis.url = \"redis://user:c4n4ry@:1\"")]
#[case::redis_type("redis.url = [\"c4n4ry\"]")]
#[case::redis_scheme("redis.url = \"c4n4ry://user@x\"")]
#[case::blank("accounts.a = { provider = \"connectreseller\", api_key = \"c4n4ry c4n4ry\" }")]
#[case::unknown_key("accounts.a = { provider = \"connectreseller\", apikey = \"c4n4ry\" }")]
#[case::base_url(
    "accounts.a = { provider = \"connectreseller\", api_key = \"x\", base_url = \"https://u:c4n4ry@x.example\" }"
)]
#[case::foreign("accounts.a = { provider = \"connectreseller\", api_key = \"x\", api_token = \"c4n4ry\" }")]
#[case::webhook("webhooks.w = { url = \"https://u:c4n4ry@x.example\", secret = \"c4n4ry\" }")]
#[case::syntax("redis.url = \"redis://c4n4ry")]
#[case::syntax_value("redis.url = c4n4ry")]
#[case::duplicate("redis.url = \"c4n4ry\"\nredis.url = \"c4n4ry\"")]
#[case::token(
    "http.tokens = [{ name = \"a\", token = \"c4n4ry ü\", scopes = [\"admin\"] }, { name = \"b\", token = \"c4n4ry\" }]"
)]
#[case::tokens("http.tokens = \"c4n4ry\"")]
#[case::file_content("accounts.a = { provider = \"connectreseller\", api_key_file = \"key\" }")]
fn a_fault_shows_no_secret(#[case] toml: &str) {
    let errors = world(toml).with("key", "c4n4ry c4n4ry\n").refused();
    let shown = format!("{errors} {errors:?}");
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn a_variable_with_a_faulty_secret_is_named_without_its_value() {
    let errors = world(ACCOUNT)
        .env("DOMORDER__ACCOUNTS__CR_MAIN__API_KEY", "c4n4ry\n")
        .env("DOMORDER__ACCOUNTS__CR_MAIN__APIKEY", "c4n4ry")
        .env("DOMORDER__HTTP__TOKENS", "[{ token = c4n4ry }]")
        .refused();
    let shown = format!("{errors} {errors:?}");
    assert!(
        !shown.contains(CANARY) && shown.contains("DOMORDER__ACCOUNTS__CR_MAIN__API_KEY"),
        "{shown}"
    );
    assert_eq!(errors.faults().len(), 3, "{errors}");
}

#[rstest]
#[case("redis://h:1/0", "redis://h:1/0")]
#[case("redis://u:p@h", "redis://***@h")]
#[case("redis://:p@ss@h/1", "redis://***@h/1")]
#[case("redis://:p/ss@h/1", "redis://***@h/1")]
#[case("redis+sentinel://:p@a:1,b:2/master", "redis+sentinel://***@a:1,b:2/master")]
#[case("unix:///run/r.sock?db=1&pass=p", "unix:///run/r.sock?db=***&pass=***")]
#[case("p", "***")]
fn an_address_is_shown_without_what_is_secret_in_it(#[case] url: &str, #[case] shown: &str) {
    assert_eq!(mask_url(url), shown);
}
