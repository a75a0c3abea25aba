//! The providers' accounts: whether they buy, what hinders them, and the switch.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domorder_config::Scope;
use domorder_jobs::ledger::{BreakerState, Breakers, Funds};
use futures::future::try_join_all;
use jiff::Timestamp;
use maud::{Markup, html};

use super::super::params::Params;
use super::super::problem::Problem;
use super::super::v1::accounts::{AccountView, REASON_CHARS_MAX, switch, views};
use super::super::{Api, Ready};
use super::form::Filled;
use super::layout::{NOTHING, Page, instant, proof};
use super::visitor::Visitor;
use crate::clock;

pub(super) async fn list(
    visitor: Visitor,
    params: Params,
    State(api): State<Api>,
    Ready(backend): Ready,
) -> Result<Response, Problem> {
    params.finish()?;
    let names: Vec<String> = api.inner.accounts.keys().cloned().collect();
    let all = views(&api, &backend, &names).await?;
    let breakers = try_join_all(names.iter().map(|name| backend.ledger.breakers(name)));
    let funds = try_join_all(names.iter().map(|name| backend.ledger.funds(name)));
    let (breakers, funds) = futures::try_join!(breakers, funds).map_err(|error| Problem::ledger(&error))?;
    let body = html! {
        h1 { "Accounts" }
        div #accounts data-live.cards {
            @for ((account, breakers), funds) in all.iter().zip(&breakers).zip(&funds) {
                (shown(&visitor, account, breakers, funds, api.inner.page.paces.get(&account.account)))
            }
        }
        @if !visitor.may(Scope::Admin) { p.quiet { "Pausing and resuming takes the role operator; yours is " (visitor.role()) "." } }
    };
    let page = Page {
        title: "Accounts",
        visitor: &visitor,
        at: "/accounts",
        order: None,
        live: true,
        body,
    };
    Ok(page.into_response())
}

fn shown(
    visitor: &Visitor,
    account: &AccountView,
    breakers: &Breakers,
    funds: &Funds,
    pace: Option<&String>,
) -> Markup {
    let now = clock::now();
    let (name, base) = (&account.account, format!("/accounts/{}", account.account));
    html! {
        section.card id={ "account-" (name) } aria-label=(name) {
            h2 { (name) " " span.quiet { (account.provider) } }
            p { @match &account.paused {
                Some(why) => { span.mark.bad { "Paused" } " " (why) }
                None => span.mark.good { "Running" },
            } }
            dl.facts.small {
                dt { "Orders" } dd { (account.due) " due, " (account.in_hand) " in hand, " (account.later) " later" }
                dt { "Buying" } dd { (breaker(breakers.paid, now)) }
                dt { "Looking" } dd { (breaker(breakers.read, now)) }
                @if let Some(who) = &breakers.closed_by { dt { "Closed by hand" } dd { (who) } }
                dt { "Funds" } dd { @match funds.amount {
                    Some(amount) => { (amount) " when last read" @if let Some(at) = stamp(funds.read_at_ms) { ", " (instant(at, Some(now))) } }
                    None => "not read: they are only while orders wait for money",
                } @if funds.waiting > 0 { "; " b { (funds.waiting) " waiting for money" } } }
                dt { "Rate" } dd { @match pace { Some(pace) => (pace), None => (NOTHING) } }
            }
            @if visitor.may(Scope::Admin) { p {
                @if account.paused.is_some() { a.button href={ (base) "/resume" } { "Resume…" } " " }
                a.button href={ (base) "/pause" } { @if account.paused.is_some() { "Change the reason…" } @else { "Pause…" } }
            } }
        }
    }
}

fn stamp(ms: u64) -> Option<Timestamp> {
    let at = i64::try_from(ms).ok().filter(|ms| *ms > 0)?;
    Timestamp::from_millisecond(at).ok()
}

fn breaker(state: BreakerState, now: Timestamp) -> Markup {
    html! { @match state {
        BreakerState::Closed => span.mark.good { "As usual" },
        BreakerState::HalfOpen => span.mark.warn { "One call tries whether it goes again" },
        BreakerState::Open { until_ms } => { span.mark.bad { "Resting: breaker open" } @if let Some(at) = stamp(until_ms) { " " (instant(at, Some(now))) " one tries" } }
    } }
}

/// Pausing, or resuming.
fn pauses(word: &str) -> Result<bool, Problem> {
    match word {
        "pause" => Ok(true),
        "resume" => Ok(false),
        _ => Err(Problem::no_account()),
    }
}

pub(super) async fn confirm(
    visitor: Visitor,
    params: Params,
    State(api): State<Api>,
    Path((name, word)): Path<(String, String)>,
) -> Result<Response, Problem> {
    params.finish()?;
    let pauses = pauses(&word)?;
    visitor.needs(Scope::Admin)?;
    if !api.inner.accounts.contains_key(&name) {
        return Err(Problem::no_account());
    }
    let title = if pauses { "Pause" } else { "Resume" };
    let body = html! {
        h1 { (title) " " (name) "?" }
        @if pauses { p { "Its orders are handed out no more; what is being worked on comes to its end. Other accounts go on." } }
        @else { p { "Its orders are worked on again, at once." } }
        form.stacked action={ "/accounts/" (name) "/" (word) } method="post" {
            (proof(&visitor))
            label for="reason" { "Why" }
            input #reason name="reason" required maxlength=(REASON_CHARS_MAX) autocomplete="off" autofocus;
            p.hint { @if pauses { "For those who find it paused. Your name stands beside it." } @else { "Stands in the log, with your name." } }
            div.choice { button type="submit" { "Yes: " (title.to_lowercase()) } a.button.plain href="/accounts" { "No, back" } }
        }
    };
    let page = Page {
        title,
        visitor: &visitor,
        at: "/accounts",
        order: None,
        live: false,
        body,
    };
    Ok(page.into_response())
}

pub(super) async fn act(
    visitor: Visitor,
    State(api): State<Api>,
    Ready(backend): Ready,
    Path((name, word)): Path<(String, String)>,
    Filled(mut params): Filled,
) -> Result<Response, Problem> {
    let pauses = pauses(&word)?;
    visitor.needs(Scope::Admin)?;
    let reason = params.take("reason").unwrap_or_default();
    let reason = reason.trim();
    let chars = reason.chars().count();
    if !(1..=REASON_CHARS_MAX).contains(&chars) || reason.chars().any(char::is_control) {
        params.fault("reason", "is needed: a line of at most 200 characters");
    }
    params.finish()?;
    let why = format!("{reason} (by {})", visitor.actor());
    let told = pauses.then_some(why.as_str());
    let _shown_anew = switch(&api, &backend, &visitor.caller, name.clone(), told).await?;
    tracing::warn!(
        account = name,
        why,
        paused = pauses,
        "an account was switched from the page"
    );
    Ok(Redirect::to("/accounts").into_response())
}
