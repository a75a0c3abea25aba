//! `default.toml` is the documentation and the default, so it must be whole.

use std::collections::BTreeSet;

use crate::schema::{Field, Shape};
use crate::{DEFAULT_TOML, LoadOptions, Rate, load, schema};

use super::world;

fn is_example(line: &str) -> bool {
    line.strip_prefix('#')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
}

/// With every example setting switched on.
fn uncommented() -> String {
    let lines = DEFAULT_TOML
        .lines()
        .map(|line| if is_example(line) { &line[1..] } else { line });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_defaults_load_by_themselves() {
    let (config, sources) = load(LoadOptions { file: None, env: [] }).unwrap();
    assert_eq!(config.redis.masked_url(), "redis://127.0.0.1:6379");
    assert!(config.accounts.is_empty() && config.webhooks.is_empty() && config.http.tokens.is_empty());
    assert_eq!(sources.of("worker.lease"), Some(&crate::Source::Default));
    assert_eq!(sources.file(), None);
}

#[test]
fn every_example_in_it_is_right_and_states_the_true_default() {
    let given = world(&uncommented())
        .with("cr-main.key", "a\n")
        .with("lb-main.key", "b\n")
        .with("nc-main.token", "c\n")
        .with("whmcs.secret", super::WEBHOOK_SECRET)
        .with("whmcs.secret.old", super::WEBHOOK_SECRET)
        .with("whmcs-ca.pem", "-----BEGIN CERTIFICATE-----")
        .with("otlp.headers", "authorization=Bearer%20canary");
    let (config, _) = given.load();
    let hook = format!(
        "webhooks.whmcs = {{ url = \"https://x.example\", secret = \"{}\" }}\n",
        super::WEBHOOK_SECRET
    );
    let bare = world(&format!("{hook}{}", super::ACCOUNT)).load().0;
    let waits = |config: &crate::Config| {
        let hook = &config.webhooks["whmcs"];
        let times = [hook.timeout, hook.retry_initial, hook.retry_max, hook.give_up];
        (
            times,
            hook.in_flight,
            hook.allow_private,
            hook.begin,
            hook.events.clone(),
        )
    };
    assert_eq!(waits(&config), waits(&bare));
    let (shown, real) = (&config.accounts["cr-main"], &bare.accounts["cr-main"]);
    assert_eq!(shown.timeout, real.timeout);
    assert_eq!(shown.concurrency, real.concurrency);
    assert_eq!(shown.rate, real.rate);
    assert_eq!(shown.base_url, real.base_url);
    assert_eq!(shown.default_nameservers, real.default_nameservers);
    assert_eq!(real.rate, Rate::parse("10/s").unwrap());
    assert_eq!((real.timeout.as_secs(), real.concurrency), (30, 16));
}

#[test]
fn every_setting_in_it_has_a_comment_above() {
    let lines: Vec<&str> = DEFAULT_TOML.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let is_setting = is_example(line) && line.contains(" = ") || line.starts_with(|c: char| c.is_ascii_lowercase());
        if is_setting {
            assert!(
                index > 0 && lines[index - 1].starts_with("# "),
                "no comment above `{line}`"
            );
        }
    }
}

#[test]
fn every_key_of_the_schema_is_in_it() {
    let text = uncommented();
    let written: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key)
        .collect();
    fn check(fields: &'static [Field], text: &str, written: &BTreeSet<&str>) {
        for field in fields {
            match field.shape {
                Shape::Leaf(_) => {
                    let file = format!("{}_file", field.name);
                    assert!(
                        written.contains(field.name) || written.contains(file.as_str()),
                        "{} is missing",
                        field.name
                    );
                }
                Shape::Table(inner) | Shape::Named(inner) => {
                    assert!(text.contains(field.name), "{} is missing", field.name);
                    check(inner, text, written);
                }
                Shape::List(inner) => inner.iter().for_each(|field| assert!(text.contains(field.name))),
            }
        }
    }
    check(schema::ROOT, &text, &written);
}
