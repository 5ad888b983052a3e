//! Relay connections.

use async_graphql::{Context, ObjectType, OutputType, Result, SimpleObject, TypeName};

use crate::platform::page::Page;

/// Where a page stands in its list.
#[derive(SimpleObject, Clone, Debug)]
pub struct PageInfo {
    /// Whether more rows follow.
    pub has_next_page: bool,
    /// Whether the page started behind a cursor.
    pub has_previous_page: bool,
    /// Cursor of the first row.
    pub start_cursor: Option<String>,
    /// Cursor of the last row: pass it as `after` for the next page.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// The place of `page`.
    pub fn of<T>(page: &Page<T>) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.rows.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: page.rows.last().map(|(cursor, _)| cursor.clone()),
        }
    }
}

/// Counts the rows of a list, when somebody asks.
#[async_trait::async_trait]
pub trait Count: Send + Sync {
    /// The number of rows of the whole list.
    async fn count(&self, ctx: &Context<'_>) -> Result<i64>;
}

/// A list that is all in memory.
pub struct Known(pub usize);

#[async_trait::async_trait]
impl Count for Known {
    async fn count(&self, _: &Context<'_>) -> Result<i64> {
        Ok(i64::try_from(self.0)?)
    }
}

/// A page of a list. `T` is the node.
pub struct Connection<T> {
    rows: Vec<(String, T)>,
    info: PageInfo,
    counter: Box<dyn Count>,
}

impl<T> Connection<T> {
    /// A page as a connection.
    pub fn new<R>(page: Page<R>, wrap: impl Fn(R) -> T, counter: impl Count + 'static) -> Self {
        let info = PageInfo::of(&page);
        Self {
            rows: page.map(wrap).rows,
            info,
            counter: Box::new(counter),
        }
    }
}

/// A row of a list with its cursor.
pub struct Edge<'a, T> {
    cursor: &'a str,
    node: &'a T,
}

impl<T: OutputType> TypeName for Edge<'_, T> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        format!("{}Edge", <T as OutputType>::type_name()).into()
    }
}

/// A row of a list with its cursor.
#[async_graphql::Object(name_type)]
impl<T: OutputType + ObjectType> Edge<'_, T> {
    /// Names the row: pass it as `after` to start behind it.
    async fn cursor(&self) -> &str {
        self.cursor
    }

    /// The row.
    async fn node(&self) -> &T {
        self.node
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        format!("{}Connection", <T as OutputType>::type_name()).into()
    }
}

/// A page of a list.
#[async_graphql::Object(name_type)]
impl<T: OutputType + ObjectType> Connection<T> {
    /// The rows with their cursors.
    async fn edges(&self) -> Vec<Edge<'_, T>> {
        self.rows.iter().map(|(cursor, node)| Edge { cursor, node }).collect()
    }

    /// The rows.
    async fn nodes(&self) -> Vec<&T> {
        self.rows.iter().map(|(_, node)| node).collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.info
    }

    /// Rows in the whole list. Counted only when selected.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        self.counter.count(ctx).await
    }
}
