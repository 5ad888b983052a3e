//! Questions about products: who may ask and answer, what is shown where, and what becomes of it.

mod moderation;
mod posting;
mod privacy;
mod reads;

use serde_json::{Value, json};

use crate::support::Shop;

/// What a question shows of itself.
const QUESTION: &str = "question { id text name languageCode status version product { id } answers { text } }";
/// What an answer shows of itself.
const ANSWER: &str = "answer { id text name isStaff isVerifiedBuyer status version question { id } }";

/// The ids of products that both channels of the demo shop sell.
async fn products(shop: &Shop) -> Vec<Value> {
    let ids = async |shop: &Shop| -> Vec<Value> {
        let data = shop.data("{ products(first: 100) { nodes { id } } }", json!({})).await;
        let nodes = data["products"]["nodes"].as_array().expect("products").iter();
        nodes.map(|node| node["id"].clone()).collect()
    };
    let there = ids(&shop.channel("eu")).await;
    let both = ids(shop).await.into_iter().filter(|id| there.contains(id));
    both.collect()
}

/// Asks as whoever this is, and gives the question.
async fn ask(who: &Shop, product: &Value, text: &str) -> Value {
    let input = json!({ "productId": product, "text": text, "name": "Ada" });
    who.changed("productQuestionCreate", input, QUESTION).await["question"].take()
}

/// Answers as whoever this is, and gives the answer.
async fn answer(who: &Shop, question: &Value, text: &str) -> Value {
    let input = json!({ "questionId": question["id"], "text": text, "name": "Bob" });
    who.changed("productAnswerCreate", input, ANSWER).await["answer"].take()
}

/// Has staff decide about a question.
async fn moderate_question(shop: &Shop, question: &Value, status: &str) -> Value {
    let input = json!({ "id": question["id"], "status": status });
    shop.staff().changed("productQuestionModerate", input, QUESTION).await["question"].take()
}

/// Has staff decide about an answer.
async fn moderate_answer(shop: &Shop, answer: &Value, status: &str) -> Value {
    let input = json!({ "id": answer["id"], "status": status });
    shop.staff().changed("productAnswerModerate", input, ANSWER).await["answer"].take()
}

/// The questions of a product as whoever this is sees them.
async fn shown(who: &Shop, product: &Value) -> Vec<Value> {
    let document = "query($id: ID!) { product(by: { id: $id }) { questions { totalCount nodes { id text name
        answers { id text name isStaff isVerifiedBuyer } } } } }";
    let mut data = who.data(document, json!({ "id": product })).await;
    let questions = data["product"]["questions"].take();
    let nodes = questions["nodes"].as_array().expect("questions").clone();
    assert_eq!(questions["totalCount"], nodes.len());
    nodes
}

fn texts(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row["text"].as_str().expect("a text")).collect()
}
