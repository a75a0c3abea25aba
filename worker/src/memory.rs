//! Memory that holds secrets stays in the process: no core file is written of it, and no other process of the same user
//! may read it or its environment.
//!
//! Keys, tokens and auth codes are wiped when they are dropped, and stand in memory until then. A core file would put them
//! on a disk, and often into a crash report that is sent somewhere. Whoever has to debug a running worker does it as root.

use nix::sys::prctl::set_dumpable;
use nix::sys::resource::{Resource, setrlimit};

/// Closes this process's memory. What the kernel refuses is told, and no reason to end: nothing depends on it.
pub fn close() {
    if let Err(error) = setrlimit(Resource::RLIMIT_CORE, 0, 0) {
        tracing::warn!(%error, "core files could not be forbidden");
    }
    if let Err(error) = set_dumpable(false) {
        tracing::warn!(%error, "the process's memory could not be closed to others");
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::prctl::get_dumpable;
    use nix::sys::resource::getrlimit;

    use super::*;

    #[test]
    fn a_closed_process_leaves_no_core_and_is_not_read_by_others() {
        close();
        assert_eq!(getrlimit(Resource::RLIMIT_CORE), Ok((0, 0)));
        assert_eq!(get_dumpable(), Ok(false));
    }
}
