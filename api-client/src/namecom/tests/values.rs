//! Values in all the ways they are written.

use serde::Deserialize;
use serde_json::json;

use super::super::scalar::{boolean, decimal, map, stamp_if, text, whole, whole_if};
use super::super::wire::{self, Stamp, Verdict};
use super::*;

#[derive(Debug, Deserialize)]
struct One {
    #[serde(default, deserialize_with = "whole_if")]
    whole: Option<u64>,
    #[serde(default, deserialize_with = "stamp_if")]
    stamp: Option<Stamp>,
}

fn one(json: Value) -> Result<One, String> {
    wire::read(json)
}

#[test]
fn numbers_booleans_and_texts_come_in_two_forms() {
    for (json, number) in [(json!(7), 7), (json!("7"), 7), (json!(" 7 "), 7)] {
        assert_eq!(whole(json).unwrap(), number);
    }
    for json in [json!(-1), json!(1.5), json!("x"), json!(null), json!([])] {
        assert!(whole(json).is_err());
    }
    for (json, truth) in [
        (json!(true), true),
        (json!("1"), true),
        (json!(1), true),
        (json!("True"), true),
        (json!(false), false),
        (json!("0"), false),
        (json!(0), false),
    ] {
        assert_eq!(boolean(json).unwrap(), truth);
    }
    for json in [json!("yes"), json!(2), json!(null), json!("")] {
        assert!(boolean(json).is_err());
    }
    assert_eq!(text(json!(2.0)).unwrap(), "2.0");
    assert_eq!(
        (decimal(json!("10.49")).unwrap(), decimal(json!(84.2)).unwrap()),
        ("10.49".into(), "84.2".into())
    );
    for json in [
        json!(""),
        json!("1e3"),
        json!("1."),
        json!(".5"),
        json!("NaN"),
        json!(true),
    ] {
        assert!(decimal(json.clone()).is_err(), "{json}");
    }
}

#[test]
fn an_empty_array_is_an_empty_object_and_a_full_one_is_none() {
    assert!(map::<_, String>(json!([])).unwrap().is_empty());
    assert_eq!(map::<_, String>(json!({"a": "b"})).unwrap()["a"], "b");
    assert!(map::<_, String>(json!(["a"])).is_err());
    assert!(map::<_, String>(json!(null)).is_err());
}

#[test]
fn a_time_has_one_spelling_and_no_zone() {
    let stamp: Stamp = "2024-05-02 04:12:33".parse().unwrap();
    assert_eq!(stamp.to_string(), "2024-05-02 04:12:33");
    assert_eq!(stamp.as_if_utc().unwrap().to_string(), "2024-05-02T04:12:33Z");
    assert_eq!(serde_json::to_value(stamp).unwrap(), json!("2024-05-02 04:12:33"));
    for text in [
        "2024-05-02",
        "2024-05-02T04:12:33",
        "2024-13-02 04:12:33",
        "0000-00-00 00:00:00",
        "",
    ] {
        assert!(text.parse::<Stamp>().is_err(), "{text}");
    }
    for json in [json!(null), json!(""), json!("0000-00-00 00:00:00")] {
        assert_eq!(one(json!({"stamp": json, "whole": ""})).unwrap().stamp, None);
    }
    assert!(one(json!({"stamp": "soon"})).is_err());
    assert_eq!(one(json!({"whole": "10"})).unwrap().whole, Some(10));
}

#[test]
fn the_envelope_is_read_from_what_is_there() {
    let verdict = |name: &str| Verdict::of(&serde_json::from_str(&fixture(name)).unwrap());
    assert_eq!(verdict("any.done-in-strings").unwrap().code, 100);
    assert_eq!(verdict("any.no-envelope"), None);
    assert_eq!(Verdict::of(&json!({"result": {"code": 250}})).unwrap().message, "");
    for json in [json!([]), json!({"result": 100}), json!({"result": {"code": "ok"}})] {
        assert_eq!(Verdict::of(&json), None);
    }
}

#[test]
fn a_person_is_not_shown() {
    let text = format!(
        "{:?} {:?}",
        profile("Ilse Vane"),
        contact::contacts(&ContactProfiles {
            registrant: Some(profile("Ilse Vane")),
            ..ContactProfiles::default()
        })
    );
    assert!(!text.contains("Ilse") && !text.contains("Mill"), "{text}");
}

#[test]
fn a_name_is_all_but_the_last_word_and_the_last_word() {
    assert_eq!(contact::names(" Ilse  Marie Vane "), Some(("Ilse  Marie", "Vane")));
    assert_eq!(contact::names("Vane"), None);
    assert_eq!(contact::names(""), None);
}
