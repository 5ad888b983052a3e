//! Addresses that customers keep.

use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};

use crate::customer::query::AddressRow;
use crate::graphql::id::global_id;

/// An address that a customer keeps.
pub struct CustomerAddressObject(pub AddressRow);

/// An address that a customer keeps.
#[Object(name = "CustomerAddress", cache_control(no_cache, private))]
impl CustomerAddressObject {
    /// Global id, for example `address_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Given name.
    async fn first_name(&self) -> &str {
        &self.0.address.first_name
    }

    /// Family name.
    async fn last_name(&self) -> &str {
        &self.0.address.last_name
    }

    /// Company.
    async fn company(&self) -> Option<&str> {
        self.0.address.company.as_deref()
    }

    /// Street and number.
    async fn line1(&self) -> &str {
        &self.0.address.line1
    }

    /// Rest of the street line.
    async fn line2(&self) -> Option<&str> {
        self.0.address.line2.as_deref()
    }

    /// City.
    async fn city(&self) -> &str {
        &self.0.address.city
    }

    /// State or province.
    async fn region(&self) -> Option<&str> {
        self.0.address.region.as_deref()
    }

    /// Postal code.
    async fn postal_code(&self) -> &str {
        &self.0.address.postal_code
    }

    /// ISO 3166-1 alpha-2.
    async fn country_code(&self) -> &str {
        &self.0.address.country_code
    }

    /// Telephone number.
    async fn phone(&self) -> Option<&str> {
        self.0.address.phone.as_deref()
    }

    /// Whether it is proposed for delivery.
    async fn is_default_shipping(&self) -> bool {
        self.0.is_default_shipping
    }

    /// Whether it is proposed for the bill.
    async fn is_default_billing(&self) -> bool {
        self.0.is_default_billing
    }

    /// When it was stored.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
