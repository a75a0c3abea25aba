//! Contact types and the rules of their fields (§7, §8). Details name fields and rules, never what was found.

use super::{Fault, Role, covered, extras, no_contact, rule};
use crate::logicboxes::client::ContactFields;
use crate::provider::ContactProfile;

/// Every `type` that `contacts/add` takes (§7 \[S\], the last two \[P\]).
pub const CONTACT_TYPES: &[&str] = &[
    "Contact",
    "AtContact",
    "BrContact",
    "BrOrgContact",
    "CaContact",
    "CnContact",
    "CoContact",
    "CoopContact",
    "DeContact",
    "EsContact",
    "EuContact",
    "MxContact",
    "NlContact",
    "NycContact",
    "RuContact",
    "UkContact",
    "UkServiceContact",
    "FrContact",
    "ClContact",
];

/// The type of a TLD's contacts (§7 \[P\]); `.br` has another one for its holder.
const TYPES: &[(&str, &str)] = &[
    ("at", "AtContact"),
    ("br", "BrContact"),
    ("ca", "CaContact"),
    ("cl", "ClContact"),
    ("cn", "CnContact"),
    ("co", "CoContact"),
    ("coop", "CoopContact"),
    ("de", "DeContact"),
    ("es", "EsContact"),
    ("eu", "EuContact"),
    ("fr", "FrContact"),
    ("mx", "MxContact"),
    ("lat", "MxContact"),
    ("nl", "NlContact"),
    ("nyc", "NycContact"),
    ("ru", "RuContact"),
    ("uk", "UkContact"),
    ("tel", "Contact"),
];

/// The type that a contact of a domain must have. Mixing types is rejected (§7 \[I:hi\]).
#[must_use]
pub fn contact_type(domain: &str, role: Role) -> &'static str {
    let tld = rule(domain, TYPES.iter().map(|(tld, _)| *tld));
    match tld.and_then(|tld| TYPES.iter().find(|(t, _)| *t == tld)) {
        Some(("br", _)) if role == Role::Registrant => "BrOrgContact",
        Some((_, name)) => name,
        None => "Contact",
    }
}

/// What LogicBoxes makes of a profile.
impl ContactProfile {
    /// The type to add it with.
    pub(in crate::logicboxes) fn type_for(&self, domain: &str, role: Role) -> &str {
        self.contact_type
            .as_deref()
            .unwrap_or_else(|| contact_type(domain, role))
    }

    /// The fields as `contacts/add` takes them, for a contact of this type. No organisation is said in the words that
    /// the type allows for it (§8).
    pub(in crate::logicboxes) fn fields(&self, contact_type: &str) -> ContactFields {
        let none = match contact_type {
            "RuContact" => "Not Applicable",
            "EuContact" => "NA",
            _ => "N/A",
        };
        ContactFields {
            name: self.name.clone(),
            company: self.company.clone().unwrap_or_else(|| none.to_owned()),
            email: self.email.clone(),
            address1: self.address1.clone(),
            address2: self.address2.clone(),
            address3: self.address3.clone(),
            city: self.city.clone(),
            state: self.state.clone(),
            country: self.country.clone(),
            zip: self.zip.clone(),
            phone_cc: self.phone_cc.clone(),
            phone: self.phone.clone(),
            fax_cc: self.fax_cc.clone(),
            fax: self.fax.clone(),
        }
    }

    /// The TLD-specific details as pairs, sorted by name.
    pub(in crate::logicboxes) fn pairs(&self) -> Vec<(String, String)> {
        self.attributes.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}

/// Provinces that an EsContact's `state` must be one of (§9 \[S\]).
const ES_PROVINCES: &[&str] = &[
    "Albacete",
    "Alicante",
    "Almeria",
    "Araba",
    "Asturias",
    "Avila",
    "Badajoz",
    "Barcelona",
    "Bizkaia",
    "Burgos",
    "Caceres",
    "Cadiz",
    "Cantabria",
    "Castellon",
    "Ceuta",
    "Ciudad Real",
    "Cordoba",
    "Coruña, A",
    "Cuenca",
    "Gipuzkoa",
    "Girona",
    "Granada",
    "Guadalajara",
    "Huelva",
    "Huesca",
    "Illes Balears",
    "Jaen",
    "Leon",
    "Lleida",
    "Lugo",
    "Madrid",
    "Malaga",
    "Melilla",
    "Murcia",
    "Navarra",
    "Ourense",
    "Palencia",
    "Palmas, Las",
    "Pontevedra",
    "Rioja, La",
    "Salamanca",
    "Santa Cruz de Tenerife",
    "Segovia",
    "Sevilla",
    "Soria",
    "Tarragona",
    "Teruel",
    "Toledo",
    "Valencia",
    "Valladolid",
    "Zamora",
    "Zaragoza",
];

/// Checks a contact given in full against the rules of its type.
pub(super) fn check(domain: &str, role: Role, contact: &ContactProfile, faults: &mut Vec<Fault>) {
    if no_contact(domain, role) {
        faults.push(Fault::new(
            format!("/contacts/{}", role.as_str()),
            "this TLD has no contact in that role; leave it out",
        ));
        return;
    }
    let kind = contact.type_for(domain, role);
    let wanted = contact_type(domain, role);
    let mut fault = |field: &str, broken: bool, rule: String| {
        if broken {
            faults.push(Fault::new(format!("/contacts/{}/{field}", role.as_str()), rule));
        }
    };
    fault("type", kind != wanted, format!("must be {wanted} under this TLD"));

    let (at, eu, ru) = (kind == "AtContact", covered(domain, &["eu"]), kind == "RuContact");
    let chars = |text: &str| text.chars().count();
    let between = |text: &str, most: usize| (1..=most).contains(&chars(text.trim())) && chars(text) <= most;
    let words = |text: &str| text.split_whitespace().count();

    let most = if eu { 50 } else { 255 };
    fault(
        "name",
        !between(&contact.name, most),
        format!("expected 1 to {most} characters"),
    );
    fault(
        "name",
        at && words(&contact.name) < 2,
        "an AtContact's name has at least two words".to_owned(),
    );
    if let Some(company) = &contact.company {
        let most = if eu { 100 } else { 255 };
        fault(
            "company",
            !between(company, most),
            format!("expected 1 to {most} characters"),
        );
        let short = ru && words(company) < 2;
        fault(
            "company",
            short,
            "a RuContact's company has at least two words; `Not Applicable` where there is none".to_owned(),
        );
    }
    fault("email", contact.email.trim().is_empty(), "is required".to_owned());
    let lines = [
        ("address1", Some(&contact.address1)),
        ("address2", contact.address2.as_ref()),
        ("address3", contact.address3.as_ref()),
        ("city", Some(&contact.city)),
        ("state", contact.state.as_ref()),
    ];
    for (field, text) in lines {
        let long = text.is_some_and(|text| !between(text, 64));
        fault(field, long, "expected 1 to 64 characters".to_owned());
    }
    let province = contact.state.as_deref().is_some_and(|s| ES_PROVINCES.contains(&s));
    fault(
        "state",
        kind == "EsContact" && contact.state.is_some() && !province,
        "must be a Spanish province in the registry's spelling, such as `Madrid` or `Coruña, A`".to_owned(),
    );
    let country = contact.country.len() == 2 && contact.country.bytes().all(|b| b.is_ascii_alphabetic());
    fault("country", !country, "expected a code of ISO 3166-1 alpha-2".to_owned());
    let service = kind == "UkServiceContact" && !matches!(contact.country.as_str(), "GB" | "IM" | "JE" | "GG");
    fault(
        "country",
        service,
        "a UkServiceContact is in GB, IM, JE or GG".to_owned(),
    );
    let most = if eu { 16 } else { 10 };
    fault(
        "zip",
        !between(&contact.zip, most),
        format!("expected 1 to {most} characters"),
    );

    let number = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let most = if covered(domain, &["ru"]) { 13 } else { 12 };
    for (field, text) in [
        ("phone_cc", Some(&contact.phone_cc)),
        ("fax_cc", contact.fax_cc.as_ref()),
    ] {
        let bad = text.is_some_and(|text| !number(text, 1, 3));
        fault(field, bad, "expected 1 to 3 digits, a country's code".to_owned());
    }
    for (field, text) in [("phone", Some(&contact.phone)), ("fax", contact.fax.as_ref())] {
        let bad = text.is_some_and(|text| !number(text, 4, most));
        fault(field, bad, format!("expected 4 to {most} digits"));
    }
    extras::check(domain, role, contact, faults);
}
