//! Throws spoilt input at a parser and checks laws about what comes of it.
//!
//! 1. A target is a check and its seeds: right and wrong inputs as others write them (fixtures, examples).
//! 2. What stands in the target's corpus folder is checked first: inputs that broke something once.
//! 3. Then seeds are spoilt ([`Mutator`]), as JSON and as bytes, and checked. An input that is answered in a new way (the
//!    check says in which) joins the seeds: so it goes deeper without an instrumented build, on a stable toolchain.
//! 4. The first input that breaks a law, or panics, is made small and written to `target/fuzz/<target>/`; put into the
//!    corpus folder it is checked for ever.
//!
//! A run is bounded by number and time. `DOMORDER_SEED` repeats one, `DOMORDER_SOAK` makes it forty times as long,
//! `DOMORDER_FUZZ_SECONDS` as long as it says (`tests/fuzz`).

mod mutate;
mod run;

pub use mutate::Mutator;
pub use run::{Broken, Fuzz, Limits, Told};

/// How an input was answered, in few words: the same words, the same way. An error: the law that it breaks.
pub type Verdict = Result<String, String>;

/// Breaks a law unless it holds.
///
/// # Errors
/// The law.
pub fn law(holds: bool, law: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(law()) }
}
