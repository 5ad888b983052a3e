//! How far an import is: a bar on a terminal, a line in the log every few seconds elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Time between two lines of the log.
const PAUSE: Duration = Duration::from_secs(5);

/// Shows how far an import is.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    total: u64,
    done: u64,
    started: Instant,
    said: Instant,
}

impl Progress {
    /// Starts at 0 of `total` rows.
    pub(super) fn new(total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} rows, {eta} left");
            ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let now = Instant::now();
        Self {
            bar,
            total,
            done: 0,
            started: now,
            said: now,
        }
    }

    /// `rows` more are done.
    pub(super) fn add(&mut self, rows: u64) {
        self.done += rows;
        match &self.bar {
            Some(bar) => bar.set_position(self.done),
            None if self.said.elapsed() >= PAUSE => {
                self.said = Instant::now();
                tracing::info!(rows = self.done, of = self.total, "importing");
            }
            None => {}
        }
    }

    /// The end. Says how long it took.
    pub(super) fn finish(self) -> Duration {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        self.started.elapsed()
    }
}
