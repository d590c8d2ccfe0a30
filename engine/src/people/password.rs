//! Passwords: what may be one, and how they are kept.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::Problems;

use super::{People, PeopleError, common};

/// Fewest characters of a password.
pub const MIN_CHARACTERS: usize = 12;
/// Most bytes of a password.
pub(super) const MAX_BYTES: usize = 256;
/// Memory in KiB, passes and lanes that OWASP recommends for argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

impl People {
    /// What is wrong with `password` as the new one of the account `email`.
    pub(super) async fn check_password(
        &self,
        problems: &mut Problems,
        password: &str,
        email: &str,
    ) -> Result<(), PeopleError> {
        let site = self.store.site().await?.map(|site| site.name);
        if let Some(problem) = objection(password, email, site.as_deref()) {
            problems.add("password", problem);
        }
        Ok(())
    }

    /// The hash to keep of a password.
    pub(super) async fn hash(&self, password: &str) -> Result<String, PeopleError> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| PeopleError::Machine(error.to_string()))?;
        let password = password.to_owned();
        self.on_a_thread(move || hash(&password, &salt)).await?
    }

    /// Whether `password` is the one of `kept`. Without a hash it is not, after the same time.
    pub(super) async fn verify(
        &self,
        password: &str,
        kept: Option<String>,
    ) -> Result<bool, PeopleError> {
        if password.len() > MAX_BYTES {
            return Ok(false);
        }
        let password = password.to_owned();
        self.on_a_thread(move || verify(&password, kept.as_deref()))
            .await?
    }

    async fn on_a_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PeopleError> {
        let machine = |error: &dyn ToString| PeopleError::Machine(error.to_string());
        let permit = std::sync::Arc::clone(&self.hashing)
            .acquire_owned()
            .await
            .map_err(|error| machine(&error))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| machine(&error))
    }
}

/// Why `password` cannot be the password of `email` at `site`.
fn objection(password: &str, email: &str, site: Option<&str>) -> Option<String> {
    if password.chars().count() < MIN_CHARACTERS {
        return Some(format!(
            "is shorter than {MIN_CHARACTERS} characters; take three or four unrelated words"
        ));
    }
    if password.len() > MAX_BYTES {
        return Some(format!("is longer than {MAX_BYTES} bytes; shorten it"));
    }
    if password.contains('\0') {
        return Some("contains a NUL character; remove it".to_owned());
    }
    let own = [email.split('@').next(), site];
    if own
        .into_iter()
        .flatten()
        .any(|name| mentions(password, name))
    {
        return Some(
            "contains your e-mail name or the site's name, which others would try first; \
             take three or four unrelated words"
                .to_owned(),
        );
    }
    common::is_common(password).then(|| {
        "is one of those that are guessed first; take three or four unrelated words".to_owned()
    })
}

/// Whether a name of some length is in the password, whatever its case.
fn mentions(password: &str, name: &str) -> bool {
    let name = name.trim().to_lowercase();
    name.chars().count() >= 4 && password.to_lowercase().contains(&name)
}

fn hash(password: &str, salt: &[u8; 16]) -> Result<String, PeopleError> {
    let failed = |error: argon2::password_hash::Error| PeopleError::Machine(error.to_string());
    let salt = SaltString::encode_b64(salt).map_err(failed)?;
    let hash = hasher()?
        .hash_password(password.as_bytes(), &salt)
        .map_err(failed)?;
    Ok(hash.to_string())
}

fn verify(password: &str, kept: Option<&str>) -> Result<bool, PeopleError> {
    /// A hash that no password has: what is compared when there is none.
    static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("", &[0; 16]).ok());

    let exists = kept.is_some();
    let Some(kept) = kept.or(NOBODY.as_deref()) else {
        return Ok(false);
    };
    let kept = PasswordHash::new(kept).map_err(|error| PeopleError::Machine(error.to_string()))?;
    let right = hasher()?
        .verify_password(password.as_bytes(), &kept)
        .is_ok();
    Ok(right && exists)
}

fn hasher() -> Result<Argon2<'static>, PeopleError> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)
        .map_err(|error| PeopleError::Machine(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_hard_to_guess() {
        let check = |password: &str, fine: bool| {
            let objection = objection(password, "marianne@example.com", Some("Landfall"));
            assert_eq!(objection.is_none(), fine, "{password:?}: {objection:?}");
        };
        check("otter-lamp-gravel", true);
        check("żółw na rowerze", true);
        check("elevenchars", false);
        check("", false);
        check("Marianne-is-here-72", false);
        check("my LANDFALL secret", false);
        check("Password1234!", false);
        check("aaaaaaaaaaaaaaaa", false);
        check("qwertyuiop[]", false);
        check(&"otter-lamp-gravel".repeat(16), false);
        check("otter-lamp\0-gravel", false);
    }

    #[test]
    fn a_short_name_may_be_part_of_a_word() {
        assert_eq!(
            objection("banner-otter-lamp", "ann@example.com", Some("a")),
            None
        );
    }

    #[test]
    fn only_the_password_itself_is_right() {
        let kept = hash("otter-lamp-gravel", &[7; 16]).expect("a hash");
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        let check = |password: &str, kept: Option<&str>, right: bool| {
            assert_eq!(verify(password, kept).expect("a verdict"), right);
        };
        check("otter-lamp-gravel", Some(&kept), true);
        check("otter-lamp-gravel ", Some(&kept), false);
        check("", Some(&kept), false);
        check("", None, false);
        check("otter-lamp-gravel", None, false);
    }
}
