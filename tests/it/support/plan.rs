//! What the database would do for the statements that some work sends.

use std::sync::Arc;

use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::Shop;

/// Keeps the statements that are sent.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Visit for Statements {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "sql" {
            self.0.lock().push(format!("{value:?}"));
        }
    }
}

impl<S: tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "merx::sql" {
            event.record(&mut self.clone());
        }
    }
}

/// The statements that `work` sends from this thread.
pub async fn statements_of<T>(work: impl Future<Output = T>) -> (Vec<String>, T) {
    // With one subscriber alone, a line that another thread reaches first is switched off for good; with two it is not.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let statements = Statements::default();
    let subscriber = tracing_subscriber::registry().with(statements.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let result = work.await;
    let sent = statements.0.lock().clone();
    (sent, result)
}

impl Shop {
    /// What the database would do for `sql`, whatever its parameters.
    pub async fn plan(&self, sql: &str) -> String {
        let tx = self.app.db.begin().await.expect("a transaction");
        let backend = tx.get_database_backend();
        let explain = match backend {
            DbBackend::Postgres => {
                let parameters = (1..20).take_while(|n| sql.contains(&format!("${n}"))).count();
                let nothing = vec!["NULL"; parameters].join(", ");
                // A table of a few rows is read as a whole; here the question is whether an index could serve.
                for set in [
                    "enable_seqscan = off",
                    "enable_sort = off",
                    "plan_cache_mode = force_generic_plan",
                ] {
                    tx.execute_unprepared(&format!("SET LOCAL {set}"))
                        .await
                        .expect("a setting");
                }
                tx.execute_unprepared(&format!("PREPARE asked AS {sql}"))
                    .await
                    .expect("a statement");
                format!("EXPLAIN EXECUTE asked({nothing})")
            }
            _ => format!("EXPLAIN QUERY PLAN {sql}"),
        };
        let rows = tx
            .query_all_raw(Statement::from_string(backend, explain))
            .await
            .expect("a plan");
        if backend == DbBackend::Postgres {
            // The connection goes back to the pool.
            tx.execute_unprepared("DEALLOCATE asked").await.expect("a clean end");
        }
        let column = if backend == DbBackend::Postgres {
            "QUERY PLAN"
        } else {
            "detail"
        };
        let lines = rows
            .iter()
            .map(|row| row.try_get::<String>("", column).expect("a line"));
        lines.collect::<Vec<_>>().join("\n")
    }
}
