//! Objects of the catalogue: newtypes over its records, so that a column shows only where a field says so.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::catalog::attribute;
use entity::catalog::product::ProductStatus as Status;

use crate::catalog::graphql::batch::{AttributesOf, CollectionsOf, MediaOf, OptionsOf, ProductKey, TagsOf, VariantsOf};
use crate::catalog::graphql::groups::{CategoryObject, CollectionObject};
use crate::catalog::graphql::picture::MediaObject;
use crate::catalog::offer::Variant;
use crate::catalog::query::Listed;
use crate::channel::LocationObject;
use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::graphql::page::{Connection, Known};
use crate::graphql::scalar::{MoneyObject, PriceRangeObject};
use crate::platform::money::Money;
use crate::platform::page::{Page, PageArgs};
use crate::platform::permission::Permission;
use crate::question::{ProductQuestionObject, questions_of};
use crate::recommendation::{RecommendationConnection, RecommendationIntent, ShownTo, recommendations_of};

/// Whether a product is on sale.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum ProductStatus {
    /// Not shown yet.
    Draft,
    /// On sale where it is published.
    Active,
    /// No longer shown.
    Archived,
}

/// What a shop shows: a name, a text, and one or more variants to buy.
#[derive(Clone)]
pub struct ProductObject(pub Listed);

impl ProductObject {
    async fn all_variants(&self, ctx: &Context<'_>) -> Result<Vec<Variant>> {
        Ok(ctx.batch(VariantsOf(self.0.product.id)).await?.unwrap_or_default())
    }
}

/// What a shop shows: a name, a text, and one or more variants to buy.
#[Object(name = "Product")]
impl ProductObject {
    /// Global id, for example `product_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.product.id)
    }

    /// Unique name in addresses.
    async fn slug(&self) -> &str {
        &self.0.product.slug
    }

    /// Name for people.
    async fn name(&self) -> &str {
        &self.0.product.name
    }

    /// HTML.
    async fn description(&self) -> &str {
        &self.0.product.description
    }

    /// Brand or vendor.
    async fn brand(&self) -> Option<&str> {
        self.0.product.brand.as_deref()
    }

    /// Whether it is on sale.
    async fn status(&self) -> ProductStatus {
        self.0.product.status.into()
    }

    /// Counts changes; send it as `expectedVersion` to guard an update.
    async fn version(&self) -> i32 {
        self.0.product.version
    }

    /// Title for search engines.
    async fn seo_title(&self) -> Option<&str> {
        self.0.product.seo_title.as_deref()
    }

    /// Description for search engines.
    async fn seo_description(&self) -> Option<&str> {
        self.0.product.seo_description.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.product.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.product.updated_at
    }

    /// Tags, sorted.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(ctx.batch(TagsOf(self.0.product.id)).await?.unwrap_or_default())
    }

    /// Whether a variant can be bought in the channel now.
    #[graphql(cache_control(max_age = 15))]
    async fn available_for_sale(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.all_variants(ctx).await?.iter().any(|v| v.can_sell(1)))
    }

    /// Lowest and highest price of its variants in the channel; null when it has no price there.
    #[graphql(cache_control(max_age = 15))]
    async fn price_range(&self) -> Option<PriceRangeObject> {
        let (min, max) = self.0.min_price.zip(self.0.max_price)?;
        let money = |minor| Money::new(minor, self.0.currency);
        Some(PriceRangeObject {
            min: money(min),
            max: money(max),
        })
    }

    /// Pictures in order.
    async fn media(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Pictures at most, 0 to 100.", default = 20)] first: i32,
    ) -> Result<Vec<MediaObject>> {
        let first = PageArgs::new(Some(first), None, ctx.scope().viewer.is_staff())?.first;
        let all = ctx.batch(MediaOf(self.0.product.id)).await?.unwrap_or_default();
        Ok(all.into_iter().take(first).map(MediaObject).collect())
    }

    /// Variants in order.
    async fn variants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Variants at most, 0 to 100.", default = 20)] first: i32,
    ) -> Result<Vec<VariantObject>> {
        let first = PageArgs::new(Some(first), None, ctx.scope().viewer.is_staff())?.first;
        Ok(self
            .all_variants(ctx)
            .await?
            .into_iter()
            .take(first)
            .map(Into::into)
            .collect())
    }

    /// Options with their values.
    async fn options(&self, ctx: &Context<'_>) -> Result<Vec<ProductOptionObject>> {
        let options = ctx.batch(OptionsOf(self.0.product.id)).await?.unwrap_or_default();
        Ok(options
            .into_iter()
            .map(|o| ProductOptionObject {
                id: global_id(o.id),
                name: o.name,
                values: o.values.0,
            })
            .collect())
    }

    /// Typed attributes, by name.
    async fn attributes(&self, ctx: &Context<'_>) -> Result<Vec<ProductAttributeObject>> {
        let rows = ctx.batch(AttributesOf(self.0.product.id)).await?.unwrap_or_default();
        let mut attributes: Vec<ProductAttributeObject> = Vec::new();
        for row in rows {
            match attributes.last_mut().filter(|last| last.key == row.key) {
                Some(last) => {
                    last.values.push(row.value);
                    last.numbers.extend(row.number);
                }
                None => attributes.push(ProductAttributeObject {
                    key: row.key,
                    name: row.name,
                    kind: row.kind.into(),
                    values: vec![row.value],
                    numbers: row.number.into_iter().collect(),
                }),
            }
        }
        Ok(attributes)
    }

    /// Its category.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<CategoryObject>> {
        let Some(id) = self.0.product.category_id else {
            return Ok(None);
        };
        let app = ctx.app();
        Ok(app.categories.tree(&app.db).await?.get(id).cloned().map(CategoryObject))
    }

    /// Products to show beside it.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are to do; RELATED when not given.")] intent: Option<RecommendationIntent>,
        #[graphql(desc = "Products at most, 0 to 50; 12 when not given.")] first: Option<i32>,
        #[graphql(desc = "The name of the visit that they are shown to, for experiments.")] session_id: Option<String>,
        #[graphql(
            default,
            desc = "Whether the visitor agreed that what they are shown is kept; without it no experiment."
        )]
        consent: bool,
    ) -> Result<Option<RecommendationConnection>> {
        let asked = (intent.unwrap_or(RecommendationIntent::Related), first);
        let list = recommendations_of(ctx, &self.0.product, asked, ShownTo::new(session_id, consent));
        Ok(Some(Box::pin(list).await?))
    }

    /// What shoppers asked about it in the channel, as far as it is published; newest first.
    async fn questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Questions a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<ProductQuestionObject>> {
        questions_of(ctx, self.0.product.id, first, after).await
    }

    /// Collections that hold it, by name.
    async fn collections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Collections a page, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<CollectionObject>> {
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let all = ctx.batch(CollectionsOf(self.0.product.id)).await?.unwrap_or_default();
        let total = Known(all.len());
        let page = Page::from_slice(&args, "product.collections", all, |c| c.id)?;
        Ok(Connection::new(page, CollectionObject, total))
    }
}

/// What is bought: one combination of option values with its SKU; beside it its product, where that is at hand.
#[derive(Clone)]
pub struct VariantObject(pub Variant, pub Option<Listed>);

impl From<Variant> for VariantObject {
    fn from(variant: Variant) -> Self {
        Self(variant, None)
    }
}

/// What is bought: one combination of option values with its SKU.
#[Object(name = "ProductVariant")]
impl VariantObject {
    /// Global id, for example `variant_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.row.id)
    }

    /// Unique stock keeping unit.
    async fn sku(&self) -> &str {
        &self.0.row.sku
    }

    /// Option values joined, for example `Red / M`; empty for the only variant of a product.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// The picture that shows this very variant; null when there is none.
    async fn image(&self, ctx: &Context<'_>) -> Result<Option<MediaObject>> {
        let all = ctx.batch(MediaOf(self.0.row.product_id)).await?.unwrap_or_default();
        let own = all
            .into_iter()
            .find(|picture| picture.variant_id == Some(self.0.row.id));
        Ok(own.map(MediaObject))
    }

    /// EAN, UPC or ISBN.
    async fn barcode(&self) -> Option<&str> {
        self.0.row.barcode.as_deref()
    }

    /// Weight in grams.
    async fn weight_grams(&self) -> i64 {
        self.0.row.weight_grams
    }

    /// One value an option.
    async fn selected_options(&self) -> Vec<SelectedOptionObject> {
        let chosen = self.0.row.selected_options.0.iter();
        chosen
            .map(|o| SelectedOptionObject {
                name: o.name.clone(),
                value: o.value.clone(),
            })
            .collect()
    }

    /// Price in the channel; null when it is not sold there.
    #[graphql(cache_control(max_age = 15))]
    async fn price(&self) -> Option<MoneyObject> {
        self.0.price().map(Into::into)
    }

    /// Former price in the channel, to show struck out.
    #[graphql(cache_control(max_age = 15))]
    async fn compare_at_price(&self) -> Option<MoneyObject> {
        self.0.compare_at.map(|minor| Money::new(minor, self.0.currency).into())
    }

    /// Whether it can be bought in the channel now.
    #[graphql(cache_control(max_age = 15))]
    async fn available_for_sale(&self) -> bool {
        self.0.can_sell(1)
    }

    /// Units that the channel can sell now; null when stock does not limit its sale.
    #[graphql(cache_control(max_age = 15))]
    async fn quantity_available(&self) -> Option<i32> {
        self.0
            .row
            .track_inventory
            .then(|| i32::try_from(self.0.available).unwrap_or(i32::MAX))
    }

    /// Its product; null when that is not on sale.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<ProductObject>> {
        if let Some(product) = &self.1 {
            return Ok(Some(ProductObject(product.clone())));
        }
        Ok(ctx.batch(ProductKey(self.0.row.product_id)).await?.map(ProductObject))
    }

    /// Stock by location. Staff only: `inventory.read`.
    #[graphql(
        guard = "Needs(Permission::InventoryRead)",
        visible = "visible::inventory_read",
        cache_control(no_cache, private)
    )]
    async fn stock(&self, ctx: &Context<'_>) -> Result<Vec<StockObject>> {
        let levels = ctx
            .batch(crate::inventory::StockKey(self.0.row.id))
            .await?
            .unwrap_or_default();
        let mut stock = Vec::with_capacity(levels.len());
        for level in levels {
            let Some(location) = ctx.batch(crate::channel::LocationKey(level.location_id)).await? else {
                continue;
            };
            stock.push(StockObject {
                location: LocationObject(location),
                on_hand: level.on_hand,
                reserved: level.reserved,
                allocated: level.allocated,
                available: level.on_hand - level.reserved - level.allocated,
            });
        }
        Ok(stock)
    }
}

/// Stock of a variant at a location.
#[derive(SimpleObject)]
#[graphql(name = "Stock")]
pub struct StockObject {
    /// The location.
    location: LocationObject,
    /// Units in the building.
    on_hand: i64,
    /// Units claimed by running payments.
    reserved: i64,
    /// Units sold and not yet sent.
    allocated: i64,
    /// Units that can still be sold: `onHand - reserved - allocated`.
    available: i64,
}

/// An option and the value a variant has.
#[derive(SimpleObject)]
#[graphql(name = "SelectedOption")]
pub struct SelectedOptionObject {
    /// Name of the option.
    name: String,
    /// Value of the option.
    value: String,
}

/// An option of a product, such as colour.
#[derive(SimpleObject)]
#[graphql(name = "ProductOption")]
pub struct ProductOptionObject {
    /// Global id.
    id: ID,
    /// Name.
    name: String,
    /// Values in order.
    values: Vec<String>,
}

/// Type of an attribute.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "attribute::AttributeKind")]
pub enum AttributeKind {
    /// Free text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
}

/// A typed attribute of a product.
#[derive(SimpleObject)]
#[graphql(name = "ProductAttribute")]
pub struct ProductAttributeObject {
    /// Name in filters.
    key: String,
    /// Name for people.
    name: String,
    /// Type.
    kind: AttributeKind,
    /// Values as shown.
    values: Vec<String>,
    /// Values of a number attribute as numbers.
    numbers: Vec<f64>,
}
