//! What a shopper typed, read once for all engines, and what words mean in this shop.

use std::collections::{BTreeMap, BTreeSet};

use crate::search::language::{Language, Stemmer, tokens};

/// Longest text in characters that is taken in: what follows is neither looked for nor kept nor sent anywhere.
pub const QUERY_MAX: usize = 500;
/// Longest text in characters; what follows is not looked at.
const TEXT_MAX: usize = 200;
/// Phrases, and exclusions, that are looked at.
const PARTS_MAX: usize = 8;

/// The first [`QUERY_MAX`] characters of `text`. A shopper who pastes a page is shown what its beginning finds; nothing
/// that is asked, logged or remembered grows with what a client sends.
pub fn bounded(text: &str) -> &str {
    let end = text.char_indices().nth(QUERY_MAX);
    end.map_or(text, |(end, _)| &text[..end])
}

/// A text that was typed: `red "running shoes" -kids`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// All that is looked for, the words of phrases among it, without marks.
    pub text: String,
    /// Words that must stand together in this order.
    pub phrases: Vec<String>,
    /// Words and phrases that must not be there.
    pub excluded: Vec<String>,
    /// Whether the last word may be a beginning: nothing follows it.
    pub typing: bool,
}

impl Typed {
    /// Reads `text`. A quotation mark opens a phrase in front of a word when another one closes it, so that one behind a
    /// number still means inches; a hyphen in front of a word excludes it.
    pub fn read(text: &str) -> Self {
        let text: Vec<char> = text.chars().take(TEXT_MAX).collect();
        let mut typed = Self {
            typing: text.last().is_some_and(|c| !c.is_whitespace()),
            ..Self::default()
        };
        let mut at = 0;
        while at < text.len() {
            if text[at].is_whitespace() {
                at += 1;
                continue;
            }
            let excludes = is_hyphen(text[at])
                && text
                    .get(at + 1)
                    .is_some_and(|c| c.is_alphanumeric() || is_quote(*c) && phrase(&text, at + 1).is_some());
            let begin = at + usize::from(excludes);
            let (part, quoted, end) = match phrase(&text, begin) {
                Some((part, end)) => (part, true, end),
                None => {
                    let end = (begin..text.len()).find(|i| text[*i].is_whitespace());
                    let end = end.unwrap_or(text.len());
                    (text[begin..end].iter().collect(), false, end)
                }
            };
            at = end;
            let last = at >= text.len();
            typed.typing &= !(last && (quoted || excludes));
            if excludes {
                typed.excluded.push(part);
                continue;
            }
            if !typed.text.is_empty() {
                typed.text.push(' ');
            }
            typed.text.push_str(&part);
            if quoted {
                typed.phrases.push(part);
            }
        }
        typed.phrases.truncate(PARTS_MAX);
        typed.excluded.truncate(PARTS_MAX);
        typed
    }
}

/// The phrase whose opening mark stands at `at`, and where the text goes on.
fn phrase(text: &[char], at: usize) -> Option<(String, usize)> {
    text.get(at).filter(|c| is_quote(**c))?;
    let closes = |i: &usize| is_quote(text[*i]) && text.get(i + 1).is_none_or(|c| !c.is_alphanumeric());
    let close = (at + 1..text.len()).find(closes)?;
    let inner: String = text[at + 1..close].iter().collect();
    let inner = inner.trim();
    (!inner.is_empty()).then(|| (inner.to_owned(), close + 1))
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}')
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2212}')
}

/// What words mean in this shop. Words are compared without their endings, case and accents, as the index holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Vocabulary {
    language: Language,
    synonyms: BTreeMap<String, BTreeSet<String>>,
    stop_words: BTreeSet<String>,
}

impl Vocabulary {
    /// A vocabulary of words of `language`.
    pub fn of(language: Language) -> Self {
        Self {
            language,
            ..Self::default()
        }
    }

    /// Makes `texts` mean the same.
    pub fn equal(&mut self, texts: &[String]) {
        for text in texts {
            for other in texts {
                self.instead(text, other);
            }
        }
    }

    /// Makes `text` find what `other` finds, and not the other way round. Stop words are given before.
    pub fn instead(&mut self, text: &str, other: &str) {
        let stemmer = Stemmer::new(self.language);
        let stems = |words: Vec<String>| {
            words
                .iter()
                .map(|word| stemmer.stem(word))
                .collect::<Vec<_>>()
                .join(" ")
        };
        // As a query is read: words that say nothing are not looked for.
        let text = stems(self.telling(self.language, text));
        let other = stems(tokens(other).map(|token| token.word).collect());
        if !text.is_empty() && !other.is_empty() && text != other {
            self.synonyms.entry(text).or_default().insert(other);
        }
    }

    /// Leaves `word` out of searches.
    pub fn stop(&mut self, word: &str) {
        let word = word.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        if !word.is_empty() {
            self.stop_words.insert(word);
        }
    }

    /// Adds what `other` knows, which may be of another language.
    pub fn join(&mut self, other: Self) {
        for (text, others) in other.synonyms {
            self.synonyms.entry(text).or_default().extend(others);
        }
        self.stop_words.extend(other.stop_words);
    }

    /// A word or some words in a row, without their endings, and what else is looked for then.
    pub fn synonyms(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.synonyms
    }

    /// Words that are not looked for beside others, besides those that say nothing in the language.
    pub fn stop_words(&self) -> &BTreeSet<String> {
        &self.stop_words
    }

    /// The words of `text` that say something; all of them when none does.
    pub fn telling(&self, language: Language, text: &str) -> Vec<String> {
        let mut words: Vec<String> = tokens(text).map(|token| token.word).collect();
        let tells = |word: &String| !language.says_nothing(word) && !self.stop_words.contains(word);
        if words.iter().any(tells) {
            words.retain(tells);
        }
        words
    }
}
