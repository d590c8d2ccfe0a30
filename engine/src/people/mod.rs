//! People who work at the desk: who they are, how they sign in, what they may do.
//!
//! One file per thing that is done about them. Passwords are kept as argon2id hashes, the secrets of
//! links as SHA-256, and neither ever reaches the audit log.

mod common;
mod introduce;
mod link;
mod manage;
mod network;
mod password;
mod sign_in;
mod throttle;
mod token;

use std::sync::Arc;

use domain::{Problem, Problems, Role, UserId};
use serde_json::json;
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::desk::Actor;
use crate::store::{Store, StoreError};

pub use introduce::Introduction;
pub(crate) use link::LinkState;
pub use link::{
    INVITATION_LIFETIME, Link, LinkKind, LinkSecret, MadeLink, RESET_LIFETIME, SETUP_LIFETIME,
};
pub use manage::Listed;
pub use password::MIN_CHARACTERS;
pub use sign_in::SignInError;
pub use throttle::Failures;
pub use token::MAX_TOKEN_DAYS;

/// Most characters of a person's name.
pub const MAX_NAME: usize = 80;
/// Most bytes of an e-mail address.
pub const MAX_EMAIL: usize = 254;
/// Passwords that are hashed at the same time: each takes 19 MiB and a core.
const HASHES_AT_ONCE: usize = 2;

/// The people of this installation. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct People {
    /// Connections of its own, so that no visitor waits for one.
    store: Store,
    clock: Arc<dyn Clock>,
    hashing: Arc<Semaphore>,
}

/// Somebody who may sign in, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The row number.
    pub id: UserId,
    /// The e-mail address, in lower case; the name to sign in with.
    pub email: String,
    /// What the others call them; 1 to 80 characters.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may not sign in at present.
    pub disabled: bool,
    /// Grows when all their sessions have to end: a session of an older epoch is over.
    pub epoch: i32,
}

/// Why something could not be done about a person.
#[derive(Debug, Error)]
pub enum PeopleError {
    /// There is no such person, link or token.
    #[error("{0} is not there; perhaps somebody deleted it")]
    NotFound(String),
    /// What was given cannot be saved.
    #[error("{}", first(.0))]
    Invalid(Vec<Problem>),
    /// It cannot be done in the present state.
    #[error("{0}")]
    Conflict(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This machine could not hash a password or gave no random bytes.
    #[error("this machine failed: {0}")]
    Machine(String),
}

impl People {
    /// People over a database. `store` should be a pool of its own.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        }
    }

    /// The person with this row number.
    ///
    /// # Errors
    /// [`PeopleError::Store`] when the database fails.
    pub async fn person(&self, id: UserId) -> Result<Option<Person>, PeopleError> {
        Ok(self.store.user(id).await?)
    }

    /// Adds somebody with a password of their own.
    ///
    /// # Errors
    /// [`PeopleError::Invalid`] when a field is wrong or the password too easy to guess,
    /// [`PeopleError::Conflict`] when the address is taken.
    pub async fn add(
        &self,
        actor: &Actor,
        email: &str,
        name: &str,
        role: Role,
        password: &str,
    ) -> Result<Person, PeopleError> {
        let mut problems = Problems::new();
        let email = read_email(&mut problems, email);
        let name = name.trim();
        problems.line("name", name, MAX_NAME);
        self.check_password(&mut problems, password, &email).await?;
        problems.into_result().map_err(PeopleError::Invalid)?;
        let hash = self.hash(password).await?;
        let now = self.clock.now();
        let mut transaction = self.store.begin().await?;
        let id = transaction
            .insert_user(&email, name, role, &hash, now)
            .await
            .map_err(taken)?;
        let after = json!({ "name": name, "role": role });
        transaction
            .note(actor, "people.add", &email, None, Some(&after))
            .await?;
        transaction.commit().await?;
        self.required(id).await
    }

    async fn required(&self, id: UserId) -> Result<Person, PeopleError> {
        let person = self.store.user(id).await?;
        person.ok_or_else(|| PeopleError::NotFound("This person".to_owned()))
    }
}

impl PeopleError {
    /// One field that is wrong.
    fn invalid(field: &str, message: impl Into<String>) -> Self {
        let mut problems = Problems::new();
        problems.add(field, message);
        Self::Invalid(problems.into_vec())
    }
}

/// The address as it is kept, and what is wrong with it.
fn read_email(problems: &mut Problems, text: &str) -> String {
    let email = text.trim().to_lowercase();
    let whole = email.split_once('@').is_some_and(|(user, host)| {
        let sound = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
        !user.is_empty() && !host.is_empty() && user.chars().all(sound) && host.chars().all(sound)
    });
    if !whole || email.len() > MAX_EMAIL {
        problems.add(
            "email",
            "is not an e-mail address; write it like name@example.com",
        );
    }
    email
}

fn taken(error: StoreError) -> PeopleError {
    match error {
        StoreError::Refused { constraint, .. } if constraint == "users_email_unique" => {
            PeopleError::Conflict("There is already somebody with this e-mail address.".to_owned())
        }
        error => PeopleError::Store(error),
    }
}

fn first(problems: &[Problem]) -> String {
    problems
        .first()
        .map_or_else(|| "a field is wrong".to_owned(), Problem::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case_and_has_two_parts() {
        let check = |text: &str, kept: Option<&str>| {
            let mut problems = Problems::new();
            let email = read_email(&mut problems, text);
            assert_eq!(problems.is_empty().then_some(email.as_str()), kept);
        };
        check(" Ann@Example.COM ", Some("ann@example.com"));
        check("ann+news@example.com", Some("ann+news@example.com"));
        check("ann", None);
        check("@example.com", None);
        check("ann@", None);
        check("a@b@c", None);
        check("ann lee@example.com", None);
        check("ann\u{7}@example.com", None);
        check(&format!("{}@example.com", "a".repeat(254)), None);
    }
}
