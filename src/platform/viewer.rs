//! Who asks.

use std::fmt;

use entity::{ApiKeyId, CustomerId, SessionId, StaffUserId};

use crate::platform::permission::{Permission, Permissions};

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody in particular.
    #[default]
    Anonymous,
    /// A customer who has signed in.
    Customer {
        /// The customer.
        id: CustomerId,
        /// The session.
        session: SessionId,
    },
    /// A member of staff, or a program with an API key.
    Staff(Staff),
    /// Merx itself: jobs and commands.
    System,
}

/// A member of staff, or a program with an API key, in the channel of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Who it is.
    pub who: Who,
    /// What it may do in the channel of the request.
    pub here: Permissions,
    /// What it may do in every channel. A part of `here`.
    pub everywhere: Permissions,
}

/// A member of staff, or a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person.
    User {
        /// The person.
        id: StaffUserId,
        /// The session.
        session: SessionId,
    },
    /// A program.
    ApiKey(ApiKeyId),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { id, .. } => id.fmt(f),
            Self::ApiKey(id) => id.fmt(f),
        }
    }
}

/// What a viewer may see of the schema: the same for all who have the same permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Audience {
    /// Whether the viewer belongs to staff, whatever it may do.
    pub staff: bool,
    /// What it may do.
    pub permissions: Permissions,
}

impl Audience {
    /// What everybody sees.
    pub const PUBLIC: Self = Self {
        staff: false,
        permissions: Permissions::NONE,
    };
    /// Everything.
    pub const ALL: Self = Self {
        staff: true,
        permissions: Permissions::ALL,
    };
}

impl Viewer {
    /// What the viewer may see of the schema.
    pub fn audience(self) -> Audience {
        Audience {
            staff: self.is_staff(),
            permissions: self.permissions(),
        }
    }

    /// What the viewer may do in the channel of the request.
    pub fn permissions(self) -> Permissions {
        match self {
            Self::Anonymous | Self::Customer { .. } => Permissions::NONE,
            Self::Staff(staff) => staff.here,
            Self::System => Permissions::ALL,
        }
    }

    /// What the viewer may do in every channel. A part of [`Viewer::permissions`].
    pub fn permissions_everywhere(self) -> Permissions {
        match self {
            Self::Anonymous | Self::Customer { .. } => Permissions::NONE,
            Self::Staff(staff) => staff.everywhere,
            Self::System => Permissions::ALL,
        }
    }

    /// Whether the viewer may do this in the channel of the request.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().has(permission)
    }

    /// Whether the viewer may do this in every channel.
    pub fn may_everywhere(self, permission: Permission) -> bool {
        self.permissions_everywhere().has(permission)
    }

    /// Whether the viewer belongs to staff. What it may do, its permissions say.
    pub fn is_staff(self) -> bool {
        matches!(self, Self::Staff(_) | Self::System)
    }

    /// The customer who has signed in.
    pub fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Customer { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The member of staff who has signed in.
    pub fn staff_user(self) -> Option<StaffUserId> {
        match self {
            Self::Staff(Staff {
                who: Who::User { id, .. },
                ..
            }) => Some(id),
            _ => None,
        }
    }

    /// The session that the viewer signed in with.
    pub fn session(self) -> Option<SessionId> {
        match self {
            Self::Customer { session, .. }
            | Self::Staff(Staff {
                who: Who::User { session, .. },
                ..
            }) => Some(session),
            _ => None,
        }
    }

    /// The name that goes into histories.
    pub fn actor(self) -> &'static str {
        match self {
            Self::Anonymous | Self::Customer { .. } => "customer",
            Self::Staff(_) => "staff",
            Self::System => "system",
        }
    }
}
