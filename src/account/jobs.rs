//! Letters about passwords. A job holds ids and nothing else: neither an address nor a secret.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::one_time::{Purpose, issue};
use crate::account::query::{Account, account_by_id};
use crate::app::App;
use crate::mail::{self, Envelope, Letter, letter};
use crate::platform::error::Fault;
use crate::platform::jobs::{Job, JobError, Queue};
use crate::platform::locale::Locale;

/// The pages of the storefront that take what stands in the letters.
const RESET_PAGE: &str = "account/reset-password";
const FORGOTTEN_PAGE: &str = "account/forgot-password";

/// Sends whoever has forgotten a password what sets a new one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendReset {
    /// Names the letter.
    pub letter: Uuid,
    /// To whom. Nobody: a job like any other, so that asking takes as long where there is no account.
    pub account: Option<Uuid>,
}

impl Job for SendReset {
    const KIND: &'static str = "account.send_reset";
    const QUEUE: Queue = Queue::Mail;
}

/// Tells somebody that the password is another one now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendPasswordChanged {
    /// Whose.
    pub account: Uuid,
    /// When it was changed.
    pub at: DateTime<Utc>,
}

impl SendPasswordChanged {
    /// For a change that happens now.
    pub(super) fn now(app: &App, account: Uuid) -> Self {
        Self {
            account,
            at: app.clock.now(),
        }
    }
}

impl Job for SendPasswordChanged {
    const KIND: &'static str = "account.send_password_changed";
    const QUEUE: Queue = Queue::Mail;

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}-{}", self.account.simple(), self.at.timestamp_micros()))
    }
}

fn envelope(account: &Account, id: String) -> Envelope {
    Envelope {
        id,
        to: account.email.clone(),
        locale: Locale::of_tag(&account.locale).unwrap_or_default(),
    }
}

pub(super) async fn send_reset(app: &App, job: SendReset) -> Result<(), JobError> {
    let Some(id) = job.account else { return Ok(()) };
    let account = account_by_id(&app.db, id).await?;
    let Some(account) = account.filter(|account| account.blocked_at.is_none()) else {
        return Ok(());
    };
    let purpose = Purpose::ResetPassword;
    let tx = app.db.begin().await.map_err(Fault::from)?;
    let code = issue(&tx, app, account.id, purpose, None).await?;
    tx.commit().await.map_err(Fault::from)?;
    let letter = Letter::ResetPassword(letter::Secret {
        link: app.config.page(RESET_PAGE, Some(&code)),
        code,
        minutes: purpose.lifetime().num_minutes(),
    });
    let id = format!("reset-password-{}", job.letter.simple());
    Ok(mail::send(app, envelope(&account, id), &letter).await?)
}

pub(super) async fn send_password_changed(app: &App, job: SendPasswordChanged) -> Result<(), JobError> {
    // Erased meanwhile: nobody to write to.
    let Some(account) = account_by_id(&app.db, job.account).await? else {
        return Ok(());
    };
    let letter = Letter::PasswordChanged {
        link: app.config.page(FORGOTTEN_PAGE, None),
    };
    let id = format!("password-changed-{}", job.unique_key().unwrap_or_default());
    Ok(mail::send(app, envelope(&account, id), &letter).await?)
}
