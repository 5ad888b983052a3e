//! The form of a document in Meilisearch.

use entity::TypedId;
use serde::Serialize;

use super::facets::step_below;
use super::filter::{attribute_token, token};
use crate::platform::text::sha256_hex;
use crate::search::engine::{Document, stems};

/// Names of the fields.
pub(super) mod field {
    pub(in super::super) const KEY: &str = "id";
    pub(in super::super) const PRODUCT: &str = "product";
    pub(in super::super) const MARK: &str = "mark";
    pub(in super::super) const TITLE: &str = "title";
    pub(in super::super) const CHANNEL: &str = "channel";
    pub(in super::super) const CODES: &str = "codes";
    pub(in super::super) const BRAND: &str = "brand_facet";
    pub(in super::super) const BRAND_TOKEN: &str = "brand_token";
    pub(in super::super) const CATEGORY_KEY: &str = "category_key";
    pub(in super::super) const ATTRIBUTE: &str = "attribute_facet";
    pub(in super::super) const ATTRIBUTE_TOKEN: &str = "attribute_token";
    pub(in super::super) const PRICE: &str = "price";
    pub(in super::super) const PRICE_STEP: &str = "price_step";
    /// The weightiest first: words that match in an earlier one count more.
    pub(in super::super) const SEARCHED: [&str; 7] =
        ["name", "brand", "category", CODES, "tags", "attributes", "description"];
    pub(in super::super) const FILTERED: [&str; 10] = [
        KEY,
        PRODUCT,
        CHANNEL,
        BRAND,
        BRAND_TOKEN,
        CATEGORY_KEY,
        ATTRIBUTE,
        ATTRIBUTE_TOKEN,
        PRICE,
        PRICE_STEP,
    ];
    pub(in super::super) const SORTED: [&str; 5] = [PRICE, "available", "sold", "created", PRODUCT];
    pub(in super::super) const SHOWN: [&str; 4] = [KEY, PRODUCT, MARK, TITLE];
}

/// Longest value of an attribute in bytes that is counted: longer ones are prose.
const FACET_VALUE_MAX: usize = 80;
/// Longest description in characters that is indexed. Positions of words end at 65,535.
const DESCRIPTION_MAX: usize = 16_384;
/// Between the key and the value of an attribute.
pub(super) const SEPARATOR: &str = " \u{1f} ";

/// A key in the form of the index.
pub(super) fn hex(id: impl TypedId) -> String {
    id.uuid().simple().to_string()
}

/// A document in the form of the index. All texts are words without their endings: Meilisearch knows no stems.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) product: String,
    /// A digest of all the rest, to tell whether the database says something else by now.
    pub(super) mark: String,
    title: String,
    channel: String,
    name: String,
    brand: String,
    category: String,
    codes: String,
    tags: String,
    attributes: String,
    description: String,
    brand_facet: Option<String>,
    brand_token: Option<String>,
    category_key: Vec<String>,
    attribute_facet: Vec<String>,
    attribute_token: Vec<String>,
    price: i64,
    price_step: i64,
    available: u8,
    sold: i64,
    created: i64,
}

impl Row {
    /// `document` in the form of the index.
    pub(super) fn of(document: &Document) -> Self {
        let stemmed = |text: &str| stems(document.language, text);
        let categories: Vec<&str> = document.categories.iter().map(|(_, name)| name.as_str()).collect();
        let mut values: Vec<&str> = document.attributes.iter().map(|(_, value)| value.as_str()).collect();
        values.extend(document.options.iter().map(String::as_str));
        let description: String = document.description.chars().take(DESCRIPTION_MAX).collect();
        let product = hex(document.product);
        let channel = token(&document.channel);
        let facets = document
            .attributes
            .iter()
            .map(|(key, value)| (key, value.trim()))
            .filter(|(_, value)| !value.is_empty() && value.len() <= FACET_VALUE_MAX);
        let mut row = Self {
            id: format!("{product}_{channel}"),
            product,
            mark: String::new(),
            title: document.name.clone(),
            channel,
            name: stemmed(&document.name),
            brand: stemmed(document.brand.as_deref().unwrap_or_default()),
            category: stemmed(&categories.join(" ")),
            codes: stemmed(&document.skus.join(" ")),
            tags: stemmed(&document.tags.join(" ")),
            attributes: stemmed(&values.join(" ")),
            description: stemmed(&description),
            brand_facet: document.brand.clone(),
            brand_token: document.brand.as_deref().map(token),
            category_key: document.categories.iter().map(|(id, _)| hex(*id)).collect(),
            attribute_facet: facets
                .clone()
                .map(|(key, value)| format!("{key}{SEPARATOR}{value}"))
                .collect(),
            attribute_token: facets.map(|(key, value)| attribute_token(key, value)).collect(),
            price: document.price,
            price_step: step_below(document.price),
            available: u8::from(document.available),
            sold: document.units_sold.max(0),
            created: document.created,
        };
        let form = serde_json::to_vec(&row).unwrap_or_default();
        row.mark = sha256_hex(form)[..16].to_owned();
        row
    }
}
