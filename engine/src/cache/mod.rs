//! Two tiers with one contract: memory over Redis. Decisions and bodies are separate caches.

mod codec;
mod memory;
mod redis;

use domain::{BodyKey, DecisionKey, VariantId};
use serde::{Deserialize, Serialize};

use crate::body::Body;

pub use self::memory::Memory;
pub use self::redis::{Shared, SharedError};

/// A key type bound to the one type of value it leads to.
pub trait Key: Copy + std::fmt::Display {
    /// What the key leads to.
    type Value: codec::Encode;
}

impl Key for DecisionKey {
    type Value = Decision;
}

impl Key for BodyKey {
    type Value = Body;
}

/// Which variant some visitors get on a page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The variant; `None` is the page's default content.
    pub variant: Option<VariantId>,
    /// The winner's cosine similarity, -1 to 1, when it has a vector.
    pub similarity: Option<f32>,
}
