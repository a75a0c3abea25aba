//! The OpenAPI document, fuzzed against the running server: no 5xx, and nothing that the document does not say.

use std::process::Stdio;

use serde_json::Value;

use crate::world::*;

/// What the document cannot say. Each is a reason, not an excuse: the checks themselves stay on.
const SETTINGS: &str = r#"
base-url = "http://ADDRESS"
headers = { Authorization = "Bearer TOKEN" }

[generation]
mode = "all"
max-examples = EXAMPLES
with-security-parameters = true

[phases.stateful]
max-steps = 8

[checks]
# A document can fit the schema and still be refused: the name may not be registrable, the account unknown.
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]

# Any text is lines, each of which is refused by itself: there is no wrong type of a batch.
[[operations]]
include-operation-id = "submitBatch"
checks.negative_data_rejection.enabled = false

# A stream has no end, which the tool waits for; its own tests read it.
[[operations]]
include-operation-id = "streamEvents"
enabled = false
"#;

/// The tool knows no NDJSON: lines are made of what it made for the body, which is text.
const HOOKS: &str = r#"
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
"#;

#[tokio::test]
async fn the_server_keeps_to_its_document_whatever_it_is_sent() {
    let tool = of_python("schemathesis");
    let mut world = World::with()
        .scale(1.0)
        .setting("http.tokens", TOKENS)
        .setting("http.rate", "'100000/s'")
        .start()
        .await;
    // Orders in some states, so that signals and look-ups find something.
    let http = world.http().by("boss");
    let done = register("done-example-shop.com");
    http.post("/v1/orders", &done).await.is(202);
    world.until(&key_of(&done), "succeeded").await;
    let stalled = transfer("badauth-example-shop.com", "some-Code-4444");
    http.post("/v1/orders", &stalled).await.is(202);
    world
        .until(&key_of(&stalled), "action_required/auth_code_invalid")
        .await;
    world.replicas[0].kill9();
    world.replicas.clear();
    let front = world.spawn_replica(&["run", "--no-worker"]);
    front.until_it_listens().await;
    let address = front.address().unwrap().to_string();
    world.replicas.push(front);

    let examples = if std::env::var_os("DOMORDER_SOAK").is_some() {
        "300"
    } else {
        "12"
    };
    let settings = SETTINGS
        .replace("ADDRESS", &address)
        .replace("TOKEN", token("boss"))
        .replace("EXAMPLES", examples);
    std::fs::write(world.folder().join("schemathesis.toml"), settings).unwrap();
    std::fs::write(world.folder().join("hooks.py"), HOOKS).unwrap();
    let document = world.http().by("boss").get("/openapi.json").await.text;
    std::fs::write(world.folder().join("openapi.json"), document).unwrap();
    let seed = std::env::var("DOMORDER_SEED").unwrap_or_else(|_| "20261124".to_owned());
    let ran = tokio::process::Command::new(tool)
        .args(["run", "openapi.json", "--workers", "1", "--no-color", "--seed", &seed])
        .current_dir(world.folder())
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", world.folder())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    println!("{said}");
    assert!(ran.status.success(), "seed {seed}");
    let number = |after: &str| {
        let digits = said.split(after).nth(1).unwrap_or_default().trim_start().chars();
        digits
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse::<u32>()
            .unwrap()
    };
    assert!(
        number("Selected:") >= 16 && number("Tested:") == number("Selected:"),
        "it left something out"
    );

    // Whatever was accepted stays where it is: nobody works here.
    let http = world.http().by("boss");
    let mut cursor = String::new();
    loop {
        let page = http.get(&format!("/v1/orders?limit=200{cursor}")).await.is(200);
        for order in page["orders"].as_array().unwrap() {
            if order["finished_at"] == Value::Null {
                world.leave(text(order, "idempotency_key"));
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let metrics = world.replicas[0].metrics().await;
    for status in ["500", "502", "503"] {
        assert_eq!(
            metrics.sum("domorder_http_requests_total", &[("status", status)]),
            0.0,
            "{status}"
        );
    }
}
