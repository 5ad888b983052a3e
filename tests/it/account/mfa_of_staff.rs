//! Where staff must have a second factor, a sign-in without one may do nothing but set one up.

use merx::account::mfa::TotpSecret;
use merx::config::StaffMfa;
use serde_json::{Value, json};

use crate::account::{PASSWORD, customer, owner, signed_in};
use crate::support::Shop;

async fn strict() -> Shop {
    Shop::configured(|config| config.accounts.staff_mfa = StaffMfa::Required).await
}

#[tokio::test]
async fn without_it_staff_can_do_nothing_but_set_it_up() {
    let shop = strict().await;
    let person = owner(&shop, "ann@shop.example").await;
    let own = signed_in(&shop, &person, None).await;
    for document in [
        "{ products(first: 1) { nodes { id } } }",
        "{ auditEntries { totalCount } }",
        "{ mfa { enabled } products(first: 1) { nodes { id } } }",
        "{ mfa { enabled } ...F } fragment F on Query { ...G } fragment G on Query { products(first: 1) { totalCount } }",
        "{ mfa { enabled } ... on Query { mfa: products(first: 1) { totalCount } } }",
        "{ mfa: products(first: 1) { totalCount } }",
        "{ __schema { queryType { name } } }",
        "mutation { mfaDisable(input: { code: \"1\" }) { disabled } }",
        "mutation { stockAdjust(input: { variantId: \"x\", delta: 1, reason: \"r\" }) { errors { code } } }",
        "query A { mfa { enabled } } query B { auditEntries { totalCount } }",
    ] {
        let answer = match document.starts_with("query A") {
            true => own.send_named(document, "B").await,
            false => own.send(document, json!({})).await,
        };
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{document}: {answer:#}");
        assert!(
            error["message"].as_str().is_some_and(|text| text.contains("mfaSetup")),
            "{answer:#}"
        );
        assert!(answer.get("data").is_none_or(Value::is_null), "{answer:#}");
    }
    let status = own
        .data(
            "{ ...F } fragment F on Query { __typename mfa { enabled required } }",
            json!({}),
        )
        .await;
    assert_eq!(status["mfa"], json!({ "enabled": false, "required": true }));
    let begun = own.changed("mfaSetup", json!({ "password": PASSWORD }), "secret").await;
    let secret = TotpSecret::from_base32(begun["secret"].as_str().expect("a secret")).expect("base32");
    let now = u64::try_from(shop.app.clock.now().timestamp()).expect("after 1970");
    let input = json!({ "code": secret.code_at(now).expect("a code") });
    own.changed("mfaConfirm", input, "recoveryCodes").await;
    // From here on the same session may do what its owner may.
    let found = own.data(
        "{ auditEntries(where: { action: \"mfaConfirm\" }) { nodes { actorName after } } }",
        json!({}),
    );
    let entry = found.await["auditEntries"]["nodes"][0].clone();
    assert_eq!(
        entry,
        json!({ "actorName": "ann@shop.example", "after": { "secondFactor": true } })
    );
}

#[tokio::test]
async fn customers_and_programs_are_not_asked() {
    let shop = strict().await;
    let person = customer(&shop, "eve@example.com", true).await;
    let products = "{ products(first: 1) { nodes { id } } }";
    signed_in(&shop, &person, None).await.data(products, json!({})).await;
    shop.staff().data(products, json!({})).await;
    shop.data(products, json!({})).await;
}

#[tokio::test]
async fn where_it_is_optional_staff_goes_on_without() {
    let shop = Shop::demo().await;
    let person = owner(&shop, "ann@shop.example").await;
    let own = signed_in(&shop, &person, None).await;
    own.data("{ auditEntries { totalCount } }", json!({})).await;
}
