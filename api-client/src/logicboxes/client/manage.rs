//! Calls that change a domain order without a charge (fact sheet §3.3). Parameters and answers are from the vendor's
//! knowledge base and public clients; the source documents name the operations only, the .UK release excepted.

use secrecy::SecretString;

use super::super::endpoints::manage as rows;
use super::super::wire::{ActionResponse, Body, Done};
use super::{Client, Draft, FourContacts, Reply};
use crate::endpoint::Endpoint;
use crate::http::{SendError, Visit};

type Action = Result<Reply<ActionResponse>, SendError>;

impl Client {
    fn on_order(&self, row: &'static Endpoint, order_id: &str) -> Draft {
        self.draft(row).set("order-id", order_id)
    }

    /// POST `domains/modify-ns`: sets the name servers. May be repeated. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn modify_ns(&self, via: &mut Visit, order_id: &str, nameservers: &[String]) -> Action {
        let draft = self.on_order(&rows::MODIFY_NS, order_id).list("ns", nameservers);
        self.write(via, draft).await
    }

    /// POST `domains/modify-contact`: sets the four contacts. May be repeated. A change of the holder locks the name for
    /// sixty days unless opted out. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn modify_contact(
        &self,
        via: &mut Visit,
        order_id: &str,
        contacts: &FourContacts,
        sixty_day_lock_optout: Option<bool>,
        designated_agent: Option<bool>,
    ) -> Action {
        let draft = contacts
            .put(self.on_order(&rows::MODIFY_CONTACT, order_id))
            .some("sixty-day-lock-optout", sixty_day_lock_optout)
            .some("designated-agent", designated_agent);
        self.write(via, draft).await
    }

    /// POST `domains/modify-auth-code`: sets the auth code. May be repeated. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn modify_auth_code(&self, via: &mut Visit, order_id: &str, auth_code: &SecretString) -> Action {
        let draft = self
            .on_order(&rows::MODIFY_AUTH_CODE, order_id)
            .secret("auth-code", auth_code);
        self.write(via, draft).await
    }

    /// POST `domains/enable-theft-protection`: locks a name against transfers. May be repeated. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn enable_theft_protection(&self, via: &mut Visit, order_id: &str) -> Action {
        self.write(via, self.on_order(&rows::ENABLE_THEFT_PROTECTION, order_id))
            .await
    }

    /// POST `domains/disable-theft-protection`: unlocks a name. May be repeated. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn disable_theft_protection(&self, via: &mut Visit, order_id: &str) -> Action {
        self.write(via, self.on_order(&rows::DISABLE_THEFT_PROTECTION, order_id))
            .await
    }

    /// POST `domains/add-cns`: adds a child name server. A repeat is refused as already there. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn add_cns(&self, via: &mut Visit, order_id: &str, cns: &str, ips: &[String]) -> Action {
        let draft = self.on_order(&rows::ADD_CNS, order_id).set("cns", cns).list("ip", ips);
        self.write(via, draft).await
    }

    /// POST `domains/modify-cns-name`: renames a child name server. A repeat is refused, harmlessly. Source: §3.3
    /// \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn modify_cns_name(&self, via: &mut Visit, order_id: &str, old: &str, new: &str) -> Action {
        let draft = self
            .on_order(&rows::MODIFY_CNS_NAME, order_id)
            .set("old-cns", old)
            .set("new-cns", new);
        self.write(via, draft).await
    }

    /// POST `domains/modify-cns-ip`: changes an address of a child name server. A repeat is refused, harmlessly. Source:
    /// §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn modify_cns_ip(&self, via: &mut Visit, order_id: &str, cns: &str, old: &str, new: &str) -> Action {
        let draft = self
            .on_order(&rows::MODIFY_CNS_IP, order_id)
            .set("cns", cns)
            .set("old-ip", old)
            .set("new-ip", new);
        self.write(via, draft).await
    }

    /// POST `domains/delete-cns-ip`: takes an address of a child name server away. Not to be repeated blindly. Source:
    /// §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn delete_cns_ip(&self, via: &mut Visit, order_id: &str, cns: &str, ip: &str) -> Action {
        let draft = self
            .on_order(&rows::DELETE_CNS_IP, order_id)
            .set("cns", cns)
            .set("ip", ip);
        self.write(via, draft).await
    }

    /// POST `domains/transfer/submit-auth-code`: hands in the code of a transfer that waits for it. May be repeated.
    /// Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn submit_auth_code(
        &self,
        via: &mut Visit,
        order_id: &str,
        auth_code: &SecretString,
    ) -> Result<Reply<Done>, SendError> {
        let draft = self
            .on_order(&rows::SUBMIT_AUTH_CODE, order_id)
            .secret("auth-code", auth_code);
        self.write(via, draft).await
    }

    /// POST `domains/cancel-transfer`: ends a transfer that still waits; the money returns to the debit account (§10).
    /// Look before repeating. Source: §3.3 \[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn cancel_transfer(&self, via: &mut Visit, order_id: &str) -> Result<Reply<Done>, SendError> {
        self.write(via, self.on_order(&rows::CANCEL_TRANSFER, order_id)).await
    }

    /// POST `domains/resend-rfa`: sends the approval mail again; meaningless since such mails ended in May 2018. May be
    /// repeated. Source: §3.3 \[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn resend_rfa(&self, via: &mut Visit, order_id: &str) -> Result<Reply<Done>, SendError> {
        self.write(via, self.on_order(&rows::RESEND_RFA, order_id)).await
    }

    /// POST `domains/uk/release`: gives a .UK name to another registrar's tag. A tag of two letters gets the `#` it
    /// needs. Not to be repeated blindly. Source: §3.3 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn uk_release(&self, via: &mut Visit, order_id: &str, new_tag: &str) -> Action {
        let tag = super::super::tlds::uk_tag(new_tag);
        let draft = self.on_order(&rows::UK_RELEASE, order_id).set("new-tag", tag);
        self.write(via, draft).await
    }

    /// POST `orders/suspend`: suspends an order of any product. May be repeated. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn suspend(&self, via: &mut Visit, order_id: &str, reason: &str) -> Action {
        let draft = self.on_order(&rows::SUSPEND, order_id).set("reason", reason);
        self.write(via, draft).await
    }

    /// POST `orders/unsuspend`: ends a suspension. May be repeated. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn unsuspend(&self, via: &mut Visit, order_id: &str) -> Action {
        self.write(via, self.on_order(&rows::UNSUSPEND, order_id)).await
    }

    /// POST `domains/delete`: destroys a registration. Not to be repeated blindly. Source: §3.3 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn delete_domain(&self, via: &mut Visit, order_id: &str) -> Action {
        self.write(via, self.on_order(&rows::DELETE, order_id)).await
    }

    /// POST `domains/de/recheck-ns`: has the name servers of a .DE name checked again. May be repeated; answers a
    /// boolean or an object. Source: §3.3 \[S name\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn de_recheck_ns(&self, via: &mut Visit, order_id: &str) -> Result<Reply<Body>, SendError> {
        self.write(via, self.on_order(&rows::DE_RECHECK_NS, order_id)).await
    }

    /// POST `domains/dotxxx/association-details`: sets the membership id of a .xxx name. May be repeated. Source: §3.3
    /// \[S name\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn xxx_association(&self, via: &mut Visit, order_id: &str, association_id: &str) -> Action {
        let draft = self
            .on_order(&rows::ASSOCIATION_DETAILS, order_id)
            .set("association-id", association_id);
        self.write(via, draft).await
    }

    /// POST `domains/tel/modify-whois-pref`: what whois shows of a .TEL name's holder (`Natural` or `Legal`, `Y` or
    /// `N`). May be repeated. Source: §3.3 \[S name\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn tel_whois_pref(&self, via: &mut Visit, order_id: &str, whois_type: &str, publish: &str) -> Action {
        let draft = self
            .on_order(&rows::TEL_WHOIS_PREF, order_id)
            .set("whois-type", whois_type)
            .set("publish", publish);
        self.write(via, draft).await
    }

    /// POST `domains/raa/resend-verification`: sends the registrant's verification mail again. May be repeated. Source:
    /// §3.3 \[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn raa_resend(&self, via: &mut Visit, order_id: &str) -> Result<Reply<Done>, SendError> {
        self.write(via, self.on_order(&rows::RAA_RESEND, order_id)).await
    }
}
