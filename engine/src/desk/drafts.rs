//! What people typed and have not saved yet, kept for when their tab is closed.

use domain::UserId;

use crate::desk::{Desk, DeskError};
use crate::store::KeptDraft;

/// Largest draft, in bytes: as much as a variant may have in an import file.
const MAX_DRAFT_BYTES: usize = 1_048_576;
/// Longest key of a draft, in bytes.
const MAX_KEY_BYTES: usize = 80;

/// Longest name of a window, in bytes.
const MAX_TAB_BYTES: usize = 32;

impl Desk {
    /// Keeps what `person` typed. `key` is the variant's number, `new:` and a word of the editor's
    /// own, `page:` and the page's number, or `segment:` and its key; `tab` is the window, so that
    /// none writes over what another one keeps; `base` is the revision that the person has seen. Each
    /// person has 50 drafts at most, and the oldest give way.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when the draft is larger than 1 MiB, or key or window are none.
    pub async fn keep_draft(
        &self,
        person: UserId,
        key: &str,
        tab: &str,
        body: &str,
        base: i32,
    ) -> Result<(), DeskError> {
        if !is_key(key) {
            return Err(DeskError::invalid("key", "names nothing that has drafts"));
        }
        if !is_tab(tab) {
            return Err(DeskError::invalid("tab", "names no window"));
        }
        if body.len() > MAX_DRAFT_BYTES || body.contains('\0') || base < 0 {
            let message = format!("cannot be kept; it may have {MAX_DRAFT_BYTES} bytes of text");
            return Err(DeskError::invalid("draft", message));
        }
        Ok(self.store.keep_draft(person, key, tab, body, base).await?)
    }

    /// What `person` typed, the latest first: one draft for each window.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn drafts(&self, person: UserId, key: &str) -> Result<Vec<KeptDraft>, DeskError> {
        if !is_key(key) {
            return Ok(Vec::new());
        }
        Ok(self.store.drafts(person, key).await?)
    }

    /// Goes on in the window `to`, a new one, with the draft of the window `from`. Should that still
    /// be open, what is typed there makes another draft.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn move_draft(
        &self,
        person: UserId,
        key: &str,
        from: &str,
        to: &str,
    ) -> Result<(), DeskError> {
        Ok(self.store.move_draft(person, key, from, to).await?)
    }

    /// Forgets what `person` typed in one window, because it is saved or no longer wanted.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn drop_draft(&self, person: UserId, key: &str, tab: &str) -> Result<(), DeskError> {
        if is_key(key) && is_tab(tab) {
            self.store.drop_draft(person, key, tab).await?;
        }
        Ok(())
    }
}

/// A name for a window that no other one has.
pub fn new_tab() -> String {
    // Without randomness windows share one draft.
    format!("{:016x}", getrandom::u64().unwrap_or_default())
}

fn is_tab(tab: &str) -> bool {
    tab.len() <= MAX_TAB_BYTES && tab.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_key(key: &str) -> bool {
    let word = match key.split_once(':') {
        Some(("new" | "page" | "segment", word)) => word,
        _ => key,
    };
    (1..=MAX_KEY_BYTES).contains(&key.len())
        && !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_what_the_draft_is_of() {
        let check = |key: &str, valid: bool| assert_eq!(is_key(key), valid, "{key:?}");
        check("17", true);
        check("new:0b3e-11", true);
        check("page:4", true);
        check("segment:smb", true);
        check("site:4", false);
        check("page:new:4", false);
        check("new:", false);
        check("", false);
        check("17\0", false);
        check(&"9".repeat(81), false);
    }
}
