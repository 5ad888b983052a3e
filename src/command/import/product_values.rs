//! Values in the columns of Shopify's product CSV.

use std::collections::HashSet;

use entity::catalog::variant::SelectedOption;

use crate::catalog::{AttributeValue, DraftMedia};
use crate::platform::text::{sha256_hex, slugify};

/// Longest made-up SKU in characters.
const MADE_SKU_MAX: usize = 100;

/// The values of an attribute: a text, a number, a truth value, or a list of these. `null` and empty texts are none.
pub(super) fn attribute_values(value: &serde_json::Value) -> Result<Vec<AttributeValue>, &'static str> {
    use serde_json::Value;
    let one = |value: &Value| match value {
        Value::String(text) if text.contains('\0') => Err("holds the character U+0000"),
        Value::String(text) => {
            Ok(Some(AttributeValue::Text(text.trim().to_owned())).filter(|_| !text.trim().is_empty()))
        }
        Value::Number(number) => number
            .as_f64()
            .map(|n| Some(AttributeValue::Number(n)))
            .ok_or("is a number that is too large"),
        Value::Bool(truth) => Ok(Some(AttributeValue::Boolean(*truth))),
        Value::Null => Ok(None),
        Value::Array(_) | Value::Object(_) => Err("is neither text, number, true, false nor a list of these"),
    };
    match value {
        Value::Array(items) => items.iter().filter_map(|item| one(item).transpose()).collect(),
        value => Ok(one(value)?.into_iter().collect()),
    }
}

/// Pictures with their positions; the first of an address counts.
#[derive(Default)]
pub(super) struct Pictures(Vec<(u32, DraftMedia)>);

impl Pictures {
    /// Adds a picture.
    pub(super) fn add(&mut self, position: u32, url: &str, alt: &str) {
        if self.0.iter().any(|(_, known)| known.url == url) {
            return;
        }
        let picture = DraftMedia {
            url: url.to_owned(),
            alt: alt.to_owned(),
            size: None,
            variant_sku: None,
        };
        self.0.push((position, picture));
    }

    /// Says that the picture at `url` shows the variant `sku`; of several variants the first counts.
    pub(super) fn shows(&mut self, url: &str, sku: &str) {
        let picture = self.0.iter_mut().find(|(_, picture)| picture.url == url);
        if let Some((_, picture)) = picture {
            picture.variant_sku.get_or_insert_with(|| sku.to_owned());
        }
    }

    /// The pictures by position.
    pub(super) fn in_order(mut self) -> Vec<DraftMedia> {
        self.0.sort_by_key(|(position, _)| *position);
        self.0.into_iter().map(|(_, picture)| picture).collect()
    }
}

/// Tags are separated by commas; each counts once.
pub(super) fn tags(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    tags.filter(|tag| seen.insert(*tag)).map(str::to_owned).collect()
}

/// The category: the type, or the last part of Shopify's standard category. What has no letter (some files have counts
/// there) is no category.
pub(super) fn category(kind: &str, standard: &str) -> Option<String> {
    let standard = standard.rsplit('>').next().unwrap_or_default().trim();
    let name = if kind.is_empty() { standard } else { kind };
    name.chars().any(char::is_alphabetic).then(|| name.to_owned())
}

/// Spreadsheets keep codes from becoming numbers by an apostrophe in front.
pub(super) fn without_apostrophe(code: &str) -> &str {
    code.strip_prefix('\'').unwrap_or(code).trim()
}

/// A whole number; `12.0` is one too. Empty is 0.
pub(super) fn whole_number(text: &str) -> Option<i64> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && fraction.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    if whole.is_empty() { Some(0) } else { whole.parse().ok() }
}

/// A SKU that is the same in every run: the handle with the option values, with a hash when it is too long.
pub(super) fn made_sku(handle: &str, selected: &[SelectedOption]) -> String {
    let values = selected.iter().map(|option| slugify(&option.value));
    let parts: Vec<String> = std::iter::once(handle.to_owned()).chain(values).collect();
    let sku = parts.join("-");
    if sku.chars().count() <= MADE_SKU_MAX {
        return sku;
    }
    let hash = sha256_hex(&sku);
    let start: String = sku.chars().take(MADE_SKU_MAX - 9).collect();
    format!("{start}-{}", &hash[..8])
}
