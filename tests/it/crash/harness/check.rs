//! The gateway's books against the shop's.

use std::collections::BTreeMap;

use entity::cart::cart::{self, CartStatus};
use entity::inventory::{allocation, reservation, stock_level};
use entity::order::{order_line, orders};
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use entity::{CartId, OrderId};
use merx::app::App;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use stripe_simulator::Simulator;

/// What the shop writes into an intent, so that it finds its payment again.
const METADATA: &str = "merx_payment";

/// Holds everything that has ever happened to the promises; gives the number of orders.
///
/// # Panics
/// When one is broken.
pub async fn all(app: &App, stripe: &Simulator, seed: u64) -> usize {
    let orders = orders::Entity::find().all(&app.db).await.expect("orders");
    paid_carts_have_an_order(app, stripe, seed, &orders).await;
    nothing_is_reserved(app, seed).await;
    every_order_has_its_goods(app, seed, &orders).await;
    the_books_are_right(app, seed).await;
    orders.len()
}

async fn paid_carts_have_an_order(app: &App, stripe: &Simulator, seed: u64, orders: &[orders::Model]) {
    let books = stripe.books();
    assert_eq!(books.double_charges(), 0, "seed {seed}: an intent was charged twice");
    assert_eq!(
        books.double_payments(METADATA),
        0,
        "seed {seed}: a payment has two intents"
    );
    let payments = payment::Entity::find().all(&app.db).await.expect("payments");
    let payments: BTreeMap<String, payment::Model> = payments
        .into_iter()
        .map(|payment| (payment.id.to_string(), payment))
        .collect();
    let mut kept = BTreeMap::<OrderId, i64>::new();
    for theirs in &books.payments {
        let Some(id) = theirs.metadata.get(METADATA) else {
            // It uses up the key of a payment that never began.
            assert!(!theirs.is_live(), "seed {seed}: money of nobody: {theirs:?}");
            continue;
        };
        let ours = payments.get(id).expect("every intent has its payment");
        assert_eq!(
            theirs.captured, ours.captured_amount,
            "seed {seed}: captured of {ours:?}\n{theirs:?}"
        );
        assert_eq!(
            theirs.refunded, ours.refunded_amount,
            "seed {seed}: refunded of {ours:?}\n{theirs:?}"
        );
        assert_eq!(
            (ours.capturing_amount, ours.refunding_amount),
            (0, 0),
            "seed {seed}: under way: {ours:?}"
        );
        if theirs.is_live() {
            let order = ours
                .order_id
                .unwrap_or_else(|| panic!("seed {seed}: paid for nothing: {ours:?}\n{theirs:?}"));
            *kept.entry(order).or_default() += theirs.captured - theirs.refunded + theirs.held;
        }
    }
    let carts: Vec<CartId> = orders.iter().filter_map(|order| order.cart_id).collect();
    let mut once = carts.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), carts.len(), "seed {seed}: a cart became two orders");
    for order in orders.iter().filter(|order| order.cart_id.is_some()) {
        let paid = kept.get(&order.id).copied().unwrap_or_default();
        let is_let_go =
            |ours: &payment::Model| ours.order_id == Some(order.id) && ours.status == PaymentStatus::Cancelled;
        let due = match payments.values().any(is_let_go) {
            true => 0,
            false => order.total - order.refunded_total,
        };
        assert_eq!(paid, due, "seed {seed}: what was paid of {order:?}");
    }
    let completed = cart::Entity::find()
        .filter(cart::Column::Status.eq(CartStatus::Completed))
        .count(&app.db)
        .await
        .expect("a count");
    assert_eq!(
        completed,
        carts.len() as u64,
        "seed {seed}: a completed cart without an order"
    );
}

async fn nothing_is_reserved(app: &App, seed: u64) {
    let reservations = reservation::Entity::find().all(&app.db).await.expect("reservations");
    assert!(
        reservations.is_empty(),
        "seed {seed}: reservations leak: {reservations:?}"
    );
    let levels = stock_level::Entity::find()
        .filter(stock_level::Column::Reserved.ne(0))
        .all(&app.db)
        .await
        .expect("stock");
    assert!(levels.is_empty(), "seed {seed}: units stay reserved: {levels:?}");
}

async fn every_order_has_its_goods(app: &App, seed: u64, orders: &[orders::Model]) {
    let of_carts: Vec<OrderId> = orders
        .iter()
        .filter(|order| order.cart_id.is_some())
        .map(|order| order.id)
        .collect();
    let lines = order_line::Entity::find().all(&app.db).await.expect("lines");
    let sold: i64 = lines
        .iter()
        .filter(|line| of_carts.contains(&line.order_id))
        .map(|line| i64::from(line.quantity))
        .sum();
    let allocations = allocation::Entity::find().all(&app.db).await.expect("allocations");
    let allocated: i64 = allocations.iter().map(|allocation| allocation.quantity).sum();
    assert_eq!(allocated, sold, "seed {seed}: units allocated and sold");
    let levels = stock_level::Entity::find().all(&app.db).await.expect("stock");
    let held: i64 = levels.iter().map(|level| level.allocated).sum();
    assert_eq!(held, sold, "seed {seed}: units of the levels and sold");
}

async fn the_books_are_right(app: &App, seed: u64) {
    let violations = merx::ledger::violations(&app.db).await.expect("the books");
    assert!(
        violations.is_empty(),
        "seed {seed}: the books are wrong: {violations:?}"
    );
}
