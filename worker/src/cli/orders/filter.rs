//! Which orders: the marks that `GET /v1/orders` takes, too.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domorder_jobs::domain_name::host;
use domorder_jobs::ledger::Filter;
use domorder_jobs::state::{Kind, Needs, State};

use crate::listing::Wanted;

/// Marks of orders; all of those that are given have to fit.
#[derive(Debug, Args)]
#[group(id = "marks", multiple = true)]
pub(super) struct FilterArgs {
    /// Only in these states, with commas between them
    #[arg(long, value_delimiter = ',', value_parser = states())]
    state: Vec<State>,
    /// Only this kind
    #[arg(long, value_parser = kinds())]
    kind: Option<Kind>,
    /// Only this account
    #[arg(long)]
    account: Option<String>,
    /// Only this domain, in Unicode or punycode
    #[arg(long, value_parser = host)]
    domain: Option<String>,
    /// Only those that ask a person for this
    #[arg(long, value_parser = needs())]
    needs: Option<Needs>,
}

impl FilterArgs {
    /// The orders that they mean.
    pub(super) fn wanted(&self) -> Wanted {
        let filter = Filter {
            states: self.state.clone(),
            account: self.account.clone(),
            kind: self.kind,
            resource: self.domain.clone(),
        };
        Wanted::new(filter, self.needs)
    }
}

// A closed set is told where a word is wrong, and completed by the shell.

fn states() -> impl TypedValueParser<Value = State> {
    PossibleValuesParser::new(State::ALL.iter().map(|word| word.as_str())).try_map(|word| word.parse::<State>())
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.iter().map(|word| word.as_str())).try_map(|word| word.parse::<Kind>())
}

fn needs() -> impl TypedValueParser<Value = Needs> {
    PossibleValuesParser::new(Needs::ALL.iter().map(|word| word.as_str())).try_map(|word| word.parse::<Needs>())
}
