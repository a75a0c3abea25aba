//! An order's card: what it is, who has to act, what happened, what is known at the provider, what can be done.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domorder_api_client::provider::Abilities;
use domorder_config::Scope;
use domorder_jobs::format;
use domorder_jobs::ledger::Stored;
use domorder_jobs::order::{Order, OrderId};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::signal::ResolveOutcome;
use domorder_jobs::state::SignalName;
use maud::{Markup, html};

use super::super::params::Params;
use super::super::problem::Problem;
use super::super::{Api, Backend, Ready};
use super::layout::{self, Page, capital, instant};
use super::visitor::Visitor;
use crate::card::{Card, Remedy, Standing};
use crate::clock;

/// An order, read.
pub(super) struct Found {
    pub(super) stored: Stored,
    pub(super) order: Order,
    pub(super) record: OrderRecord,
    pub(super) card: Card,
    pub(super) abilities: Abilities,
}

/// The order of an id that stands in an address.
pub(super) async fn find(backend: &Backend, id: &str) -> Result<Found, Problem> {
    let id: OrderId = id.parse().map_err(|_| Problem::no_order())?;
    if id.shard() >= backend.ledger.shards() {
        return Err(Problem::no_order());
    }
    let (ids, text) = ([id.to_string()], id.to_string());
    let (found, timeline) = futures::try_join!(backend.ledger.read(&ids), backend.ledger.timeline(&text))
        .map_err(|error| Problem::ledger(&error))?;
    let stored = found.into_iter().flatten().next().ok_or_else(Problem::no_order)?;
    let (Ok(order), Ok(record)) = (
        format::read::<Order>(&stored.doc),
        format::read::<OrderRecord>(&stored.rec),
    ) else {
        tracing::error!(order.id = %id, "the order's record cannot be read; see `domorder doctor`");
        return Err(Problem::internal());
    };
    let abilities = backend.abilities.get(&order.account).copied().unwrap_or_default();
    let card = Card::of(&order, &record, &timeline, abilities, clock::now());
    Ok(Found {
        stored,
        order,
        record,
        card,
        abilities,
    })
}

/// What somebody must be allowed for a signal.
pub(super) const fn scope(signal: SignalName) -> Scope {
    match signal {
        SignalName::Resolve => Scope::Admin,
        SignalName::AuthCode
        | SignalName::Cancel
        | SignalName::Retry
        | SignalName::CheckNow
        | SignalName::ResendApproval => Scope::OrdersAct,
    }
}

/// What a button says.
pub(super) const fn button(signal: SignalName, outcome: Option<ResolveOutcome>) -> &'static str {
    match (signal, outcome) {
        (SignalName::AuthCode, _) => "New auth code…",
        (SignalName::Cancel, _) => "Cancel the order…",
        (SignalName::Retry, _) => "Try now…",
        (SignalName::CheckNow, _) => "Look now…",
        (SignalName::ResendApproval, _) => "Send the mail again…",
        (SignalName::Resolve, Some(ResolveOutcome::NotDone)) => "It was not done…",
        (SignalName::Resolve, _) => "It was done…",
    }
}

pub(super) async fn card(
    visitor: Visitor,
    mut params: Params,
    State(_): State<Api>,
    Ready(backend): Ready,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let taken = params.word("taken", SignalName::ALL);
    params.finish()?;
    let found = find(&backend, &id).await?;
    let body = html! {
        @if let Some(signal) = taken {
            div.notice.good role="status" { p { "Taken: “" (signal) "”. The order hears it as soon as a worker is free; what follows stands below." } }
        }
        div #card data-live {
            h1 { (found.card.title) }
            p.headline { (layout::state(found.record.state)) " " (found.card.headline) }
            (facts(&found))
            (buttons(&visitor, &found))
            (evidence(&found))
            (past(&found.card))
        }
    };
    let page = Page {
        title: found.order.domain.as_ref(),
        visitor: &visitor,
        at: "/orders",
        order: Some(found.stored.id.clone()),
        live: !found.record.state.is_final(),
        body,
    };
    Ok(page.into_response())
}

fn facts(found: &Found) -> Markup {
    let (card, now) = (&found.card, clock::now());
    let mark = match card.standing {
        Standing::Done => "good",
        Standing::Stopped => "bad",
        Standing::Unusual => "warn",
        Standing::Normal | Standing::Over => "plain",
    };
    html! {
        dl.facts {
            dt { "Is that normal?" } dd { span class={ "mark " (mark) } { (card.normal) } }
            dt { "What it means" } dd { (card.meaning) }
            dt { "Who has to act" } dd { (card.who) }
            dt { "By when" } dd { (card.when) }
            dt { "Charged" } dd { (card.charged) }
            @if let Some(told) = &card.told { dt { "The provider says" } dd { q { (told) } } }
            @if let Some(expiry) = found.record.expiry { dt { "Expires" } dd { (instant(expiry, None)) } }
            dt { "Accepted" } dd { (instant(found.record.created_at, None)) ", " (instant(found.record.created_at, Some(now))) }
            dt { "Order" } dd { code { (found.order.id) } }
            dt { "Idempotency key" } dd { code { (found.order.idempotency_key.as_str()) } }
            dt { "Account" } dd { (found.order.account) }
        }
    }
}

fn buttons(visitor: &Visitor, found: &Found) -> Markup {
    let allowed = |remedy: &&Remedy| visitor.may(scope(remedy.signal));
    let (ours, others): (Vec<&Remedy>, Vec<&Remedy>) = found.card.remedies.iter().partition(allowed);
    html! {
        section aria-labelledby="doable" {
            h2 #doable { "What can be done" }
            @if found.card.remedies.is_empty() { p.quiet { "Nothing: it is through." } }
            @if !found.stored.signals.is_empty() { p.notice { (found.stored.signals.len()) " signal(s) wait to be heard by it." } }
            @if !ours.is_empty() { ul.actions { @for remedy in ours { li {
                a.button href=(address(found, remedy)) { (button(remedy.signal, remedy.outcome)) }
                span { (capital(remedy.what)) "." }
            } } } }
            @if !others.is_empty() {
                p.quiet { "Your role, " (visitor.role()) ", does not allow: " @for (n, remedy) in others.iter().enumerate() { @if n > 0 { "; " } (remedy.what) } "." }
            }
        }
    }
}

fn address(found: &Found, remedy: &Remedy) -> String {
    let base = format!("/orders/{}/{}", found.stored.id, remedy.signal);
    match remedy.outcome {
        Some(outcome) => format!("{base}?outcome={outcome}"),
        None => base,
    }
}

fn evidence(found: &Found) -> Markup {
    let (order, record) = (&found.order, &found.record);
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    html! {
        section aria-labelledby="evidence" {
            h2 #evidence { "Evidence" }
            dl.facts.small {
                dt { "Order at the provider" } dd { @match &record.provider_order_id { Some(id) => code { (id) }, None => "none known" } }
                dt { "Taken by the provider" } dd { (yes(record.placed)) }
                dt { "Paid attempts" } dd { (record.attempts) @if record.unknowns > 0 { ", of which " (record.unknowns) " were unknown and proven absent" } }
                @if let Some(intent) = &record.intent {
                    dt { "Latest intent" } dd { "number " (intent.attempt) ", " (instant(intent.at, None)) @if intent.open { ", its outcome not recorded" } @if !intent.digest.is_empty() { ", content " code { (intent.digest) } } }
                }
                @if let Some(at) = record.attempted_at { dt { "An effect is possible since" } dd { (instant(at, None)) } }
                @if record.looks > 0 { dt { "Looks in this state" } dd { (record.looks) } }
                @if let Some(at) = record.absent_since { dt { "Seen absent" } dd { (record.absences) " times in a row, first " (instant(at, None)) } }
                @if let Some(at) = record.retrying_since { dt { "Tried again" } dd { (record.retries) " times, since " (instant(at, None)) } }
                @if record.refund_due { dt { "Refund" } dd { "an earlier placement is owed back" } }
                dt { "Urgency" } dd { (order.priority) }
            }
            @if !order.metadata.is_empty() {
                h3 { "From the billing system" }
                dl.facts.small { @for (name, value) in &order.metadata { dt { (name) } dd { (value) } } }
            }
        }
    }
}

fn past(card: &Card) -> Markup {
    html! {
        section aria-labelledby="past" {
            h2 #past { "What happened" }
            @if card.happened.is_empty() { p.quiet { "Nothing yet." } }
            ol.timeline { @for entry in card.happened.iter().rev() { li {
                time datetime=(entry.at) { (entry.at.strftime("%Y-%m-%d %H:%M:%S")) } " " @match entry.state.parse() { Ok(state) => (layout::state(state)), Err(_) => (entry.state) } " " (entry.what)
            } } }
        }
    }
}
