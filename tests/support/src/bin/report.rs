//! `domorder-report FOLDER`: the table of a run's rows. Exit code 1 where a law did not hold.

use std::path::Path;
use std::process::ExitCode;

use domorder_tests_support::report;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: domorder-report FOLDER");
        return ExitCode::from(2);
    };
    match report::read(Path::new(&folder)) {
        Ok(rows) => {
            #[expect(clippy::print_stdout, reason = "the table is what the program is for")]
            {
                print!("{}", report::table(&rows));
            }
            ExitCode::from(u8::from(rows.iter().any(|row| row.violations > 0)))
        }
        Err(error) => {
            eprintln!("error: {}: {error}", folder.display());
            ExitCode::from(2)
        }
    }
}
