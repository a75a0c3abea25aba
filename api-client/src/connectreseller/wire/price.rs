//! Money: what is left, what names cost, which are free.

use serde_json::Value;

use super::Node;

/// The amount in `availablefund`'s data, as written: a bare number in the newer document \[P\], or the one field whose
/// name speaks of funds or of a balance \[I\].
#[must_use]
pub fn amount(data: &Value) -> Option<String> {
    if let Some(text) = Node::new(data).text() {
        return Some(text).filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite));
    }
    let mut found = data.as_object()?.iter().filter(|(key, _)| {
        let key = key.to_ascii_lowercase();
        key.contains("fund") || key.contains("balance")
    });
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Node::new(value).decimal(),
        _ => None,
    }
}

/// What a name costs, each a decimal as written, in the account's currency; whether a fee is for one year is not
/// documented, and taken for granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fees {
    /// `registrationFee` \[P\], `registrationFees` \[S\].
    pub registration: Option<String>,
    /// `renewalfees`
    pub renewal: Option<String>,
    /// `transferFees`
    pub transfer: Option<String>,
}

impl Fees {
    /// Reads them.
    ///
    /// # Errors
    /// The name of a fee, where there is none at all.
    pub fn of(data: &Value) -> Result<Self, &'static str> {
        let node = Node::new(data);
        let fee = |names: &[&str]| node.get(names).and_then(Node::decimal);
        let fees = Self {
            registration: fee(&["registrationFee", "registrationFees"]),
            renewal: fee(&["renewalfees", "renewalfee"]),
            transfer: fee(&["transferFees", "transferFee"]),
        };
        if fees == Self::default() {
            return Err("registrationFees");
        }
        Ok(fees)
    }
}

/// `checkdomainavailable`'s data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// `available`
    pub available: bool,
    /// `domainType`: `Standard` or `Premium`.
    pub kind: Option<String>,
    /// What it costs.
    pub fees: Fees,
}

impl Availability {
    /// Reads it.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(data: &Value) -> Result<Self, &'static str> {
        let node = Node::new(data);
        Ok(Self {
            available: node.need(&["available"])?.boolean().ok_or("available")?,
            kind: node.text_at(&["domainType"]),
            fees: Fees::of(data).unwrap_or_default(),
        })
    }

    /// Whether the registry asks a price of its own for it.
    #[must_use]
    pub fn is_premium(&self) -> bool {
        self.kind
            .as_deref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("premium"))
    }
}

/// A name of `bulkDomainCheck`, `getTldSuggestion` or `domainSuggestion`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// `websiteName` or `domainName`, lower case.
    pub name: String,
    /// `available`; `None` where the call does not tell.
    pub available: Option<bool>,
    /// `domainType`, where it is told (`-` is not).
    pub kind: Option<String>,
    /// `registrationFee` or `price`: a decimal as written.
    pub price: Option<String>,
}

impl Candidate {
    /// Reads one.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(node: Node<'_>) -> Result<Self, &'static str> {
        Ok(Self {
            name: node.need_text(&["websiteName", "domainName"])?.to_ascii_lowercase(),
            available: node.get(&["available"]).and_then(Node::boolean),
            kind: node.text_at(&["domainType"]).filter(|kind| kind != "-"),
            price: node
                .get(&["registrationFee", "registrationFees", "price"])
                .and_then(Node::decimal),
        })
    }

    /// Reads a list of them.
    ///
    /// # Errors
    /// The name of what is missing, `responseData` where there is no list.
    pub fn list(data: &Value) -> Result<Vec<Self>, &'static str> {
        let node = Node::new(data);
        let list = node.get(&["registryDomainSuggestionList"]).unwrap_or(node);
        list.items().ok_or("responseData")?.map(Self::of).collect()
    }
}

/// A sentence of `checkDomainPrice`: "Registration Price for 2 Year is 21.98".
#[must_use]
pub fn price_sentences(data: &Value) -> Vec<String> {
    let Some(groups) = data.as_object() else {
        return Vec::new();
    };
    let sentences = groups.values().filter_map(|group| Node::new(group).items()).flatten();
    sentences.filter_map(|item| item.text_at(&["description"])).collect()
}

/// A row of `tldsync`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tld {
    /// `tld`, with or without its dot, as written.
    pub tld: String,
    /// `minPeriod`, in years.
    pub years_min: Option<i64>,
    /// `maxPeriod`, in years.
    pub years_max: Option<i64>,
    /// `registrationPrice`, `renewalPrice`, `transferPrice`: decimals as written.
    pub fees: Fees,
    /// `currencyCode`
    pub currency: Option<String>,
}

impl Tld {
    /// Reads one.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn of(node: Node<'_>) -> Result<Self, &'static str> {
        let whole = |names: &[&str]| node.get(names).and_then(Node::integer);
        let price = |names: &[&str]| node.get(names).and_then(Node::decimal);
        Ok(Self {
            tld: node.need_text(&["tld"])?,
            years_min: whole(&["minPeriod"]),
            years_max: whole(&["maxPeriod"]),
            fees: Fees {
                registration: price(&["registrationPrice"]),
                renewal: price(&["renewalPrice"]),
                transfer: price(&["transferPrice"]),
            },
            currency: node.text_at(&["currencyCode"]),
        })
    }

    /// Reads the list.
    ///
    /// # Errors
    /// The name of what is missing.
    pub fn list(data: &Value) -> Result<Vec<Self>, &'static str> {
        Node::new(data).items().ok_or("tld")?.map(Self::of).collect()
    }
}
