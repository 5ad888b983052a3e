//! Writing products: many at once, each wholly or not at all.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::catalog::product_option::OptionValues;
use entity::catalog::variant::SelectedOptions;
use entity::catalog::{media, product, product_listing, product_option, product_tag, variant, variant_price};
use entity::{ChannelId, ProductId, VariantId};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QuerySelect};

use crate::catalog::attribute::NewAttribute;
use crate::catalog::clear_children::{Cleared, clear_children, refresh_ranges};
use crate::catalog::draft::{Draft, DraftError};
use crate::catalog::events::ProductsChanged;
use crate::catalog::save_attributes::attribute_rows;
use crate::platform::db::{Tx, any_text, insert_all, upsert_all};
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::id::Ids;
use crate::platform::locale::{Message, message};

/// Why a product was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum SaveError {
    /// The draft is wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Draft(Vec<DraftError>),
    /// Another product has the slug.
    SlugTaken(String),
    /// Another product has the SKU.
    SkuTaken(String),
}

impl SaveError {
    /// What it says to people; of a wrong draft the first thing that is wrong.
    pub fn message(&self) -> Message {
        match self {
            Self::Draft(errors) => errors.first().map_or_else(|| message!("failed"), DraftError::message),
            Self::SlugTaken(slug) => message!("slug-taken", slug = slug.as_str()),
            Self::SkuTaken(sku) => message!("sku-taken", sku = sku.as_str()),
        }
    }
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The product.
    pub product: ProductId,
    /// Its variants by SKU; empty when nothing was written.
    pub variants: Vec<(String, VariantId)>,
    /// What was done.
    pub outcome: Outcome,
}

/// What was done with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The product is new.
    Created,
    /// The product was there and was changed.
    Updated,
    /// The product was there, from the same source.
    Unchanged,
}

/// Writes a product that must not be there yet.
pub(crate) async fn create(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    draft: Draft,
) -> Result<std::result::Result<Saved, SaveError>> {
    let taken = product::Entity::find()
        .filter(product::Column::Slug.eq(draft.slug.as_str()))
        .one(tx)
        .await?;
    if taken.is_some() {
        return Ok(Err(SaveError::SlugTaken(draft.slug)));
    }
    let slug = draft.slug.clone();
    let mut results = import_batch(tx, ids, now, vec![draft]).await?;
    match results.pop().ok_or(Fault::Invariant("a draft without a result"))? {
        // Somebody made it since that look: the batch has found it and changed it. The caller takes that back.
        Ok(saved) if saved.outcome != Outcome::Created => Ok(Err(SaveError::SlugTaken(slug))),
        result => Ok(result),
    }
}

/// Writes products by slug: new ones are made, known ones become what the draft says. A wrong draft is reported in its
/// place and hinders no other. Drafts of one batch have different slugs.
pub(crate) async fn import_batch(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    drafts: Vec<Draft>,
) -> Result<Vec<std::result::Result<Saved, SaveError>>> {
    let slugs: Vec<String> = drafts.iter().map(|d| d.slug.clone()).collect();
    let known: HashMap<String, product::Model> = product::Entity::find()
        .filter(any_text(tx, product::Column::Slug, &slugs))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.slug.clone(), row))
        .collect();
    let mut owners = owners_of(tx, &drafts).await?;

    let mut results = Vec::with_capacity(drafts.len());
    let mut batch = Batch::default();
    for draft in drafts {
        let old = known.get(&draft.slug);
        if let (Some(old), Some(_)) = (old, &draft.content_hash)
            && old.content_hash == draft.content_hash
        {
            results.push(Ok(Saved {
                product: old.id,
                variants: Vec::new(),
                outcome: Outcome::Unchanged,
            }));
            continue;
        }
        if let Err(errors) = draft.check() {
            results.push(Err(SaveError::Draft(errors)));
            continue;
        }
        let id = old.map_or_else(|| ids.new_id(), |row| row.id);
        if let Some(foreign) = foreign_sku(&draft, id, &owners) {
            results.push(Err(SaveError::SkuTaken(foreign)));
            continue;
        }
        let variants = batch.add(ids, now, id, old, draft, &mut owners);
        let outcome = if old.is_some() {
            Outcome::Updated
        } else {
            Outcome::Created
        };
        results.push(Ok(Saved {
            product: id,
            variants,
            outcome,
        }));
    }
    batch.write(tx, ids).await?;
    Ok(results)
}

/// Makes a product, whose own row is written already, what the draft says: its options, variants, prices in `channel`,
/// tags and attributes. Its pictures stay, and so do prices in other channels.
pub(super) async fn rewrite(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    (old, draft): (&product::Model, Draft),
    channel: ChannelId,
) -> Result<std::result::Result<Saved, SaveError>> {
    if let Err(errors) = draft.check() {
        return Ok(Err(SaveError::Draft(errors)));
    }
    let mut owners = owners_of(tx, std::slice::from_ref(&draft)).await?;
    if let Some(foreign) = foreign_sku(&draft, old.id, &owners) {
        return Ok(Err(SaveError::SkuTaken(foreign)));
    }
    let mut batch = Batch {
        by_staff: true,
        channels: BTreeSet::from([channel]),
        ..Batch::default()
    };
    let variants = batch.add(ids, now, old.id, Some(old), draft, &mut owners);
    batch.changed_products.clear();
    batch.write(tx, ids).await?;
    Ok(Ok(Saved {
        product: old.id,
        variants,
        outcome: Outcome::Updated,
    }))
}

/// Who has the SKUs of `drafts`.
async fn owners_of(tx: &Tx, drafts: &[Draft]) -> Result<HashMap<String, (ProductId, VariantId)>> {
    let skus: Vec<String> = drafts
        .iter()
        .flat_map(|d| d.variants.iter().map(|v| v.sku.clone()))
        .collect();
    let rows = variant::Entity::find()
        .select_only()
        .columns([variant::Column::Sku, variant::Column::ProductId, variant::Column::Id])
        .filter(any_text(tx, variant::Column::Sku, &skus))
        .into_tuple::<(String, ProductId, VariantId)>()
        .all(tx)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(sku, product, variant)| (sku, (product, variant)))
        .collect())
}

/// A SKU of `draft` that belongs to another product than `id`.
fn foreign_sku(draft: &Draft, id: ProductId, owners: &HashMap<String, (ProductId, VariantId)>) -> Option<String> {
    let mut skus = draft.variants.iter().map(|v| &v.sku);
    let foreign = skus.find(|sku| owners.get(*sku).is_some_and(|(owner, _)| *owner != id));
    foreign.cloned()
}

/// The rows of a batch, collected so that each table is written with one statement.
#[derive(Default)]
struct Batch {
    new_products: Vec<product::ActiveModel>,
    changed_products: Vec<product::ActiveModel>,
    changed_ids: Vec<ProductId>,
    new_variants: Vec<variant::ActiveModel>,
    changed_variants: Vec<variant::ActiveModel>,
    kept_variants: Vec<VariantId>,
    listings: Vec<product_listing::ActiveModel>,
    prices: Vec<variant_price::ActiveModel>,
    options: Vec<product_option::ActiveModel>,
    tags: Vec<product_tag::ActiveModel>,
    media: Vec<media::ActiveModel>,
    attributes: Vec<(ProductId, Vec<NewAttribute>)>,
    all: Vec<ProductId>,
    /// The channels that the drafts price: what other channels ask stays as it is.
    channels: BTreeSet<ChannelId>,
    /// Whether staff changes a product in parts; else a file or a seed says all of it.
    by_staff: bool,
}

impl Batch {
    fn add(
        &mut self,
        ids: &Ids,
        now: DateTime<Utc>,
        id: ProductId,
        old: Option<&product::Model>,
        draft: Draft,
        owners: &mut HashMap<String, (ProductId, VariantId)>,
    ) -> Vec<(String, VariantId)> {
        self.all.push(id);
        self.add_listings(id, &draft);
        let mut variants = Vec::with_capacity(draft.variants.len());
        for (position, v) in draft.variants.iter().enumerate() {
            let known = owners.get(&v.sku).map(|(_, variant)| *variant);
            let variant_id = known.unwrap_or_else(|| ids.new_id());
            owners.insert(v.sku.clone(), (id, variant_id));
            let row = variant::Model {
                id: variant_id,
                product_id: id,
                sku: v.sku.clone(),
                barcode: v.barcode.clone(),
                name: v.name(),
                selected_options: SelectedOptions(v.selected_options.clone()),
                options_key: v.options_key(),
                weight_grams: v.weight_grams,
                track_inventory: v.track_inventory,
                requires_shipping: v.requires_shipping,
                taxable: v.taxable,
                position: position_of(position),
                created_at: now,
            }
            .into_active_model();
            if known.is_some() {
                self.kept_variants.push(variant_id);
                self.changed_variants.push(row);
            } else {
                self.new_variants.push(row);
            }
            for (channel_id, amount, compare_at) in &v.prices {
                self.prices.push(
                    variant_price::Model {
                        variant_id,
                        channel_id: *channel_id,
                        amount: *amount,
                        compare_at: *compare_at,
                    }
                    .into_active_model(),
                );
            }
            variants.push((v.sku.clone(), variant_id));
        }
        self.add_children(ids, id, &draft, &variants);
        self.attributes.push((id, draft.attributes));
        let row = product::Model {
            id,
            slug: draft.slug,
            name: draft.name,
            description: draft.description,
            brand: draft.brand,
            category_id: draft.category_id,
            status: draft.status,
            seo_title: draft.seo_title,
            seo_description: draft.seo_description,
            version: old.map_or(1, |old| old.version + 1),
            content_hash: draft.content_hash,
            created_at: old.map_or(now, |old| old.created_at),
            updated_at: now,
        }
        .into_active_model();
        if old.is_some() {
            self.changed_ids.push(id);
            self.changed_products.push(row);
        } else {
            self.new_products.push(row);
        }
        variants
    }

    fn add_listings(&mut self, id: ProductId, draft: &Draft) {
        let mut ranges: HashMap<ChannelId, (i64, i64)> = HashMap::new();
        for (channel, amount, _) in draft.variants.iter().flat_map(|v| &v.prices) {
            self.channels.insert(*channel);
            let range = ranges.entry(*channel).or_insert((*amount, *amount));
            *range = (Ord::min(range.0, *amount), Ord::max(range.1, *amount));
        }
        for (channel_id, (min, max)) in ranges {
            self.listings.push(
                product_listing::Model {
                    product_id: id,
                    channel_id,
                    published: draft.published,
                    min_price: Some(min),
                    max_price: Some(max),
                    units_sold: 0,
                }
                .into_active_model(),
            );
        }
    }

    fn add_children(&mut self, ids: &Ids, id: ProductId, draft: &Draft, variants: &[(String, VariantId)]) {
        for (position, (name, values)) in draft.options.iter().enumerate() {
            self.options.push(
                product_option::Model {
                    id: ids.new_id(),
                    product_id: id,
                    name: name.clone(),
                    values: OptionValues(values.clone()),
                    position: position_of(position),
                }
                .into_active_model(),
            );
        }
        let mut seen = HashSet::new();
        for tag in draft.tags.iter().filter(|tag| seen.insert(tag.as_str())) {
            self.tags.push(
                product_tag::Model {
                    product_id: id,
                    tag: tag.clone(),
                }
                .into_active_model(),
            );
        }
        for (position, picture) in draft.media.iter().enumerate() {
            let shown = picture.variant_sku.as_ref();
            let shown = shown.and_then(|shown| variants.iter().find(|(sku, _)| sku == shown));
            self.media.push(
                media::Model {
                    id: ids.new_id(),
                    product_id: id,
                    variant_id: shown.map(|(_, variant)| *variant),
                    url: picture.url.clone(),
                    alt: picture.alt.clone(),
                    width: picture.size.map(|(width, _)| width),
                    height: picture.size.map(|(_, height)| height),
                    position: position_of(position),
                }
                .into_active_model(),
            );
        }
    }

    async fn write(self, tx: &Tx, ids: &Ids) -> Result<()> {
        if self.all.is_empty() {
            return Ok(());
        }
        use product::Column as Product;
        use variant::Column as Variant;
        insert_all(tx, self.new_products).await?;
        let overwritten: Vec<Product> = Product::iter()
            .filter(|column| !matches!(column, Product::Id | Product::Slug | Product::CreatedAt))
            .collect();
        upsert_all(tx, self.changed_products, &[Product::Id], &overwritten).await?;
        let channels: Vec<ChannelId> = self.channels.into_iter().collect();
        let cleared = Cleared {
            products: &self.changed_ids,
            kept: &self.kept_variants,
            channels: &channels,
            by_staff: self.by_staff,
        };
        clear_children(tx, cleared).await?;
        let overwritten: Vec<Variant> = Variant::iter()
            .filter(|column| !matches!(column, Variant::Id | Variant::ProductId | Variant::CreatedAt))
            .collect();
        upsert_all(tx, self.changed_variants, &[Variant::Id], &overwritten).await?;
        insert_all(tx, self.new_variants).await?;
        use product_listing::Column as Listing;
        upsert_all(
            tx,
            self.listings,
            &[Listing::ProductId, Listing::ChannelId],
            &[Listing::Published, Listing::MinPrice, Listing::MaxPrice],
        )
        .await?;
        insert_all(tx, self.prices).await?;
        refresh_ranges(tx, &self.changed_ids).await?;
        insert_all(tx, self.options).await?;
        insert_all(tx, self.tags).await?;
        insert_all(tx, self.media).await?;
        insert_all(tx, attribute_rows(tx, ids, self.attributes).await?).await?;
        event::emit(tx, &ProductsChanged { products: self.all }).await
    }
}

/// The position of the row at `index`.
pub(super) fn position_of(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
