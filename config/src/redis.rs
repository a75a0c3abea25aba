//! `[redis]` and `[secrets]`: where orders live, and the keys that seal auth codes there.

use std::path::PathBuf;

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
}

impl Redis {
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
    Some(Redis {
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
