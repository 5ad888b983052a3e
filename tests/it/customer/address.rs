//! The addresses that a customer keeps.

use serde_json::{Value, json};

use crate::support::{Shop, home};

const SHOWN: &str = "address { id line1 countryCode phone isDefaultShipping isDefaultBilling }";

async fn add(me: &Shop, street: &str, default: bool) -> Value {
    let input = json!({ "address": home(street), "defaultShipping": default, "defaultBilling": default });
    me.changed("customerAddressCreate", input, SHOWN).await["address"].take()
}

/// Street, whether it is the default for delivery, whether for the bill.
async fn book(me: &Shop) -> Vec<(String, bool, bool)> {
    let document = "{ me { addresses { line1 isDefaultShipping isDefaultBilling } } }";
    let data = me.data(document, json!({})).await;
    let rows = data["me"]["addresses"].as_array().expect("addresses").iter();
    let flag = |value: &Value| value.as_bool().expect("a flag");
    rows.map(|row| {
        let street = row["line1"].as_str().expect("a street").to_owned();
        (street, flag(&row["isDefaultShipping"]), flag(&row["isDefaultBilling"]))
    })
    .collect()
}

fn row(street: &str, shipping: bool, billing: bool) -> (String, bool, bool) {
    (street.to_owned(), shipping, billing)
}

#[tokio::test]
async fn addresses_come_change_and_go() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    let first = add(&me, "1 Main St", true).await;
    assert_eq!(
        (&first["countryCode"], &first["phone"]),
        (&json!("US"), &json!("+1 555 0100"))
    );
    let second = add(&me, "2 Main St", false).await;
    assert_eq!(
        book(&me).await,
        [row("1 Main St", true, true), row("2 Main St", false, false)]
    );
    let input = json!({ "id": second["id"], "defaultShipping": true });
    me.changed("customerAddressUpdate", input, SHOWN).await;
    assert_eq!(
        book(&me).await,
        [row("1 Main St", false, true), row("2 Main St", true, false)]
    );
    let input = json!({ "id": second["id"], "address": home("22 Main St"), "defaultShipping": false });
    me.changed("customerAddressUpdate", input, SHOWN).await;
    assert_eq!(
        book(&me).await,
        [row("1 Main St", false, true), row("22 Main St", false, false)]
    );
    let gone = me
        .changed("customerAddressDelete", json!({ "id": first["id"] }), "deletedId")
        .await;
    assert_eq!(gone["deletedId"], first["id"]);
    assert_eq!(book(&me).await, [row("22 Main St", false, false)]);
    let again = me
        .change_refused("customerAddressDelete", json!({ "id": first["id"] }))
        .await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), json!(["id"])));
}

#[tokio::test]
async fn an_address_is_checked_as_that_of_a_cart() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    for (field, value) in [("city", ""), ("countryCode", "KP"), ("line1", "a\nb")] {
        let mut address = home("1 Main St");
        address[field] = json!(value);
        let refused = me
            .change_refused("customerAddressCreate", json!({ "address": address }))
            .await;
        assert_eq!(refused, ("INVALID_INPUT".to_owned(), json!(["address", field])));
    }
    assert!(book(&me).await.is_empty());
}

#[tokio::test]
async fn fifty_are_kept() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    for number in 0..50 {
        add(&me, &format!("{number} Main St"), false).await;
    }
    let refused = me
        .change_refused("customerAddressCreate", json!({ "address": home("51 Main St") }))
        .await;
    assert_eq!(refused.0, "LIMIT_REACHED");
    assert_eq!(book(&me).await.len(), 50);
}

#[tokio::test]
async fn addresses_belong_to_one_customer() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    let other = shop.customer("other@example.com").await;
    let mine = add(&me, "1 Main St", true).await;
    let update = json!({ "id": mine["id"], "address": home("9 Thief St") });
    assert_eq!(
        other.change_refused("customerAddressUpdate", update).await.0,
        "NOT_FOUND"
    );
    assert_eq!(
        other
            .change_refused("customerAddressDelete", json!({ "id": mine["id"] }))
            .await
            .0,
        "NOT_FOUND"
    );
    add(&other, "3 Main St", true).await;
    assert_eq!(book(&me).await, [row("1 Main St", true, true)]);
}
