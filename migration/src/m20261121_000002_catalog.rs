//! Categories, collections, products, variants, prices, attributes, media.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().down(manager).await
    }
}

fn plan() -> Plan {
    Plan::default()
        .add(
            table("category")
                .col(key("id"))
                .col(id_null("parent_id"))
                .col(text("slug"))
                .col(text("name"))
                .col(text("description"))
                .col(int("position"))
                .col(time("created_at"))
                .foreign_key(&mut needs(("category", "parent_id"), "category"))
                .to_owned(),
            [
                unique("category", &["slug"]),
                index("category", &["parent_id", "position"]),
            ],
        )
        .add(
            table("collection")
                .col(key("id"))
                .col(text("slug"))
                .col(text("name"))
                .col(text("description"))
                .col(time("created_at"))
                .to_owned(),
            [unique("collection", &["slug"])],
        )
        .add(
            table("product")
                .col(key("id"))
                .col(text("slug"))
                .col(text("name"))
                .col(text("description"))
                .col(text_null("brand"))
                .col(id_null("category_id"))
                .col(text("status"))
                .col(text_null("seo_title"))
                .col(text_null("seo_description"))
                .col(int("version"))
                .col(text_null("content_hash"))
                .col(time("created_at"))
                .col(time("updated_at"))
                .check(check("ck_product_slug", "slug <> ''"))
                .check(check("ck_product_version", "version >= 1"))
                .foreign_key(&mut refers_to(("product", "category_id"), "category"))
                .to_owned(),
            [
                unique("product", &["slug"]),
                index("product", &["name", "id"]),
                index("product", &["created_at", "id"]),
                index("product", &["category_id", "id"]),
                index("product", &["brand", "id"]),
            ],
        )
        .add(
            table("collection_product")
                .col(id("collection_id"))
                .col(id("product_id"))
                .col(int("position"))
                .primary_key(&mut composite_key(
                    "collection_product",
                    &["collection_id", "product_id"],
                ))
                .foreign_key(&mut belongs_to(("collection_product", "collection_id"), "collection"))
                .foreign_key(&mut belongs_to(("collection_product", "product_id"), "product"))
                .to_owned(),
            [index("collection_product", &["product_id"])],
        )
        .add(
            table("product_tag")
                .col(id("product_id"))
                .col(text("tag"))
                .primary_key(&mut composite_key("product_tag", &["product_id", "tag"]))
                .foreign_key(&mut belongs_to(("product_tag", "product_id"), "product"))
                .to_owned(),
            [index("product_tag", &["tag", "product_id"])],
        )
        .add(
            table("product_listing")
                .col(id("product_id"))
                .col(id("channel_id"))
                .col(flag("published"))
                .col(big_null("min_price"))
                .col(big_null("max_price"))
                .col(big("units_sold"))
                .primary_key(&mut composite_key("product_listing", &["product_id", "channel_id"]))
                .check(check(
                    "ck_product_listing_prices",
                    "min_price >= 0 AND max_price >= min_price",
                ))
                .foreign_key(&mut belongs_to(("product_listing", "product_id"), "product"))
                .foreign_key(&mut belongs_to(("product_listing", "channel_id"), "channel"))
                .to_owned(),
            [
                index("product_listing", &["channel_id", "min_price", "product_id"]),
                index("product_listing", &["channel_id", "units_sold", "product_id"]),
            ],
        )
        .add(
            table("product_option")
                .col(key("id"))
                .col(id("product_id"))
                .col(text("name"))
                .col(json("values"))
                .col(int("position"))
                .foreign_key(&mut belongs_to(("product_option", "product_id"), "product"))
                .to_owned(),
            [unique("product_option", &["product_id", "name"])],
        )
        .add(
            table("variant")
                .col(key("id"))
                .col(id("product_id"))
                .col(text("sku"))
                .col(text_null("barcode"))
                .col(text("name"))
                .col(json("selected_options"))
                .col(text("options_key"))
                .col(big("weight_grams"))
                .col(flag("track_inventory"))
                .col(flag("requires_shipping"))
                .col(flag("taxable"))
                .col(int("position"))
                .col(time("created_at"))
                .check(check("ck_variant_sku", "sku <> ''"))
                .check(check("ck_variant_weight", "weight_grams >= 0"))
                .foreign_key(&mut belongs_to(("variant", "product_id"), "product"))
                .to_owned(),
            [
                unique("variant", &["sku"]),
                unique("variant", &["product_id", "options_key"]),
            ],
        )
        .add(
            table("variant_price")
                .col(id("variant_id"))
                .col(id("channel_id"))
                .col(big("amount"))
                .col(big_null("compare_at"))
                .primary_key(&mut composite_key("variant_price", &["variant_id", "channel_id"]))
                .check(check("ck_variant_price_amount", "amount >= 0"))
                .check(check("ck_variant_price_compare_at", "compare_at >= 0"))
                .foreign_key(&mut belongs_to(("variant_price", "variant_id"), "variant"))
                .foreign_key(&mut belongs_to(("variant_price", "channel_id"), "channel"))
                .to_owned(),
            [index("variant_price", &["channel_id"])],
        )
        .add(
            table("attribute")
                .col(key("id"))
                .col(text("key"))
                .col(text("name"))
                .col(text("kind"))
                .to_owned(),
            [unique("attribute", &["key"])],
        )
        .add(
            table("product_attribute")
                .col(id("product_id"))
                .col(id("attribute_id"))
                .col(int("position"))
                .col(text("value"))
                .col(text("value_key"))
                .col(double_null("number"))
                .primary_key(&mut composite_key(
                    "product_attribute",
                    &["product_id", "attribute_id", "position"],
                ))
                .foreign_key(&mut belongs_to(("product_attribute", "product_id"), "product"))
                .foreign_key(&mut belongs_to(("product_attribute", "attribute_id"), "attribute"))
                .to_owned(),
            [index("product_attribute", &["attribute_id", "value_key", "product_id"])],
        )
        .add(
            table("media")
                .col(key("id"))
                .col(id("product_id"))
                .col(id_null("variant_id"))
                .col(text("url"))
                .col(text("alt"))
                .col(int_null("width"))
                .col(int_null("height"))
                .col(int("position"))
                .foreign_key(&mut belongs_to(("media", "product_id"), "product"))
                .foreign_key(&mut refers_to(("media", "variant_id"), "variant"))
                .to_owned(),
            [index("media", &["product_id", "position"])],
        )
}
