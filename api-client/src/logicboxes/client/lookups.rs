//! Reads about domains (fact sheet §3.2, §5, §6). They cost nothing and may be repeated.

use jiff::Timestamp;

use super::super::endpoints::lookups as rows;
use super::super::wire::{
    Availabilities, DomainDetails, Done, Fields, Id, Locks, OrderRow, Page, PremiumNames, Suggestions,
};
use super::{Draft, Reads};
use crate::provider::Trouble;

/// What a search of orders is asked for (§6). Names match in *part*: filter by the exact one afterwards.
#[derive(Debug, Clone, Default)]
pub struct OrderQuery<'a> {
    /// Rows of a page, 10 to 500.
    pub rows: u32,
    /// From 1.
    pub page_no: u32,
    /// `orderid`, `endtime`, …, perhaps with ` desc`.
    pub order_by: Option<&'a str>,
    /// These orders only.
    pub order_ids: &'a [String],
    /// Orders of these resellers only.
    pub reseller_ids: &'a [String],
    /// Orders of these customers only.
    pub customer_ids: &'a [String],
    /// Sub-resellers' orders too.
    pub show_child_orders: Option<bool>,
    /// These products only.
    pub product_keys: &'a [String],
    /// These states only (§7.3); none: all.
    pub statuses: &'a [String],
    /// Part of a name.
    pub domain: Option<&'a str>,
    /// `true`, `false` or `na`.
    pub privacy_enabled: Option<&'a str>,
    /// Made from here on.
    pub created_from: Option<Timestamp>,
    /// Made until here.
    pub created_until: Option<Timestamp>,
    /// Ending from here on.
    pub ends_from: Option<Timestamp>,
    /// Ending until here.
    pub ends_until: Option<Timestamp>,
}

impl<'a> OrderQuery<'a> {
    /// A page of everything.
    #[must_use]
    pub fn page(rows: u32, page_no: u32) -> Self {
        Self {
            rows,
            page_no,
            ..Self::default()
        }
    }

    /// The same, of names that hold this part.
    #[must_use]
    pub fn named(mut self, domain: &'a str) -> Self {
        self.domain = Some(domain);
        self
    }

    pub(super) fn put(&self, draft: Draft) -> Draft {
        let second = |at: Option<Timestamp>| at.map(Timestamp::as_second);
        draft
            .set("no-of-records", self.rows)
            .set("page-no", self.page_no)
            .some("order-by", self.order_by)
            .list("order-id", self.order_ids)
            .list("reseller-id", self.reseller_ids)
            .list("customer-id", self.customer_ids)
            .some("show-child-orders", self.show_child_orders)
            .list("product-key", self.product_keys)
            .list("status", self.statuses)
            .some("domain-name", self.domain)
            .some("privacy-enabled", self.privacy_enabled)
            .some("creation-date-start", second(self.created_from))
            .some("creation-date-end", second(self.created_until))
            .some("expiry-date-start", second(self.ends_from))
            .some("expiry-date-end", second(self.ends_until))
    }
}

/// What `domains/premium/available` is asked for.
#[derive(Debug, Clone, Default)]
pub struct PremiumQuery<'a> {
    /// What the names resemble.
    pub keyword: &'a str,
    /// Under which TLDs.
    pub tlds: &'a [String],
    /// At most this price, a decimal.
    pub price_high: Option<&'a str>,
    /// At least this price, a decimal.
    pub price_low: Option<&'a str>,
    /// How many.
    pub results: Option<u32>,
}

impl Reads<'_> {
    /// GET `domains/available`: every label (without TLD) under every TLD. At most five names of one Donuts group and
    /// fifteen of .CA in a call, or all come back unknown (§1). `suggest_alternative` is of old. Source: §3.2 \[S\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn available(
        &mut self,
        labels: &[&str],
        tlds: &[&str],
        suggest_alternative: Option<bool>,
    ) -> Result<Availabilities, Trouble> {
        let draft = self
            .draft(&rows::AVAILABLE)
            .list("domain-name", labels)
            .list("tlds", tlds)
            .some("suggest-alternative", suggest_alternative);
        self.value(draft).await
    }

    /// GET `domains/idn-available`: labels in punycode under one TLD, in one language. Source: §3.2 \[S name\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn idn_available(
        &mut self,
        labels: &[&str],
        tld: &str,
        language: &str,
    ) -> Result<Availabilities, Trouble> {
        let draft = self
            .draft(&rows::IDN_AVAILABLE)
            .list("domain-name", labels)
            .set("tld", tld)
            .set("idnLanguageCode", language);
        self.value(draft).await
    }

    /// GET `domains/premium/available`: premium names for a keyword. Source: §3.2 \[S name\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn premium_available(&mut self, query: &PremiumQuery<'_>) -> Result<PremiumNames, Trouble> {
        let draft = self
            .draft(&rows::PREMIUM_AVAILABLE)
            .set("key-word", query.keyword)
            .list("tlds", query.tlds)
            .some("price-high", query.price_high)
            .some("price-low", query.price_low)
            .some("no-of-results", query.results);
        self.value(draft).await
    }

    /// GET `domains/v5/suggest-names`: names that resemble a keyword. Source: §3.2 \[S name\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn suggest_names(
        &mut self,
        keyword: &str,
        tlds: &[&str],
        exact_match: Option<bool>,
        adult: Option<bool>,
    ) -> Result<Suggestions, Trouble> {
        let draft = self
            .draft(&rows::SUGGEST_NAMES)
            .set("keyword", keyword)
            .list("tld-only", tlds)
            .some("exact-match", exact_match)
            .some("adult", adult);
        self.value(draft).await
    }

    /// GET `domains/validate-transfer`: whether a name can be transferred here; `None`: it is free, so there is nothing
    /// to transfer. A refusal in the words that transfers are refused by is a no. Yes is no promise: locked and too young names fail later (§10). Source: §3.2 \[S name\]\[K\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn validate_transfer(&mut self, domain: &str) -> Result<Option<bool>, Trouble> {
        use super::super::answer::Answer;
        use super::super::error::Class;
        use crate::provider::RejectionClass;
        let draft = self.draft(&rows::VALIDATE_TRANSFER).set("domain-name", domain);
        self.get(draft, |answer| match answer {
            Answer::Said(said) => match said.class() {
                Some(Class::Refused(RejectionClass::NotFound)) => Some(Ok(None)),
                Some(Class::Refused(RejectionClass::Locked | RejectionClass::TooYoung)) => Some(Ok(Some(false))),
                _ => None,
            },
            _ => super::read_value::<Done>(answer).map(|done| done.map(|Done(yes)| Some(yes))),
        })
        .await
    }

    /// GET `domains/orderid`: the order id of a name; `None`: the account has no such order, or its transfer failed.
    /// Source: §3.2 \[S name\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn domain_order_id(&mut self, domain: &str) -> Result<Option<String>, Trouble> {
        let draft = self.draft(&rows::ORDER_ID).set("domain-name", domain);
        Ok(self.maybe::<Id>(draft).await?.map(|Id(id)| id))
    }

    /// GET `domains/details`: a domain order with what the options ask for (§5.1); `None`: there is none of this id.
    /// `All` and `OrderDetails` bring the auth code along. Source: §3.2, §5 \[S name\]\[K\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn domain_details(&mut self, order_id: &str, options: &[&str]) -> Result<Option<DomainDetails>, Trouble> {
        let draft = self
            .draft(&rows::DETAILS)
            .set("order-id", order_id)
            .list("options", options);
        self.maybe(draft).await
    }

    /// GET `domains/details-by-name`: the same by name. Source: §3.2, §5 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn domain_details_by_name(
        &mut self,
        domain: &str,
        options: &[&str],
    ) -> Result<Option<DomainDetails>, Trouble> {
        let draft = self
            .draft(&rows::DETAILS_BY_NAME)
            .set("domain-name", domain)
            .list("options", options);
        self.maybe(draft).await
    }

    /// GET `domains/search`: domain orders. Deleted ones stay visible for about 30 days, and a failed transfer is found
    /// here only. Source: §3.2, §6 \[S name\]\[K\].
    ///
    /// # Errors
    /// The trouble, where the search failed. Nothing found is an empty page.
    pub async fn domain_search(&mut self, query: &OrderQuery<'_>) -> Result<Page<OrderRow>, Trouble> {
        let draft = query.put(self.draft(&rows::SEARCH));
        self.value(draft).await
    }

    /// GET `domains/customer-default-ns`: a customer's default name servers. Source: §3.2 \[S\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn customer_default_ns(&mut self, customer: &str) -> Result<Vec<String>, Trouble> {
        let draft = self.draft(&rows::CUSTOMER_DEFAULT_NS).set("customer-id", customer);
        self.value(draft).await
    }

    /// GET `domains/locks`: the locks on a domain order. Source: §3.2 \[S name\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn locks(&mut self, order_id: &str) -> Result<Locks, Trouble> {
        let draft = self.draft(&rows::LOCKS).set("order-id", order_id);
        self.value(draft).await
    }

    /// GET `domains/tel/cth-details`: the Telhosting login of a .TEL name; its fields are not documented, and it may
    /// hold a password. Source: §3.2 \[S name\]\[K\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn tel_cth_details(&mut self, order_id: &str) -> Result<Fields, Trouble> {
        let draft = self.draft(&rows::TEL_CTH_DETAILS).set("order-id", order_id);
        self.value(draft).await
    }
}
