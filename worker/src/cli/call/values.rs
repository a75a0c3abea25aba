//! `name=value` words, and secrets from elsewhere.

use std::io::Read;

use domorder_api_client::endpoint::{Arguments, Endpoint, Param, Shape};
use secrecy::SecretString;

/// What was given.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// For the call.
    pub(super) arguments: Arguments,
    /// For people: no secret among them.
    pub(super) shown: Shown,
}

/// Names and values that may be shown, in the order given; `None` stands for a secret.
pub(super) type Shown = Vec<(String, Option<String>)>;

/// Reads the words, and files and standard input where they say so. Every fault of how they were given, none of which
/// shows a value; where there is one, a placeholder stands in so that what else is wrong can be found too.
pub(super) fn read(endpoint: &Endpoint, words: &[String], input: &mut impl Read) -> (Values, Vec<String>) {
    let mut values = Values::default();
    let mut faults = Vec::new();
    let mut input = Some(input);
    for (number, word) in (1..).zip(words) {
        let Some((name, value)) = word.split_once('=') else {
            faults.push(format!("parameter {number} is no NAME=VALUE"));
            continue;
        };
        let Some(param) = endpoint.params.iter().find(|p| p.name == name) else {
            // The operation's own check names it.
            values.arguments.push(name, SecretString::from(value));
            continue;
        };
        let elsewhere = param.secret || param.shape == Shape::Json;
        let read = match value.strip_prefix('@') {
            Some(path) if elsewhere => from_file(param, path),
            _ if elsewhere && value == "-" => match input.take() {
                Some(input) => from_input(param, input),
                None => Err("standard input can be read for one parameter only".to_owned()),
            },
            _ if param.secret => Err(in_argv(param)),
            _ => Ok(SecretString::from(value)),
        };
        let value = read.unwrap_or_else(|fault| {
            faults.push(fault);
            SecretString::from(placeholder(param.shape))
        });
        values.shown.push((
            name.to_owned(),
            (!param.secret).then(|| secrecy::ExposeSecret::expose_secret(&value).to_owned()),
        ));
        values.arguments.push(name, value);
    }
    (values, faults)
}

fn in_argv(param: &Param) -> String {
    format!(
        "`{0}` is a secret, and the command line is seen by others and kept by the shell: write it into a file and give \
         {0}=@FILE, or give {0}=- and send it to standard input",
        param.name
    )
}

fn from_file(param: &Param, path: &str) -> Result<SecretString, String> {
    let text = std::fs::read_to_string(path).map(SecretString::from);
    text.map_err(|error| format!("`{}`: {path} cannot be read: {error}", param.name))
        .and_then(|text| one_line(param, path, &text))
}

fn from_input(param: &Param, input: &mut impl Read) -> Result<SecretString, String> {
    let mut text = String::new();
    let read = input.read_to_string(&mut text);
    let text = SecretString::from(text);
    read.map_err(|error| format!("`{}`: standard input cannot be read: {error}", param.name))
        .and_then(|_| one_line(param, "standard input", &text))
}

/// Editors and `echo` end a file with a line break, which is no part of the value.
fn one_line(param: &Param, place: &str, text: &SecretString) -> Result<SecretString, String> {
    let text = secrecy::ExposeSecret::expose_secret(text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(format!("`{}`: {place} is empty", param.name));
    }
    Ok(SecretString::from(text))
}

/// Something that fits.
const fn placeholder(shape: Shape) -> &'static str {
    match shape {
        Shape::Text | Shape::List => "x",
        Shape::Whole | Shape::Flag | Shape::Json => "1",
        Shape::Map => "x:x",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domorder_api_client::connectreseller::endpoints::{MODIFY_CLIENT, TRANSFER_ORDER};
    use secrecy::ExposeSecret as _;

    fn given(words: &[&str], input: &str) -> (Values, Vec<String>) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        read(&TRANSFER_ORDER, &words, &mut input.as_bytes())
    }

    fn auth_code(values: &Values) -> Vec<String> {
        let secrets = values.arguments.secrets(&TRANSFER_ORDER);
        secrets.map(|value| value.expose_secret().to_owned()).collect()
    }

    #[test]
    fn a_secret_comes_from_a_file_or_standard_input_without_its_line_break() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "canary=1@2 \r\n").unwrap();
        let (values, faults) = given(&[&format!("AuthCode=@{}", file.path().display())], "");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(auth_code(&values), ["canary=1@2 "]);
        let (values, faults) = given(&["AuthCode=-", "Websitename=a=b"], "canary\n");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(auth_code(&values), ["canary"]);
        assert_eq!(
            values.shown,
            [
                ("AuthCode".to_owned(), None),
                ("Websitename".to_owned(), Some("a=b".to_owned()))
            ]
        );
        assert!(!format!("{values:?}").contains("canary"));
    }

    #[test]
    fn a_secret_in_argv_is_refused_with_the_way_to_give_it_and_never_shown() {
        let (values, faults) = given(&["AuthCode=canary", "canary"], "");
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].contains("AuthCode=@FILE") && faults[0].contains("AuthCode=-"));
        assert_eq!(faults[1], "parameter 2 is no NAME=VALUE");
        assert!(!format!("{values:?}{faults:?}").contains("canary"));
    }

    #[test]
    fn what_cannot_be_read_or_is_empty_is_named() {
        let (_, faults) = given(&["AuthCode=@/nowhere/code"], "");
        assert!(
            faults[0].starts_with("`AuthCode`: /nowhere/code cannot be read"),
            "{faults:?}"
        );
        let (_, faults) = given(&["AuthCode=-"], "\n");
        assert_eq!(faults, ["`AuthCode`: standard input is empty"]);
        let (_, faults) = given(&["AuthCode=-", "AuthCode=-"], "code");
        assert_eq!(faults, ["standard input can be read for one parameter only"]);
    }

    #[test]
    fn a_value_that_is_no_secret_is_taken_as_it_stands() {
        let words = ["UserName=@shop".to_owned(), "Name=-".to_owned()];
        let (values, faults) = read(&MODIFY_CLIENT, &words, &mut "".as_bytes());
        assert!(faults.is_empty(), "{faults:?}");
        for (name, value) in &values.shown {
            assert!(
                matches!(value.as_deref(), Some("@shop" | "-") | None),
                "{name} {value:?}"
            );
        }
    }
}
