//! Out as Parquet, computed elsewhere, and in again.

use std::collections::BTreeMap;

use merx::recommendation::exchange::form::{Given, Writer, read_lines};
use merx::recommendation::exchange::{ImportError, export, import};
use serde_json::json;

use super::shopping::{ids, list, look, models, slugs, tea_and_coffee};

#[tokio::test]
async fn neighbours_that_were_computed_elsewhere_are_recommended_by() {
    let shop = tea_and_coffee().await;
    look(&shop, "a visit", &["tea-pot"]).await;
    let written = export(&shop.app).await.expect("exported");
    let file = shop
        .app
        .exchange
        .get(&written.key)
        .await
        .expect("the store answers")
        .expect("a file");
    let lines = read_lines(file).expect("Parquet");
    assert_eq!(lines.len(), written.lines);
    assert_eq!(lines.iter().filter(|line| line.3 == "view").count(), 1);
    assert!(
        lines
            .iter()
            .any(|line| line.1.as_deref().is_some_and(|person| person.starts_with("customer_")))
    );
    assert!(lines.iter().all(|line| !line.0.contains('@')), "nobody is named");
    // Elsewhere: who is in one basket speaks for each other, in a way of its own.
    let mut baskets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (basket, _, product, kind) in &lines {
        if kind == "buy" {
            baskets.entry(basket).or_default().push(product);
        }
    }
    let mut counts: BTreeMap<(&str, &str), i32> = BTreeMap::new();
    for products in baskets.values() {
        for one in products {
            for other in products.iter().filter(|other| *other != one) {
                *counts.entry((one, other)).or_default() += 1;
            }
        }
    }
    let given: Vec<Given> = counts
        .into_iter()
        .map(|((product, neighbour), together)| Given {
            kind: "pairs".to_owned(),
            product: product.to_owned(),
            neighbour: neighbour.to_owned(),
            score: together as f32,
            together,
        })
        .collect();
    let mut writer = Writer::neighbours().expect("a file");
    writer.add_neighbours(&given).expect("written");
    let key = "recommendation/neighbours.parquet";
    shop.app
        .exchange
        .put(key, writer.finish().expect("a file"))
        .await
        .expect("kept");
    import(&shop.app, key).await.expect("imported");
    let model = models(&shop).await[0].clone();
    assert_eq!(
        (&model["kind"], &model["status"]),
        (&json!("IMPORTED"), &json!("ACTIVE"))
    );
    let ids = ids(&shop).await;
    let edges = list(&shop, json!({ "productId": ids["coffee-mill"] }), "COMPLEMENTARY", 2).await;
    assert_eq!(slugs(&edges), ["coffee-cup", "coffee-bean"]);
    assert_eq!(edges[0]["strategy"], "bought_together");
    // What is exchanged is not served.
    assert!(shop.app.media.get(key).await.expect("the store answers").is_none());
}

#[tokio::test]
async fn what_is_no_file_of_neighbours_changes_nothing() {
    let shop = tea_and_coffee().await;
    let failed = async |key: &str| import(&shop.app, key).await.expect_err("refused");
    assert!(matches!(
        failed("recommendation/none.parquet").await,
        ImportError::NoFile
    ));
    let put = async |content: bytes::Bytes| {
        shop.app
            .exchange
            .put("recommendation/bad.parquet", content)
            .await
            .expect("kept");
    };
    put("no Parquet".into()).await;
    assert!(matches!(
        failed("recommendation/bad.parquet").await,
        ImportError::Malformed(_)
    ));
    let row = |kind: &str, product: &str, score: f32| Given {
        kind: kind.to_owned(),
        product: product.to_owned(),
        neighbour: "product_01jd3v9k3hf2x8k3w2v5m0q7zt".to_owned(),
        score,
        together: 0,
    };
    let known = "product_01jd3v9k3hf2x8k3w2v5m0q7zs";
    for rows in [
        vec![],
        vec![row("friends", known, 1.0)],
        vec![row("pairs", "order_01jd3v9k3hf2x8k3w2v5m0q7zt", 1.0)],
        vec![row("pairs", known, f32::NAN)],
    ] {
        let mut writer = Writer::neighbours().expect("a file");
        writer.add_neighbours(&rows).expect("written");
        put(writer.finish().expect("a file")).await;
        assert!(
            matches!(failed("recommendation/bad.parquet").await, ImportError::Malformed(_)),
            "{rows:?}"
        );
    }
    assert!(models(&shop).await.is_empty());
}
