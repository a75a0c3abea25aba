//! The providers side by side: what dispatch has to know of each, and nothing else of them.

use serde_json::{Value, json};

use crate::operation::{Answer, Call, Operation, Provider};
use crate::params::{Param, Values};
use crate::world::World;
use crate::{connectreseller, logicboxes, namecom};

/// How a provider takes its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// In the query, or in a form.
    Form,
    /// In a JSON object, whatever its content type.
    Json,
}

/// A call that was found by its path.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) operation: &'static Operation,
    /// Parameters that stand in the path.
    pub(crate) values: Values,
}

/// A provider.
pub(crate) struct House {
    pub(crate) provider: Provider,
    /// How the paths of its calls begin.
    pub(crate) base: &'static str,
    pub(crate) language: Language,
    /// Parameters of every call.
    pub(crate) common: &'static [Param],
    /// Headers that are parameters of every call.
    pub(crate) headers: &'static [&'static str],
    pub(crate) find: fn(&str) -> Option<Found>,
    /// HTTP status of the answer to parameters that do not fit.
    pub(crate) misfit_status: u16,
    /// The answer to what no careful client sends.
    pub(crate) misfit: fn(u16, &str) -> Answer,
    /// The answer to a wrong key.
    pub(crate) unauthorized: fn(&World) -> Answer,
    /// The answer to this call's key, if it is wrong.
    pub(crate) refuse_key: fn(&World, &Call) -> Option<Answer>,
}

fn whole(operation: &'static Operation) -> Found {
    Found {
        operation,
        values: Values::new(),
    }
}

static HOUSES: [House; Provider::COUNT] = [
    House {
        provider: Provider::ConnectReseller,
        base: connectreseller::BASE,
        language: Language::Form,
        common: connectreseller::COMMON,
        headers: &[],
        find: |path| connectreseller::find(path).map(whole),
        misfit_status: 200,
        misfit: |status, reason| Answer::refused(status, connectreseller::wire::envelope(400, reason, Value::Null)),
        unauthorized: |world| connectreseller::wire::unauthorized(&world.cr.settings, "Invalid API key"),
        refuse_key: |world, call| connectreseller::refuse_key(&world.cr, call),
    },
    House {
        provider: Provider::LogicBoxes,
        base: logicboxes::BASE,
        language: Language::Form,
        common: logicboxes::COMMON,
        headers: &[],
        find: |path| logicboxes::find(path).map(whole),
        misfit_status: 500,
        misfit: |status, reason| {
            Answer::refused(status, json!({ "status": "ERROR", "message": format!("{{{reason}}}") }))
        },
        unauthorized: |world| logicboxes::wire::unauthorized(&world.lb.settings),
        refuse_key: |world, call| logicboxes::refuse_key(&world.lb, call),
    },
    House {
        provider: Provider::NameCom,
        base: namecom::BASE,
        language: Language::Json,
        common: namecom::COMMON,
        headers: namecom::HEADERS,
        find: namecom::find,
        misfit_status: 200,
        misfit: namecom::wire::misfit,
        unauthorized: |_| namecom::wire::bad_credentials(),
        refuse_key: |world, call| namecom::refuse_key(&world.nc, call),
    },
];

/// A provider's house.
pub(crate) fn of(provider: Provider) -> &'static House {
    &HOUSES[provider as usize]
}

/// Whose path this is.
pub(crate) fn at(path: &str) -> Option<&'static House> {
    HOUSES.iter().find(|house| path.starts_with(house.base))
}

/// What a content network answers to an address that is not on the list, whichever provider is behind it.
pub(crate) fn foreign_address() -> Answer {
    logicboxes::wire::foreign_address()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_has_its_house_in_its_place() {
        for (index, house) in HOUSES.iter().enumerate() {
            assert_eq!(house.provider as usize, index);
            assert_eq!(at(house.base).map(|house| house.provider), Some(house.provider));
        }
    }
}
