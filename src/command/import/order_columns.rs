//! The columns of Shopify's order CSV.

use super::source::{Header, Row, SourceError};

/// Where the columns are. A column that is not there reads as empty everywhere.
#[derive(Debug)]
pub struct Columns {
    pub(super) name: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) financial_status: Option<usize>,
    pub(super) paid_at: Option<usize>,
    pub(super) fulfillment_status: Option<usize>,
    pub(super) fulfilled_at: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) subtotal: Option<usize>,
    pub(super) shipping: Option<usize>,
    pub(super) taxes: Option<usize>,
    pub(super) total: Option<usize>,
    pub(super) discount: Option<usize>,
    pub(super) shipping_method: Option<usize>,
    pub(super) created_at: Option<usize>,
    pub(super) cancelled_at: Option<usize>,
    pub(super) refunded: Option<usize>,
    pub(super) outstanding: Option<usize>,
    pub(super) line_quantity: Option<usize>,
    pub(super) line_name: Option<usize>,
    pub(super) line_price: Option<usize>,
    pub(super) line_sku: Option<usize>,
    pub(super) line_taxable: Option<usize>,
    pub(super) line_discount: Option<usize>,
    pub(super) shipping_address: AddressColumns,
    pub(super) billing_address: AddressColumns,
}

/// Where the parts of an address are.
#[derive(Debug)]
pub(super) struct AddressColumns {
    pub(super) name: Option<usize>,
    pub(super) street: Option<usize>,
    pub(super) line1: Option<usize>,
    pub(super) line2: Option<usize>,
    pub(super) company: Option<usize>,
    pub(super) city: Option<usize>,
    pub(super) zip: Option<usize>,
    pub(super) province: Option<usize>,
    pub(super) country: Option<usize>,
    pub(super) phone: Option<usize>,
    pub(super) country_name: &'static str,
}

impl AddressColumns {
    fn of(header: &mut Header, kind: &str, country_name: &'static str) -> Self {
        let mut take = |name: &str| header.take(&format!("{kind} {name}"));
        Self {
            name: take("Name"),
            street: take("Street"),
            line1: take("Address1"),
            line2: take("Address2"),
            company: take("Company"),
            city: take("City"),
            zip: take("Zip"),
            province: take("Province"),
            country: take("Country"),
            phone: take("Phone"),
            country_name,
        }
    }
}

impl Columns {
    /// Finds the columns and names those that are ignored.
    ///
    /// # Errors
    /// When one that every order needs is not there, or a column comes twice.
    pub fn of(fields: &csv::StringRecord) -> Result<(Self, Vec<String>), SourceError> {
        let mut header = Header::of(fields)?;
        let columns = Self {
            name: header.need("Name")?,
            email: header.take("Email"),
            financial_status: header.take("Financial Status"),
            paid_at: header.take("Paid at"),
            fulfillment_status: header.take("Fulfillment Status"),
            fulfilled_at: header.take("Fulfilled at"),
            currency: header.take("Currency"),
            subtotal: header.need("Subtotal")?,
            shipping: header.take("Shipping"),
            taxes: header.take("Taxes"),
            total: header.need("Total")?,
            discount: header.take("Discount Amount"),
            shipping_method: header.take("Shipping Method"),
            created_at: header.need("Created at")?,
            cancelled_at: header.take("Cancelled at"),
            refunded: header.take("Refunded Amount"),
            outstanding: header.take("Outstanding Balance"),
            line_quantity: header.need("Lineitem quantity")?,
            line_name: header.need("Lineitem name")?,
            line_price: header.need("Lineitem price")?,
            line_sku: header.take("Lineitem sku"),
            line_taxable: header.take("Lineitem taxable"),
            line_discount: header.take("Lineitem discount"),
            shipping_address: AddressColumns::of(&mut header, "Shipping", "Shipping Country"),
            billing_address: AddressColumns::of(&mut header, "Billing", "Billing Country"),
        };
        Ok((columns, header.left()))
    }

    /// The number of the order of a row.
    pub fn number<'r>(&self, row: &'r Row) -> &'r str {
        row.get(self.name)
    }
}
