//! A cart with everything that its totals come from.

use std::collections::HashMap;
use std::sync::Arc;

use entity::cart::cart::CartStatus;
use entity::cart::{cart, cart_line};
use entity::inventory::reservation;
use entity::{CartId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::app::App;
use crate::cart::totals::{PricedLine, Totals, totals};
use crate::catalog::{self, Listed, Variant};
use crate::channel::{Channel, Scope};
use crate::platform::error::{Fault, Result};
use crate::platform::text::sha256_hex;
use crate::platform::viewer::Viewer;
use crate::shipping::{self, DeliveryOption};

/// A line with what it names.
#[derive(Clone, Debug)]
pub struct LoadedLine {
    /// The line.
    pub row: cart_line::Model,
    /// The variant as the channel sells it.
    pub variant: Variant,
    /// Its product, if shoppers may see it.
    pub product: Option<Listed>,
    /// Price of one unit, minor units; 0 when it can no longer be bought.
    pub unit_price: i64,
}

/// Why a line cannot be bought as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The line is no longer on sale in the channel.
    Unavailable {
        /// The line, from 0.
        line: usize,
    },
    /// There are fewer units than the line asks for.
    Insufficient {
        /// The line, from 0.
        line: usize,
        /// The variant.
        variant: VariantId,
        /// Units that can be had.
        available: i64,
    },
}

/// A cart with its lines, ways of delivery and totals, at today's prices.
#[derive(Clone, Debug)]
pub struct LoadedCart {
    /// The cart.
    pub row: cart::Model,
    /// Its token, as the reader gave it.
    pub token: String,
    /// Its channel.
    pub channel: Arc<Channel>,
    /// Its lines, oldest first.
    pub lines: Vec<LoadedLine>,
    /// Units that a running payment of the cart has reserved.
    pub reserved: HashMap<VariantId, i64>,
    /// Ways of delivery that it can take.
    pub delivery_options: Vec<DeliveryOption>,
    /// The chosen one, if it can still be taken.
    pub delivery: Option<DeliveryOption>,
    /// What it costs. Lines that cannot be bought cost nothing.
    pub totals: Totals,
}

impl LoadedCart {
    /// What stands against buying it as it is.
    pub fn problems(&self) -> Vec<Problem> {
        let mut wanted: HashMap<VariantId, i64> = HashMap::new();
        for line in &self.lines {
            *wanted.entry(line.row.variant_id).or_default() += i64::from(line.row.quantity);
        }
        let mut problems = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            let variant = line.row.variant_id;
            if line.product.is_none() || line.variant.price.is_none() {
                problems.push(Problem::Unavailable { line: index });
            } else if !self.can_have(line, wanted.get(&variant).copied().unwrap_or_default()) {
                problems.push(Problem::Insufficient {
                    line: index,
                    variant,
                    available: line.variant.available,
                });
            }
        }
        problems
    }

    /// Whether `quantity` units can be bought, those among them that the cart has reserved already.
    fn can_have(&self, line: &LoadedLine, quantity: i64) -> bool {
        let reserved = self.reserved.get(&line.row.variant_id).copied().unwrap_or_default();
        line.variant.can_sell(Ord::max(quantity - reserved, 0))
    }

    /// Units in all lines.
    pub fn quantity(&self) -> i64 {
        self.lines.iter().map(|line| i64::from(line.row.quantity)).sum()
    }

    /// Whether something in it is sent.
    pub fn requires_shipping(&self) -> bool {
        self.lines.iter().any(|line| line.variant.row.requires_shipping)
    }
}

/// The cart that `token` owns.
pub(super) async fn row_by_token(db: &impl ConnectionTrait, token: &str) -> Result<Option<cart::Model>> {
    Ok(cart::Entity::find()
        .filter(cart::Column::TokenHash.eq(sha256_hex(token)))
        .one(db)
        .await?)
}

/// The key of the cart that `token` owns.
///
/// # Errors
/// Those of the database.
pub async fn cart_of_token(db: &impl ConnectionTrait, token: &str) -> Result<Option<CartId>> {
    Ok(row_by_token(db, token).await?.map(|row| row.id))
}

/// The channel of a cart, as shoppers see it.
pub(super) async fn scope_of(app: &App, row: &cart::Model) -> Result<Scope> {
    scope_in(app, &app.db, row).await
}

async fn scope_in(app: &App, db: &impl ConnectionTrait, row: &cart::Model) -> Result<Scope> {
    let channel = app.channels.by_id(db, row.channel_id).await?;
    let channel = channel.ok_or(Fault::Invariant("a cart of a channel that is gone"))?;
    Ok(Scope {
        channel,
        viewer: Viewer::Anonymous,
    })
}

/// The cart that `token` owns, with all that its totals come from.
///
/// # Errors
/// Those of the database.
pub async fn load_by_token(app: &App, token: &str) -> Result<Option<LoadedCart>> {
    load_by_token_in(app, &app.db, token).await
}

/// The same, within a transaction.
pub(crate) async fn load_by_token_in(app: &App, db: &impl ConnectionTrait, token: &str) -> Result<Option<LoadedCart>> {
    let Some(row) = row_by_token(db, token).await? else {
        return Ok(None);
    };
    Ok(Some(load_in(app, db, row, token).await?))
}

/// The cart `id`, for Merx itself: nobody gets its token this way.
pub(crate) async fn load_by_id_in(app: &App, db: &impl ConnectionTrait, id: CartId) -> Result<Option<LoadedCart>> {
    let Some(row) = cart::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    Ok(Some(load_in(app, db, row, "").await?))
}

/// A cart with all that its totals come from, in a number of statements that does not depend on its lines.
///
/// # Errors
/// Those of the database.
pub async fn load(app: &App, row: cart::Model, token: &str) -> Result<LoadedCart> {
    load_in(app, &app.db, row, token).await
}

async fn load_in(app: &App, db: &impl ConnectionTrait, row: cart::Model, token: &str) -> Result<LoadedCart> {
    let scope = scope_in(app, db, &row).await?;
    let (lines, reserved) = lines_of(db, row.id).await?;
    let lines = name_lines(db, &scope, row.id, lines).await?;
    let country = row
        .shipping_address
        .as_ref()
        .map_or(&scope.channel.default_country, |a| &a.country_code);
    let grams = lines
        .iter()
        .filter(|line| line.variant.row.requires_shipping)
        .map(|line| {
            line.variant
                .row
                .weight_grams
                .saturating_mul(i64::from(line.row.quantity))
        })
        .fold(0, i64::saturating_add);
    let delivery_options = if lines.iter().any(|line| line.variant.row.requires_shipping) {
        let methods = app.deliveries.of_channel(db, row.channel_id).await?;
        shipping::options(&methods, country, grams)
    } else {
        Vec::new()
    };
    let delivery = delivery_options
        .iter()
        .find(|option| Some(option.id) == row.delivery_method_id)
        .cloned();
    let priced: Vec<PricedLine> = lines
        .iter()
        .map(|line| PricedLine {
            unit_price: line.unit_price,
            quantity: line.row.quantity,
            taxable: line.variant.row.taxable,
        })
        .collect();
    let shipping = delivery.as_ref().map_or(0, |option| option.price);
    let rate = app.taxes.rate(db, country).await?;
    let totals = totals(&priced, shipping, rate, scope.channel.tax_included).map_err(|e| Fault::part("cart", e))?;
    Ok(LoadedCart {
        row,
        token: token.to_owned(),
        channel: scope.channel,
        lines,
        reserved,
        delivery_options,
        delivery,
        totals,
    })
}

/// The lines of a cart, oldest first, and what it has reserved of their variants. Reservations belong to inventory; they
/// are read here because no line is judged without them.
async fn lines_of(db: &impl ConnectionTrait, cart: CartId) -> Result<(Vec<cart_line::Model>, HashMap<VariantId, i64>)> {
    let reserved = Query::select()
        .expr(Expr::cust("CAST(SUM(\"reservation\".\"quantity\") AS BIGINT)"))
        .from(reservation::Entity)
        .and_where(reservation::Column::CartId.eq(cart))
        .and_where(
            Expr::col(reservation::Column::VariantId.as_column_ref())
                .equals(cart_line::Column::VariantId.as_column_ref()),
        )
        .to_owned();
    let select = cart_line::Entity::find()
        .expr_as(Expr::SubQuery(None, Box::new(reserved.into())), "reserved")
        .filter(cart_line::Column::CartId.eq(cart))
        .order_by_asc(cart_line::Column::Id);
    let rows = db.query_all(&select.into_query()).await?;
    let (mut lines, mut of) = (Vec::with_capacity(rows.len()), HashMap::new());
    for row in &rows {
        let line = cart_line::Model::from_query_result(row, "")?;
        if let Some(units) = row.try_get::<Option<i64>>("", "reserved")? {
            of.insert(line.variant_id, units);
        }
        lines.push(line);
    }
    Ok((lines, of))
}

async fn name_lines(
    db: &impl ConnectionTrait,
    scope: &Scope,
    cart: CartId,
    rows: Vec<cart_line::Model>,
) -> Result<Vec<LoadedLine>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let of_lines = Query::select()
        .column(cart_line::Column::VariantId)
        .from(cart_line::Entity)
        .and_where(cart_line::Column::CartId.eq(cart))
        .to_owned();
    let offers = catalog::variants_with_products(db, scope, of_lines).await?;
    let named = rows.into_iter().filter_map(|row| {
        // A line without its variant was taken out a moment ago; what is done to the cart is held to its version.
        let (variant, product) = offers.get(&row.variant_id).cloned()?;
        let unit_price = product.as_ref().and(variant.price).unwrap_or(0);
        Some(LoadedLine {
            row,
            variant,
            product,
            unit_price,
        })
    });
    Ok(named.collect())
}

/// Whether a cart can still change.
pub(super) fn is_open(row: &cart::Model) -> bool {
    row.status == CartStatus::Open
}
