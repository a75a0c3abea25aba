//! Which addresses a webhook may be sent to. An endpoint's name is resolved here, and what it stands for is judged before
//! anything connects: a name that pointed elsewhere a moment ago cannot lead into the operator's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Where an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// On the Internet.
    Public,
    /// This machine, or a network of the operator's own.
    Private,
    /// No place for an endpoint: link-local, multicast, reserved, a tunnel to somewhere else, a cloud's metadata service.
    Nowhere,
}

/// By IANA's special-purpose registries for IPv4 and IPv6 (read 2026-11), and the clouds' documentation for the addresses
/// of their metadata services that lie in other ranges.
pub(super) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        // Metadata: Alibaba in the shared space, Azure's wire server amid public ones.
        [100, 100, 100, 200] | [168, 63, 129, 16] => Reach::Nowhere,
        [127 | 10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        // "This network"; link-local, where most metadata services are; protocol assignments; documentation; 6to4 relays;
        // benchmarks; multicast, reserved, broadcast.
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Reach::Nowhere,
        [192, 88, 99, _] | [198, 18..=19, ..] | [224..=255, ..] => Reach::Nowhere,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // Metadata in unique local space: Amazon's and Google's.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254] => Reach::Nowhere,
        [0xfc00..=0xfdff, ..] => Reach::Private,
        // Of the global unicast space: Teredo and other protocol assignments, documentation (two ranges), 6to4. All that
        // lies outside is no place either: unspecified, IPv4 in disguise (mapped, compatible, NAT64), discard, link-local,
        // site-local, multicast.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] | [0x2002, ..] => Reach::Nowhere,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Nowhere,
    }
}

/// The rule of one endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    encrypted: bool,
    private: bool,
}

impl Guard {
    /// `private`: whether the operator allowed private addresses.
    pub(super) fn new(url: &Url, private: bool) -> Self {
        Self {
            encrypted: url.scheme() == "https",
            private,
        }
    }

    /// Without TLS only where the operator's own network is: orders would travel readable, and anybody could answer.
    pub(super) fn allows(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => self.encrypted,
            Reach::Private => self.private,
            Reach::Nowhere => false,
        }
    }

    /// Whether an address that is written into the URL may be used. Names are judged when they are resolved.
    pub(super) fn allows_literal(self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        }
    }

    /// The addresses of a name that may be used.
    ///
    /// # Errors
    /// [`Unresolved`] where the name has none, [`Blocked`] where none may be used.
    pub(super) async fn resolve(self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0))
            .await
            .map_err(|error| Unresolved(Some(error)))?
            .collect();
        if found.is_empty() {
            return Err(Unresolved(None).into());
        }
        let allowed: Vec<SocketAddr> = found.into_iter().filter(|at| self.allows(at.ip())).collect();
        if allowed.is_empty() {
            return Err(Blocked.into());
        }
        Ok(allowed)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = *self;
        Box::pin(async move {
            let allowed = Self::resolve(guard, name.as_str()).await?;
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// The name stands only for addresses that may not be used.
#[derive(Debug, thiserror::Error)]
#[error("the endpoint's address is a private or reserved one")]
pub(super) struct Blocked;

/// The name stands for nothing.
#[derive(Debug, thiserror::Error)]
#[error("the endpoint's name cannot be resolved")]
pub(super) struct Unresolved(#[source] Option<std::io::Error>);

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::public("1.1.1.1", Reach::Public)]
    #[case::public_v6("2606:4700::1111", Reach::Public)]
    #[case::above_private("172.32.0.1", Reach::Public)]
    #[case::loopback("127.0.0.1", Reach::Private)]
    #[case::loopback_other("127.9.9.9", Reach::Private)]
    #[case::loopback_v6("::1", Reach::Private)]
    #[case::ten("10.0.0.1", Reach::Private)]
    #[case::docker("172.17.0.2", Reach::Private)]
    #[case::home("192.168.1.1", Reach::Private)]
    #[case::carrier("100.64.0.1", Reach::Private)]
    #[case::unique_local("fd12:3456::1", Reach::Private)]
    #[case::unspecified("0.0.0.0", Reach::Nowhere)]
    #[case::this_network("0.1.2.3", Reach::Nowhere)]
    #[case::unspecified_v6("::", Reach::Nowhere)]
    #[case::metadata("169.254.169.254", Reach::Nowhere)]
    #[case::link_local("169.254.0.1", Reach::Nowhere)]
    #[case::link_local_v6("fe80::1", Reach::Nowhere)]
    #[case::site_local("fec0::1", Reach::Nowhere)]
    #[case::metadata_amazon("fd00:ec2::254", Reach::Nowhere)]
    #[case::metadata_google("fd20:ce::254", Reach::Nowhere)]
    #[case::metadata_alibaba("100.100.100.200", Reach::Nowhere)]
    #[case::metadata_oracle("192.0.0.192", Reach::Nowhere)]
    #[case::metadata_azure("168.63.129.16", Reach::Nowhere)]
    #[case::documentation("192.0.2.1", Reach::Nowhere)]
    #[case::documentation_v6("2001:db8::1", Reach::Nowhere)]
    #[case::benchmark("198.18.0.1", Reach::Nowhere)]
    #[case::multicast("224.0.0.1", Reach::Nowhere)]
    #[case::multicast_v6("ff02::1", Reach::Nowhere)]
    #[case::broadcast("255.255.255.255", Reach::Nowhere)]
    #[case::mapped("::ffff:127.0.0.1", Reach::Nowhere)]
    #[case::mapped_public("::ffff:1.1.1.1", Reach::Nowhere)]
    #[case::compatible("::127.0.0.1", Reach::Nowhere)]
    #[case::nat64("64:ff9b::7f00:1", Reach::Nowhere)]
    #[case::nat64_local("64:ff9b:1::a00:1", Reach::Nowhere)]
    #[case::six_to_four("2002:7f00:1::", Reach::Nowhere)]
    #[case::teredo("2001:0:4136:e378::1", Reach::Nowhere)]
    #[case::discard("100::1", Reach::Nowhere)]
    fn an_address_is_where_it_is(#[case] address: &str, #[case] wanted: Reach) {
        assert_eq!(reach(address.parse().unwrap()), wanted);
    }

    #[rstest]
    #[case("https://1.1.1.1/", false, true)]
    #[case("http://1.1.1.1/", true, false)]
    #[case("https://127.0.0.1/", false, false)]
    #[case("https://127.0.0.1/", true, true)]
    #[case("http://10.1.2.3/", true, true)]
    #[case("http://[::1]/", true, true)]
    #[case("http://169.254.169.254/latest", true, false)]
    // Other spellings of addresses are read by the URL parser.
    #[case("https://2130706433/", false, false)]
    #[case("https://0x7f.1/", false, false)]
    #[case("https://[::ffff:7f00:1]/", true, false)]
    fn an_address_in_a_url_is_judged(#[case] url: &str, #[case] private: bool, #[case] allowed: bool) {
        let url = Url::parse(url).unwrap();
        assert_eq!(Guard::new(&url, private).allows_literal(&url), allowed, "{url}");
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_stands_for() {
        let url = Url::parse("https://localhost/").unwrap();
        let refused = Guard::new(&url, false).resolve("localhost").await.unwrap_err();
        assert!(refused.is::<Blocked>(), "{refused}");
        assert!(Guard::new(&url, true).resolve("localhost").await.is_ok());
        let nothing = Guard::new(&url, true).resolve("nowhere.invalid").await.unwrap_err();
        assert!(nothing.is::<Unresolved>(), "{nothing}");
    }
}
