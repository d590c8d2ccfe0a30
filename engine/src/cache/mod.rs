//! Two tiers with one contract: memory over Redis. Decisions and bodies are separate caches.

mod codec;
mod entry;
mod flight;
mod memory;
mod shared;
mod term;

use std::hash::Hash;

use domain::decision::Choice;
use domain::{BodyKey, DecisionKey, VariantId};
use serde::{Deserialize, Serialize};

use crate::body::Body;

pub use self::entry::{Cached, Freshness, Lifetime};
pub(crate) use self::flight::Flight;
pub use self::memory::{Memory, Remembered};
pub(crate) use self::shared::{Lock, Lookup};
pub use self::shared::{Shared, SharedError};
pub(crate) use self::term::{TermKey, TermVector};

/// A key type bound to the one type of value it leads to.
pub trait Key: Copy + Eq + Hash + std::fmt::Display + Send + Sync + 'static {
    /// What the key leads to.
    type Value: codec::Encode + Send + Sync + 'static;

    /// Whether other nodes may be asked for the value and told it. What visitors can make up at
    /// will stays in bounded memory.
    fn is_shared(&self) -> bool;
}

impl Key for DecisionKey {
    type Value = Decision;

    fn is_shared(&self) -> bool {
        self.term.is_none()
    }
}

impl Key for BodyKey {
    type Value = Body;

    fn is_shared(&self) -> bool {
        true
    }
}

/// Which variant some visitors get on a page.
///
/// Reading one demands both fields: what lacks one is another schema's value, and no decision for
/// the default content.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The variant; `None` is the page's default content.
    #[serde(deserialize_with = "Option::deserialize")]
    pub variant: Option<VariantId>,
    /// The winner's cosine similarity, -1 to 1, when it has a vector.
    #[serde(deserialize_with = "Option::deserialize")]
    pub similarity: Option<f32>,
}

impl From<&Choice> for Decision {
    fn from(choice: &Choice) -> Self {
        let winner = choice.winner();
        Self {
            variant: winner.map(|w| w.variant),
            similarity: winner.and_then(|w| w.similarity),
        }
    }
}
