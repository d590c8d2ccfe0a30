//! One-time links: the first account, invitations, forgotten passwords.

use std::fmt::{self, Write as _};

use domain::{Problems, Role, UserId};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{MAX_NAME, People, PeopleError, read_email};
use crate::desk::Actor;
use crate::store::{NewLink, StoreTransaction};

/// How long the first account's link is valid.
pub const SETUP_LIFETIME: Duration = Duration::DAY;
/// How long an invitation is valid.
pub const INVITATION_LIFETIME: Duration = Duration::WEEK;
/// How long a link for a forgotten password is valid.
pub const RESET_LIFETIME: Duration = Duration::DAY;
/// Random bytes in a secret.
const SECRET_BYTES: usize = 32;

/// A link, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its row number.
    pub id: i64,
    /// What it is for.
    pub kind: LinkKind,
    /// The name of whoever made it; `None` is the command line.
    pub made_by: Option<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// From when on it is refused.
    pub expires_at: OffsetDateTime,
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkKind {
    /// The first account: an admin whose address is asked for.
    Setup,
    /// An account for this address.
    Invitation {
        /// The address to sign in with.
        email: String,
        /// What the person may do.
        role: Role,
        /// What they are called, if the inviter said so.
        name: Option<String>,
    },
    /// A new password for somebody who has an account.
    Reset {
        /// Whose.
        user: UserId,
        /// Their address.
        email: String,
    },
}

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    Open,
    Used,
    Revoked,
    Expired,
}

/// A link's secret: 64 hexadecimal digits. Shown once, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkSecret(String);

/// A link that was just made.
#[derive(Debug)]
pub struct MadeLink {
    /// The part of its URL that is secret.
    pub secret: LinkSecret,
    /// From when on it is refused.
    pub expires_at: OffsetDateTime,
}

impl LinkSecret {
    /// The secret made of `random` bytes, which must come from the system's generator.
    fn new(random: &[u8; SECRET_BYTES]) -> Self {
        let mut text = String::with_capacity(2 * SECRET_BYTES);
        for byte in random {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// A secret that somebody presents; `None` when it cannot be one of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        let hex = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        (text.len() == 2 * SECRET_BYTES && text.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The secret, for the one time it is shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecret(…)")
    }
}

impl People {
    /// A link for the first account, while no admin can sign in; the older ones are over. `None`
    /// when there is an admin.
    ///
    /// # Errors
    /// [`PeopleError`] when the database or this machine fails.
    pub async fn setup_link(&self) -> Result<Option<MadeLink>, PeopleError> {
        if self.has_admin().await? {
            return Ok(None);
        }
        let mut transaction = self.store.begin().await?;
        let made = self
            .make_link(&mut transaction, &LinkKind::Setup, None, SETUP_LIFETIME)
            .await?;
        transaction.commit().await?;
        Ok(Some(made))
    }

    /// Whether an admin can sign in.
    pub(super) async fn has_admin(&self) -> Result<bool, PeopleError> {
        let mut transaction = self.store.begin().await?;
        Ok(transaction.other_admins(None).await? > 0)
    }

    /// Invites somebody. An open invitation of the same address is over.
    ///
    /// # Errors
    /// [`PeopleError::Invalid`] when a field is wrong, [`PeopleError::Conflict`] when the address
    /// has an account.
    pub async fn invite(
        &self,
        actor: &Actor,
        email: &str,
        name: Option<&str>,
        role: Role,
    ) -> Result<MadeLink, PeopleError> {
        let mut problems = Problems::new();
        let email = read_email(&mut problems, email);
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        problems.optional_line("name", name, MAX_NAME);
        problems.into_result().map_err(PeopleError::Invalid)?;
        let mut transaction = self.store.begin().await?;
        if transaction.has_user(&email).await? {
            return Err(PeopleError::invalid(
                "email",
                "already has an account; give it another role, or make a reset link",
            ));
        }
        let kind = LinkKind::Invitation {
            email: email.clone(),
            role,
            name: name.map(str::to_owned),
        };
        let made = self
            .make_link(&mut transaction, &kind, actor.user, INVITATION_LIFETIME)
            .await?;
        let after = json!({ "role": role, "name": name });
        transaction
            .note(actor, "people.invite", &email, None, Some(&after))
            .await?;
        transaction.commit().await?;
        Ok(made)
    }

    /// Makes a link by which somebody chooses a new password; older ones of theirs are over.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when there is no such person, [`PeopleError::Conflict`] when they
    /// are disabled.
    pub async fn reset_link(&self, actor: &Actor, id: UserId) -> Result<MadeLink, PeopleError> {
        let mut transaction = self.store.begin().await?;
        let person = transaction.user(id).await?;
        let person = person.ok_or_else(|| PeopleError::NotFound("This person".to_owned()))?;
        if person.disabled {
            return Err(PeopleError::Conflict(format!(
                "{} is disabled; enable the account first.",
                person.name
            )));
        }
        let kind = LinkKind::Reset {
            user: id,
            email: person.email.clone(),
        };
        let made = self
            .make_link(&mut transaction, &kind, actor.user, RESET_LIFETIME)
            .await?;
        transaction
            .note(actor, "people.reset", &person.email, None, None)
            .await?;
        transaction.commit().await?;
        Ok(made)
    }

    /// Invitations and reset links that can still be used, newest first.
    ///
    /// # Errors
    /// [`PeopleError::Store`] when the database fails.
    pub async fn open_links(&self) -> Result<Vec<Link>, PeopleError> {
        Ok(self.store.open_links(self.clock.now()).await?)
    }

    /// Withdraws an open invitation or reset link.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when it is not open (any more).
    pub async fn revoke_link(&self, actor: &Actor, id: i64) -> Result<(), PeopleError> {
        let mut transaction = self.store.begin().await?;
        let email = transaction.revoke_link(id, self.clock.now()).await?;
        let email = email.ok_or_else(|| PeopleError::NotFound("This link".to_owned()))?;
        transaction
            .note(actor, "people.revoke_link", &email, None, None)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn make_link(
        &self,
        transaction: &mut StoreTransaction,
        kind: &LinkKind,
        created_by: Option<UserId>,
        lifetime: Duration,
    ) -> Result<MadeLink, PeopleError> {
        let mut random = [0; SECRET_BYTES];
        getrandom::fill(&mut random).map_err(|error| PeopleError::Machine(error.to_string()))?;
        let secret = LinkSecret::new(&random);
        let now = self.clock.now();
        let expires_at = now.saturating_add(lifetime);
        transaction
            .insert_link(&NewLink {
                kind,
                secret: &secret,
                created_by,
                now,
                expires_at,
            })
            .await?;
        Ok(MadeLink { secret, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_is_not_shown_by_accident() {
        let secret = LinkSecret::new(&[0xa7; 32]);
        assert_eq!(LinkSecret::read(secret.expose()), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains("a7"));
        let check = |text: &str| assert_eq!(LinkSecret::read(text), None, "{text:?}");
        check("");
        check(&"A".repeat(64));
        check(&"g".repeat(64));
        check(&"a".repeat(65));
    }
}
