//! A data folder that meets another database, and categories that come from elsewhere.

use entity::catalog::{category, product};
use entity::{CategoryId, ProductId};
use merx::app::{App, Builder};
use merx::http::Endpoint;
use merx::platform::db;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::{Value, json};

use super::{ask, create, names, names_of, shop};
use crate::support::{Shop, config};

/// An application on an empty database of its own in the data folder of `shop`.
async fn neighbour(shop: &Shop) -> App {
    let url = format!("sqlite:{}", shop.folder().join("neighbour.db").display());
    let app = Builder::new(config(shop.folder(), Some(&url)))
        .build()
        .await
        .expect("the application opens");
    db::migrate(&app.db).await.expect("the migrations run");
    app
}

async fn is_ready(app: &App) -> bool {
    let owner = merx::search::owner(app).await.expect("a default channel");
    app.search.engine().is_ready(owner).await
}

async fn product_ids(app: &App) -> Vec<ProductId> {
    let ids = product::Entity::find().select_only().column(product::Column::Id);
    ids.into_tuple().all(&app.db).await.expect("products")
}

async fn ask_app(app: &App, variables: Value) -> Value {
    let answer = Endpoint::new(app.clone())
        .expect("a schema")
        .execute(&axum::http::HeaderMap::new(), super::SEARCH, None, variables)
        .await;
    let mut answer = serde_json::to_value(answer).expect("an answer is JSON");
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["search"].take()
}

#[tokio::test]
async fn an_index_of_another_database_is_not_taken() {
    let shop = Shop::demo().await;
    let other = neighbour(&shop).await;
    merx::command::seed::demo(&other)
        .await
        .expect("the demo shop is seeded");
    product::Entity::update_many()
        .col_expr(product::Column::Name, Expr::value("Kalimba"))
        .exec(&other.db)
        .await
        .expect("other products");
    merx::search::prepare(&other).await.expect("the index is built");
    let kalimbas = ask_app(&other, json!({ "query": "kalimba" })).await;
    assert_eq!(kalimbas["degraded"], false);

    // The index is not the shop's: until it is built anew, the database answers.
    let early = ask(&shop, json!({ "query": "lamp" })).await;
    assert_eq!(early["degraded"], true);
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let listed = shop.data("{ products(first: 1) { totalCount } }", json!({})).await["products"]["totalCount"].take();
    let all = async || ask(&shop, json!({ "query": "", "first": 100 })).await;
    let found = all().await;
    assert_eq!(found["degraded"], false);
    assert_eq!(found["totalCount"], listed);
    assert_eq!(json!(names_of(&found).len()), listed, "every hit is the shop's own");
    assert!(!names_of(&found).contains(&"Kalimba".to_owned()));

    // Nor does the other one write to it or read from it now.
    let ids = product_ids(&other).await;
    merx::search::index_products(&other, ids).await.expect("passed over");
    assert_eq!(all().await["totalCount"], listed);
    assert_eq!(ask_app(&other, json!({ "query": "kalimba" })).await["degraded"], true);

    // A commit of the shop leaves it the shop's.
    create(&shop, "Theremin", "5.00", json!({})).await;
    shop.work().await;
    assert_eq!(names(&shop, "theremin ").await, ["Theremin"]);
    assert!(is_ready(&shop.app).await && !is_ready(&other).await);
    other.db.clone().close().await.expect("the database closes");
}

#[tokio::test]
async fn an_index_of_an_empty_database_is_filled_by_jobs() {
    let shop = Shop::demo().await;
    let fresh = neighbour(&shop).await;
    merx::search::prepare(&fresh).await.expect("nothing to index");
    merx::command::seed::demo(&fresh)
        .await
        .expect("the demo shop is seeded");
    assert!(!is_ready(&fresh).await);
    let ids = product_ids(&fresh).await;
    merx::search::index_products(&fresh, ids).await.expect("indexed");
    assert!(is_ready(&fresh).await);
    let found = ask_app(&fresh, json!({ "query": "lamp" })).await;
    assert!(
        found["degraded"] == false && found["totalCount"].as_u64() > Some(0),
        "{found:#}"
    );
    fresh.db.clone().close().await.expect("the database closes");
}

#[tokio::test]
async fn a_category_of_another_process_is_indexed_with_its_products() {
    let shop = shop().await;
    create(&shop, "Glockenspiel", "5.00", json!({})).await;
    let tree = shop.app.categories.tree(&shop.app.db).await.expect("the cached tree");
    let id: CategoryId = shop.app.ids.new_id();
    let row = category::Model {
        id,
        parent_id: None,
        slug: "struck-idiophones".to_owned(),
        name: "Struck idiophones".to_owned(),
        description: String::new(),
        position: 99,
        created_at: shop.app.clock.now(),
    };
    let row = row.into_active_model().reset_all();
    row.insert(&shop.app.db).await.expect("a row");
    product::Entity::update_many()
        .col_expr(product::Column::CategoryId, Expr::value(id))
        .filter(product::Column::Name.eq("Glockenspiel"))
        .exec(&shop.app.db)
        .await
        .expect("its category");
    assert!(tree.get(id).is_none());
    shop.work().await;
    let found = ask(&shop, json!({ "query": "glockenspiel " })).await;
    assert_eq!(names_of(&found), ["Glockenspiel"]);
    let facets = found["facets"].as_array().expect("facets");
    let facet = facets.iter().find(|f| f["key"] == "category").expect("categories");
    assert_eq!(facet["values"][0]["value"], "struck-idiophones", "{facet:#}");
}
