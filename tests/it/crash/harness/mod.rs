//! Shops that are killed while shoppers pay.
//!
//! A run: shoppers buy through GraphQL from the binary, with the Stripe simulator as gateway, until the binary dies with
//! -9 at a point that the seed chooses. It is started again; the webhooks come late, twice and in another order; shoppers
//! who do not give up come back with the same keys; two days pass, in which the shop does what it does by itself. Then the
//! gateway's books are held against the shop's.

mod check;
mod server;
mod shopper;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Parser;
use entity::TypedId;
use entity::inventory::stock_level;
use entity::staff::api_key;
use entity::staff::staff_role::PermissionNames;
use futures_util::future::join_all;
use merx::app::{App, Builder};
use merx::config::Config;
use merx::http::Endpoint;
use merx::platform::clock::Clock;
use merx::platform::jobs::{POLL, queue_depths, run_workers};
use merx::platform::permission::Permission;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use sha2::{Digest, Sha256};
use stripe_simulator::{Delivery, Mode, Options, Random, Simulator};
use tokio::sync::watch;

use server::{Place, Server, folder_in, free_address};
use shopper::{Asked, Door, Plan, Way};

/// The key of the shop's account at the gateway.
const SECRET_KEY: &str = "sk_test_crash";
/// What signs the gateway's webhooks.
const WEBHOOK_SECRET: &str = "whsec_crash";
/// The key of a program of staff.
const STAFF_KEY: &str = "merx_sk_crashesofthetestsabcdefghijklm";
/// Shoppers of a run.
const SHOPPERS: usize = 3;
/// More units than shoppers can buy.
const STOCK: i64 = 1_000_000;

/// The points, and how often a run may come by before it dies there.
pub const POINTS: &[(&str, u64)] = &[
    ("checkout.reserved", 3),
    ("checkout.charged", 3),
    ("checkout.noted", 3),
    ("checkout.written", 3),
    ("checkout.placed", 3),
    ("ledger.posted", 5),
    ("db.committing", 30),
    ("db.committed", 30),
    ("jobs.taken", 12),
    ("jobs.done", 12),
    ("inbox.stored", 8),
    ("inbox.read", 4),
    ("capture.reserved", 2),
    ("capture.taken", 2),
    ("refund.requested", 1),
    ("refund.given", 1),
    ("void.noted", 1),
    ("cancel.sent", 1),
];

/// Puts [`STAFF_KEY`] into the shop.
async fn make_staff_key(app: &App) {
    let hash: String = Sha256::digest(STAFF_KEY)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let names = Permission::ALL.iter().map(|permission| permission.name().to_owned());
    let row = api_key::Model {
        id: TypedId::from_uuid(app.ids.uuid()),
        name: "Crashes".to_owned(),
        prefix: STAFF_KEY[..14].to_owned(),
        hash,
        permissions: PermissionNames(names.collect()),
        channel_id: None,
        created_by: None,
        created_at: app.clock.now(),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    row.into_active_model().insert(&app.db).await.expect("a key");
}

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    config: Config,
}

/// A shop, and what it needs to be killed.
pub struct Crashes {
    place: Place,
    stripe: Simulator,
    variant: String,
    clock: Clock,
    app: App,
    endpoint: Endpoint,
}

/// What became of the runs.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How often the server died at each point.
    pub kills: BTreeMap<&'static str, u32>,
    /// Runs that did not come by their point often enough: the server was killed afterwards.
    pub missed: u32,
    /// Purchases begun.
    pub shoppers: usize,
    /// Orders there are.
    pub orders: usize,
}

impl Crashes {
    /// A shop on a database, which may be empty.
    pub async fn open(folder: &std::path::Path, database_url: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stripe = Simulator::start(Options::default()).await.expect("the gateway starts");
        let address = free_address();
        stripe.webhooks_to(&format!("http://{address}/webhooks/stripe"), WEBHOOK_SECRET);
        let clock = Clock::frozen(Clock::system().now());
        let own = folder_in(folder, "own");
        let mut arguments = vec!["merx", "--env", "development", "--database-connections", "5"];
        let own = own.to_str().expect("a plain name");
        arguments.extend(["--data-dir", own, "--database-url", database_url]);
        arguments.extend(["--budget-anonymous", "1000000000/1000000000"]);
        arguments.extend([
            "--stripe-secret-key",
            SECRET_KEY,
            "--stripe-webhook-secret",
            WEBHOOK_SECRET,
        ]);
        arguments.extend(["--stripe-api-base", stripe.url()]);
        let config = Arguments::parse_from(arguments).config;
        let app = Builder::new(config)
            .clock(clock.clone())
            .build()
            .await
            .expect("the application opens");
        merx::platform::db::migrate(&app.db).await.expect("the migrations run");
        if stock_level::Entity::find().count(&app.db).await.expect("a count") == 0 {
            merx::command::seed::demo(&app).await.expect("the demo shop is seeded");
        }
        make_staff_key(&app).await;
        let level = stock_level::Entity::find()
            .filter(stock_level::Column::OnHand.gt(0))
            .one(&app.db)
            .await
            .expect("an answer")
            .expect("something to sell");
        stock_level::Entity::update_many()
            .col_expr(stock_level::Column::OnHand, Expr::value(STOCK))
            .filter(stock_level::Column::VariantId.eq(level.variant_id))
            .filter(stock_level::Column::LocationId.eq(level.location_id))
            .exec(&app.db)
            .await
            .expect("stock");
        let place = Place {
            address,
            folder: folder.to_owned(),
            database_url: database_url.to_owned(),
            stripe_url: stripe.url().to_owned(),
        };
        Self {
            endpoint: Endpoint::new(app.clone()).expect("a schema"),
            variant: level.variant_id.to_string(),
            place,
            stripe,
            clock,
            app,
        }
    }

    /// One run; notes in `report` what came of it.
    ///
    /// # Panics
    /// When a promise is broken.
    pub async fn run(&self, seed: u64, report: &mut Report) {
        let mut random = Random::new(seed);
        let (point, passes) = POINTS[usize::try_from(seed % POINTS.len() as u64).expect("small")];
        let passes = random.number() % passes;
        let by_hand = point.starts_with("capture") || point.starts_with("void");
        let capture = if by_hand || random.number().is_multiple_of(3) {
            "manual"
        } else {
            "automatic"
        };
        let plans: Vec<Plan> = (0..SHOPPERS)
            .map(|number| Plan::new(seed, number, &mut random))
            .collect();
        let shuffle = Some(random.number());
        // Some of the webhooks come while shoppers pay, the others after the crash.
        let mode = match random.number() % 2 {
            0 if !point.starts_with("inbox") => Mode::Hold,
            _ => Mode::Deliver,
        };
        self.stripe.delivery(Delivery {
            mode,
            copies: 2,
            shuffle,
            delay_ms: 50,
            retry_ms: 20,
            ..Delivery::default()
        });

        let mut server = self
            .place
            .start(capture, &format!("{point}={passes}*off->return"))
            .await;
        let asked = Asked::default();
        let url = format!("http://{}/graphql", self.place.address);
        let door = Door::new(Way::Http(reqwest::Client::new(), url), &asked);
        let buying = plans.iter().map(|plan| plan.buy(&door, &self.stripe, &self.variant));
        let first = join_all(buying).await;
        for _ in 0..50 {
            if server.is_dead() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        match server.is_dead() {
            true => *report.kills.entry(point).or_default() += 1,
            false => report.missed += 1,
        }
        server.kill();

        self.time_passes_for_jobs().await;
        let server = self.place.start(capture, "").await;
        self.stripe.delivery(Delivery {
            copies: 2,
            shuffle,
            delay_ms: 50,
            retry_ms: 20,
            ..Delivery::default()
        });
        self.stripe.release();
        assert!(
            self.stripe.flush(Duration::from_secs(30)).await,
            "webhooks are refused: {}",
            self.said()
        );

        // They come back when the server's claim on what it was doing has lapsed.
        self.clock.set(self.clock.now().max(Clock::system().now()));
        self.clock.advance(Duration::from_secs(120));
        let here = Door::new(Way::Here(self.endpoint.clone()), &asked);
        for (plan, before) in plans.iter().zip(&first) {
            if before.is_err() && plan.returns {
                let again = plan.buy(&here, &self.stripe, &self.variant).await;
                assert!(again.is_ok(), "seed {seed}: {plan:?} was {before:?}, then {again:?}");
            }
        }
        self.by_itself(&server).await;
        drop(server);
        report.shoppers += plans.len();
        report.orders = check::all(&self.app, &self.stripe, seed).await;
    }

    /// What the shop does in the two days after a crash.
    async fn by_itself(&self, _server: &Server) {
        for step in [
            TimeDelta::minutes(15),
            TimeDelta::hours(1),
            TimeDelta::hours(24),
            TimeDelta::hours(24),
        ] {
            self.idle().await;
            self.clock.advance(step.to_std().expect("forward"));
            merx::checkout::sweep(&self.app).await.expect("lapsed reservations go");
            merx::checkout::settle(&self.app)
                .await
                .expect("open payments are settled");
            merx::payment::reconcile::reconcile(&self.app)
                .await
                .expect("the books are compared");
            self.idle().await;
        }
        assert!(
            self.stripe.flush(Duration::from_secs(30)).await,
            "webhooks are refused: {}",
            self.said()
        );
        self.idle().await;
    }

    /// Runs jobs until none is open.
    async fn idle(&self) {
        let (stop, stopped) = watch::channel(false);
        let app = self.app.clone();
        let workers = tokio::spawn(async move {
            let jobs = Arc::clone(&app.jobs);
            run_workers(&app.db, jobs, app.clone(), POLL, stopped).await
        });
        let idle = async {
            loop {
                let depths = queue_depths(&self.app.db).await.expect("the job table answers");
                assert!(
                    depths.iter().all(|queue| queue.dead == 0),
                    "a job is dead: {}",
                    self.said()
                );
                if depths.iter().all(|queue| queue.open == 0) {
                    break;
                }
                self.retries_are_due().await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(60), idle).await;
        assert!(ended.is_ok(), "jobs do not end: {}", self.said());
        stop.send(true).expect("the workers listen");
        workers.await.expect("the workers end").expect("the workers ran");
    }

    /// The job table lives in wall-clock time: the workers that were killed have not been seen for an hour.
    async fn time_passes_for_jobs(&self) {
        self.sql(
            "UPDATE apalis.workers SET last_seen = last_seen - interval '1 hour'",
            "UPDATE Workers SET last_seen = last_seen - 3600",
        )
        .await;
        self.retries_are_due().await;
    }

    async fn retries_are_due(&self) {
        self.sql(
            "UPDATE apalis.jobs SET run_at = now() WHERE status = 'Failed' AND run_at > now()",
            "UPDATE Jobs SET run_at = strftime('%s', 'now') WHERE status = 'Failed' AND run_at > strftime('%s', 'now')",
        )
        .await;
    }

    /// What the servers and the gateway said, for who wants to know why a run failed.
    fn said(&self) -> String {
        let refused = self.stripe.requests();
        let refused = refused
            .iter()
            .filter(|request| request.status >= 400 && request.status != 402);
        let refused: Vec<String> = refused
            .map(|request| {
                format!(
                    "{} {}: {} {:?}",
                    request.method, request.path, request.status, request.error
                )
            })
            .collect();
        let (log, last) = (self.place.log(), refused.len().saturating_sub(10));
        format!("{log}\n{}", refused[last..].join("\n"))
    }

    async fn sql(&self, postgres: &str, sqlite: &str) {
        let sql = match self.app.db.get_database_backend() {
            DbBackend::Sqlite => sqlite,
            _ => postgres,
        };
        self.app
            .db
            .execute_unprepared(sql)
            .await
            .expect("the job table can be written");
    }
}
