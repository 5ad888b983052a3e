//! What staff asks of the searches of a channel. Everything is read from the counts of days.

use chrono::{DateTime, TimeDelta, Utc};
use entity::search::{search_position_day, search_query_day, search_reformulation_day, search_synonym};
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use crate::channel::Scope;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};
use crate::search::insight::{WITHHELD, begin_of, day_of};
use crate::search::merchandising::heard_in;

/// Searches that a query must have had before few clicks mean anything.
const LOW_CLICK_SEARCHES: i64 = 10;
/// Of so many searches one at most led to a click.
const LOW_CLICK_SHARE: i64 = 10;
/// Visits that must have made the same change before it is suggested.
pub(super) const SUPPORT_MIN: i64 = 3;
/// Changes that are read at once.
const CHANGES: usize = 200;
/// Days that a report covers at most.
pub const DAYS_MAX: i32 = 400;

/// Days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    first: i32,
    last: i32,
}

impl Period {
    /// The days, in UTC, that lie between two moments; the last 30 when nothing is said. None when it would end before it
    /// begins, or is too long.
    pub fn new(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Self> {
        let last = day_of(to.unwrap_or(now));
        let first = from.map_or(last - 29, day_of);
        (first <= last && last - first < DAYS_MAX).then_some(Self { first, last })
    }

    /// When it begins.
    pub fn begin(self) -> DateTime<Utc> {
        begin_of(self.first)
    }

    /// When it ends.
    pub fn end(self) -> DateTime<Utc> {
        begin_of(self.last) + TimeDelta::days(1)
    }
}

/// What queries are looked at for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// Those that are made most.
    #[default]
    Top,
    /// Those that find nothing, the most frequent first.
    Empty,
    /// Those whose hits are not opened, the most frequent first.
    LowClick,
}

/// What was counted of all queries of a period.
#[derive(Clone, Debug, Default, PartialEq, FromQueryResult)]
pub struct Totals {
    /// Searches, without later pages.
    pub searches: i64,
    /// Searches that a plainer part answered.
    pub degraded: i64,
    /// Searches without a hit.
    pub empty: i64,
    /// Searches of which a hit was opened.
    pub clicked: i64,
    /// Hits that were opened.
    pub clicks: i64,
    /// Opened hits whose position is known.
    pub placed: i64,
    /// Sum of their positions.
    pub places: i64,
    /// Hits that were put into a cart.
    pub carts: i64,
    /// Hits that were bought.
    pub orders: i64,
}

/// What was counted of a query in a period.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct QueryStats {
    /// The query.
    pub query: String,
    /// What the list is sorted by.
    pub weight: i64,
    /// The counts.
    #[sea_orm(nested)]
    pub totals: Totals,
}

impl Totals {
    /// Part of the searches of which a hit was opened.
    pub fn click_through_rate(&self) -> Option<f64> {
        (self.searches > 0).then(|| self.clicked as f64 / self.searches as f64)
    }

    /// Where the opened hits stood.
    pub fn average_position(&self) -> Option<f64> {
        (self.placed > 0).then(|| self.places as f64 / self.placed as f64)
    }
}

/// Words that may mean the same.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Suggestion {
    /// What led to nothing.
    pub given_up: String,
    /// What led to a click.
    pub found_by: String,
    /// Visits that went from the one to the other.
    pub sessions: i64,
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

fn sum(column: search_query_day::Column) -> SimpleExpr {
    Expr::col(column).sum()
}

/// The same as a number that is read: sums of large numbers have no end in PostgreSQL.
fn number(sum: SimpleExpr) -> SimpleExpr {
    sum.cast_as("BIGINT")
}

/// The counts of searches with words.
fn counts(scope: &Scope, period: Period) -> Select<search_query_day::Entity> {
    use search_query_day::Column;
    let mut select = search_query_day::Entity::find()
        .select_only()
        .filter(Column::ChannelId.eq(scope.channel.id))
        .filter(Column::Day.between(period.first, period.last))
        .filter(Column::Query.ne(""));
    let columns = [
        (Column::Searches, "searches"),
        (Column::Degraded, "degraded"),
        (Column::Empty, "empty"),
        (Column::Clicked, "clicked"),
        (Column::Clicks, "clicks"),
        (Column::Placed, "placed"),
        (Column::Places, "places"),
        (Column::Carts, "carts"),
        (Column::Orders, "orders"),
    ];
    for (column, name) in columns {
        let none_is_nothing = Func::coalesce([sum(column), Expr::val(0_i64)]).into();
        select = select.expr_as(number(none_is_nothing), name);
    }
    select
}

/// What all searches with words of a period came to.
///
/// # Errors
/// Those of the database.
pub async fn totals(db: &impl ConnectionTrait, scope: &Scope, period: Period) -> Result<Totals> {
    let row = counts(scope, period).into_model::<Totals>().one(db).await?;
    Ok(row.unwrap_or_default())
}

/// What the list of a focus is sorted by.
fn weight(focus: Focus) -> SimpleExpr {
    use search_query_day::Column;
    match focus {
        Focus::Top => sum(Column::Searches),
        Focus::Empty => sum(Column::Empty),
        Focus::LowClick => sum(Column::Searches).sub(sum(Column::Empty)).sub(sum(Column::Clicked)),
    }
}

fn grouped(scope: &Scope, (period, focus): (Period, Focus)) -> Select<search_query_day::Entity> {
    use search_query_day::Column;
    let select = counts(scope, period)
        .column(Column::Query)
        .expr_as(number(weight(focus)), "weight")
        .filter(Column::Query.ne(WITHHELD))
        .group_by(Column::Query)
        .having(weight(focus).gt(0));
    match focus {
        Focus::Top | Focus::Empty => select,
        Focus::LowClick => select
            .having(sum(Column::Searches).gte(LOW_CLICK_SEARCHES))
            .having(sum(Column::Clicked).mul(LOW_CLICK_SHARE).lte(sum(Column::Searches))),
    }
}

/// A page of the queries of a period. Queries whose words were not kept are counted in the totals alone.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn queries(
    db: &impl ConnectionTrait,
    scope: &Scope,
    of: (Period, Focus),
    args: &PageArgs,
) -> Result<Page<QueryStats>, ListError> {
    use search_query_day::Column;
    let (period, focus) = of;
    let tag = format!("search_queries:{}:{focus:?}:{period:?}", scope.channel.slug);
    let mut select = grouped(scope, of);
    if let Some((than, behind)) = args.after_key::<(i64, String)>(&tag)? {
        let same = weight(focus).eq(than).and(Column::Query.gt(behind));
        select = select.having(weight(focus).lt(than).or(same));
    }
    let rows = select
        .order_by(weight(focus), Order::Desc)
        .order_by_asc(Column::Query)
        .limit(args.first as u64 + 1)
        .into_model::<QueryStats>()
        .all(db)
        .await?;
    Ok(Page::from_rows(args, &tag, rows, |row| (row.weight, row.query.clone())))
}

/// How many queries the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count_queries(db: &impl ConnectionTrait, scope: &Scope, of: (Period, Focus)) -> Result<i64> {
    let count = grouped(scope, of).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// How often hits were opened by position, from 1; those behind the hundredth count together as 101.
///
/// # Errors
/// Those of the database.
pub async fn positions(db: &impl ConnectionTrait, scope: &Scope, period: Period) -> Result<Vec<(i32, i64)>> {
    use search_position_day::Column;
    Ok(search_position_day::Entity::find()
        .select_only()
        .column(Column::Position)
        .expr(number(Expr::col(Column::Clicks).sum()))
        .filter(Column::ChannelId.eq(scope.channel.id))
        .filter(Column::Day.between(period.first, period.last))
        .group_by(Column::Position)
        .order_by_asc(Column::Position)
        .into_tuple()
        .all(db)
        .await?)
}

/// Words that visits gave up for others which led to a click, most frequent first; not those that staff has made
/// synonyms of already.
///
/// # Errors
/// Those of the database.
pub async fn suggestions(
    db: &impl ConnectionTrait,
    scope: &Scope,
    period: Period,
    limit: usize,
) -> Result<Vec<Suggestion>> {
    let heard = heard_in(search_synonym::Column::ChannelId, scope.channel.id);
    let synonyms = search_synonym::Entity::find().filter(heard).all(db).await?;
    let known = |suggestion: &Suggestion| {
        synonyms.iter().any(|row| {
            let holds = |word: &String| row.words.0.contains(word) || row.word.as_ref() == Some(word);
            holds(&suggestion.given_up) && holds(&suggestion.found_by)
        })
    };
    let mut found = Vec::new();
    let mut behind: Option<Suggestion> = None;
    // The most frequent are those that staff has dealt with: as many are read as it takes.
    while found.len() < limit {
        let changes = changes(db, scope, period, behind.as_ref()).await?;
        let more = changes.len() == CHANGES;
        behind = changes.last().cloned();
        found.extend(changes.into_iter().filter(|change| !known(change)));
        if !more {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}

/// The next changes that enough visits made, most frequent first.
async fn changes(
    db: &impl ConnectionTrait,
    scope: &Scope,
    period: Period,
    behind: Option<&Suggestion>,
) -> Result<Vec<Suggestion>> {
    use search_reformulation_day::Column;
    let visits = Expr::col(Column::Sessions).sum();
    let mut select = search_reformulation_day::Entity::find()
        .select_only()
        .columns([Column::GivenUp, Column::FoundBy])
        .expr_as(number(visits.clone()), "sessions")
        .filter(Column::ChannelId.eq(scope.channel.id))
        .filter(Column::Day.between(period.first, period.last))
        .group_by(Column::GivenUp)
        .group_by(Column::FoundBy)
        .having(visits.clone().gte(SUPPORT_MIN));
    if let Some(last) = behind {
        let words = Column::GivenUp.gt(last.given_up.as_str()).or(Column::GivenUp
            .eq(last.given_up.as_str())
            .and(Column::FoundBy.gt(last.found_by.as_str())));
        let same = visits.clone().eq(last.sessions).and(words);
        select = select.having(visits.clone().lt(last.sessions).or(same));
    }
    Ok(select
        .order_by(visits, Order::Desc)
        .order_by_asc(Column::GivenUp)
        .order_by_asc(Column::FoundBy)
        .limit(CHANGES as u64)
        .into_model::<Suggestion>()
        .all(db)
        .await?)
}

/// Visits that gave up one text for the other, as far as counts are kept.
///
/// # Errors
/// Those of the database.
pub(super) async fn support(
    db: &impl ConnectionTrait,
    scope: &Scope,
    (given_up, found_by): (&str, &str),
    now: DateTime<Utc>,
) -> Result<i64> {
    use search_reformulation_day::Column;
    let visits: Option<Option<i64>> = search_reformulation_day::Entity::find()
        .select_only()
        .expr(number(Expr::col(Column::Sessions).sum()))
        .filter(Column::ChannelId.eq(scope.channel.id))
        .filter(Column::Day.gt(day_of(now) - DAYS_MAX))
        .filter(Column::GivenUp.eq(given_up))
        .filter(Column::FoundBy.eq(found_by))
        .into_tuple()
        .one(db)
        .await?;
    Ok(visits.flatten().unwrap_or_default())
}
