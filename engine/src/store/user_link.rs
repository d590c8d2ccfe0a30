//! Links that let somebody choose a password, once. Only their secrets' hashes are kept.

use domain::{Role, UserId};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::user::read_role;
use super::{Store, StoreError, StoreTransaction};
use crate::people::{Link, LinkKind, LinkSecret, LinkState};

/// A link that is to be made.
pub(crate) struct NewLink<'a> {
    pub(crate) kind: &'a LinkKind,
    pub(crate) secret: &'a LinkSecret,
    pub(crate) created_by: Option<UserId>,
    pub(crate) now: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
}

impl Store {
    /// The link whose secret this is, and what became of it by `now`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub(crate) async fn link(
        &self,
        secret: &LinkSecret,
        now: OffsetDateTime,
    ) -> Result<Option<(Link, LinkState)>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT link.id, kind, link.email, link.role, link.name, user_id,
                      person.email AS "user_email?", author.name AS "author?",
                      link.created_at, expires_at, used_at, revoked_at
               FROM one_time_links AS link
               LEFT JOIN users AS person ON person.id = user_id
               LEFT JOIN users AS author ON author.id = created_by
               WHERE secret_hash = $1"#,
            &hash(secret)[..]
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let state = row.state(now);
        Ok(Some((row.read()?, state)))
    }

    /// Invitations and resets that are still open at `now`, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub(crate) async fn open_links(&self, now: OffsetDateTime) -> Result<Vec<Link>, StoreError> {
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT link.id, kind, link.email, link.role, link.name, user_id,
                      person.email AS "user_email?", author.name AS "author?",
                      link.created_at, expires_at, used_at, revoked_at
               FROM one_time_links AS link
               LEFT JOIN users AS person ON person.id = user_id
               LEFT JOIN users AS author ON author.id = created_by
               WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > $1 AND kind <> 'setup'
               ORDER BY link.id DESC"#,
            now
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Row::read).collect()
    }
}

impl StoreTransaction {
    /// Keeps a new link's hash. Older open links for the same purpose are over.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn insert_link(&mut self, link: &NewLink<'_>) -> Result<(), StoreError> {
        let (kind, email, role, name, user) = match link.kind {
            LinkKind::Setup => ("setup", None, None, None, None),
            LinkKind::Invitation { email, role, name } => {
                self.end_invitations(email, link.now).await?;
                (
                    "invitation",
                    Some(email),
                    Some(role.as_str()),
                    name.as_ref(),
                    None,
                )
            }
            LinkKind::Reset { user, .. } => {
                self.end_resets(*user, link.now).await?;
                ("reset", None, None, None, Some(user.0))
            }
        };
        if kind == "setup" {
            self.end_setups(link.now).await?;
        }
        sqlx::query!(
            "INSERT INTO one_time_links
                 (kind, secret_hash, email, role, name, user_id, created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            kind,
            &hash(link.secret)[..],
            email,
            role,
            name,
            user,
            link.created_by.map(|user| user.0),
            link.now,
            link.expires_at
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Uses a link up. Returns whether it was open.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn use_link(
        &mut self,
        id: i64,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let used = sqlx::query!(
            "UPDATE one_time_links SET used_at = $2
             WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2",
            id,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(used.rows_affected() == 1)
    }

    /// Ends an open link and returns whom it was for; `None` when it is not open.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn revoke_link(
        &mut self,
        id: i64,
        now: OffsetDateTime,
    ) -> Result<Option<String>, StoreError> {
        let email = sqlx::query_scalar!(
            r#"UPDATE one_time_links AS link SET revoked_at = $2
               WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
               RETURNING coalesce(
                   link.email, (SELECT users.email FROM users WHERE users.id = link.user_id), ''
               ) AS "email!""#,
            id,
            now
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(email)
    }

    /// Ends the open setup links.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn end_setups(&mut self, now: OffsetDateTime) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE one_time_links SET revoked_at = $1
             WHERE kind = 'setup' AND used_at IS NULL AND revoked_at IS NULL",
            now
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Ends the open invitations of an address.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn end_invitations(
        &mut self,
        email: &str,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE one_time_links SET revoked_at = $2
             WHERE email = $1 AND used_at IS NULL AND revoked_at IS NULL",
            email,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Ends a person's open reset links.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn end_resets(
        &mut self,
        user: UserId,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE one_time_links SET revoked_at = $2
             WHERE user_id = $1 AND used_at IS NULL AND revoked_at IS NULL",
            user.0,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

fn hash(secret: &LinkSecret) -> [u8; 32] {
    Sha256::digest(secret.expose().as_bytes()).into()
}

struct Row {
    id: i64,
    kind: String,
    email: Option<String>,
    role: Option<String>,
    name: Option<String>,
    user_id: Option<i64>,
    user_email: Option<String>,
    author: Option<String>,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    used_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
}

impl Row {
    fn state(&self, now: OffsetDateTime) -> LinkState {
        if self.used_at.is_some() {
            LinkState::Used
        } else if self.revoked_at.is_some() {
            LinkState::Revoked
        } else if self.expires_at <= now {
            LinkState::Expired
        } else {
            LinkState::Open
        }
    }

    fn read(self) -> Result<Link, StoreError> {
        let role = |text: Option<String>| read_role(text.as_deref().unwrap_or_default());
        let kind = match (self.kind.as_str(), self.email, self.user_id) {
            ("setup", ..) => LinkKind::Setup,
            ("invitation", Some(email), _) => LinkKind::Invitation {
                email,
                role: role(self.role)?,
                name: self.name,
            },
            ("reset", _, Some(user)) => LinkKind::Reset {
                user: UserId(user),
                email: self.user_email.unwrap_or_default(),
            },
            (kind, ..) => return Err(StoreError::malformed("a link's kind", &kind)),
        };
        Ok(Link {
            id: self.id,
            kind,
            made_by: self.author,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

impl LinkKind {
    /// The role that whoever uses the link has, when it makes a person.
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Setup => Some(Role::Admin),
            Self::Invitation { role, .. } => Some(*role),
            Self::Reset { .. } => None,
        }
    }
}
