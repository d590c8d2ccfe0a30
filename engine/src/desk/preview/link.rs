//! Links by which somebody without an account sees one preview for some days.
//!
//! A link carries the whole scene and its own end, signed (HMAC-SHA-256, RFC 2104) with a key that
//! the database came with: nothing is stored, and nobody can make another link out of one.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::preview::Scene;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;
use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::desk::{Actor, Desk, DeskError};
use crate::store::StoreError;

/// How many days a link may last.
pub const LIFETIMES: [i64; 3] = [1, 7, 30];

/// Most characters of a link's token: longer paths are refused.
const MAX_TOKEN: usize = 900;

/// Why a link shows nothing.
#[derive(Debug, Error)]
pub enum LinkError {
    /// Nobody here made it as it is.
    #[error("this is no preview link of this site")]
    Forged,
    /// Its time is over.
    #[error("this preview link has expired")]
    Expired,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a link carries.
#[derive(Debug, Serialize, Deserialize)]
struct Claim {
    #[serde(rename = "s")]
    scene: Scene,
    /// In seconds since 1970: from then on it shows nothing.
    #[serde(rename = "x")]
    ends: i64,
}

impl Desk {
    /// Makes a link for `days` to what the visitor of `scene` sees, and returns its token and its end.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for another length of time than [`LIFETIMES`] has, for a scene that
    /// cannot be, and for one that makes too long an address.
    pub async fn share_preview(
        &self,
        actor: &Actor,
        scene: &Scene,
        days: i64,
    ) -> Result<(String, OffsetDateTime), DeskError> {
        if !LIFETIMES.contains(&days) {
            return Err(DeskError::invalid("days", "is not 1, 7 or 30"));
        }
        // Whoever gets the link cannot correct it.
        self.preview(scene).await?;
        let ends = self.engine.now().saturating_add(Duration::days(days));
        let claim = Claim {
            scene: scene.clone(),
            ends: ends.unix_timestamp(),
        };
        let token = sealed(&self.store.preview_key().await?, &claim);
        if token.len() > MAX_TOKEN {
            let message =
                "The visitor is described at too great a length for a link; shorten some fields.";
            return Err(DeskError::invalid("", message));
        }
        let what = json!({"scene": scene, "until": ends.format(&Rfc3339).unwrap_or_default()});
        let mut transaction = self.store.begin().await?;
        transaction
            .note(actor, "preview.share", &scene.page, None, Some(&what))
            .await?;
        transaction.commit().await?;
        Ok((token, ends))
    }

    /// The scene that a link shows now.
    ///
    /// # Errors
    /// [`LinkError`] says why it shows nothing.
    pub async fn open_preview(&self, token: &str) -> Result<Scene, LinkError> {
        let key = self.store.preview_key().await?;
        let claim = opened(&key, token).ok_or(LinkError::Forged)?;
        if claim.ends <= self.engine.now().unix_timestamp() {
            return Err(LinkError::Expired);
        }
        Ok(claim.scene)
    }
}

fn sealed(key: &[u8; 32], claim: &Claim) -> String {
    // Texts and numbers always become JSON.
    let json = serde_json::to_vec(claim).unwrap_or_default();
    let claim = BASE64_URL_SAFE_NO_PAD.encode(json);
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signed(key, &claim).finalize().into_bytes());
    format!("{claim}.{signature}")
}

fn opened(key: &[u8; 32], token: &str) -> Option<Claim> {
    let (claim, signature) = token.split_once('.')?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    // Takes the same time whatever is wrong.
    signed(key, claim).verify_slice(&signature).ok()?;
    let json = BASE64_URL_SAFE_NO_PAD.decode(claim).ok()?;
    serde_json::from_slice(&json).ok()
}

fn signed(key: &[u8; 32], claim: &str) -> Hmac<Sha256> {
    // A key shorter than a block is filled up with zeros.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(b"landfall preview 1 ");
    mac.update(claim.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_link_under_the_same_key_opens() {
        let key = [7; 32];
        let scene = Scene::of_fields([("page", "/pricing"), ("utm_term", "größe")]);
        let claim = Claim {
            scene: scene.clone(),
            ends: 1_800_000_000,
        };
        let token = sealed(&key, &claim);
        let found = opened(&key, &token).map(|claim| (claim.scene, claim.ends));
        assert_eq!(found, Some((scene, 1_800_000_000)));
        assert!(opened(&[8; 32], &token).is_none());
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(opened(&key, &forged).is_none(), "{at}");
        }
        for forged in ["", ".", "a.b", &token[1..], &token[..token.len() - 1]] {
            assert!(opened(&key, forged).is_none(), "{forged}");
        }
    }
}
