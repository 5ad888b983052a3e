//! Documents that cost too much, before anything walks them.

mod attacks;
mod naive;
mod rules;
mod shipped;

use merx::http::cost::{Cost, CostTable, Limits, Refusal, measure, parse};
use serde_json::{Map, Value};

/// The costs of the schema as it ships.
fn table() -> CostTable {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let sdl = std::fs::read_to_string(path).expect("the schema");
    CostTable::from_sdl(&sdl).expect("a schema")
}

/// What the guard says to `document`, from its text on.
fn judge(document: &str, operation: Option<&str>, variables: &Value, table: &CostTable) -> Result<Cost, Refusal> {
    let limits = Limits::default();
    let none = Map::new();
    let variables = variables.as_object().unwrap_or(&none);
    measure(&parse(document, &limits)?, operation, variables, table, &limits)
}
