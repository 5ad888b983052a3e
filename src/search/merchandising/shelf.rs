//! What searches need to know of staff's wishes, kept in the process.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use entity::ChannelId;
use entity::search::{merchandising_rule, search_popular, search_stop_word, search_synonym};
use parking_lot::RwLock;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::platform::error::Result;
use crate::search::language::Language;
use crate::search::merchandising::query::heard_in;
use crate::search::words::Vocabulary;

/// After how long the database is asked again: the longest time that another process's change stays unseen.
const FRESH: Duration = Duration::from_secs(5);

/// What is known of a channel.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Its rules that are enabled, whenever they count.
    pub rules: Vec<merchandising_rule::Model>,
    /// What words mean.
    pub words: Arc<Vocabulary>,
    /// Popular queries, best first.
    pub popular: Vec<String>,
}

struct Entry {
    known: Arc<Known>,
    read: Instant,
    asked: bool,
}

/// What is known, by channel. A search never waits for it but for the first of a channel: what is old is read again
/// beside the requests.
#[derive(Default)]
pub struct Shelf {
    of: RwLock<HashMap<ChannelId, Entry>>,
    first: tokio::sync::Mutex<()>,
    /// Counts what made the shelf forget, so that what was read before is not put on it.
    era: AtomicU64,
}

impl Shelf {
    /// What is known of `channel`.
    ///
    /// # Errors
    /// Those of the database, when nothing is known yet.
    pub async fn get(&self, app: &App, channel: ChannelId) -> Result<Arc<Known>> {
        if let Some(known) = self.peek(app, channel) {
            return Ok(known);
        }
        let _one = self.first.lock().await;
        if let Some(known) = self.peek(app, channel) {
            return Ok(known);
        }
        let era = self.era.load(Ordering::Acquire);
        let known = Arc::new(load(app, channel).await?);
        self.put(channel, Arc::clone(&known), era);
        Ok(known)
    }

    fn peek(&self, app: &App, channel: ChannelId) -> Option<Arc<Known>> {
        let known = {
            let of = self.of.read();
            let entry = of.get(&channel)?;
            if entry.asked || entry.read.elapsed() < FRESH {
                return Some(Arc::clone(&entry.known));
            }
            Arc::clone(&entry.known)
        };
        let mut of = self.of.write();
        let entry = of.get_mut(&channel)?;
        if !std::mem::replace(&mut entry.asked, true) {
            let (app, era) = (app.clone(), self.era.load(Ordering::Acquire));
            tokio::spawn(async move {
                let shelf = app.search.shelf();
                match load(&app, channel).await {
                    Ok(known) => shelf.put(channel, Arc::new(known), era),
                    Err(error) => {
                        tracing::warn!(%error, "merchandising rules were not read, those of before go on");
                        shelf.later(channel);
                    }
                }
            });
        }
        Some(known)
    }

    fn put(&self, channel: ChannelId, known: Arc<Known>, era: u64) {
        let mut of = self.of.write();
        if self.era.load(Ordering::Acquire) == era {
            let entry = Entry {
                known,
                read: Instant::now(),
                asked: false,
            };
            of.insert(channel, entry);
        }
    }

    fn later(&self, channel: ChannelId) {
        if let Some(entry) = self.of.write().get_mut(&channel) {
            entry.asked = false;
            entry.read = Instant::now();
        }
    }

    /// Forgets everything, after a change.
    pub fn clear(&self) {
        let mut of = self.of.write();
        self.era.fetch_add(1, Ordering::AcqRel);
        of.clear();
    }
}

async fn load(app: &App, channel: ChannelId) -> Result<Known> {
    let db = &app.db;
    let channels = app.channels.all(db).await?;
    let slug = channels
        .iter()
        .find(|known| known.id == channel)
        .map(|known| known.slug.as_str());
    let language = Language::of_channel(&app.config.catalogue.languages, slug.unwrap_or_default());
    let rules = merchandising_rule::Entity::find()
        .filter(merchandising_rule::Column::ChannelId.eq(channel))
        .filter(merchandising_rule::Column::Enabled.eq(true))
        .all(db)
        .await?;
    let popular = search_popular::Entity::find()
        .filter(search_popular::Column::ChannelId.eq(channel))
        .order_by_asc(search_popular::Column::Position)
        .all(db)
        .await?;
    Ok(Known {
        rules,
        words: Arc::new(vocabulary(db, channel, language).await?),
        popular: popular.into_iter().map(|row| row.query).collect(),
    })
}

/// What words of `language` mean in `channel`.
///
/// # Errors
/// Those of the database.
pub async fn vocabulary(db: &impl ConnectionTrait, channel: ChannelId, language: Language) -> Result<Vocabulary> {
    let synonyms = search_synonym::Entity::find().filter(heard_in(search_synonym::Column::ChannelId, channel));
    let stop_words = search_stop_word::Entity::find().filter(heard_in(search_stop_word::Column::ChannelId, channel));
    let mut words = Vocabulary::of(language);
    for row in stop_words.all(db).await? {
        words.stop(&row.word);
    }
    for row in synonyms.all(db).await? {
        match &row.word {
            None => words.equal(&row.words.0),
            Some(word) => row.words.0.iter().for_each(|other| words.instead(word, other)),
        }
    }
    Ok(words)
}
