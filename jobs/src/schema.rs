//! JSON schemas of this crate's own texts, for an OpenAPI document.

use std::borrow::Cow;

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::order::{IdempotencyKey, OrderId};

fn text(description: &str, pattern: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern(Some(pattern))
        .examples([serde_json::Value::from(example)])
}

/// A closed set of words.
pub(crate) fn words(words: &[&'static str]) -> RefOr<Schema> {
    let words = words.iter().copied();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .into()
}

impl PartialSchema for OrderId {
    fn schema() -> RefOr<Schema> {
        let pattern = "^[0-9]{1,5}-[0-9A-HJKMNP-TV-Z]{26}$";
        text(
            "An order's id: the partition that keeps it, and a ULID",
            pattern,
            "0-01K9ZJ4R7QWX5T3V8M2N6P1D0E",
        )
        .into()
    }
}

impl ToSchema for OrderId {
    fn name() -> Cow<'static, str> {
        "OrderId".into()
    }
}

impl PartialSchema for IdempotencyKey {
    fn schema() -> RefOr<Schema> {
        text("The producer's own name for an order", "^[ -~]+$", "invoice-20931")
            .min_length(Some(1))
            .max_length(Some(200))
            .into()
    }
}

impl ToSchema for IdempotencyKey {
    fn name() -> Cow<'static, str> {
        "IdempotencyKey".into()
    }
}
