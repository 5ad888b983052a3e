//! Documents that cost too much, before anything walks them.

mod attacks;
mod edge;
mod naive;
mod rules;
mod shipped;
mod text;

use async_graphql::parser::parse_query;
use merx::http::cost::{Cost, CostTable, Limits, Quantity, Refusal, measure, scan};
use serde_json::{Map, Value};

/// Who refused a document.
#[derive(Debug, PartialEq)]
enum Refused {
    Guard(Refusal),
    Parser(String),
}

impl Refused {
    /// Whether the guard found too much of `what`.
    fn by(&self, what: Quantity) -> bool {
        matches!(self, Self::Guard(Refusal::TooMuch { quantity, .. }) if *quantity == what)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Guard(refusal)
    }
}

/// The costs of the schema as it ships.
fn table() -> CostTable {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let sdl = std::fs::read_to_string(path).expect("the schema");
    CostTable::from_sdl(&sdl).expect("a schema")
}

/// What the guard says to `document`, from its text on.
fn judge(document: &str, operation: Option<&str>, variables: &Value, table: &CostTable) -> Result<Cost, Refused> {
    judge_by(&Limits::default(), document, operation, variables, table)
}

fn judge_by(
    limits: &Limits,
    document: &str,
    operation: Option<&str>,
    variables: &Value,
    table: &CostTable,
) -> Result<Cost, Refused> {
    let none = Map::new();
    let variables = variables.as_object().unwrap_or(&none);
    scan(document, limits)?;
    let parsed = parse_query(document).map_err(|error| Refused::Parser(error.to_string()))?;
    Ok(measure(&parsed, operation, variables, table, limits)?)
}
