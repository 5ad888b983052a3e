//! What clients send about staff.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{ChannelId, RoleId, StaffUserId};

use crate::graphql::id::Gid;
use crate::platform::locale::Locale;
use crate::staff::accept_invitation::AcceptInvitation;
use crate::staff::grant::Grant;
use crate::staff::graphql::permission::PermissionValue;
use crate::staff::invite::InviteStaff;
use crate::staff::save_role::{CreateRole, UpdateRole};
use crate::staff::update_staff::UpdateStaff;

/// A given field that may be emptied: absent leaves it, null empties it.
fn emptied<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// A role to give.
#[derive(InputObject)]
pub struct RoleGrantInput {
    /// The role.
    role_id: Gid<RoleId>,
    /// The only channel that it counts in; not given: it counts in every one.
    channel_id: Option<Gid<ChannelId>>,
}

/// Somebody to invite.
#[derive(InputObject)]
pub struct StaffInviteInput {
    /// Where the invitation goes, and what they will sign in with.
    email: String,
    /// Given name.
    first_name: Option<String>,
    /// Family name.
    last_name: Option<String>,
    /// Roles that count in every channel.
    #[graphql(default)]
    role_ids: Vec<Gid<RoleId>>,
    /// Further roles, each in a channel or in every one.
    #[graphql(default)]
    roles: Vec<RoleGrantInput>,
}

fn grants(role_ids: Vec<Gid<RoleId>>, roles: Vec<RoleGrantInput>) -> Vec<Grant> {
    let everywhere = role_ids.into_iter().map(|id| Grant {
        role: id.0,
        channel: None,
    });
    let others = roles.into_iter().map(|grant| Grant {
        role: grant.role_id.0,
        channel: grant.channel_id.map(|id| id.0),
    });
    everywhere.chain(others).collect()
}

/// The place of a role in an input, whose `role_ids` come first.
pub(super) fn grant_path(role_ids: usize, at: Option<usize>) -> Vec<String> {
    match at {
        None => vec!["roles".to_owned()],
        Some(at) if at < role_ids => vec!["roleIds".to_owned(), at.to_string()],
        Some(at) => vec!["roles".to_owned(), (at - role_ids).to_string()],
    }
}

impl StaffInviteInput {
    /// The number of roles that count everywhere, and the command.
    pub(super) fn command(self, locale: Locale) -> (usize, InviteStaff) {
        let everywhere = self.role_ids.len();
        let command = InviteStaff {
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            roles: grants(self.role_ids, self.roles),
            locale,
        };
        (everywhere, command)
    }
}

/// Whose invitation to send again.
#[derive(InputObject)]
pub struct StaffInvitationResendInput {
    /// The member of staff.
    pub(super) id: Gid<StaffUserId>,
}

/// An invitation and what is chosen with it.
#[derive(InputObject)]
pub struct StaffInvitationAcceptInput {
    /// The secret of the letter.
    token: String,
    /// The password to sign in with.
    password: String,
    /// Given name; not given: as the invitation has it.
    first_name: Option<String>,
    /// Family name; not given: as the invitation has it.
    last_name: Option<String>,
}

impl StaffInvitationAcceptInput {
    pub(super) fn command(self) -> AcceptInvitation {
        AcceptInvitation {
            token: self.token,
            password: self.password,
            first_name: self.first_name,
            last_name: self.last_name,
        }
    }
}

/// What to change of a member of staff. What is left out stays; null empties.
#[derive(InputObject)]
pub struct StaffUpdateInput {
    /// The member of staff.
    pub(super) id: Gid<StaffUserId>,
    /// The version that the change was made on; STALE_VERSION when it is another.
    expected_version: Option<i32>,
    /// Given name.
    first_name: MaybeUndefined<String>,
    /// Family name.
    last_name: MaybeUndefined<String>,
    /// Whether they may come in. With false all their sessions end at once.
    active: Option<bool>,
    /// Whether the API keys that they have made end too, when `active` becomes false.
    #[graphql(default = true)]
    revoke_api_keys: bool,
}

impl StaffUpdateInput {
    pub(super) fn change(self) -> UpdateStaff {
        UpdateStaff {
            expected_version: self.expected_version,
            first_name: emptied(self.first_name),
            last_name: emptied(self.last_name),
            active: self.active,
            revoke_api_keys: self.revoke_api_keys,
        }
    }
}

/// The roles that a member of staff shall have.
#[derive(InputObject)]
pub struct StaffRolesAssignInput {
    /// The member of staff.
    pub(super) id: Gid<StaffUserId>,
    /// All of them; those that are missing are taken away.
    roles: Vec<RoleGrantInput>,
    /// The version that the change was made on; STALE_VERSION when it is another.
    pub(super) expected_version: Option<i32>,
}

impl StaffRolesAssignInput {
    pub(super) fn grants(self) -> Vec<Grant> {
        grants(Vec::new(), self.roles)
    }
}

/// A role to make.
#[derive(InputObject)]
pub struct RoleCreateInput {
    /// Unique name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// What it allows; only what the viewer has in every channel.
    permissions: Vec<PermissionValue>,
}

impl RoleCreateInput {
    pub(super) fn command(self) -> CreateRole {
        CreateRole {
            name: self.name,
            description: self.description,
            permissions: PermissionValue::set(&self.permissions),
        }
    }
}

/// What to change of a role. What is left out stays.
#[derive(InputObject)]
pub struct RoleUpdateInput {
    /// The role.
    pub(super) id: Gid<RoleId>,
    /// The version that the change was made on; STALE_VERSION when it is another.
    expected_version: Option<i32>,
    /// Unique name.
    name: Option<String>,
    /// What it is for; null empties it.
    description: MaybeUndefined<String>,
    /// All that it allows; only what the viewer has in every channel.
    permissions: Option<Vec<PermissionValue>>,
}

impl RoleUpdateInput {
    pub(super) fn change(self) -> UpdateRole {
        UpdateRole {
            expected_version: self.expected_version,
            name: self.name,
            description: emptied(self.description),
            permissions: self.permissions.map(|list| PermissionValue::set(&list)),
        }
    }
}

/// A role to delete.
#[derive(InputObject)]
pub struct RoleDeleteInput {
    /// The role.
    pub(super) id: Gid<RoleId>,
}
