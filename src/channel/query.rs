//! Reads of channels and locations.

use std::collections::HashMap;
use std::sync::Arc;

use entity::channel::{channel, channel_location, location};
use entity::{ChannelId, LocationId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::cache::Cache;
use crate::platform::db::{Db, any_of};
use crate::platform::error::{Fault, Result};
use crate::platform::money::{Currency, Money};
use crate::platform::viewer::Viewer;

/// A market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its key.
    pub id: ChannelId,
    /// Its name in headers and arguments.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Whether its prices include tax.
    pub tax_included: bool,
    /// The country that tax is quoted for until an address is known.
    pub default_country: String,
    /// The countries it sells to, ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// Whether it answers when no channel is named.
    pub is_default: bool,
    /// The locations it sells from, first to last.
    pub locations: Vec<LocationId>,
}

impl Channel {
    /// `minor` units of the channel's currency.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// What a read may see: one channel, through the eyes of one viewer. Every scoped read takes it.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The channel.
    pub channel: Arc<Channel>,
    /// Who looks.
    pub viewer: Viewer,
}

/// A location.
pub type Location = location::Model;

/// All channels, cached.
#[derive(Clone)]
pub struct Channels(Cache<(), Vec<Arc<Channel>>>);

impl Default for Channels {
    fn default() -> Self {
        Self(Cache::new(1))
    }
}

impl Channels {
    /// All channels, the default one first, then by name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all(&self, db: &Db) -> Result<Arc<Vec<Arc<Channel>>>> {
        self.0.get((), load(db)).await
    }

    /// The channel that answers when none is named.
    ///
    /// # Errors
    /// When the database has none: it has not been seeded.
    pub async fn default_channel(&self, db: &Db) -> Result<Arc<Channel>> {
        self.all(db)
            .await?
            .first()
            .cloned()
            .ok_or(Fault::Invariant("no channel: run `merx seed` first"))
    }

    /// The channel named `slug`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_slug(&self, db: &Db, slug: &str) -> Result<Option<Arc<Channel>>> {
        Ok(self.all(db).await?.iter().find(|c| c.slug == slug).cloned())
    }

    /// The channel `id`. May be asked within a transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(&self, db: &impl ConnectionTrait, id: ChannelId) -> Result<Option<Arc<Channel>>> {
        let all = self.0.get_alone((), load(db)).await?;
        Ok(all.iter().find(|c| c.id == id).cloned())
    }

    /// Forgets the cached channels, after a change of them.
    pub fn clear(&self) {
        self.0.clear();
    }
}

async fn load(db: &impl ConnectionTrait) -> Result<Vec<Arc<Channel>>> {
    let rows = channel::Entity::find()
        .order_by_desc(channel::Column::IsDefault)
        .order_by_asc(channel::Column::Name)
        .all(db)
        .await?;
    let links = channel_location::Entity::find()
        .order_by_asc(channel_location::Column::Priority)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let currency = row
                .currency_code
                .parse()
                .map_err(|e| Fault::part("channel currency", e))?;
            let locations = links
                .iter()
                .filter(|l| l.channel_id == row.id)
                .map(|l| l.location_id)
                .collect();
            Ok(Arc::new(Channel {
                id: row.id,
                slug: row.slug,
                name: row.name,
                currency,
                tax_included: row.tax_included,
                default_country: row.default_country,
                countries: row.countries.0,
                is_default: row.is_default,
                locations,
            }))
        })
        .collect()
}

/// Locations by key.
///
/// # Errors
/// Those of the database.
pub async fn locations_by_ids(db: &Db, ids: &[LocationId]) -> Result<HashMap<LocationId, Location>> {
    let rows = location::Entity::find()
        .filter(any_of(db, location::Column::Id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The location named `slug`.
///
/// # Errors
/// Those of the database.
pub async fn location_by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Option<Location>> {
    Ok(location::Entity::find()
        .filter(location::Column::Slug.eq(slug))
        .one(db)
        .await?)
}

/// The location that stock adjustments go to when none is named.
///
/// # Errors
/// When there is none: the database has not been seeded.
pub async fn default_location(db: &impl ConnectionTrait) -> Result<Location> {
    location::Entity::find()
        .filter(location::Column::IsDefault.eq(true))
        .one(db)
        .await?
        .ok_or(Fault::Invariant("no default location: run `merx seed` first"))
}
