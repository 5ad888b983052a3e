//! What the words of a query are worth in each document: BM25F.
//!
//! Every way to say a word adds to one weighted count a document: over the fields, each with its weight and for its
//! length, and over the word itself, its near words and its synonyms. Only then the count is dampened and multiplied by the
//! rarity of the word. Sums of scores of single fields, which the index could give by itself, count a word again for each
//! field that repeats it, and take a word for rare that is rare in a field.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::Postings;
use tantivy::query::{EnableScoring, PhraseQuery, Query};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Searcher, SegmentReader, TERMINATED, Term};

use super::query::{Analysis, Word};
use super::schema::Fields;

/// How soon more of a word counts for less.
const K1: f32 = 0.9;
/// How much the length of a field counts: less for names, which are long where there is much to say.
const B_NAME: f32 = 0.5;
const B: f32 = 0.75;
/// Steps of a field's length that the index tells apart.
const LENGTHS: usize = 256;

/// A document that matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) doc: DocId,
    pub(super) score: f32,
    /// A bit for each word that it has.
    pub(super) words: u16,
    /// Whether it has the SKU that was typed.
    pub(super) is_sku: bool,
}

impl Match {
    /// A document without any word.
    pub(super) fn of(doc: DocId) -> Self {
        Self {
            doc,
            score: 0.0,
            words: 0,
            is_sku: false,
        }
    }
}

/// How much of a word documents hold, in their order.
type Evidence = Vec<(DocId, f32)>;

/// A field to look into, with what a length takes off.
struct Lens {
    field: Field,
    by_length: Vec<f32>,
}

/// A segment with what may be found in it.
pub(super) struct Shelf<'s> {
    pub(super) segment: &'s SegmentReader,
    /// Whether a document lives and is the channel's.
    pub(super) open: Vec<bool>,
    norms: Vec<FieldNormReader>,
    /// Counts by document, all zero between two words.
    counts: Vec<f32>,
}

/// The documents of a channel that hold some of the words of `analysis`, segment by segment and in the order of the
/// segments, by texts with these weights. All documents without words.
pub(super) fn matches(
    searcher: &Searcher,
    weighted: &[(Field, f32)],
    (fields, analysis): (&Fields, &Analysis),
    shelves: &mut [Shelf<'_>],
) -> tantivy::Result<Vec<Vec<Match>>> {
    if analysis.words.is_empty() {
        return Ok(shelves.iter().map(Shelf::all).collect());
    }
    let lenses = lenses(searcher, weighted)?;
    let mut evidence = Vec::with_capacity(shelves.len());
    let mut frequencies = vec![0_usize; analysis.words.len()];
    for shelf in shelves.iter_mut() {
        let mut of_segment = Vec::with_capacity(analysis.words.len());
        for (word, frequency) in analysis.words.iter().zip(&mut frequencies) {
            let found = shelf.evidence(fields, &lenses, word)?;
            *frequency += found.len();
            of_segment.push(found);
        }
        evidence.push(of_segment);
    }
    let documents: usize = shelves
        .iter()
        .map(|shelf| shelf.open.iter().filter(|open| **open).count())
        .sum();
    let rarities: Vec<f32> = frequencies.iter().map(|with| rarity(documents, *with)).collect();
    Ok(evidence.into_iter().map(|words| joined(words, &rarities)).collect())
}

/// The inverse document frequency of BM25.
fn rarity(documents: usize, with: usize) -> f32 {
    let (all, with) = (documents as f32, with as f32);
    (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
}

/// Brings the words together, by document.
fn joined(words: Vec<Evidence>, rarities: &[f32]) -> Vec<Match> {
    let mut all: Vec<Match> = Vec::with_capacity(words.iter().map(Vec::len).max().unwrap_or_default());
    for (bit, (evidence, rarity)) in words.into_iter().zip(rarities).enumerate() {
        let found = evidence.into_iter().map(|(doc, count)| Match {
            doc,
            score: rarity * count * (K1 + 1.0) / (count + K1),
            words: 1 << bit,
            is_sku: false,
        });
        all = merged(all, found);
    }
    all
}

/// Both lists in the order of documents, those of the same document added up.
pub(super) fn merged(left: Vec<Match>, right: impl Iterator<Item = Match>) -> Vec<Match> {
    let mut out = Vec::with_capacity(left.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if a.doc == b.doc => {
                let both = Match {
                    score: a.score + b.score,
                    words: a.words | b.words,
                    is_sku: a.is_sku | b.is_sku,
                    ..*a
                };
                left.next();
                right.next();
                Some(both)
            }
            (Some(a), Some(b)) if a.doc > b.doc => right.next(),
            (None, _) => right.next(),
            _ => left.next(),
        };
        match next {
            Some(found) => out.push(found),
            None => return out,
        }
    }
}

fn lenses(searcher: &Searcher, weighted: &[(Field, f32)]) -> tantivy::Result<Vec<Lens>> {
    let mut lenses = Vec::with_capacity(weighted.len());
    for (i, (field, weight)) in weighted.iter().enumerate() {
        let b = if i == 0 { B_NAME } else { B };
        let (mut tokens, mut documents) = (0_u64, 0_u64);
        for segment in searcher.segment_readers() {
            tokens += segment.inverted_index(*field)?.total_num_tokens();
            documents += u64::from(segment.max_doc());
        }
        let average = (tokens as f32 / documents.max(1) as f32).max(1.0);
        let of_length = |id: usize| {
            let length = FieldNormReader::id_to_fieldnorm(u8::try_from(id).unwrap_or(u8::MAX)) as f32;
            weight / (1.0 - b + b * length / average)
        };
        lenses.push(Lens {
            field: *field,
            by_length: (0..LENGTHS).map(of_length).collect(),
        });
    }
    Ok(lenses)
}

impl<'s> Shelf<'s> {
    /// What `channel` has in `segment`.
    pub(super) fn of(segment: &'s SegmentReader, fields: &Fields, channel: &str) -> tantivy::Result<Self> {
        let mut open = vec![false; segment.max_doc() as usize];
        let term = Term::from_field_text(fields.channel, channel);
        let index = segment.inverted_index(fields.channel)?;
        if let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
            let alive = segment.alive_bitset();
            each(&mut postings, |doc, _| {
                open[doc as usize] = alive.is_none_or(|alive| alive.is_alive(doc));
            });
        }
        let norms = fields
            .texts
            .iter()
            .map(|(field, _)| segment.get_fieldnorms_reader(*field));
        Ok(Self {
            segment,
            norms: norms.collect::<tantivy::Result<_>>()?,
            counts: vec![0.0; open.len()],
            open,
        })
    }

    fn all(&self) -> Vec<Match> {
        let open = (0..).zip(&self.open).filter(|(_, open)| **open);
        open.map(|(doc, _)| Match::of(doc)).collect()
    }

    /// Leaves `docs` out.
    pub(super) fn close(&mut self, docs: &[DocId]) {
        for doc in docs {
            self.open[*doc as usize] = false;
        }
    }

    /// The documents with `term`, in order.
    pub(super) fn with(&self, term: &Term) -> tantivy::Result<Vec<DocId>> {
        let index = self.segment.inverted_index(term.field())?;
        let mut docs = Vec::new();
        if let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? {
            each(&mut postings, |doc, _| {
                if self.open[doc as usize] {
                    docs.push(doc);
                }
            });
        }
        Ok(docs)
    }

    /// The documents that hold `stems` in a row in one of their texts, in order.
    pub(super) fn holding(
        &self,
        searcher: &Searcher,
        fields: &Fields,
        stems: &[String],
    ) -> tantivy::Result<Vec<DocId>> {
        let mut docs = Vec::new();
        for (field, _) in &fields.texts {
            let terms: Vec<Term> = stems.iter().map(|stem| Term::from_field_text(*field, stem)).collect();
            if let [term] = terms.as_slice() {
                docs.extend(self.with(term)?);
                continue;
            }
            let weight = PhraseQuery::new(terms).weight(EnableScoring::disabled_from_searcher(searcher))?;
            weight.for_each_no_score(self.segment, &mut |found| {
                docs.extend(found.iter().filter(|doc| self.open[**doc as usize]));
            })?;
        }
        docs.sort_unstable();
        docs.dedup();
        Ok(docs)
    }

    fn evidence(&mut self, fields: &Fields, lenses: &[Lens], word: &Word) -> tantivy::Result<Evidence> {
        let mut touched = Vec::new();
        for way in &word.ways {
            match way.stems.as_slice() {
                [stem] => self.count(lenses, stem, way.weight, &mut touched)?,
                stems => {
                    for (doc, count) in self.together(lenses, stems)? {
                        self.add(doc, way.weight * count, &mut touched);
                    }
                }
            }
        }
        let begun = word.completions.iter().map(|word| (fields.head, word));
        let mut seen = Vec::new();
        for (field, word) in begun {
            let term = Term::from_field_text(field, word);
            let index = self.segment.inverted_index(field)?;
            if let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
                each(&mut postings, |doc, _| seen.push(doc));
            }
        }
        // A beginning counts once, however many of its completions there are.
        seen.sort_unstable();
        seen.dedup();
        for doc in seen {
            self.add(doc, word.beginning, &mut touched);
        }
        Ok(self.take(touched))
    }

    /// Documents that hold all of `stems`, with the count of the one that they hold least of.
    fn together(&mut self, lenses: &[Lens], stems: &[String]) -> tantivy::Result<Evidence> {
        let mut common: Option<Evidence> = None;
        for stem in stems {
            let mut touched = Vec::new();
            // What has been counted for other ways stays aside.
            let aside = std::mem::replace(&mut self.counts, vec![0.0; self.open.len()]);
            self.count(lenses, stem, 1.0, &mut touched)?;
            let found = self.take(touched);
            self.counts = aside;
            common = Some(match common {
                None => found,
                Some(common) => common
                    .into_iter()
                    .filter_map(|(doc, count)| {
                        let at = found.binary_search_by_key(&doc, |(doc, _)| *doc).ok()?;
                        Some((doc, count.min(found[at].1)))
                    })
                    .collect(),
            });
        }
        Ok(common.unwrap_or_default())
    }

    fn count(&mut self, lenses: &[Lens], stem: &str, weight: f32, touched: &mut Vec<DocId>) -> tantivy::Result<()> {
        for (i, lens) in lenses.iter().enumerate() {
            let term = Term::from_field_text(lens.field, stem);
            let index = self.segment.inverted_index(lens.field)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::WithFreqs)? else {
                continue;
            };
            let norms = &self.norms[i];
            let (counts, open) = (&mut self.counts, &self.open);
            each(&mut postings, |doc, times| {
                let at = doc as usize;
                if open[at] {
                    if counts[at] == 0.0 {
                        touched.push(doc);
                    }
                    counts[at] += weight * times as f32 * lens.by_length[usize::from(norms.fieldnorm_id(doc))];
                }
            });
        }
        Ok(())
    }

    fn add(&mut self, doc: DocId, count: f32, touched: &mut Vec<DocId>) {
        let at = doc as usize;
        if self.open[at] {
            if self.counts[at] == 0.0 {
                touched.push(doc);
            }
            self.counts[at] += count;
        }
    }

    /// The counts of the documents that were touched; they are zero again.
    fn take(&mut self, mut touched: Vec<DocId>) -> Evidence {
        touched.sort_unstable();
        touched
            .into_iter()
            .map(|doc| (doc, std::mem::take(&mut self.counts[doc as usize])))
            .collect()
    }
}

/// Calls `found` with each document and how often it holds the term.
pub(super) fn each(postings: &mut impl Postings, mut found: impl FnMut(DocId, u32)) {
    let mut doc = postings.doc();
    while doc != TERMINATED {
        found(doc, postings.term_freq());
        doc = postings.advance();
    }
}
