//! Business Email (fact sheet §3.6, §9). Renewals and changes of the count are relative; the order tells before and after.

use super::super::endpoints::email as rows;
use super::super::wire::{ActionResponse, EmailDetails, Fields, Id, OrderRow, Page};
use super::{Client, OrderQuery, Reads, Reply};
use crate::http::{SendError, Visit};
use crate::provider::{EmailCreate, EmailRenew, InvoiceOption, Trouble};

impl Client {
    /// POST `eelite/<region>/add`: a new email order. Spends money. Look first: whether a second one for a domain is
    /// refused is not verified (§11, §13). Source: §3.6 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_add(&self, via: &mut Visit, order: &EmailCreate) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::ADD)
            .set("domain-name", &order.domain)
            .set("customer-id", &order.customer)
            .set("months", order.months)
            .set("no-of-accounts", order.accounts)
            .set("auto-renew", order.auto_renew)
            .set("invoice-option", order.invoice.as_str());
        self.write(via, draft).await
    }

    /// POST `eelite/<region>/renew`: more months. Spends money, and nothing refuses a repeat. Source: §3.6 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_renew(
        &self,
        via: &mut Visit,
        order_id: &str,
        order: &EmailRenew,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::RENEW)
            .set("order-id", order_id)
            .set("months", order.months)
            .set("auto-renew", order.auto_renew)
            .set("invoice-option", order.invoice.as_str())
            .some("no-of-accounts", order.additional_accounts);
        self.write(via, draft).await
    }

    /// POST `eelite/<region>/add-email-account`: more mailboxes. Spends money, and nothing refuses a repeat. Source:
    /// §3.6 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_add_accounts(
        &self,
        via: &mut Visit,
        order_id: &str,
        accounts: u32,
        invoice: InvoiceOption,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::ADD_ACCOUNTS)
            .set("order-id", order_id)
            .set("no-of-accounts", accounts)
            .set("invoice-option", invoice.as_str());
        self.write(via, draft).await
    }

    /// POST `eelite/<region>/delete-email-account`: fewer mailboxes. Free; destroys mail; nothing refuses a repeat.
    /// Source: §3.6 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_delete_accounts(
        &self,
        via: &mut Visit,
        order_id: &str,
        accounts: u32,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::DELETE_ACCOUNTS)
            .set("order-id", order_id)
            .set("no-of-accounts", accounts);
        self.write(via, draft).await
    }

    /// POST `eelite/<region>/delete`: the end of an email order. Free; destroys mail. Source: §3.6 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_delete(&self, via: &mut Visit, order_id: &str) -> Result<Reply<ActionResponse>, SendError> {
        self.write(via, self.draft(&rows::DELETE).set("order-id", order_id))
            .await
    }
}

impl Reads<'_> {
    /// GET `eelite/<region>/orderid`: the id of a domain's email order; `None`: there is none. Source: §3.6 \[S\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn email_order_id(&mut self, domain: &str) -> Result<Option<String>, Trouble> {
        let draft = self.draft(&rows::ORDER_ID).set("domain-name", domain);
        Ok(self.maybe::<Id>(draft).await?.map(|Id(id)| id))
    }

    /// GET `eelite/<region>/details`: an email order; `None`: there is none of this id. Source: §3.6, §9.2 \[S\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn email_details(&mut self, order_id: &str) -> Result<Option<EmailDetails>, Trouble> {
        self.maybe(self.draft(&rows::DETAILS).set("order-id", order_id)).await
    }

    /// GET `eelite/<region>/search`. The provider matches *parts* of names: filter by the exact one afterwards.
    /// Deleted orders stay visible for about 30 days. Source: §3.6, §6 \[P\].
    ///
    /// # Errors
    /// The trouble, where the search failed. Nothing found is an empty page.
    pub async fn email_search(&mut self, query: &OrderQuery<'_>) -> Result<Page<OrderRow>, Trouble> {
        let draft = query.put(self.draft(&rows::SEARCH));
        self.value(draft).await
    }

    /// GET `eelite/<region>/dns-record`: the MX records an email order needs; the keys are not documented. Source: §3.6
    /// \[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn email_dns_record(&mut self, order_id: &str) -> Result<Fields, Trouble> {
        self.value(self.draft(&rows::DNS_RECORD).set("order-id", order_id))
            .await
    }
}
