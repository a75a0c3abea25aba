//! `domorder call` and `domorder accounts check`, whole: the built program against the real simulator.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

mod shop;

use domorder_api_client::catalogue::{CATALOGUE, endpoints_of};
use domorder_tests_sim::{Behaviour, Rule};
use rstest::rstest;
use shop::{Shop, program};

const RENEWAL: [&str; 5] = [
    "cr-main",
    "RenewalOrder",
    "Websitename=renew-1.example",
    "Duration=1",
    "Id=5512",
];

#[tokio::test]
async fn a_read_prints_its_answer_as_json() {
    let shop = Shop::open().await;
    let ran = shop
        .call(&["cr-main", "ViewDomain", "websiteName=renew-1.example"], "")
        .await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.json()["responseData"]["websiteName"], "renew-1.example");
    let ran = shop
        .call(&["nc-main", "domain/get", "domain=renew-1.example"], "")
        .await;
    assert_eq!((ran.code, ran.json()["result"]["code"].as_i64()), (0, Some(100)));
    shop.nothing_unexpected();
}

#[tokio::test]
async fn what_spends_money_needs_a_yes() {
    let shop = Shop::open().await;
    let ran = shop.call(&RENEWAL, "y\n").await;
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("no terminal to ask at") && ran.err.contains("--yes"),
        "{ran:?}"
    );
    assert_eq!((ran.out.as_str(), shop.sim.control().requests().total), ("", 0));

    let ran = shop.call(&[&RENEWAL[..], &["--yes"]].concat(), "").await;
    assert_eq!(
        (ran.code, ran.json()["responseMsg"]["statusCode"].as_i64()),
        (0, Some(200))
    );
    assert_eq!(
        shop.sim.control().charges().standing("RenewalOrder", "renew-1.example"),
        1
    );
    shop.nothing_unexpected();
}

#[rstest]
#[case::yes("y\n", 0, 1)]
#[case::no("n\n", 1, 0)]
#[case::nothing("\n", 1, 0)]
#[tokio::test]
async fn at_a_terminal_it_asks_first(#[case] answer: &str, #[case] code: i32, #[case] charges: u64) {
    let shop = Shop::open().await;
    let ran = shop.call_at_terminal(&RENEWAL, answer).await;
    assert_eq!(ran.code, code, "{ran:?}");
    for part in [
        "RenewalOrder at connectreseller, account cr-main: Buys years",
        "Websitename = renew-1.example",
        "Go on? [y/N]",
    ] {
        assert!(ran.out.contains(part), "{ran:?}");
    }
    assert_eq!(ran.out.contains("nothing was sent"), charges == 0, "{ran:?}");
    let standing = shop.sim.control().charges().count;
    assert_eq!(standing, charges);
}

#[tokio::test]
async fn a_refusal_is_exit_code_1_with_the_provider_s_words_and_answer() {
    let shop = Shop::open().await;
    let ran = shop
        .call(&["cr-main", "ViewDomain", "websiteName=nobody.example"], "")
        .await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.starts_with("error: connectreseller refused: "), "{ran:?}");
    assert!(ran.json().is_object());
}

#[tokio::test]
async fn an_unknown_outcome_says_what_to_read_and_that_read_can_be_typed() {
    let shop = Shop::open().await;
    let lost = Rule::new(Behaviour::DoThenDrop).operation("RenewalOrder").once();
    shop.sim.control().add_fault(lost);
    let ran = shop.call(&[&RENEWAL[..], &["--yes"]].concat(), "").await;
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(ran.err.contains("Don't repeat it before a read shows"), "{ran:?}");
    assert_eq!(shop.sim.control().requests().calls("RenewalOrder"), 1);
    let reads: Vec<&str> = ran
        .err
        .lines()
        .filter_map(|l| l.strip_prefix("  domorder call "))
        .collect();
    assert!(!reads.is_empty(), "{ran:?}");
    for read in reads {
        let words: Vec<&str> = read.split(' ').collect();
        let ran = shop.call(&words, "").await;
        assert!(ran.code <= 1 && ran.json().is_object(), "{read}: {ran:?}");
    }
    shop.nothing_unexpected();
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_exit_code_3() {
    let shop = Shop::open().await;
    shop.sim.control().refuse_connections();
    for arguments in [
        &["cr-main", "ViewDomain", "websiteName=renew-1.example"][..],
        &[&RENEWAL[..], &["--yes"]].concat(),
    ] {
        let ran = shop.call(arguments, "").await;
        assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{ran:?}");
        assert!(ran.err.contains("nothing was sent"), "{ran:?}");
    }
}

#[tokio::test]
async fn wrong_usage_names_every_fault_and_sends_nothing() {
    let shop = Shop::open().await;
    let ran = shop
        .call(
            &[
                "cr-main",
                "TransferOrder",
                "Websitenam=a.example",
                "AuthCode=canary-code",
                "Id=many",
                "canary-word",
                "--yes",
            ],
            "",
        )
        .await;
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    for part in [
        "`Websitenam` is no parameter of TransferOrder; it takes Websitename, ",
        "`Websitename` is missing",
        "AuthCode=@FILE",
        "`Id` must be a whole number",
        "parameter 4 is no NAME=VALUE",
        "--describe",
    ] {
        assert!(ran.err.contains(part), "{part}: {ran:?}");
    }
    assert!(!ran.err.contains("canary"), "{ran:?}");
    assert!(!ran.err.contains("`AuthCode` is missing"), "{ran:?}");

    for (arguments, said) in [
        (&["cr-main", "RenewOrder"][..], "did you mean RenewalOrder"),
        (&["cr-mian", "RenewalOrder"], "configured: cr-main, lb-main, nc-main"),
        (&["cr-main"], "OPERATION"),
        (&["--list", "godaddy"], "there is no provider `godaddy`"),
        (&["cr-main", "Order", "--describe", "--yes"], "cannot be used with"),
    ] {
        let ran = shop.call(arguments, "").await;
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        assert!(ran.err.contains(said), "{ran:?}");
    }
    assert_eq!(shop.sim.control().requests().total, 0);
}

#[tokio::test]
async fn a_secret_comes_from_a_file_or_standard_input_and_is_never_printed() {
    let shop = Shop::open().await;
    let file = shop.file("code", "canary-code-1\n");
    let by_file = format!("AuthCode=@{file}");
    let order = |name: &'static str, code: &str| {
        ["cr-main", "TransferOrder", name, code, "Id=5512", "--yes"].map(str::to_owned)
    };
    let words = order("Websitename=away-1.example", &by_file);
    let ran = shop.call(&words.each_ref().map(String::as_str), "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let words = order("Websitename=away-2.example", "AuthCode=-");
    let ran = shop
        .call(&words.each_ref().map(String::as_str), "canary-code-2\n")
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let words = order("Websitename=away-3.example", "AuthCode=-");
    let lost = Rule::new(Behaviour::DoThenDrop).operation("TransferOrder").once();
    shop.sim.control().add_fault(lost);
    let ran = shop
        .call(&words.each_ref().map(String::as_str), "canary-code-3\n")
        .await;
    assert_eq!(ran.code, 1, "{ran:?}");
    // `Shop::call` has looked for canaries and keys in all that was printed.
    assert_eq!(shop.sim.control().requests().calls("TransferOrder"), 3);

    let shown = shop
        .call(&["cr-main", "ViewDomain", "websiteName=renew-1.example"], "")
        .await;
    let id = format!("domainNameId={}", shown.json()["responseData"]["domainNameId"]);
    let ran = shop.call(&["cr-main", "ViewEPPCode", &id], "").await;
    assert_eq!((ran.code, ran.out.contains("***")), (0, true), "{ran:?}");
    shop.nothing_unexpected();
}

#[tokio::test]
async fn every_operation_is_listed_and_described() {
    let ran = program(&["call", "--list", "-o", "json"], "").await;
    let listed = ran.json();
    let listed = listed.as_array().unwrap();
    assert_eq!(
        listed.len(),
        CATALOGUE.iter().map(|(_, rows)| rows.len()).sum::<usize>()
    );
    for (provider, least) in [("connectreseller", 41), ("namecom", 22), ("logicboxes", 70)] {
        let names: Vec<&str> = listed
            .iter()
            .filter(|row| row["provider"] == provider)
            .map(|row| row["operation"].as_str().unwrap())
            .collect();
        assert!(names.len() >= least, "{provider}: {}", names.len());
        let rows = endpoints_of(provider).unwrap();
        assert_eq!(names, rows.iter().map(|row| row.name).collect::<Vec<_>>());
    }
    for row in listed {
        for key in ["method", "path", "class", "repeatable", "summary", "source", "params"] {
            assert!(!row[key].is_null(), "{row}");
        }
        assert!(["paid", "write", "read"].contains(&row["class"].as_str().unwrap()));
    }

    let table = program(&["call", "--list", "connectreseller"], "").await;
    assert_eq!((table.code, table.err.as_str()), (0, ""));
    assert!(table.out.contains("RenewalOrder") && !table.out.contains("dns/create"));

    let shop = Shop::open().await;
    for (account, (_, rows)) in ["cr-main", "lb-main", "nc-main"].into_iter().zip(CATALOGUE) {
        let row = rows.iter().find(|row| row.params.len() > 2).unwrap();
        let ran = shop.call(&[account, row.name, "--describe"], "").await;
        assert!(
            ran.code == 0 && row.params.iter().all(|param| ran.out.contains(param.name)),
            "{ran:?}"
        );
        let ran = shop.call(&[account, row.name, "--describe", "-o", "json"], "").await;
        assert_eq!(ran.json()["params"].as_array().unwrap().len(), row.params.len());
    }
    let ran = shop.call(&["cr-main", "TransferOrder", "--describe"], "").await;
    assert!(ran.out.contains("AuthCode=@FILE"), "{ran:?}");
    assert_eq!(shop.sim.control().requests().total, 0, "describing asks nobody");
}

#[tokio::test]
async fn accounts_are_checked_by_credentials_funds_and_clock() {
    let shop = Shop::open().await;
    let check = |ran: &shop::Ran, account: &str| {
        let json = ran.json();
        let rows = json.as_array().unwrap();
        rows.iter().find(|row| row["account"] == account).unwrap().clone()
    };
    // Its funds are asked for by the reseller's number, which an account without a name does not tell.
    assert_eq!(
        shop.call(&["cr-main", "ViewDomain", "websiteName=renew-1.example"], "")
            .await
            .code,
        0
    );
    let ran = shop.run(&["accounts", "check", "-o", "json"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for account in ["cr-main", "lb-main", "nc-main"] {
        let row = check(&ran, account);
        assert_eq!(
            (&row["ok"], &row["said"]),
            (&true.into(), &serde_json::Value::Null),
            "{row}"
        );
        assert_eq!(row["funds"]["positive"], true, "{row}");
        assert!(row["clock_ahead_secs"].as_i64().unwrap().abs() <= 10, "{row}");
    }
    let table = shop.run(&["accounts", "check", "cr-main"], "").await;
    assert!(
        table.out.contains("100000000") && table.out.contains("agrees"),
        "{table:?}"
    );
    assert!(!table.out.contains("nc-main"), "{table:?}");

    shop.sim.control().add_fault(Rule::new(Behaviour::Unauthorized));
    let ran = shop.run(&["accounts", "check", "-o", "json"], "").await;
    assert_eq!((ran.code, &check(&ran, "nc-main")["ok"]), (1, &false.into()), "{ran:?}");
    shop.sim.control().clear_faults();
    shop.sim.control().refuse_connections();
    let ran = shop.run(&["accounts", "check", "-o", "json"], "").await;
    assert_eq!(ran.code, 3, "{ran:?}");
    let row = check(&ran, "cr-main");
    assert_eq!(
        (&row["ok"], &row["funds"], &row["clock_ahead_secs"]),
        (&false.into(), &().into(), &().into())
    );
}
