//! `domorder orders watch`: orders as they change, read from the ledger's streams of events.
//!
//! First the end of the events is marked, then the orders are read, then what stands behind the mark: so no change is
//! missed. What came in while they were read is known by its version, so nothing is told twice.

mod board;
mod follow;
mod tell;

use std::io::BufRead as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::Args;
use domorder_jobs::format;
use domorder_jobs::ledger::{Event, EventCursor, Ledger, LedgerError, Stored};
use domorder_jobs::order::OrderId;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::State;
use domorder_jobs::view::OrderView;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use tokio::signal::unix::{SignalKind, signal};

use super::super::output::Format;
use super::super::{Failure, OutputArgs};
use super::filter::FilterArgs;
use crate::listing::{Wanted, view};
use board::Board;
use follow::{Heard, follow};
use tell::Teller;

/// Orders read at once.
const BATCH: usize = 256;
/// Idempotency keys asked for at once.
const KEYS: usize = 64;
/// Orders that fit are read at the beginning: at most so many, the latest ones.
const BEGIN_MAX: usize = 10_000;
/// Named orders are told one by one at the beginning up to so many; more are counted.
const TOLD_MAX: usize = 20;
/// Between looks at orders that were told something: no event says that one has heard it and stays.
const HEARS: Duration = Duration::from_secs(1);

/// Arguments of `watch`.
#[derive(Debug, Args)]
#[command(after_help = "\
Watching named orders ends when each of them is over or waits for a person: with exit code 0 if all succeeded, else 1 \
(failed, cancelled, a person has to act, --timeout, Ctrl-C). Without names it goes on until --timeout or Ctrl-C, and \
ends with 0. Exit code 3: Redis was not reachable for a minute.")]
pub(in crate::cli) struct WatchArgs {
    /// Ids or idempotency keys; `-`: one a line from standard input; none: all orders that fit
    #[arg(value_name = "ORDER", conflicts_with = "marks")]
    orders: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Wait for named orders that need a person, too, until they are over
    #[arg(long, requires = "orders")]
    to_the_end: bool,
    /// Watch no longer than this (`90s`, `10m`, `4h`)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
    /// As `--output json`: the order's view, a line an order at the beginning and a line an event
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    output: OutputArgs,
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    domorder_config::parse_duration(text).ok_or("expected a duration such as `90s`, `10m` or `4h`")
}

impl WatchArgs {
    /// The names, those from standard input among them; none: there are none.
    fn names(&self) -> Result<Option<Vec<String>>, Failure> {
        let mut names = Vec::new();
        for name in &self.orders {
            if name != "-" {
                names.push(name.clone());
                continue;
            }
            for line in std::io::stdin().lock().lines() {
                let line = line.context("standard input cannot be read")?;
                names.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
            }
        }
        Ok((!self.orders.is_empty()).then_some(names))
    }
}

/// Why it ended.
enum End {
    /// Nothing is left to be waited for.
    Rest,
    /// Somebody's word, the time, or nobody who reads.
    Enough(&'static str),
}

pub(super) async fn run(ledger: &Ledger, args: &WatchArgs) -> Result<ExitCode, Failure> {
    let names = args.names()?;
    let named = names.is_some();
    let enough = enough(args.timeout)?;
    let format = if args.json { Format::Json } else { args.output.output };
    let mut watch = Watch {
        ledger,
        wanted: args.filter.wanted(),
        board: if named { Board::default() } else { Board::that_forgets() },
        named,
        to_the_end: args.to_the_end,
        read_until: EventCursor::start(ledger.shards()),
        teller: Teller::new(format),
    };
    let after = ledger.events_end().await?;
    let views = match names {
        Some(names) => watch.begin_with(&names).await?,
        None => watch.begin().await?,
    };
    watch.read_until = ledger.events_end().await?;
    watch.tell_begin(&views);
    let mut heard = follow(ledger, &after);
    tokio::pin!(enough);
    let end = loop {
        watch.teller.board(&watch.board);
        if watch.is_at_rest().await? {
            break End::Rest;
        }
        if watch.teller.is_unread() {
            break End::Enough("nobody reads");
        }
        // Or it rests by what is known, and Redis could not confirm it.
        let again = watch.named && (!watch.board.told().is_empty() || watch.board.rests(watch.to_the_end));
        tokio::select! {
            heard = heard.recv() => match heard {
                Some(heard) => watch.hear(heard)?,
                None => return Err(Failure::Failed(anyhow!("the events cannot be followed"))),
            },
            why = &mut enough => break End::Enough(why),
            () = tokio::time::sleep(HEARS), if again => {
                watch.look_at(&watch.board.told()).await?;
            }
        }
    };
    Ok(watch.end(&end))
}

/// Waits for whatever ends a watch from outside: the first of them, in a word.
fn enough(timeout: Option<Duration>) -> Result<impl Future<Output = &'static str>, Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(anyhow::Error::from)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(anyhow::Error::from)?;
    let time = async move {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "told to stop",
            _ = interrupt.recv() => "interrupted",
            () = time => "the time is over",
        }
    })
}

struct Watch<'a> {
    ledger: &'a Ledger,
    wanted: Wanted,
    board: Board,
    /// These orders and no others.
    named: bool,
    to_the_end: bool,
    /// What stands before this may have been known when the orders were read.
    read_until: EventCursor,
    teller: Teller,
}

/// What an event is read for.
#[derive(Deserialize)]
struct Change {
    id: String,
    data: OrderView,
}

impl Watch<'_> {
    /// Reads the named orders.
    async fn begin_with(&mut self, names: &[String]) -> Result<Vec<OrderView>, Failure> {
        let by_key = stream::iter(names)
            .map(|name| self.ledger.find_by_key(name))
            .buffered(KEYS);
        let by_key: Vec<Option<String>> = by_key.try_collect().await?;
        let ids: Vec<String> = names
            .iter()
            .zip(by_key)
            .map(|(name, id)| id.unwrap_or_else(|| name.clone()))
            .collect();
        let mut faults = Vec::new();
        let mut views = Vec::with_capacity(ids.len());
        for (names, ids) in names.chunks(BATCH).zip(ids.chunks(BATCH)) {
            for (name, stored) in names.iter().zip(self.ledger.read(ids).await?) {
                match stored.map(|stored| (view(&stored), stored)) {
                    Some((Some(view), stored)) => {
                        self.board.take(&view, stored.meta.version, is_told(&stored));
                        views.push(view);
                    }
                    Some((None, _)) => faults.push(format!("`{name}` cannot be read: see `domorder doctor`")),
                    None => faults.push(format!(
                        "there is no order `{name}`, neither by id nor by idempotency key"
                    )),
                }
            }
        }
        if !faults.is_empty() {
            return Err(Failure::Failed(anyhow!(faults.join("\n"))));
        }
        Ok(views)
    }

    /// Reads the orders that fit and are not over.
    async fn begin(&mut self) -> Result<Vec<OrderView>, Failure> {
        let open = State::ALL.iter().copied().filter(|state| !state.is_final());
        let wanted = self.wanted.clone().or_in(open);
        let mut next = None;
        let mut views = Vec::new();
        loop {
            let page = wanted.page(self.ledger, next, BATCH, 1).await?;
            for (stored, view) in page.orders.into_iter().filter(|(_, view)| !view.state.is_final()) {
                self.board.take(&view, stored.meta.version, is_told(&stored));
                if self.teller.is_for_programs() {
                    views.push(view);
                }
            }
            next = page.next;
            if next.is_none() {
                break;
            }
            if self.board.len() >= BEGIN_MAX as u64 {
                self.teller.say(&format!(
                    "only the {BEGIN_MAX} that changed last are counted; of all others each change is told"
                ));
                break;
            }
        }
        Ok(views)
    }

    /// How they stand: to programs all of them, to people a few by themselves and many by their number.
    fn tell_begin(&mut self, views: &[OrderView]) {
        let n = orders(self.board.len());
        if self.teller.is_for_programs() || (self.named && views.len() <= TOLD_MAX) {
            views.iter().for_each(|view| self.teller.order(view));
        } else if self.named {
            self.teller.say(&format!("{n}: {}", self.board));
        } else {
            self.teller.say(&format!("{n} not over: {}", self.board));
        }
    }

    fn hear(&mut self, heard: Heard) -> Result<(), Failure> {
        match heard {
            Heard::Events(events) => events.iter().for_each(|event| self.take(event)),
            Heard::Away(error) => self
                .teller
                .say(&format!("{error}: it is tried again, and no change is missed")),
            Heard::Back => self.teller.say("Redis answers again"),
            Heard::Lost(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// An event, if it is about one of the orders.
    fn take(&mut self, event: &Event) {
        let Ok(Change { id, data }) = serde_json::from_str(&event.text) else {
            let at = event.id;
            let why = "it is damaged, or of a newer domorder";
            return self.teller.say(&format!("the event {at} cannot be read: {why}"));
        };
        // An event's id is the order's with the version of the record that it came with.
        let version = id.rsplit_once('-').and_then(|(_, version)| version.parse().ok());
        let (version, seen) = (version.unwrap_or(u64::MAX), self.board.version(data.id));
        if seen.is_none() && (self.named || !self.wanted.fits(&data)) {
            return;
        }
        let was_read = !self.read_until.is_before(event) && seen.is_some_and(|seen| version <= seen);
        if !was_read {
            self.board.take(&data, version, false);
            self.teller.order(&data);
            self.teller.board(&self.board);
        }
    }

    /// Whether these were told something that they have not heard, or are about; false where that cannot be read now.
    async fn look_at(&mut self, ids: &[OrderId]) -> Result<bool, LedgerError> {
        for ids in ids.chunks(BATCH) {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let read = match self.ledger.read(&ids).await {
                // Looked at again in a moment; how it is with Redis, the streams say.
                Err(error) if error.is_retryable() => return Ok(false),
                read => read?,
            };
            for stored in read.into_iter().flatten() {
                if let Some(view) = view(&stored) {
                    self.board.look(&view, is_told(&stored));
                }
            }
        }
        Ok(true)
    }

    async fn is_at_rest(&mut self) -> Result<bool, LedgerError> {
        if !self.named || !self.board.rests(self.to_the_end) {
            return Ok(false);
        }
        // Somebody may just have done what they ask for, which no event tells.
        Ok(self.look_at(&self.board.persons()).await? && self.board.rests(self.to_the_end))
    }

    /// The last words, and the exit code.
    fn end(self, end: &End) -> ExitCode {
        let is_good = !self.named || self.board.is_good();
        let why = match end {
            End::Rest => String::new(),
            End::Enough(why) => format!("{why}; "),
        };
        self.teller
            .say(&format!("{why}{}: {}", orders(self.board.len()), self.board));
        for id in self.board.persons().iter().take(TOLD_MAX).filter(|_| self.named) {
            self.teller.say(&format!("what to do: domorder orders show {id}"));
        }
        if is_good { ExitCode::SUCCESS } else { ExitCode::from(1) }
    }
}

fn orders(n: u64) -> String {
    match n {
        1 => "1 order".to_owned(),
        n => format!("{n} orders"),
    }
}

/// Whether it will move soon, or is moving, although it asks a person: somebody told it something, a worker has it in hand,
/// or it is being called off to be placed anew.
fn is_told(stored: &Stored) -> bool {
    let moves = |record: OrderRecord| record.cancelling.is_some() || record.resolving;
    stored.leased || !stored.signals.is_empty() || format::read(&stored.rec).is_ok_and(moves)
}
