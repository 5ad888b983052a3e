//! Shopify's product CSV: rows become drafts. Pure: no file, no database.

use entity::ChannelId;
use entity::catalog::product::ProductStatus;
use entity::catalog::variant::SelectedOption;

use super::product_columns::{Columns, OPTIONS};
use super::product_values::{Pictures, attribute_values, category, made_sku, tags, whole_number, without_apostrophe};
use super::report::{Notice, RowError};
use super::source::Row;
use crate::catalog::{Draft, DraftError, DraftVariant, NewAttribute};
use crate::platform::money::{Currency, Money};
use crate::platform::text::slugify;

/// A product as its rows say.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedProduct {
    /// The draft. Its category and hash are still open.
    pub draft: Draft,
    /// Name of its category.
    pub category: Option<String>,
    /// Units by SKU.
    pub stock: Vec<(String, i64)>,
    /// Line and handle, for messages.
    pub line: u64,
    /// The handle as written.
    pub handle: String,
    /// What was done otherwise than the rows say.
    pub notices: Vec<Notice>,
}

/// Reads the rows of one product. Prices are in the currency of every channel in `channels`.
///
/// # Errors
/// All that is wrong with the rows.
pub fn product(
    columns: &Columns,
    channels: &[(ChannelId, Currency)],
    rows: &[Row],
) -> Result<ParsedProduct, Vec<RowError>> {
    let Some(first) = rows.first() else {
        return Err(Vec::new());
    };
    let mut reading = Reading {
        columns,
        channels,
        handle: columns.handle(first).to_owned(),
        errors: Vec::new(),
        notices: Vec::new(),
        variant_lines: Vec::new(),
    };
    let parsed = reading.product(first, rows);
    if !reading.errors.is_empty() {
        return Err(reading.errors);
    }
    match parsed.draft.check() {
        Ok(()) => Ok(parsed),
        Err(errors) => Err(errors
            .iter()
            .map(|e| reading.of_draft(first.line, &parsed, e))
            .collect()),
    }
}

struct Reading<'a> {
    columns: &'a Columns,
    channels: &'a [(ChannelId, Currency)],
    handle: String,
    errors: Vec<RowError>,
    notices: Vec<Notice>,
    variant_lines: Vec<u64>,
}

impl Reading<'_> {
    fn error(&mut self, row: &Row, column: &'static str, value: &str, reason: impl Into<String>) {
        self.errors.push(RowError {
            line: row.line,
            handle: self.handle.clone(),
            column,
            value: value.to_owned(),
            reason: reason.into(),
        });
    }

    fn notice(&mut self, row: &Row, text: &'static str) {
        self.notices.push(Notice { line: row.line, text });
    }

    fn product(&mut self, first: &Row, rows: &[Row]) -> ParsedProduct {
        let columns = self.columns;
        if self.handle.is_empty() {
            self.error(first, "Handle", "", "is empty");
        }
        for row in rows.iter().filter(|row| row.has_nul()) {
            self.error(row, "", "", "the row holds the character U+0000");
        }
        let slug = slugify(&self.handle);
        if slug != self.handle {
            self.notice(
                first,
                "handles that are no slugs (lower-case letters, digits, single hyphens) were made into slugs",
            );
        }
        let option_names = self.option_names(first);
        let mut stock = Vec::new();
        let mut options: Vec<(String, Vec<String>)> = option_names
            .iter()
            .map(|(_, name)| (name.clone(), Vec::new()))
            .collect();
        let mut variants = Vec::new();
        let mut media = Pictures::default();
        for (i, row) in rows.iter().enumerate() {
            let values = columns.options.iter().map(|(_, value)| row.get(*value));
            let is_variant = i == 0
                || values.into_iter().any(|value| !value.is_empty())
                || !row.get(columns.sku).is_empty()
                || !row.get(columns.price).is_empty();
            self.picture(row, &mut media);
            if is_variant {
                self.variant_lines.push(row.line);
                let variant = self.variant(row, &option_names, &mut options);
                self.stock(row, &variant, &mut stock);
                media.shows(row.get(columns.variant_image), &variant.sku);
                variants.push(variant);
            }
        }
        let attributes = self.attributes(first);
        let text = |column| Some(first.get(column).to_owned()).filter(|text| !text.is_empty());
        if self.flag(first, "Gift Card", columns.gift_card, false) {
            self.notice(first, "gift cards were imported as ordinary products");
        }
        let draft = Draft {
            slug,
            name: first.get(columns.title).to_owned(),
            description: first.get(columns.body).to_owned(),
            brand: text(columns.vendor),
            category_id: None,
            status: self.status(first),
            published: self.flag(first, "Published", columns.published, true),
            tags: tags(first.get(columns.tags)),
            seo_title: text(columns.seo_title),
            seo_description: text(columns.seo_description),
            options,
            variants,
            attributes,
            media: media.in_order(),
            content_hash: None,
        };
        ParsedProduct {
            draft,
            category: category(first.get(columns.kind), first.get(columns.category)),
            stock,
            line: first.line,
            handle: self.handle.clone(),
            notices: std::mem::take(&mut self.notices),
        }
    }

    /// The options with a name, with their place among the columns. `Title` with `Default Title` is the format's way to
    /// say that there are none.
    fn option_names(&mut self, first: &Row) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        for (i, (name, value)) in self.columns.options.into_iter().enumerate() {
            let (name, value) = (first.get(name), first.get(value));
            let default = i == 0 && name.eq_ignore_ascii_case("Title") && value.eq_ignore_ascii_case("Default Title");
            if default {
                continue;
            }
            if !name.is_empty() {
                names.push((i, name.to_owned()));
            } else if !(value.is_empty() || i == 0 && value.eq_ignore_ascii_case("Default Title")) {
                self.error(
                    first,
                    OPTION_VALUE[i],
                    value,
                    "the option has no name in the first row of the product",
                );
            }
        }
        names
    }

    fn variant(
        &mut self,
        row: &Row,
        option_names: &[(usize, String)],
        options: &mut [(String, Vec<String>)],
    ) -> DraftVariant {
        let columns = self.columns;
        let mut selected_options = Vec::with_capacity(option_names.len());
        for ((i, name), (_, values)) in option_names.iter().zip(options) {
            let value = row.get(columns.options[*i].1);
            if value.is_empty() {
                self.error(
                    row,
                    OPTION_VALUE[*i],
                    "",
                    format!("the variant has no value for the option \"{name}\""),
                );
            } else if !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
            selected_options.push(SelectedOption {
                name: name.clone(),
                value: value.to_owned(),
            });
        }
        let sku = match without_apostrophe(row.get(columns.sku)) {
            "" => {
                self.notice(
                    row,
                    "variants without a SKU got one made of the handle and the option values",
                );
                made_sku(&self.handle, &selected_options)
            }
            sku => sku.to_owned(),
        };
        let barcode = without_apostrophe(row.get(columns.barcode));
        DraftVariant {
            sku,
            barcode: Some(barcode.to_owned()).filter(|b| !b.is_empty()),
            selected_options,
            weight_grams: self.grams(row),
            track_inventory: !row.get(columns.tracker).is_empty()
                && !row.get(columns.policy).eq_ignore_ascii_case("continue"),
            requires_shipping: self.flag(row, "Variant Requires Shipping", columns.requires_shipping, true),
            taxable: self.flag(row, "Variant Taxable", columns.taxable, true),
            prices: self.prices(row),
        }
    }

    fn prices(&mut self, row: &Row) -> Vec<(ChannelId, i64, Option<i64>)> {
        let (price, compare_at) = (row.get(self.columns.price), row.get(self.columns.compare_at));
        if price.is_empty() {
            self.error(row, "Variant Price", "", "the variant has no price");
            return Vec::new();
        }
        let mut prices = Vec::with_capacity(self.channels.len());
        for (channel, currency) in self.channels {
            let amount = self.amount(row, "Variant Price", price, *currency);
            let former = if compare_at.is_empty() {
                None
            } else {
                self.amount(row, "Variant Compare At Price", compare_at, *currency)
            };
            if let Some(amount) = amount {
                prices.push((*channel, amount, former));
            }
        }
        prices
    }

    fn amount(&mut self, row: &Row, column: &'static str, value: &str, currency: Currency) -> Option<i64> {
        match Money::parse(value, currency) {
            Ok(money) if money.minor < 0 => {
                self.error(row, column, value, "is negative");
                None
            }
            Ok(money) => Some(money.minor),
            Err(error) => {
                self.error(row, column, value, format!("is no amount of {currency}: {error}"));
                None
            }
        }
    }

    fn grams(&mut self, row: &Row) -> i64 {
        let value = row.get(self.columns.grams);
        match whole_number(value) {
            Some(grams) if grams >= 0 => grams,
            _ => {
                self.error(row, "Variant Grams", value, "is no whole number of at least 0");
                0
            }
        }
    }

    fn stock(&mut self, row: &Row, variant: &DraftVariant, stock: &mut Vec<(String, i64)>) {
        let value = row.get(self.columns.quantity);
        if value.is_empty() || row.get(self.columns.tracker).is_empty() {
            return;
        }
        match whole_number(value) {
            None => self.error(row, "Variant Inventory Qty", value, "is no whole number"),
            Some(quantity) => {
                if quantity < 0 {
                    self.notice(row, "quantities below 0 (oversold) were taken as 0");
                }
                stock.push((variant.sku.clone(), Ord::max(quantity, 0)));
            }
        }
    }

    fn flag(&mut self, row: &Row, name: &'static str, column: Option<usize>, empty: bool) -> bool {
        let value = row.get(column);
        match value.to_ascii_lowercase().as_str() {
            "" => empty,
            "true" | "yes" | "1" => true,
            "false" | "no" | "0" => false,
            _ => {
                self.error(row, name, value, "is neither TRUE nor FALSE");
                empty
            }
        }
    }

    fn status(&mut self, row: &Row) -> ProductStatus {
        let value = row.get(self.columns.status);
        match value.to_ascii_lowercase().as_str() {
            "" | "active" => ProductStatus::Active,
            "draft" => ProductStatus::Draft,
            "archived" => ProductStatus::Archived,
            _ => {
                self.error(row, "Status", value, "is none of active, draft, archived");
                ProductStatus::Draft
            }
        }
    }

    fn picture(&mut self, row: &Row, media: &mut Pictures) {
        let columns = self.columns;
        for (column, name) in [(columns.image, "Image Src"), (columns.variant_image, "Variant Image")] {
            let url = row.get(column);
            if url.is_empty() {
                continue;
            }
            let absolute = ["https://", "http://", "/media/"]
                .iter()
                .any(|start| url.starts_with(start));
            if !absolute || url.chars().any(char::is_whitespace) {
                self.error(row, name, url, "is neither an http(s) address nor a path under /media/");
                continue;
            }
            let own = name == "Image Src";
            let position = match row.get(columns.image_position) {
                position if own && !position.is_empty() => match position.parse::<u32>() {
                    Ok(position) => position,
                    Err(_) => {
                        self.error(row, "Image Position", position, "is no whole number");
                        0
                    }
                },
                // Pictures of variants come behind those of the product.
                _ => u32::MAX,
            };
            let alt = if own { row.get(columns.image_alt) } else { "" };
            media.add(position, url, alt);
        }
    }

    fn attributes(&mut self, row: &Row) -> Vec<NewAttribute> {
        let value = row.get(self.columns.attributes);
        if value.is_empty() {
            return Vec::new();
        }
        let object: serde_json::Map<String, serde_json::Value> = match serde_json::from_str(value) {
            Ok(object) => object,
            Err(error) => {
                self.error(row, "Attributes (JSON)", value, format!("is no JSON object: {error}"));
                return Vec::new();
            }
        };
        let mut attributes: Vec<NewAttribute> = Vec::with_capacity(object.len());
        for (key, value) in object {
            match attribute_values(&value) {
                Ok(values) if values.is_empty() => {}
                Ok(values) => {
                    let key = key.trim().to_lowercase();
                    if attributes.iter().any(|known| known.key == key) {
                        self.error(row, "Attributes (JSON)", &key, "the key comes twice");
                    }
                    attributes.push(NewAttribute { key, values });
                }
                Err(reason) => self.error(row, "Attributes (JSON)", &format!("{key}: {value}"), reason),
            }
        }
        attributes
    }

    /// What the domain finds wrong, at the place in the file.
    fn of_draft(&self, line: u64, parsed: &ParsedProduct, error: &DraftError) -> RowError {
        let variant = match error {
            DraftError::Sku { variant, .. }
            | DraftError::SkuTwice { variant, .. }
            | DraftError::Price { variant, .. }
            | DraftError::Weight { variant, .. }
            | DraftError::Selection { variant, .. }
            | DraftError::SelectionTwice { variant, .. } => Some(*variant),
            _ => None,
        };
        let (column, value) = match error {
            DraftError::Name => ("Title", parsed.draft.name.as_str()),
            DraftError::Slug(slug) => ("Handle", slug.as_str()),
            DraftError::Description => ("Body (HTML)", ""),
            DraftError::Sku { sku, .. } | DraftError::SkuTwice { sku, .. } => ("Variant SKU", sku.as_str()),
            DraftError::Price { .. } => ("Variant Price", ""),
            DraftError::Weight { .. } => ("Variant Grams", ""),
            DraftError::Option(name) => ("Option1 Name", name.as_str()),
            DraftError::Selection { sku, .. } | DraftError::SelectionTwice { sku, .. } => {
                ("Option1 Value", sku.as_str())
            }
            DraftError::Attribute(key) => ("Attributes (JSON)", key.as_str()),
            DraftError::Variants => ("Handle", self.handle.as_str()),
        };
        RowError {
            line: variant.and_then(|i| self.variant_lines.get(i).copied()).unwrap_or(line),
            handle: self.handle.clone(),
            column,
            value: value.to_owned(),
            reason: error.to_string(),
        }
    }
}

const OPTION_VALUE: [&str; OPTIONS] = ["Option1 Value", "Option2 Value", "Option3 Value"];
