//! Words that tell nothing are named, and named no more.

use entity::StopWordId;
use entity::search::search_stop_word;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::db::constraint_of;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::search::merchandising::query::{StopWord, heard_in};
use crate::search::merchandising::save_synonym::{WORD_MAX, changed, may_change, tidy};

/// Stop words of a channel: every server keeps them in memory.
const STOP_WORDS_MAX: u64 = 2_000;

/// Why a stop word was not made or deleted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StopWordError {
    /// There is no such row in the channel.
    NotFound,
    /// It is empty, too long, or more than one word.
    Word,
    /// It is one already.
    Taken,
    /// It counts in every channel, and the viewer may not there.
    Everywhere,
    /// There are as many as there may be.
    TooMany,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl StopWordError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("stop-word-not-found"),
            Self::Word => message!("stop-word-one", max = WORD_MAX),
            Self::Taken => message!("stop-word-taken"),
            Self::Everywhere => message!("every-channel"),
            Self::TooMany => message!("at-most", max = STOP_WORDS_MAX),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for StopWordError {
    fn from(error: sea_orm::DbErr) -> Self {
        match constraint_of(&error).as_deref() {
            Some("uq_search_stop_word_word" | "uq_search_stop_word_channel_id_word") => Self::Taken,
            _ => Self::Fault(error.into()),
        }
    }
}

/// Leaves a word out of searches in the channel of the request, or in all.
///
/// # Errors
/// See [`StopWordError`]; nothing is made then.
pub async fn create_stop_word(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    (everywhere, word): (bool, String),
) -> Result<StopWord, StopWordError> {
    let channel = (!everywhere).then_some(scope.channel.id);
    if !may_change(scope, channel) {
        return Err(StopWordError::Everywhere);
    }
    let word = tidy(&word)
        .filter(|word| !word.contains(' '))
        .ok_or(StopWordError::Word)?;
    let tx = app.db.begin().await?;
    let heard = heard_in(search_stop_word::Column::ChannelId, scope.channel.id);
    if search_stop_word::Entity::find().filter(heard).count(&tx).await? >= STOP_WORDS_MAX {
        return Err(StopWordError::TooMany);
    }
    let row = StopWord {
        id: app.ids.new_id(),
        channel_id: channel,
        word,
        created_at: app.clock.now(),
    };
    let row = row.into_active_model().insert(&tx).await?;
    let state = json!({ "word": row.word, "inChannel": row.channel_id });
    let entry = Entry::new("searchStopWordCreate", "SearchStopWord", row.id).after(&state)?;
    audit::record(&tx, app, actor, entry).await?;
    changed(app, tx).await?;
    Ok(row)
}

/// Has a word count in searches again.
///
/// # Errors
/// See [`StopWordError`]; nothing is deleted then.
pub async fn delete_stop_word(app: &App, scope: &Scope, actor: &Actor, id: StopWordId) -> Result<(), StopWordError> {
    let tx = app.db.begin().await?;
    let row = search_stop_word::Entity::find_by_id(id)
        .filter(heard_in(search_stop_word::Column::ChannelId, scope.channel.id))
        .one(&tx)
        .await?
        .ok_or(StopWordError::NotFound)?;
    if !may_change(scope, row.channel_id) {
        return Err(StopWordError::Everywhere);
    }
    search_stop_word::Entity::delete_by_id(id).exec(&tx).await?;
    let state = json!({ "word": row.word, "inChannel": row.channel_id });
    let entry = Entry::new("searchStopWordDelete", "SearchStopWord", id).before(&state)?;
    audit::record(&tx, app, actor, entry).await?;
    changed(app, tx).await?;
    Ok(())
}
