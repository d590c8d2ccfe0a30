//! Failed sign-ins, and the networks people have signed in from.

use std::net::IpAddr;

use domain::UserId;
use sha2::{Digest as _, Sha256};
use sqlx::{Postgres, Transaction};
use time::{Duration, OffsetDateTime};

use super::{Store, StoreError, StoreTransaction};
use crate::people::Failures;

/// Failures that are older than this slow nothing down any more.
const FORGOTTEN_AFTER: Duration = Duration::DAY;

/// A network nobody has signed in from for so long is not known any more.
const NETWORK_KNOWN_FOR: Duration = Duration::days(180);

/// What failures are counted for, as its SHA-256: neither an address nor an account that somebody
/// made up is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FailureKey([u8; 32]);

impl FailureKey {
    pub(crate) fn account(email: &str) -> Self {
        Self(Sha256::digest(format!("account {email}")).into())
    }

    pub(crate) fn network(network: IpAddr) -> Self {
        Self(Sha256::digest(format!("network {network}")).into())
    }

    pub(crate) fn account_from(email: &str, network: Option<IpAddr>) -> Self {
        let network = network.map(|network| network.to_string());
        let network = network.as_deref().unwrap_or("somewhere");
        Self(Sha256::digest(format!("account {email} from {network}")).into())
    }
}

impl Store {
    /// Counts an attempt as failed before it is made, so that many made at once do not all pass.
    ///
    /// `may` says for each key's failures so far whether another attempt may be made; the first that
    /// may not is returned as it says, and nothing is counted.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn count_attempt<E>(
        &self,
        keys: &[FailureKey],
        now: OffsetDateTime,
        may: impl Fn(FailureKey, Failures) -> Result<(), E> + Send,
    ) -> Result<Result<(), E>, StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query!(
            "DELETE FROM sign_in_failures WHERE ctid IN (
                 SELECT ctid FROM sign_in_failures WHERE last_at < $1
                 LIMIT 100 FOR UPDATE SKIP LOCKED)",
            now.saturating_sub(FORGOTTEN_AFTER)
        )
        .execute(&mut *tx)
        .await?;
        lock(&mut tx, keys).await?;
        for &key in keys {
            let found = sqlx::query!(
                "SELECT failures, last_at FROM sign_in_failures WHERE key = $1",
                &key.0[..]
            )
            .fetch_optional(&mut *tx)
            .await?;
            let left = match found {
                Some(row) => {
                    let failures = Failures {
                        count: row.failures,
                        last_at: row.last_at,
                    };
                    if let Err(refused) = may(key, failures) {
                        return Ok(Err(refused));
                    }
                    failures.left(now)
                }
                None => 0,
            };
            sqlx::query!(
                "INSERT INTO sign_in_failures (key, failures, last_at) VALUES ($1, $2, $3)
                 ON CONFLICT (key) DO UPDATE SET
                     failures = excluded.failures, last_at = excluded.last_at",
                &key.0[..],
                left.saturating_add(1),
                now
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Whether the person has signed in from this network before.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn knows_network(
        &self,
        user: Option<UserId>,
        network: IpAddr,
    ) -> Result<bool, StoreError> {
        let known = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM user_addresses
                              WHERE user_id = $1 AND network = $2::text::inet) AS "known!""#,
            user.map(|user| user.0),
            network.to_string()
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(known)
    }
}

impl StoreTransaction {
    /// Takes back what [`Store::count_attempt`] counted, the attempt having succeeded.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn forgive_attempt(&mut self, keys: &[FailureKey]) -> Result<(), StoreError> {
        lock(&mut self.tx, keys).await?;
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.0.to_vec()).collect();
        sqlx::query!(
            "DELETE FROM sign_in_failures WHERE key = ANY($1) AND failures <= 1",
            &keys
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "UPDATE sign_in_failures SET failures = failures - 1 WHERE key = ANY($1)",
            &keys
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Forgets every failure counted for these.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn forgive(&mut self, key: FailureKey) -> Result<(), StoreError> {
        sqlx::query!("DELETE FROM sign_in_failures WHERE key = $1", &key.0[..])
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Keeps that somebody signed in, and from which network.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn user_signed_in(
        &mut self,
        user: UserId,
        network: Option<IpAddr>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE users SET last_sign_in_at = $2 WHERE id = $1",
            user.0,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "DELETE FROM user_addresses WHERE user_id = $1 AND last_at < $2",
            user.0,
            now.saturating_sub(NETWORK_KNOWN_FOR)
        )
        .execute(&mut *self.tx)
        .await?;
        if let Some(network) = network {
            sqlx::query!(
                "INSERT INTO user_addresses (user_id, network, last_at)
                 VALUES ($1, $2::text::inet, $3)
                 ON CONFLICT (user_id, network) DO UPDATE SET last_at = excluded.last_at",
                user.0,
                network.to_string(),
                now
            )
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }
}

/// Makes everybody else who counts under these keys wait until the transaction ends. A lock of the
/// rows would not do: some are not there yet.
async fn lock(tx: &mut Transaction<'_, Postgres>, keys: &[FailureKey]) -> Result<(), StoreError> {
    let mut numbers: Vec<i64> = keys
        .iter()
        .map(|FailureKey([a, b, c, d, e, f, g, h, ..])| {
            i64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h])
        })
        .collect();
    // In one order, so that no two wait for each other.
    numbers.sort_unstable();
    for number in numbers {
        sqlx::query!("SELECT pg_advisory_xact_lock($1)", number)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
