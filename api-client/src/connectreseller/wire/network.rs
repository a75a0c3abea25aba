//! Zones, child name servers and forwardings as they are shown.

use std::net::IpAddr;

use serde_json::Value;

use super::Node;

/// A row of `ViewDNSRecord` \[P\].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// `dnszoneRecordID`
    pub id: String,
    /// `recordName`
    pub name: String,
    /// `recordType`
    pub kind: String,
    /// `recordContent`
    pub content: Option<String>,
    /// `recordPriority`
    pub priority: Option<i64>,
    /// `recordTTL`, in seconds.
    pub ttl_secs: Option<i64>,
}

impl DnsRecord {
    /// Reads one.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(node: Node<'_>) -> Result<Self, &'static str> {
        Ok(Self {
            id: node.need_id(&["dnszoneRecordID"])?,
            name: node.need_text(&["recordName"])?,
            kind: node.need_text(&["recordType"])?,
            content: node.text_at(&["recordContent", "recordValue"]),
            priority: node.get(&["recordPriority"]).and_then(Node::integer),
            ttl_secs: node.get(&["recordTTL"]).and_then(Node::integer),
        })
    }

    /// Reads the list.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn list(data: &Value) -> Result<Vec<Self>, &'static str> {
        Node::new(data).items().ok_or("responseData")?.map(Self::of).collect()
    }
}

/// A row of `getchildnameservers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildNameServer {
    /// `hostname` \[S\] or `hostName` \[P\], lower case.
    pub host: String,
    /// `ipAddress`; `None` where what is there is none.
    pub address: Option<IpAddr>,
}

impl ChildNameServer {
    /// Reads one.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(node: Node<'_>) -> Result<Self, &'static str> {
        Ok(Self {
            host: node.need_text(&["hostname"])?.to_ascii_lowercase(),
            address: node.text_at(&["ipAddress"]).and_then(|text| text.parse().ok()),
        })
    }

    /// Reads the list.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn list(data: &Value) -> Result<Vec<Self>, &'static str> {
        Node::new(data).items().ok_or("responseData")?.map(Self::of).collect()
    }
}

/// `GetDomainForwarding`'s data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarding {
    /// `websiteName`, lower case.
    pub name: String,
    /// `resellerId`
    pub reseller: Option<String>,
    /// `isMasking`: the visitor goes on seeing the domain.
    pub masking: Option<bool>,
    /// `rewrite`: the address without masking.
    pub rewrite: Option<String>,
    /// `proxyPass`: the address with masking.
    pub proxy_pass: Option<String>,
}

impl Forwarding {
    /// Reads it.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(data: &Value) -> Result<Self, &'static str> {
        let node = Node::new(data);
        Ok(Self {
            name: node.need_text(&["websiteName"])?.to_ascii_lowercase(),
            reseller: node.id_at(&["resellerId"]),
            masking: node.get(&["isMasking"]).and_then(Node::boolean),
            rewrite: node.text_at(&["rewrite"]),
            proxy_pass: node.text_at(&["proxyPass"]),
        })
    }

    /// Where visitors go, if anywhere.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        self.proxy_pass.as_deref().or(self.rewrite.as_deref())
    }
}
