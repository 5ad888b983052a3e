//! Databases for tests: one is migrated and seeded a build, every test gets a copy.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use merx::app::Builder;
use merx::platform::db;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// A copy of the demo shop's database. A PostgreSQL one is dropped with it.
pub struct Clone {
    /// Its address.
    pub url: String,
    admin: Option<(String, String)>,
}

/// Names the build: another binary may have other migrations or another demo shop.
fn build_key() -> String {
    let exe = std::env::current_exe().expect("the test binary knows its path");
    let meta = std::fs::metadata(&exe).expect("the test binary is there");
    let mut hasher = DefaultHasher::new();
    (exe, meta.len(), meta.modified().ok()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Holds other test processes back while the template is made.
fn lock(name: &str) -> (PathBuf, File) {
    let folder = std::env::temp_dir().join("merx-tests");
    std::fs::create_dir_all(&folder).expect("a folder for templates");
    let file = File::create(folder.join(format!("{name}.lock"))).expect("a lock file");
    file.lock().expect("the lock");
    (folder, file)
}

/// Removes the templates of builds that nobody runs any more.
fn forget_old(templates: &Path) {
    let old = std::time::Duration::from_secs(3600);
    for entry in std::fs::read_dir(templates).into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|m| m.modified())
            .ok()
            .and_then(|t| t.elapsed().ok());
        if age.is_some_and(|age| age > old) {
            // Somebody else may have been faster.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

impl Clone {
    /// A copy for the test whose folder is `folder`.
    pub async fn of_demo_shop(folder: &Path) -> Self {
        match std::env::var("MERX_TEST_DATABASE_URL") {
            Ok(admin) => Self::postgres(admin).await,
            Err(_) => Self::sqlite(folder).await,
        }
    }

    async fn sqlite(folder: &Path) -> Self {
        let name = format!("{}.db", build_key());
        let (templates, _lock) = lock(&name);
        let template = templates.join(&name);
        if !template.exists() {
            forget_old(&templates);
            let making = tempfile::tempdir().expect("a temporary folder");
            let file = making.path().join("template.db");
            seed(making.path(), &format!("sqlite:{}", file.display())).await;
            std::fs::rename(&file, &template)
                .or_else(|_| std::fs::copy(&file, &template).map(|_| ()))
                .expect("moved");
        }
        let file = folder.join("merx.db");
        std::fs::copy(&template, &file).expect("a copy of the template");
        Self {
            url: format!("sqlite:{}", file.display()),
            admin: None,
        }
    }

    async fn postgres(admin: String) -> Self {
        let template = format!("merx_template_{}", build_key());
        let base = admin.rsplit_once('/').expect("an address with a database").0.to_owned();
        {
            let (_, _lock) = lock(&template);
            let mut connection = PgConnection::connect(&admin)
                .await
                .expect("MERX_TEST_DATABASE_URL answers");
            let found: Option<(i32,)> = sqlx::query_as("SELECT 1 FROM pg_database WHERE datname = $1")
                .bind(&template)
                .fetch_optional(&mut connection)
                .await
                .expect("a list of databases");
            if found.is_none() {
                let making = format!("{template}_making");
                run(
                    &mut connection,
                    format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"),
                )
                .await;
                run(&mut connection, format!("CREATE DATABASE {making}")).await;
                let folder = tempfile::tempdir().expect("a temporary folder");
                seed(folder.path(), &format!("{base}/{making}")).await;
                run(&mut connection, format!("ALTER DATABASE {making} RENAME TO {template}")).await;
            }
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "names a database, nothing that a test looks at"
        )]
        let name = format!("merx_test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&admin)
            .await
            .expect("MERX_TEST_DATABASE_URL answers");
        run(
            &mut connection,
            format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"),
        )
        .await;
        Self {
            url: format!("{base}/{name}"),
            admin: Some((admin, name)),
        }
    }
}

impl Drop for Clone {
    fn drop(&mut self) {
        let Some((admin, name)) = self.admin.take() else { return };
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                if let Ok(mut connection) = PgConnection::connect(&admin).await {
                    run(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                }
            });
        });
        let _ = dropped.join();
    }
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::query(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"));
}

async fn seed(folder: &Path, url: &str) {
    let app = Builder::new(super::config(folder, Some(url)))
        .build()
        .await
        .expect("the application opens");
    db::migrate(&app.db).await.expect("the migrations run");
    merx::command::seed::demo(&app).await.expect("the demo shop is seeded");
    super::staff::make_owner_key(&app).await;
    // The demo's own indexing jobs are not what a test waits for.
    merx::platform::jobs::forget_all(&app.db)
        .await
        .expect("the jobs are forgotten");
    app.db.close().await.expect("the database closes");
}
