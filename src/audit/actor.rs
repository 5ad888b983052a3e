//! Who did something, and in which request.

use entity::{ApiKeyId, ChannelId, CustomerId, StaffUserId};

use crate::channel::Scope;
use crate::platform::viewer::{Staff, Viewer, Who};

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A member of staff.
    Staff(StaffUserId),
    /// A program.
    ApiKey(ApiKeyId),
    /// A customer.
    Customer(CustomerId),
    /// Somebody who has not signed in.
    Anonymous,
    /// Merx itself: jobs and commands.
    System,
}

impl From<Viewer> for Identity {
    fn from(viewer: Viewer) -> Self {
        match viewer {
            Viewer::Anonymous => Self::Anonymous,
            Viewer::Customer { id, .. } => Self::Customer(id),
            Viewer::Staff(Staff { who, .. }) => match who {
                Who::User { id, .. } => Self::Staff(id),
                Who::ApiKey(id) => Self::ApiKey(id),
            },
            Viewer::System => Self::System,
        }
    }
}

/// Who does something, in which request: what every change of staff is handed beside its command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub identity: Identity,
    /// The channel of the request; none for commands and jobs.
    pub channel: Option<ChannelId>,
    /// Names the request in logs.
    pub request_id: String,
}

impl Actor {
    /// Whoever asks in `scope`.
    pub fn of(scope: &Scope, request_id: &str) -> Self {
        Self {
            identity: scope.viewer.into(),
            channel: Some(scope.channel.id),
            request_id: request_id.to_owned(),
        }
    }

    /// Merx itself; `run` names the command or the job.
    pub fn system(run: &str) -> Self {
        Self {
            identity: Identity::System,
            channel: None,
            request_id: run.to_owned(),
        }
    }

    /// The same request, where a secret in the input told who it is: an invitation, for example.
    #[must_use]
    pub fn known_as(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }
}
