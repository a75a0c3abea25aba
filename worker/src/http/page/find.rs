//! Finding an order by whatever somebody has in hand: domain, order id, idempotency key, the provider's order id.

use axum::response::{IntoResponse, Redirect, Response};
use domorder_jobs::domain_name::host;
use domorder_jobs::ledger::{Filter, Ledger, LedgerError};
use domorder_jobs::order::OrderId;
use maud::html;

use super::super::Ready;
use super::super::params::Params;
use super::super::problem::Problem;
use super::layout::Page;
use super::listing::{Rows, gather, table};
use super::visitor::Visitor;
use crate::clock;

const TEXT_CHARS_MAX: usize = 300;
const FOUND_MAX: usize = 50;
/// Orders looked at for a domain: those of its shard.
const BY_DOMAIN_MAX: usize = 20_000;
/// Orders looked at for a provider's id, for which there is no index: the latest changed.
const BY_PROVIDER_MAX: usize = 10_000;

pub(super) async fn search(visitor: Visitor, mut params: Params, Ready(backend): Ready) -> Result<Response, Problem> {
    let text = params.read("q", "at most 300 characters", |text| {
        (text.chars().count() <= TEXT_CHARS_MAX).then(|| text.trim().to_owned())
    });
    params.finish()?;
    let text = text.unwrap_or_default();
    let ledger = &backend.ledger;
    if let Some(id) = exact(ledger, &text).await.map_err(|error| Problem::ledger(&error))? {
        return Ok(Redirect::to(&format!("/orders/{id}")).into_response());
    }
    let found = if text.is_empty() {
        Rows::default()
    } else {
        let found = listed(ledger, &text).await;
        found.map_err(|error| Problem::ledger(&error))?
    };
    if let ([one], None) = (found.rows.as_slice(), found.stopped_after) {
        return Ok(Redirect::to(&format!("/orders/{}", one.order.id)).into_response());
    }
    let now = clock::now();
    let body = html! {
        h1 { "Found for “" (text) "”" }
        @if found.rows.is_empty() {
            p { "Nothing. It is looked for as a whole domain name, an order's id, an idempotency key and a provider's order id." }
            p.quiet { "Finished orders are deleted after " code { "retention.finished" } "." }
        } @else { (table("Found orders", &found.rows, now)) }
        @if let Some(n) = found.stopped_after { p.notice { "Only the " (n) " orders that changed last were looked at." } }
    };
    let page = Page {
        title: "Search",
        visitor: &visitor,
        at: "/search",
        order: None,
        live: false,
        body,
    };
    Ok(page.into_response())
}

/// By an order's id or key.
async fn exact(ledger: &Ledger, text: &str) -> Result<Option<String>, LedgerError> {
    let mut ids = Vec::new();
    if text.parse::<OrderId>().is_ok_and(|id| id.shard() < ledger.shards()) {
        ids.push(text.to_owned());
    }
    if !text.is_empty() {
        ids.extend(ledger.find_by_key(text).await?);
    }
    let there = ledger.read(&ids).await?;
    Ok(there.into_iter().flatten().next().map(|order| order.id))
}

/// By domain, and where there is none of that name by the provider's id.
async fn listed(ledger: &Ledger, text: &str) -> Result<Rows, LedgerError> {
    if text.contains('.')
        && let Ok(domain) = host(text)
    {
        let filter = Filter {
            resource: Some(domain),
            ..Filter::default()
        };
        let found = gather(ledger, &filter, None, FOUND_MAX, BY_DOMAIN_MAX, |_| true).await?;
        if !found.rows.is_empty() {
            return Ok(found);
        }
    }
    let any = Filter::default();
    gather(ledger, &any, None, FOUND_MAX, BY_PROVIDER_MAX, |row| {
        row.record.provider_order_id.as_deref() == Some(text)
    })
    .await
}
