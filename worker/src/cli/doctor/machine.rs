//! This machine: files with secrets, the journal's folder, limits, the address to listen at. Needs no network.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use domorder_config::Source;
use secrecy::ExposeSecret as _;

use super::super::Loaded;
use super::Finding;
use crate::{files, wiring};

/// Settings whose value is a secret wherever it stands.
const SECRETS: [&str; 5] = ["api_key", "api_token", "secret", "previous_secret", "token"];

/// Everything that is wrong here.
pub(super) fn findings(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(sealing_keys(loaded));
    if !is_alone() {
        findings.extend(
            files_with_secrets(loaded)
                .into_iter()
                .filter(|file| all_may_read(file))
                .map(|file| {
                    Finding::new(
                        format!(
                            "{} holds a secret, and every user of this machine may read it",
                            file.display()
                        ),
                        format!("`chmod 0600 {}`, or keep others out of its folder", file.display()),
                    )
                }),
        );
    }
    findings.extend(journal(loaded));
    findings.extend(open_files(loaded));
    findings.extend(listen(loaded));
    findings
}

/// Without a configured file the first start writes one, which is nothing wrong.
fn sealing_keys(loaded: &Loaded) -> Option<Finding> {
    let file = wiring::key_file(&loaded.config, loaded.sources.file());
    if loaded.config.secrets.key_file.is_none() && !file.exists() {
        return None;
    }
    let error = wiring::key_ring(&loaded.config, loaded.sources.file(), false).err()?;
    Some(Finding::new(
        format!("the sealing keys cannot be used: {error:#}"),
        "give every replica the same file of lines `id:base64(32 bytes)` (`openssl rand -base64 32` makes a key); lost keys \
         lose the auth codes that they sealed",
    ))
}

/// The key file, secrets that came from files, and a configuration file with secrets in it.
fn files_with_secrets(loaded: &Loaded) -> Vec<PathBuf> {
    let mut files = vec![wiring::key_file(&loaded.config, loaded.sources.file())];
    let has_password = loaded.config.redis.url.expose_secret().contains('@');
    for (key, source) in loaded.sources.iter() {
        let last = key.rsplit('.').next().unwrap_or(key);
        let is_secret = SECRETS.contains(&last) || (key == "redis.url" && has_password);
        match source {
            Source::SecretFile(file) => files.push(file.clone()),
            Source::File(file) if is_secret => files.push(file.clone()),
            Source::File(_) | Source::Default | Source::Env(_) => {}
        }
    }
    files.retain(|file| file.exists());
    files.sort();
    files.dedup();
    files
}

/// In a container of domorder's own there are no other users, and secrets are mounted readable: the first process is this
/// program there.
fn is_alone() -> bool {
    let first = fs::read_link("/proc/1/exe").ok();
    first.is_some() && first == std::env::current_exe().ok()
}

/// Readable, and in folders that let everybody through.
fn all_may_read(file: &Path) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    let may = |path: &Path, bit: u32| fs::metadata(path).is_ok_and(|about| about.permissions().mode() & bit != 0);
    may(&file, 0o004) && file.ancestors().skip(1).all(|folder| may(folder, 0o001))
}

/// A journal that cannot be written lets nothing be bought.
fn journal(loaded: &Loaded) -> Option<Finding> {
    if !loaded.config.redis.keeps_journal() {
        return None;
    }
    let folder = wiring::journal_folder(&loaded.config, loaded.sources.file());
    // It is made at the first start: then the folder that it comes into counts.
    let there = folder
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("."));
    let probe = there.join(format!(".domorder-doctor-{}", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).open(&probe);
    let error = match made {
        Ok(_) => return fs::remove_file(&probe).err().map(|error| unwritable(&folder, &error)),
        Err(error) => error,
    };
    Some(unwritable(&folder, &error))
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Finding {
    Finding::new(
        format!(
            "the journal of paid calls in {} cannot be written: {error}",
            folder.display()
        ),
        "give the worker's user a folder of its own there, or name another in redis.journal_folder; what cannot be written is \
         not bought",
    )
}

fn open_files(loaded: &Loaded) -> Option<Finding> {
    let (needed, allowed) = (files::needed(&loaded.config), files::allowed()?);
    (allowed < needed).then(|| {
        Finding::new(
            format!("this process may open {allowed} files, and needs up to {needed} for its connections"),
            "raise the limit (`ulimit -n 65536`, `LimitNOFILE=65536`), or lower http.connections and the accounts' concurrency",
        )
    })
}

/// Taken is mostly taken by domorder itself.
fn listen(loaded: &Loaded) -> Option<Finding> {
    let address = loaded.config.http.listen;
    let error = TcpListener::bind(address)
        .err()
        .filter(|error| error.kind() != ErrorKind::AddrInUse)?;
    Some(Finding::new(
        format!("http.listen: {address} cannot be listened at: {error}"),
        "name an address of this machine (0.0.0.0 for all of them) and a port that its user may use",
    ))
}
