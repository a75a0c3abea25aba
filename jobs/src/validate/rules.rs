//! Which field belongs to what, and what a misspelt one may have meant.

use domorder_api_client::provider::Operation as Op;

/// A field and the operations that take it; none listed: all.
struct Rule {
    field: &'static str,
    takes: &'static [Op],
    belongs: &'static str,
}

const EMAIL: &[Op] = &[
    Op::EmailCreate,
    Op::EmailRenew,
    Op::EmailAddAccounts,
    Op::EmailRemoveAccounts,
    Op::EmailDelete,
];

/// The table of the contract, §1, in its order.
const RULES: &[Rule] = &[
    Rule {
        field: "idempotency_key",
        takes: &[],
        belongs: "",
    },
    Rule {
        field: "kind",
        takes: &[],
        belongs: "",
    },
    Rule {
        field: "account",
        takes: &[],
        belongs: "",
    },
    Rule {
        field: "domain",
        takes: &[],
        belongs: "",
    },
    Rule {
        field: "years",
        takes: &[Op::Register, Op::Renew, Op::Transfer],
        belongs: "register and renew",
    },
    Rule {
        field: "nameservers",
        takes: &[Op::Register, Op::Transfer],
        belongs: "register and transfer",
    },
    Rule {
        field: "customer",
        takes: &[
            Op::Register,
            Op::Transfer,
            Op::EmailCreate,
            Op::EmailRenew,
            Op::EmailAddAccounts,
            Op::EmailRemoveAccounts,
            Op::EmailDelete,
        ],
        belongs: "register, transfer and email-order",
    },
    Rule {
        field: "contacts",
        takes: &[Op::Register, Op::Transfer],
        belongs: "register and transfer",
    },
    Rule {
        field: "privacy",
        takes: &[Op::Register, Op::Transfer, Op::Renew],
        belongs: "register, transfer and renew",
    },
    Rule {
        field: "auto_renew",
        takes: &[Op::Register, Op::Renew, Op::EmailCreate, Op::EmailRenew],
        belongs: "register, renew and email-order (create, renew)",
    },
    Rule {
        field: "auth_code",
        takes: &[Op::Transfer],
        belongs: "transfer",
    },
    Rule {
        field: "expected_expiry",
        takes: &[Op::Renew, Op::EmailRenew],
        belongs: "renew and email-order (renew)",
    },
    Rule {
        field: "action",
        takes: EMAIL,
        belongs: "email-order",
    },
    Rule {
        field: "months",
        takes: &[Op::EmailCreate, Op::EmailRenew],
        belongs: "email-order (create, renew)",
    },
    Rule {
        field: "accounts",
        takes: &[
            Op::EmailCreate,
            Op::EmailRenew,
            Op::EmailAddAccounts,
            Op::EmailRemoveAccounts,
        ],
        belongs: "email-order (create, renew, add-accounts, remove-accounts)",
    },
    Rule {
        field: "invoice",
        takes: &[
            Op::Register,
            Op::Transfer,
            Op::Renew,
            Op::EmailCreate,
            Op::EmailRenew,
            Op::EmailAddAccounts,
        ],
        belongs: "orders that are paid for",
    },
    Rule {
        field: "coupon",
        takes: &[Op::Register],
        belongs: "register",
    },
    Rule {
        field: "attributes",
        takes: &[Op::Register],
        belongs: "register",
    },
    Rule {
        field: "max_price",
        takes: &[Op::Register, Op::Transfer, Op::Renew],
        belongs: "register, transfer and renew",
    },
    Rule {
        field: "not_before",
        takes: &[],
        belongs: "",
    },
    Rule {
        field: "deadline",
        takes: &[],
        belongs: "",
    },
    Rule {
        field: "priority",
        takes: &[],
        belongs: "",
    },
    Rule {
        field: "metadata",
        takes: &[],
        belongs: "",
    },
];

/// What is to be done with a field of a document.
pub(super) enum Place {
    /// It may stand here.
    Fits,
    /// It belongs to something else, namely this.
    Foreign(&'static str),
    /// There is no such field.
    Unknown,
}

/// Whether a field may stand in a document that asks for one of these operations.
pub(super) fn place(field: &str, asked: &[Op]) -> Place {
    match RULES.iter().find(|rule| rule.field == field) {
        None => Place::Unknown,
        Some(rule) if rule.takes.is_empty() || asked.iter().any(|op| rule.takes.contains(op)) => Place::Fits,
        Some(rule) => Place::Foreign(rule.belongs),
    }
}

/// Every field of the document.
pub(super) fn fields() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.field)
}

/// The operations of an email order.
pub(super) const fn email() -> &'static [Op] {
    EMAIL
}

/// "is not a field", and the one that was probably meant.
pub(crate) fn unknown(field: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    match nearest(field, known) {
        Some(name) => format!("is not a field of this document; did you mean `{name}`?"),
        None => "is not a field of this document".to_owned(),
    }
}

/// The known word that a misspelt one is closest to, if any is close.
pub(crate) fn nearest(word: &str, known: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let plain = plain(word);
    if plain.is_empty() || plain.len() > 40 {
        return None;
    }
    known
        .into_iter()
        .map(|name| (distance(&plain, &self::plain(name)), name))
        .filter(|(far, name)| *far <= 2 && *far < name.len().div_ceil(2))
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// Letters and digits in lower case: `authCode`, `auth-code` and `AUTH_CODE` are one.
pub(super) fn plain(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Levenshtein's distance, in bytes; the words are short.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b = b.as_bytes();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
