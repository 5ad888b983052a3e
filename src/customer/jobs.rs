//! Letters to customers. A job holds ids and nothing else: neither an address, which would outlive its owner's wish to be
//! forgotten, nor a secret.

use entity::account::one_time_token;
use entity::{CustomerId, TypedId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{Account, Purpose, account_by_id, issue};
use crate::app::App;
use crate::mail::letter::Secret;
use crate::mail::{self, Envelope, Letter};
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::{Job, JobError, Queue};
use crate::platform::locale::Locale;

/// Pages of the storefront that letters lead to.
const VERIFY_PAGE: &str = "account/verify-email";
const CONFIRM_PAGE: &str = "account/confirm-email";
const SIGN_IN_PAGE: &str = "account/sign-in";
const FORGOTTEN_PAGE: &str = "account/forgot-password";

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// The address is to be proven.
    Verify,
    /// The address has an account already.
    AlreadyRegistered,
}

/// Writes to the address of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendLetter {
    /// Names the letter.
    pub letter: Uuid,
    /// To whom. Nobody: a job like any other, so that asking for a letter takes as long where there is no account.
    pub customer: Option<CustomerId>,
    /// About what.
    pub kind: LetterKind,
}

impl Job for SendLetter {
    const KIND: &'static str = "customer.send_letter";
    const QUEUE: Queue = Queue::Mail;
}

pub(super) async fn send_letter(app: &App, job: SendLetter) -> Result<(), JobError> {
    let Some(customer) = job.customer else { return Ok(()) };
    // Gone since: there is nobody to write to.
    let Some(account) = account_by_id(&app.db, customer.uuid()).await? else {
        return Ok(());
    };
    let letter = match job.kind {
        // Proven since.
        LetterKind::Verify if account.email_verified_at.is_some() => return Ok(()),
        LetterKind::Verify => {
            let email = account.email.clone();
            Letter::VerifyEmail(secret(app, &account, Purpose::VerifyEmail, &email, VERIFY_PAGE).await?)
        }
        LetterKind::AlreadyRegistered => Letter::AlreadyRegistered {
            link: app.config.page(SIGN_IN_PAGE, None),
        },
    };
    send(
        app,
        &account,
        (job.letter, letter.name()),
        account.email.clone(),
        &letter,
    )
    .await?;
    Ok(())
}

/// Writes to the new address of an account, which is to be proven, and to the old one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendChangeLetters {
    /// Names the letters.
    pub letter: Uuid,
    /// Whose address it is.
    pub customer: CustomerId,
}

impl Job for SendChangeLetters {
    const KIND: &'static str = "customer.send_change_letters";
    const QUEUE: Queue = Queue::Mail;
}

pub(super) async fn send_change_letters(app: &App, job: SendChangeLetters) -> Result<(), JobError> {
    let Some(account) = account_by_id(&app.db, job.customer.uuid()).await? else {
        return Ok(());
    };
    // The new address stands with the secret that was made with the request; this one takes its place.
    let wanted = one_time_token::Entity::find()
        .filter(one_time_token::Column::AccountId.eq(account.id))
        .filter(one_time_token::Column::Purpose.eq(Purpose::ChangeEmail.name()))
        .filter(one_time_token::Column::UsedAt.is_null())
        .order_by_desc(one_time_token::Column::Id)
        .one(&app.db)
        .await
        .map_err(Fault::from)?;
    let Some(email) = wanted.and_then(|token| token.email) else {
        return Ok(());
    };
    let notice = Letter::EmailChanged {
        new_email: masked(&email),
        link: app.config.page(FORGOTTEN_PAGE, None),
    };
    send(
        app,
        &account,
        (job.letter, notice.name()),
        account.email.clone(),
        &notice,
    )
    .await?;
    let secret = secret(app, &account, Purpose::ChangeEmail, &email, CONFIRM_PAGE).await?;
    let letter = Letter::ChangeEmail(secret);
    send(app, &account, (job.letter, letter.name()), email, &letter).await?;
    Ok(())
}

/// A new secret for a letter.
async fn secret(app: &App, account: &Account, purpose: Purpose, email: &str, page: &str) -> Result<Secret> {
    let tx = app.db.begin().await?;
    let code = issue(&tx, app, account.id, purpose, Some(email)).await?;
    tx.commit().await?;
    Ok(Secret {
        link: app.config.page(page, Some(&code)),
        minutes: purpose.lifetime().num_minutes(),
        code,
    })
}

async fn send(app: &App, account: &Account, (id, name): (Uuid, &str), to: String, letter: &Letter) -> Result<()> {
    let envelope = Envelope {
        id: format!("{}-{}", name.replace('_', "-"), id.simple()),
        to,
        locale: Locale::of_tag(&account.locale).unwrap_or_default(),
    };
    mail::send(app, envelope, letter).await
}

/// The first letter and the domain: enough for the owner, little for anybody else.
fn masked(email: &str) -> String {
    match email.split_once('@') {
        Some((name, domain)) => format!("{}***@{domain}", name.chars().take(1).collect::<String>()),
        None => "***".to_owned(),
    }
}
