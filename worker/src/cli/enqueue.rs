//! `domorder enqueue`: order documents from files or standard input, JSON or NDJSON.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use domorder_jobs::producer::{Incoming, SubmitError, Submitted};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{Format, print, print_json};
use super::{Failure, Loaded};
use crate::{clock, traces, wiring};

/// So many documents go through one accept.
const BATCH: usize = 1024;

/// Arguments of `enqueue`.
#[derive(Debug, Args)]
pub(super) struct EnqueueArgs {
    /// JSON or NDJSON files; `-` or none: standard input
    files: Vec<PathBuf>,
    #[command(flatten)]
    output: super::OutputArgs,
}

pub(super) async fn run(loaded: Loaded, args: &EnqueueArgs) -> Result<ExitCode, Failure> {
    let documents = read(&args.files)?;
    let ledger = loaded.ledger().await?;
    let ring = Arc::new(wiring::key_ring(&loaded.config, loaded.sources.file(), false)?);
    let providers = wiring::providers(&loaded.config)?;
    let catalogue = wiring::catalogue(&loaded.config, &providers);
    let producer = wiring::producer(&loaded.config, &ledger, catalogue, ring);
    let bar = progress(documents.len());
    // As OpenTelemetry hands a trace to the commands of a script.
    let variable = |name: &str| std::env::var(name).ok();
    let trace = traces::given(variable("TRACEPARENT").as_deref(), variable("TRACESTATE").as_deref());
    let mut told = Told {
        json: args.output.output == Format::Json,
        ..Told::default()
    };
    for batch in documents.chunks(BATCH) {
        let incoming = batch.iter().map(|document| Incoming {
            trace: trace.as_ref(),
            ..Incoming::new(&document.text)
        });
        let incoming: Vec<Incoming<'_>> = incoming.collect();
        for (document, answer) in batch.iter().zip(producer.take(&incoming, clock::now()).await) {
            bar.inc(1);
            told.take(document, answer.map(|taken| taken.submitted), &bar);
        }
    }
    bar.finish_and_clear();
    Ok(told.end())
}

struct Document {
    place: String,
    text: Vec<u8>,
}

fn read(files: &[PathBuf]) -> Result<Vec<Document>, Failure> {
    let stdin = [PathBuf::from("-")];
    let files = if files.is_empty() { &stdin } else { files };
    let mut documents = Vec::new();
    for file in files {
        let mut text = Vec::new();
        if file.as_os_str() == "-" {
            std::io::stdin()
                .read_to_end(&mut text)
                .context("standard input cannot be read")?;
        } else {
            text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        }
        split(&file.display().to_string(), &text, &mut documents);
    }
    Ok(documents)
}

/// One JSON document a file, or one a line. A file whose lines are not documents by themselves is taken whole, so that
/// the fault is named once and not once a line.
fn split(name: &str, text: &[u8], documents: &mut Vec<Document>) {
    let whole = serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    if whole {
        documents.push(Document {
            place: name.to_owned(),
            text: text.to_vec(),
        });
        return;
    }
    for (number, line) in text.split(|b| *b == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            documents.push(Document {
                place: format!("{name}:{}", number + 1),
                text: line.to_vec(),
            });
        }
    }
}

fn progress(documents: usize) -> ProgressBar {
    if documents < 100 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} orders, {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(u64::try_from(documents).unwrap_or(u64::MAX)).with_style(style)
}

/// Counts, and a line a refused order on standard error.
#[derive(Default)]
struct Told {
    json: bool,
    accepted: u64,
    replayed: u64,
    refused: u64,
    unavailable: u64,
    lines: Vec<serde_json::Value>,
}

impl Told {
    fn take(&mut self, document: &Document, answer: Result<Submitted, SubmitError>, bar: &ProgressBar) {
        let line = match &answer {
            Ok(submitted) => {
                let replayed = matches!(submitted, Submitted::Replayed(_));
                if replayed {
                    self.replayed += 1;
                } else {
                    self.accepted += 1;
                }
                serde_json::json!({"at": document.place, "id": submitted.id().to_string(), "replayed": replayed})
            }
            Err(error) => {
                if error.is_temporary() {
                    self.unavailable += 1;
                } else {
                    self.refused += 1;
                }
                bar.suspend(|| eprintln!("{}: {error}", document.place));
                serde_json::json!({"at": document.place, "problem": error.problem_json()})
            }
        };
        if self.json {
            self.lines.push(line);
        } else if let Ok(submitted) = answer {
            // One id a line: what a script wants to read.
            print(&submitted.id().to_string());
        }
    }

    fn end(self) -> ExitCode {
        let Self {
            accepted,
            replayed,
            refused,
            unavailable,
            ..
        } = self;
        if self.json {
            print_json(&self.lines);
        }
        eprintln!("{accepted} accepted, {replayed} replayed, {refused} refused, {unavailable} not stored");
        match (refused, unavailable) {
            (0, 0) => ExitCode::SUCCESS,
            (_, 0) => ExitCode::from(1),
            _ => {
                eprintln!("submit the same documents again: those that were stored are replays then");
                ExitCode::from(3)
            }
        }
    }
}
