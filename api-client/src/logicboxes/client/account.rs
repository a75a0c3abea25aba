//! Actions, money and prices (fact sheet §3.7).

use super::super::answer::Answer;
use super::super::endpoints::account as rows;
use super::super::wire::{ActionRow, Page, Prices, ResellerBalance};
use super::{Reads, read_value};
use crate::provider::Trouble;

/// Which of the two action lists: finished actions move from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archive {
    /// `actions/search-current`.
    Current,
    /// `actions/search-archived`.
    Archived,
}

/// What an action search is asked for. Filters by word are to be used with care: the exact words of some action types are
/// not documented (§13).
#[derive(Debug, Clone, Default)]
pub struct ActionQuery<'a> {
    /// Rows of a page, 10 to 500.
    pub rows: u32,
    /// From 1.
    pub page_no: u32,
    /// These actions only.
    pub eaq_ids: &'a [&'a str],
    /// Actions on these orders only.
    pub order_ids: &'a [&'a str],
    /// Of these products only.
    pub entity_type_ids: &'a [&'a str],
    /// In these states only (§7.2).
    pub statuses: &'a [&'a str],
    /// Of these types only (§7.1).
    pub types: &'a [&'a str],
}

impl Reads<'_> {
    /// GET `actions/search-current` or `actions/search-archived`. "No match in both" means that the action never
    /// existed. Source: §3.7 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the search failed. Nothing found is an empty page, though the provider calls it an error.
    pub async fn actions(&mut self, archive: Archive, query: &ActionQuery<'_>) -> Result<Page<ActionRow>, Trouble> {
        let row = match archive {
            Archive::Current => &rows::ACTIONS_CURRENT,
            Archive::Archived => &rows::ACTIONS_ARCHIVED,
        };
        let draft = self
            .draft(row)
            .set("no-of-records", query.rows)
            .set("page-no", query.page_no)
            .list("eaq-id", query.eaq_ids)
            .list("order-id", query.order_ids)
            .list("entity-type-id", query.entity_type_ids)
            .list("action-status", query.statuses)
            .list("action-type", query.types);
        self.get(draft, |answer| match answer {
            Answer::Said(said) if said.class().is_none() && said.message.is_no_match() => Some(Ok(Page {
                total: 0,
                rows: Vec::new(),
            })),
            _ => read_value(answer),
        })
        .await
    }

    /// GET `billing/reseller-balance`: our own money, a decimal. Source: §3.7 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the read failed.
    pub async fn reseller_balance(&mut self) -> Result<ResellerBalance, Trouble> {
        let reseller = self.client.credential.auth_userid().to_owned();
        self.value(self.draft(&rows::RESELLER_BALANCE).set("reseller-id", reseller))
            .await
    }

    /// GET `products/reseller-price`: what a sub-reseller pays. Cache it (§1). Source: §3.7 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the read failed.
    pub async fn reseller_prices(&mut self, reseller: Option<&str>) -> Result<Prices, Trouble> {
        self.value(self.draft(&rows::RESELLER_PRICE).some("reseller-id", reseller))
            .await
    }

    /// GET `products/customer-price`: what customers pay. Cache it (§1). Source: §3.7 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the read failed.
    pub async fn customer_prices(&mut self, customer: Option<&str>) -> Result<Prices, Trouble> {
        self.value(self.draft(&rows::CUSTOMER_PRICE).some("customer-id", customer))
            .await
    }

    /// GET `products/reseller-cost-price`: what the reseller pays. Cache it (§1). Source: §3.7 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the read failed.
    pub async fn reseller_cost_prices(&mut self, reseller: Option<&str>) -> Result<Prices, Trouble> {
        self.value(self.draft(&rows::RESELLER_COST_PRICE).some("reseller-id", reseller))
            .await
    }

    /// GET `products/category-keys-mapping`: product keys by category. Cache it (§1). Source: §3.7 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the read failed.
    pub async fn category_keys(&mut self) -> Result<Prices, Trouble> {
        self.value(self.draft(&rows::CATEGORY_KEYS)).await
    }
}
