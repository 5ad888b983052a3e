//! What came of a search: hits that were opened, put into a cart, bought.
//!
//! Opened and put into a cart is what clients tell with the `searchId`. Bought is a product of an order that the buyer
//! had opened or put into a cart from a search during the 24 hours before: in a visit that used the order's cart, or that
//! the order's customer made signed in. The latest such search has the order; one order counts for one search a product.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use entity::analytics::interaction::{self, InteractionKind};
use entity::catalog::variant;
use entity::order::{order_line, orders};
use entity::search::search_attribution::{self, OutcomeKind};
use entity::{InteractionId, OrderId, ProductId, SearchId, TypedId, VisitId};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::analytics::interactions_by_ids;
use crate::app::App;
use crate::platform::db::{any_of, insert_new};
use crate::platform::error::Result;
use crate::search::insight::day_of;
use crate::search::insight::log::touch;

/// How long before an order a search may lie that it is attributed to.
const WINDOW: TimeDelta = TimeDelta::hours(24);
/// How old a search may be that events are taken for.
const SEARCH_AGE_MAX: TimeDelta = TimeDelta::days(2);
/// Events of a visit that are looked through for an order.
const TOUCHES_MAX: u64 = 10_000;

/// When a search was made: its key says so. None for a key that says another time than the last two days.
fn made_at(search: SearchId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = search.uuid().get_timestamp()?.to_unix();
    let at = DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?;
    (at > now - SEARCH_AGE_MAX && at < now + TimeDelta::minutes(5)).then_some(at)
}

/// Takes in what visitors did with hits. Doing it twice is harmless.
///
/// # Errors
/// Those of the database.
pub async fn attribute_interactions(app: &App, ids: &[InteractionId]) -> Result<()> {
    let now = app.clock.now();
    let rows = interactions_by_ids(&app.db, ids).await?;
    let outcomes = rows.into_iter().filter_map(|row| {
        let kind = match row.kind {
            InteractionKind::Click => OutcomeKind::Click,
            InteractionKind::Add => OutcomeKind::Cart,
            InteractionKind::View | InteractionKind::Buy => return None,
        };
        Some(search_attribution::Model {
            search_id: row.search_id?.parse().ok()?,
            product_id: row.product_id,
            kind,
            position: row.position,
            order_id: None,
            at: row.at,
        })
    });
    write(app, outcomes.collect(), now).await
}

async fn write(app: &App, outcomes: Vec<search_attribution::Model>, now: DateTime<Utc>) -> Result<()> {
    use search_attribution::Column;
    let mut days = BTreeMap::new();
    let mut rows = HashMap::new();
    for outcome in outcomes {
        let Some(at) = made_at(outcome.search_id, now) else {
            continue;
        };
        *days.entry(day_of(at)).or_insert(0) += 1;
        rows.entry((outcome.search_id, outcome.product_id, outcome.kind))
            .or_insert(outcome);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_values().map(IntoActiveModel::into_active_model).collect();
    let tx = app.db.begin().await?;
    insert_new(&tx, rows, &[Column::SearchId, Column::ProductId, Column::Kind]).await?;
    touch(&tx, days).await?;
    Ok(tx.commit().await?)
}

/// A product of an order that was opened or put into a cart from a search.
struct Touch {
    search: SearchId,
    product: ProductId,
    position: Option<i32>,
}

/// Gives each product of an order to the search that it came from. Doing it twice is harmless.
///
/// # Errors
/// Those of the database.
pub async fn attribute_order(app: &App, id: OrderId) -> Result<()> {
    let Some(order) = orders::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(());
    };
    let known = search_attribution::Entity::find()
        .filter(search_attribution::Column::OrderId.eq(id))
        .one(&app.db)
        .await?;
    if known.is_some() {
        return Ok(());
    }
    let visits = visits_of(app, &order).await?;
    let products = products_of(app, id).await?;
    if visits.is_empty() || products.is_empty() {
        return Ok(());
    }
    let outcomes = touches(app, &order, &visits, &products).await?;
    let outcomes = outcomes.into_iter().map(|touch| search_attribution::Model {
        search_id: touch.search,
        product_id: touch.product,
        kind: OutcomeKind::Order,
        position: touch.position,
        order_id: Some(id),
        at: order.placed_at,
    });
    write(app, outcomes.collect(), app.clock.now()).await
}

/// The visits that used the cart of an order, and those of its customer.
async fn visits_of(app: &App, order: &orders::Model) -> Result<Vec<VisitId>> {
    use interaction::Column;
    let cart = order.cart_id.map(|cart| Column::CartId.eq(cart));
    let customer = order.customer_id.map(|customer| Column::CustomerId.eq(customer));
    if cart.is_none() && customer.is_none() {
        return Ok(Vec::new());
    }
    Ok(interaction::Entity::find()
        .select_only()
        .column(Column::VisitId)
        .distinct()
        .filter(Condition::any().add_option(cart).add_option(customer))
        .filter(Column::At.gte(order.placed_at - WINDOW))
        .filter(Column::At.lte(order.placed_at))
        .into_tuple()
        .all(&app.db)
        .await?)
}

async fn products_of(app: &App, order: OrderId) -> Result<Vec<ProductId>> {
    let variants = Query::select()
        .column(order_line::Column::VariantId)
        .from(order_line::Entity)
        .and_where(order_line::Column::OrderId.eq(order))
        .and_where(order_line::Column::VariantId.is_not_null())
        .to_owned();
    Ok(variant::Entity::find()
        .select_only()
        .column(variant::Column::ProductId)
        .distinct()
        .filter(variant::Column::Id.in_subquery(variants))
        .into_tuple()
        .all(&app.db)
        .await?)
}

/// The latest search of each product.
async fn touches(app: &App, order: &orders::Model, visits: &[VisitId], products: &[ProductId]) -> Result<Vec<Touch>> {
    use interaction::Column;
    let rows = interaction::Entity::find()
        .filter(any_of(&app.db, Column::VisitId, visits))
        .filter(any_of(&app.db, Column::ProductId, products))
        .filter(Column::ChannelId.eq(order.channel_id))
        .filter(Column::Kind.is_in([InteractionKind::Click, InteractionKind::Add]))
        .filter(Column::SearchId.is_not_null())
        .filter(Column::At.gte(order.placed_at - WINDOW))
        .filter(Column::At.lte(order.placed_at))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(TOUCHES_MAX)
        .all(&app.db)
        .await?;
    let mut latest: HashMap<ProductId, Touch> = HashMap::new();
    for row in rows {
        let Some(search) = row.search_id.and_then(|text| text.parse().ok()) else {
            continue;
        };
        latest.entry(row.product_id).or_insert(Touch {
            search,
            product: row.product_id,
            position: row.position,
        });
    }
    Ok(latest.into_values().collect())
}
