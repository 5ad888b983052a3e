//! The application: every part, wired. The only file that names concrete adapters, and where each domain registers its
//! jobs and listeners.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::account::external::Providers;
use crate::account::{Passwords, Sessions, Tokens};
use crate::analytics::Analytics;
use crate::catalog::Categories;
use crate::channel::Channels;
use crate::checkout::Together;
use crate::config::Config;
use crate::experiment::{Experiments, Forms};
use crate::mail::Transport;
use crate::media::Store;
use crate::payment::Gateways;
use crate::platform::Redis;
use crate::platform::clock::Clock;
use crate::platform::db::{self, Db};
use crate::platform::error::Result;
use crate::platform::event::Listeners;
use crate::platform::id::Ids;
use crate::platform::idempotency::Turns;
use crate::platform::jobs::Registry;
use crate::platform::rate_limit::{InProcessBuckets, Limits, RedisBuckets};
use crate::platform::stop::Stop;
use crate::platform::texts::{InProcessTexts, RedisTexts, Texts};
use crate::privacy::Exports;
use crate::recommendation::insight::Shown;
use crate::recommendation::model::Trainer;
use crate::recommendation::{Assortment, Leaders, Recommender};
use crate::search::Search;
use crate::search::embedder::Embedder;
use crate::shipping::Deliveries;
use crate::staff::Access;
use crate::tax::TaxRates;
use crate::{
    account, analytics, checkout, customer, experiment, mail, media, order, payment, question, recommendation, search,
    staff,
};

/// Callers whose limits a process remembers: a few megabytes.
const BUCKETS_MAX: usize = 100_000;
/// Bytes of short texts that a process keeps.
const TEXTS_MAX: u64 = 32 << 20;
/// Longest time that a request waits for Redis before it goes on without it.
const REDIS_PATIENCE: Duration = Duration::from_millis(100);

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the application is made of.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// New ids and secrets.
    pub ids: Ids,
    /// All channels, cached.
    pub channels: Channels,
    /// What staff and programs may do, cached.
    pub staff: Access,
    /// The category tree, cached.
    pub categories: Categories,
    /// Tax rates, cached.
    pub taxes: TaxRates,
    /// Delivery methods, cached.
    pub deliveries: Deliveries,
    /// What the process keeps of visits.
    pub analytics: Analytics,
    /// The experiments that run, and what was shown.
    pub experiments: Experiments,
    /// Search: the engine and what waits to be indexed.
    pub search: Search,
    /// The leaders of large categories and brands, cached.
    pub leaders: Leaders,
    /// What is recommended by.
    pub recommender: Recommender,
    /// Recommendations that were shown and are not counted in the database yet.
    pub shown: Shown,
    /// The payment gateways.
    pub payments: Gateways,
    /// Where files are kept.
    pub media: Arc<dyn Store>,
    /// Where files are kept that nobody is served: what is exchanged with programs elsewhere.
    pub exchange: Arc<dyn Store>,
    /// How mail leaves.
    pub mail: Arc<dyn Transport>,
    /// Where passwords are hashed.
    pub passwords: Passwords,
    /// What signs access tokens.
    pub tokens: Tokens,
    /// The providers that people may sign in at.
    pub providers: Providers,
    /// Which sessions go on.
    pub sessions: Sessions,
    /// How much one caller may ask for.
    pub limits: Limits,
    /// Who may run with which idempotency key.
    pub turns: Turns,
    /// Checkouts that become orders together.
    pub together: Together,
    /// Short texts that servers share for a while.
    pub texts: Texts,
    /// Whether the process goes on.
    pub stop: Stop,
    /// What domains add to the data that a person may have.
    pub exports: Exports,
    /// What can be done later.
    pub jobs: Arc<Registry<App>>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Makes an [`App`].
pub struct Builder {
    config: Config,
    clock: Clock,
    seed: Option<u64>,
    payments: Option<Gateways>,
    trainer: Trainer,
    embedder: Option<Arc<dyn Embedder>>,
}

impl Builder {
    /// An application of `config`, with the clock and the randomness of the machine.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            clock: Clock::system(),
            seed: None,
            payments: None,
            trainer: Trainer::Here,
            embedder: None,
        }
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the same ids and secrets in every run. For tests.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Takes `payments` in place of the gateways of the configuration.
    #[must_use]
    pub fn payments(mut self, payments: Gateways) -> Self {
        self.payments = Some(payments);
        self
    }

    /// Has recommendations learnt where `trainer` says; in this process when not called.
    #[must_use]
    pub fn trainer(mut self, trainer: Trainer) -> Self {
        self.trainer = trainer;
        self
    }

    /// Takes `embedder` in place of the model of the configuration.
    #[must_use]
    pub fn embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// Opens everything. The schema of the database is not touched: see [`db::migrate`].
    ///
    /// # Errors
    /// When a part does not open.
    pub async fn build(self) -> Result<App> {
        let Self {
            config,
            clock,
            seed,
            payments,
            trainer,
            embedder,
        } = self;
        let data_dir = config.server.data_dir.clone();
        std::fs::create_dir_all(&data_dir)?;
        let db_options = db::Options {
            connections: config.database.connections,
            statement_timeout: config.statement_timeout(),
        };
        let db = db::connect(&config.database_url(), db_options).await?;
        let ids = match seed {
            Some(seed) => Ids::seeded(clock.clone(), seed),
            None => Ids::from_os(clock.clone())?,
        };
        let buckets = Arc::new(InProcessBuckets::new(clock.clone(), BUCKETS_MAX));
        let shelf = Arc::new(InProcessTexts::new(TEXTS_MAX));
        let (limits, texts) = match &config.services.redis_url {
            Some(url) => {
                let redis = Redis::open(url, REDIS_PATIENCE)?;
                (
                    Limits::shared(Arc::new(RedisBuckets::new(redis.clone())), buckets),
                    Texts::shared(Arc::new(RedisTexts::new(redis)), shelf),
                )
            }
            None => (Limits::new(buckets), Texts::new(shelf)),
        };
        let mut registry = Registry::default();
        let mut listeners = Listeners::default();
        let mut exports = Exports::default();
        let mut forms = Forms::default();
        account::register(&mut registry);
        staff::register(&mut registry);
        customer::register(&mut registry);
        payment::register(&mut registry);
        order::register(&mut registry, &mut listeners, &ids);
        checkout::register(&mut registry, &mut listeners);
        analytics::register(&mut registry, &mut listeners, &mut exports);
        experiment::register(&mut registry, &mut listeners, &mut exports);
        search::register(&mut registry, &mut listeners, &mut exports);
        search::understand(&mut forms);
        let assortment = Assortment::default();
        recommendation::register(&mut registry, &mut listeners, &mut forms, &assortment);
        question::register(&mut listeners, &mut exports);
        db.set_listeners(listeners);
        let embedder = match embedder {
            Some(embedder) => Some(embedder),
            None => search::embedder::from_config(&config)?,
        };
        Ok(App(Arc::new(Parts {
            search: Search::new(search::engine::from_config(&config, &clock, &ids)?).with_embedder(embedder, &clock),
            payments: match payments {
                Some(payments) => payments,
                None => Gateways::from_config(&config, &data_dir, &clock, &ids)?,
            },
            media: media::store::from_data_dir(&data_dir)?,
            exchange: media::store::private_from_data_dir(&data_dir)?,
            mail: mail::transport::from_data_dir(&data_dir)?,
            passwords: Passwords::default(),
            tokens: Tokens::default(),
            providers: Providers::from_config(&config, &clock)?,
            sessions: Sessions::default(),
            limits,
            turns: Turns::new(db.clone(), clock.clone()),
            together: Together::default(),
            texts,
            stop: Stop::default(),
            config,
            db,
            clock,
            ids,
            channels: Channels::default(),
            staff: Access::default(),
            categories: Categories::default(),
            taxes: TaxRates::default(),
            deliveries: Deliveries::default(),
            analytics: Analytics::default(),
            experiments: Experiments::new(forms),
            leaders: Leaders::default(),
            recommender: Recommender::new(trainer, assortment),
            shown: Shown::default(),
            exports,
            jobs: Arc::new(registry),
        })))
    }
}
