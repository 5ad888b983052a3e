//! The adapter to any provider of OpenID Connect: authorization code with PKCE, ID tokens signed with an asymmetric key.

mod wire;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndUserFamilyName,
    EndUserGivenName, IssuerUrl, LocalizedClaim, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError,
};
use tokio::sync::Mutex;

use crate::account::external::settings::ProviderSettings;
use crate::account::external::{Exchange, Provider, ProviderError, Told};
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result, story};
use crate::platform::text::normalise_email;
use wire::Wire;

/// How long a provider may take for one thing, all requests to it together.
const DEADLINE: Duration = Duration::from_secs(8);
/// Seconds that its addresses and keys are believed.
const FRESH: i64 = 3600;
/// Seconds after which they are read again for a key that is not among them, and after which a provider that did not
/// answer is asked again.
const RETRY: i64 = 10;
/// Longest subject: what the specification allows.
const SUBJECT_MAX: usize = 255;
/// Longest name that is taken over, in characters.
const NAME_MAX: usize = 100;

/// What may sign ID tokens. Not what is made with the client's secret: a secret that leaks must not make identities.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A provider of OpenID Connect.
pub struct OpenId {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    wire: Wire,
    clock: Clock,
    read: Mutex<Read>,
}

/// What was read of the provider, and when.
#[derive(Default)]
struct Read {
    metadata: Option<CoreProviderMetadata>,
    at: Option<DateTime<Utc>>,
    /// When it was last tried, and did not work.
    failed_at: Option<DateTime<Utc>>,
}

/// How new what is known of the provider must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    /// Read within the hour.
    Hour,
    /// Read just now: it has a key that was not there before.
    Now,
}

impl OpenId {
    /// The provider of `settings`; it is asked when it is needed.
    ///
    /// # Errors
    /// An issuer that is no address.
    pub fn new(settings: &ProviderSettings, clock: Clock, https_only: bool) -> Result<Self> {
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|e| Fault::part("configuration", e))?;
        Ok(Self {
            issuer,
            client_id: ClientId::new(settings.client_id.clone()),
            client_secret: settings.client_secret.clone().map(ClientSecret::new),
            wire: Wire::new(https_only)?,
            clock,
            read: Mutex::default(),
        })
    }

    /// The addresses and keys of the provider. One request reads them for all that wait. Old ones do while new ones are
    /// not to be had.
    async fn metadata(&self, age: Age) -> Result<CoreProviderMetadata, ProviderError> {
        let mut read = self.read.lock().await;
        let now = self.clock.now();
        let seconds = |since: Option<DateTime<Utc>>| since.map_or(i64::MAX, |at| (now - at).num_seconds().abs());
        let fresh = if age == Age::Hour { FRESH } else { RETRY };
        if let Some(metadata) = &read.metadata
            && (seconds(read.at) < fresh || seconds(read.failed_at) < RETRY)
        {
            return Ok(metadata.clone());
        }
        if seconds(read.failed_at) < RETRY {
            return Err(ProviderError::Away("it did not answer a moment ago".to_owned()));
        }
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.wire).await {
            Ok(metadata) => {
                *read = Read {
                    metadata: Some(metadata.clone()),
                    at: Some(now),
                    failed_at: None,
                };
                Ok(metadata)
            }
            Err(error) => {
                read.failed_at = Some(now);
                let said = story(&error);
                tracing::warn!(
                    issuer = self.issuer.as_str(),
                    error = said,
                    "a provider of sign-ins is away"
                );
                read.metadata.clone().ok_or(ProviderError::Away(said))
            }
        }
    }

    async fn exchange(&self, exchange: Exchange<'_>, code: &str) -> Result<Told, ProviderError> {
        let metadata = self.metadata(Age::Hour).await?;
        let token = self.redeem(&metadata, exchange, code).await?;
        let nonce = Nonce::new(exchange.nonce.to_owned());
        match self.verify(metadata, &token, &nonce) {
            // The provider may have a new key.
            Err(error) if is_about_key(&error) => {
                let metadata = self.metadata(Age::Now).await?;
                self.verify(metadata, &token, &nonce).map_err(refused)
            }
            verified => verified.map_err(refused),
        }
    }

    /// The ID token for `code`.
    async fn redeem(
        &self,
        metadata: &CoreProviderMetadata,
        exchange: Exchange<'_>,
        code: &str,
    ) -> Result<CoreIdToken, ProviderError> {
        let methods = metadata.token_endpoint_auth_methods_supported();
        let by_body = methods.is_some_and(|methods| !methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = self
            .client(metadata.clone())
            .set_redirect_uri(redirect(exchange.redirect_uri)?);
        let client = client.set_auth_type(if by_body {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        });
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(away)?
            .set_pkce_verifier(PkceCodeVerifier::new(exchange.pkce_verifier.to_owned()))
            .request_async(&self.wire)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => refused(error),
                _ => away(error),
            })?;
        let token = answer.extra_fields().id_token().cloned();
        token.ok_or_else(|| ProviderError::Refused("no ID token came".to_owned()))
    }

    fn verify(
        &self,
        metadata: CoreProviderMetadata,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<Told, ClaimsVerificationError> {
        let clock = self.clock.clone();
        let client = self.client(metadata);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || clock.now());
        let claims = token.claims(&verifier, nonce)?;
        let subject = claims.subject().as_str();
        if subject.is_empty() || subject.len() > SUBJECT_MAX {
            return Err(ClaimsVerificationError::InvalidSubject("its length".to_owned()));
        }
        Ok(told(claims))
    }

    fn client(&self, metadata: CoreProviderMetadata) -> wire::Client {
        CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone())
    }
}

#[async_trait]
impl Provider for OpenId {
    async fn authorization_url(&self, exchange: Exchange<'_>, state: &str) -> Result<String, ProviderError> {
        let metadata = tokio::time::timeout(DEADLINE, self.metadata(Age::Hour))
            .await
            .map_err(away)??;
        let client = self.client(metadata).set_redirect_uri(redirect(exchange.redirect_uri)?);
        let verifier = PkceCodeVerifier::new(exchange.pkce_verifier.to_owned());
        let (state, nonce) = (CsrfToken::new(state.to_owned()), Nonce::new(exchange.nonce.to_owned()));
        let (url, ..) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    async fn identity(&self, exchange: Exchange<'_>, code: &str) -> Result<Told, ProviderError> {
        let told = tokio::time::timeout(DEADLINE, self.exchange(exchange, code));
        told.await.map_err(away)?
    }
}

fn redirect(uri: &str) -> Result<RedirectUrl, ProviderError> {
    RedirectUrl::new(uri.to_owned()).map_err(refused)
}

fn away(error: impl std::error::Error) -> ProviderError {
    ProviderError::Away(story(&error))
}

fn refused(error: impl std::error::Error) -> ProviderError {
    ProviderError::Refused(story(&error))
}

/// Whether another set of keys could change the verdict: the key is new, or an old name has a new key.
fn is_about_key(error: &ClaimsVerificationError) -> bool {
    matches!(
        error,
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_)
        )
    )
}

/// What the claims say that matters here. An address that the provider has not proven is as good as none.
fn told(claims: &CoreIdTokenClaims) -> Told {
    let email = claims.email().filter(|_| claims.email_verified() == Some(true));
    let methods = claims.auth_method_refs().into_iter().flatten();
    let given = |name: &LocalizedClaim<EndUserGivenName>| name.get(None).map(|name| name.to_string());
    let family = |name: &LocalizedClaim<EndUserFamilyName>| name.get(None).map(|name| name.to_string());
    Told {
        subject: claims.subject().to_string(),
        email: email.and_then(|email| normalise_email(email)),
        first_name: claims.given_name().and_then(given).and_then(|name| plain(&name)),
        last_name: claims.family_name().and_then(family).and_then(|name| plain(&name)),
        mfa: methods.into_iter().any(|method| method.as_str() == "mfa"),
    }
}

/// A name as it is taken over.
fn plain(name: &str) -> Option<String> {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    (!name.is_empty()).then_some(name)
}
