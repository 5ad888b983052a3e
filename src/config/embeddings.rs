//! A model that makes vectors of texts.

use clap::Args;

use crate::platform::secret::Secret;

/// A model that makes vectors of texts, for search by meaning beside search by words.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Embeddings")]
pub struct Embeddings {
    /// Endpoint in the format of OpenAI's embeddings, such as `http://127.0.0.1:8080/v1/embeddings`. Not set: search knows
    /// words only. Texts of products, and what shoppers type, are sent there.
    #[arg(
        id = "embeddings_url",
        long = "embeddings-url",
        alias = "merx-embeddings-url",
        env = "MERX_EMBEDDINGS_URL",
        global = true
    )]
    pub url: Option<String>,
    /// Key of the endpoint, sent as a bearer token.
    #[arg(
        id = "embeddings_key",
        long = "embeddings-key",
        alias = "merx-embeddings-key",
        env = "MERX_EMBEDDINGS_KEY",
        hide_env_values = true,
        global = true
    )]
    pub key: Option<Secret>,
    /// Name of the model. Vectors of another model are made anew.
    #[arg(
        id = "embeddings_model",
        long = "embeddings-model",
        alias = "merx-embeddings-model",
        env = "MERX_EMBEDDINGS_MODEL",
        default_value = "default",
        global = true
    )]
    pub model: String,
    /// Milliseconds after which the endpoint is given up. A search goes on without it then.
    #[arg(
        id = "embeddings_timeout",
        long = "embeddings-timeout",
        alias = "merx-embeddings-timeout",
        env = "MERX_EMBEDDINGS_TIMEOUT",
        default_value_t = 1_000,
        value_parser = clap::value_parser!(u64).range(10..=60_000),
        global = true
    )]
    pub timeout: u64,
}
