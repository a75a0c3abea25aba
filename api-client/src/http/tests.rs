//! Every way a connection can fail.
