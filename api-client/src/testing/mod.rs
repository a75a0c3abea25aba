//! What the tests of all providers share: a server that answers by a script, and the words in which answers to paid calls
//! are compared.

mod script;
mod verdict;

pub(crate) use self::script::{Reply, Scripted, Sent, fixture, raw};
pub(crate) use self::verdict::{Is, silent_answers};

/// That every fixture of a provider's folder is JSON and is named by one of its tests.
pub(crate) fn assert_every_fixture_is_read(provider: &str, tests: &[&str]) {
    let folder = format!("{}/src/{provider}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_suffix(".json") else {
            continue;
        };
        serde_json::from_str::<serde_json::Value>(&fixture(provider, &file)).unwrap();
        let quoted = format!("\"{name}\"");
        assert!(
            tests.iter().any(|text| text.contains(&quoted)),
            "{file} is read by no test"
        );
        seen += 1;
    }
    assert!(seen > 0, "no fixtures of {provider}");
}
