//! Reading and judging answers: every fixture of every provider, by the rules that a call by name goes by.
//!
//! Decoding, classification, and the masking of what is shown; no socket, no server.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use domorder_api_client::catalogue::{CATALOGUE, judge};
use domorder_api_client::endpoint::Endpoint;
use domorder_api_client::http::{Answer, Redactor};
use secrecy::SecretString;

use crate::report::{Report, Wanted};
use crate::world::Bench;

/// Microseconds an answer may cost.
const LIMIT_US: f64 = 20.0;

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    for (provider, rows) in CATALOGUE {
        let answers = fixtures(provider, rows)?;
        let passes = bench.orders.div_ceil(answers.len()).max(2);
        let mut rounds: Vec<f64> = (0..bench.rounds.max(1))
            .map(|_| {
                let started = Instant::now();
                for _ in 0..passes {
                    for (row, answer) in &answers {
                        let _ = black_box(judge(provider, row, black_box(answer)));
                    }
                }
                started.elapsed().as_secs_f64() * 1e6 / (passes * answers.len()) as f64
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        let figure = format!("reading and judging an answer, {provider}");
        report.value(figure, rounds[rounds.len() / 2], "µs", Wanted::AtMost(LIMIT_US));
    }
    Ok(())
}

/// Each fixture, with the row that its name begins with, or else (what any call may answer) the first.
fn fixtures(provider: &str, rows: &'static [Endpoint]) -> anyhow::Result<Vec<(&'static Endpoint, Answer)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../api-client/src/{provider}/fixtures"));
    let redactor = Redactor::new(&[SecretString::from("an-invented-key-0001")]);
    let mut answers = Vec::new();
    for file in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = file?.path();
        if path.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let stem = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        let stem = stem.split('.').next().unwrap_or_default();
        let last = |row: &&Endpoint| {
            row.name
                .rsplit('/')
                .next()
                .is_some_and(|n| n.eq_ignore_ascii_case(stem))
        };
        let row = rows
            .iter()
            .find(last)
            .or(rows.first())
            .context("a provider without rows")?;
        answers.push((row, Answer::recorded(200, std::fs::read(&path)?, redactor.clone())));
    }
    anyhow::ensure!(!answers.is_empty(), "{} holds no fixture", folder.display());
    Ok(answers)
}
