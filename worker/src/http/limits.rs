//! What a request may cost: bytes, time, and how often.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use domorder_config::Rate;
use futures::StreamExt as _;
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::problem::Problem;

/// Requests in hand at once, streams aside; each may wait for a Redis that is away.
pub(super) const REQUESTS_MAX: usize = 256;
/// Parts of batches that are accepted at once: the others take turns, and single orders find the ledger free.
pub(super) const BATCHES_MAX: usize = 2;
/// A body comes whole within this, and of a batch the next part.
pub(super) const BODY_MAX: Duration = Duration::from_secs(20);

/// Failed proofs of an address: so many at once, and one more each period.
const FAILURES: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
const FAILURES_PERIOD: Duration = Duration::from_secs(3);
/// After so many failures addresses that are at rest are forgotten.
const FORGET_EVERY: u32 = 512;

/// Requests a token may make.
#[derive(Debug)]
pub(super) struct Pace(DefaultDirectRateLimiter);

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        let count = NonZeroU32::new(rate.count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(rate.period / count.get())
            .unwrap_or(Quota::per_second(NonZeroU32::MIN))
            .allow_burst(count);
        Self(RateLimiter::direct(quota))
    }

    /// Counts a request.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.0.check().map_err(|until| {
            too_many(
                "the token's requests come faster than `http.rate`",
                until.wait_time_from(DefaultClock::default().now()),
            )
        })
    }
}

/// Addresses that failed to prove themselves.
#[derive(Debug)]
pub(super) struct Failures {
    limiter: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock>,
    count: AtomicU32,
}

impl Failures {
    pub(super) fn new() -> Self {
        let quota = Quota::with_period(FAILURES_PERIOD)
            .unwrap_or(Quota::per_second(NonZeroU32::MIN))
            .allow_burst(FAILURES);
        Self {
            limiter: RateLimiter::hashmap(quota),
            count: AtomicU32::new(0),
        }
    }

    /// Counts a try of an address.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Problem> {
        if self.count.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&network(address)).map_err(|until| {
            too_many(
                "too many tokens from this address were wrong",
                until.wait_time_from(DefaultClock::default().now()),
            )
        })
    }
}

fn too_many(detail: &str, wait: Duration) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        "Too many requests",
        detail,
    )
    .retry_after(wait)
}

/// Whoever has one address of IPv6 has a whole network of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from(u128::from(v6) & (u128::MAX << 64)).into(),
        },
    }
}

/// Reads a body of at most so many bytes.
///
/// # Errors
/// 413, 408, or 400 where it broke off.
pub(super) async fn read_body(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let read = async {
        let mut stream = body.into_data_stream();
        let mut whole = BytesMut::new();
        while let Some(part) = stream.next().await {
            let part = part.map_err(|_| broke_off())?;
            if whole.len() + part.len() > bytes_max {
                return Err(too_large(bytes_max));
            }
            whole.extend_from_slice(&part);
        }
        Ok(whole.freeze())
    };
    tokio::time::timeout(BODY_MAX, read)
        .await
        .unwrap_or_else(|_| Err(too_slow()))
}

pub(super) fn too_large(bytes_max: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "The document is too large",
        format!("expected at most {bytes_max} bytes"),
    )
}

pub(super) fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "too-slow",
        "The body came too slowly",
        "send it without pauses",
    )
}

pub(super) fn broke_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "broken-off",
        "The body broke off",
        "send it whole",
    )
}

/// The body is of one of these types.
///
/// # Errors
/// 415.
pub(super) fn content_type(headers: &HeaderMap, types: &[&str]) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given
        .and_then(|text| text.split(';').next())
        .map(|text| text.trim().to_ascii_lowercase());
    if essence.is_some_and(|essence| types.contains(&essence.as_str())) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "The body is of another type",
        format!("expected the header `Content-Type: {}`", types[0]),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }

    #[test]
    fn wrong_tokens_are_limited_by_address_and_others_are_not_touched() {
        let failures = Failures::new();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..FAILURES.get() {
            failures.check(one).unwrap();
        }
        assert_eq!(failures.check(one).unwrap_err().details().status, 429);
        failures.check(other).unwrap();
    }
}
