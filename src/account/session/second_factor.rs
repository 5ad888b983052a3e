//! The second factor of a sign-in that goes on.

use chrono::{DateTime, Utc};
use entity::SessionId;
use entity::account::session::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::account::session::end::forget_afterwards;
use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Notes when the second factor was given in `id`; None: it was not.
///
/// # Errors
/// Those of the database.
pub(crate) async fn note_second_factor(tx: &Tx, app: &App, id: SessionId, given: Option<DateTime<Utc>>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(Column::MfaAt, Expr::value(given))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    forget_afterwards(tx, app, vec![id]);
    Ok(())
}
