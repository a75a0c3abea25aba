//! `domorder orders put-back`: orders that were set aside go on, where they can be read.
//!
//! An order is set aside where its record is damaged, or where a newer domorder wrote it while this one still ran. Nothing
//! is lost by that and nothing is bought: it stands as it was, and later orders of its domain wait for it.

use std::process::ExitCode;

use clap::Args;
use domorder_jobs::format::Unreadable;
use domorder_jobs::ledger::Ledger;

use super::super::Failure;
use super::super::output::print;
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
    let mut stay = 0;
    for name in &orders {
        let id = ledger.find_by_key(name).await?.unwrap_or_else(|| name.clone());
        let why = match put_back(ledger, &id).await? {
            CameTo::Back => {
                print(&format!("{id}: put back, it goes on"));
                continue;
            }
            CameTo::NotAside => "it is not set aside".to_owned(),
            CameTo::Missing => "there is no such order, or its index field is damaged".to_owned(),
            CameTo::Unreadable(fault @ Unreadable::Newer { .. }) => format!("{fault}. Upgrade, then put it back"),
            CameTo::Unreadable(fault) => format!("{fault}. Mend it, then put it back"),
        };
        eprintln!("{id}: left as it is: {why}");
        stay += 1;
    }
    if args.all && orders.is_empty() {
        print("no order is set aside");
    }
    Ok(ExitCode::from(u8::from(stay > 0)))
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
