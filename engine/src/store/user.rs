//! People.

use domain::{Role, UserId};
use time::OffsetDateTime;

use super::{Store, StoreError, StoreTransaction};
use crate::people::Person;

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

impl StoreTransaction {
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
