//! Performing a step: every word to the provider is spoken here, and every answer becomes an observation here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domorder_api_client::provider::{Amendment, Evidence, NotSent, Outcome, Question, Sighting, Trouble, TroubleKind};
use domorder_jobs::fault::Point;
use domorder_jobs::machine::{self, Decision, Look, Observation, Step};
use jiff::SignedDuration;
use secrecy::SecretString;

use super::Visitor;
use super::record::Intended;
use crate::metrics as m;

/// Effects created this much before the intake still count as later: clocks differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

impl Visitor<'_> {
    /// Performs a step that is not the paid call.
    pub(super) async fn act(&mut self, step: Step) -> Observation {
        let first = std::mem::take(&mut self.fresh);
        match step {
            Step::Prepare => Observation::Prepared(self.prepare_contacts().await),
            Step::Quote => self.quote().await,
            Step::Finish => Observation::Finished(self.finish().await),
            Step::Look(Look::BeforePaying) => match self.recalled().await {
                Some(lost) => lost,
                None => Observation::Saw(self.look(Look::BeforePaying).await),
            },
            Step::Look(how) => match self.listed(first && how == Look::Follow).await {
                Some(listed) => listed,
                None => Observation::Saw(self.look(how).await),
            },
            Step::ReadFunds => Observation::Funds(Box::pin(self.funds()).await),
            Step::Cancel => Observation::CancelAnswered(self.guarded(Call::Cancel).await),
            Step::AmendAuthCode => Observation::AmendAnswered(self.guarded(Call::AmendAuthCode).await),
            Step::ResendApproval => Observation::AmendAnswered(self.guarded(Call::ResendApproval).await),
            // The loop handles these itself; being handed out again is what they come to.
            Step::Submit | Step::GoOn | Step::Wait(_) | Step::Close => Observation::Claimed,
        }
    }

    async fn look(&mut self, how: Look) -> Sighting {
        let handler = self.handler;
        let mut visit = match how {
            // The attempt's own connection: proven alive by this read, then used by the paid call.
            Look::BeforePaying => Some(handler.provider.visit()),
            Look::Verify => self.visit.take(),
            // Spaced reads on fresh connections: a stuck proxy or a pooled answer must not look like absence.
            Look::Reconcile => Some(handler.provider.visit()),
            Look::Follow => None,
        };
        let Some(question) = self.question() else {
            return unusable();
        };
        if let Some(kept_back) = self.look_kept_back().await {
            return kept_back;
        }
        self.here.at(Point::BeforeLook).await;
        let sighting = handler.provider.look(visit.as_mut(), &question).await;
        self.here.at(Point::AfterLook).await;
        m::polled(&self.order, how, &sighting);
        let concludes = concludes(how, &sighting) || machine::may_be_old(&sighting, &self.written, &self.facts());
        if how == Look::BeforePaying {
            if let (Some(_), Sighting::Absent(snapshot)) = (&self.order.max_price, &sighting) {
                self.snapshot = Some(snapshot.clone());
            }
            self.visit = visit;
        }
        // "Not found" by a provider that answers nothing else either is no answer.
        let sighting = match concludes {
            true => match handler.provider.control().await {
                Ok(()) => sighting,
                Err(trouble) => Sighting::Unreadable(Trouble {
                    detail: format!("the control read failed: {}", trouble.detail),
                    ..trouble
                }),
            },
            false => sighting,
        };
        self.tell_breaker_of_look(&sighting).await;
        sighting
    }

    pub(super) fn question(&self) -> Option<Question<'_>> {
        let record = &self.written;
        Some(Question {
            purchase: self.purchase.as_ref()?,
            baseline: record.baseline.as_ref(),
            expected_expiry: self.order.expected_expiry.filter(|_| record.baseline.is_none()),
            since: record.ours_since() - SKEW,
            attempted_at: record.attempted_at.or_else(|| {
                let intent = record.intent.as_ref()?;
                (intent.open || record.placed).then_some(intent.at)
            }),
            provider_order_id: record.provider_order_id.as_deref(),
        })
    }

    /// Intent, gate, the one request, its outcome. `None`: the order is out of our hands.
    pub(super) async fn submit(&mut self, mut decision: Decision) -> Option<Observation> {
        self.here.at(Point::IntentDecided).await;
        let mut intended = Instant::now();
        if let Some(intent) = &mut decision.record.intent {
            // The gate and the settle time are counted from the same instant, or absence could be believed while the
            // call may still be sent.
            let age = Duration::try_from(self.now().duration_since(intent.at)).unwrap_or_default();
            intended = intended.checked_sub(age).unwrap_or(intended);
            let ms = u64::try_from(intent.at.as_millisecond()).unwrap_or(0);
            let settles = self.handler.settles();
            self.handler
                .clocks
                .saw(super::shard_of(self.claim), ms, intended, settles);
            intent.epoch = self.claim.epoch.number;
            intent.digest = self.purchase.as_ref().map(digest).unwrap_or_default();
        }
        tracing::Span::current().record("attempt", decision.record.attempts);
        // From here to the outcome the lease is not extended: the call has to fit into what is left of it.
        self.claim.hold.arm();
        match self.write_intent(&decision).await {
            Intended::Written => {}
            Intended::NotNow => {
                self.claim.hold.disarm();
                return Some(Observation::Claimed);
            }
            Intended::OutOfHand => {
                self.claim.hold.disarm();
                return None;
            }
        }
        self.intended = Some(intended);
        let here = self.here.clone();
        here.at(Point::IntentDurable).await;
        let outcome = match self.keep_intent().await {
            Ok(()) => here.call(self.send(Call::Submit, intended)).await,
            Err(not_sent) => not_sent,
        };
        self.keep_outcome(&outcome);
        self.claim.hold.disarm();
        tracing::info!(outcome = told(&outcome), "the paid call came to its end");
        m::paid_call_ended(&self.handler.account, &outcome);
        self.tell_breaker_of_call(&outcome).await;
        Box::pin(self.tell_purse_of_call(&outcome)).await;
        here.at(Point::AnswerClassified).await;
        Some(Observation::Answered(outcome))
    }

    /// A guarded call that is not the order's purchase: cancel, amend.
    async fn guarded(&mut self, call: Call) -> Outcome {
        self.visit = None;
        self.claim.hold.arm();
        let outcome = self.here.clone().call(self.send(call, Instant::now())).await;
        self.claim.hold.disarm();
        self.visit = None;
        outcome
    }

    /// Sets the gate and sends, once.
    async fn send(&mut self, call: Call, decided: Instant) -> Outcome {
        let handler = self.handler;
        let mut visit = self.visit.take().unwrap_or_else(|| handler.provider.visit());
        let (hold, stopping) = (Arc::clone(&self.claim.hold), handler.stopping.clone());
        let (gate, longest) = (handler.policy.gate, handler.provider.call_timeout());
        let here = self.here.clone();
        visit.set_gate(move || {
            if stopping.is_cancelled() {
                return Err("the worker is shutting down".to_owned());
            }
            if decided.elapsed() >= gate {
                m::prevented("gate");
                return Err(format!("the intent is older than {gate:?}"));
            }
            if !hold.fits(longest) {
                m::prevented("gate");
                return Err("too little is left of the lease for the whole call".to_owned());
            }
            here.gate()
        });
        let Some(question) = self.question() else {
            return not_sent("the order cannot be turned into a request");
        };
        let outcome = match call {
            Call::Submit => {
                handler
                    .provider
                    .submit(&mut visit, question.purchase, question.baseline)
                    .await
            }
            Call::Cancel => handler.provider.cancel(&mut visit, &question).await,
            Call::ResendApproval => {
                handler
                    .provider
                    .amend(&mut visit, &question, &Amendment::ResendApproval)
                    .await
            }
            Call::AmendAuthCode => match auth_code(question.purchase) {
                Some(code) => {
                    handler
                        .provider
                        .amend(&mut visit, &question, &Amendment::AuthCode(code))
                        .await
                }
                None => not_sent("there is no auth code to hand in"),
            },
        };
        self.visit = Some(visit);
        self.here.at(Point::AnswerReceived).await;
        outcome
    }
}

/// Whether something is concluded from not having found a thing. After a paid call every absence counts: not seeing a
/// transfer that is to be called off ends the order, too. Before it absence leads to a call, which the provider answers;
/// but what is "not found" there, or gone since, ends the order or asks a person.
const fn concludes(how: Look, sighting: &Sighting) -> bool {
    match sighting {
        Sighting::Absent(snapshot) => !matches!(how, Look::BeforePaying) || snapshot.taken_elsewhere,
        Sighting::Impossible(..) | Sighting::Differs(..) => true,
        Sighting::Present(_)
        | Sighting::Unfinished(_)
        | Sighting::Pending(..)
        | Sighting::Ended(..)
        | Sighting::Unreadable(_) => false,
    }
}

/// The guarded calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Submit,
    Cancel,
    AmendAuthCode,
    ResendApproval,
}

fn auth_code(purchase: &domorder_api_client::provider::Purchase) -> Option<SecretString> {
    match purchase {
        domorder_api_client::provider::Purchase::Transfer(transfer) => transfer.auth_code.clone(),
        _ => None,
    }
}

fn not_sent(detail: &str) -> Outcome {
    Outcome::NotSent(NotSent {
        detail: detail.to_owned(),
    })
}

fn unusable() -> Sighting {
    Sighting::Unreadable(Trouble {
        kind: TroubleKind::Garbled,
        detail: "the order cannot be turned into a question".to_owned(),
        retry_after: None,
    })
}

/// First bytes of a digest of what is sent, by which a late answer is matched to its intent; no secret goes into it.
fn digest(purchase: &domorder_api_client::provider::Purchase) -> String {
    domorder_jobs::fingerprint::short_digest(
        format!("{}|{}", purchase.operation().as_str(), purchase.domain()).as_bytes(),
    )
}

/// An outcome in words, without secrets.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted(accepted) => {
            let Evidence { provider_order_id, .. } = &accepted.evidence;
            format!(
                "accepted, at the provider {}",
                provider_order_id.as_deref().unwrap_or("without an id")
            )
        }
        Outcome::Rejected(r) => format!("rejected ({:?}): {}", r.class, r.message),
        Outcome::NotSent(n) => format!("not sent: {}", n.detail),
        Outcome::Unknown(d) => format!("unknown: {}", d.detail),
    }
}
