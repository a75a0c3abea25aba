//! What the targets share: a configuration with an account of each provider, seeds out of the repository, secrets.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domorder_config::{Config, LoadOptions, load};
use domorder_jobs::catalogue::Catalogue;
use domorder_tests_support::fuzz::Limits;

/// The set clock.
pub(crate) const NOW: &str = "2026-05-01T12:00:00Z";
/// Every secret of a seed holds it, so that it is found wherever it should not be.
pub(crate) const CANARY: &str = "Canary";

const CONFIG: &str = r#"
[accounts.cr-main]
provider = "connectreseller"
api_key = "cr-Canary-key-0001"
default_customer = "5512"
default_nameservers = ["ns1.host.example", "ns2.host.example"]
[accounts.lb-main]
provider = "logicboxes"
auth_userid = "123456"
api_key = "lb-Canary-key-0001"
default_customer = "4400012"
default_nameservers = ["ns1.host.example", "ns2.host.example"]
[accounts.lb-main.defaults]
registrant = "991"
[accounts.nc-main]
provider = "namecom"
username = "shop"
api_token = "nc-Canary-token-0001"
"#;

/// A short run: all targets together take less than half a minute.
pub(crate) fn brief(inputs: u64) -> Limits {
    Limits::brief(inputs, Duration::from_secs(4))
}

/// Where broken inputs are kept.
pub(crate) fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Files of a folder of the repository with this ending: name and content, sorted.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    assert!(
        !files.is_empty(),
        "{} holds nothing that ends in {ending}",
        folder.display()
    );
    files
}

/// Lines of the demo's documents.
pub(crate) fn demo_documents() -> Vec<String> {
    let lines = |(name, text): (String, Vec<u8>)| {
        let text = String::from_utf8(text).unwrap();
        let kept = name != "signals.ndjson";
        let lines: Vec<String> = text
            .lines()
            .filter(|line| kept && !line.is_empty())
            .map(str::to_owned)
            .collect();
        lines
    };
    files("deploy/demo-orders", ".ndjson")
        .into_iter()
        .flat_map(lines)
        .collect()
}

/// A configuration with an account at each provider.
pub(crate) fn config() -> Config {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("domorder.toml");
    fs::write(&file, CONFIG).unwrap();
    let options = LoadOptions {
        file: Some(file),
        env: Vec::new(),
    };
    load(options).unwrap().0
}

/// What intake knows of these accounts, as the worker makes it.
pub(crate) fn catalogue() -> Catalogue {
    // Already installed by another test of this process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = config();
    let providers = domorder::wiring::providers(&config).unwrap();
    domorder::wiring::catalogue(&config, &providers)
}
