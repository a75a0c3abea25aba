//! What can be done about a transfer that the provider has.

/// The remedies of a provider: a signal that asks for another is refused where it comes in, and none is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abilities {
    /// It takes a new auth code in place. Without that, the transfer is cancelled there and placed anew.
    pub amends_auth_code: bool,
    /// It sends the approval mail again.
    pub resends_approval: bool,
    /// It cancels a transfer that is moving; without that, only one that is stalled.
    pub cancels_moving: bool,
}
