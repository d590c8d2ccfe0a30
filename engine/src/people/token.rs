//! API tokens, as admins make and revoke them.

use domain::Problems;
use serde_json::json;
use time::Duration;

use super::{MAX_NAME, People, PeopleError};
use crate::desk::Actor;
use crate::store::{NewToken, Scope, Token, TokenSecret};

/// Most days a token can be good for.
pub const MAX_TOKEN_DAYS: u16 = 3_650;

impl People {
    /// Makes a token that is good for `days`. Its secret is returned this once.
    ///
    /// # Errors
    /// [`PeopleError::Invalid`] when `name`, `scopes` or `days` are wrong.
    pub async fn make_token(
        &self,
        actor: &Actor,
        name: &str,
        scopes: &[Scope],
        days: u16,
    ) -> Result<(Token, TokenSecret), PeopleError> {
        let name = name.trim();
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let mut problems = Problems::new();
        problems.line("name", name, MAX_NAME);
        if scopes.is_empty() {
            problems.add("scopes", "are missing; choose at least one");
        }
        if !(1..=MAX_TOKEN_DAYS).contains(&days) {
            problems.add(
                "days",
                format!("is {days}; give a number from 1 to {MAX_TOKEN_DAYS}"),
            );
        }
        problems.into_result().map_err(PeopleError::Invalid)?;
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| PeopleError::Machine(error.to_string()))?;
        let secret = TokenSecret::new(&random);
        let now = self.clock.now();
        let mut transaction = self.store.begin().await?;
        let token = transaction
            .insert_token(&NewToken {
                secret: &secret,
                name,
                scopes: &scopes,
                created_by: actor.user,
                now,
                expires_at: now.saturating_add(Duration::days(days.into())),
            })
            .await?;
        let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let after = json!({ "id": token.id, "scopes": names, "days": days });
        transaction
            .note(actor, "token.make", name, None, Some(&after))
            .await?;
        transaction.commit().await?;
        Ok((token, secret))
    }

    /// Every token, revoked and expired ones too, oldest first.
    ///
    /// # Errors
    /// [`PeopleError::Store`] when the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>, PeopleError> {
        Ok(self.store.tokens().await?)
    }

    /// Revokes a token: it is refused from now on. One that was revoked before stays as it was.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when there is no such token.
    pub async fn revoke_token(&self, actor: &Actor, id: i64) -> Result<Token, PeopleError> {
        let now = self.clock.now();
        let mut transaction = self.store.begin().await?;
        let token = match transaction.revoke_token(id, now).await? {
            Some(token) => {
                let before = json!({ "id": id });
                transaction
                    .note(actor, "token.revoke", &token.name, Some(&before), None)
                    .await?;
                Some(token)
            }
            None => transaction.token(id).await?,
        };
        transaction.commit().await?;
        token.ok_or_else(|| PeopleError::NotFound(format!("Token {id}")))
    }
}
