//! Beyond one machine: what was bought and looked at goes out as Parquet, and neighbours computed elsewhere come in.
//!
//! Files lie in the private part of the object store (`app.exchange`), which is never served. Two forms:
//!
//! - `lines`: `basket` (an order or a visit), `person` (the customer, when known), `product`, `kind` (`buy`, `view`,
//!   `click`, `add`), `at` (microseconds since 1970, UTC). Ids are those of the API; nothing else of a person goes out.
//! - `neighbours`: `kind` (`customers`, `baskets`, `pairs`, `content`, `views`), `product`, `neighbour`, `score`,
//!   `together` (how often the two are together, 0 when nobody counted).

mod export;
pub mod form;
mod import;

pub use export::{Export, export};
pub use import::{ImportError, import};
