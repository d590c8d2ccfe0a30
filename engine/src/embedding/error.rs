//! What can go wrong between a text and its vector.

use std::path::PathBuf;
use std::time::Duration;

use super::VectorError;

/// Why texts could not be embedded. No message carries an API key, not even where a provider's
/// own words repeat it.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {
    /// A text is empty or only white space.
    #[error("text {index} is empty; every text to embed must have words")]
    EmptyText {
        /// Position in the call, from 0.
        index: usize,
    },
    /// A setting of the provider cannot be used.
    #[error("embedding setting `{field}`: {reason}")]
    Setting {
        /// The field of the configuration.
        field: &'static str,
        /// What is wrong with it, without the value where that is a secret.
        reason: String,
    },
    /// A file of the local model is missing, unreadable or not what it should be.
    #[error("embedding model file {}: {reason}; run `make setup` to install the model", path.display())]
    ModelFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The local model failed at a computation.
    #[error("the local embedding model failed: {0}")]
    Computation(String),
    /// A vector came back that no space can hold.
    #[error("vector {index}: {source}")]
    Vector {
        /// Position in the call, from 0.
        index: usize,
        /// What is wrong with the vector.
        source: VectorError,
    },
    /// The provider answered with too few or too many vectors.
    #[error("the embedding provider returned {actual} vectors for {expected} texts")]
    WrongCount {
        /// Texts sent.
        expected: usize,
        /// Vectors received.
        actual: usize,
    },
    /// The provider's vectors do not carry the indices of the texts, each once.
    #[error("the embedding provider returned no vector for text {missing}, and another one twice")]
    WrongIndices {
        /// The first text without a vector, from 0.
        missing: usize,
    },
    /// The provider's answer is not the documented JSON.
    #[error("the embedding provider's answer cannot be read: {reason}")]
    Malformed {
        /// The parser's complaint.
        reason: String,
    },
    /// The provider answered with an error of its own.
    #[error("the embedding provider refused with status {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The provider's own words, shortened.
        message: String,
    },
    /// The provider did not answer: no connection, no answer in time, or an answer that broke off.
    #[error("the embedding provider cannot be reached: {reason}")]
    Unreachable {
        /// What happened on the way.
        reason: String,
    },
    /// Retrying did not help, or was not wanted.
    #[error("{}{last}", given_up(*attempts, *asked))]
    GaveUp {
        /// Requests sent.
        attempts: u32,
        /// The pause that the provider asked for at last, when it asked for one.
        asked: Option<Duration>,
        /// How the last one failed.
        #[source]
        last: Box<EmbeddingError>,
    },
}

/// Whom an error of a provider concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// Nobody: the same call can succeed later.
    Moment,
    /// One of the texts, or an answer that was spoilt once: smaller calls show which.
    Text,
    /// The setting or the account: no text can be embedded until somebody does something.
    Setting,
}

impl EmbeddingError {
    /// Whom it concerns, and so what to do.
    pub fn blame(&self) -> Blame {
        match self {
            Self::GaveUp { .. } | Self::Unreachable { .. } => Blame::Moment,
            Self::Refused { status, .. } => match status {
                400 | 413 | 422 => Blame::Text,
                _ => Blame::Setting,
            },
            Self::Vector {
                source: VectorError::WrongDimension { .. },
                ..
            }
            | Self::Setting { .. }
            | Self::ModelFile { .. } => Blame::Setting,
            Self::EmptyText { .. }
            | Self::Vector { .. }
            | Self::Computation(_)
            | Self::WrongCount { .. }
            | Self::WrongIndices { .. }
            | Self::Malformed { .. } => Blame::Text,
        }
    }

    /// The pause that the provider asks for before the same call is made again.
    pub fn asked(&self) -> Option<Duration> {
        match self {
            Self::GaveUp { asked, .. } => *asked,
            _ => None,
        }
    }

    /// Whether the same call can succeed later without anybody changing a text or a setting.
    pub fn is_temporary(&self) -> bool {
        self.blame() == Blame::Moment
    }
}

/// What is said of a provider that asks for a pause.
pub(super) fn asks_to_wait(asked: Duration) -> String {
    format!("the embedding provider asks to wait {} s", asked.as_secs())
}

fn given_up(attempts: u32, asked: Option<Duration>) -> String {
    match (asked, attempts) {
        (Some(asked), _) => format!("{}: ", asks_to_wait(asked)),
        // Who tried once says what happened.
        (None, 1) => String::new(),
        (None, _) => format!("gave up after {attempts} attempts: "),
    }
}
