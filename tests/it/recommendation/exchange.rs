//! Out as Parquet, computed elsewhere, and in again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entity::ProductId;
use entity::recommendation::recommendation_model::Entity as RecommendationModels;
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use merx::recommendation::exchange::form::{Given, ReadLine, Writer, read_lines};
use merx::recommendation::exchange::{Export, ExportError, ImportError, export, import, sweep};
use merx::recommendation::model::load;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait};
use serde_json::json;
use uuid::Uuid;

use super::shopping::{ids, list, look, models, slugs, tea_and_coffee};
use crate::support::{PASSWORD, Shop};

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

/// The lines of a file; none when it is not there.
async fn lines(shop: &Shop, file: &Export) -> Option<Vec<ReadLine>> {
    let content = shop.app.exchange.get(&file.key).await.expect("the store answers");
    content.map(|content| read_lines(content).expect("Parquet"))
}

#[tokio::test]
async fn an_export_calls_baskets_and_people_by_names_that_hold_in_it_alone() {
    let shop = tea_and_coffee().await;
    look(&shop, "a visit", &["tea-pot", "tea-cup"]).await;
    let (one, other) = (
        export(&shop.app).await.expect("exported"),
        export(&shop.app).await.expect("exported"),
    );
    assert_ne!(one.key, other.key);
    let (one, other) = (
        lines(&shop, &one).await.expect("a file"),
        lines(&shop, &other).await.expect("a file"),
    );
    let baskets = |lines: &[ReadLine]| -> BTreeSet<String> { lines.iter().map(|line| line.0.clone()).collect() };
    let people = |lines: &[ReadLine]| -> BTreeSet<String> { lines.iter().filter_map(|line| line.1.clone()).collect() };
    // As many as there are: the orders, and a visit.
    let orders = entity::order::orders::Entity::find()
        .all(&shop.app.db)
        .await
        .expect("read");
    let customers: BTreeSet<_> = orders.iter().filter_map(|order| order.customer_id).collect();
    let counts = (orders.len() + 1, customers.len());
    assert!(counts.0 > 30 && counts.1 > 20, "{counts:?}");
    assert_eq!((baskets(&one).len(), people(&one).len()), counts);
    assert_eq!((baskets(&other).len(), people(&other).len()), counts);
    assert!(baskets(&one).is_disjoint(&baskets(&other)) && people(&one).is_disjoint(&people(&other)));
    let plain = |name: &String| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(baskets(&one).iter().chain(&people(&one)).all(plain));
    // No name is the bare key of an order, a visit or a customer.
    let mut keys: BTreeSet<String> = orders.iter().map(|order| order.id.0.simple().to_string()).collect();
    keys.extend(customers.iter().map(|customer| customer.0.simple().to_string()));
    let visit = merx::analytics::visit(&shop.app, "a visit").await.expect("a visit");
    keys.insert(visit.0.simple().to_string());
    assert!(baskets(&one).is_disjoint(&keys) && people(&one).is_disjoint(&keys));
}

#[tokio::test]
async fn exports_go_with_whoever_is_erased_and_after_a_week() {
    let shop = tea_and_coffee().await;
    let ada = shop.customer("ada@example.com").await;
    let (one, other) = (
        export(&shop.app).await.expect("exported"),
        export(&shop.app).await.expect("exported"),
    );
    ada.changed("customerErase", json!({ "password": PASSWORD }), "ok")
        .await;
    shop.work().await;
    assert!(lines(&shop, &one).await.is_none() && lines(&shop, &other).await.is_none());
    let fresh = export(&shop.app).await.expect("exported");
    sweep(&shop.app).await.expect("swept");
    assert!(lines(&shop, &fresh).await.is_some(), "nobody was erased since");
    shop.app.clock.advance(Duration::from_secs(6 * 86_400));
    sweep(&shop.app).await.expect("swept");
    assert!(lines(&shop, &fresh).await.is_some());
    shop.app.clock.advance(Duration::from_secs(86_401));
    sweep(&shop.app).await.expect("swept");
    assert!(lines(&shop, &fresh).await.is_none());
}

#[tokio::test]
async fn a_file_in_which_somebody_was_erased_meanwhile_does_not_stay() {
    let shop = tea_and_coffee().await;
    // As soon as a file is begun, somebody is erased.
    let triggers: &[&str] = match shop.app.db.get_database_backend() {
        DbBackend::Postgres => &[
            "CREATE FUNCTION erased() RETURNS trigger AS $$ BEGIN NEW.void = TRUE; RETURN NEW; END $$ LANGUAGE plpgsql",
            "CREATE TRIGGER erased BEFORE INSERT ON recommendation_export FOR EACH ROW EXECUTE FUNCTION erased()",
        ],
        _ => &["CREATE TRIGGER erased AFTER INSERT ON recommendation_export BEGIN \
             UPDATE recommendation_export SET void = TRUE; END"],
    };
    for trigger in triggers {
        shop.app.db.execute_unprepared(trigger).await.expect("a trigger");
    }
    assert!(matches!(export(&shop.app).await, Err(ExportError::Erased)));
    let folder = shop.folder().join("exchange/recommendation");
    let left: Vec<_> = std::fs::read_dir(folder).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
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
    let different: BTreeSet<_> = known.iter().map(|neighbour| neighbour.0).collect();
    assert_eq!(different.len(), 200);
}
