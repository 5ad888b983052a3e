//! Recommendations for shoppers.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object, Result};
use entity::ProductId;
use futures_util::future::try_join_all;

use crate::analytics::{SESSION_MAX, Tracking, Visitor, signer, visit};
use crate::catalog::{Product, ProductKey, ProductObject};
use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::platform::locale::message;
use crate::platform::page::{PageError, encode_cursor};
use crate::recommendation::graphql::types::{
    RecommendationConnection, RecommendationContext, RecommendationEdge, RecommendationExperiment,
    RecommendationIntent, ShownTo,
};
use crate::recommendation::insight::{self, Place};
use crate::recommendation::query::RECOMMENDATIONS_MAX;
use crate::recommendation::slot::Pick;
use crate::recommendation::surface::{self, Slot, Source, fill};
use crate::recommendation::trial::{Trial, trial};

/// A list to fill.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SlotKey(Slot);

impl Loader<SlotKey> for Batch {
    type Value = Vec<Pick>;
    type Error = Shared;

    async fn load(&self, keys: &[SlotKey]) -> Result<HashMap<SlotKey, Vec<Pick>>, Shared> {
        let slots: Vec<Slot> = keys.iter().map(|key| key.0.clone()).collect();
        let found = Box::pin(fill(&self.app, &self.scope, &slots)).await?;
        Ok(found.into_iter().map(|(slot, picks)| (SlotKey(slot), picks)).collect())
    }
}

/// What to show beside `product`.
///
/// # Errors
/// BAD_USER_INPUT for a `first` out of range, or a name that no visit has; those of the database.
pub async fn recommendations_of(
    ctx: &Context<'_>,
    product: &Product,
    (intent, first): (RecommendationIntent, Option<i32>),
    shown_to: ShownTo,
) -> Result<RecommendationConnection> {
    let context = surface::Context::Product(source(product));
    list(ctx, context, (intent, first), shown_to).await
}

fn source(product: &Product) -> Source {
    Source {
        product: product.id,
        category: product.category_id,
        brand: product.brand.clone(),
    }
}

/// The name of a visit, if it may be one.
fn named(session: String) -> Result<String> {
    if session.trim().is_empty() || session.len() > SESSION_MAX {
        return Err(ApiError::bad_input(message!("interaction-session", max = SESSION_MAX)).into());
    }
    Ok(session)
}

/// Whom experiments are about: nobody without consent.
async fn visitor(ctx: &Context<'_>, context: &surface::Context, shown_to: ShownTo) -> Result<Visitor> {
    let session = shown_to.session.map(named).transpose()?;
    if !shown_to.consent {
        return Ok(Visitor::default());
    }
    let session = match (&session, context) {
        (Some(session), _) | (None, surface::Context::Session(session)) => Some(session),
        (None, _) => None,
    };
    Ok(Visitor {
        visit: match session {
            Some(session) => Some(visit(ctx.app(), session).await?),
            None => None,
        },
        customer: ctx.scope().viewer.customer(),
    })
}

async fn list(
    ctx: &Context<'_>,
    context: surface::Context,
    (intent, first): (RecommendationIntent, Option<i32>),
    shown_to: ShownTo,
) -> Result<RecommendationConnection> {
    let first = usize::try_from(first.unwrap_or(12))
        .ok()
        .filter(|first| *first <= RECOMMENDATIONS_MAX)
        .ok_or(PageError::Size(RECOMMENDATIONS_MAX))?;
    let visitor = visitor(ctx, &context, shown_to).await?;
    // An empty list shows nobody anything.
    let trial = match first {
        0 => None,
        _ => trial(ctx.app(), ctx.scope(), visitor, intent.into()).await?,
    };
    let slot = Slot {
        context,
        intent: intent.into(),
        first,
        strategy: trial.as_ref().and_then(|trial| trial.strategy),
    };
    let picks = ctx.batch(SlotKey(slot.clone())).await?.unwrap_or_default();
    Ok(RecommendationConnection(
        Box::pin(edges(ctx, &slot, trial, &picks)).await?,
    ))
}

async fn edges(
    ctx: &Context<'_>,
    slot: &Slot,
    trial: Option<Trial>,
    picks: &[Pick],
) -> Result<Vec<RecommendationEdge>> {
    let named = picks.iter().filter_map(|pick| pick.reason.names());
    let ids: Vec<ProductId> = picks.iter().map(|pick| pick.product).chain(named).collect();
    let found = try_join_all(ids.iter().map(|id| ctx.batch(ProductKey(*id)))).await?;
    let found: HashMap<ProductId, _> = ids
        .into_iter()
        .zip(found)
        .filter_map(|(id, f)| Some((id, f?)))
        .collect();
    let names = found
        .iter()
        .map(|(id, listed)| (*id, listed.product.name.clone()))
        .collect();
    let signer = signer(ctx.app()).await?;
    let model = surface::version(ctx.app()).await?;
    let experiment = trial.as_ref().map(|trial| RecommendationExperiment {
        id: ID(trial.experiment.to_string()),
        variant: trial.arm.clone(),
    });
    let surface = Place::of(slot).name();
    let mut edges = Vec::with_capacity(picks.len());
    for (place, pick) in (1..).zip(picks) {
        let Some(listed) = found.get(&pick.product) else {
            continue;
        };
        let tracking = Tracking {
            product: pick.product,
            surface: surface.clone(),
            strategy: pick.strategy.name().to_owned(),
            source: match &slot.context {
                surface::Context::Product(source) => Some(source.product),
                _ => None,
            },
            model,
            position: place,
            experiment: trial.as_ref().map(|trial| (trial.experiment, trial.arm.clone())),
        };
        edges.push(RecommendationEdge {
            cursor: encode_cursor("recommendations", &pick.product),
            score: plain(pick.score),
            reason: pick.reason.message(&names).render(ctx.request().locale),
            strategy: pick.strategy.name().to_owned(),
            experiment: experiment.clone(),
            tracking_token: signer.token(&tracking)?,
            node: ProductObject(listed.clone()),
        });
    }
    let strategies = edges.iter().map(|edge| edge.strategy.as_str());
    insight::note(ctx.app(), ctx.scope(), (&surface, trial.as_ref()), strategies);
    Ok(edges)
}

/// Recommendations.
#[derive(Default)]
pub struct RecommendationQuery;

#[Object]
impl RecommendationQuery {
    /// Products for a product, a cart, a customer or a visit; null when the product does not exist for the viewer. Never
    /// empty while the channel sells something: what is known of the shopper comes first, then of the visit, then what goes
    /// with the product or the cart, then what many buy.
    #[graphql(cache_control(private, max_age = 60))]
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are for.")] context: RecommendationContext,
        #[graphql(desc = "What they are to do.")] intent: RecommendationIntent,
        #[graphql(desc = "Products at most, 0 to 50; 12 when not given.")] first: Option<i32>,
        #[graphql(
            desc = "The name of the visit that they are shown to, as in `recommendationEventTrack`, for experiments; that \
                    of the context when not given."
        )]
        session_id: Option<String>,
        #[graphql(
            default,
            desc = "Whether the visitor has agreed that what they do and are shown is kept; without it they are in \
                    no experiment."
        )]
        consent: bool,
    ) -> Result<Option<RecommendationConnection>> {
        let context = match context {
            RecommendationContext::ProductId(id) => match ctx.batch(ProductKey(id.0)).await? {
                Some(found) => surface::Context::Product(source(&found.product)),
                None => return Ok(None),
            },
            RecommendationContext::CartToken(token) => surface::Context::Cart(token),
            RecommendationContext::Customer(_) => surface::Context::Customer,
            RecommendationContext::SessionId(name) => surface::Context::Session(named(name)?),
        };
        let shown_to = ShownTo::new(session_id, consent);
        Ok(Some(list(ctx, context, (intent, first), shown_to).await?))
    }
}

/// The number with as many digits as it has, not those that its double has besides: 0.33333334, not 0.3333333432674408.
fn plain(score: f32) -> f64 {
    score.to_string().parse().unwrap_or_else(|_| f64::from(score))
}
