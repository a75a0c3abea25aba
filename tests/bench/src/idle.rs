//! From handing in an order, through the intake stream as a billing system does, to the provider's getting the paid
//! call, while nothing else is to do.

use std::time::Duration;

use crate::provider::now_us;
use crate::report::{Report, Wanted, median};
use crate::world::{Bench, Fsync, World, document};

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let world = World::start(bench, Fsync::Always, 0).await?;
    let worker = world.domorder(bench)?;
    let mut waits = latencies(&world, 0, bench.orders.clamp(10, 200)).await?;
    report.value(
        "an order to the provider, idle, median",
        median(&mut waits),
        "ms",
        Wanted::AtMost(10.0),
    );
    let worst = waits.last().copied().unwrap_or(f64::NAN);
    report.value("the same, slowest", worst, "ms", Wanted::Nothing);
    worker.stop()
}

/// Milliseconds from XADD to the paid call, order by order; `from` is the first order's number.
pub(crate) async fn latencies(world: &World, from: usize, n: usize) -> anyhow::Result<Vec<f64>> {
    let client = redis::Client::open(world.redis.url())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut waits = Vec::with_capacity(n);
    let base = world.provider.stats().await?.paid;
    for i in 0..n {
        let began = now_us();
        let _: String = redis::cmd("XADD")
            .arg("domorder:intake")
            .arg("*")
            .arg("order")
            .arg(document(from + i))
            .query_async(&mut connection)
            .await?;
        let due = base + u64::try_from(i)? + 1;
        let stats = world.provider.paid(due, Duration::from_millis(3)).await?;
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a benchmark")]
        let ms = stats.last_paid_us.saturating_sub(began) as f64 / 1e3;
        // The first ones open connections and warm the caches.
        if i >= 3 {
            waits.push(ms);
        }
        // Let it verify and close, so that the next one finds it idle.
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    Ok(waits)
}
