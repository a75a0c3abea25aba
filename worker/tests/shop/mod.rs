//! A configuration with an account at each provider, all of them simulated, and the built program.

use std::process::Stdio;
use std::time::Duration;

use domorder_tests_sim::{
    CONNECTRESELLER_KEY, LOGICBOXES_ID, LOGICBOXES_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Sim, SimHandle, SimOptions,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// No command takes as long.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

/// The program with these arguments only.
pub(crate) async fn program(arguments: &[&str], input: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domorder"));
    command.args(arguments);
    ran(command, input).await
}

async fn ran(mut command: Command, input: &str) -> Ran {
    let mut child = command
        .env_remove("DOMORDER_LOG")
        .env_remove("DOMORDER_CONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    // A program that reads nothing may be gone already.
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = tokio::time::timeout(LIMIT, child.wait_with_output())
        .await
        .expect("in time")
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    for secret in [CONNECTRESELLER_KEY, LOGICBOXES_KEY, NAMECOM_TOKEN, "canary-code"] {
        assert!(
            !ran.out.contains(secret) && !ran.err.contains(secret),
            "a secret was printed"
        );
    }
    ran
}

pub(crate) struct Shop {
    pub(crate) sim: SimHandle,
    folder: TempDir,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let sim = Sim::start(SimOptions::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let address = sim.address();
        let config = format!(
            "[accounts.cr-main]\nprovider = 'connectreseller'\nbase_url = '{}'\napi_key = '{CONNECTRESELLER_KEY}'\n\
             timeout = '5s'\n\
             [accounts.lb-main]\nprovider = 'logicboxes'\nbase_url = '{}'\nauth_userid = '{LOGICBOXES_ID}'\n\
             api_key = '{LOGICBOXES_KEY}'\ntimeout = '5s'\n\
             [accounts.nc-main]\nprovider = 'namecom'\nbase_url = 'http://{address}/namecom/api'\n\
             username = '{NAMECOM_USERNAME}'\napi_token = '{NAMECOM_TOKEN}'\ntimeout = '5s'\n",
            sim.base_url_connectreseller(),
            sim.base_url_logicboxes(),
        );
        std::fs::write(folder.path().join("domorder.toml"), config).unwrap();
        Self { sim, folder }
    }

    /// Writes a file, and says where it lies.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn config(&self) -> String {
        self.folder.path().join("domorder.toml").to_str().unwrap().to_owned()
    }

    pub(crate) async fn run(&self, arguments: &[&str], input: &str) -> Ran {
        let config = self.config();
        program(&[arguments, &["--config", &config]].concat(), input).await
    }

    pub(crate) async fn call(&self, arguments: &[&str], input: &str) -> Ran {
        self.run(&[&["call"], arguments].concat(), input).await
    }

    /// As [`Shop::call`], at a terminal of its own that util-linux' `script` makes; all that is printed is `out`.
    pub(crate) async fn call_at_terminal(&self, arguments: &[&str], typed: &str) -> Ran {
        let line = format!(
            "{} call {} --config {}",
            env!("CARGO_BIN_EXE_domorder"),
            arguments.join(" "),
            self.config()
        );
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        ran(command, typed).await
    }

    pub(crate) fn nothing_unexpected(&self) {
        assert_eq!(self.sim.control().unexpected(), vec![]);
    }
}
