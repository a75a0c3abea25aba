//! Calls on domains that spend money, and the privacy switch (fact sheet §3.1, §4, §11).

use secrecy::SecretString;

use super::super::endpoints::domains as rows;
use super::super::wire::ActionResponse;
use super::{Client, Draft, Reply};
use crate::http::{SendError, Visit};
use crate::provider::InvoiceOption;

/// The four contacts by id; `-1` where the TLD wants none in that role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FourContacts {
    /// The holder.
    pub registrant: String,
    /// Administrative.
    pub admin: String,
    /// Technical.
    pub tech: String,
    /// Billing.
    pub billing: String,
}

impl FourContacts {
    pub(super) fn put(&self, draft: Draft) -> Draft {
        draft
            .set("reg-contact-id", &self.registrant)
            .set("admin-contact-id", &self.admin)
            .set("tech-contact-id", &self.tech)
            .set("billing-contact-id", &self.billing)
    }
}

/// What `domains/register` is told.
#[derive(Debug, Clone)]
pub struct RegisterRequest<'a> {
    /// Unicode or punycode.
    pub domain: &'a str,
    /// 1–10.
    pub years: u8,
    /// 2–13 host names; the provider resolves them.
    pub nameservers: &'a [String],
    /// The customer that will hold it.
    pub customer: &'a str,
    /// The contacts.
    pub contacts: FourContacts,
    /// Customer invoice.
    pub invoice: InvoiceOption,
    /// Renewal by the provider itself.
    pub auto_renew: bool,
    /// Buys whois privacy along; `None` says nothing.
    pub purchase_privacy: Option<bool>,
    /// Switches it on; `None` says nothing.
    pub protect_privacy: Option<bool>,
    /// TLD-specific details, as numbered pairs.
    pub attributes: &'a [(String, String)],
    /// A discount, a decimal.
    pub discount: Option<&'a str>,
    /// Buys premium DNS along.
    pub premium_dns: Option<bool>,
}

/// What `domains/transfer` is told.
#[derive(Debug, Clone)]
pub struct TransferRequest<'a> {
    /// Unicode or punycode.
    pub domain: &'a str,
    /// The EPP secret; most TLDs need one.
    pub auth_code: Option<&'a SecretString>,
    /// At most 13; none: as they are.
    pub nameservers: &'a [String],
    /// The customer that will hold it.
    pub customer: &'a str,
    /// The contacts.
    pub contacts: FourContacts,
    /// Customer invoice.
    pub invoice: InvoiceOption,
    /// Renewal by the provider itself.
    pub auto_renew: bool,
    /// Buys whois privacy along; `None` says nothing.
    pub purchase_privacy: Option<bool>,
    /// Switches it on; `None` says nothing.
    pub protect_privacy: Option<bool>,
    /// Buys premium DNS along.
    pub premium_dns: Option<bool>,
    /// `cedcontactid`, `type`, `premiumprice`, `tnc`, as numbered pairs.
    pub attributes: &'a [(String, String)],
}

/// What `domains/renew` is told.
#[derive(Debug, Clone)]
pub struct RenewRequest<'a> {
    /// The domain order.
    pub order_id: &'a str,
    /// 1–10.
    pub years: u8,
    /// The current end in epoch seconds. Always the *stored* one: a fresh one would let a second renewal through.
    pub current_end: i64,
    /// Renewal by the provider itself from now on.
    pub auto_renew: bool,
    /// Customer invoice.
    pub invoice: InvoiceOption,
    /// Buys whois privacy along; `None` says nothing.
    pub purchase_privacy: Option<bool>,
    /// `premium` = `true` for premium names.
    pub attributes: &'a [(String, String)],
    /// A discount, a decimal.
    pub discount: Option<&'a str>,
    /// Buys premium DNS along.
    pub premium_dns: Option<bool>,
}

pub(super) fn pairs(attributes: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

impl Client {
    /// POST `domains/register`: a new name. Spends money, and debits at once with `NoInvoice`.
    ///
    /// Not to be repeated blindly: look the name up first; the registry lets it be registered once (§11). An answer
    /// with an order id may still be an order held for money (§8.2). Source: §3.1 \[S\]\[K\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn register(
        &self,
        via: &mut Visit,
        order: &RegisterRequest<'_>,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::REGISTER)
            .set("domain-name", order.domain)
            .set("years", order.years)
            .list("ns", order.nameservers)
            .set("customer-id", order.customer);
        let draft = order
            .contacts
            .put(draft)
            .set("invoice-option", order.invoice.as_str())
            .set("auto-renew", order.auto_renew)
            .some("purchase-privacy", order.purchase_privacy)
            .some("protect-privacy", order.protect_privacy)
            .pairs("attr", pairs(order.attributes))
            .some("discount-amount", order.discount)
            .some("purchase-premium-dns", order.premium_dns);
        self.write(via, draft).await
    }

    /// POST `domains/transfer`: moves a name here, with a year's renewal. Spends money.
    ///
    /// Not to be repeated blindly: look it up first; one transfer of a name can be pending (§11). Takes five to seven
    /// days, and stalls where the code is wrong or the name locked (§10). Source: §3.1 \[S name\]\[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn transfer(
        &self,
        via: &mut Visit,
        order: &TransferRequest<'_>,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let mut draft = self.draft(&rows::TRANSFER).set("domain-name", order.domain);
        if let Some(code) = order.auth_code {
            draft = draft.secret("auth-code", code);
        }
        let draft = draft.list("ns", order.nameservers).set("customer-id", order.customer);
        let draft = order
            .contacts
            .put(draft)
            .set("invoice-option", order.invoice.as_str())
            .set("auto-renew", order.auto_renew)
            .some("purchase-privacy", order.purchase_privacy)
            .some("protect-privacy", order.protect_privacy)
            .some("purchase-premium-dns", order.premium_dns)
            .pairs("attr", pairs(order.attributes));
        self.write(via, draft).await
    }

    /// POST `domains/renew`: more years. Spends money.
    ///
    /// May be repeated with the *same* `current_end` only: a second renewal is then refused with "Domain already
    /// renewed." (§11). Source: §3.1 \[S\]\[K\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn renew(&self, via: &mut Visit, order: &RenewRequest<'_>) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::RENEW)
            .set("order-id", order.order_id)
            .set("years", order.years)
            .set("exp-date", order.current_end)
            .set("auto-renew", order.auto_renew)
            .set("invoice-option", order.invoice.as_str())
            .some("purchase-privacy", order.purchase_privacy)
            .pairs("attr", pairs(order.attributes))
            .some("discount-amount", order.discount)
            .some("purchase-premium-dns", order.premium_dns);
        self.write(via, draft).await
    }

    /// POST `domains/restore`: brings a deleted name back (`Pending Delete Restorable`). Spends money, usually much.
    ///
    /// Not to be repeated blindly: its status must be restorable, so look first (§11). Source: §3.1 \[S name\]\[K\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn restore(
        &self,
        via: &mut Visit,
        order_id: &str,
        invoice: InvoiceOption,
        discount: Option<&str>,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::RESTORE)
            .set("order-id", order_id)
            .set("invoice-option", invoice.as_str())
            .some("discount-amount", discount);
        self.write(via, draft).await
    }

    /// POST `domains/purchase-privacy`: buys whois privacy. Spends money.
    ///
    /// Not to be repeated blindly: read `privacyprotectendtime` first. Source: §3.1 \[K\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn purchase_privacy(
        &self,
        via: &mut Visit,
        order_id: &str,
        invoice: InvoiceOption,
        discount: Option<&str>,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::PURCHASE_PRIVACY)
            .set("order-id", order_id)
            .set("invoice-option", invoice.as_str())
            .some("discount-amount", discount);
        self.write(via, draft).await
    }

    /// POST `domains/modify-privacy-protection`: switches bought privacy on or off, and says why. Free; sets a value, so
    /// it may be repeated. Answers invoice fields even at a price of nothing. Source: §3.1 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn modify_privacy(
        &self,
        via: &mut Visit,
        order_id: &str,
        protect: bool,
        reason: &str,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = self
            .draft(&rows::MODIFY_PRIVACY)
            .set("order-id", order_id)
            .set("protect-privacy", protect)
            .set("reason", reason);
        self.write(via, draft).await
    }
}
