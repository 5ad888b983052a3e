//! Sign-in at a provider of OpenID Connect, for customers and staff: the port to it, and what becomes of whoever comes
//! back from there.
//!
//! Owns the tables `external_identity` and `external_sign_in`. Invariants: a sign-in that was begun ends once, in the
//! browser that began it, which alone knows its ticket; what a provider says of an address counts only when it says that
//! it has proven it; an account that was there before is joined only when its address is proven here too. Staff is
//! invited first: a provider opens the door to nobody new.

mod begin;
mod finish;
mod link;
mod oidc;
mod prove;
mod settings;

use std::sync::Arc;

use async_trait::async_trait;

use crate::account::AccountKind;
use crate::config::Config;
use crate::platform::clock::Clock;
use crate::platform::error::Result;

pub use begin::{Begin, BeginError, Begun, begin};

pub(crate) use finish::finish;
pub(crate) use link::link;
pub(crate) use prove::prove;
pub use prove::{Arrival, CameBack, ExternalError, Newcomer, Way};
pub use settings::{ProviderSettings, SettingsError};

/// What a sign-in that was begun is known by, on both sides.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    /// What the ID token must repeat.
    pub nonce: &'a str,
    /// What proves that the code is ours (PKCE).
    pub pkce_verifier: &'a str,
    /// Where the provider sends the browser.
    pub redirect_uri: &'a str,
}

/// Who somebody is, in the words of a provider, which were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The provider's name for the person, for ever.
    pub subject: String,
    /// The address, if the provider says that it has proven it.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Whether the provider says that it asked for a second factor.
    pub mfa: bool,
}

/// Why a provider is of no help.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not answer, or not in time, or with something else.
    #[error("the provider is away: {0}")]
    Away(String),
    /// It does not take the code, or what it says is not to be believed.
    #[error("the provider does not vouch: {0}")]
    Refused(String),
}

/// The port to a provider.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Where the browser goes to sign in; the provider sends it back with `state` and a code.
    ///
    /// # Errors
    /// [`ProviderError::Away`].
    async fn authorization_url(&self, exchange: Exchange<'_>, state: &str) -> Result<String, ProviderError>;

    /// Who came back with `code`.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn identity(&self, exchange: Exchange<'_>, code: &str) -> Result<Told, ProviderError>;
}

/// A provider as it is set up here.
pub struct Known {
    /// What was set up.
    pub settings: ProviderSettings,
    /// The way to it.
    pub provider: Box<dyn Provider>,
}

impl Known {
    /// Whether accounts of this kind sign in there.
    pub fn serves(&self, kind: AccountKind) -> bool {
        self.settings.kinds.contains(&kind)
    }
}

/// The providers, in the order of the configuration. Cheap to clone.
#[derive(Clone, Default)]
pub struct Providers(Arc<Vec<Known>>);

impl Providers {
    /// The providers of the configuration. None is asked yet.
    ///
    /// # Errors
    /// A file that cannot be read, or says what makes no sense.
    pub fn from_config(config: &Config, clock: &Clock) -> Result<Self> {
        let settings = settings::read(config)?;
        let known = settings.into_iter().map(|settings| {
            let provider = oidc::OpenId::new(&settings, clock.clone(), config.is_production())?;
            Ok(Known {
                settings,
                provider: Box::new(provider),
            })
        });
        Ok(Self(Arc::new(known.collect::<Result<_>>()?)))
    }

    /// The provider of this name.
    pub fn named(&self, name: &str) -> Option<&Known> {
        self.0.iter().find(|known| known.settings.name == name)
    }

    /// All of them.
    pub fn all(&self) -> &[Known] {
        &self.0
    }
}
