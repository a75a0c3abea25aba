//! DNS records and the registry's host objects (fact sheet 3.3).

use serde_json::{Map, Value};

use super::Client;
use crate::http::Visit;
use crate::namecom::endpoints;
use crate::namecom::error::Call;
use crate::namecom::order::fields;
use crate::namecom::verdict::Failure;
use crate::namecom::wire::{Hosts, Record, Records};
use crate::provider::Trouble;

/// A DNS record to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewRecord<'a> {
    /// Relative to the zone; `""` is the zone itself. (Hosts take the full name instead.)
    pub hostname: &'a str,
    /// `A`, `AAAA`, `CNAME`, `MX`, `TXT`, ….
    pub kind: &'a str,
    /// What it says.
    pub content: &'a str,
    /// Seconds; 300 at least in practice.
    pub ttl: u32,
    /// Of an MX or SRV record.
    pub priority: Option<u16>,
}

impl Client {
    /// The records of a zone. Free. \[D\]
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn dns_list(&self, domain: &str) -> Result<Vec<Record>, Trouble> {
        let request = self.request(&endpoints::DNS_LIST, Some(domain));
        let records: Records = self.ask(None, request, |seen| seen.domain()).await?;
        Ok(records.records)
    }

    /// Makes a record. Free; not to be repeated without looking: a second one may be refused or may stand beside the
    /// first (8). \[D\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn dns_create(&self, via: &mut Visit, domain: &str, new: &NewRecord<'_>) -> Result<Record, Failure> {
        let mut body = fields([
            ("hostname", new.hostname.into()),
            ("type", new.kind.into()),
            ("content", new.content.into()),
            ("ttl", new.ttl.into()),
        ]);
        if let Some(priority) = new.priority {
            body.insert("priority".into(), priority.into());
        }
        let request = self
            .request(&endpoints::DNS_CREATE, Some(domain))
            .json(&Value::Object(body));
        self.act(via, request, |seen| seen.done(Call::Write)).await
    }

    /// Deletes a record. Free; a second time is an error without harm. \[D\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn dns_delete(&self, via: &mut Visit, domain: &str, record_id: &str) -> Result<(), Failure> {
        let body = fields([("record_id", record_id.into())]);
        self.write(via, &endpoints::DNS_DELETE, Some(domain), Some(body)).await
    }

    /// The registry's host objects under a domain. Free. \[D\]
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn host_list(&self, domain: &str) -> Result<Hosts, Trouble> {
        let request = self.request(&endpoints::HOST_LIST, Some(domain));
        self.ask(None, request, |seen| seen.domain()).await
    }

    /// Has the provider read the registry's host objects anew. Free; may be repeated. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn host_sync(&self, via: &mut Visit, domain: &str) -> Result<(), Failure> {
        self.write(via, &endpoints::HOST_SYNC, Some(domain), None).await
    }

    /// Makes a host object; `hostname` in full. Free; a second time is refused \[I:md\]. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn host_create(&self, via: &mut Visit, domain: &str, hostname: &str, ip: &str) -> Result<(), Failure> {
        self.write(via, &endpoints::HOST_CREATE, Some(domain), address(hostname, ip))
            .await
    }

    /// Deletes a host object; `hostname` in full. Free; a second time is an error without harm. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn host_delete(&self, via: &mut Visit, domain: &str, hostname: &str) -> Result<(), Failure> {
        let body = fields([("hostname", hostname.into())]);
        self.write(via, &endpoints::HOST_DELETE, Some(domain), Some(body)).await
    }

    /// Gives a host object one more address. Free; a second time is refused \[I:md\]. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn host_add_ip(&self, via: &mut Visit, domain: &str, hostname: &str, ip: &str) -> Result<(), Failure> {
        self.write(via, &endpoints::HOST_ADD_IP, Some(domain), address(hostname, ip))
            .await
    }

    /// Takes an address from a host object. Free; a second time is an error without harm. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn host_remove_ip(&self, via: &mut Visit, domain: &str, hostname: &str, ip: &str) -> Result<(), Failure> {
        self.write(via, &endpoints::HOST_REMOVE_IP, Some(domain), address(hostname, ip))
            .await
    }
}

fn address(hostname: &str, ip: &str) -> Option<Map<String, Value>> {
    Some(fields([("hostname", hostname.into()), ("ip", ip.into())]))
}
