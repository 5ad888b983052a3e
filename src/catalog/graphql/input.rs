//! Products as staff sends them.

use async_graphql::{InputObject, MaybeUndefined};
use entity::catalog::product::ProductStatus as Status;
use entity::catalog::variant::SelectedOption;
use entity::{CategoryId, LocationId, ProductId};

use crate::catalog::attribute::{AttributeValue, NewAttribute};
use crate::catalog::draft::{Draft, DraftVariant, in_order_of_options};
use crate::catalog::graphql::types::ProductStatus;
use crate::catalog::update_product::{UpdateProduct, UpdateVariant};
use crate::channel::Channel;
use crate::graphql::error::UserError;
use crate::graphql::id::Gid;
use crate::graphql::scalar::MoneyInput;
use crate::inventory::OpeningStock;
use crate::platform::locale::message;
use crate::platform::text::slugify;

/// An option with its values.
#[derive(InputObject, Clone, Debug)]
pub struct ProductOptionInput {
    /// Name, for example `Colour`.
    name: String,
    /// Values in order.
    values: Vec<String>,
}

/// An option and the value a variant has.
#[derive(InputObject, Clone, Debug)]
pub struct SelectedOptionInput {
    /// Name of the option.
    name: String,
    /// One of its values.
    value: String,
}

/// Opening stock at a location.
#[derive(InputObject, Clone, Debug)]
pub struct StockInput {
    /// The location; the default one when not given.
    pub location_id: Option<Gid<LocationId>>,
    /// Units in the building, at least 0.
    pub on_hand: i32,
}

/// A variant. When a product is changed, a variant that has its SKU already is changed: what is left out stays.
#[derive(InputObject, Clone, Debug)]
pub struct VariantInput {
    /// Unique stock keeping unit.
    pub sku: String,
    /// EAN, UPC or ISBN; null takes it away.
    barcode: MaybeUndefined<String>,
    /// Price in the channel of the request; null takes it away: the variant is not sold there.
    price: MaybeUndefined<MoneyInput>,
    /// Former price in the channel of the request; null takes it away.
    compare_at_price: MaybeUndefined<MoneyInput>,
    /// One value an option.
    selected_options: Option<Vec<SelectedOptionInput>>,
    /// Weight in grams; 0 for a new variant when not given.
    weight_grams: Option<i64>,
    /// Whether stock limits its sale; true for a new variant when not given.
    track_inventory: Option<bool>,
    /// Opening stock, for a new variant only; `stockAdjust` changes the stock of one that is there.
    pub stock: Option<Vec<StockInput>>,
}

/// Values of an attribute.
#[derive(InputObject, Clone, Debug)]
pub struct ProductAttributeInput {
    /// Name in filters: lower-case letters, digits and underscores.
    key: String,
    /// Values as text.
    values: Vec<String>,
}

/// A product to make.
#[derive(InputObject, Clone, Debug)]
#[graphql(name = "ProductCreateInput")]
pub struct ProductInput {
    /// Name for people.
    name: String,
    /// Unique name in addresses; made from the name when not given.
    slug: Option<String>,
    /// HTML.
    description: Option<String>,
    /// Brand or vendor.
    brand: Option<String>,
    /// Its category.
    category_id: Option<Gid<CategoryId>>,
    /// Tags.
    tags: Option<Vec<String>>,
    /// Whether it is on sale; DRAFT when not given.
    status: Option<ProductStatus>,
    /// Options.
    options: Option<Vec<ProductOptionInput>>,
    /// Variants; one without options and price, named like the slug, when not given.
    pub variants: Option<Vec<VariantInput>>,
    /// Typed attributes.
    attributes: Option<Vec<ProductAttributeInput>>,
}

/// Changes of a product: a field that is not given stays as it is.
#[derive(InputObject, Clone, Debug)]
pub struct ProductUpdateInput {
    /// The product.
    pub id: Gid<ProductId>,
    /// The version the change was made on; STALE_VERSION when it is another one.
    expected_version: Option<i32>,
    /// Name for people. Not null.
    name: MaybeUndefined<String>,
    /// Unique name in addresses. Not null.
    slug: MaybeUndefined<String>,
    /// HTML; null empties it.
    description: MaybeUndefined<String>,
    /// Brand or vendor; null takes it away.
    brand: MaybeUndefined<String>,
    /// Its category; null takes it out of its category.
    category_id: MaybeUndefined<Gid<CategoryId>>,
    /// All tags; null takes all away.
    tags: MaybeUndefined<Vec<String>>,
    /// Whether it is on sale. Not null.
    status: MaybeUndefined<ProductStatus>,
    /// All options; null takes all away.
    options: MaybeUndefined<Vec<ProductOptionInput>>,
    /// All variants in order, known by their SKU: those that are there are changed, new ones are made, those left out
    /// go, or stay without a price while somebody has claimed them. At least one; not null.
    variants: MaybeUndefined<Vec<VariantInput>>,
    /// All typed attributes; null takes all away.
    attributes: MaybeUndefined<Vec<ProductAttributeInput>>,
}

/// A change with the opening stock of its new variants.
type Change = (UpdateProduct, Vec<OpeningStock>);

impl ProductUpdateInput {
    /// The change, priced in `channel`.
    ///
    /// # Errors
    /// Null where something must be; an amount that is none, or of another currency.
    pub fn change(self, channel: &Channel) -> Result<Change, Box<UserError>> {
        let variants = needed(self.variants, "variants")?;
        let stock = variants.as_deref().map_or_else(|| Ok(Vec::new()), opening_stock)?;
        let variants = variants.map(|variants| {
            let each = variants.into_iter().enumerate();
            each.map(|(i, variant)| changed_variant(variant, i, channel)).collect()
        });
        let change = UpdateProduct {
            expected_version: self.expected_version,
            name: needed(self.name, "name")?,
            slug: needed(self.slug, "slug")?,
            description: emptied(self.description),
            brand: given(self.brand),
            category_id: given(self.category_id).map(|id| id.map(|id| id.0)),
            tags: emptied(self.tags),
            status: needed(self.status, "status")?.map(Into::into),
            options: emptied(self.options).map(options_of),
            variants: variants.transpose()?,
            attributes: emptied(self.attributes).map(attributes_of),
        };
        Ok((change, stock))
    }
}

/// The opening stock that `variants` name.
///
/// # Errors
/// Fewer than no units.
pub fn opening_stock(variants: &[VariantInput]) -> Result<Vec<OpeningStock>, Box<UserError>> {
    let mut stock = Vec::new();
    for (i, variant) in variants.iter().enumerate() {
        for (j, level) in variant.stock.iter().flatten().enumerate() {
            if level.on_hand < 0 {
                let path = ["variants", &i.to_string(), "stock", &j.to_string(), "onHand"];
                return Err(Box::new(UserError::invalid(message!("at-least", min = 0), &path)));
            }
            let location = level.location_id.map(|id| id.0);
            stock.push((variant.sku.clone(), location, i64::from(level.on_hand)));
        }
    }
    Ok(stock)
}

fn changed_variant(variant: VariantInput, index: usize, channel: &Channel) -> Result<UpdateVariant, Box<UserError>> {
    let (price, compare_at) = prices_of(&variant, index, channel)?;
    Ok(UpdateVariant {
        opening_stock: variant.stock.is_some_and(|stock| !stock.is_empty()),
        sku: variant.sku,
        barcode: given(variant.barcode),
        selected_options: variant.selected_options.map(selected_of),
        weight_grams: variant.weight_grams,
        track_inventory: variant.track_inventory,
        price,
        compare_at,
    })
}

/// What null empties.
fn emptied<T: Default>(value: MaybeUndefined<T>) -> Option<T> {
    given(value).map(Option::unwrap_or_default)
}

/// What may be left out, but not null.
fn needed<T>(value: MaybeUndefined<T>, field: &str) -> Result<Option<T>, Box<UserError>> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Err(Box::new(UserError::invalid(message!("not-null"), &[field]))),
        MaybeUndefined::Value(value) => Ok(Some(value)),
    }
}

fn options_of(options: Vec<ProductOptionInput>) -> Vec<(String, Vec<String>)> {
    options.into_iter().map(|option| (option.name, option.values)).collect()
}

fn selected_of(selected: Vec<SelectedOptionInput>) -> Vec<SelectedOption> {
    let one = |o: SelectedOptionInput| SelectedOption {
        name: o.name,
        value: o.value,
    };
    selected.into_iter().map(one).collect()
}

fn attributes_of(attributes: Vec<ProductAttributeInput>) -> Vec<NewAttribute> {
    let one = |a: ProductAttributeInput| NewAttribute {
        key: a.key,
        values: a.values.into_iter().map(AttributeValue::Text).collect(),
    };
    attributes.into_iter().map(one).collect()
}

fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// The product that `input` describes, priced in `channel`.
///
/// # Errors
/// An amount that is none, or of another currency.
pub fn draft_of(input: &ProductInput, channel: &Channel) -> Result<Draft, Box<UserError>> {
    let slug = input.slug.clone().unwrap_or_else(|| slugify(&input.name));
    let options = options_of(input.options.clone().unwrap_or_default());
    let mut variants = Vec::new();
    for (i, variant) in input.variants.iter().flatten().enumerate() {
        variants.push(variant_of(variant, i, &options, channel)?);
    }
    if input.variants.is_none() && options.is_empty() {
        variants.push(DraftVariant {
            sku: slug.clone(),
            barcode: None,
            selected_options: Vec::new(),
            weight_grams: 0,
            track_inventory: true,
            requires_shipping: true,
            taxable: true,
            prices: Vec::new(),
        });
    }
    Ok(Draft {
        slug,
        name: input.name.clone(),
        description: input.description.clone().unwrap_or_default(),
        brand: input.brand.clone(),
        category_id: input.category_id.map(|id| id.0),
        status: input.status.map_or(Status::Draft, Into::into),
        published: true,
        tags: input.tags.clone().unwrap_or_default(),
        seo_title: None,
        seo_description: None,
        options,
        variants,
        attributes: attributes_of(input.attributes.clone().unwrap_or_default()),
        media: Vec::new(),
        content_hash: None,
    })
}

/// A price that may be left out or taken away.
type ChangedPrice = Option<Option<i64>>;

/// Price and former price of a variant in `channel`.
fn prices_of(
    variant: &VariantInput,
    index: usize,
    channel: &Channel,
) -> Result<(ChangedPrice, ChangedPrice), Box<UserError>> {
    let index = index.to_string();
    let amount = |field: &str, input: &MaybeUndefined<MoneyInput>| {
        let input = match input {
            MaybeUndefined::Undefined => return Ok(None),
            MaybeUndefined::Null => return Ok(Some(None)),
            MaybeUndefined::Value(input) => input,
        };
        match input.money() {
            Ok(money) if money.currency == channel.currency => Ok(Some(Some(money.minor))),
            Ok(money) => Err(message!(
                "currency-foreign",
                currency = money.currency.code(),
                channel = channel.slug.as_str(),
            )),
            Err(message) => Err(message),
        }
        .map_err(|message| Box::new(UserError::invalid(message, &["variants", &index, field])))
    };
    let price = amount("price", &variant.price)?;
    Ok((price, amount("compareAtPrice", &variant.compare_at_price)?))
}

fn variant_of(
    variant: &VariantInput,
    index: usize,
    options: &[(String, Vec<String>)],
    channel: &Channel,
) -> Result<DraftVariant, Box<UserError>> {
    let (price, compare_at) = prices_of(variant, index, channel)?;
    let price = price.flatten().map(|price| (channel.id, price, compare_at.flatten()));
    let chosen = selected_of(variant.selected_options.clone().unwrap_or_default());
    Ok(DraftVariant {
        sku: variant.sku.clone(),
        barcode: given(variant.barcode.clone()).flatten(),
        selected_options: in_order_of_options(options, chosen),
        weight_grams: variant.weight_grams.unwrap_or(0),
        track_inventory: variant.track_inventory.unwrap_or(true),
        requires_shipping: true,
        taxable: true,
        prices: price.into_iter().collect(),
    })
}
