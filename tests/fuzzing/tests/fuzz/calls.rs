//! What an order makes of an answer: each purchase, look, amendment and read of each provider, over real HTTP, from a
//! server that answers a fixture, spoilt.
//!
//! An input is a line `provider action status`, header lines, an empty line, and the body.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domorder_api_client::http::MESSAGE_CHARS_MAX;
use domorder_api_client::provider::{
    Amendment, Baseline, ContactIds, EmailAccounts, EmailCreate, EmailDelete, EmailRenew, InvoiceOption, Operation,
    Outcome, Provider, Purchase, Question, Register, Renew, Sighting, Transfer,
};
use domorder_api_client::{connectreseller, logicboxes, namecom};
use domorder_tests_support::fuzz::{Fuzz, Verdict, law};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::answers::{Given, SECRET, fixtures, is_documented, json_of};
use crate::world::{brief, corpus};

const AUTH_CODE: &str = "epp-Canary&Code-9";
/// Longer than any answer from this machine takes.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Answers everything by what it was told last, and counts.
struct Server {
    says: Mutex<Vec<u8>>,
    asked: AtomicUsize,
}

impl Server {
    async fn run(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(Arc::clone(&self).answer(stream));
        }
    }

    async fn answer(self: Arc<Self>, mut stream: TcpStream) -> Option<()> {
        let mut request = Vec::new();
        let mut part = [0; 8_192];
        while !is_whole(&request) {
            let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
            request.extend_from_slice(&part[..read]);
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        let says = self.says.lock().unwrap().clone();
        stream.write_all(&says).await.ok()?;
        stream.shutdown().await.ok()
    }
}

/// A request with all of its body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().filter_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    });
    body.len() >= length.max().unwrap_or(0)
}

/// An input, taken apart.
struct Spoilt<'a> {
    provider: &'a str,
    action: &'a str,
    status: u16,
    headers: &'a str,
    body: &'a [u8],
}

impl<'a> Spoilt<'a> {
    fn read(input: &'a [u8]) -> Option<Self> {
        let end = input.windows(2).position(|pair| pair == b"\n\n")?;
        let head = std::str::from_utf8(&input[..end]).ok()?;
        let (first, headers) = head.split_once('\n').unwrap_or((head, ""));
        let mut words = first.split(' ');
        let (provider, action, status) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
        let sound = headers.bytes().all(|byte| byte == b'\n' || (32..127).contains(&byte));
        (sound && (200..600).contains(&status)).then_some(Self {
            provider,
            action,
            status,
            headers,
            body: &input[end + 2..],
        })
    }

    fn raw(&self) -> Vec<u8> {
        let headers = self.headers.replace('\n', "\r\n");
        let gap = if headers.is_empty() { "" } else { "\r\n" };
        let length = self.body.len();
        let head = format!(
            "HTTP/1.1 {} Said\r\n{headers}{gap}Content-Length: {length}\r\nConnection: close\r\n\r\n",
            self.status
        );
        [head.as_bytes(), self.body].concat()
    }

    fn given(&self, row: &str) -> Option<Given<'_>> {
        let head = format!("{} {row} {}\n", self.provider, self.status);
        let endpoint = Given::read(head.as_bytes())?.endpoint;
        Some(Given {
            provider: self.provider,
            endpoint,
            status: self.status,
            body: self.body,
        })
    }
}

/// The call that buys it.
fn row_of(provider: &str, operation: Operation) -> &'static str {
    match (provider, operation) {
        ("connectreseller", Operation::Register) => "Order",
        ("connectreseller", Operation::Transfer) => "TransferOrder",
        ("connectreseller", _) => "RenewalOrder",
        ("logicboxes", Operation::Register) => "domains/register",
        ("logicboxes", Operation::Transfer) => "domains/transfer",
        ("logicboxes", Operation::Renew) => "domains/renew",
        ("logicboxes", Operation::EmailCreate) => "eelite/add",
        ("logicboxes", Operation::EmailRenew) => "eelite/renew",
        ("logicboxes", Operation::EmailAddAccounts) => "eelite/add-email-account",
        ("logicboxes", Operation::EmailRemoveAccounts) => "eelite/delete-email-account",
        ("logicboxes", Operation::EmailDelete) => "eelite/delete",
        _ => "order",
    }
}

fn purchase(operation: Operation, domain: String) -> Purchase {
    let invoice = InvoiceOption::NoInvoice;
    let customer = "4400012".to_owned();
    let contacts = ContactIds {
        registrant: Some("991".to_owned()),
        ..ContactIds::default()
    };
    let accounts = |domain| EmailAccounts {
        domain,
        accounts: 1,
        invoice,
    };
    match operation {
        Operation::Register => Purchase::Register(Register {
            domain,
            years: 1,
            nameservers: vec!["ns1.host.example".into(), "ns2.host.example".into()],
            customer,
            contacts,
            privacy: false,
            auto_renew: false,
            invoice,
            coupon: None,
            attributes: Vec::new(),
            profiles: None,
        }),
        Operation::Transfer => Purchase::Transfer(Transfer {
            domain,
            auth_code: Some(SecretString::from(AUTH_CODE)),
            nameservers: Vec::new(),
            customer,
            contacts,
            privacy: false,
            invoice,
        }),
        Operation::Renew => Purchase::Renew(Renew {
            domain,
            years: 1,
            customer: None,
            privacy: None,
            auto_renew: false,
            invoice,
        }),
        Operation::EmailCreate => Purchase::EmailCreate(EmailCreate {
            domain,
            customer,
            months: 12,
            accounts: 5,
            auto_renew: false,
            invoice,
        }),
        Operation::EmailRenew => Purchase::EmailRenew(EmailRenew {
            domain,
            months: 12,
            additional_accounts: None,
            auto_renew: false,
            invoice,
        }),
        Operation::EmailAddAccounts => Purchase::EmailAddAccounts(accounts(domain)),
        Operation::EmailRemoveAccounts => Purchase::EmailRemoveAccounts(accounts(domain)),
        Operation::EmailDelete => Purchase::EmailDelete(EmailDelete { domain }),
    }
}

/// The name that an answer is about, so that it is about ours.
fn domain_in(body: &[u8]) -> String {
    fn find(json: &Value) -> Option<String> {
        match json {
            Value::String(text) => {
                let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
                let named = text.contains(".com") || text.contains(".example") || text.contains(".net");
                (named && text.len() < 60 && text.chars().all(is_name)).then(|| text.clone())
            }
            Value::Array(items) => items.iter().find_map(find),
            Value::Object(map) => map.values().find_map(find),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }
    json_of(body)
        .as_ref()
        .and_then(find)
        .unwrap_or_else(|| "blue-otter-7.com".to_owned())
}

fn baseline() -> Baseline {
    Baseline {
        expiry: Some("2026-03-04T09:15:02Z".parse().unwrap()),
        accounts: Some(5),
        provider_order_id: Some("90110022".to_owned()),
        customer: None,
    }
}

fn providers(origin: &str) -> Vec<Arc<dyn Provider>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = || SecretString::from(SECRET);
    let mut cr = connectreseller::Settings::new(format!("{origin}/ESHOP").parse().unwrap(), key());
    let mut lb = logicboxes::Settings::new(format!("{origin}/api").parse().unwrap(), "123456", key());
    let mut nc = namecom::Settings::new(format!("{origin}/api").parse().unwrap(), "shop", key());
    (cr.timeout, lb.timeout, nc.timeout) = (TIMEOUT, TIMEOUT, TIMEOUT);
    vec![
        Arc::new(connectreseller::ConnectReseller::new(cr).unwrap()),
        Arc::new(logicboxes::LogicBoxes::new(lb).unwrap()),
        Arc::new(namecom::NameCom::new(nc).unwrap()),
    ]
}

/// Each fixture as the answer to what it may be the answer to.
fn seeds(providers: &[Arc<dyn Provider>]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for fixture in fixtures() {
        let Some(given) = Given::read(&fixture) else { continue };
        let provider = providers.iter().find(|p| p.name() == given.provider).unwrap();
        let sold = Operation::ALL
            .into_iter()
            .filter(|operation| provider.sells(*operation));
        let bought: Vec<Operation> = sold
            .filter(|o| row_of(given.provider, *o) == given.endpoint.name)
            .collect();
        let mut actions: Vec<String> = bought
            .iter()
            .map(|operation| format!("submit/{}", operation.as_str()))
            .collect();
        if bought.is_empty() {
            // Read or free: a look of each sort may meet it.
            actions.extend(
                [
                    "look/register",
                    "look/renew",
                    "look/transfer",
                    "control/",
                    "funds/",
                    "amend/transfer",
                ]
                .map(str::to_owned),
            );
            if given.provider == "logicboxes" {
                actions.push("look/email-add-accounts".to_owned());
            }
        }
        for action in actions {
            let mut seed = format!(
                "{} {action} {}\nContent-Type: application/json\n\n",
                given.provider, given.status
            )
            .into_bytes();
            seed.extend_from_slice(given.body);
            seeds.push(seed);
        }
    }
    seeds
}

#[test]
fn whatever_a_provider_answers_an_order_is_unknown_unless_the_answer_proves_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let server = Arc::new(Server {
        says: Mutex::default(),
        asked: AtomicUsize::new(0),
    });
    runtime.spawn(Arc::clone(&server).run(listener));
    let providers = providers(&origin);
    let check = |input: &[u8]| {
        let Some(spoilt) = Spoilt::read(input) else {
            return Ok("no answer".to_owned());
        };
        let Some(provider) = providers.iter().find(|p| p.name() == spoilt.provider) else {
            return Ok("nobody".to_owned());
        };
        let Some((action, operation)) = spoilt.action.split_once('/') else {
            return Ok("nothing".to_owned());
        };
        let operation = Operation::ALL
            .into_iter()
            .find(|o| o.as_str() == operation && provider.sells(*o));
        // What is pooled is read again, after a pause, where the road fails.
        if !matches!(action, "submit" | "look" | "amend")
            && ((502..=504).contains(&spoilt.status) || spoilt.headers.contains("ength"))
        {
            return Ok("the road".to_owned());
        }
        *server.says.lock().unwrap() = spoilt.raw();
        server.asked.store(0, Ordering::SeqCst);
        let (came, told) = runtime.block_on(act(&**provider, action, operation, spoilt.body));
        law(!told.contains(SECRET) && !told.contains("Canary"), || {
            format!("a secret is told: {told}")
        })?;
        judge(&spoilt, operation, &came, server.asked.load(Ordering::SeqCst))
    };
    Fuzz::new("calls", &corpus(), check)
        .seeds(seeds(&providers))
        .words([
            SECRET,
            AUTH_CODE,
            "submit/register",
            "look/renew",
            "Retry-After: 99999999999999999999",
            "Content-Encoding: gzip",
        ])
        .words([
            "Transfer-Encoding: chunked",
            "Location: http://192.0.2.1/",
            "Content-Length: 3",
            "200",
            "429",
            "500",
            "302",
        ])
        .holds(brief(6_000));
}

/// What an action came to.
enum Came {
    Outcome(Outcome),
    Sighting(Sighting),
    Read(bool),
}

async fn act(provider: &dyn Provider, action: &str, operation: Option<Operation>, body: &[u8]) -> (Came, String) {
    let purchase = purchase(operation.unwrap_or(Operation::Transfer), domain_in(body));
    let baseline = baseline();
    let question = Question {
        purchase: &purchase,
        baseline: Some(&baseline),
        expected_expiry: None,
        since: Timestamp::UNIX_EPOCH,
        attempted_at: Some("2025-03-04T09:00:00Z".parse().unwrap()),
        provider_order_id: Some("90110022"),
    };
    let mut visit = provider.visit();
    visit.set_gate(|| Ok(()));
    match action {
        "submit" => {
            let outcome = provider.submit(&mut visit, &purchase, Some(&baseline)).await;
            let told = format!("{outcome:?}");
            (Came::Outcome(outcome), told)
        }
        "look" => {
            let sighting = provider.look(Some(&mut visit), &question).await;
            let told = format!("{sighting:?}");
            (Came::Sighting(sighting), told)
        }
        "amend" => {
            let amendment = Amendment::AuthCode(SecretString::from(AUTH_CODE));
            let amended = provider.amend(&mut visit, &question, &amendment).await;
            let cancelled = provider.cancel(&mut visit, &question).await;
            let told = format!("{amended:?} {cancelled:?}");
            (Came::Read(matches!(amended, Outcome::Accepted(_))), told)
        }
        "funds" => {
            let (funds, quote) = (provider.funds().await, provider.quote(&purchase).await);
            (Came::Read(funds.is_ok()), format!("{funds:?} {quote:?}"))
        }
        _ => {
            let control = provider.control().await;
            let listed = match operation {
                Some(operation) => provider.list(operation, 1).await.map(|page| format!("{page:?}")),
                None => Ok(String::new()),
            };
            (Came::Read(control.is_ok()), format!("{control:?} {listed:?}"))
        }
    }
}

fn judge(spoilt: &Spoilt<'_>, operation: Option<Operation>, came: &Came, asked: usize) -> Verdict {
    let json = json_of(spoilt.body);
    let what = match came {
        Came::Read(good) => return Ok(format!("{} {} {good}", spoilt.provider, spoilt.action)),
        Came::Sighting(sighting) => {
            // A bare word is an answer of LogicBoxes.
            let says_nothing =
                json.is_none() && (spoilt.provider != "logicboxes" || spoilt.body.trim_ascii().starts_with(b"<"));
            let unreadable = matches!(sighting, Sighting::Unreadable(_));
            law(!says_nothing || unreadable, || {
                format!("seen in what says nothing: {sighting:?}")
            })?;
            return Ok(format!("{} {} {}", spoilt.provider, spoilt.action, head(sighting)));
        }
        Came::Outcome(outcome) => outcome,
    };
    law(asked <= 1, || format!("a paid call was sent {asked} times"))?;
    let operation = operation.unwrap_or(Operation::Transfer);
    let given = spoilt.given(row_of(spoilt.provider, operation)).ok_or("no such row")?;
    match what {
        Outcome::NotSent(why) => law(asked == 0, || {
            format!("it was sent, and is called not sent: {}", why.detail)
        })?,
        Outcome::Rejected(refusal) => {
            law(asked == 0 || is_documented(&given, json.as_ref()), || {
                format!("refused by no row: {}", refusal.message)
            })?;
            shown(&refusal.message)?;
        }
        Outcome::Accepted(accepted) => {
            law(asked == 1 && json.is_some(), || "accepted without an answer".into())?;
            law(spoilt.status < 300 || spoilt.provider == "logicboxes", || {
                format!("accepted under HTTP {}", spoilt.status)
            })?;
            shown(accepted.evidence.message.as_deref().unwrap_or_default())?;
        }
        Outcome::Unknown(doubt) => shown(&doubt.detail)?,
    }
    Ok(format!("{} {} {}", spoilt.provider, spoilt.action, head(what)))
}

fn shown(text: &str) -> Result<(), String> {
    law(!text.chars().any(char::is_control), || {
        format!("{text:?} holds control characters")
    })?;
    law(text.chars().count() <= MESSAGE_CHARS_MAX + 60, || {
        format!("{text:?} is too long")
    })
}

/// The variant and a little of what is in it.
fn head(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}")
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .take(60)
        .collect()
}
