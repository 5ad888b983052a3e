//! Claims on stock: reserved while a payment runs, allocated once there is an order. Every function joins the
//! transaction of its caller. Rows are touched in the order of their keys, so that deadlocks are rare (a claim that also
//! sweeps what has lapsed may meet another one); callers try again when the database asks for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::inventory::stock_movement::MovementKind;
use entity::inventory::{allocation, reservation, stock_movement};
use entity::{CartId, LocationId, OrderLineId, VariantId};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::inventory::query::levels_of_variants;
use crate::inventory::shift::{Moves, shift};
use crate::platform::db::{Tx, any_of, insert_all};
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;
use crate::platform::locale::{Message, message};

/// How often a claim looks again after another one was faster.
const ATTEMPTS: usize = 3;

/// Who claims, from where, and when.
#[derive(Clone, Copy)]
pub(crate) struct Claimed<'a> {
    /// New ids.
    pub ids: &'a Ids,
    /// The time.
    pub now: DateTime<Utc>,
    /// The cart.
    pub cart: CartId,
    /// The locations of its channel, first to last.
    pub locations: &'a [LocationId],
}

/// Units of a variant that somebody wants. Only variants whose stock is tracked are claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The variant.
    pub variant: VariantId,
    /// Units, at least 1.
    pub quantity: i64,
}

/// A claim that cannot be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct Shortage {
    /// The variant.
    pub variant: VariantId,
    /// Units that can be had.
    pub available: i64,
}

impl Shortage {
    /// What it says to people.
    pub fn message(&self) -> Message {
        message!("units-left", available = self.available)
    }
}

/// Reserves all of `claims` for the cart until `expires_at`, in place of what the cart had reserved before. With a
/// shortage nothing more may be written: the caller rolls back.
pub(crate) async fn reserve(
    tx: &Tx,
    who: Claimed<'_>,
    claims: &[Claim],
    expires_at: DateTime<Utc>,
) -> Result<Result<(), Shortage>> {
    release(tx, who.now, who.cart).await?;
    let mut rows = Vec::new();
    for (variant, quantity) in by_variant(claims) {
        let parts = match take(tx, who, variant, quantity, Column::Reserved).await? {
            Ok(parts) => parts,
            Err(shortage) => return Ok(Err(shortage)),
        };
        rows.extend(parts.into_iter().map(|(location_id, quantity)| {
            reservation::Model {
                id: who.ids.new_id(),
                cart_id: who.cart,
                variant_id: variant,
                location_id,
                quantity,
                expires_at,
                created_at: who.now,
            }
            .into_active_model()
        }));
    }
    insert_all(tx, rows).await?;
    Ok(Ok(()))
}

/// An order whose lines take what its cart had reserved.
pub(crate) struct Taking<'a> {
    /// Its cart.
    pub who: Claimed<'a>,
    /// What movements say of it.
    pub reference: String,
    /// Its lines.
    pub lines: Vec<(OrderLineId, Claim)>,
}

/// What the lines of an order get of the units that their cart had reserved.
pub(crate) struct Held<'a> {
    who: Claimed<'a>,
    reference: String,
    moves: Moves,
    allocations: Vec<Allocated>,
    /// Units that the lines need beside these.
    missing: BTreeMap<VariantId, Vec<(OrderLineId, i64)>>,
}

impl Held<'_> {
    /// Whether it is all that the lines need.
    pub fn is_enough(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Units of a variant at a location, for an order line.
type Allocated = (OrderLineId, VariantId, LocationId, i64);

/// Units at their locations, by variant.
type Reserved = BTreeMap<VariantId, BTreeMap<LocationId, i64>>;

/// Ends the reservations of carts, and says which of their units the lines of their orders get. Where these are all that
/// the lines need, their allocations are put off to the commit already; [`allocate`] moves the units.
pub(crate) async fn end_reservations<'a>(tx: &Tx, orders: Vec<Taking<'a>>) -> Result<Vec<Held<'a>>> {
    let carts: Vec<CartId> = orders.iter().map(|order| order.who.cart).collect();
    let mut reserved: HashMap<CartId, Reserved> = HashMap::new();
    for row in delete_reservations(tx, any_of(tx, reservation::Column::CartId, &carts)).await? {
        let of_variant = reserved.entry(row.cart_id).or_default().entry(row.variant_id);
        *of_variant.or_default().entry(row.location_id).or_default() += row.quantity;
    }
    let held = orders.into_iter().map(|order| {
        let reserved = reserved.remove(&order.who.cart).unwrap_or_default();
        hold(tx, order, reserved)
    });
    Ok(held.collect())
}

fn hold<'a>(tx: &Tx, order: Taking<'a>, mut reserved: Reserved) -> Held<'a> {
    let Taking {
        who,
        reference,
        mut lines,
    } = order;
    // All that is held goes: what the lines need is allocated, the rest is free again.
    let mut moves: Moves = reserved
        .iter()
        .flat_map(|(variant, at)| at.iter().map(|(location, n)| ((*variant, *location), (-n, 0))))
        .collect();
    lines.sort_unstable_by_key(|(line, claim)| (claim.variant, *line));
    let mut allocations = Vec::new();
    let mut missing: BTreeMap<VariantId, Vec<(OrderLineId, i64)>> = BTreeMap::new();
    for (line, claim) in lines {
        let mut left = claim.quantity;
        for (location, reserved) in reserved.get_mut(&claim.variant).into_iter().flatten() {
            let part = Ord::min(left, *reserved);
            if part > 0 {
                *reserved -= part;
                left -= part;
                moves.entry((claim.variant, *location)).or_default().1 += part;
                allocations.push((line, claim.variant, *location, part));
            }
        }
        if left > 0 {
            missing.entry(claim.variant).or_default().push((line, left));
        }
    }
    if missing.is_empty() {
        record(tx, who, &reference, std::mem::take(&mut allocations));
    }
    Held {
        who,
        reference,
        moves,
        allocations,
        missing,
    }
}

/// Moves what is held for the lines of orders that need nothing else, each level once.
pub(crate) async fn allocate_held(tx: &Tx, now: DateTime<Utc>, held: &[Held<'_>]) -> Result<()> {
    let mut moves = Moves::new();
    for (level, (reserved, allocated)) in held.iter().flat_map(|held| &held.moves) {
        let sum = moves.entry(*level).or_default();
        sum.0 += reserved;
        sum.1 += allocated;
    }
    shift_held(tx, now, &moves).await
}

/// Allocates to the lines of an order what is `held` for them, and takes from free stock what lapsed; what the lines do
/// not need is released. With a shortage the caller rolls back.
pub(crate) async fn allocate(tx: &Tx, held: Held<'_>) -> Result<Result<(), Shortage>> {
    let Held {
        who,
        reference,
        moves,
        mut allocations,
        mut missing,
    } = held;
    // Variant by variant, so that levels are locked in the order of their keys here too.
    let held = moves.keys().map(|(variant, _)| variant);
    let variants: BTreeSet<VariantId> = held.chain(missing.keys()).copied().collect();
    for variant in variants {
        let of_variant = moves.iter().filter(|((of, _), _)| *of == variant);
        shift_held(tx, who.now, &of_variant.map(|(level, by)| (*level, *by)).collect()).await?;
        for (line, quantity) in missing.remove(&variant).unwrap_or_default() {
            match take(tx, who, variant, quantity, Column::Allocated).await? {
                Ok(parts) => allocations.extend(parts.into_iter().map(|(at, n)| (line, variant, at, n))),
                Err(shortage) => return Ok(Err(shortage)),
            }
        }
    }
    record(tx, who, &reference, allocations);
    Ok(Ok(()))
}

/// Gives back what the cart has reserved.
pub(crate) async fn release(tx: &Tx, now: DateTime<Utc>, cart: CartId) -> Result<()> {
    let rows = delete_reservations(tx, reservation::Column::CartId.eq(cart)).await?;
    give_back(
        tx,
        now,
        rows.into_iter().map(|r| (r.variant_id, r.location_id, r.quantity)),
    )
    .await
}

/// Gives back up to `limit` reservations that have lapsed; says how many there were.
pub(crate) async fn release_expired(tx: &Tx, now: DateTime<Utc>, limit: u64) -> Result<usize> {
    let lapsed: Vec<entity::ReservationId> = reservation::Entity::find()
        .select_only()
        .column(reservation::Column::Id)
        .filter(reservation::Column::ExpiresAt.lte(now))
        .order_by_asc(reservation::Column::ExpiresAt)
        .limit(limit)
        .into_tuple()
        .all(tx)
        .await?;
    if lapsed.is_empty() {
        return Ok(0);
    }
    let rows = delete_reservations(tx, any_of(tx, reservation::Column::Id, &lapsed)).await?;
    let count = rows.len();
    give_back(
        tx,
        now,
        rows.into_iter().map(|r| (r.variant_id, r.location_id, r.quantity)),
    )
    .await?;
    Ok(count)
}

fn by_variant(claims: &[Claim]) -> BTreeMap<VariantId, i64> {
    let mut wanted = BTreeMap::new();
    for claim in claims {
        *wanted.entry(claim.variant).or_insert(0) += claim.quantity;
    }
    wanted
}

/// Which claim a unit is counted under.
#[derive(Clone, Copy)]
enum Column {
    Reserved,
    Allocated,
}

/// Takes free units of a variant, from one location if one has enough, else from several. Gives what was taken where.
async fn take(
    tx: &Tx,
    who: Claimed<'_>,
    variant: VariantId,
    quantity: i64,
    column: Column,
) -> Result<Result<Vec<(LocationId, i64)>, Shortage>> {
    let (mut taken, mut missing, mut available, mut swept) = (Vec::new(), quantity, 0, false);
    for _ in 0..=ATTEMPTS {
        let free = free_units(tx, variant, who.locations).await?;
        available = quantity - missing + free.iter().map(|(_, n)| n).sum::<i64>();
        if available < quantity {
            if swept {
                break;
            }
            // Reservations whose time is up still count until somebody sweeps them: do it now, once. Finding none may
            // mean that somebody else was just giving them back and we waited for it: look again in any case.
            swept = true;
            let lapsed = reservation::Column::VariantId
                .eq(variant)
                .and(reservation::Column::ExpiresAt.lte(who.now));
            let rows = delete_reservations(tx, lapsed).await?;
            give_back(
                tx,
                who.now,
                rows.into_iter().map(|r| (r.variant_id, r.location_id, r.quantity)),
            )
            .await?;
            continue;
        }
        let parts = split(&free, missing);
        let moves = parts.iter().map(|(location, part)| {
            let by = match column {
                Column::Reserved => (*part, 0),
                Column::Allocated => (0, *part),
            };
            ((variant, *location), by)
        });
        let moved = shift(tx, who.now, &moves.collect()).await?;
        for (location, part) in parts {
            // Where somebody was faster, it is looked again.
            if moved.iter().any(|level| level.location_id == location) {
                missing -= part;
                taken.push((location, part));
            }
        }
        if missing == 0 {
            return Ok(Ok(merged(taken)));
        }
    }
    Ok(Err(Shortage {
        variant,
        available: available.clamp(0, quantity - 1),
    }))
}

fn merged(parts: Vec<(LocationId, i64)>) -> Vec<(LocationId, i64)> {
    let mut sum: BTreeMap<LocationId, i64> = BTreeMap::new();
    for (location, part) in parts {
        *sum.entry(location).or_default() += part;
    }
    sum.into_iter().collect()
}

/// Free units by location, in the order of `locations`.
async fn free_units(tx: &Tx, variant: VariantId, locations: &[LocationId]) -> Result<Vec<(LocationId, i64)>> {
    let levels = levels_of_variants(tx, &[variant])
        .await?
        .remove(&variant)
        .unwrap_or_default();
    let of: HashMap<_, _> = levels
        .iter()
        .map(|l| (l.location_id, l.on_hand - l.reserved - l.allocated))
        .collect();
    Ok(locations
        .iter()
        .filter_map(|at| of.get(at).map(|n| (*at, *n)))
        .filter(|(_, n)| *n > 0)
        .collect())
}

/// How to take `quantity` from `free`: all from the first location that has enough, else what each has, in order.
/// The parts come in the order of the location keys.
fn split(free: &[(LocationId, i64)], quantity: i64) -> Vec<(LocationId, i64)> {
    if let Some((location, _)) = free.iter().find(|(_, n)| *n >= quantity) {
        return vec![(*location, quantity)];
    }
    let mut missing = quantity;
    let mut parts = Vec::new();
    for (location, n) in free {
        let part = Ord::min(missing, *n);
        if part > 0 {
            parts.push((*location, part));
            missing -= part;
        }
    }
    parts.sort_unstable();
    parts
}

async fn delete_reservations(tx: &Tx, rule: impl sea_orm::sea_query::IntoCondition) -> Result<Vec<reservation::Model>> {
    Ok(reservation::Entity::delete_many()
        .filter(rule)
        .exec_with_returning(tx)
        .await?)
}

async fn give_back(
    tx: &Tx,
    now: DateTime<Utc>,
    units: impl Iterator<Item = (VariantId, LocationId, i64)>,
) -> Result<()> {
    let mut moves = Moves::new();
    for (variant, location, quantity) in units {
        moves.entry((variant, location)).or_default().0 -= quantity;
    }
    shift_held(tx, now, &moves).await
}

/// Moves what reservations hold, which is there.
async fn shift_held(tx: &Tx, now: DateTime<Utc>, moves: &Moves) -> Result<()> {
    let levels = shift(tx, now, moves).await?;
    if levels.len() < moves.len() {
        return Err(Fault::Invariant("a reservation without its stock"));
    }
    Ok(())
}

fn record(tx: &Tx, who: Claimed<'_>, reference: &str, allocations: Vec<Allocated>) {
    let mut rows: BTreeMap<(OrderLineId, LocationId), (VariantId, i64)> = BTreeMap::new();
    for (line, variant, location, quantity) in allocations {
        rows.entry((line, location)).or_insert((variant, 0)).1 += quantity;
    }
    let movements = rows.iter().map(|((_, location_id), (variant_id, quantity))| {
        stock_movement::Model {
            id: who.ids.new_id(),
            variant_id: *variant_id,
            location_id: *location_id,
            kind: MovementKind::Allocation,
            quantity: *quantity,
            reason: None,
            reference: Some(reference.to_owned()),
            created_at: who.now,
        }
        .into_active_model()
    });
    tx.later(movements.collect());
    let rows = rows
        .into_iter()
        .map(|((order_line_id, location_id), (variant_id, quantity))| {
            allocation::Model {
                order_line_id,
                location_id,
                variant_id,
                quantity,
            }
            .into_active_model()
        });
    tx.later(rows.collect());
}
