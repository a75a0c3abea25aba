//! The whole worker on simulated providers and a real Redis.
