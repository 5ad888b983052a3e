//! The schema with nothing before its guards.

use async_graphql::{Request, Response, Variables};
use axum::http::HeaderMap;

use crate::app::App;
use crate::graphql::batch::Batch;
use crate::graphql::root::MerxSchema;
use crate::http::graphql::build;
use crate::http::viewer;
use crate::platform::address::ClientAddress;
use crate::platform::error::Result;

/// The schema with nothing before its guards: every name is known to everybody, and nothing is weighed. No server answers
/// so; it shows that the second lock holds without the first.
pub struct Unveiled {
    app: App,
    schema: MerxSchema,
}

impl Unveiled {
    /// The schema of `app`.
    pub fn new(app: App) -> Self {
        let schema = build().data(app.clone()).finish();
        Self { app, schema }
    }

    /// Runs a document for whoever sent `headers`. None when nobody is known by them.
    ///
    /// # Errors
    /// When the viewer cannot be found out.
    pub async fn execute(
        &self,
        headers: &HeaderMap,
        document: &str,
        variables: serde_json::Value,
    ) -> Result<Option<Response>> {
        let info = viewer::request_info(&self.app, headers, ClientAddress::LOCAL);
        let Ok(identity) = viewer::identity(&self.app, headers).await? else {
            return Ok(None);
        };
        let request = Request::new(document)
            .variables(Variables::from_json(variables))
            .data(Batch::loader(self.app.clone(), identity.scope.clone()))
            .data(identity.scope)
            .data(info);
        Ok(Some(self.schema.execute(request).await))
    }
}
