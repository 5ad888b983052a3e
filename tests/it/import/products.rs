//! Products in the database.

use serde_json::{Value, json};

use super::{counts, import_products, report};
use crate::support::Shop;

const HEAD: &str = "Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Published,Attributes (JSON)\n";

const PRODUCT: &str = "query($slug: String!) { product(by: { slug: $slug }) {
  name category { slug } attributes { key values } options { name values }
  variants { sku price { minorUnits } quantityAvailable }
} }";

async fn product(shop: &Shop, slug: &str) -> Value {
    shop.data(PRODUCT, json!({ "slug": slug })).await["product"].take()
}

fn shirt(price: &str, quantity: &str) -> String {
    format!(
        "{HEAD}shirt,Shirt,Linen Tops,Size,S,SH-S,shopify,{quantity},{price},TRUE,\"{{\"\"threads\"\":120}}\"\n\
         shirt,,,,M,SH-M,shopify,3,21.00,,\n"
    )
}

#[tokio::test]
async fn a_product_comes_with_all_that_belongs_to_it() {
    let shop = Shop::demo().await;
    let summary = import_products(&shop, shirt("20.00", "5")).await.expect("imported");
    assert_eq!(counts(&summary), [1, 0, 0, 0]);
    assert!(summary.report.is_none());
    let shirt = product(&shop, "shirt").await;
    assert_eq!(shirt["name"], "Shirt");
    assert_eq!(shirt["category"]["slug"], "linen-tops");
    assert_eq!(shirt["attributes"], json!([{ "key": "threads", "values": ["120"] }]));
    assert_eq!(shirt["options"], json!([{ "name": "Size", "values": ["S", "M"] }]));
    let variants = json!([
        { "sku": "SH-S", "price": { "minorUnits": 2000 }, "quantityAvailable": 5 },
        { "sku": "SH-M", "price": { "minorUnits": 2100 }, "quantityAvailable": 3 },
    ]);
    assert_eq!(shirt["variants"], variants);
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_a_changed_row_does() {
    let shop = Shop::demo().await;
    import_products(&shop, shirt("20.00", "5")).await.expect("imported");
    let again = import_products(&shop, shirt("20.00", "5")).await.expect("imported");
    assert_eq!(counts(&again), [0, 0, 1, 0]);
    let changed = import_products(&shop, shirt("22.50", "4")).await.expect("imported");
    assert_eq!(counts(&changed), [0, 1, 0, 0]);
    let variant = product(&shop, "shirt").await["variants"][0].take();
    assert_eq!(
        variant,
        json!({ "sku": "SH-S", "price": { "minorUnits": 2250 }, "quantityAvailable": 4 })
    );
}

#[tokio::test]
async fn an_unchanged_product_keeps_the_stock_it_has_now() {
    use entity::inventory::stock_level;
    use sea_orm::EntityTrait;
    use sea_orm::sea_query::Expr;
    let shop = Shop::demo().await;
    import_products(&shop, shirt("20.00", "5")).await.expect("imported");
    stock_level::Entity::update_many()
        .col_expr(stock_level::Column::OnHand, Expr::value(999_i64))
        .exec(&shop.app.db)
        .await
        .expect("sold or bought meanwhile");
    import_products(&shop, shirt("20.00", "5")).await.expect("imported");
    assert_eq!(product(&shop, "shirt").await["variants"][0]["quantityAvailable"], 999);
}

#[tokio::test]
async fn a_bad_product_is_refused_as_a_whole_and_its_neighbours_are_not() {
    let shop = Shop::demo().await;
    let text = format!(
        "{HEAD}mug,Mug,,,,MUG,,,4.00,TRUE,\n\
         shirt,Shirt,,Size,S,SH-S,,,20.00,TRUE,\n\
         shirt,,,,M,SH-M,,,twenty,,\n\
         bowl,Bowl,,,,BOWL,,,6.00,TRUE,\n\
         thief,Thief,,,,MUG,,,6.00,TRUE,\n\
         mug,Mug again,,,,MUG-2,,,6.00,TRUE,\n"
    );
    let summary = import_products(&shop, &text).await.expect("imported");
    assert_eq!(counts(&summary), [2, 0, 0, 3]);
    assert!(product(&shop, "shirt").await.is_null());
    assert!(product(&shop, "thief").await.is_null());
    assert_eq!(product(&shop, "mug").await["name"], "Mug");
    assert_eq!(product(&shop, "bowl").await["name"], "Bowl");
    let rows = report(&summary);
    let place = |row: &Vec<String>| row[..4].to_vec();
    let mut places: Vec<_> = rows.iter().map(place).collect();
    places.sort();
    assert_eq!(places[0], ["4", "shirt", "Variant Price", "twenty"]);
    assert_eq!(places[1], ["6", "thief", "Variant SKU", "MUG"]);
    assert_eq!(places[2], ["7", "mug", "Handle", "mug"]);
    let reason = |line: &str| rows.iter().find(|r| r[0] == line).expect("a row")[4].clone();
    assert!(reason("4").contains("not a decimal number"), "{}", reason("4"));
    assert!(reason("7").contains("line 2"), "{}", reason("7"));
    assert!(
        summary
            .report
            .expect("a report")
            .starts_with(shop.folder().join("imports"))
    );
}

#[tokio::test]
async fn unknown_columns_are_ignored_with_a_notice() {
    let shop = Shop::demo().await;
    let text = "Handle,Title,Variant SKU,Variant Price,Cost per item,Moon phase\nmug,Mug,MUG,4,1,full\n";
    let summary = import_products(&shop, text).await.expect("imported");
    assert_eq!(counts(&summary), [1, 0, 0, 0]);
    assert_eq!(summary.notices[0].0, "columns ignored: Cost per item, Moon phase");
}

#[tokio::test]
async fn prices_go_to_the_channels_that_are_named() {
    use merx::command::import::{ImportProducts, products};
    let shop = Shop::demo().await;
    let text = "Handle,Title,Variant SKU,Variant Price\nmug,Mug,MUG,4.00\n";
    let command = ImportProducts {
        file: super::file(&shop, "products.csv", text),
        channels: vec!["eu".to_owned()],
        location: Some("rotterdam".to_owned()),
    };
    products(&shop.app, command.clone()).await.expect("imported");
    assert!(product(&shop, "mug").await.is_null(), "no price in the default channel");
    let eu = product(&shop.channel("eu"), "mug").await;
    assert_eq!(eu["variants"][0]["price"]["minorUnits"], 400);
    let both = ImportProducts {
        channels: vec!["eu".to_owned(), "us".to_owned()],
        ..command
    };
    let summary = products(&shop.app, both).await.expect("imported");
    assert_eq!(counts(&summary), [0, 1, 0, 0], "other channels are a change");
    assert_eq!(product(&shop, "mug").await["name"], "Mug");
}

#[tokio::test]
async fn many_products_cost_few_statements() {
    let shop = Shop::demo().await;
    let rows: String = (0..1000)
        .map(|i| {
            format!(
                "p-{i},P {i},Kind {},,,SKU-{i},shopify,{i},1.00,TRUE,\"{{\"\"n\"\":{i}}}\"\n",
                i % 7
            )
        })
        .collect();
    let (statements, summary) = shop.statements(import_products(&shop, format!("{HEAD}{rows}"))).await;
    assert_eq!(counts(&summary.expect("imported")), [1000, 0, 0, 0]);
    assert!(statements < 120, "{statements} statements for two batches");
}

/// The price of each SKU of a product in a channel.
async fn prices(shop: &Shop, slug: &str) -> Vec<(String, i64)> {
    let document = "query($slug: String!) { product(by: { slug: $slug }) {
        priceRange { min { minorUnits } } variants(first: 10) { sku price { minorUnits } } } }";
    let answer = shop.data(document, json!({ "slug": slug })).await;
    let product = &answer["product"];
    let sold = product["variants"].as_array().into_iter().flatten();
    let sold: Vec<(String, i64)> = sold
        .filter_map(|v| Some((v["sku"].as_str()?.to_owned(), v["price"]["minorUnits"].as_i64()?)))
        .collect();
    let least = sold.iter().map(|(_, price)| *price).min();
    assert_eq!(
        product["priceRange"]["min"]["minorUnits"].as_i64(),
        least,
        "{product:#}"
    );
    sold
}

#[tokio::test]
async fn another_channel_keeps_its_prices_and_variants_may_swap_values() {
    use merx::command::import::{ImportProducts, products};
    let shop = Shop::demo().await;
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price";
    let both = format!("{header}\npen,Pen,Colour,Red,PEN-1,2.00\npen,,,Blue,PEN-2,3.00\npen,,,Green,PEN-3,1.00\n");
    let everywhere = ImportProducts {
        file: super::file(&shop, "both.csv", both),
        channels: vec!["us".to_owned(), "eu".to_owned()],
        location: None,
    };
    assert_eq!(
        counts(&products(&shop.app, everywhere).await.expect("read")),
        [1, 0, 0, 0]
    );

    // Dearer at home, one variant less, and two that swap their colours.
    let home = format!("{header}\npen,Pen,Colour,Blue,PEN-1,5.00\npen,,,Red,PEN-2,6.00\n");
    assert_eq!(counts(&import_products(&shop, home).await.expect("read")), [0, 1, 0, 0]);
    let at = |sku: &str, price: i64| (sku.to_owned(), price);
    assert_eq!(prices(&shop, "pen").await, [at("PEN-1", 500), at("PEN-2", 600)]);
    assert_eq!(
        prices(&shop.channel("eu"), "pen").await,
        [at("PEN-1", 200), at("PEN-2", 300)]
    );
}

#[tokio::test]
async fn a_picture_of_a_variant_is_its_own_and_the_products() {
    let shop = Shop::demo().await;
    let text = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Variant Image\n\
        pen,Pen,Colour,Red,PEN-1,2.00,https://x.test/red.jpg,https://x.test/red.jpg\n\
        pen,,,Blue,PEN-2,3.00,,https://x.test/blue.jpg\npen,,,Green,PEN-3,1.00,,\n";
    assert_eq!(counts(&import_products(&shop, text).await.expect("read")), [1, 0, 0, 0]);
    let document = "{ product(by: { slug: \"pen\" }) { media { url } variants(first: 9) { sku image { url } } } }";
    let pen = shop.data(document, json!({})).await["product"].take();
    let picture = |name: &str| json!({ "url": format!("https://x.test/{name}.jpg") });
    assert_eq!(pen["media"], json!([picture("red"), picture("blue")]));
    let variants = json!([
        { "sku": "PEN-1", "image": picture("red") },
        { "sku": "PEN-2", "image": picture("blue") },
        { "sku": "PEN-3", "image": null },
    ]);
    assert_eq!(pen["variants"], variants);
}
