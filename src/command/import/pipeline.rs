//! Reading ahead: rows are read and parsed on a thread of their own while the database writes.

use std::collections::HashMap;
use std::path::PathBuf;

use tokio::sync::mpsc::{Receiver, channel};

use super::report::RowError;
use super::source::{self, Row, SourceError};
use crate::platform::error::Fault;

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// What was parsed of some rows that stand together.
pub(super) struct Batch<T> {
    /// Rows of the file in it.
    pub(super) rows: u64,
    /// What they say.
    pub(super) items: Vec<Result<T, Vec<RowError>>>,
}

/// How the rows of a file become items.
pub(super) trait Parse: Send + 'static {
    /// A product or an order.
    type Item: Send;
    /// The column that all rows of an item share.
    const KEY: &'static str;
    /// Rows of a batch, more or less: a batch ends with an item.
    const ROWS: u64;
    /// What the rows of one item have in common.
    fn key<'r>(&self, row: &'r Row) -> &'r str;
    /// What the item is called in the database.
    fn name(&self, key: &str) -> String;
    /// Reads the rows of one item.
    fn parse(&self, rows: &[Row]) -> Result<Self::Item, Vec<RowError>>;
}

/// Starts reading `path`.
pub(super) fn start<P: Parse>(path: PathBuf, parse: P) -> Receiver<Result<Batch<P::Item>, Fault>> {
    let (sender, receiver) = channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut grouping = Grouping {
            parse,
            seen: HashMap::new(),
            batch: Batch {
                rows: 0,
                items: Vec::new(),
            },
        };
        let send = |batch| sender.blocking_send(Ok(batch)).is_ok();
        match grouping.read(path, send) {
            Ok(()) => {}
            // The file was sound a moment ago: somebody writes to it.
            Err(error) => {
                let _ = sender.blocking_send(Err(Fault::part("the file changed while it was imported", error)));
            }
        }
    });
    receiver
}

struct Grouping<P: Parse> {
    parse: P,
    /// The first line of each item so far, by name.
    seen: HashMap<String, u64>,
    batch: Batch<P::Item>,
}

impl<P: Parse> Grouping<P> {
    /// Ends early when `send` says that nobody listens any more.
    fn read(&mut self, path: PathBuf, send: impl Fn(Batch<P::Item>) -> bool) -> Result<(), SourceError> {
        let mut rows = source::open(&path)?;
        rows.headers().map_err(|e| source::of_csv(e, 1))?;
        let mut group: Vec<Row> = Vec::new();
        for fields in rows.into_records() {
            let fields = fields.map_err(|e| source::of_csv(e, group.last().map_or(1, |row| row.line)))?;
            let line = fields.position().map_or(0, csv::Position::line);
            let row = Row { line, fields };
            let key = self.parse.key(&row);
            // A row without a key stands alone: it is wrong, and not part of the one before.
            let same = group
                .last()
                .is_some_and(|last| !key.is_empty() && self.parse.key(last) == key);
            if !same {
                self.end(&group);
                group.clear();
                if self.batch.rows >= P::ROWS && !send(self.take()) {
                    return Ok(());
                }
            }
            group.push(row);
        }
        self.end(&group);
        send(self.take());
        Ok(())
    }

    fn take(&mut self) -> Batch<P::Item> {
        let empty = Batch {
            rows: 0,
            items: Vec::new(),
        };
        std::mem::replace(&mut self.batch, empty)
    }

    fn end(&mut self, group: &[Row]) {
        let Some(first) = group.first() else { return };
        self.batch.rows += group.len() as u64;
        let key = self.parse.key(first);
        let name = self.parse.name(key);
        let item = match self.seen.get(&name) {
            Some(line) if !key.is_empty() => Err(vec![RowError {
                line: first.line,
                handle: key.to_owned(),
                column: P::KEY,
                value: key.to_owned(),
                reason: format!("is in line {line} already: its rows must stand together"),
            }]),
            _ => {
                self.seen.insert(name, first.line);
                self.parse.parse(group)
            }
        };
        self.batch.items.push(item);
    }
}
