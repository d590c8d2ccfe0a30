//! The providers that this process can ask.

use std::sync::Arc;

use super::{EmbeddingProvider, SpaceSpec};

/// One provider for each space that this process can embed into: the configured one, and the one that a site is moving
/// to. Which of them decides is the active space's business. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Providers {
    first: Arc<dyn EmbeddingProvider>,
    others: Vec<Arc<dyn EmbeddingProvider>>,
}

impl Providers {
    /// The configured provider alone.
    pub fn new(configured: Arc<dyn EmbeddingProvider>) -> Self {
        Self {
            first: configured,
            others: Vec::new(),
        }
    }

    /// Another one beside those there are.
    #[must_use]
    pub fn and(mut self, other: Arc<dyn EmbeddingProvider>) -> Self {
        self.others.push(other);
        self
    }

    /// The configured one.
    pub fn configured(&self) -> &Arc<dyn EmbeddingProvider> {
        &self.first
    }

    /// All of them, the configured one first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn EmbeddingProvider>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The one whose vectors belong to `space`.
    pub fn of(&self, space: &SpaceSpec) -> Option<&Arc<dyn EmbeddingProvider>> {
        self.all().find(|provider| provider.space() == space)
    }
}

impl From<Arc<dyn EmbeddingProvider>> for Providers {
    fn from(configured: Arc<dyn EmbeddingProvider>) -> Self {
        Self::new(configured)
    }
}
