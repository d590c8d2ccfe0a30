//! What makes vectors comparable.

use std::fmt;
use std::str::FromStr;

/// Names an embedding space. Vectors of two spaces are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpaceSpec {
    /// Who computes the vectors: `local` or `openai`.
    pub provider: String,
    /// The model's name as its provider spells it.
    pub model: String,
    /// Numbers in each vector.
    pub dimensions: u16,
    /// How a text's tokens become one vector.
    pub pooling: Pooling,
    /// What is done to the vector in the end.
    pub normalisation: Normalisation,
}

/// How a text's tokens become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pooling {
    /// The mean of the tokens' vectors.
    Mean,
    /// As the provider does it, who does not say.
    Provider,
}

/// What is done to a vector in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Normalisation {
    /// It is scaled to a Euclidean length of one.
    L2,
}

/// A word that names no pooling or normalisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is unknown")]
pub struct UnknownWord(String);

impl fmt::Display for SpaceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            provider,
            model,
            dimensions,
            ..
        } = self;
        write!(f, "{provider}/{model} ({dimensions} dimensions)")
    }
}

impl Pooling {
    /// The word by which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Provider => "provider",
        }
    }
}

impl FromStr for Pooling {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "mean" => Ok(Self::Mean),
            "provider" => Ok(Self::Provider),
            _ => Err(UnknownWord(word.to_owned())),
        }
    }
}

impl Normalisation {
    /// The word by which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L2 => "l2",
        }
    }
}

impl FromStr for Normalisation {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "l2" => Ok(Self::L2),
            _ => Err(UnknownWord(word.to_owned())),
        }
    }
}
