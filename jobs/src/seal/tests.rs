use rstest::rstest;

use super::*;

const K1: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const K2: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

fn id(n: u8) -> OrderId {
    format!("{n}-01JZ0000000000000000000000").parse().unwrap()
}

fn secret() -> SecretString {
    SecretString::from("Canary!Secret9")
}

#[test]
fn what_was_sealed_opens_for_its_order_only() {
    let ring = KeyRing::generate();
    let sealed = ring.seal(id(0), &secret()).unwrap();
    assert!(sealed.as_str().starts_with("v1.k1."));
    assert_eq!(ring.open(id(0), &sealed).unwrap().expose_secret(), "Canary!Secret9");
    assert_eq!(ring.open(id(1), &sealed).unwrap_err(), SealError::DoesNotOpen);
}

#[test]
fn no_two_seals_are_alike() {
    let ring = KeyRing::generate();
    assert_ne!(
        ring.seal(id(0), &secret()).unwrap(),
        ring.seal(id(0), &secret()).unwrap()
    );
}

#[test]
fn a_new_key_on_top_seals_and_the_old_one_still_opens() {
    let old = KeyRing::parse(K1).unwrap();
    let sealed = old.seal(id(0), &secret()).unwrap();
    let both = KeyRing::parse(&format!("# rotated\nk2:{K2}\n\n{K1}\n")).unwrap();
    assert_eq!(both.ids().collect::<Vec<_>>(), ["k2", "k1"]);
    assert_eq!(both.open(id(0), &sealed).unwrap().expose_secret(), "Canary!Secret9");
    let resealed = both.seal(id(0), &secret()).unwrap();
    assert!(resealed.as_str().starts_with("v1.k2."));
    assert_eq!(
        old.open(id(0), &resealed).unwrap_err(),
        SealError::UnknownKey("k2".into())
    );
}

#[test]
fn a_changed_character_anywhere_keeps_it_shut() {
    let ring = KeyRing::parse(K1).unwrap();
    let sealed = ring.seal(id(0), &secret()).unwrap();
    for at in 0..sealed.as_str().len() {
        let mut bytes = sealed.as_str().as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = Sealed::from(String::from_utf8(bytes).unwrap());
        assert!(ring.open(id(0), &changed).is_err(), "character {at}");
    }
}

#[rstest]
#[case("")]
#[case("v1")]
#[case("v1.k1")]
#[case("v1.k1.")]
#[case("v1.k1.AAAA")]
#[case("v1.k1.not base64")]
#[case("v2.k1.AAAA")]
#[case("v1..AAAA")]
#[case("Canary!Secret9")]
fn what_is_no_seal_is_malformed(#[case] text: &str) {
    let ring = KeyRing::parse(K1).unwrap();
    let sealed = Sealed::from(text.to_owned());
    assert_eq!(ring.open(id(0), &sealed).unwrap_err(), SealError::Malformed);
    assert!(!format!("{sealed:?}").contains("Canary"));
}

#[test]
fn a_generated_ring_survives_its_file() {
    let ring = KeyRing::generate();
    let sealed = ring.seal(id(0), &secret()).unwrap();
    let again = KeyRing::parse(ring.to_file().expose_secret()).unwrap();
    assert!(same_secret(&sealed, id(0), &secret(), &again));
}

#[rstest]
#[case("", 0, "no key in it")]
#[case("\n# none yet\n", 0, "no key in it")]
#[case("k1:AAAA", 1, "32 bytes")]
#[case("\nk1:***", 2, "not valid base64")]
#[case("k.1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 1, "key id")]
#[case(
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nk1:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=",
    2,
    "used before"
)]
fn a_fault_in_the_key_file_names_its_line_and_not_the_key(#[case] text: &str, #[case] line: usize, #[case] says: &str) {
    let error = KeyRing::parse(text).unwrap_err();
    assert_eq!(error.faults[0].0, line);
    assert!(error.to_string().contains(says), "{error}");
    for key in ["AAAA", "***", "AAECAwQ", "Hx4dHBs"] {
        assert!(!error.to_string().contains(key), "{error}");
    }
}

#[test]
fn every_faulty_line_is_told() {
    let error = KeyRing::parse("a:1\nb:2\n").unwrap_err();
    assert_eq!(error.faults.len(), 2);
}

#[test]
fn debug_tells_names_only() {
    assert_eq!(format!("{:?}", KeyRing::parse(K1).unwrap()), r#"["k1"]"#);
}

#[test]
fn secrets_are_compared_by_opening() {
    let ring = KeyRing::parse(K1).unwrap();
    let sealed = ring.seal(id(0), &secret()).unwrap();
    assert!(same_secret(&sealed, id(0), &secret(), &ring));
    assert!(!same_secret(
        &sealed,
        id(0),
        &SecretString::from("Canary!Secret"),
        &ring
    ));
    assert!(!same_secret(&sealed, id(1), &secret(), &ring));
}

#[test]
fn a_digest_is_the_same_under_one_key_and_another_under_another() {
    let (first, second) = (KeyRing::parse(K1).unwrap(), KeyRing::parse(K2).unwrap());
    let both = KeyRing::parse(&format!("k2:{K2}\n{K1}\n")).unwrap();
    assert_eq!(first.digest("Mara Quill"), first.digest("Mara Quill"));
    assert_ne!(first.digest("Mara Quill"), first.digest("Mara Quilt"));
    assert_ne!(first.digest("Mara Quill"), second.digest("Mara Quill"));
    assert_eq!(
        both.digest("Mara Quill"),
        second.digest("Mara Quill"),
        "the first key is meant"
    );
    assert_eq!(first.digest("").len(), 22);
}
