//! `domorder orders put-back`: orders that were set aside go on, where they can be read.
//!
//! An order is set aside where its record is damaged, or where a newer domorder wrote it while this one still ran. Nothing
//! is lost by that and nothing is bought: it stands as it was, and later orders of its domain wait for it.

use std::process::ExitCode;

use clap::Args;
use domorder_jobs::format::Unreadable;
use domorder_jobs::ledger::Ledger;

use super::super::output::{Format, print, print_json};
use super::super::{Failure, OutputArgs};
use super::stored;

/// Most orders of one call.
const ASIDE_MAX: usize = 10_000;

/// Arguments of `put-back`.
#[derive(Debug, Args)]
pub(in crate::cli) struct PutBackArgs {
    /// The orders' ids or idempotency keys
    #[arg(required_unless_present = "all", value_name = "ORDER")]
    orders: Vec<String>,
    /// Every order that is set aside and can be read
    #[arg(long, conflicts_with = "orders")]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// What became of one.
enum CameTo {
    Back,
    NotAside,
    Unreadable(Unreadable),
    Missing,
}

pub(super) async fn run(ledger: &Ledger, args: &PutBackArgs) -> Result<ExitCode, Failure> {
    let mut orders = args.orders.clone();
    if args.all {
        orders = ledger.aside(ASIDE_MAX).await?.into_iter().map(|(id, _)| id).collect();
    }
    let is_json = args.output.output == Format::Json;
    let (mut stay, mut json) = (0, Vec::new());
    for name in &orders {
        let id = ledger.find_by_key(name).await?.unwrap_or_else(|| name.clone());
        let why = put_back(ledger, &id).await?.why_not();
        stay += usize::from(why.is_some());
        match &why {
            _ if is_json => {}
            None => print(&format!("{id}: put back, it goes on")),
            Some(why) => eprintln!("{id}: left as it is: {why}"),
        }
        json.push(serde_json::json!({"order": id, "put_back": why.is_none(), "why": why}));
    }
    if is_json {
        print_json(&json);
    } else if args.all && orders.is_empty() {
        print("no order is set aside");
    }
    Ok(ExitCode::from(u8::from(stay > 0)))
}

impl CameTo {
    /// Why it was left as it is; nothing where it goes on.
    fn why_not(self) -> Option<String> {
        match self {
            Self::Back => None,
            Self::NotAside => Some("it is not set aside".to_owned()),
            Self::Missing => Some("there is no such order, or its index field is damaged".to_owned()),
            Self::Unreadable(fault @ Unreadable::Newer { .. }) => Some(format!("{fault}. Upgrade, then put it back")),
            Self::Unreadable(fault) => Some(format!("{fault}. Mend it, then put it back")),
        }
    }
}

async fn put_back(ledger: &Ledger, id: &str) -> Result<CameTo, Failure> {
    let Some(found) = ledger.read(&[id.to_owned()]).await?.pop().flatten() else {
        return Ok(CameTo::Missing);
    };
    // What this program cannot read would be set aside again by its own replicas.
    if let Err(fault) = stored(&found) {
        return Ok(CameTo::Unreadable(fault));
    }
    Ok(if ledger.put_back(id).await? {
        CameTo::Back
    } else {
        CameTo::NotAside
    })
}
