//! The transfer clinic: each stall of the fact sheets, from the stall to its end, with each remedy, by each way in.
//!
//! A [`Case`] is a stall and what is shown of it, a [`Course`] what is done about it and how it ends. Every course that
//! needs a signal is walked once by each [`Way`], with an order of its own; all orders of a provider share a world.

mod changes;
mod connectreseller;
mod deadlines;
mod logicboxes;
mod unfit;

use std::cell::Cell;
use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::*;

const DAY: Duration = Duration::from_secs(86_400);
/// What a customer brings; the simulator takes every code that begins so.
const GOOD_CODE: &str = "good-Code-9Xk2";

/// A way in for a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Redis,
    Http,
    CommandLine,
}

impl Way {
    const ALL: [Self; 3] = [Self::Redis, Self::Http, Self::CommandLine];

    const fn word(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Http => "http",
            Self::CommandLine => "cli",
        }
    }
}

/// How a stall comes about.
#[derive(Debug, Clone, Copy)]
enum Cause {
    /// By the simulator's script for names that begin so.
    Script,
    /// The provider refuses the one transfer call in these words.
    Refused(&'static str),
    /// The provider says for a while, of a transfer that is well, that it waits for this.
    Said(&'static str),
    /// ConnectReseller answers so for a while when it is asked for the transfer after its placing.
    After(Sync),
    /// ConnectReseller answers so, once, when it is asked for the transfer before its placing.
    Before(Sync),
}

/// What `syncTransfer` answers that is no running transfer (fact sheet 5.1).
#[derive(Debug, Clone, Copy)]
enum Sync {
    /// No transfer was ever placed.
    NotFound,
    /// Nothing can be told.
    ServerError,
    /// This status.
    Status(&'static str),
}

impl Sync {
    fn behaviour(self) -> Behaviour {
        let answer = |status, body| Behaviour::Answer { status, body };
        match self {
            Self::NotFound => answer(
                200,
                json!({"responseMsg": {"statusCode": 404, "message": "No transfer found for this domain"},
                    "responseData": null}),
            ),
            Self::ServerError => Behaviour::Fail500Before,
            Self::Status(status) => {
                let data = json!({"status": status, "reason": null, "expiryDate": null});
                answer(
                    200,
                    json!({"responseMsg": {"statusCode": 200, "message": "Success"}, "responseData": data}),
                )
            }
        }
    }
}

/// When it is looked at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NextLook {
    /// By the schedule.
    Soon,
    /// Nothing stands at the provider: when the waiting ends.
    AtTheEnd,
    /// A person decides.
    Never,
}

/// A stall, and what is shown of it.
struct Case {
    /// How the names begin.
    begins: &'static str,
    cause: Cause,
    /// What the provider says of it by the simulator's script, where that is one text.
    phrase: Option<&'static str>,
    state: &'static str,
    needs: Option<&'static str>,
    waiting_on: &'static str,
    charged: &'static str,
    /// When waiting ends, in days from the order.
    ends_after: i64,
    next_look: NextLook,
    /// What the card says of it.
    card: &'static str,
    courses: Vec<Course>,
}

impl Case {
    /// The provider's words.
    fn words(&self) -> Option<&'static str> {
        match self.cause {
            Cause::Said(words) | Cause::Refused(words) => Some(words),
            Cause::Script | Cause::After(_) | Cause::Before(_) => self.phrase,
        }
    }
}

/// What is done about it, and what follows.
#[derive(Clone)]
struct Course {
    name: &'static str,
    /// Before, the customer has done at the losing side what it waits for.
    mended: bool,
    signal: Option<(&'static str, Value)>,
    then: &'static str,
    /// The end, eight days later.
    end: &'static str,
    charged: &'static str,
    /// Charges and refunds in the provider's books.
    books: (u64, u64),
}

fn course(
    name: &'static str,
    then: &'static str,
    end: &'static str,
    charged: &'static str,
    books: (u64, u64),
) -> Course {
    Course {
        name,
        mended: false,
        signal: None,
        then,
        end,
        charged,
        books,
    }
}

impl Course {
    /// With this signal.
    fn told(mut self, signal: &'static str, more: Value) -> Self {
        self.signal = Some((signal, more));
        self
    }

    /// After the customer has mended it.
    fn mended(mut self) -> Self {
        self.mended = true;
        self
    }
}

/// One order on its course.
struct Walk<'a> {
    case: &'a Case,
    course: &'a Course,
    way: Way,
    domain: String,
    key: String,
}

/// Walks every course of every case by every way in.
async fn walk(world: &World, account: &str, cases: &[Case]) {
    let mut walks = Vec::new();
    let mut documents = Vec::new();
    for case in cases {
        for course in &case.courses {
            let ways = if course.signal.is_some() {
                &Way::ALL[..]
            } else {
                &Way::ALL[..1]
            };
            for way in ways {
                let domain = format!("{}{}-{}-example.com", case.begins, course.name, way.word());
                world.spoil(account, &domain, case.cause);
                let document = transfer_at(account, &domain);
                walks.push(Walk {
                    case,
                    course,
                    way: *way,
                    key: key_of(&document),
                    domain,
                });
                documents.push(document);
            }
        }
    }
    world.keep_secret(GOOD_CODE);
    world.orders(documents).await;
    join_all(walks.iter().map(|walk| walk.stalls(world))).await;
    for walk in walks.iter().filter(|walk| walk.way == Way::Redis) {
        walk.reads_its_card(world).await;
    }
    // Nothing is looked at while it is mended: a look before the signal would leave the signal nothing to do.
    world.run(&["accounts", "pause", account]).await.ended(0);
    world.until_it_rests().await;
    world.providers().clear_faults();
    for walk in &walks {
        walk.treat(world, account).await;
    }
    world.run(&["accounts", "resume", account]).await.ended(0);
    join_all(walks.iter().map(|walk| world.until(&walk.key, walk.course.then))).await;
    world.providers().advance(8 * DAY);
    join_all(walks.iter().map(|walk| walk.ends(world))).await;
}

/// A transfer at an account, with what its provider needs.
fn transfer_at(account: &str, domain: &str) -> Value {
    let contacts = match account {
        "lb-main" => json!({"registrant": {"id": "991"}}),
        _ => Value::Null,
    };
    with(
        transfer(domain, "some-Code-4444"),
        json!({"account": account, "contacts": contacts}),
    )
}

fn instant(view: &Value, field: &str) -> Option<jiff::Timestamp> {
    text(view, field).parse().ok()
}

impl Walk<'_> {
    /// It stalls, and says why, who has to act, until when, and what can be done.
    async fn stalls(&self, world: &World) {
        let case = self.case;
        let mut view = world.until(&self.key, case.state).await;
        // Between the answer and the look that confirms it nothing is planned yet.
        while case.next_look != NextLook::Never && view["next_check_at"].is_null() {
            let planned = || async {
                let view = world.view(&self.key).await.unwrap_or_default();
                !view["next_check_at"].is_null()
            };
            world.wait_until("its next look is planned", planned).await;
            view = world.until(&self.key, case.state).await;
        }
        let told = ["needs", "waiting_on", "charged"].map(|field| view[field].clone());
        assert_eq!(
            told,
            [json!(case.needs), json!(case.waiting_on), json!(case.charged)],
            "{view:#}"
        );
        let at = |field: &str| instant(&view, field);
        let (Some(created), Some(ends)) = (at("created_at"), at("deadline_at")) else {
            panic!("it waits without an end: {view:#}");
        };
        let days = ends.duration_since(created).as_secs_f64() / 86_400.0;
        assert!((days - case.ends_after as f64).abs() < 0.02, "{days} days: {view:#}");
        let updated = at("updated_at").expect("it was recorded");
        match (case.next_look, at("next_check_at")) {
            (NextLook::Soon, Some(next)) => {
                assert!(next.duration_since(updated).as_secs() < 2, "{view:#}");
            }
            (NextLook::AtTheEnd, Some(next)) => assert_eq!(next, ends, "{view:#}"),
            (NextLook::Never, None) => {}
            (_, next) => panic!("looked at next {next:?}: {view:#}"),
        }
        let said = text(&view, "provider_message");
        if let Some(words) = case.words() {
            assert!(said.contains(words), "no `{words}` in {view:#}");
        }
        let timeline = world.timeline(&self.key).await;
        let last = timeline.last().expect("something happened");
        assert_eq!(state_of(last), state_of(&view), "since when stands in the timeline");
    }

    /// The card says what it is, since when, and offers the remedy with the exact command.
    async fn reads_its_card(&self, world: &World) {
        let Self { case, course, .. } = self;
        let card = world.run(&["orders", "show", &self.key]).await.ended(0).out;
        for told in [case.card, "since"] {
            assert!(card.contains(told), "no `{told}` on the card\n{card}");
        }
        if let Some((signal, _)) = &course.signal {
            let id = world.id_of(&self.key).await.expect("it was accepted");
            let command = format!("domorder orders {signal} {id}");
            assert!(card.contains(&command), "no `{command}` on the card\n{card}");
        }
    }

    /// The customer and the remedy, as the course says.
    async fn treat(&self, world: &World, account: &str) {
        let course = self.course;
        if course.mended {
            let provider = if account == "cr-main" {
                "connectreseller"
            } else {
                "logicboxes"
            };
            let plan = json!({provider: {"transfers": [{"name": self.domain, "scenario": "good"}]}});
            world.providers().seed(&serde_json::from_value(plan).expect("a seed"));
        }
        if let Some((signal, more)) = &course.signal {
            world.tell_by(self.way, &self.key, signal, more).await;
        }
    }

    /// It ends as the course says, and the provider's books say the same.
    async fn ends(&self, world: &World) {
        let course = self.course;
        let view = world.until(&self.key, course.end).await;
        assert_eq!(view["charged"], course.charged, "{view:#}");
        assert!(
            view["finished_at"].is_string() && view["next_check_at"].is_null(),
            "{view:#}"
        );
        assert!(view["needs"].is_null() && view["waiting_on"].is_null(), "{view:#}");
        assert_eq!(view["expiry"].is_string(), course.end == "succeeded", "{view:#}");
        let charges = world.providers().charges();
        let books = charges.by_domain.iter().filter(|row| row.domain == self.domain);
        let books = books.fold((0, 0), |(charges, refunds), row| {
            (charges + row.charges, refunds + row.refunds)
        });
        assert_eq!(books, course.books, "charges and refunds of {}", self.domain);
        if let Some((signal, _)) = &course.signal {
            let timeline = world.timeline(&self.key).await;
            let sender = match self.way {
                Way::Redis => "redis",
                Way::Http => "boss",
                Way::CommandLine => "cli:",
            };
            let said = timeline.iter().map(|entry| text(entry, "signal"));
            let ours: Vec<&str> = said.filter(|said| !said.is_empty()).collect();
            assert!(
                matches!(&ours[..], [one] if one.starts_with(&format!("{signal} by {sender}"))),
                "{ours:?}"
            );
        }
    }
}

impl World {
    /// A world in which time passes at the test's word, and the API has tokens.
    async fn clinic() -> Self {
        Self::with().scale(1.0).setting("http.tokens", TOKENS).start().await
    }

    /// Waits until nobody has asked the providers anything for a while.
    async fn until_it_rests(&self) {
        let (calls, same) = (Cell::new(0), Cell::new(0));
        self.wait_until("nothing is asked any more", || async {
            let now = self.providers().request_summary().total;
            same.set(if calls.replace(now) == now { same.get() + 1 } else { 0 });
            same.get() >= 8
        })
        .await;
    }

    /// Makes the provider's words about a transfer what the cause says.
    fn spoil(&self, account: &str, domain: &str, cause: Cause) {
        let answer = |body| Rule::new(Behaviour::Answer { status: 200, body }).domain(domain);
        let rule = match (account, cause) {
            (_, Cause::Script) => return,
            ("cr-main", Cause::After(sync)) => {
                let rule = Rule::new(sync.behaviour()).domain(domain).operation("syncTransfer");
                rule.nth(2).count(1_000_000)
            }
            ("cr-main", Cause::Before(sync)) => {
                let rule = Rule::new(sync.behaviour()).domain(domain).operation("syncTransfer");
                rule.once()
            }
            ("lb-main", Cause::Refused(words)) => {
                let body = json!({"status": "ERROR", "message": words});
                let rule = Rule::new(Behaviour::Answer { status: 500, body }).domain(domain);
                rule.operation("domains/transfer").once()
            }
            ("lb-main", Cause::Said(words)) => {
                let Value::Object(fields) = json!({"actionstatusdesc": words}) else {
                    panic!("an object");
                };
                Rule::new(Behaviour::DoThenChange { fields }).domain(domain)
            }
            ("cr-main", Cause::Refused(words)) => {
                let body = json!({"responseMsg": {"statusCode": 400, "message": words}, "responseData": null});
                answer(body).operation("TransferOrder").once()
            }
            ("cr-main", Cause::Said(words)) => {
                let data = json!({"status": "pending", "reason": words, "expiryDate": null});
                let body = json!({"responseMsg": {"statusCode": 200, "message": "Success"}, "responseData": data});
                // The first is the read before the paid call.
                answer(body).operation("syncTransfer").nth(2).count(1_000_000)
            }
            _ => panic!("{account} does not play {cause:?}"),
        };
        self.providers().add_fault(rule);
    }

    /// Tells an order something by a way in, which takes it.
    async fn tell_by(&self, way: Way, key: &str, signal: &str, more: &Value) {
        match way {
            Way::Redis => self.tell(key, signal, more.clone()).await,
            Way::Http => {
                let id = self.id_of(key).await.expect("an order");
                let path = format!("/v1/orders/{id}/{signal}");
                self.http().by("boss").post(&path, more).await.is(202);
            }
            Way::CommandLine => {
                self.say(key, signal, more).await.ended(0);
            }
        }
    }

    /// Tells an order something by a way in, which refuses it; the reason.
    async fn refused_by(&self, way: Way, key: &str, signal: &str, more: &Value) -> String {
        match way {
            Way::Redis => {
                let before = self.rejected().await.len();
                self.tell(key, signal, more.clone()).await;
                let rejected = self.until_rejected(before + 1).await;
                let last = rejected.last().expect("one more");
                assert!(last.entry.contains(key) && last.entry.contains(signal), "{last:?}");
                assert_eq!(last.error["status"], 409, "{last:?}");
                text(&last.error, "detail").to_owned()
            }
            Way::Http => {
                let id = self.id_of(key).await.expect("an order");
                let path = format!("/v1/orders/{id}/{signal}");
                let problem = self.http().by("boss").post(&path, more).await.is(409);
                text(&problem, "detail").to_owned()
            }
            Way::CommandLine => self.say(key, signal, more).await.ended(1).err,
        }
    }

    /// Tells an order something on the command line.
    async fn say(&self, key: &str, signal: &str, more: &Value) -> Ran {
        let words: Vec<&str> = match signal {
            "resolve" => vec![
                "orders",
                signal,
                key,
                text(more, "outcome"),
                "--note",
                text(more, "note"),
            ],
            _ => vec!["orders", signal, key],
        };
        self.run_with(&words, text(more, "auth_code")).await
    }
}
