//! Beyond one machine: what was bought and looked at goes out as Parquet, and neighbours computed elsewhere come in.
//!
//! Files lie in the private part of the object store (`app.exchange`), which is never served. Two forms:
//!
//! - `lines`: `basket` (an order or a visit), `person` (the customer, when known), `product`, `kind` (`buy`, `view`,
//!   `click`, `add`), `at` (microseconds since 1970, UTC). Products are called as in the API. Baskets and people have names
//!   that hold in the file alone: keyed hashes, whose key is thrown away when the file is written. Files of lines are
//!   deleted when a customer is erased, because nobody can tell which lines are theirs, and after a week.
//! - `neighbours`: `kind` (`customers`, `baskets`, `pairs`, `content`, `views`), `product`, `neighbour`, `score`,
//!   `together` (how often the two are together, 0 when nobody counted).

mod export;
pub mod form;
mod import;
mod keep;

pub use export::{Export, ExportError, export};
pub use import::{ImportError, import};
pub use keep::{drop_all, sweep, void};
