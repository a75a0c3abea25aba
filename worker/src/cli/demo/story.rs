//! What happens in the demo, in order:
//!
//! 1. Most orders are handed in at once, on providers that lose answers, never answer, or do nothing and say nothing.
//! 2. Some more, whose paid calls the simulator carries out and answers late. While all of them are in the air, the
//!    replica that holds most is killed. Nothing is restarted: its leases lapse, and the other replica finds out by
//!    reading what became of its calls.
//! 3. In the meantime the accounts are empty for a moment: orders wait for money, and go on by themselves.
//!
//! Each step waits for a state of affairs with a limit, never for a while.

use std::time::Duration;

use anyhow::{Context as _, bail};

use super::billing::{self, Billing};
use super::book::Book;
use super::documents::{Document, Documents};
use super::progress::Teller;
use super::world::{Replica, World};

/// All of it; enough for a machine that is busy with other things.
const LIMIT: Duration = Duration::from_secs(110);
/// What both accounts hold apart from the moment in which they are empty, in cents.
const FUNDED: i64 = 10_000_000_000;
/// How long news is waited for at a time.
const TURN: Duration = Duration::from_millis(100);

/// The demo while it runs.
struct Story<'a> {
    world: &'a mut World,
    teller: &'a mut Teller,
    billing: Billing,
    book: Book,
}

/// Plays it to its end, or to the limit; what is missing then shows in the report.
///
/// # Errors
/// Where something ends that should run, or does not answer.
pub(super) async fn play(world: &mut World, documents: Documents, teller: &mut Teller) -> anyhow::Result<Book> {
    let billing = Billing::connect(&world.redis_url).await?;
    let mut story = Story {
        world,
        teller,
        billing,
        book: Book::new(documents.signals),
    };
    story.world.simulator.seed(&documents.world).await?;
    story.hand_in(documents.first, "").await?;
    if story.until(Book::is_calm).await? {
        story.kill_one(documents.killed).await?;
        story.without_funds(documents.no_funds).await?;
        story.until(Book::is_settled).await?;
    }
    Ok(story.book)
}

impl Story<'_> {
    async fn hand_in(&mut self, documents: Vec<Document>, why: &str) -> anyhow::Result<()> {
        let written = billing::written(&documents);
        let count = written.len();
        self.book.enter(documents);
        self.billing.hand_in(&written).await?;
        self.teller.moment(&format!("{count} documents handed in by XADD{why}"));
        Ok(())
    }

    /// Follows the events until then. `false`: the time is over.
    async fn until(&mut self, reached: impl Fn(&Book) -> bool) -> anyhow::Result<bool> {
        while !reached(&self.book) {
            if self.teller.elapsed() > LIMIT {
                return Ok(false);
            }
            self.turn().await?;
        }
        Ok(true)
    }

    /// Reads what is new, tells it, and answers orders that ask for something.
    async fn turn(&mut self) -> anyhow::Result<()> {
        self.world.check()?;
        for news in self.billing.news(TURN).await? {
            if let Some(moment) = self.book.note(news) {
                self.teller.moment(&moment);
            }
        }
        for signal in self.book.signals_due() {
            self.billing.signal(&signal.text).await?;
            self.teller
                .moment(&format!("{}: a new auth code is handed in", signal.key));
        }
        self.teller.counts(&self.book.counts());
        Ok(())
    }

    /// Kills the replica that holds most of these orders, each in mid paid call.
    async fn kill_one(&mut self, documents: Vec<Document>) -> anyhow::Result<()> {
        let count = documents.len() as u64;
        let before = self.picked_up().await?;
        self.hand_in(documents, ", answered late").await?;
        // All of them are bought now, and nobody was told: from here on sending again is buying twice. The answers come
        // in seconds, so nothing else is done meanwhile.
        let (arrived, held) = tokio::join!(self.arrived(count), self.held(&before, count));
        arrived?;
        let replicas = held?.into_iter().zip(&mut self.world.replicas);
        let (most, replica) = replicas.max_by_key(|(held, _)| *held).context("no replica")?;
        replica.kill();
        let name = replica.process.name().to_owned();
        self.teller.moment(&format!(
            "{name} killed with SIGKILL while it held {most} paid calls; nothing is restarted, its leases lapse"
        ));
        Ok(())
    }

    /// Waits until so many late calls have reached the simulator.
    async fn arrived(&self, count: u64) -> anyhow::Result<()> {
        while self.world.simulator.answered_late().await? < count {
            self.pause("the late calls did not all reach the simulator").await?;
        }
        Ok(())
    }

    /// Waits until so many orders more than before are in the replicas' hands; how many in whose.
    async fn held(&self, before: &[u64], count: u64) -> anyhow::Result<Vec<u64>> {
        loop {
            let now = self.picked_up().await?;
            let held: Vec<u64> = now.iter().zip(before).map(|(now, before)| now - before).collect();
            if held.iter().sum::<u64>() >= count {
                return Ok(held);
            }
            self.pause("the replicas did not take all orders into their hands")
                .await?;
        }
    }

    async fn pause(&self, or: &str) -> anyhow::Result<()> {
        if self.teller.elapsed() > LIMIT {
            bail!("{or}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok(())
    }

    async fn picked_up(&self) -> anyhow::Result<Vec<u64>> {
        let asked = self.world.replicas.iter().map(Replica::picked_up);
        futures::future::try_join_all(asked).await
    }

    /// Empties the accounts until these orders wait for money.
    async fn without_funds(&mut self, documents: Vec<Document>) -> anyhow::Result<()> {
        let keys: Vec<String> = documents.iter().map(|document| document.key.clone()).collect();
        self.world.simulator.set_balance(0).await?;
        self.hand_in(documents, " to accounts without money").await?;
        self.until(|book| book.without_funds(&keys)).await?;
        self.world.simulator.set_balance(FUNDED).await?;
        self.teller.moment("money again: what waits for it goes on by itself");
        Ok(())
    }
}
