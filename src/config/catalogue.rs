//! What the catalogue is written in.

use clap::Args;

/// What the catalogue is written in.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Catalogue")]
pub struct Catalogue {
    /// Language of the texts of products, such as `en`, and `channel=tag` for channels that differ, separated by commas:
    /// `en,berlin=de`. Decides which forms of a word are the same in searches. After a change: `merx reindex`.
    #[arg(
        long = "catalogue-languages",
        alias = "merx-catalogue-languages",
        env = "MERX_CATALOGUE_LANGUAGES",
        value_delimiter = ',',
        default_value = "en",
        global = true
    )]
    pub languages: Vec<String>,
}
