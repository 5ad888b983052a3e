//! Reads of delivery methods.

use entity::ChannelId;
use entity::channel::delivery_method;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::error::Result;

/// The delivery methods of a channel, in order.
///
/// # Errors
/// Those of the database.
pub async fn methods_of_channel(db: &impl ConnectionTrait, channel: ChannelId) -> Result<Vec<delivery_method::Model>> {
    Ok(delivery_method::Entity::find()
        .filter(delivery_method::Column::ChannelId.eq(channel))
        .order_by_asc(delivery_method::Column::Position)
        .order_by_asc(delivery_method::Column::Id)
        .all(db)
        .await?)
}
