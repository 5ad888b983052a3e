//! Synonyms are made, changed, deleted. Those of one channel are its own; those of all take the permission everywhere.

use std::collections::BTreeSet;

use entity::search::search_synonym::{self, SynonymWords};
use entity::{ChannelId, SynonymId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::enqueue_unless_waiting;
use crate::platform::locale::{Message, message};
use crate::platform::permission::Permission;
use crate::search::jobs::TeachWords;
use crate::search::merchandising::query::{Synonym, heard_in};
use crate::search::merchandising::save_rule::forget_afterwards;

/// Longest word, or words in a row, in characters.
pub(super) const WORD_MAX: usize = 100;
/// Words that mean the same at most.
const WORDS_MAX: usize = 50;
/// Synonyms of a channel: every server keeps them in memory.
const SYNONYMS_MAX: u64 = 5_000;

/// Words that mean the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The word that finds the others but is not found by them; none when each finds all.
    pub word: Option<String>,
    /// The words.
    pub words: Vec<String>,
}

/// Why synonyms were not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum SynonymError {
    /// There is no such row in the channel.
    NotFound,
    /// The row is at this version.
    Stale(i32),
    /// A word is empty or too long.
    Word(&'static str),
    /// There are too few words, or too many.
    Count,
    /// It counts in every channel, and the viewer may not there.
    Everywhere,
    /// There are as many as there may be.
    TooMany,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl SynonymError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("synonym-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Word(_) => message!("name-length", max = WORD_MAX),
            Self::Count => message!("synonym-count", max = WORDS_MAX),
            Self::Everywhere => message!("every-channel"),
            Self::TooMany => message!("at-most", max = SYNONYMS_MAX),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for SynonymError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// `text` as words are kept: lower case, one space between them. None when it is empty or too long.
pub(super) fn tidy(text: &str) -> Option<String> {
    let text = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !text.is_empty() && text.chars().count() <= WORD_MAX && !text.chars().any(char::is_control);
    fits.then_some(text)
}

/// Whether the viewer may change what counts in `channel`, or in all.
pub(super) fn may_change(scope: &Scope, channel: Option<ChannelId>) -> bool {
    channel.is_some() || scope.viewer.may_everywhere(Permission::SearchWrite)
}

fn checked(words: Words) -> Result<(Option<String>, SynonymWords), SynonymError> {
    let word = match words.word {
        Some(word) => Some(tidy(&word).ok_or(SynonymError::Word("word"))?),
        None => None,
    };
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for text in words.words {
        let text = tidy(&text).ok_or(SynonymError::Word("words"))?;
        if word.as_ref() != Some(&text) && seen.insert(text.clone()) {
            kept.push(text);
        }
    }
    let least = if word.is_some() { 1 } else { 2 };
    if !(least..=WORDS_MAX).contains(&kept.len()) {
        return Err(SynonymError::Count);
    }
    Ok((word, SynonymWords(kept)))
}

fn written(row: &Synonym) -> Value {
    json!({ "word": row.word, "words": row.words.0, "inChannel": row.channel_id })
}

/// Makes words mean the same in the channel of the request, or in all.
///
/// # Errors
/// See [`SynonymError`]; nothing is made then.
pub async fn create_synonym(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    (action, everywhere, words): (&'static str, bool, Words),
) -> Result<Synonym, SynonymError> {
    let channel = (!everywhere).then_some(scope.channel.id);
    if !may_change(scope, channel) {
        return Err(SynonymError::Everywhere);
    }
    let (word, words) = checked(words)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let there = search_synonym::Entity::find()
        .filter(heard_in(search_synonym::Column::ChannelId, scope.channel.id))
        .count(&tx)
        .await?;
    if there >= SYNONYMS_MAX {
        return Err(SynonymError::TooMany);
    }
    let row = Synonym {
        id: app.ids.new_id(),
        channel_id: channel,
        word,
        words,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let row = row.into_active_model().insert(&tx).await?;
    let entry = Entry::new(action, "SearchSynonym", row.id).after(&written(&row))?;
    audit::record(&tx, app, actor, entry).await?;
    changed(app, tx).await?;
    Ok(row)
}

/// Replaces words that mean the same.
///
/// # Errors
/// See [`SynonymError`]; nothing is changed then.
pub async fn update_synonym(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    (id, expected, words): (SynonymId, Option<i32>, Words),
) -> Result<Synonym, SynonymError> {
    use search_synonym::Column;
    let (word, words) = checked(words)?;
    let tx = app.db.begin().await?;
    let mut update = search_synonym::Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id));
    if let Some(expected) = expected {
        update = update.filter(Column::Version.eq(expected));
    }
    let found = update.exec(&tx).await?.rows_affected;
    let before = one(&tx, scope, id).await?;
    if found == 0 {
        return Err(SynonymError::Stale(before.version));
    }
    if !may_change(scope, before.channel_id) {
        return Err(SynonymError::Everywhere);
    }
    let mut row = before.clone();
    (row.word, row.words, row.updated_at) = (word, words, app.clock.now());
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let entry = Entry::new("searchSynonymUpdate", "SearchSynonym", id)
        .before(&written(&before))?
        .after(&written(&row))?;
    audit::record(&tx, app, actor, entry).await?;
    changed(app, tx).await?;
    Ok(row)
}

/// Has words mean the same no more.
///
/// # Errors
/// See [`SynonymError`]; nothing is deleted then.
pub async fn delete_synonym(app: &App, scope: &Scope, actor: &Actor, id: SynonymId) -> Result<(), SynonymError> {
    let tx = app.db.begin().await?;
    let row = one(&tx, scope, id).await?;
    if !may_change(scope, row.channel_id) {
        return Err(SynonymError::Everywhere);
    }
    search_synonym::Entity::delete_by_id(id).exec(&tx).await?;
    let entry = Entry::new("searchSynonymDelete", "SearchSynonym", id).before(&written(&row))?;
    audit::record(&tx, app, actor, entry).await?;
    changed(app, tx).await?;
    Ok(())
}

async fn one(tx: &Tx, scope: &Scope, id: SynonymId) -> Result<Synonym, SynonymError> {
    let row = search_synonym::Entity::find_by_id(id)
        .filter(heard_in(search_synonym::Column::ChannelId, scope.channel.id))
        .one(tx)
        .await?;
    row.ok_or(SynonymError::NotFound)
}

/// Commits a change of what words mean: searches of this process know it at once, the engine soon.
pub(super) async fn changed(app: &App, tx: Tx) -> Result<()> {
    enqueue_unless_waiting(&tx, &TeachWords {}).await?;
    forget_afterwards(app, &tx);
    Ok(tx.commit().await?)
}
