//! Staff takes a rule away.

use entity::RecommendationRuleId;
use entity::recommendation::recommendation_rule;
use sea_orm::EntityTrait;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::platform::error::Result;
use crate::recommendation::memory::reload;
use crate::recommendation::rule::RuleError;
use crate::recommendation::rule::save::hold;

/// Deletes a rule.
///
/// # Errors
/// See [`RuleError`].
pub async fn delete_rule(
    app: &App,
    actor: &Actor,
    (id, expected_version): (RecommendationRuleId, Option<i32>),
) -> Result<(), RuleError> {
    let tx = app.db.begin().await?;
    let before = hold(&tx, id, expected_version).await?;
    recommendation_rule::Entity::delete_by_id(id).exec(&tx).await?;
    let entry = Entry::new("recommendationRuleDelete", "RecommendationRule", id).before(&before)?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    reload(app).await;
    Ok(())
}
