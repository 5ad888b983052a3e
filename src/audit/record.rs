//! Writes an entry.

use entity::TypedId;
use entity::audit::audit_entry;
use entity::staff::{api_key, staff_user};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::audit::actor::{Actor, Identity};
use crate::audit::diff::{difference, masked};
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// What was done to what.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    action: &'static str,
    entity_type: &'static str,
    entity_id: String,
    before: Value,
    after: Value,
}

impl Entry {
    /// The mutation `action`, such as `productUpdate`, was applied to the `entity_type` of the schema with this global
    /// id.
    pub fn new(action: &'static str, entity_type: &'static str, entity_id: impl ToString) -> Self {
        Self {
            action,
            entity_type,
            entity_id: entity_id.to_string(),
            before: Value::Null,
            after: Value::Null,
        }
    }

    /// The thing as it was; not called when it is new.
    ///
    /// # Errors
    /// When `state` is no JSON.
    pub fn before(mut self, state: &impl Serialize) -> Result<Self> {
        self.before = serde_json::to_value(state)?;
        Ok(self)
    }

    /// The thing as it is; not called when it is gone.
    ///
    /// # Errors
    /// When `state` is no JSON.
    pub fn after(mut self, state: &impl Serialize) -> Result<Self> {
        self.after = serde_json::to_value(state)?;
        Ok(self)
    }
}

/// Writes what `actor` did: the fields that changed, without secrets and without what describes a person.
///
/// # Errors
/// Those of the database.
pub async fn record(tx: &Tx, app: &App, actor: &Actor, entry: Entry) -> Result<()> {
    let (actor_kind, actor_id, actor_name) = named(tx, actor.identity).await?;
    let difference = difference(entry.before, entry.after);
    let row = audit_entry::Model {
        id: app.ids.new_id(),
        at: app.clock.now(),
        actor_kind: actor_kind.to_owned(),
        actor_id,
        actor_name,
        action: entry.action.to_owned(),
        entity_type: entry.entity_type.to_owned(),
        entity_id: entry.entity_id,
        before: difference.before.map(masked),
        after: difference.after.map(masked),
        request_id: actor.request_id.clone(),
        channel_id: actor.channel,
    };
    row.into_active_model().insert(tx).await?;
    Ok(())
}

/// The kind, the key and the name of somebody, as they are today: names change, entries do not. Customers go by their
/// ids, because an address that is erased elsewhere must not live on here.
async fn named(tx: &Tx, identity: Identity) -> Result<(&'static str, Option<Uuid>, String)> {
    Ok(match identity {
        Identity::Staff(id) => {
            let email = staff_user::Entity::find_by_id(id)
                .select_only()
                .column(staff_user::Column::Email)
                .into_tuple::<String>()
                .one(tx)
                .await?;
            ("staff", Some(id.uuid()), email.unwrap_or_else(|| id.to_string()))
        }
        Identity::ApiKey(id) => {
            let name = api_key::Entity::find_by_id(id)
                .select_only()
                .column(api_key::Column::Name)
                .into_tuple::<String>()
                .one(tx)
                .await?;
            ("api_key", Some(id.uuid()), name.unwrap_or_else(|| id.to_string()))
        }
        Identity::Customer(id) => ("customer", Some(id.uuid()), id.to_string()),
        Identity::Anonymous => ("anonymous", None, "anonymous".to_owned()),
        Identity::System => ("system", None, "system".to_owned()),
    })
}
