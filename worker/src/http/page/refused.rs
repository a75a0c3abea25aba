//! Documents and signals of the intake stream that were refused: what came, and what was wrong with it.

use axum::response::{IntoResponse, Response};
use domorder_jobs::ledger::IntakeEntry;
use jiff::Timestamp;
use maud::{Markup, html};

use super::super::Ready;
use super::super::params::Params;
use super::super::problem::{Problem, ProblemDetails};
use super::layout::{Page, instant};
use super::overview::encoded;
use super::visitor::Visitor;
use crate::clock;

const LIMIT: usize = 25;
/// Of a document; what was refused may be long.
const SHOWN_CHARS_MAX: usize = 4000;

pub(super) async fn list(visitor: Visitor, mut params: Params, Ready(backend): Ready) -> Result<Response, Problem> {
    let below = params.read("below", "the place that a page before gave", |text| {
        let (ms, n) = text.split_once('-')?;
        let (_, _) = (ms.parse::<u64>().ok()?, n.parse::<u64>().ok()?);
        Some(text.to_owned())
    });
    params.finish()?;
    let entries = backend.ledger.rejected(below.as_deref(), LIMIT + 1).await;
    let entries = entries.map_err(|error| Problem::ledger(&error))?;
    let more = entries.len() > LIMIT;
    let entries = &entries[..entries.len().min(LIMIT)];
    let body = html! {
        h1 { "Refused documents" }
        p.quiet { "What came by the intake stream and was not taken, newest first, its secrets removed. Callers of the API and the command line had their answer at once." }
        div #refused { @for entry in entries { (shown(entry)) } }
        @if entries.is_empty() { p { "None." } }
        nav.pages aria-label="Pages" {
            @if below.is_some() { a href="/refused" { "From the start" } }
            @if let Some(last) = entries.last().filter(|_| more) { a href={ "/refused?below=" (encoded(&last.id)) } rel="next" { "Further" } }
        }
    };
    let page = Page {
        title: "Refused documents",
        visitor: &visitor,
        at: "/refused",
        order: None,
        live: false,
        body,
    };
    Ok(page.into_response())
}

fn shown(entry: &IntakeEntry) -> Markup {
    let at = entry.field("at").and_then(|at| at.parse::<Timestamp>().ok());
    let error = entry.field("error").unwrap_or_default();
    let problem: Option<ProblemDetails> = serde_json::from_str(error).ok();
    let text = entry.field("entry").unwrap_or_default();
    let document: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    html! {
        article.card {
            h2 { @match &problem { Some(problem) => (problem.title), None => "Refused" } }
            p { @match at { Some(at) => { (instant(at, None)) ", " (instant(at, Some(clock::now()))) } None => "at a time that cannot be read" } " · entry " code { (entry.id) } }
            @match &problem {
                Some(problem) if !problem.errors.is_empty() => ul { @for fault in &problem.errors {
                    li { code { (fault.pointer.as_deref().unwrap_or_default()) } " " (fault.detail) }
                } },
                Some(problem) => p { (problem.detail.as_deref().unwrap_or_default()) },
                None => p { (error) },
            }
            details { summary { "What came" } pre { (document) @if document.len() < text.len() { "…" } } }
        }
    }
}
