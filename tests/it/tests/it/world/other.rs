//! Another program than the one under test: that of an earlier release, on the same ledger.

use std::path::{Path, PathBuf};

use super::program::{Ran, run_program};
use super::replica::{Replica, program};
use super::{World, next};

/// Settings that an earlier program may not know yet, by how they begin; it goes by its defaults there.
const NEWER: [&str; 1] = ["breaker."];

/// A program, and this world's configuration as far as it understands it.
pub(crate) struct Other {
    program: PathBuf,
    config: PathBuf,
}

impl World {
    /// That of the release before (`DOMORDER_PREVIOUS`, as `tests/upgrade` builds it); this one, where there is none.
    pub(crate) async fn previous(&self) -> Other {
        let named = std::env::var_os("DOMORDER_PREVIOUS").map(PathBuf::from);
        let program = named.unwrap_or_else(program);
        assert!(
            program.exists(),
            "DOMORDER_PREVIOUS: {} is not there",
            program.display()
        );
        // Beside the other one, so that both find the same sealing key.
        let config = self.folder().join("domorder-previous.toml");
        let mut builder = self.builder.clone();
        std::fs::write(&config, builder.text()).unwrap();
        let previous = Other { program, config };
        if self.run_by(&previous, &["config", "check"], "").await.code != 0 {
            builder.leave_out(|key| NEWER.iter().any(|newer| key.starts_with(newer)));
            std::fs::write(&previous.config, builder.text()).unwrap();
            self.run_by(&previous, &["config", "check"], "").await.ended(0);
        }
        previous
    }

    /// Runs another program with the configuration that it understands.
    pub(crate) async fn run_by(&self, other: &Other, arguments: &[&str], input: &str) -> Ran {
        let config = other.config.to_str().unwrap();
        run_program(
            &other.program,
            &[arguments, &["--config", config]].concat(),
            input,
            None,
        )
        .await
    }

    /// Starts a replica of another program.
    pub(crate) async fn another_replica_of(&mut self, other: &Other) -> usize {
        let log = self.folder().join(format!("replica-{}.log", next()));
        let replica = Replica::spawn_program(&other.program, &[], &other.config, &["run"], &[], log);
        replica.until_it_listens().await;
        self.replicas.push(replica);
        self.replicas.len() - 1
    }
}

impl Other {
    /// Whether it is the program under test itself.
    pub(crate) fn is_this_one(&self) -> bool {
        self.program == *program()
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.program
    }
}
