//! One order, its faults, and the worker that meets them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domorder_config::{Config, LoadOptions};
use domorder_jobs::fault::Point;
use domorder_jobs::ledger::{Ledger, LedgerSettings};
use domorder_jobs::seal::KeyRing;
use domorder_tests_sim::{
    CONNECTRESELLER_KEY, LOGICBOXES_ID, LOGICBOXES_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Outcome, Rule, SimHandle,
};
use domorder_tests_support::{RedisProxy, RedisServer};
use redis::aio::MultiplexedConnection;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::axes::Fault;
use crate::worker::{Planned, plan, planned, start};
use crate::world::{Sold, key_of, operation, request_of, state_of, text, view_of};

/// Far more than any case takes.
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(40);

/// What all cases stand on.
pub(crate) struct Ground {
    redis: RedisServer,
    connection: MultiplexedConnection,
    pub(crate) sim: SimHandle,
    folder: tempfile::TempDir,
}

impl Ground {
    pub(crate) async fn new(redis: RedisServer, sim: SimHandle) -> Self {
        Self {
            connection: redis.connection().await.unwrap(),
            redis,
            sim,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut self.connection.clone()).await
    }

    /// The configuration of a worker with this one account.
    fn config(&self, namespace: &str, redis: &str, account: &str) -> Config {
        let provider = match account {
            "cr-main" => format!(
                "provider = 'connectreseller'\nbase_url = '{}'\napi_key = '{CONNECTRESELLER_KEY}'\n\
                 default_customer = '5512'\ndefault_nameservers = ['ns1.host.example', 'ns2.host.example']\n",
                self.sim.base_url_connectreseller()
            ),
            "lb-main" => format!(
                "provider = 'logicboxes'\nbase_url = '{}'\napi_key = '{LOGICBOXES_KEY}'\nauth_userid = '{LOGICBOXES_ID}'\n\
                 default_customer = '4400012'\ndefaults.invoice = 'NoInvoice'\n",
                self.sim.base_url_logicboxes()
            ),
            _ => format!(
                "provider = 'namecom'\nbase_url = '{}'\nusername = '{NAMECOM_USERNAME}'\napi_token = '{NAMECOM_TOKEN}'\n",
                self.sim.base_url_namecom()
            ),
        };
        let text = format!(
            "redis.url = '{redis}'\nredis.namespace = '{namespace}'\nworker.lease = '1500ms'\n\
             polling.register = ['40ms', '80ms']\npolling.transfer = ['40ms', '80ms']\npolling.email = ['40ms', '80ms']\n\
             reconcile.settle = '1s'\nreconcile.gate = '500ms'\nreconcile.looks = ['80ms', '200ms']\n\
             reconcile.give_up = '50s'\nretry.initial = '40ms'\nretry.max = '300ms'\nretry.max_elapsed = '60s'\n\
             [accounts.{account}]\ntimeout = '600ms'\nrate = '1000/s'\n{provider}"
        );
        let file = self.folder.path().join(format!("{namespace}.toml"));
        std::fs::write(&file, text).unwrap();
        let options = LoadOptions {
            file: Some(file),
            env: std::iter::empty(),
        };
        domorder_config::load(options).unwrap().0
    }
}

/// What is sold, and what goes wrong.
pub(crate) struct Case {
    sold: Sold,
    pub(crate) faults: Vec<Fault>,
}

/// How a case came to its end.
pub(crate) struct End {
    pub(crate) name: String,
    pub(crate) operation: &'static str,
    pub(crate) request: &'static str,
    pub(crate) domain: String,
    pub(crate) faults: Vec<String>,
    pub(crate) fired: u64,
    view: Value,
}

impl End {
    /// Charges that the order accounts for: surely, and at most.
    pub(crate) fn charges(&self) -> (u64, u64) {
        match text(&self.view, "charged") {
            "yes" => (1, 1),
            "unknown" | "refund_due" => (0, 1),
            _ => (0, 0),
        }
    }

    pub(crate) fn attempts(&self) -> u64 {
        self.view["attempts"].as_u64().unwrap_or_default()
    }
}

impl Case {
    pub(crate) fn of(sold: Sold, faults: Vec<Fault>) -> Self {
        Self { sold, faults }
    }

    /// Gives the order, lets everything go wrong, and waits for its end.
    pub(crate) async fn run(self, number: usize, ground: &Ground) -> End {
        let namespace = format!("case-{number}");
        let document = self.sold.order(&format!("case-{number}"));
        let (account, domain) = (text(&document, "account"), text(&document, "domain").to_owned());
        let (operation, request) = (operation(&document), request_of(operation(&document)));
        let proxy = RedisProxy::start(ground.redis.port()).await.unwrap();
        let (mut points, mut ends_at_start) = (Vec::new(), 0);
        let rules_before = ground.sim.control();
        for fault in &self.faults {
            match fault {
                Fault::Point(point, action) => points.push((*point, *action)),
                Fault::Call(behaviour) => {
                    rules_before.add_fault(Rule::new(behaviour.clone()).operation(request).domain(&domain).once());
                }
                Fault::Read(behaviour) => {
                    rules_before.add_fault(Rule::new(behaviour.clone()).domain(&domain).once());
                }
                Fault::Redis(command, place) => proxy.plan(command.cut(*place)),
                Fault::Answered(spoilt) => {
                    ends_at_start += usize::from(spoilt.ends_a_start());
                    proxy.answer(spoilt.planned());
                }
            }
        }
        let (connection, runtime) = (ground.connection.clone(), tokio::runtime::Handle::current());
        let flush = move || {
            let mut connection = connection.clone();
            runtime.spawn(async move {
                let _: redis::RedisResult<()> = redis::cmd("SCRIPT").arg("FLUSH").query_async(&mut connection).await;
            });
        };
        let gone = CancellationToken::new();
        let planned_for_it = Planned {
            at: points,
            gone: gone.clone(),
            flush: Arc::new(flush),
            fired: 0,
            died_at: None,
        };
        plan(&namespace, planned_for_it);
        let entry = document.to_string();
        let intake = format!("{namespace}:intake");
        let () = ground.ask(&["XADD", &intake, "*", "order", &entry]).await.unwrap();
        let sealing = KeyRing::generate().to_file();
        let ring = || KeyRing::parse(sealing.expose_secret()).unwrap();
        let config = || ground.config(&namespace, &proxy.url(), account);
        let mut worker = start(config(), ring(), gone);
        let (begun, mut faults, mut view, mut told) = (Instant::now(), Vec::new(), Value::Null, false);
        loop {
            if worker.is_finished() {
                if let Some(ended) = worker.join().unwrap_or_else(|_| Some("the worker panicked".to_owned())) {
                    if ends_at_start == 0 {
                        faults.push(ended);
                    }
                    ends_at_start = ends_at_start.saturating_sub(1);
                }
                let next = CancellationToken::new();
                let died_at = planned(&namespace, |plan| {
                    plan.gone = next.clone();
                    plan.died_at.take()
                });
                if matches!(died_at, Some(Point::IntakeRead | Point::IntakeStored)) {
                    ground.take_over(&intake).await;
                }
                worker = start(config(), ring(), next);
            }
            view = ground.view(&namespace, &key_of(&document)).await.unwrap_or(view);
            if ["succeeded", "failed", "cancelled"].contains(&text(&view, "state")) {
                if view["state"] != "succeeded" {
                    faults.push(format!("it came to {}", state_of(&view)));
                }
                break;
            }
            // The account's pause is written before the order's record, and a worker may die between the two.
            let switch = format!("{{{namespace}:0}}:account:{account}");
            if let Ok(Some(_)) = ground.ask::<Option<String>>(&["HGET", &switch, "paused"]).await {
                ground.resume(&namespace, account).await;
            }
            if view["needs"] == "decision" && !told {
                told = true;
                let outcome = if ground.is_done(request, &domain) {
                    "done"
                } else {
                    "not-done"
                };
                let signal = json!({"idempotency_key": key_of(&document), "signal": "resolve", "outcome": outcome,
                    "note": "as the provider's panel shows it"});
                let () = ground
                    .ask(&["XADD", &intake, "*", "signal", &signal.to_string()])
                    .await
                    .unwrap();
            }
            told &= view["needs"] == "decision";
            if begun.elapsed() > LIMIT {
                faults.push(format!("it does not come to its end: {view}"));
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let fired_points = planned(&namespace, |plan| {
            plan.gone.cancel();
            plan.fired
        });
        while !worker.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let cuts: u64 = proxy.cuts().iter().map(|(_, n)| n).sum();
        let rules = ground.sim.control().faults();
        let of_it = rules
            .iter()
            .filter(|rule| rule.rule.matcher.domain.as_ref() == Some(&domain));
        let names: Vec<String> = self.faults.iter().map(Fault::name).collect();
        End {
            name: format!("{}, {}", self.sold.name, names.join(" and ")),
            operation,
            request,
            fired: fired_points + cuts + proxy.replies() + of_it.map(|rule| rule.fired).sum::<u64>(),
            domain,
            faults,
            view,
        }
    }
}

impl Ground {
    async fn view(&self, namespace: &str, key: &str) -> Option<Value> {
        let held: Option<String> = self.ask(&["GET", &format!("{namespace}:idem:{key}")]).await.ok()?;
        let id = held?.split_once(' ')?.0.to_owned();
        let order = format!("{{{namespace}:0}}:order:{id}");
        let (document, record): (Option<String>, Option<String>) = self.ask(&["HMGET", &order, "d", "r"]).await.ok()?;
        view_of(&document?, &record?)
    }

    /// What the dead had read is another's after a minute, which has passed.
    async fn take_over(&self, intake: &str) {
        let pending: redis::streams::StreamPendingCountReply = self
            .ask(&["XPENDING", intake, "domorder", "-", "+", "10"])
            .await
            .unwrap();
        for entry in pending.ids {
            let claim = [
                "XCLAIM", intake, "domorder", "dead", "0", &entry.id, "IDLE", "61000", "JUSTID",
            ];
            let _: redis::Value = self.ask(&claim).await.unwrap();
        }
    }

    /// As `domorder accounts resume`, after the credentials were mended.
    async fn resume(&self, namespace: &str, account: &str) {
        let settings = LedgerSettings::new(self.redis.url(), namespace);
        if let Ok(ledger) = Ledger::connect(settings).await {
            let _ = ledger.set_paused(account, None).await;
        }
    }

    /// Whether the provider has done it, whatever it said.
    fn is_done(&self, request: &str, domain: &str) -> bool {
        self.sim.control().requests().requests.iter().any(|made| {
            made.outcome == Outcome::Done && made.operation == request && made.domain.as_deref() == Some(domain)
        })
    }
}
