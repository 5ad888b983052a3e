//! Letters to staff.

use entity::{StaffUserId, TypedId};
use serde::{Deserialize, Serialize};

use crate::account::{self, Purpose};
use crate::app::App;
use crate::mail::letter::Secret;
use crate::mail::{self, Envelope, Letter};
use crate::platform::error::Fault;
use crate::platform::jobs::{Job, JobError, Queue};
use crate::platform::locale::Locale;
use crate::staff::query::{StaffUser, staff_user_by_id};

/// The page that takes the secret of an invitation.
const PAGE: &str = "staff/accept-invitation";

/// Sends an invitation. Its secret is made when it is sent, so that none stands in the job table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendInvitation {
    /// Who is invited.
    pub to: StaffUserId,
    /// Who invites, if it is a person.
    pub by: Option<StaffUserId>,
}

impl Job for SendInvitation {
    const KIND: &'static str = "staff.send_invitation";
    const QUEUE: Queue = Queue::Mail;
}

pub(super) async fn send_invitation(app: &App, job: SendInvitation) -> Result<(), JobError> {
    let Some(person) = staff_user_by_id(&app.db, job.to).await? else {
        return Err(JobError::Dead("no such member of staff".to_owned()));
    };
    // Things went on while the letter waited.
    if person.joined_at.is_some() || person.deactivated_at.is_some() {
        return Ok(());
    }
    let Some(account) = account::account_by_id(&app.db, person.id.uuid()).await? else {
        return Err(JobError::Dead("a member of staff without an account".to_owned()));
    };
    let invited_by = match job.by {
        Some(by) => staff_user_by_id(&app.db, by).await?.map(|by| name_of(&by)),
        None => None,
    };
    let tx = app.db.begin().await.map_err(Fault::from)?;
    let secret = account::issue(&tx, app, account.id, Purpose::Invite, Some(&person.email)).await?;
    tx.commit().await.map_err(Fault::from)?;
    let letter = Letter::StaffInvite {
        secret: Secret {
            link: app.config.page(PAGE, Some(&secret)),
            code: secret,
            minutes: Purpose::Invite.lifetime().num_minutes(),
        },
        invited_by,
    };
    let envelope = Envelope {
        // Each sending has a secret of its own, so each is a letter of its own.
        id: format!("staff-invite-{}-{}", person.id, app.ids.uuid().simple()),
        to: person.email,
        locale: Locale::of_tag(&account.locale).unwrap_or_default(),
    };
    mail::send(app, envelope, &letter).await?;
    Ok(())
}

/// How a person is called in a letter: by name, else by address.
fn name_of(person: &StaffUser) -> String {
    let parts = [person.first_name.as_deref(), person.last_name.as_deref()];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if name.is_empty() { person.email.clone() } else { name }
}
