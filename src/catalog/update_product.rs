//! Staff changes a product.

use entity::catalog::product::ProductStatus;
use entity::catalog::{product, product_tag};
use entity::{CategoryId, ProductId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::app::App;
use crate::catalog::draft::{DESCRIPTION_MAX, NAME_MAX};
use crate::catalog::events::ProductsChanged;
use crate::platform::db::{Tx, constraint_of, insert_all};
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::text::{SLUG_MAX, slugify};

/// What to change. None leaves a field as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct UpdateProduct {
    /// The version the change was made on; another one is refused.
    pub expected_version: Option<i32>,
    /// Name for people.
    pub name: Option<String>,
    /// Unique name in addresses.
    pub slug: Option<String>,
    /// HTML.
    pub description: Option<String>,
    /// Brand.
    pub brand: Option<Option<String>>,
    /// Category.
    pub category_id: Option<Option<CategoryId>>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Whether it is on sale.
    pub status: Option<ProductStatus>,
}

/// Why a product was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// There is no such product.
    #[error("no such product")]
    NotFound,
    /// It has changed since it was read.
    #[error("the product is at version {0}")]
    Stale(i32),
    /// A field is wrong: its name, and why.
    #[error("{0}: {1}")]
    Invalid(&'static str, String),
    /// Another product has the slug.
    #[error("slug \"{0}\" is taken")]
    SlugTaken(String),
    /// There is no such category.
    #[error("no such category")]
    NoCategory,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for UpdateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Changes the fields of a product that `change` names, and emits [`ProductsChanged`].
///
/// # Errors
/// See [`UpdateError`]; nothing is changed then.
pub async fn update_product(app: &App, id: ProductId, change: UpdateProduct) -> Result<product::Model, UpdateError> {
    check(&change)?;
    let tree = app.categories.tree(&app.db).await?;
    if let Some(Some(category)) = change.category_id
        && tree.get(category).is_none()
    {
        return Err(UpdateError::NoCategory);
    }
    let tx = app.db.begin().await?;
    let updated = write(&tx, app, id, change).await?;
    tx.commit().await?;
    Ok(updated)
}

fn check(change: &UpdateProduct) -> Result<(), UpdateError> {
    if let Some(name) = &change.name
        && (name.trim().is_empty() || name.chars().count() > NAME_MAX)
    {
        return Err(UpdateError::Invalid(
            "name",
            format!("must have 1 to {NAME_MAX} characters"),
        ));
    }
    if let Some(slug) = &change.slug
        && (slug.is_empty() || slugify(slug) != *slug)
    {
        let rule = format!("must have 1 to {SLUG_MAX} lower-case letters, digits and single hyphens");
        return Err(UpdateError::Invalid("slug", rule));
    }
    if change
        .description
        .as_ref()
        .is_some_and(|text| text.len() > DESCRIPTION_MAX)
    {
        return Err(UpdateError::Invalid(
            "description",
            format!("must not be longer than {DESCRIPTION_MAX} bytes"),
        ));
    }
    Ok(())
}

async fn write(tx: &Tx, app: &App, id: ProductId, change: UpdateProduct) -> Result<product::Model, UpdateError> {
    let now = app.clock.now();
    let mut update = product::Entity::update_many()
        .col_expr(product::Column::Version, Expr::col(product::Column::Version).add(1))
        .col_expr(product::Column::UpdatedAt, Expr::value(now))
        // What staff wrote is not what the last import wrote: the next import decides again.
        .col_expr(product::Column::ContentHash, Expr::value(Option::<String>::None))
        .filter(product::Column::Id.eq(id));
    if let Some(version) = change.expected_version {
        update = update.filter(product::Column::Version.eq(version));
    }
    if let Some(name) = change.name {
        update = update.col_expr(product::Column::Name, Expr::value(name.trim()));
    }
    if let Some(slug) = &change.slug {
        update = update.col_expr(product::Column::Slug, Expr::value(slug.as_str()));
    }
    if let Some(description) = change.description {
        update = update.col_expr(product::Column::Description, Expr::value(description));
    }
    if let Some(brand) = change.brand {
        update = update.col_expr(product::Column::Brand, Expr::value(brand));
    }
    if let Some(category) = change.category_id {
        update = update.col_expr(product::Column::CategoryId, Expr::value(category));
    }
    if let Some(status) = change.status {
        update = update.col_expr(product::Column::Status, Expr::value(status));
    }
    let result = update
        .exec(tx)
        .await
        .map_err(|error| match constraint_of(&error).as_deref() {
            Some("uq_product_slug") => UpdateError::SlugTaken(change.slug.clone().unwrap_or_default()),
            _ => UpdateError::Fault(error.into()),
        })?;
    let row = product::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or(UpdateError::NotFound)?;
    if result.rows_affected == 0 {
        return Err(UpdateError::Stale(row.version));
    }
    if let Some(mut tags) = change.tags {
        tags.sort_unstable();
        tags.dedup();
        product_tag::Entity::delete_many()
            .filter(product_tag::Column::ProductId.eq(id))
            .exec(tx)
            .await?;
        let rows = tags
            .into_iter()
            .map(|tag| product_tag::Model { product_id: id, tag }.into_active_model());
        insert_all(tx, rows.collect()).await?;
    }
    event::emit(tx, &ProductsChanged { products: vec![id] }).await?;
    Ok(row)
}
