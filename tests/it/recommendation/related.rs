//! What is shown beside a product, and how many statements it takes.

use serde_json::{Value, json};

use crate::support::Shop;

const CARD: &str = "fragment Card on Product {
  id slug name brand availableForSale
  priceRange { min { amount currencyCode } max { amount currencyCode } }
  media(first: 1) { url alt }
  variants(first: 2) { id sku price { amount } compareAtPrice { amount } quantityAvailable }
}";

const RECOMMEND: &str = "query($context: RecommendationContext!, $intent: RecommendationIntent!, $first: Int) {
  recommendations(context: $context, intent: $intent, first: $first) {
    edges { score reason strategy experiment { id variant } trackingToken node { id slug name brand category { slug } availableForSale } }
  }
}";

async fn id_of(shop: &Shop, name: &str) -> String {
    let all = shop
        .data("{ products(first: 100) { nodes { id name } } }", json!({}))
        .await;
    let nodes = all["products"]["nodes"].as_array().expect("nodes");
    let found = nodes.iter().find(|n| n["name"] == name).expect("a demo product");
    found["id"].as_str().expect("an id").to_owned()
}

async fn ask(shop: &Shop, context: Value, intent: &str, first: i32) -> Vec<Value> {
    let variables = json!({ "context": context, "intent": intent, "first": first });
    let answer = shop.data(RECOMMEND, variables).await;
    answer["recommendations"]["edges"].as_array().expect("edges").clone()
}

#[tokio::test]
async fn related_are_of_the_category_then_of_the_brand() {
    let shop = Shop::demo().await;
    let id = id_of(&shop, "Hush Wireless Headphones").await;
    let edges = ask(&shop, json!({ "productId": id }), "RELATED", 12).await;
    assert!(edges.iter().all(|e| e["node"]["id"] != json!(id)), "not itself");
    let of_category = edges.iter().take_while(|e| e["strategy"] == "same_category").count();
    assert_eq!(of_category, 2, "{edges:#?}");
    assert!(edges[..2].iter().all(|e| e["node"]["category"]["slug"] == "headphones"));
    assert!(
        edges.len() > 2
            && edges[2..]
                .iter()
                .all(|e| e["strategy"] == "same_brand" && e["node"]["brand"] == "Aria Works")
    );
    let scores: Vec<f64> = edges.iter().filter_map(|e| e["score"].as_f64()).collect();
    assert!(scores.is_sorted_by(|a, b| a > b) && scores[0] <= 1.0, "{scores:?}");
    assert!(
        edges
            .iter()
            .all(|e| e["experiment"].is_null() && e["trackingToken"].as_str().is_some_and(|t| !t.is_empty()))
    );
    assert_eq!(ask(&shop, json!({ "productId": id }), "RELATED", 1).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_bought_is_not_shown() {
    let shop = Shop::demo().await;
    let document =
        "mutation($input: ProductCreateInput!) { productCreate(input: $input) { product { id } errors { message } } }";
    let mut made = Vec::new();
    for (slug, on_hand) in [("kazoo-a", 0), ("kazoo-b", 2), ("kazoo-c", 0), ("kazoo-d", 1)] {
        let variant = json!({ "sku": slug, "price": { "amount": "5.00", "currencyCode": "USD" }, "stock": [{ "onHand": on_hand }] });
        let input =
            json!({ "name": slug, "slug": slug, "brand": "Kazoo House", "status": "ACTIVE", "variants": [variant] });
        let answer = shop.staff().data(document, json!({ "input": input })).await;
        made.push(answer["productCreate"]["product"]["id"].clone());
    }
    let edges = ask(&shop, json!({ "productId": made[0] }), "RELATED", 12).await;
    let slugs: Vec<_> = edges.iter().filter_map(|e| e["node"]["slug"].as_str()).collect();
    assert_eq!(slugs, ["kazoo-b", "kazoo-d"]);
}

#[tokio::test]
async fn every_context_and_intent_has_an_answer() {
    let shop = Shop::demo().await;
    let id = id_of(&shop, "Park Ball").await;
    for intent in ["RELATED", "COMPLEMENTARY", "PERSONAL", "TRENDING", "RECENT"] {
        for context in [
            json!({ "productId": id }),
            json!({ "cartToken": "x" }),
            json!({ "customer": true }),
            json!({ "sessionId": "x" }),
        ] {
            let edges = ask(&shop, context.clone(), intent, 12).await;
            assert!(!edges.is_empty(), "{context} {intent}");
            assert!(
                edges
                    .iter()
                    .all(|e| e["node"]["id"] != json!(id) || context.get("productId").is_none())
            );
        }
    }
    let unknown = json!({ "context": { "productId": "product_00000000000000000000000000" }, "intent": "RELATED" });
    assert_eq!(shop.data(RECOMMEND, unknown).await["recommendations"], Value::Null);
    let too_many = json!({ "context": { "sessionId": "x" }, "intent": "RELATED", "first": 51 });
    assert_eq!(shop.refused(RECOMMEND, too_many).await.0, "BAD_USER_INPUT");
}

#[tokio::test]
async fn the_product_page_takes_twelve_statements_and_a_list_no_more() {
    let shop = Shop::demo().await;
    let detail = format!(
        "{CARD} query Detail($slug: String!) {{ product(by: {{ slug: $slug }}) {{
          ...Card description tags
          category {{ id slug name path {{ slug name }} }}
          collections(first: 5) {{ nodes {{ slug name }} }}
          attributes {{ key name values }} options {{ name values }}
          allVariants: variants(first: 100) {{ id sku name price {{ amount }} availableForSale quantityAvailable }}
          gallery: media(first: 10) {{ url alt width height }}
          recommendations(intent: RELATED, first: 8) {{ edges {{ score reason trackingToken node {{ ...Card }} }} }}
        }} }}"
    );
    let all = shop.data("{ products(first: 2) { nodes { slug } } }", json!({})).await;
    let slug = |i: usize| json!({ "slug": all["products"]["nodes"][i]["slug"] });
    // Caches of channels and categories fill.
    shop.data(&detail, slug(0)).await;
    let (statements, answer) = shop.fewest(async || shop.data(&detail, slug(1)).await).await;
    assert!(
        !answer["product"]["recommendations"]["edges"]
            .as_array()
            .expect("edges")
            .is_empty()
    );
    assert!(statements <= 12, "{statements} statements");
    let list = "query($first: Int!) { products(first: $first) { nodes { recommendations(first: 4) { edges { node { name } } } } } }";
    let statements = async |first: i32| {
        shop.fewest(async || shop.data(list, json!({ "first": first })).await)
            .await
    };
    let ((few, _), (many, answer)) = (statements(2).await, statements(30).await);
    assert_eq!(few, many, "the number of products does not matter");
    assert_eq!(answer["products"]["nodes"].as_array().map(Vec::len), Some(30));
}
