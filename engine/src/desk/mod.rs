//! What people do at the marketer's desk: look at content, change it, publish it.
//!
//! One file per thing they work on. Every change is checked, written in one transaction together
//! with its entry in the audit log, and announced to every node.

pub mod activity;
pub mod audience;
pub mod drafts;
mod find;
pub mod history;
pub mod home;
pub mod insights;
pub mod local_time;
pub mod pages;
pub mod preview;
pub mod segments;
pub mod transfer;
pub mod variants;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::{Problem, Problems, UserId};
use thiserror::Error;

use crate::embedding::EmbeddingError;
use crate::engine::Engine;
use crate::ingest::ImportError;
use crate::spaces::{Comparison, Comparisons, Floors, Spaces};
use crate::store::{Store, StoreError};
use crate::visits;
use crate::writer::WriterError;

pub use find::Found;

/// The desk: the engine as people who write content see it. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Connections of its own, so that no visitor waits for one.
    pub(crate) store: Store,
    pub(crate) engine: Arc<Engine>,
    /// Cookies that conditions may read.
    cookies: Arc<[String]>,
    /// What was found out about a change of space.
    comparisons: Comparisons,
}

/// Who changes something, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person's row; `None` is the command line or a token.
    pub user: Option<UserId>,
    /// Readable after the account is gone: an e-mail address, `command line`, or a token's name.
    pub name: String,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

/// Why something could not be done.
#[derive(Debug, Error)]
pub enum DeskError {
    /// What was to be changed is not there.
    #[error("{0} is not there; perhaps somebody deleted it")]
    NotFound(String),
    /// What was given cannot be saved.
    #[error("{} fields are wrong", .0.len())]
    Invalid(Vec<Problem>),
    /// Somebody saved the same thing since it was opened; nothing is overwritten.
    #[error("{author} saved revision {revision} meanwhile")]
    Stale {
        /// The revision that is there now.
        revision: i32,
        /// Who saved it.
        author: String,
    },
    /// The thing is not in a state in which this can be done.
    #[error("{0}")]
    Conflict(String),
    /// The embedding provider failed.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
    /// The language model wrote no draft.
    #[error(transparent)]
    Writer(#[from] WriterError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// A desk over a running engine. `store` should be a pool of its own.
    pub fn new(store: Store, engine: Arc<Engine>) -> Self {
        Self {
            store,
            engine,
            cookies: Arc::default(),
            comparisons: Comparisons::default(),
        }
    }

    /// The same desk, where conditions may read these cookies.
    #[must_use]
    pub fn reading(self, cookies: &[String]) -> Self {
        Self {
            cookies: cookies.into(),
            ..self
        }
    }

    /// The embedding spaces.
    pub fn spaces(&self) -> Spaces {
        let engine = &self.engine;
        Spaces::new(
            self.store.clone(),
            engine.providers().clone(),
            engine.space_settings(),
        )
    }

    /// What a switch to another space would change, weighted by recent visits. It is found out in the
    /// background and kept; this waits for it as long as `patience`.
    ///
    /// # Errors
    /// As for [`Spaces::drift`].
    pub async fn comparison(
        &self,
        to: i32,
        floors: Floors,
        patience: Duration,
    ) -> Result<Comparison, DeskError> {
        let traffic = visits::traffic(&self.engine);
        self.spaces()
            .comparison(&self.comparisons, to, traffic, floors, patience)
            .await
    }

    /// The engine that answers visitors.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

impl Actor {
    /// Somebody at this machine's command line.
    pub fn command_line() -> Self {
        Self {
            user: None,
            name: "command line".to_owned(),
            address: None,
        }
    }
}

impl DeskError {
    /// One field that is wrong.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        let mut problems = Problems::new();
        problems.add(field, message);
        Self::Invalid(problems.into_vec())
    }
}

impl From<ImportError> for DeskError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Rejected(rejections) => {
                Self::Invalid(rejections.into_iter().map(|r| r.problem).collect())
            }
            ImportError::File(error) => Self::invalid("", error.to_string()),
            ImportError::Embedding(error) => Self::Embedding(error),
            ImportError::Store(error) => Self::Store(error),
            ImportError::Vanished(what) => Self::Conflict(what),
            ImportError::Stopped(_) | ImportError::TooManyBad => Self::Conflict(error.to_string()),
        }
    }
}
