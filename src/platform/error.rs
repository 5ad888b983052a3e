//! What can go wrong that nobody who calls can mend.

use std::sync::Arc;

/// An unexpected failure of a part underneath. It is logged once, at the edge, and never shown to a client.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("database: {0}")]
    Db(#[from] sea_orm::DbErr),
    /// A file or socket.
    #[error("i/o: {0}")]
    Io(#[from] std::io::Error),
    /// JSON that this program wrote and cannot read.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// Another part.
    #[error("{part}: {source}")]
    Part {
        /// Its name.
        part: &'static str,
        /// What it says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A fault that several callers share, such as those of one batch.
    #[error("{0}")]
    Shared(Arc<Fault>),
    /// A part has as much to do as it takes. The client is told to come back.
    #[error("{0} has too much to do")]
    Busy(&'static str),
    /// Something that cannot be, was.
    #[error("broken invariant: {0}")]
    Invariant(&'static str),
}

impl Fault {
    /// The error of the database, if that is what it is.
    pub fn db(&self) -> Option<&sea_orm::DbErr> {
        match self {
            Self::Db(error) => Some(error),
            _ => None,
        }
    }

    /// Wraps the error of a named part.
    pub fn part(part: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Part {
            part,
            source: source.into(),
        }
    }
}

/// The result of a read.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

/// An error with its causes, for the log.
pub fn story(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        said.push_str(": ");
        said.push_str(&next.to_string());
        cause = next.source();
    }
    said
}
