//! What was typed into a plain form that was refused. The session keeps it for the screen that asks for
//! a correction; with JavaScript nobody leaves the form.

use tower_sessions::Session;

use super::session::session;

/// The fields of a form by their names.
type Typed = Vec<(String, String)>;

/// Longest form that is kept, in bytes.
pub const MAX_BYTES: u64 = 256 * 1_024;
/// Where a session keeps it.
const KEPT: &str = "typed";
/// Fields that nobody keeps.
const SECRETS: [&str; 3] = ["password", "current", "repeat"];

/// Keeps a form's fields for the next screen. Where that fails, the form comes back as it was at first.
pub async fn keep(session: &Session, form: &[u8]) {
    let fields: Typed = form_urlencoded::parse(form)
        .filter(|(name, _)| !SECRETS.contains(&&**name))
        .map(|(name, text)| (name.into_owned(), text.into_owned()))
        .collect();
    hold(session, fields).await;
}

/// The fields that a session keeps.
pub(super) async fn held(session: &Session) -> Typed {
    session.get(KEPT).await.ok().flatten().unwrap_or_default()
}

/// Lets a session keep fields, if there are any.
pub(super) async fn hold(session: &Session, fields: Typed) {
    if fields.is_empty() {
        return;
    }
    if let Err(error) = session.insert(KEPT, fields).await {
        tracing::warn!(%error, "admin.typed cannot be kept");
    }
}

/// The fields of the form that was refused just now, by their names. They are not there a second time.
pub(super) async fn take() -> Typed {
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
