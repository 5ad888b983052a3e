//! Queries of the catalogue.

use async_graphql::{Context, Enum, InputObject, Object, OneofObject, Result};
use entity::{CategoryId, CollectionId, ProductId, VariantId};

use crate::catalog::filter::Filter;
use crate::catalog::graphql::batch::ProductKey;
use crate::catalog::graphql::groups::{CategoryObject, CollectionObject};
use crate::catalog::graphql::types::{ProductObject, VariantObject};
use crate::catalog::list::{self, ListError, ProductList, ProductSort, SortField};
use crate::catalog::{offer, query};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::id::Gid;
use crate::graphql::page::{Connection, Count, Known};
use crate::graphql::scalar::Decimal;
use crate::platform::locale::message;
use crate::platform::money::{Currency, Money};
use crate::platform::page::{Page, PageArgs};

/// What products are sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "SortField")]
pub enum ProductSortField {
    /// By name.
    Name,
    /// By lowest price in the channel.
    Price,
    /// By the time they were made.
    CreatedAt,
    /// By units sold in the channel.
    BestSelling,
}

/// Up or down.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortDirection {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

/// An order of products.
#[derive(InputObject, Clone, Copy, Debug)]
#[graphql(name = "ProductSort")]
pub struct ProductSortInput {
    /// What is sorted by.
    field: ProductSortField,
    /// Up or down.
    #[graphql(default_with = "SortDirection::Asc")]
    direction: SortDirection,
}

impl From<ProductSortInput> for ProductSort {
    fn from(input: ProductSortInput) -> Self {
        Self {
            field: input.field.into(),
            descending: input.direction == SortDirection::Desc,
        }
    }
}

/// A range of amounts in the currency of the channel, both ends included.
#[derive(InputObject, Clone, Debug)]
pub struct PriceFilter {
    /// At least.
    gte: Option<Decimal>,
    /// At most.
    lte: Option<Decimal>,
}

/// An attribute with any of some values.
#[derive(InputObject, Clone, Debug)]
pub struct AttributeFilter {
    /// Name of the attribute.
    key: String,
    /// Any of these; case does not matter.
    values: Vec<String>,
}

/// A filter of products. Fields of one object must all hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ProductWhere {
    /// In the category or below it.
    category_id: Option<Gid<CategoryId>>,
    /// Of the brand.
    brand: Option<String>,
    /// With the tag.
    tag: Option<String>,
    /// Whether a variant can be bought now.
    available_for_sale: Option<bool>,
    /// Whose lowest price lies in the range.
    price: Option<PriceFilter>,
    /// With one of the values of an attribute.
    attribute: Option<AttributeFilter>,
    /// All of these.
    #[graphql(name = "AND")]
    and: Option<Vec<ProductWhere>>,
    /// Any of these.
    #[graphql(name = "OR")]
    or: Option<Vec<ProductWhere>>,
    /// Not this.
    #[graphql(name = "NOT")]
    not: Option<Box<ProductWhere>>,
}

impl ProductWhere {
    fn filter(self, currency: Currency) -> Result<Filter, ApiError> {
        let amount = |field: &str, value: Option<Decimal>| {
            let parse = |d: Decimal| Money::parse(&d.0, currency).map(|m| m.minor);
            value.map(parse).transpose().map_err(|e| {
                ApiError::bad_input(message!(
                    "at",
                    place = format!("where.price.{field}"),
                    reason = e.message()
                ))
            })
        };
        let mut all = Vec::new();
        all.extend(self.category_id.map(|id| Filter::Category(id.0)));
        all.extend(self.brand.map(Filter::Brand));
        all.extend(self.tag.map(Filter::Tag));
        all.extend(self.available_for_sale.map(Filter::Available));
        if let Some(price) = self.price {
            all.push(Filter::Price {
                gte: amount("gte", price.gte)?,
                lte: amount("lte", price.lte)?,
            });
        }
        all.extend(self.attribute.map(|a| Filter::Attribute {
            key: a.key,
            values: a.values,
        }));
        let each = |filters: Vec<Self>| {
            filters
                .into_iter()
                .map(|f| f.filter(currency))
                .collect::<Result<Vec<_>, _>>()
        };
        if let Some(filters) = self.and {
            all.push(Filter::All(each(filters)?));
        }
        if let Some(filters) = self.or {
            all.push(Filter::Any(each(filters)?));
        }
        if let Some(filter) = self.not {
            all.push(Filter::Not(Box::new(filter.filter(currency)?)));
        }
        Ok(Filter::All(all))
    }
}

/// Names a product: exactly one field.
#[derive(OneofObject)]
pub enum ProductBy {
    /// By global id.
    Id(Gid<ProductId>),
    /// By its name in addresses.
    Slug(String),
    /// By the SKU of one of its variants.
    Sku(String),
}

/// Names a category: exactly one field.
#[derive(OneofObject)]
pub enum CategoryBy {
    /// By global id.
    Id(Gid<CategoryId>),
    /// By its name in addresses.
    Slug(String),
}

/// Names a collection: exactly one field.
#[derive(OneofObject)]
pub enum CollectionBy {
    /// By global id.
    Id(Gid<CollectionId>),
    /// By its name in addresses.
    Slug(String),
}

struct CountProducts(ProductList);

#[async_trait::async_trait]
impl Count for CountProducts {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        let app = ctx.app();
        let tree = app.categories.tree(&app.db).await?;
        Ok(list::count(&app.db, ctx.scope(), &tree, &self.0).await?)
    }
}

pub(super) async fn product_connection(
    ctx: &Context<'_>,
    list: ProductList,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<ProductObject>> {
    let (app, scope) = (ctx.app(), ctx.scope());
    let args = PageArgs::new(first, after, scope.viewer.is_staff())?;
    let tree = app.categories.tree(&app.db).await?;
    let page = match list::list(&app.db, scope, &tree, &list, &args).await {
        Ok(page) => page,
        Err(ListError::Page(error)) => return Err(error.into()),
        Err(ListError::Fault(fault)) => return Err(fault.into()),
    };
    Ok(Connection::new(page, ProductObject, CountProducts(list)))
}

/// Queries of the catalogue.
#[derive(Default)]
pub struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// Products of the channel.
    #[graphql(cache_control(max_age = 60))]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Products a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
        #[graphql(name = "where", desc = "Only these.")] filter: Option<ProductWhere>,
        #[graphql(desc = "Order; newest first when not given.")] sort: Option<ProductSortInput>,
    ) -> Result<Connection<ProductObject>> {
        let filter = filter.map(|f| f.filter(ctx.scope().channel.currency)).transpose()?;
        if let Some(filter) = &filter {
            filter
                .check()
                .map_err(|e| ApiError::bad_input(message!("at", place = "where", reason = e.message())))?;
        }
        let sort = sort.map(Into::into).unwrap_or_default();
        product_connection(
            ctx,
            ProductList {
                filter,
                collection: None,
                sort,
            },
            first,
            after,
        )
        .await
    }

    /// A product, or null when there is none that the viewer may see.
    #[graphql(cache_control(max_age = 60))]
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: ProductBy,
    ) -> Result<Option<ProductObject>> {
        let (db, scope) = (&ctx.app().db, ctx.scope());
        let found = match by {
            ProductBy::Id(id) => ctx.batch(ProductKey(id.0)).await?,
            ProductBy::Slug(slug) => query::product_by_slug(db, scope, &slug).await?,
            ProductBy::Sku(sku) => query::product_by_sku(db, scope, &sku).await?,
        };
        Ok(found.map(ProductObject))
    }

    /// A variant, or null when there is none that the viewer may see.
    #[graphql(cache_control(max_age = 60))]
    async fn product_variant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Gid<VariantId>,
    ) -> Result<Option<VariantObject>> {
        Ok(offer::variant_by_id(&ctx.app().db, ctx.scope(), id.0)
            .await?
            .map(Into::into))
    }

    /// All categories, parents before their children.
    #[graphql(cache_control(max_age = 60))]
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Categories a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
        #[graphql(desc = "Only those without a parent.", default = false)] roots_only: bool,
    ) -> Result<Connection<CategoryObject>> {
        let app = ctx.app();
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let tree = app.categories.tree(&app.db).await?;
        let rows = if roots_only {
            tree.children(None).to_vec()
        } else {
            tree.in_order()
        };
        let total = Known(rows.len());
        let page = Page::from_slice(&args, "categories", rows, |c| c.id)?;
        Ok(Connection::new(page, CategoryObject, total))
    }

    /// A category, or null when there is none.
    #[graphql(cache_control(max_age = 60))]
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: CategoryBy,
    ) -> Result<Option<CategoryObject>> {
        let app = ctx.app();
        let tree = app.categories.tree(&app.db).await?;
        let found = match by {
            CategoryBy::Id(id) => tree.get(id.0),
            CategoryBy::Slug(slug) => tree.by_slug(&slug),
        };
        Ok(found.cloned().map(CategoryObject))
    }

    /// A collection, or null when there is none.
    #[graphql(cache_control(max_age = 60))]
    async fn collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: CollectionBy,
    ) -> Result<Option<CollectionObject>> {
        let db = &ctx.app().db;
        let found = match by {
            CollectionBy::Id(id) => query::collection_by(db, Some(id.0), None).await?,
            CollectionBy::Slug(slug) => query::collection_by(db, None, Some(&slug)).await?,
        };
        Ok(found.map(CollectionObject))
    }
}
