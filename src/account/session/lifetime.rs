//! How long a sign-in goes on. Pure.

use chrono::TimeDelta;
use entity::account::account::AccountKind;

/// How long a sign-in goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Without being used.
    pub idle: TimeDelta,
    /// Used or not.
    pub whole: TimeDelta,
}

impl Lifetime {
    /// The lifetime of sessions of this kind of account: staff can do more harm, and sits at a desk.
    pub fn of(kind: AccountKind) -> Self {
        match kind {
            AccountKind::Customer => Self {
                idle: TimeDelta::days(30),
                whole: TimeDelta::days(180),
            },
            AccountKind::Staff => Self {
                idle: TimeDelta::hours(12),
                whole: TimeDelta::days(7),
            },
        }
    }
}
