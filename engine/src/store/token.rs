//! API tokens: secrets by which other software asks. Only their hashes are kept.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use domain::UserId;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::{Store, StoreError, StoreTransaction};

/// How long a token may be used before its use is noted again.
const NOTED_EVERY: Duration = Duration::MINUTE;
/// What every secret starts with, so that scanners of leaked secrets can know it.
const PREFIX: &str = "lf_";
/// Random bytes in a secret.
const SECRET_BYTES: usize = 32;

/// A token as its owner sees it, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its row number.
    pub id: i64,
    /// What it is for, in the owner's words; 1 to 80 characters.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// The name of whoever made it; `None` is the command line, or somebody who is gone.
    pub made_by: Option<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// From when on it is refused.
    pub expires_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
}

/// Something a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Import records.
    Import,
    /// Export records.
    Export,
    /// Have decisions explained.
    Explain,
}

/// A token that is to be made.
pub(crate) struct NewToken<'a> {
    pub(crate) secret: &'a TokenSecret,
    pub(crate) name: &'a str,
    pub(crate) scopes: &'a [Scope],
    pub(crate) created_by: Option<UserId>,
    pub(crate) now: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
}

/// A text that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a scope; there are import, export and explain")]
pub struct ScopeError(String);

/// A token's secret: `lf_` and 64 hexadecimal digits. Shown once, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

impl Token {
    /// Whether the token may do what `scope` covers.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Import, Self::Export, Self::Explain];

    /// The scope's name on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
            Self::Explain => "explain",
        }
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| ScopeError(text.chars().take(40).collect()))
    }
}

impl TokenSecret {
    /// The secret made of `random` bytes, which must come from the system's generator.
    pub fn new(random: &[u8; SECRET_BYTES]) -> Self {
        let mut text = String::with_capacity(PREFIX.len() + 2 * SECRET_BYTES);
        text.push_str(PREFIX);
        for byte in random {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// A secret that somebody presents; `None` when it cannot be one of ours.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let hex = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        (digits.len() == 2 * SECRET_BYTES && digits.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The secret, for the one time it is shown.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

impl Store {
    /// The token whose secret this is, when it is neither revoked nor expired at `now`. Its use is
    /// noted, at most once a minute.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored scope is unknown.
    pub async fn use_token(
        &self,
        secret: &TokenSecret,
        now: OffsetDateTime,
    ) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            "SELECT id, name, scopes,
                    (SELECT name FROM users WHERE users.id = created_by) AS made_by, created_at, expires_at, last_used_at, revoked_at
             FROM api_tokens
             WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2",
            &secret.hash()[..],
            now
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let noted = row.last_used_at;
        if noted.is_none_or(|noted| noted.saturating_add(NOTED_EVERY) <= now) {
            sqlx::query!(
                "UPDATE api_tokens SET last_used_at = $2
                 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
                row.id,
                now
            )
            .execute(&self.pool)
            .await?;
        }
        row.read().map(Some)
    }

    /// Every token, revoked and expired ones too, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored scope is unknown.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query_as!(
            Row,
            "SELECT id, name, scopes,
                    (SELECT name FROM users WHERE users.id = created_by) AS made_by, created_at, expires_at, last_used_at, revoked_at
             FROM api_tokens ORDER BY id"
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Row::read).collect()
    }
}

impl StoreTransaction {
    /// Keeps a new token's hash.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when a field breaks a rule of the schema; [`StoreError`] when the
    /// database fails.
    pub(crate) async fn insert_token(&mut self, token: &NewToken<'_>) -> Result<Token, StoreError> {
        let scopes: Vec<String> = token.scopes.iter().map(|s| s.as_str().to_owned()).collect();
        let row = sqlx::query_as!(
            Row,
            r#"INSERT INTO api_tokens (name, token_hash, scopes, created_by, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               RETURNING id, name, scopes,
                   (SELECT name FROM users WHERE users.id = created_by) AS made_by,
                   created_at, expires_at, last_used_at, revoked_at"#,
            token.name,
            &token.secret.hash()[..],
            &scopes,
            token.created_by.map(|user| user.0),
            token.now,
            token.expires_at
        )
        .fetch_one(&mut *self.tx)
        .await?;
        row.read()
    }

    /// Revokes a token from `now` on and returns it. `None` when there is no such token, or it was
    /// revoked before.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored scope is unknown.
    pub(crate) async fn revoke_token(
        &mut self,
        id: i64,
        now: OffsetDateTime,
    ) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            "UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL
             RETURNING id, name, scopes,
                 (SELECT name FROM users WHERE users.id = created_by) AS made_by,
                 created_at, expires_at, last_used_at, revoked_at",
            id,
            now
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        row.map(Row::read).transpose()
    }

    /// Revokes every good token that this person made, from `now` on. Returns how many those were.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn revoke_tokens_of(
        &mut self,
        person: UserId,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query!(
            "UPDATE api_tokens SET revoked_at = $2
             WHERE created_by = $1 AND revoked_at IS NULL AND expires_at > $2",
            person.0,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(done.rows_affected())
    }

    /// The token with this row number.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored scope is unknown.
    pub(crate) async fn token(&mut self, id: i64) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            "SELECT id, name, scopes,
                    (SELECT name FROM users WHERE users.id = created_by) AS made_by, created_at,
                    expires_at, last_used_at, revoked_at
             FROM api_tokens WHERE id = $1",
            id
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        row.map(Row::read).transpose()
    }
}

struct Row {
    id: i64,
    name: String,
    scopes: Vec<String>,
    made_by: Option<String>,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    last_used_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
}

impl Row {
    fn read(self) -> Result<Token, StoreError> {
        let scopes = self.scopes.iter().map(|scope| scope.parse());
        Ok(Token {
            id: self.id,
            name: self.name,
            scopes: scopes
                .collect::<Result<_, ScopeError>>()
                .map_err(|error| StoreError::malformed("a token's scope", &error))?,
            made_by: self.made_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            revoked_at: self.revoked_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_is_not_shown_by_accident() {
        let secret = TokenSecret::new(&[0xa7; 32]);
        assert_eq!(secret.expose().len(), 67);
        assert_eq!(TokenSecret::read(secret.expose()), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains("a7"));
    }

    #[test]
    fn what_cannot_be_a_secret_is_not_looked_for() {
        let check = |text: &str| assert_eq!(TokenSecret::read(text), None, "{text:?}");
        check("");
        check("lf_");
        check(&"a".repeat(67));
        check(&format!("lf_{}", "A".repeat(64)));
        check(&format!("lf_{}", "g".repeat(64)));
        check(&format!("lf_{}", "a".repeat(65)));
    }

    #[test]
    fn a_scope_is_known_by_its_name() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        let refused = "admin".parse::<Scope>().expect_err("there is none");
        assert_eq!(
            refused.to_string(),
            "\"admin\" is not a scope; there are import, export and explain"
        );
    }
}
