//! A client tells what its visitor did.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::analytics::interaction::{Column, InteractionKind};
use entity::{CartId, ProductId, VariantId};
use sea_orm::IntoActiveModel;

use crate::analytics::events::InteractionsTracked;
use crate::analytics::query::{Interaction, interactions_by_ids};
use crate::analytics::tracking::{Signer, Tracking};
use crate::analytics::visit::{SESSION_MAX, signer, visit};
use crate::app::App;
use crate::cart::cart_of_token;
use crate::catalog::{products_of_variants, visible_products};
use crate::channel::Scope;
use crate::platform::db::insert_new;
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::locale::{Message, message};

/// Events in one call at most.
pub const EVENTS_MAX: usize = 100;
/// Longest id of an event in bytes.
const EVENT_MAX: usize = 64;
/// Longest id of a search in bytes.
const SEARCH_MAX: usize = 64;
/// Lowest place in a list that is believed.
const POSITION_MAX: i32 = 10_000;
/// How long a client may keep events to itself.
const LATE_MAX: TimeDelta = TimeDelta::hours(24);

/// What a visitor did.
#[derive(Clone, Debug)]
pub struct Track {
    /// The client's name for the visit.
    pub session: String,
    /// Whether the visitor has agreed.
    pub consent: bool,
    /// The token of the visit's cart.
    pub cart: Option<String>,
    /// The events.
    pub events: Vec<NewInteraction>,
}

/// One thing that a visitor did.
#[derive(Clone, Debug)]
pub struct NewInteraction {
    /// Names it within the visit.
    pub event: String,
    /// What was done.
    pub kind: InteractionKind,
    /// With which product.
    pub product: ProductId,
    /// With which variant of it.
    pub variant: Option<VariantId>,
    /// The search that it came from.
    pub search: Option<String>,
    /// The place in the list that it came from, from 1.
    pub position: Option<i32>,
    /// The token of the recommendation that it came from.
    pub tracking: Option<String>,
    /// When; now when absent.
    pub at: Option<DateTime<Utc>>,
}

/// What became of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracked {
    /// Events that were kept.
    pub accepted: usize,
    /// Events that had been kept before.
    pub duplicates: usize,
    /// Events that were not kept, by their place, and why.
    pub problems: Vec<(usize, Problem)>,
}

/// Why an event was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The id is empty or too long.
    Event,
    /// No such product, or not in this channel.
    Product,
    /// No such variant of the product.
    Variant,
    /// The id of the search is empty or too long.
    Search,
    /// The place is not one.
    Position,
    /// The token is not one, or is about another product.
    Tracking,
}

impl Problem {
    /// What it says to people.
    pub fn message(self) -> Message {
        match self {
            Self::Event => message!("interaction-event", max = EVENT_MAX),
            Self::Product => message!("product-not-found"),
            Self::Variant => message!("variant-not-found"),
            Self::Search => message!("interaction-search", max = SEARCH_MAX),
            Self::Position => message!("out-of-range", name = "position", min = 1, max = POSITION_MAX),
            Self::Tracking => message!("interaction-tracking"),
        }
    }

    /// The field of the event that it is about.
    pub fn field(self) -> &'static str {
        match self {
            Self::Event => "id",
            Self::Product => "productId",
            Self::Variant => "variantId",
            Self::Search => "searchId",
            Self::Position => "position",
            Self::Tracking => "trackingToken",
        }
    }
}

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum TrackError {
    /// The name of the session is empty or too long.
    Session,
    /// There are too many events.
    TooMany,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TrackError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Session => message!("interaction-session", max = SESSION_MAX),
            Self::TooMany => message!("out-of-range", name = "events", min = 0, max = EVENTS_MAX),
            Self::Fault(_) => message!("failed"),
        }
    }
}

/// Keeps what a visitor did. Without consent nothing is kept, not even a count: a count could not tell a repeated event
/// from a new one without knowing who sent it. Emits [`InteractionsTracked`].
///
/// # Errors
/// See [`TrackError`]; events that are wrong by themselves are told of in the answer, and do not hold up the others.
pub async fn track(app: &App, scope: &Scope, command: Track) -> Result<Tracked, TrackError> {
    if command.session.trim().is_empty() || command.session.len() > SESSION_MAX {
        return Err(TrackError::Session);
    }
    if command.events.len() > EVENTS_MAX {
        return Err(TrackError::TooMany);
    }
    if !command.consent || command.events.is_empty() {
        return Ok(Tracked::default());
    }
    let (rows, mut tracked) = checked(app, scope, command).await?;
    if !rows.is_empty() {
        tracked.accepted = keep(app, scope, &rows).await?;
        tracked.duplicates += rows.len() - tracked.accepted;
    }
    Ok(tracked)
}

/// The events that can be kept, and what is against the others.
async fn checked(app: &App, scope: &Scope, command: Track) -> Result<(Vec<Interaction>, Tracked)> {
    let known = Known::of(app, scope, &command.events).await?;
    let visit_id = visit(app, &command.session).await?;
    let cart_id = match &command.cart {
        Some(token) => cart_of_token(&app.db, token).await?,
        None => None,
    };
    let now = app.clock.now();
    let mut tracked = Tracked::default();
    let (mut rows, mut seen) = (Vec::with_capacity(command.events.len()), HashSet::new());
    for (place, event) in command.events.into_iter().enumerate() {
        let tracking = match known.check(&event) {
            Ok(tracking) => tracking,
            Err(problem) => {
                tracked.problems.push((place, problem));
                continue;
            }
        };
        if !seen.insert(event.event.clone()) {
            tracked.duplicates += 1;
            continue;
        }
        rows.push(row(app, scope, visit_id, cart_id, now, event, tracking));
    }
    Ok((rows, tracked))
}

fn row(
    app: &App,
    scope: &Scope,
    visit_id: entity::VisitId,
    cart_id: Option<CartId>,
    now: DateTime<Utc>,
    event: NewInteraction,
    tracking: Option<Tracking>,
) -> Interaction {
    let experiment = tracking.as_ref().and_then(|tracking| tracking.experiment.clone());
    let (experiment_id, arm) = experiment.unzip();
    Interaction {
        id: app.ids.new_id(),
        visit_id,
        event_id: event.event,
        channel_id: scope.channel.id,
        customer_id: scope.viewer.customer(),
        product_id: event.product,
        variant_id: event.variant,
        kind: event.kind,
        at: event.at.map_or(now, |at| at.clamp(now - LATE_MAX, now)),
        received_at: now,
        search_id: event.search,
        position: event.position,
        cart_id,
        surface: tracking.as_ref().map(|tracking| tracking.surface.clone()),
        strategy: tracking.map(|tracking| tracking.strategy),
        experiment_id,
        arm,
    }
}

/// What the events of a call name, as far as it is there.
struct Known {
    products: HashSet<ProductId>,
    variants: HashMap<VariantId, ProductId>,
    signer: Signer,
}

impl Known {
    async fn of(app: &App, scope: &Scope, events: &[NewInteraction]) -> Result<Self> {
        let products: HashSet<ProductId> = events.iter().map(|event| event.product).collect();
        let products: Vec<ProductId> = products.into_iter().collect();
        let variants: HashSet<VariantId> = events.iter().filter_map(|event| event.variant).collect();
        let variants: Vec<VariantId> = variants.into_iter().collect();
        Ok(Self {
            signer: signer(app).await?,
            products: visible_products(&app.db, scope, &products).await?,
            variants: match variants.is_empty() {
                true => HashMap::new(),
                false => products_of_variants(&app.db, &variants).await?,
            },
        })
    }

    /// Where the event comes from, when nothing is wrong with it.
    fn check(&self, event: &NewInteraction) -> Result<Option<Tracking>, Problem> {
        let short = |text: &str, max: usize| !text.is_empty() && text.len() <= max;
        if !short(&event.event, EVENT_MAX) {
            return Err(Problem::Event);
        }
        if !self.products.contains(&event.product) {
            return Err(Problem::Product);
        }
        if event
            .variant
            .is_some_and(|variant| self.variants.get(&variant) != Some(&event.product))
        {
            return Err(Problem::Variant);
        }
        if event.search.as_deref().is_some_and(|search| !short(search, SEARCH_MAX)) {
            return Err(Problem::Search);
        }
        if event
            .position
            .is_some_and(|position| !(1..=POSITION_MAX).contains(&position))
        {
            return Err(Problem::Position);
        }
        let Some(token) = &event.tracking else { return Ok(None) };
        let tracking = self
            .signer
            .read(token)
            .filter(|tracking| tracking.product == event.product);
        tracking.map(Some).ok_or(Problem::Tracking)
    }
}

/// Writes `rows`, those that are new, and says how many these are.
async fn keep(app: &App, scope: &Scope, rows: &[Interaction]) -> Result<usize> {
    let tx = app.db.begin().await?;
    let models = rows.iter().cloned().map(IntoActiveModel::into_active_model).collect();
    let written = insert_new(&tx, models, &[Column::VisitId, Column::EventId]).await?;
    let new = match usize::try_from(written) {
        Ok(0) => return Ok(0),
        Ok(written) if written == rows.len() => rows.to_vec(),
        // Some had come before: which, the table knows.
        _ => {
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            interactions_by_ids(&tx, &ids).await?
        }
    };
    let accepted = new.len();
    let event = InteractionsTracked {
        channel: scope.channel.id,
        interactions: new.iter().map(|row| row.id).collect(),
    };
    event::emit(&tx, &event).await?;
    let app = app.clone();
    tx.afterwards(move || app.analytics.feed.tell(new));
    tx.commit().await?;
    Ok(accepted)
}
