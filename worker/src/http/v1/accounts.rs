//! Provider accounts: how much work they have, and the switch that stops them.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::auth::{ADMIN, Allowed, Caller, READ};
use super::super::limits::{content_type, read_body};
use super::super::params::Params;
use super::super::problem::{Problem, ProblemError};
use super::super::{Api, Backend, Ready};
use super::Segment;

/// A reason is a line, not a document.
const BODY_BYTES_MAX: usize = 4096;
pub(crate) const REASON_CHARS_MAX: usize = 200;

/// All accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accounts {
    /// By name.
    accounts: Vec<AccountView>,
}

/// An account at a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// Its name, as orders give it.
    #[schema(example = "cr-main")]
    pub(crate) account: String,
    /// `connectreseller`, `logicboxes` or `namecom`.
    #[schema(example = "connectreseller")]
    pub(crate) provider: &'static str,
    /// Orders that are due and that nobody works on.
    pub(crate) due: u64,
    /// Orders that become due later.
    pub(crate) later: u64,
    /// Orders that are worked on.
    pub(crate) in_hand: u64,
    /// Why it is paused; `null`: it is not.
    pub(crate) paused: Option<String>,
}

/// Why an account is paused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what `reason` reads")]
pub(crate) struct Pause {
    /// For those who find it paused.
    #[serde(default)]
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "the provider is being maintained"
    )]
    reason: Option<String>,
}

/// Lists the accounts
#[utoipa::path(
    get, path = "/v1/accounts", operation_id = "listAccounts", tag = "accounts",
    responses((status = 200, description = "All configured accounts", body = Accounts)),
    security(("bearer" = ["orders:read"])),
)]
pub(super) async fn list(
    _: Allowed<READ>,
    params: Params,
    State(api): State<Api>,
    Ready(backend): Ready,
) -> Result<Json<Accounts>, Problem> {
    params.finish()?;
    let names: Vec<String> = api.inner.accounts.keys().cloned().collect();
    views(&api, &backend, &names)
        .await
        .map(|accounts| Json(Accounts { accounts }))
}

/// Pauses an account
///
/// Its orders are handed out no more; what is being worked on comes to its end. Pausing a paused one changes its reason.
#[utoipa::path(
    post, path = "/v1/accounts/{name}/pause", operation_id = "pauseAccount", tag = "accounts",
    params(("name" = String, Path, description = "The account's name", example = "cr-main")),
    request_body(content = Option<Pause>, content_type = "application/json"),
    responses((status = 200, description = "The account, paused", body = AccountView)),
    security(("bearer" = ["admin"])),
)]
pub(super) async fn pause(
    Allowed(caller): Allowed<ADMIN>,
    params: Params,
    State(api): State<Api>,
    Ready(backend): Ready,
    Segment(name): Segment,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AccountView>, Problem> {
    params.finish()?;
    let reason = reason(&headers, body, true).await?;
    let why = reason.unwrap_or_else(|| "by hand".to_owned());
    switch(
        &api,
        &backend,
        &caller,
        name,
        Some(&format!("{why} (by {})", caller.name)),
    )
    .await
}

/// Lets a paused account go on
///
/// Its breaker is closed too, and what waited for that goes on.
#[utoipa::path(
    post, path = "/v1/accounts/{name}/resume", operation_id = "resumeAccount", tag = "accounts",
    params(("name" = String, Path, description = "The account's name", example = "cr-main")),
    request_body(content = Option<super::signals::NoDetails>, content_type = "application/json"),
    responses((status = 200, description = "The account, not paused", body = AccountView)),
    security(("bearer" = ["admin"])),
)]
pub(super) async fn resume(
    Allowed(caller): Allowed<ADMIN>,
    params: Params,
    State(api): State<Api>,
    Ready(backend): Ready,
    Segment(name): Segment,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AccountView>, Problem> {
    params.finish()?;
    reason(&headers, body, false).await?;
    switch(&api, &backend, &caller, name, None).await
}

/// Pauses or resumes.
pub(crate) async fn switch(
    api: &Api,
    backend: &Backend,
    caller: &Caller,
    name: String,
    reason: Option<&str>,
) -> Result<Json<AccountView>, Problem> {
    if !api.inner.accounts.contains_key(&name) {
        return Err(Problem::no_account());
    }
    let done = match reason {
        Some(reason) => backend.ledger.set_paused(&name, Some(reason)).await,
        None => backend.ledger.resume(&name, &caller.name).await,
    };
    done.map_err(|error| Problem::ledger(&error))?;
    tracing::warn!(
        account = name,
        caller = &*caller.name,
        reason,
        "the account was paused or resumed"
    );
    let view = views(api, backend, &[name]).await?.pop();
    view.map(Json).ok_or_else(Problem::internal)
}

/// Accounts as they stand.
pub(crate) async fn views(api: &Api, backend: &Backend, names: &[String]) -> Result<Vec<AccountView>, Problem> {
    let read = async {
        let paused = backend.ledger.paused(names).await?;
        let depths = names.iter().map(|name| backend.ledger.queue_depth(name));
        Ok((paused, futures::future::try_join_all(depths).await?))
    };
    let (paused, depths) = read.await.map_err(|error| Problem::ledger(&error))?;
    let view = |(name, depth): (&String, domorder_jobs::ledger::Depth)| AccountView {
        account: name.clone(),
        provider: api.inner.accounts.get(name).copied().unwrap_or_default(),
        due: depth.due,
        later: depth.later,
        in_hand: depth.leased,
        paused: paused
            .iter()
            .find(|(paused, _)| paused == name)
            .map(|(_, why)| why.clone()),
    };
    Ok(names.iter().zip(depths).map(view).collect())
}

/// The reason in a body, which may be missing as a whole; where none is taken, the body is empty or `{}`.
async fn reason(headers: &HeaderMap, body: Body, takes_one: bool) -> Result<Option<String>, Problem> {
    let body = read_body(body, BODY_BYTES_MAX).await?;
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    content_type(headers, &["application/json"])?;
    let value: serde_json::Value = serde_json::from_slice(&body).map_err(|_| Problem::not_json())?;
    let expected = if takes_one { "`reason`" } else { "no field" };
    let at = |pointer: &str, detail: String| {
        Err(Problem::faults(vec![ProblemError {
            pointer: Some(pointer.to_owned()),
            parameter: None,
            detail,
        }]))
    };
    let Some(fields) = value.as_object() else {
        return at("", format!("expected an object with {expected}"));
    };
    if let Some(name) = fields.keys().find(|name| !takes_one || *name != "reason") {
        let step = name.replace('~', "~0").replace('/', "~1");
        return at(&format!("/{step}"), format!("is not a field here; expected {expected}"));
    }
    let fits = |text: &&str| {
        !text.trim().is_empty() && text.chars().count() <= REASON_CHARS_MAX && !text.chars().any(char::is_control)
    };
    match fields.get("reason") {
        None => Ok(None),
        Some(value) => match value.as_str().filter(fits) {
            Some(text) => Ok(Some(text.to_owned())),
            None => at(
                "/reason",
                format!("expected 1–{REASON_CHARS_MAX} characters on one line"),
            ),
        },
    }
}
