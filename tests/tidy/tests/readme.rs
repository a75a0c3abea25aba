//! The README's tables are what the code says. `DOMORDER_UPDATE_README=1` writes them anew.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

use std::sync::Arc;

use domorder_api_client::http::CallClass;
use domorder_api_client::provider::{Operation, Provider};
use domorder_api_client::{catalogue, connectreseller, guards, logicboxes, namecom};
use domorder_jobs::machine::UnknownAttempts;
use domorder_tests_tidy::root;
use secrecy::SecretString;
use url::Url;

/// Where a table stands; a line with this begins it, and one with `END` ends it.
const BEGIN: &str = "<!-- made of code: ";
const END: &str = "<!-- end -->";

fn providers() -> Vec<(&'static str, Arc<dyn Provider>)> {
    let nobody = || Url::parse("http://127.0.0.1:9/").unwrap();
    let key = || SecretString::from("none");
    vec![
        (
            "ConnectReseller",
            Arc::new(connectreseller::ConnectReseller::new(connectreseller::Settings::new(nobody(), key())).unwrap()),
        ),
        (
            "LogicBoxes",
            Arc::new(logicboxes::LogicBoxes::new(logicboxes::Settings::new(nobody(), "1", key())).unwrap()),
        ),
        (
            "Name.com",
            Arc::new(namecom::NameCom::new(namecom::Settings::new(nobody(), "none", key())).unwrap()),
        ),
    ]
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().collect();
    format!("| {} |\n", cells.join(" | "))
}

fn yes(holds: bool) -> String {
    if holds { "yes" } else { "–" }.to_owned()
}

/// What each provider can be asked for.
fn offers() -> String {
    let providers = providers();
    let head = providers.iter().map(|(name, _)| (*name).to_owned());
    let mut table = row(std::iter::once(String::new()).chain(head));
    table += &row((0..=providers.len()).map(|_| "---".to_owned()));
    let mut line = |what: &str, cell: &dyn Fn(&dyn Provider) -> String| {
        let cells = providers.iter().map(|(_, provider)| cell(provider.as_ref()));
        table += &row(std::iter::once(what.to_owned()).chain(cells));
    };
    for operation in Operation::ALL {
        line(operation.as_str(), &|provider| yes(provider.sells(operation)));
    }
    line("new auth code for a running transfer", &|provider| {
        yes(provider.abilities().amends_auth_code)
    });
    line("approval mail sent again", &|provider| {
        yes(provider.abilities().resends_approval)
    });
    line("a transfer cancelled that is not stalled", &|provider| {
        yes(provider.abilities().cancels_moving)
    });
    for (what, class) in [
        ("look-ups (`domorder call`)", CallClass::Read),
        ("management, free", CallClass::Write),
        ("spends or destroys", CallClass::Paid),
    ] {
        line(what, &|provider| {
            let rows = provider.endpoints().iter().filter(|row| row.class == class);
            rows.count().to_string()
        });
    }
    table
}

/// What keeps each order at one effect.
fn exactly_once() -> String {
    let head = [
        "order",
        "provider",
        "what proves the effect",
        "guard",
        "sent again when",
        "attempts at most",
        "remaining risk",
    ];
    let mut table = row(head.map(str::to_owned));
    table += &row(head.map(|_| "---".to_owned()));
    let most = UnknownAttempts::default();
    for operation in Operation::ALL {
        for (name, provider) in providers().iter().filter(|(_, provider)| provider.sells(operation)) {
            let guard = provider.guard(operation);
            let cells = [
                operation.as_str(),
                name,
                guards::witness(operation),
                guard.words(),
                guard.sent_again(),
                &most.of(guard).to_string(),
                guard.remaining_risk(),
            ];
            table += &row(cells.map(str::to_owned));
        }
    }
    table
}

/// The README with its tables as the code has them.
fn made(readme: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in readme.lines() {
        if let Some(name) = line.strip_prefix(BEGIN) {
            let table = match name.trim_end_matches(" -->") {
                "offers" => offers(),
                "exactly-once" => exactly_once(),
                other => panic!("no table is called {other}"),
            };
            text += &format!("{line}\n{table}");
            inside = true;
        }
        inside &= line != END;
        if !inside {
            text += line;
            text.push('\n');
        }
    }
    assert!(!inside, "a table without its end");
    text
}

#[test]
fn the_tables_of_the_readme_are_what_the_code_says() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let made = made(&readme);
    if std::env::var_os("DOMORDER_UPDATE_README").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    assert_eq!(readme.matches(BEGIN).count(), 2, "both tables are there");
    assert!(
        readme == made,
        "README.md and the code differ: run this test with DOMORDER_UPDATE_README=1 and look at the change"
    );
}

#[test]
fn a_table_that_says_something_else_is_noticed() {
    let honest = made(&format!("{BEGIN}offers -->\n{END}\n"));
    assert_eq!(made(&honest), honest, "made twice, it is the same");
    let changed = honest.replacen("| yes |", "| – |", 1);
    assert!(changed != honest && made(&changed) == honest);
}

#[test]
fn every_row_of_every_provider_is_in_the_catalogue() {
    for (_, provider) in providers() {
        let listed = catalogue::endpoints_of(provider.name()).unwrap();
        let names = |rows: &'static [domorder_api_client::endpoint::Endpoint]| rows.iter().map(|row| row.name);
        assert!(names(listed).eq(names(provider.endpoints())), "{}", provider.name());
    }
    assert_eq!(catalogue::CATALOGUE.len(), providers().len());
}
