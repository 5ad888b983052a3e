//! Markets, places, taxes and deliveries of the demo shop.

use chrono::{DateTime, Utc};
use entity::channel::channel::Countries;
use entity::channel::delivery_method::{DeliveryRate, DeliveryRates};
use entity::channel::{channel, channel_location, delivery_method, location, tax_rate};
use entity::{ChannelId, LocationId};
use sea_orm::{DbErr, EntityTrait, IntoActiveModel};

use crate::platform::db::Tx;
use crate::platform::id::Ids;

/// Value added tax in the European Union, basis points.
const EU_TAXES: [(&str, i32); 27] = [
    ("AT", 2000),
    ("BE", 2100),
    ("BG", 2000),
    ("CY", 1900),
    ("CZ", 2100),
    ("DE", 1900),
    ("DK", 2500),
    ("EE", 2400),
    ("ES", 2100),
    ("FI", 2550),
    ("FR", 2000),
    ("GR", 2400),
    ("HR", 2500),
    ("HU", 2700),
    ("IE", 2300),
    ("IT", 2200),
    ("LT", 2100),
    ("LU", 1700),
    ("LV", 2100),
    ("MT", 1800),
    ("NL", 2100),
    ("PL", 2300),
    ("PT", 2300),
    ("RO", 2100),
    ("SE", 2500),
    ("SI", 2200),
    ("SK", 2300),
];
/// Taxes elsewhere. One flat rate stands for the many of the United States.
const OTHER_TAXES: [(&str, &str, i32); 4] = [
    ("CA", "GST", 500),
    ("CH", "VAT", 810),
    ("GB", "VAT", 2000),
    ("US", "Sales tax", 825),
];

/// A way of delivery: name, countries (none: all of the channel), steps of grams and price, days.
type Delivery = (
    &'static str,
    &'static [&'static str],
    &'static [(Option<i64>, i64)],
    (i32, i32),
);

const US_DELIVERIES: [Delivery; 3] = [
    ("Standard", &[], &[(None, 595)], (4, 7)),
    (
        "Parcel by weight",
        &[],
        &[(Some(1000), 490), (Some(5000), 890), (Some(20_000), 1690), (None, 3900)],
        (3, 6),
    ),
    ("Express", &["US"], &[(None, 1995)], (1, 2)),
];
const EU_DELIVERIES: [Delivery; 3] = [
    ("Standard", &[], &[(None, 495)], (3, 5)),
    (
        "Parcel by weight",
        &[],
        &[(Some(1000), 390), (Some(5000), 690), (Some(20_000), 1290), (None, 2990)],
        (2, 5),
    ),
    (
        "Express",
        &["AT", "BE", "DE", "FR", "LU", "NL"],
        &[(None, 1495)],
        (1, 2),
    ),
];

/// The markets and places of the demo shop.
pub(super) struct Shop {
    /// US dollars, prices net of tax; the default.
    pub us: ChannelId,
    /// Euros, tax included.
    pub eu: ChannelId,
    /// The default location; sends within America.
    pub new_york: LocationId,
    /// Sends to Europe, and to America what New York does not have.
    pub rotterdam: LocationId,
}

/// Opens the markets.
pub(super) async fn open(tx: &Tx, ids: &Ids, now: DateTime<Utc>) -> Result<Shop, DbErr> {
    let shop = Shop {
        us: ids.new_id(),
        eu: ids.new_id(),
        new_york: ids.new_id(),
        rotterdam: ids.new_id(),
    };
    let place = |id, slug: &str, name: &str, country: &str, is_default| location::Model {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        country_code: country.to_owned(),
        is_default,
        created_at: now,
    };
    let places = [
        place(shop.new_york, "new-york", "New York", "US", true),
        place(shop.rotterdam, "rotterdam", "Rotterdam", "NL", false),
    ];
    location::Entity::insert_many(places.map(IntoActiveModel::into_active_model))
        .exec_without_returning(tx)
        .await?;
    let markets = [
        channel::Model {
            id: shop.us,
            slug: "us".to_owned(),
            name: "North America".to_owned(),
            currency_code: "USD".to_owned(),
            tax_included: false,
            default_country: "US".to_owned(),
            countries: countries(["US", "CA"]),
            is_default: true,
            created_at: now,
        },
        channel::Model {
            id: shop.eu,
            slug: "eu".to_owned(),
            name: "European Union".to_owned(),
            currency_code: "EUR".to_owned(),
            tax_included: true,
            default_country: "DE".to_owned(),
            countries: countries(EU_TAXES.map(|(country, _)| country)),
            is_default: false,
            created_at: now,
        },
    ];
    channel::Entity::insert_many(markets.map(IntoActiveModel::into_active_model))
        .exec_without_returning(tx)
        .await?;
    let links = [
        (shop.us, shop.new_york, 0),
        (shop.us, shop.rotterdam, 1),
        (shop.eu, shop.rotterdam, 0),
    ]
    .map(|(channel_id, location_id, priority)| {
        channel_location::Model {
            channel_id,
            location_id,
            priority,
        }
        .into_active_model()
    });
    channel_location::Entity::insert_many(links)
        .exec_without_returning(tx)
        .await?;
    write_taxes(tx, ids).await?;
    write_deliveries(tx, ids, &shop).await?;
    Ok(shop)
}

async fn write_taxes(tx: &Tx, ids: &Ids) -> Result<(), DbErr> {
    let rows = EU_TAXES
        .map(|(country, rate)| (country, "VAT", rate))
        .into_iter()
        .chain(OTHER_TAXES)
        .map(|(country, name, rate_bp)| {
            tax_rate::Model {
                id: ids.new_id(),
                country_code: country.to_owned(),
                name: name.to_owned(),
                rate_bp,
            }
            .into_active_model()
        });
    tax_rate::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

async fn write_deliveries(tx: &Tx, ids: &Ids, shop: &Shop) -> Result<(), DbErr> {
    let mut rows = Vec::new();
    for (channel_id, deliveries) in [(shop.us, US_DELIVERIES), (shop.eu, EU_DELIVERIES)] {
        for (position, (name, reached, steps, (min_days, max_days))) in (0..).zip(deliveries) {
            let rates = steps
                .iter()
                .map(|(up_to_grams, price)| DeliveryRate {
                    up_to_grams: *up_to_grams,
                    price: *price,
                })
                .collect();
            rows.push(
                delivery_method::Model {
                    id: ids.new_id(),
                    channel_id,
                    name: name.to_owned(),
                    countries: countries(reached.iter().copied()),
                    rates: DeliveryRates(rates),
                    min_days,
                    max_days,
                    position,
                }
                .into_active_model(),
            );
        }
    }
    delivery_method::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

fn countries<'a>(codes: impl IntoIterator<Item = &'a str>) -> Countries {
    Countries(codes.into_iter().map(str::to_owned).collect())
}
