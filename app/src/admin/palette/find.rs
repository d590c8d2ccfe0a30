//! Pages, segments and variants for the palette.

use leptos::prelude::*;

use super::Place;
use crate::admin::AdminError;

/// What `typed` may mean.
///
/// # Errors
/// [`AdminError::SignedOut`] without a session.
#[server(prefix = "/admin/api", endpoint = "palette/find")]
pub async fn find(#[server(default)] typed: String) -> Result<Vec<Place>, AdminError> {
    use domain::Role;

    use crate::admin::session::AdminSession;

    let session = AdminSession::require(Role::Viewer).await?;
    let found = session.desk().find(&typed).await?;
    Ok(found.into_iter().map(place).collect())
}

#[cfg(feature = "ssr")]
fn place(found: engine::desk::Found) -> Place {
    use engine::desk::Found;

    let (kind, words, path, href) = match found {
        Found::Page { id, title, path } => (
            "Page",
            title,
            path.to_string(),
            format!("/admin/pages/{id}"),
        ),
        Found::Segment { key, name } => (
            "Segment",
            name,
            String::new(),
            format!("/admin/segments/{key}"),
        ),
        Found::Variant { id, name, path } => (
            "Variant",
            name,
            path.to_string(),
            format!("/admin/variants/{id}"),
        ),
    };
    Place {
        kind: kind.to_owned(),
        words,
        path,
        href,
    }
}
