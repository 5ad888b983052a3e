//! A cart with everything that its totals come from.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use entity::cart::cart::CartStatus;
use entity::cart::{cart, cart_line};
use entity::inventory::reservation;
use entity::{CartId, ChannelId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::app::App;
use crate::cart::totals::{PricedLine, Totals, totals};
use crate::catalog::{self, Listed, Variant};
use crate::channel::{Channel, Scope};
use crate::platform::db::{any_of, any_text};
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
    load_in(app, db, row, token).await
}

/// The carts that `tokens` own, in the same number of statements as one of them; those that are there, each once.
pub(crate) async fn load_by_tokens_in(
    app: &App,
    db: &impl ConnectionTrait,
    tokens: &[&str],
) -> Result<Vec<LoadedCart>> {
    let mut of: HashMap<String, &str> = tokens.iter().map(|token| (sha256_hex(token), *token)).collect();
    let hashes: Vec<String> = of.keys().cloned().collect();
    let rows = cart::Entity::find()
        .filter(any_text(db, cart::Column::TokenHash, &hashes))
        .all(db)
        .await?;
    let rows = rows.into_iter().filter_map(|row| {
        let token = of.remove(&row.token_hash)?;
        Some((row, token))
    });
    load_all_in(app, db, rows.collect()).await
}

/// The cart `id`, for Merx itself: nobody gets its token this way.
pub(crate) async fn load_by_id_in(app: &App, db: &impl ConnectionTrait, id: CartId) -> Result<Option<LoadedCart>> {
    let Some(row) = cart::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    load_in(app, db, row, "").await
}

/// A cart with all that its totals come from, in a number of statements that does not depend on its lines.
///
/// # Errors
/// Those of the database.
pub async fn load(app: &App, row: cart::Model, token: &str) -> Result<LoadedCart> {
    let cart = load_in(app, &app.db, row, token).await?;
    cart.ok_or(Fault::Invariant("a cart that was not loaded"))
}

async fn load_in(app: &App, db: &impl ConnectionTrait, row: cart::Model, token: &str) -> Result<Option<LoadedCart>> {
    Ok(load_all_in(app, db, vec![(row, token)]).await?.pop())
}

/// Carts, each with its token: all with the statements of one, and one more for each further channel.
async fn load_all_in(app: &App, db: &impl ConnectionTrait, rows: Vec<(cart::Model, &str)>) -> Result<Vec<LoadedCart>> {
    let ids: Vec<CartId> = rows.iter().map(|(row, _)| row.id).collect();
    let mut scopes: BTreeMap<ChannelId, (Scope, Vec<CartId>)> = BTreeMap::new();
    for (row, _) in &rows {
        let of_channel = match scopes.entry(row.channel_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert((scope_in(app, db, row).await?, Vec::new())),
        };
        of_channel.1.push(row.id);
    }
    let (mut lines, mut reserved) = lines_of(db, &ids).await?;
    let mut offers: HashMap<ChannelId, Offers> = HashMap::new();
    for (channel, (scope, carts)) in &scopes {
        if carts.iter().any(|cart| lines.contains_key(cart)) {
            offers.insert(*channel, offers_of(db, scope, carts).await?);
        }
    }
    let mut carts = Vec::with_capacity(rows.len());
    for (row, token) in rows {
        let Some((scope, _)) = scopes.get(&row.channel_id) else {
            continue;
        };
        let lines = lines.remove(&row.id).unwrap_or_default();
        let lines = match offers.get(&row.channel_id) {
            Some(offers) => name_lines(offers, lines),
            None => Vec::new(),
        };
        let reserved = reserved.remove(&row.id).unwrap_or_default();
        let channel = Arc::clone(&scope.channel);
        carts.push(priced(app, db, row, token, (channel, lines, reserved)).await?);
    }
    Ok(carts)
}

/// A cart with its `lines`, at today's prices.
async fn priced(
    app: &App,
    db: &impl ConnectionTrait,
    row: cart::Model,
    token: &str,
    (channel, lines, reserved): (Arc<Channel>, Vec<LoadedLine>, HashMap<VariantId, i64>),
) -> Result<LoadedCart> {
    let country = row
        .shipping_address
        .as_ref()
        .map_or(&channel.default_country, |a| &a.country_code);
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
    let totals = totals(&priced, shipping, rate, channel.tax_included).map_err(|e| Fault::part("cart", e))?;
    Ok(LoadedCart {
        row,
        token: token.to_owned(),
        channel,
        lines,
        reserved,
        delivery_options,
        delivery,
        totals,
    })
}

type Lines = HashMap<CartId, Vec<cart_line::Model>>;

/// The lines of carts, oldest first, and what each cart has reserved of their variants. Reservations belong to inventory;
/// they are read here because no line is judged without them.
async fn lines_of(
    db: &impl ConnectionTrait,
    carts: &[CartId],
) -> Result<(Lines, HashMap<CartId, HashMap<VariantId, i64>>)> {
    let column = |column: cart_line::Column| column.as_column_ref();
    let reserved = Query::select()
        .expr(Expr::cust("CAST(SUM(\"reservation\".\"quantity\") AS BIGINT)"))
        .from(reservation::Entity)
        .and_where(Expr::col(reservation::Column::CartId.as_column_ref()).equals(column(cart_line::Column::CartId)))
        .and_where(
            Expr::col(reservation::Column::VariantId.as_column_ref()).equals(column(cart_line::Column::VariantId)),
        )
        .to_owned();
    let select = cart_line::Entity::find()
        .expr_as(Expr::SubQuery(None, Box::new(reserved.into())), "reserved")
        .filter(any_of(db, cart_line::Column::CartId, carts))
        .order_by_asc(cart_line::Column::Id);
    let rows = db.query_all(&select.into_query()).await?;
    let (mut lines, mut of) = (Lines::new(), HashMap::<CartId, HashMap<VariantId, i64>>::new());
    for row in &rows {
        let line = cart_line::Model::from_query_result(row, "")?;
        if let Some(units) = row.try_get::<Option<i64>>("", "reserved")? {
            of.entry(line.cart_id).or_default().insert(line.variant_id, units);
        }
        lines.entry(line.cart_id).or_default().push(line);
    }
    Ok((lines, of))
}

type Offers = HashMap<VariantId, (Variant, Option<Listed>)>;

/// What the lines of carts of a channel are about.
async fn offers_of(db: &impl ConnectionTrait, scope: &Scope, carts: &[CartId]) -> Result<Offers> {
    let of_lines = Query::select()
        .column(cart_line::Column::VariantId)
        .from(cart_line::Entity)
        .and_where(any_of(db, cart_line::Column::CartId, carts))
        .to_owned();
    catalog::variants_with_products(db, scope, of_lines).await
}

fn name_lines(offers: &Offers, rows: Vec<cart_line::Model>) -> Vec<LoadedLine> {
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
    named.collect()
}

/// Whether a cart can still change.
pub(super) fn is_open(row: &cart::Model) -> bool {
    row.status == CartStatus::Open
}
