//! Words of texts, and their stems by language.

use frostem::Algorithm;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

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

    /// The language of a channel: `channels` holds the tag of all, and `slug=tag` for those that differ.
    pub fn of_channel(channels: &[String], slug: &str) -> Self {
        let own = channels.iter().filter_map(|entry| entry.split_once('='));
        let own = own.filter(|(channel, _)| channel.trim() == slug).map(|(_, tag)| tag);
        let all = channels.iter().map(String::as_str).filter(|entry| !entry.contains('='));
        own.chain(all)
            .next()
            .map_or_else(Self::default, |tag| Self::of(tag.trim()))
    }

    /// Whether `word`, in lower case, tells nothing about what is looked for.
    pub fn says_nothing(self, word: &str) -> bool {
        let words = EMPTY_WORDS.iter().find(|(language, _)| *language == self);
        words.is_some_and(|(_, words)| words.contains(&word))
    }
}

/// Words that say nothing about a product, by language.
const EMPTY_WORDS: [(Language, &[&str]); 11] = [
    (
        Language::English,
        &[
            "a", "an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "that", "the", "to", "with",
        ],
    ),
    (
        Language::German,
        &[
            "am", "an", "auf", "aus", "das", "dem", "den", "der", "des", "die", "ein", "eine", "einen", "einer", "für",
            "im", "in", "mit", "oder", "und", "von", "zu", "zum", "zur",
        ],
    ),
    (
        Language::French,
        &[
            "à", "au", "aux", "avec", "de", "des", "du", "en", "et", "la", "le", "les", "ou", "par", "pour", "sur",
            "un", "une",
        ],
    ),
    (
        Language::Spanish,
        &[
            "a", "al", "con", "de", "del", "el", "en", "la", "las", "los", "o", "para", "por", "un", "una", "y",
        ],
    ),
    (
        Language::Italian,
        &[
            "a", "al", "con", "da", "dei", "del", "della", "di", "e", "gli", "i", "il", "in", "la", "le", "lo", "o",
            "per", "un", "una",
        ],
    ),
    (
        Language::Dutch,
        &[
            "aan", "de", "een", "en", "het", "in", "met", "of", "op", "te", "van", "voor",
        ],
    ),
    (
        Language::Portuguese,
        &[
            "a", "as", "com", "da", "de", "do", "e", "em", "na", "no", "o", "os", "ou", "para", "por", "um", "uma",
        ],
    ),
    (
        Language::Danish,
        &["af", "og", "en", "et", "den", "det", "for", "i", "med", "på", "til"],
    ),
    (
        Language::Swedish,
        &["av", "och", "en", "ett", "den", "det", "för", "i", "med", "på", "till"],
    ),
    (
        Language::Norwegian,
        &["av", "og", "en", "et", "den", "det", "for", "i", "med", "på", "til"],
    ),
    (Language::Finnish, &["ja", "tai", "on"]),
];

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word in lower case, as it stands.
    pub word: String,
    /// Where it begins in the text, in bytes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

/// The words of `text`: letters and digits in a row.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while rest.next_if(|(_, c)| !is_of_word(*c)).is_some() {}
        let from = rest.peek()?.0;
        let mut word = String::new();
        let mut to = from;
        while let Some((at, c)) = rest.next_if(|(_, c)| is_of_word(*c)) {
            to = at + c.len_utf8();
            word.extend(c.to_lowercase());
        }
        Some(Token { word, from, to })
    })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// `word` without accents: `ü` is `u`, `ß` is `ss`.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut folded = String::with_capacity(word.len());
    for c in word.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// Takes the endings off words of a language.
pub struct Stemmer {
    language: Language,
    algorithm: Option<frostem::Stemmer>,
}

impl Stemmer {
    /// A stemmer for `language`.
    pub fn new(language: Language) -> Self {
        let algorithm = match language {
            Language::English | Language::Other => None,
            Language::German => Some(Algorithm::German),
            Language::French => Some(Algorithm::French),
            Language::Spanish => Some(Algorithm::Spanish),
            Language::Italian => Some(Algorithm::Italian),
            Language::Dutch => Some(Algorithm::Dutch),
            Language::Portuguese => Some(Algorithm::Portuguese),
            Language::Danish => Some(Algorithm::Danish),
            Language::Swedish => Some(Algorithm::Swedish),
            Language::Norwegian => Some(Algorithm::Norwegian),
            Language::Finnish => Some(Algorithm::Finnish),
        };
        Self {
            language,
            algorithm: algorithm.map(frostem::Stemmer::new),
        }
    }

    /// The stem of `word`, a word in lower case as [`tokens`] gives it; without accents.
    pub fn stem(&self, word: &str) -> String {
        // A code is no word: nothing is an ending in it.
        if word.bytes().any(|b| b.is_ascii_digit()) {
            return fold(word);
        }
        match (&self.algorithm, self.language) {
            (Some(algorithm), _) => fold(&algorithm.stem(word)),
            (None, Language::English) => singular(&fold(word)),
            (None, _) => fold(word),
        }
    }
}

/// The singular of an English word, after Harman's S-stemmer: what shoppers and catalogues write differently is the number
/// of things, and a stemmer that takes more off makes one word of `notebook` and `noted`, of `printer` and `print`.
fn singular(word: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    let cut = |letters: usize| word[..word.len() - letters].to_owned();
    match word.len() {
        0..4 => word.to_owned(),
        _ if word.ends_with("ies") && !ends(&["eies", "aies"]) => cut(3) + "y",
        _ if ends(&["sses", "shes", "ches", "xes"]) => cut(2),
        _ if word.ends_with("es") && !ends(&["aes", "ees", "oes"]) => cut(1),
        _ if word.ends_with('s') && !ends(&["us", "ss", "is"]) => cut(1),
        _ => word.to_owned(),
    }
}
