use std::fmt;

use domain::content::field_label;
use domain::{Problem, Role};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Why the admin did not do what it was asked: what every server function answers with, and what
/// screens show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminError {
    /// There is no session, or it is over.
    SignedOut,
    /// The person may not do this; it takes this role.
    Forbidden(Role),
    /// There is no such thing.
    NotFound(String),
    /// Some fields cannot be saved as they are.
    Invalid(Vec<Problem>),
    /// The thing is in a state in which this cannot be done.
    Conflict(String),
    /// Somebody else saved the same thing meanwhile.
    Stale {
        /// The revision that is there now.
        revision: i32,
        /// Who saved it.
        author: String,
    },
    /// There were too many attempts.
    Throttled {
        /// Seconds until the next one is looked at, at least 1.
        seconds: u64,
        /// The same as a sentence.
        text: String,
    },
    /// A service does not answer.
    Unavailable,
    /// The browser does not reach the server.
    Unreachable,
    /// Something unexpected. The log says what, under this reference.
    Internal(String),
}

impl AdminError {
    /// One field that is wrong.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// What is wrong with the fields, when that is what is wrong.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid(problems) => problems,
            _ => &[],
        }
    }

    /// The error that an answer's body tells: as JSON, or as a sentence of the server's own.
    pub(super) fn read(body: &str) -> Self {
        let sentence = |body: &str| match body.trim() {
            "" => Self::Unreachable,
            text => Self::Conflict(text.to_owned()),
        };
        serde_json::from_str(body).unwrap_or_else(|_| sentence(body))
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) | Self::Stale { .. } => 409,
            Self::Invalid(_) => 422,
            Self::Throttled { .. } => 429,
            Self::Internal(_) => 500,
            Self::Unavailable | Self::Unreachable => 503,
        }
    }
}

#[cfg(feature = "ssr")]
impl AdminError {
    /// What an error of before says to somebody who is signed in by now.
    pub(super) fn once_signed_in(self) -> Self {
        match self {
            Self::SignedOut => Self::Conflict(
                "You had been signed out, so nothing was saved. What you typed is still here: save it again."
                    .to_owned(),
            ),
            other => other,
        }
    }
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut => f.write_str(
                "You are signed out. Sign in again in another tab and come back: what you typed is still here.",
            ),
            Self::Forbidden(role) => {
                write!(f, "This takes the role {role}. Ask an admin for it.")
            }
            Self::NotFound(what) => write!(f, "{what} is not there. Perhaps somebody deleted it."),
            Self::Invalid(problems) => match problems.as_slice() {
                [only] if only.field.is_empty() => f.write_str(&only.message),
                [only] => write!(f, "{}: {}", field_label(&only.field), only.message),
                _ => write!(
                    f,
                    "{} fields need a correction; nothing was saved.",
                    problems.len()
                ),
            },
            Self::Conflict(text) | Self::Throttled { text, .. } => f.write_str(text),
            Self::Stale { author, .. } => write!(
                f,
                "{author} saved this after you opened it. Nothing was overwritten."
            ),
            Self::Unavailable => f.write_str(
                "The database does not answer. Nothing was saved; try again in a moment.",
            ),
            Self::Unreachable => f.write_str(
                "The server cannot be reached. Nothing was saved; check the connection and try again.",
            ),
            Self::Internal(reference) => write!(
                f,
                "Something went wrong on the server. Nothing was saved; the log has it as {reference}."
            ),
        }
    }
}

impl std::error::Error for AdminError {}

impl FromServerFnError for AdminError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(text)
            | ServerFnErrorErr::MissingArg(text)
            | ServerFnErrorErr::Deserialization(text) => Self::invalid("", text),
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            other => internal(&other),
        }
    }

    /// The error as the client reads it. On the server this also sets the answer's status.
    fn ser(&self) -> leptos::server_fn::Bytes {
        #[cfg(feature = "ssr")]
        if !super::session::wants_html() {
            super::session::answer_with(self);
        }
        serde_json::to_vec(self).unwrap_or_default().into()
    }

    /// The error that the server answered with. What did not come from a server function, because
    /// the request was refused before it reached one, is a sentence already.
    fn de(data: leptos::server_fn::Bytes) -> Self {
        Self::read(&String::from_utf8_lossy(&data))
    }
}

/// Logs what happened and gives it a reference.
#[cfg(feature = "ssr")]
fn internal(error: &dyn fmt::Display) -> AdminError {
    use std::sync::atomic::{AtomicU32, Ordering};

    static COUNT: AtomicU32 = AtomicU32::new(1);
    let reference = format!(
        "admin-{:x}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    tracing::error!(%error, reference, "admin failed");
    AdminError::Internal(reference)
}

#[cfg(not(feature = "ssr"))]
fn internal(error: &dyn fmt::Display) -> AdminError {
    AdminError::Internal(error.to_string())
}

#[cfg(feature = "ssr")]
mod server {
    use engine::desk::DeskError;
    use engine::people::PeopleError;
    use engine::store::StoreError;

    use super::{AdminError, internal};

    impl From<DeskError> for AdminError {
        fn from(error: DeskError) -> Self {
            match error {
                DeskError::NotFound(what) => Self::NotFound(what),
                DeskError::Invalid(problems) => Self::Invalid(problems),
                DeskError::Conflict(text) => Self::Conflict(text),
                DeskError::Stale { revision, author } => Self::Stale { revision, author },
                DeskError::Embedding(error) => {
                    tracing::warn!(%error, "admin: embedding failed");
                    Self::Conflict(
                        "The text could not be embedded, because the embedding service does not answer. \
                         Nothing was saved; try again in a moment."
                            .to_owned(),
                    )
                }
                DeskError::Writer(error) => {
                    tracing::warn!(%error, "admin: no draft was written");
                    Self::Conflict(error.advice())
                }
                DeskError::Store(error) => error.into(),
            }
        }
    }

    impl From<PeopleError> for AdminError {
        fn from(error: PeopleError) -> Self {
            match error {
                PeopleError::NotFound(what) => Self::NotFound(what),
                PeopleError::Invalid(problems) => Self::Invalid(problems),
                PeopleError::Conflict(text) => Self::Conflict(text),
                PeopleError::Store(error) => error.into(),
                PeopleError::Machine(text) => internal(&text),
            }
        }
    }

    impl From<StoreError> for AdminError {
        fn from(error: StoreError) -> Self {
            match error {
                StoreError::Refused { message, .. } => Self::Conflict(sentence(message)),
                StoreError::Unreachable | StoreError::Superseded => Self::Unavailable,
                StoreError::NotText => Self::invalid("", sentence(&error.to_string())),
                StoreError::Database(cause) if is_connection(&cause.to_string()) => {
                    tracing::warn!(%cause, "admin: the database does not answer");
                    Self::Unavailable
                }
                other => internal(&other),
            }
        }
    }

    /// Whether the database said so because it could not be reached.
    fn is_connection(text: &str) -> bool {
        [
            "pool timed out",
            "communicating with database",
            "Connection refused",
        ]
        .iter()
        .any(|sign| text.contains(sign))
    }

    fn sentence(text: &str) -> String {
        let mut characters = text.chars();
        let first = characters.next().map(|c| c.to_uppercase().to_string());
        format!("{}{}.", first.unwrap_or_default(), characters.as_str())
    }
}
