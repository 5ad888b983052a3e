//! Who asks.

/// Who asks. Staff is recognised by the token of the configuration until accounts exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody in particular.
    #[default]
    Anonymous,
    /// A member of staff, allowed everything.
    Staff,
    /// Merx itself: jobs and commands.
    System,
}

/// What viewers may see of the schema: one a set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Audience {
    /// What everybody sees.
    #[default]
    Public,
    /// Everything.
    Staff,
}

impl Viewer {
    /// What the viewer may see of the schema.
    pub fn audience(self) -> Audience {
        if self.is_staff() {
            Audience::Staff
        } else {
            Audience::Public
        }
    }

    /// Whether the viewer may see and change what shoppers may not.
    pub fn is_staff(self) -> bool {
        matches!(self, Self::Staff | Self::System)
    }

    /// The name that goes into histories.
    pub fn actor(self) -> &'static str {
        match self {
            Self::Anonymous => "customer",
            Self::Staff => "staff",
            Self::System => "system",
        }
    }
}
