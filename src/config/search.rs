//! What answers searches.

use clap::{Args, ValueEnum};

use super::{ConfigError, Services};

/// What answers searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchEngine {
    /// The embedded index alone.
    Embedded,
    /// The embedded index, in an order that Meilisearch has a say in.
    Fused,
    /// Meilisearch, with the embedded index in reserve.
    Meilisearch,
}

impl std::fmt::Display for SearchEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Embedded => "embedded",
            Self::Fused => "fused",
            Self::Meilisearch => "meilisearch",
        })
    }
}

/// What answers searches.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Search")]
pub struct Search {
    /// What answers searches: embedded, the index in the data folder; fused, the same with an order that Meilisearch has a
    /// say in; meilisearch alone. The embedded index is kept up in any case, and answers when Meilisearch does not. Not
    /// set: fused with MEILISEARCH_URL, embedded without.
    #[arg(long = "search", alias = "merx-search", env = "MERX_SEARCH", global = true)]
    pub engine: Option<SearchEngine>,
    /// What the names of this shop's indexes in Meilisearch begin with: another one for each copy of a database that uses
    /// the same server.
    #[arg(
        long = "meilisearch-prefix",
        alias = "merx-meilisearch-prefix",
        env = "MERX_MEILISEARCH_PREFIX",
        default_value = "merx",
        global = true
    )]
    pub meilisearch_prefix: String,
    /// Milliseconds after which a search goes on without Meilisearch.
    #[arg(
        long = "meilisearch-deadline",
        alias = "merx-meilisearch-deadline",
        env = "MERX_MEILISEARCH_DEADLINE",
        default_value_t = 150,
        value_parser = clap::value_parser!(u64).range(10..=250),
        global = true
    )]
    pub meilisearch_deadline: u64,
}

impl Search {
    /// What answers searches where `services` are.
    pub(super) fn engine(&self, services: &Services) -> SearchEngine {
        let there = services.meilisearch_url.is_some();
        let default = if there {
            SearchEngine::Fused
        } else {
            SearchEngine::Embedded
        };
        self.engine.unwrap_or(default)
    }

    pub(super) fn check(&self, services: &Services) -> Result<(), ConfigError> {
        if self.engine(services) != SearchEngine::Embedded && services.meilisearch_url.is_none() {
            return Err(ConfigError::Search(
                "MERX_SEARCH asks for Meilisearch, and MEILISEARCH_URL does not say where it is",
            ));
        }
        let prefix = &self.meilisearch_prefix;
        let plain = prefix
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if prefix.is_empty() || prefix.len() > 40 || !plain {
            return Err(ConfigError::Search(
                "MERX_MEILISEARCH_PREFIX takes 1 to 40 letters, digits, hyphens and underscores",
            ));
        }
        Ok(())
    }
}
