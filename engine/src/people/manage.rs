//! Who there is and what they may do.

use std::net::IpAddr;

use domain::{Problems, Role, UserId};
use serde_json::json;
use time::OffsetDateTime;

use super::network::network;
use super::sign_in::{Counters, actor};
use super::{MAX_NAME, People, PeopleError, Person, SignInError};
use crate::desk::Actor;
use crate::store::StoreTransaction;

/// A person as admins see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who it is.
    pub person: Person,
    /// When the account was made.
    pub created_at: OffsetDateTime,
    /// When they last signed in.
    pub last_sign_in_at: Option<OffsetDateTime>,
}

impl People {
    /// Everybody, disabled people too, by name.
    ///
    /// # Errors
    /// [`PeopleError::Store`] when the database fails.
    pub async fn list(&self) -> Result<Vec<Listed>, PeopleError> {
        Ok(self.store.users().await?)
    }

    /// The person with this address, whatever its case.
    ///
    /// # Errors
    /// [`PeopleError::Store`] when the database fails.
    pub async fn by_email(&self, email: &str) -> Result<Option<Person>, PeopleError> {
        let email = email.trim().to_lowercase();
        let found = self.store.user_to_verify(&email).await?;
        Ok(found.map(|(person, _)| person))
    }

    /// Gives somebody another role, which ends their sessions.
    ///
    /// # Errors
    /// [`PeopleError::Conflict`] when they are the last active admin.
    pub async fn set_role(
        &self,
        actor: &Actor,
        id: UserId,
        role: Role,
    ) -> Result<Person, PeopleError> {
        let mut transaction = self.store.begin().await?;
        let person = required(&mut transaction, id).await?;
        if person.role == role {
            return Ok(person);
        }
        if role < Role::Admin {
            keep_an_admin(&mut transaction, &person).await?;
        }
        transaction.set_role(id, role).await?;
        let (before, after) = (json!({ "role": person.role }), json!({ "role": role }));
        transaction
            .note(
                actor,
                "people.role",
                &person.email,
                Some(&before),
                Some(&after),
            )
            .await?;
        transaction.commit().await?;
        self.required(id).await
    }

    /// Keeps somebody from signing in, or lets them again. Disabling ends their sessions and their
    /// reset links for good, and revokes the tokens that they made.
    ///
    /// # Errors
    /// [`PeopleError::Conflict`] when the last active admin would be disabled.
    pub async fn set_disabled(
        &self,
        actor: &Actor,
        id: UserId,
        disabled: bool,
    ) -> Result<Person, PeopleError> {
        let mut transaction = self.store.begin().await?;
        let person = required(&mut transaction, id).await?;
        if person.disabled == disabled {
            return Ok(person);
        }
        let now = self.clock.now();
        let (action, after) = if disabled {
            keep_an_admin(&mut transaction, &person).await?;
            transaction.end_resets(id, now).await?;
            let revoked = transaction.revoke_tokens_of(id, now).await?;
            let after = (revoked > 0).then(|| json!({ "tokens_revoked": revoked }));
            ("people.disable", after)
        } else {
            ("people.enable", None)
        };
        transaction
            .set_disabled(id, disabled.then_some(now))
            .await?;
        transaction
            .note(actor, action, &person.email, None, after.as_ref())
            .await?;
        transaction.commit().await?;
        self.required(id).await
    }

    /// Gives somebody another name.
    ///
    /// # Errors
    /// [`PeopleError::Invalid`] when the name is empty or too long.
    pub async fn rename(
        &self,
        actor: &Actor,
        id: UserId,
        name: &str,
    ) -> Result<Person, PeopleError> {
        let name = name.trim();
        let mut problems = Problems::new();
        problems.line("name", name, MAX_NAME);
        problems.into_result().map_err(PeopleError::Invalid)?;
        let mut transaction = self.store.begin().await?;
        let person = required(&mut transaction, id).await?;
        transaction.set_name(id, name).await?;
        let (before, after) = (json!({ "name": person.name }), json!({ "name": name }));
        transaction
            .note(
                actor,
                "people.rename",
                &person.email,
                Some(&before),
                Some(&after),
            )
            .await?;
        transaction.commit().await?;
        self.required(id).await
    }

    /// Sets a new password for somebody who knows the present one; all their sessions end. The
    /// person that is returned has the epoch for a new one.
    ///
    /// # Errors
    /// [`PeopleError::Invalid`] of `current` or `password`; [`PeopleError::Conflict`] after too many
    /// wrong guesses of the present one.
    pub async fn change_password(
        &self,
        id: UserId,
        current: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<Person, PeopleError> {
        let gone = || PeopleError::NotFound("This account".to_owned());
        let person = self.person(id).await?.ok_or_else(gone)?;
        let counters = Counters::of_owner(&person.email, address.map(network));
        self.count(&counters).await.map_err(|error| match error {
            SignInError::Failed(error) => error,
            refused => PeopleError::Conflict(refused.to_string()),
        })?;
        let kept = self.store.user_to_verify(&person.email).await?;
        let (_, kept) = kept.ok_or_else(gone)?;
        if !self.verify(current, kept).await? {
            return Err(PeopleError::invalid(
                "current",
                "is not your present password",
            ));
        }
        let mut problems = Problems::new();
        self.check_password(&mut problems, password, &person.email)
            .await?;
        if password == current {
            problems.add("password", "is your present password; choose another one");
        }
        let found = problems.into_result();
        let hash = match &found {
            Ok(()) => Some(self.hash(password).await?),
            Err(_) => None,
        };
        let mut transaction = self.store.begin().await?;
        counters.forgive(&mut transaction).await?;
        if let Some(hash) = hash {
            transaction.set_password(id, &hash).await?;
            transaction.end_resets(id, self.clock.now()).await?;
            transaction
                .note(
                    &actor(&person, address),
                    "people.password",
                    &person.email,
                    None,
                    None,
                )
                .await?;
        }
        transaction.commit().await?;
        found.map_err(PeopleError::Invalid)?;
        self.required(id).await
    }

    /// Ends all sessions of somebody.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when there is no such person.
    pub async fn sign_out_everywhere(
        &self,
        actor: &Actor,
        id: UserId,
    ) -> Result<Person, PeopleError> {
        let mut transaction = self.store.begin().await?;
        let person = required(&mut transaction, id).await?;
        transaction.next_epoch(id).await?;
        transaction
            .note(
                actor,
                "people.sign_out_everywhere",
                &person.email,
                None,
                None,
            )
            .await?;
        transaction.commit().await?;
        self.required(id).await
    }
}

async fn required(transaction: &mut StoreTransaction, id: UserId) -> Result<Person, PeopleError> {
    let person = transaction.user(id).await?;
    person.ok_or_else(|| PeopleError::NotFound("This person".to_owned()))
}

/// Refuses to go on when nobody else could manage people. Writers take turns, so that two admins
/// cannot disable each other at the same time.
async fn keep_an_admin(
    transaction: &mut StoreTransaction,
    person: &Person,
) -> Result<(), PeopleError> {
    let matters = person.role == Role::Admin && !person.disabled;
    if matters && transaction.other_admins(Some(person.id)).await? == 0 {
        return Err(PeopleError::Conflict(format!(
            "{} is the only admin who can sign in; make somebody else an admin first.",
            person.name
        )));
    }
    Ok(())
}
