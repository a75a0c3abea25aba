//! What is known of a paid call of which nobody knows what became, for the person who has to decide.
//!
//! Looks that change nothing leave no entry in the timeline, or a day of them would push out everything else. So what they
//! came to is counted in the record, and told once, with the decision that is asked for.

use jiff::{Span, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::order::Order;
use crate::record::OrderRecord;
use crate::state::{EmailAction, Kind, Reason, State};

/// The evidence. What is not known, or nothing, is left out where it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Known {
    /// Paid attempts so far.
    pub attempts: u32,
    /// How many of them were shown to have had no effect, after their outcome was unknown.
    #[serde(skip_serializing_if = "is_none_yet")]
    pub shown_absent: u32,
    /// When the latest attempt was decided; its request left a few seconds after that, or never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent_at: Option<Timestamp>,
    /// First bytes of a digest of that request, as in the intent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_digest: Option<String>,
    /// What came back instead of an answer that can be believed: the provider's words, or what happened to the
    /// connection. Nothing: the worker ended before anything came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The provider had said that it has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub placed: bool,
    /// The provider's id of it, where one was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_order_id: Option<String>,
    /// Looks since, at their time.
    pub looks: u32,
    /// The latest looks in a row that saw nothing of it, late enough to count.
    pub absences: u32,
    /// The first of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_absent_at: Option<Timestamp>,
    /// The last look that saw nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_absent_at: Option<Timestamp>,
    /// What was asked at each look that counts as absence; all agreed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<String>,
    /// The expiry before, against which the effect is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry_before: Option<Timestamp>,
    /// The expiry that would show the effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry_expected: Option<Timestamp>,
    /// Mailboxes before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts_before: Option<u32>,
    /// Mailboxes that would show the effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts_expected: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none_yet(count: &u32) -> bool {
    *count == 0
}

impl Known {
    /// What the record tells at the look that leaves the decision to a person.
    #[must_use]
    pub fn of(record: &OrderRecord) -> Self {
        let intent = record.intent.as_ref();
        let baseline = record.baseline.as_ref();
        Self {
            attempts: record.attempts,
            shown_absent: record.unknowns,
            intent_at: intent.map(|intent| intent.at),
            request_digest: intent.map(|intent| intent.digest.clone()).filter(|d| !d.is_empty()),
            answer: record.answer.clone(),
            placed: record.placed,
            provider_order_id: record.provider_order_id.clone(),
            looks: match (record.state, record.reason) {
                // The wait for the first look was counted as one.
                (State::UnknownOutcome, Some(Reason::AnswerLost)) => record.looks,
                // The looks that proved absence are over, and counted by their attempts.
                (State::Queued | State::Parked, _) => 0,
                _ => record.looks.saturating_add(1),
            },
            absences: record.absences,
            first_absent_at: record.absent_since,
            last_absent_at: record.last_absent_at,
            witnesses: Vec::new(),
            expiry_before: baseline.and_then(|before| before.expiry),
            expiry_expected: None,
            accounts_before: baseline.and_then(|before| before.accounts),
            accounts_expected: None,
        }
    }

    /// The same, with what the effect of the order would look like, and who was asked for it.
    #[must_use]
    pub fn told_of(mut self, order: &Order, witnesses: &[&str]) -> Self {
        let later = |months: u32| {
            let before = self.expiry_before?.to_zoned(TimeZone::UTC);
            let moved = before.checked_add(Span::new().months(i64::from(months)));
            moved.ok().map(|at| at.timestamp())
        };
        self.expiry_expected = match order.kind {
            Kind::Renew => order.years.and_then(|years| later(12 * u32::from(years))),
            Kind::EmailOrder if order.action == Some(EmailAction::Renew) => {
                order.months.and_then(|months| later(u32::from(months)))
            }
            _ => None,
        };
        let (before, n) = (self.accounts_before, order.accounts.unwrap_or(0));
        self.accounts_expected = match order.action {
            Some(EmailAction::AddAccounts) => before.map(|before| before.saturating_add(n)),
            Some(EmailAction::RemoveAccounts) => before.map(|before| before.saturating_sub(n)),
            _ => None,
        };
        if self.last_absent_at.is_some() {
            self.witnesses = witnesses.iter().map(|witness| (*witness).to_owned()).collect();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use domorder_api_client::provider::Baseline;
    use serde_json::json;

    use super::*;
    use crate::record::Intent;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_750_000_000 + seconds).unwrap()
    }

    fn order(change: serde_json::Value) -> Order {
        let mut order = json!({
            "id": "0-01JXY9W6000000000000000000", "idempotency_key": "key-1", "kind": "email-order", "account": "lb-main",
            "domain": "mail-example-shop.com"
        });
        order
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        serde_json::from_value(order).unwrap()
    }

    fn lost() -> OrderRecord {
        let mut record = OrderRecord::accepted(at(0), None);
        record.state = State::UnknownOutcome;
        record.reason = Some(Reason::AnswerLost);
        (record.attempts, record.looks) = (2, 5);
        record.unknowns = 1;
        record.intent = Some(Intent {
            attempt: 2,
            at: at(60),
            epoch: 1,
            digest: "9f86".to_owned(),
            open: false,
        });
        record.answer = Some("reset".to_owned());
        record
    }

    #[test]
    fn what_is_known_is_the_calls_its_answers_and_the_looks_since() {
        let mut record = lost();
        (record.absences, record.absent_since, record.last_absent_at) = (3, Some(at(1_000)), Some(at(1_500)));
        let known = Known::of(&record).told_of(&order(json!({"action": "create"})), &["details", "action log"]);
        let told = serde_json::to_value(&known).unwrap();
        assert_eq!(
            told,
            json!({
                "attempts": 2, "shown_absent": 1, "intent_at": "2025-06-15T15:07:40Z", "request_digest": "9f86",
                "answer": "reset", "looks": 5, "absences": 3, "first_absent_at": "2025-06-15T15:23:20Z",
                "last_absent_at": "2025-06-15T15:31:40Z", "witnesses": ["details", "action log"]
            })
        );
        assert_eq!(serde_json::from_value::<Known>(told).unwrap(), known);
        record.reason = Some(Reason::FoundAfterCrash);
        assert_eq!(Known::of(&record).looks, 6, "the first look came at once");
    }

    #[test]
    fn nobody_is_named_who_did_not_see_it_absent() {
        let known = Known::of(&lost()).told_of(&order(json!({"action": "create"})), &["details"]);
        assert_eq!((known.absences, known.witnesses), (0, Vec::<String>::new()));
    }

    #[test]
    fn what_the_effect_would_look_like_follows_from_what_was_before() {
        let mut record = lost();
        record.baseline = Some(Baseline {
            expiry: Some(at(0)),
            accounts: Some(5),
            ..Baseline::default()
        });
        let expected = |change| {
            let known = Known::of(&record).told_of(&order(change), &[]);
            (known.expiry_expected.map(|at| at.to_string()), known.accounts_expected)
        };
        let (in_two_years, in_a_month) = ("2027-06-15T15:06:40Z".to_owned(), "2025-07-15T15:06:40Z".to_owned());
        assert_eq!(
            expected(json!({"kind": "renew", "years": 2})),
            (Some(in_two_years), None)
        );
        assert_eq!(
            expected(json!({"action": "renew", "months": 1})),
            (Some(in_a_month), None)
        );
        assert_eq!(
            expected(json!({"action": "add-accounts", "accounts": 2})),
            (None, Some(7))
        );
        assert_eq!(
            expected(json!({"action": "remove-accounts", "accounts": 2})),
            (None, Some(3))
        );
        assert_eq!(expected(json!({"action": "delete"})), (None, None));
    }
}
