//! Interactions in the schema.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::analytics::interaction::InteractionKind as Kind;
use entity::{ProductId, VariantId};

use crate::analytics::track::{self, NewInteraction, Problem, Track, TrackError};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::id::Gid;

/// What a visitor did with a product.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub enum InteractionKind {
    /// Looked at its page.
    View,
    /// Chose it from a list: of hits or of recommendations.
    Click,
    /// Put it into a cart.
    Add,
    /// Bought it. This is for funnels alone: what was bought is known from the orders.
    Buy,
}

/// One thing that a visitor did.
#[derive(InputObject, Clone, Debug)]
pub struct RecommendationEventInput {
    /// Names the event within the session, at most 64 bytes: a repeated one is not counted twice.
    id: String,
    /// What was done.
    kind: InteractionKind,
    /// With which product.
    product_id: Gid<ProductId>,
    /// With which variant of it.
    variant_id: Option<Gid<VariantId>>,
    /// The `searchId` of the answer that it came from.
    search_id: Option<String>,
    /// The place in the list that it came from, from 1.
    position: Option<i32>,
    /// The `trackingToken` of the recommendation that it came from.
    tracking_token: Option<String>,
    /// When; now when not given. At most a day ago, and not later than now: other times are moved there.
    at: Option<DateTime<Utc>>,
}

/// What a visitor did.
#[derive(InputObject, Clone, Debug)]
pub struct RecommendationEventTrackInput {
    /// A name for the visit of the client's choice, at most 128 bytes. Make it long and random: who knows it can ask what was
    /// looked at. It is stored as a keyed hash.
    session_id: String,
    /// Whether the visitor has agreed that what they do is kept. Without it nothing is kept, not even a count.
    consent: bool,
    /// What was done, at most 100 events.
    events: Vec<RecommendationEventInput>,
    /// The token of the visit's cart, else that of X-Cart-Token: orders made of it count as the visit's in experiments.
    cart_token: Option<String>,
}

impl From<RecommendationEventInput> for NewInteraction {
    fn from(input: RecommendationEventInput) -> Self {
        Self {
            event: input.id,
            kind: input.kind.into(),
            product: input.product_id.0,
            variant: input.variant_id.map(|id| id.0),
            search: input.search_id,
            position: input.position,
            tracking: input.tracking_token,
            at: input.at,
        }
    }
}

/// Answer of `recommendationEventTrack`.
#[derive(SimpleObject, Default)]
pub struct RecommendationEventTrackPayload {
    /// Events that were kept.
    accepted: usize,
    /// Events that had been kept before.
    duplicates: usize,
    /// Why events were not kept, each with its place in `events`: INVALID_INPUT, NOT_FOUND. The others were kept.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

fn problem(place: usize, problem: Problem) -> UserError {
    let code = match problem {
        Problem::Product | Problem::Variant => ErrorCode::NotFound,
        _ => ErrorCode::InvalidInput,
    };
    UserError::new(
        code,
        problem.message(),
        &["events", &place.to_string(), problem.field()],
    )
}

/// Changes of what is known about visits.
#[derive(Default)]
pub struct AnalyticsMutation;

#[Object]
impl AnalyticsMutation {
    /// Tells what a visitor did with products: what recommendations, search and experiments learn from. The customer is
    /// whoever has signed in.
    async fn recommendation_event_track(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the visitor did.")] input: RecommendationEventTrackInput,
    ) -> Result<RecommendationEventTrackPayload> {
        let command = Track {
            session: input.session_id,
            consent: input.consent,
            cart: input.cart_token.or_else(|| ctx.request().cart_token.clone()),
            events: input.events.into_iter().map(Into::into).collect(),
        };
        match Box::pin(track::track(ctx.app(), ctx.scope(), command)).await {
            Ok(tracked) => Ok(RecommendationEventTrackPayload {
                accepted: tracked.accepted,
                duplicates: tracked.duplicates,
                errors: tracked
                    .problems
                    .into_iter()
                    .map(|(place, why)| problem(place, why))
                    .collect(),
                warnings: Vec::new(),
            }),
            Err(TrackError::Fault(fault)) => Err(fault.into()),
            Err(error) => {
                let field = match error {
                    TrackError::Session => "sessionId",
                    TrackError::TooMany | TrackError::Fault(_) => "events",
                };
                Ok(RecommendationEventTrackPayload {
                    errors: vec![UserError::invalid(error.message(), &[field])],
                    ..Default::default()
                })
            }
        }
    }
}
