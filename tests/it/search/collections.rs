//! Searches in collections, large ones and several, with the index and without.

use entity::catalog::product::ProductStatus;
use entity::catalog::{collection, collection_product, product};
use entity::{CollectionId, ProductId};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{ask, create, names_of};
use crate::support::{Shop, statements_of};

async fn collect(shop: &Shop, slug: &str, products: &[ProductId]) {
    let id: CollectionId = shop.app.ids.new_id();
    let row = collection::Model {
        id,
        slug: slug.to_owned(),
        name: slug.to_owned(),
        description: String::new(),
        created_at: shop.app.clock.now(),
    };
    row.into_active_model()
        .insert(&shop.app.db)
        .await
        .expect("a collection");
    for some in products.chunks(2_000) {
        let rows = some.iter().zip(0..).map(|(product, position)| {
            let row = collection_product::Model {
                collection_id: id,
                product_id: *product,
                position,
            };
            row.into_active_model()
        });
        collection_product::Entity::insert_many(rows)
            .exec_without_returning(&shop.app.db)
            .await
            .expect("members");
    }
}

async fn made(shop: &Shop, name: &str) -> ProductId {
    create(shop, name, "20.00", json!({})).await.parse().expect("an id")
}

/// So many products that no channel sells.
async fn fill(shop: &Shop, count: usize) -> Vec<ProductId> {
    let now = shop.app.clock.now();
    let row = |id: ProductId| product::Model {
        id,
        slug: id.to_string(),
        name: "Filler".to_owned(),
        description: String::new(),
        brand: None,
        category_id: None,
        status: ProductStatus::Draft,
        seo_title: None,
        seo_description: None,
        version: 1,
        content_hash: None,
        created_at: now,
        updated_at: now,
    };
    let ids: Vec<ProductId> = (0..count).map(|_| shop.app.ids.new_id()).collect();
    for some in ids.chunks(1_000) {
        let rows = some.iter().map(|id| row(*id).into_active_model());
        product::Entity::insert_many(rows)
            .exec_without_returning(&shop.app.db)
            .await
            .expect("products");
    }
    ids
}

#[tokio::test]
async fn a_collection_of_more_than_ten_thousand_products_is_searched_to_its_end() {
    let shop = super::shop().await;
    let mut members = fill(&shop, 12_000).await;
    members.push(made(&shop, "Zither Omega").await);
    shop.work().await;
    collect(&shop, "everything", &members).await;
    let filters = json!([{ "key": "collection", "values": ["everything"] }]);
    // Who asks at the same time does not read it once more.
    let one = || ask(&shop, json!({ "query": "zither ", "filters": filters }));
    let (sent, _) = statements_of(async { tokio::join!(one(), one(), one(), one()) }).await;
    let of_members = |sql: &&String| sql.contains("FROM \"collection_product\"");
    assert_eq!(sent.iter().filter(of_members).count(), 1, "{sent:#?}");
    // Twice: the second time what the collection holds is remembered.
    for _ in 0..2 {
        let found = ask(&shop, json!({ "query": "zither ", "filters": filters })).await;
        assert_eq!(names_of(&found), ["Zither Omega"]);
    }
    let browsed = ask(&shop, json!({ "query": "", "filters": filters })).await;
    assert_eq!(
        (&browsed["totalCount"], &browsed["degraded"]),
        (&json!(1), &json!(false))
    );
}

#[tokio::test]
async fn any_of_several_collections_will_do_also_without_the_index() {
    let shop = Shop::demo().await;
    let alpha = made(&shop, "Zither Alpha").await;
    let beta = made(&shop, "Zither Beta").await;
    let gamma = made(&shop, "Zither Gamma").await;
    collect(&shop, "one", &[alpha]).await;
    collect(&shop, "other", &[alpha, beta]).await;
    collect(&shop, "third", &[gamma]).await;
    let look = async |values: &[&str], degraded: bool| {
        let filters = json!([{ "key": "collection", "values": values }]);
        let found = ask(&shop, json!({ "query": "zither", "filters": filters })).await;
        assert_eq!(found["degraded"], degraded);
        let mut names = names_of(&found);
        names.sort_unstable();
        assert_eq!(found["totalCount"], names.len());
        names
    };
    let both = || async {
        for (values, expected) in [
            (&["one"][..], &["Zither Alpha"][..]),
            (&["one", "other"], &["Zither Alpha", "Zither Beta"]),
            (&["one", "third"], &["Zither Alpha", "Zither Gamma"]),
            (&["nothing"], &[]),
        ] {
            let degraded = !shop.app.search.engine().is_ready(owner(&shop).await).await;
            assert_eq!(
                look(values, degraded).await,
                expected,
                "{values:?} degraded: {degraded}"
            );
        }
    };
    assert!(!shop.app.search.engine().is_ready(owner(&shop).await).await);
    both().await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    assert!(shop.app.search.engine().is_ready(owner(&shop).await).await);
    both().await;
}

async fn owner(shop: &Shop) -> merx::search::engine::Owner {
    merx::search::owner(&shop.app).await.expect("an owner")
}
