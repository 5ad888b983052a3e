//! What accounts tell the rest.

use entity::account::account::AccountKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform::event::Event;

/// Somebody has proven that the address of an account is theirs, with a letter to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EmailProven {
    /// The account: the id of the customer or member of staff.
    pub account: Uuid,
    /// Its kind.
    pub kind: AccountKind,
}

impl Event for EmailProven {
    const NAME: &'static str = "account.email_proven";
}
