//! Zones and their records (A16 to A20, and the SRV call of the newer document).

use super::super::endpoints::{
    ADD_DNS_RECORD, ADD_SRV_RECORD, DELETE_DNS_RECORD, MANAGE_DNS_RECORDS, MODIFY_DNS_RECORD, VIEW_DNS_RECORD,
};
use super::super::verdict;
use super::super::wire::DnsRecord;
use super::{Client, Done};
use crate::failure::Failure;
use crate::http::Visit;
use crate::provider::Trouble;

/// Parameters of [`ADD_DNS_RECORD`].
#[derive(Debug, Clone, Copy)]
pub struct NewRecord<'a> {
    /// `DNSZoneID`: the domain's `dnszoneId`.
    pub zone: &'a str,
    /// `RecordName`
    pub name: &'a str,
    /// `RecordType`
    pub kind: &'a str,
    /// `RecordValue`; optional in the table, needed in truth.
    pub value: &'a str,
    /// `RecordPriority`
    pub priority: Option<u16>,
    /// `RecordTTL`, in seconds.
    pub ttl_secs: Option<u32>,
}

/// Parameters of [`MODIFY_DNS_RECORD`]. There is no priority.
#[derive(Debug, Clone, Copy)]
pub struct RecordChange<'a> {
    /// `DNSZoneID`
    pub zone: &'a str,
    /// `DNSZoneRecordID`
    pub record: &'a str,
    /// `RecordName`
    pub name: &'a str,
    /// `RecordType`
    pub kind: &'a str,
    /// `RecordValue`
    pub value: Option<&'a str>,
    /// `RecordTTL`, in seconds.
    pub ttl_secs: Option<u32>,
    /// `RecordPort` and `RecordWeight`: of an SRV record (V11 A30 \[P\]).
    pub srv: Option<(u16, u16)>,
}

/// Parameters of [`ADD_SRV_RECORD`].
#[derive(Debug, Clone, Copy)]
pub struct SrvRecord<'a> {
    /// `DNSZoneID`
    pub zone: &'a str,
    /// `RecordName`
    pub name: &'a str,
    /// `RecordValue`: the target.
    pub target: &'a str,
    /// `RecordPriority`
    pub priority: Option<u16>,
    /// `RecordTTL`, in seconds.
    pub ttl_secs: Option<u32>,
    /// `RecordPort`
    pub port: u16,
    /// `RecordWeight`
    pub weight: u16,
}

impl Client {
    /// Makes a domain's zone (A16 \[S\]), once before the other calls.
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn manage_dns_records(&self, via: &mut Visit, website_id: &str) -> Result<Done, Failure> {
        let request = self.request(&MANAGE_DNS_RECORDS).query("WebsiteId", website_id);
        self.done(via, request).await
    }

    /// Adds a record (A17 \[S\]). Nothing is known to refuse a second one: look first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn add_dns_record(&self, via: &mut Visit, record: &NewRecord<'_>) -> Result<Done, Failure> {
        let request = self
            .request(&ADD_DNS_RECORD)
            .query("DNSZoneID", record.zone)
            .query("RecordName", record.name)
            .query("RecordType", record.kind)
            .query("RecordValue", record.value)
            .query_some("RecordPriority", record.priority.map(|number| number.to_string()))
            .query_some("RecordTTL", record.ttl_secs.map(|secs| secs.to_string()));
        self.done(via, request).await
    }

    /// Adds an SRV record (V11 A29 \[P\]). Look first, as for any record.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn add_srv_record(&self, via: &mut Visit, record: &SrvRecord<'_>) -> Result<Done, Failure> {
        let request = self
            .request(&ADD_SRV_RECORD)
            .query("DNSZoneID", record.zone)
            .query("RecordName", record.name)
            .query("RecordValue", record.target)
            .query_some("RecordPriority", record.priority.map(|number| number.to_string()))
            .query_some("RecordTTL", record.ttl_secs.map(|secs| secs.to_string()))
            .query("RecordPort", record.port.to_string())
            .query("RecordWeight", record.weight.to_string());
        self.done(via, request).await
    }

    /// Changes a record (A18 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn modify_dns_record(&self, via: &mut Visit, change: &RecordChange<'_>) -> Result<Done, Failure> {
        let request = self
            .request(&MODIFY_DNS_RECORD)
            .query("DNSZoneID", change.zone)
            .query("DNSZoneRecordID", change.record)
            .query("RecordName", change.name)
            .query("RecordType", change.kind)
            .query_some("RecordValue", change.value)
            .query_some("RecordTTL", change.ttl_secs.map(|secs| secs.to_string()))
            .query_some("RecordPort", change.srv.map(|(port, _)| port.to_string()))
            .query_some("RecordWeight", change.srv.map(|(_, weight)| weight.to_string()));
        self.done(via, request).await
    }

    /// Deletes a record (A19 \[S\]). Once: needs a gate.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_dns_record(&self, via: &mut Visit, zone: &str, record: &str) -> Result<Done, Failure> {
        let request = self
            .request(&DELETE_DNS_RECORD)
            .query("DNSZoneID", zone)
            .query("DNSZoneRecordID", record);
        self.done(via, request).await
    }

    /// A domain's records (A20 \[S\], shape \[P\]), or `None` where there is no such domain.
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn view_dns_record(
        &self,
        via: Option<&mut Visit>,
        website_id: &str,
    ) -> Result<Option<Vec<DnsRecord>>, Trouble> {
        let request = self.request(&VIEW_DNS_RECORD).query("WebsiteId", website_id);
        self.ask(via, request, |seen| verdict::list(&seen, DnsRecord::list))
            .await
    }
}
