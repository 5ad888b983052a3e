//! What one process does at a time, of all that use the database.

use std::time::Duration;

use chrono::TimeDelta;
use entity::search::search_lease::{ActiveModel, Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::app::App;
use crate::platform::db::insert_new;
use crate::platform::error::{Fault, Result};

/// After how long without a word the holder counts as gone.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often it says that it is still there.
const WORD: Duration = Duration::from_secs(15);

/// Does `work` while no other process does what has this name; none when one does.
///
/// # Errors
/// Those of `work` and of the database; [`Fault::Busy`] when this process was silent for so long that another began.
pub(super) async fn alone<T>(
    app: &App,
    name: &'static str,
    work: impl Future<Output = Result<T>>,
) -> Result<Option<T>> {
    let holder = app.ids.uuid();
    if !take(app, name, holder).await? {
        return Ok(None);
    }
    let lost = async {
        loop {
            tokio::time::sleep(WORD).await;
            match take(app, name, holder).await {
                Ok(true) => {}
                Ok(false) => return Fault::Busy("search"),
                Err(error) => tracing::warn!(%error, name, "the lease was not renewed, will be tried again"),
            }
        }
    };
    let done = tokio::select! {
        done = work => done,
        lost = lost => Err(lost),
    };
    if let Err(error) = give_back(app, name, holder).await {
        tracing::warn!(%error, name, "the lease was not given back: it ends by itself");
    }
    done.map(Some)
}

/// Takes the lease, or keeps it.
async fn take(app: &App, name: &'static str, holder: Uuid) -> Result<bool> {
    let now = app.clock.now();
    let free = Condition::any()
        .add(Column::Until.lte(now))
        .add(Column::Holder.eq(holder));
    let tx = app.db.begin().await?;
    let kept = Entity::update_many()
        .col_expr(Column::Holder, Expr::value(holder))
        .col_expr(Column::Until, Expr::value(now + LEASE))
        .filter(Column::Name.eq(name))
        .filter(free)
        .exec(&tx)
        .await?
        .rows_affected;
    let row = ActiveModel {
        name: Set(name.to_owned()),
        holder: Set(holder),
        until: Set(now + LEASE),
    };
    let taken = kept > 0 || insert_new(&tx, vec![row], &[Column::Name]).await? > 0;
    tx.commit().await?;
    Ok(taken)
}

async fn give_back(app: &App, name: &'static str, holder: Uuid) -> Result<()> {
    let tx = app.db.begin().await?;
    Entity::delete_many()
        .filter(Column::Name.eq(name))
        .filter(Column::Holder.eq(holder))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
