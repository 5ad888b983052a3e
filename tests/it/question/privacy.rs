//! A person may have what they wrote, and have it gone.

use serde_json::{Value, json};

use super::{answer, ask, moderate_answer, moderate_question, products, shown};
use crate::support::{PASSWORD, Shop};

/// A customer with a question and an answer of each kind.
async fn somebody(shop: &Shop, product: &Value) -> Shop {
    let me = shop.customer("me@example.com").await;
    let other = shop.customer("other@example.com").await;
    let open = ask(&other, product, "Somebody else asks this").await;
    moderate_question(shop, &open, "PUBLISHED").await;
    for (text, status) in [
        ("My question that is shown", "PUBLISHED"),
        ("My question that is not", "REJECTED"),
    ] {
        let question = ask(&me, product, text).await;
        moderate_question(shop, &question, status).await;
    }
    ask(&me, product, "My question that waits").await;
    let shown = answer(&me, &open, "My answer that is shown").await;
    moderate_answer(shop, &shown, "PUBLISHED").await;
    answer(&me, &open, "My answer that waits").await;
    me
}

async fn listed(shop: &Shop) -> Value {
    let document = "{ productQuestions { nodes { text name status } } productAnswers { nodes { text name status } } }";
    shop.staff().data(document, json!({})).await
}

#[tokio::test]
async fn an_export_holds_what_somebody_wrote() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let me = somebody(&shop, product).await;
    let payload = me.changed("customerDataExport", json!({}), "data").await;
    let data: Value = serde_json::from_str(payload["data"].as_str().expect("JSON")).expect("JSON");
    let told = |name: &str| -> Vec<(String, String)> {
        let rows = data[name].as_array().expect("rows").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        rows.map(|row| (text(&row["text"]), text(&row["status"]))).collect()
    };
    let pairs = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        let rows = rows.iter();
        rows.map(|(text, status)| ((*text).to_owned(), (*status).to_owned()))
            .collect()
    };
    let questions = [
        ("My question that waits", "pending"),
        ("My question that is not", "rejected"),
        ("My question that is shown", "published"),
    ];
    assert_eq!(told("questions"), pairs(&questions));
    assert_eq!(&data["questions"][0]["product"], product);
    let answers = [
        ("My answer that waits", "pending"),
        ("My answer that is shown", "published"),
    ];
    assert_eq!(told("answers"), pairs(&answers));
}

#[tokio::test]
async fn what_was_shown_stays_and_is_nobodys() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let me = somebody(&shop, product).await;
    me.changed("customerErase", json!({ "password": PASSWORD }), "ok").await;
    let left = listed(&shop).await;
    assert_eq!(
        left["productQuestions"]["nodes"],
        json!([
            { "text": "My question that is shown", "name": null, "status": "PUBLISHED" },
            { "text": "Somebody else asks this", "name": "Ada", "status": "PUBLISHED" },
        ])
    );
    assert_eq!(
        left["productAnswers"]["nodes"],
        json!([{ "text": "My answer that is shown", "name": null, "status": "PUBLISHED" }])
    );
    let rows = shown(&shop, product).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0]["name"], &rows[1]["answers"][0]["name"]),
        (&Value::Null, &Value::Null)
    );
    // What somebody wrote of themselves into a text goes when staff says so.
    let ids = "{ productQuestions { nodes { id text } } productAnswers { nodes { id } } }";
    let ids = shop.staff().data(ids, json!({})).await;
    moderate_answer(&shop, &ids["productAnswers"]["nodes"][0], "REJECTED").await;
    moderate_question(&shop, &ids["productQuestions"]["nodes"][0], "REJECTED").await;
    let left = listed(&shop).await;
    assert_eq!(left["productAnswers"]["nodes"], json!([]));
    assert_eq!(left["productQuestions"]["nodes"].as_array().map(Vec::len), Some(1));
}
