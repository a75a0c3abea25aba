//! What was proved, as the ledger keeps it.

use domorder_api_client::provider::Operation;
use jiff::Timestamp;
use proptest::prelude::*;

use super::check::saw;
use super::proved::{added, proof};
use super::world::*;
use crate::machine::Proved;

proptest! {
    #[test]
    fn a_proof_is_read_back_as_it_was_written(
        ago in 0_i64..3_600, boxes in 1_u32..40, more in 0_u32..20, transferred: bool, deleted: bool,
    ) {
        let mut proved = added(boxes, ago, None);
        if transferred {
            proved = proof(Operation::Transfer, &in_progress(), saw(present()), ago, Some(&proved));
        }
        proved = added(boxes + more, ago / 2, Some(&proved));
        if deleted {
            proved = proof(Operation::EmailDelete, &in_progress(), saw(present()), 0, Some(&proved));
        }
        let text = proved.to_string();
        prop_assert_eq!(text.parse::<Proved>(), Ok(proved));
        // The ledger goes by the first time in it, which has to be the latest.
        let first = text.split_once('@').and_then(|(_, rest)| rest.split(' ').next()).and_then(|at| at.parse().ok());
        prop_assert_eq!(first, proved.latest().map(Timestamp::as_second));
    }

    #[test]
    fn a_text_that_is_no_proof_is_none(text: String) {
        let proved: Proved = text.parse().expect("never a fault");
        let again: Proved = proved.to_string().parse().expect("never a fault");
        prop_assert_eq!(again, proved);
    }
}

#[test]
fn words_of_a_newer_program_are_passed_over() {
    let proved: Proved = "z9@1800000000 x1830000000@1790000000".parse().expect("never a fault");
    assert_eq!(proved.to_string(), "x1830000000@1790000000");
    assert_eq!("".parse(), Ok(Proved::default()));
    assert_eq!(Proved::default().latest(), None);
}
