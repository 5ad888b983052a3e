//! A product as somebody wants it to be, checked before anything is written.

use std::collections::HashSet;

use entity::catalog::product::ProductStatus;
use entity::catalog::variant::SelectedOption;
use entity::{CategoryId, ChannelId};

use crate::catalog::attribute::{KEY_MAX, NewAttribute};
use crate::platform::locale::{Message, message};
use crate::platform::text::SLUG_MAX;

/// Longest name of a product in characters.
pub const NAME_MAX: usize = 500;
/// Longest description in bytes.
pub const DESCRIPTION_MAX: usize = 1 << 20;
/// Longest SKU in characters.
pub const SKU_MAX: usize = 120;
/// Variants of a product at most.
pub const VARIANTS_MAX: usize = 2000;
/// Heaviest variant in grams: a hundred tonnes.
pub const WEIGHT_MAX: i64 = 100_000_000;
/// Highest price in minor units: what a cart line of 9999 units can hold with room to spare.
pub const PRICE_MAX: i64 = 1_000_000_000_000;

/// A product to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Unique name in addresses.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// HTML.
    pub description: String,
    /// Brand or vendor.
    pub brand: Option<String>,
    /// Its category.
    pub category_id: Option<CategoryId>,
    /// Whether it is on sale.
    pub status: ProductStatus,
    /// Whether shoppers see it, once it is active and priced.
    pub published: bool,
    /// Tags as written, each once.
    pub tags: Vec<String>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Options with their values.
    pub options: Vec<(String, Vec<String>)>,
    /// Variants in order; at least one.
    pub variants: Vec<DraftVariant>,
    /// Typed attributes.
    pub attributes: Vec<NewAttribute>,
    /// Pictures in order.
    pub media: Vec<DraftMedia>,
    /// Hash of the source: an import skips a product whose hash has not changed.
    pub content_hash: Option<String>,
}

/// A variant to write.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftVariant {
    /// Unique stock keeping unit.
    pub sku: String,
    /// EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// One value an option, in the order of the options.
    pub selected_options: Vec<SelectedOption>,
    /// Weight in grams.
    pub weight_grams: i64,
    /// Whether stock limits its sale.
    pub track_inventory: bool,
    /// Whether it is sent.
    pub requires_shipping: bool,
    /// Whether tax is due.
    pub taxable: bool,
    /// Prices by channel: price and former price, minor units.
    pub prices: Vec<(ChannelId, i64, Option<i64>)>,
}

/// A picture to write.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftMedia {
    /// Absolute address, or a path under `/media/`.
    pub url: String,
    /// What it shows.
    pub alt: String,
    /// Pixels, when known.
    pub size: Option<(i32, i32)>,
    /// SKU of the variant it shows, if it shows one.
    pub variant_sku: Option<String>,
}

/// What is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum DraftError {
    /// The name is empty or too long.
    Name,
    /// The slug is no slug.
    Slug(String),
    /// The description is too long.
    Description,
    /// There are none or too many variants.
    Variants,
    /// A SKU is empty or too long.
    Sku {
        /// The variant, from 0.
        variant: usize,
        /// The SKU.
        sku: String,
    },
    /// A SKU comes twice.
    SkuTwice {
        /// The variant, from 0.
        variant: usize,
        /// The SKU.
        sku: String,
    },
    /// A price is negative or too high.
    Price {
        /// The variant, from 0.
        variant: usize,
        /// The SKU.
        sku: String,
    },
    /// A weight is negative or too high.
    Weight {
        /// The variant, from 0.
        variant: usize,
        /// The SKU.
        sku: String,
    },
    /// An option is empty, named twice, or has no values.
    Option(String),
    /// A variant does not choose one value of each option.
    Selection {
        /// The variant, from 0.
        variant: usize,
        /// The SKU.
        sku: String,
    },
    /// Two variants choose the same values.
    SelectionTwice {
        /// The variant, from 0.
        variant: usize,
        /// The SKU.
        sku: String,
    },
    /// An attribute has a bad key or a number that is none.
    Attribute(String),
}

impl DraftError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Name => message!("draft-name", max = NAME_MAX),
            Self::Slug(slug) => message!("draft-slug", slug = slug.as_str(), max = SLUG_MAX),
            Self::Description => message!("draft-description", max = DESCRIPTION_MAX),
            Self::Variants => message!("draft-variants", max = VARIANTS_MAX),
            Self::Sku { sku, .. } => message!("draft-sku", sku = sku.as_str(), max = SKU_MAX),
            Self::SkuTwice { sku, .. } => message!("draft-sku-twice", sku = sku.as_str()),
            Self::Price { sku, .. } => message!("draft-price", sku = sku.as_str(), max = PRICE_MAX),
            Self::Weight { sku, .. } => message!("draft-weight", sku = sku.as_str(), max = WEIGHT_MAX),
            Self::Option(option) => message!("draft-option", option = option.as_str()),
            Self::Selection { sku, .. } => message!("draft-selection", sku = sku.as_str()),
            Self::SelectionTwice { sku, .. } => message!("draft-selection-twice", sku = sku.as_str()),
            Self::Attribute(key) => message!("draft-attribute", key = key.as_str(), max = KEY_MAX),
        }
    }

    /// The place in the draft, outermost first.
    pub fn path(&self) -> Vec<String> {
        let of = |variant: &usize, field: &str| vec!["variants".to_owned(), variant.to_string(), field.to_owned()];
        match self {
            Self::Name => vec!["name".to_owned()],
            Self::Slug(_) => vec!["slug".to_owned()],
            Self::Description => vec!["description".to_owned()],
            Self::Variants => vec!["variants".to_owned()],
            Self::Option(_) => vec!["options".to_owned()],
            Self::Attribute(_) => vec!["attributes".to_owned()],
            Self::Sku { variant, .. } | Self::SkuTwice { variant, .. } => of(variant, "sku"),
            Self::Price { variant, .. } => of(variant, "price"),
            Self::Weight { variant, .. } => of(variant, "weight"),
            Self::Selection { variant, .. } | Self::SelectionTwice { variant, .. } => of(variant, "selectedOptions"),
        }
    }
}

impl DraftVariant {
    /// The chosen values as one text; unique in a product.
    pub fn options_key(&self) -> String {
        self.selected_options
            .iter()
            .map(|o| o.value.as_str())
            .collect::<Vec<_>>()
            .join("\u{1f}")
    }

    /// The chosen values for people: `Red / M`.
    pub fn name(&self) -> String {
        self.selected_options
            .iter()
            .map(|o| o.value.as_str())
            .collect::<Vec<_>>()
            .join(" / ")
    }
}

/// The chosen values in the order of the options, whatever order they came in. What fits no option comes last, for the
/// check to refuse.
pub(super) fn in_order_of_options(
    options: &[(String, Vec<String>)],
    mut chosen: Vec<SelectedOption>,
) -> Vec<SelectedOption> {
    chosen.sort_by_key(|one| {
        options
            .iter()
            .position(|(name, _)| *name == one.name)
            .unwrap_or(options.len())
    });
    chosen
}

/// What stands in place of the options key of a variant that was taken out of its product but is still needed: no
/// combination of values looks like it.
pub(super) fn without_place(sku: &str) -> String {
    format!("\u{1f}{sku}")
}

/// Whether `slug` may stand in an address as it is.
fn is_slug(slug: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase());
    slug.chars().count() <= SLUG_MAX && slug.split('-').all(plain)
}

impl Draft {
    /// Checks everything that needs no database.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check(&self) -> Result<(), Vec<DraftError>> {
        let mut errors = Vec::new();
        if self.name.trim().is_empty() || self.name.chars().count() > NAME_MAX {
            errors.push(DraftError::Name);
        }
        if !is_slug(&self.slug) {
            errors.push(DraftError::Slug(self.slug.clone()));
        }
        if self.description.len() > DESCRIPTION_MAX {
            errors.push(DraftError::Description);
        }
        if self.variants.is_empty() || self.variants.len() > VARIANTS_MAX {
            errors.push(DraftError::Variants);
        }
        self.check_options(&mut errors);
        self.check_variants(&mut errors);
        for attribute in &self.attributes {
            let finite = attribute.values.iter().all(|v| v.number().is_none_or(f64::is_finite));
            if attribute.key.is_empty() || attribute.key.len() > KEY_MAX || !finite {
                errors.push(DraftError::Attribute(attribute.key.clone()));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn check_options(&self, errors: &mut Vec<DraftError>) {
        let mut names = HashSet::new();
        for (name, values) in &self.options {
            let mut seen = HashSet::new();
            let good = values.iter().all(|v| !v.is_empty() && seen.insert(v));
            if name.is_empty() || !names.insert(name) || values.is_empty() || !good {
                errors.push(DraftError::Option(name.clone()));
            }
        }
    }

    fn check_variants(&self, errors: &mut Vec<DraftError>) {
        let (mut skus, mut selections) = (HashSet::new(), HashSet::new());
        for (variant, draft) in self.variants.iter().enumerate() {
            let sku = draft.sku.clone();
            if sku.trim().is_empty() || sku.chars().count() > SKU_MAX {
                errors.push(DraftError::Sku { variant, sku });
                continue;
            }
            if !skus.insert(&draft.sku) {
                errors.push(DraftError::SkuTwice {
                    variant,
                    sku: sku.clone(),
                });
            }
            let amounts = draft
                .prices
                .iter()
                .flat_map(|(_, price, compare)| [Some(*price), *compare])
                .flatten();
            if !amounts.into_iter().all(|amount| (0..=PRICE_MAX).contains(&amount)) {
                errors.push(DraftError::Price {
                    variant,
                    sku: sku.clone(),
                });
            }
            if !(0..=WEIGHT_MAX).contains(&draft.weight_grams) {
                errors.push(DraftError::Weight {
                    variant,
                    sku: sku.clone(),
                });
            }
            let fits = draft.selected_options.len() == self.options.len()
                && draft
                    .selected_options
                    .iter()
                    .zip(&self.options)
                    .all(|(chosen, (name, values))| chosen.name == *name && values.contains(&chosen.value));
            if !fits {
                errors.push(DraftError::Selection { variant, sku });
            } else if !selections.insert(draft.options_key()) {
                errors.push(DraftError::SelectionTwice { variant, sku });
            }
        }
    }
}
