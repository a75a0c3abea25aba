//! `domorder webhooks`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use domorder_jobs::ledger::{DeadLetter, HookLook, Ledger, Webhooks};
use jiff::Timestamp;

use super::doctor::Finding;
use super::output::{Format, print, print_json, table};
use super::{Failure, Loaded, OutputArgs};

/// Commands about webhook endpoints.
#[derive(Debug, Subcommand)]
pub(super) enum WebhooksCommand {
    /// List the endpoints and how far each has come
    List(OutputArgs),
    /// List the dead letters of an endpoint: events that it did not take in `give_up`
    Dead(DeadArgs),
    /// Deliver dead letters again, under the same ids
    Replay(ReplayArgs),
    /// Delete the state, dead letters included, of an endpoint that is no longer configured
    Forget {
        /// The endpoint
        endpoint: String,
    },
}

/// Arguments of `dead`.
#[derive(Debug, Args)]
pub(super) struct DeadArgs {
    /// The endpoint
    endpoint: String,
    /// At most so many, those of the oldest events first
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    output: OutputArgs,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The endpoint
    endpoint: String,
    /// Ids of events, as `dead` lists them
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    events: Vec<String>,
    /// All of its dead letters
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Dead letters read at once.
const PAGE: usize = 1_000;

pub(super) async fn run(loaded: Loaded, command: &WebhooksCommand) -> Result<ExitCode, Failure> {
    let ledger = loaded.ledger().await?;
    match command {
        WebhooksCommand::List(args) => list(&loaded, &ledger, args.output).await,
        WebhooksCommand::Dead(args) => dead(&loaded, &ledger, args).await,
        WebhooksCommand::Replay(args) => replay(&loaded, &ledger, args).await,
        WebhooksCommand::Forget { endpoint } => forget(&loaded, &ledger, endpoint).await,
    }
}

/// An endpoint's state over all shards.
#[derive(Debug, Default, serde::Serialize)]
struct Endpoint {
    endpoint: String,
    configured: bool,
    /// Whether it was ever delivered to, or begun.
    seen: bool,
    /// Whether replicas deliver to it in every shard.
    served: bool,
    failing_since: Option<Timestamp>,
    waiting: u64,
    held_orders: u64,
    dead_letters: u64,
}

impl Endpoint {
    fn of(name: &str, configured: bool, looks: &[Option<HookLook>]) -> Self {
        let seen = || looks.iter().flatten();
        Self {
            endpoint: name.to_owned(),
            configured,
            seen: seen().next().is_some(),
            served: looks.iter().all(|look| look.is_some_and(|look| look.served)),
            failing_since: seen()
                .map(|look| look.failing_ms)
                .filter(|ms| *ms > 0)
                .min()
                .and_then(instant),
            waiting: seen().map(HookLook::depth).sum(),
            held_orders: seen().map(|look| look.held).sum(),
            dead_letters: seen().map(|look| look.dead).sum(),
        }
    }

    fn state(&self) -> String {
        match (self.configured, self.seen, self.served, self.failing_since) {
            (false, ..) => "no longer configured".to_owned(),
            (_, false, ..) => "not begun".to_owned(),
            (_, _, _, Some(since)) => format!("takes nothing since {since:.0}"),
            (_, _, false, _) => "no replica delivers".to_owned(),
            (_, _, true, None) => "takes events".to_owned(),
        }
    }
}

async fn endpoints(loaded: &Loaded, ledger: &Ledger) -> Result<Vec<Endpoint>, Failure> {
    let states = ledger.webhooks();
    let mut names = states.known().await?;
    names.extend(loaded.config.webhooks.keys().cloned());
    let mut found = Vec::new();
    for name in names {
        let looks = states.look(&name).await?;
        found.push(Endpoint::of(&name, loaded.config.webhooks.contains_key(&name), &looks));
    }
    Ok(found)
}

async fn list(loaded: &Loaded, ledger: &Ledger, format: Format) -> Result<ExitCode, Failure> {
    let found = endpoints(loaded, ledger).await?;
    if format == Format::Json {
        print_json(&serde_json::json!({"webhooks": found}));
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&["endpoint", "state", "events waiting", "orders held", "dead letters"]);
    for endpoint in &found {
        rows.add_row(vec![
            endpoint.endpoint.clone(),
            endpoint.state(),
            endpoint.waiting.to_string(),
            endpoint.held_orders.to_string(),
            endpoint.dead_letters.to_string(),
        ]);
    }
    print(&rows.to_string());
    Ok(ExitCode::SUCCESS)
}

/// An endpoint of the configuration, or one that has a state still.
async fn known(loaded: &Loaded, states: &Webhooks, name: &str) -> Result<(), Failure> {
    let mut names: BTreeSet<String> = states.known().await?;
    names.extend(loaded.config.webhooks.keys().cloned());
    if names.contains(name) {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    Err(Failure::Usage(format!(
        "there is no endpoint `{name}`; there are: {}",
        names.join(", ")
    )))
}

async fn dead(loaded: &Loaded, ledger: &Ledger, args: &DeadArgs) -> Result<ExitCode, Failure> {
    let states = ledger.webhooks();
    known(loaded, &states, &args.endpoint).await?;
    let mut letters = Vec::new();
    for shard in 0..ledger.shards() {
        letters.extend(states.dead(&args.endpoint, shard, 0, args.limit).await?);
    }
    letters.sort();
    letters.truncate(args.limit);
    if args.output.output == Format::Json {
        let shown: Vec<_> = letters.iter().map(shown).collect();
        print_json(&serde_json::json!({"dead_letters": shown}));
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&["event", "type", "recorded", "attempts", "last result"]);
    for letter in &letters {
        rows.add_row(vec![
            letter.event.clone(),
            letter.kind.clone(),
            instant(letter.at.ms).map(|at| format!("{at:.0}")).unwrap_or_default(),
            letter.attempts.to_string(),
            letter.result.clone(),
        ]);
    }
    print(&rows.to_string());
    Ok(ExitCode::SUCCESS)
}

fn shown(letter: &DeadLetter) -> serde_json::Value {
    serde_json::json!({
        "event": letter.event, "type": letter.kind, "order": letter.order, "recorded_at": instant(letter.at.ms),
        "attempts": letter.attempts, "result": letter.result,
    })
}

async fn replay(loaded: &Loaded, ledger: &Ledger, args: &ReplayArgs) -> Result<ExitCode, Failure> {
    let states = ledger.webhooks();
    known(loaded, &states, &args.endpoint).await?;
    let mut missing: BTreeSet<&str> = args.events.iter().map(String::as_str).collect();
    let mut moved = 0;
    for shard in 0..ledger.shards() {
        let mut skip = 0;
        loop {
            let page = states.dead(&args.endpoint, shard, skip, PAGE).await?;
            let wanted: Vec<DeadLetter> = page
                .iter()
                .filter(|letter| args.all || missing.contains(letter.event.as_str()))
                .cloned()
                .collect();
            moved += states.replay(&args.endpoint, shard, &wanted).await?;
            for letter in &wanted {
                missing.remove(letter.event.as_str());
            }
            if page.len() < PAGE || (!args.all && missing.is_empty()) {
                break;
            }
            // What was moved is gone from before the next page.
            skip += page.len() - wanted.len();
        }
    }
    if args.output.output == Format::Json {
        print_json(&serde_json::json!({"replayed": moved, "not_dead": missing}));
    } else {
        print(&format!(
            "{moved} dead letters are delivered again to {}",
            args.endpoint
        ));
    }
    if missing.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let missing: Vec<&str> = missing.into_iter().collect();
    Err(Failure::Failed(anyhow!(
        "no dead letters of {}: {}; `domorder webhooks dead {}` lists what there is",
        args.endpoint,
        missing.join(", "),
        args.endpoint
    )))
}

async fn forget(loaded: &Loaded, ledger: &Ledger, endpoint: &str) -> Result<ExitCode, Failure> {
    if loaded.config.webhooks.contains_key(endpoint) {
        return Err(Failure::Usage(format!(
            "`{endpoint}` is configured: take it out of the configuration first"
        )));
    }
    let states = ledger.webhooks();
    known(loaded, &states, endpoint).await?;
    if !states.forget(endpoint).await? {
        return Err(Failure::Failed(anyhow!(
            "a replica still delivers to {endpoint}: restart the replicas with the new configuration, then do it again"
        )));
    }
    print(&format!("{endpoint} is forgotten"));
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with the endpoints, for `domorder doctor`.
pub(super) async fn findings(loaded: &Loaded, ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let mut find = |what: String, mend: String| findings.push(Finding { what, mend });
    for endpoint in endpoints(loaded, ledger).await? {
        let name = &endpoint.endpoint;
        if !endpoint.configured {
            find(
                format!(
                    "webhook endpoint {name} is no longer configured and has {} events waiting, {} dead letters",
                    endpoint.waiting, endpoint.dead_letters
                ),
                format!("configure it again, or `domorder webhooks forget {name}`"),
            );
            continue;
        }
        if let Some(since) = endpoint.failing_since {
            find(
                format!(
                    "webhook endpoint {name} takes nothing since {since:.0}; {} events wait",
                    endpoint.waiting
                ),
                "look at its server, its address and its certificate; what waits is delivered when it answers with 2xx"
                    .to_owned(),
            );
        }
        if endpoint.dead_letters > 0 {
            find(
                format!("webhook endpoint {name} has {} dead letters", endpoint.dead_letters),
                format!(
                    "see `domorder webhooks dead {name}`; mend the cause, then `domorder webhooks replay {name} --all`"
                ),
            );
        }
    }
    Ok(findings)
}

/// What is wrong with their addresses; needs no Redis.
pub(super) async fn addresses(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, webhook) in &loaded.config.webhooks {
        if let Some(fault) = crate::webhooks::trust_fault(webhook) {
            findings.push(Finding {
                what: format!("webhooks.{name}: {fault}"),
                mend: "put certificates in PEM there; without `ca_file` those that the system trusts are taken"
                    .to_owned(),
            });
        }
        if let Some(fault) = crate::webhooks::address_fault(webhook).await {
            findings.push(Finding {
                what: format!("webhooks.{name}.url: {fault}"),
                mend: "correct it; an endpoint in your own network needs `allow_private = true`".to_owned(),
            });
        }
    }
    findings
}

fn instant(ms: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()
}
