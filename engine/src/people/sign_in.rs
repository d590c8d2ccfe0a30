//! Signing in with an e-mail address and a password.

use std::net::IpAddr;

use domain::UserId;
use thiserror::Error;
use time::Duration;

use super::network::network;
use super::throttle::{FREE_OF_ACCOUNT, FREE_OF_ADDRESS};
use super::{MAX_EMAIL, People, PeopleError, Person};
use crate::desk::Actor;
use crate::store::{FailureKey, StoreError, StoreTransaction};

/// Why somebody was not let in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// The address, the password or both are wrong, or the account is disabled: it is not said
    /// which.
    #[error("The e-mail address or the password is wrong.")]
    Wrong,
    /// There were too many failures; the attempt was not looked at.
    #[error("There were too many failed attempts. Try again in {}.", spell(*.seconds))]
    Throttled {
        /// Seconds until the next attempt is looked at, at least 1.
        seconds: u64,
    },
    /// The database or this machine failed.
    #[error(transparent)]
    Failed(#[from] PeopleError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// What the attempts of one account from one place are counted under.
pub(super) struct Counters {
    keys: Vec<(FailureKey, i32)>,
    /// Whether nobody but the account's owner can be expected at this place.
    own: bool,
}

impl Counters {
    /// Attempts of a stranger, as far as one can know.
    fn of_stranger(email: &str, network: Option<IpAddr>) -> Self {
        let account = (FailureKey::account(email), FREE_OF_ACCOUNT);
        let network = network.map(|network| (FailureKey::network(network), FREE_OF_ADDRESS));
        Self {
            keys: [account].into_iter().chain(network).collect(),
            own: false,
        }
    }

    /// Attempts where the owner has been let in before. They are counted on their own, so that
    /// strangers' failures neither from elsewhere nor with other accounts matter.
    pub(super) fn of_owner(email: &str, network: Option<IpAddr>) -> Self {
        let key = FailureKey::account_from(email, network);
        Self {
            keys: vec![(key, FREE_OF_ACCOUNT)],
            own: true,
        }
    }

    fn free(&self, key: FailureKey) -> i32 {
        self.keys
            .iter()
            .find_map(|(known, free)| (*known == key).then_some(*free))
            .unwrap_or_default()
    }

    fn keys(&self) -> Vec<FailureKey> {
        self.keys.iter().map(|(key, _)| *key).collect()
    }

    /// Takes back what was counted for an attempt that succeeded. It proves nothing about the
    /// failures of strangers.
    pub(super) async fn forgive(
        &self,
        transaction: &mut StoreTransaction,
    ) -> Result<(), StoreError> {
        if !self.own {
            return transaction.forgive_attempt(&self.keys()).await;
        }
        for (key, _) in &self.keys {
            transaction.forgive(*key).await?;
        }
        Ok(())
    }
}

impl People {
    /// Lets somebody in who knows their password. `address` is where the request came from.
    ///
    /// It takes the same time whether the account exists or not. Failures slow down further
    /// attempts on the account and from the address, but never one from an address that has signed
    /// into this account before because of what others did.
    ///
    /// # Errors
    /// [`SignInError`]; nothing tells a wrong password from a wrong address.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<Person, SignInError> {
        let email = email.trim().to_lowercase();
        if email.len() > MAX_EMAIL || email.contains('\0') {
            return Err(SignInError::Wrong);
        }
        let network = address.map(network);
        let found = self.store.user_to_verify(&email).await?;
        let id = found.as_ref().map(|(person, _)| person.id);
        let counters = self.counters(&email, id, network).await?;
        self.count(&counters).await?;

        let (person, hash) = match found {
            Some((person, hash)) => (Some(person), hash),
            None => (None, None),
        };
        let right = self.verify(password, hash).await?;
        let Some(person) = person.filter(|person| right && !person.disabled) else {
            return Err(SignInError::Wrong);
        };
        let mut transaction = self.store.begin_beside().await?;
        counters.forgive(&mut transaction).await?;
        transaction
            .user_signed_in(person.id, network, self.clock.now())
            .await?;
        transaction
            .note(
                &actor(&person, address),
                "people.sign_in",
                &person.email,
                None,
                None,
            )
            .await?;
        transaction.commit().await?;
        Ok(person)
    }

    async fn counters(
        &self,
        email: &str,
        user: Option<UserId>,
        network: Option<IpAddr>,
    ) -> Result<Counters, StoreError> {
        let known = match network {
            Some(network) => self.store.knows_network(user, network).await?,
            None => false,
        };
        Ok(if known {
            Counters::of_owner(email, network)
        } else {
            Counters::of_stranger(email, network)
        })
    }

    /// Counts an attempt as failed before it is made.
    pub(super) async fn count(&self, counters: &Counters) -> Result<(), SignInError> {
        let now = self.clock.now();
        self.store
            .count_attempt(&counters.keys(), now, |key, failures| {
                let wait = failures.wait(counters.free(key), now);
                if wait > Duration::ZERO {
                    Err(SignInError::Throttled {
                        seconds: wait.whole_seconds().unsigned_abs().max(1),
                    })
                } else {
                    Ok(())
                }
            })
            .await?
    }
}

/// Somebody who acts on their own account.
pub(super) fn actor(person: &Person, address: Option<IpAddr>) -> Actor {
    Actor {
        user: Some(person.id),
        name: person.email.clone(),
        address,
    }
}

fn spell(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
