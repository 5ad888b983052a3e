//! What staff wants shown, or not, whatever models say.

mod apply;
mod delete;
mod save;

pub use apply::{Effect, Place, effect};
pub use delete::delete_rule;
pub use save::{RULES_MAX, RuleDraft, RuleError, create_rule, update_rule};

use entity::recommendation::recommendation_rule;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

use crate::platform::error::Result;

/// A rule.
pub type Rule = recommendation_rule::Model;

/// All rules, the latest first. There are [`RULES_MAX`] at most.
///
/// # Errors
/// Those of the database.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Rule>> {
    Ok(recommendation_rule::Entity::find()
        .order_by_desc(recommendation_rule::Column::CreatedAt)
        .order_by_desc(recommendation_rule::Column::Id)
        .all(db)
        .await?)
}
