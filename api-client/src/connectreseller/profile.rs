//! A contact's data in this project's words, and as this provider wants it (fact sheet 2.2, "field rules" \[P\]).

use celes::Country;

use super::client::{ContactParams, Phone};
use super::wire::RegistrantContact;
use crate::model::digest;
use crate::provider::ContactProfile;

/// A profile as it is sent.
pub(super) struct Sent {
    name: String,
    email: String,
    company: String,
    address: String,
    city: String,
    state: String,
    country: &'static str,
    alpha2: &'static str,
    zip: String,
    phone: (String, String),
    fax: Option<(String, String)>,
}

impl Sent {
    /// The profile as this provider wants it.
    ///
    /// # Errors
    /// In words, without anybody's data: the country is none.
    pub(super) fn of(profile: &ContactProfile) -> Result<Self, String> {
        let country = Country::from_alpha2(profile.country.to_ascii_uppercase())
            .map_err(|_| "the contact's country is no code")?;
        let trimmed = |text: &str| text.trim().to_owned();
        let or = |text: &Option<String>, default: &str| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
            text.unwrap_or(default).to_owned()
        };
        let lines = [
            Some(&profile.address1),
            profile.address2.as_ref(),
            profile.address3.as_ref(),
        ];
        let lines: Vec<&str> = lines
            .into_iter()
            .flatten()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
            .collect();
        let number = |code: &str, number: &str| (code.trim_start_matches('+').trim().to_owned(), trimmed(number));
        Ok(Self {
            name: trimmed(&profile.name),
            email: untagged(profile.email.trim()),
            company: or(&profile.company, "NA"),
            address: lines.join(", "),
            city: trimmed(&profile.city),
            state: or(&profile.state, "other"),
            country: name_of(&country),
            alpha2: country.alpha2,
            zip: trimmed(&profile.zip),
            phone: number(&profile.phone_cc, &profile.phone),
            fax: profile
                .fax_cc
                .as_ref()
                .zip(profile.fax.as_ref())
                .map(|(code, fax)| number(code, fax)),
        })
    }

    /// The parameters.
    pub(super) fn params(&self) -> ContactParams<'_> {
        let phone = |(country_code, number)| Phone { country_code, number };
        ContactParams {
            name: &self.name,
            email: &self.email,
            company: &self.company,
            address: &self.address,
            city: &self.city,
            state: &self.state,
            country: self.country,
            zip: &self.zip,
            phone: phone((self.phone.0.as_str(), self.phone.1.as_str())),
            fax: self
                .fax
                .as_ref()
                .map(|(code, number)| phone((code.as_str(), number.as_str()))),
            other_phone: None,
        }
    }

    /// What finds it in the provider's list.
    pub(super) fn email(&self) -> &str {
        &self.email
    }

    /// Tells this contact of this customer from all others; fit to be stored.
    pub(super) fn digest(&self, customer: &str) -> String {
        let fax = self.fax.clone().unwrap_or_default();
        let fields: [&str; 13] = [
            customer,
            &self.name,
            &self.email,
            &self.company,
            &self.address,
            &self.city,
            &self.state,
            self.country,
            &self.zip,
            &self.phone.0,
            &self.phone.1,
            &fax.0,
            &fax.1,
        ];
        digest(fields)
    }

    /// Whether a row of the list could be it.
    pub(super) fn could_be(&self, name: Option<&str>, email: Option<&str>) -> bool {
        name.is_none_or(|name| same(name, &self.name))
            && email.is_none_or(|email| email.eq_ignore_ascii_case(&self.email))
    }

    /// Whether a contact that the provider has is this one. Name, mail and street have to be equal, as the fact sheet
    /// has it (6.2); so does whatever else is shown, since a contact with an old telephone number is another one.
    /// Spelling is forgiven: letter case, punctuation, how a street is cut into lines.
    pub(super) fn is(&self, shown: &RegistrantContact) -> bool {
        let agrees = |shown: &Option<String>, sent: &str| shown.as_deref().is_none_or(|shown| same(shown, sent));
        // What stands for "none" may be shown as nothing, and the other way round.
        let filled = |shown: &Option<String>, sent: &str, none: &str| match shown.as_deref() {
            None => true,
            Some(shown) => same(shown, sent) || (sent == none && same(shown, none)),
        };
        let phone = |code: &Option<String>, number: &Option<String>| {
            let joined = format!(
                "{}{}",
                code.as_deref().unwrap_or_default(),
                number.as_deref().unwrap_or_default()
            );
            let sent = format!("{}{}", self.phone.0, self.phone.1);
            number.is_none() || same(&joined, &sent) || agrees(number, &self.phone.1)
        };
        same(&shown.name, &self.name)
            && shown.email.eq_ignore_ascii_case(&self.email)
            && same(&shown.address.join(""), &self.address)
            && agrees(&shown.city, &self.city)
            && agrees(&shown.zip, &self.zip)
            && filled(&shown.company, &self.company, "NA")
            && filled(&shown.state, &self.state, "other")
            && (agrees(&shown.country, self.country) || agrees(&shown.country, self.alpha2))
            && phone(&shown.phone_cc, &shown.phone)
    }
}

/// Equal but for letter case and everything that is neither letter nor digit.
fn same(a: &str, b: &str) -> bool {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    letters(a) == letters(b)
}

/// A mail address without its tag, as the provider refuses a plus.
pub(super) fn untagged(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let bare = local.split('+').next().filter(|bare| !bare.is_empty()).unwrap_or(local);
            format!("{bare}@{domain}")
        }
        None => email.to_owned(),
    }
}

/// A country's English name as billing systems write it: the official one, without its article and its ceremony.
fn name_of(country: &Country) -> &'static str {
    match country.alpha2 {
        "GB" => "United Kingdom",
        "US" => "United States",
        "VE" => "Venezuela",
        "SX" => "Sint Maarten",
        "FM" => "Micronesia",
        "MF" => "Saint Martin",
        "IR" => "Iran",
        "MK" => "North Macedonia",
        "PS" => "Palestine",
        "TW" => "Taiwan",
        "SH" => "Saint Helena",
        "CC" => "Cocos (Keeling) Islands",
        "HM" => "Heard Island and McDonald Islands",
        "KP" => "North Korea",
        "KR" => "South Korea",
        "CD" => "Democratic Republic of the Congo",
        "FK" => "Falkland Islands",
        "LA" => "Laos",
        "MD" => "Moldova",
        "TZ" => "Tanzania",
        _ => country.long_name.strip_prefix("The ").unwrap_or(country.long_name),
    }
}
