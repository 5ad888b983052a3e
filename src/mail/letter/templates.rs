//! The texts of letters: one folder a language, the layout they share beside them.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use crate::platform::locale::Locale;

/// What letters share.
const SHARED: [(&str, &str); 4] = [
    ("base.txt", include_str!("../templates/base.txt")),
    ("base.html", include_str!("../templates/base.html")),
    ("button.html", include_str!("../templates/button.html")),
    ("code.html", include_str!("../templates/code.html")),
];

/// A letter in a language.
struct Text {
    name: String,
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

macro_rules! letters {
    ($($name:literal),* $(,)?) => {
        /// The names of all letters.
        pub const NAMES: &[&str] = &[$($name),*];

        fn shipped() -> Vec<Text> {
            let mut texts = Vec::new();
            $(for (tag, text, html) in [
                (
                    "en",
                    include_str!(concat!("../templates/en/", $name, ".txt")),
                    include_str!(concat!("../templates/en/", $name, ".html")),
                ),
                (
                    "de",
                    include_str!(concat!("../templates/de/", $name, ".txt")),
                    include_str!(concat!("../templates/de/", $name, ".html")),
                ),
            ] {
                // The first line of a text is the subject, as it would be in a letter.
                let (subject, text) = text.split_once('\n').unwrap_or((text, ""));
                texts.push(Text {
                    name: format!("{tag}/{}", $name),
                    subject: subject.strip_prefix("Subject: ").unwrap_or(subject),
                    text,
                    html,
                });
            })*
            texts
        }
    };
}

letters![
    "verify_email",
    "already_registered",
    "reset_password",
    "password_changed",
    "change_email",
    "email_changed",
    "staff_invite",
    "account_erased",
    "payment_returned",
    "reconciliation_differs",
    "order_confirmation",
];

/// The part of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Subject,
    Text,
    Html,
}

/// All texts, compiled when the first letter is written. One that does not compile is missing here and told in the log; a
/// test writes all of them.
pub(super) static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    // A tag on a line of its own leaves no empty line behind.
    let syntax = templates
        .syntax()
        .to_builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    match syntax {
        Ok(syntax) => templates.set_syntax(syntax),
        Err(error) => tracing::error!(error = %error, "the syntax of letters is not taken"),
    }
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    let mut add = |name: String, source: &'static str| {
        if let Err(error) = templates.add_template_owned(name, source) {
            tracing::error!(error = %error, "the text of a letter cannot be read");
        }
    };
    for (name, source) in SHARED {
        add(name.to_owned(), source);
    }
    for letter in shipped() {
        add(format!("{}.subject", letter.name), letter.subject);
        add(format!("{}.txt", letter.name), letter.text);
        add(format!("{}.html", letter.name), letter.html);
    }
    templates
});

/// The name of a part of a letter in [`TEMPLATES`].
pub(super) fn name_of(letter: &str, locale: Locale, part: Part) -> String {
    let part = match part {
        Part::Subject => "subject",
        Part::Text => "txt",
        Part::Html => "html",
    };
    format!("{}/{letter}.{part}", locale.tag())
}
