//! What is known of the orders that are watched: how many stand where, and whether it is over.

use std::collections::HashMap;
use std::fmt;

use domorder_jobs::order::OrderId;
use domorder_jobs::state::{State, WaitingOn};
use domorder_jobs::view::OrderView;

/// Where an order stands, by what somebody who watches wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stands {
    Succeeded,
    Failed,
    Cancelled,
    /// The customer or the operator has to act.
    Person,
    Unknown,
    /// Waits on purpose, and goes on by itself.
    Parked,
    Provider,
    /// The losing registrar or the registry.
    Third,
    Domorder,
}

impl Stands {
    const ALL: [Self; 9] = [
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Person,
        Self::Unknown,
        Self::Parked,
        Self::Provider,
        Self::Third,
        Self::Domorder,
    ];

    pub(super) const fn of(view: &OrderView) -> Self {
        match (view.state, view.waiting_on) {
            (State::Succeeded, _) => Self::Succeeded,
            (State::Failed, _) => Self::Failed,
            (State::Cancelled, _) => Self::Cancelled,
            (_, Some(WaitingOn::Customer | WaitingOn::Operator)) => Self::Person,
            (State::UnknownOutcome, _) => Self::Unknown,
            (State::Parked, _) => Self::Parked,
            (State::InProgress, _) => Self::Provider,
            (State::Blocked, _) => Self::Third,
            (State::Queued | State::Dispatching | State::ActionRequired, _) => Self::Domorder,
        }
    }

    const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    const fn words(self, n: u64) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Person if n == 1 => "needs a person",
            Self::Person => "need a person",
            Self::Unknown => "of unknown outcome",
            Self::Parked => "parked",
            Self::Provider => "with the provider",
            Self::Third => "with a registrar or registry",
            Self::Domorder => "in hand",
        }
    }
}

/// What was last seen of an order.
#[derive(Debug, Clone, Copy)]
struct Seen {
    version: u64,
    stands: Stands,
    /// It was told something that it has not heard yet.
    told: bool,
}

/// The orders that are watched.
#[derive(Debug, Default)]
pub(super) struct Board {
    orders: HashMap<OrderId, Seen>,
    /// Keeps no order that is over, only their number: for a watch that goes on for ever.
    forgets: bool,
    counts: [u64; Stands::ALL.len()],
}

impl Board {
    pub(super) fn that_forgets() -> Self {
        Self {
            forgets: true,
            ..Self::default()
        }
    }

    /// The version of an order's record that was seen last; nothing where it is not watched.
    pub(super) fn version(&self, id: OrderId) -> Option<u64> {
        self.orders.get(&id).map(|seen| seen.version)
    }

    /// An order stands like this, by its record of this version. `told`: it was told something that it has not heard yet.
    pub(super) fn take(&mut self, view: &OrderView, version: u64, told: bool) {
        let stands = Stands::of(view);
        if let Some(before) = self.orders.remove(&view.id) {
            self.counts[before.stands as usize] -= 1;
        }
        self.counts[stands as usize] += 1;
        if !(self.forgets && stands.is_over()) {
            self.orders.insert(view.id, Seen { version, stands, told });
        }
    }

    /// Whether an order, read anew, has something before it that it was told. Where it stands elsewhere by now, there is:
    /// the event that says so is still to come.
    pub(super) fn look(&mut self, view: &OrderView, told: bool) {
        if let Some(seen) = self.orders.get_mut(&view.id) {
            seen.told = told || seen.stands != Stands::of(view);
        }
    }

    /// Orders, those that were over and are forgotten among them.
    pub(super) fn len(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Orders that are over.
    pub(super) fn over(&self) -> u64 {
        let over = Stands::ALL.into_iter().filter(|stands| stands.is_over());
        over.map(|stands| self.counts[stands as usize]).sum()
    }

    /// Whether nothing is left to be waited for: every order is over or, unless these are waited for as well, waits for a
    /// person and was not told anything a moment ago.
    pub(super) fn rests(&self, persons_too: bool) -> bool {
        let rests =
            |seen: &Seen| seen.stands.is_over() || (!persons_too && seen.stands == Stands::Person && !seen.told);
        self.orders.values().all(rests)
    }

    /// Whether all of them came to a good end.
    pub(super) fn is_good(&self) -> bool {
        self.counts[Stands::Succeeded as usize] == self.len()
    }

    /// Those that are known, by whether they fit.
    fn which(&self, fits: impl Fn(&Seen) -> bool) -> Vec<OrderId> {
        let mut ids: Vec<OrderId> = self
            .orders
            .iter()
            .filter(|(_, seen)| fits(seen))
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// Those that were told something they have not heard yet.
    pub(super) fn told(&self) -> Vec<OrderId> {
        self.which(|seen| seen.told && !seen.stands.is_over())
    }

    /// Those that wait for a person.
    pub(super) fn persons(&self) -> Vec<OrderId> {
        self.which(|seen| seen.stands == Stands::Person)
    }
}

/// `2 succeeded, 1 needs a person, 3 with the provider`.
impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for stands in Stands::ALL {
            let n = self.counts[stands as usize];
            if n > 0 {
                write!(f, "{between}{n} {}", stands.words(n))?;
                between = ", ";
            }
        }
        if between.is_empty() {
            f.write_str("none yet")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domorder_jobs::state::{Charged, Kind, Needs};
    use jiff::Timestamp;

    use super::*;

    fn view(at: u16, state: State, waiting_on: Option<WaitingOn>) -> OrderView {
        OrderView {
            id: format!("{at}-01JZ0000000000000000000000").parse().unwrap(),
            idempotency_key: format!("key-{at}").parse().unwrap(),
            kind: Kind::Transfer,
            account: "sim".to_owned(),
            domain: "move-example.com".to_owned(),
            state,
            reason: None,
            needs: (waiting_on == Some(WaitingOn::Customer)).then_some(Needs::AuthCode),
            waiting_on,
            charged: Charged::No,
            provider_order_id: None,
            provider_message: None,
            expiry: None,
            attempts: 0,
            next_check_at: None,
            deadline_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            finished_at: None,
            metadata: std::collections::BTreeMap::new(),
        }
    }

    fn asks(at: u16) -> OrderView {
        view(at, State::ActionRequired, Some(WaitingOn::Customer))
    }

    fn moves(at: u16) -> OrderView {
        view(at, State::InProgress, Some(WaitingOn::Provider))
    }

    fn done(at: u16) -> OrderView {
        view(at, State::Succeeded, None)
    }

    #[test]
    fn it_rests_when_each_order_is_over_or_asks_a_person() {
        let mut board = Board::default();
        for view in [moves(1), asks(2), moves(3)] {
            board.take(&view, 1, false);
        }
        assert!(!board.rests(false));
        assert_eq!(board.to_string(), "1 needs a person, 2 with the provider");
        board.take(&done(1), 2, false);
        board.take(&view(3, State::Failed, None), 2, false);
        assert_eq!(
            (board.rests(false), board.rests(true), board.is_good()),
            (true, false, false)
        );
        assert_eq!((board.over(), board.len(), board.persons().len()), (2, 3, 1));
        board.take(&done(2), 2, false);
        assert!(board.rests(true) && !board.is_good(), "one failed");
        assert_eq!(board.to_string(), "2 succeeded, 1 failed");
        board.take(&done(3), 3, false);
        assert!(board.is_good());
    }

    #[test]
    fn an_order_that_was_told_something_is_waited_for_until_it_has_heard_it() {
        let mut board = Board::default();
        board.take(&asks(1), 4, true);
        assert_eq!((board.rests(false), board.told().len()), (false, 1));
        // It moves already, by an event that was not read yet.
        board.look(&moves(1), false);
        assert!(!board.rests(false));
        board.look(&asks(1), false);
        assert_eq!((board.rests(false), board.told().len()), (true, 0));
        board.look(&asks(1), true);
        assert!(!board.rests(false));
    }

    #[test]
    fn a_watch_without_an_end_keeps_only_what_is_not_over() {
        let mut board = Board::that_forgets();
        for at in 1..=100 {
            board.take(&moves(at), 1, false);
            board.take(&done(at), 2, false);
        }
        board.take(&moves(200), 1, false);
        assert_eq!((board.orders.len(), board.over(), board.len()), (1, 100, 101));
        assert_eq!(board.version(done(7).id), None);
    }

    #[test]
    fn money_that_lacks_asks_a_person_and_other_waits_do_not() {
        for (waiting_on, stands) in [
            (WaitingOn::Operator, Stands::Person),
            (WaitingOn::Domorder, Stands::Parked),
        ] {
            assert_eq!(Stands::of(&view(1, State::Parked, Some(waiting_on))), stands);
        }
    }
}
