//! Canaries: with every way in and out in use at once, no secret comes out of any; and a text that is there is found in
//! each place, so that finding none means something.

use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domorder_api_client::namecom;
use domorder_api_client::provider::{ContactIds, InvoiceOption, Purchase, Transfer};
use domorder_jobs::ledger::LedgerSettings;
use domorder_jobs::order::OrderId;
use domorder_jobs::seal::KeyRing;
use domorder_jobs::signal::SignalDocument;
use domorder_tests_sim::{Behaviour, CONNECTRESELLER_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Rule};
use domorder_tests_support::RedisOptions;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::world::*;

const PASSWORD: &str = "canary-of-redis-31f7";
const COLLECTOR: &str = "canary-of-the-collector-88a0";
const SEALING: &str = "Y2FuYXJ5LW9mLXRoZS1zZWFsaW5nLWtleS0xMjM0NTY=";
const CODES: [&str; 6] = [
    "right-Code-7Fq2",
    "Canary-Code-by-redis-1",
    "Canary-Code-by-http-2",
    "Canary-Code-by-batch-3",
    "Canary-Code-by-hand-4",
    "Canary-Code-refused-5",
];

/// Everything that can be switched on, on a Redis with a password.
fn everything(collector: &Collector, receiver: &Receiver) -> Builder {
    let server = RedisOptions {
        login: Some(("default".to_owned(), PASSWORD.to_owned())),
        ..RedisOptions::default()
    };
    World::with()
        .server(server)
        .redis(&["--requirepass", PASSWORD])
        .setting("http.tokens", TOKENS)
        .hook(&receiver.url())
        .setting("telemetry.traces_url", &collector.url())
        .setting(
            "telemetry.traces_headers",
            &format!("'authorization=Bearer%20{COLLECTOR}'"),
        )
        .setting("redis.journal", "'on'")
}

/// An invented person, whom logs, events and answers do not know.
fn mara() -> Value {
    json!({"name": "Mara Canaryquill", "email": "mara@canaryquill.example", "address1": "1 Canary Mill Lane",
        "city": "Canarytown", "country": "NO", "zip": "0150", "phone_cc": "47", "phone": "22334455667"})
}

/// A transfer that the stream, the API and the command line refuse, with a secret where none is expected, too.
fn refused(at: usize) -> Value {
    let document = transfer(&format!("move-refused-{at}-example.com"), CODES[5]);
    with(
        document,
        json!({"auth_kode": CODES[5], "years": {"auth_code": CODES[5]}, "customer": [CODES[5]]}),
    )
}

/// Everybody who has a secret for it.
fn keep_secrets(world: &World) {
    let basic = STANDARD.encode(format!("{NAMECOM_USERNAME}:{NAMECOM_TOKEN}"));
    let of_redis = STANDARD.encode(PASSWORD);
    for secret in [
        PASSWORD,
        COLLECTOR,
        SEALING,
        SECRET,
        &SECRET[6..],
        &basic,
        &of_redis,
        "query-t0ken-of-the-tests",
    ] {
        world.keep_secret(secret);
    }
    for name in ["reader", "writer", "support", "shop", "boss"] {
        world.keep_secret(token(name));
    }
    for code in CODES {
        world.keep_secret(code);
    }
    for text in ["Canaryquill", "canaryquill", "Canary Mill", "Canarytown", "22334455667"] {
        world.keep_private(text);
    }
}

/// Documents by every way in, with good, wrong and refused secrets; the keys of those that become orders.
async fn hand_in(world: &World) -> Vec<String> {
    let shop = world.http().by("shop");
    let mut keys = world
        .orders([
            with(
                register("new-1-example.com"),
                json!({"contacts": {"registrant": mara()}}),
            ),
            transfer("move-1-example.com", CODES[1]),
            refused(1),
            renew("renew-1-example.com"),
            email_create("fresh-1-example.com"),
        ])
        .await;
    keys.remove(2);
    world
        .write_entries(
            "signal",
            &[json!({"signal": "auth-code", "order": "?", "auth_code": CODES[5]}).to_string()],
        )
        .await;
    world.write_entries("neither", &[CODES[5].to_owned()]).await;

    let by_http = transfer("move-2-example.com", CODES[2]);
    shop.post("/v1/orders", &by_http).await.is(202);
    shop.post("/v1/orders", &refused(2)).await.is(422);
    shop.post("/v1/orders", &with(by_http.clone(), json!({"auth_code": CODES[5]})))
        .await
        .is(409);
    world
        .http()
        .with_token("canary-of-nobody")
        .get("/v1/orders")
        .await
        .is(401);
    let by_batch = [transfer("move-3-example.com", CODES[3]), refused(3), json!(CODES[5])];
    shop.batch(ndjson(&by_batch)).await;

    let by_hand = transfer("move-4-example.com", CODES[4]);
    world.run_with(&["enqueue"], &by_hand.to_string()).await.ended(0);
    world.run_with(&["enqueue"], &refused(4).to_string()).await.ended(1);
    keys.extend([&by_http, &by_batch[0], &by_hand].map(key_of));
    keys
}

/// What an operator does, with what it prints.
async fn look_around(world: &World, key: &str) {
    for command in [
        &["config", "check"][..],
        &["doctor"],
        &["accounts", "list"],
        &["accounts", "check"],
        &["webhooks", "list", "-o", "json"],
        &["orders", "list"],
        &["orders", "list", "-o", "json"],
        &["orders", "show", key],
        &["orders", "timeline", key],
        &["secrets", "rotate", "-o", "json"],
        &["call", "--list"],
    ] {
        world.run(command).await;
    }
}

#[tokio::test]
async fn no_secret_comes_out_of_anything_that_domorder_does() {
    let (collector, receiver) = (Collector::new(Mood::Well).await, Receiver::new().await);
    let mut world = everything(&collector, &receiver).prepare().await;
    std::fs::write(world.folder().join("domorder.key"), format!("k1:{SEALING}\n")).unwrap();
    keep_secrets(&world);
    // Everything that the program and its libraries can say.
    let replica = world.spawn_replica_with(&["run"], &[("DOMORDER_LOG", "trace")]);
    replica.until_it_listens().await;
    world.replicas.push(replica);
    // A provider that repeats what it was told, answers that are lost, and a panic in the middle.
    let echo = format!("APIKey={CONNECTRESELLER_KEY} AuthCode={} is wrong", CODES[1]);
    let echo = json!({"responseMsg": {"statusCode": 400, "message": echo.clone()}, "responseData": {"msg": echo}});
    let providers = world.providers();
    let answer = Behaviour::Answer {
        status: 400,
        body: echo,
    };
    // Whoever is asked repeats his own code: another order's is a word like any other.
    let own = Rule::new(answer).operation("syncTransfer").domain("move-1-example.com");
    providers.add_fault(own.once());
    providers.add_fault(Rule::new(Behaviour::DoThenReset).operation("RenewalOrder").once());
    providers.add_fault(Rule::new(Behaviour::Garbage).operation("TransferOrder").once());
    let panic = json!([{"point": "before_record", "key": "renew:renew-2-example.com", "action": "panic"}]);
    world.another_replica_that(&panic).await;

    let mut events = world.http().by("shop").stream("?after=0", None).await;
    let mut keys = hand_in(&world).await;
    keys.push(world.order(renew("renew-2-example.com")).await);
    let given = json!({"auth_code": CODES[0]});
    world.tell(&keys[1], "auth-code", given.clone()).await;
    let views = world.until_all(&keys, "succeeded").await;
    // A signal to an order that is over is refused, whatever it holds.
    let path = format!("/v1/orders/{}/auth-code", text(&views[1], "id"));
    world.http().by("shop").post(&path, &given).await.is(409);
    let late = ["orders", "auth-code", keys[1].as_str()];
    world.run_with(&late, CODES[0]).await.ended(1);
    assert!(events.next().await.is_some());
    look_around(&world, &keys[1]).await;
    world.until_told(&receiver, &keys).await;
    world.until_traced(&collector, text(&views[0], "id")).await;
    assert!(world.redis::<u64>(&["XLEN", "it:rejected"]).await >= 3);
    assert_eq!(world.check_redis_files().await, Vec::<String>::new());
    // The rest is what the end of every world looks for.
}

#[tokio::test]
async fn a_canary_in_any_place_is_found() {
    let (collector, receiver) = (Collector::new(Mood::Well).await, Receiver::new().await);
    let mut world = everything(&collector, &receiver).start().await;
    let shop = world.http().by("shop");
    let mut events = shop.stream("?after=0", None).await;
    let domain = "renew-canary-example.com";
    let document = renew(domain);
    shop.post("/v1/orders", &document).await.is(202);
    let key = key_of(&document);
    let view = world.until(&key, "succeeded").await;
    let id = text(&view, "id").to_owned();
    while events
        .next()
        .await
        .is_none_or(|event| event["data"]["state"] != "succeeded")
    {}
    world.run(&["orders", "show", &key]).await.ended(0);
    world.until_told(&receiver, std::slice::from_ref(&key)).await;
    world.until_traced(&collector, &id).await;

    // What is rightly there, declared a secret.
    for text in [
        &id,
        "cr-main",
        "domorder.toml",
        "DOMORDER_LOG",
        "openapi",
        "dispatching",
    ] {
        world.keep_secret(text);
    }
    world.keep_private(domain);
    let of_redis = world.check_redis_files().await;
    assert!(
        of_redis.iter().any(|fault| fault.contains("appendonly")),
        "{of_redis:#?}"
    );
    assert!(of_redis.iter().any(|fault| fault.contains("dump.rdb")), "{of_redis:#?}");
    world.keep_out_of_the_report();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(world))).expect_err("the world finds fault");
    let complaint = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    let found = |place: &str, text: &str| {
        let fits = |line: &&str| line.contains(place) && line.ends_with(&format!("`{text}`"));
        complaint.lines().any(|line| fits(&line))
    };
    for (place, text) in [
        (format!("the Redis key {{it:0}}:order:{id} "), id.as_str()),
        ("the Redis key {it:0}:events ".to_owned(), id.as_str()),
        ("the log of replica 0 ".to_owned(), id.as_str()),
        ("the metrics of replica 0 ".to_owned(), "cr-main"),
        ("the command line of replica 0 ".to_owned(), "domorder.toml"),
        ("the environment of replica 0 ".to_owned(), "DOMORDER_LOG"),
        ("the answer of replica 0 to /openapi.json ".to_owned(), "openapi"),
        (
            format!("the answer of replica 0 to /v1/orders/{id}/timeline "),
            "dispatching",
        ),
        ("domorder.journal".to_owned(), id.as_str()),
        ("an answer over HTTP ".to_owned(), id.as_str()),
        ("a stream of events ".to_owned(), id.as_str()),
        ("a post of a webhook ".to_owned(), id.as_str()),
        ("an export of traces ".to_owned(), id.as_str()),
        ("what a command printed ".to_owned(), id.as_str()),
        ("the Redis key {it:0}:events holds the private text ".to_owned(), domain),
        ("an answer over HTTP holds the private text ".to_owned(), domain),
    ] {
        assert!(found(&place, text), "`{text}` is not found in {place}: {complaint}");
    }
    let of_the_order = format!("the Redis key {{it:0}}:order:{id} ");
    assert!(!found(&of_the_order, domain), "there people's data may stand");
}

#[tokio::test]
async fn a_replica_leaves_no_core_file() {
    let mut world = World::new().await;
    let read = |what: &str| std::fs::read_to_string(format!("/proc/{}/{what}", world.replicas[0].pid())).unwrap();
    let limits = read("limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let values: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(values, ["0", "0"], "{core}");
    // Ended as a debugger would end it to get one.
    world.replicas[0].signal("-QUIT");
    let status = world.replicas[0].ended().await;
    assert!(
        !std::os::unix::process::ExitStatusExt::core_dumped(&status),
        "{status:?}"
    );
}

#[test]
fn no_debug_shows_a_secret() {
    let secret = CODES[0];
    let wanted = [
        ("REDIS__URL", format!("redis://user:{secret}@127.0.0.1/")),
        ("ACCOUNTS__CR__PROVIDER", "connectreseller".to_owned()),
        ("ACCOUNTS__CR__API_KEY", secret.to_owned()),
        ("TELEMETRY__TRACES_HEADERS", format!("authorization={secret}")),
        (
            "TELEMETRY__TRACES_URL",
            format!("https://otlp.example/v1/traces?key={secret}"),
        ),
        ("WEBHOOKS__W__URL", format!("https://billing.example/?key={secret}")),
        ("WEBHOOKS__W__SECRET", SECRET.to_owned()),
    ];
    let env = wanted.map(|(name, value)| (format!("DOMORDER__{name}"), value));
    let options = domorder_config::LoadOptions { file: None, env };
    let (config, _) = domorder_config::load(options).unwrap();
    let ring = KeyRing::parse(&format!("k1:{SEALING}")).unwrap();
    let signal = json!({"signal": "auth-code", "idempotency_key": "a", "auth_code": secret});
    let signal = SignalDocument::parse(signal.to_string().as_bytes()).unwrap();
    let id: OrderId = "0-01JZ0000000000000000000000".parse().unwrap();
    let stored = signal.signal.clone().seal(id, &ring, jiff::Timestamp::now()).unwrap();
    let transfer = Transfer {
        domain: "move-example.com".to_owned(),
        auth_code: Some(SecretString::from(secret)),
        nameservers: Vec::new(),
        customer: "5512".to_owned(),
        contacts: ContactIds::default(),
        privacy: false,
        invoice: InvoiceOption::NoInvoice,
    };
    let base: url::Url = "https://api.example/".parse().unwrap();
    let key = || SecretString::from(secret);
    for shown in [
        format!("{config:?}"),
        format!("{ring:?}"),
        format!("{signal:?} {stored:?}"),
        format!("{:?}", Purchase::Transfer(transfer)),
        format!(
            "{:?}",
            LedgerSettings::new(format!("redis://:{secret}@127.0.0.1/"), "it")
        ),
        format!("{:?}", namecom::Settings::new(base, "user", key())),
    ] {
        for text in [secret, SEALING, &SECRET[6..]] {
            assert!(!shown.contains(text), "{shown}");
        }
    }
}
