//! `domorder`, as its package builds it: the tests beside run it as a process of its own, and kill it.

fn main() -> std::process::ExitCode {
    domorder::cli::main()
}
