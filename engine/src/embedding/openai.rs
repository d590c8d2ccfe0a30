//! Embeddings from a server that offers `/v1/embeddings` as `OpenAI` does: its own, or any of the many that copy it.

mod config;
pub(crate) mod transport;

use std::{fmt, sync::Arc};

use async_openai::{
    Client,
    config::OpenAIConfig,
    types::embeddings::{CreateEmbeddingRequest, CreateEmbeddingResponse, EmbeddingInput},
};
use async_trait::async_trait;
use tracing::instrument;

pub use self::config::{ApiKey, MAX_BATCH, OpenAiConfig};
use super::{
    Embedding, EmbeddingError, EmbeddingProvider, Normalisation, Pacer, Pause, Pooling,
    RetryPolicy, SpaceSpec, SystemPacer, Tariff, VectorError, check_texts,
    pause::Pausing,
    pieces,
    retry::{Failure, retrying},
    vector::weight,
};

/// Asks a server with the interface of `OpenAI` for vectors.
pub struct OpenAiProvider {
    space: SpaceSpec,
    client: Client<OpenAIConfig>,
    /// Tokens of one text, by estimate, that one request may carry.
    window: usize,
    batch_size: usize,
    tariff: Tariff,
    policy: RetryPolicy,
    key: Option<ApiKey>,
    pacer: Arc<dyn Pacer>,
    pausing: Pausing,
}

impl OpenAiProvider {
    /// Prepares the client. Sends nothing yet.
    ///
    /// # Errors
    /// [`EmbeddingError::Setting`] names the field of `config` that cannot be used.
    pub fn new(config: OpenAiConfig) -> Result<Self, EmbeddingError> {
        Self::with_pacer(config, Arc::new(SystemPacer::new()))
    }

    /// As [`new`](Self::new), with the time and randomness of retries supplied by the caller.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_pacer(config: OpenAiConfig, pacer: Arc<dyn Pacer>) -> Result<Self, EmbeddingError> {
        let config = config.checked()?;
        Ok(Self {
            client: transport::client(&config)?,
            space: SpaceSpec {
                provider: "openai".into(),
                model: config.model,
                dimensions: config.dimensions,
                pooling: Pooling::Provider,
                normalisation: Normalisation::L2,
            },
            window: config.window,
            batch_size: config.batch_size,
            tariff: config.tariff,
            policy: config.retry,
            key: config.api_key,
            pacer,
            pausing: Pausing::default(),
        })
    }

    /// One request, once.
    async fn request(&self, texts: &[String]) -> Result<CreateEmbeddingResponse, Failure> {
        let request = CreateEmbeddingRequest {
            model: self.space.model.clone(),
            input: EmbeddingInput::StringArray(texts.to_vec()),
            dimensions: Some(self.space.dimensions.into()),
            ..CreateEmbeddingRequest::default()
        };
        let answer = self.client.embeddings().create(request).await;
        answer.map_err(|error| transport::failure(error, self.key.as_ref()))
    }

    /// Embeds texts of any length, as patiently as `policy` says.
    async fn embed_by(
        &self,
        policy: &RetryPolicy,
        texts: &[String],
    ) -> Result<Vec<Embedding>, EmbeddingError> {
        check_texts(texts)?;
        if texts.iter().all(|text| pieces::tokens(text) <= self.window) {
            return self.embed_whole(policy, texts).await;
        }
        let split: Vec<Vec<&str>> = texts
            .iter()
            .map(|text| pieces::split(text, self.window))
            .collect();
        let parts: Vec<String> = split.iter().flatten().map(ToString::to_string).collect();
        let mut vectors = self.embed_whole(policy, &parts).await?.into_iter();
        let pooled = split.iter().enumerate().map(|(index, parts)| {
            let weights = parts.iter().map(|part| weight(pieces::tokens(part)));
            let weighted: Vec<(Embedding, f32)> = vectors.by_ref().zip(weights).collect();
            Embedding::pooled(&weighted).ok_or(EmbeddingError::Vector {
                index,
                source: VectorError::Zero,
            })
        });
        pooled.collect()
    }

    /// Embeds texts that fit into the window.
    async fn embed_whole(
        &self,
        policy: &RetryPolicy,
        texts: &[String],
    ) -> Result<Vec<Embedding>, EmbeddingError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(self.batch_size) {
            let attempt = || self.request(batch);
            let answer = retrying(policy, &*self.pacer, &self.pausing, attempt).await?;
            vectors.extend(self.vectors(answer, batch.len(), vectors.len())?);
        }
        Ok(vectors)
    }

    /// The vectors of an answer in the order of the texts. `first` is the first text's place in the call.
    fn vectors(
        &self,
        answer: CreateEmbeddingResponse,
        texts: usize,
        first: usize,
    ) -> Result<Vec<Embedding>, EmbeddingError> {
        let mut data = answer.data;
        if data.len() != texts {
            return Err(EmbeddingError::WrongCount {
                expected: texts,
                actual: data.len(),
            });
        }
        data.sort_by_key(|item| item.index);
        let mut vectors = Vec::with_capacity(texts);
        for (offset, item) in data.into_iter().enumerate() {
            let index = first + offset;
            if usize::try_from(item.index) != Ok(offset) {
                return Err(EmbeddingError::WrongIndices { missing: index });
            }
            let vector = Embedding::new(&self.space, item.embedding);
            vectors.push(vector.map_err(|source| EmbeddingError::Vector { index, source })?);
        }
        Ok(vectors)
    }
}

#[async_trait]
impl EmbeddingProvider for OpenAiProvider {
    fn space(&self) -> &SpaceSpec {
        &self.space
    }

    fn batch_size(&self) -> usize {
        self.batch_size
    }

    fn tariff(&self) -> Tariff {
        self.tariff
    }

    fn pause(&self) -> Option<Pause> {
        self.pausing.now(&*self.pacer)
    }

    #[instrument(name = "embedding.openai.embed", skip_all, fields(texts = texts.len()))]
    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        self.embed_by(&self.policy, texts).await
    }

    async fn embed_once(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        let once = RetryPolicy {
            max_attempts: 1,
            ..self.policy
        };
        self.embed_by(&once, texts).await
    }
}

impl fmt::Debug for OpenAiProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiProvider")
            .field("space", &self.space)
            .field("batch_size", &self.batch_size)
            .field("policy", &self.policy)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
