//! What to show beside a product.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::catalog::product::ProductStatus;
use entity::catalog::{product, product_listing};
use entity::{CategoryId, ChannelId, ProductId};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult};

use crate::app::App;
use crate::catalog::{self, ListError, ProductList, ProductSort, SortField};
use crate::channel::{Channel, Scope};
use crate::platform::cache::Cache;
use crate::platform::db::{any_of, any_text};
use crate::platform::error::{Fault, Result};
use crate::platform::page::PageArgs;

/// Recommendations at once at most.
pub const RECOMMENDATIONS_MAX: usize = 50;
/// Leaders of a group that are kept: enough for a full answer without the product itself.
const LEADERS: usize = 64;
/// Groups whose leaders are remembered.
const GROUPS: u64 = 10_000;

/// Why a product is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// It is in the same category.
    SameCategory,
    /// It is of the same brand.
    SameBrand,
    /// It sells best in the channel.
    BestSelling,
}

impl Strategy {
    /// The name that clients see.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameCategory => "same_category",
            Self::SameBrand => "same_brand",
            Self::BestSelling => "best_selling",
        }
    }

    /// The reason for people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::SameCategory => "From the same category",
            Self::SameBrand => "From the same brand",
            Self::BestSelling => "Popular in this shop",
        }
    }
}

/// A recommended product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The product.
    pub product: ProductId,
    /// Why.
    pub strategy: Strategy,
}

/// A product to recommend others for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The product.
    pub product: ProductId,
    /// Its category.
    pub category: Option<CategoryId>,
    /// Its brand.
    pub brand: Option<String>,
}

/// Products that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Group {
    Category(CategoryId),
    Brand(String),
}

/// The leaders of large groups, remembered for a few seconds: to find them, the whole group must be looked at. Small
/// groups are looked at each time, so that a new product shows at once where there are few.
#[derive(Clone)]
pub struct Leaders(Cache<(ChannelId, Group), Vec<ProductId>>);

impl Default for Leaders {
    fn default() -> Self {
        Self(Cache::new(GROUPS))
    }
}

/// Up to [`RECOMMENDATIONS_MAX`] products for each of `sources`, in one statement at most: those of the same category,
/// then those of the same brand; in either what can be bought first, then what sells best.
///
/// # Errors
/// Those of the database.
pub async fn related(app: &App, scope: &Scope, sources: &[Source]) -> Result<HashMap<ProductId, Vec<Pick>>> {
    let groups: BTreeSet<Group> = sources
        .iter()
        .flat_map(|s| {
            s.category
                .map(Group::Category)
                .into_iter()
                .chain(s.brand.clone().map(Group::Brand))
        })
        .collect();
    let channel = &scope.channel;
    let mut leaders: HashMap<Group, Vec<ProductId>> = HashMap::new();
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
    Ok(sources
        .iter()
        .map(|source| (source.product, picks(source, &leaders)))
        .collect())
}

fn picks(source: &Source, leaders: &HashMap<Group, Vec<ProductId>>) -> Vec<Pick> {
    let groups = [
        (source.category.map(Group::Category), Strategy::SameCategory),
        (source.brand.clone().map(Group::Brand), Strategy::SameBrand),
    ];
    let mut seen = HashSet::from([source.product]);
    let mut picks = Vec::new();
    for (group, strategy) in groups {
        let found = group.and_then(|group| leaders.get(&group));
        for product in found.into_iter().flatten() {
            if seen.insert(*product) {
                picks.push(Pick {
                    product: *product,
                    strategy,
                });
            }
        }
    }
    picks.truncate(RECOMMENDATIONS_MAX);
    picks
}

#[derive(FromQueryResult)]
struct Leader {
    by_brand: i32,
    id: ProductId,
    category_id: Option<CategoryId>,
    brand: Option<String>,
}

/// The leaders of `groups`, in order, in one statement.
async fn load(app: &App, channel: &Channel, groups: &[Group]) -> Result<HashMap<Group, Vec<ProductId>>> {
    let db = &app.db;
    let (mut categories, mut brands) = (Vec::new(), Vec::new());
    for group in groups {
        match group {
            Group::Category(id) => categories.push(*id),
            Group::Brand(brand) => brands.push(brand.clone()),
        }
    }
    let mut parts = Vec::new();
    if !categories.is_empty() {
        parts.push(ranked(
            channel,
            "category_id",
            0,
            any_of(db, product::Column::CategoryId, &categories),
        ));
    }
    if !brands.is_empty() {
        parts.push(ranked(
            channel,
            "brand",
            1,
            any_text(db, product::Column::Brand, &brands),
        ));
    }
    let mut parts = parts.into_iter();
    let Some(mut select) = parts.next() else {
        return Ok(HashMap::new());
    };
    for part in parts {
        select.union(UnionType::All, part);
    }
    select.order_by(Alias::new("place"), sea_orm::Order::Asc);
    let mut leaders: HashMap<Group, Vec<ProductId>> = groups.iter().map(|g| (g.clone(), Vec::new())).collect();
    for row in db.query_all(&select).await? {
        let row = Leader::from_query_result(&row, "")?;
        let group = match row.by_brand {
            0 => row.category_id.map(Group::Category),
            _ => row.brand.map(Group::Brand),
        };
        if let Some(found) = group.and_then(|group| leaders.get_mut(&group)) {
            found.push(row.id);
        }
    }
    Ok(leaders)
}

/// The first [`LEADERS`] products of each group by `column`, with their place in it.
fn ranked(channel: &Channel, column: &'static str, by_brand: i32, rule: SimpleExpr) -> SelectStatement {
    let shown = Query::select()
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
        .to_owned();
    let place = format!(
        "row_number() OVER (PARTITION BY \"{column}\" ORDER BY \"available\" DESC, \"units_sold\" DESC, \"id\")"
    );
    let placed = Query::select()
        .columns(["id", "category_id", "brand"].map(Alias::new))
        .expr_as(Expr::cust(place), Alias::new("place"))
        .from_subquery(shown, Alias::new("shown"))
        .to_owned();
    Query::select()
        .columns(["id", "category_id", "brand", "place"].map(Alias::new))
        .expr_as(Expr::cust(by_brand.to_string()), Alias::new("by_brand"))
        .from_subquery(placed, Alias::new("placed"))
        .and_where(Expr::col(Alias::new("place")).lte(LEADERS as i64))
        .to_owned()
}

/// What sells best in the channel.
///
/// # Errors
/// Those of the database.
pub async fn best_selling(app: &App, scope: &Scope) -> Result<Vec<Pick>> {
    let list = ProductList {
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
    let tree = app.categories.tree(&app.db).await?;
    let page = match catalog::list(&app.db, scope, &tree, &list, &args).await {
        Ok(page) => page,
        Err(ListError::Page(error)) => return Err(Fault::part("best-selling list", error)),
        Err(ListError::Fault(fault)) => return Err(fault),
    };
    let products = page.rows.into_iter().map(|(_, row)| Pick {
        product: row.product.id,
        strategy: Strategy::BestSelling,
    });
    Ok(products.collect())
}
