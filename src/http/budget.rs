//! Budgets: each request costs points, taken from the bucket of whoever sent it.

use entity::CustomerId;

use crate::app::App;
use crate::platform::address::ClientAddress;
use crate::platform::rate_limit::{Bucket, Left, Throttled};
use crate::platform::viewer::Who;

/// What a document costs that is refused before it runs: reading it was work too, and a flood of refused documents must
/// run dry like any other.
pub const REFUSED: u32 = 100;

/// Whose bucket a request is paid from.
#[derive(Clone, Debug, PartialEq)]
pub struct Payer {
    key: String,
    bucket: Bucket,
}

impl Payer {
    /// Somebody who did not sign in pays from the bucket of the address.
    pub fn anonymous(app: &App, address: ClientAddress) -> Self {
        Self {
            key: format!("budget:address:{address}"),
            bucket: app.config.edge.budget_anonymous,
        }
    }

    /// A customer pays from a bucket of the own, wherever they are: not from that of the office or the train.
    pub fn customer(app: &App, id: CustomerId) -> Self {
        Self {
            key: format!("budget:{id}"),
            bucket: app.config.edge.budget_anonymous,
        }
    }

    /// A member of staff or a program pays from a bucket of the own.
    pub fn staff(app: &App, who: Who) -> Self {
        let key = match who {
            Who::User { id, .. } => format!("budget:{id}"),
            Who::ApiKey(id) => format!("budget:{id}"),
        };
        Self {
            key,
            bucket: app.config.edge.budget_staff,
        }
    }
}

/// Takes `points` from the bucket of `payer`, at least one: a request is work, however little it asks for.
///
/// # Errors
/// There are too few: the request is answered 429 with Retry-After.
pub async fn charge(app: &App, payer: &Payer, points: u32) -> Result<Left, Throttled> {
    app.limits.take(&payer.key, points.max(1), payer.bucket).await
}
