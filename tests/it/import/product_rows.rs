//! Rows of the product CSV as drafts.

use entity::catalog::product::ProductStatus;
use entity::{ChannelId, TypedId};
use merx::catalog::{AttributeValue, Draft};
use merx::command::import::RowError;
use merx::command::import::product_columns::Columns;
use merx::command::import::product_rows::{ParsedProduct, product};
use merx::command::import::source::Row;
use proptest::prelude::*;

fn rows(text: &str) -> (Columns, Vec<String>, Vec<Row>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let (columns, ignored) = Columns::of(reader.headers().expect("a header")).expect("the columns");
    let rows = reader.records().map(|fields| {
        let fields = fields.expect("a row");
        let line = fields.position().expect("a position").line();
        Row { line, fields }
    });
    (columns, ignored, rows.collect())
}

fn channel() -> ChannelId {
    ChannelId::from_uuid(uuid::Uuid::from_u128(7))
}

fn read(text: &str) -> Result<ParsedProduct, Vec<RowError>> {
    let (columns, _, rows) = rows(text);
    product(&columns, &[(channel(), "USD".parse().expect("a currency"))], &rows)
}

/// The one thing that is wrong: line, column, value.
fn wrong(text: &str) -> (u64, &'static str, String) {
    let errors = read(text).expect_err("something is wrong");
    assert_eq!(errors.len(), 1, "{errors:?}");
    (errors[0].line, errors[0].column, errors[0].value.clone())
}

const SHIRT: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,SEO Title,Status,Attributes (JSON),Rating
shirt,Shirt,<p>Soft</p>,Loom,Tops,\"cotton, summer,cotton\",TRUE,Colour,Red,Size,S,SH-R-S,150,shopify,5,deny,20.00,25.00,true,'0012,https://x.test/2.jpg,2,back,,Shirt!,active,\"{\"\"Fit\"\": [\"\"slim\"\",\"\"long\"\"], \"\"washable\"\": true, \"\"threads\"\": 120, \"\"none\"\": null}\",5
shirt,,,,,,,,Red,,M,SH-R-M,160,shopify,-2,deny,20.00,,true,,https://x.test/1.jpg,1,front,,,,,
shirt,,,,,,,,Blue,,S,,150,,,continue,21.5,,false,,,,,https://x.test/blue.jpg,,,,
shirt,,,,,,,,,,,,,,,,,,,,https://x.test/3.jpg,3,,,,,,
";

#[test]
fn rows_of_a_handle_make_one_product() {
    let (_, ignored, _) = rows(SHIRT);
    assert_eq!(ignored, ["Rating"]);
    let parsed = read(SHIRT).expect("a good product");
    let draft = &parsed.draft;
    assert_eq!(
        (draft.slug.as_str(), draft.name.as_str(), draft.description.as_str()),
        ("shirt", "Shirt", "<p>Soft</p>")
    );
    assert_eq!(draft.brand.as_deref(), Some("Loom"));
    assert_eq!(parsed.category.as_deref(), Some("Tops"));
    assert_eq!(draft.tags, ["cotton", "summer"]);
    assert_eq!((draft.status, draft.published), (ProductStatus::Active, true));
    let option = |name: &str, values: &[&str]| {
        (
            name.to_owned(),
            values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        draft.options,
        [option("Colour", &["Red", "Blue"]), option("Size", &["S", "M"])]
    );
    let skus: Vec<&str> = draft.variants.iter().map(|v| v.sku.as_str()).collect();
    assert_eq!(skus, ["SH-R-S", "SH-R-M", "shirt-blue-s"]);
    assert_eq!(
        draft.variants[0].barcode.as_deref(),
        Some("0012"),
        "without the apostrophe of spreadsheets"
    );
    assert_eq!(draft.variants[0].prices, [(channel(), 2000, Some(2500))]);
    assert_eq!(draft.variants[2].prices, [(channel(), 2150, None)]);
    assert_eq!(
        draft.variants.iter().map(|v| v.track_inventory).collect::<Vec<_>>(),
        [true, true, false]
    );
    assert!(!draft.variants[2].taxable);
    assert_eq!(parsed.stock, [("SH-R-S".to_owned(), 5), ("SH-R-M".to_owned(), 0)]);
    let pictures: Vec<(&str, &str)> = draft.media.iter().map(|m| (m.url.as_str(), m.alt.as_str())).collect();
    let url = |name: &str| format!("https://x.test/{name}.jpg");
    let (front, back, third, blue) = (url("1"), url("2"), url("3"), url("blue"));
    assert_eq!(
        pictures,
        [(front.as_str(), "front"), (&back, "back"), (&third, ""), (&blue, "")]
    );
    let text = |text: &str| AttributeValue::Text(text.to_owned());
    let of = |key: &str| draft.attributes.iter().find(|a| a.key == key).map(|a| a.values.clone());
    assert_eq!(of("fit"), Some(vec![text("slim"), text("long")]));
    assert_eq!(of("washable"), Some(vec![AttributeValue::Boolean(true)]));
    assert_eq!(of("threads"), Some(vec![AttributeValue::Number(120.0)]));
    assert_eq!(of("none"), None);
    let lines: Vec<u64> = parsed.notices.iter().map(|n| n.line).collect();
    assert_eq!(
        lines,
        [3, 4],
        "a negative quantity, a made-up SKU: {:?}",
        parsed.notices
    );
}

#[test]
fn a_product_without_options_has_none() {
    let text =
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Type\nmug,Mug,Title,Default Title,MUG,4,1\n";
    let parsed = read(text).expect("a good product");
    assert!(parsed.draft.options.is_empty());
    assert!(parsed.draft.variants[0].selected_options.is_empty());
    assert_eq!(parsed.category, None, "a number is no category");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let head = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Published,Image Src,Status,Attributes (JSON)\n";
    let row = |changes: &[(usize, &str)]| {
        let mut fields = [
            "mug",
            "Mug",
            "Title",
            "Default Title",
            "MUG",
            "300",
            "shopify",
            "1",
            "4.00",
            "TRUE",
            "",
            "active",
            "",
        ];
        for (i, value) in changes {
            fields[*i] = value;
        }
        format!("{head}{}\n", fields.join(","))
    };
    assert!(read(&row(&[])).is_ok());
    let cases: [(usize, &str, &str); 10] = [
        (0, "", "Handle"),
        (1, "", "Title"),
        (5, "heavy", "Variant Grams"),
        (7, "few", "Variant Inventory Qty"),
        (8, "4.001", "Variant Price"),
        (8, "-4", "Variant Price"),
        (8, "", "Variant Price"),
        (9, "perhaps", "Published"),
        (10, "ftp://x.test/a.jpg", "Image Src"),
        (11, "sold", "Status"),
    ];
    for (field, value, column) in cases {
        assert_eq!(wrong(&row(&[(field, value)])), (2, column, value.to_owned()));
    }
    assert_eq!(wrong(&row(&[(12, "[1]")])).1, "Attributes (JSON)");
    assert_eq!(
        wrong(&row(&[(12, "\"{\"\"a\"\":{\"\"b\"\":1}}\"")])),
        (2, "Attributes (JSON)", "a: {\"b\":1}".to_owned())
    );
    let second = format!("{}mug,,,,MUG,,,,4.00,,,,\n", row(&[(2, "Size"), (3, "S")]));
    assert_eq!(wrong(&second), (3, "Option1 Value", String::new()));
    let twice = format!("{}mug,,,L,MUG,,,,4.00,,,,\n", row(&[(2, "Size"), (3, "S")]));
    assert_eq!(wrong(&twice), (3, "Variant SKU", "MUG".to_owned()));
}

#[test]
fn several_things_are_named_at_once() {
    let text = "Handle,Title,Variant Grams,Variant Price\nmug,Mug,heavy,cheap\n";
    assert_eq!(read(text).expect_err("bad").len(), 2);
}

/// A draft as the rows of the format.
fn render(draft: &Draft) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [
        "Handle",
        "Title",
        "Body (HTML)",
        "Vendor",
        "Tags",
        "Published",
        "Option1 Name",
        "Option1 Value",
        "Variant SKU",
        "Variant Grams",
        "Variant Price",
        "Variant Barcode",
        "Image Src",
        "Image Position",
        "Image Alt Text",
        "Status",
    ];
    writer.write_record(header).expect("written");
    for i in 0..Ord::max(draft.variants.len(), draft.media.len()) {
        let mut row: Vec<String> = vec![String::new(); header.len()];
        row[0].clone_from(&draft.slug);
        if i == 0 {
            row[1].clone_from(&draft.name);
            row[2].clone_from(&draft.description);
            row[3] = draft.brand.clone().unwrap_or_default();
            row[4] = draft.tags.join(", ");
            row[5] = draft.published.to_string();
            row[6] = draft
                .options
                .first()
                .map_or_else(|| "Title".to_owned(), |(name, _)| name.clone());
            row[15] = "active".to_owned();
        }
        if let Some(variant) = draft.variants.get(i) {
            let value = variant.selected_options.first().map(|option| option.value.clone());
            row[7] = value.unwrap_or_else(|| "Default Title".to_owned());
            row[8].clone_from(&variant.sku);
            row[9] = variant.weight_grams.to_string();
            row[10] = format!("{}.{:02}", variant.prices[0].1 / 100, variant.prices[0].1 % 100);
            row[11] = variant.barcode.clone().unwrap_or_default();
        }
        if let Some(picture) = draft.media.get(i) {
            row[12].clone_from(&picture.url);
            row[13] = (i + 1).to_string();
            row[14].clone_from(&picture.alt);
        }
        writer.write_record(&row).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("written")).expect("text")
}

fn drafts() -> impl Strategy<Value = Draft> {
    let text = "[a-zA-Z\"',;äß<>\n]([ -~\"\n€]{0,30}[a-zA-Z\"',;äß<>])?";
    let price = 0i64..1_000_000_000;
    let variant = (price, 0i64..5_000_000, proptest::option::of("[0-9]{8,13}"));
    let draft = (
        "[a-z0-9]{1,12}(-[a-z0-9]{1,8}){0,3}",
        text,
        text,
        proptest::option::of("[A-Z][a-z]{0,10}"),
    );
    let tags = proptest::collection::btree_set("[a-z]{1,8}( [a-z]{1,4})?", 0..4);
    let (variants, pictures) = (
        proptest::collection::vec(variant, 1..5),
        proptest::collection::vec("[a-z ]{0,9}[a-z]", 0..6),
    );
    (draft, tags, variants, pictures, any::<bool>())
        .prop_map(
            |((slug, name, description, brand), tags, variants, pictures, published)| {
                let several = variants.len() > 1;
                let variants: Vec<_> = variants
                    .into_iter()
                    .enumerate()
                    .map(|(i, (price, weight_grams, barcode))| {
                        let option = entity::catalog::variant::SelectedOption {
                            name: "Size".to_owned(),
                            value: format!("No. {i}"),
                        };
                        merx::catalog::DraftVariant {
                            sku: format!("SKU-{i}"),
                            barcode,
                            selected_options: if several { vec![option] } else { Vec::new() },
                            weight_grams,
                            track_inventory: false,
                            requires_shipping: true,
                            taxable: true,
                            prices: vec![(channel(), price, None)],
                        }
                    })
                    .collect();
                let values = variants
                    .iter()
                    .filter_map(|v| v.selected_options.first().map(|o| o.value.clone()))
                    .collect();
                Draft {
                    slug,
                    name: name.trim().to_owned(),
                    description: description.trim().to_owned(),
                    brand,
                    category_id: None,
                    status: ProductStatus::Active,
                    published,
                    tags: tags.into_iter().collect(),
                    seo_title: None,
                    seo_description: None,
                    options: if several {
                        vec![("Size".to_owned(), values)]
                    } else {
                        Vec::new()
                    },
                    variants,
                    attributes: Vec::new(),
                    media: pictures
                        .into_iter()
                        .enumerate()
                        .map(|(i, alt)| merx::catalog::DraftMedia {
                            url: format!("https://x.test/{i}.jpg"),
                            alt: alt.trim().to_owned(),
                            size: None,
                            variant_sku: None,
                        })
                        .collect(),
                    content_hash: None,
                }
            },
        )
        .prop_filter("a name is not empty", |draft| !draft.name.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_draft_written_as_rows_reads_back_the_same(draft in drafts()) {
        let parsed = read(&render(&draft)).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
        prop_assert_eq!(parsed.draft, draft);
    }
}
