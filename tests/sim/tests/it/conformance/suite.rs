//! The rules, one function each. Every function reports; none panics at a provider's answer.

use domorder_api_client::endpoint::{Arguments, CallError, Endpoint, Param, Shape};
use domorder_api_client::http::{CallClass, Visit};
use domorder_api_client::provider::{
    Baseline, Guard, Operation, Outcome, Provider, Purchase, Question, RejectionClass, Sighting, Stage, TroubleKind,
};
use domorder_tests_sim::{Behaviour, Rule};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::kits::Kit;

/// It is done, and the answer does not say so.
fn lost() -> Vec<Behaviour> {
    use Behaviour as B;
    let garbage = B::DoThenAnswer {
        status: 200,
        body: json!({ "hello": 1 }),
    };
    vec![
        B::DoThenDrop,
        B::DoThenReset,
        B::DoThen500,
        B::DoThen502Html,
        B::DoThenTruncated,
        B::Garbage,
        B::Html200,
        B::Redirect,
        B::Stall,
        garbage,
    ]
}

/// It is not done, and nothing in the answer proves that.
const UNDONE: [Behaviour; 4] = [
    Behaviour::FailBefore,
    Behaviour::ResetBefore,
    Behaviour::Fail500Before,
    Behaviour::Fail502Before,
];

/// A read that comes back so has told nothing.
const UNREADABLE: [Behaviour; 9] = [
    Behaviour::FailBefore,
    Behaviour::ResetBefore,
    Behaviour::Fail500Before,
    Behaviour::Fail502Before,
    Behaviour::DoThenTruncated,
    Behaviour::Garbage,
    Behaviour::Html200,
    Behaviour::Redirect,
    Behaviour::Throttle429,
];

/// All that is wrong, in sentences.
pub(super) async fn faults(kit: &Kit) -> Vec<String> {
    let mut run = Run {
        kit,
        faults: Vec::new(),
        names: 0,
    };
    for operation in Operation::ALL.into_iter().filter(|o| kit.provider.sells(*o)) {
        run.plain(operation).await;
        for behaviour in lost() {
            run.lost(operation, behaviour).await;
        }
        for behaviour in UNDONE {
            run.undone(operation, behaviour).await;
        }
        run.not_sent(operation).await;
        run.unreadable(operation).await;
        run.repeated(operation).await;
        run.throttled(operation).await;
        run.stranger(operation).await;
    }
    run.control().await;
    // Last, for it takes the money away.
    kit.sim.seed(&kit.shop.broke());
    for operation in Operation::ALL.into_iter().filter(|o| kit.provider.sells(*o)) {
        if operation.costs_money() {
            run.broke(operation).await;
        }
    }
    run.faults
}

struct Run<'a> {
    kit: &'a Kit,
    faults: Vec<String>,
    names: usize,
}

/// One order, as the machine drives it.
struct Order {
    operation: Operation,
    purchase: Purchase,
    baseline: Option<Baseline>,
    since: Timestamp,
    sent_at: Option<Timestamp>,
    id: Option<String>,
}

impl Order {
    async fn look(&self, provider: &dyn Provider) -> Sighting {
        let question = Question {
            purchase: &self.purchase,
            baseline: self.baseline.as_ref(),
            expected_expiry: None,
            since: self.since,
            attempted_at: self.sent_at,
            provider_order_id: self.id.as_deref(),
        };
        provider.look(None, &question).await
    }

    async fn submit(&mut self, provider: &dyn Provider, visit: &mut Visit) -> Outcome {
        self.sent_at = Some(Timestamp::now());
        let outcome = provider.submit(visit, &self.purchase, self.baseline.as_ref()).await;
        if let Outcome::Accepted(accepted) = &outcome {
            self.id.clone_from(&accepted.evidence.provider_order_id);
        }
        outcome
    }
}

fn open(provider: &dyn Provider) -> Visit {
    let mut visit = provider.visit();
    visit.set_gate(|| Ok(()));
    visit
}

impl Run<'_> {
    fn check(&mut self, holds: bool, rule: &str, order: &Order, saw: &dyn std::fmt::Debug) {
        if !holds {
            let domain = order.purchase.domain();
            self.faults
                .push(format!("{}: {rule} ({domain}): {saw:?}", order.operation.as_str()));
        }
    }

    fn order(&mut self, operation: Operation) -> Order {
        self.names += 1;
        let name = self.kit.shop.name(operation, self.names);
        Order {
            operation,
            purchase: self.kit.shop.purchase(operation, &name),
            baseline: None,
            since: Timestamp::now() - SignedDuration::from_mins(5),
            sent_at: None,
            id: None,
        }
    }

    /// An order whose first look found nothing, as it has to.
    async fn looked_up(&mut self, operation: Operation) -> Order {
        let mut order = self.order(operation);
        let seen = order.look(&*self.kit.provider).await;
        match &seen {
            Sighting::Absent(snapshot) => order.baseline = Some(snapshot.baseline.clone()),
            other => self.check(false, "a first look finds nothing", &order, other),
        }
        order
    }

    async fn present(&mut self, order: &Order, rule: &str) {
        self.kit.let_it_happen();
        let seen = order.look(&*self.kit.provider).await;
        self.check(matches!(seen, Sighting::Present(_)), rule, order, &seen);
    }

    fn charged(&mut self, order: &Order, rule: &str, times: u64) {
        let standing = self.kit.standing(order.purchase.domain());
        let times = if order.operation.costs_money() { times } else { 0 };
        self.check(standing == times, rule, order, &format!("{standing} charges"));
    }

    fn calls(&self, order: &Order) -> u64 {
        self.kit
            .sim
            .request_summary()
            .calls(self.kit.shop.call(order.operation))
    }

    async fn plain(&mut self, operation: Operation) {
        let mut order = self.looked_up(operation).await;
        let outcome = order.submit(&*self.kit.provider, &mut open(&*self.kit.provider)).await;
        let accepted = matches!(outcome, Outcome::Accepted(_));
        self.check(accepted, "a good order is accepted", &order, &outcome);
        self.present(&order, "what was accepted is seen").await;
        let first = order.look(&*self.kit.provider).await;
        let second = order.look(&*self.kit.provider).await;
        self.check(first == second, "two looks see the same", &order, &(first, second));
        self.charged(&order, "an order is charged once", 1);
    }

    async fn lost(&mut self, operation: Operation, behaviour: Behaviour) {
        let mut order = self.looked_up(operation).await;
        let before = self.calls(&order);
        let name = behaviour.name();
        self.once(&order, behaviour);
        let outcome = order.submit(&*self.kit.provider, &mut open(&*self.kit.provider)).await;
        let unknown = matches!(outcome, Outcome::Unknown(_));
        self.check(unknown, &format!("a lost answer ({name}) is unknown"), &order, &outcome);
        let sent = self.calls(&order) - before;
        self.check(sent == 1, &format!("{name}: sent once"), &order, &sent);
        self.present(&order, &format!("after a lost answer ({name}) a look finds it"))
            .await;
        self.charged(&order, "a lost answer is charged once", 1);
    }

    async fn undone(&mut self, operation: Operation, behaviour: Behaviour) {
        let mut order = self.looked_up(operation).await;
        let name = behaviour.name();
        self.once(&order, behaviour);
        let outcome = order.submit(&*self.kit.provider, &mut open(&*self.kit.provider)).await;
        let unknown = matches!(outcome, Outcome::Unknown(_));
        self.check(unknown, &format!("{name} proves nothing"), &order, &outcome);
        let seen = order.look(&*self.kit.provider).await;
        self.check(
            matches!(seen, Sighting::Absent(_)),
            &format!("{name}: nothing is found"),
            &order,
            &seen,
        );
        self.charged(&order, "nothing done, nothing charged", 0);
    }

    async fn not_sent(&mut self, operation: Operation) {
        let provider = &*self.kit.provider;
        let mut order = self.looked_up(operation).await;
        let before = self.calls(&order);
        let mut refusing = provider.visit();
        refusing.set_gate(|| Err("the intent is too old".to_owned()));
        for (mut visit, why) in [(refusing, "a refusing gate"), (provider.visit(), "a forgotten gate")] {
            let outcome = order.submit(provider, &mut visit).await;
            let not_sent = matches!(outcome, Outcome::NotSent(_));
            self.check(not_sent, &format!("{why} means not sent"), &order, &outcome);
        }
        self.kit.sim.refuse_connections();
        let outcome = order.submit(provider, &mut open(provider)).await;
        self.kit.sim.accept_connections();
        let not_sent = matches!(outcome, Outcome::NotSent(_));
        self.check(not_sent, "no connection means not sent", &order, &outcome);
        let sent = self.calls(&order) - before;
        self.check(sent == 0, "what is not sent does not arrive", &order, &sent);
        self.until_it_listens().await;
    }

    async fn until_it_listens(&mut self) {
        for _ in 0..200 {
            if self.kit.provider.control().await.is_ok() {
                return;
            }
            tokio::task::yield_now().await;
        }
        self.faults
            .push("control: not answered after connections were refused".to_owned());
    }

    async fn unreadable(&mut self, operation: Operation) {
        let order = self.looked_up(operation).await;
        for behaviour in UNREADABLE {
            let name = behaviour.name();
            self.kit.sim.add_fault(Rule::new(behaviour));
            let seen = order.look(&*self.kit.provider).await;
            self.kit.sim.clear_faults();
            let unreadable = matches!(seen, Sighting::Unreadable(_));
            self.check(
                unreadable,
                &format!("a failed look ({name}) is not \"not found\""),
                &order,
                &seen,
            );
        }
        let seen = order.look(&*self.kit.provider).await;
        self.check(
            matches!(seen, Sighting::Absent(_)),
            "not found is not a failed look",
            &order,
            &seen,
        );
    }

    async fn repeated(&mut self, operation: Operation) {
        if self.kit.provider.guard(operation) != Guard::RefusesRepeat {
            return;
        }
        let provider = &*self.kit.provider;
        let mut order = self.looked_up(operation).await;
        order.submit(provider, &mut open(provider)).await;
        self.kit.let_it_happen();
        let again = order.submit(provider, &mut open(provider)).await;
        let refused = !matches!(again, Outcome::Accepted(_));
        self.check(refused, "a guard that refuses repeats does", &order, &again);
        self.charged(&order, "a refused repeat is not charged", 1);
    }

    async fn throttled(&mut self, operation: Operation) {
        let mut order = self.looked_up(operation).await;
        self.once(&order, Behaviour::Throttle429);
        let outcome = order.submit(&*self.kit.provider, &mut open(&*self.kit.provider)).await;
        let fits = match &outcome {
            Outcome::Rejected(rejection) => rejection.class == RejectionClass::Throttled,
            Outcome::Unknown(_) => true,
            Outcome::Accepted(_) | Outcome::NotSent(_) => false,
        };
        self.check(fits, "too fast is throttled, or unknown", &order, &outcome);
        self.charged(&order, "too fast is not charged", 0);
    }

    async fn stranger(&mut self, operation: Operation) {
        let mut order = self.looked_up(operation).await;
        let seen = order.look(&*self.kit.stranger).await;
        let refused = matches!(&seen, Sighting::Unreadable(trouble) if trouble.kind == TroubleKind::Credentials);
        self.check(refused, "a look with a wrong key is about the key", &order, &seen);
        let outcome = order.submit(&*self.kit.stranger, &mut open(&*self.kit.stranger)).await;
        let refused = matches!(&outcome, Outcome::Rejected(r) if r.class == RejectionClass::Credentials);
        self.check(refused, "an order with a wrong key is refused for it", &order, &outcome);
        self.charged(&order, "a wrong key is not charged", 0);
    }

    async fn broke(&mut self, operation: Operation) {
        let mut order = self.looked_up(operation).await;
        let outcome = order.submit(&*self.kit.provider, &mut open(&*self.kit.provider)).await;
        let fits = match &outcome {
            Outcome::Rejected(rejection) => rejection.class == RejectionClass::NoFunds,
            // The provider keeps the order and waits for money: it must not be placed again.
            Outcome::Accepted(accepted) => {
                accepted.stage == Some(Stage::HeldForFunds)
                    || matches!(
                        order.look(&*self.kit.provider).await,
                        Sighting::Pending(Stage::HeldForFunds, _)
                    )
            }
            Outcome::NotSent(_) | Outcome::Unknown(_) => false,
        };
        self.check(fits, "no money is told as no money", &order, &outcome);
        self.charged(&order, "no money, no charge", 0);
    }

    async fn control(&mut self) {
        let own = self.kit.provider.control().await;
        if own.is_err() {
            self.faults.push(format!("control: refuses the right key: {own:?}"));
        }
        let strange = self.kit.stranger.control().await;
        if !matches!(&strange, Err(trouble) if trouble.kind == TroubleKind::Credentials) {
            self.faults.push(format!("control: takes a wrong key: {strange:?}"));
        }
    }

    fn once(&self, order: &Order, behaviour: Behaviour) {
        let call = self.kit.shop.call(order.operation);
        self.kit.sim.add_fault(Rule::new(behaviour).operation(call).once());
    }
}

/// Asks every read by its row, with values that fit. Returns how many were answered, and what is wrong.
pub(super) async fn reads(kit: &Kit) -> (usize, Vec<String>) {
    let mut faults = Vec::new();
    let mut answered = 0;
    let rows = kit
        .provider
        .endpoints()
        .iter()
        .filter(|row| row.class == CallClass::Read);
    for row in rows {
        // Once before the comparison: the simulator makes a name up when it is first spoken of.
        for repeat in [false, true] {
            let before = (kit.sim.state(), kit.sim.charges());
            let came = kit.provider.call(row, &fitting(row)).await;
            let after = (kit.sim.state(), kit.sim.charges());
            if repeat && before != after {
                faults.push(format!("{}: a read changed the provider's state", row.name));
            }
            match came {
                Ok(_) => answered += 1,
                Err(CallError::Refused { .. }) => {}
                Err(error) => faults.push(format!("{}: no answer: {error}", row.name)),
            }
        }
        if kit.sim.request_summary().calls(row.name) != 2 {
            faults.push(format!("{}: did not arrive", row.name));
        }
    }
    (answered, faults)
}

/// A value for every required parameter.
pub(super) fn fitting(row: &'static Endpoint) -> Arguments {
    let required = row.params.iter().filter(|param| param.required);
    let value = |param: &Param| match param.shape {
        Shape::Text | Shape::List if param.name == "options" => "All",
        Shape::Text | Shape::List => "renew-1.example",
        Shape::Whole | Shape::Flag => "1",
        Shape::Map => "a:b",
        Shape::Json => "[]",
    };
    required.map(|param| (param.name, value(param))).collect()
}
