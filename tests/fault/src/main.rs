//! `domorder-simulate`: many histories from seeds, and a table of what they came to.
//!
//! `tests/simulate` builds and calls it.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use comfy_table::Table;
use domorder_tests_fault::seeds::Tally;
use domorder_tests_fault::{Guard, Guards, Plan, told};
use domorder_tests_support::report;
use indicatif::{ProgressBar, ProgressStyle};

/// Lets orders, workers, a ledger and providers meet random faults in virtual time, and checks after every event what
/// money rests on.
#[derive(Debug, Parser)]
#[command(name = "domorder-simulate")]
struct Cli {
    /// How many seeds
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, env = "DOMORDER_SEED", default_value_t = 0)]
    from: u64,
    /// Leave a guard off and see that it is missed; `all`: each in turn, until its violation is found
    #[arg(long, value_name = "NAME")]
    guard_off: Option<String>,
    /// How many failing seeds are told in full
    #[arg(long, default_value_t = 1)]
    told: usize,
    /// Print the whole history of the first seed, whatever it comes to
    #[arg(long)]
    history: bool,
}

#[expect(clippy::print_stdout, reason = "a program for people")]
fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.guard_off.as_deref() == Some("all") {
        return each_guard(&cli);
    }
    let guards = match cli.guard_off.as_deref().map(str::parse::<Guard>).transpose() {
        Ok(off) => Guards { off },
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    if cli.history {
        let plan = Plan::of(cli.from);
        println!("{plan:#?}");
        for line in domorder_tests_fault::simulate(&plan, guards, true).history {
            println!("{line}");
        }
    }
    let began = Instant::now();
    let bar = bar(cli.seeds);
    let tally = Tally::run(cli.from..cli.from + cli.seeds, guards, |tally| {
        bar.set_position(tally.seeds);
        bar.set_message(format!("{} violations", tally.violations.len()));
        true
    });
    bar.finish_and_clear();
    let took = began.elapsed().as_secs_f64();
    for (seed, _) in tally.violations.iter().take(cli.told) {
        println!("{}\n", told(&Plan::of(*seed), guards));
    }
    println!("{}", table(&tally, took));
    print!("{}", report::table(&[tally.row("simulation")]));
    for (seed, violation) in &tally.violations {
        println!("seed {seed}: {}: {}", violation.law, violation.what);
    }
    // Without a guard a violation is what is looked for.
    match tally.violations.is_empty() == (guards == Guards::default()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// How many seeds it takes to miss each guard.
#[expect(clippy::print_stdout, reason = "a program for people")]
fn each_guard(cli: &Cli) -> ExitCode {
    let mut table = Table::new();
    table.set_header(["guard off", "seeds until missed", "law", "what happened"]);
    let mut missed = true;
    let mut row = Tally::default().guards_row();
    for guard in Guard::ALL {
        let bar = bar(cli.seeds).with_message(guard.as_str());
        let tally = Tally::run(cli.from..cli.from + cli.seeds, Guards::without(*guard), |tally| {
            bar.set_position(tally.seeds);
            tally.violations.is_empty()
        });
        bar.finish_and_clear();
        row.add(&tally.guards_row());
        match tally.violations.first() {
            Some((_, v)) => table.add_row([guard.as_str(), &tally.seeds.to_string(), v.law, &v.what]),
            None => {
                missed = false;
                table.add_row([guard.as_str(), "never", "", ""])
            }
        };
    }
    println!("{table}");
    print!("{}", report::table(&[row]));
    match missed {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Shown on a terminal only.
fn bar(seeds: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} seeds, {eta} to go  {msg}");
    ProgressBar::new(seeds).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn table(tally: &Tally, took: f64) -> Table {
    let mut table = Table::new();
    table.set_header(["what happened", "how often"]);
    let mut row = |what: &str, n: u64| {
        table.add_row([what.to_owned(), n.to_string()]);
    };
    row("events", tally.events);
    for (kind, n) in &tally.faults {
        row(kind, *n);
    }
    table.add_row([
        "seeds a second".to_owned(),
        format!("{:.0}", tally.seeds as f64 / took.max(0.001)),
    ]);
    table
}
