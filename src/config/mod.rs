//! The configuration: one struct a section. Each value comes from its environment variable or from the flag of the same
//! name, which wins. `.env.example` is generated from these definitions.

mod accounts;
mod catalogue;
mod edge;
mod embeddings;
mod payments;
mod search;
mod storefront;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::platform::secret::Secret;

pub use accounts::{Accounts, Admin, DEMO_ADMIN, StaffMfa};
pub use catalogue::Catalogue;
pub use edge::Edge;
pub use embeddings::Embeddings;
pub use payments::{Capture, IdempotencyKeys, Payments};
pub use search::{Search, SearchEngine};
pub use storefront::Storefront;

/// Everything that can be configured.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// The server itself.
    #[command(flatten)]
    pub server: Server,
    /// What the edge lets through.
    #[command(flatten)]
    pub edge: Edge,
    /// The database.
    #[command(flatten)]
    pub database: Database,
    /// Jobs and carts.
    #[command(flatten)]
    pub shop: Shop,
    /// How the shop takes money.
    #[command(flatten)]
    pub payments: Payments,
    /// People who sign in.
    #[command(flatten)]
    pub accounts: Accounts,
    /// Where the pages of the shop are.
    #[command(flatten)]
    pub storefront: Storefront,
    /// What answers searches.
    #[command(flatten)]
    pub search: Search,
    /// Services beside the database.
    #[command(flatten)]
    pub services: Services,
    /// What the catalogue is written in.
    #[command(flatten)]
    pub catalogue: Catalogue,
    /// A model that makes vectors of texts.
    #[command(flatten)]
    pub embeddings: Embeddings,
}

/// Where the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Environment {
    /// A developer's machine: demo shop, demo administrator, GraphiQL.
    Development,
    /// The real thing: nothing is seeded, nothing has a default secret.
    Production,
}

/// The server itself.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct Server {
    /// Address to listen on.
    #[arg(
        long = "listen",
        alias = "merx-listen",
        env = "MERX_LISTEN",
        default_value = "127.0.0.1:8000",
        global = true
    )]
    pub listen: SocketAddr,
    /// Folder of the embedded database, search index, mail and media.
    #[arg(
        long = "data-dir",
        alias = "merx-data-dir",
        env = "MERX_DATA_DIR",
        default_value = "./data",
        global = true
    )]
    pub data_dir: PathBuf,
    /// development seeds a demo shop into an empty database; production never does.
    #[arg(
        long = "env",
        alias = "merx-env",
        env = "MERX_ENV",
        default_value = "development",
        global = true
    )]
    pub environment: Environment,
    /// Serve GraphiQL at `/graphiql`. Not set: yes in development, no in production.
    #[arg(long = "graphiql", alias = "merx-graphiql", env = "MERX_GRAPHIQL", global = true)]
    pub graphiql: Option<bool>,
    /// Origins of browsers that may call the API, separated by commas. Empty: any in development, none in production.
    #[arg(
        long = "cors-origins",
        alias = "merx-cors-origins",
        env = "MERX_CORS_ORIGINS",
        value_delimiter = ',',
        global = true
    )]
    pub cors_origins: Vec<String>,
    /// Answer an Apollo Federation gateway: `_entities`, and `_service` for whoever may introspect.
    #[arg(
        long = "federation",
        alias = "merx-federation",
        env = "MERX_FEDERATION",
        default_value_t = false,
        action = clap::ArgAction::Set,
        global = true
    )]
    pub federation: bool,
    /// Manifest of trusted documents: `{"<hash>": "<document>"}` as graphql-codegen writes it, or Apollo's persisted-query
    /// manifest. With it, only staff may send other documents. Not set: everybody may send any document.
    #[arg(
        long = "trusted-documents",
        alias = "merx-trusted-documents",
        env = "MERX_TRUSTED_DOCUMENTS",
        global = true
    )]
    pub trusted_documents: Option<PathBuf>,
    /// Address of the Prometheus metrics, on a listener of their own. Not set: no metrics.
    #[arg(
        long = "metrics-listen",
        alias = "merx-metrics-listen",
        env = "MERX_METRICS_LISTEN",
        global = true
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// What to log, for example `info,merx=debug`.
    #[arg(
        long = "log",
        env = "RUST_LOG",
        default_value = "info,sqlx=warn,tantivy=warn",
        global = true
    )]
    pub log: String,
}

/// The database.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Database")]
pub struct Database {
    /// `postgres://user:password@host/database` or `sqlite:PATH`. Not set: `merx.db` in the data folder.
    #[arg(long = "database-url", env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Connections to PostgreSQL at most.
    #[arg(
        long = "database-connections",
        alias = "merx-database-connections",
        env = "MERX_DATABASE_CONNECTIONS",
        default_value_t = 20,
        global = true
    )]
    pub connections: u32,
    /// Seconds that a statement of a request or a job may take on PostgreSQL. 0: no limit.
    #[arg(
        long = "statement-timeout",
        alias = "merx-statement-timeout",
        env = "MERX_STATEMENT_TIMEOUT",
        default_value_t = 15,
        global = true
    )]
    pub statement_timeout: u64,
}

/// Jobs and carts.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Shop")]
pub struct Shop {
    /// Run the jobs in the server. Set to false where `merx worker` runs them.
    #[arg(
        long = "worker-in-process",
        alias = "merx-worker-in-process",
        env = "MERX_WORKER_IN_PROCESS",
        default_value_t = true,
        action = clap::ArgAction::Set,
        global = true
    )]
    pub worker_in_process: bool,
    /// Minutes that stock stays reserved for a payment.
    #[arg(
        long = "reservation-minutes",
        alias = "merx-reservation-minutes",
        env = "MERX_RESERVATION_MINUTES",
        default_value_t = 15,
        value_parser = clap::value_parser!(u32).range(1..=1440),
        global = true
    )]
    pub reservation_minutes: u32,
    /// Offer the test gateway, which takes no real money. Not set: yes in development, no in production.
    #[arg(
        long = "test-gateway",
        alias = "merx-test-gateway",
        env = "MERX_TEST_GATEWAY",
        global = true
    )]
    pub test_gateway: Option<bool>,
    /// Sender of the mail.
    #[arg(
        long = "mail-from",
        alias = "merx-mail-from",
        env = "MERX_MAIL_FROM",
        default_value = "Merx <shop@localhost>",
        global = true
    )]
    pub mail_from: String,
}

/// Services beside the database. Each that is not set is replaced by its embedded twin. `merx doctor` tries those that
/// are set; which of them this version makes use of stands in docs/configuration.md.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Services")]
pub struct Services {
    /// Redis, for budgets and registered documents that several servers share.
    #[arg(long = "redis-url", env = "REDIS_URL", hide_env_values = true, global = true)]
    pub redis_url: Option<String>,
    /// Meilisearch 1.18 or later, which has a say in what searches show first: see MERX_SEARCH.
    #[arg(long = "meilisearch-url", env = "MEILISEARCH_URL", global = true)]
    pub meilisearch_url: Option<String>,
    /// Key of Meilisearch: one that may make keys, or one with the rights that docs/guides/search-meilisearch.md lists.
    #[arg(
        long = "meilisearch-api-key",
        env = "MEILISEARCH_API_KEY",
        hide_env_values = true,
        global = true
    )]
    pub meilisearch_api_key: Option<String>,
    /// Secret key of Stripe, which is offered to shoppers then.
    #[arg(
        long = "stripe-secret-key",
        env = "STRIPE_SECRET_KEY",
        hide_env_values = true,
        global = true
    )]
    pub stripe_secret_key: Option<Secret>,
    /// Publishable key of Stripe, for its script in the browser.
    #[arg(long = "stripe-publishable-key", env = "STRIPE_PUBLISHABLE_KEY", global = true)]
    pub stripe_publishable_key: Option<String>,
    /// Secret that signs Stripe's webhooks; several, separated by commas, while one is replaced by another.
    #[arg(
        long = "stripe-webhook-secret",
        env = "STRIPE_WEBHOOK_SECRET",
        hide_env_values = true,
        global = true
    )]
    pub stripe_webhook_secret: Option<Secret>,
    /// Base address of Stripe's API, for a simulator. Production takes https only.
    #[arg(long = "stripe-api-base", env = "STRIPE_API_BASE", global = true)]
    pub stripe_api_base: Option<String>,
    /// S3 server for media.
    #[arg(long = "s3-endpoint", env = "S3_ENDPOINT", global = true)]
    pub s3_endpoint: Option<String>,
    /// Bucket for media.
    #[arg(long = "s3-bucket", env = "S3_BUCKET", global = true)]
    pub s3_bucket: Option<String>,
    /// Region of the bucket.
    #[arg(long = "s3-region", env = "S3_REGION", global = true)]
    pub s3_region: Option<String>,
    /// Access key of the bucket.
    #[arg(long = "s3-access-key-id", env = "S3_ACCESS_KEY_ID", global = true)]
    pub s3_access_key_id: Option<String>,
    /// Secret key of the bucket.
    #[arg(
        long = "s3-secret-access-key",
        env = "S3_SECRET_ACCESS_KEY",
        hide_env_values = true,
        global = true
    )]
    pub s3_secret_access_key: Option<String>,
    /// Mail server, `smtp://user:password@host:port`.
    #[arg(long = "smtp-url", env = "SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// Collector of traces.
    #[arg(
        long = "otel-exporter-otlp-endpoint",
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        global = true
    )]
    pub otel_exporter_otlp_endpoint: Option<String>,
}

/// A configuration that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Half of what the first account needs.
    #[error("MERX_ADMIN_EMAIL is set and MERX_ADMIN_PASSWORD is not")]
    NoAdminPassword,
    /// The password that everybody can read in the documentation, in production.
    #[error("MERX_ADMIN_PASSWORD is the password of the demo shop; production needs one of its own")]
    DemoPassword,
    /// An origin as no browser sends it.
    #[error("MERX_CORS_ORIGINS: \"{0}\" is no origin; write scheme://host or scheme://host:port and nothing behind it")]
    Origin(String),
    /// An address of the storefront that is none, or that is not safe.
    #[error(
        "MERX_STOREFRONT_URL: \"{0}\" will not do; production takes https://, and nothing takes a query or fragment"
    )]
    StorefrontUrl(String),
    /// Money over a line that anybody can listen to.
    #[error("STRIPE_API_BASE: \"{0}\" will not do; it is https://host, and only outside production http://host")]
    StripeBase(String),
    /// A search without its server, or with names that no index can have.
    #[error("{0}")]
    Search(&'static str),
    /// An address that no mail reaches.
    #[error("MERX_FINANCE_EMAIL: \"{0}\" is no address")]
    FinanceEmail(String),
}

impl Config {
    /// Checks what no single value shows.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Some(origin) = self.server.cors_origins.iter().find(|origin| !is_origin(origin)) {
            return Err(ConfigError::Origin(origin.clone()));
        }
        if let Some(base) = &self.services.stripe_api_base {
            let plain = base.starts_with("http://") && !self.is_production();
            if !plain && !base.starts_with("https://") {
                return Err(ConfigError::StripeBase(base.clone()));
            }
        }
        self.search.check(&self.services)?;
        self.storefront.check(self.is_production())?;
        self.payments.check()?;
        self.accounts.check(self.is_production())
    }

    /// Whether this is the real thing.
    pub fn is_production(&self) -> bool {
        self.server.environment == Environment::Production
    }

    /// Whether GraphiQL is served. A browser opens a page without any header, so the page cannot be for staff alone: it
    /// holds nothing but itself, and what it may ask is decided request by request.
    pub fn graphiql(&self) -> bool {
        self.server.graphiql.unwrap_or(!self.is_production())
    }

    /// How long the server goes on after it is told to stop, so that load balancers notice.
    pub fn stop_delay(&self) -> Duration {
        let seconds = self.edge.stop_delay;
        Duration::from_secs(seconds.unwrap_or(if self.is_production() { 5 } else { 0 }))
    }

    /// How long a statement may take, if there is a limit.
    pub fn statement_timeout(&self) -> Option<Duration> {
        let seconds = self.database.statement_timeout;
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    /// For commands whose statements may take as long as they take: nobody waits for them.
    #[must_use]
    pub fn without_statement_timeout(mut self) -> Self {
        self.database.statement_timeout = 0;
        self
    }

    /// What answers searches.
    pub fn search_engine(&self) -> SearchEngine {
        self.search.engine(&self.services)
    }

    /// Whether the test gateway is offered.
    pub fn test_gateway(&self) -> bool {
        self.shop.test_gateway.unwrap_or(!self.is_production())
    }

    /// Whether changes that must not happen twice need an idempotency key.
    pub fn idempotency_keys_required(&self) -> bool {
        let asked = self.payments.idempotency_keys;
        asked.map_or(self.is_production(), |keys| keys == IdempotencyKeys::Required)
    }

    /// A page of the storefront, for links in letters; `secret` is what the page is to send back. None when nobody said
    /// where the storefront is. Never taken from a request: whoever sends one could have links lead to them.
    pub fn page(&self, path: &str, secret: Option<&str>) -> Option<String> {
        self.storefront.page(self.is_production(), path, secret)
    }

    /// The address of the database.
    pub fn database_url(&self) -> String {
        match &self.database.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.server.data_dir.join("merx.db").display()),
        }
    }
}

/// Whether `text` is written as browsers write an origin: the comparison is by letters.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | ':' | '[' | ']');
        !host.is_empty() && host.chars().all(plain)
    })
}

/// The text of `.env.example`: every variable with its description and default.
pub fn env_example() -> String {
    use std::fmt::Write;
    let command = Config::augment_args(clap::Command::new("merx"));
    let mut text = String::from(
        "# Every variable that Merx reads. A commented line shows the default, or an empty value where there is none.\n\
         # Made by `merx schema --dotenv`; do not edit by hand.\n",
    );
    let mut heading = None;
    for arg in command.get_arguments() {
        let Some(name) = arg.get_env() else { continue };
        if arg.get_help_heading() != heading {
            heading = arg.get_help_heading();
            let _ = write!(text, "\n# == {} ==\n", heading.unwrap_or_default());
        }
        let help = arg
            .get_long_help()
            .or(arg.get_help())
            .map(ToString::to_string)
            .unwrap_or_default();
        for line in help.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let default = arg
            .get_default_values()
            .first()
            .and_then(|v| v.to_str())
            .unwrap_or_default();
        let _ = writeln!(text, "#{}={default}", name.display());
    }
    text
}
