//! All that is known about a person.

use serde_json::{Value, json};

use crate::import::import_orders;
use crate::support::{PASSWORD, Shop, home};

async fn part(who: &Shop, name: &str, input: Value) -> (Value, Value) {
    let mut payload = who.changed(name, input, "data next").await;
    let data = payload["data"].as_str().expect("JSON");
    (serde_json::from_str(data).expect("JSON"), payload["next"].take())
}

#[tokio::test]
async fn an_export_holds_everything_and_nobody_else() {
    let shop = Shop::demo().await;
    let other = shop.customer("other@example.com").await;
    other.bought_by("other@example.com").await;
    let me = shop.customer("me@example.com").await;
    let input = json!({ "address": home("1 Main St"), "defaultShipping": true });
    me.changed("customerAddressCreate", input, "address { id }").await;
    let order = me.bought_by("me@example.com").await;
    let (data, next) = part(&me, "customerDataExport", json!({})).await;
    assert_eq!(next, Value::Null);
    assert_eq!(data["profile"]["email"], "me@example.com");
    assert_eq!(data["profile"]["first_name"], "Ada");
    assert_eq!(data["addresses"][0]["line1"], "1 Main St");
    assert_eq!(data["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["orders"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["orders"][0]["number"], order["number"]);
    assert_eq!(data["orders"][0]["lines"][0]["sku"], order["lines"][0]["sku"]);
    assert_eq!(data["orders"][0]["payments"][0]["id"], order["payments"][0]["id"]);
    assert_eq!(data["orders"][0]["shipping_address"]["city"], "Springfield");
    let text = data.to_string();
    assert!(!text.contains("other@example.com"), "{text}");
    for secret in [
        "argon2",
        "password_hash",
        order["accessToken"].as_str().expect("a token"),
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let document = "mutation { customerDataExport(input: {}) { data } }";
    assert_eq!(shop.refused(document, json!({})).await.0, "UNAUTHENTICATED");

    // Staff answers for somebody, which the customer sees in the next export.
    let id = me.data("{ me { id } }", json!({})).await["me"]["id"].take();
    let staff = shop.program(&["customers.read", "customers.erase"], None).await;
    let (seen, _) = part(&staff, "customerDataExportAsStaff", json!({ "id": id })).await;
    assert_eq!(seen["orders"], data["orders"]);
    let (data, _) = part(&me, "customerDataExport", json!({})).await;
    assert_eq!(data["events"][0]["action"], "customerDataExportAsStaff");
}

#[tokio::test]
async fn a_long_history_comes_in_parts() {
    let shop = Shop::demo().await;
    let mut text = "Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Source\n".to_owned();
    for i in 0..1100 {
        text.push_str(&format!(
            "#{i},many@example.com,paid,fulfilled,USD,6.00,0,0,6.00,2020-03-02 10:00:00 +0000,1,Bowl,6.00,,web\n"
        ));
    }
    import_orders(&shop, text).await.expect("imported");
    shop.register("many@example.com", PASSWORD).await;
    shop.verify("many@example.com").await;
    let me = shop.customer_in("many@example.com", PASSWORD).await;
    let (mut numbers, mut after, mut parts) = (std::collections::BTreeSet::new(), Value::Null, 0);
    loop {
        let (data, next) = part(&me, "customerDataExport", json!({ "after": after })).await;
        assert_eq!(
            data.get("profile").is_some(),
            parts == 0,
            "the person stands in the first part"
        );
        let orders = data["orders"].as_array().expect("orders");
        assert!(orders.len() <= 500);
        numbers.extend(orders.iter().map(|order| order["number"].to_string()));
        parts += 1;
        after = next;
        if after.is_null() {
            break;
        }
    }
    assert_eq!((numbers.len(), parts), (1100, 3));
    let foreign = json!({ "input": { "after": "bm9uc2Vuc2U" } });
    let document = "mutation($input: CustomerDataExportInput!) { customerDataExport(input: $input) { data } }";
    assert_eq!(me.refused(document, foreign).await.0, "BAD_USER_INPUT");
}
