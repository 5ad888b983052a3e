//! The languages whose words are known in other forms.

/// What texts are written in. Decides how words lose their endings, and which of them say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Italian.
    Italian,
    /// Dutch.
    Dutch,
    /// Portuguese.
    Portuguese,
    /// Danish.
    Danish,
    /// Swedish.
    Swedish,
    /// Norwegian.
    Norwegian,
    /// Finnish.
    Finnish,
    /// Any other: words are taken as they are.
    Other,
}

impl Language {
    /// The language of a tag such as `de` or `pt-BR`.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match primary.as_str() {
            "en" => Self::English,
            "de" => Self::German,
            "fr" => Self::French,
            "es" => Self::Spanish,
            "it" => Self::Italian,
            "nl" => Self::Dutch,
            "pt" => Self::Portuguese,
            "da" => Self::Danish,
            "sv" => Self::Swedish,
            "nb" | "nn" | "no" => Self::Norwegian,
            "fi" => Self::Finnish,
            _ => Self::Other,
        }
    }
}
