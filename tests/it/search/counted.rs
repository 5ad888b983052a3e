//! How days are counted, and what is suggested of what was counted.

use std::time::Duration;

use chrono::TimeDelta;
use entity::search::{search_lease, search_popular, search_query_day, search_reformulation_day, search_synonym};
use merx::search::insight::WITHHELD;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use super::insight::{insights, look, shop, tell};
use crate::support::{Shop, noon, statements_of};

#[tokio::test]
async fn a_day_of_many_searches_costs_as_many_statements_as_one_of_few() {
    let (shop, product) = shop().await;
    let day = async |visits: usize| {
        for i in 0..visits {
            let session = format!("visit-{visits}-{i}");
            look(&shop, &session, &format!("kantele {visits} {i}")).await;
            let found = look(&shop, &session, &format!("zither {visits} {i}")).await;
            tell(
                &shop,
                &session,
                "CLICK",
                &found,
                (&product, 1 + i32::try_from(i).expect("few")),
            )
            .await;
        }
        merx::search::flush(&shop.app).await.expect("written");
        shop.work().await;
        let (sent, counted) = statements_of(merx::search::roll_up(&shop.app)).await;
        counted.expect("counted");
        // Not those of what else is read anew from time to time, such as the channels.
        let statements = sent
            .iter()
            .filter(|sql| sql.contains("_day") || sql.contains("search_log"))
            .count();
        shop.app.clock.advance(Duration::from_secs(86_400));
        statements
    };
    let (few, many) = (day(2).await, day(40).await);
    assert!(few > 5, "{few}");
    assert_eq!(few, many);
    let seen = insights(&shop, json!({ "first": 100 })).await;
    assert_eq!(seen["counts"]["searches"], 84);
    assert_eq!(seen["counts"]["clicks"], 42);
    assert_eq!(seen["queries"]["totalCount"], 84);
    assert_eq!(seen["clickPositions"][39], json!({ "position": 40, "clicks": 1 }));
}

#[tokio::test]
async fn one_process_at_a_time_counts_and_nothing_is_left_out() {
    let (shop, _) = shop().await;
    look(&shop, "ada", "zither").await;
    merx::search::flush(&shop.app).await.expect("written");
    let lease = search_lease::Model {
        name: "search.roll_up".to_owned(),
        holder: Uuid::from_u128(7),
        until: noon() + TimeDelta::seconds(60),
    };
    lease
        .into_active_model()
        .insert(&shop.app.db)
        .await
        .expect("another process has it");
    let counted = async || {
        merx::search::roll_up(&shop.app).await.expect("counted");
        let rows = search_query_day::Entity::find().all(&shop.app.db).await;
        rows.expect("counts").iter().map(|row| row.searches).sum::<i64>()
    };
    assert_eq!(counted().await, 0);
    shop.app.clock.advance(Duration::from_secs(61));
    assert_eq!(counted().await, 1, "the other one went away without a word");
    look(&shop, "ada", "zither").await;
    merx::search::flush(&shop.app).await.expect("written");
    let other = shop.another_server().await;
    let (one, two) = tokio::join!(merx::search::roll_up(&shop.app), merx::search::roll_up(&other.app));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    assert_eq!(counted().await, 2);
    let left = search_lease::Entity::find().count(&shop.app.db).await.expect("a count");
    assert_eq!(left, 0, "it is given back");
}

#[tokio::test]
async fn counting_and_deleting_read_by_an_index() {
    let (shop, product) = shop().await;
    let search = look(&shop, "ada", "zither").await;
    tell(&shop, "ada", "CLICK", &search, (&product, 1)).await;
    merx::search::flush(&shop.app).await.expect("written");
    shop.work().await;
    let (counting, counted) = statements_of(merx::search::roll_up(&shop.app)).await;
    counted.expect("counted");
    let (sweeping, swept) = statements_of(merx::search::sweep(&shop.app)).await;
    swept.expect("swept");
    let plan_of = async |sent: &[String], beginning: &str| {
        let mut found = sent.iter().filter(|sql| sql.replace('"', "").starts_with(beginning));
        let sql = found.next().unwrap_or_else(|| panic!("{beginning}: {sent:#?}"));
        assert!(found.next().is_none(), "{beginning}: {sent:#?}");
        shop.plan(sql).await
    };
    for table in ["search_query_day", "search_position_day", "search_reformulation_day"] {
        for sent in [&counting, &sweeping] {
            let plan = plan_of(sent, &format!("DELETE FROM {table} ")).await;
            assert!(plan.contains(&format!("ix_{table}_day")), "{plan}");
        }
    }
    let plan = plan_of(&sweeping, "DELETE FROM search_attribution ").await;
    assert!(plan.contains("ix_search_attribution_at"), "{plan}");
    // The database counts into its own tables, from the searches of the day and from what came of them.
    for (beginning, indexes) in [
        (
            "INSERT INTO search_query_day ",
            ["ix_search_log_at_id", "ix_search_attribution_at"],
        ),
        (
            "INSERT INTO search_position_day ",
            ["ix_search_log_at_id", "search_attribution"],
        ),
    ] {
        let plan = plan_of(&counting, beginning).await;
        for index in indexes {
            assert!(plan.contains(index), "{index}\n{plan}");
        }
        assert!(
            !plan.contains("SCAN l") && !plan.contains("SCAN a") && !plan.contains("Seq Scan"),
            "{plan}"
        );
    }
}

#[tokio::test]
async fn what_is_withheld_is_neither_suggested_nor_popular() {
    let (shop, product) = shop().await;
    for i in 0..4 {
        let session = format!("visit-{i}");
        look(&shop, &session, "0170 1234567").await;
        let found = look(&shop, &session, "zither").await;
        tell(&shop, &session, "CLICK", &found, (&product, 1)).await;
        look(&shop, &session, "kantele").await;
        let found = look(&shop, &session, "DE89 3704 0044 0532 0130 00").await;
        tell(&shop, &session, "CLICK", &found, (&product, 1)).await;
    }
    let seen = insights(&shop, json!({})).await;
    assert_eq!(seen["synonymSuggestions"], json!([]));
    let changes = search_reformulation_day::Entity::find().all(&shop.app.db).await;
    let changes = changes.expect("rows");
    assert!(
        changes
            .iter()
            .all(|row| row.given_up != WITHHELD && row.found_by != WITHHELD),
        "{changes:?}"
    );
    let popular = search_popular::Entity::find().all(&shop.app.db).await.expect("rows");
    assert!(popular.iter().all(|row| row.query != WITHHELD), "{popular:?}");
    // Counted it is.
    assert_eq!(seen["counts"]["searches"], 16);
}

/// Counts of changes that visits made, the more the lower their number.
async fn changed(shop: &Shop, count: i64) {
    let channel = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel");
    let day = i32::try_from(noon().timestamp() / 86_400).expect("a day");
    let rows = (0..count).map(|i| {
        let row = search_reformulation_day::Model {
            channel_id: channel.id,
            day,
            given_up: format!("given {i:04}"),
            found_by: format!("found {i:04}"),
            sessions: 3 + (count - i) / 2,
        };
        row.into_active_model()
    });
    search_reformulation_day::Entity::insert_many(rows)
        .exec_without_returning(&shop.app.db)
        .await
        .expect("counts");
}

#[tokio::test]
async fn synonyms_that_are_there_make_room_for_other_suggestions() {
    let (shop, _) = shop().await;
    changed(&shop, 450).await;
    let suggested = async |first: i32| {
        let document = "query($first: Int) { searchInsights { synonymSuggestions(first: $first) { givenUp } } }";
        let data = shop.staff().data(document, json!({ "first": first })).await;
        let rows = data["searchInsights"]["synonymSuggestions"].as_array().cloned();
        let rows: Vec<Value> = rows.expect("suggestions");
        let names = rows
            .iter()
            .map(|row| row["givenUp"].as_str().expect("words").to_owned());
        names.collect::<Vec<_>>()
    };
    let expected = |from: usize, count: usize| {
        (from..from + count)
            .map(|i| format!("given {i:04}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(suggested(5).await, expected(0, 5));
    // Staff has dealt with the most frequent ones.
    let rows = (0..120).map(|i| {
        let row = search_synonym::Model {
            id: shop.app.ids.new_id(),
            channel_id: None,
            word: (i % 2 == 0).then(|| format!("given {i:04}")),
            words: search_synonym::SynonymWords(vec![format!("given {i:04}"), format!("found {i:04}")]),
            version: 1,
            created_at: noon(),
            updated_at: noon(),
        };
        row.into_active_model()
    });
    search_synonym::Entity::insert_many(rows)
        .exec_without_returning(&shop.app.db)
        .await
        .expect("synonyms");
    assert_eq!(suggested(5).await, expected(120, 5));
    assert_eq!(suggested(100).await, expected(120, 100));
    assert_eq!(suggested(0).await, expected(0, 0));
}
