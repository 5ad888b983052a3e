//! `merx seed`: the demo shop, so that a newcomer has something to look at and a test something to buy.
//!
//! `shop` opens the markets, `catalogue` knows what is sold, `draw` makes the pictures.

mod catalogue;
mod draw;
mod shop;

use std::process::ExitCode;

use crate::app::App;
use crate::catalog;
use crate::config::{Config, DEMO_ADMIN};
use crate::inventory::set_on_hand;
use crate::platform::db::{self, constraint_of};
use crate::platform::error::{Fault, Result};
use crate::staff::{CheckedOwner, CreateOwner, check_owner, has_owner, write_owner};

/// What the demo shop holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Categories, of both levels.
    pub categories: usize,
    /// Products.
    pub products: usize,
    /// Variants of the products.
    pub variants: usize,
    /// Pictures of the products.
    pub pictures: usize,
}

/// Why there is no demo shop.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// There is a shop already.
    #[error("the database already holds a shop; the demo shop fills only an empty one")]
    NotEmpty,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for SeedError {
    fn from(error: sea_orm::DbErr) -> Self {
        match constraint_of(&error).as_deref() {
            // Two programs began at the same moment; the other one was faster.
            Some("uq_channel_slug" | "uq_location_slug") => Self::NotEmpty,
            _ => Self::Fault(error.into()),
        }
    }
}

/// `merx seed --demo`.
pub(super) async fn seed(config: Config) -> Result<ExitCode> {
    let app = super::open(config.without_statement_timeout()).await?;
    let summary = demo(&app).await.map_err(|e| Fault::part("seed", e))?;
    announce(summary);
    Ok(ExitCode::SUCCESS)
}

/// Seeds an empty database in development.
pub(super) async fn seed_if_empty(app: &App) -> Result<()> {
    if app.config.is_production() || !db::is_empty_database(&app.db).await? {
        return Ok(());
    }
    match demo(app).await {
        Ok(summary) => {
            tracing::info!(
                products = summary.products,
                variants = summary.variants,
                "the demo shop is open"
            );
            Ok(())
        }
        Err(SeedError::NotEmpty) => Ok(()),
        Err(SeedError::Fault(fault)) => Err(fault),
    }
}

/// Puts the demo shop into an empty database: pictures first, then everything else in one transaction.
///
/// # Errors
/// See [`SeedError`]; the database is as it was then.
pub async fn demo(app: &App) -> Result<Summary, SeedError> {
    if !db::is_empty_database(&app.db).await? {
        return Err(SeedError::NotEmpty);
    }
    let range = catalogue::read()?;
    let mut pictures = 0;
    for (key, svg) in range.pictures() {
        app.media.put(&key, svg.into()).await?;
        pictures += 1;
    }

    let admin = demo_admin(app).await?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let shop = shop::open(&tx, &app.ids, now).await?;
    let categories = range.write_categories(&tx, &app.ids, now).await?;
    let drafts = range.drafts(&shop, &categories)?;
    let products = drafts.len();
    let mut saved = Vec::with_capacity(products);
    for result in catalog::import_batch(&tx, &app.ids, now, drafts).await? {
        saved.push(result.map_err(|e| Fault::part("demo catalogue", e))?);
    }
    range.write_collections(&tx, &app.ids, now, &saved).await?;
    let stock = range.stock(&saved);
    set_on_hand(&tx, &app.ids, now, shop.new_york, &stock.new_york).await?;
    set_on_hand(&tx, &app.ids, now, shop.rotterdam, &stock.rotterdam).await?;
    if let Some(admin) = admin {
        write_owner(&tx, app, admin)
            .await
            .map_err(|e| Fault::part("demo administrator", e))?;
    }
    tx.commit().await?;

    app.staff.clear();
    app.channels.clear();
    app.categories.clear();
    app.taxes.clear();
    app.deliveries.clear();
    Ok(Summary {
        categories: categories.len(),
        products,
        variants: saved.iter().map(|s| s.variants.len()).sum(),
        pictures,
    })
}

/// The administrator of the demo shop, when the shop has nobody who may do everything. Never in production, which would
/// not start with it.
async fn demo_admin(app: &App) -> Result<Option<CheckedOwner>> {
    if app.config.is_production() || has_owner(&app.db).await? {
        return Ok(None);
    }
    let admin = app.config.accounts.admin().unwrap_or(DEMO_ADMIN);
    let command = CreateOwner {
        email: admin.email.to_owned(),
        password: admin.password.to_owned(),
    };
    let checked = check_owner(app, &command).await;
    checked.map(Some).map_err(|e| Fault::part("demo administrator", e))
}

#[expect(clippy::print_stdout, reason = "the answer of the command to the person who gave it")]
fn announce(summary: Summary) {
    let Summary {
        categories,
        products,
        variants,
        pictures,
    } = summary;
    println!(
        "The demo shop is open: {products} products with {variants} variants and {pictures} pictures in {categories} \
         categories, sold in the channels us and eu."
    );
}
