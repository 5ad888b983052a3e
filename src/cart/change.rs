//! What every change of a cart shares: find it, hold its row while the change is decided and written, read it again.

use entity::cart::cart;
use entity::cart::cart::CartStatus;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::cart::lines::CartError;
use crate::cart::query::{LoadedCart, is_open, load, row_by_token};
use crate::platform::db::Tx;

/// The open cart that `token` owns.
pub(super) async fn open_cart(app: &App, token: &str) -> Result<cart::Model, CartError> {
    let row = row_by_token(&app.db, token).await?.ok_or(CartError::NotFound)?;
    if is_open(&row) {
        Ok(row)
    } else {
        Err(CartError::Completed)
    }
}

/// Opens a transaction that holds the row of the cart, with its version counted up. Two changes of one cart come one
/// after the other, so that none is decided on lines that the other has just changed; nobody else waits for that row.
pub(super) async fn hold(app: &App, row: &cart::Model) -> Result<(Tx, cart::Model), CartError> {
    let tx = app.db.begin().await?;
    let touched = cart::Entity::update_many()
        .col_expr(cart::Column::Version, Expr::col(cart::Column::Version).add(1))
        .col_expr(cart::Column::UpdatedAt, Expr::value(app.clock.now()))
        .filter(cart::Column::Id.eq(row.id))
        .filter(cart::Column::Status.eq(CartStatus::Open))
        .exec_with_returning(&tx)
        .await?;
    let row = touched.into_iter().next().ok_or(CartError::Completed)?;
    Ok((tx, row))
}

/// Commits a change and reads the cart again.
pub(super) async fn finish(tx: Tx, app: &App, row: cart::Model, token: &str) -> Result<LoadedCart, CartError> {
    tx.commit().await?;
    Ok(load(app, row, token).await?)
}
