//! What resolvers ask for one by one, read in one statement a kind.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{ApiKeyId, RoleId, StaffUserId};

use crate::graphql::batch::{Batch, Shared};
use crate::staff::query::{
    ApiKey, Assignment, Role, StaffUser, api_keys_by_ids, assignments_of, roles_by_ids, staff_users_by_ids,
};

macro_rules! keyed {
    ($($(#[$doc:meta])* $key:ident($id:ty) -> $value:ty = |$batch:ident, $ids:ident| $load:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        impl Loader<$key> for Batch {
            type Value = $value;
            type Error = Shared;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Shared> {
                let $batch = self;
                let $ids: Vec<$id> = keys.iter().map(|key| key.0).collect();
                let found = $load.await?;
                Ok(found.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }
    )*};
}

keyed! {
    /// A member of staff, if the viewer sees them.
    StaffUserKey(StaffUserId) -> StaffUser = |b, ids| staff_users_by_ids(&b.app.db, &b.scope, &ids);
    /// The roles of a member of staff, who was given to the viewer.
    AssignmentsOf(StaffUserId) -> Vec<(Assignment, Role)> = |b, ids| assignments_of(&b.app.db, &ids);
    /// A role, if the viewer sees roles.
    RoleKey(RoleId) -> Role = |b, ids| roles_by_ids(&b.app.db, &b.scope, &ids);
    /// An API key, if the viewer sees it.
    ApiKeyKey(ApiKeyId) -> ApiKey = |b, ids| api_keys_by_ids(&b.app.db, &b.scope, &ids);
}
