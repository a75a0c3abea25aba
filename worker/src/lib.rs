//! The worker that drives domain and email orders to their end, charged once.
