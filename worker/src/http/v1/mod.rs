//! The API, version 1.

pub(crate) mod accounts;
mod batch;
pub(crate) mod events;
#[cfg(test)]
mod fuzz;
mod list;
mod orders;
pub(crate) mod signals;
mod timeline;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domorder_jobs::ledger::Ledger;
use domorder_jobs::order::OrderId;
use domorder_jobs::view::OrderView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::problem::Problem;
use crate::listing::view;

pub(crate) use batch::BatchLine;
pub(crate) use events::CloudEvent;

/// All routes, each with its description.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(orders::submit, list::list))
        .routes(routes!(batch::submit_batch))
        .routes(routes!(orders::show))
        .routes(routes!(orders::show_by_key))
        .routes(routes!(timeline::timeline))
        .routes(routes!(signals::auth_code))
        .routes(routes!(signals::cancel))
        .routes(routes!(signals::retry))
        .routes(routes!(signals::check_now))
        .routes(routes!(signals::resend_approval))
        .routes(routes!(signals::resolve))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::pause))
        .routes(routes!(accounts::resume))
        .routes(routes!(events::list))
        .routes(routes!(events::stream))
}

/// The one variable part of a path, decoded.
struct Segment(String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => Ok(Self(text)),
            // Bytes that are no text name nothing.
            Err(_) => Err(Problem::no_order()),
        }
    }
}

/// The order that a path names.
struct Named(OrderId);

impl FromRequestParts<Api> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Segment(text) = Segment::from_request_parts(parts, api).await?;
        text.parse().map(Self).map_err(|_| Problem::no_order())
    }
}

/// The order of an id.
async fn read(ledger: &Ledger, id: OrderId) -> Result<OrderView, Problem> {
    if id.shard() >= ledger.shards() {
        return Err(Problem::no_order());
    }
    let found = ledger.read(&[id.to_string()]).await;
    let stored = found.map_err(|error| Problem::ledger(&error))?.pop().flatten();
    let stored = stored.ok_or_else(Problem::no_order)?;
    view(&stored).ok_or_else(|| {
        tracing::error!(order.id = %id, "the order's record cannot be read; see `domorder doctor`");
        Problem::internal()
    })
}
