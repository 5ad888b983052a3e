//! Postal addresses, checked.

use entity::customer::customer::Address;

use crate::platform::locale::{Message, message};

/// Longest field of an address in characters.
const FIELD_MAX: usize = 200;

/// A field of an address, by its name in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressField(pub &'static str);

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum AddressError {
    /// A field that must be filled is empty.
    Empty(AddressField),
    /// A field is too long, or holds control characters.
    Malformed(AddressField),
    /// The country is no country that the channel sells to.
    Country(String),
}

impl AddressError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Empty(_) => message!("not-empty"),
            Self::Malformed(_) => message!("address-field", max = FIELD_MAX),
            Self::Country(country) => message!("country-not-served", country = country.as_str()),
        }
    }

    /// The field, by its name in the API.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Empty(field) | Self::Malformed(field) => field.0,
            Self::Country(_) => "countryCode",
        }
    }
}

/// `address` with spaces trimmed and the country in capitals.
///
/// # Errors
/// See [`AddressError`]; `countries` are those that the channel sells to.
pub fn checked_address(address: Address, countries: &[String]) -> Result<Address, AddressError> {
    let text = |name: &'static str, value: &str, required: bool| {
        let value = value.trim();
        if required && value.is_empty() {
            return Err(AddressError::Empty(AddressField(name)));
        }
        if value.chars().count() > FIELD_MAX || value.chars().any(char::is_control) {
            return Err(AddressError::Malformed(AddressField(name)));
        }
        Ok(value.to_owned())
    };
    let optional = |name: &'static str, value: &Option<String>| {
        let value = value.as_deref().map(|value| text(name, value, false)).transpose()?;
        Ok::<_, AddressError>(value.filter(|value| !value.is_empty()))
    };
    let country_code = address.country_code.trim().to_ascii_uppercase();
    if !countries.contains(&country_code) {
        return Err(AddressError::Country(address.country_code));
    }
    Ok(Address {
        first_name: text("firstName", &address.first_name, true)?,
        last_name: text("lastName", &address.last_name, true)?,
        company: optional("company", &address.company)?,
        line1: text("line1", &address.line1, true)?,
        line2: optional("line2", &address.line2)?,
        city: text("city", &address.city, true)?,
        region: optional("region", &address.region)?,
        postal_code: text("postalCode", &address.postal_code, true)?,
        country_code,
        phone: optional("phone", &address.phone)?,
    })
}
