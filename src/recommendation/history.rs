//! What was bought and looked at, read for training and for people.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::catalog::product::ProductStatus;
use entity::catalog::{product, variant};
use entity::order::orders::OrderStatus;
use entity::order::{order_line, orders};
use entity::{CustomerId, OrderId, ProductId, TypedId};
use recommender::history::{Basket, History, Row, Rows, Visited};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::app::App;
use crate::catalog;
use crate::platform::db::{Db, any_of};
use crate::platform::error::Result;
use crate::recommendation::looks::looks;
use crate::recommendation::words::features;

/// Orders that are read at once.
const ORDERS: u64 = 2_000;
/// Products that are read at once.
const PRODUCTS: usize = 500;
/// How far back it is learnt from what visits looked at.
const VIEWS_DAYS: TimeDelta = TimeDelta::days(180);
/// Looks that are learnt from at most, the latest.
const VIEWS_MAX: u64 = 2_000_000;

/// What is learnt from, with the products that items stand for.
#[derive(Debug, Default)]
pub struct Source {
    /// The products, by item.
    pub products: Vec<ProductId>,
    /// What was bought.
    pub history: History,
    /// What visits looked at.
    pub views: Vec<Row>,
    /// What is written about each item.
    pub features: Vec<recommender::content::Features>,
}

impl Source {
    /// What visits looked at, readable both ways.
    pub fn visits(&self) -> Rows {
        Rows::new(self.views.clone(), self.products.len())
    }
}

/// Numbers for keys, in the order in which they come.
struct Numbers<K>(HashMap<K, u32>, Vec<K>);

impl<K: Copy + Eq + std::hash::Hash> Numbers<K> {
    fn new() -> Self {
        Self(HashMap::new(), Vec::new())
    }

    fn of(&mut self, key: K) -> u32 {
        let next = self.1.len() as u32;
        let number = *self.0.entry(key).or_insert(next);
        if number == next {
            self.1.push(key);
        }
        number
    }
}

/// Reads everything: products first, then orders that were not called off, page by page, then what visits did. `progress`
/// is told the share that has been read.
///
/// # Errors
/// Those of the database.
pub async fn source(app: &App, progress: impl Fn(f64) + Send + Sync) -> Result<Source> {
    let db = &app.db;
    let mut products = Numbers::new();
    let ids: Vec<ProductId> = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .filter(product::Column::Status.eq(ProductStatus::Active))
        .order_by_asc(product::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    for id in &ids {
        products.of(*id);
    }
    let baskets = baskets(db, &mut products, &progress).await?;
    let views = views(app, &mut products).await?;
    let mut of_products = vec![Vec::new(); products.1.len()];
    for page in ids.chunks(PRODUCTS) {
        for (id, features) in features(app, page).await? {
            of_products[products.of(id) as usize] = features;
        }
    }
    progress(1.0);
    let history = History {
        items: products.1.len(),
        ..baskets
    };
    Ok(Source {
        products: products.1,
        history,
        views,
        features: of_products,
    })
}

async fn baskets(
    db: &Db,
    products: &mut Numbers<ProductId>,
    progress: &(impl Fn(f64) + Send + Sync),
) -> Result<History> {
    let total = PaginatorTrait::count(orders::Entity::find().filter(not_cancelled()), db).await?;
    let mut customers = Numbers::new();
    let mut history = History::default();
    let mut after: Option<OrderId> = None;
    let mut read = 0u64;
    loop {
        let page = orders_behind(db, after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        read += page.len() as u64;
        for order in page {
            let mut items: Vec<u32> = Vec::with_capacity(order.products.len());
            let mut seen = HashSet::new();
            items.extend(
                order
                    .products
                    .iter()
                    .map(|product| products.of(*product))
                    .filter(|item| seen.insert(*item)),
            );
            if !items.is_empty() {
                history.baskets.push(Basket {
                    customer: order.customer.map(|customer| customers.of(customer)),
                    at: order.at.timestamp(),
                    items,
                });
            }
        }
        progress(read as f64 / Ord::max(total, 1) as f64);
    }
    // Ids of imported orders say nothing about when they were placed; what is learnt must not depend on the import.
    history.baskets.sort_by_key(|basket| basket.at);
    history.customers = customers.1.len();
    Ok(history)
}

fn not_cancelled() -> SimpleExpr {
    orders::Column::Status.ne(OrderStatus::Cancelled)
}

/// An order with what it holds.
#[derive(Clone, Debug)]
pub struct Bought {
    /// The order.
    pub id: OrderId,
    /// Who placed it.
    pub customer: Option<CustomerId>,
    /// When.
    pub at: DateTime<Utc>,
    /// The products of its lines; one may come twice.
    pub products: Vec<ProductId>,
}

/// The next orders behind `after` that were not called off, by key.
///
/// # Errors
/// Those of the database.
pub async fn orders_behind(db: &Db, after: Option<OrderId>) -> Result<Vec<Bought>> {
    let mut page = orders::Entity::find()
        .select_only()
        .columns([orders::Column::Id, orders::Column::CustomerId, orders::Column::PlacedAt])
        .filter(not_cancelled())
        .order_by_asc(orders::Column::Id)
        .limit(ORDERS);
    if let Some(after) = after {
        page = page.filter(orders::Column::Id.gt(after));
    }
    let page: Vec<(OrderId, Option<CustomerId>, DateTime<Utc>)> = page.into_tuple().all(db).await?;
    let Some((last, ..)) = page.last() else {
        return Ok(Vec::new());
    };
    let mut lines = lines().filter(order_line::Column::OrderId.lte(*last));
    if let Some(after) = after {
        lines = lines.filter(order_line::Column::OrderId.gt(after));
    }
    let mut of: HashMap<OrderId, Vec<ProductId>> = HashMap::new();
    for (order, product) in lines.into_tuple::<(OrderId, ProductId)>().all(db).await? {
        of.entry(order).or_default().push(product);
    }
    let order = |(id, customer, at)| Bought {
        id,
        customer,
        at,
        products: of.remove(&id).unwrap_or_default(),
    };
    Ok(page.into_iter().map(order).collect())
}

/// Orders with the products of their lines.
fn lines() -> Select<order_line::Entity> {
    let of_variant = Condition::all()
        .add(Expr::col(variant::Column::Id.as_column_ref()).equals(order_line::Column::VariantId.as_column_ref()));
    let mut lines = order_line::Entity::find()
        .select_only()
        .column(order_line::Column::OrderId)
        .column(variant::Column::ProductId)
        .order_by_asc(order_line::Column::OrderId)
        .order_by_asc(order_line::Column::Position);
    QuerySelect::query(&mut lines).join(JoinType::InnerJoin, variant::Entity, of_variant);
    lines
}

/// The products of each visit of late.
async fn views(app: &App, products: &mut Numbers<ProductId>) -> Result<Vec<Row>> {
    let mut visited = Visited::default();
    looks(&app.db, app.clock.now() - VIEWS_DAYS, VIEWS_MAX, |look| {
        visited.add(
            look.visit.uuid().as_u128(),
            products.of(look.product),
            look.at.timestamp(),
        );
    })
    .await?;
    Ok(visited.rows())
}

/// The products that a customer bought, each with the last time, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn bought_by(db: &Db, customer: CustomerId, most: u64) -> Result<Vec<(ProductId, DateTime<Utc>)>> {
    let last = || Expr::col(orders::Column::PlacedAt.as_column_ref()).max();
    let select = lines_of(customer)
        .column_as(last(), "last")
        .group_by(variant::Column::ProductId)
        .order_by(last(), Order::Desc)
        .order_by_asc(variant::Column::ProductId)
        .limit(most);
    Ok(select.into_tuple().all(db).await?)
}

/// Which of `products` a customer bought, however long ago.
///
/// # Errors
/// Those of the database.
pub async fn owned_of(db: &Db, customer: CustomerId, products: &[ProductId]) -> Result<Vec<ProductId>> {
    let select = lines_of(customer)
        .filter(any_of(db, variant::Column::ProductId, products))
        .distinct();
    Ok(select.into_tuple().all(db).await?)
}

/// The products of the lines of a customer's orders.
fn lines_of(customer: CustomerId) -> Select<order_line::Entity> {
    let on_order = Expr::col(orders::Column::Id.as_column_ref()).equals(order_line::Column::OrderId.as_column_ref());
    let on_variant =
        Expr::col(variant::Column::Id.as_column_ref()).equals(order_line::Column::VariantId.as_column_ref());
    let mut select = order_line::Entity::find()
        .select_only()
        .column(variant::Column::ProductId)
        .filter(orders::Column::CustomerId.eq(customer))
        .filter(not_cancelled());
    QuerySelect::query(&mut select)
        .join(JoinType::InnerJoin, orders::Entity, Condition::all().add(on_order))
        .join(JoinType::InnerJoin, variant::Entity, Condition::all().add(on_variant));
    select
}

/// The categories of products, as far as they have one.
///
/// # Errors
/// Those of the database.
pub async fn categories_of(db: &Db, products: &[ProductId]) -> Result<HashMap<ProductId, entity::CategoryId>> {
    let rows = product::Entity::find()
        .select_only()
        .columns([product::Column::Id, product::Column::CategoryId])
        .filter(product::Column::CategoryId.is_not_null())
        .filter(any_of(db, product::Column::Id, products));
    Ok(rows.into_tuple().all(db).await?.into_iter().collect())
}

/// The products in a cart, in the order in which they came.
///
/// # Errors
/// Those of the database.
pub async fn products_of_cart(db: &Db, cart: entity::CartId) -> Result<Vec<ProductId>> {
    use entity::cart::cart_line;
    let lines = cart_line::Entity::find()
        .select_only()
        .column(cart_line::Column::VariantId)
        .filter(cart_line::Column::CartId.eq(cart))
        .order_by_asc(cart_line::Column::CreatedAt)
        .order_by_asc(cart_line::Column::Id);
    let variants: Vec<entity::VariantId> = lines.into_tuple().all(db).await?;
    let of = catalog::products_of_variants(db, &variants).await?;
    let mut products: Vec<ProductId> = Vec::new();
    for product in variants.iter().filter_map(|variant| of.get(variant)) {
        if !products.contains(product) {
            products.push(*product);
        }
    }
    Ok(products)
}

/// Orders since `since` with what they hold and who bought it, for what counts lately.
///
/// # Errors
/// Those of the database.
pub async fn orders_since(db: &Db, since: DateTime<Utc>, most: u64) -> Result<Vec<Sale>> {
    let rows = orders::Entity::find()
        .select_only()
        .columns([
            orders::Column::Id,
            orders::Column::ChannelId,
            orders::Column::CustomerId,
            orders::Column::PlacedAt,
        ])
        .filter(orders::Column::PlacedAt.gt(since))
        .filter(not_cancelled())
        .order_by_desc(orders::Column::PlacedAt)
        .order_by_desc(orders::Column::Id)
        .limit(most);
    let rows: Vec<(OrderId, entity::ChannelId, Option<CustomerId>, DateTime<Utc>)> = rows.into_tuple().all(db).await?;
    let mut products: HashMap<OrderId, Vec<ProductId>> = HashMap::new();
    for page in rows.chunks(ORDERS as usize) {
        let ids: Vec<OrderId> = page.iter().map(|row| row.0).collect();
        let lines = lines().filter(any_of(db, order_line::Column::OrderId, &ids));
        for (order, product) in lines.into_tuple::<(OrderId, ProductId)>().all(db).await? {
            products.entry(order).or_default().push(product);
        }
    }
    let sale = |(order, channel, customer, at): (OrderId, _, Option<CustomerId>, _)| Sale {
        channel,
        buyer: customer.map_or(order.uuid(), TypedId::uuid).as_u128(),
        at,
        products: products.remove(&order).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(sale).collect())
}

/// An order, for what counts lately.
#[derive(Clone, Debug)]
pub struct Sale {
    /// Where it was placed.
    pub channel: entity::ChannelId,
    /// Who placed it: the customer, or nobody but this order.
    pub buyer: u128,
    /// When.
    pub at: DateTime<Utc>,
    /// What it holds; a product may come twice.
    pub products: Vec<ProductId>,
}

/// When the last order was placed.
///
/// # Errors
/// Those of the database.
pub async fn last_order(db: &Db) -> Result<Option<DateTime<Utc>>> {
    let last = orders::Entity::find()
        .select_only()
        .column(orders::Column::PlacedAt)
        .filter(not_cancelled())
        .order_by_desc(orders::Column::PlacedAt)
        .limit(1);
    Ok(last.into_tuple().one(db).await?)
}
