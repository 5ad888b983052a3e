//! An HTTP endpoint in the format of OpenAI's `/v1/embeddings`, which most servers of models speak.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};

use super::{EmbedError, Embedder};
use crate::config::Embeddings;
use crate::platform::error::{Fault, Result};
use crate::platform::tls;

/// Longest answer in bytes.
const BODY_MAX: usize = 32 << 20;
/// Characters of a refusal that are logged.
const SHOWN: usize = 200;

/// The endpoint.
pub(super) struct HttpModel {
    client: reqwest::Client,
    url: String,
    model: String,
    authorization: Option<HeaderValue>,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct Response {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

impl HttpModel {
    /// The endpoint at `url`.
    pub(super) fn open(url: &str, config: &Embeddings) -> Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_millis(config.timeout))
            .build()
            .map_err(|e| Fault::part("the client of the embeddings endpoint", e))?;
        let authorization = config.key.as_ref().map(|key| {
            let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose()))?;
            value.set_sensitive(true);
            Ok(value)
        });
        Ok(Self {
            client,
            url: url.to_owned(),
            model: config.model.clone(),
            authorization: authorization
                .transpose()
                .map_err(|e: reqwest::header::InvalidHeaderValue| {
                    Fault::part("the key of the embeddings endpoint", e)
                })?,
        })
    }
}

#[async_trait]
impl Embedder for HttpModel {
    fn model(&self) -> &str {
        &self.model
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let away = |error: reqwest::Error| EmbedError::Away(error.without_url().into());
        let wrong = |error: serde_json::Error| EmbedError::Answer(error.to_string());
        let body = serde_json::to_vec(&Request {
            model: &self.model,
            input: texts,
            encoding_format: "float",
        });
        let mut request = self.client.post(&self.url).header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let mut answer = request.body(body.map_err(wrong)?).send().await.map_err(away)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(away)? {
            if body.len() + chunk.len() > BODY_MAX {
                return Err(EmbedError::Answer(format!("more than {BODY_MAX} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        if !answer.status().is_success() {
            let text: String = String::from_utf8_lossy(&body).chars().take(SHOWN).collect();
            let said = format!("{}: {text}", answer.status());
            let for_good = matches!(answer.status().as_u16(), 400 | 413 | 422);
            return Err(if for_good {
                EmbedError::Refused(said)
            } else {
                EmbedError::Answer(said)
            });
        }
        let response: Response = serde_json::from_slice(&body).map_err(wrong)?;
        let mut vectors = vec![Vec::new(); texts.len()];
        for Embedding { index, embedding } in response.data {
            match vectors.get_mut(index) {
                Some(vector) => *vector = embedding,
                None => {
                    return Err(EmbedError::Answer(format!(
                        "a vector for text {index} of {}",
                        texts.len()
                    )));
                }
            }
        }
        let length = vectors.first().map_or(0, Vec::len);
        let sound =
            |vector: &Vec<f32>| !vector.is_empty() && vector.len() == length && vector.iter().all(|x| x.is_finite());
        if !vectors.iter().all(sound) {
            return Err(EmbedError::Answer(
                "vectors that are missing, or of different lengths".to_owned(),
            ));
        }
        Ok(vectors)
    }
}
