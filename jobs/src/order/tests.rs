use rstest::rstest;

use super::*;

#[test]
fn an_id_reads_back_and_knows_its_shard() {
    let id = OrderId::new("example.com", 16);
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(id.shard(), shard_of("example.com", 16));
    assert_eq!(
        serde_json::from_str::<OrderId>(&serde_json::to_string(&id).unwrap()).unwrap(),
        id
    );
}

#[rstest]
#[case("")]
#[case("0")]
#[case("0-")]
#[case("-01JZ0000000000000000000000")]
#[case("00-01JZ0000000000000000000000")]
#[case("+0-01JZ0000000000000000000000")]
#[case("65536-01JZ0000000000000000000000")]
#[case("0-01jz0000000000000000000000")]
#[case("0-01JZ000000000000000000000")]
#[case("0-81JZ0000000000000000000000")]
#[case("0-01JZ0000000000000000000000 ")]
fn other_texts_are_no_id(#[case] text: &str) {
    assert_eq!(text.parse::<OrderId>(), Err(NoOrderId));
}

#[test]
fn the_shard_of_a_domain_is_pinned() {
    // Changing it would look for kept orders where they are not.
    assert_eq!(shard_of("example.com", 1), 0);
    assert_eq!(
        [
            shard_of("example.com", 16),
            shard_of("example.net", 16),
            shard_of("example.org", 1000)
        ],
        [5, 11, 862]
    );
    assert_eq!(shard_of("example.com", 0), 0);
}

#[test]
fn every_shard_is_used() {
    let used: std::collections::BTreeSet<u16> = (0..200).map(|n| shard_of(&format!("name{n}.com"), 8)).collect();
    assert_eq!(used.len(), 8);
}

#[test]
fn a_record_without_the_usual_reads_as_the_usual() {
    let text = r#"{"id":"0-01JZ0000000000000000000000","idempotency_key":"k","kind":"renew","account":"a","domain":"example.com","years":1}"#;
    let order: Order = serde_json::from_str(text).unwrap();
    assert_eq!(order.priority, Priority::Normal);
    assert_eq!(serde_json::to_string(&order).unwrap(), text);
}
