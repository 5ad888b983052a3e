//! Lines come, change and go.

use std::collections::HashMap;

use entity::cart::cart_line;
use entity::cart::cart_line::{LineAttribute, LineAttributes};
use entity::{CartId, CartLineId, ProductId, VariantId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::app::App;
use crate::cart::change::{finish, hold, open_cart};
use crate::cart::query::{LoadedCart, scope_of};
use crate::catalog;
use crate::channel::Scope;
use crate::inventory;
use crate::platform::db::{Tx, any_of};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};

/// Units of a line at most. The table has the same CHECK.
pub const QUANTITY_MAX: i32 = 9999;
/// Lines of a cart at most.
pub const LINES_MAX: usize = 500;
/// Lines in one call at most.
pub const CALL_LINES_MAX: usize = 250;
/// Remarks of a line at most, and their length in characters.
const ATTRIBUTES_MAX: usize = 20;
const ATTRIBUTE_LENGTH_MAX: usize = 500;

/// A line to add.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// The variant.
    pub variant: VariantId,
    /// Units, 1 to 9999.
    pub quantity: i32,
    /// Remarks: name and text.
    pub attributes: Vec<(String, String)>,
}

/// A line to change.
#[derive(Clone, Debug)]
pub struct LineChange {
    /// The line.
    pub id: CartLineId,
    /// Units it shall have; 0 removes it.
    pub quantity: i32,
    /// Remarks it shall have; none leaves them.
    pub attributes: Option<Vec<(String, String)>>,
}

/// Why a cart was not changed. `line` counts the lines of the call from 0.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum CartError {
    /// Nobody has the token.
    NotFound,
    /// The cart has become an order.
    Completed,
    /// The call names too many lines, or the cart would have too many.
    TooManyLines,
    /// A quantity is out of range.
    Quantity {
        /// The line.
        line: usize,
        /// The least that is allowed.
        min: i32,
    },
    /// A variant does not exist or is not sold in the channel of the cart.
    NoVariant {
        /// The line.
        line: usize,
    },
    /// The cart has no such line.
    NoLine {
        /// The line.
        line: usize,
    },
    /// There are fewer units than asked for.
    Insufficient {
        /// The line.
        line: usize,
        /// The variant.
        variant: VariantId,
        /// Units that can be had.
        available: i64,
    },
    /// Remarks are too many or too long.
    Attributes {
        /// The line.
        line: usize,
    },
    /// The e-mail address cannot be one.
    Email,
    /// An address is wrong: shipping or billing, and what.
    Address(&'static str, crate::customer::AddressError),
    /// The way of delivery is not among those of the cart.
    Delivery,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CartError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("cart-not-found"),
            Self::Completed => message!("cart-completed"),
            Self::TooManyLines => message!("cart-lines", max = LINES_MAX, call = CALL_LINES_MAX),
            Self::Quantity { min, .. } => message!("cart-quantity", min = *min, max = QUANTITY_MAX),
            Self::NoVariant { .. } => message!("cart-variant-not-found"),
            Self::NoLine { .. } => message!("cart-line-not-found"),
            Self::Insufficient { available, .. } => message!("units-left", available = *available),
            Self::Attributes { .. } => {
                message!("cart-attributes", max = ATTRIBUTES_MAX, length = ATTRIBUTE_LENGTH_MAX)
            }
            Self::Email => message!("email-malformed"),
            Self::Address(_, error) => error.message(),
            Self::Delivery => message!("cart-delivery"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for CartError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Adds lines to a cart; a line equal to one that is there adds to its units.
///
/// # Errors
/// See [`CartError`]; nothing is changed then.
pub async fn add_lines(app: &App, token: &str, lines: Vec<NewLine>) -> Result<LoadedCart, CartError> {
    let row = open_cart(app, token).await?;
    let scope = scope_of(app, &row).await?;
    let (tx, row) = hold(app, &row).await?;
    let present = present_lines(&tx, row.id).await?;
    let lines = merged(&tx, app, &scope, Some(row.id), &present, lines).await?;
    put_lines(&tx, row.id, lines).await?;
    finish(tx, app, row, token).await
}

/// Sets quantity and remarks of lines.
///
/// # Errors
/// See [`CartError`]; nothing is changed then.
pub async fn update_lines(app: &App, token: &str, changes: Vec<LineChange>) -> Result<LoadedCart, CartError> {
    if changes.len() > CALL_LINES_MAX {
        return Err(CartError::TooManyLines);
    }
    let row = open_cart(app, token).await?;
    let scope = scope_of(app, &row).await?;
    let (tx, row) = hold(app, &row).await?;
    let mut present = present_lines(&tx, row.id).await?;
    let mut removed = Vec::new();
    let mut changed = Vec::new();
    for (line, change) in changes.into_iter().enumerate() {
        let at = present
            .iter()
            .position(|l| l.id == change.id)
            .ok_or(CartError::NoLine { line })?;
        if !(0..=QUANTITY_MAX).contains(&change.quantity) {
            return Err(CartError::Quantity { line, min: 0 });
        }
        // Taken out: what it becomes may equal another line and join it.
        let old = present.remove(at);
        removed.push(old.id);
        if change.quantity > 0 {
            let kept = || {
                old.attributes
                    .0
                    .iter()
                    .map(|a| (a.key.clone(), a.value.clone()))
                    .collect()
            };
            let attributes = change.attributes.unwrap_or_else(kept);
            changed.push((
                old,
                NewLine {
                    variant: VariantId(uuid::Uuid::nil()),
                    quantity: change.quantity,
                    attributes,
                },
            ));
        }
    }
    let wanted: Vec<NewLine> = changed
        .iter()
        .map(|(old, line)| NewLine {
            variant: old.variant_id,
            ..line.clone()
        })
        .collect();
    let mut lines = merged(&tx, app, &scope, Some(row.id), &present, wanted).await?;
    // A changed line keeps its id, and with it its place, unless it joins another one.
    for line in &mut lines {
        let same = |(old, new): &&(cart_line::Model, NewLine)| {
            old.variant_id == line.variant_id && line.attributes_key == attributes_key(&new.attributes)
        };
        if !present.iter().any(|p| p.id == line.id)
            && let Some((old, _)) = changed.iter().find(same)
        {
            line.id = old.id;
            line.created_at = old.created_at;
        }
    }
    cart_line::Entity::delete_many()
        .filter(any_of(&tx, cart_line::Column::Id, &removed))
        .exec(&tx)
        .await?;
    put_lines(&tx, row.id, lines).await?;
    finish(tx, app, row, token).await
}

/// Takes lines out of a cart.
///
/// # Errors
/// See [`CartError`]; nothing is changed then.
pub async fn remove_lines(app: &App, token: &str, ids: Vec<CartLineId>) -> Result<LoadedCart, CartError> {
    if ids.len() > CALL_LINES_MAX {
        return Err(CartError::TooManyLines);
    }
    let row = open_cart(app, token).await?;
    let (tx, row) = hold(app, &row).await?;
    let present = present_lines(&tx, row.id).await?;
    if let Some(line) = ids.iter().position(|id| !present.iter().any(|l| l.id == *id)) {
        return Err(CartError::NoLine { line });
    }
    cart_line::Entity::delete_many()
        .filter(any_of(&tx, cart_line::Column::Id, &ids))
        .exec(&tx)
        .await?;
    finish(tx, app, row, token).await
}

async fn present_lines(tx: &Tx, cart: CartId) -> Result<Vec<cart_line::Model>> {
    let lines = cart_line::Entity::find().filter(cart_line::Column::CartId.eq(cart));
    Ok(lines.order_by_asc(cart_line::Column::Id).all(tx).await?)
}

/// Remarks as one text: equal texts are equal remarks.
fn attributes_key(attributes: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_unstable();
    sorted
        .iter()
        .map(|(key, value)| format!("{key}\u{1f}{value}"))
        .collect::<Vec<_>>()
        .join("\u{1e}")
}

fn check_attributes(line: usize, attributes: &[(String, String)]) -> Result<(), CartError> {
    let fits = |text: &String| text.chars().count() <= ATTRIBUTE_LENGTH_MAX && !text.contains(['\u{1e}', '\u{1f}']);
    let mut keys: Vec<_> = attributes.iter().map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.dedup();
    let once = keys.len() == attributes.len();
    let good = attributes
        .iter()
        .all(|(key, value)| !key.is_empty() && fits(key) && fits(value));
    if attributes.len() <= ATTRIBUTES_MAX && once && good {
        Ok(())
    } else {
        Err(CartError::Attributes { line })
    }
}

/// The lines that `lines` make of those that are `present`: each with the units it shall have. Checks the variants, and
/// that there is enough of them for the whole cart. `cart` is the cart, once it is there.
pub(super) async fn merged(
    db: &impl ConnectionTrait,
    app: &App,
    scope: &Scope,
    cart: Option<CartId>,
    present: &[cart_line::Model],
    lines: Vec<NewLine>,
) -> Result<Vec<cart_line::Model>, CartError> {
    if lines.len() > CALL_LINES_MAX {
        return Err(CartError::TooManyLines);
    }
    for (line, new) in lines.iter().enumerate() {
        if !(1..=QUANTITY_MAX).contains(&new.quantity) {
            return Err(CartError::Quantity { line, min: 1 });
        }
        check_attributes(line, &new.attributes)?;
    }
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<VariantId> = lines.iter().map(|l| l.variant).collect();
    let variants = catalog::variants_by_ids(db, scope, &ids).await?;
    let products: Vec<ProductId> = variants.values().map(|v| v.row.product_id).collect();
    let listed = catalog::products_by_ids(db, scope, &products).await?;
    // What the cart has reserved itself is not gone: it may be bought by this cart.
    let reserved = match cart {
        Some(cart) => inventory::reserved_by_cart(db, cart).await?,
        None => HashMap::new(),
    };
    let mut wanted: HashMap<VariantId, i64> = HashMap::new();
    for line in present {
        *wanted.entry(line.variant_id).or_default() += i64::from(line.quantity);
    }
    let now = app.clock.now();
    let mut result: Vec<cart_line::Model> = Vec::new();
    for (line, new) in lines.into_iter().enumerate() {
        let variant = variants.get(&new.variant).filter(|v| v.price.is_some());
        let variant = variant.filter(|v| listed.contains_key(&v.row.product_id));
        let variant = variant.ok_or(CartError::NoVariant { line })?;
        let mut variant = variant.clone();
        variant.available += reserved.get(&new.variant).copied().unwrap_or_default();
        let in_cart = wanted.entry(new.variant).or_default();
        if !variant.can_sell(*in_cart + i64::from(new.quantity)) {
            let available = Ord::max(variant.available - *in_cart, 0);
            return Err(CartError::Insufficient {
                line,
                variant: new.variant,
                available,
            });
        }
        *in_cart += i64::from(new.quantity);
        let key = attributes_key(&new.attributes);
        let equal = |l: &cart_line::Model| l.variant_id == new.variant && l.attributes_key == key;
        if let Some(same) = result.iter_mut().find(|l| equal(l)) {
            same.quantity = added(line, same.quantity, new.quantity)?;
        } else if let Some(same) = present.iter().find(|l| equal(l)) {
            result.push(cart_line::Model {
                quantity: added(line, same.quantity, new.quantity)?,
                ..same.clone()
            });
        } else {
            let mut attributes: Vec<_> = new
                .attributes
                .into_iter()
                .map(|(key, value)| LineAttribute { key, value })
                .collect();
            attributes.sort_unstable_by(|a, b| a.key.cmp(&b.key));
            result.push(cart_line::Model {
                id: app.ids.new_id(),
                cart_id: CartId(uuid::Uuid::nil()),
                variant_id: new.variant,
                quantity: new.quantity,
                attributes: LineAttributes(attributes),
                attributes_key: key,
                created_at: now,
            });
        }
    }
    let fresh = result.iter().filter(|l| !present.iter().any(|p| p.id == l.id)).count();
    if present.len() + fresh > LINES_MAX {
        return Err(CartError::TooManyLines);
    }
    Ok(result)
}

fn added(line: usize, present: i32, more: i32) -> Result<i32, CartError> {
    let sum = present + more;
    if sum <= QUANTITY_MAX {
        Ok(sum)
    } else {
        Err(CartError::Quantity { line, min: 1 })
    }
}

/// Writes lines in one statement, whatever their number; a line that is there gets the new quantity.
pub(super) async fn put_lines(tx: &Tx, cart: CartId, lines: Vec<cart_line::Model>) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let key = [
        cart_line::Column::CartId,
        cart_line::Column::VariantId,
        cart_line::Column::AttributesKey,
    ];
    let set = OnConflict::columns(key)
        .update_column(cart_line::Column::Quantity)
        .to_owned();
    let rows = lines
        .into_iter()
        .map(|line| cart_line::Model { cart_id: cart, ..line }.into_active_model());
    cart_line::Entity::insert_many(rows)
        .on_conflict(set)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
