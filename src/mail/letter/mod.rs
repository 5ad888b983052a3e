//! Letters: what Merx writes to people, in their language, as text and as HTML.

mod templates;

use minijinja::value::Serde;
use serde::Serialize;
use serde_json::Value as Json;

use crate::platform::error::{Fault, Result};
use crate::platform::locale::Locale;
use templates::{Part, TEMPLATES, name_of};

pub use templates::NAMES;

/// Longest subject in characters.
const SUBJECT_MAX: usize = 150;

/// A secret that proves who reads the letter.
#[derive(Clone, Debug, Serialize)]
pub struct Secret {
    /// What to type where a code is asked for.
    pub code: String,
    /// The page that takes it, see [`Config::page`](crate::config::Config::page).
    pub link: Option<String>,
    /// How long it works.
    pub minutes: i64,
}

/// A line of an order, as it reads.
#[derive(Clone, Debug, Serialize)]
pub struct OrderedLine {
    /// Units.
    pub quantity: i32,
    /// What they are.
    pub name: String,
    /// What they cost together.
    pub total: String,
}

/// An order, as it reads. Amounts are written in the language of the letter.
#[derive(Clone, Debug, Serialize)]
pub struct Ordered {
    /// Number for people.
    pub number: String,
    /// Lines, in order.
    pub lines: Vec<OrderedLine>,
    /// Sum of the lines.
    pub subtotal: String,
    /// Sum of the discounts, when there are any.
    pub discount: Option<String>,
    /// Price of the delivery.
    pub delivery: String,
    /// Whether prices include tax.
    pub tax_included: bool,
    /// Tax.
    pub tax: String,
    /// What was paid.
    pub total: String,
    /// Where it goes, line by line.
    pub address: Option<Vec<String>>,
}

/// Something to write to somebody.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Letter {
    /// To a new customer: prove that the address is yours.
    VerifyEmail(Secret),
    /// To a customer whose address somebody has registered again.
    AlreadyRegistered {
        /// Where to sign in.
        link: Option<String>,
    },
    /// To who has forgotten a password.
    ResetPassword(Secret),
    /// The password is another one now.
    PasswordChanged {
        /// Where to choose another one.
        link: Option<String>,
    },
    /// To the new address: prove that it is yours.
    ChangeEmail(Secret),
    /// To the old address: it is to be replaced.
    EmailChanged {
        /// The new address, masked.
        new_email: String,
        /// Where to choose another password.
        link: Option<String>,
    },
    /// Come and work here.
    StaffInvite {
        /// What accepts the invitation.
        #[serde(flatten)]
        secret: Secret,
        /// Who invites, if it was a person.
        invited_by: Option<String>,
    },
    /// The account is gone.
    AccountErased {},
    /// To a buyer whose money comes back, because no order came of it.
    PaymentReturned {
        /// How much.
        amount: String,
        /// Whether the goods went to somebody else meanwhile.
        sold_out: bool,
    },
    /// To who looks after the money: our books and those of a gateway differ.
    ReconciliationDiffers {
        /// The gateway.
        gateway: String,
        /// What differs, line by line.
        differences: Vec<String>,
    },
    /// What was ordered.
    OrderConfirmation(Box<Ordered>),
}

impl Letter {
    /// Its name, which its templates have.
    pub fn name(&self) -> &'static str {
        match self {
            Self::VerifyEmail(_) => "verify_email",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::ResetPassword(_) => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::ChangeEmail(_) => "change_email",
            Self::EmailChanged { .. } => "email_changed",
            Self::StaffInvite { .. } => "staff_invite",
            Self::AccountErased {} => "account_erased",
            Self::PaymentReturned { .. } => "payment_returned",
            Self::ReconciliationDiffers { .. } => "reconciliation_differs",
            Self::OrderConfirmation(_) => "order_confirmation",
        }
    }
}

/// A letter, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject: one line, no control characters.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

/// Writes `letter` in the language of who gets it. `shop` is the name that it is signed with.
///
/// # Errors
/// When a template asks for what the letter does not hold.
pub fn render(letter: &Letter, locale: Locale, shop: &str) -> Result<Rendered> {
    render_named(letter.name(), locale, serde_json::to_value(letter)?, shop)
}

/// Writes the letter `name` with `content`. [`render`] cannot leave anything out; this can, and then fails.
///
/// # Errors
/// When there is no such letter, or its templates ask for what `content` does not hold.
pub fn render_named(name: &str, locale: Locale, mut content: Json, shop: &str) -> Result<Rendered> {
    if let Some(minutes) = content.get("minutes").and_then(Json::as_i64) {
        content["valid"] = span(minutes, locale).into();
    }
    content["shop"] = shop.into();
    content["lang"] = locale.tag().into();
    let write = |part: Part, content: &Json| {
        TEMPLATES
            .get_template(&name_of(name, locale, part))
            .and_then(|template| template.render(Serde(content)))
            .map_err(|e| Fault::part("letter", e))
    };
    let subject = one_line(&write(Part::Subject, &content)?);
    content["subject"] = subject.as_str().into();
    Ok(Rendered {
        text: write(Part::Text, &content)?,
        html: write(Part::Html, &content)?,
        subject,
    })
}

/// A subject cannot smuggle another header in: whatever breaks or steers a line becomes a space.
fn one_line(text: &str) -> String {
    let breaks =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
    let words = text.split(breaks).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(SUBJECT_MAX).collect()
}

/// How long something works, in words: in the largest unit that says it exactly.
fn span(minutes: i64, locale: Locale) -> String {
    let (count, units) = match minutes {
        m if m % (24 * 60) == 0 => (m / (24 * 60), [["day", "days"], ["Tag", "Tage"]]),
        m if m % 60 == 0 => (m / 60, [["hour", "hours"], ["Stunde", "Stunden"]]),
        m => (m, [["minute", "minutes"], ["Minute", "Minuten"]]),
    };
    let words = if locale.tag() == "de" { units[1] } else { units[0] };
    format!("{count} {}", words[usize::from(count != 1)])
}
