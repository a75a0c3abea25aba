//! The producers' examples of `jobs/producers`, run as they stand: each orders a transfer with a wrong code, is stalled,
//! tells the right one, and reads the end.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;

use crate::world::*;

const DOMAIN: &str = "move-example-shop.com";
const KEY: &str = "transfer-move-example-shop.com";
const WRONG: &str = "wrong-\"Code\"-0000";
const RIGHT: &str = "right-\\Code-7Fq2";
const TOKEN: &str = "a-token-of-the-billing-system-0001";

/// The folder of the examples.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../jobs/producers")
}

/// Runs an example in a world of its own; what it printed. The order that it has made bears this key.
async fn produce(program: &str, arguments: &[&str], key: &str) -> String {
    let seed = json!({"connectreseller": {"transfers": [{"name": DOMAIN, "auth_code": RIGHT}]}});
    let builder = World::with()
        .seed(seed)
        // Fast enough not to be waited for, slow enough to be stalled for a moment.
        .scale(100_000.0)
        .setting(
            "http.tokens",
            &format!(
                "[{{ name = 'billing', token = '{TOKEN}', scopes = ['orders:write', 'orders:read', 'orders:act'] }}]"
            ),
        );
    let world = builder.start().await;
    let file = |name: &str, secret: &str| {
        world.keep_secret(secret);
        let path = world.folder().join(format!("{name}.secret"));
        std::fs::write(&path, format!("{secret}\n")).unwrap();
        path
    };
    let address = world.replicas[0].address().unwrap();
    let mut command = tokio::process::Command::new(program);
    command
        .args(arguments)
        .current_dir(examples())
        .env("DOMORDER_REDIS", world.redis.url())
        .env("DOMORDER_NS", NAMESPACE)
        .env("DOMORDER_URL", format!("http://{address}"))
        .env("DOMORDER_ACCOUNT", "cr-main")
        .env("DOMAIN", DOMAIN)
        .env("DOMORDER_TOKEN_FILE", file("token", TOKEN))
        .env("WRONG_CODE_FILE", file("wrong", WRONG))
        .env("RIGHT_CODE_FILE", file("right", RIGHT))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; `tests/run` installs what the examples need"));
    let ran = tokio::time::timeout(LIMIT, child.wait_with_output())
        .await
        .expect("the example ends")
        .unwrap();
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{out}{}", String::from_utf8_lossy(&ran.stderr));
    let view = world.view(key).await.unwrap();
    assert_eq!(
        (&view["state"], &view["attempts"]),
        (&json!("succeeded"), &json!(2)),
        "{view:#}"
    );
    out
}

#[tokio::test]
async fn redis_cli_is_enough_to_produce() {
    let out = produce("sh", &["redis-cli/transfer.sh"], KEY).await;
    assert_eq!(out, "stalled: it needs a new auth code\nsucceeded\n");
}

#[tokio::test]
async fn a_module_as_whmcs_loads_it_produces() {
    let out = produce("php", &["php/transfer.php"], "transfer-4711").await;
    assert!(out.starts_with("stalled: needs auth_code from the customer: "), "{out}");
    assert!(out.contains("\ncompleted, expires 20"), "{out}");
}

#[tokio::test]
async fn node_produces_over_http_and_follows_the_stream_of_events() {
    let out = produce("node", &["node/transfer.mjs"], KEY).await;
    assert!(out.contains("action_required auth_code_invalid\n"), "{out}");
    assert!(out.ends_with("succeeded \n"), "{out}");
}

#[tokio::test]
async fn python_produces_over_redis() {
    let python = of_python("python");
    let out = produce(python.to_str().unwrap(), &["python/transfer.py"], KEY).await;
    assert!(out.starts_with("queued \n"), "{out}");
    assert!(out.contains("action_required auth_code_invalid\n"), "{out}");
}
