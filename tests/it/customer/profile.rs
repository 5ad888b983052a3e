//! What customers are called, and sign-ins.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Shop};

#[tokio::test]
async fn a_name_is_set_kept_and_cleared() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    let shown = "customer { firstName lastName }";
    let update = async |input: Value| me.changed("customerUpdate", input, shown).await["customer"].take();
    assert_eq!(
        update(json!({ "firstName": "  Augusta " })).await,
        json!({ "firstName": "Augusta", "lastName": "Byron" })
    );
    assert_eq!(
        update(json!({ "lastName": null })).await,
        json!({ "firstName": "Augusta", "lastName": null })
    );
    assert_eq!(
        update(json!({})).await,
        json!({ "firstName": "Augusta", "lastName": null })
    );
    let refused = me.change_refused("customerUpdate", json!({ "lastName": "a\nb" })).await;
    assert_eq!(refused, ("INVALID_INPUT".to_owned(), json!(["lastName"])));
    let document = "mutation { customerUpdate(input: { firstName: \"X\" }) { errors { code } } }";
    assert_eq!(shop.refused(document, json!({})).await.0, "UNAUTHENTICATED");
    assert_eq!(shop.staff().refused(document, json!({})).await.0, "UNAUTHENTICATED");
}

#[tokio::test]
async fn sessions_are_shown_to_their_owner_alone() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    shop.customer_in("me@example.com", PASSWORD).await;
    let document = "{ me { id sessions { id createdAt lastUsedAt current } } }";
    let data = me.data(document, json!({})).await;
    let sessions = data["me"]["sessions"].as_array().expect("sessions");
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().filter(|session| session["current"] == true).count(), 1);
    let document = "query($id: ID!) { customer(id: $id) { email sessions { id } } }";
    let seen = shop.staff().data(document, json!({ "id": data["me"]["id"] })).await;
    assert_eq!(seen["customer"], json!({ "email": "me@example.com", "sessions": [] }));
}

#[tokio::test]
async fn answers_about_people_are_kept_by_nobody() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    assert_eq!(me.hints("{ me { email } }", json!({})).await, (false, -1));
    assert_eq!(shop.hints("{ me { email } }", json!({})).await, (false, -1));
}
