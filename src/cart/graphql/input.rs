//! What clients send about carts.

use async_graphql::InputObject;
use entity::customer::customer::Address;
use entity::{CartLineId, DeliveryMethodId, VariantId};

use crate::cart::NewLine;
use crate::graphql::id::Gid;

/// A remark on a line.
#[derive(InputObject, Clone, Debug)]
pub struct LineAttributeInput {
    /// Name.
    pub(super) key: String,
    /// Text.
    pub(super) value: String,
}

/// A line to add.
#[derive(InputObject, Clone, Debug)]
pub struct CartLineInput {
    /// What to buy.
    pub(super) variant_id: Gid<VariantId>,
    /// Units, 1 to 9999.
    pub(super) quantity: i32,
    /// Remarks; lines with different remarks stay apart.
    pub(super) attributes: Option<Vec<LineAttributeInput>>,
}

/// A cart to make.
#[derive(InputObject)]
pub struct CartCreateInput {
    /// Lines to start with.
    pub(super) lines: Option<Vec<CartLineInput>>,
    /// Slug of the channel; that of the request when not given.
    pub(super) channel: Option<String>,
    /// Where the confirmation goes.
    pub(super) email: Option<String>,
}

/// Lines to add.
#[derive(InputObject)]
pub struct CartLinesAddInput {
    /// The cart; else X-Cart-Token.
    pub(super) cart_token: Option<String>,
    /// The lines, 250 at most.
    pub(super) lines: Vec<CartLineInput>,
}

/// A line to change.
#[derive(InputObject)]
pub struct CartLineUpdateInput {
    /// The line.
    pub(super) id: Gid<CartLineId>,
    /// Units it shall have; 0 removes it.
    pub(super) quantity: i32,
    /// Remarks it shall have; those it has when not given.
    pub(super) attributes: Option<Vec<LineAttributeInput>>,
}

/// Lines to change.
#[derive(InputObject)]
pub struct CartLinesUpdateInput {
    /// The cart; else X-Cart-Token.
    pub(super) cart_token: Option<String>,
    /// The lines, 250 at most.
    pub(super) lines: Vec<CartLineUpdateInput>,
}

/// Lines to take out.
#[derive(InputObject)]
pub struct CartLinesRemoveInput {
    /// The cart; else X-Cart-Token.
    pub(super) cart_token: Option<String>,
    /// The lines, 250 at most.
    pub(super) line_ids: Vec<Gid<CartLineId>>,
}

/// A postal address.
#[derive(InputObject, Clone, Debug)]
pub struct AddressInput {
    /// Given name.
    pub(super) first_name: String,
    /// Family name.
    pub(super) last_name: String,
    /// Company.
    pub(super) company: Option<String>,
    /// Street and number.
    pub(super) line1: String,
    /// Rest of the street line.
    pub(super) line2: Option<String>,
    /// City.
    pub(super) city: String,
    /// State or province.
    pub(super) region: Option<String>,
    /// Postal code.
    pub(super) postal_code: String,
    /// ISO 3166-1 alpha-2, for example `DE`; one that the channel sells to.
    pub(super) country_code: String,
    /// Telephone number.
    pub(super) phone: Option<String>,
}

impl From<AddressInput> for Address {
    fn from(a: AddressInput) -> Self {
        Self {
            first_name: a.first_name,
            last_name: a.last_name,
            company: a.company,
            line1: a.line1,
            line2: a.line2,
            city: a.city,
            region: a.region,
            postal_code: a.postal_code,
            country_code: a.country_code,
            phone: a.phone,
        }
    }
}

/// Who buys, and where it goes. What is not given stays as it is.
#[derive(InputObject)]
pub struct CartBuyerUpdateInput {
    /// The cart; else X-Cart-Token.
    pub(super) cart_token: Option<String>,
    /// Where the confirmation goes.
    pub(super) email: Option<String>,
    /// Where the goods go.
    pub(super) shipping_address: Option<AddressInput>,
    /// Who pays, when different.
    pub(super) billing_address: Option<AddressInput>,
}

/// The chosen way of delivery.
#[derive(InputObject)]
pub struct CartDeliverySelectInput {
    /// The cart; else X-Cart-Token.
    pub(super) cart_token: Option<String>,
    /// One of the `deliveryOptions` of the cart.
    pub(super) delivery_option_id: Gid<DeliveryMethodId>,
}

pub(super) fn remarks(attributes: Vec<LineAttributeInput>) -> Vec<(String, String)> {
    attributes.into_iter().map(|a| (a.key, a.value)).collect()
}

pub(super) fn new_lines(lines: Vec<CartLineInput>) -> Vec<NewLine> {
    let new = |line: CartLineInput| NewLine {
        variant: line.variant_id.0,
        quantity: line.quantity,
        attributes: remarks(line.attributes.unwrap_or_default()),
    };
    lines.into_iter().map(new).collect()
}
