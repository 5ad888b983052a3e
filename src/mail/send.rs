//! A letter leaves.

use crate::app::App;
use crate::mail::letter::{Letter, render};
use crate::mail::transport::Mail;
use crate::platform::error::Result;
use crate::platform::locale::Locale;

/// Who gets a letter.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    /// Unique name of the letter: sending it twice delivers it once where the transport can tell.
    pub id: String,
    /// Their address.
    pub to: String,
    /// Their language.
    pub locale: Locale,
}

/// Writes `letter` and hands it to the transport.
///
/// # Errors
/// When it was not taken; the job tries again.
pub(crate) async fn send(app: &App, envelope: Envelope, letter: &Letter) -> Result<()> {
    let from = app.config.shop.mail_from.clone();
    let written = render(letter, envelope.locale, name_of(&from))?;
    app.mail
        .send(&Mail {
            id: envelope.id,
            to: envelope.to,
            subject: written.subject,
            text: written.text,
            html: Some(written.html),
            from,
        })
        .await
}

/// The name in `Name <address>`, else the address.
pub(crate) fn name_of(sender: &str) -> &str {
    match sender.split_once('<') {
        Some((name, _)) if !name.trim().is_empty() => name.trim().trim_matches('"'),
        Some((_, address)) => address.trim_end_matches('>'),
        None => sender,
    }
}
