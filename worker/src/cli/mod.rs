//! The command line (`contract.md` §5). Exit code 0 fine, 1 the thing asked for failed, 2 wrong usage or configuration,
//! 3 Redis or provider not reachable. No secret is taken in argv and none is printed.

mod accounts;
mod call;
mod completions;
mod config;
mod demo;
mod doctor;
mod enqueue;
mod orders;
mod output;
mod probe;
mod run;
mod secrets;
mod webhooks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use domorder_config::{Config, LoadOptions, Sources};
use domorder_jobs::ledger::{Ledger, LedgerError};

use crate::telemetry::LogFormat;
use crate::wiring;

use output::Format;

/// Drives domain and email orders to their end, charged once.
#[derive(Debug, Parser)]
#[command(
    name = "domorder",
    version,
    about,
    max_term_width = 100,
    after_help = "Exit codes: 0 fine, 1 what was asked for failed, 2 wrong usage or configuration, 3 Redis or a provider was not reachable."
)]
pub struct Cli {
    /// The configuration [default: $DOMORDER_CONFIG, then ./domorder.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Work: intake, lanes and HTTP in one process
    Run(run::RunArgs),
    /// Submit order documents
    Enqueue(enqueue::EnqueueArgs),
    /// Look at orders, and tell them something
    #[command(subcommand)]
    Orders(orders::OrdersCommand),
    /// Provider accounts
    #[command(subcommand)]
    Accounts(accounts::AccountsCommand),
    /// Webhook endpoints, and the events that they did not take
    #[command(subcommand)]
    Webhooks(webhooks::WebhooksCommand),
    /// The keys that seal auth codes
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Perform any documented operation of a provider, and print its answer
    Call(call::CallArgs),
    /// The configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Find out what is wrong, and how to mend it
    Doctor(OutputArgs),
    /// Ask the process on this machine whether it is alive or ready; exit code 0 if it is, else 1
    Probe(probe::ProbeArgs),
    /// Print a script that completes domorder's words in your shell
    Completions(completions::CompletionsArgs),
    /// Show the main job on simulated providers: lost answers, a killed replica, nothing bought twice
    Demo(demo::DemoArgs),
}

/// For people or for programs.
#[derive(Debug, Clone, Copy, Args)]
struct OutputArgs {
    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Why a command did not do what it was asked for; carries the exit code.
#[derive(Debug)]
enum Failure {
    /// 1.
    Failed(anyhow::Error),
    /// 2.
    Usage(String),
    /// 3.
    Unreachable(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        if error.is_retryable() {
            Self::Unreachable(error.into())
        } else {
            Self::Failed(error.into())
        }
    }
}

/// What a command needs of the configuration.
struct Loaded {
    config: Config,
    sources: Sources,
}

impl Loaded {
    fn of(cli: &Cli) -> Result<Self, Failure> {
        let file = domorder_config::locate(cli.config.clone(), domorder_config::process_env());
        let (config, sources) = domorder_config::load(LoadOptions {
            file,
            env: domorder_config::process_env(),
        })
        .map_err(|errors| Failure::Usage(errors.to_string()))?;
        Ok(Self { config, sources })
    }

    async fn ledger(&self) -> Result<Ledger, Failure> {
        Ok(Ledger::connect(wiring::ledger_settings(&self.config)).await?)
    }
}

/// Runs what was asked for.
pub fn main() -> ExitCode {
    crate::memory::close();
    let cli = Cli::parse();
    if matches!(cli.command, Command::Run(_))
        && let Some(code) = crate::init::in_its_place()
    {
        return code;
    }
    // The one place that makes a runtime; a short command needs no second thread.
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no runtime: {error}");
            return ExitCode::from(1);
        }
    };
    let came_to = runtime.block_on(dispatch(&cli));
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match came_to {
        Ok(code) => code,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> ExitCode {
    match failure {
        Failure::Failed(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
        Failure::Usage(text) => {
            eprintln!("error: {text}");
            ExitCode::from(2)
        }
        Failure::Unreachable(error) => {
            eprintln!("error: {error:#}\n`domorder doctor` says what to do");
            ExitCode::from(3)
        }
    }
}

async fn dispatch(cli: &Cli) -> Result<ExitCode, Failure> {
    match &cli.command {
        Command::Run(args) => {
            crate::telemetry::start(args.log_format());
            run::run(Loaded::of(cli)?, args).await
        }
        Command::Completions(args) => Ok(completions::run(args)),
        Command::Config(command) => config::run(cli, command),
        Command::Probe(args) => {
            quiet();
            probe::run(&Loaded::of(cli)?, args).await
        }
        Command::Doctor(args) => {
            quiet();
            doctor::run(cli, args.output).await
        }
        Command::Demo(args) => {
            quiet();
            demo::run(args).await
        }
        Command::Enqueue(args) => {
            quiet();
            enqueue::run(Loaded::of(cli)?, args).await
        }
        Command::Orders(command) => {
            quiet();
            orders::run(Loaded::of(cli)?, command).await
        }
        Command::Webhooks(command) => {
            quiet();
            webhooks::run(Loaded::of(cli)?, command).await
        }
        Command::Secrets(command) => {
            quiet();
            secrets::run(Loaded::of(cli)?, command).await
        }
        Command::Call(args) => {
            quiet();
            call::run(cli, args).await
        }
        Command::Accounts(command) => {
            quiet();
            accounts::run(Loaded::of(cli)?, command).await
        }
    }
}

/// Who acts, as it is kept beside what was done.
fn actor() -> String {
    format!("cli:{}", std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned()))
}

/// A command says what it has to say itself; its log is for those who ask for it.
fn quiet() {
    if std::env::var_os("DOMORDER_LOG").is_some() {
        crate::telemetry::start(LogFormat::Auto);
    }
}
