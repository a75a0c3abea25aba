//! Clients, who are the account's customers (C1 to C5, and the list of the newer document).

use secrecy::SecretString;

use super::super::endpoints::{
    ADD_CLIENT, CHANGE_CLIENT_PASSWORD, CLIENT_SEARCH_LIST, DELETE_CUSTOMER, MODIFY_CLIENT, VIEW_CLIENT,
};
use super::super::verdict;
use super::super::wire::{ClientRow, ClientView, Listing, Node};
use super::contacts::{ContactParams, place};
use super::{Client, Done};
use crate::failure::Failure;
use crate::http::Visit;
use crate::provider::Trouble;

/// A new client. Its name is the contact's name, its `UserName` the contact's mail address.
#[derive(Debug, Clone)]
pub struct ClientParams<'a> {
    /// `FirstName` (the table says `Name`), `UserName`, `CompanyName`, `Address1` and so on.
    pub contact: ContactParams<'a>,
    /// `Password`
    pub password: &'a SecretString,
    /// `Id`: a brand \[P\].
    pub brand: Option<&'a str>,
}

/// What `AddClient` tells of the new client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClient {
    /// `clientId` \[P\]; `None` where the answer is of the documented form, and then [`Client::view_client`] tells it.
    pub id: Option<String>,
    /// What the provider said.
    pub done: Done,
}

/// A changed client; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ClientChange<'a> {
    /// `FirstName`
    pub name: Option<&'a str>,
    /// `UserName`
    pub user_name: Option<&'a str>,
    /// `Password`
    pub password: Option<&'a SecretString>,
    /// `CompanyName`
    pub company: Option<&'a str>,
    /// `Address`, as the sample URL spells it.
    pub address: Option<&'a str>,
    /// `City`
    pub city: Option<&'a str>,
    /// `StateName`
    pub state: Option<&'a str>,
    /// `CountryName`: in English and in full.
    pub country: Option<&'a str>,
    /// `Zip`
    pub zip: Option<&'a str>,
    /// `PhoneNo_cc`, `PhoneNo`
    pub phone: Option<super::Phone<'a>>,
    /// `Faxno_cc`, `FaxNo`
    pub fax: Option<super::Phone<'a>>,
    /// `Alternate_Phone_cc`, `Alternate_Phone`
    pub other_phone: Option<super::Phone<'a>>,
}

/// Parameters of [`CHANGE_CLIENT_PASSWORD`].
#[derive(Debug, Clone)]
pub struct PasswordChange<'a> {
    /// `UserName`: the mail address.
    pub user_name: &'a str,
    /// `OldPassword`
    pub old: &'a SecretString,
    /// `NewPassword` (the table says `Password`).
    pub new: &'a SecretString,
}

impl Client {
    /// Adds a client, for free (C1 \[S\]). A second of the same mail address is refused, so it may be repeated; then
    /// [`Client::view_client`] tells which it is.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn add_client(&self, via: &mut Visit, params: &ClientParams<'_>) -> Result<NewClient, Failure> {
        let contact = &params.contact;
        let request = self
            .request(&ADD_CLIENT)
            .query("FirstName", contact.name)
            .query("UserName", contact.email)
            .query_secret("Password", params.password)
            .query("CompanyName", contact.company)
            .query("Address1", contact.address);
        let request = place(request, contact).query_some("Id", params.brand);
        let made = self.change(via, request).await?;
        let id = made
            .data
            .as_ref()
            .and_then(|data| Node::new(data).get(&["clientId"]))
            .and_then(Node::id);
        Ok(NewClient { id, done: made.done })
    }

    /// Changes a client (C2 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn modify_client(
        &self,
        via: &mut Visit,
        client_id: &str,
        change: &ClientChange<'_>,
    ) -> Result<Done, Failure> {
        let mut request = self
            .request(&MODIFY_CLIENT)
            .query("Id", client_id)
            .query_some("FirstName", change.name)
            .query_some("UserName", change.user_name);
        if let Some(password) = change.password {
            request = request.query_secret("Password", password);
        }
        let request = request
            .query_some("CompanyName", change.company)
            .query_some("Address", change.address)
            .query_some("City", change.city)
            .query_some("StateName", change.state)
            .query_some("CountryName", change.country)
            .query_some("Zip", change.zip)
            .query_some("PhoneNo_cc", change.phone.map(|phone| phone.country_code))
            .query_some("PhoneNo", change.phone.map(|phone| phone.number))
            .query_some("Faxno_cc", change.fax.map(|fax| fax.country_code))
            .query_some("FaxNo", change.fax.map(|fax| fax.number))
            .query_some("Alternate_Phone_cc", change.other_phone.map(|phone| phone.country_code))
            .query_some("Alternate_Phone", change.other_phone.map(|phone| phone.number));
        self.done(via, request).await
    }

    /// A client by its mail address, or `None`: 404 \[S\] or 400 \[P\] (C3). Its password, which the answer holds, is
    /// dropped unread.
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn view_client(&self, via: Option<&mut Visit>, user_name: &str) -> Result<Option<ClientView>, Trouble> {
        let request = self.request(&VIEW_CLIENT).query("UserName", user_name);
        self.ask(via, request, |seen| verdict::client(&seen, ClientView::of))
            .await
    }

    /// Changes a client's password (C4 \[S\]). A second one fails, as the old password is then another.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn change_client_password(&self, via: &mut Visit, change: &PasswordChange<'_>) -> Result<Done, Failure> {
        let request = self
            .request(&CHANGE_CLIENT_PASSWORD)
            .query("UserName", change.user_name)
            .query_secret("OldPassword", change.old)
            .query_secret("NewPassword", change.new);
        self.done(via, request).await
    }

    /// Deletes a client (C5 \[S\]). Once: needs a gate.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_customer(&self, via: &mut Visit, client_id: &str) -> Result<Done, Failure> {
        let request = self.request(&DELETE_CUSTOMER).query("customerId", client_id);
        self.done(via, request).await
    }

    /// A page, from 1, of the account's clients (V11 C6 \[P\]).
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn client_search_list(
        &self,
        via: Option<&mut Visit>,
        page: u32,
        rows_max: u16,
        query: Option<&str>,
    ) -> Result<Listing<ClientRow>, Trouble> {
        let request = self
            .request(&CLIENT_SEARCH_LIST)
            .query("page", page.to_string())
            .query("maxIndex", rows_max.to_string())
            .query_some("searchQuery", query);
        self.ask(via, request, |seen| verdict::listing(&seen, ClientRow::of))
            .await
    }
}
