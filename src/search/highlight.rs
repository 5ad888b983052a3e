//! Marking what matched in what is shown.

use std::collections::HashSet;

use crate::search::engine::Marks;
use crate::search::language::{Language, Stemmer, Token, fold, tokens};

/// Words of an excerpt.
const EXCERPT: usize = 30;
/// Words in front of the first mark of an excerpt.
const BEFORE: usize = 6;

/// Marks words in texts.
pub struct Marker {
    stemmer: Stemmer,
    stems: HashSet<String>,
    beginning: Option<String>,
}

impl Marker {
    /// Marks `marks` in texts of `language`.
    pub fn new(marks: &Marks, language: Language) -> Self {
        let stemmer = Stemmer::new(language);
        let words = marks.words.iter().flat_map(|word| tokens(word));
        Self {
            // An engine may give stems: to stem them again may change them.
            stems: words
                .flat_map(|token| [stemmer.stem(&token.word), fold(&token.word)])
                .collect(),
            beginning: marks.beginning.as_deref().map(fold).filter(|b| !b.is_empty()),
            stemmer,
        }
    }

    /// The whole of `text` as HTML with `<mark>` around what matched; none when nothing did.
    pub fn whole(&self, text: &str) -> Option<String> {
        let words: Vec<Token> = tokens(text).collect();
        let marked: Vec<bool> = words.iter().map(|word| self.matches(word)).collect();
        marked
            .contains(&true)
            .then(|| html(text, &words, &marked, 0..words.len()))
    }

    /// Some words of `text` around most of what matched, as [`Self::whole`] writes them.
    pub fn excerpt(&self, text: &str) -> Option<String> {
        let words: Vec<Token> = tokens(text).collect();
        let marked: Vec<bool> = words.iter().map(|word| self.matches(word)).collect();
        // How many different words an excerpt shows that begins a little before each mark.
        let shows = |at: usize| {
            let range = at..words.len().min(at + EXCERPT - BEFORE);
            let shown = range.filter(|i| marked[*i]).map(|i| self.stemmer.stem(&words[i].word));
            shown.collect::<HashSet<_>>().len()
        };
        let firsts = (0..words.len()).filter(|i| marked[*i]);
        // The first of the best.
        let best = firsts.map(|i| (shows(i), std::cmp::Reverse(i))).max()?.1.0;
        let from = best.saturating_sub(BEFORE);
        Some(html(text, &words, &marked, from..words.len().min(from + EXCERPT)))
    }

    fn matches(&self, token: &Token) -> bool {
        self.stems.contains(&self.stemmer.stem(&token.word))
            || self
                .beginning
                .as_ref()
                .is_some_and(|b| fold(&token.word).starts_with(b))
    }
}

/// The words of `range` with what stands between them, marks around those that are marked, an ellipsis where text is
/// left out.
fn html(text: &str, words: &[Token], marked: &[bool], range: std::ops::Range<usize>) -> String {
    let starts = if range.start == 0 { 0 } else { words[range.start].from };
    let ends = if range.end == words.len() {
        text.len()
    } else {
        words[range.end - 1].to
    };
    let mut out = String::new();
    if starts > 0 {
        out.push_str("… ");
    }
    let mut at = starts;
    for i in range {
        if marked[i] {
            escape(&text[at..words[i].from], &mut out);
            out.push_str("<mark>");
            escape(&text[words[i].from..words[i].to], &mut out);
            out.push_str("</mark>");
            at = words[i].to;
        }
    }
    escape(&text[at..ends], &mut out);
    if ends < text.len() {
        out.push_str(" …");
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}
