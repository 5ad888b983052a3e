//! Messages: what to say, before it is known in which language.

use std::fmt;

use fluent_bundle::{FluentArgs, FluentValue};

use crate::platform::locale::Locale;
use crate::platform::money::Money;

/// Something to say to a client: the name of a text in `locales/*/errors.ftl`, and what belongs into it. It is made
/// where something is refused and becomes a text at the edge, where the language of the client is known. `Display` is
/// English, for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    id: &'static str,
    args: Vec<(&'static str, Arg)>,
}

/// What belongs into a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A text that is the same in all languages, such as a SKU.
    Text(String),
    /// A number; texts may choose a plural form by it.
    Number(i64),
    /// An amount, written as people of the language do.
    Money(Money),
    /// Another message.
    Message(Message),
}

/// A [`Message`]: `message!("units-left", available = 3)`. A test compares all uses with the files.
macro_rules! message {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::platform::locale::Message::new(
            $id,
            vec![$((stringify!($name), $crate::platform::locale::Arg::from($value))),*],
        )
    };
}
pub(crate) use message;

impl Message {
    /// The text `id` with `args`. The code says `message!`, which a test can read.
    pub fn new(id: &'static str, args: Vec<(&'static str, Arg)>) -> Self {
        Self { id, args }
    }

    /// The text in `locale`; in the default language where `locale` lacks it.
    pub fn render(&self, locale: Locale) -> String {
        let text = self.text(locale).or_else(|| self.text(Locale::default()));
        text.unwrap_or_else(|| self.id.to_owned())
    }

    /// The text in `locale`, when it has one that needs no more than `args`.
    fn text(&self, locale: Locale) -> Option<String> {
        let texts = locale.texts();
        let pattern = texts.get_message(self.id)?.value()?;
        let mut args = FluentArgs::with_capacity(self.args.len());
        for (name, arg) in &self.args {
            args.set(*name, arg.value(locale));
        }
        let mut errors = Vec::new();
        let text = texts.format_pattern(pattern, Some(&args), &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Locale::default()))
    }
}

impl Arg {
    fn value(&self, locale: Locale) -> FluentValue<'_> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Money(money) => money.formatted(locale.tag()).into(),
            Self::Message(message) => message.render(locale).into(),
        }
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i32> for Arg {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Money> for Arg {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl From<Message> for Arg {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}
