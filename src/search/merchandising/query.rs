//! Reads for staff: what counts in the channel of the request.

use entity::search::merchandising_rule::{self, RuleAction};
use entity::search::{search_stop_word, search_synonym};
use entity::{CategoryId, ChannelId, CollectionId, MerchandisingRuleId, StopWordId, SynonymId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::channel::Scope;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};
use crate::search::merchandising::rule::plain;

/// A rule.
pub type Rule = merchandising_rule::Model;
/// Words that mean the same.
pub type Synonym = search_synonym::Model;
/// A word that tells nothing.
pub type StopWord = search_stop_word::Model;

/// Which rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFilter {
    /// About this query.
    pub query: Option<String>,
    /// About this category.
    pub category: Option<CategoryId>,
    /// About this collection.
    pub collection: Option<CollectionId>,
    /// That do this.
    pub action: Option<RuleAction>,
    /// That are enabled, or are not.
    pub enabled: Option<bool>,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for ListError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// What counts in `channel`: its own, and what counts in all.
pub(in crate::search) fn heard_in(column: impl ColumnTrait, channel: ChannelId) -> Condition {
    Condition::any().add(column.eq(channel)).add(column.is_null())
}

/// The rule `id` of the channel.
///
/// # Errors
/// Those of the database.
pub async fn rule(db: &impl ConnectionTrait, scope: &Scope, id: MerchandisingRuleId) -> Result<Option<Rule>> {
    Ok(merchandising_rule::Entity::find_by_id(id)
        .filter(merchandising_rule::Column::ChannelId.eq(scope.channel.id))
        .one(db)
        .await?)
}

fn filtered(scope: &Scope, filter: &RuleFilter) -> sea_orm::Select<merchandising_rule::Entity> {
    use merchandising_rule::Column;
    let mut all = Condition::all().add(Column::ChannelId.eq(scope.channel.id));
    if let Some(query) = &filter.query {
        all = all.add(Column::Query.eq(plain(query)));
    }
    if let Some(category) = filter.category {
        all = all.add(Column::CategoryId.eq(category));
    }
    if let Some(collection) = filter.collection {
        all = all.add(Column::CollectionId.eq(collection));
    }
    if let Some(action) = filter.action {
        all = all.add(Column::Action.eq(action));
    }
    if let Some(enabled) = filter.enabled {
        all = all.add(Column::Enabled.eq(enabled));
    }
    merchandising_rule::Entity::find().filter(all)
}

/// A page of the rules of the channel, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn rules(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &RuleFilter,
    args: &PageArgs,
) -> Result<Page<Rule>, ListError> {
    let tag = format!("merchandising_rules:{}", scope.channel.slug);
    let mut select = filtered(scope, filter)
        .order_by_desc(merchandising_rule::Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<MerchandisingRuleId>(&tag)? {
        select = select.filter(merchandising_rule::Column::Id.lt(id));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, &tag, rows, |row| row.id))
}

/// How many rules the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count_rules(db: &impl ConnectionTrait, scope: &Scope, filter: &RuleFilter) -> Result<i64> {
    let count = filtered(scope, filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A page of the synonyms that count in the channel, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn synonyms(db: &impl ConnectionTrait, scope: &Scope, args: &PageArgs) -> Result<Page<Synonym>, ListError> {
    use search_synonym::Column;
    let tag = format!("search_synonyms:{}", scope.channel.slug);
    let mut select = search_synonym::Entity::find()
        .filter(heard_in(Column::ChannelId, scope.channel.id))
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<SynonymId>(&tag)? {
        select = select.filter(Column::Id.lt(id));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, &tag, rows, |row| row.id))
}

/// How many synonyms count in the channel.
///
/// # Errors
/// Those of the database.
pub async fn count_synonyms(db: &impl ConnectionTrait, scope: &Scope) -> Result<i64> {
    let count = search_synonym::Entity::find()
        .filter(heard_in(search_synonym::Column::ChannelId, scope.channel.id))
        .count(db)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A page of the stop words that count in the channel, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn stop_words(
    db: &impl ConnectionTrait,
    scope: &Scope,
    args: &PageArgs,
) -> Result<Page<StopWord>, ListError> {
    use search_stop_word::Column;
    let tag = format!("search_stop_words:{}", scope.channel.slug);
    let mut select = search_stop_word::Entity::find()
        .filter(heard_in(Column::ChannelId, scope.channel.id))
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<StopWordId>(&tag)? {
        select = select.filter(Column::Id.lt(id));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, &tag, rows, |row| row.id))
}

/// How many stop words count in the channel.
///
/// # Errors
/// Those of the database.
pub async fn count_stop_words(db: &impl ConnectionTrait, scope: &Scope) -> Result<i64> {
    let count = search_stop_word::Entity::find()
        .filter(heard_in(search_stop_word::Column::ChannelId, scope.channel.id))
        .count(db)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
