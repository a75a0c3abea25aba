//! What a person or a program tells an order. The signal is taken when it is stored; the order hears it at once.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use domorder_jobs::signal::{ResolveOutcome, Signal};
use domorder_jobs::state::SignalName;
use domorder_jobs::validate::DOCUMENT_BYTES_MAX;
use domorder_jobs::view::OrderView;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::auth::{ACT, ADMIN, Allowed, Caller};
use super::super::limits::{content_type, read_body};
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::{Backend, Ready};
use super::{Named, read};
use crate::{clock, metrics as m};

/// A new EPP secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what `Signal::parse` reads")]
pub(crate) struct AuthCodeSignal {
    /// Sealed before it is stored, never shown again.
    #[schema(min_length = 1, max_length = 255, format = Password, write_only, example = "invented-Code-2")]
    auth_code: String,
}

/// What the operator found out at the provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what `Signal::parse` reads")]
pub(crate) struct ResolveSignal {
    /// Whether the effect stands.
    outcome: ResolveOutcome,
    /// How it was found out.
    #[schema(
        min_length = 1,
        max_length = 1000,
        nullable = false,
        example = "seen in the provider's panel"
    )]
    note: String,
}

/// Nothing: the address says it all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoDetails {}

/// One route a signal; their handlers differ in name, scope and body.
macro_rules! signal {
    ($handler:ident, $path:literal, $id:literal, $name:expr, $scope:ident, $word:literal, $body:ty, $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "signals",
            params(("id" = domorder_jobs::order::OrderId, Path, description = "The order's id")),
            request_body(content = $body, content_type = "application/json"),
            responses(
                (status = 202, description = "Taken: the order as it stands", body = OrderView),
                (status = 409, description = "The order's state does not allow it; the detail says why",
                 body = super::super::problem::ProblemDetails, content_type = "application/problem+json"),
            ),
            security(("bearer" = [$word])),
        )]
        pub(super) async fn $handler(
            Allowed(caller): Allowed<$scope>,
            params: Params,
            Ready(backend): Ready,
            Named(id): Named,
            headers: HeaderMap,
            body: Body,
        ) -> Result<(StatusCode, Json<OrderView>), Problem> {
            params.finish()?;
            take(&backend, &caller, id, $name, &headers, body).await
        }
    };
}

signal!(
    auth_code, "/v1/orders/{id}/auth-code", "sendAuthCode", SignalName::AuthCode, ACT, "orders:act", AuthCodeSignal,
    /// Hands in a new auth code
);
signal!(
    cancel, "/v1/orders/{id}/cancel", "cancelOrder", SignalName::Cancel, ACT, "orders:act", Option<NoDetails>,
    /// Calls an order off
);
signal!(
    retry, "/v1/orders/{id}/retry", "retryOrder", SignalName::Retry, ACT, "orders:act", Option<NoDetails>,
    /// Leaves a wait now
);
signal!(
    check_now, "/v1/orders/{id}/check-now", "checkOrderNow", SignalName::CheckNow, ACT, "orders:act", Option<NoDetails>,
    /// Looks now
);
signal!(
    resend_approval, "/v1/orders/{id}/resend-approval", "resendApproval", SignalName::ResendApproval, ACT, "orders:act",
    Option<NoDetails>,
    /// Has the approval mail sent again
);
signal!(
    resolve, "/v1/orders/{id}/resolve", "resolveOrder", SignalName::Resolve, ADMIN, "admin", ResolveSignal,
    /// Decides an order whose outcome nobody else can find out
);

async fn take(
    backend: &Backend,
    caller: &Caller,
    id: domorder_jobs::order::OrderId,
    name: SignalName,
    headers: &HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<OrderView>), Problem> {
    let body = read_body(body, DOCUMENT_BYTES_MAX).await?;
    if !body.is_empty() {
        content_type(headers, &["application/json"])?;
    }
    if id.shard() >= backend.ledger.shards() {
        return Err(Problem::no_order());
    }
    let signal = parsed(name, &body)?;
    hand_in(backend, id, signal.by(&*caller.name)).await?;
    tracing::info!(order.id = %id, signal = %name, caller = &*caller.name, "a signal was taken");
    read(&backend.ledger, id)
        .await
        .map(|view| (StatusCode::ACCEPTED, Json(view)))
}

/// Reads what a signal holds; a refusal is counted.
pub(crate) fn parsed(name: SignalName, body: &[u8]) -> Result<Signal, Problem> {
    Signal::parse(name, body).map_err(|refusal| {
        m::refused("signal_invalid");
        Problem::from(&refusal)
    })
}

/// Hands a signal to its order; a refusal is counted.
pub(crate) async fn hand_in(
    backend: &Backend,
    id: domorder_jobs::order::OrderId,
    signal: Signal,
) -> Result<(), Problem> {
    let taken = backend.producer.signal_order(id, signal, clock::now()).await;
    taken.map_err(|error| {
        if !error.is_temporary() {
            m::refused(error.reason());
        }
        Problem::from(&error)
    })
}
