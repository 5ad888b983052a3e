//! What channels show of products, in the memory of the process, so that a list that is asked for often waits for nobody.
//!
//! An entry is used for [`USED`]. From [`FRESH`] on, whoever uses it has it read again behind their back. A change in this
//! process is seen at once, because it takes the entry away; one of another process is seen when it was read again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::catalog::variant;
use entity::{ChannelId, ProductId, VariantId};
use parking_lot::RwLock;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::channel::Channel;
use crate::platform::db::{Tx, any_of};
use crate::platform::error::Result;
use crate::recommendation::query;
use crate::recommendation::slot::Shown;

/// How old an entry may be before it is read again, behind whoever uses it.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// How old an entry may be at most.
const USED: TimeDelta = TimeDelta::minutes(1);
/// Products that are read at once, and those of a channel that are read before anybody asks.
const PAGE: usize = 500;
const AHEAD: usize = 50_000;
/// Entries at most.
const ENTRIES: usize = 500_000;
/// Changes that are remembered while something is read.
const CHANGES: usize = 10_000;

/// What channels show of products, and who reads it again. Cheap to clone.
#[derive(Clone, Default)]
pub struct Assortment(Arc<RwLock<Held>>, Arc<tokio::sync::Mutex<()>>);

#[derive(Default)]
struct Held {
    channels: HashMap<ChannelId, HashMap<ProductId, Entry>>,
    entries: usize,
    changes: Changes,
}

struct Entry {
    /// None where the channel does not show it.
    shown: Option<Shown>,
    read_at: DateTime<Utc>,
}

/// The products that changed last, so that what was read before is not taken for what is there now.
#[derive(Default)]
struct Changes {
    last: u64,
    products: VecDeque<ProductId>,
}

impl Changes {
    fn note(&mut self, products: &[ProductId]) {
        self.last += products.len() as u64;
        self.products.extend(products);
        let over = self.products.len().saturating_sub(CHANGES);
        self.products.drain(..over);
    }

    /// The products that changed after the change with the number `since`; none when that is not known any more.
    fn since(&self, since: u64) -> Option<HashSet<ProductId>> {
        let changed = usize::try_from(self.last - since).ok()?;
        let from = self.products.len().checked_sub(changed)?;
        Some(self.products.range(from..).copied().collect())
    }
}

impl Held {
    fn keep(&mut self, channel: ChannelId, read: Read<'_>) {
        // What changed meanwhile may have been read as it was.
        let Some(changed) = self.changes.since(read.since) else {
            return;
        };
        self.make_room(read.products.len(), read.at);
        let entries = self.channels.entry(channel).or_default();
        for product in read.products.iter().filter(|product| !changed.contains(product)) {
            let entry = Entry {
                shown: read.shown.get(product).copied(),
                read_at: read.at,
            };
            self.entries += usize::from(entries.insert(*product, entry).is_none());
        }
    }

    fn make_room(&mut self, more: usize, now: DateTime<Utc>) {
        if self.entries + more <= ENTRIES {
            return;
        }
        for entries in self.channels.values_mut() {
            entries.retain(|_, entry| now - entry.read_at < USED);
        }
        self.entries = self.channels.values().map(HashMap::len).sum();
        if self.entries + more > ENTRIES {
            self.channels.clear();
            self.entries = 0;
        }
    }
}

/// What was read of `products`, at which time and after which change.
struct Read<'a> {
    products: &'a [ProductId],
    shown: &'a HashMap<ProductId, Shown>,
    at: DateTime<Utc>,
    since: u64,
}

impl Assortment {
    /// Takes `products` away when `tx` has become true.
    pub(super) fn forget_with(&self, tx: &Tx, products: Vec<ProductId>) {
        let held = Arc::clone(&self.0);
        tx.afterwards(move || {
            let held = &mut *held.write();
            held.changes.note(&products);
            for entries in held.channels.values_mut() {
                let gone = products.iter().filter(|product| entries.remove(product).is_some());
                held.entries -= gone.count();
            }
        });
    }

    /// The same for the products of `variants`.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn forget_variants_with(&self, tx: &Tx, variants: &[VariantId]) -> Result<()> {
        let products = variant::Entity::find()
            .select_only()
            .column(variant::Column::ProductId)
            .distinct()
            .filter(any_of(tx, variant::Column::Id, variants))
            .into_tuple()
            .all(tx)
            .await?;
        self.forget_with(tx, products);
        Ok(())
    }

    async fn read(&self, app: &App, channel: &Channel, products: &[ProductId]) -> Result<HashMap<ProductId, Shown>> {
        let (at, since) = (app.clock.now(), self.0.read().changes.last);
        let shown = query::shown(app, channel, products).await?;
        let read = Read {
            products,
            shown: &shown,
            at,
            since,
        };
        self.0.write().keep(channel.id, read);
        Ok(shown)
    }
}

/// What the channel shows of `products`, from memory; in one statement what is not there.
///
/// # Errors
/// Those of the database.
pub(super) async fn shown(
    app: &App,
    channel: &Arc<Channel>,
    products: &[ProductId],
) -> Result<HashMap<ProductId, Shown>> {
    let assortment = &app.recommender.assortment;
    let now = app.clock.now();
    let (mut found, mut missing, mut old) = (HashMap::with_capacity(products.len()), Vec::new(), Vec::new());
    {
        let held = assortment.0.read();
        let entries = held.channels.get(&channel.id);
        for product in products {
            match entries.and_then(|entries| entries.get(product)) {
                Some(entry) if now - entry.read_at < USED => {
                    found.extend(entry.shown.map(|shown| (*product, shown)));
                    if now - entry.read_at >= FRESH {
                        old.push(*product);
                    }
                }
                _ => missing.push(*product),
            }
        }
    }
    if !missing.is_empty() {
        found.extend(assortment.read(app, channel, &missing).await?);
    }
    if !old.is_empty() {
        read_behind(app, channel, old);
    }
    Ok(found)
}

/// Reads what each channel shows of `products`, before anybody asks.
///
/// # Errors
/// Those of the database.
pub(super) async fn read_ahead(app: &App, products: &[ProductId]) -> Result<()> {
    let channels = app.channels.all(&app.db).await?;
    let most = AHEAD.min(ENTRIES / channels.len().max(1));
    let products = &products[..products.len().min(most)];
    for channel in channels.iter() {
        for page in products.chunks(PAGE) {
            app.recommender.assortment.read(app, channel, page).await?;
        }
    }
    Ok(())
}

/// Reads `products` again, one such reading at a time: whoever comes meanwhile has theirs read by a later list.
fn read_behind(app: &App, channel: &Arc<Channel>, products: Vec<ProductId>) {
    let Ok(turn) = Arc::clone(&app.recommender.assortment.1).try_lock_owned() else {
        return;
    };
    let (app, channel) = (app.clone(), Arc::clone(channel));
    tokio::spawn(async move {
        let _turn = turn;
        if let Err(error) = app.recommender.assortment.read(&app, &channel, &products).await {
            tracing::warn!(%error, "recommendations go on with what is in memory");
        }
    });
}
