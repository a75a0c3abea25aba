//! Operations and their parameters, printed; and an operation found by its name.

use domorder_api_client::catalogue::{CATALOGUE, Entry};
use domorder_api_client::endpoint::Endpoint;
use serde_json::Value;

use super::super::Failure;
use super::super::output::{Format, print, print_json, table};

/// Names that are at least so like a misspelt one are offered (Jaro-Winkler, 0 to 1).
const LIKENESS_MIN: f64 = 0.75;
const SUGGESTIONS_MAX: usize = 4;

/// The row of this name. Upper and lower case may be mixed up where that leaves one row only.
pub(super) fn find(provider: &str, rows: &'static [Endpoint], name: &str) -> Result<&'static Endpoint, String> {
    if let Some(row) = rows.iter().find(|row| row.name == name) {
        return Ok(row);
    }
    let mut alike = rows.iter().filter(|row| row.name.eq_ignore_ascii_case(name));
    if let (Some(row), None) = (alike.next(), alike.next()) {
        return Ok(row);
    }
    let nearest = nearest(rows.iter().map(|row| row.name), name);
    Err(match nearest.as_slice() {
        [] => format!("{provider} has no operation `{name}`; `domorder call --list {provider}` names all"),
        names => format!(
            "{provider} has no operation `{name}`; did you mean {}? `domorder call --list {provider}` names all",
            names.join(", ")
        ),
    })
}

/// The likest names, likest first.
fn nearest<'a>(names: impl Iterator<Item = &'a str>, wanted: &str) -> Vec<&'a str> {
    let wanted = wanted.to_ascii_lowercase();
    let likeness = |name: &str| {
        let name = name.to_ascii_lowercase();
        // A part of a long name is as good as a near miss: people remember words, not paths.
        if wanted.len() >= 3 && name.contains(&wanted) {
            return 1.0;
        }
        strsim::jaro_winkler(&name, &wanted)
    };
    let mut alike: Vec<(f64, &str)> = names.map(|name| (likeness(name), name)).collect();
    alike.retain(|(likeness, _)| *likeness >= LIKENESS_MIN);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    alike.truncate(SUGGESTIONS_MAX);
    alike.into_iter().map(|(_, name)| name).collect()
}

/// Every operation of one provider, or of all.
pub(super) fn list(provider: Option<&str>, format: Format) -> Result<(), Failure> {
    let chosen: Vec<&Entry> = CATALOGUE
        .iter()
        .filter(|(name, _)| provider.is_none_or(|wanted| wanted == *name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = CATALOGUE.iter().map(|(name, _)| *name).collect();
        return Err(Failure::Usage(format!(
            "there is no provider `{}`; there are {}",
            provider.unwrap_or_default(),
            names.join(", ")
        )));
    }
    let rows = || {
        chosen
            .iter()
            .flat_map(|(name, rows)| rows.iter().map(move |row| (*name, row)))
    };
    match format {
        Format::Json => print_json(&rows().map(|(name, row)| json(Some(name), row)).collect::<Vec<_>>()),
        Format::Table => {
            let mut lines = table(&["provider", "operation", "method", "path", "class", "again", "what"]);
            for (name, row) in rows() {
                lines.add_row([
                    name,
                    row.name,
                    row.method.as_str(),
                    row.path,
                    row.class.as_str(),
                    again(row),
                    row.summary,
                ]);
            }
            print(&lines.to_string());
        }
    }
    Ok(())
}

/// One operation and its parameters.
pub(super) fn describe(row: &Endpoint, format: Format) {
    if format == Format::Json {
        print_json(&json(None, row));
        return;
    }
    print(&format!(
        "{}: {}\n{} {} ({}; may be sent again without looking: {})\nfact sheet {}",
        row.name,
        row.summary,
        row.method.as_str(),
        row.path,
        row.class.as_str(),
        again(row),
        row.source
    ));
    let mut lines = table(&["parameter", "value", "needed", "sent in"]);
    for param in row.params {
        let shape = word(&param.shape);
        lines.add_row([
            param.name.to_owned(),
            if param.secret {
                format!("{shape}, secret: {0}=@FILE or {0}=-", param.name)
            } else {
                shape
            },
            if param.required { "yes" } else { "no" }.to_owned(),
            word(&param.place),
        ]);
    }
    for (name, value) in row.fixed {
        lines.add_row([*name, *value, "always this", ""]);
    }
    print(&lines.to_string());
}

const fn again(row: &Endpoint) -> &'static str {
    if row.repeatable { "yes" } else { "no" }
}

/// The word that stands in the JSON.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn json(provider: Option<&str>, row: &Endpoint) -> Value {
    let mut value = serde_json::to_value(row).unwrap_or_default();
    if let (Some(fields), Some(provider)) = (value.as_object_mut(), provider) {
        fields.insert("provider".to_owned(), Value::from(provider));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use domorder_api_client::connectreseller::endpoints::ENDPOINTS;
    use rstest::rstest;

    #[rstest]
    #[case("RenewalOrder", "RenewalOrder")]
    #[case("renewalorder", "RenewalOrder")]
    #[case("VIEWDOMAIN", "ViewDomain")]
    fn an_operation_is_found_by_its_name_in_any_case(#[case] wanted: &str, #[case] found: &str) {
        assert_eq!(find("connectreseller", ENDPOINTS, wanted).unwrap().name, found);
    }

    #[rstest]
    #[case("RenewOrder", "RenewalOrder")]
    #[case("viewDomian", "ViewDomain")]
    #[case("epp", "ViewEPPCode")]
    fn a_misspelt_name_is_answered_with_the_nearest(#[case] wanted: &str, #[case] nearest: &str) {
        let said = find("connectreseller", ENDPOINTS, wanted).unwrap_err();
        assert!(said.contains("did you mean") && said.contains(nearest), "{said}");
    }

    #[test]
    fn a_name_like_no_other_is_told_where_all_stand() {
        let said = find("connectreseller", ENDPOINTS, "qqqqzzzz").unwrap_err();
        assert_eq!(
            said,
            "connectreseller has no operation `qqqqzzzz`; `domorder call --list connectreseller` names all"
        );
    }
}
