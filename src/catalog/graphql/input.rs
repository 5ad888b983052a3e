//! Products as staff sends them.

use async_graphql::{InputObject, MaybeUndefined};
use entity::catalog::product::ProductStatus as Status;
use entity::catalog::variant::SelectedOption;
use entity::{CategoryId, LocationId, ProductId};

use crate::catalog::attribute::{AttributeValue, NewAttribute};
use crate::catalog::draft::{Draft, DraftVariant};
use crate::catalog::graphql::types::ProductStatus;
use crate::catalog::update_product::UpdateProduct;
use crate::channel::Channel;
use crate::graphql::error::UserError;
use crate::graphql::id::Gid;
use crate::graphql::scalar::MoneyInput;
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

/// A variant to make.
#[derive(InputObject, Clone, Debug)]
pub struct VariantInput {
    /// Unique stock keeping unit.
    pub sku: String,
    /// EAN, UPC or ISBN.
    barcode: Option<String>,
    /// Price in the channel of the request.
    price: Option<MoneyInput>,
    /// Former price in the channel of the request.
    compare_at_price: Option<MoneyInput>,
    /// One value an option.
    selected_options: Option<Vec<SelectedOptionInput>>,
    /// Weight in grams.
    #[graphql(default)]
    weight_grams: i64,
    /// Whether stock limits its sale.
    #[graphql(default = true)]
    track_inventory: bool,
    /// Opening stock.
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

/// Changes of a product: a field that is not given stays as it is, null empties it.
#[derive(InputObject, Clone, Debug)]
pub struct ProductUpdateInput {
    /// The product.
    pub id: Gid<ProductId>,
    /// The version the change was made on; STALE_VERSION when it is another one.
    expected_version: Option<i32>,
    /// Name for people.
    name: Option<String>,
    /// Unique name in addresses.
    slug: Option<String>,
    /// HTML.
    description: Option<String>,
    /// Brand or vendor.
    brand: MaybeUndefined<String>,
    /// Its category.
    category_id: MaybeUndefined<Gid<CategoryId>>,
    /// All tags.
    tags: Option<Vec<String>>,
    /// Whether it is on sale.
    status: Option<ProductStatus>,
}

impl ProductUpdateInput {
    /// The change.
    pub fn change(self) -> UpdateProduct {
        UpdateProduct {
            expected_version: self.expected_version,
            name: self.name,
            slug: self.slug,
            description: self.description,
            brand: given(self.brand),
            category_id: given(self.category_id).map(|id| id.map(|id| id.0)),
            tags: self.tags,
            status: self.status.map(Into::into),
        }
    }
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
    let options: Vec<_> = input
        .options
        .iter()
        .flatten()
        .map(|option| (option.name.clone(), option.values.clone()))
        .collect();
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
    let attributes = input.attributes.iter().flatten();
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
        attributes: attributes
            .map(|a| NewAttribute {
                key: a.key.clone(),
                values: a.values.iter().cloned().map(AttributeValue::Text).collect(),
            })
            .collect(),
        media: Vec::new(),
        content_hash: None,
    })
}

fn variant_of(
    variant: &VariantInput,
    index: usize,
    options: &[(String, Vec<String>)],
    channel: &Channel,
) -> Result<DraftVariant, Box<UserError>> {
    let index = index.to_string();
    let amount = |field: &str, input: &Option<MoneyInput>| {
        let Some(input) = input else { return Ok(None) };
        match input.money() {
            Ok(money) if money.currency == channel.currency => Ok(Some(money.minor)),
            Ok(money) => Err(format!(
                "{} is not the currency of channel {}",
                money.currency, channel.slug
            )),
            Err(message) => Err(message),
        }
        .map_err(|message| Box::new(UserError::invalid(message, &["variants", &index, field])))
    };
    let price = amount("price", &variant.price)?;
    let compare_at = amount("compareAtPrice", &variant.compare_at_price)?;
    let chosen: Vec<_> = variant.selected_options.iter().flatten().collect();
    // In the order of the options, whatever order they came in; what fits no option is kept and refused by the check.
    let mut selected: Vec<SelectedOption> = Vec::new();
    let of_product = options
        .iter()
        .filter_map(|(name, _)| chosen.iter().find(|o| o.name == *name));
    let strange = chosen
        .iter()
        .filter(|o| !options.iter().any(|(name, _)| *name == o.name));
    for option in of_product.chain(strange) {
        selected.push(SelectedOption {
            name: option.name.clone(),
            value: option.value.clone(),
        });
    }
    Ok(DraftVariant {
        sku: variant.sku.clone(),
        barcode: variant.barcode.clone(),
        selected_options: selected,
        weight_grams: variant.weight_grams,
        track_inventory: variant.track_inventory,
        requires_shipping: true,
        taxable: true,
        prices: price.map(|price| (channel.id, price, compare_at)).into_iter().collect(),
    })
}
