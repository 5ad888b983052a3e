//! Files that cannot be read: a typed error, and nothing changed.

use merx::command::import::{ImportError, SourceError};
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{file, gzip, import_orders, import_products};
use crate::support::Shop;

const GOOD: &str = "Handle,Title,Variant SKU,Variant Price\nmug,Mug,MUG,4.00\nbowl,Bowl,BOWL,6.00\n";

async fn refused(shop: &Shop, bytes: &[u8]) -> SourceError {
    let products = || async {
        entity::catalog::product::Entity::find()
            .count(&shop.app.db)
            .await
            .expect("a count")
    };
    let before = products().await;
    let error = import_products(shop, bytes).await.expect_err("the file is bad");
    assert_eq!(products().await, before, "something was written");
    match error {
        ImportError::Source(error) => error,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_file_is_read_to_its_end_before_anything_is_written() {
    let shop = Shop::demo().await;

    let text = refused(&shop, b"").await;
    assert!(matches!(text, SourceError::NoColumn(_) | SourceError::Empty), "{text}");
    let header = refused(&shop, b"Handle,Title,Variant Price\n").await;
    assert!(matches!(header, SourceError::Empty), "{header}");

    let latin = refused(&shop, b"Handle,Title,Variant Price\nmug,Mug,4.00\ncafe,Caf\xe9,4.00\n").await;
    assert!(matches!(latin, SourceError::Encoding { line: 3 }), "{latin}");
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(GOOD.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let wide = refused(&shop, &wide).await;
    assert!(matches!(wide, SourceError::Encoding { line: 1 }), "{wide}");

    let open = refused(&shop, b"Handle,Title,Variant Price\nmug,\"Mug,4.00\nbowl,Bowl,6.00\n").await;
    assert!(matches!(open, SourceError::Quotes { line: 2, .. }), "{open}");
    let inch = refused(
        &shop,
        b"Handle,Title,Variant Price\nmug,Mug,4.00\nbowl,\"12\" bowl\",6.00\n",
    )
    .await;
    assert!(matches!(inch, SourceError::Quotes { line: 3, .. }), "{inch}");
    let short = refused(&shop, b"Handle,Title,Variant Price\nmug,Mug\n").await;
    let expected = matches!(
        short,
        SourceError::Fields {
            line: 2,
            expected: 3,
            found: 2
        }
    );
    assert!(expected, "{short}");

    let long: String = (0..5000).map(|i| format!("p{i},P {i},SKU-{i},{i}.00\n")).collect();
    let packed = gzip(format!("Handle,Title,Variant SKU,Variant Price\n{long}").as_bytes());
    let cut = refused(&shop, &packed[..packed.len() / 2]).await;
    assert!(matches!(cut, SourceError::Gzip { line: 2.., .. }), "{cut}");
    let mut damaged = packed.clone();
    let checksum = damaged.len() - 6;
    damaged[checksum] ^= 0xff;
    let damaged = refused(&shop, &damaged).await;
    assert!(matches!(damaged, SourceError::Gzip { .. }), "{damaged}");

    let other = refused(&shop, b"name,price\nmug,4\n").await;
    assert!(matches!(other, SourceError::NoColumn("Handle")), "{other}");
    let twice = refused(&shop, b"Handle,Title,Variant Price,title\nmug,Mug,4,Mug\n").await;
    assert!(matches!(twice, SourceError::ColumnTwice(_)), "{twice}");
}

#[tokio::test]
async fn orders_are_looked_through_too() {
    let shop = Shop::demo().await;
    let error = import_orders(&shop, GOOD).await.expect_err("products are no orders");
    assert!(
        matches!(error, ImportError::Source(SourceError::NoColumn("Name"))),
        "{error}"
    );
    let error = import_orders(&shop, gzip(b"Name").split_at(12).0)
        .await
        .expect_err("cut off");
    assert!(
        matches!(error, ImportError::Source(SourceError::Gzip { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_file_channel_or_location_is_named() {
    use merx::command::import::{ImportProducts, products};
    let shop = Shop::demo().await;
    let missing = ImportProducts {
        file: shop.folder().join("none.csv"),
        ..ImportProducts::default()
    };
    let error = products(&shop.app, missing.clone()).await.expect_err("no file");
    assert!(matches!(error, ImportError::Source(SourceError::Io(_))), "{error}");
    let there = ImportProducts {
        file: file(&shop, "products.csv", GOOD),
        ..missing
    };
    let channel = ImportProducts {
        channels: vec!["moon".to_owned()],
        ..there.clone()
    };
    let error = products(&shop.app, channel).await.expect_err("no channel");
    assert!(matches!(error, ImportError::NoChannel(slug) if slug == "moon"));
    let location = ImportProducts {
        location: Some("moon".to_owned()),
        ..there
    };
    let error = products(&shop.app, location).await.expect_err("no location");
    assert!(matches!(error, ImportError::NoLocation(slug) if slug == "moon"));
}

#[tokio::test]
async fn gzip_a_byte_order_mark_and_windows_line_ends_are_fine() {
    let shop = Shop::demo().await;
    let text = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    let summary = import_products(&shop, gzip(text.as_bytes())).await.expect("imported");
    assert_eq!(super::counts(&summary), [2, 0, 0, 0]);
    let plain = import_products(&shop, GOOD).await.expect("imported");
    assert_eq!(super::counts(&plain), [0, 0, 2, 0], "the same rows in another wrapping");
}
