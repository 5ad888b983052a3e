//! What is past is deleted.

use chrono::TimeDelta;
use entity::account::{external_sign_in, one_time_token, refresh_token, session};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::platform::error::Result;

/// How long sessions are kept beyond their time: where somebody signed in from stays known.
const ENDED_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a refresh token that was exchanged is known as such. One that comes even later is not good either, but does
/// not end its session.
const REPLACED_KEPT: TimeDelta = TimeDelta::days(7);

/// Deletes one-time secrets, sign-ins that nobody came back from, refresh tokens and sessions that are past. Doing it twice, or on two servers, is harmless.
///
/// # Errors
/// Those of the database; it is tried again in the next round.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    one_time_token::Entity::delete_many()
        .filter(one_time_token::Column::ExpiresAt.lte(now))
        .exec(&tx)
        .await?;
    external_sign_in::Entity::delete_many()
        .filter(external_sign_in::Column::ExpiresAt.lte(now))
        .exec(&tx)
        .await?;
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::ReplacedAt.lte(now - REPLACED_KEPT))
        .exec(&tx)
        .await?;
    // Their refresh tokens go with them.
    session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lte(now - ENDED_KEPT))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
