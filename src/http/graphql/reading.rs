//! What the pipeline reads in the text of the schema, as each audience sees it: neither a cost nor a refusal tells
//! somebody of what is hidden from it.

use std::sync::Arc;

use async_graphql::parser::parse_schema;
use moka::sync::Cache;

use crate::graphql::sdl::gateway;
use crate::http::graphql::cost::CostTable;
use crate::http::graphql::introspection::{sdl_for, subgraph_sdl};
use crate::http::graphql::variables::InputTypes;
use crate::platform::error::{Fault, Result};
use crate::platform::viewer::Audience;

/// Audiences that are remembered: one a set of permissions that somebody has.
const AUDIENCES_MAX: u64 = 256;

/// What the text of the schema tells.
pub struct Reading {
    /// The types of variables.
    pub inputs: InputTypes,
    /// What fields cost.
    pub costs: CostTable,
}

impl Reading {
    fn of(text: String) -> Result<Self> {
        let text = parse_schema(text).map_err(|e| Fault::part("schema", e))?;
        Ok(Self {
            inputs: InputTypes::of(&text),
            costs: CostTable::of(&text),
        })
    }
}

/// What the text tells each audience.
pub struct Readings {
    public: Arc<Reading>,
    others: Cache<Audience, Arc<Reading>>,
    gateway: String,
}

impl Readings {
    /// Reads the schema, and what a gateway asks when it answers to one.
    ///
    /// # Errors
    /// A text that is no schema.
    pub fn new(federation: bool) -> Result<Self> {
        let gateway = if federation { gateway() } else { String::new() };
        Ok(Self {
            public: Arc::new(Reading::of(subgraph_sdl() + &gateway)?),
            others: Cache::new(AUDIENCES_MAX),
            gateway,
        })
    }

    /// What it tells `audience`.
    pub fn of(&self, audience: Audience) -> Arc<Reading> {
        if audience == Audience::PUBLIC {
            return Arc::clone(&self.public);
        }
        let read = || match Reading::of(sdl_for(audience) + &self.gateway) {
            Ok(reading) => Arc::new(reading),
            // Cannot be: what everybody sees was read the same way. It is the safe answer.
            Err(fault) => {
                tracing::error!(%fault, "the schema of an audience");
                Arc::clone(&self.public)
            }
        };
        self.others.get_with(audience, read)
    }
}
