//! Real servers for tests: a private Redis on its own port and folder, persistent as in production.
