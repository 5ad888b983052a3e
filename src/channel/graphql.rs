//! Channels and locations in the schema.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::LocationId;

use crate::channel::{Channel, Location, locations_by_ids};
use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;
use crate::payment::gift_card;

/// A market: one currency, its countries, its tax mode.
pub struct ChannelObject(pub Arc<Channel>);

/// A way to pay that the channel offers.
#[derive(SimpleObject)]
#[graphql(name = "PaymentGateway")]
pub struct PaymentGatewayObject {
    /// Name to send as `gateway` to `paymentStart`.
    id: String,
    /// Name for people.
    name: String,
    /// Key for the gateway's script in the browser, where it needs one.
    publishable_key: Option<String>,
}

/// A market: one currency, its countries, its tax mode.
#[Object(name = "Channel")]
impl ChannelObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Name to send as `X-Channel`, for example `eu`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Currency of all prices, ISO 4217, for example `EUR`.
    async fn currency_code(&self) -> &str {
        self.0.currency.code()
    }

    /// Countries it sells to, ISO 3166-1 alpha-2, for example `DE`.
    async fn countries(&self) -> &[String] {
        &self.0.countries
    }

    /// Country that tax is quoted for until an address is known.
    async fn default_country(&self) -> &str {
        &self.0.default_country
    }

    /// Whether prices include tax.
    async fn tax_included(&self) -> bool {
        self.0.tax_included
    }

    /// Ways to pay.
    async fn payment_gateways(&self, ctx: &Context<'_>) -> Vec<PaymentGatewayObject> {
        let gateways = ctx.app().payments.offered();
        gateways
            .chain([gift_card::offer()])
            .map(|g| PaymentGatewayObject {
                id: g.id,
                name: g.name,
                publishable_key: g.publishable_key,
            })
            .collect()
    }
}

/// A place that holds stock.
pub struct LocationObject(pub Location);

/// A place that holds stock.
#[Object(name = "Location")]
impl LocationObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Unique name.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Country it stands in, ISO 3166-1 alpha-2, for example `NL`.
    async fn country_code(&self) -> &str {
        &self.0.country_code
    }
}

/// Loads a location by key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocationKey(pub LocationId);

impl Loader<LocationKey> for Batch {
    type Value = Location;
    type Error = Shared;

    async fn load(&self, keys: &[LocationKey]) -> Result<HashMap<LocationKey, Location>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = locations_by_ids(&self.app.db, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (LocationKey(id), row)).collect())
    }
}

/// Queries of channels.
#[derive(Default)]
pub struct ChannelQuery;

#[Object]
impl ChannelQuery {
    /// A channel by its slug; the channel of the request (`X-Channel`, else the default one) when none is named.
    #[graphql(cache_control(max_age = 60))]
    async fn channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name of the channel.")] slug: Option<String>,
    ) -> Result<Option<ChannelObject>> {
        let app = ctx.app();
        let channel = match slug {
            None => Some(Arc::clone(&ctx.scope().channel)),
            Some(slug) => app.channels.by_slug(&app.db, &slug).await?,
        };
        Ok(channel.map(ChannelObject))
    }

    /// All channels, the default one first.
    #[graphql(cache_control(max_age = 60))]
    async fn channels(&self, ctx: &Context<'_>) -> Result<Vec<ChannelObject>> {
        let app = ctx.app();
        Ok(app
            .channels
            .all(&app.db)
            .await?
            .iter()
            .cloned()
            .map(ChannelObject)
            .collect())
    }
}
