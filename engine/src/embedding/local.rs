//! Embeddings computed in this process by all-MiniLM-L6-v2. Works without a network.

mod bert;

use std::{
    fmt, fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use tokenizers::Tokenizer;
use tokio::sync::oneshot;
use tracing::instrument;

use self::bert::{Bert, Config};
use super::{
    Embedding, EmbeddingError, EmbeddingProvider, Normalisation, Pooling, SpaceSpec, Tariff,
    Tokens, VectorError, check_texts, vector::weight,
};

/// The model's window in tokens, with the two that mark start and end. Longer texts are split.
const WINDOW: usize = 256;

/// Texts one call should carry.
const BATCH_SIZE: usize = 32;

/// Tokens, with padding, that go through the network at a time. Larger batches are no faster on a processor, and
/// whoever waits behind this one waits a fraction of a second.
const BATCH_TOKENS: usize = 512;

/// Runs all-MiniLM-L6-v2 on threads of its own, away from those that serve visitors.
pub struct LocalProvider {
    space: SpaceSpec,
    model: Arc<Model>,
    threads: rayon::ThreadPool,
}

impl LocalProvider {
    /// Loads the model from `model_dir`, which holds `config.json`, `tokenizer.json` and `model.safetensors`, and
    /// gives it `threads` threads. One thread answers a query of a few words in some ten milliseconds.
    ///
    /// Reads about 90 MB and blocks while it does: call it before serving, or on a blocking thread.
    ///
    /// # Errors
    /// [`EmbeddingError::ModelFile`] names the file that is missing, unreadable, damaged or of another model.
    /// [`EmbeddingError::Computation`] when the system refuses the threads.
    pub fn load(model_dir: &Path, threads: NonZeroUsize) -> Result<Self, EmbeddingError> {
        let model = Model::load(model_dir)?;
        // The arithmetic below spreads over the pool it is called from, so the pool is what bounds it.
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.get())
            .thread_name(|index| format!("embedding-{index}"))
            .panic_handler(|_| tracing::error!("a computation of the local model panicked"))
            .build()
            .map_err(|error| EmbeddingError::Computation(error.to_string()))?;
        Ok(Self {
            space: SpaceSpec {
                provider: "local".into(),
                model: "all-MiniLM-L6-v2".into(),
                dimensions: Config::ALL_MINILM_L6_V2.hidden_size,
                pooling: Pooling::Mean,
                normalisation: Normalisation::L2,
            },
            model: Arc::new(model),
            threads,
        })
    }

    /// Runs `job` on the model's threads while the caller waits without blocking. Jobs start in the order they come.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Model) -> Result<T, EmbeddingError> + Send + 'static,
    ) -> Result<T, EmbeddingError> {
        let (answer, waiting) = oneshot::channel();
        let model = Arc::clone(&self.model);
        self.threads.spawn(move || {
            if !answer.is_closed() {
                // The send fails when the caller has stopped waiting: nobody misses the answer then.
                let _ = answer.send(job(&model));
            }
        });
        waiting
            .await
            .map_err(|_| EmbeddingError::Computation("its thread panicked".into()))?
    }
}

#[async_trait]
impl EmbeddingProvider for LocalProvider {
    fn space(&self) -> &SpaceSpec {
        &self.space
    }

    fn tariff(&self) -> Tariff {
        Tariff {
            price_per_million_tokens: Some(0.0),
            tokens_per_minute: None,
        }
    }

    fn batch_size(&self) -> usize {
        BATCH_SIZE
    }

    #[instrument(name = "embedding.local.embed", skip_all, fields(texts = texts.len()))]
    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        check_texts(texts)?;
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let owned = texts.to_vec();
        let mut inputs = self.run(move |model| model.tokenize(&owned)).await?;
        // Texts of similar length share a batch, so that little is computed for padding.
        inputs.sort_by_key(|input| input.tokens.len());

        let mut pieces: Vec<Vec<(Embedding, f32)>> = vec![Vec::new(); texts.len()];
        for batch in batches(inputs) {
            let places: Vec<(usize, f32)> = batch
                .iter()
                .map(|input| (input.index, weight(input.tokens.len())))
                .collect();
            let values = self.run(move |model| model.encode(&batch)).await?;
            for ((index, weight), values) in places.into_iter().zip(values) {
                let vector = Embedding::new(&self.space, values)
                    .map_err(|source| EmbeddingError::Vector { index, source })?;
                pieces[index].push((vector, weight));
            }
        }
        let pooled = pieces.iter().enumerate().map(|(index, pieces)| {
            Embedding::pooled(pieces).ok_or(EmbeddingError::Vector {
                index,
                source: VectorError::Zero,
            })
        });
        pooled.collect()
    }

    async fn count_tokens(&self, texts: &[String]) -> Result<Tokens, EmbeddingError> {
        let owned = texts.to_vec();
        let inputs = self.run(move |model| model.tokenize(&owned)).await?;
        // Start and end are the model's own.
        let tokens: usize = inputs
            .iter()
            .map(|i| i.tokens.len().saturating_sub(2))
            .sum();
        Ok(Tokens::Counted(tokens.try_into().unwrap_or(u64::MAX)))
    }
}

impl fmt::Debug for LocalProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The model would print its whole vocabulary.
        f.debug_struct("LocalProvider")
            .field("space", &self.space)
            .field("threads", &self.threads.current_num_threads())
            .finish_non_exhaustive()
    }
}

/// The tokens of one text or a piece of one, start and end included, with the text's place in the call.
#[derive(Debug)]
struct Input {
    index: usize,
    tokens: Vec<u32>,
}

/// Cuts `inputs`, sorted by length, into batches of at most [`BATCH_TOKENS`] tokens with padding, or one input.
fn batches(inputs: Vec<Input>) -> Vec<Vec<Input>> {
    let mut batches: Vec<Vec<Input>> = Vec::new();
    for input in inputs {
        match batches.last_mut() {
            // The newcomer is the longest, so the whole batch is padded to its length.
            Some(batch) if (batch.len() + 1) * input.tokens.len() <= BATCH_TOKENS => {
                batch.push(input);
            }
            _ => batches.push(vec![input]),
        }
    }
    batches
}

/// Splits a text's tokens, start and end included, into pieces that fit the window and have a start and an end each. All
/// are about as long, so that no last piece of a few words counts for little.
fn split(tokens: &[u32]) -> Vec<Vec<u32>> {
    let [start, words @ .., end] = tokens else {
        return vec![tokens.to_vec()];
    };
    let room = WINDOW - 2;
    let length = words.len().div_ceil(words.len().div_ceil(room).max(1));
    if words.len() <= room {
        return vec![tokens.to_vec()];
    }
    let piece = |words: &[u32]| [&[*start], words, &[*end]].concat();
    words.chunks(length).map(piece).collect()
}

struct Model {
    tokenizer: Tokenizer,
    bert: Bert,
}

impl Model {
    fn load(dir: &Path) -> Result<Self, EmbeddingError> {
        let (path, bytes) = read(dir, "config.json")?;
        let config: Config = serde_json::from_slice(&bytes).map_err(unusable(&path))?;
        if config != Config::ALL_MINILM_L6_V2 {
            return Err(unusable(&path)(
                "describes another model than all-MiniLM-L6-v2",
            ));
        }

        let (path, bytes) = read(dir, "tokenizer.json")?;
        let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(unusable(&path))?;
        tokenizer
            .with_padding(None)
            .with_truncation(None)
            .map_err(unusable(&path))?;

        let (path, bytes) = read(dir, "model.safetensors")?;
        let bert = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu)
            .and_then(|weights| Bert::load(&config, &weights))
            .map_err(unusable(&path))?;
        Ok(Self { tokenizer, bert })
    }

    fn tokenize(&self, texts: &[String]) -> Result<Vec<Input>, EmbeddingError> {
        let mut inputs = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let encoding = self.tokenizer.encode_fast(text.as_str(), true);
            let encoding = encoding.map_err(|error| failed(&error))?;
            let pieces = split(encoding.get_ids());
            inputs.extend(pieces.into_iter().map(|tokens| Input { index, tokens }));
        }
        Ok(inputs)
    }

    /// One vector of `hidden_size` numbers for each input.
    fn encode(&self, batch: &[Input]) -> Result<Vec<Vec<f32>>, EmbeddingError> {
        let longest = batch.iter().map(|input| input.tokens.len()).max();
        let longest = longest.unwrap_or_default();
        let mut tokens = Vec::with_capacity(batch.len() * longest);
        let mut mask = Vec::with_capacity(batch.len() * longest);
        for input in batch {
            tokens.extend(&input.tokens);
            mask.resize(tokens.len(), 1.0_f32);
            let end = tokens.len() + longest - input.tokens.len();
            // The model's padding token is 0.
            tokens.resize(end, 0);
            mask.resize(end, 0.0);
        }
        let shape = (batch.len(), longest);
        let forward = || {
            let tokens = Tensor::from_vec(tokens, shape, &Device::Cpu)?;
            let mask = Tensor::from_vec(mask, shape, &Device::Cpu)?;
            self.bert.forward(&tokens, &mask)?.to_vec2()
        };
        forward().map_err(|error| failed(&error))
    }
}

fn failed(error: &impl ToString) -> EmbeddingError {
    EmbeddingError::Computation(error.to_string())
}

fn read(dir: &Path, name: &str) -> Result<(PathBuf, Vec<u8>), EmbeddingError> {
    let path = dir.join(name);
    match fs::read(&path) {
        Ok(bytes) => Ok((path, bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(unusable(&path)("is missing")),
        Err(error) => Err(unusable(&path)(error)),
    }
}

fn unusable<R: ToString>(path: &Path) -> impl FnOnce(R) -> EmbeddingError {
    let path = path.to_owned();
    move |reason| EmbeddingError::ModelFile {
        path,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_beyond_the_window_is_split_into_pieces_of_about_one_length() {
        let check = |words: usize, expected: &[usize]| {
            let tokens: Vec<u32> = [vec![101], vec![7; words], vec![102]].concat();
            let pieces = split(&tokens);
            let lengths: Vec<usize> = pieces.iter().map(Vec::len).collect();
            assert_eq!(lengths, expected);
            for piece in pieces {
                assert_eq!((piece[0], piece[piece.len() - 1]), (101, 102));
            }
        };
        check(0, &[2]);
        check(254, &[256]);
        check(255, &[130, 129]);
        check(600, &[202, 202, 202]);
    }

    fn check(lengths: &[usize], expected: &[&[usize]]) {
        let inputs = lengths.iter().enumerate().map(|(index, &length)| Input {
            index,
            tokens: vec![7; length],
        });
        let cut = batches(inputs.collect());
        let cut: Vec<Vec<usize>> = cut
            .iter()
            .map(|batch| batch.iter().map(|input| input.tokens.len()).collect())
            .collect();
        assert_eq!(cut, expected);
    }

    #[test]
    fn a_batch_never_holds_more_tokens_than_its_limit() {
        check(&[], &[]);
        check(&[3], &[&[3]]);
        check(
            &[4, 128, 128, 128, 128, 256],
            &[&[4, 128, 128, 128], &[128, 256]],
        );
        check(&[256, 256, 256], &[&[256, 256], &[256]]);
    }
}
