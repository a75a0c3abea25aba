//! A law that nothing can break tests nothing: for each law a machine that breaks it, and the law notices.

use std::sync::LazyLock;
use std::time::Duration;

use domorder_api_client::provider::{Baseline, Guard, Impediment, Outcome, Sighting, Stage};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::driver::{History, Machine, Run};
use super::histories::{CASES, comes_to_an_end, history};
use super::laws::{ALL, Law};
use super::world::{present, priced, secs};
use super::wrong_limits;
use crate::machine::{Decision, Facts, Look, Observation, Policy, SignalSeen, Step, next};
use crate::record::OrderRecord;
use crate::state::{Charged, Needs, Reason, State};

/// Believes the first look that misses something.
static HASTY: LazyLock<Policy> = LazyLock::new(|| Policy {
    settle: Duration::ZERO,
    gate: Duration::ZERO,
    absences_min: 1,
    ..Policy::default()
});

/// The law, what the machine does wrong, and the machine.
pub(super) type Wrong = (&'static str, &'static str, Machine);

const WRONG: &[Wrong] = &[
    (
        "final_states_stay",
        "takes up a failed order again on `retry`",
        |record, seen, facts| {
            let again = seen == Observation::Signal(SignalSeen::Retry) && record.state == State::Failed;
            tweaked(record, seen, facts, |d| {
                if again {
                    (d.record.state, d.record.finished_at) = (State::Queued, None);
                }
            })
        },
    ),
    (
        "only_steps_that_exist_are_taken",
        "goes from `queued` to `blocked`",
        |record, seen, facts| {
            let adopted = record.state == State::Queued && matches!(seen, Observation::Saw(Sighting::Pending(..)));
            tweaked(record, seen, facts, |d| {
                if adopted {
                    d.record.state = State::Blocked;
                }
            })
        },
    ),
    (
        "an_order_is_closed_when_it_is_final",
        "does not say since when",
        |record, seen, facts| tweaked(record, seen, facts, |d| d.record.finished_at = None),
    ),
    (
        "a_paid_call_is_decided_only_on_a_look_before_paying_that_saw_absence_in_queued",
        "sends at once again what never left",
        |record, seen, facts| {
            let unsent = matches!(seen, Observation::Answered(Outcome::NotSent(_)));
            tweaked(record, seen, facts, |d| {
                if unsent {
                    (d.record.state, d.step) = (State::Dispatching, Step::Submit);
                }
            })
        },
    ),
    (
        "a_paid_call_is_decided_only_where_nothing_holds_it_back",
        "does not wait for the order before it",
        |record, seen, facts| {
            let free = Facts {
                lane_head: true,
                ..facts.clone()
            };
            next(record, seen, &free)
        },
    ),
    (
        "nothing_is_bought_before_its_contacts_are_there",
        "takes every order for one without profiles",
        |record, seen, facts| {
            let bare = Facts {
                prepares: matches!(seen, Observation::Prepared(_)),
                ..facts.clone()
            };
            next(record, seen, &bare)
        },
    ),
    (
        "nothing_is_bought_under_a_limit_but_on_a_quote_within_it",
        "takes a price that is not told for one within the limit",
        |record, seen, facts| {
            let seen = match seen {
                Observation::Quoted(snapshot, Ok(None)) => Observation::Quoted(snapshot, priced("0", None)),
                other => other,
            };
            next(record, seen, facts)
        },
    ),
    (
        "contacts_once_made_stay_the_orders",
        "has them made anew at every claim",
        |record, seen, facts| {
            let handed_out = seen == Observation::Claimed && !record.state.is_final();
            tweaked(record, seen, facts, |d| {
                if handed_out {
                    d.record.contacts = None;
                }
            })
        },
    ),
    (
        "what_is_set_afterwards_is_set_on_what_stands",
        "sets it on what was only just accepted",
        |record, seen, facts| {
            let accepted = matches!(&seen, Observation::Answered(Outcome::Accepted(_)));
            tweaked(record, seen, facts, |d| {
                if accepted && d.step == Step::Look(Look::Verify) {
                    d.step = Step::Finish;
                }
            })
        },
    ),
    (
        "nothing_is_sent_while_something_of_ours_may_stand",
        "believes the first look that misses something",
        |record, seen, facts| {
            let hasty = Facts {
                policy: &HASTY,
                call_timeout: Duration::ZERO,
                ..facts.clone()
            };
            next(record, seen, &hasty)
        },
    ),
    (
        "nothing_is_sent_while_something_of_ours_may_stand",
        "counts looks that came before it could be there",
        |record, seen, facts| {
            let unseen = record.state == State::UnknownOutcome && matches!(seen, Observation::Saw(Sighting::Absent(_)));
            tweaked(record, seen, facts, |d| {
                if unseen && d.record.state == State::UnknownOutcome && d.record.absences == record.absences {
                    d.record.absences += 1;
                }
            })
        },
    ),
    (
        "nothing_is_sent_while_something_of_ours_may_stand",
        "goes by Redis' clock alone",
        |record, seen, facts| {
            let trusting = Facts {
                sent_for: Duration::MAX,
                ..facts.clone()
            };
            next(record, seen, &trusting)
        },
    ),
    (
        "one_weak_witness_sends_nothing_again",
        "takes every witness for a good one",
        |record, seen, facts| {
            let trusting = Facts {
                guard: Guard::RefusesRepeat,
                ..facts.clone()
            };
            next(record, seen, &trusting)
        },
    ),
    (
        "an_intent_is_open_in_dispatching_only_and_each_attempt_has_one",
        "leaves the intent of a refused call open",
        |record, seen, facts| {
            let refused = matches!(seen, Observation::Answered(Outcome::Rejected(_)));
            tweaked(record, seen, facts, |d| {
                if let Some(intent) = d.record.intent.as_mut().filter(|_| refused) {
                    intent.open = true;
                }
            })
        },
    ),
    (
        "a_baseline_once_set_never_changes",
        "reads it anew for each attempt",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.baseline.is_some() && d.step == Step::Submit {
                    d.record.baseline = Some(Baseline {
                        accounts: Some(d.record.attempts),
                        ..Baseline::default()
                    });
                }
            })
        },
    ),
    (
        "a_charge_is_never_forgotten_without_proof",
        "takes a lost answer for a no",
        |record, seen, facts| {
            let lost = matches!(seen, Observation::Answered(Outcome::Unknown(_)));
            tweaked(record, seen, facts, |d| {
                if lost {
                    d.record.charged = Charged::No;
                }
            })
        },
    ),
    (
        "what_failed_or_was_cancelled_says_what_became_of_the_money",
        "fails with the charge unknown",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.state == State::Failed {
                    d.record.charged = Charged::Unknown;
                }
            })
        },
    ),
    (
        "what_ended_after_it_was_paid_for_is_owed_back",
        "forgets what was paid",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.charged == Charged::RefundDue {
                    d.record.charged = Charged::No;
                }
            })
        },
    ),
    (
        "what_has_no_price_is_never_charged",
        "charges every call",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.step == Step::Submit {
                    d.record.charged = Charged::Unknown;
                }
            })
        },
    ),
    (
        "what_may_be_ours_is_not_forgotten",
        "starts over as if nothing had been sent",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.reason == Some(Reason::Restarted) {
                    d.record.sent = false;
                }
            })
        },
    ),
    (
        "success_is_seen",
        "takes `accepted` for `done`",
        |record, seen, facts| {
            let accepted =
                matches!(&seen, Observation::Answered(Outcome::Accepted(a)) if a.stage == Some(Stage::Working));
            tweaked(record, seen, facts, |d| {
                if accepted {
                    closed(d, State::Succeeded, facts);
                }
            })
        },
    ),
    (
        "an_order_ends_without_effect_only_where_nothing_of_ours_stands",
        "fails on the first word that somebody else holds the name",
        |record, seen, facts| {
            let held = record.state == State::UnknownOutcome
                && matches!(seen, Observation::Saw(Sighting::Impossible(Impediment::DomainTaken, _)));
            tweaked(record, seen, facts, |d| {
                if held {
                    closed(d, State::Failed, facts);
                }
            })
        },
    ),
    (
        "an_order_ends_without_effect_only_where_nothing_of_ours_stands",
        "takes any end for that of the transfer that it just placed",
        |record, seen, facts| believing(record, seen, facts),
    ),
    (
        "an_order_ends_without_effect_only_where_nothing_of_ours_stands",
        "calls off what one weak witness does not see",
        |record, seen, facts| {
            let trusting = Facts {
                guard: if record.cancelling.is_some() {
                    Guard::RefusesRepeat
                } else {
                    facts.guard
                },
                ..facts.clone()
            };
            next(record, seen, &trusting)
        },
    ),
    (
        "an_unreadable_answer_changes_nothing_but_whom_to_ask",
        "takes an answer that it cannot read for a good one",
        |record, seen, facts| match seen {
            Observation::Saw(Sighting::Unreadable(_)) => next(record, Observation::Saw(present()), facts),
            seen => next(record, seen, facts),
        },
    ),
    (
        "who_is_asked_is_told_for_what",
        "asks for nothing",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.needs == Some(Needs::Contact) {
                    d.record.needs = None;
                }
            })
        },
    ),
    (
        "who_waits_for_the_provider_has_something_there",
        "waits for a provider that has nothing",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.state == State::InProgress {
                    d.record.placed = false;
                }
            })
        },
    ),
    (
        "a_held_order_moves_by_a_persons_word_only",
        "goes on by itself",
        |record, seen, facts| {
            let held = seen == Observation::Claimed && record.needs == Some(Needs::Decision);
            tweaked(record, seen, facts, |d| {
                if held {
                    (d.record.state, d.record.needs) = (State::Queued, None);
                }
            })
        },
    ),
    (
        "every_wait_has_an_end_or_somebody_to_wait_for",
        "forgets to look again",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.state == State::UnknownOutcome && matches!(d.step, Step::Wait(_)) {
                    (d.record.next_check_at, d.step) = (None, Step::Wait(None));
                }
            })
        },
    ),
    (
        "nobody_sleeps_past_a_deadline",
        "does not know of deadlines",
        |record, seen, facts| {
            let endless = OrderRecord {
                deadline_at: None,
                ..record.clone()
            };
            tweaked(&endless, seen, facts, |d| d.record.deadline_at = record.deadline_at)
        },
    ),
    (
        "folding_the_timeline_gives_the_record",
        "does not count an attempt",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.step == Step::Submit {
                    d.record.attempts = record.attempts;
                }
            })
        },
    ),
];

/// The right decision, spoilt.
pub(super) fn tweaked(
    record: &OrderRecord,
    seen: Observation,
    facts: &Facts<'_>,
    spoil: impl FnOnce(&mut Decision),
) -> Result<Decision, crate::machine::IllegalPair> {
    let mut decision = next(record, seen, facts)?;
    spoil(&mut decision);
    Ok(decision)
}

/// Decides as if the provider had told whose end it is.
fn believing(
    record: &OrderRecord,
    seen: Observation,
    facts: &Facts<'_>,
) -> Result<Decision, crate::machine::IllegalPair> {
    if !matches!(seen, Observation::Saw(Sighting::Ended(..))) {
        return next(record, seen, facts);
    }
    let named = OrderRecord {
        provider_order_id: Some("881".to_owned()),
        ..record.clone()
    };
    tweaked(&named, seen, facts, |d| d.record.provider_order_id = None)
}

fn closed(decision: &mut Decision, state: State, facts: &Facts<'_>) {
    decision.record.state = state;
    (decision.record.reason, decision.record.needs) = (None, None);
    decision.record.finished_at = Some(facts.now);
    decision.step = Step::Close;
}

/// The same random histories in every run.
fn histories() -> impl Iterator<Item = History> {
    let mut chances = TestRunner::deterministic();
    let histories = history();
    std::iter::repeat_with(move || histories.new_tree(&mut chances).expect("a history").current())
}

#[test]
fn each_law_is_broken_by_a_machine_that_is_wrong_about_it() {
    for law in ALL {
        let law: &'static [Law] = std::slice::from_ref(law);
        let wrong = WRONG.iter().chain(wrong_limits::WRONG);
        let wrong: Vec<_> = wrong.filter(|(name, ..)| *name == law[0].name).collect();
        assert!(!wrong.is_empty(), "no machine is wrong about {}", law[0].name);
        for (name, what, machine) in wrong {
            let caught = histories().take(usize::try_from(CASES).expect("small")).any(|history| {
                let mut run = Run::new(*machine, law, history);
                run.play();
                run.broken.is_some_and(|broken| broken.law == *name)
            });
            assert!(caught, "{name} does not notice a machine that {what}");
        }
    }
}

#[test]
fn an_order_that_comes_to_no_end_is_noticed() {
    let patient: Machine = |record, seen, facts| {
        let shows = matches!(seen, Observation::Saw(Sighting::Present(_)));
        tweaked(record, seen, facts, |d| {
            if shows {
                let at = Some(facts.now + secs(60));
                d.record = OrderRecord {
                    next_check_at: at,
                    ..record.clone()
                };
                d.step = Step::Wait(at);
            }
        })
    };
    let ends = histories()
        .take(100)
        .all(|history| comes_to_an_end(patient, history, true).is_ok());
    assert!(!ends, "a machine that waits for ever comes to an end");
}
