//! `[redis]` and `[secrets]`: where orders live, and the keys that seal auth codes there.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::error::Fault;
use crate::secret;
use crate::settings::Settings;
use crate::words::words;

words! {
    /// What an intent waits for before money is spent.
    pub enum Durability {
        /// The intent is on Redis' own disk.
        Fsync = "fsync",
        /// The intent is on the disk of Redis and of a replica.
        Replicated = "replicated",
        /// Redis has answered; a crash of the server may lose it.
        Relaxed = "relaxed",
    }
}

words! {
    /// Whether paid calls are also written to a journal beside the worker.
    pub enum JournalUse {
        /// Only under `durability = "relaxed"`.
        Auto = "auto",
        /// Always.
        On = "on",
        /// Never.
        Off = "off",
    }
}

/// `[redis]`.
#[derive(Debug, Clone)]
pub struct Redis {
    /// The address, for clients; secret, for it may carry a password.
    pub url: SecretString,
    /// `<ns>`; no key is ever used outside it.
    pub namespace: String,
    /// Hash-tag partitions, 1 to 1024.
    pub shards: u16,
    /// What an intent waits for.
    pub durability: Durability,
    /// Whether there is a journal beside the worker.
    pub journal: JournalUse,
    /// Its folder; none: `domorder.journal` beside the configuration.
    pub journal_folder: Option<PathBuf>,
    /// How long its entries are kept.
    pub journal_keep: Duration,
}

impl Redis {
    /// Whether paid calls are written to a journal beside the worker.
    #[must_use]
    pub fn keeps_journal(&self) -> bool {
        match self.journal {
            JournalUse::Auto => self.durability == Durability::Relaxed,
            JournalUse::On => true,
            JournalUse::Off => false,
        }
    }

    /// The address with user, password and query values hidden, for logs.
    pub fn masked_url(&self) -> String {
        secret::mask_url(self.url.expose_secret())
    }
}

pub(crate) fn redis(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Redis> {
    let url = settings.need("redis.url", "the address of Redis", faults);
    let namespace = settings.get("redis.namespace");
    let shards = settings
        .get::<u32>("redis.shards")
        .and_then(|shards| u16::try_from(shards).ok());
    let durability = settings
        .get::<String>("redis.durability")
        .and_then(|word| Durability::from_word(&word));
    let journal = settings
        .get::<String>("redis.journal")
        .and_then(|word| JournalUse::from_word(&word));
    Some(Redis {
        journal: journal?,
        journal_folder: settings.get("redis.journal_folder"),
        journal_keep: settings.get("redis.journal_keep")?,
        url: url?,
        namespace: namespace?,
        shards: shards?,
        durability: durability?,
    })
}

/// `[secrets]`.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The file with the keys that seal auth codes, a key a line; none: `run` writes one beside the configuration.
    pub key_file: Option<PathBuf>,
}

pub(crate) fn secrets(settings: &Settings) -> Secrets {
    Secrets {
        key_file: settings.get("secrets.key_file"),
    }
}
