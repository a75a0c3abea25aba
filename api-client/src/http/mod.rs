//! The one door out.

/// The connection of one attempt.
#[derive(Debug)]
pub struct Visit {}
