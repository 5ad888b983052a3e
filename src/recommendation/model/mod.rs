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
pub use knowledge::{Knowledge, load};
pub use learn::{Learned, learn};
pub use packed::{Neighbour, pack, unpack};
pub use query::{RecommendationModel, active, models, models_by_ids};
pub use start::{Reason as TrainReason, StartError, begin, start_training};
pub use train::{Trainer, run, train};
pub(super) use write::{fail, finish, stage};
