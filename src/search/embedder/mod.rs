//! The port: texts to vectors, by a model outside. None by default: search by words needs no model.

mod http;
mod model;

use std::sync::Arc;

use async_trait::async_trait;

pub use self::model::Model;
use crate::config::Config;
use crate::platform::error::Result;

/// Why there are no vectors.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The model did not answer, or not in time.
    #[error("the embeddings endpoint does not answer: {0}")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answered otherwise than asked.
    #[error("the embeddings endpoint answered {0}")]
    Answer(String),
    /// It will not make vectors of these texts, however often it is asked.
    #[error("the embeddings endpoint refuses: {0}")]
    Refused(String),
}

/// A model that makes vectors of texts.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Names the model: vectors of different models are never compared.
    fn model(&self) -> &str;

    /// A vector for each text, all of the same length.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError>;
}

/// The model of the configuration, if there is one.
///
/// # Errors
/// When the machine has no TLS.
pub fn from_config(config: &Config) -> Result<Option<Arc<dyn Embedder>>> {
    let embeddings = &config.embeddings;
    let Some(url) = &embeddings.url else { return Ok(None) };
    let model = http::HttpModel::open(url, embeddings)?;
    Ok(Some(Arc::new(model)))
}
