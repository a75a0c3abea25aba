//! One suite that every provider's adapter passes against its simulator.
//!
//! [`suite`] finds faults and panics at none, so that it can be shown to find them: against a server that is lenient
//! where a provider is not (`lenient`), it has to report. [`kits`] says what differs between the providers: how an
//! order of each kind is made, and what its call is named.

mod canary;
mod kits;
mod lenient;
mod suite;

use kits::{Kit, Shop};
use rstest::rstest;

#[rstest]
#[case::connectreseller(Shop::ConnectReseller)]
#[case::logicboxes(Shop::LogicBoxes)]
#[case::namecom(Shop::NameCom)]
#[tokio::test]
async fn every_provider_keeps_the_rules(#[case] shop: Shop) {
    let kit = Kit::straight(shop).await;
    let faults = suite::faults(&kit).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(
        kit.sim.unexpected(),
        vec![],
        "the simulator saw what nobody should send"
    );
}

#[rstest]
#[case::connectreseller(Shop::ConnectReseller)]
#[case::logicboxes(Shop::LogicBoxes)]
#[case::namecom(Shop::NameCom)]
#[tokio::test]
async fn no_read_changes_what_the_provider_holds(#[case] shop: Shop) {
    let kit = Kit::straight(shop).await;
    let (asked, faults) = suite::reads(&kit).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(asked > 0, "there are reads");
}
