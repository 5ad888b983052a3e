//! Reads of the catalogue for lists: what a channel shows, and the leaders of categories and brands.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::catalog::product::ProductStatus;
use entity::catalog::{product, product_listing};
use entity::{CategoryId, ChannelId, ProductId};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult};

use crate::app::App;
use crate::catalog::{self, Filter, ListError, ProductList, ProductSort, SortField};
use crate::channel::{Channel, Scope};
use crate::platform::cache::Cache;
use crate::platform::db::{any_of, any_text};
use crate::platform::error::{Fault, Result};
use crate::platform::page::PageArgs;
use crate::platform::viewer::Viewer;
use crate::recommendation::slot::Shown;

/// Recommendations at once at most.
pub const RECOMMENDATIONS_MAX: usize = 50;
/// Leaders of a group that are kept: enough for a full answer without the product itself.
const LEADERS: usize = 64;
/// Groups whose leaders are remembered.
const GROUPS: u64 = 10_000;

/// Products that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Those of a category.
    Category(CategoryId),
    /// Those of a brand.
    Brand(String),
    /// All of the channel.
    All,
}

/// One of the best of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leader {
    /// The product.
    pub product: ProductId,
    /// Its category.
    pub category: Option<CategoryId>,
    /// Whether it can be bought.
    pub available: bool,
    /// Units sold in the channel.
    pub sold: i64,
}

/// The leaders of large groups, remembered for a few seconds: to find them, the whole group must be looked at. Small
/// groups are looked at each time, so that a new product shows at once where there are few.
#[derive(Clone)]
pub struct Leaders(Cache<(ChannelId, Group), Vec<Leader>>);

impl Default for Leaders {
    fn default() -> Self {
        Self(Cache::new(GROUPS))
    }
}

/// The leaders of `groups`, in one statement at most: in each what can be bought first, then what sells best.
///
/// # Errors
/// Those of the database.
pub async fn leaders(
    app: &App,
    channel: &Arc<Channel>,
    groups: BTreeSet<Group>,
) -> Result<HashMap<Group, Vec<Leader>>> {
    let mut leaders: HashMap<Group, Vec<Leader>> = HashMap::new();
    let mut missing = Vec::new();
    for group in groups {
        match app.leaders.0.peek(&(channel.id, group.clone())).await {
            Some(known) => {
                leaders.insert(group, known.to_vec());
            }
            None => missing.push(group),
        }
    }
    for (group, found) in load(app, channel, &missing).await? {
        if found.len() >= LEADERS {
            app.leaders.0.insert((channel.id, group.clone()), found.clone()).await;
        }
        leaders.insert(group, found);
    }
    Ok(leaders)
}

#[derive(FromQueryResult)]
struct Row {
    kind: i32,
    id: ProductId,
    category_id: Option<CategoryId>,
    brand: Option<String>,
    available: bool,
    units_sold: i64,
}

/// The leaders of `groups`, in order, in one statement.
async fn load(app: &App, channel: &Arc<Channel>, groups: &[Group]) -> Result<HashMap<Group, Vec<Leader>>> {
    let db = &app.db;
    let (mut categories, mut brands, mut parts, mut leading) = (Vec::new(), Vec::new(), Vec::new(), None);
    for group in groups {
        match group {
            Group::Category(id) => categories.push(*id),
            Group::Brand(brand) => brands.push(brand.clone()),
            Group::All => leading = Some(best_selling(app, channel).await?),
        }
    }
    if !categories.is_empty() {
        let rule = any_of(db, product::Column::CategoryId, &categories);
        parts.push(ranked(channel, "category_id", 0, rule));
    }
    if !brands.is_empty() {
        let rule = any_text(db, product::Column::Brand, &brands);
        parts.push(ranked(channel, "brand", 1, rule));
    }
    let mut leaders: HashMap<Group, Vec<Leader>> = groups.iter().map(|g| (g.clone(), Vec::new())).collect();
    leaders.extend(leading.map(|leading| (Group::All, leading)));
    let mut parts = parts.into_iter();
    let Some(mut select) = parts.next() else {
        return Ok(leaders);
    };
    for part in parts {
        select.union(UnionType::All, part);
    }
    select.order_by(Alias::new("place"), sea_orm::Order::Asc);
    for row in db.query_all(&select).await? {
        let row = Row::from_query_result(&row, "")?;
        let group = match row.kind {
            0 => row.category_id.map(Group::Category),
            _ => row.brand.map(Group::Brand),
        };
        if let Some(found) = group.and_then(|group| leaders.get_mut(&group)) {
            found.push(Leader {
                product: row.id,
                category: row.category_id,
                available: row.available,
                sold: row.units_sold,
            });
        }
    }
    Ok(leaders)
}

/// What can be bought and sells best in the channel. Walks the index of sales, and stops when there are enough.
async fn best_selling(app: &App, channel: &Arc<Channel>) -> Result<Vec<Leader>> {
    let list = ProductList {
        filter: Some(Filter::Available(true)),
        sort: ProductSort {
            field: SortField::BestSelling,
            descending: true,
        },
        ..ProductList::default()
    };
    let args = PageArgs {
        first: LEADERS,
        after: None,
    };
    let scope = Scope {
        channel: Arc::clone(channel),
        viewer: Viewer::Anonymous,
    };
    let tree = app.categories.tree(&app.db).await?;
    let page = match catalog::list(&app.db, &scope, &tree, &list, &args).await {
        Ok(page) => page,
        Err(ListError::Page(error)) => return Err(Fault::part("best-selling list", error)),
        Err(ListError::Fault(fault)) => return Err(fault),
    };
    let leaders = page.rows.into_iter().map(|(_, row)| Leader {
        product: row.product.id,
        category: row.product.category_id,
        available: true,
        sold: row.units_sold,
    });
    Ok(leaders.collect())
}

/// Products of the channel that shoppers see and for which `rule` holds.
fn listed(channel: &Channel, rule: SimpleExpr) -> SelectStatement {
    Query::select()
        .column(product::Column::Id.as_column_ref())
        .column(product::Column::CategoryId.as_column_ref())
        .column(product::Column::Brand.as_column_ref())
        .column(product_listing::Column::UnitsSold.as_column_ref())
        .expr_as(catalog::is_available(channel), Alias::new("available"))
        .from(product::Entity)
        .inner_join(
            product_listing::Entity,
            Expr::col(product_listing::Column::ProductId.as_column_ref())
                .equals(product::Column::Id.as_column_ref())
                .and(product_listing::Column::ChannelId.eq(channel.id)),
        )
        .and_where(rule)
        .and_where(product::Column::Status.eq(ProductStatus::Active))
        .and_where(product_listing::Column::Published.eq(true))
        .and_where(product_listing::Column::MinPrice.is_not_null())
        .to_owned()
}

/// The first [`LEADERS`] products of each group by `column`, with their place in it.
fn ranked(channel: &Channel, column: &'static str, kind: i32, rule: SimpleExpr) -> SelectStatement {
    let place = format!(
        "row_number() OVER (PARTITION BY \"{column}\" ORDER BY \"available\" DESC, \"units_sold\" DESC, \"id\")"
    );
    let columns = ["id", "category_id", "brand", "available", "units_sold"];
    let placed = Query::select()
        .columns(columns.map(Alias::new))
        .expr_as(Expr::cust(place), Alias::new("place"))
        .from_subquery(listed(channel, rule), Alias::new("shown"))
        .to_owned();
    Query::select()
        .columns(columns.map(Alias::new))
        .column(Alias::new("place"))
        .expr_as(Expr::cust(kind.to_string()), Alias::new("kind"))
        .from_subquery(placed, Alias::new("placed"))
        .and_where(Expr::col(Alias::new("place")).lte(LEADERS as i64))
        .to_owned()
}

#[derive(FromQueryResult)]
struct ShownRow {
    id: ProductId,
    category_id: Option<CategoryId>,
    available: bool,
}

/// What the channel shows of `products`, in one statement.
///
/// # Errors
/// Those of the database.
pub(super) async fn shown(app: &App, channel: &Channel, products: &[ProductId]) -> Result<HashMap<ProductId, Shown>> {
    if products.is_empty() {
        return Ok(HashMap::new());
    }
    let select = listed(channel, any_of(&app.db, product::Column::Id, products));
    let rows = app.db.query_all(&select).await?;
    let mut shown = HashMap::new();
    for row in rows {
        let row = ShownRow::from_query_result(&row, "")?;
        let category = row.category_id;
        shown.insert(
            row.id,
            Shown {
                category,
                available: row.available,
            },
        );
    }
    Ok(shown)
}
