//! What an import says: counts, notices, and a file with what was refused.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::platform::error::{Fault, Result};

/// Why a product or an order was refused, at the place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The line.
    pub line: u64,
    /// The product's handle or the order's number.
    pub handle: String,
    /// The column.
    pub column: &'static str,
    /// What stands there.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Something that was done otherwise than the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The line.
    pub line: u64,
    /// What was done; the same text is shown once, with a count.
    pub text: &'static str,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// New ones.
    pub created: u64,
    /// Changed ones.
    pub updated: u64,
    /// Those that were there already, from the same rows.
    pub unchanged: u64,
    /// Those that were not written.
    pub refused: u64,
    /// Notices with the number of places and the first of them.
    pub notices: Vec<(String, u64, u64)>,
    /// The report file, when something was refused.
    pub report: Option<PathBuf>,
    /// How long it took.
    pub took: Duration,
}

/// Collects what an import says.
pub(super) struct Report {
    pub(super) summary: Summary,
    path: PathBuf,
    file: Option<csv::Writer<File>>,
}

impl Report {
    /// A report on the import of `source`. Its file is made with the first refusal.
    pub(super) fn new(data_dir: &Path, source: &Path, now: DateTime<Utc>) -> Self {
        let name = source
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let stem = name.trim_end_matches(".gz").trim_end_matches(".csv");
        let file = format!("{stem}-{}.csv", now.format("%Y%m%dT%H%M%S%3fZ"));
        Self {
            summary: Summary::default(),
            path: data_dir.join("imports").join(file),
            file: None,
        }
    }

    /// Notes that something was refused, for `errors`.
    pub(super) fn refuse(&mut self, errors: &[RowError]) -> Result<()> {
        self.summary.refused += 1;
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = csv::Writer::from_writer(File::create(&self.path)?);
            file.write_record(["line", "handle", "column", "value", "reason"])
                .map_err(|e| Fault::part("report", e))?;
            self.summary.report = Some(self.path.clone());
            self.file = Some(file);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        for error in errors {
            let line = error.line.to_string();
            file.write_record([&line, &error.handle, error.column, &error.value, &error.reason])
                .map_err(|e| Fault::part("report", e))?;
        }
        Ok(())
    }

    /// Notes that something was done otherwise than the file says.
    pub(super) fn notice(&mut self, line: u64, text: &str) {
        match self.summary.notices.iter_mut().find(|(known, ..)| known == text) {
            Some((_, count, _)) => *count += 1,
            None => self.summary.notices.push((text.to_owned(), 1, line)),
        }
    }

    /// The end: the file is complete.
    pub(super) fn finish(mut self, took: Duration) -> Result<Summary> {
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        self.summary.took = took;
        Ok(self.summary)
    }
}
