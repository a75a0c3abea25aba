//! `domorder`. See the library beside it.

fn main() -> std::process::ExitCode {
    domorder::cli::main()
}
