//! `domorder call`: any documented operation of a provider, by its row and named values.
//!
//! It keeps no ledger and reads none: what it sends is no order, and an order of the same domain that is under way
//! does not know of it. So what must not be repeated asks first, and an unknown outcome says what to read. Secret
//! values come from files or standard input only, for argv is seen by everybody on the machine.

mod advice;
mod consent;
mod listing;
mod values;

use std::process::ExitCode;

use clap::Args;
use domorder_api_client::endpoint::{CallError, Endpoint, request};
use domorder_api_client::http::CallClass;

use super::output::{print_json, tell};
use super::{Cli, Failure, Loaded, OutputArgs};
use crate::wiring;
use values::Values;

/// Arguments of `call`.
#[derive(Debug, Args)]
#[command(
    override_usage = "domorder call [OPTIONS] <ACCOUNT> <OPERATION> [NAME=VALUE]...\n       \
                      domorder call <ACCOUNT> <OPERATION> --describe\n       \
                      domorder call --list [PROVIDER]",
    after_help = "A secret value is given as NAME=@FILE, or as NAME=- to be read from standard input; so may a value \
                  that is JSON.\nExit code: 0 done, 1 the provider said no or the outcome is not known, 2 wrong \
                  usage, 3 not reachable: nothing was sent."
)]
pub(super) struct CallArgs {
    /// The account, as configured
    #[arg(required_unless_present = "list")]
    account: Option<String>,
    /// The operation, as the provider names it; `--list` names all
    #[arg(required_unless_present = "list")]
    operation: Option<String>,
    /// The operation's parameters
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// Don't ask before what spends money or destroys something
    #[arg(long)]
    yes: bool,
    /// Print the operation's parameters, and send nothing
    #[arg(long, conflicts_with_all = ["values", "yes"])]
    describe: bool,
    /// Print every operation, of one provider or of all; needs no configuration
    #[arg(long, value_name = "PROVIDER", conflicts_with_all = ["account", "operation", "values", "yes", "describe"])]
    #[expect(clippy::option_option, reason = "not given, given alone, given with a name")]
    list: Option<Option<String>>,
    /// How `--list` and `--describe` print; an answer is always JSON
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(cli: &Cli, args: &CallArgs) -> Result<ExitCode, Failure> {
    if let Some(provider) = &args.list {
        listing::list(provider.as_deref(), args.output.output)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (Some(account), Some(operation)) = (&args.account, &args.operation) else {
        return Err(Failure::Usage("which account, and which operation?".to_owned()));
    };
    let loaded = Loaded::of(cli)?;
    let Some(provider) = wiring::providers(&loaded.config)?.remove(account) else {
        let names: Vec<&str> = loaded.config.accounts.keys().map(String::as_str).collect();
        return Err(Failure::Usage(format!(
            "there is no account `{account}`; configured: {}",
            names.join(", ")
        )));
    };
    let endpoint = listing::find(provider.name(), provider.endpoints(), operation).map_err(Failure::Usage)?;
    if args.describe {
        listing::describe(endpoint, args.output.output);
        return Ok(ExitCode::SUCCESS);
    }
    let values = checked(endpoint, &args.values)?;
    if endpoint.class == CallClass::Paid && !args.yes {
        let question = consent::question(provider.name(), account, endpoint, &values.shown);
        if !consent::ask_terminal(&question).map_err(Failure::Usage)? {
            return Err(Failure::Failed(anyhow::anyhow!("nothing was sent")));
        }
    }
    match provider.call(endpoint, &values.arguments).await {
        Ok(answer) => {
            print_json(&answer);
            Ok(ExitCode::SUCCESS)
        }
        Err(CallError::Arguments(faults)) => Err(usage(endpoint, &faults)),
        Err(CallError::NotSent(why)) => Err(Failure::Unreachable(anyhow::anyhow!(
            "{} is not reachable, and nothing was sent: {why}",
            provider.name()
        ))),
        Err(CallError::Refused { message, answer }) => {
            if let Some(answer) = answer {
                print_json(&answer);
            }
            Err(Failure::Failed(anyhow::anyhow!(
                "{} refused: {message}",
                provider.name()
            )))
        }
        Err(CallError::Unknown(why)) => {
            tell(&advice::unknown(
                account,
                provider.endpoints(),
                endpoint,
                &values.shown,
                &why,
            ));
            Ok(ExitCode::from(1))
        }
    }
}

/// The values, or every fault of them: of how they were given, and of what the operation takes.
fn checked(endpoint: &'static Endpoint, words: &[String]) -> Result<Values, Failure> {
    let (values, mut faults) = values::read(endpoint, words, &mut std::io::stdin().lock());
    if let Err(misfits) = request(endpoint, &values.arguments) {
        faults.extend(misfits);
    }
    if faults.is_empty() {
        Ok(values)
    } else {
        Err(usage(endpoint, &faults))
    }
}

fn usage(endpoint: &Endpoint, faults: &[String]) -> Failure {
    Failure::Usage(format!(
        "nothing was sent:\n- {}\n`--describe` shows what {} takes",
        faults.join("\n- "),
        endpoint.name
    ))
}
