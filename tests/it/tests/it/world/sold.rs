//! Everything that can be bought, at every provider that sells it.

use domorder_jobs::fault::Point;
use serde_json::{Value, json};

use super::documents::*;

/// A kind or action at a provider.
#[derive(Clone, Copy)]
pub(crate) struct Sold {
    /// Its name here.
    pub(crate) name: &'static str,
    /// What its names begin with, by which the simulator knows what stands there.
    prefix: &'static str,
    document: fn(&str) -> Value,
    /// Fault points that its way leads by besides [`ON_THE_WAY`].
    besides: &'static [Point],
}

impl Sold {
    /// An order of it; what tells it from others becomes a part of the name.
    pub(crate) fn order(&self, which: &str) -> Value {
        (self.document)(&format!("{}-{which}-example.com", self.prefix))
    }

    /// The fault points on its way.
    pub(crate) fn points(&self) -> impl Iterator<Item = Point> {
        ON_THE_WAY.iter().chain(self.besides).copied()
    }
}

/// What every purchase goes by.
const ON_THE_WAY: &[Point] = &[
    Point::Claimed,
    Point::BeforeLook,
    Point::AfterLook,
    Point::IntentDecided,
    Point::IntentSent,
    Point::IntentDurable,
    Point::GatePassed,
    Point::RequestSent,
    Point::AnswerReceived,
    Point::AnswerClassified,
    Point::BeforeRecord,
    Point::Recorded,
];

/// One after the other, so that a test may take them by number. A transfer that was placed is left to the losing
/// registrar: nothing is held back for a read after it.
pub(crate) const SOLD: &[Sold] = &[
    Sold {
        name: "connectreseller-register",
        prefix: "new-cr",
        document: |domain| {
            with(
                register(domain),
                json!({"contacts": someone(domain), "max_price": enough()}),
            )
        },
        besides: &[
            Point::BeforePreparation,
            Point::ContactsMade,
            Point::Quoted,
            Point::HeldBack,
            Point::BeforeFinish,
            Point::Finished,
        ],
    },
    Sold {
        name: "connectreseller-transfer",
        prefix: "move-cr",
        document: |domain| transfer(domain, "right-Code-7Fq2"),
        besides: &[],
    },
    Sold {
        name: "connectreseller-renew",
        prefix: "renew-cr",
        document: renew,
        besides: &[Point::HeldBack],
    },
    Sold {
        name: "logicboxes-register",
        prefix: "new-lb",
        document: |domain| {
            let servers = json!(["ns1.host.example", "ns2.host.example"]);
            let more = json!({"account": "lb-main", "nameservers": servers, "contacts": someone(domain)});
            with(register(domain), more)
        },
        besides: &[Point::BeforePreparation, Point::ContactsMade, Point::HeldBack],
    },
    Sold {
        name: "logicboxes-transfer",
        prefix: "move-lb",
        document: |domain| {
            let servers = json!(["ns1.host.example", "ns2.host.example"]);
            let more = json!({"account": "lb-main", "nameservers": servers, "contacts": someone(domain)});
            with(transfer(domain, "right-Code-7Fq2"), more)
        },
        besides: &[Point::BeforePreparation, Point::ContactsMade],
    },
    Sold {
        name: "logicboxes-renew",
        prefix: "renew-lb",
        document: |domain| with(renew(domain), json!({"account": "lb-main"})),
        besides: &[Point::HeldBack],
    },
    Sold {
        name: "email-create",
        prefix: "fresh",
        document: email_create,
        besides: &[Point::HeldBack],
    },
    Sold {
        name: "email-renew",
        prefix: "mail-longer",
        document: email_renew,
        besides: &[Point::HeldBack],
    },
    Sold {
        name: "email-add-accounts",
        prefix: "mail-more",
        document: email_add,
        besides: &[Point::HeldBack],
    },
    Sold {
        name: "email-remove-accounts",
        prefix: "mail-fewer",
        document: email_remove,
        besides: &[Point::HeldBack],
    },
    Sold {
        name: "email-delete",
        prefix: "mail-gone",
        document: email_delete,
        besides: &[Point::HeldBack],
    },
    Sold {
        name: "namecom-register",
        prefix: "new-nc",
        document: |domain| {
            let more = json!({"account": "nc-main", "contacts": someone(domain), "max_price": enough()});
            with(register(domain), more)
        },
        besides: &[Point::Quoted, Point::HeldBack],
    },
    Sold {
        name: "namecom-renew",
        prefix: "renew-nc",
        document: |domain| with(renew(domain), json!({"account": "nc-main"})),
        besides: &[Point::HeldBack],
    },
];

/// An invented person, a new one for each domain. With an address of her own: a search for one that thousands share reads
/// through all of them.
fn someone(domain: &str) -> Value {
    let mailbox = domain.replace('.', "-");
    json!({"registrant": {"name": format!("Mara {domain}"), "email": format!("{mailbox}@quill.example"), "address1": "1 Mill Lane",
        "city": "Oslo", "state": "Oslo", "company": "Quill", "country": "NO", "zip": "0150", "phone_cc": "47", "phone": "22334455"}})
}

fn enough() -> Value {
    json!({"amount": "1000", "currency": "USD"})
}
