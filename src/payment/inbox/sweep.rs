//! Old events are deleted.

use chrono::TimeDelta;
use entity::payment::gateway_event;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::platform::error::Result;

/// How long events are kept: gateways repeat them for days, and people ask about them for weeks.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Deletes events that came more than 90 days ago.
///
/// # Errors
/// Those of the database.
pub async fn sweep(app: &App) -> Result<()> {
    gateway_event::Entity::delete_many()
        .filter(gateway_event::Column::ReceivedAt.lt(app.clock.now() - KEPT))
        .exec(&app.db)
        .await?;
    Ok(())
}
