//! People.

use domain::{Role, UserId};
use time::OffsetDateTime;

use super::{Store, StoreError, StoreTransaction};
use crate::people::{Listed, Person};

impl Store {
    /// The person with this row number.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored role is unknown.
    pub async fn user(&self, id: UserId) -> Result<Option<Person>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT id, email, name, role, disabled_at IS NOT NULL AS "disabled!", epoch
               FROM users WHERE id = $1"#,
            id.0
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Row::read).transpose()
    }

    /// The person with this address, and the hash of their password when they have one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored role is unknown.
    pub(crate) async fn user_to_verify(
        &self,
        email: &str,
    ) -> Result<Option<(Person, Option<String>)>, StoreError> {
        let row = sqlx::query!(
            r#"SELECT id, email, name, role, disabled_at IS NOT NULL AS "disabled!", epoch,
                      password_hash
               FROM users WHERE email = $1"#,
            email
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            let person = Row {
                id: row.id,
                email: row.email,
                name: row.name,
                role: row.role,
                disabled: row.disabled,
                epoch: row.epoch,
            };
            Ok((person.read()?, row.password_hash))
        })
        .transpose()
    }
}

impl Store {
    /// Everybody, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored role is unknown.
    pub(crate) async fn users(&self) -> Result<Vec<Listed>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT id, email, name, role, disabled_at IS NOT NULL AS "disabled!", epoch,
                      created_at, last_sign_in_at
               FROM users ORDER BY lower(name), id"#
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let person = Row {
                    id: row.id,
                    email: row.email,
                    name: row.name,
                    role: row.role,
                    disabled: row.disabled,
                    epoch: row.epoch,
                };
                Ok(Listed {
                    person: person.read()?,
                    created_at: row.created_at,
                    last_sign_in_at: row.last_sign_in_at,
                })
            })
            .collect()
    }
}

impl StoreTransaction {
    /// The person with this row number, kept as they are until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored role is unknown.
    pub(crate) async fn user(&mut self, id: UserId) -> Result<Option<Person>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT id, email, name, role, disabled_at IS NOT NULL AS "disabled!", epoch
               FROM users WHERE id = $1 FOR UPDATE"#,
            id.0
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        row.map(Row::read).transpose()
    }

    /// Whether an address has an account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn has_user(&mut self, email: &str) -> Result<bool, StoreError> {
        let found = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM users WHERE email = $1) AS "found!""#,
            email
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(found)
    }

    /// How many admins can sign in, but for one person.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn other_admins(&mut self, but: Option<UserId>) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM users
               WHERE role = 'admin' AND disabled_at IS NULL AND password_hash IS NOT NULL
                 AND id IS DISTINCT FROM $1"#,
            but.map(|user| user.0)
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(count)
    }

    /// Changes what somebody may do and ends their sessions.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn set_role(&mut self, id: UserId, role: Role) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE users SET role = $2, epoch = epoch + 1 WHERE id = $1",
            id.0,
            role.as_str()
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Disables somebody as of an instant or, with `None`, enables them; their sessions end.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn set_disabled(
        &mut self,
        id: UserId,
        at: Option<OffsetDateTime>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE users SET disabled_at = $2, epoch = epoch + 1 WHERE id = $1",
            id.0,
            at
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Changes somebody's name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn set_name(&mut self, id: UserId, name: &str) -> Result<(), StoreError> {
        sqlx::query!("UPDATE users SET name = $2 WHERE id = $1", id.0, name)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Changes somebody's password and ends their sessions.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn set_password(
        &mut self,
        id: UserId,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE users SET password_hash = $2, epoch = epoch + 1 WHERE id = $1",
            id.0,
            password_hash
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Ends somebody's sessions.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn next_epoch(&mut self, id: UserId) -> Result<(), StoreError> {
        sqlx::query!("UPDATE users SET epoch = epoch + 1 WHERE id = $1", id.0)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Adds a person who signs in with a password.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the address is taken.
    pub(crate) async fn insert_user(
        &mut self,
        email: &str,
        name: &str,
        role: Role,
        password_hash: &str,
        now: OffsetDateTime,
    ) -> Result<UserId, StoreError> {
        let id = sqlx::query_scalar!(
            "INSERT INTO users (email, name, role, password_hash, created_at)
             VALUES ($1, $2, $3, $4, $5) RETURNING id",
            email,
            name,
            role.as_str(),
            password_hash,
            now
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(UserId(id))
    }
}

/// A row of `users`, without the hash.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) disabled: bool,
    pub(super) epoch: i32,
}

impl Row {
    pub(super) fn read(self) -> Result<Person, StoreError> {
        Ok(Person {
            id: UserId(self.id),
            email: self.email,
            name: self.name,
            role: read_role(&self.role)?,
            disabled: self.disabled,
            epoch: self.epoch,
        })
    }
}

pub(super) fn read_role(text: &str) -> Result<Role, StoreError> {
    text.parse()
        .map_err(|error| StoreError::malformed("a person's role", &error))
}
