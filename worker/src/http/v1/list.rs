//! Orders by state and other marks, in pages.

use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domorder_jobs::domain_name::host;
use domorder_jobs::ledger::Filter;
use domorder_jobs::order::OrderId;
use domorder_jobs::state::{Kind, Needs, State};
use domorder_jobs::view::OrderView;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::Ready;
use super::super::auth::{Allowed, READ};
use super::super::params::Params;
use super::super::problem::Problem;
use super::view;

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
    let mut filter = Filter {
        states: params.words("state", State::ALL),
        kind: params.word("kind", Kind::ALL),
        account: params.read("account", "an account's name", |text| {
            (!text.is_empty()).then(|| text.to_owned())
        }),
        resource: params.read("domain", "a domain name", |text| host(text).ok()),
    };
    let needs = params.word("needs", Needs::ALL);
    let limit = params.number("limit", 1, LIMIT_MAX, LIMIT);
    let mut cursor = params.read("cursor", "`next_cursor` of a page before", opened);
    params.finish()?;
    let mut orders = Vec::new();
    if needs.is_some() {
        // Nobody is asked in another state.
        if !filter.states.is_empty() && !filter.states.contains(&State::ActionRequired) {
            return Ok(Json(OrderPage {
                orders,
                next_cursor: None,
            }));
        }
        filter.states = vec![State::ActionRequired];
    }
    for _ in 0..LOOKS_MAX {
        let page = backend
            .ledger
            .list(&filter, cursor.as_deref(), limit - orders.len())
            .await;
        let page = page.map_err(|error| Problem::ledger(&error))?;
        for listed in &page.orders {
            match view(&listed.order) {
                Some(view) if needs.is_none() || view.needs == needs => orders.push(view),
                Some(_) => {}
                // One that is damaged must not hide the others.
                None => tracing::warn!(
                    order.id = listed.order.id,
                    "the order's record cannot be read; see `domorder doctor`"
                ),
            }
        }
        cursor = page.next_cursor;
        if cursor.is_none() || orders.len() == limit {
            break;
        }
    }
    let next_cursor = cursor.map(|cursor| URL_SAFE_NO_PAD.encode(cursor));
    Ok(Json(OrderPage { orders, next_cursor }))
}

/// The ledger's own cursor, `<ms>.<order id>`.
pub(super) fn opened(cursor: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (since, id) = text.split_once('.')?;
    let (_, _) = (since.parse::<u64>().ok()?, id.parse::<OrderId>().ok()?);
    Some(text)
}
