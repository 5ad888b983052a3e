//! Orders find their customer, and not before the address is proven.

use serde_json::{Value, json};

use crate::import::import_orders;
use crate::support::{PASSWORD, Shop};

/// The customer that an order has, as the database says.
async fn owner(shop: &Shop, order: &Value) -> Option<String> {
    use sea_orm::EntityTrait;
    let id = order["id"]
        .as_str()
        .expect("an id")
        .parse::<entity::OrderId>()
        .expect("an order");
    let order = entity::order::orders::Entity::find_by_id(id)
        .one(&shop.app.db)
        .await
        .expect("orders");
    order.expect("the order").customer_id.map(|id| id.to_string())
}

#[tokio::test]
async fn orders_of_a_guest_are_claimed_after_verification() {
    let shop = Shop::demo().await;
    let guest = shop.bought_by("guest@example.com").await;
    let other = shop.bought_by("other@example.com").await;
    shop.register("guest@example.com", PASSWORD).await;
    shop.work().await;
    assert_eq!(
        owner(&shop, &guest).await,
        None,
        "claimed before the address was proven"
    );

    shop.verify("guest@example.com").await;
    let me = shop.customer_in("guest@example.com", PASSWORD).await;
    assert_eq!(me.my_orders().await, [guest["number"].as_str().expect("a number")]);
    assert_eq!(owner(&shop, &other).await, None);
    let read = "query($id: ID!) { order(id: $id) { number } node(id: $id) { id } }";
    let data = me.data(read, json!({ "id": guest["id"] })).await;
    assert_eq!(
        (&data["order"]["number"], &data["node"]["id"]),
        (&guest["number"], &guest["id"])
    );
    // The link of the confirmation goes on working.
    let read = "query($id: ID!, $t: String) { order(id: $id, accessToken: $t) { number } }";
    let data = shop
        .data(read, json!({ "id": guest["id"], "t": guest["accessToken"] }))
        .await;
    assert_eq!(data["order"]["number"], guest["number"]);
    // An order that is somebody's already stays theirs.
    let third = shop.customer("other@example.com").await;
    assert_eq!(third.my_orders().await, [other["number"].as_str().expect("a number")]);
    let mine = me.bought_by("other@example.com").await;
    shop.changed("passwordResetRequest", json!({ "email": "other@example.com" }), "")
        .await;
    shop.work().await;
    assert_eq!(third.my_orders().await.len(), 1);
    assert!(
        me.my_orders()
            .await
            .contains(&mine["number"].as_str().expect("a number").to_owned())
    );
}

#[tokio::test]
async fn an_order_placed_while_signed_in_is_theirs_at_once() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    let id = me.data("{ me { id } }", json!({})).await["me"]["id"].take();
    let order = me.bought_by("gift@example.com").await;
    assert_eq!(owner(&shop, &order).await.as_deref(), id.as_str());
    assert_eq!(me.my_orders().await, [order["number"].as_str().expect("a number")]);

    // A cart begun before signing in is not lost, and the order is theirs even if somebody else completes the checkout.
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    assert_eq!(
        me.data(
            "query($t: String!) { cart(token: $t) { quantity } }",
            json!({ "t": cart["token"] })
        )
        .await["cart"]["quantity"],
        1
    );
    let payment = me.pay(&cart, "tok_success").await["payment"]["id"].take();
    let order = shop.complete(&cart, &payment, Value::Null).await["order"].take();
    assert_eq!(owner(&shop, &order).await.as_deref(), id.as_str());
    // A guest's stays a guest's.
    let order = shop.bought_by("me@example.com").await;
    assert_eq!(owner(&shop, &order).await, None);
}

#[tokio::test]
async fn history_from_elsewhere_shows_once_the_address_is_proven() {
    let shop = Shop::demo().await;
    let head = "Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Source,Billing Name\n";
    let row = "#1,ann@example.com,paid,fulfilled,USD,12.00,0,0,12.00,2020-03-02 10:00:00 +0000,2,Bowl,6.00,BOWL,web,Ann Secret\n";
    import_orders(&shop, format!("{head}{row}")).await.expect("imported");
    let known = "{ customers(where: { email: \"ann@example.com\" }) { nodes { id hasAccount ordersCount } } }";
    let known = shop.staff().data(known, json!({})).await["customers"]["nodes"][0].take();
    assert_eq!(
        (&known["hasAccount"], &known["ordersCount"]),
        (&json!(false), &json!(1))
    );

    // The answer shows neither the id nor anything else that was there before.
    let payload = shop.register("ann@example.com", PASSWORD).await;
    assert_ne!(payload["customer"]["id"], known["id"]);
    assert_eq!(payload["customer"]["orders"]["totalCount"], 0);
    assert_eq!(payload["customer"]["lastName"], "Byron");
    shop.verify("ann@example.com").await;
    let me = shop.customer_in("ann@example.com", PASSWORD).await;
    let data = me
        .data("{ me { id orders { totalCount nodes { number } } } }", json!({}))
        .await;
    assert_eq!(
        data["me"]["id"], known["id"],
        "the account takes the id of the customer"
    );
    assert_eq!(
        data["me"]["orders"],
        json!({ "totalCount": 1, "nodes": [{ "number": "#1" }] })
    );
}

#[tokio::test]
async fn letters_about_orders_are_in_the_language_of_the_account() {
    let shop = Shop::demo().await;
    shop.reading("de").register("de@example.com", PASSWORD).await;
    shop.work().await;
    let letter = shop.letters_to("de@example.com").pop().expect("a letter");
    assert!(
        letter.contains("Subject: Bestätigen Sie Ihre E-Mail-Adresse"),
        "{letter}"
    );
    let code = letter
        .split("ist es dieser:\r\n\r\n")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    shop.changed("customerEmailVerify", json!({ "token": code }), "ok")
        .await;
    let me = shop.customer_in("de@example.com", PASSWORD).await;
    let order = me.bought_by("de@example.com").await;
    shop.work().await;
    let subject = format!(
        "Subject: Ihre Bestellung {}",
        order["number"].as_str().expect("a number")
    );
    assert!(
        shop.letters_to("de@example.com")
            .iter()
            .any(|letter| letter.contains(&subject))
    );
}
