//! What domains above privacy add to an export.

use std::pin::Pin;

use entity::CustomerId;
use serde_json::{Map, Value};

use crate::app::App;
use crate::platform::error::Result;

/// A part of an export on its way.
pub type Part = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;

type Read = Box<dyn Fn(App, CustomerId) -> Part + Send + Sync>;

/// What domains add to the first part of an export: filled once, when the app is built.
#[derive(Default)]
pub struct Exports(Vec<(&'static str, Read)>);

impl Exports {
    /// Has `read` say what stands under `name` about a customer.
    pub fn add(&mut self, name: &'static str, read: impl Fn(App, CustomerId) -> Part + Send + Sync + 'static) {
        self.0.push((name, Box::new(read)));
    }

    /// What the domains have about a customer.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn of(&self, app: &App, customer: CustomerId) -> Result<Map<String, Value>> {
        let mut parts = Map::new();
        for (name, read) in &self.0 {
            parts.insert((*name).to_owned(), read(app.clone(), customer).await?);
        }
        Ok(parts)
    }
}
