//! What the pipeline reads in the text of the schema, as each audience sees it: neither a cost nor a refusal tells
//! somebody of what is hidden from it.

use async_graphql::parser::parse_schema;

use crate::graphql::sdl::gateway;
use crate::http::graphql::cost::CostTable;
use crate::http::graphql::introspection::{sdl, subgraph_sdl};
use crate::http::graphql::variables::InputTypes;
use crate::platform::error::{Fault, Result};
use crate::platform::viewer::Audience;

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
    public: Reading,
    staff: Reading,
}

impl Readings {
    /// Reads the schema, and what a gateway asks when it answers to one.
    ///
    /// # Errors
    /// A text that is no schema.
    pub fn new(federation: bool) -> Result<Self> {
        let gateway = if federation { gateway() } else { String::new() };
        Ok(Self {
            public: Reading::of(subgraph_sdl() + &gateway)?,
            staff: Reading::of(sdl() + &gateway)?,
        })
    }

    /// What it tells `audience`.
    pub fn of(&self, audience: Audience) -> &Reading {
        match audience {
            Audience::Public => &self.public,
            Audience::Staff => &self.staff,
        }
    }
}
