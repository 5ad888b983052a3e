//! Fields, analyzers, and the form of a document.

use entity::TypedId;
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RAW_TOKENIZER_NAME, RemoveLongFilter, SimpleTokenizer, Stemmer,
    TextAnalyzer, TokenizerManager,
};
use tantivy::{TantivyDocument, Term};

use crate::search::engine::Document;

/// Counts changes of this file that make older indexes unreadable: each version has a folder of its own.
pub(super) const VERSION: u32 = 1;
/// Between the key and the value of an attribute; sorts before every other character that may stand in a key.
pub(super) const SEPARATOR: char = '\u{1f}';
/// Longest value of an attribute in bytes that is counted: longer ones are prose.
const FACET_VALUE_MAX: usize = 80;
/// Longest token in bytes.
const TOKEN_MAX: usize = 64;
/// Longest description in bytes that is indexed.
const DESCRIPTION_MAX: usize = 32 << 10;
/// The analyzer that stems.
const STEM: &str = "merx_stem";
/// The analyzer that leaves words as they are.
const PLAIN: &str = "merx_plain";

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
        let options = indexed(STEM, IndexRecordOption::WithFreqs, true);
        (builder.add_text_field(name, options), weight)
    });
    let plain = || indexed(PLAIN, IndexRecordOption::Basic, false);
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
    };
    (builder.build(), fields)
}

/// The stemmed texts with their weights: a word in the name tells more than one in the description.
const TEXTS: [(&str, f32); 7] = [
    ("name", 3.0),
    ("brand", 2.0),
    ("category", 2.0),
    ("codes", 2.0),
    ("tags", 1.5),
    ("attributes", 0.8),
    ("description", 0.5),
];

/// The analyzers. Accents are folded and case is lost in both.
pub(super) fn analyzers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(STEM, stemming());
    manager.register(PLAIN, plain());
    manager
}

/// Words, stemmed.
pub(super) fn stemming() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(TOKEN_MAX))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(Language::English))
        .build()
}

/// Words as they are.
pub(super) fn plain() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(TOKEN_MAX))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// The words of `text`.
pub(super) fn words(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    analyzer
        .token_stream(text)
        .process(&mut |token| words.push(token.text.clone()));
    words
}

impl Fields {
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
        values.extend(document.options.iter().map(String::as_str));
        let description = cut(&document.description, DESCRIPTION_MAX);
        // In the order of `TEXTS`.
        let texts = [
            with_joined(&document.name),
            brand.to_owned(),
            categories.join(" "),
            document.skus.join(" "),
            document.tags.join(" "),
            with_joined(&values.join(" ")),
            with_joined(description),
        ];
        for ((field, _), text) in self.texts.iter().zip(&texts) {
            if !text.is_empty() {
                out.add_text(*field, text);
            }
        }
        let (head, body) = texts.split_at(5);
        for text in head {
            out.add_text(self.head, text);
        }
        for text in body {
            out.add_text(self.body, text);
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
        for (key, value) in &document.attributes {
            let value = value.trim();
            if !value.is_empty() && value.len() <= FACET_VALUE_MAX {
                out.add_text(self.attribute, format!("{key}{SEPARATOR}{value}"));
            }
        }
        out
    }
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `text` with what people write as one word and catalogues as two: `wi-fi` also as `wifi`, `4 GB` also as `4gb`.
pub(super) fn with_joined(text: &str) -> String {
    let mut out = text.to_owned();
    let mut number: Option<&str> = None;
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '/')) {
        if let Some(digits) = number
            && (1..=3).contains(&word.len())
            && word.chars().all(char::is_alphabetic)
        {
            out.push(' ');
            out.push_str(digits);
            out.push_str(word);
        }
        number = (!word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())).then_some(word);
        let parts: Vec<&str> = word.split('-').collect();
        if (2..=3).contains(&parts.len()) && parts.iter().all(|p| (1..=12).contains(&p.len())) {
            out.push(' ');
            out.extend(parts);
        }
    }
    out
}
