//! The configuration: a file and variables, spoilt. Every fault has its place and its remedy, no secret is told, and what
//! is printed is read as the same.

use std::fs;

use domorder_config::{Config, LoadOptions, load};
use domorder_tests_support::fuzz::{Fuzz, Verdict, law};

use crate::world::{CANARY, brief, corpus};

/// Before the variables of an input.
const VARIABLES: &str = "\n%%env\n";

const SEEDS: &[&str] = &[
    r#"
[redis]
url = "redis://worker:redis-Canary-word@127.0.0.1:6379"
namespace = "shop"
shards = 4
durability = "replicated"
journal = "on"
[http]
listen = "127.0.0.1:8081"
tokens = [{ name = "billing", token = "token-Canary-0001", scopes = ["orders:read", "orders:write"] }]
rate = "10/s"
[worker]
lease = "2m"
[accounts.cr-main]
provider = "connectreseller"
api_key = "cr-Canary-key-0001"
timeout = "20s"
concurrency = 4
rate = "5/s"
default_customer = "5512"
default_nameservers = ["ns1.host.example", "ns2.host.example"]
[accounts.cr-main.defaults]
registrant = "991"
privacy = true
[accounts.lb-main]
provider = "logicboxes"
auth_userid = "123456"
api_key = "lb-Canary-key-0001"
base_url = "http://127.0.0.1:9/api"
[accounts.lb-main.defaults]
invoice = "KeepInvoice"
[accounts.nc-main]
provider = "namecom"
username = "shop"
api_token = "nc-Canary-token-0001"
[polling]
register = ["2s", "10s"]
[reconcile]
settle = "10m"
[webhooks.whmcs]
url = "https://billing.example/hooks?k=hook-Canary-1"
secret = "whsec_Q2FuYXJ5Q2FuYXJ5Q2FuYXJ5Q2FuYXJ5Q2FuYXJ5"
events = ["order.succeeded", "order.failed"]
"#,
    "[redis]\nnamespace = \"other\"\n%%env\nDOMORDER__REDIS__URL=redis://u:redis-Canary-word@h:1/2\nDOMORDER__HTTP__STREAMS=7\n\
     DOMORDER__ACCOUNTS__CR_MAIN__PROVIDER=connectreseller\nDOMORDER__ACCOUNTS__CR_MAIN__API_KEY=cr-Canary-key-0001",
    "[webhooks.a]\nurl = \"http://127.0.0.1:9/\"\nallow_private = true\nsecret_file = \"no-such-file\"\n",
    "redis.url = \"redis+sentinel://a:26379,b:26379/master\"\n",
    "[polling]\nregister = [\"2s\"\n",
    "",
];

#[test]
fn a_configuration_is_in_force_as_it_is_printed_or_every_fault_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("domorder.toml");
    let read = |text: &str, env: Vec<(String, String)>| {
        fs::write(&file, text).unwrap();
        load(LoadOptions {
            file: Some(file.clone()),
            env,
        })
    };
    let check = |input: &[u8]| {
        let input = String::from_utf8_lossy(input);
        let (text, variables) = input.split_once(VARIABLES).unwrap_or((&input, ""));
        let env = variables.lines().filter_map(|line| line.split_once('='));
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        match read(text, env) {
            Ok((config, sources)) => {
                let printed = config.masked_toml_with(&sources);
                secrets_stay(&input, &printed)?;
                let (again, _) = read(&unmasked(&printed), Vec::new())
                    .map_err(|errors| format!("printed, it is refused: {errors}\n{printed}"))?;
                law(same(&config, &again), || {
                    format!(
                        "printed and read it is another:\n{}\n{}",
                        config.masked_toml(),
                        again.masked_toml()
                    )
                })?;
                Ok(format!("read {} {}", config.accounts.len(), config.webhooks.len()))
            }
            Err(errors) => {
                let mut kinds = Vec::new();
                law(!errors.faults().is_empty(), || "refused without a fault".into())?;
                for fault in errors.faults() {
                    law(!fault.expected.is_empty() && !fault.remedy.is_empty(), || {
                        format!("{fault} helps nobody")
                    })?;
                    law(!fault.key.is_empty() || fault.source.is_some(), || {
                        format!("{fault} is nowhere")
                    })?;
                    kinds.push(format!("{:?}", fault.kind));
                }
                kinds.sort();
                kinds.dedup();
                let verdict: Verdict = Ok(format!("{kinds:?}"));
                secrets_stay(&input, &errors.to_string()).and(verdict)
            }
        }
    };
    Fuzz::new("configuration", &corpus(), check)
        .seeds(SEEDS.iter().copied())
        .seeds([domorder_config::DEFAULT_TOML])
        .words([
            "[redis]",
            "[accounts.x]",
            "[webhooks.y]",
            "= ",
            "\"***\"",
            "_file",
            "[[",
            "\"\"\"",
            "redis://",
            "https://",
        ])
        .words(["30s", "whsec_", "DOMORDER__", "%%env\n", "orders:read", "order.*", "#"])
        .holds(brief(25_000));
}

/// Of an input whose secrets still stand whole where secrets stand, none is told. What was spoilt into another place (a
/// key's name, a namespace) is no secret there.
fn secrets_stay(input: &str, told: &str) -> Result<(), String> {
    const PLACES: [&str; 8] = [
        "url = \"redis://worker:redis-Canary-word@127.0.0.1:6379\"",
        "tokens = [{ name = \"billing\", token = \"token-Canary-0001\"",
        "api_key = \"cr-Canary-key-0001\"",
        "api_key = \"lb-Canary-key-0001\"",
        "api_token = \"nc-Canary-token-0001\"",
        "url = \"https://billing.example/hooks?k=hook-Canary-1\"",
        "DOMORDER__REDIS__URL=redis://u:redis-Canary-word@h",
        "DOMORDER__ACCOUNTS__CR_MAIN__API_KEY=cr-Canary-key-0001",
    ];
    let in_place = |line: &str| PLACES.iter().any(|place| line.starts_with(place)) && line.matches(CANARY).count() == 1;
    let strays = input.lines().any(|line| line.contains(CANARY) && !in_place(line));
    law(strays || !told.contains(CANARY), || {
        format!("a secret is told:\n{told}")
    })
}

/// A secret is printed as three stars; any other in its place must do.
fn unmasked(printed: &str) -> String {
    let mut number = 0;
    let lines = printed.lines().map(|line| {
        let key = line.split('=').next().unwrap_or_default().trim();
        let mut line = line.to_owned();
        while line.contains("\"***\"") {
            number += 1;
            let secret = match key {
                "secret" | "previous_secret" => format!("\"whsec_{}\"", "A".repeat(40)),
                _ => format!("\"another-secret-{number:04}\""),
            };
            line = line.replacen("\"***\"", &secret, 1);
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Alike but for secrets, which are not printed; what is hidden in addresses stays hidden.
fn same(one: &Config, other: &Config) -> bool {
    one.masked_toml() == other.masked_toml()
}
