//! Out as Parquet, computed elsewhere, and in again.

use std::collections::BTreeMap;

use entity::ProductId;
use entity::recommendation::recommendation_model::Entity as RecommendationModels;
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use merx::recommendation::exchange::form::{Given, Writer, read_lines};
use merx::recommendation::exchange::{ImportError, export, import};
use merx::recommendation::model::load;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

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

#[tokio::test]
async fn each_neighbour_comes_once_and_those_that_say_most_stay() {
    let shop = tea_and_coffee().await;
    let id = |n: u128| ProductId(Uuid::from_u128(n)).to_string();
    let row = |n: u128, score: f32| Given {
        kind: "customers".to_owned(),
        product: id(1),
        neighbour: id(n),
        score,
        together: 0,
    };
    // Twice with much between, and more of them than are kept; what speaks against the product says most.
    let mut given = vec![row(1_000, 0.5), row(2_000, -9.0)];
    given.extend((2..600).map(|n| row(n, n as f32 / 1_000.0)));
    given.push(row(1_000, 7.0));
    given.push(row(2_000, -1.0));
    let mut writer = Writer::neighbours().expect("a file");
    writer.add_neighbours(&given).expect("written");
    let key = "recommendation/twice.parquet";
    let file = writer.finish().expect("a file");
    shop.app.exchange.put(key, file).await.expect("kept");
    let model = import(&shop.app, key).await.expect("imported");
    let row = RecommendationModels::find_by_id(model).one(&shop.app.db).await;
    let row = row.expect("read").expect("a model");
    assert!(row.held, "nothing replaces it by itself");
    let known = load(&shop.app.db, &row)
        .await
        .expect("read")
        .neighbours(NeighbourKind::Customers);
    let known = &known[&ProductId(Uuid::from_u128(1))];
    assert_eq!(known.len(), 200);
    let product = |n: u128| ProductId(Uuid::from_u128(n));
    assert_eq!(known[0], (product(1_000), 0, 7.0));
    assert_eq!(known[1], (product(599), 0, 0.599));
    assert_eq!(known[199], (product(2_000), 0, -9.0), "the strongest for or against");
    let different: std::collections::BTreeSet<_> = known.iter().map(|neighbour| neighbour.0).collect();
    assert_eq!(different.len(), 200);
}
