//! `domorder completions SHELL`.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::output::print;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell, for example `domorder completions bash > ~/.local/share/bash-completion/completions/domorder`
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "domorder", &mut script);
    print(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
