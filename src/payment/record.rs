//! What the shop does with its payments begins here. What pays an order together, and what is called off, is in
//! [`cover`](super::cover).

use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::payment::apply::history;
use crate::payment::events::PaymentNews;
use crate::payment::query::Payment;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// Writes a new payment.
pub(crate) async fn open_payment(tx: &Tx, ids: &Ids, row: Payment) -> Result<Payment> {
    let row = row.into_active_model().insert(tx).await?;
    let news = [PaymentNews::new("started", row.amount, None)];
    history(tx, ids, row.created_at, row.id, &news);
    Ok(row)
}
