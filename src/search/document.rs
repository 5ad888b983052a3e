//! From the database to documents of the index.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::catalog::product::ProductStatus;
use entity::catalog::{product, product_listing, variant, variant_price};
use entity::inventory::stock_level;
use entity::{ChannelId, LocationId, ProductId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::catalog::{self, CategoryTree};
use crate::channel::Channel;
use crate::platform::db::{Db, any_of};
use crate::platform::error::Result;
use crate::search::engine::{Batch, Document};
use crate::search::language::Language;
use crate::search::text::strip_html;
use crate::search::vectors;

/// What the index should hold of `products`: one document for each channel that shows the product.
///
/// # Errors
/// Those of the database.
pub(super) async fn batch(app: &App, products: Vec<ProductId>) -> Result<Batch> {
    let db = &app.db;
    let rows = product::Entity::find()
        .filter(any_of(db, product::Column::Id, &products))
        .filter(product::Column::Status.eq(ProductStatus::Active))
        .all(db)
        .await?;
    let listings = product_listing::Entity::find()
        .filter(any_of(db, product_listing::Column::ProductId, &products))
        .filter(product_listing::Column::Published.eq(true))
        .filter(product_listing::Column::MinPrice.is_not_null())
        .all(db)
        .await?;
    let channels = app.channels.all(db).await?;
    let tree = tree_with(app, &rows).await?;
    let mut variants: HashMap<ProductId, Vec<variant::Model>> = HashMap::new();
    let of_products = variant::Entity::find().filter(any_of(db, variant::Column::ProductId, &products));
    for row in of_products.order_by_asc(variant::Column::Position).all(db).await? {
        variants.entry(row.product_id).or_default().push(row);
    }
    let offers = Offers::load(db, &products).await?;
    let mut attributes = catalog::attributes_of_products(db, &products).await?;
    let mut tags = catalog::tags_of_products(db, &products).await?;
    let mut documents = Vec::with_capacity(rows.len());
    let mut by_product: HashMap<ProductId, Vec<product_listing::Model>> = HashMap::new();
    for listing in listings {
        by_product.entry(listing.product_id).or_default().push(listing);
    }
    for row in rows {
        let variants = variants.remove(&row.id).unwrap_or_default();
        let attributes = attributes.remove(&row.id).unwrap_or_default();
        let common = common(
            &row,
            &tree,
            &variants,
            attributes,
            tags.remove(&row.id).unwrap_or_default(),
        );
        for listing in by_product.remove(&row.id).unwrap_or_default() {
            let Some(channel) = channels.iter().find(|c| c.id == listing.channel_id) else {
                continue;
            };
            documents.push(Document {
                channel: channel.slug.clone(),
                language: Language::of_channel(&app.config.catalogue.languages, &channel.slug),
                price: listing.min_price.unwrap_or_default(),
                units_sold: listing.units_sold,
                available: variants.iter().any(|v| offers.available(v, channel)),
                ..common.clone()
            });
        }
    }
    if let Some(model) = app.search.model() {
        let of = vectors::of_products(db, model, &products).await?;
        for document in &mut documents {
            document.vector = of.get(&document.product).cloned();
        }
    }
    Ok(Batch { products, documents })
}

/// The tree with the categories of `rows`. Another process may have made a category since it was cached, and a product
/// that is indexed without it stays so.
async fn tree_with(app: &App, rows: &[product::Model]) -> Result<Arc<CategoryTree>> {
    let tree = app.categories.tree(&app.db).await?;
    if rows
        .iter()
        .filter_map(|r| r.category_id)
        .all(|id| tree.get(id).is_some())
    {
        return Ok(tree);
    }
    app.categories.clear();
    app.categories.tree(&app.db).await
}

/// What a product is in every channel.
fn common(
    row: &product::Model,
    tree: &CategoryTree,
    variants: &[variant::Model],
    attributes: Vec<catalog::ShownAttribute>,
    tags: Vec<String>,
) -> Document {
    let path = row.category_id.map(|id| tree.path(id)).unwrap_or_default();
    let mut skus: Vec<String> = Vec::new();
    let mut options: Vec<String> = Vec::new();
    for variant in variants {
        skus.push(variant.sku.clone());
        skus.extend(variant.barcode.clone());
        for option in &variant.selected_options.0 {
            if !options.contains(&option.value) {
                options.push(option.value.clone());
            }
        }
    }
    Document {
        product: row.id,
        channel: String::new(),
        language: Language::default(),
        name: row.name.clone(),
        brand: row.brand.clone().filter(|brand| !brand.trim().is_empty()),
        categories: path.iter().map(|c| (c.id, c.name.clone())).collect(),
        description: strip_html(&row.description),
        attributes: attributes.into_iter().map(|a| (a.key, a.value)).collect(),
        options,
        tags,
        skus,
        price: 0,
        available: false,
        units_sold: 0,
        created: row.created_at.timestamp_micros(),
        vector: None,
    }
}

/// Where variants have a price, and where they are in stock.
struct Offers {
    priced: HashSet<(VariantId, ChannelId)>,
    stocked: HashSet<(VariantId, LocationId)>,
}

impl Offers {
    async fn load(db: &Db, products: &[ProductId]) -> Result<Self> {
        let of_products = || {
            Query::select()
                .column(variant::Column::Id)
                .from(variant::Entity)
                .and_where(any_of(db, variant::Column::ProductId, products))
                .to_owned()
        };
        let priced = variant_price::Entity::find()
            .select_only()
            .columns([variant_price::Column::VariantId, variant_price::Column::ChannelId])
            .filter(variant_price::Column::VariantId.in_subquery(of_products()))
            .into_tuple()
            .all(db)
            .await?;
        let claimed = Expr::col(stock_level::Column::Reserved).add(Expr::col(stock_level::Column::Allocated));
        let stocked = stock_level::Entity::find()
            .select_only()
            .columns([stock_level::Column::VariantId, stock_level::Column::LocationId])
            .filter(stock_level::Column::VariantId.in_subquery(of_products()))
            .filter(Expr::col(stock_level::Column::OnHand).gt(claimed))
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            priced: priced.into_iter().collect(),
            stocked: stocked.into_iter().collect(),
        })
    }

    fn available(&self, variant: &variant::Model, channel: &Channel) -> bool {
        let in_stock = || {
            channel
                .locations
                .iter()
                .any(|l| self.stocked.contains(&(variant.id, *l)))
        };
        self.priced.contains(&(variant.id, channel.id)) && (!variant.track_inventory || in_stock())
    }
}

/// The next keys of products behind `after`, for a walk over all of them.
///
/// # Errors
/// Those of the database.
pub(super) async fn next_products(db: &Db, after: Option<ProductId>, limit: u64) -> Result<Vec<ProductId>> {
    let mut select = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .order_by_asc(product::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(product::Column::Id.gt(after));
    }
    Ok(select.into_tuple().all(db).await?)
}

/// The products of variants.
///
/// # Errors
/// Those of the database.
pub(super) async fn products_of(db: &Db, variants: &[VariantId]) -> Result<Vec<ProductId>> {
    let products = variant::Entity::find()
        .select_only()
        .column(variant::Column::ProductId)
        .distinct()
        .filter(any_of(db, variant::Column::Id, variants))
        .into_tuple()
        .all(db)
        .await?;
    Ok(products)
}
