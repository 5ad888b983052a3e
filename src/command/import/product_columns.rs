//! The columns of Shopify's product CSV.

use super::source::{Header, Row, SourceError};

/// Options of a product in the format.
pub(super) const OPTIONS: usize = 3;

/// Where the columns are. A column that is not there reads as empty everywhere.
#[derive(Debug)]
pub struct Columns {
    pub(super) handle: Option<usize>,
    pub(super) title: Option<usize>,
    pub(super) body: Option<usize>,
    pub(super) vendor: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) category: Option<usize>,
    pub(super) tags: Option<usize>,
    pub(super) published: Option<usize>,
    pub(super) options: [(Option<usize>, Option<usize>); OPTIONS],
    pub(super) sku: Option<usize>,
    pub(super) grams: Option<usize>,
    pub(super) tracker: Option<usize>,
    pub(super) quantity: Option<usize>,
    pub(super) policy: Option<usize>,
    pub(super) price: Option<usize>,
    pub(super) compare_at: Option<usize>,
    pub(super) requires_shipping: Option<usize>,
    pub(super) taxable: Option<usize>,
    pub(super) barcode: Option<usize>,
    pub(super) image: Option<usize>,
    pub(super) image_position: Option<usize>,
    pub(super) image_alt: Option<usize>,
    pub(super) variant_image: Option<usize>,
    pub(super) gift_card: Option<usize>,
    pub(super) seo_title: Option<usize>,
    pub(super) seo_description: Option<usize>,
    pub(super) status: Option<usize>,
    pub(super) attributes: Option<usize>,
}

impl Columns {
    /// Finds the columns and names those that are ignored.
    ///
    /// # Errors
    /// When `Handle`, `Title` or `Variant Price` is not there, or a column comes twice.
    pub fn of(fields: &csv::StringRecord) -> Result<(Self, Vec<String>), SourceError> {
        let mut header = Header::of(fields)?;
        let columns = Self {
            handle: header.need("Handle")?,
            title: header.need("Title")?,
            body: header.take("Body (HTML)"),
            vendor: header.take("Vendor"),
            kind: header.take("Type"),
            category: header.take("Product Category"),
            tags: header.take("Tags"),
            published: header.take("Published"),
            options: [
                (header.take("Option1 Name"), header.take("Option1 Value")),
                (header.take("Option2 Name"), header.take("Option2 Value")),
                (header.take("Option3 Name"), header.take("Option3 Value")),
            ],
            sku: header.take("Variant SKU"),
            grams: header.take("Variant Grams"),
            tracker: header.take("Variant Inventory Tracker"),
            quantity: header.take("Variant Inventory Qty"),
            policy: header.take("Variant Inventory Policy"),
            price: header.need("Variant Price")?,
            compare_at: header.take("Variant Compare At Price"),
            requires_shipping: header.take("Variant Requires Shipping"),
            taxable: header.take("Variant Taxable"),
            barcode: header.take("Variant Barcode"),
            image: header.take("Image Src"),
            image_position: header.take("Image Position"),
            image_alt: header.take("Image Alt Text"),
            variant_image: header.take("Variant Image"),
            gift_card: header.take("Gift Card"),
            seo_title: header.take("SEO Title"),
            seo_description: header.take("SEO Description"),
            status: header.take("Status"),
            attributes: header.take("Attributes (JSON)"),
        };
        // Every shop's own warehouse sends in this version: named so that it is no surprise in the notice.
        header.take("Variant Fulfillment Service");
        Ok((columns, header.left()))
    }

    /// The handle of a row.
    pub fn handle<'r>(&self, row: &'r Row) -> &'r str {
        row.get(self.handle)
    }
}
