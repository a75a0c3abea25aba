//! What every page has: a head, ways to the others, a search, who is signed in.

use axum::response::{Html, IntoResponse, Response};
use domorder_jobs::state::State;
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::problem::ProblemDetails;
use super::form::PROOF;
use super::visitor::Visitor;
use crate::card;

/// A page inside.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    pub(super) visitor: &'a Visitor,
    /// Which way it was come by: an address of the head.
    pub(super) at: &'a str,
    /// Only what happens to this order changes the page.
    pub(super) order: Option<String>,
    /// Parts of it change by themselves.
    pub(super) live: bool,
    pub(super) body: Markup,
}

const WAYS: [(&str, &str); 3] = [
    ("/", "Overview"),
    ("/accounts", "Accounts"),
    ("/refused", "Refused documents"),
];

impl Page<'_> {
    fn markup(self) -> Markup {
        let session = &self.visitor.session;
        let head = html! {
            header.top {
                a.brand href="/" { "domorder" }
                nav aria-label="Main" {
                    @for (address, name) in WAYS {
                        a href=(address) aria-current=[(address == self.at).then_some("page")] { (name) }
                    }
                }
                form.search action="/search" method="get" role="search" {
                    label.hidden for="q" { "Find an order" }
                    input #q type="search" name="q" required maxlength="300" placeholder="Domain, order id, key, provider's id" autocomplete="off";
                    button type="submit" { "Find" }
                }
                div.who {
                    span { (session.person) " · " (self.visitor.role()) }
                    @if self.visitor.signed_in {
                        form action="/sign-out" method="post" { (proof(self.visitor)) button.plain type="submit" { "Sign out" } }
                    }
                }
            }
        };
        let foot = html! {
            p #live-status role="status" aria-live="polite" { @if self.live { "As of " (instant(crate::clock::now(), None)) "." } }
        };
        document(self.title, self.order.as_deref(), self.live, &head, &self.body, &foot)
    }
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        Html(self.markup().into_string()).into_response()
    }
}

/// A page of somebody who may not be known.
pub(super) fn outside(title: &str, body: &Markup) -> Markup {
    let head = html! { header.top { a.brand href="/" { "domorder" } } };
    document(title, None, false, &head, body, &html! {})
}

/// An error as a page.
pub(super) fn problem(problem: &ProblemDetails) -> Markup {
    let body = html! {
        h1 { (capital(&problem.title)) }
        div.notice.bad role="alert" {
            @if let Some(detail) = &problem.detail { p { (capital(detail)) "." } }
            @if problem.errors.len() > 1 {
                ul { @for error in &problem.errors {
                    li { (error.parameter.as_deref().or(error.pointer.as_deref()).unwrap_or_default()) " " (error.detail) }
                } }
            }
        }
        p { a href="/" { "To the overview" } @if problem.status == 401 { " · " a href="/sign-in" { "Sign in" } } }
        p.quiet { "Status " (problem.status) }
    };
    outside(&capital(&problem.title), &body)
}

fn document(title: &str, order: Option<&str>, live: bool, head: &Markup, body: &Markup, foot: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " – domorder" }
                link rel="icon" href="/page/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href={ "/page/style.css?v=" (env!("CARGO_PKG_VERSION")) };
                @if live { script src={ "/page/live.js?v=" (env!("CARGO_PKG_VERSION")) } defer {} }
            }
            body data-order=[order] {
                a.skip href="#main" { "To the content" }
                (head)
                main #main { (body) }
                footer { (foot) }
            }
        }
    }
}

/// What a form of a session has to bring.
pub(super) fn proof(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name=(PROOF) value=(visitor.session.proof); }
}

/// A state: a colour and a word, never the colour alone.
pub(super) fn state(state: State) -> Markup {
    html! { span class={ "state " (state) } { (state.as_str().replace('_', " ")) } }
}

/// A point in time; with `now`, in words with the time as its title.
pub(super) fn instant(at: Timestamp, now: Option<Timestamp>) -> Markup {
    let exact = card::date(at);
    let words = now.map(|now| {
        if at > now {
            card::until(at, now)
        } else {
            card::since(at, now)
        }
    });
    html! { time datetime=(at) title=[words.is_some().then_some(exact.clone())] { (words.unwrap_or(exact)) } }
}

/// A sentence begins with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Nothing, for eyes and for screen readers.
pub(super) const NOTHING: PreEscaped<&str> = PreEscaped("<span class=\"quiet\" aria-label=\"none\">–</span>");
