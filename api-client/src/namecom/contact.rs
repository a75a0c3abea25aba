//! Contacts: there are no ids and no calls for them; they live inside the domain (fact sheet 3.4 \[D\]).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::scalar::{list, text_or_empty};
use crate::model::{ContactProfile, ContactProfiles};

/// The roles, as Name.com spells them, in the order of [`ContactProfiles`].
const ROLES: [&str; 4] = ["registrant", "administrative", "technical", "billing"];

/// A contact and the roles it has. All strings; `""` where there is nothing. `Debug` tells roles and country.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// `registrant`, `administrative`, `technical`, `billing`.
    #[serde(rename = "type", deserialize_with = "list")]
    pub roles: Vec<String>,
    /// Given name.
    #[serde(deserialize_with = "text_or_empty")]
    pub first_name: String,
    /// Family name.
    #[serde(deserialize_with = "text_or_empty")]
    pub last_name: String,
    /// Organisation.
    #[serde(deserialize_with = "text_or_empty")]
    pub organization: String,
    /// Street.
    #[serde(deserialize_with = "text_or_empty")]
    pub address_1: String,
    /// Second line.
    #[serde(deserialize_with = "text_or_empty")]
    pub address_2: String,
    /// City.
    #[serde(deserialize_with = "text_or_empty")]
    pub city: String,
    /// State or province.
    #[serde(deserialize_with = "text_or_empty")]
    pub state: String,
    /// Postal code.
    #[serde(deserialize_with = "text_or_empty")]
    pub zip: String,
    /// ISO 3166-1 alpha-2.
    #[serde(deserialize_with = "text_or_empty")]
    pub country: String,
    /// `+<cc>.<number>`.
    #[serde(deserialize_with = "text_or_empty")]
    pub phone: String,
    /// As `phone`.
    #[serde(deserialize_with = "text_or_empty")]
    pub fax: String,
    /// Mail address.
    #[serde(deserialize_with = "text_or_empty")]
    pub email: String,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("roles", &self.roles)
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

impl Contact {
    /// A profile in these roles.
    ///
    /// # Errors
    /// What Name.com cannot take, without the person's data.
    fn of(profile: &ContactProfile, roles: Vec<String>) -> Result<Self, String> {
        let Some((first, last)) = names(&profile.name) else {
            return Err(format!(
                "the {} contact needs a first and a last name",
                roles.join(" and ")
            ));
        };
        // There are two lines for the street; a third is put to the second rather than lost.
        let second = [&profile.address2, &profile.address3]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let number = |cc: &str, number: &str| format!("+{cc}.{number}");
        Ok(Self {
            roles,
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            organization: profile.company.clone().unwrap_or_default(),
            address_1: profile.address1.clone(),
            address_2: second,
            city: profile.city.clone(),
            state: profile.state.clone().unwrap_or_default(),
            zip: profile.zip.clone(),
            country: profile.country.clone(),
            phone: number(&profile.phone_cc, &profile.phone),
            fax: match (&profile.fax_cc, &profile.fax) {
                (Some(cc), Some(fax)) => number(cc, fax),
                _ => String::new(),
            },
            email: profile.email.clone(),
        })
    }
}

/// A name as Name.com takes it: all but the last word, and the last word. `None` where there is only one.
#[must_use]
pub fn names(name: &str) -> Option<(&str, &str)> {
    let (first, last) = name.trim().rsplit_once(char::is_whitespace)?;
    Some((first.trim_end(), last))
}

/// The contacts of an order: each person once, with all the roles it has. A role left out is the registrant's; without a
/// registrant it is left to the account's default.
///
/// # Errors
/// What Name.com cannot take, without the person's data.
pub fn contacts(profiles: &ContactProfiles) -> Result<Vec<Contact>, String> {
    let registrant = profiles.registrant.as_ref();
    let of_roles = [
        registrant,
        profiles.admin.as_ref().or(registrant),
        profiles.tech.as_ref().or(registrant),
        profiles.billing.as_ref().or(registrant),
    ];
    let mut people: Vec<(&ContactProfile, Vec<String>)> = Vec::new();
    for (profile, role) in of_roles.into_iter().zip(ROLES) {
        let Some(profile) = profile else { continue };
        match people.iter_mut().find(|(known, _)| *known == profile) {
            Some((_, roles)) => roles.push(role.to_owned()),
            None => people.push((profile, vec![role.to_owned()])),
        }
    }
    people
        .into_iter()
        .map(|(profile, roles)| Contact::of(profile, roles))
        .collect()
}
