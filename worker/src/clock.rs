//! The system's clock, for the few places where no clock of Redis' is at hand: intake before the first reply, the
//! command line. What decides about money uses Redis' clock (see the handler).

use jiff::Timestamp;

/// Now, by this machine.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::now()
}
