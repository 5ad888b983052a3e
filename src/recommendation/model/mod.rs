//! Versions of what is recommended: made, kept, made the active one, loaded into memory.

mod activate;
mod finish;
mod knowledge;
mod learn;
mod metrics;
mod packed;
mod query;
mod start;
mod train;
mod write;

pub use activate::{ActivateError, activate};
pub(super) use finish::{Finished, finish};
pub use knowledge::{Knowledge, Said, load};
pub use learn::{Learned, Parameters, learn, measure};
pub use metrics::Metrics;
pub use packed::{Neighbour, pack, unpack};
pub use query::{RecommendationModel, active, models, models_by_ids};
pub(super) use start::enqueue;
pub use start::{Reason as TrainReason, StartError, begin, start_training};
pub use train::{Trainer, run, train};
pub use write::{Attempt, attempt};
pub(super) use write::{fail, knowledge};
