//! Doing something about an order: what it means, a confirmation, the doing.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domorder_jobs::machine;
use domorder_jobs::signal::ResolveOutcome;
use domorder_jobs::state::SignalName;
use maud::html;
use serde_json::json;

use super::super::Ready;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::v1::signals::{hand_in, parsed};
use super::form::Filled;
use super::layout::{self, Page, capital, proof};
use super::order::{Found, button, find, scope};
use super::visitor::Visitor;

const NOTE_CHARS_MAX: usize = 1000;
const OUTCOMES: [ResolveOutcome; 2] = [ResolveOutcome::Done, ResolveOutcome::NotDone];

/// Who gives a word of why: what ends an order or decides about money is never done without.
const fn needs_note(signal: SignalName) -> bool {
    matches!(signal, SignalName::Cancel | SignalName::Resolve)
}

fn signal_of(word: &str) -> Result<SignalName, Problem> {
    word.parse().map_err(|_| Problem::no_order())
}

pub(super) async fn confirm(
    visitor: Visitor,
    mut params: Params,
    Ready(backend): Ready,
    Path((id, signal)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let signal = signal_of(&signal)?;
    visitor.needs(scope(signal))?;
    let outcome = params.word("outcome", &OUTCOMES);
    if (signal == SignalName::Resolve) != outcome.is_some() {
        params.fault("outcome", "belongs to `resolve`, and is needed there");
    }
    params.finish()?;
    let found = find(&backend, &id).await?;
    Ok(page(&visitor, &found, signal, outcome))
}

fn page(visitor: &Visitor, found: &Found, signal: SignalName, outcome: Option<ResolveOutcome>) -> Response {
    let offered = found
        .card
        .remedies
        .iter()
        .find(|remedy| remedy.signal == signal && remedy.outcome == outcome);
    let refused = machine::may(&found.record, found.order.kind, signal, found.abilities).err();
    let title = button(signal, outcome).trim_end_matches('…');
    let back = format!("/orders/{}", found.stored.id);
    let note = needs_note(signal);
    let body = html! {
        h1 { (title) "?" }
        p.headline { (found.card.title) ": " (layout::state(found.record.state)) " " (found.card.headline) }
        @match (offered, refused) {
            (Some(remedy), _) => {
                p { "What it does: " (remedy.what) "." }
                @if outcome == Some(ResolveOutcome::NotDone) {
                    div.notice.bad role="alert" { p { "If it was done after all, this buys it a second time. Look at the provider's panel or bill first." } }
                }
                form.stacked action={ (back) "/" (signal) } method="post" {
                    (proof(visitor))
                    @if let Some(outcome) = outcome { input type="hidden" name="outcome" value=(outcome); }
                    @if signal == SignalName::AuthCode {
                        label for="auth_code" { "The new auth code" }
                        input #auth_code type="password" name="auth_code" required maxlength="255" autocomplete="off" autofocus;
                        p.hint { "Sealed before it is stored, and never shown again." }
                    }
                    label for="note" { @if signal == SignalName::Resolve { "How you know" } @else { "Why" } @if !note { " (if you like)" } }
                    input #note name="note" required[note] maxlength=(NOTE_CHARS_MAX) autocomplete="off" autofocus[signal != SignalName::AuthCode];
                    p.hint { "Stands in the order's timeline, with your name. No secrets." }
                    div.choice {
                        button.danger[note] type="submit" { "Yes: " (title.to_lowercase()) }
                        a.button.plain href=(back) { "No, back" }
                    }
                }
            }
            (None, refused) => {
                div.notice { p { @match refused {
                    Some(why) => (capital(&why.to_string())),
                    None => "The order's provider cannot do this",
                } "." } }
                p { a href=(back) { "Back to the order" } }
            }
        }
    };
    Page {
        title,
        visitor,
        at: "/orders",
        order: None,
        live: false,
        body,
    }
    .into_response()
}

pub(super) async fn act(
    visitor: Visitor,
    Ready(backend): Ready,
    Path((id, signal)): Path<(String, String)>,
    Filled(mut params): Filled,
) -> Result<Response, Problem> {
    let name = signal_of(&signal)?;
    visitor.needs(scope(name))?;
    let note = params.take("note").unwrap_or_default();
    let note = note.trim();
    if note.is_empty() && needs_note(name) {
        params.fault("note", "is needed: say why");
    } else if note.chars().count() > NOTE_CHARS_MAX || note.chars().any(char::is_control) {
        params.fault("note", "is one line of at most 1000 characters");
    }
    let mut body = serde_json::Map::new();
    if name == SignalName::AuthCode {
        body.insert(
            "auth_code".to_owned(),
            json!(params.take("auth_code").unwrap_or_default()),
        );
    }
    if let Some(outcome) = params.word("outcome", &OUTCOMES) {
        body.insert("outcome".to_owned(), json!(outcome));
    }
    if name == SignalName::Resolve {
        // A decision's reason is part of the signal itself.
        body.insert("note".to_owned(), json!(note));
    }
    params.finish()?;
    let found = find(&backend, &id).await?;
    let body = serde_json::Value::Object(body).to_string();
    let mut signal = parsed(name, body.as_bytes())?;
    // Every deed's reason stands in the timeline, not only that of a decision.
    signal.note = (!note.is_empty()).then(|| note.to_owned());
    hand_in(&backend, found.order.id, signal.by(visitor.actor())).await?;
    tracing::info!(
        order.id = %found.order.id,
        signal = %name,
        caller = &*visitor.caller.name,
        person = visitor.session.person,
        note,
        "a signal was taken from the page"
    );
    Ok(Redirect::to(&format!("/orders/{}?taken={name}", found.stored.id)).into_response())
}
