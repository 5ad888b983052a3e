//! From what a shopper typed to the words that are looked for.

use std::collections::BTreeSet;

use tantivy::schema::Field;

use super::near::{changes_of, swaps_of};
use super::terms::{Counted, Lexicon};
use crate::search::engine::Marks;
use crate::search::language::{Language, Stemmer, fold, tokens};
use crate::search::words::{Typed, Vocabulary};

/// Words looked at; a mask of 16 bits says which of them a document has.
const WORDS_MAX: usize = 12;
/// Shortest beginning that a search completes, in characters. Suggestions complete any.
pub(super) const BEGINNING_MIN: usize = 2;
/// A known word in this many documents or fewer may be a typo of the catalogue, or a beginning.
const RARE: u64 = 3;
/// How much more frequent the near word must be for that.
const FAR_MORE: u64 = 20;
/// Longest key of a synonym in words.
const SYNONYM_MAX: usize = 4;
/// How much a joined word, a synonym, another near word, or the completion of a beginning counts beside the word itself.
const JOINED_WEIGHT: f32 = 0.3;
const SYNONYM_WEIGHT: f32 = 0.8;
const OTHER_NEAR_WEIGHT: f32 = 0.3;
const BEGINNING_WEIGHT: f32 = 0.4;

/// Some stems that may stand for a word when a document holds all of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    pub(super) stems: Vec<String>,
    pub(super) weight: f32,
}

/// A word of the query with what may stand for it.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) ways: Vec<Way>,
    /// Whole words that begin with it, when it is the one being typed.
    pub(super) completions: Vec<String>,
    /// What a completion counts.
    pub(super) beginning: f32,
    correction: Option<String>,
}

/// A text, looked up in the index.
#[derive(Clone, Debug, Default)]
pub(super) struct Analysis {
    pub(super) words: Vec<Word>,
    /// Stems that must stand together.
    pub(super) phrases: Vec<Vec<String>>,
    /// Stems that must not be there, together.
    pub(super) excluded: Vec<Vec<String>>,
    /// All that is looked for, in lower case: may be a SKU.
    pub(super) whole: String,
    /// The text with unknown words replaced by near ones.
    pub(super) corrected: Option<String>,
    /// What is to be marked in hits.
    pub(super) marks: Marks,
}

/// What is asked.
pub(super) struct Asked<'a> {
    pub(super) text: &'a str,
    pub(super) language: Language,
    pub(super) vocabulary: &'a Vocabulary,
    /// Shortest beginning that is completed, in characters.
    pub(super) shortest: usize,
    /// Whether somebody is still typing: a word that is known is completed all the same, and there is no time to look far
    /// for what was meant.
    pub(super) suggesting: bool,
}

/// Looks a text up. The last word is a beginning unless a space follows it.
pub(super) fn analyse(lexicon: &Lexicon<'_>, asked: &Asked<'_>) -> tantivy::Result<Analysis> {
    let typed = Typed::read(asked.text);
    let stemmer = Stemmer::new(asked.language);
    let stems = |text: &String| tokens(text).map(|t| stemmer.stem(&t.word)).collect::<Vec<_>>();
    let phrases = typed.phrases.iter().map(stems).filter(|p| !p.is_empty()).collect();
    let excluded = typed.excluded.iter().map(stems).filter(|p| !p.is_empty()).collect();
    let last = tokens(&typed.text)
        .last()
        .filter(|_| typed.typing)
        .map(|token| token.word);
    let mut texts = asked.vocabulary.telling(asked.language, &typed.text);
    texts.truncate(WORDS_MAX);
    let looking = Looking {
        lexicon,
        asked,
        stemmer: &stemmer,
    };
    let mut words = Vec::with_capacity(texts.len());
    for i in 0..texts.len() {
        // The last word that was typed, unless it says nothing.
        let begun = i + 1 == texts.len() && last.as_ref() == texts.get(i);
        words.push(looking.word(&texts, i, begun)?);
    }
    looking.synonyms(&texts, &mut words);
    let corrected = words.iter().any(|w| w.correction.is_some()).then(|| {
        let words = words.iter().map(|w| w.correction.as_ref().unwrap_or(&w.text).as_str());
        words.collect::<Vec<_>>().join(" ")
    });
    Ok(Analysis {
        marks: marks(&words),
        words,
        phrases,
        excluded,
        whole: typed.text.to_lowercase(),
        corrected,
    })
}

/// What is marked: all that may stand for a word.
fn marks(words: &[Word]) -> Marks {
    let mut marks = Marks::default();
    for word in words {
        marks
            .words
            .extend(word.ways.iter().flat_map(|way| way.stems.iter().cloned()));
        if !word.completions.is_empty() {
            marks.beginning = Some(word.text.clone());
        }
    }
    marks.words.sort_unstable();
    marks.words.dedup();
    marks
}

struct Looking<'a> {
    lexicon: &'a Lexicon<'a>,
    asked: &'a Asked<'a>,
    stemmer: &'a Stemmer,
}

impl Looking<'_> {
    /// The word at `at` with what may stand for it.
    fn word(&self, texts: &[String], at: usize, begun: bool) -> tantivy::Result<Word> {
        let text = fold(&texts[at]);
        let stem = self.stemmer.stem(&texts[at]);
        let mut ways = vec![Way::of(stem.clone(), 1.0)];
        for joined in self.joined(texts, at)? {
            ways.push(Way::of(joined, JOINED_WEIGHT));
        }
        let known = self.frequency(&stem)?;
        let may_begin = begun && text.chars().count() >= self.asked.shortest;
        let completions = if may_begin && (self.asked.suggesting || known <= RARE) {
            self.lexicon.completions(&text)?
        } else {
            Vec::new()
        };
        let completed: u64 = completions.iter().map(|c| c.frequency).sum();
        let mut correction = None;
        if known <= RARE && completed <= RARE && ways.len() == 1 {
            let known = known + completed;
            let mut near = self.near(&text, known > 0)?.into_iter();
            let likely = |c: &Counted| known == 0 || c.frequency >= FAR_MORE * known;
            if let Some(best) = near.next().filter(likely) {
                ways.push(Way::of(self.stemmer.stem(&best.word), 1.0));
                let others = near.filter(likely);
                ways.extend(others.map(|other| Way::of(self.stemmer.stem(&other.word), OTHER_NEAR_WEIGHT)));
                correction = (known == 0).then_some(best.word);
            }
        }
        if known > RARE
            && let Some(meant) = self.meant(texts, at)?
        {
            ways.push(Way::of(self.stemmer.stem(&meant), 1.0));
            correction = Some(meant);
        }
        ways.dedup_by(|a, b| a.stems == b.stems);
        Ok(Word {
            text,
            ways,
            completions: completions.into_iter().map(|c| c.word).collect(),
            beginning: BEGINNING_WEIGHT,
            correction,
        })
    }

    /// The word that two letters in the right order make of a known one, when the other words say that it was meant: `rtx
    /// 2060` of `rtx 2600`, `usb hub` of `sub hub`.
    fn meant(&self, texts: &[String], at: usize) -> tantivy::Result<Option<String>> {
        let mut best: Option<(usize, String)> = None;
        if texts.len() > 1 {
            for word in swaps_of(&fold(&texts[at])) {
                if self.plain_frequency(&word)? > RARE && !self.asked.language.says_nothing(&word) {
                    let hits = self.lexicon.with_all(texts, at, &word)?;
                    if best.as_ref().is_none_or(|(most, _)| hits > *most) {
                        best = Some((hits, word));
                    }
                }
            }
        }
        let Some((hits, word)) = best.filter(|(hits, _)| *hits as u64 > RARE) else {
            return Ok(None);
        };
        let typed = self.lexicon.with_all(texts, at, &fold(&texts[at]))?;
        Ok((hits as u64 >= FAR_MORE * typed as u64).then_some(word))
    }

    /// Known words that the word makes with one of its neighbours: `head phones`.
    fn joined(&self, texts: &[String], at: usize) -> tantivy::Result<BTreeSet<String>> {
        let before = at.checked_sub(1).and_then(|before| texts.get(before));
        let pairs = [(before, texts.get(at)), (texts.get(at), texts.get(at + 1))];
        let mut joined = BTreeSet::new();
        for pair in pairs {
            if let (Some(left), Some(right)) = pair {
                let stem = self.stemmer.stem(&format!("{left}{right}"));
                if self.frequency(&stem)? > 0 {
                    joined.insert(stem);
                }
            }
        }
        Ok(joined)
    }

    /// The words that `text` may have been meant to be, likeliest first. A word that is `known` may only be one with two
    /// letters in the wrong order.
    fn near(&self, text: &str, known: bool) -> tantivy::Result<Vec<Counted>> {
        // Two letters in the wrong order are the typo that says most clearly what was meant.
        let mut swapped = Vec::new();
        for word in swaps_of(text) {
            let frequency = self.plain_frequency(&word)?;
            if frequency > 0 {
                swapped.push(Counted { word, frequency });
            }
        }
        swapped.sort_unstable_by(|a, b| b.frequency.cmp(&a.frequency).then_with(|| a.word.cmp(&b.word)));
        if !swapped.is_empty() {
            return Ok(swapped);
        }
        match changes_of(text) {
            _ if known => Ok(swapped),
            0 => Ok(Vec::new()),
            changes => self.lexicon.near(text, changes, !self.asked.suggesting),
        }
    }

    /// Adds to each word what the vocabulary of the shop says instead.
    fn synonyms(&self, texts: &[String], words: &mut [Word]) {
        let synonyms = self.asked.vocabulary.synonyms();
        if synonyms.is_empty() {
            return;
        }
        let typed: Vec<String> = texts.iter().map(|text| self.stemmer.stem(text)).collect();
        for from in 0..texts.len() {
            for to in from + 1..=texts.len().min(from + SYNONYM_MAX) {
                let Some(others) = synonyms.get(&typed[from..to].join(" ")) else {
                    continue;
                };
                for other in others {
                    let stems: Vec<String> = other.split(' ').map(str::to_owned).collect();
                    for word in &mut words[from..to] {
                        if !stems.is_empty() && !word.ways.iter().any(|way| way.stems == stems) {
                            word.correction = None;
                            word.ways.push(Way {
                                stems: stems.clone(),
                                weight: SYNONYM_WEIGHT,
                            });
                        }
                    }
                }
            }
        }
    }

    /// Documents with the stem, in the field that has most.
    fn frequency(&self, stem: &str) -> tantivy::Result<u64> {
        let fields = self.lexicon.fields.texts.iter().map(|(field, _)| *field);
        self.most(fields, stem)
    }

    /// Documents with the word as it is.
    fn plain_frequency(&self, word: &str) -> tantivy::Result<u64> {
        self.most([self.lexicon.fields.head, self.lexicon.fields.body].into_iter(), word)
    }

    fn most(&self, fields: impl Iterator<Item = Field>, term: &str) -> tantivy::Result<u64> {
        let mut most = 0;
        for field in fields {
            most = most.max(self.lexicon.frequency(field, term)?);
        }
        Ok(most)
    }
}

impl Way {
    fn of(stem: String, weight: f32) -> Self {
        Self {
            stems: vec![stem],
            weight,
        }
    }
}

impl Analysis {
    /// The words before the last, and the last.
    pub(super) fn beginning(&self) -> Option<(Vec<&str>, &Word)> {
        let (last, before) = self.words.split_last()?;
        Some((before.iter().map(|w| w.text.as_str()).collect(), last))
    }
}
