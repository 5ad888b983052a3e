//! The log as it is kept and read.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use entity::id::TypedId;
use entity::{ApiKeyId, ChannelId, StaffUserId};
use merx::audit::{Actor, AuditFilter, Entry, Identity, list, record};
use merx::channel::Scope;
use merx::platform::page::PageArgs;
use merx::platform::permission::{Permission, Permissions};
use merx::platform::viewer::{Staff, Viewer, Who};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit::{ENTRIES, by_somebody, entries};
use crate::support::{Shop, noon, statements_of};

/// Writes `count` entries, a second apart, about things `0`, `1`, `2`, `0`, …
async fn written(shop: &Shop, actor: &Actor, count: usize) {
    let tx = shop.app.db.begin().await.expect("a transaction");
    for n in 0..count {
        let action = if n % 2 == 0 { "productUpdate" } else { "stockAdjust" };
        let kind = if n % 2 == 0 { "Product" } else { "ProductVariant" };
        let entry = Entry::new(action, kind, n % 3)
            .before(&json!({ "n": n, "same": true }))
            .and_then(|entry| entry.after(&json!({ "n": n + 1, "same": true })))
            .expect("JSON");
        record(&tx, &shop.app, actor, entry).await.expect("an entry");
        shop.app.clock.advance(Duration::from_secs(1));
    }
    tx.commit().await.expect("a commit");
}

fn key(n: u128) -> Identity {
    Identity::ApiKey(ApiKeyId::from_uuid(Uuid::from_u128(n)))
}

#[tokio::test]
async fn the_database_refuses_to_change_or_delete_an_entry() {
    let shop = Shop::frozen(noon()).await;
    written(&shop, &Actor::system("test"), 2).await;
    let before = entries(&shop, Value::Null).await;
    assert_eq!(before.len(), 2);
    let mut statements = vec![
        "UPDATE audit_entry SET actor_name = 'somebody else'",
        "UPDATE audit_entry SET request_id = 'x' WHERE action = 'stockAdjust'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE action = 'stockAdjust'",
    ];
    if shop.app.db.get_database_backend() == DbBackend::Postgres {
        statements.push("TRUNCATE audit_entry");
    }
    for statement in statements {
        let error = shop.app.db.execute_unprepared(statement).await.expect_err(statement);
        assert!(error.to_string().contains("append-only"), "{statement}: {error}");
    }
    assert_eq!(entries(&shop, Value::Null).await, before);
}

#[tokio::test]
async fn what_is_rolled_back_was_not_done() {
    let shop = Shop::frozen(noon()).await;
    let tx = shop.app.db.begin().await.expect("a transaction");
    let entry = Entry::new("productUpdate", "Product", "x");
    record(&tx, &shop.app, &Actor::system("test"), entry)
        .await
        .expect("an entry");
    tx.rollback().await.expect("a rollback");
    assert_eq!(entries(&shop, Value::Null).await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_log_is_read_newest_first_by_page_and_by_filter() {
    let shop = Shop::frozen(noon()).await;
    let channel = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel")
        .id;
    let actor = |identity, request_id: &str| Actor {
        identity,
        channel: Some(channel),
        request_id: request_id.to_owned(),
    };
    written(&shop, &actor(key(1), "first"), 5).await;
    written(&shop, &actor(key(2), "second"), 4).await;
    let all = entries(&shop, Value::Null).await;
    let times: Vec<&str> = all.iter().filter_map(|entry| entry["at"].as_str()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b) && times.len() == 9, "{times:?}");
    let newest = &all[0];
    assert_eq!(
        json!({ "action": newest["action"], "before": newest["before"], "after": newest["after"],
            "kind": newest["actorKind"], "request": newest["requestId"], "channel": newest["channelId"] }),
        json!({ "action": "stockAdjust", "before": { "n": 3 }, "after": { "n": 4 },
            "kind": "API_KEY", "request": "second", "channel": channel.to_string() })
    );
    // Page by page: nothing twice, nothing left out.
    let (mut paged, mut after, mut totals) = (Vec::new(), Value::Null, BTreeSet::new());
    loop {
        let data = shop.staff().data(ENTRIES, json!({ "first": 2, "after": after })).await;
        let page = &data["auditEntries"];
        totals.insert(page["totalCount"].as_u64());
        paged.extend(page["nodes"].as_array().cloned().unwrap_or_default());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(totals, BTreeSet::from([Some(paged.len() as u64)]));
    paged.retain(by_somebody);
    assert_eq!(paged, all);
    // By filter: the same as filtering here.
    let second_key = ApiKeyId::from_uuid(Uuid::from_u128(2)).to_string();
    let half = all[4]["at"].clone();
    type Keeps = fn(&Value, &Value) -> bool;
    let filters: [(Value, Keeps); 6] = [
        (json!({ "actor": second_key }), |entry, _| {
            entry["requestId"] == "second"
        }),
        (json!({ "action": "stockAdjust" }), |entry, _| {
            entry["action"] == "stockAdjust"
        }),
        (json!({ "entityType": "Product" }), |entry, _| {
            entry["entityType"] == "Product"
        }),
        (json!({ "entityId": "2" }), |entry, _| entry["entityId"] == "2"),
        (json!({ "since": half }), |entry, half| {
            entry["at"].as_str() >= half.as_str()
        }),
        (json!({ "until": half, "action": "productUpdate" }), |entry, half| {
            entry["at"].as_str() < half.as_str() && entry["action"] == "productUpdate"
        }),
    ];
    for (filter, keeps) in filters {
        let expected: Vec<Value> = all.iter().filter(|entry| keeps(entry, &half)).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{filter}");
        assert_eq!(entries(&shop, filter.clone()).await, expected, "{filter}");
    }
    for (variables, expected) in [
        (
            json!({ "where": { "actor": "product_01jd3v9k3hf2x8k3w2v5m0q7zt" } }),
            "where.actor",
        ),
        (json!({ "after": "nonsense" }), "cursor"),
        (json!({ "first": 251 }), "250"),
    ] {
        let (code, message) = shop.staff().refused(ENTRIES, variables).await;
        assert_eq!(code, "BAD_USER_INPUT");
        assert!(message.contains(expected), "{message}");
    }
}

fn staff(here: Permissions, everywhere: Permissions) -> Viewer {
    let who = Who::ApiKey(ApiKeyId::from_uuid(Uuid::nil()));
    Viewer::Staff(Staff { who, here, everywhere })
}

#[tokio::test]
async fn who_reads_the_log_of_one_channel_sees_no_other() {
    let shop = Shop::frozen(noon()).await;
    let here = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel");
    let elsewhere = ChannelId::from_uuid(Uuid::from_u128(7));
    for (channel, count) in [(Some(here.id), 3), (Some(elsewhere), 4), (None, 2)] {
        let actor = Actor {
            identity: Identity::System,
            channel,
            request_id: "r".to_owned(),
        };
        written(&shop, &actor, count).await;
    }
    let audit = Permissions::of_names([Permission::AuditRead.name()]);
    let args = PageArgs::new(Some(250), None, true).expect("a page");
    for (viewer, expected) in [
        (staff(audit, audit), 9),
        (Viewer::System, 9),
        (staff(audit, Permissions::NONE), 3),
        (staff(Permissions::NONE, Permissions::NONE), 0),
        (Viewer::Anonymous, 0),
    ] {
        let scope = Scope {
            channel: Arc::clone(&here),
            viewer,
        };
        let page = list(&shop.app.db, &scope, &AuditFilter::default(), &args)
            .await
            .expect("a page");
        let found = page.rows.iter().filter(|(_, row)| row.request_id == "r").count();
        assert_eq!(found, expected, "{viewer:?}");
    }
    let (code, _) = shop.refused(ENTRIES, json!({})).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "the log does not exist for others");
}

#[tokio::test]
async fn people_and_programs_are_named_as_they_were_called() {
    let shop = Shop::frozen(noon()).await;
    let id = StaffUserId::from_uuid(Uuid::from_u128(5));
    let insert = |email: &str| {
        let backend = shop.app.db.get_database_backend();
        let values: Vec<sea_orm::Value> = vec![id.uuid().into(), email.into(), 1.into(), noon().into()];
        let places = match backend {
            DbBackend::Postgres => "$1, $2, $3, $4",
            _ => "?, ?, ?, ?",
        };
        let sql = format!("INSERT INTO staff_user (id, email, version, created_at) VALUES ({places})");
        Statement::from_sql_and_values(backend, sql, values)
    };
    shop.app
        .db
        .execute_raw(insert("ann@shop.example"))
        .await
        .expect("a member of staff");
    let actor = Actor::system("r").known_as(Identity::Staff(id));
    written(&shop, &actor, 1).await;
    shop.app
        .db
        .execute_unprepared("UPDATE staff_user SET email = 'bob@shop.example' WHERE email = 'ann@shop.example'")
        .await
        .expect("a new name");
    written(&shop, &actor, 1).await;
    let found = entries(&shop, json!({ "actor": id.to_string() })).await;
    let names: Vec<&Value> = found.iter().map(|entry| &entry["actorName"]).collect();
    assert_eq!(names, ["bob@shop.example", "ann@shop.example"]);
    assert!(
        found
            .iter()
            .all(|entry| entry["actorKind"] == "STAFF" && entry["actorId"] == id.to_string())
    );
}

#[tokio::test]
async fn each_filter_has_its_index_and_nothing_is_sorted() {
    let shop = Shop::frozen(noon()).await;
    written(&shop, &Actor::system("r"), 5).await;
    let first = shop.staff().data(ENTRIES, json!({ "first": 2 })).await;
    let after = first["auditEntries"]["pageInfo"]["endCursor"].clone();
    let actor = ApiKeyId::from_uuid(Uuid::from_u128(2)).to_string();
    for (filter, index) in [
        (json!({}), "ix_audit_entry_at_id"),
        (json!({ "since": noon().to_rfc3339() }), "ix_audit_entry_at_id"),
        (json!({ "entityId": "1" }), "ix_audit_entry_entity_id_at_id"),
        (json!({ "entityType": "Product" }), "ix_audit_entry_entity_type_at_id"),
        (json!({ "actor": actor }), "ix_audit_entry_actor_id_at_id"),
        (
            json!({ "action": "stockAdjust", "until": noon().to_rfc3339() }),
            "ix_audit_entry_action_at_id",
        ),
    ] {
        let document = "query($where: AuditEntryWhere, $after: String) {
            auditEntries(where: $where, after: $after) { nodes { id } } }";
        let staff = shop.staff();
        let variables = json!({ "where": filter, "after": after });
        let (mut asked, _) = statements_of(staff.data(document, variables)).await;
        asked.retain(|sql| sql.contains("audit_entry"));
        assert_eq!(asked.len(), 1, "{asked:?}");
        let plan = shop.plan(&asked[0]).await;
        assert!(plan.contains(index), "{filter}: {plan}");
        for sorting in ["Sort", "TEMP B-TREE", "Seq Scan"] {
            assert!(!plan.contains(sorting), "{filter}: {plan}");
        }
    }
}
