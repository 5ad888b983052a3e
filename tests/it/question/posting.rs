//! Who may ask and answer, and what.

use serde_json::{Value, json};

use super::{ANSWER, QUESTION, answer, ask, moderate_answer, moderate_question, products, shown};
use crate::support::Shop;

const ASK: &str = "mutation($input: ProductQuestionCreateInput!) { productQuestionCreate(input: $input) {
    question { id } errors { code message path } } }";
const REPLY: &str = "mutation($input: ProductAnswerCreateInput!) { productAnswerCreate(input: $input) {
    answer { id } errors { code message path } } }";

fn asked(product: &Value, text: &str, name: &str) -> Value {
    json!({ "productId": product, "text": text, "name": name })
}

#[tokio::test]
async fn who_has_not_signed_in_neither_asks_nor_answers() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let input = json!({ "input": asked(product, "Does it fly in the rain?", "Ada") });
    assert_eq!(shop.refused(ASK, input.clone()).await.0, "UNAUTHENTICATED");
    assert_eq!(shop.staff().refused(ASK, input).await.0, "UNAUTHENTICATED");
    let ada = shop.customer("ada@example.com").await;
    let question = ask(&ada, product, "Does it fly in the rain?").await;
    moderate_question(&shop, &question, "PUBLISHED").await;
    let input = json!({ "input": { "questionId": question["id"], "text": "It does, in any.", "name": "Bob" } });
    assert_eq!(shop.refused(REPLY, input.clone()).await.0, "UNAUTHENTICATED");
    let reader = shop.program(&["question.read"], None).await;
    assert_eq!(reader.refused(REPLY, input).await.0, "FORBIDDEN");
}

#[tokio::test]
async fn what_waits_is_shown_to_nobody_and_cannot_be_answered() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let ada = shop.customer("ada@example.com").await;
    let bob = shop.customer("bob@example.com").await;
    let question = ask(&ada.reading("de-AT"), product, "  Does it fly\r\nin the rain?  ").await;
    assert_eq!(question["text"], "Does it fly\nin the rain?");
    assert_eq!(
        (&question["status"], &question["version"], &question["languageCode"]),
        (&json!("PENDING"), &json!(1), &json!("de"))
    );
    assert_eq!(&question["product"]["id"], product);
    assert!(shown(&ada, product).await.is_empty() && shown(&shop, product).await.is_empty());
    let input = json!({ "questionId": question["id"], "text": "It does, in any.", "name": "Bob" });
    let nothing = ("NOT_FOUND".to_owned(), json!(["questionId"]));
    assert_eq!(bob.change_refused("productAnswerCreate", input.clone()).await, nothing);
    moderate_question(&shop, &question, "REJECTED").await;
    assert_eq!(bob.change_refused("productAnswerCreate", input).await, nothing);
    moderate_question(&shop, &question, "PUBLISHED").await;
    // An answer waits, too.
    let reply = answer(&bob, &question, "It does, in any.").await;
    assert_eq!(
        (&reply["status"], &reply["isStaff"]),
        (&json!("PENDING"), &json!(false))
    );
    assert_eq!(shown(&bob, product).await[0]["answers"], json!([]));
    moderate_answer(&shop, &reply, "PUBLISHED").await;
    let rows = shown(&shop, product).await;
    assert_eq!(rows[0]["answers"][0]["name"], "Bob");
    moderate_answer(&shop, &reply, "REJECTED").await;
    assert_eq!(shown(&shop, product).await[0]["answers"], json!([]));
    moderate_question(&shop, &question, "REJECTED").await;
    assert!(shown(&shop, product).await.is_empty());
}

#[tokio::test]
async fn texts_have_bounds() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let ada = shop.customer("ada@example.com").await;
    let text = "é".repeat(1_000);
    let refused = async |text: &str, name: &str| {
        ada.change_refused("productQuestionCreate", asked(product, text, name))
            .await
    };
    let wrong = |field: &str| ("INVALID_INPUT".to_owned(), json!([field]));
    assert_eq!(refused("   too few   ", "Ada").await, wrong("text"));
    assert_eq!(refused(&format!("{text}x"), "Ada").await, wrong("text"));
    assert_eq!(refused("with a\u{7}bell in it", "Ada").await, wrong("text"));
    assert_eq!(refused("with a\ttab in it", "Ada").await, wrong("text"));
    assert_eq!(refused("long enough", "  ").await, wrong("name"));
    assert_eq!(refused("long enough", &"x".repeat(51)).await, wrong("name"));
    assert_eq!(refused("long enough", "two\nlines").await, wrong("name"));
    // Nothing to see, and what turns the line around it.
    assert_eq!(refused(&"\u{200b}".repeat(12), "Ada").await, wrong("text"));
    assert_eq!(refused("long enough", "\u{200b}").await, wrong("name"));
    assert_eq!(refused("long enough", "A\u{202e}da").await, wrong("name"));
    let gone = json!("product_01jd3v9k3hf2x8k3w2v5m0q7zt");
    let input = asked(&gone, "Does it fly in the rain?", "Ada");
    let nothing = ("NOT_FOUND".to_owned(), json!(["productId"]));
    assert_eq!(ada.change_refused("productQuestionCreate", input).await, nothing);
    let longest = "x".repeat(50);
    for (text, name) in [(text.as_str(), "x"), ("ten chars!", longest.as_str())] {
        ada.changed("productQuestionCreate", asked(product, text, name), QUESTION)
            .await;
    }
}

#[tokio::test]
async fn ten_of_a_customer_wait_at_most() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let ada = shop.customer("ada@example.com").await;
    let bob = shop.customer("bob@example.com").await;
    let open = ask(&bob, product, "Does it fly in the rain?").await;
    moderate_question(&shop, &open, "PUBLISHED").await;
    let first = ask(&ada, product, "Question number one").await;
    for i in 0..8 {
        ask(&ada, product, &format!("Another question {i}")).await;
    }
    answer(&ada, &open, "It does, in any.").await;
    let full = ("LIMIT_REACHED".to_owned(), json!(["text"]));
    let question = asked(product, "One question more?", "Ada");
    assert_eq!(
        ada.change_refused("productQuestionCreate", question.clone()).await,
        full
    );
    let reply = json!({ "questionId": open["id"], "text": "One answer more.", "name": "Ada" });
    assert_eq!(ada.change_refused("productAnswerCreate", reply).await, full);
    // Others are not held up, and what was looked at waits no more.
    ask(&bob, product, "And in the snow, too?").await;
    moderate_question(&shop, &first, "REJECTED").await;
    ada.changed("productQuestionCreate", question, QUESTION).await;
}

#[tokio::test]
async fn who_bought_the_product_is_told_from_others() {
    let shop = Shop::demo().await;
    let ada = shop.customer("ada@example.com").await;
    let bob = shop.customer("bob@example.com").await;
    let (variant, _) = shop.variant(5).await;
    let of = "query($id: ID!) { productVariant(id: $id) { product { id } } }";
    let mut data = shop.data(of, json!({ "id": variant })).await;
    let product = data["productVariant"]["product"]["id"].take();
    let others = products(&shop).await;
    let other = others.iter().find(|id| **id != product).expect("another product");
    let mut questions = Vec::new();
    for product in [&product, other] {
        let question = ask(&bob, product, "Does it fly in the rain?").await;
        moderate_question(&shop, &question, "PUBLISHED").await;
        questions.push(question);
    }
    let before = answer(&ada, &questions[0], "I have not got it yet.").await;
    assert_eq!(before["isVerifiedBuyer"], false);
    let cart = ada.ready_cart(&variant, 1).await;
    let payment = ada.pay(&cart, "tok_success").await;
    let bought = ada.complete(&cart, &payment["payment"]["id"], Value::Null).await;
    assert_eq!(bought["errors"], json!([]));
    let verified = async |who: &Shop, question: &Value| {
        let answered = answer(who, question, "It does, in any rain.").await;
        answered["isVerifiedBuyer"].as_bool().expect("yes or no")
    };
    assert!(verified(&ada, &questions[0]).await);
    assert!(!verified(&ada, &questions[1]).await, "another product");
    assert!(!verified(&bob, &questions[0]).await, "another customer");
}

#[tokio::test]
async fn the_shop_answers_at_once() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let ada = shop.customer("ada@example.com").await;
    let question = ask(&ada, product, "Does it fly in the rain?").await;
    let clerk = shop.program(&["question.write"], None).await;
    let input = json!({ "questionId": question["id"], "text": "Not in a storm.", "name": "The shop" });
    let said = clerk.changed("productAnswerCreate", input.clone(), ANSWER).await;
    assert_eq!(
        (&said["answer"]["status"], &said["answer"]["isStaff"]),
        (&json!("PUBLISHED"), &json!(true))
    );
    moderate_question(&shop, &question, "PUBLISHED").await;
    let rows = shown(&shop, product).await;
    assert_eq!(rows[0]["answers"][0]["name"], "The shop");
    assert_eq!(rows[0]["answers"][0]["isStaff"], true);
    let log = crate::audit::entries(&shop, json!({ "action": "productAnswerCreate" })).await;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["entityId"], said["answer"]["id"]);
    // In another channel it is nobody's question.
    let refused = clerk.channel("eu").change_refused("productAnswerCreate", input).await;
    assert_eq!(refused.0, "NOT_FOUND");
}
