//! Redis and what stands in it.

use std::time::Duration;

use domorder_jobs::format::Unreadable;
use domorder_jobs::ledger::{Durability, Filter, Ledger, LedgerError, Stored, shard_of_id, shard_of_resource};

use super::super::{Failure, Loaded, orders};
use super::{Finding, SKEW_MAX};
use crate::clock;

/// Most orders that were set aside are told of one by one; more of them have one cause.
const ASIDE_MAX: usize = 100;
/// So many orders are looked at, whether they stand in the shard of their domain.
const SAMPLE: usize = 100;
/// Entries that a worker has not taken after this time are taken by nobody.
const TAKEN_WITHIN: Duration = Duration::from_secs(3);

/// Whether a server that answers keeps orders, lets us do what we have to, and knows the time.
pub(super) async fn findings(loaded: &Loaded, ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let report = ledger.check().await?;
    let mut findings: Vec<Finding> = report
        .faults
        .into_iter()
        .map(|f| Finding::new(f.what, f.mend))
        .collect();
    if ledger.durability() == Durability::Relaxed {
        findings.push(Finding::new(
            "redis.durability is \"relaxed\": a crash of Redis can lose orders and the proof of what was bought",
            match loaded.config.redis.keeps_journal() {
                true => "set durability = \"fsync\"; until then the journal beside the workers is all there is",
                false => "set durability = \"fsync\", or at least journal = \"on\"",
            },
        ));
    }
    findings.extend(clocks(clock::now(), ledger.now_ms().await?));
    Ok(findings)
}

/// What stands in it, and should not stand so.
pub(super) async fn contents(ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let mut findings: Vec<Finding> = shards(ledger).await?.into_iter().collect();
    findings.extend(intake(ledger).await?);
    findings.extend(aside(ledger).await?);
    Ok(findings)
}

/// Whether the server is there, and knows another user or password.
pub(super) fn is_login_refused(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<LedgerError>()
        .is_some_and(LedgerError::is_login_refused)
}

/// Nothing answers.
pub(super) fn unreachable(loaded: &Loaded, error: &anyhow::Error) -> Finding {
    let address = loaded.config.redis.masked_url();
    Finding::new(
        format!("Redis at {address} is not reachable: {error:#}"),
        "start it, or correct `redis.url`",
    )
}

/// It answers, and takes nothing from us.
pub(super) fn refused(loaded: &Loaded, error: &anyhow::Error) -> Finding {
    let address = loaded.config.redis.masked_url();
    Finding::new(
        format!("Redis at {address} cannot be used: {error:#}"),
        "correct user and password in `redis.url`, or the server's access list (deploy/users.acl)",
    )
}

/// Which shard an order is in follows from their number: of another number, orders are not found, or not kept apart.
async fn shards(ledger: &Ledger) -> Result<Option<Finding>, Failure> {
    let configured = ledger.shards();
    let mend = "set redis.shards to the number that the orders were accepted under, and restart all workers";
    if let Some(shard) = ledger.shard_beyond().await? {
        return Ok(Some(Finding::new(
            format!("redis.shards is {configured}, and orders stand in shard {shard}: nobody works them"),
            mend,
        )));
    }
    let page = ledger.list(&Filter::default(), None, SAMPLE).await?;
    let strays = page.orders.iter().filter(|listed| {
        let should = shard_of_resource(&listed.order.meta.resource, configured);
        shard_of_id(&listed.order.id).is_some_and(|shard| shard != should)
    });
    let strays = strays.count();
    Ok((strays > 0).then(|| {
        Finding::new(
            format!(
                "redis.shards is {configured}, and {strays} of {} orders stand where another number would put them",
                page.orders.len()
            ),
            mend,
        )
    }))
}

async fn intake(ledger: &Ledger) -> Result<Option<Finding>, Failure> {
    let before = ledger.backlog().await?.intake;
    if before == 0 {
        return Ok(None);
    }
    tokio::time::sleep(TAKEN_WITHIN).await;
    let after = ledger.backlog().await?.intake;
    Ok((after >= before).then(|| {
        Finding::new(
            format!("{after} entries wait in the intake stream, and nobody takes them"),
            "start a worker (`domorder run`; one with --no-worker takes nothing in), and look at its log",
        )
    }))
}

/// Orders that were set aside, each with what has to be done before it can go on.
async fn aside(ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let ids: Vec<String> = ledger.aside(ASIDE_MAX).await?.into_iter().map(|(id, _)| id).collect();
    let orders = ledger.read(&ids).await?;
    let finding = |(id, order): (&String, &Option<Stored>)| {
        let put_back = format!("`domorder orders put-back {id}`");
        let (what, mend) = match order.as_ref().map(orders::stored) {
            None => (
                "its key is gone, of another type, or has a damaged index field".to_owned(),
                format!("restore it from a backup if it is an order of yours, then {put_back}"),
            ),
            Some(Err(fault @ Unreadable::Newer { .. })) => {
                (fault.to_string(), format!("upgrade this domorder, then {put_back}"))
            }
            Some(Err(fault)) => (fault.to_string(), format!("mend its record, then {put_back}")),
            Some(Ok(_)) => ("it can be read by this domorder".to_owned(), put_back),
        };
        Finding::new(format!("order {id} was set aside: {what}"), mend)
    };
    Ok(ids.iter().zip(&orders).map(finding).collect())
}

/// Leases and waits go by Redis' clock, so replicas' clocks hardly matter; but when an order came in, and whether its
/// deadline had passed then, is told by this machine's.
fn clocks(ours: jiff::Timestamp, redis_ms: u64) -> Option<Finding> {
    let redis = jiff::Timestamp::from_millisecond(i64::try_from(redis_ms).ok()?).ok()?;
    let ahead = ours.duration_since(redis);
    (ahead.abs() > SKEW_MAX).then(|| {
        let way = if ahead.is_positive() { "ahead of" } else { "behind" };
        let what = format!(
            "this machine's clock is {} s {way} that of Redis",
            ahead.abs().as_secs()
        );
        Finding::new(what, "set both by NTP")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_are_told_by_how_much_and_which_way() {
        let ours: jiff::Timestamp = "2026-05-01T12:00:00Z".parse().unwrap();
        let redis = |by: i64| u64::try_from(ours.as_millisecond() + by * 1_000).unwrap();
        let told = |by| clocks(ours, redis(by)).map(|finding| finding.what).unwrap_or_default();
        assert_eq!((told(0), told(10), told(-10)), Default::default());
        assert_eq!(told(90), "this machine's clock is 90 s behind that of Redis");
        assert_eq!(told(-3_600), "this machine's clock is 3600 s ahead of that of Redis");
    }
}
