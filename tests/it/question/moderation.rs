//! What staff sees and decides, and where.

use serde_json::{Value, json};

use super::{ANSWER, QUESTION, answer, ask, moderate_question, products, shown, texts};
use crate::support::Shop;

const LIST: &str = "query($status: ModerationStatus, $product: ID, $first: Int, $after: String) {
    productQuestions(status: $status, productId: $product, first: $first, after: $after) {
      totalCount nodes { id text status } pageInfo { endCursor hasNextPage } } }";

async fn list(who: &Shop, variables: Value) -> Value {
    who.data(LIST, variables).await["productQuestions"].take()
}

#[tokio::test]
async fn what_is_published_is_shown_in_its_channel() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let ada = shop.customer("ada@example.com").await;
    let question = ask(&ada.channel("eu"), product, "Does it fly in the rain?").await;
    let eu = shop.channel("eu");
    moderate_question(&eu, &question, "PUBLISHED").await;
    assert_eq!(shown(&eu, product).await.len(), 1);
    assert!(shown(&shop, product).await.is_empty());
    // Nor can it be answered elsewhere.
    let input = json!({ "questionId": question["id"], "text": "It does, in any.", "name": "Ada" });
    assert_eq!(ada.change_refused("productAnswerCreate", input).await.0, "NOT_FOUND");
}

#[tokio::test]
async fn a_decision_is_about_what_was_looked_at() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let ada = shop.customer("ada@example.com").await;
    let question = ask(&ada, product, "Does it fly in the rain?").await;
    let staff = shop.staff();
    let stale = ("STALE_VERSION".to_owned(), json!(["expectedVersion"]));
    let decide =
        |id: &Value, status: &str, version: i32| json!({ "id": id, "status": status, "expectedVersion": version });
    let published = decide(&question["id"], "PUBLISHED", 1);
    let changed = staff.changed("productQuestionModerate", published, QUESTION).await;
    assert_eq!(
        (&changed["question"]["status"], &changed["question"]["version"]),
        (&json!("PUBLISHED"), &json!(2))
    );
    let rejected = decide(&question["id"], "REJECTED", 1);
    assert_eq!(staff.change_refused("productQuestionModerate", rejected).await, stale);
    assert_eq!(shown(&shop, product).await.len(), 1);
    let reply = answer(&ada, &question, "Mine does, so far.").await;
    let refused = decide(&reply["id"], "PUBLISHED", 7);
    assert_eq!(staff.change_refused("productAnswerModerate", refused).await, stale);
    let published = decide(&reply["id"], "PUBLISHED", 1);
    let changed = staff.changed("productAnswerModerate", published, ANSWER).await;
    assert_eq!(changed["answer"]["version"], 2);
    let log = crate::audit::entries(&shop, json!({ "action": "productQuestionModerate" })).await;
    assert_eq!(log.len(), 1, "a refusal leaves nothing");
    assert_eq!(
        (&log[0]["before"], &log[0]["after"]),
        (&json!({ "status": "pending" }), &json!({ "status": "published" }))
    );
}

#[tokio::test]
async fn staff_of_a_channel_sees_and_decides_there() {
    let shop = Shop::demo().await;
    let product = &products(&shop).await[0];
    let ada = shop.customer("ada@example.com").await;
    let here = ask(&ada, product, "Does it fly in the rain?").await;
    let there = ask(&ada.channel("eu"), product, "Fliegt er auch im Regen?").await;
    let clerk = shop.program(&["question.read", "question.write"], Some("eu")).await;
    let eu = clerk.channel("eu");
    assert_eq!(
        texts(&list(&eu, json!({})).await["nodes"]),
        ["Fliegt er auch im Regen?"]
    );
    let decide = |question: &Value| json!({ "id": question["id"], "status": "PUBLISHED" });
    let refused = eu.change_refused("productQuestionModerate", decide(&here)).await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), json!(["id"])));
    eu.changed("productQuestionModerate", decide(&there), QUESTION).await;
    // Elsewhere the field is not even there.
    assert!(clerk.send(LIST, json!({})).await["errors"].is_array());
    let answers = "{ productAnswers { totalCount nodes { id } } }";
    let reply = answer(&ada.channel("eu"), &there, "Meiner schon, bisher.").await;
    let listed = eu.data(answers, json!({})).await["productAnswers"].take();
    assert_eq!(listed, json!({ "totalCount": 1, "nodes": [{ "id": reply["id"] }] }));
    assert_eq!(
        shop.staff().data(answers, json!({})).await["productAnswers"]["totalCount"],
        0
    );
    let decide = json!({ "id": reply["id"], "status": "PUBLISHED" });
    let refused = shop.staff().change_refused("productAnswerModerate", decide).await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), json!(["id"])));
}

#[tokio::test]
async fn what_waits_is_found_by_status_and_product() {
    let shop = Shop::demo().await;
    let all = products(&shop).await;
    let ada = shop.customer("ada@example.com").await;
    let first = ask(&ada, &all[0], "The first question").await;
    ask(&ada, &all[0], "The second question").await;
    ask(&ada, &all[1], "The third question").await;
    moderate_question(&shop, &first, "REJECTED").await;
    let staff = shop.staff();
    let found = async |variables: Value| list(&staff, variables).await;
    let pending = found(json!({ "status": "PENDING" })).await;
    assert_eq!(texts(&pending["nodes"]), ["The third question", "The second question"]);
    assert_eq!(pending["totalCount"], 2);
    let of_one = found(json!({ "status": "PENDING", "product": all[0] })).await;
    assert_eq!(texts(&of_one["nodes"]), ["The second question"]);
    // Page by page.
    let page = found(json!({ "first": 2 })).await;
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let rest = found(json!({ "first": 2, "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(texts(&rest["nodes"]), ["The first question"]);
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
    // A cursor of another list.
    let foreign = json!({ "after": page["pageInfo"]["endCursor"] });
    let eu = staff.channel("eu");
    assert_eq!(eu.refused(LIST, foreign).await.0, "BAD_USER_INPUT");
    let waiting = "{ productAnswers(status: PENDING) { nodes { id } } }";
    assert_eq!(
        staff.data(waiting, json!({})).await["productAnswers"]["nodes"],
        json!([])
    );
}
