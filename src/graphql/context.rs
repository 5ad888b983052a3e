//! What a resolver finds in its context.

use std::hash::Hash;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result};

use crate::account::Client;
use crate::app::App;
use crate::audit::Actor;
use crate::channel::Scope;
use crate::graphql::batch::{Batch, BatchLoader, Shared};
use crate::graphql::error::ApiError;
use crate::platform::locale::{Locale, message};
use crate::platform::permission::Permission;

/// What the edge knows about a request besides its scope.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// Names the request in logs and errors.
    pub request_id: String,
    /// The language that messages and amounts are written in.
    pub locale: Locale,
    /// The token of `X-Cart-Token`.
    pub cart_token: Option<String>,
    /// The key of `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The program that sent it.
    pub client: Client,
    /// What cookies can do here.
    pub cookies: Cookies,
}

/// What the cookie of a session can do in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cookies {
    /// Nothing: the answer is a stream, or goes over a socket, and has no headers of its own.
    #[default]
    Unheard,
    /// An answer may set it; what the client sent is not looked at.
    Written,
    /// It may be set, and this refresh token came with it: on the one path that reads it.
    Read(Option<String>),
}

/// Short ways to what a request carries.
pub trait ContextExt {
    /// The application.
    fn app(&self) -> &App;
    /// The channel and the viewer.
    fn scope(&self) -> &Scope;
    /// What the edge knows about the request.
    fn request(&self) -> &RequestInfo;
    /// Who asks, in which request: what the audit log is told.
    fn actor(&self) -> Actor;
    /// Reads `key` together with what other resolvers ask for at the same time.
    fn batch<K>(&self, key: K) -> impl Future<Output = Result<Option<<Batch as Loader<K>>::Value>>> + Send
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Shared>;
    /// Has `key` read already, for resolvers that are going to ask for it.
    fn known<K>(&self, key: K, value: <Batch as Loader<K>>::Value) -> impl Future<Output = ()> + Send
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Shared>;
    /// Refuses who has `permission` in some channels only: what follows counts in all of them.
    ///
    /// # Errors
    /// FORBIDDEN.
    fn everywhere(&self, permission: Permission) -> Result<()>;
    /// The token of the argument, else that of the header.
    ///
    /// # Errors
    /// BAD_USER_INPUT when there is neither.
    fn cart_token(&self, argument: Option<String>) -> Result<String>;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked::<App>()
    }

    fn scope(&self) -> &Scope {
        self.data_unchecked::<Scope>()
    }

    fn request(&self) -> &RequestInfo {
        self.data_unchecked::<RequestInfo>()
    }

    fn actor(&self) -> Actor {
        Actor::of(self.scope(), &self.request().request_id)
    }

    async fn batch<K>(&self, key: K) -> Result<Option<<Batch as Loader<K>>::Value>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Shared>,
    {
        Ok(self.data_unchecked::<BatchLoader>().load_one(key).await?)
    }

    async fn known<K>(&self, key: K, value: <Batch as Loader<K>>::Value)
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Shared>,
    {
        self.data_unchecked::<BatchLoader>().feed_one(key, value).await;
    }

    fn everywhere(&self, permission: Permission) -> Result<()> {
        if self.scope().viewer.may_everywhere(permission) {
            Ok(())
        } else {
            Err(ApiError::Forbidden.into())
        }
    }

    fn cart_token(&self, argument: Option<String>) -> Result<String> {
        match argument.or_else(|| self.request().cart_token.clone()) {
            Some(token) => Ok(token),
            None => Err(ApiError::bad_input(message!("cart-token-missing")).into()),
        }
    }
}
