//! One DataLoader a request: what resolvers ask for one by one is read in one statement.

use std::fmt;
use std::sync::Arc;

use async_graphql::Data;
use async_graphql::dataloader::{DataLoader, HashMapCache};
use async_graphql::extensions::ExtensionContext;

use crate::app::App;
use crate::channel::Scope;
use crate::platform::error::Fault;

/// What loaders read with. Each domain implements `Loader<Key>` for its keys.
pub struct Batch {
    /// The application.
    pub app: App,
    /// What the request may see.
    pub scope: Scope,
}

/// The loader of a request.
pub type BatchLoader = DataLoader<Batch, HashMapCache>;

/// A fault of a batch, shared by all that waited for it.
#[derive(Clone, Debug)]
pub struct Shared(pub Arc<Fault>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: Into<Fault>> From<E> for Shared {
    fn from(error: E) -> Self {
        Self(Arc::new(error.into()))
    }
}

impl Batch {
    /// A fresh loader for one request.
    pub fn loader(app: App, scope: Scope) -> BatchLoader {
        let timer = async_graphql::runtime::TokioTimer::default();
        let spawner = async_graphql::runtime::TokioSpawner::current();
        DataLoader::with_cache(Self { app, scope }, spawner, timer, HashMapCache::default())
    }
    /// A fresh loader for one event of a subscription, as data for its execution.
    pub fn afresh(ctx: &ExtensionContext<'_>) -> Data {
        let mut data = Data::default();
        if let (Some(app), Some(scope)) = (ctx.data_opt::<App>(), ctx.data_opt::<Scope>()) {
            data.insert(Self::loader(app.clone(), scope.clone()));
        }
        data
    }
}
