//! What staff and programs may do: asked for with every request of theirs, so it is held in memory for a few seconds.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use entity::staff::{api_key, role_assignment, staff_role, staff_user};
use entity::{ApiKeyId, ChannelId, RoleId, StaffUserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::platform::cache::Cache;
use crate::platform::db::{Db, any_of};
use crate::platform::error::Result;
use crate::platform::permission::Permissions;
use crate::platform::text::sha256_hex;
use crate::platform::viewer::{Staff, Who};

/// How every API key begins, so that it is known where it does not belong: in a repository, in a log.
pub const KEY_PREFIX: &str = "merx_sk_";
/// People and keys whose permissions are held at most.
const ENTRIES_MAX: u64 = 10_000;
/// How exactly the last use of a key is noted, in seconds.
const USED_EVERY: i64 = 60;

/// What staff and programs may do, cached.
#[derive(Clone)]
pub struct Access {
    people: Cache<(u64, StaffUserId), Option<Grants>>,
    /// By hash. Keys that nobody has are not kept: who guesses would push the others out.
    keys: Cache<(u64, String), Key>,
    /// Counts what was forgotten. It is a part of every key: what was read before a change is not found after it, even when
    /// it was slow to arrive.
    age: Arc<AtomicU64>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            people: Cache::new(ENTRIES_MAX),
            keys: Cache::new(ENTRIES_MAX),
            age: Arc::default(),
        }
    }
}

impl Access {
    fn age(&self) -> u64 {
        self.age.load(Ordering::Acquire)
    }

    /// Forgets everything, after a change of people, roles or keys.
    pub fn clear(&self) {
        self.age.fetch_add(1, Ordering::AcqRel);
        self.people.clear();
        self.keys.clear();
    }
}

/// What somebody may do, by channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// In every channel.
    pub everywhere: Permissions,
    /// In some channels besides.
    pub by_channel: HashMap<ChannelId, Permissions>,
}

impl Grants {
    /// Adds `permissions` in `channel`; none: in every channel.
    pub fn add(&mut self, channel: Option<ChannelId>, permissions: Permissions) {
        let place = match channel {
            None => &mut self.everywhere,
            Some(channel) => self.by_channel.entry(channel).or_default(),
        };
        *place = place.or(permissions);
    }

    /// What may be done in `channel`.
    pub fn here(&self, channel: ChannelId) -> Permissions {
        let besides = self.by_channel.get(&channel).copied().unwrap_or_default();
        self.everywhere.or(besides)
    }
}

struct Key {
    id: ApiKeyId,
    grants: Grants,
    expires_at: Option<DateTime<Utc>>,
    /// When its last use was noted, in seconds.
    used_at: AtomicI64,
}

/// What a member of staff may do: in `channel`, and in every channel, which is a part of it. None for who is unknown, has
/// not joined, or is deactivated.
///
/// # Errors
/// Those of the database.
pub async fn permissions_of(
    app: &App,
    id: StaffUserId,
    channel: ChannelId,
) -> Result<Option<(Permissions, Permissions)>> {
    let key = (app.staff.age(), id);
    let grants = app.staff.people.get(key, load_person(&app.db, id)).await?;
    Ok(grants
        .as_ref()
        .as_ref()
        .map(|grants| (grants.here(channel), grants.everywhere)))
}

async fn load_person(db: &Db, id: StaffUserId) -> Result<Option<Grants>> {
    let person = staff_user::Entity::find_by_id(id).one(db).await?;
    let comes_in = person.is_some_and(|person| person.joined_at.is_some() && person.deactivated_at.is_none());
    if !comes_in {
        return Ok(None);
    }
    let grants = grants_of(db, &[id]).await?.remove(&id);
    Ok(Some(grants.unwrap_or_default()))
}

/// What the roles of people allow, whether or not they may come in.
///
/// # Errors
/// Those of the database.
pub(super) async fn grants_of(
    db: &impl ConnectionTrait,
    people: &[StaffUserId],
) -> Result<HashMap<StaffUserId, Grants>> {
    let rows = role_assignment::Entity::find()
        .filter(any_of(db, role_assignment::Column::StaffUserId, people))
        .all(db)
        .await?;
    let roles: Vec<RoleId> = rows.iter().map(|row| row.role_id).collect();
    let allowed: HashMap<RoleId, Permissions> = staff_role::Entity::find()
        .filter(any_of(db, staff_role::Column::Id, &roles))
        .all(db)
        .await?
        .into_iter()
        .map(|role| (role.id, permissions_of_role(&role)))
        .collect();
    let mut grants: HashMap<StaffUserId, Grants> = HashMap::new();
    for row in rows {
        let allowed = allowed.get(&row.role_id).copied().unwrap_or_default();
        grants
            .entry(row.staff_user_id)
            .or_default()
            .add(row.channel_id, allowed);
    }
    Ok(grants)
}

/// What a role allows. The owner's allows everything, also what comes with later versions.
pub fn permissions_of_role(role: &staff_role::Model) -> Permissions {
    if role.is_owner {
        Permissions::ALL
    } else {
        Permissions::of_names(&role.permissions.0)
    }
}

/// The program that has `key`, as it may act in `channel`. None when nobody has it, or it was revoked or has expired.
///
/// # Errors
/// Those of the database.
pub async fn by_api_key(app: &App, key: &str, channel: ChannelId) -> Result<Option<Staff>> {
    if !key.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    let place = (app.staff.age(), sha256_hex(key));
    let known = match app.staff.keys.peek(&place).await {
        Some(known) => known,
        None => match load_key(&app.db, &place.1).await? {
            Some(key) => app.staff.keys.insert(place, key).await,
            None => return Ok(None),
        },
    };
    let now = app.clock.now();
    if known.expires_at.is_some_and(|end| end <= now) {
        return Ok(None);
    }
    note_use(app, &known, now);
    Ok(Some(Staff {
        who: Who::ApiKey(known.id),
        here: known.grants.here(channel),
        everywhere: known.grants.everywhere,
    }))
}

async fn load_key(db: &Db, hash: &str) -> Result<Option<Key>> {
    let row = api_key::Entity::find()
        .filter(api_key::Column::Hash.eq(hash))
        .filter(api_key::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    Ok(row.map(|row| {
        let mut grants = Grants::default();
        grants.add(row.channel_id, Permissions::of_names(&row.permissions.0));
        Key {
            id: row.id,
            grants,
            expires_at: row.expires_at,
            used_at: AtomicI64::new(row.last_used_at.map_or(0, |at| at.timestamp())),
        }
    }))
}

/// Notes that a key is used, once a minute and beside the request: the request does not wait for it, nor fails with it.
fn note_use(app: &App, key: &Arc<Key>, now: DateTime<Utc>) {
    let before = key.used_at.load(Ordering::Relaxed);
    if now.timestamp() - before < USED_EVERY {
        return;
    }
    // Of several requests at once, one writes.
    let first = key
        .used_at
        .compare_exchange(before, now.timestamp(), Ordering::Relaxed, Ordering::Relaxed);
    if first.is_err() {
        return;
    }
    let (app, id) = (app.clone(), key.id);
    tokio::spawn(async move {
        if let Err(error) = write_use(&app.db, id, now).await {
            tracing::warn!(%error, key = %id, "the use of an API key was not noted");
        }
    });
}

async fn write_use(db: &Db, id: ApiKeyId, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin().await?;
    api_key::Entity::update_many()
        .col_expr(api_key::Column::LastUsedAt, Expr::value(now))
        .filter(api_key::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
