//! What needs somebody, what waits, how many there are; and more of each.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domorder_jobs::ledger::{Count, Filter};
use domorder_jobs::state::State as OrderState;
use futures::future::try_join_all;
use maud::{Markup, html};
use url::form_urlencoded;

use super::super::params::Params;
use super::super::problem::Problem;
use super::super::v1::events::follow_from;
use super::super::{Api, Ready};
use super::layout::{self, Page};
use super::listing::{self, Rows, View, gather, table};
use super::visitor::Visitor;
use crate::clock;

/// Of each sort, on the overview.
const SHORT: usize = 8;
const LONG: usize = 50;
const EXAMINED_MAX: usize = 2_000;

pub(super) async fn overview(visitor: Visitor, params: Params, Ready(backend): Ready) -> Result<Response, Problem> {
    params.finish()?;
    let now = clock::now();
    let parts = View::ALL.map(|view| listing::view(&backend.ledger, view, None, SHORT, now));
    let (parts, counts) =
        futures::try_join!(try_join_all(parts), backend.ledger.counts()).map_err(|error| Problem::ledger(&error))?;
    let body = html! {
        h1 { "Overview" }
        section #counts data-live aria-label="Orders by state" { (by_state(&counts)) }
        @for (view, found) in View::ALL.into_iter().zip(&parts) {
            section id={ "view-" (view.word()) } data-live aria-labelledby={ "title-" (view.word()) } {
                h2 id={ "title-" (view.word()) } { (view.title()) @if !found.rows.is_empty() { " " span.count { (shown(found)) } } }
                @if found.rows.is_empty() { p.quiet { "None." (stopped(found)) } }
                @else {
                    p.quiet { (view.hint()) (stopped(found)) }
                    (table(view.title(), &found.rows, now))
                }
                @if found.next.is_some() { p { a href={ "/orders?view=" (view.word()) } { "All of these" } } }
                (damaged(found))
            }
        }
    };
    let page = Page {
        title: "Overview",
        visitor: &visitor,
        at: "/",
        order: None,
        live: true,
        body,
    };
    Ok(page.into_response())
}

fn shown(found: &Rows) -> String {
    let more = if found.next.is_some() { "+" } else { "" };
    format!("{}{more}", found.rows.len())
}

fn stopped(found: &Rows) -> Markup {
    html! { @if let Some(n) = found.stopped_after { " Among the " (n) " that changed last; the others were not looked at." } }
}

fn damaged(found: &Rows) -> Markup {
    html! { @if found.damaged > 0 { p.notice.bad { (found.damaged) " cannot be read: " code { "domorder doctor" } " says more." } } }
}

fn by_state(counts: &[Count]) -> Markup {
    let mut sums: BTreeMap<OrderState, u64> = OrderState::ALL.iter().map(|state| (*state, 0)).collect();
    for count in counts {
        *sums.entry(count.state).or_default() += count.n;
    }
    html! { ul.counts {
        @for (state, n) in sums { li { a href={ "/orders?state=" (state) } { (layout::state(state)) " " b { (n) } } } }
    } }
}

pub(super) async fn orders(visitor: Visitor, mut params: Params, Ready(backend): Ready) -> Result<Response, Problem> {
    let views = View::ALL.map(View::word).join(", ");
    let view = params.read("view", &format!("one of {views}"), View::parse);
    let state = params.word("state", OrderState::ALL);
    let cursor = params.read("cursor", "the place that a page before gave", listing::cursor);
    if view.is_some() == state.is_some() {
        params.fault("view", "is needed, or else `state`, and not both");
    }
    params.finish()?;
    let now = clock::now();
    let paged = cursor.is_some();
    let (title, hint, field, word, found) = match (view, state) {
        (Some(view), _) => {
            let found = listing::view(&backend.ledger, view, cursor, LONG, now).await;
            (view.title().to_owned(), view.hint(), "view", view.word(), found)
        }
        (None, state) => {
            let state = state.unwrap_or(OrderState::Queued);
            let filter = Filter {
                states: vec![state],
                ..Filter::default()
            };
            let found = gather(&backend.ledger, &filter, cursor, LONG, EXAMINED_MAX, |_| true).await;
            let title = layout::capital(&state.as_str().replace('_', " "));
            (
                title,
                "Those first that came into this state last.",
                "state",
                state.as_str(),
                found,
            )
        }
    };
    let found = found.map_err(|error| Problem::ledger(&error))?;
    let body = html! {
        h1 { (title) }
        section #orders data-live[!paged] aria-label=(title) {
            @if found.rows.is_empty() { p { "None." (stopped(&found)) } }
            @else { p.quiet { (hint) (stopped(&found)) } (table(&title, &found.rows, now)) }
            (damaged(&found))
            nav.pages aria-label="Pages" {
                @if paged { a href={ "/orders?" (field) "=" (word) } { "From the start" } }
                @if let Some(next) = &found.next { a href={ "/orders?" (field) "=" (word) "&cursor=" (encoded(next)) } rel="next" { "Further" } }
            }
        }
    };
    let page = Page {
        title: &title,
        visitor: &visitor,
        at: "/orders",
        order: None,
        live: !paged,
        body,
    };
    Ok(page.into_response())
}

/// As a value of a query.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What happens, for the script; it ends with the session.
pub(super) async fn events(
    visitor: Visitor,
    State(api): State<Api>,
    Ready(backend): Ready,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    follow_from(&api, &backend, &headers, visitor.session.left(clock::now())).await
}
