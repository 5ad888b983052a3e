//! Which ways of delivery a parcel can take, and at what price.

use entity::DeliveryMethodId;
use entity::channel::delivery_method::{DeliveryRate, Model};

/// A way of delivery that a parcel can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryOption {
    /// The method.
    pub id: DeliveryMethodId,
    /// Its name.
    pub name: String,
    /// Price in minor units of the channel.
    pub price: i64,
    /// Fewest and most days on the way.
    pub days: (i32, i32),
}

/// The price of a parcel: that of the first step that carries it.
fn price(rates: &[DeliveryRate], grams: i64) -> Option<i64> {
    rates
        .iter()
        .find(|rate| rate.up_to_grams.is_none_or(|limit| grams <= limit))
        .map(|rate| rate.price)
}

/// The ways that a parcel of `grams` can take to `country`.
pub fn options(methods: &[Model], country: &str, grams: i64) -> Vec<DeliveryOption> {
    let reaches = |method: &&Model| method.countries.0.is_empty() || method.countries.0.iter().any(|c| c == country);
    let option = |method: &Model| {
        let price = price(&method.rates.0, grams)?;
        Some(DeliveryOption {
            id: method.id,
            name: method.name.clone(),
            price,
            days: (method.min_days, method.max_days),
        })
    };
    methods.iter().filter(reaches).filter_map(option).collect()
}
