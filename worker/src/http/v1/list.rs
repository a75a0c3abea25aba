//! Orders by state and other marks, in pages.

use axum::Json;
use domorder_jobs::domain_name::host;
use domorder_jobs::ledger::Filter;
use domorder_jobs::state::{Kind, Needs, State};
use domorder_jobs::view::OrderView;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::Ready;
use super::super::auth::{Allowed, READ};
use super::super::params::Params;
use super::super::problem::Problem;
use crate::listing::{Place, Wanted};

const LIMIT_MAX: usize = 200;
const LIMIT: usize = 50;
/// Pages of the ledger that are read for one of ours: where few fit, a page is short, and the cursor goes on.
const LOOKS_MAX: usize = 4;

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderPage {
    /// Those first that came into their state last. May be fewer than asked for although more follow.
    orders: Vec<OrderView>,
    /// Where the next page begins; nothing follows where it is `null`.
    next_cursor: Option<String>,
}

/// Lists orders
#[utoipa::path(
    get, path = "/v1/orders", operation_id = "listOrders", tag = "orders",
    params(
        ("state" = Option<Vec<State>>, Query, style = Form, explode = false, min_items = 1, description = "In one of these states"),
        ("kind" = Option<Kind>, Query, description = "Of this kind"),
        ("account" = Option<String>, Query, min_length = 1, description = "Of this account"),
        ("domain" = Option<String>, Query, min_length = 1, description = "About this name, in Unicode or punycode"),
        ("needs" = Option<Needs>, Query, description = "That ask a person for this"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "At most so many, 50 if not said"),
        ("cursor" = Option<String>, Query, pattern = "^[A-Za-z0-9_-]+$", description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page of orders", body = OrderPage)),
    security(("bearer" = ["orders:read"])),
)]
pub(super) async fn list(
    _: Allowed<READ>,
    mut params: Params,
    Ready(backend): Ready,
) -> Result<Json<OrderPage>, Problem> {
    let filter = Filter {
        states: params.words("state", State::ALL),
        kind: params.word("kind", Kind::ALL),
        account: params.read("account", "an account's name", |text| {
            (!text.is_empty()).then(|| text.to_owned())
        }),
        resource: params.read("domain", "a domain name", |text| host(text).ok()),
    };
    let needs = params.word("needs", Needs::ALL);
    let limit = params.number("limit", 1, LIMIT_MAX, LIMIT);
    let from = params.read("cursor", "`next_cursor` of a page before", Place::opened);
    params.finish()?;
    let wanted = Wanted::new(filter, needs);
    let found = wanted.page(&backend.ledger, from, limit, LOOKS_MAX).await;
    let found = found.map_err(|error| Problem::ledger(&error))?;
    for id in &found.damaged {
        tracing::warn!(
            order.id = id,
            "the order's record cannot be read; see `domorder doctor`"
        );
    }
    Ok(Json(OrderPage {
        orders: found.orders.into_iter().map(|(_, view)| view).collect(),
        next_cursor: found.next.map(|place| place.sealed()),
    }))
}
