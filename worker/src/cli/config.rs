//! `domorder config check`.

use std::process::ExitCode;

use clap::Subcommand;

use super::output::print;
use super::{Cli, Failure, Loaded};

/// Commands about the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the configuration as it is in force, secrets masked; or everything that is wrong with it
    Check,
}

pub(super) fn run(cli: &Cli, command: &ConfigCommand) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Check => {
            let Loaded { config, sources } = Loaded::of(cli)?;
            print(&config.masked_toml_with(&sources));
            Ok(ExitCode::SUCCESS)
        }
    }
}
