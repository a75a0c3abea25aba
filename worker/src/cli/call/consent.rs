//! Asking before what must not be repeated.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal as _, Write};

use domorder_api_client::endpoint::Endpoint;

use super::values::Shown;

/// What will be done, where, and with what.
pub(super) fn question(provider: &str, account: &str, endpoint: &Endpoint, shown: &Shown) -> String {
    let mut text = format!(
        "{} at {provider}, account {account}: {}",
        endpoint.name, endpoint.summary
    );
    for (name, value) in shown {
        let _ = write!(text, "\n  {name} = {}", value.as_deref().unwrap_or("(secret)"));
    }
    text.push_str(
        "\nIt is sent once, now, outside the ledger: orders of the same domain do not know of it. It may spend money or \
         destroy something.\nGo on? [y/N] ",
    );
    text
}

/// Asks a person at the terminal.
///
/// # Errors
/// A sentence, where there is no terminal to ask at.
pub(super) fn ask_terminal(question: &str) -> Result<bool, String> {
    let (input, output) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() || !output.is_terminal() {
        return Err(
            "this may spend money or destroy something, and there is no terminal to ask at: nothing was sent; give \
             --yes if it is meant"
                .to_owned(),
        );
    }
    ask(question, &mut input.lock(), &mut output.lock())
        .map_err(|error| format!("the terminal cannot be asked: {error}; nothing was sent"))
}

/// Anything but a clear yes is a no, and so is the end of input.
fn ask(question: &str, input: &mut impl BufRead, output: &mut impl Write) -> std::io::Result<bool> {
    output.write_all(question.as_bytes())?;
    output.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domorder_api_client::connectreseller::endpoints::TRANSFER_ORDER;
    use rstest::rstest;

    #[rstest]
    #[case("y\n", true)]
    #[case(" YES \n", true)]
    #[case("\n", false)]
    #[case("n\n", false)]
    #[case("yep\n", false)]
    #[case("", false)]
    fn only_a_clear_yes_is_one(#[case] answer: &str, #[case] expected: bool) {
        let mut asked = Vec::new();
        assert_eq!(ask("Go on?", &mut answer.as_bytes(), &mut asked).unwrap(), expected);
        assert_eq!(asked, b"Go on?");
    }

    #[test]
    fn the_question_names_operation_account_and_values_and_hides_secrets() {
        let shown = vec![
            ("Websitename".to_owned(), Some("blue-otter.example".to_owned())),
            ("AuthCode".to_owned(), None),
        ];
        let text = question("connectreseller", "cr-main", &TRANSFER_ORDER, &shown);
        for part in [
            "TransferOrder at connectreseller, account cr-main: Asks for a transfer",
            "\n  Websitename = blue-otter.example",
            "\n  AuthCode = (secret)",
            "outside the ledger",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(text.ends_with("[y/N] "), "{text}");
    }
}
