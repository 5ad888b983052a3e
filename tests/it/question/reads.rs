//! What shoppers see of questions: the order, the pages, and what reading them takes.

use entity::question::product_question::EntryStatus;
use entity::question::{product_answer, product_question};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};

use super::{products, texts};
use crate::support::Shop;

/// Puts a published question into the default channel.
async fn question(shop: &Shop, product: &Value, text: &str) -> entity::QuestionId {
    let row = product_question::Model {
        id: shop.app.ids.new_id(),
        product_id: product.as_str().expect("an id").parse().expect("an id"),
        channel_id: shop.channel_id("us").await.parse().expect("an id"),
        customer_id: None,
        name: Some("Ada".to_owned()),
        text: text.to_owned(),
        locale: "en".to_owned(),
        status: EntryStatus::Published,
        version: 1,
        created_at: shop.app.clock.now(),
    };
    row.into_active_model().insert(&shop.app.db).await.expect("kept").id
}

/// Puts a published answer to a question there.
async fn answer(shop: &Shop, question: entity::QuestionId, text: &str, is_staff: bool) {
    let row = product_answer::Model {
        id: shop.app.ids.new_id(),
        question_id: question,
        customer_id: None,
        staff_id: None,
        name: Some("Bob".to_owned()),
        text: text.to_owned(),
        is_staff,
        is_verified_buyer: false,
        status: EntryStatus::Published,
        version: 1,
        created_at: shop.app.clock.now(),
    };
    row.into_active_model().insert(&shop.app.db).await.expect("kept");
}

#[tokio::test]
async fn the_newest_question_and_the_word_of_the_shop_stand_first() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    for i in 0..5 {
        question(&shop, product, &format!("question {i}")).await;
    }
    let last = question(&shop, product, "question 5").await;
    for (text, is_staff) in [
        ("first", false),
        ("second", false),
        ("the shop", true),
        ("shop again", true),
    ] {
        answer(&shop, last, text, is_staff).await;
    }
    let document = "query($id: ID!, $first: Int, $after: String) { product(by: { id: $id }) {
        questions(first: $first, after: $after) { totalCount nodes { text answers { text } two: answers(first: 2) { text } }
          pageInfo { endCursor hasNextPage hasPreviousPage } } } }";
    let page = async |after: &Value| {
        let variables = json!({ "id": product, "first": 4, "after": after });
        shop.data(document, variables).await["product"]["questions"].take()
    };
    let first = page(&Value::Null).await;
    assert_eq!(
        texts(&first["nodes"]),
        ["question 5", "question 4", "question 3", "question 2"]
    );
    let answers = &first["nodes"][0];
    assert_eq!(
        texts(&answers["answers"]),
        ["the shop", "shop again", "first", "second"]
    );
    assert_eq!(texts(&answers["two"]), ["the shop", "shop again"]);
    assert_eq!(
        (&first["totalCount"], &first["pageInfo"]["hasNextPage"]),
        (&json!(6), &json!(true))
    );
    let rest = page(&first["pageInfo"]["endCursor"]).await;
    assert_eq!(texts(&rest["nodes"]), ["question 1", "question 0"]);
    assert_eq!(
        (&rest["pageInfo"]["hasNextPage"], &rest["pageInfo"]["hasPreviousPage"]),
        (&json!(false), &json!(true))
    );
    let variables = json!({ "id": product, "after": "bm9uc2Vuc2U" });
    assert_eq!(shop.refused(document, variables).await.0, "BAD_USER_INPUT");
    let many = "query($id: ID!) { product(by: { id: $id }) { questions { nodes { answers(first: 21) { text } } } } }";
    assert_eq!(shop.refused(many, json!({ "id": product })).await.0, "BAD_USER_INPUT");
}

#[tokio::test]
async fn statements_do_not_grow_with_products_and_questions() {
    let shop = Shop::demo().await;
    let data = shop.data("{ products(first: 6) { nodes { id } } }", json!({})).await;
    for product in data["products"]["nodes"].as_array().expect("products") {
        for i in 0..3 {
            let question = question(&shop, &product["id"], &format!("question {i}")).await;
            answer(&shop, question, "an answer", false).await;
            answer(&shop, question, "another one", true).await;
        }
    }
    let document = "query($products: Int!, $questions: Int!) { products(first: $products) { nodes {
        questions(first: $questions) { totalCount nodes { text answers { text question { id } } } } } } }";
    let statements = async |products: i32, questions: i32| {
        let variables = json!({ "products": products, "questions": questions });
        shop.fewest(async || shop.data(document, variables.clone()).await).await
    };
    let ((one, _), (six, all)) = (statements(1, 1).await, statements(6, 3).await);
    assert_eq!(
        all["products"]["nodes"][5]["questions"]["nodes"][2]["answers"][1]["text"],
        "an answer"
    );
    assert_eq!(one, six);
    assert!(one <= 6, "{one} statements");
}

#[tokio::test]
async fn questions_are_kept_as_long_as_their_product() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    question(&shop, product, "a question").await;
    let document =
        "query($id: ID!) { product(by: { id: $id }) { name questions { nodes { text answers { text } } } } }";
    assert_eq!(shop.hints(document, json!({ "id": product })).await, (true, 60));
}
