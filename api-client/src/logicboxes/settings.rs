//! What a LogicBoxes account is told.

use url::Url;

use super::credential::Credential;
use crate::http::HttpSettings;

/// The live address (fact sheet §1). The test address is `https://test.httpapi.com/api`; live credentials act on the
/// live account there too.
pub const BASE_URL: &str = "https://httpapi.com/api";

/// Where the mailboxes are: a part of every email path. The documents show `us`; the other two were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Region {
    /// `us`.
    #[default]
    Us,
    /// `in`.
    India,
    /// `uk`.
    Uk,
}

impl Region {
    /// As the path spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::India => "in",
            Self::Uk => "uk",
        }
    }
}

/// A reseller account: its address and limits, its credential, its email region.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address, limits, observer. The key is added to its secrets when the provider is built.
    pub http: HttpSettings,
    /// Who is asking.
    pub credential: Credential,
    /// Where email orders are.
    pub region: Region,
}

impl Settings {
    /// Settings with the defaults. `base_url` is all that stands before an operation's path ([`BASE_URL`] live).
    #[must_use]
    pub fn new(base_url: Url, credential: Credential) -> Self {
        Self {
            http: HttpSettings::new(base_url),
            credential,
            region: Region::default(),
        }
    }
}
