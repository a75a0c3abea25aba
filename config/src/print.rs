//! The effective configuration as TOML, with secrets masked. Written by hand: what is shown is chosen key by key, so a
//! new secret cannot slip through by being serialised.

use std::fmt::Write as _;
use std::time::Duration;

use crate::accounts::{Account, Credentials};
use crate::duration::format_duration;
use crate::http::Token;
use crate::layers::join;
use crate::secret::{MASK, mask_url};
use crate::{Config, Sources};

pub(crate) fn toml(config: &Config, sources: Option<&Sources>) -> String {
    let mut out = Printer {
        text: String::new(),
        table: String::new(),
        sources,
    };
    out.table("redis");
    out.line("url", text(&config.redis.masked_url()));
    out.line("namespace", text(&config.redis.namespace));
    out.line("shards", config.redis.shards.to_string());
    out.line("durability", text(config.redis.durability.as_str()));
    out.line("journal", text(config.redis.journal.as_str()));
    let folder = config.redis.journal_folder.as_ref();
    out.maybe("journal_folder", folder.map(|path| text(&path.to_string_lossy())));
    out.line("journal_keep", duration(config.redis.journal_keep));
    out.table("secrets");
    out.maybe(
        "key_file",
        config
            .secrets
            .key_file
            .as_ref()
            .map(|path| text(&path.to_string_lossy())),
    );
    out.table("http");
    out.line("listen", text(&config.http.listen.to_string()));
    out.line("tokens", list(config.http.tokens.iter().map(token)));
    out.line("rate", text(&config.http.rate.to_string()));
    out.line("connections", config.http.connections.to_string());
    out.line("streams", config.http.streams.to_string());
    out.table("worker");
    out.line("shutdown_grace", duration(config.worker.shutdown_grace));
    out.line("lease", duration(config.worker.lease));
    for (name, account) in &config.accounts {
        out.account(name, account);
    }
    out.table("polling");
    out.line("register", durations(&config.polling.register));
    out.line("transfer", durations(&config.polling.transfer));
    out.line("email", durations(&config.polling.email));
    out.line("funds", durations(&config.polling.funds));
    out.line("transfer_deadline", duration(config.polling.transfer_deadline));
    out.table("reconcile");
    out.line("settle", duration(config.reconcile.settle));
    out.line("gate", duration(config.reconcile.gate));
    out.line("looks", durations(&config.reconcile.looks));
    out.line("give_up", duration(config.reconcile.give_up));
    out.table("breaker");
    out.line("unknowns", config.breaker.unknowns.to_string());
    out.line("pause", duration(config.breaker.pause));
    out.line("pause_max", duration(config.breaker.pause_max));
    out.line("failed_looks", config.breaker.failed_looks.to_string());
    out.line("look_pause", duration(config.breaker.look_pause));
    out.line("look_pause_max", duration(config.breaker.look_pause_max));
    out.table("retry");
    out.line("initial", duration(config.retry.initial));
    out.line("max", duration(config.retry.max));
    out.line("max_elapsed", duration(config.retry.max_elapsed));
    out.table("retention");
    out.line("finished", duration(config.retention.finished));
    out.line("events", duration(config.retention.events));
    out.table("telemetry");
    out.maybe("traces_url", config.telemetry.masked_url().as_deref().map(text));
    out.maybe(
        "traces_headers",
        config.telemetry.traces_headers.as_ref().map(|_| text(MASK)),
    );
    out.line("sample_percent", config.telemetry.sample_percent.to_string());
    out.line("queue", config.telemetry.queue.to_string());
    out.line("timeout", duration(config.telemetry.timeout));
    for (name, webhook) in &config.webhooks {
        out.table(&join("webhooks", name));
        out.line("url", text(&mask_url(webhook.url.as_str())));
        out.line("secret", text(MASK));
        out.maybe("previous_secret", webhook.previous_secret.as_ref().map(|_| text(MASK)));
        out.line("events", texts(&webhook.events));
        out.line("begin", text(webhook.begin.as_str()));
        out.maybe(
            "ca_file",
            webhook.ca_file.as_ref().map(|path| text(&path.display().to_string())),
        );
        out.line("allow_private", webhook.allow_private.to_string());
        out.line("timeout", duration(webhook.timeout));
        out.line("in_flight", webhook.in_flight.to_string());
        out.line("retry_initial", duration(webhook.retry_initial));
        out.line("retry_max", duration(webhook.retry_max));
        out.line("give_up", duration(webhook.give_up));
    }
    out.text
}

struct Printer<'a> {
    text: String,
    table: String,
    sources: Option<&'a Sources>,
}

impl Printer<'_> {
    fn table(&mut self, path: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.push(format_args!("{gap}[{path}]\n"));
        path.clone_into(&mut self.table);
    }

    fn line(&mut self, key: &str, value: String) {
        let source = self
            .sources
            .and_then(|sources| sources.of(&join(&self.table, key)))
            .cloned();
        match source {
            // A path may hold a line break, which would end the comment.
            Some(source) => {
                let source = source.to_string().replace(char::is_control, "?");
                self.push(format_args!("{key} = {value}  # {source}\n"));
            }
            None => self.push(format_args!("{key} = {value}\n")),
        }
    }

    fn maybe(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.line(key, value);
        }
    }

    fn account(&mut self, name: &str, account: &Account) {
        self.table(&join("accounts", name));
        self.line("provider", text(account.provider.as_str()));
        self.line("base_url", text(account.base_url.as_str()));
        match &account.credentials {
            Credentials::ConnectReseller { api_key: _ } => self.line("api_key", text(MASK)),
            Credentials::LogicBoxes {
                auth_userid,
                api_key: _,
            } => {
                self.line("auth_userid", text(auth_userid));
                self.line("api_key", text(MASK));
            }
            Credentials::NameCom { username, api_token: _ } => {
                self.line("username", text(username));
                self.line("api_token", text(MASK));
            }
        }
        self.line("timeout", duration(account.timeout));
        self.line("concurrency", account.concurrency.to_string());
        self.line("rate", text(&account.rate.to_string()));
        self.maybe("default_customer", account.default_customer.as_deref().map(text));
        self.line("default_nameservers", texts(&account.default_nameservers));
        let defaults = &account.defaults;
        if *defaults == crate::Defaults::default() {
            return;
        }
        self.table(&format!("accounts.{name}.defaults"));
        self.maybe("registrant", defaults.registrant.as_deref().map(text));
        self.maybe("admin", defaults.admin.as_deref().map(text));
        self.maybe("tech", defaults.tech.as_deref().map(text));
        self.maybe("billing", defaults.billing.as_deref().map(text));
        self.maybe("invoice", defaults.invoice.map(|invoice| text(invoice.as_str())));
        self.maybe("privacy", defaults.privacy.map(|flag| flag.to_string()));
        self.maybe("auto_renew", defaults.auto_renew.map(|flag| flag.to_string()));
    }

    fn push(&mut self, line: std::fmt::Arguments<'_>) {
        self.text.write_fmt(line).expect("writing to a String cannot fail");
    }
}

fn token(token: &Token) -> String {
    let scopes = list(token.scopes.iter().map(|scope| text(scope.as_str())));
    format!(
        "{{ name = {}, token = {}, scopes = {scopes} }}",
        text(&token.name),
        text(MASK)
    )
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn texts(items: &[String]) -> String {
    list(items.iter().map(|item| text(item)))
}

fn duration(duration: Duration) -> String {
    text(&format_duration(duration))
}

fn durations(items: &[Duration]) -> String {
    list(items.iter().copied().map(duration))
}

/// A TOML basic string.
fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
