//! What a one-time link opens.

use std::net::IpAddr;

use domain::{Problems, Role};
use serde_json::json;

use super::link::{Link, LinkKind, LinkSecret, LinkState};
use super::network::network;
use super::sign_in::actor;
use super::{MAX_NAME, People, PeopleError, Person, read_email, taken};
use crate::store::FailureKey;

/// What somebody fills in who opened a link.
#[derive(Debug, Clone, Copy)]
pub struct Introduction<'a> {
    /// The address to sign in with; only a setup link asks for it.
    pub email: &'a str,
    /// What the others call them; a reset link does not ask for it.
    pub name: &'a str,
    /// The new password.
    pub password: &'a str,
}

impl People {
    /// The open link whose secret this is.
    ///
    /// # Errors
    /// [`PeopleError::Conflict`] with a sentence for whoever opened it, when it is not open.
    pub async fn link(&self, secret: &str) -> Result<Link, PeopleError> {
        let found = match LinkSecret::read(secret) {
            Some(secret) => self.store.link(&secret, self.clock.now()).await?,
            None => None,
        };
        let Some((link, state)) = found else {
            return Err(PeopleError::Conflict(
                "This link is not one of ours. Copy the whole link, or ask an admin for a new one."
                    .to_owned(),
            ));
        };
        match state {
            LinkState::Open if link.kind == LinkKind::Setup && self.has_admin().await? => {
                Err(superfluous())
            }
            LinkState::Open => Ok(link),
            ended => Err(ended_link(ended)),
        }
    }

    /// Uses a link: makes the account or sets the password. `address` is where the request came
    /// from.
    ///
    /// # Errors
    /// [`PeopleError::Invalid`] when a field is wrong (the link stays open then),
    /// [`PeopleError::Conflict`] when the link is not open or the address is taken.
    pub async fn introduce(
        &self,
        secret: &str,
        introduction: Introduction<'_>,
        address: Option<IpAddr>,
    ) -> Result<Person, PeopleError> {
        let link = self.link(secret).await?;
        let mut problems = Problems::new();
        let email = match &link.kind {
            LinkKind::Setup => read_email(&mut problems, introduction.email),
            LinkKind::Invitation { email, .. } | LinkKind::Reset { email, .. } => email.clone(),
        };
        let name = introduction.name.trim();
        if link.kind.role().is_some() {
            problems.line("name", name, MAX_NAME);
        }
        self.check_password(&mut problems, introduction.password, &email)
            .await?;
        problems.into_result().map_err(PeopleError::Invalid)?;
        let hash = self.hash(introduction.password).await?;

        let now = self.clock.now();
        let mut transaction = self.store.begin().await?;
        if !transaction.use_link(link.id, now).await? {
            return Err(ended_link(LinkState::Used));
        }
        if link.kind == LinkKind::Setup && transaction.other_admins(None).await? > 0 {
            return Err(superfluous());
        }
        let id = match (&link.kind, link.kind.role()) {
            (LinkKind::Reset { user, .. }, _) => {
                transaction.set_password(*user, &hash).await?;
                transaction.end_resets(*user, now).await?;
                *user
            }
            (_, role) => {
                let role = role.unwrap_or(Role::Viewer);
                let id = transaction
                    .insert_user(&email, name, role, &hash, now)
                    .await
                    .map_err(taken)?;
                transaction.end_invitations(&email, now).await?;
                id
            }
        };
        let person = transaction.user(id).await?;
        let person = person.ok_or_else(|| PeopleError::NotFound("This person".to_owned()))?;
        if person.disabled {
            return Err(ended_link(LinkState::Revoked));
        }
        transaction.forgive(FailureKey::account(&email)).await?;
        transaction
            .user_signed_in(id, address.map(network), now)
            .await?;
        let who = actor(&person, address);
        if link.kind.role().is_some() {
            let after = json!({ "name": name, "role": person.role });
            transaction
                .note(&who, "people.join", &email, None, Some(&after))
                .await?;
        } else {
            transaction
                .note(&who, "people.password", &email, None, None)
                .await?;
        }
        transaction.commit().await?;
        Ok(person)
    }
}

/// What a link for the first account says when there is one.
fn superfluous() -> PeopleError {
    let text = "This site has an admin already, so this link is not needed any more. Sign in, or ask an admin to \
                invite you.";
    PeopleError::Conflict(text.to_owned())
}

/// What to tell somebody who opened a link that is over.
fn ended_link(state: LinkState) -> PeopleError {
    let text = match state {
        LinkState::Expired => "This link has expired. Ask an admin for a new one.",
        LinkState::Revoked => "This link was withdrawn. Ask an admin for a new one.",
        LinkState::Used | LinkState::Open => {
            "This link was used already. Sign in with the password chosen then, or ask an admin for \
             a new one."
        }
    };
    PeopleError::Conflict(text.to_owned())
}
