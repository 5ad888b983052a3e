//! What came of recommendations in the schema: all of it for staff.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::scalar::MoneyObject;
use crate::platform::locale::message;
use crate::platform::money::Money;
use crate::platform::permission::Permission;
use crate::recommendation::graphql::{RecommendationExperiment, RecommendationIntent};
use crate::recommendation::insight::{Line, Spot, report};
use crate::search::insight::{DAYS_MAX, Period};

/// Where recommendations stand: by what they are for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Spot")]
pub enum RecommendationSurface {
    /// Beside a product.
    Product,
    /// In a cart.
    Cart,
    /// For the customer who asks.
    Customer,
    /// For a visit.
    Session,
}

/// What came of the recommendations of a place and a strategy, in one arm of an experiment or in none.
#[derive(SimpleObject)]
pub struct RecommendationOutcome {
    /// Where they stood.
    surface: RecommendationSurface,
    /// What they were to do.
    intent: RecommendationIntent,
    /// What found them, as in `RecommendationEdge.strategy`.
    strategy: String,
    /// The experiment that they were part of; null for none.
    experiment: Option<RecommendationExperiment>,
    /// Products in lists that shoppers were given, agreed or not.
    shown: i64,
    /// Products that were chosen, as told with the token of the recommendation: by visitors who agreed alone.
    clicks: i64,
    /// `clicks` by `shown`; null where nothing was shown. Too low by the visitors who did not agree.
    click_through_rate: Option<f64>,
    /// Products that were put into a cart, as told with the token.
    cart_adds: i64,
    /// Orders with a product that had been chosen or put into a cart from such a recommendation within 24 hours before. The
    /// latest recommendation of a product has it; orders that are called off by the next day count as none.
    orders: i64,
    /// What these products cost in them, after discounts, without delivery.
    revenue: MoneyObject,
}

/// What came of the recommendations of a channel.
#[derive(SimpleObject)]
pub struct RecommendationInsights {
    /// When the first day begins.
    from: DateTime<Utc>,
    /// When the last day ends.
    to: DateTime<Utc>,
    /// What came of each place, strategy and arm; what is shown most first. An order with products from several is in each.
    outcomes: Vec<RecommendationOutcome>,
}

/// The query of insight.
#[derive(Default)]
pub struct RecommendationInsightQuery;

#[Object]
impl RecommendationInsightQuery {
    /// What was recommended in the channel and what came of it, by day in UTC; today's numbers are some minutes old.
    /// Staff only: `recommendation.read`.
    #[graphql(
        guard = "Needs(Permission::RecommendationRead)",
        visible = "visible::recommendation_read",
        cache_control(no_cache, private)
    )]
    async fn recommendation_insights(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A moment of the first day, in UTC; 29 days before the last one when not given.")]
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "A moment of the last day, in UTC; now when not given.")] to: Option<DateTime<Utc>>,
    ) -> Result<RecommendationInsights> {
        let period = Period::new(from, to, ctx.app().clock.now());
        let refused = || ApiError::bad_input(message!("search-period", max = DAYS_MAX));
        let period = period.ok_or_else(refused)?;
        let currency = ctx.scope().channel.currency;
        let outcome = |line: Line| RecommendationOutcome {
            surface: line.place.spot.into(),
            intent: line.place.intent.into(),
            click_through_rate: line.click_through_rate(),
            experiment: line.experiment.map(|(id, arm)| RecommendationExperiment {
                id: ID(id.to_string()),
                variant: arm,
            }),
            strategy: line.strategy,
            shown: line.shown,
            clicks: line.clicks,
            cart_adds: line.adds,
            orders: line.orders,
            revenue: Money::new(line.revenue, currency).into(),
        };
        let lines = report(&ctx.app().db, ctx.scope(), period).await?;
        Ok(RecommendationInsights {
            from: period.begin(),
            to: period.end(),
            outcomes: lines.into_iter().map(outcome).collect(),
        })
    }
}
