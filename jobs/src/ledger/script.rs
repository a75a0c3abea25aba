//! The scripts. Each file's head says what it takes and returns; `common.lua` stands before all of them.

use std::sync::LazyLock;

use redis::{Cmd, Pipeline};

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $file:literal,)+) => {
        $($(#[$doc])* pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!(include_str!("scripts/common.lua"), include_str!(concat!("scripts/", $file)))));)+

        /// The name of the script with this hash.
        pub(super) fn name_of(sha1: &[u8]) -> Option<&'static str> {
            let names = [$((&$name, $file),)+];
            let (_, file) = names.into_iter().find(|(script, _)| script.sha1.as_bytes() == sha1)?;
            file.strip_suffix(".lua")
        }

        /// Appends the loading of every script.
        pub(super) fn load(pipeline: &mut Pipeline) {
            $(pipeline.cmd("SCRIPT").arg("LOAD").arg($name.text);)+
        }
    };
}

scripts! {
    /// Creates orders.
    ACCEPT = "accept.lua",
    /// Hands out due orders.
    CLAIM = "claim.lua",
    /// Records what became of orders.
    RECORD = "record.lua",
    /// Extends leases and hands orders back.
    LEASE = "lease.lua",
    /// Gives a signal.
    SIGNAL = "signal.lua",
    /// Appends evidence.
    NOTE = "note.lua",
    /// Deletes finished orders.
    SWEEP = "sweep.lua",
    /// Finds orders to delete.
    SWEEP_FIND = "sweep_find.lua",
    /// Frees an idempotency key.
    RELEASE_KEY = "release_key.lua",
    /// Replaces sealed values.
    RESEAL = "reseal.lua",
    /// Sets aside and puts back.
    ASIDE = "aside.lua",
    /// Remembers contacts.
    CONTACTS = "contacts.lua",
    /// Takes a call from an account's rate.
    PACE = "pace.lua",
    /// Counts what becomes of an account's calls.
    BREAKER = "breaker.lua",
    /// Keeps an account's money apart.
    PURSE = "purse.lua",
    /// Has parked orders looked at.
    POKE = "poke.lua",
    /// Counts an account's work.
    DEPTH = "depth.lua",
    /// Who delivers to a webhook endpoint.
    WEBHOOK_LEASE = "webhook_lease.lua",
    /// How far an endpoint has come.
    WEBHOOK_SAVE = "webhook_save.lua",
    /// Looks at that.
    WEBHOOK_LOOK = "webhook_look.lua",
    /// Delivers dead letters again.
    WEBHOOK_REPLAY = "webhook_replay.lua",
    /// Deletes an endpoint's state.
    WEBHOOK_FORGET = "webhook_forget.lua",
}

/// A script and its name on the server.
pub(super) struct Script {
    text: &'static str,
    sha1: String,
}

impl Script {
    fn new(text: &'static str) -> Self {
        Self {
            text,
            sha1: redis::Script::new(text).get_hash().to_owned(),
        }
    }

    /// The command that runs it on one key; arguments are to follow.
    pub(super) fn call(&self, key: &str) -> Cmd {
        self.call_on(&[key])
    }

    /// The same on several keys, which in a cluster must share a slot.
    pub(super) fn call_on(&self, keys: &[impl AsRef<str>]) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(&self.sha1).arg(keys.len());
        for key in keys {
            command.arg(key.as_ref());
        }
        command
    }
}
