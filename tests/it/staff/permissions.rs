//! Sets of permissions.

use merx::platform::permission::{Permission, Permissions};
use proptest::prelude::*;
use serde_json::json;

use crate::support::Shop;

fn sets() -> impl Strategy<Value = Permissions> {
    proptest::sample::subsequence(Permission::ALL.to_vec(), 0..=Permission::ALL.len())
        .prop_map(|some| some.into_iter().collect())
}

#[test]
fn names_lead_back_and_describe_themselves() {
    for permission in Permission::ALL {
        assert_eq!(permission.name().parse::<Permission>().ok(), Some(*permission));
        assert!(permission.description().ends_with('.'), "{permission}");
        assert!(!permission.description().starts_with(' '), "{permission}");
    }
    assert!("catalog.burn".parse::<Permission>().is_err());
}

proptest! {
    #[test]
    fn sets_behave_as_sets(a in sets(), b in sets()) {
        prop_assert_eq!(Permissions::of_names(a.names()), a);
        prop_assert!(a.or(b).covers(a) && a.covers(a.and(b)));
        prop_assert_eq!(a.without(b).and(b), Permissions::NONE);
        prop_assert_eq!(a.without(b).or(a.and(b)), a);
        prop_assert_eq!(a.covers(b), b.without(a) == Permissions::NONE);
        prop_assert!(Permissions::ALL.covers(a));
    }
}

#[test]
fn a_name_that_means_nothing_allows_nothing() {
    assert_eq!(Permissions::of_names(["catalog.burn"]), Permissions::NONE);
}

/// What counts in every channel takes a permission for every channel; stock, one for a channel that sells it.
#[tokio::test]
async fn who_may_in_one_channel_changes_nothing_of_the_others() {
    let shop = Shop::demo().await;
    let id = shop
        .customer("somebody@example.com")
        .await
        .data("{ me { id } }", json!({}))
        .await["me"]["id"]
        .take();
    let permissions = [
        "catalog.write",
        "inventory.write",
        "customers.read",
        "customers.write",
        "customers.erase",
    ];
    let limited = shop.program(&permissions, Some("eu")).await.channel("eu");
    let (variant, _) = shop.variant(1).await;
    let product = "product_01jd3v9k3hf2x8k3w2v5m0q7zt";
    for (name, kind, input) in [
        (
            "productCreate",
            "ProductCreateInput",
            json!({ "name": "Kite", "variants": [{ "sku": "KITE-1" }] }),
        ),
        (
            "productUpdate",
            "ProductUpdateInput",
            json!({ "id": product, "name": "Kite" }),
        ),
        ("customerBlock", "CustomerBlockInput", json!({ "id": id })),
        ("customerUnblock", "CustomerUnblockInput", json!({ "id": id })),
        ("customerEraseAsStaff", "CustomerEraseAsStaffInput", json!({ "id": id })),
        (
            "customerDataExportAsStaff",
            "CustomerDataExportAsStaffInput",
            json!({ "id": id }),
        ),
    ] {
        let document = format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
        let (code, message) = limited.refused(&document, json!({ "input": input })).await;
        assert_eq!(code, "FORBIDDEN", "{name}: {message}");
    }
    let places = "query($id: ID!) { productVariant(id: $id) { stock { location { id } } } }";
    let stock = shop.staff().data(places, json!({ "id": variant })).await;
    let here = shop.program(&["inventory.write"], Some("eu")).await.channel("eu");
    let eu = shop
        .app
        .channels
        .by_slug(&shop.app.db, "eu")
        .await
        .expect("channels")
        .expect("eu");
    let (mut own, mut others) = (0, 0);
    for level in stock["productVariant"]["stock"].as_array().expect("stock") {
        let location = level["location"]["id"].as_str().expect("an id");
        let is_own = eu.locations.iter().any(|id| id.to_string() == location);
        let input = json!({ "variantId": variant, "locationId": location, "delta": 1, "reason": "found" });
        let answer = here.change("stockAdjust", input, "").await;
        if is_own {
            own += 1;
            assert_eq!(answer["errors"], json!([]), "{location}");
        } else {
            others += 1;
            assert_eq!(answer["errors"][0]["code"], "NOT_FOUND", "{location}");
        }
    }
    assert!(own + others > 0);
    let input = json!({ "variantId": variant, "delta": 1, "reason": "found" });
    here.changed("stockAdjust", input, "").await;
}
