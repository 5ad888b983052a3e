//! How good the answers of an engine are, by queries whose products people have graded. `merx eval search` prints it.

mod catalogue;
mod run;
mod score;

pub use catalogue::{Indexed, index, of_shop};
pub use run::{Catalogue, Report, Row, run};
pub use score::{Judged, JudgementsError, Score, judgements, swaps};
