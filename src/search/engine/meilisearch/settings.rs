//! Settings as code. The name of an index carries their fingerprint: other settings are another index, built beside the
//! old one while that still answers.

use std::collections::BTreeMap;

use meilisearch_sdk::settings::{
    FacetSortValue, FacetingSettings, MinWordSizeForTypos, PaginationSetting, Settings, TypoToleranceSettings,
};

use super::document::{self, field};
use crate::platform::text::sha256_hex;
use crate::search::engine::Owner;
use crate::search::words::Vocabulary;

/// Counts changes of the form of documents.
const VERSION: u32 = 1;
/// Values of a facet at most, most frequent first.
pub(super) const FACET_VALUES: usize = 1_000;
/// Shortest word in which a typo is looked for, in characters.
pub(super) const TYPO_MIN: u8 = 4;
/// Hits that can be walked.
const HITS_MAX: usize = 1_000_000;
/// Milliseconds after which a search ends with what it has.
const CUTOFF: u64 = 120;

/// The settings of an index.
pub(super) fn settings() -> Settings {
    let mut settings = Settings::new()
        .with_ranking_rules([
            // Does nothing unless an order is asked for.
            "sort",
            "words",
            "typo",
            "attribute",
            "proximity",
            "exactness",
            // Equals: what can be bought, then what sells.
            "available:desc",
            "sold:desc",
        ])
        .with_searchable_attributes(field::SEARCHED)
        .with_filterable_attributes(field::FILTERED)
        .with_sortable_attributes(field::SORTED)
        .with_displayed_attributes(field::SHOWN)
        .with_pagination(PaginationSetting {
            max_total_hits: HITS_MAX,
        })
        .with_faceting(FacetingSettings {
            max_values_per_facet: FACET_VALUES,
            sort_facet_values_by: Some(BTreeMap::from([("*".to_owned(), FacetSortValue::Count)])),
        })
        .with_typo_tolerance(TypoToleranceSettings {
            enabled: Some(true),
            disable_on_attributes: Some(vec![field::CODES.to_owned()]),
            disable_on_words: None,
            // Stems are shorter than words.
            min_word_size_for_typos: Some(MinWordSizeForTypos {
                one_typo: Some(TYPO_MIN),
                two_typos: Some(8),
            }),
            // Another number is another thing.
            disable_on_numbers: Some(true),
        });
    settings.search_cutoff_ms = Some(CUTOFF);
    settings
}

/// The part of the settings that staff edit; it changes without building an index. Its words have lost their endings
/// already, each by its language.
pub(super) fn vocabulary(words: &Vocabulary) -> Settings {
    let synonyms = words
        .synonyms()
        .iter()
        .map(|(text, others)| (text.clone(), others.iter().cloned().collect::<Vec<_>>()));
    Settings {
        synonyms: Some(synonyms.collect()),
        ..Settings::new()
    }
}

/// The name of the index of `owner`: `merx-<channel>-<fingerprint>`.
pub(super) fn index_name(prefix: &str, owner: Owner) -> String {
    let whose = owner.0.map_or_else(|| "nobody".to_owned(), document::hex);
    let form = serde_json::to_string(&settings()).unwrap_or_default();
    let fingerprint = &sha256_hex(format!("{VERSION} {form}"))[..8];
    format!("{prefix}-{whose}-v{VERSION}-{fingerprint}")
}
