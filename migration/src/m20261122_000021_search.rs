//! What staff says about searches, and what is known of those that were made.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        told(counted(logged(Plan::default()))).up(manager).await?;
        // A word of all channels is one word: NULLs are never equal to each other.
        let everywhere = Index::create()
            .name("uq_search_stop_word_word")
            .table("search_stop_word")
            .col("word")
            .unique()
            .cond_where(Expr::col("channel_id").is_null())
            .to_owned();
        manager.create_index(everywhere).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        told(counted(logged(Plan::default()))).down(manager).await
    }
}

/// What staff says: rules, synonyms, stop words.
fn told(plan: Plan) -> Plan {
    let rules = table("merchandising_rule")
        .col(key("id"))
        .col(id("channel_id"))
        .col(text("name"))
        .col(text("scope"))
        .col(text_null("query"))
        .col(id_null("category_id"))
        .col(id_null("collection_id"))
        .col(text("action"))
        .col(int_null("position"))
        .col(int_null("percent"))
        .col(text_null("redirect"))
        .col(text_null("target"))
        .col(id_null("target_product_id"))
        .col(id_null("target_category_id"))
        .col(text_null("target_key"))
        .col(text_null("target_value"))
        .col(int("priority"))
        .col(flag("enabled"))
        .col(time_null("starts_at"))
        .col(time_null("ends_at"))
        .col(int("version").default(1).to_owned())
        .col(time("created_at"))
        .col(time("updated_at"))
        .foreign_key(&mut belongs_to(("merchandising_rule", "channel_id"), "channel"))
        .foreign_key(&mut belongs_to(("merchandising_rule", "category_id"), "category"))
        .foreign_key(&mut belongs_to(("merchandising_rule", "collection_id"), "collection"))
        .foreign_key(&mut belongs_to(("merchandising_rule", "target_product_id"), "product"))
        .foreign_key(&mut belongs_to(
            ("merchandising_rule", "target_category_id"),
            "category",
        ))
        .check(check(
            "ck_merchandising_rule_scope",
            "(scope IN ('query_exact', 'query_contains') AND query IS NOT NULL)
             OR (scope = 'category' AND category_id IS NOT NULL)
             OR (scope = 'collection' AND collection_id IS NOT NULL)",
        ))
        .check(check(
            "ck_merchandising_rule_action",
            "(action = 'pin' AND position BETWEEN 1 AND 100 AND target = 'product')
             OR (action IN ('boost', 'bury') AND percent BETWEEN 1 AND 1000 AND target IS NOT NULL)
             OR (action = 'redirect' AND redirect IS NOT NULL)",
        ))
        .check(check(
            "ck_merchandising_rule_target",
            "target IS NULL OR (target = 'product' AND target_product_id IS NOT NULL)
             OR (target = 'category' AND target_category_id IS NOT NULL)
             OR (target = 'brand' AND target_value IS NOT NULL)
             OR (target = 'attribute' AND target_key IS NOT NULL AND target_value IS NOT NULL)",
        ))
        .check(check(
            "ck_merchandising_rule_time",
            "starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at",
        ))
        .to_owned();
    let synonyms = table("search_synonym")
        .col(key("id"))
        .col(id_null("channel_id"))
        .col(text_null("word"))
        .col(json("words"))
        .col(int("version").default(1).to_owned())
        .col(time("created_at"))
        .col(time("updated_at"))
        .foreign_key(&mut belongs_to(("search_synonym", "channel_id"), "channel"))
        .to_owned();
    let stop_words = table("search_stop_word")
        .col(key("id"))
        .col(id_null("channel_id"))
        .col(text("word"))
        .col(time("created_at"))
        .foreign_key(&mut belongs_to(("search_stop_word", "channel_id"), "channel"))
        .to_owned();
    plan.add(rules, [index("merchandising_rule", &["channel_id", "id"])])
        .add(synonyms, [index("search_synonym", &["channel_id", "id"])])
        .add(
            stop_words,
            [
                unique("search_stop_word", &["channel_id", "word"]),
                index("search_stop_word", &["channel_id", "id"]),
            ],
        )
}

/// The searches that were made, and what came of them. No foreign keys: they are many, and die by age.
fn logged(plan: Plan) -> Plan {
    let searches = table("search_log")
        .col(key("id"))
        .col(id("channel_id"))
        .col(text("query"))
        .col(big("total"))
        .col(text_null("corrected"))
        .col(flag("degraded"))
        .col(text("engine"))
        .col(flag("continued"))
        .col(text_null("session_hash"))
        .col(text_null("cart_hash"))
        .col(time("at"))
        .to_owned();
    let outcomes = table("search_attribution")
        .col(id("search_id"))
        .col(id("product_id"))
        .col(text("kind"))
        .col(int_null("position"))
        .col(id_null("order_id"))
        .col(time("at"))
        .primary_key(&mut composite_key(
            "search_attribution",
            &["search_id", "product_id", "kind"],
        ))
        .check(check(
            "ck_search_attribution_kind",
            "kind IN ('click', 'cart', 'order')",
        ))
        .to_owned();
    plan.add(
        searches,
        [
            index("search_log", &["at", "id"]),
            index("search_log", &["session_hash", "at"]),
            index("search_log", &["cart_hash", "at"]),
        ],
    )
    .add(
        outcomes,
        [
            index("search_attribution", &["at"]),
            index("search_attribution", &["order_id"]),
        ],
    )
}

/// What was counted of them by day, in UTC.
fn counted(plan: Plan) -> Plan {
    let days = table("search_day")
        .col(int("day").primary_key().to_owned())
        .col(big("written"))
        .col(big("counted"))
        .to_owned();
    let mut queries = table("search_query_day");
    queries.col(id("channel_id")).col(int("day")).col(text("query"));
    for number in [
        "searches", "sessions", "degraded", "empty", "clicked", "clicks", "placed", "places", "carts", "orders",
    ] {
        queries.col(big(number));
    }
    queries.primary_key(&mut composite_key("search_query_day", &["channel_id", "day", "query"]));
    let positions = table("search_position_day")
        .col(id("channel_id"))
        .col(int("day"))
        .col(int("position"))
        .col(big("clicks"))
        .primary_key(&mut composite_key(
            "search_position_day",
            &["channel_id", "day", "position"],
        ))
        .to_owned();
    let changes = table("search_reformulation_day")
        .col(id("channel_id"))
        .col(int("day"))
        .col(text("given_up"))
        .col(text("found_by"))
        .col(big("sessions"))
        .primary_key(&mut composite_key(
            "search_reformulation_day",
            &["channel_id", "day", "given_up", "found_by"],
        ))
        .to_owned();
    let popular = table("search_popular")
        .col(id("channel_id"))
        .col(int("position"))
        .col(text("query"))
        .primary_key(&mut composite_key("search_popular", &["channel_id", "position"]))
        .to_owned();
    plan.add(days, [])
        .add(queries, [])
        .add(positions, [])
        .add(changes, [])
        .add(popular, [])
}
