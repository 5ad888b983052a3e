//! Members of staff: invited, given roles, shut out.

use std::time::Duration;

use merx::config::DEMO_ADMIN;
use serde_json::{Value, json};

use crate::support::{Shop, noon};

const PASSWORD: &str = "correct horse battery";
const ME: &str = "{ staffMe { id email firstName active joinedAt version permissions
    roles { name } roleAssignments { role { name } channel { slug } } } }";

async fn admin(shop: &Shop) -> Shop {
    shop.signed_in(DEMO_ADMIN.email, DEMO_ADMIN.password).await
}

pub(super) async fn role(shop: &Shop, name: &str, permissions: Value) -> Value {
    let input = json!({ "name": name, "permissions": permissions });
    shop.staff().changed("roleCreate", input, "role { id }").await["role"]["id"].clone()
}

async fn owner_role(shop: &Shop) -> Value {
    let data = shop.staff().data("{ roles { nodes { id isOwner } } }", json!({})).await;
    let roles = data["roles"]["nodes"].as_array().expect("roles").clone();
    roles.into_iter().find(|role| role["isOwner"] == true).expect("owners")["id"].clone()
}

/// Invites somebody and gives their id.
pub(super) async fn invited(shop: &Shop, email: &str, roles: Value) -> Value {
    let input = json!({ "email": email, "roles": roles });
    shop.staff().changed("staffInvite", input, "staffUser { id }").await["staffUser"]["id"].clone()
}

/// The secret of the last letter.
async fn secret(shop: &Shop) -> String {
    shop.work().await;
    let letters = shop.letters();
    let letter = letters.last().expect("a letter");
    let token = letter.split("#token=").nth(1).expect("a link with a token");
    token.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Invites somebody, who accepts. Gives their id.
async fn joined(shop: &Shop, email: &str, roles: Value) -> Value {
    let id = invited(shop, email, roles).await;
    let input = json!({ "token": secret(shop).await, "password": PASSWORD });
    shop.changed("staffInvitationAccept", input, "").await;
    id
}

async fn version(shop: &Shop, id: &Value) -> i64 {
    let document = "query($id: ID!) { staffUser(id: $id) { version } }";
    let data = shop.staff().data(document, json!({ "id": id })).await;
    data["staffUser"]["version"].as_i64().expect("a version")
}

#[tokio::test]
async fn an_invitation_leads_in_and_to_its_channel() {
    let shop = Shop::demo().await;
    let buyers = role(&shop, "Buyers", json!(["INVENTORY_WRITE"])).await;
    let readers = role(&shop, "Readers", json!(["ORDERS_READ"])).await;
    let eu = shop.channel_id("eu").await;
    let input = json!({
        "email": " Ada@Example.com ", "firstName": "Ada", "roleIds": [readers],
        "roles": [{ "roleId": buyers, "channelId": eu }] });
    let shown = "staffUser { id email roles { id name permissions } joinedAt permissions }";
    let payload = admin(&shop).await.changed("staffInvite", input.clone(), shown).await;
    let person = &payload["staffUser"];
    assert_eq!(person["email"], "ada@example.com");
    assert_eq!(person["joinedAt"], Value::Null);
    assert_eq!(person["permissions"], json!(["ORDERS_READ"]));
    let refused = shop.staff().change_refused("staffInvite", input).await;
    assert_eq!(refused, ("ALREADY_EXISTS".to_owned(), json!(["email"])));
    // Before it is accepted nobody comes in.
    let early = json!({ "email": "ada@example.com", "password": PASSWORD, "kind": "STAFF" });
    assert_eq!(
        shop.change_refused("sessionCreate", early).await.0,
        "INVALID_CREDENTIALS"
    );

    let token = secret(&shop).await;
    let letter = shop.letters().pop().expect("a letter");
    assert!(letter.contains("To: ada@example.com"), "{letter}");
    assert!(letter.contains(DEMO_ADMIN.email), "who invites: {letter}");
    let input = json!({ "token": token, "password": PASSWORD, "lastName": "Lovelace" });
    let shown = "staffUser { firstName lastName joinedAt }";
    let payload = shop.changed("staffInvitationAccept", input.clone(), shown).await;
    assert_eq!(payload["staffUser"]["firstName"], "Ada");
    assert_eq!(payload["staffUser"]["lastName"], "Lovelace");
    assert!(payload["staffUser"]["joinedAt"].is_string());
    // The secret works once.
    let again = shop.change_refused("staffInvitationAccept", input).await;
    assert_eq!(again, ("INVALID_TOKEN".to_owned(), json!(["token"])));

    let ada = shop.signed_in("ada@example.com", PASSWORD).await;
    let me = ada.data(ME, json!({})).await["staffMe"].clone();
    assert_eq!(me["permissions"], json!(["ORDERS_READ"]));
    assert_eq!(me["roles"], json!([{ "name": "Readers" }, { "name": "Buyers" }]));
    assert_eq!(me["roleAssignments"][0]["channel"], Value::Null);
    assert_eq!(me["roleAssignments"][1]["channel"], json!({ "slug": "eu" }));
    let here = ada.channel("eu").data(ME, json!({})).await["staffMe"].clone();
    assert_eq!(here["permissions"], json!(["INVENTORY_WRITE", "ORDERS_READ"]));
    // What counts in a channel counts there alone.
    let adjust = "mutation { stockAdjust(input: { variantId: \"variant_01jd3v9k3hf2x8k3w2v5m0q7zt\", delta: 0,
        reason: \"none\" }) { errors { code } } }";
    let (code, _) = ada.refused(adjust, json!({})).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    let done = ada.channel("eu").data(adjust, json!({})).await;
    assert_eq!(done["stockAdjust"]["errors"][0]["code"], "INVALID_INPUT");
    // A program is nobody.
    assert_eq!(shop.staff().data(ME, json!({})).await["staffMe"], Value::Null);
}

#[tokio::test]
async fn an_invitation_ends() {
    let shop = Shop::frozen(noon()).await;
    let id = invited(&shop, "ada@example.com", json!([])).await;
    let accept = |token: &str, password: &str| json!({ "token": token, "password": password });
    let first = secret(&shop).await;
    shop.staff()
        .changed("staffInvitationResend", json!({ "id": id }), "staffUser { id }")
        .await;
    shop.app.clock.advance(Duration::from_secs(1));
    let second = secret(&shop).await;
    assert_ne!(first, second);
    for token in [first.as_str(), "guessed", ""] {
        let refused = shop
            .change_refused("staffInvitationAccept", accept(token, PASSWORD))
            .await;
        assert_eq!(refused.0, "INVALID_TOKEN", "{token}");
    }
    // A password that will not do does not use the secret up.
    for weak in ["short", "password123", "ada@example.com"] {
        let refused = shop
            .change_refused("staffInvitationAccept", accept(&second, weak))
            .await;
        assert_eq!(refused, ("WEAK_PASSWORD".to_owned(), json!(["password"])), "{weak}");
    }
    shop.app.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let refused = shop
        .change_refused("staffInvitationAccept", accept(&second, PASSWORD))
        .await;
    assert_eq!(refused.0, "INVALID_TOKEN");
    shop.staff()
        .changed("staffInvitationResend", json!({ "id": id }), "")
        .await;
    let third = secret(&shop).await;
    // Who is shut out meanwhile does not come in by an old letter.
    shop.staff()
        .changed("staffUpdate", json!({ "id": id, "active": false }), "")
        .await;
    let refused = shop
        .change_refused("staffInvitationAccept", accept(&third, PASSWORD))
        .await;
    assert_eq!(refused.0, "INVALID_TOKEN");
    let refused = shop
        .staff()
        .change_refused("staffInvitationResend", json!({ "id": id }))
        .await;
    assert_eq!(refused.0, "INVALID_INPUT");
    shop.staff()
        .changed("staffUpdate", json!({ "id": id, "active": true }), "")
        .await;
    shop.changed("staffInvitationAccept", accept(&third, PASSWORD), "")
        .await;
    let refused = shop
        .staff()
        .change_refused("staffInvitationResend", json!({ "id": id }))
        .await;
    assert_eq!(refused.0, "INVALID_INPUT");
}

#[tokio::test]
async fn nobody_grants_what_they_do_not_have() {
    let shop = Shop::demo().await;
    let strong = role(&shop, "Strong", json!(["CUSTOMERS_ERASE"])).await;
    let weak = role(&shop, "Weak", json!(["STAFF_READ"])).await;
    let owner = owner_role(&shop).await;
    let eu = shop.channel_id("eu").await;
    let ada = invited(&shop, "ada@example.com", json!([])).await;
    let grant = |role: &Value, channel: Value| json!({ "roleId": role, "channelId": channel });

    let clerk = shop.program(&["staff.write", "staff.read"], None).await;
    for refused in [&strong, &owner] {
        let input = json!({ "email": "eve@example.com", "roleIds": [weak, refused] });
        let expected = ("PERMISSION_MISSING".to_owned(), json!(["roleIds", "1"]));
        assert_eq!(clerk.change_refused("staffInvite", input).await, expected);
        let input = json!({ "id": ada, "roles": [grant(&weak, Value::Null), grant(refused, Value::Null)] });
        let expected = ("PERMISSION_MISSING".to_owned(), json!(["roles", "1"]));
        assert_eq!(clerk.change_refused("staffRolesAssign", input).await, expected);
    }
    let input = json!({ "id": ada, "roles": [grant(&weak, Value::Null), grant(&weak, Value::Null)] });
    let done = clerk
        .changed(
            "staffRolesAssign",
            input,
            "staffUser { roleAssignments { role { id } } }",
        )
        .await;
    assert_eq!(
        done["staffUser"]["roleAssignments"],
        json!([{ "role": { "id": weak } }]),
        "each once"
    );

    // Who works in one channel gives roles for that channel alone.
    let local = shop
        .program(&["staff.write", "staff.read"], Some("eu"))
        .await
        .channel("eu");
    let bob = json!({ "email": "bob@example.com", "roles": [grant(&weak, Value::Null)] });
    assert_eq!(local.change_refused("staffInvite", bob).await.0, "PERMISSION_MISSING");
    let bob = json!({ "email": "bob@example.com", "roles": [grant(&weak, json!(eu))] });
    local.changed("staffInvite", bob, "").await;
    // Nobody is an owner of one channel, whoever says so.
    let input = json!({ "id": ada, "roles": [grant(&owner, json!(eu))] });
    assert_eq!(
        shop.staff().change_refused("staffRolesAssign", input).await.0,
        "INVALID_INPUT"
    );
    let nowhere = json!("channel_01jd3v9k3hf2x8k3w2v5m0q7zt");
    let input = json!({ "id": ada, "roles": [grant(&weak, nowhere)] });
    assert_eq!(
        shop.staff().change_refused("staffRolesAssign", input).await.0,
        "NOT_FOUND"
    );
    let nothing = json!("role_01jd3v9k3hf2x8k3w2v5m0q7zt");
    let input = json!({ "id": ada, "roles": [grant(&nothing, Value::Null)] });
    assert_eq!(
        shop.staff().change_refused("staffRolesAssign", input).await.0,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn nobody_changes_who_may_do_more_than_they() {
    let shop = Shop::demo().await;
    let strong = role(&shop, "Strong", json!(["CUSTOMERS_ERASE"])).await;
    let ada = invited(&shop, "ada@example.com", json!([{ "roleId": strong }])).await;
    let clerk = shop.program(&["staff.write", "staff.read"], None).await;
    for (name, input) in [
        ("staffUpdate", json!({ "id": ada, "active": false })),
        ("staffUpdate", json!({ "id": ada, "firstName": "Eve" })),
        ("staffRolesAssign", json!({ "id": ada, "roles": [] })),
        ("staffInvitationResend", json!({ "id": ada })),
    ] {
        let refused = clerk.change_refused(name, input).await;
        assert_eq!(refused, ("PERMISSION_MISSING".to_owned(), json!(["id"])), "{name}");
    }
}

#[tokio::test]
async fn the_last_owner_stays() {
    let shop = Shop::demo().await;
    let owner = owner_role(&shop).await;
    let first = admin(&shop).await.data(ME, json!({})).await["staffMe"]["id"].clone();
    let leaving = [
        ("staffUpdate", json!({ "id": first, "active": false })),
        ("staffRolesAssign", json!({ "id": first, "roles": [] })),
    ];
    for (name, input) in leaving.clone() {
        assert_eq!(shop.staff().change_refused(name, input).await.0, "LAST_OWNER", "{name}");
    }
    // Who has not accepted yet is no owner yet.
    let second = invited(&shop, "ada@example.com", json!([{ "roleId": owner }])).await;
    for (name, input) in leaving.clone() {
        assert_eq!(shop.staff().change_refused(name, input).await.0, "LAST_OWNER", "{name}");
    }
    let input = json!({ "token": secret(&shop).await, "password": PASSWORD });
    shop.changed("staffInvitationAccept", input, "").await;
    // Two owners who shut each other out at once: one stays.
    let staff = shop.staff();
    let (one, other) = tokio::join!(
        staff.change("staffUpdate", json!({ "id": first, "active": false }), ""),
        staff.change("staffRolesAssign", json!({ "id": second, "roles": [] }), ""),
    );
    let refused = [&one, &other].map(|payload| payload["errors"][0]["code"].clone());
    let lasts = refused.iter().filter(|code| **code == "LAST_OWNER").count();
    assert_eq!(lasts, 1, "{refused:?}");
    assert!(refused.contains(&Value::Null), "{refused:?}");
}

#[tokio::test]
async fn who_is_shut_out_is_out_at_once() {
    let shop = Shop::demo().await;
    let roles = json!(["API_KEYS_WRITE", "ORDERS_READ", "STAFF_READ"]);
    let role = role(&shop, "Makers", roles).await;
    let id = joined(&shop, "ada@example.com", json!([{ "roleId": role }])).await;
    let input = json!({ "email": "ada@example.com", "password": PASSWORD, "kind": "STAFF" });
    let opened = shop
        .changed("sessionCreate", input.clone(), "accessToken refreshToken")
        .await;
    let ada = shop.bearing(opened["accessToken"].as_str().expect("a token"));
    ada.data(ME, json!({})).await;
    let made = json!({ "name": "Hers", "permissions": ["ORDERS_READ"] });
    let key = ada
        .changed("apiKeyCreate", made, "secret apiKey { createdBy { id } }")
        .await;
    assert_eq!(key["apiKey"]["createdBy"]["id"], id);
    let program = shop.bearing(key["secret"].as_str().expect("a secret"));
    program.data("{ __typename channel { slug } }", json!({})).await;

    let out = json!({ "id": id, "active": false });
    let payload = shop.staff().changed("staffUpdate", out, "staffUser { active }").await;
    assert_eq!(payload["staffUser"]["active"], false);
    let document = "{ __typename channel { slug } }";
    assert_eq!(ada.refused(document, json!({})).await.0, "UNAUTHENTICATED");
    assert_eq!(program.refused(document, json!({})).await.0, "UNAUTHENTICATED");
    let refresh = json!({ "refreshToken": opened["refreshToken"] });
    shop.change_refused("sessionRefresh", refresh.clone()).await;
    assert_eq!(
        shop.change_refused("sessionCreate", input.clone()).await.0,
        "INVALID_CREDENTIALS"
    );

    // Let in again, but what has ended stays ended.
    shop.staff()
        .changed("staffUpdate", json!({ "id": id, "active": true }), "")
        .await;
    assert_eq!(ada.refused(document, json!({})).await.0, "UNAUTHENTICATED");
    assert_eq!(program.refused(document, json!({})).await.0, "UNAUTHENTICATED");
    shop.change_refused("sessionRefresh", refresh).await;
    shop.signed_in("ada@example.com", PASSWORD)
        .await
        .data(ME, json!({}))
        .await;
}

#[tokio::test]
async fn what_roles_allow_changes_at_once() {
    let shop = Shop::demo().await;
    let buyers = role(&shop, "Buyers", json!(["ORDERS_READ"])).await;
    let id = joined(&shop, "ada@example.com", json!([{ "roleId": buyers }])).await;
    let ada = shop.signed_in("ada@example.com", PASSWORD).await;
    let allowed = async || ada.data(ME, json!({})).await["staffMe"]["permissions"].clone();
    assert_eq!(allowed().await, json!(["ORDERS_READ"]));
    let input = json!({ "id": buyers, "permissions": ["AUDIT_READ"] });
    shop.staff().changed("roleUpdate", input, "").await;
    ada.data("{ auditEntries { totalCount } }", json!({})).await;
    shop.staff()
        .changed("staffRolesAssign", json!({ "id": id, "roles": [] }), "")
        .await;
    assert_eq!(allowed().await, json!([]));
    let (code, _) = ada.refused("{ auditEntries { totalCount } }", json!({})).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn a_change_of_what_has_changed_is_refused() {
    let shop = Shop::demo().await;
    let id = invited(&shop, "ada@example.com", json!([])).await;
    let start = version(&shop, &id).await;
    let input = json!({ "id": id, "firstName": "Ada", "expectedVersion": start });
    let shown = "staffUser { firstName lastName version }";
    let changed = shop.staff().changed("staffUpdate", input.clone(), shown).await;
    let expected = json!({ "firstName": "Ada", "lastName": null, "version": start + 1 });
    assert_eq!(changed["staffUser"], expected);
    let stale = shop.staff().change("staffUpdate", input, "").await;
    assert_eq!(stale["errors"][0]["code"], "STALE_VERSION");
    assert_eq!(stale["errors"][0]["currentVersion"], start + 1);
    let input = json!({ "id": id, "roles": [], "expectedVersion": start });
    assert_eq!(
        shop.staff().change_refused("staffRolesAssign", input).await.0,
        "STALE_VERSION"
    );
    let input = json!({ "id": id, "firstName": null, "lastName": "l".repeat(101) });
    let refused = shop.staff().change_refused("staffUpdate", input).await;
    assert_eq!(refused, ("INVALID_INPUT".to_owned(), json!(["lastName"])));
    assert_eq!(version(&shop, &id).await, start + 1, "what is refused changes nothing");
    let input = json!({ "id": id, "firstName": null });
    let emptied = shop.staff().changed("staffUpdate", input, shown).await;
    assert_eq!(emptied["staffUser"]["firstName"], Value::Null);
}
