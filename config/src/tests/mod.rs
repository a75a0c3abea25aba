//! Configurations made up per test: given a file and variables, then what is loaded or refused.

mod default_toml;
mod faults;
mod layers;
mod secrets;
mod telemetry;

use std::path::PathBuf;

use tempfile::TempDir;

use crate::{Config, ConfigErrors, LoadOptions, Sources, load};

/// A folder with a configuration file, and an environment.
struct World {
    folder: TempDir,
    env: Vec<(String, String)>,
}

fn world(toml: &str) -> World {
    let world = World {
        folder: tempfile::tempdir().unwrap(),
        env: Vec::new(),
    };
    world.write("domorder.toml", toml);
    world
}

impl World {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn with(self, name: &str, content: &str) -> Self {
        self.write(name, content);
        self
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn try_load(&self) -> Result<(Config, Sources), ConfigErrors> {
        load(LoadOptions {
            file: Some(self.path("domorder.toml")),
            env: self.env.clone(),
        })
    }

    fn load(&self) -> (Config, Sources) {
        self.try_load().unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn refused(&self) -> ConfigErrors {
        match self.try_load() {
            Ok(_) => panic!("a faulty configuration was taken"),
            Err(errors) => errors,
        }
    }
}

/// An account that is right, for tests of something else.
const ACCOUNT: &str = "[accounts.cr-main]\nprovider = \"connectreseller\"\napi_key = \"k\"\n";

/// 24 bytes, as Standard Webhooks wants them.
const WEBHOOK_SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
