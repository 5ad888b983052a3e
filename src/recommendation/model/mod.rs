//! Versions of what is recommended: made, kept, made the active one, loaded into memory.

mod activate;
mod knowledge;
mod learn;
mod packed;
mod query;
mod start;
mod train;
mod write;

pub use activate::{ActivateError, activate};
pub use knowledge::{Knowledge, Said, load};
pub use learn::{Learned, Metrics, Parameters, learn, measure};
pub use packed::{Neighbour, pack, unpack};
pub use query::{RecommendationModel, active, models, models_by_ids};
pub(super) use start::enqueue;
pub use start::{Reason as TrainReason, StartError, begin, start_training};
pub use train::{Trainer, run, train};
pub(super) use write::{Finished, fail, finish, knowledge};
