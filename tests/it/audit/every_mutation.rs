//! Whatever staff does leaves an entry: each mutation that asks for a permission is called once. A new one needs a
//! sample here.

use std::collections::{BTreeMap, BTreeSet};

use entity::payment::gateway_event;
use entity::search::search_reformulation_day;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::audit::entries;
use crate::support::Shop;

const MUTATIONS: &str = "{ __schema { mutationType { fields { name args { type { ofType { name } } } } } } }";

/// The mutations that `shop` shows, with the names of their inputs.
async fn mutations(shop: &Shop) -> BTreeMap<String, String> {
    let data = shop.data(MUTATIONS, json!({})).await;
    let fields = data["__schema"]["mutationType"]["fields"]
        .as_array()
        .expect("mutations")
        .iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    fields
        .map(|f| (text(&f["name"]), text(&f["args"][0]["type"]["ofType"]["name"])))
        .collect()
}

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "USD" })
}

fn two_arms(key: &str) -> Value {
    let arms = json!([{ "key": "a", "payload": {} }, { "key": "b", "payload": {} }]);
    json!({ "key": key, "name": "Two ways", "kind": "KEYED", "primaryMetric": "CLICK", "arms": arms })
}

/// An input with which `mutation` succeeds, and whether the thing was there before.
async fn sample(shop: &Shop, mutation: &str) -> Option<(Value, bool)> {
    let product = async || {
        let data = shop.data("{ products(first: 1) { nodes { id } } }", json!({})).await;
        data["products"]["nodes"][0]["id"].clone()
    };
    let invited = async || {
        let input = json!({ "email": format!("{mutation}@example.com"), "roleIds": [] });
        let made = shop.staff().changed("staffInvite", input, "staffUser { id }").await;
        made["staffUser"]["id"].clone()
    };
    let role = async |name: &str| {
        let input = json!({ "name": name, "permissions": ["ORDERS_READ"] });
        let made = shop.staff().changed("roleCreate", input, "role { id }").await;
        made["role"]["id"].clone()
    };
    let customer = async |name: &str| {
        let me = shop.customer(&format!("{name}@example.com")).await;
        me.data("{ me { id } }", json!({})).await["me"]["id"].clone()
    };
    let gift_card = async || {
        let input = json!({ "amount": usd("10.00") });
        let made = shop.staff().changed("giftCardCreate", input, "giftCard { id }").await;
        made["giftCard"]["id"].clone()
    };
    let experiment = async |key: &str| {
        let input = two_arms(&key.to_lowercase());
        let made = shop
            .staff()
            .changed("experimentCreate", input, "experiment { id }")
            .await;
        made["experiment"]["id"].clone()
    };
    let rule = async || {
        let rule = json!({ "action": "EXCLUDE", "productId": product().await });
        let made = shop
            .staff()
            .changed("recommendationRuleCreate", rule, "rule { id }")
            .await;
        made["rule"]["id"].clone()
    };
    Some(match mutation {
        "recommendationModelActivate" => {
            let mut first = Value::Null;
            for _ in 0..2 {
                let made = shop
                    .staff()
                    .changed("recommendationTrainingStart", json!({}), "model { id }")
                    .await;
                shop.work().await;
                first = if first.is_null() {
                    made["model"]["id"].clone()
                } else {
                    first
                };
            }
            (json!({ "id": first }), true)
        }
        "recommendationRuleCreate" => (json!({ "action": "EXCLUDE", "productId": product().await }), false),
        "recommendationRuleUpdate" => {
            let changed = json!({ "action": "BOOST", "percent": 50, "productId": product().await });
            (json!({ "id": rule().await, "rule": changed }), true)
        }
        "recommendationRuleDelete" => (json!({ "id": rule().await }), true),
        "recommendationTrainingStart" => (json!({ "note": "new season" }), false),
        "productCreate" => {
            let variant = json!({ "sku": "AUDITED-1", "price": usd("12.00"), "stock": [{ "onHand": 3 }] });
            (json!({ "name": "Audited kite", "variants": [variant] }), false)
        }
        "productUpdate" => (json!({ "id": product().await, "name": "Renamed" }), true),
        "stockAdjust" => {
            let (variant, _) = shop.variant(1).await;
            (
                json!({ "variantId": variant, "delta": 2, "reason": "found behind the shelf" }),
                true,
            )
        }
        "staffInvite" => (json!({ "email": "new@example.com", "roleIds": [] }), false),
        "staffInvitationResend" => (json!({ "id": invited().await }), true),
        "staffUpdate" => (json!({ "id": invited().await, "active": false }), true),
        "staffRolesAssign" => {
            let roles = json!([{ "roleId": role("assigned").await }]);
            (json!({ "id": invited().await, "roles": roles }), true)
        }
        "roleCreate" => (json!({ "name": "Made", "permissions": ["AUDIT_READ"] }), false),
        "roleUpdate" => (json!({ "id": role("changed").await, "permissions": [] }), true),
        "roleDelete" => (json!({ "id": role("deleted").await }), true),
        "apiKeyCreate" => (json!({ "name": "ERP", "permissions": ["ORDERS_READ"] }), false),
        "apiKeyRevoke" => (json!({ "id": shop.api_key(&["orders.read"], None).await.1 }), true),
        "customerBlock" => (json!({ "id": customer("blocked").await }), true),
        "customerUnblock" => {
            let id = customer("unblocked").await;
            let input = json!({ "id": id });
            shop.staff()
                .changed("customerBlock", input.clone(), "customer { id }")
                .await;
            (input, true)
        }
        "paymentCapture" | "paymentVoid" => {
            let (variant, _) = shop.variant(1).await;
            let cart = shop.ready_cart(&variant, 1).await;
            let payment = shop.pay(&cart, "tok_authorize").await["payment"]["id"].take();
            (json!({ "paymentId": payment }), true)
        }
        "refundCreate" => (json!({ "orderId": shop.bought().await["id"] }), true),
        "giftCardCreate" => (json!({ "amount": usd("10.00"), "note": "for a complaint" }), false),
        "giftCardAdjust" => {
            let delta = usd("-1.00");
            (
                json!({ "id": gift_card().await, "delta": delta, "reason": "a mistake" }),
                true,
            )
        }
        "giftCardDisable" => (json!({ "id": gift_card().await }), true),
        "gatewayEventReplay" => {
            let id: entity::GatewayEventId = shop.app.ids.new_id();
            let row = gateway_event::Model {
                id,
                gateway: "test".to_owned(),
                event_id: "evt_1".to_owned(),
                kind: "payment_intent.succeeded".to_owned(),
                subject: gateway_event::SubjectKind::Payment,
                object: Some("pi_1".to_owned()),
                payment_id: None,
                body_hash: "0".repeat(64),
                outcome: gateway_event::EventOutcome::Unmatched,
                failure: None,
                received_at: shop.app.clock.now(),
                processed_at: None,
            };
            row.into_active_model().insert(&shop.app.db).await.expect("kept");
            (json!({ "id": id.to_string() }), true)
        }
        "experimentCreate" => (two_arms("written"), false),
        "experimentUpdate" => (
            json!({ "id": experiment("changed").await, "name": "Another name" }),
            true,
        ),
        "experimentStart" | "experimentArchive" => (json!({ "id": experiment(mutation).await }), true),
        "experimentStop" => {
            let input = json!({ "id": experiment("stopped").await });
            shop.staff()
                .changed("experimentStart", input.clone(), "experiment { id }")
                .await;
            (input, true)
        }
        "customerDataExportAsStaff" => (json!({ "id": customer("exported").await }), true),
        "customerEraseAsStaff" => (json!({ "id": customer("erased").await }), true),
        "merchandisingRuleCreate" | "merchandisingRuleUpdate" | "merchandisingRuleDelete" => {
            let input =
                json!({ "name": mutation, "condition": { "queryIs": "sale" }, "effect": { "redirect": "/sale" } });
            if mutation == "merchandisingRuleCreate" {
                return Some((input, false));
            }
            let made = shop
                .staff()
                .changed("merchandisingRuleCreate", input, "rule { id }")
                .await;
            let id = &made["rule"]["id"];
            match mutation {
                "merchandisingRuleDelete" => (json!({ "id": id }), true),
                _ => (json!({ "id": id, "enabled": false }), true),
            }
        }
        "searchSynonymCreate" | "searchSynonymUpdate" | "searchSynonymDelete" => {
            let input = json!({ "words": ["sofa", "couch"] });
            if mutation == "searchSynonymCreate" {
                return Some((input, false));
            }
            let made = shop
                .staff()
                .changed("searchSynonymCreate", input, "synonym { id }")
                .await;
            let id = &made["synonym"]["id"];
            match mutation {
                "searchSynonymDelete" => (json!({ "id": id }), true),
                _ => (json!({ "id": id, "words": ["sofa", "settee"] }), true),
            }
        }
        "productQuestionModerate" | "productAnswerModerate" => {
            let me = shop.customer(&format!("{}@example.com", mutation.to_lowercase())).await;
            let input = json!({ "productId": product().await, "text": "Does it fly in the rain?", "name": "Ada" });
            let asked = me.changed("productQuestionCreate", input, "question { id }").await;
            let question = json!({ "id": asked["question"]["id"], "status": "PUBLISHED" });
            if mutation == "productQuestionModerate" {
                return Some((question, true));
            }
            shop.staff()
                .changed("productQuestionModerate", question, "question { id }")
                .await;
            let input = json!({ "questionId": asked["question"]["id"], "text": "Mine does so far.", "name": "Ada" });
            let answered = me.changed("productAnswerCreate", input, "answer { id }").await;
            (json!({ "id": answered["answer"]["id"], "status": "REJECTED" }), true)
        }
        "searchStopWordCreate" => (json!({ "word": "the" }), false),
        "searchStopWordDelete" => {
            let made = shop
                .staff()
                .changed("searchStopWordCreate", json!({ "word": "of" }), "stopWord { id }")
                .await;
            (json!({ "id": made["stopWord"]["id"] }), true)
        }
        "searchSynonymSuggestionAccept" => {
            let row = search_reformulation_day::Model {
                channel_id: shop.channel_id("us").await.parse().expect("an id"),
                day: i32::try_from(shop.app.clock.now().timestamp() / 86_400).expect("a day"),
                given_up: "settee".to_owned(),
                found_by: "divan".to_owned(),
                sessions: 3,
            };
            row.into_active_model().insert(&shop.app.db).await.expect("kept");
            (json!({ "givenUp": "settee", "foundBy": "divan" }), false)
        }
        _ => return None,
    })
}

#[tokio::test]
async fn each_leaves_an_entry() {
    let shop = Shop::demo().await;
    let open: BTreeSet<String> = mutations(&shop).await.into_keys().collect();
    let guarded = mutations(&shop.staff())
        .await
        .into_iter()
        .filter(|(name, _)| !open.contains(name));
    let mut seen = 0;
    for (mutation, input_type) in guarded {
        let Some((input, was_there)) = sample(&shop, &mutation).await else {
            panic!("{mutation} is guarded and has no sample in {}", file!());
        };
        let request_id = format!("request-of-{mutation}");
        let document = format!(
            "mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ errors {{ code message path }} }} }}"
        );
        let data = shop
            .staff()
            .requested_as(&request_id)
            .data(&document, json!({ "input": input }))
            .await;
        assert_eq!(data[&mutation]["errors"], json!([]), "{mutation}");
        let mut found = entries(&shop, json!({ "action": mutation })).await;
        // What a sample needed was done in other requests.
        found.retain(|entry| entry["requestId"] == request_id.as_str());
        let [entry] = found.as_slice() else {
            panic!("{mutation} left {} entries", found.len());
        };
        assert_eq!(entry["requestId"], request_id, "{mutation}");
        assert!(
            ["STAFF", "API_KEY"].contains(&entry["actorKind"].as_str().unwrap_or_default()),
            "{entry}"
        );
        for field in ["actorId", "actorName", "entityType", "entityId", "channelId"] {
            assert!(
                entry[field].as_str().is_some_and(|text| !text.is_empty()),
                "{mutation}: {field} in {entry:#}"
            );
        }
        assert_eq!(entry["before"].is_object(), was_there, "{mutation}: {entry:#}");
        let told = |side: &Value| side.as_object().is_some_and(|fields| !fields.is_empty());
        assert!(told(&entry["before"]) || told(&entry["after"]), "{mutation}: {entry:#}");
        seen += 1;
    }
    assert!(seen >= 3, "{seen} guarded mutations");
}

#[tokio::test]
async fn only_what_changed_is_told() {
    let shop = Shop::demo().await;
    let document = "{ products(first: 1) { nodes { id name tags variants(first: 1) { id sku } } } }";
    let product = shop.staff().data(document, json!({})).await["products"]["nodes"][0].clone();
    let update = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { errors { code message } } }";
    let input = json!({ "id": product["id"], "name": "Another name", "brand": null });
    shop.staff().data(update, json!({ "input": input })).await;
    let found = entries(&shop, json!({ "entityId": product["id"] })).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["before"]["name"], product["name"]);
    assert_eq!(found[0]["after"]["name"], "Another name");
    let fields: BTreeSet<&String> = found[0]["after"].as_object().expect("fields").keys().collect();
    let allowed = BTreeSet::from(["name".to_owned(), "brand".to_owned()]);
    assert!(
        fields.into_iter().all(|field| allowed.contains(field)),
        "{:#}",
        found[0]
    );
    assert_eq!(found[0]["after"]["brand"], Value::Null);
    // A refused change leaves nothing.
    let input = json!({ "id": product["id"], "name": "", "expectedVersion": 1 });
    let refused = shop.staff().data(update, json!({ "input": input })).await;
    assert_ne!(refused["productUpdate"]["errors"], json!([]));
    assert_eq!(entries(&shop, json!({ "entityId": product["id"] })).await.len(), 1);
    // Stock says how much there was, how much there is, and why.
    let variant = product["variants"][0]["id"].clone();
    let adjust = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { errors { code message } } }";
    for delta in [4, -1] {
        let input = json!({ "variantId": variant, "delta": delta, "reason": "counted" });
        shop.staff().data(adjust, json!({ "input": input })).await;
    }
    let found = entries(&shop, json!({ "entityId": variant })).await;
    let units = |side: &Value| {
        let places = side["onHand"].as_object().expect("places");
        places.values().next().and_then(Value::as_i64).expect("units")
    };
    assert_eq!(units(&found[1]["after"]) - units(&found[1]["before"]), 4);
    assert_eq!(units(&found[0]["before"]), units(&found[1]["after"]));
    assert_eq!(units(&found[0]["after"]) - units(&found[0]["before"]), -1);
    assert_eq!(found[0]["after"]["reason"], "counted");
}
