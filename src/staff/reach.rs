//! How far somebody's hand reaches. Pure.

use entity::ChannelId;

use crate::channel::Scope;
use crate::platform::locale::{Message, message};
use crate::platform::permission::Permissions;
use crate::staff::access::Grants;

/// Permissions that the viewer lacks where they are to be handed on, or where somebody has them whom the viewer would
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct OutOfReach(pub Permissions);

impl OutOfReach {
    /// What it says to people.
    pub fn message(self) -> Message {
        message!("staff-out-of-reach", permissions = self.0.names().join(", "))
    }
}

/// What the viewer has in `channel`; none: in every channel. Of a channel that the request is not about, only what counts
/// everywhere is known.
fn held(scope: &Scope, channel: Option<ChannelId>) -> Permissions {
    if channel == Some(scope.channel.id) {
        scope.viewer.permissions()
    } else {
        scope.viewer.permissions_everywhere()
    }
}

/// Whether the viewer has all of `permissions` in `channel` (none: in every channel), and so may hand them on there.
///
/// # Errors
/// What it lacks.
pub(super) fn may_grant(scope: &Scope, permissions: Permissions, channel: Option<ChannelId>) -> Result<(), OutOfReach> {
    let lacking = permissions.without(held(scope, channel));
    if lacking == Permissions::NONE {
        Ok(())
    } else {
        Err(OutOfReach(lacking))
    }
}

/// Whether the viewer has all that somebody with `grants` has: nobody changes who may do more.
///
/// # Errors
/// What it lacks.
pub(super) fn may_change(scope: &Scope, grants: &Grants) -> Result<(), OutOfReach> {
    may_grant(scope, grants.everywhere, None)?;
    for (channel, permissions) in &grants.by_channel {
        may_grant(scope, *permissions, Some(*channel))?;
    }
    Ok(())
}
