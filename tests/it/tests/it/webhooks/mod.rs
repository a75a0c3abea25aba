//! Webhooks: what an endpoint hears, in which order, and what of endpoints that are down, slow or hostile.

mod dead;
mod encrypted;
mod hostile;
mod told;
mod trouble;
