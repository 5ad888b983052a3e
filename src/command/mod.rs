//! The commands of the binary.

pub mod doctor;
mod eval;
mod healthcheck;
pub mod import;
mod migrate;
mod probe;
mod reconcile;
mod reindex;
mod schema;
pub mod seed;
mod serve;
mod user;
mod webhook;
mod worker;

use std::process::ExitCode;

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::app::{App, Builder};
use crate::config::Config;
use crate::platform::db;
use crate::platform::error::{Fault, Result};

/// Stack of a worker thread in bytes. Resolving goes as deep as the document does, and a build without optimisation needs
/// half a megabyte for a level. It is address space, not memory, until it is used.
pub const THREAD_STACK: usize = 32 << 20;

/// A headless commerce server: one GraphQL schema over catalogue, search, cart, checkout and orders.
#[derive(Parser, Debug)]
#[command(name = "merx", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

impl Cli {
    /// What the arguments and the environment say. A variable that is set to nothing, as in an `.env` file whose line
    /// waits for its value, counts as not set. Ends the process when there is nothing to run.
    pub fn read() -> Self {
        let command = Self::command().mut_args(|arg| {
            let value = arg.get_env().and_then(std::env::var_os);
            if value.is_some_and(|value| value.is_empty()) {
                arg.env(Resettable::Reset)
            } else {
                arg
            }
        });
        let mut matches = command.get_matches();
        refuse_visible_password(&matches);
        Self::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit())
    }
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Starts the server (also without a command). Brings the schema of the database up to date first.
    Serve,
    /// Runs the jobs, for a server with MERX_WORKER_IN_PROCESS=false.
    Worker,
    /// Brings the schema of the database up to date.
    Migrate,
    /// Fills an empty database. In development `serve` does so by itself.
    Seed {
        /// With the demo shop: about 80 invented products in two channels.
        #[arg(long, required = true)]
        demo: bool,
    },
    /// Tries everything that is configured and says what to do about what does not work.
    Doctor,
    /// Asks the running server whether it is ready. For container health checks.
    Healthcheck,
    /// Builds the search index anew from the database.
    Reindex,
    /// Makes accounts of staff.
    User {
        #[command(subcommand)]
        what: user::What,
    },
    /// Imports products or orders from the CSV files of another shop.
    Import {
        #[command(subcommand)]
        what: import::What,
    },
    /// Measures how good answers are, on files that anyone can have.
    Eval {
        #[command(subcommand)]
        what: eval::What,
    },
    /// Compares our books with those of the payment gateways now, and settles what can be.
    Reconcile,
    /// What payment gateways told.
    Webhook {
        #[command(subcommand)]
        what: webhook::What,
    },
    /// Prints the GraphQL schema, or a text that is made from the code.
    Schema(schema::What),
}

/// Ends the process when a password stands among its arguments, where everybody on the machine can read it.
fn refuse_visible_password(matches: &clap::ArgMatches) {
    let name = "admin_password";
    if matches.value_source(name) == Some(ValueSource::CommandLine) {
        let text = "--admin-password is seen by everybody on this machine: set MERX_ADMIN_PASSWORD instead";
        Cli::command().error(ErrorKind::ArgumentConflict, text).exit();
    }
}

/// Starts the log. Lines go to standard error; standard output is for answers.
pub fn start_logging(cli: &Cli) {
    let filter = tracing_subscriber::EnvFilter::try_new(&cli.config.server.log).unwrap_or_default();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if cli.config.is_production() {
        builder.json().init();
    } else {
        builder.with_target(false).init();
    }
    // A panic is a line of the log like any other, with the request that it happened in.
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%panic, %backtrace, "a part of the program panicked");
    }));
}

/// Runs the command.
pub async fn run(cli: Cli) -> ExitCode {
    let Cli { command, config } = cli;
    let result = match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(config).await,
        Command::Worker => worker::worker(config).await,
        Command::Migrate => migrate::migrate(config).await,
        Command::Seed { .. } => seed::seed(config).await,
        Command::Doctor => doctor::doctor(config).await,
        Command::Healthcheck => Ok(healthcheck::healthcheck(&config).await),
        Command::Reindex => reindex::reindex(config).await,
        Command::User { what } => user::user(config, what).await,
        Command::Import { what } => import::import(config, what).await,
        Command::Eval { what } => eval::eval(config, what).await,
        Command::Reconcile => reconcile::run(config).await,
        Command::Webhook { what } => webhook::webhook(config, what).await,
        Command::Schema(what) => schema::schema(what),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The application on a database whose schema is up to date.
async fn open(config: Config) -> Result<App> {
    config.check().map_err(|e| Fault::part("configuration", e))?;
    let app = Builder::new(config).build().await?;
    db::migrate(&app.db).await?;
    Ok(app)
}
