//! Codes are not found by trying: how often somebody may offer one.

use crate::app::App;
use crate::platform::address::ClientAddress;
use crate::platform::rate_limit::{Bucket, Throttled};
use crate::platform::text::sha256_hex;
use crate::platform::viewer::Viewer;

/// Codes from one address, which may be an office.
const ADDRESS: Bucket = Bucket {
    capacity: 20,
    restored_per_second: 0.1,
};
/// Codes of one customer, from wherever.
const ACCOUNT: Bucket = Bucket {
    capacity: 10,
    restored_per_second: 0.05,
};

/// Counts a code that somebody offers, right or wrong: one for each, however the requests are cut.
///
/// # Errors
/// Too many came before; the code must not be looked at.
pub async fn attempt(app: &App, viewer: Viewer, client: &ClientAddress) -> Result<(), Throttled> {
    take(app, format!("address {client}"), ADDRESS).await?;
    match viewer.customer() {
        Some(customer) => take(app, format!("account {customer}"), ACCOUNT).await,
        None => Ok(()),
    }
}

async fn take(app: &App, who: String, bucket: Bucket) -> Result<(), Throttled> {
    // Keys are seen by who looks into Redis: addresses of people are not for them.
    let key = format!("guess:gift-card:{}", &sha256_hex(who)[..32]);
    app.limits.take(&key, 1, bucket).await.map(|_| ())
}
