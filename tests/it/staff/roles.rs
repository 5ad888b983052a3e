//! Roles: who may make them, and of what.

use serde_json::{Value, json};

use crate::support::Shop;

const ROLES: &str = "{ roles { totalCount nodes { id name isOwner permissions version } } }";

async fn owner_role(shop: &Shop) -> Value {
    let data = shop.staff().data(ROLES, json!({})).await;
    let roles = data["roles"]["nodes"].as_array().expect("roles").clone();
    let mut owners = roles.into_iter().filter(|role| role["isOwner"] == true);
    let owner = owners.next().expect("owners");
    assert!(owners.next().is_none());
    owner
}

async fn role(shop: &Shop, name: &str, permissions: Value) -> Value {
    let input = json!({ "name": name, "description": "For tests.", "permissions": permissions });
    let made = shop
        .changed("roleCreate", input, "role { id name version permissions }")
        .await;
    made["role"].clone()
}

#[tokio::test]
async fn roles_are_made_changed_and_deleted() {
    let shop = Shop::demo().await;
    let owner = shop.staff();
    let made = role(&owner, " Buyers ", json!(["CATALOG_READ", "CATALOG_WRITE"])).await;
    assert_eq!(made["name"], "Buyers");
    let taken = json!({ "name": "Buyers", "permissions": [] });
    assert_eq!(
        owner.change_refused("roleCreate", taken).await,
        ("ALREADY_EXISTS".to_owned(), json!(["name"]))
    );
    let change =
        json!({ "id": made["id"], "expectedVersion": 1, "permissions": ["CATALOG_READ"], "description": null });
    let shown = "role { id name version permissions description }";
    let changed = owner.changed("roleUpdate", change.clone(), shown).await;
    assert_eq!(
        changed["role"],
        json!({ "id": made["id"], "name": "Buyers", "version": 2, "permissions": ["CATALOG_READ"], "description": null })
    );
    let stale = owner.change("roleUpdate", change, "").await;
    assert_eq!(stale["errors"][0]["code"], "STALE_VERSION");
    assert_eq!(stale["errors"][0]["currentVersion"], 2);
    let gone = owner
        .changed("roleDelete", json!({ "id": made["id"] }), "deletedId")
        .await;
    assert_eq!(gone["deletedId"], made["id"]);
    let refused = owner.change_refused("roleDelete", json!({ "id": made["id"] })).await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), json!(["id"])));
}

#[tokio::test]
async fn the_role_of_owners_stays() {
    let shop = Shop::demo().await;
    let owner = owner_role(&shop).await;
    let all = owner["permissions"].as_array().expect("permissions").len();
    assert_eq!(all, merx::platform::permission::Permission::ALL.len());
    for (name, input) in [
        ("roleUpdate", json!({ "id": owner["id"], "permissions": [] })),
        ("roleUpdate", json!({ "id": owner["id"], "name": "Nobody" })),
        ("roleDelete", json!({ "id": owner["id"] })),
    ] {
        let refused = shop.staff().change_refused(name, input).await;
        assert_eq!(refused, ("INVALID_INPUT".to_owned(), json!(["id"])));
    }
    assert_eq!(owner_role(&shop).await, owner);
}

#[tokio::test]
async fn a_role_that_somebody_has_is_not_deleted() {
    let shop = Shop::demo().await;
    let made = role(&shop.staff(), "Buyers", json!(["CATALOG_READ"])).await;
    let input = json!({ "email": "ada@example.com", "roleIds": [made["id"]] });
    shop.staff().changed("staffInvite", input, "").await;
    let refused = shop
        .staff()
        .change_refused("roleDelete", json!({ "id": made["id"] }))
        .await;
    assert_eq!(refused.0, "INVALID_INPUT");
}

#[tokio::test]
async fn nobody_makes_a_role_of_what_they_do_not_have() {
    let shop = Shop::demo().await;
    let strong = role(&shop.staff(), "Strong", json!(["CUSTOMERS_ERASE"])).await;
    let weak = role(&shop.staff(), "Weak", json!(["STAFF_READ"])).await;
    let clerk = shop.program(&["staff.write", "staff.read"], None).await;
    role(&clerk, "Readers", json!(["STAFF_READ"])).await;
    for (name, input) in [
        (
            "roleCreate",
            json!({ "name": "More", "permissions": ["CUSTOMERS_ERASE"] }),
        ),
        (
            "roleUpdate",
            json!({ "id": weak["id"], "permissions": ["CUSTOMERS_ERASE"] }),
        ),
        // Not even less of it: others have it.
        ("roleUpdate", json!({ "id": strong["id"], "permissions": [] })),
        ("roleDelete", json!({ "id": strong["id"] })),
    ] {
        assert_eq!(
            clerk.change_refused(name, input).await.0,
            "PERMISSION_MISSING",
            "{name}"
        );
    }
    // A role counts everywhere, so it takes the permission everywhere.
    let local = shop
        .program(&["staff.write", "staff.read"], Some("eu"))
        .await
        .channel("eu");
    let input = json!({ "name": "Local", "permissions": ["STAFF_READ"] });
    assert_eq!(local.change_refused("roleCreate", input).await.0, "PERMISSION_MISSING");
}

#[tokio::test]
async fn malformed_roles_are_not_made() {
    let shop = Shop::demo().await;
    for (field, value) in [
        ("name", json!(" ")),
        ("name", json!("n".repeat(101))),
        ("description", json!("d".repeat(501))),
    ] {
        let mut input = json!({ "name": "x", "permissions": [] });
        input[field] = value;
        let refused = shop.staff().change_refused("roleCreate", input).await;
        assert_eq!(refused, ("INVALID_INPUT".to_owned(), json!([field])));
    }
    let document = "mutation { roleCreate(input: { name: \"x\", permissions: [CATALOG_BURN] }) { errors { code } } }";
    assert_eq!(shop.staff().refused(document, json!({})).await.0, "BAD_USER_INPUT");
}
