//! What a product may look like before anything is written.

use entity::ChannelId;
use entity::catalog::product::ProductStatus;
use entity::catalog::variant::SelectedOption;
use merx::catalog::{AttributeValue, Draft, DraftError, DraftVariant, NewAttribute};
use merx::platform::text::slugify;
use proptest::prelude::*;
use uuid::Uuid;

fn shirt() -> Draft {
    Draft {
        slug: "linen-shirt".to_owned(),
        name: "Linen shirt".to_owned(),
        description: String::new(),
        brand: None,
        category_id: None,
        status: ProductStatus::Active,
        published: true,
        tags: Vec::new(),
        seo_title: None,
        seo_description: None,
        options: vec![("Size".to_owned(), vec!["S".to_owned(), "M".to_owned()])],
        variants: vec![variant("SHIRT-S", "S"), variant("SHIRT-M", "M")],
        attributes: Vec::new(),
        media: Vec::new(),
        content_hash: None,
    }
}

fn variant(sku: &str, size: &str) -> DraftVariant {
    DraftVariant {
        sku: sku.to_owned(),
        barcode: None,
        selected_options: vec![SelectedOption {
            name: "Size".to_owned(),
            value: size.to_owned(),
        }],
        weight_grams: 200,
        track_inventory: true,
        requires_shipping: true,
        taxable: true,
        prices: vec![(ChannelId(Uuid::from_u128(1)), 2_500, None)],
    }
}

/// What is wrong with the shirt after `change`.
fn wrong(change: impl FnOnce(&mut Draft)) -> Vec<DraftError> {
    let mut draft = shirt();
    change(&mut draft);
    draft.check().err().unwrap_or_default()
}

#[test]
fn a_sound_product_passes() {
    assert_eq!(shirt().check(), Ok(()));
    assert_eq!(shirt().variants[0].name(), "S");
    // A product without options has one variant that chooses nothing.
    let plain = wrong(|d| {
        d.options.clear();
        d.variants.truncate(1);
        d.variants[0].selected_options.clear();
    });
    assert_eq!(plain, []);
}

#[test]
fn names_and_slugs() {
    assert_eq!(wrong(|d| d.name = "  ".to_owned()), [DraftError::Name]);
    assert_eq!(wrong(|d| d.name = "é".repeat(500)), []);
    assert_eq!(wrong(|d| d.name = "é".repeat(501)), [DraftError::Name]);
    for slug in ["", "-a", "a-", "a--b", "A", "a b", "a/b", "ä?"] {
        assert_eq!(wrong(|d| d.slug = slug.to_owned()), [DraftError::Slug(slug.to_owned())]);
    }
    assert_eq!(wrong(|d| d.slug = "größe-42".to_owned()), []);
    assert_eq!(
        wrong(|d| d.description = "x".repeat((1 << 20) + 1)),
        [DraftError::Description]
    );
}

#[test]
fn variants() {
    let sku = |text: &str| text.to_owned();
    assert_eq!(wrong(|d| d.variants.clear()), [DraftError::Variants]);
    let empty = wrong(|d| d.variants[1].sku = " ".to_owned());
    assert_eq!(
        empty,
        [DraftError::Sku {
            variant: 1,
            sku: sku(" ")
        }]
    );
    let twice = wrong(|d| d.variants[1].sku = "SHIRT-S".to_owned());
    assert_eq!(
        twice,
        [DraftError::SkuTwice {
            variant: 1,
            sku: sku("SHIRT-S")
        }]
    );
    let price = wrong(|d| d.variants[0].prices[0].1 = -1);
    assert_eq!(
        price,
        [DraftError::Price {
            variant: 0,
            sku: sku("SHIRT-S")
        }]
    );
    let former = wrong(|d| d.variants[0].prices[0].2 = Some(1_000_000_000_001));
    assert_eq!(
        former,
        [DraftError::Price {
            variant: 0,
            sku: sku("SHIRT-S")
        }]
    );
    let weight = wrong(|d| d.variants[0].weight_grams = -1);
    assert_eq!(
        weight,
        [DraftError::Weight {
            variant: 0,
            sku: sku("SHIRT-S")
        }]
    );
    let path = weight[0].path();
    assert_eq!(path, ["variants", "0", "weight"]);
}

#[test]
fn options() {
    let sku = || "SHIRT-M".to_owned();
    let unknown = wrong(|d| d.variants[1].selected_options[0].value = "XXL".to_owned());
    assert_eq!(unknown, [DraftError::Selection { variant: 1, sku: sku() }]);
    let missing = wrong(|d| d.variants[1].selected_options.clear());
    assert_eq!(missing, [DraftError::Selection { variant: 1, sku: sku() }]);
    let repeated = wrong(|d| d.variants[1].selected_options[0].value = "S".to_owned());
    assert_eq!(repeated, [DraftError::SelectionTwice { variant: 1, sku: sku() }]);
    let value_twice = wrong(|d| d.options[0].1.push("S".to_owned()));
    assert_eq!(value_twice, [DraftError::Option("Size".to_owned())]);
    let name_twice = wrong(|d| d.options.push(("Size".to_owned(), vec!["S".to_owned()])));
    assert!(
        name_twice.contains(&DraftError::Option("Size".to_owned())),
        "{name_twice:?}"
    );
}

#[test]
fn attributes() {
    let with = |key: &str, value| {
        let attribute = NewAttribute {
            key: key.to_owned(),
            values: vec![value],
        };
        wrong(|d| d.attributes = vec![attribute])
    };
    assert_eq!(with("weight", AttributeValue::Number(1.5)), []);
    assert_eq!(
        with("", AttributeValue::Boolean(true)),
        [DraftError::Attribute(String::new())]
    );
    for number in [f64::NAN, f64::INFINITY] {
        assert_eq!(
            with("weight", AttributeValue::Number(number)),
            [DraftError::Attribute("weight".to_owned())]
        );
    }
    let long = "k".repeat(101);
    assert_eq!(
        with(&long, AttributeValue::Boolean(true)),
        [DraftError::Attribute(long.clone())]
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let all = wrong(|d| {
        d.name.clear();
        d.slug.clear();
        d.variants[0].weight_grams = -1;
        d.variants[1].prices[0].1 = -1;
    });
    assert_eq!(all.len(), 4, "{all:?}");
}

proptest! {
    #[test]
    fn a_slug_that_is_made_is_a_slug(text in any::<String>()) {
        let slug = slugify(&text);
        prop_assume!(!slug.is_empty());
        prop_assert_eq!(wrong(|d| d.slug = slug), []);
    }
}
