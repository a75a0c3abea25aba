//! Accepting: in bulk as `domorder enqueue` does, and one by one as a request does.

use std::time::Instant;

use crate::peer::{self, Renewal};
use crate::report::{Report, Wanted, median};
use crate::world::{Bench, Fsync, World, document, submit};

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    for fsync in [Fsync::EverySec, Fsync::Always] {
        let (mut bulk, mut bulk_peer, mut single, mut single_peer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let singles = (bench.orders / 10).max(1);
        for round in 0..bench.rounds {
            eprintln!("accept {} round {} of {}", fsync.as_str(), round + 1, bench.rounds);
            let world = World::start(bench, fsync, 0).await?;
            let mut storage = peer::storage(&world.redis.url()).await?;
            let began = Instant::now();
            for start in (0..bench.orders).step_by(1_000) {
                let batch = (start..bench.orders.min(start + 1_000)).map(Renewal::new).collect();
                peer::push_all(&mut storage, batch).await?;
            }
            bulk_peer.push(per_second(bench.orders, began));
            let began = Instant::now();
            for n in 0..singles {
                peer::push_one(&mut storage, Renewal::new(bench.orders + n)).await?;
            }
            single_peer.push(per_second(singles, began));

            let world = World::start(bench, fsync, 0).await?;
            let ledger = world.ledger().await?;
            let producer = world.producer(&ledger)?;
            let documents: Vec<Vec<u8>> = (0..bench.orders).map(document).collect();
            let began = Instant::now();
            submit(&producer, &documents).await?;
            bulk.push(per_second(bench.orders, began));
            let documents: Vec<Vec<u8>> = (bench.orders..bench.orders + singles).map(document).collect();
            let began = Instant::now();
            for one in &documents {
                submit(&producer, std::slice::from_ref(one)).await?;
            }
            single.push(per_second(singles, began));
        }
        let name = |what: &str| format!("{what}, {}", fsync.as_str());
        // Either is enough: half of the peer's rate, or ten thousand a second.
        let (bulk, peer) = (median(&mut bulk), median(&mut bulk_peer));
        report.ratio(name("bulk accept"), bulk, peer, "/s", Wanted::Nothing);
        let enough = if bulk / peer >= 0.5 {
            Wanted::Nothing
        } else {
            Wanted::AtLeast(10_000.0)
        };
        report.value(name("bulk accept, or in orders"), bulk, "/s", enough);
        let (single, peer) = (median(&mut single), median(&mut single_peer));
        report.ratio(name("accept one by one"), single, peer, "/s", Wanted::AtLeast(0.7));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
fn per_second(n: usize, began: Instant) -> f64 {
    n as f64 / began.elapsed().as_secs_f64()
}
