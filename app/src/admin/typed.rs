//! What was typed into a plain form that was refused. The session keeps it for the screen that asks for
//! a correction; with JavaScript nobody leaves the form.

use tower_sessions::Session;

use super::session::session;

/// Longest form that is kept, in bytes.
pub const MAX_BYTES: u64 = 256 * 1_024;
/// Where a session keeps it.
const KEPT: &str = "typed";
/// Fields that nobody keeps.
const SECRETS: [&str; 3] = ["password", "current", "repeat"];

/// Keeps a form's fields for the next screen. Where that fails, the form comes back as it was at first.
pub async fn keep(session: &Session, form: &[u8]) {
    let fields: Vec<(String, String)> = form_urlencoded::parse(form)
        .filter(|(name, _)| !SECRETS.contains(&&**name))
        .map(|(name, text)| (name.into_owned(), text.into_owned()))
        .collect();
    if let Err(error) = session.insert(KEPT, fields).await {
        tracing::warn!(%error, "admin.typed cannot be kept");
    }
}

/// The fields of the form that was refused just now, by their names. They are not there a second time.
pub(super) async fn take() -> Vec<(String, String)> {
    let Ok(session) = session().await else {
        return Vec::new();
    };
    session
        .remove(KEPT)
        .await
        .ok()
        .flatten()
        .unwrap_or_default()
}
