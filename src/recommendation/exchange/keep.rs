//! Files that tell what people did are known by a row each, so that they can go: with whoever is erased, and when they are
//! old. The row is there before the file, and goes behind it.

use chrono::TimeDelta;
use entity::recommendation::recommendation_export::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// How long a file is kept: whoever computes with it has fetched it by then.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Says that a file is going to be written.
pub(super) async fn begin(app: &App, key: &str) -> Result<()> {
    let row = ActiveModel {
        key: Set(key.to_owned()),
        void: Set(false),
        at: Set(app.clock.now()),
    };
    let tx = app.db.begin().await?;
    row.insert(&tx).await?;
    Ok(tx.commit().await?)
}

/// Whether the file may stay, now that it is there: nobody was erased since it was begun.
pub(super) async fn may_stay(app: &App, key: &str) -> Result<bool> {
    let row = Entity::find_by_id(key.to_owned()).one(&app.db).await?;
    Ok(row.is_some_and(|row| !row.void))
}

/// Says that all files must go, those too that are being written: somebody is erased who may be in them.
pub async fn void(tx: &Tx) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Void, Expr::value(true))
        .filter(Column::Void.eq(false))
        .exec(tx)
        .await?;
    Ok(())
}

/// Deletes all files after somebody was erased: those too that were begun while the erasure was not yet seen, and read
/// what was still there. The rows stay until they are old: a file that is just being written is deleted by whoever writes
/// it, or by the sweep.
///
/// # Errors
/// Those of the database and of the store; files that are left are tried again.
pub async fn drop_all(app: &App) -> Result<()> {
    let tx = app.db.begin().await?;
    void(&tx).await?;
    tx.commit().await?;
    for row in Entity::find().filter(Column::Void.eq(true)).all(&app.db).await? {
        app.exchange.delete(&row.key).await?;
    }
    Ok(())
}

/// Deletes the files that must go, and those that are old.
///
/// # Errors
/// Those of the database and of the store; files that are left are tried again.
pub async fn sweep(app: &App) -> Result<()> {
    let old = app.clock.now() - KEPT;
    let gone = Condition::any().add(Column::Void.eq(true)).add(Column::At.lt(old));
    for row in Entity::find().filter(gone).all(&app.db).await? {
        app.exchange.delete(&row.key).await?;
        if row.at < old {
            let tx = app.db.begin().await?;
            Entity::delete_by_id(row.key).exec(&tx).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
