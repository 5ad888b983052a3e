//! Filters as Meilisearch reads them. Its language has no way to write every text: a backslash in front of the closing
//! quotation mark cannot be told from an escape. So no text that anybody typed is ever part of a filter: values are
//! compared by a token, the beginning of their SHA-256, and a filter is made of hex digits and numbers alone.

use entity::ProductId;

use super::document::{field, hex};
use crate::platform::text::sha256_hex;
use crate::search::engine::Filter;

/// Products that are filtered by at most: each has 34 bytes in the filter, which is sent and read while a search waits.
const PRODUCTS_MAX: usize = 1_000;

/// Whether Meilisearch is not told of `filter`: of a range of numbers, as values are tokens there and no numbers, and of a
/// large collection. The embedded index, which knows all values, sees to both.
pub(in crate::search::engine) fn is_untold(filter: &Filter) -> bool {
    match filter {
        Filter::Numbers { .. } => true,
        Filter::Products(ids) => ids.len() > PRODUCTS_MAX,
        Filter::Brand(_) | Filter::Category(_) | Filter::Price(_) | Filter::Attribute { .. } => false,
    }
}

/// What `text` is compared by: case and space around it do not matter.
pub(super) fn token(text: &str) -> String {
    sha256_hex(text.trim().to_lowercase())[..24].to_owned()
}

/// What a value of an attribute is compared by.
pub(super) fn attribute_token(key: &str, value: &str) -> String {
    token(&format!("{key}\u{1f}{}", value.trim()))
}

/// What holds for all hits of `channel` that pass `filters`, but for those that are [untold](is_untold).
pub(super) fn all<'a>(channel: &str, filters: impl IntoIterator<Item = &'a Filter>) -> String {
    let mut parts = vec![format!("{} = {}", field::CHANNEL, token(channel))];
    parts.extend(filters.into_iter().filter_map(one));
    parts.join(" AND ")
}

/// Any of `products`.
pub(super) fn products(products: &[ProductId]) -> String {
    among(field::PRODUCT, products.iter().map(|id| hex(*id)))
}

fn among(field: &str, values: impl Iterator<Item = String>) -> String {
    // Without values nothing passes, which is what an empty list means here.
    format!("{field} IN [{}]", values.collect::<Vec<_>>().join(", "))
}

/// None for one that is untold.
fn one(filter: &Filter) -> Option<String> {
    Some(match filter {
        Filter::Numbers { .. } => return None,
        Filter::Products(_) if is_untold(filter) => return None,
        Filter::Products(ids) => products(ids),
        Filter::Brand(brands) => among(field::BRAND_TOKEN, brands.iter().map(|brand| token(brand))),
        Filter::Category(ids) => among(field::CATEGORY_KEY, ids.iter().map(|id| hex(*id))),
        Filter::Attribute { key, values } => {
            let tokens = values.iter().map(|value| attribute_token(key, value));
            among(field::ATTRIBUTE_TOKEN, tokens)
        }
        Filter::Price(bands) if bands.is_empty() => among(field::CHANNEL, std::iter::empty()),
        Filter::Price(bands) => {
            let bands = bands.iter().map(|band| {
                let ends = [(">=", band.gte), ("<=", band.lte)];
                let ends = ends.iter().filter_map(|(sign, end)| Some((sign, (*end)?)));
                let ends: Vec<String> = ends
                    .map(|(sign, end)| format!("{} {sign} {end}", field::PRICE))
                    .collect();
                if ends.is_empty() {
                    format!("{} EXISTS", field::PRICE)
                } else {
                    format!("({})", ends.join(" AND "))
                }
            });
            format!("({})", bands.collect::<Vec<_>>().join(" OR "))
        }
    })
}
