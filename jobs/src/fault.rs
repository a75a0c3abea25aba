//! Named fault points: where a worker may die, hang or fail, for the suites that prove what follows.
//!
//! An order's way is marked with [`Point`]s by [`Here::at`] and its kin. A program that wants faults arms a [`Plan`] before
//! it starts; the tests' programs do, and `tests/tidy` holds that nobody else names [`arm`]. Without a plan a point is one
//! look at an empty cell: no variable of the environment, no file and no setting makes a released worker fail.
//!
//! A cargo feature was weighed. Features are unified over all that is built together, so the `domorder` of a workspace
//! build (the demo's, the tests') would have had it, and the tested code would not have been the released one.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use crate::ledger::{LedgerError, RecordError, Recorded};

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A place in the code, on the way of an order or of a process.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Point { $($(#[$doc])* $name,)* }

        impl Point {
            /// All of them, in the order of an order's life.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name, as plans and logs write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

points! {
    /// Entries of the intake stream were read; nothing is stored of them.
    IntakeRead = "intake_read",
    /// In a cluster, the idempotency keys stand for orders that are not created yet.
    KeyTaken = "key_taken",
    /// A batch's orders, signals and refusals are stored; its entries are still in the stream.
    IntakeStored = "intake_stored",
    /// An order is in hand under a lease; nothing was done.
    Claimed = "claimed",
    /// A signal came with the claim and is about to be acted on; it is taken for good by the next record.
    SignalTaken = "signal_taken",
    /// Its contacts are about to be made.
    BeforePreparation = "before_preparation",
    /// They are made and remembered; the order does not know of them yet.
    ContactsMade = "contacts_made",
    /// A look at the provider is about to be made, of whatever purpose.
    BeforeLook = "before_look",
    /// It has shown something that nothing was concluded from yet.
    AfterLook = "after_look",
    /// A price was told.
    Quoted = "quoted",
    /// The paid call is decided on; its intent is not written.
    IntentDecided = "intent_decided",
    /// The intent is on its way to the ledger and not answered. To fail here is to be told that it was not written
    /// although it was.
    IntentSent = "intent_sent",
    /// The intent is durable; no connection was touched for the call.
    IntentDurable = "intent_durable",
    /// The connection is up and the gate let the call pass; no byte has left. To fail here is a gate that refuses.
    GatePassed = "gate_passed",
    /// The call's last byte has left; no answer was read.
    RequestSent = "request_sent",
    /// The answer is there, or it is known that none will come.
    AnswerReceived = "answer_received",
    /// What it means is known; nothing is decided on it.
    AnswerClassified = "answer_classified",
    /// A decision that needs no record at once waits for the read after it.
    HeldBack = "held_back",
    /// What came of a step is about to be recorded.
    BeforeRecord = "before_record",
    /// It is recorded.
    Recorded = "recorded",
    /// What is set after a purchase is about to be.
    BeforeFinish = "before_finish",
    /// It was sent and answered.
    Finished = "finished",
    /// Leases of orders in hand were extended.
    LeaseExtended = "lease_extended",
    /// A lease is about to be given back without a record.
    GivingBack = "giving_back",
    /// It was given back.
    GivenBack = "given_back",
    /// Orders that are long over were deleted.
    Swept = "swept",
    /// The process was told to stop: nothing new is taken.
    StopRequested = "stop_requested",
}

/// A visit of a point.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Where.
    pub point: Point,
    /// Whose ledger: tells apart workers that share a process.
    pub namespace: &'a str,
    /// The idempotency key of the order, where one order is concerned.
    pub order: Option<&'a str>,
}

/// What becomes of a visit. A plan that wants the process killed or held still, or a panic, does it itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    GoOn,
    /// It takes this long: a throttled or swapped-out process.
    Stall(Duration),
    /// It fails, where the point says what failing is.
    Fail,
    /// The worker is dead: nothing follows.
    Gone,
}

/// What goes wrong where.
pub trait Plan: Send + Sync {
    /// A point is visited.
    fn visited(&self, visit: Visit<'_>) -> Fate;
}

static PLAN: OnceLock<Box<dyn Plan>> = OnceLock::new();

/// Sets the plan of this process, once. For programs of tests only.
///
/// # Errors
/// Where one is set already.
pub fn arm(plan: Box<dyn Plan>) -> Result<(), Box<dyn Plan>> {
    PLAN.set(plan)
}

thread_local! {
    /// Whether a gate let a call pass during this poll.
    static PASSED: Cell<bool> = const { Cell::new(false) };
}

/// Where the code is: what a plan may want to know. Nothing, where none is armed.
#[derive(Debug, Clone, Default)]
pub struct Here(Option<Arc<Place>>);

#[derive(Debug)]
struct Place {
    namespace: String,
    order: Option<String>,
}

/// The place of a ledger's user, and of the order it has in hand.
#[must_use]
pub fn here(namespace: &str, order: Option<&str>) -> Here {
    Here(PLAN.get().map(|_| {
        Arc::new(Place {
            namespace: namespace.to_owned(),
            order: order.map(str::to_owned),
        })
    }))
}

impl Here {
    /// A point is reached.
    pub async fn at(&self, point: Point) {
        match self.fate(point) {
            Fate::GoOn | Fate::Fail => {}
            Fate::Stall(time) => tokio::time::sleep(time).await,
            Fate::Gone => std::future::pending().await,
        }
    }

    /// The gate of a call is passed; for code that cannot wait. A stall holds up the whole thread, as it would be.
    ///
    /// # Errors
    /// Where the gate shall refuse.
    pub fn gate(&self) -> Result<(), String> {
        match self.fate(Point::GatePassed) {
            Fate::GoOn => {}
            Fate::Stall(time) => std::thread::sleep(time),
            Fate::Fail => return Err("a fault point".to_owned()),
            // The order's body ends here, without a word, as its process would have.
            Fate::Gone => std::panic::resume_unwind(Box::new("the worker is gone")),
        }
        PASSED.set(true);
        Ok(())
    }

    /// Makes a guarded call: its gate was passed and its bytes are out as soon as it waits for something after that.
    pub async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        if self.0.is_none() {
            return call.await;
        }
        let mut call = pin!(call);
        let mut passed = false;
        let answered = poll_fn(|cx| {
            PASSED.set(false);
            let polled = call.as_mut().poll(cx);
            passed |= PASSED.take();
            match polled {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending if passed => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await;
        match answered {
            Some(answer) => answer,
            None => {
                self.at(Point::RequestSent).await;
                call.await
            }
        }
    }

    /// Records an intent.
    ///
    /// # Errors
    /// As recording does, and where it shall fail.
    pub async fn intent(
        &self,
        record: impl Future<Output = Result<Recorded, RecordError>>,
    ) -> Result<Recorded, RecordError> {
        if self.0.is_none() {
            return record.await;
        }
        let mut record = pin!(record);
        // Handed in by its first poll; what it comes to is not looked at before the point.
        let at_once = poll_fn(|cx| match record.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => Poll::Ready(None),
        })
        .await;
        let fate = self.fate(Point::IntentSent);
        match fate {
            Fate::Stall(time) => tokio::time::sleep(time).await,
            Fate::Gone => std::future::pending().await,
            Fate::GoOn | Fate::Fail => {}
        }
        let recorded = match at_once {
            Some(recorded) => recorded?,
            None => record.await?,
        };
        if fate == Fate::Fail {
            return Err(LedgerError::Unavailable("a fault point".to_owned()).into());
        }
        Ok(recorded)
    }

    fn fate(&self, point: Point) -> Fate {
        let (Some(place), Some(plan)) = (&self.0, PLAN.get()) else {
            return Fate::GoOn;
        };
        plan.visited(Visit {
            point,
            namespace: &place.namespace,
            order: place.order.as_deref(),
        })
    }
}
