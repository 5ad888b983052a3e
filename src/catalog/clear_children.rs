//! What goes before a product is written anew, and what is reckoned after.

use entity::catalog::{media, product_attribute, product_listing, product_option, product_tag, variant, variant_price};
use entity::inventory::{allocation, reservation, stock_level};
use entity::order::order_line;
use entity::{ChannelId, ProductId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::platform::db::{Tx, any_of};
use crate::platform::error::Result;

/// What is cleared.
pub(super) struct Cleared<'a> {
    /// The changed products.
    pub products: &'a [ProductId],
    /// Their variants that stay.
    pub kept: &'a [VariantId],
    /// The channels that are priced anew.
    pub channels: &'a [ChannelId],
    /// Whether staff changes a product: then its pictures stay, and stock on hand keeps no variant that staff takes out.
    pub by_staff: bool,
}

/// Takes away what changed products will get anew, and the variants that they no longer have. A variant that somebody
/// has bought, is paying for or waiting for stays without a price: it cannot be bought again. So does one that lies in
/// stock, unless staff takes it out: a file that lost a row must not lose the stock.
pub(super) async fn clear_children(tx: &Tx, cleared: Cleared<'_>) -> Result<()> {
    let Cleared {
        products,
        kept,
        channels,
        by_staff,
    } = cleared;
    if products.is_empty() {
        return Ok(());
    }
    let of_products = Query::select()
        .column(variant::Column::Id)
        .from(variant::Entity)
        .and_where(any_of(tx, variant::Column::ProductId, products))
        .to_owned();
    let priced_anew = any_of(tx, variant_price::Column::ChannelId, channels);
    let gone = any_of(tx, variant_price::Column::VariantId, kept).not();
    variant_price::Entity::delete_many()
        .filter(variant_price::Column::VariantId.in_subquery(of_products))
        .filter(priced_anew.or(gone))
        .exec(tx)
        .await?;
    let reserved = Query::select()
        .column(reservation::Column::VariantId)
        .from(reservation::Entity)
        .to_owned();
    let allocated = Query::select()
        .column(allocation::Column::VariantId)
        .from(allocation::Entity)
        .to_owned();
    let left_out = any_of(tx, variant::Column::ProductId, products).and(any_of(tx, variant::Column::Id, kept).not());
    // Only among these: order lines and levels are many.
    let candidates = Query::select()
        .column(variant::Column::Id)
        .from(variant::Entity)
        .and_where(left_out.clone())
        .to_owned();
    let sold = Query::select()
        .column(order_line::Column::VariantId)
        .from(order_line::Entity)
        .and_where(order_line::Column::VariantId.in_subquery(candidates.clone()))
        .to_owned();
    let mut stocked = Query::select()
        .column(stock_level::Column::VariantId)
        .from(stock_level::Entity)
        .and_where(stock_level::Column::VariantId.in_subquery(candidates))
        .to_owned();
    let claimed = Expr::col(stock_level::Column::Reserved).add(Expr::col(stock_level::Column::Allocated));
    if by_staff {
        stocked.and_where(claimed.gt(0));
    } else {
        // What is claimed is on hand.
        stocked.and_where(Expr::col(stock_level::Column::OnHand).gt(0));
    }
    variant::Entity::delete_many()
        .filter(left_out)
        .filter(variant::Column::Id.not_in_subquery(reserved))
        .filter(variant::Column::Id.not_in_subquery(allocated))
        .filter(variant::Column::Id.not_in_subquery(sold))
        .filter(variant::Column::Id.not_in_subquery(stocked))
        .exec(tx)
        .await?;
    // Free the combinations of those that stay, so that two variants may swap theirs.
    variant::Entity::update_many()
        .col_expr(variant::Column::OptionsKey, Expr::cust("'\u{1f}' || \"sku\""))
        .filter(any_of(tx, variant::Column::ProductId, products))
        .exec(tx)
        .await?;
    product_listing::Entity::update_many()
        .col_expr(product_listing::Column::Published, Expr::value(false))
        .filter(any_of(tx, product_listing::Column::ProductId, products))
        .filter(any_of(tx, product_listing::Column::ChannelId, channels))
        .exec(tx)
        .await?;
    product_option::Entity::delete_many()
        .filter(any_of(tx, product_option::Column::ProductId, products))
        .exec(tx)
        .await?;
    product_tag::Entity::delete_many()
        .filter(any_of(tx, product_tag::Column::ProductId, products))
        .exec(tx)
        .await?;
    if !by_staff {
        media::Entity::delete_many()
            .filter(any_of(tx, media::Column::ProductId, products))
            .exec(tx)
            .await?;
    }
    product_attribute::Entity::delete_many()
        .filter(any_of(tx, product_attribute::Column::ProductId, products))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lowest and highest price of changed products in every channel: a variant that went may have held one of them.
pub(super) async fn refresh_ranges(tx: &Tx, products: &[ProductId]) -> Result<()> {
    if products.is_empty() {
        return Ok(());
    }
    let range = |aggregate: &str| {
        Expr::cust(format!(
            "(SELECT {aggregate}(\"variant_price\".\"amount\") FROM \"variant_price\" \
             JOIN \"variant\" ON \"variant\".\"id\" = \"variant_price\".\"variant_id\" \
             WHERE \"variant\".\"product_id\" = \"product_listing\".\"product_id\" \
             AND \"variant_price\".\"channel_id\" = \"product_listing\".\"channel_id\")"
        ))
    };
    product_listing::Entity::update_many()
        .col_expr(product_listing::Column::MinPrice, range("MIN"))
        .col_expr(product_listing::Column::MaxPrice, range("MAX"))
        .filter(any_of(tx, product_listing::Column::ProductId, products))
        .exec(tx)
        .await?;
    Ok(())
}
