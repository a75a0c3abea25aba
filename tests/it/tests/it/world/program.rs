//! The command line, run as a person or a script runs it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use super::replica::program;
use super::{World, seen};

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Its standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// It ended with this code.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// A program of the Python environment that `tests/run` makes below the target folder.
pub(crate) fn of_python(program: &str) -> PathBuf {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/bin/python");
    let python = std::env::var_os("DOMORDER_PYTHON").map_or(made, PathBuf::from);
    let program = python.with_file_name(program);
    assert!(
        program.exists(),
        "{} is not there: `tests/run` makes it",
        program.display()
    );
    program
}

impl World {
    /// Runs `domorder` with this world's configuration.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "").await
    }

    /// As [`World::run`], with this on its standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let config = self.builder.path(self.folder());
        let config = config.to_str().unwrap();
        let ran = run(&[arguments, &["--config", config]].concat(), input).await;
        // Whatever a command says, it is no secret; here it is known which one said it.
        for secret in self.secrets.lock().unwrap().iter() {
            assert!(!ran.out.contains(secret.as_str()), "{arguments:?} printed a secret");
            assert!(!ran.err.contains(secret.as_str()), "{arguments:?} printed a secret");
        }
        ran
    }
}

/// Runs `domorder` with these arguments only.
pub(crate) async fn run(arguments: &[&str], input: &str) -> Ran {
    run_that(arguments, input, None).await
}

/// As [`run`], with a plan of faults (`src/main.rs`).
pub(crate) async fn run_that(arguments: &[&str], input: &str, faults: Option<&Value>) -> Ran {
    run_program(&program(), arguments, input, faults).await
}

/// As [`run_that`], by another program.
pub(super) async fn run_program(program: &Path, arguments: &[&str], input: &str, faults: Option<&Value>) -> Ran {
    let faults = faults.map(|faults| (super::FAULTS, faults.to_string()));
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env_remove("DOMORDER_LOG")
        .envs(faults)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that does not read its input has closed it.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = tokio::time::timeout(super::LIMIT, child.wait_with_output())
        .await
        .expect("the command ends")
        .unwrap();
    seen::note(
        "what a command printed",
        &[output.stdout.as_slice(), &output.stderr].concat(),
    );
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
