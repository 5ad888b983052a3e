//! Meilisearch: an engine beside the embedded one, whose typo-tolerant ranking is fused with that of the embedded index.
//!
//! - One index an owner, named after the fingerprint of its settings ([`settings`]). It comes into being by renaming one
//!   that was filled to the end, so that whatever has the name is complete; a rebuild swaps.
//! - Texts are stored without their endings and asked for without them ([`document`], [`query`]): Meilisearch knows no
//!   stems. Only keys come back.
//! - Every change is a task that is waited for ([`task`]).

mod compare;
mod document;
mod facets;
mod filter;
mod keys;
mod query;
mod settings;
mod suggest;
mod task;
mod wire;
mod write;

use std::time::Duration;

use entity::ProductId;
use meilisearch_sdk::errors::{Error, ErrorCode};
use meilisearch_sdk::indexes::Index;

use self::document::field;
pub(super) use self::filter::is_untold;
use self::keys::{Clients, Keys};
use self::query::{Asked, Found};
use self::wire::Wire;
use crate::config::Config;
use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::secret::Secret;
use crate::search::engine::{EngineError, Owner, SearchAnswer, SearchRequest, SuggestAnswer, SuggestRequest};
use crate::search::words::Vocabulary;

/// How long it is waited for that what words mean is learnt.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where Meilisearch is, and how it is used.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its address.
    pub(super) url: String,
    /// A key: the master key, or one that may do what [`keys`] lists.
    pub(super) key: Option<Secret>,
    /// What the names of indexes begin with.
    pub(super) prefix: String,
    /// How long a search may take.
    pub(super) deadline: Duration,
}

impl Place {
    /// Where the configuration says; none when it names no server.
    pub(super) fn from_config(config: &Config) -> Option<Self> {
        Some(Self {
            url: config.services.meilisearch_url.clone()?,
            key: config.services.meilisearch_api_key.as_deref().map(Secret::from),
            prefix: config.search.meilisearch_prefix.clone(),
            deadline: Duration::from_millis(config.search.meilisearch_deadline),
        })
    }
}

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// There is no complete index.
    #[error("the index is not ready")]
    NotReady,
    /// It answers, and takes the request for a wrong one.
    #[error("Meilisearch refuses: {0}")]
    Refused(#[source] Box<Error>),
    /// It does not answer, or answers nonsense.
    #[error("Meilisearch: {0}")]
    Away(#[source] Box<Error>),
    /// It does not answer in time.
    #[error("Meilisearch does not answer in time")]
    Late,
    /// It has taken a change, and not made it yet.
    #[error("Meilisearch has much to do")]
    Unfinished,
}

impl From<Trouble> for EngineError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotReady => Self::NotReady,
            other => Self::Failed(Box::new(other)),
        }
    }
}

/// A Meilisearch server.
pub(super) struct Meilisearch {
    keys: Keys,
    prefix: String,
    clock: Clock,
    ids: Ids,
}

impl Meilisearch {
    /// The server at `place`. Nothing is asked yet.
    ///
    /// # Errors
    /// When the machine has no TLS.
    pub(super) fn open(place: &Place, clock: Clock, ids: Ids) -> Result<Self> {
        let wire = Wire::new(place.deadline)?;
        Ok(Self {
            keys: Keys::new(&place.url, &place.prefix, place.key.clone(), place.deadline, wire),
            prefix: place.prefix.clone(),
            clock,
            ids,
        })
    }

    async fn clients(&self) -> Result<Clients, Trouble> {
        self.keys.clients().await.map_err(|e| self.trouble(e))
    }

    fn name(&self, owner: Owner) -> String {
        settings::index_name(&self.prefix, owner)
    }

    fn trouble(&self, error: Error) -> Trouble {
        if let Error::Meilisearch(said) = &error {
            match said.error_code {
                ErrorCode::IndexNotFound => return Trouble::NotReady,
                // The key was deleted, or the master key is another one now.
                ErrorCode::InvalidApiKey | ErrorCode::MissingAuthorizationHeader => self.keys.forget(),
                _ => {}
            }
        }
        match error {
            Error::Timeout => Trouble::Unfinished,
            error if wire::is_refusal(&error) => Trouble::Refused(Box::new(error)),
            error => Trouble::Away(Box::new(error)),
        }
    }

    /// Whether there is a complete index of `owner`.
    pub(super) async fn exists(&self, owner: Owner) -> Result<bool, Trouble> {
        let client = self.clients().await?.work;
        match client.get_raw_index(self.name(owner)).await {
            Ok(_) => Ok(true),
            Err(error) => match self.trouble(error) {
                Trouble::NotReady => Ok(false),
                other => Err(other),
            },
        }
    }

    /// The best `limit` products for the words of `request`, filters applied, in the order of Meilisearch.
    pub(super) async fn candidates(&self, request: &SearchRequest, limit: usize) -> Result<Vec<ProductId>, Trouble> {
        let client = self.clients().await?.search;
        let index = client.index(self.name(request.owner));
        let asked = Asked::of(request);
        let found = asked.hits(&index, 0, limit, &[field::PRODUCT]).await;
        let found = found.map_err(|e| self.trouble(e))?;
        Ok(found.iter().map(Found::id).collect())
    }

    /// A page with its facets.
    pub(super) async fn page(&self, request: &SearchRequest) -> Result<SearchAnswer, Trouble> {
        let client = self.clients().await?.search;
        let index = client.index(self.name(request.owner));
        let page = Asked::of(request).page(&client, &index).await;
        page.map_err(|e| self.trouble(e))
    }

    /// How a beginning may go on.
    pub(super) async fn suggestions(&self, request: &SuggestRequest) -> Result<SuggestAnswer, Trouble> {
        let client = self.clients().await?.search;
        let index = client.index(self.name(request.owner));
        let suggested = suggest::suggest(&index, request).await;
        suggested.map_err(|e| self.trouble(e))
    }

    /// How long a search may take.
    pub(super) fn deadline(&self) -> Duration {
        self.keys.deadline()
    }

    /// Learns what words mean; searches know it then.
    pub(super) async fn learn(&self, owner: Owner, words: &Vocabulary) -> Result<(), Trouble> {
        let client = self.clients().await?.work;
        let index: Index<Wire> = client.index(self.name(owner));
        let sent = index.set_settings(&settings::vocabulary(words)).await;
        let task = sent.map_err(|e| self.trouble(e))?;
        let done = task::done(&client, task, PATIENCE).await;
        done.map_err(|e| self.trouble(e))
    }
}
