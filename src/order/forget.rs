//! Orders of a person who is to be forgotten: the goods, the amounts and the country stay, because the books need them.

use entity::customer::customer::Address;
use entity::order::orders;
use entity::order::orders::Column;
use entity::{CartId, CustomerId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::platform::db::{Tx, upsert_all};
use crate::platform::error::Result;

/// Orders that are changed at a time.
const CHUNK: u64 = 1000;

/// Takes the person out of the orders of `customer`, and out of those without a customer that have this address. Gives
/// the carts that they came from.
///
/// # Errors
/// Those of the database.
pub(crate) async fn forget_people(tx: &Tx, customer: CustomerId, email: Option<&str>) -> Result<Vec<CartId>> {
    let mut theirs = Condition::any().add(Column::CustomerId.eq(customer));
    if let Some(email) = email {
        let unclaimed = Condition::all()
            .add(Column::Email.eq(email))
            .add(Column::CustomerId.is_null());
        theirs = theirs.add(unclaimed);
    }
    let mut carts = Vec::new();
    loop {
        // What was changed is no longer found.
        let found = orders::Entity::find()
            .filter(theirs.clone())
            .limit(CHUNK)
            .all(tx)
            .await?;
        if found.is_empty() {
            return Ok(carts);
        }
        carts.extend(found.iter().filter_map(|order| order.cart_id));
        let blank = found.into_iter().map(|order| {
            let order = orders::Model {
                customer_id: None,
                email: None,
                shipping_address: order.shipping_address.map(country_alone),
                billing_address: order.billing_address.map(country_alone),
                ..order
            };
            order.into_active_model()
        });
        let columns = [
            Column::CustomerId,
            Column::Email,
            Column::ShippingAddress,
            Column::BillingAddress,
        ];
        upsert_all(tx, blank.collect(), &[Column::Id], &columns).await?;
    }
}

/// Where it went, as far as taxes care.
fn country_alone(address: Address) -> Address {
    Address {
        first_name: String::new(),
        last_name: String::new(),
        company: None,
        line1: String::new(),
        line2: None,
        city: String::new(),
        region: None,
        postal_code: String::new(),
        country_code: address.country_code,
        phone: None,
    }
}
