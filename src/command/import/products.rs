//! `merx import products`: Shopify's product CSV into the catalogue and the stock.

use std::collections::HashMap;
use std::path::PathBuf;

use entity::catalog::product::ProductStatus;
use entity::{ChannelId, LocationId};

use super::canonical::Canonical;
use super::pipeline::{self, Parse};
use super::product_columns::Columns;
use super::product_rows::{self, ParsedProduct};
use super::progress::Progress;
use super::report::{Report, RowError, Summary};
use super::source::{self, Row};
use super::{ImportError, channels_of};
use crate::app::App;
use crate::catalog::{self, AttributeValue, Outcome, SaveError, Saved};
use crate::platform::db::{refusal_of, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::money::Currency;
use crate::platform::text::{sha256_hex, slugify};
use crate::{channel, inventory};

/// An import of products.
#[derive(Clone, Debug, Default)]
pub struct ImportProducts {
    /// The file.
    pub file: PathBuf,
    /// Channels by slug, in whose currencies the prices are; none: the default channel.
    pub channels: Vec<String>,
    /// Location of the stock by slug; none: the default location.
    pub location: Option<String>,
}

/// Imports products: each wholly or not at all, by handle. What came from the same rows before is left alone, stock
/// too; what staff has changed since is overwritten.
///
/// # Errors
/// When the file cannot be read, or channel or location are not there: nothing has been written then. When the
/// database fails: batches before stay, and the same import again goes on.
pub async fn products(app: &App, command: ImportProducts) -> Result<Summary, ImportError> {
    let channels = channels_of(app, &command.channels).await?;
    let location = match &command.location {
        None => channel::default_location(&app.db).await?.id,
        Some(slug) => {
            let location = channel::location_by_slug(&app.db, slug).await?;
            location.ok_or_else(|| ImportError::NoLocation(slug.clone()))?.id
        }
    };
    let path = command.file.clone();
    let looked = tokio::task::spawn_blocking(move || -> Result<_, source::SourceError> {
        let header = source::header(&path).and_then(|fields| Columns::of(&fields));
        // A file that is damaged is named as such, even if that took the columns away.
        let looked = source::look_through(&path)?;
        Ok((looked, header?))
    });
    let (looked, (columns, ignored)) = looked.await.map_err(|e| Fault::part("reading", e))??;

    let mut report = Report::new(&app.config.server.data_dir, &command.file, app.clock.now());
    report.summary.rows = looked.rows;
    if !ignored.is_empty() {
        report.notice(1, &format!("columns ignored: {}", ignored.join(", ")));
    }
    let mut progress = Progress::new(looked.rows);
    let parse = ProductParse {
        columns,
        channels: channels.iter().map(|c| (c.id, c.currency)).collect(),
    };
    let mut batches = pipeline::start(command.file, parse);
    let mut writer = Writer { app, location, report };
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        writer.write(batch.items).await?;
        progress.add(batch.rows);
    }
    app.categories.clear();
    Ok(writer.report.finish(progress.finish())?)
}

/// The products of a file as an import would write them, without a database. Those that it would refuse are left out.
/// Prices are in `currency`, of a channel without a key.
///
/// # Errors
/// When the file cannot be read.
pub async fn read_products(file: PathBuf, currency: Currency) -> Result<Vec<ParsedProduct>, ImportError> {
    let path = file.clone();
    let header = tokio::task::spawn_blocking(move || source::header(&path).and_then(|fields| Columns::of(&fields)));
    let (columns, _) = header.await.map_err(|e| Fault::part("reading", e))??;
    let parse = ProductParse {
        columns,
        channels: vec![(ChannelId(uuid::Uuid::nil()), currency)],
    };
    let mut batches = pipeline::start(file, parse);
    let mut products = Vec::new();
    while let Some(batch) = batches.recv().await {
        products.extend(batch?.items.into_iter().flatten());
    }
    Ok(products)
}

struct ProductParse {
    columns: Columns,
    channels: Vec<(ChannelId, Currency)>,
}

impl Parse for ProductParse {
    type Item = ParsedProduct;
    const KEY: &'static str = "Handle";
    const ROWS: u64 = 500;

    fn key<'r>(&self, row: &'r Row) -> &'r str {
        self.columns.handle(row)
    }

    fn name(&self, key: &str) -> String {
        slugify(key)
    }

    fn parse(&self, rows: &[Row]) -> Result<ParsedProduct, Vec<RowError>> {
        let mut parsed = product_rows::product(&self.columns, &self.channels, rows)?;
        parsed.draft.content_hash = Some(content_hash(&parsed));
        Ok(parsed)
    }
}

struct Writer<'a> {
    app: &'a App,
    location: LocationId,
    report: Report,
}

type Written = Vec<std::result::Result<Saved, SaveError>>;

impl Writer<'_> {
    async fn write(&mut self, items: Vec<Result<ParsedProduct, Vec<RowError>>>) -> Result<()> {
        let mut products = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Ok(product) => products.push(product),
                Err(errors) => self.report.refuse(&errors)?,
            }
        }
        match self.save(&products).await {
            Ok(saved) => self.count(&products, saved),
            // One product that the database refuses shall not take its batch along.
            Err(fault) if refusal_of(&fault).is_some() => {
                for product in &products {
                    match self.save(std::slice::from_ref(product)).await {
                        Ok(saved) => self.count(std::slice::from_ref(product), saved)?,
                        Err(fault) => {
                            let Some(reason) = refusal_of(&fault) else {
                                return Err(fault);
                            };
                            let reason = format!("the database refuses it: {reason}");
                            self.report
                                .refuse(&[refused(product, "Handle", &product.handle, reason)])?;
                        }
                    }
                }
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }

    /// Writes products in one transaction, again when another writer was in the way.
    async fn save(&self, products: &[ParsedProduct]) -> Result<Written> {
        retry_conflicts(Fault::db, || self.save_once(products)).await
    }

    async fn save_once(&self, products: &[ParsedProduct]) -> Result<Written> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let (ids, now) = (&self.app.ids, self.app.clock.now());
        let tx = self.app.db.begin().await?;
        let names: Vec<&str> = products.iter().filter_map(|p| p.category.as_deref()).collect();
        let categories = catalog::ensure_categories(&tx, ids, now, &names).await?;
        let drafts = products.iter().map(|product| {
            let mut draft = product.draft.clone();
            draft.category_id = product
                .category
                .as_deref()
                .and_then(|name| categories.get(name).copied());
            draft
        });
        let written = catalog::import_batch(&tx, ids, now, drafts.collect()).await?;
        let mut levels = Vec::new();
        for (product, saved) in products.iter().zip(&written) {
            let Ok(saved) = saved else { continue };
            let variants: HashMap<&str, _> = saved.variants.iter().map(|(sku, id)| (sku.as_str(), *id)).collect();
            let stock = product.stock.iter();
            levels.extend(stock.filter_map(|(sku, units)| variants.get(sku.as_str()).map(|id| (*id, *units))));
        }
        inventory::set_on_hand(&tx, ids, now, self.location, &levels).await?;
        tx.commit().await?;
        Ok(written)
    }

    fn count(&mut self, products: &[ParsedProduct], written: Written) -> Result<()> {
        for (product, saved) in products.iter().zip(written) {
            match saved {
                Ok(saved) => {
                    let summary = &mut self.report.summary;
                    match saved.outcome {
                        Outcome::Created => summary.created += 1,
                        Outcome::Updated => summary.updated += 1,
                        Outcome::Unchanged => summary.unchanged += 1,
                    }
                    if saved.outcome != Outcome::Unchanged {
                        for notice in &product.notices {
                            self.report.notice(notice.line, notice.text);
                        }
                    }
                }
                Err(error) => {
                    let (column, value) = match &error {
                        SaveError::SkuTaken(sku) => ("Variant SKU", sku.as_str()),
                        SaveError::SlugTaken(_) | SaveError::Draft(_) => ("Handle", product.handle.as_str()),
                    };
                    self.report
                        .refuse(&[refused(product, column, value, error.to_string())])?;
                }
            }
        }
        Ok(())
    }
}

fn refused(product: &ParsedProduct, column: &'static str, value: &str, reason: String) -> RowError {
    RowError {
        line: product.line,
        handle: product.handle.clone(),
        column,
        value: value.to_owned(),
        reason,
    }
}

/// Hash of all that an import writes of a product, in a form that only a change of the file or of the channels changes.
fn content_hash(parsed: &ParsedProduct) -> String {
    let draft = &parsed.draft;
    let mut text = Canonical::default();
    // Raised whenever the same rows would be written otherwise.
    text.put("1").put(&draft.slug).put(&draft.name).put(&draft.description);
    text.opt(draft.brand.as_deref()).opt(parsed.category.as_deref());
    text.put(match draft.status {
        ProductStatus::Draft => "draft",
        ProductStatus::Active => "active",
        ProductStatus::Archived => "archived",
    });
    text.put(draft.published).list(&draft.tags);
    text.opt(draft.seo_title.as_deref())
        .opt(draft.seo_description.as_deref());
    text.put(draft.options.len());
    for (name, values) in &draft.options {
        text.put(name).list(values);
    }
    text.put(draft.variants.len());
    for variant in &draft.variants {
        text.put(&variant.sku).opt(variant.barcode.as_deref());
        text.put(variant.options_key()).put(variant.weight_grams);
        text.put(variant.track_inventory)
            .put(variant.requires_shipping)
            .put(variant.taxable);
        text.put(variant.prices.len());
        for (channel, amount, former) in &variant.prices {
            text.put(channel).put(amount).opt(former.as_ref());
        }
    }
    text.put(draft.attributes.len());
    for attribute in &draft.attributes {
        text.put(&attribute.key).put(attribute.values.len());
        for value in &attribute.values {
            match value {
                AttributeValue::Text(value) => text.put("t").put(value),
                AttributeValue::Number(value) => text.put("n").put(value),
                AttributeValue::Boolean(value) => text.put("b").put(value),
            };
        }
    }
    text.put(draft.media.len());
    for picture in &draft.media {
        text.put(&picture.url).put(&picture.alt);
    }
    text.put(parsed.stock.len());
    for (sku, units) in &parsed.stock {
        text.put(sku).put(units);
    }
    sha256_hex(text.0)
}
