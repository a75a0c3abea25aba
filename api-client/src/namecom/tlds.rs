//! What top-level domains demand of a registration: data, and one check (fact sheet 7).
//!
//! Much of the vendor's page is lost. What is known is checked; where only the fact is known that a top-level domain
//! demands something, the map is the operator's word and goes out as it stands; where nothing is demanded, nothing is
//! taken, so that a misspelt key is not lost.

use std::collections::BTreeMap;

/// The key of an internationalised name's language \[D\].
pub const LANGUAGE: &str = "language";

/// The languages of internationalised names: code, name. \[D\]
pub static LANGUAGES: &[(&str, &str)] = &[
    ("AFR", "Afrikaans"),
    ("ALB", "Albanian"),
    ("ARA", "Arabic"),
    ("ARG", "Aragonese"),
    ("ARM", "Armenian"),
    ("ASM", "Assamese"),
    ("AST", "Asturian"),
    ("AVE", "Avestan"),
    ("AWA", "Awadhi"),
    ("AZE", "Azerbaijani"),
    ("BAN", "Balinese"),
    ("BAL", "Baluchi"),
    ("BAS", "Basa"),
    ("BAK", "Bashkir"),
    ("BAQ", "Basque"),
    ("BEL", "Belarusian"),
    ("BEN", "Bengali"),
    ("BHO", "Bhojpuri"),
    ("BOS", "Bosnian"),
    ("BUL", "Bulgarian"),
    ("BUR", "Burmese"),
    ("CAR", "Carib"),
    ("CAT", "Catalan"),
    ("CHE", "Chechen"),
    ("CHI", "Chinese"),
    ("CHV", "Chuvash"),
    ("COP", "Coptic"),
    ("COS", "Corsican"),
    ("SCR", "Croatian"),
    ("CZE", "Czech"),
    ("DAN", "Danish"),
    ("DIV", "Divehi"),
    ("DOI", "Dogri"),
    ("DUT", "Dutch"),
    ("ENG", "English"),
    ("EST", "Estonian"),
    ("FIJ", "Fijian"),
    ("FIN", "Finnish"),
    ("FRE", "French"),
    ("FRY", "Frisian"),
    ("GLA", "Gaelic"),
    ("GEO", "Georgian"),
    ("GER", "German"),
    ("GON", "Gondi"),
    ("GRE", "Greek"),
    ("GUJ", "Gujarati"),
    ("HEB", "Hebrew"),
    ("HIN", "Hindi"),
    ("HUN", "Hungarian"),
    ("ICE", "Icelandic"),
    ("INC", "Indic"),
    ("IND", "Indonesian"),
    ("INH", "Ingush"),
    ("GLE", "Irish"),
    ("ITA", "Italian"),
    ("JPN", "Japanese"),
    ("JAV", "Javanese"),
    ("KAS", "Kashmiri"),
    ("KAZ", "Kazakh"),
    ("KHM", "Khmer"),
    ("KIR", "Kirghiz"),
    ("KOR", "Korean"),
    ("KUR", "Kurdish"),
    ("LAO", "Lao"),
    ("LAV", "Latvian"),
    ("LIT", "Lithuanian"),
    ("LTZ", "Luxembourgish"),
    ("MAC", "Macedonian"),
    ("MAY", "Malay"),
    ("MAL", "Malayalam"),
    ("MLT", "Maltese"),
    ("MAO", "Maori"),
    ("MOL", "Moldavian"),
    ("NEP", "Nepali"),
    ("NOR", "Norwegian"),
    ("ORI", "Oriya"),
    ("OSS", "Ossetian"),
    ("PAN", "Panjabi"),
    ("PER", "Persian"),
    ("POL", "Polish"),
    ("POR", "Portuguese"),
    ("PUS", "Pushto"),
    ("RAJ", "Rajasthani"),
    ("RUM", "Romanian"),
    ("RUS", "Russian"),
    ("SMO", "Samoan"),
    ("SAN", "Sanskrit"),
    ("SRD", "Sardinian"),
    ("SCC", "Serbian"),
    ("SND", "Sindhi"),
    ("SIN", "Sinhalese"),
    ("SLO", "Slovak"),
    ("SLV", "Slovenian"),
    ("SOM", "Somali"),
    ("SPA", "Spanish"),
    ("SWA", "Swahili"),
    ("SWE", "Swedish"),
    ("SYR", "Syriac"),
    ("TGK", "Tajik"),
    ("TAM", "Tamil"),
    ("TEL", "Telugu"),
    ("THA", "Thai"),
    ("TIB", "Tibetan"),
    ("TUR", "Turkish"),
    ("UKR", "Ukrainian"),
    ("URD", "Urdu"),
    ("UZB", "Uzbek"),
    ("VIE", "Vietnamese"),
    ("WEL", "Welsh"),
    ("YID", "Yiddish"),
];

/// A key of the `requirements` map.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As it is sent.
    pub name: &'static str,
    /// The values it takes; none listed: any but an empty one.
    pub values: &'static [&'static str],
    /// How sure it is: D the copy, I inferred.
    pub source: &'static str,
}

/// What a top-level domain cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// This key.
    Key(&'static str),
    /// This key, or an administrative contact in full.
    KeyOrAdmin(&'static str),
    /// Something: which keys, the vendor's page told, and it is lost.
    Something,
}

/// A top-level domain that demands more than the fields of the call.
#[derive(Debug, Clone, Copy)]
pub struct Tld {
    /// Lower case, without a dot.
    pub name: &'static str,
    /// What it demands.
    pub need: Need,
    /// The keys that are known.
    pub keys: &'static [Key],
}

/// Every top-level domain of which the document says that it needs more \[S\].
pub static TLDS: &[Tld] = &[
    Tld {
        name: "us",
        need: Need::Something,
        keys: &[
            Key {
                name: "us-nexus_category",
                values: &["C11", "C12", "C21", "C31", "C32"],
                source: "I:lo; values D",
            },
            Key {
                name: "us-app_purpose",
                values: &["P1", "P2", "P3", "P4", "P5"],
                source: "I:lo; values D",
            },
        ],
    },
    Tld {
        name: "de",
        need: Need::KeyOrAdmin("de-admin_c"),
        keys: &[
            Key {
                name: "de-admin_c",
                values: &["Yes"],
                source: "D",
            },
            Key {
                name: "de-nexus_category",
                values: &[],
                source: "D: mentioned",
            },
        ],
    },
    Tld {
        name: "tel",
        need: Need::Key("tel-whois_type"),
        keys: &[
            Key {
                name: "tel-whois_type",
                values: &["Natural Person", "Legal Person"],
                source: "D",
            },
            Key {
                name: "tel-publish",
                values: &[],
                source: "D: a flag",
            },
        ],
    },
    lost("asia"),
    lost("ca"),
    lost("eu"),
    lost("jobs"),
    lost("nl"),
    lost("pro"),
    lost("travel"),
];

const fn lost(name: &'static str) -> Tld {
    Tld {
        name,
        need: Need::Something,
        keys: &[],
    }
}

/// What is wrong with the requirements of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key; `None`: the map as a whole.
    pub key: Option<String>,
    /// What was expected, in a sentence.
    pub detail: String,
}

/// Holds the requirements of a registration against what its name demands. `domain` is ASCII and lower case;
/// `admin_contact`: an administrative contact is given in full, its own or the registrant's.
#[must_use]
pub fn check(domain: &str, requirements: &BTreeMap<String, String>, admin_contact: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |key: Option<&str>, detail: String| {
        faults.push(Fault {
            key: key.map(str::to_owned),
            detail,
        });
    };
    let suffix = domain.rsplit('.').next().unwrap_or_default();
    let tld = TLDS.iter().find(|tld| tld.name == suffix);
    let is_idn = domain.split('.').any(|label| label.starts_with("xn--"));
    match requirements.get(LANGUAGE) {
        Some(_) if !is_idn => fault(Some(LANGUAGE), "belongs to internationalised names only".into()),
        Some(code) if !LANGUAGES.iter().any(|(known, _)| known == code) => fault(
            Some(LANGUAGE),
            "expected a language code of Name.com's list, such as `GER` or `CHI`, in capital letters".into(),
        ),
        None if is_idn => fault(
            Some(LANGUAGE),
            "an internationalised name needs its language, such as `GER`".into(),
        ),
        Some(_) | None => {}
    }
    for (name, value) in requirements.iter().filter(|(name, _)| *name != LANGUAGE) {
        let known = tld.and_then(|tld| tld.keys.iter().find(|key| key.name == name));
        match (known, tld) {
            _ if value.trim().is_empty() => fault(Some(name), "is empty".into()),
            (Some(key), _) if !key.values.is_empty() && !key.values.contains(&value.as_str()) => {
                fault(Some(name), format!("expected {}", listed(key.values)));
            }
            (Some(_), _) => {}
            // The operator's word, where the page with the keys is lost.
            (None, Some(tld)) if tld.need == Need::Something => {}
            (None, Some(tld)) => {
                let keys: Vec<&str> = tld.keys.iter().map(|key| key.name).collect();
                fault(
                    Some(name),
                    format!("is no requirement under .{suffix}, which knows {}", listed(&keys)),
                );
            }
            (None, None) => fault(Some(name), format!("is no requirement: .{suffix} demands none")),
        }
    }
    let own = requirements.keys().any(|name| name != LANGUAGE);
    match tld.map(|tld| tld.need) {
        Some(Need::Key(key)) if !requirements.contains_key(key) => {
            fault(Some(key), format!("is needed under .{suffix}"));
        }
        Some(Need::KeyOrAdmin(key)) if !requirements.contains_key(key) && !admin_contact => {
            fault(
                Some(key),
                format!("is needed under .{suffix}, or an administrative contact in full"),
            );
        }
        Some(Need::Something) if !own => fault(
            None,
            format!(".{suffix} demands details whose keys the provider's document does not tell: give them here"),
        ),
        Some(_) | None => {}
    }
    faults
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
