//! What may be set, and to what: the configuration of domorder.
