//! Reads of delivery methods.

use std::sync::Arc;

use entity::ChannelId;
use entity::channel::delivery_method;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::cache::Cache;
use crate::platform::error::Result;

/// Channels whose delivery methods a process remembers.
const CHANNELS_MAX: u64 = 1_000;

/// The delivery methods of channels, cached.
#[derive(Clone)]
pub struct Deliveries(Cache<ChannelId, Vec<delivery_method::Model>>);

impl Default for Deliveries {
    fn default() -> Self {
        Self(Cache::new(CHANNELS_MAX))
    }
}

impl Deliveries {
    /// The delivery methods of a channel, in order. May be asked within a transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_channel(
        &self,
        db: &impl ConnectionTrait,
        channel: ChannelId,
    ) -> Result<Arc<Vec<delivery_method::Model>>> {
        let load = async {
            let rows = delivery_method::Entity::find()
                .filter(delivery_method::Column::ChannelId.eq(channel))
                .order_by_asc(delivery_method::Column::Position)
                .order_by_asc(delivery_method::Column::Id)
                .all(db)
                .await?;
            Ok(rows)
        };
        self.0.get_alone(channel, load).await
    }

    /// Forgets the methods, after a change of them.
    pub fn clear(&self) {
        self.0.clear();
    }
}
