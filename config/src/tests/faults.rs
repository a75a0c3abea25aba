//! Every kind of fault, by key, kind and a word of its text.

use rstest::rstest;

use crate::{FaultKind, Source};

use super::{ACCOUNT, WEBHOOK_SECRET, world};

const LB: &str = "accounts.a.provider = \"logicboxes\"\naccounts.a.auth_userid = \"1\"\naccounts.a.api_key = \"k\"\n";
const HOOK: &str = "webhooks.w.url = \"https://x.example\"\n";

#[rstest]
#[case::unknown("redis.ulr = 1", "redis.ulr", FaultKind::UnknownKey, "Did you mean `url`?")]
#[case::unknown_names(
    "redis.zzzzzz = 1",
    "redis.zzzzzz",
    FaultKind::UnknownKey,
    "url, url_file, namespace, shards, durability"
)]
#[case::unknown_section("[workers]\nx = 1", "workers", FaultKind::UnknownKey, "Did you mean `worker`?")]
#[case::no_secret_no_file(
    "redis.namespace_file = \"x\"",
    "redis.namespace_file",
    FaultKind::UnknownKey,
    "namespace"
)]
#[case::type_int("redis.shards = \"4\"", "redis.shards", FaultKind::WrongType, "from 1 to 1024")]
#[case::type_duration("worker.lease = 90", "worker.lease", FaultKind::WrongType, "with its unit")]
#[case::type_table("redis = 1", "redis", FaultKind::WrongType, "a table")]
#[case::type_list("polling.email = \"2s\"", "polling.email", FaultKind::WrongType, "a list")]
#[case::type_item(
    "polling.email = [2]",
    "polling.email",
    FaultKind::WrongType,
    "a list with a whole number"
)]
#[case::type_tokens("http.tokens = [1]", "http.tokens[0]", FaultKind::WrongType, "a table")]
#[case::type_account("accounts.a = 1", "accounts.a", FaultKind::WrongType, "a table")]
#[case::shards_low("redis.shards = 0", "redis.shards", FaultKind::OutOfRange, "1024")]
#[case::shards_high("redis.shards = 1025", "redis.shards", FaultKind::OutOfRange, "1025")]
#[case::looks_empty("reconcile.looks = []", "reconcile.looks", FaultKind::OutOfRange, "an empty list")]
#[case::polling_zero("polling.email = [\"0s\"]", "polling.email", FaultKind::OutOfRange, "from 1ms")]
#[case::grace(
    "worker.shutdown_grace = \"2h\"",
    "worker.shutdown_grace",
    FaultKind::OutOfRange,
    "to 1h"
)]
#[case::duration("retry.max = \"5 minutes\"", "retry.max", FaultKind::Invalid, "5 minutes")]
#[case::namespace_brace(
    "redis.namespace = \"a{b}\"",
    "redis.namespace",
    FaultKind::Invalid,
    "without braces"
)]
#[case::namespace_colon("redis.namespace = \"a:b\"", "redis.namespace", FaultKind::Invalid, "colons")]
#[case::namespace_blank("redis.namespace = \"a b\"", "redis.namespace", FaultKind::Invalid, "blanks")]
#[case::namespace_empty("redis.namespace = \"\"", "redis.namespace", FaultKind::Invalid, "1 to 64")]
#[case::durability(
    "redis.durability = \"disk\"",
    "redis.durability",
    FaultKind::Invalid,
    "\"fsync\", \"replicated\", \"relaxed\""
)]
#[case::redis_scheme("redis.url = \"http://x\"", "redis.url", FaultKind::Invalid, "scheme")]
#[case::redis_host("redis.url = \"redis://:6379\"", "redis.url", FaultKind::Invalid, "without a host")]
#[case::redis_port("redis.url = \"redis://h:99999\"", "redis.url", FaultKind::Invalid, "port")]
#[case::redis_db("redis.url = \"redis://h/x\"", "redis.url", FaultKind::Invalid, "database")]
#[case::redis_hosts("redis.url = \"redis://a,b\"", "redis.url", FaultKind::Invalid, "several hosts")]
#[case::sentinel("redis.url = \"redis+sentinel://a,b\"", "redis.url", FaultKind::Invalid, "master")]
#[case::socket("redis.url = \"unix://run\"", "redis.url", FaultKind::Invalid, "absolute path")]
#[case::listen("http.listen = \"localhost:8080\"", "http.listen", FaultKind::Invalid, "IP address")]
#[case::beyond_loopback(
    "http.listen = \"0.0.0.0:8080\"",
    "http.listen",
    FaultKind::Conflict,
    "beyond loopback"
)]
#[case::scope(
    "http.tokens = [{ name = \"a\", token = \"b\", scopes = [\"read\"] }]",
    "http.tokens[0].scopes",
    FaultKind::Invalid,
    "\"orders:read\""
)]
#[case::scopes_empty(
    "http.tokens = [{ name = \"a\", token = \"b\", scopes = [] }]",
    "http.tokens[0].scopes",
    FaultKind::OutOfRange,
    "empty"
)]
#[case::scopes_twice(
    "http.tokens = [{ name = \"a\", token = \"b\", scopes = [\"admin\", \"admin\"] }]",
    "http.tokens[0].scopes",
    FaultKind::Invalid,
    "twice"
)]
#[case::token_missing(
    "http.tokens = [{ name = \"a\", scopes = [\"admin\"] }]",
    "http.tokens[0].token",
    FaultKind::Missing,
    "token_file"
)]
#[case::lease(
    "worker.lease = \"40s\"\naccounts.a = { provider = \"connectreseller\", api_key = \"k\" }",
    "worker.lease",
    FaultKind::Conflict,
    "twice accounts.a.timeout (1m)"
)]
#[case::lease_gate(
    "worker.lease = \"40s\"\nreconcile.gate = \"35s\"\naccounts.a = { provider = \"connectreseller\", api_key = \"k\" }",
    "worker.lease",
    FaultKind::Conflict,
    "accounts.a.timeout plus reconcile.gate (65s)"
)]
#[case::retry_max("retry.max = \"100ms\"", "retry.max", FaultKind::Conflict, "retry.initial")]
#[case::give_up(
    "reconcile.give_up = \"1m\"",
    "reconcile.give_up",
    FaultKind::Conflict,
    "reconcile.settle"
)]
#[case::account_name("accounts.Main = {}", "accounts.Main", FaultKind::Invalid, "1 to 40")]
#[case::provider_missing(
    "accounts.a = {}",
    "accounts.a.provider",
    FaultKind::Missing,
    "DOMORDER__ACCOUNTS__A__PROVIDER"
)]
#[case::provider(
    "accounts.a = { provider = \"godaddy\" }",
    "accounts.a.provider",
    FaultKind::Invalid,
    "\"connectreseller\", \"logicboxes\", \"namecom\""
)]
#[case::cr_key(
    "accounts.a = { provider = \"connectreseller\" }",
    "accounts.a.api_key",
    FaultKind::Missing,
    "api_key_file"
)]
#[case::lb_user(
    "accounts.a = { provider = \"logicboxes\", api_key = \"k\" }",
    "accounts.a.auth_userid",
    FaultKind::Missing,
    "logicboxes needs it"
)]
#[case::nc_token(
    "accounts.a = { provider = \"namecom\", username = \"u\" }",
    "accounts.a.api_token",
    FaultKind::Missing,
    "namecom"
)]
#[case::foreign(
    "accounts.a = { provider = \"namecom\", username = \"u\", api_token = \"t\", api_key = \"k\" }",
    "accounts.a.api_key",
    FaultKind::Foreign,
    "username and api_token"
)]
#[case::invoice(
    "accounts.a = { provider = \"connectreseller\", api_key = \"k\", defaults.invoice = \"OnlyAdd\" }",
    "accounts.a.defaults.invoice",
    FaultKind::Foreign,
    "connectreseller"
)]
#[case::invoice_word(&format!("{LB}accounts.a.defaults.invoice = \"x\""), "accounts.a.defaults.invoice", FaultKind::Invalid, "PayInvoice")]
#[case::http(&format!("{LB}accounts.a.base_url = \"http://api.example\""), "accounts.a.base_url", FaultKind::Invalid, "beyond loopback")]
#[case::url(&format!("{LB}accounts.a.base_url = \"api.example\""), "accounts.a.base_url", FaultKind::Invalid, "not a URL")]
#[case::scheme(&format!("{LB}accounts.a.base_url = \"ftp://api.example\""), "accounts.a.base_url", FaultKind::Invalid, "ftp")]
#[case::rate(&format!("{LB}accounts.a.rate = \"10\""), "accounts.a.rate", FaultKind::Invalid, "\"600/m\"")]
#[case::concurrency(&format!("{LB}accounts.a.concurrency = -1"), "accounts.a.concurrency", FaultKind::OutOfRange, "from 1")]
#[case::one_nameserver(&format!("{LB}accounts.a.default_nameservers = [\"ns1.x.example\"]"), "accounts.a.default_nameservers", FaultKind::Invalid, "2 to 13")]
#[case::same_nameserver(&format!("{LB}accounts.a.default_nameservers = [\"ns1.x.example\", \"NS1.x.example.\"]"), "accounts.a.default_nameservers", FaultKind::Invalid, "twice")]
#[case::bad_nameserver(&format!("{LB}accounts.a.default_nameservers = [\"ns1.x.example\", \"-a.b\"]"), "accounts.a.default_nameservers", FaultKind::Invalid, "not a host name")]
#[case::given_twice(&format!("{LB}accounts.a.api_key_file = \"present\""), "accounts.a.api_key", FaultKind::GivenTwice, "itself and as a file")]
#[case::no_file("redis.url_file = \"absent\"", "redis.url_file", FaultKind::Unreadable, "absent")]
#[case::empty_file("redis.url_file = \"empty\"", "redis.url_file", FaultKind::Invalid, "redis://")]
#[case::hook_secret(HOOK, "webhooks.w.secret", FaultKind::Missing, "secret_file")]
#[case::hook_short(&format!("{HOOK}webhooks.w.secret = \"whsec_c2hvcnQ=\""), "webhooks.w.secret", FaultKind::Invalid, "24")]
#[case::hook_event(&format!("{HOOK}webhooks.w.secret = \"{}\"\nwebhooks.w.events = [\"order.done\"]", WEBHOOK_SECRET), "webhooks.w.events", FaultKind::Invalid, "order.done")]
#[case::hook_plain(&format!("webhooks.w.url = \"http://billing.example\"\nwebhooks.w.secret = \"{WEBHOOK_SECRET}\""), "webhooks.w.url", FaultKind::Conflict, "allow_private = true")]
#[case::hook_waits(&format!("{HOOK}webhooks.w.secret = \"{WEBHOOK_SECRET}\"\nwebhooks.w.retry_max = \"1s\""), "webhooks.w.retry_max", FaultKind::Conflict, "retry_initial")]
#[case::hook_kept(&format!("{HOOK}webhooks.w.secret = \"{WEBHOOK_SECRET}\"\nretention.events = \"1d\""), "retention.events", FaultKind::Conflict, "webhooks.w.give_up")]
#[case::hook_ca_absent(&format!("{HOOK}webhooks.w.secret = \"{WEBHOOK_SECRET}\"\nwebhooks.w.ca_file = \"absent\""), "webhooks.w.ca_file", FaultKind::Unreadable, "absent")]
#[case::hook_ca_key(&format!("{HOOK}webhooks.w.secret = \"{WEBHOOK_SECRET}\"\nwebhooks.w.ca_file = \"present\""), "webhooks.w.ca_file", FaultKind::Invalid, "BEGIN CERTIFICATE")]
#[case::hook_ca_plain(&format!("webhooks.w.url = \"http://10.0.0.1\"\nwebhooks.w.secret = \"{WEBHOOK_SECRET}\"\nwebhooks.w.allow_private = true\nwebhooks.w.ca_file = \"present\""), "webhooks.w.ca_file", FaultKind::Conflict, "https")]
#[case::hook_previous(&format!("{HOOK}webhooks.w.secret = \"{WEBHOOK_SECRET}\"\nwebhooks.w.previous_secret = \"x\""), "webhooks.w.previous_secret", FaultKind::Invalid, "24")]
#[case::syntax("a = \nb = 1\nc = = 2", "", FaultKind::Syntax, "line 1")]
fn a_fault_is_named(#[case] toml: &str, #[case] key: &str, #[case] kind: FaultKind, #[case] says: &str) {
    let errors = world(toml).with("empty", "\n").with("present", "k").refused();
    let mut of_kind = errors.faults().iter().filter(|fault| fault.kind == kind);
    let fault = of_kind.next().unwrap_or_else(|| panic!("no {kind:?} in {errors}"));
    assert!(
        fault.key == key || (kind == FaultKind::GivenTwice && fault.key.starts_with(key)),
        "{fault}"
    );
    assert!(fault.to_string().contains(says), "{fault}");
    let rest = errors.faults().iter().filter(|fault| fault.kind != kind).count();
    assert_eq!(rest, 0, "something untrue was said besides: {errors}");
}

#[test]
fn all_faults_of_all_layers_are_said_at_once() {
    let given = world(
        "redis.shards = 0\nredis.ulr = 1\nworker.lease = 5\nhttp.listen = \"0.0.0.0:1\"\n\
         accounts.a = { provider = \"namecom\", api_key = \"k\", timeout = \"x\" }\n\
         accounts.b = { provider = \"?\", api_key_file = \"absent\" }\n",
    )
    .env("DOMORDER__RETRY__MAX", "soon")
    .env("DOMORDER__REDIS__SHARDS", "2")
    .env("DOMORDER__NO__SUCH", "1");
    let errors = given.refused();
    let keys: Vec<&str> = errors.faults().iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "accounts.a.api_key",
            "accounts.a.api_token",
            "accounts.a.timeout",
            "accounts.a.username",
            "accounts.b.api_key_file",
            "accounts.b.provider",
            "http.listen",
            "no",
            "redis.shards",
            "redis.ulr",
            "retry.max",
            "worker.lease",
        ]
    );
    let source = |key: &str| {
        errors
            .faults()
            .iter()
            .find(|fault| fault.key == key)
            .unwrap()
            .source
            .clone()
    };
    assert_eq!(source("redis.shards"), Some(Source::File(given.path("domorder.toml"))));
    assert_eq!(
        source("retry.max"),
        Some(Source::Env("DOMORDER__RETRY__MAX".to_owned()))
    );
    assert_eq!(
        source("accounts.b.api_key_file"),
        Some(Source::SecretFile(given.path("absent")))
    );
    assert_eq!(source("accounts.a.username"), None);
    assert!(
        errors
            .to_string()
            .starts_with("the configuration has 12 faults:\n  accounts.a.api_key (file "),
        "{errors}"
    );
}

#[rstest]
#[case("DOMORDER__REDIS", "x", FaultKind::WrongType)]
#[case("DOMORDER__", "x", FaultKind::UnknownKey)]
#[case("DOMORDER__REDIS__SHARDS__X", "1", FaultKind::UnknownKey)]
#[case("DOMORDER__REDIS__SHARDS", "many", FaultKind::WrongType)]
#[case("DOMORDER__ACCOUNTS", "x", FaultKind::WrongType)]
#[case("DOMORDER__ACCOUNTS__CR-MAIN", "x", FaultKind::WrongType)]
#[case("DOMORDER__ACCOUNTS___X__RATE", "10/s", FaultKind::Invalid)]
#[case("DOMORDER__ACCOUNTS__CR_MAIN__RATES", "10/s", FaultKind::UnknownKey)]
#[case("DOMORDER__RECONCILE__LOOKS", "2s", FaultKind::WrongType)]
fn a_faulty_variable_is_named(#[case] name: &str, #[case] value: &str, #[case] kind: FaultKind) {
    let errors = world(ACCOUNT).env(name, value).refused();
    let [fault] = errors.faults() else { panic!("{errors}") };
    assert_eq!(
        (fault.kind, fault.source.clone()),
        (kind, Some(Source::Env(name.to_owned()))),
        "{fault}"
    );
}

#[test]
fn two_variables_for_one_key_are_refused() {
    let errors = world(ACCOUNT)
        .env("DOMORDER__ACCOUNTS__CR_MAIN__RATE", "1/s")
        .env("DOMORDER__ACCOUNTS__CR-MAIN__RATE", "2/s")
        .refused();
    assert_eq!(errors.faults()[0].kind, FaultKind::GivenTwice, "{errors}");
}

#[test]
fn a_missing_file_is_named_and_hides_no_faulty_variable() {
    let given = world("").env("DOMORDER__REDIS__SHARDS", "0");
    std::fs::remove_file(given.path("domorder.toml")).unwrap();
    let errors = given.refused();
    let kinds: Vec<FaultKind> = errors.faults().iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [FaultKind::Unreadable, FaultKind::OutOfRange]);
}

#[test]
fn two_entries_with_one_name_or_one_token_are_refused() {
    let entry = |name: &str, token: &str| format!("{{ name = \"{name}\", token = \"{token}\", scopes = [\"admin\"] }}");
    let tokens = [entry("a", "x"), entry("a", "y"), entry("b", "x")].join(", ");
    let errors = world(&format!("http.tokens = [{tokens}]")).refused();
    let keys: Vec<&str> = errors.faults().iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["http.tokens[1].name", "http.tokens[2].token"], "{errors}");
}

#[test]
fn a_syntax_error_is_all_that_is_said_of_a_file_but_not_of_the_environment() {
    let errors = world("[redis\nshards = 0\n")
        .env("DOMORDER__RETRY__MAX", "soon")
        .refused();
    assert!(errors.faults().iter().any(|fault| fault.key == "retry.max"), "{errors}");
    assert!(
        errors.faults().iter().all(|fault| fault.kind != FaultKind::Missing),
        "{errors}"
    );
}
