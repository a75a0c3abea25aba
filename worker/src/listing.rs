//! Orders by the marks that callers name, the same over HTTP and on the command line.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domorder_jobs::format;
use domorder_jobs::ledger::{Filter, Ledger, LedgerError, Stored};
use domorder_jobs::order::{Order, OrderId};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Needs, State};
use domorder_jobs::view::OrderView;

/// Which orders somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    filter: Filter,
    needs: Option<Needs>,
    /// No order can fit.
    none: bool,
}

/// A part of a list.
#[derive(Debug, Default)]
pub struct Found {
    /// Those first that came into their state last. May be fewer than asked for although more follow.
    pub orders: Vec<(Stored, OrderView)>,
    /// Ids of orders that cannot be read.
    pub damaged: Vec<String>,
    /// Where the next part begins; `None`: there is none.
    pub next: Option<Place>,
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// As callers are given it, fit for a URL.
    #[must_use]
    pub fn sealed(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Reads what [`Place::sealed`] wrote; `None` for another text.
    #[must_use]
    pub fn opened(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (since, id) = text.split_once('.')?;
        let (_, _) = (since.parse::<u64>().ok()?, id.parse::<OrderId>().ok()?);
        Some(Self(text))
    }
}

impl Wanted {
    /// Orders that fit the ledger's marks, and ask a person for this.
    #[must_use]
    pub fn new(mut filter: Filter, needs: Option<Needs>) -> Self {
        let mut none = false;
        if needs.is_some() {
            // Nobody is asked in another state.
            none = !filter.states.is_empty() && !filter.states.contains(&State::ActionRequired);
            filter.states = vec![State::ActionRequired];
        }
        Self { filter, needs, none }
    }

    /// The same, but in these states only where no states are named.
    #[must_use]
    pub fn or_in(mut self, states: impl IntoIterator<Item = State>) -> Self {
        if self.filter.states.is_empty() {
            self.filter.states = states.into_iter().collect();
        }
        self
    }

    /// Whether an order fits as it stands.
    #[must_use]
    pub fn fits(&self, view: &OrderView) -> bool {
        let Self { filter, needs, none } = self;
        !none
            && (filter.states.is_empty() || filter.states.contains(&view.state))
            && filter.account.as_ref().is_none_or(|account| *account == view.account)
            && filter.kind.is_none_or(|kind| kind == view.kind)
            && filter.resource.as_ref().is_none_or(|domain| *domain == view.domain)
            && needs.is_none_or(|needs| view.needs == Some(needs))
    }

    /// A part of the list. At most `looks` pages of the ledger are read for it: where few orders fit, it is short, and
    /// goes on from its end.
    ///
    /// # Errors
    /// Any of the ledger's.
    pub async fn page(
        &self,
        ledger: &Ledger,
        from: Option<Place>,
        limit: usize,
        looks: usize,
    ) -> Result<Found, LedgerError> {
        let mut found = Found::default();
        if self.none {
            return Ok(found);
        }
        let mut cursor = from.map(|place| place.0);
        for _ in 0..looks {
            let page = ledger
                .list(&self.filter, cursor.as_deref(), limit - found.orders.len())
                .await?;
            for listed in page.orders {
                match view(&listed.order) {
                    Some(view) if self.fits(&view) => found.orders.push((listed.order, view)),
                    Some(_) => {}
                    // One that is damaged must not hide the others.
                    None => found.damaged.push(listed.order.id),
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() || found.orders.len() == limit {
                break;
            }
        }
        found.next = cursor.map(Place);
        Ok(found)
    }
}

/// An order as it is shown; `None` where its document or record cannot be read.
#[must_use]
pub fn view(stored: &Stored) -> Option<OrderView> {
    let order: Order = format::read(&stored.doc).ok()?;
    let record: OrderRecord = format::read(&stored.rec).ok()?;
    Some(OrderView::of(&order, &record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is() {
        let place = Place("1764000000000.0-01K9ZJ4R7QWX5T3V8M2N6P1D0E".to_owned());
        assert_eq!(Place::opened(&place.sealed()), Some(place));
        for text in [
            "",
            "1764000000000",
            "x.y",
            "1764000000000.x",
            "-1.0-01K9ZJ4R7QWX5T3V8M2N6P1D0E",
        ] {
            assert_eq!(Place::opened(&URL_SAFE_NO_PAD.encode(text)), None, "{text}");
        }
        assert_eq!(
            Place::opened("1764000000000.0-01K9ZJ4R7QWX5T3V8M2N6P1D0E"),
            None,
            "not sealed"
        );
    }

    #[test]
    fn nobody_is_asked_for_something_in_a_state_that_asks_nobody() {
        let states = |states: &[State]| Filter {
            states: states.to_vec(),
            ..Filter::default()
        };
        let parked = Wanted::new(states(&[State::Parked]), Some(Needs::Unlock));
        assert!(parked.none);
        let any = Wanted::new(states(&[]), Some(Needs::Unlock)).or_in([State::Queued]);
        assert_eq!((any.none, any.filter.states), (false, vec![State::ActionRequired]));
        let open = Wanted::new(states(&[]), None).or_in([State::Queued]);
        assert_eq!(open.filter.states, [State::Queued]);
    }
}
