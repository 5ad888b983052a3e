//! Fields, analyzers, and the form of a document.

use entity::TypedId;
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::RAW_TOKENIZER_NAME;
use tantivy::{TantivyDocument, Term};

use super::vectors;
use crate::search::engine::{Document, TextField, Tuning};
use crate::search::language::{Language, Stemmer, Token, fold, tokens};

/// Counts changes of this file that make older indexes unreadable: each version has a folder of its own.
pub(super) const VERSION: u32 = 3;
/// Between the key and the value of an attribute; sorts before every other character that may stand in a key.
pub(super) const SEPARATOR: char = '\u{1f}';
/// Longest value of an attribute in bytes that is counted: longer ones are prose.
const FACET_VALUE_MAX: usize = 80;
/// Longest token in bytes.
const TOKEN_MAX: usize = 64;
/// Longest description in bytes that is indexed.
const DESCRIPTION_MAX: usize = 32 << 10;
/// Longest unit, and longest part of a joined word, in bytes.
const UNIT_MAX: usize = 3;
const PART_MAX: usize = 12;
/// What stands between values: no word goes over it.
const BETWEEN: &str = "; ";
/// The first texts that are compared with typos and beginnings before the others.
const HEAD: usize = 5;
/// The analyzer of texts whose words have been found and stemmed before: a space stands between them.
const SPACED: &str = "whitespace";

/// The fields of the index.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// Key of the product, to delete by.
    pub(super) product: Field,
    /// Slug of the channel.
    pub(super) channel: Field,
    /// Stemmed texts, the weightiest first, with their weight.
    pub(super) texts: Vec<(Field, f32)>,
    /// SKUs and barcodes as they are.
    pub(super) sku: Field,
    /// Words of name, brand, category, tags and SKUs, not stemmed: what typos and beginnings are compared with.
    pub(super) head: Field,
    /// Words of the other texts, not stemmed.
    pub(super) body: Field,
    id_high: Field,
    id_low: Field,
    price: Field,
    available: Field,
    sold: Field,
    created: Field,
    brand: Field,
    category: Field,
    attribute: Field,
    vector: Field,
}

/// Names of the columns.
pub(super) mod column {
    pub(in super::super) const ID_HIGH: &str = "id_high";
    pub(in super::super) const ID_LOW: &str = "id_low";
    pub(in super::super) const PRICE: &str = "price";
    pub(in super::super) const AVAILABLE: &str = "available";
    pub(in super::super) const SOLD: &str = "sold";
    pub(in super::super) const CREATED: &str = "created";
    pub(in super::super) const BRAND: &str = "brand_facet";
    pub(in super::super) const CATEGORY: &str = "category_facet";
    pub(in super::super) const VECTOR: &str = "vector";
    pub(in super::super) const ATTRIBUTE: &str = "attribute_facet";
}

/// The schema with its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexed = |analyzer: &str, option: IndexRecordOption, norms: bool| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(analyzer)
                .set_index_option(option)
                .set_fieldnorms(norms),
        )
    };
    let facet = || TextOptions::default().set_fast(RAW_TOKENIZER_NAME);
    let texts = TEXTS.map(|(name, weight)| {
        let options = indexed(SPACED, IndexRecordOption::WithFreqsAndPositions, true);
        (builder.add_text_field(name, options), weight)
    });
    let plain = || indexed(SPACED, IndexRecordOption::Basic, false);
    let fields = Fields {
        product: builder.add_text_field("product", STRING),
        channel: builder.add_text_field("channel", STRING),
        texts: texts.to_vec(),
        sku: builder.add_text_field("sku", STRING),
        head: builder.add_text_field("head", plain()),
        body: builder.add_text_field("body", plain()),
        id_high: builder.add_u64_field(column::ID_HIGH, FAST),
        id_low: builder.add_u64_field(column::ID_LOW, FAST),
        price: builder.add_i64_field(column::PRICE, FAST),
        available: builder.add_u64_field(column::AVAILABLE, FAST),
        sold: builder.add_i64_field(column::SOLD, FAST),
        created: builder.add_i64_field(column::CREATED, FAST),
        brand: builder.add_text_field(column::BRAND, facet()),
        category: builder.add_text_field(column::CATEGORY, facet()),
        attribute: builder.add_text_field(column::ATTRIBUTE, facet()),
        vector: builder.add_bytes_field(column::VECTOR, FAST),
    };
    (builder.build(), fields)
}

/// The stemmed texts with their weights: a word in the name tells what a product is, one in the description what it goes
/// with. Measured with `merx eval search`: from 4 to 12 for the name and from 1/2 to 2 for the others changes little.
const TEXTS: [(&str, f32); 7] = [
    ("name", 5.0),
    ("brand", 2.0),
    ("category", 1.0),
    ("codes", 2.0),
    ("tags", 1.0),
    ("attributes", 1.0),
    ("description", 1.0),
];

/// What they are called where their weights are tried.
const NAMES: [TextField; 7] = [
    TextField::Name,
    TextField::Brand,
    TextField::Category,
    TextField::Codes,
    TextField::Tags,
    TextField::Attributes,
    TextField::Description,
];

impl Fields {
    /// The stemmed texts with the weights that `tuning` gives them.
    pub(super) fn weighted(&self, tuning: &Tuning) -> Vec<(Field, f32)> {
        let own = |name| tuning.weights.get(name).copied();
        let texts = self.texts.iter().zip(&NAMES);
        texts
            .map(|((field, usual), name)| (*field, own(name).unwrap_or(*usual)))
            .collect()
    }

    /// All documents of a product.
    pub(super) fn of_product(&self, product: entity::ProductId) -> Term {
        Term::from_field_text(self.product, &product.to_string())
    }

    /// `document` in the form of the index.
    pub(super) fn document(&self, document: &Document) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_text(self.product, document.product.to_string());
        out.add_text(self.channel, &document.channel);
        let brand = document.brand.as_deref().unwrap_or_default();
        let categories: Vec<&str> = document.categories.iter().map(|(_, name)| name.as_str()).collect();
        let mut values: Vec<&str> = document.attributes.iter().map(|(_, value)| value.as_str()).collect();
        values.retain(|value| is_text(value));
        values.extend(document.options.iter().map(String::as_str));
        let description = cut(&document.description, DESCRIPTION_MAX);
        let stemmer = Stemmer::new(document.language);
        // In the order of `TEXTS`.
        let texts = [
            document.name.clone(),
            brand.to_owned(),
            categories.join(BETWEEN),
            document.skus.join(BETWEEN),
            document.tags.join(BETWEEN),
            values.join(BETWEEN),
            description.to_owned(),
        ];
        for (i, ((field, _), text)) in self.texts.iter().zip(&texts).enumerate() {
            let words = Words::of(text);
            out.add_text(*field, words.stems(&stemmer));
            out.add_text(if i < HEAD { self.head } else { self.body }, words.plain());
        }
        for sku in &document.skus {
            out.add_text(self.sku, sku.to_lowercase());
        }
        let id = document.product.uuid().as_u128();
        // The two halves of the key.
        out.add_u64(self.id_high, (id >> 64) as u64);
        out.add_u64(self.id_low, id as u64);
        out.add_i64(self.price, document.price);
        out.add_u64(self.available, u64::from(document.available));
        out.add_i64(self.sold, document.units_sold);
        out.add_i64(self.created, document.created);
        if !brand.is_empty() {
            out.add_text(self.brand, brand);
        }
        for (id, _) in &document.categories {
            out.add_text(self.category, id.to_string());
        }
        if let Some(vector) = &document.vector {
            out.add_bytes(self.vector, &vectors::to_bytes(vector));
        }
        for (key, value) in &document.attributes {
            let value = value.trim();
            if !value.is_empty() && value.len() <= FACET_VALUE_MAX {
                out.add_text(self.attribute, format!("{key}{SEPARATOR}{value}"));
            }
        }
        out
    }
}

/// Whether the value of an attribute says something by itself: `yes` and `2.5` do not.
fn is_text(value: &str) -> bool {
    !matches!(value, "yes" | "no") && value.parse::<f64>().is_err()
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The words of `text` as they are indexed, without their endings, a space between them.
pub(in crate::search::engine) fn stems(language: Language, text: &str) -> String {
    Words::of(text).stems(&Stemmer::new(language))
}

/// The words of a text as they are indexed.
struct Words {
    words: Vec<String>,
    /// What people write as one word and catalogues as two: `wi-fi` is also `wifi`, `4 GB` also `4gb`.
    joined: Vec<String>,
}

impl Words {
    fn of(text: &str) -> Self {
        let tokens: Vec<Token> = tokens(text).filter(|t| t.word.len() <= TOKEN_MAX).collect();
        let joined = tokens.windows(2).filter_map(|pair| {
            let [left, right] = pair else { return None };
            let between = &text[left.to..right.from];
            let is_number = left.word.bytes().all(|b| b.is_ascii_digit());
            let is_unit = right.word.len() <= UNIT_MAX && right.word.chars().all(char::is_alphabetic);
            let one = between == "-" && left.word.len().max(right.word.len()) <= PART_MAX
                || between == " " && is_number && is_unit;
            one.then(|| format!("{}{}", left.word, right.word))
        });
        Self {
            joined: joined.collect(),
            words: tokens.iter().map(|token| token.word.clone()).collect(),
        }
    }

    /// Their stems, those of joined words behind them.
    fn stems(&self, stemmer: &Stemmer) -> String {
        let stems = self.words.iter().chain(&self.joined).map(|word| stemmer.stem(word));
        stems.collect::<Vec<_>>().join(" ")
    }

    /// The words without accents.
    fn plain(&self) -> String {
        let words = self.words.iter().chain(&self.joined).map(|word| fold(word));
        words.collect::<Vec<_>>().join(" ")
    }
}
