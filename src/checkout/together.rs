//! Checkouts that come at the same moment become orders in one transaction: what each of them reads and writes goes the
//! way to the database, and its log to the disk, with that of the others. Only those go together that need nothing but
//! the database and of which nothing is in doubt. When anything stands against one of them, nothing was written, and each
//! goes alone.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use entity::cart::cart::CartStatus;
use entity::{CartId, VariantId};

use crate::app::App;
use crate::cart::{LoadedCart, load_by_tokens_in};
use crate::checkout::complete::{CompleteCheckout, Completed, paid_by};
use crate::checkout::place::{Ready, place_all};
use crate::checkout::ready::{check, claim_of};
use crate::checkout::share::is_open;
use crate::payment::{self, Payment};
use crate::platform::crash::crash_point;
use crate::platform::error::Result;
use crate::platform::gather::Gather;
use crate::platform::idempotency;

/// Transactions at once: while the database is at one, the next is made ready.
const TURNS: usize = 2;
/// Checkouts in one transaction at most.
const MOST: usize = 32;

/// The checkouts of a process that are about to be completed.
pub struct Together(Gather<CompleteCheckout, Option<Completed>>);

impl Default for Together {
    fn default() -> Self {
        Self(Gather::new(TURNS, MOST))
    }
}

/// How long one waits to go together. Who waits longer goes alone: a row that somebody holds must not hold up all.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes an order together with others. None when that has to be done alone: nothing has happened then, or whoever asks
/// again finds the order.
pub(super) async fn complete(app: &App, command: &CompleteCheckout) -> Option<Completed> {
    let of = app.clone();
    let all = move |commands: Vec<CompleteCheckout>| async move {
        let made = make_orders(&of, &commands).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "checkouts go one by one");
            HashMap::new()
        });
        Ok(given_out(&commands, made))
    };
    let asked = tokio::time::timeout(PATIENCE, app.together.0.ask(command.clone(), all)).await;
    let completed = match asked {
        Ok(Ok(completed)) => completed,
        Ok(Err(error)) => {
            tracing::warn!(%error, "checkouts that went together broke off");
            None
        }
        Err(_) => None,
    };
    if completed.is_some() {
        idempotency::committed();
    }
    completed
}

/// To each who asked the order of their cart. Who asks for one that another has asked for goes alone, and finds it.
fn given_out(commands: &[CompleteCheckout], mut made: HashMap<String, Completed>) -> Vec<Option<Completed>> {
    commands
        .iter()
        .map(|command| made.remove(&command.cart_token))
        .collect()
}

/// The orders that were made, by the token of the cart.
async fn make_orders(app: &App, commands: &[CompleteCheckout]) -> Result<HashMap<String, Completed>> {
    let mut wanted: HashMap<&str, &CompleteCheckout> = HashMap::new();
    for command in commands {
        wanted.entry(&command.cart_token).or_insert(command);
    }
    let tokens: Vec<&str> = wanted.keys().copied().collect();
    let tx = app.db.begin().await?;
    let carts = load_by_tokens_in(app, &tx, &tokens).await?;
    let ids: Vec<CartId> = carts.iter().map(|cart| cart.row.id).collect();
    let mut live = payment::live_of_carts(&tx, &ids).await?;
    let ready = carts.into_iter().filter_map(|cart| {
        let command = wanted.get(cart.token.as_str())?;
        let live = live.remove(&cart.row.id).unwrap_or_default();
        ready(cart, live, command)
    });
    let ready: Vec<Ready> = ready.collect();
    let placed = match ready.is_empty() {
        true => None,
        false => place_all(app, &tx, ready).await?,
    };
    let Some(placed) = placed else {
        tx.rollback().await?;
        return Ok(HashMap::new());
    };
    tx.commit().await?;
    crash_point("checkout.placed");
    Ok(placed)
}

/// The cart with what pays it, when nothing is in doubt.
fn ready(mut cart: LoadedCart, live: Vec<Payment>, command: &CompleteCheckout) -> Option<Ready> {
    let total = cart.channel.money(cart.totals.total);
    let is_expected = command.expected_total.is_none_or(|expected| expected == total);
    let is_there = command
        .payment
        .is_none_or(|named| live.iter().any(|payment| payment.id == named));
    let is_known = !live.iter().any(is_open);
    if cart.row.status != CartStatus::Open || !is_expected || !is_there || !is_known || !is_reserved(&cart) {
        return None;
    }
    cart.row.customer_id = command.customer.or(cart.row.customer_id);
    check(&cart).ok()?;
    let paid = paid_by(&cart, live, command.payment, true).ok()?;
    paid.beside.is_empty().then_some(Ready { cart, paid })
}

/// Whether all that it needs of the stock is reserved for it.
fn is_reserved(cart: &LoadedCart) -> bool {
    let mut needed: BTreeMap<VariantId, i64> = BTreeMap::new();
    for claim in cart.lines.iter().filter_map(claim_of) {
        *needed.entry(claim.variant).or_default() += claim.quantity;
    }
    let reserved = |variant| cart.reserved.get(variant).copied().unwrap_or_default();
    needed.iter().all(|(variant, units)| reserved(variant) >= *units)
}
