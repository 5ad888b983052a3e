//! Customers that come with orders of another shop.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::CustomerId;
use entity::customer::customer;
use sea_orm::{EntityTrait, IntoActiveModel, QueryFilter};

use crate::platform::db::{Tx, any_text, upsert_all};
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// A customer who may be there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewCustomer {
    /// E-mail address in its normal form.
    pub(crate) email: String,
    /// Given name.
    pub(crate) first_name: Option<String>,
    /// Family name.
    pub(crate) last_name: Option<String>,
    /// When they first came.
    pub(crate) since: DateTime<Utc>,
}

/// The customers with these addresses; those that are missing are made, as of their earliest `since`. An address may come
/// more than once: the first name counts. At most four statements.
///
/// # Errors
/// Those of the database.
pub(crate) async fn ensure(tx: &Tx, ids: &Ids, wanted: Vec<NewCustomer>) -> Result<HashMap<String, CustomerId>> {
    // In one order for all importers: two that run at once wait for each other instead of deadlocking.
    let mut by_email: BTreeMap<String, NewCustomer> = BTreeMap::new();
    for new in wanted {
        match by_email.get_mut(&new.email) {
            None => {
                by_email.insert(new.email.clone(), new);
            }
            Some(known) => {
                known.since = Ord::min(known.since, new.since);
                if known.first_name.is_none() && known.last_name.is_none() {
                    known.first_name = new.first_name;
                    known.last_name = new.last_name;
                }
            }
        }
    }
    if by_email.is_empty() {
        return Ok(HashMap::new());
    }
    let emails: Vec<String> = by_email.keys().cloned().collect();
    let known = by_emails(tx, &emails).await?;
    // Files of other shops begin with the newest order: who came earlier than was known, did.
    let mut earlier = Vec::new();
    for row in &known {
        if let Some(new) = by_email.remove(&row.email)
            && new.since < row.created_at
        {
            let mut row = row.clone();
            row.created_at = new.since;
            earlier.push(row.into_active_model());
        }
    }
    upsert_all(tx, earlier, &[customer::Column::Id], &[customer::Column::CreatedAt]).await?;
    if by_email.is_empty() {
        return Ok(ids_of(known));
    }
    let rows = by_email.into_values().map(|new| {
        customer::Model {
            id: ids.new_id(),
            email: new.email,
            first_name: new.first_name,
            last_name: new.last_name,
            created_at: new.since,
        }
        .into_active_model()
    });
    upsert_all(tx, rows.collect(), &[customer::Column::Email], &[]).await?;
    Ok(ids_of(by_emails(tx, &emails).await?))
}

fn ids_of(rows: Vec<customer::Model>) -> HashMap<String, CustomerId> {
    rows.into_iter().map(|row| (row.email, row.id)).collect()
}

async fn by_emails(tx: &Tx, emails: &[String]) -> Result<Vec<customer::Model>> {
    let select = customer::Entity::find().filter(any_text(tx, customer::Column::Email, emails));
    Ok(select.all(tx).await?)
}
