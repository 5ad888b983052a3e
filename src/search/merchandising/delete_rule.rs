//! A rule is deleted.

use entity::MerchandisingRuleId;
use entity::search::merchandising_rule;
use sea_orm::EntityTrait;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::search::merchandising::check::RuleError;
use crate::search::merchandising::query;
use crate::search::merchandising::save_rule::{forget_afterwards, written};

/// Deletes a rule of the channel of the request.
///
/// # Errors
/// See [`RuleError`]; nothing is deleted then.
pub async fn delete_rule(app: &App, scope: &Scope, actor: &Actor, id: MerchandisingRuleId) -> Result<(), RuleError> {
    let tx = app.db.begin().await?;
    let rule = query::rule(&tx, scope, id).await?.ok_or(RuleError::NotFound)?;
    let deleted = merchandising_rule::Entity::delete_by_id(id).exec(&tx).await?;
    if deleted.rows_affected == 0 {
        return Err(RuleError::NotFound);
    }
    let entry = Entry::new("merchandisingRuleDelete", "MerchandisingRule", id).before(&written(&rule))?;
    audit::record(&tx, app, actor, entry).await?;
    forget_afterwards(app, &tx);
    tx.commit().await?;
    Ok(())
}
